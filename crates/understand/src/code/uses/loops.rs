//! Names that stand for one value after the other: what a loop goes through, and paths that are put together.

use std::collections::HashMap;

use super::super::tokens::{Kind, Rules};
use super::{Argument, Code, DEEPEST, Given};
use crate::word::Value;

/// Turns that are looked at one by one.
const MOST_TURNS: usize = 16;

impl<'t> Code<'t> {
    /// Names that one `for` of Python gives values, and nothing else.
    pub(super) fn loops(&self) -> HashMap<&'t str, (usize, usize)> {
        let mut found: HashMap<&'t str, Option<(usize, usize)>> = HashMap::new();
        if self.rules != Rules::Python {
            return HashMap::new();
        }
        for (at, token) in self.tokens.iter().enumerate() {
            let Some(name) = self.name(at) else { continue };
            let is_looped = self.is(at.wrapping_sub(1), "for") && self.is(at + 1, "in");
            // An assignment, a parameter, a name after `as`, `import` or `global`.
            let next = self.tokens.get(at + 1);
            let is_given = next.is_some_and(|next| next.assigns() && !self.is(at + 1, "in"))
                || ["as", "import", "global", "nonlocal", "def", "del", "lambda", "for"]
                    .iter()
                    .any(|word| self.is(at.wrapping_sub(1), word))
                || self.is(at + 1, ",") && self.is(at.wrapping_sub(1), "for");
            if is_looped {
                let from = at + 2;
                let end = (from..self.tokens.len().min(from + 400)).find(|index| {
                    self.is(*index, ":")
                        || self.tokens.get(*index).is_some_and(|token| token.kind == Kind::Line)
                });
                let range = end.filter(|_| !found.contains_key(name)).map(|end| (from, end));
                found.insert(name, range);
            } else if is_given && token.kind == Kind::Name {
                found.insert(name, None);
            }
        }
        // Parameters of functions.
        for (at, _) in self.tokens.iter().enumerate().filter(|(_, token)| token.is("def")) {
            let open = at + 2;
            for index in open..self.closer(open).min(open + 200) {
                if let Some(name) = self.name(index) {
                    found.insert(name, None);
                }
            }
        }
        found.into_iter().filter_map(|(name, range)| Some((name, range?))).collect()
    }

    /// Runs something for each value that a loop's name in these tokens has; once where there is none, or where they are
    /// not known.
    pub fn turns(&self, start: usize, end: usize, run: &mut dyn FnMut()) {
        let name =
            (start..end).filter_map(|index| self.name(index)).find(|name| self.loops.contains_key(name));
        let values = name.and_then(|name| {
            let (from, to) = self.loops.get(name)?;
            match self.given(*from, *to, 1) {
                Given::Many(values) if values.len() <= MOST_TURNS && !values.is_empty() => {
                    Some((name, values))
                }
                // Of a pattern's files all are meant.
                Given::One(value @ Value::Pattern(_)) => Some((name, vec![value])),
                _ => None,
            }
        });
        match values {
            Some((name, values)) => {
                for value in values {
                    self.turn.replace(Some((name, value)));
                    run();
                }
                self.turn.replace(None);
            }
            None => run(),
        }
    }

    /// Whether these tokens are a path with names behind it: `base / 'a.txt'`, also in brackets.
    pub(super) fn is_path(&self, start: usize, end: usize) -> bool {
        let base = if self.is(start, "(") { self.closer(start) + 1 } else { self.base_end(start) };
        base < end && self.is(base, "/")
    }

    /// Where the name, or the call, ends that a path begins with.
    fn base_end(&self, start: usize) -> usize {
        let mut at = start + 1;
        while self.is(at, ".") && self.name(at + 1).is_some() {
            at += 2;
        }
        if self.is(at, "(") { self.closer(at) + 1 } else { at }
    }

    /// Such a path.
    pub(super) fn path(&self, start: usize, end: usize, depth: usize) -> Option<Given> {
        if depth >= DEEPEST {
            return None;
        }
        let mut at = if self.is(start, "(") { self.closer(start) + 1 } else { self.base_end(start) };
        let mut value = self.given(start, at, depth + 1).value();
        while at < end {
            if !self.is(at, "/") {
                return None;
            }
            let next = self.given(at + 1, at + 2, depth + 1).value();
            let base = value.text().trim_end_matches('/').to_owned();
            value = match (value, next) {
                (Value::Known(_), Value::Known(name)) if name.starts_with('/') => Value::Known(name),
                (Value::Known(_), Value::Known(name)) => Value::Known(format!("{base}/{name}")),
                (Value::Known(_), _) => {
                    Value::starting(&format!("{base}/"), "a path that the code puts together")
                }
                (other, _) => other,
            };
            at += 2;
        }
        Some(Given::One(value))
    }

    /// What `Path(base).glob('*.x')` finds, and further below with `rglob`.
    pub(super) fn searched(&self, base: &str, is_deep: bool, open: usize) -> Option<Given> {
        let arguments = self.arguments(open);
        let [Argument { name: None, given }] = arguments.as_slice() else { return None };
        let value = given.value();
        let pattern = value.known()?.replace("**/", "*/");
        let base = base.trim_end_matches('/');
        let mut found = vec![Value::Pattern(format!("{base}/{pattern}"))];
        if is_deep {
            found.push(Value::Pattern(format!("{base}/*/{pattern}")));
        }
        Some(Given::Many(found))
    }

    /// Whether a directory for temporary files is made where such directories are.
    pub(super) fn is_fresh(&self, open: usize, arguments: &[Argument]) -> bool {
        match self.rules {
            Rules::Python => {
                let plain = arguments.iter().filter(|argument| argument.name.is_none()).count();
                plain < 3 && !arguments.iter().any(|argument| argument.name.as_deref() == Some("dir"))
            }
            _ => {
                let first = arguments.first().map(|argument| argument.given.value());
                let named = first.as_ref().is_some_and(|value| value.text().starts_with("/tmp/"));
                let close = self.closer(open);
                named
                    || (open..close).any(|at| self.is(at, "tmpdir") && self.is(at + 1, "("))
                        && !(open..close).any(|at| {
                            self.text(at).is_some_and(|text| text.contains("..") || text.starts_with('/'))
                        })
            }
        }
    }

    /// Whether the code has a function, or a value, of its own that is called `text`.
    pub(super) fn defines_text(&self) -> bool {
        let gives = |at: usize| {
            self.is(at.wrapping_sub(1), "def") || self.tokens.get(at + 1).is_some_and(|next| next.assigns())
        };
        *self.own_text.get_or_init(|| (0..self.tokens.len()).any(|at| self.is(at, "text") && gives(at)))
    }
}

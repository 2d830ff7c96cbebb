//! Names that stand for one value after the other: what a loop goes through, and paths that are put together.

use std::collections::{HashMap, HashSet};

use super::super::tokens::{Kind, Rules, Token};
use super::{Argument, Code, DEEPEST, Given};
use crate::word::Value;

/// Turns that are looked at one by one.
const MOST_TURNS: usize = 16;

impl<'t> Code<'t> {
    /// Names that one `for` of Python gives values, and nothing else: everywhere else they are only given to what is
    /// called, or asked for a method.
    pub(super) fn loops(&self) -> HashMap<&'t str, (usize, usize)> {
        // By these a name gets a value where it does not stand.
        const UNSEEN: &[&str] = &[
            "case", "lambda", "globals", "locals", "vars", "setattr", "exec", "eval", "async", "nonlocal",
            "global",
        ];
        let hides = |token: &Token<'_>| UNSEEN.iter().any(|name| token.is(name)) || token.text.contains(":=");
        let takes_all = |at: usize| self.is(at, "import") && self.is(at + 1, "*");
        if self.rules != Rules::Python
            || self.tokens.iter().any(hides)
            || (0..self.tokens.len()).any(takes_all)
        {
            return HashMap::new();
        }
        let mut found: HashMap<&'t str, Option<(usize, usize)>> = HashMap::new();
        // Where the innermost bracket around a token opens, and whether it is that of a call.
        let mut open: Vec<bool> = Vec::new();
        for at in 0..self.tokens.len() {
            if ["(", "[", "{"].iter().any(|sign| self.is(at, sign)) {
                open.push(self.is(at, "(") && self.is_called(at));
            } else if [")", "]", "}"].iter().any(|sign| self.is(at, sign)) {
                open.pop();
            }
            let Some(name) = self.name(at) else { continue };
            if self.is(at.wrapping_sub(1), ".") {
                continue;
            }
            let is_head = self.is(at.wrapping_sub(1), "for") && self.is(at + 1, "in") && open.is_empty();
            if is_head {
                let from = at + 2;
                let end = (from..self.tokens.len().min(from + 400)).find(|index| {
                    self.is(*index, ":")
                        || self.tokens.get(*index).is_some_and(|token| token.kind == Kind::Line)
                });
                let range = end.filter(|_| !found.contains_key(name)).map(|end| (from, end));
                found.insert(name, range);
                continue;
            }
            let is_given_on = open.last() == Some(&true)
                && [")", ",", ".", "/"].iter().any(|sign| self.is(at + 1, sign))
                && ["(", ",", "/", "=", "not"].iter().any(|sign| self.is(at.wrapping_sub(1), sign));
            let is_asked = self.is(at + 1, ".");
            if !(is_given_on || is_asked) {
                found.insert(name, None);
            }
        }
        found.into_iter().filter_map(|(name, range)| Some((name, range?))).collect()
    }

    /// Whether a bracket is that of a call: a name stands before it that is no word of the language, and no function is
    /// defined there.
    fn is_called(&self, open: usize) -> bool {
        const WORDS: &[&str] = &[
            "for", "in", "if", "elif", "while", "return", "not", "and", "or", "is", "del", "with", "as",
            "assert", "yield", "await", "raise", "except", "match", "lambda",
        ];
        let Some(before) = open.checked_sub(1) else { return false };
        let is_word = WORDS.iter().any(|word| self.is(before, word));
        let is_defined = ["def", "class"].iter().any(|word| self.is(before.wrapping_sub(1), word));
        self.name(before).is_some() && !is_word && !is_defined
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
        // Here a star stands for the dot of a hidden name as well.
        if let Some((folder, last)) = pattern
            .rsplit_once('/')
            .or(Some(("", pattern.as_str())))
            .filter(|(_, last)| last.starts_with(['*', '?', '[']))
        {
            let between = if folder.is_empty() { String::new() } else { format!("{folder}/") };
            found.push(Value::Pattern(format!("{base}/{between}.{last}")));
        }
        Some(Given::Many(found))
    }

    /// Whether a directory for temporary files is made where such directories are, under a name of its own.
    pub(super) fn is_fresh(&self, open: usize, arguments: &[Argument]) -> bool {
        match self.rules {
            Rules::Python => arguments.is_empty() && !self.tokens.iter().any(|token| token.is("tempdir")),
            _ => {
                let close = self.closer(open);
                let named = arguments.first().map(|argument| argument.given.value());
                let named = named.as_ref().and_then(|value| value.known());
                let is_plain = |text: &str| !text.contains(['/', '.', '\\']);
                match named {
                    Some(text) => text.strip_prefix("/tmp/").is_some_and(is_plain),
                    None => {
                        (open..close).any(|at| self.is(at, "tmpdir") && self.is(at + 1, "("))
                            && (open..close).filter_map(|at| self.text(at)).all(is_plain)
                            && (open..close)
                                .filter_map(|at| self.name(at))
                                .all(|name| ["path", "os", "join", "tmpdir"].contains(&name))
                    }
                }
            }
        }
    }

    /// Names that the code gives something of its own: by a definition, a parameter, an assignment of any form, a loop,
    /// or an import under another name.
    pub(super) fn own_names(&self) -> HashSet<&'t str> {
        const DEFINE: &[&str] =
            &["def", "class", "function", "as", "case", "global", "const", "let", "var", "static", "async"];
        let mut own = HashSet::new();
        // Where the brackets around a token open.
        let mut open: Vec<usize> = Vec::new();
        // The word that gives values to names until the sign that ends them: `for i, x in`, `lambda x, y:`.
        let mut binds_until = None;
        let mut line = 0;
        for at in 0..=self.tokens.len() {
            let is_end = self.tokens.get(at).is_none_or(|token| token.kind == Kind::Line || token.is(";"));
            if is_end && (open.is_empty() || at == self.tokens.len()) {
                let sign = (line..at).rfind(|index| self.tokens.get(*index).is_some_and(Token::assigns));
                let is_target = |index: &usize| !self.is(index + 1, "(") && !self.is(index + 1, ".");
                own.extend(
                    (line..sign.unwrap_or(line)).filter(is_target).filter_map(|index| self.name(index)),
                );
                line = at + 1;
            }
            if ["(", "[", "{"].iter().any(|sign| self.is(at, sign)) {
                open.push(at);
            } else if [")", "]", "}"].iter().any(|sign| self.is(at, sign)) {
                open.pop();
            }
            match binds_until {
                Some(sign) if self.is(at, sign) => binds_until = None,
                None if self.is(at, "for") => binds_until = Some("in"),
                None if self.is(at, "lambda") => binds_until = Some(":"),
                _ => {}
            }
            let Some(name) = self.name(at) else { continue };
            let before = at.wrapping_sub(1);
            let defines = DEFINE.iter().any(|word| self.is(before, word));
            let is_parameter = ["(", ",", "*", "**", "..."].iter().any(|sign| self.is(before, sign))
                && open.last().is_some_and(|open| self.has_parameters(*open));
            // A method, or a function with a body behind its brackets.
            let has_body = self.rules == Rules::JavaScript
                && self.is(at + 1, "(")
                && self.is(self.closer(at + 1) + 1, "{");
            if defines || is_parameter || has_body || binds_until.is_some() || self.is(at + 1, "=>") {
                own.insert(name);
            }
        }
        own
    }

    /// Whether a bracket may be that of a function's parameters.
    fn has_parameters(&self, open: usize) -> bool {
        let behind = self.closer(open) + 1;
        self.is(open.wrapping_sub(2), "def")
            || self.is(behind, "=>")
            || self.rules == Rules::JavaScript && self.is(behind, "{")
    }
}

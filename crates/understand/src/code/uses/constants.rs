//! Names of code that always stand for one value, and where that is written.

use std::collections::{HashMap, HashSet};

use super::super::tokens::{Kind, Rules};
use super::Code;
use super::changes::Change;

impl<'t> Code<'t> {
    /// Where the value stands that a name always has.
    pub fn constant(&self, name: &str) -> Option<(usize, usize)> {
        self.constants.get(name).copied()
    }

    /// Where the value stands that a name alone stands for, through at most so many names.
    pub fn followed(&self, start: usize, end: usize, most: usize) -> (usize, usize) {
        let mut at = self.untyped(start, end);
        for _ in 0..most {
            let name = self.name(at.0).filter(|_| at.1 == at.0 + 1);
            let Some(next) = name.and_then(|name| self.constants.get(name)) else { break };
            at = self.untyped(next.0, next.1);
        }
        at
    }

    /// Takes no name for what it was first given that is changed later.
    pub(super) fn forgets_changed(&mut self) {
        const MAKERS: &[&str] = &["list", "dict", "shlex", "sorted", "Array", "Object"];
        let is_changeable = |from: usize, to: usize| match self.name(from) {
            Some(name) => to == from + 1 || MAKERS.contains(&name),
            None => self.is(from, "[") || self.is(from, "{") || self.name(from + 2) == Some("split"),
        };
        let changeable = self.constants.iter().filter(|(_, (from, to))| is_changeable(*from, *to));
        let changeable: HashSet<&'t str> = changeable.map(|(name, _)| *name).collect();
        for (name, change) in self.changes(|name| changeable.contains(name)) {
            match change {
                Change::None => {}
                Change::Grows => {
                    self.growing.insert(name);
                }
                Change::Any => {
                    self.constants.remove(name);
                }
            }
        }
    }

    /// Names that are given a value once, and a plain one: where it stands.
    pub(super) fn constants(&self) -> HashMap<&'t str, (usize, usize)> {
        let mut counts: HashMap<&'t str, usize> = HashMap::new();
        let mut found = Vec::new();
        let mut start = 0;
        // Where the round bracket around this ends.
        let mut within = 0;
        for at in 0..=self.tokens.len() {
            if self.is(at, "(") {
                within = within.max(self.closer(at));
            }
            let ends = self.tokens.get(at).is_none_or(|token| {
                token.kind == Kind::Line
                    || matches!(token.text, ";")
                    || (token.kind == Kind::Sign
                        && matches!(token.text, "{" | "}")
                        && self.rules == Rules::JavaScript)
            });
            if ends {
                start = at + 1;
                continue;
            }
            let Some(token) = self.tokens.get(at) else { break };
            // `f(name=value)` gives no variable a value.
            let is_argument = token.text == "=" && at < within && self.rules == Rules::Python;
            let assigns = token.assigns() && !is_argument;
            let binds = matches!(
                token.text,
                "as" | "for"
                    | "in"
                    | "of"
                    | "import"
                    | "global"
                    | "nonlocal"
                    | "del"
                    | "except"
                    | "catch"
                    | "++"
                    | "--"
                    | "=>"
            ) && token.kind != Kind::Line;
            if assigns || binds {
                // What stands before `as` is given a name, and none itself.
                for index in if token.is("as") { at..at } else { start..at } {
                    if let Some(name) = self.name(index) {
                        *counts.entry(name).or_default() += 1;
                    }
                }
                let bound = if self.is(at + 1, "(") {
                    let close = self.closer(at + 1).min(at + 40);
                    // `for (const x of list)` gives the list no value.
                    at + 1
                        ..(at + 1..close)
                            .find(|index| token.is("for") && self.is(*index, "of"))
                            .unwrap_or(close)
                } else {
                    at + 1..at + 2
                };
                // What is gone through stays what it is.
                let binds_next = binds && !matches!(token.text, "in" | "of");
                for name in bound.filter(|_| binds_next).filter_map(|index| self.name(index)) {
                    *counts.entry(name).or_default() += 2;
                }
                let names = at.checked_sub(start);
                let declared = names == Some(2) && self.is(start, "const");
                if assigns && token.text == "=" && (names == Some(1) || declared) {
                    found.push((at - 1, at + 1));
                }
                start = at + 1;
            }
            // What a pattern of `match` binds.
            let starts = at
                .checked_sub(1)
                .and_then(|before| self.tokens.get(before))
                .is_none_or(|before| before.kind == Kind::Line);
            if token.is("case") && starts && self.rules == Rules::Python {
                for name in (at + 1..self.line_end(at).min(at + 200)).filter_map(|index| self.name(index)) {
                    *counts.entry(name).or_default() += 2;
                }
            }
            // Parameters of functions, and whatever looks like them.
            if token.is("(") {
                let close = self.closer(at);
                let function = self
                    .name(at.saturating_sub(2))
                    .is_some_and(|name| matches!(name, "def" | "function"))
                    || self.is(at.saturating_sub(1), "function")
                    || self.is(close + 1, "=>")
                    || (self.rules == Rules::JavaScript
                        && self.is(close + 1, "{")
                        && !["if", "while", "switch"].iter().any(|word| self.is(at.saturating_sub(1), word)));
                if function {
                    for index in at..close.min(at + 200) {
                        if let Some(name) = self.name(index) {
                            *counts.entry(name).or_default() += 2;
                        }
                    }
                }
            }
            if token.is("lambda") {
                for index in at..self.line_end(at).min(at + 40) {
                    if let Some(name) = self.name(index) {
                        *counts.entry(name).or_default() += 2;
                    }
                }
            }
        }
        let once = |name: &str| counts.get(name).is_some_and(|count| *count == 1);
        let value = |from: usize| {
            let opens = self.is(from, "[") || self.is(from, "(");
            // What stands behind a list makes another of it.
            let close = self.closer(from) + 1;
            let is_whole = ["+", ".", "[", "(", "*", "or", "and", "if", "||", "&&", "??", "?"]
                .iter()
                .all(|sign| !self.is(close, sign));
            let end = if opens && is_whole { close } else { self.line_end(from) };
            (from, end)
        };
        found
            .into_iter()
            .filter_map(|(name, from)| Some((self.name(name)?, value(from))))
            .filter(|(name, _)| once(name) || counts.get(name).is_some_and(|count| *count == 1))
            .collect()
    }
}

//! Which variables are constants of this text, and what is left of a shell's state where ways meet.

use std::collections::HashMap;

use crate::context::{ShellState, World};
use crate::environment;
use crate::word::Value;

use super::words::Names;

/// More variables than this are not followed.
const MOST: usize = 64;

/// How often each name stands in a text other than as `$name` or `${name}`.
#[derive(Debug)]
pub(crate) struct Mentions(HashMap<String, usize>);

impl Mentions {
    /// Counts the names of `text`.
    pub fn of(text: &str) -> Self {
        let mut counts = HashMap::new();
        if !text.contains('=') {
            return Self(counts);
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let mut rest = text;
        let mut before = "";
        while let Some(start) = rest.find(is_name) {
            let (skipped, tail) = rest.split_at(start);
            let end = tail.find(|c| !is_name(c)).unwrap_or(tail.len());
            let (name, after) = tail.split_at(end);
            let skipped = if skipped.is_empty() { before } else { skipped };
            let plain = skipped.ends_with('$') || (skipped.ends_with("${") && after.starts_with('}'));
            if !plain {
                *counts.entry(name.to_owned()).or_default() += 1;
            }
            before = skipped;
            rest = after;
        }
        Self(counts)
    }

    /// Whether the one assignment to `name` is its only mention: nothing else can change it.
    pub fn is_constant(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|count| *count == 1)
    }
}

impl ShellState {
    /// Sets a variable.
    pub fn set(&mut self, name: &str, value: Value) {
        if self.variables.len() >= MOST && !self.variables.contains_key(name) {
            self.poison("there are too many variables to follow");
        }
        if is_inherited(name) {
            self.environment.push((name.to_owned(), value.clone()));
        }
        if self.poisoned.is_none() {
            self.variables.insert(name.to_owned(), value);
        }
    }

    /// Hands a variable to the commands that follow.
    pub fn export(&mut self, name: &str, value: Value) {
        if !is_inherited(name) && environment::matters(name) {
            self.environment.push((name.to_owned(), value.clone()));
        }
        self.set(name, value);
    }

    /// No variable can be trusted from here on.
    pub fn poison(&mut self, why: &str) {
        self.variables.clear();
        self.poisoned = Some(why.to_owned());
    }

    /// What is known where the way that led to `self` and the one that led to `other` meet.
    pub fn merge(&mut self, other: &Self) {
        if self.poisoned.is_none() && other.poisoned.is_some() {
            self.poisoned.clone_from(&other.poisoned);
            self.variables.clear();
        }
        for (name, value) in &mut self.variables {
            if other.variables.get(name) != Some(value) {
                *value = Value::unknown("a variable that is not always set");
            }
        }
        for name in other.variables.keys() {
            if !self.variables.contains_key(name) && self.poisoned.is_none() {
                let unknown = Value::unknown("a variable that is not always set");
                self.variables.insert(name.clone(), unknown);
            }
        }
        if self.directory != other.directory {
            self.directory = Err("the directory is not always changed".to_owned());
        }
    }

    /// What follows runs whether or not the last `cd` worked.
    pub fn settle(&mut self) {
        if std::mem::take(&mut self.directory_unsure) {
            self.directory = Err("the directory may not exist".to_owned());
        }
    }
}

impl World {
    /// The branches checked out may also still be these.
    pub fn may_have(&mut self, heads: &[Option<String>]) {
        if self.heads == heads {
            return;
        }
        let before = if heads.is_empty() { &[None][..] } else { heads };
        for head in before {
            if !self.heads.contains(head) {
                self.heads.push(head.clone());
            }
        }
    }
}

impl Names for ShellState {
    fn variable(&self, name: &str) -> Value {
        if let Some(why) = &self.poisoned {
            return Value::unknown(why);
        }
        if let Some(value) = self.variables.get(name) {
            return value.clone();
        }
        match (name, &self.directory) {
            ("HOME", _) if !self.home.is_empty() => Value::Known(self.home.clone()),
            ("PWD", Ok(directory)) => Value::Known(directory.clone()),
            _ => Value::unknown("a variable of the environment"),
        }
    }

    fn home(&self) -> &str {
        &self.home
    }
}

/// Variables that are part of every environment, or may be: setting one is taken for exporting it.
fn is_inherited(name: &str) -> bool {
    environment::matters(name)
        && (matches!(
            name,
            "PATH" | "HOME" | "PWD" | "SHELL" | "EDITOR" | "VISUAL" | "PAGER" | "IFS" | "BASH_ENV" | "ENV"
        ) || ["GIT_", "LD_", "DYLD_", "GH_", "SSH_"].iter().any(|prefix| name.starts_with(prefix)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_is_mentioned_once() {
        let constant = |text: &str| Mentions::of(text).is_constant("B");
        assert!(constant("B=main; git push origin $B ${B}"));
        for text in ["B=a; B=b", "B=a; read B", "B=a; ((B=2))", "B=a; echo ${B:=x}", "B=a; C=B", "x"] {
            assert!(!constant(text), "{text}");
        }
    }
}

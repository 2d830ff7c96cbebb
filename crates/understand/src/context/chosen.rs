//! What earlier parts of the command chose for later ones: a context, a workspace, a project.
//!
//! A tool keeps such a choice in a file. Where nothing says that the choosing worked, later parts may act on what it
//! chose and on what was chosen before; behind `&&` they act on the new one alone.

use std::collections::BTreeMap;

use super::Context;
use crate::paths;
use crate::word::Value;

/// Files with choices, and choices of one file, that are kept in mind.
const MOST: usize = 8;

/// How sure it is that a choice holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Holds {
    /// It may have failed.
    Perhaps,
    /// It holds as long as what follows runs only if everything before it worked.
    IfWorked,
    /// It holds wherever what follows runs.
    Surely,
}

/// What one file says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Choice {
    name: String,
    holds: Holds,
    /// What it may say instead; none: what it said before the call.
    others: Vec<Option<String>>,
    /// How many files the command had written by then.
    written: usize,
}

impl Choice {
    fn may_be(&mut self, other: Option<String>) {
        if other.as_ref() == Some(&self.name) || self.others.contains(&other) {
            return;
        }
        let is_full = self.others.len() >= MOST && other.is_some();
        let other = if is_full { Some("*".to_owned()) } else { other };
        if !self.others.contains(&other) {
            self.others.push(other);
        }
    }
}

/// What was chosen, by the tool and the file that says so; a file of `*` is any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Chosen {
    choices: BTreeMap<(&'static str, String), Choice>,
    /// How often something was chosen.
    times: usize,
    /// Whether the contexts of a kubeconfig may be others than the file says.
    pub contexts_changed: bool,
    /// Whether a context of a kubeconfig may lead to another cluster than the file says.
    pub contexts_moved: bool,
    /// Contexts that the command makes under names of its own, and the clusters that they stand for.
    pub aliases: Vec<(String, String)>,
    /// The cluster that the command makes on this machine.
    pub cluster_made: Option<String>,
}

impl Chosen {
    fn choose(&mut self, tool: &'static str, file: &str, name: String, written: usize) {
        self.times += 1;
        let of_tool = self.choices.keys().filter(|(known, _)| *known == tool).count();
        let key = (tool, file.to_owned());
        let is_new = !self.choices.contains_key(&key);
        let key = if is_new && of_tool >= MOST { (tool, "*".to_owned()) } else { key };
        let mut choice = Choice { name, holds: Holds::Perhaps, others: Vec::new(), written };
        match self.choices.remove(&key) {
            Some(before) => {
                if before.holds != Holds::Surely {
                    before.others.iter().for_each(|other| choice.may_be(other.clone()));
                }
                choice.may_be(Some(before.name));
            }
            None => choice.may_be(None),
        }
        self.choices.insert(key, choice);
    }

    /// What comes next runs only if what chose these, after `before`, worked.
    pub fn worked(&mut self, before: &Self) {
        for (key, choice) in &mut self.choices {
            if before.choices.get(key) != Some(choice) && choice.holds == Holds::Perhaps {
                choice.holds = Holds::IfWorked;
            }
        }
    }

    /// Whether one thing was chosen since `before`.
    pub const fn is_one_more(&self, before: &Self) -> bool {
        self.times == before.times + 1
    }

    /// What comes next runs whether or not what ran before it worked.
    pub fn settle(&mut self) {
        for choice in self.choices.values_mut().filter(|choice| choice.holds == Holds::IfWorked) {
            choice.holds = Holds::Perhaps;
        }
    }

    /// Nothing comes next where what ran before it did not work.
    pub fn must_work(&mut self) {
        for choice in self.choices.values_mut().filter(|choice| choice.holds == Holds::IfWorked) {
            choice.holds = Holds::Surely;
            choice.others.clear();
        }
    }

    /// What was chosen since `before` may not hold.
    pub fn doubt(&mut self, before: &Self) {
        if self == before {
            return;
        }
        for (key, choice) in &mut self.choices {
            let known = before.choices.get(key);
            if known != Some(choice) {
                choice.holds = Holds::Perhaps;
                match known {
                    Some(known) => {
                        known.others.iter().for_each(|other| choice.may_be(other.clone()));
                        choice.may_be(Some(known.name.clone()));
                    }
                    None => choice.may_be(None),
                }
            }
        }
    }

    /// What was chosen may also be this.
    pub fn may_be(&mut self, other: &Self) {
        if self == other {
            return;
        }
        self.contexts_changed |= other.contexts_changed;
        self.contexts_moved |= other.contexts_moved;
        for alias in &other.aliases {
            if !self.aliases.contains(alias) {
                self.aliases.push(alias.clone());
            }
        }
        if self.cluster_made != other.cluster_made {
            self.cluster_made = None;
        }
        self.times = self.times.max(other.times);
        for (key, choice) in &mut self.choices {
            match other.choices.get(key) {
                Some(there) if there == choice => {}
                Some(there) => {
                    choice.holds = if there.name == choice.name {
                        choice.holds.min(there.holds)
                    } else {
                        Holds::Perhaps
                    };
                    choice.may_be(Some(there.name.clone()));
                    there.others.iter().for_each(|other| choice.may_be(other.clone()));
                }
                None => {
                    choice.holds = Holds::Perhaps;
                    choice.may_be(None);
                }
            }
        }
        for (key, there) in &other.choices {
            self.choices.entry(key.clone()).or_insert_with(|| {
                let mut choice = Choice { holds: Holds::Perhaps, ..there.clone() };
                choice.may_be(None);
                choice
            });
        }
    }
}

impl Context<'_> {
    /// Takes note that a tool acts on something else from now on, where it goes by this file.
    pub fn chooses(&mut self, tool: &'static str, file: &str, name: &str) {
        let written = self.state.world.written.len();
        self.state.world.chosen.choose(tool, file, name.to_owned(), written);
    }

    /// What a tool that goes by this file may act on, what was chosen last first; none: what the file says now.
    pub fn chosen(&self, tool: &'static str, file: &str) -> Vec<Option<String>> {
        let chosen = &self.state.world.chosen;
        let mut names: Vec<Option<String>> = Vec::new();
        let mut add = |name: Option<String>| {
            if !names.contains(&name) {
                names.push(name);
            }
        };
        let mut is_sure = false;
        for ((_, known), choice) in chosen.choices.iter().filter(|((known, _), _)| *known == tool) {
            let is_same = known == file && file != "*";
            if !is_same && known != "*" && file != "*" {
                continue;
            }
            add(Some(choice.name.clone()));
            if is_same && choice.holds != Holds::Perhaps {
                is_sure = true;
            } else {
                choice.others.iter().for_each(|other| add(other.clone()));
            }
            if self.wrote_since(choice.written, known) {
                add(Some("*".to_owned()));
            }
        }
        if !is_sure {
            add(None);
        }
        names
    }

    /// Whether the command may have written this file after its first so many.
    fn wrote_since(&self, written: usize, file: &str) -> bool {
        let located = paths::locate(&Value::Known(file.to_owned()), self);
        let later = self.state.world.written.get(written..).unwrap_or_default();
        later.iter().any(|written| written.touches(&located))
    }
}

#[cfg(test)]
mod tests;

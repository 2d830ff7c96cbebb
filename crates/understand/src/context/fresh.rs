//! Repositories that the command itself makes: they have no hooks, settings and remotes but those that it gives them.

use countersign_model::{Access, Answer, Effect, Question, Resource};

use super::{Context, World};
use crate::Workspace as _;
use crate::glob;
use crate::paths::{self, is_within};
use crate::word::Value;

/// Repositories of one call that are kept in mind.
const MOST: usize = 8;

/// A repository that the command makes where none was before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fresh {
    /// Its top directory.
    pub path: String,
    /// Whether it has no working tree.
    pub is_bare: bool,
    /// Whether all of its files come from another repository.
    pub is_clone: bool,
    /// How many files the command had written once it was made.
    pub written: usize,
}

impl Fresh {
    /// Where its own files are.
    pub fn store(&self) -> String {
        if self.is_bare { self.path.clone() } else { format!("{}/.git", self.path) }
    }

    /// Whether an effect may take away what makes the directory a repository.
    fn is_undone_by(&self, effect: &Effect, path: &str) -> bool {
        if effect.access == Access::Write && path == self.path {
            return false;
        }
        let store = self.store();
        let start = path.split(['*', '?', '[']).next().unwrap_or_default();
        is_within(&store, path) || is_within(path, &store) || start != path && store.starts_with(start)
    }
}

impl World {
    /// The innermost repository that the command makes and that a directory is in.
    pub fn fresh_around(&self, directory: &str) -> Option<&Fresh> {
        let around = self.fresh.iter().filter(|fresh| is_within(directory, &fresh.path));
        around.max_by_key(|fresh| fresh.path.len())
    }

    /// Takes note of an effect: one that may take away a repository leaves nothing known of it.
    pub fn may_undo_fresh(&mut self, effect: &Effect) {
        if effect.access == Access::Read || self.fresh.is_empty() {
            return;
        }
        if let Resource::Path { path, .. } = &effect.resource {
            self.fresh.retain(|fresh| !fresh.is_undone_by(effect, path));
        }
    }
}

impl Context<'_> {
    /// The directory in which a repository can be made that is nobody's yet; asked before anything says that it is
    /// written.
    pub fn place_of_fresh(&self, target: &Value, is_bare: bool) -> Option<String> {
        let world = &self.state.world;
        let located = paths::locate_entry(target, self);
        let is_sure = located.why.is_none() && located.leads.is_empty() && self.elsewhere.is_none();
        if !is_sure || world.opaque || !world.links.is_empty() || world.fresh.len() >= MOST {
            return None;
        }
        let fresh = Fresh { path: located.path, is_bare, is_clone: false, written: 0 };
        let store = paths::locate_entry(&Value::Known(fresh.store()), self);
        let is_absent = self.workspace.ask(&Question::Path { path: fresh.store() }) == Answer::Absent;
        let question = Question::Repository { directory: fresh.path.clone() };
        let is_there = self.workspace.ask(&question) == Answer::Directory { path: fresh.path.clone() };
        let is_free = is_absent && !is_there && !world.written.iter().any(|written| written.touches(&store));
        is_free.then_some(fresh.path)
    }

    /// Takes note that the command makes a repository there, once it is said what is written for it.
    pub fn makes_fresh(&mut self, path: Option<String>, is_bare: bool, is_clone: bool) {
        let Some(path) = path else { return };
        let fresh = Fresh { path, is_bare, is_clone, written: self.state.world.written.len() };
        self.chooses("git init", &fresh.store(), MADE);
        self.state.world.fresh.push(fresh);
    }

    /// Whether the directory is in a clone that the command surely made, into which it has put nothing since.
    pub fn is_in_untouched_clone(&self, directory: &str) -> bool {
        let world = &self.state.world;
        let Some(fresh) = world.fresh_around(directory).filter(|fresh| fresh.is_clone) else { return false };
        let is_put = |path: &String| {
            is_within(path, &fresh.path)
                || is_within(&fresh.path, path)
                || path == "*"
                || glob::is_pattern(path)
        };
        let mut later = world.written.iter().skip(fresh.written).flat_map(|written| written.paths());
        self.is_surely_made(fresh)
            && !world.opaque
            && !world.brings_work
            && world.links.is_empty()
            && !later.any(is_put)
    }

    /// Whether what runs now runs only if this repository was made.
    pub fn is_surely_made(&self, fresh: &Fresh) -> bool {
        matches!(self.chosen("git init", &fresh.store()).as_slice(), [Some(made)] if made == MADE)
    }
}

/// What is chosen where a repository is made.
const MADE: &str = "made";

//! What a call leaves of git and of files: for whoever understands the calls that follow it, and cannot ask the repository.

use std::collections::BTreeMap;

use crate::code::source::Written;

/// Sections of git's configuration that say where pushes go.
const DESTINATIONS: &[&str] = &["remote.", "branch.", "push.", "url.", "include.", "includeif."];

/// What a remote has that says where pushes to it go, and which refs they take.
const OF_REMOTE: &[&str] = &["url", "pushurl", "push", "mirror"];

/// A branch that a working tree is switched to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switched {
    /// Its full name; empty where it is not known.
    pub branch: String,
    /// Whether the name may be that of a file instead, which is then put back, and the branch stays.
    pub is_doubted: bool,
}

/// What a file holds that a call writes, as far as its text tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrote<'l> {
    /// This text.
    Text(&'l str),
    /// What it held, and this text after it.
    Appended(&'l str),
    /// What another file held.
    Copied {
        /// Its path.
        from: &'l str,
        /// How many files the call had written by then.
        at: usize,
    },
    /// Anything.
    Unknown,
}

/// What a call that has run leaves of git, and of files, as far as its text tells.
#[derive(Clone, Debug, Default)]
pub struct Left {
    pub(crate) written: Vec<Written>,
    switches: BTreeMap<String, Switched>,
    settings: BTreeMap<String, Option<String>>,
    unclear: Option<String>,
}

impl Left {
    /// The branch that a working tree, by its top directory, is switched to in the end if everything works.
    pub fn switched(&self, tree: &str) -> Option<&Switched> {
        self.switches.get(tree)
    }

    /// The files that it writes, by their paths where those are known, in order. Of tools that write files the input
    /// tells more.
    pub fn files(&self) -> impl Iterator<Item = (Option<&str>, Wrote<'_>)> {
        self.written.iter().map(|written| (written.path(), written.holds_in_the_end()))
    }

    /// The settings that say where pushes go and that it sets, by their keys with sections and names in lower case,
    /// with their only values; `None` for one that it takes away.
    pub const fn settings(&self) -> &BTreeMap<String, Option<String>> {
        &self.settings
    }

    /// Why any other setting that says where pushes go may be another, a sentence fragment.
    pub fn unclear(&self) -> Option<&str> {
        self.unclear.as_deref()
    }

    /// Whether a setting, by its key, says where pushes go.
    pub fn is_destination(key: &str) -> bool {
        DESTINATIONS.iter().any(|section| key.starts_with(section))
    }

    /// A working tree is switched to a branch, by its full name.
    pub(crate) fn switches(&mut self, tree: &str, branch: &str, is_doubted: bool) {
        self.switches.insert(tree.to_owned(), Switched { branch: branch.to_owned(), is_doubted });
    }

    /// A setting has this value from now on, or none.
    pub(crate) fn sets(&mut self, key: &str, value: Option<String>) {
        self.settings.insert(key.to_owned(), value);
    }

    /// A remote has this address and nothing else from now on, or is no more.
    pub(crate) fn remote(&mut self, name: &str, address: Option<&str>) {
        for last in OF_REMOTE {
            let value = address.filter(|_| *last == "url").map(str::to_owned);
            self.sets(&format!("remote.{name}.{last}"), value);
        }
    }

    /// Nothing is known any more of settings that say where pushes go.
    pub(crate) fn loses_track(&mut self, why: &str) {
        self.settings.clear();
        self.unclear = Some(why.to_owned());
    }
}

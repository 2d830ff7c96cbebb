//! The state of the shell and of what earlier parts of a command may have changed.

use std::collections::{BTreeMap, BTreeSet};

use countersign_model::{Access, Effect, Resource};

use super::chosen::Chosen;
use super::fresh::Fresh;
use super::heads::Heads;
use super::left::Left;
use crate::carried::Commits;
use crate::code::source::Written;
use crate::commands::Range;
use crate::families::{Switch, Tunnel};
use crate::paths::is_within;
use crate::shell::Tests;
use crate::shell::functions::Function;
use crate::shell::options::Reached;
use crate::target::Link;
use crate::word::Value;

/// What a part of the shell's text knows and what is lost when a subshell ends.
#[derive(Clone, Debug)]
pub(crate) struct ShellState {
    /// Where commands run, or why that is not known.
    pub directory: Result<String, String>,
    /// Whether that holds only if the last `cd` worked.
    pub directory_unsure: bool,
    /// Where the last `cd` was to lead and where it left from, where nothing says that it worked.
    pub either: Option<(String, String)>,
    /// The user's home.
    pub home: String,
    /// Variables of the environment that the policy says are secrets.
    pub secrets: Vec<String>,
    /// Whether `cd` follows links before it takes `..`.
    pub physical: bool,
    /// Whether patterns match names of files whatever the case of their letters: `shopt -s nocaseglob`.
    pub folds_names: bool,
    /// Whether `*` stands for names that begin with a dot, too: `shopt -s dotglob`.
    pub matches_hidden: bool,
    /// The same for patterns that are held against text: `shopt -s nocasematch`.
    pub folds_text: bool,
    /// Which of its tests end as they do in bash.
    pub tests: Tests,
    /// Variables whose values are not plainly told by the text.
    pub untold: BTreeSet<String>,
    /// How far `getopts` has come.
    pub options: Reached,
    /// Whether a `return`, or a `break` out of several loops, may have been met.
    pub left: bool,
    /// Whether a `continue` of a loop around another may have been met.
    pub skipped: bool,
    /// Variables set in this text; of an array, the first element.
    pub variables: BTreeMap<String, Value>,
    /// The values they may have, for those that have one of a few.
    pub choices: BTreeMap<String, Vec<String>>,
    /// Variables of loops over patterns as the shell spelled them, with the pattern.
    pub spelled: BTreeMap<String, String>,
    /// Those that are surely not set, although they have an (empty) value here.
    pub absent: BTreeSet<String>,
    /// Those that are not set where they are empty.
    pub perhaps_absent: BTreeSet<String>,
    /// What `PS4` was set to, not yet looked at.
    pub prompts: Vec<Value>,
    /// Programs that traps start, by their names: were they functions, they could change variables.
    pub watched: BTreeSet<String>,
    /// Whether each command is printed before it runs, with the values in it: `set -x`.
    pub traced: bool,
    /// Whether variables that are set from here on are given on: `set -a`.
    pub exports_all: bool,
    /// Whether this text is that of a sourced file, which `return` ends.
    pub sourced: bool,
    /// Those that are arrays.
    pub arrays: BTreeMap<String, Vec<Value>>,
    /// Those whose declaration gives assignments another meaning.
    pub odd: BTreeSet<String>,
    /// Those that commands inherit.
    pub exported: BTreeSet<String>,
    /// Those that are local to the function that runs, with what they were before.
    pub locals: Vec<Vec<Local>>,
    /// `$0`, if it is known.
    pub zero: Option<Value>,
    /// `$1` and those that follow, if they are known.
    pub parameters: Option<Vec<Value>>,
    /// What each of them is, where they are not known but hold a secret's value.
    pub given: Option<Value>,
    /// Whether a `return` or `break` may have ended this part of the text earlier.
    pub leaving: bool,
    /// Directories on the stack of `pushd`, the last on top.
    pub earlier: Vec<Result<String, String>>,
    /// The directory before the last `cd`.
    pub previous: Option<String>,
    /// Commands that run when this shell ends.
    pub traps: Vec<String>,
    /// Why any variable that is not among these may have been set.
    pub poisoned: Option<String>,
    /// Why any variable may have been given to the commands that follow.
    pub exports_unsure: Option<String>,
    /// Whether `IFS` may have been set to anything, where it is not among these.
    pub separators_unsure: bool,
    /// Whether `IFS` was ever set.
    pub separators_set: bool,
    /// Whether no assignment says what a variable's value is.
    pub distrusted: bool,
    /// Directories of programs that activated environments put first on the `PATH`.
    pub activated: Vec<String>,
    /// Environment that later commands inherit, as set in this text.
    pub environment: Vec<(String, Value)>,
    /// Aliases defined in this text; a shell may or may not expand them.
    pub aliases: BTreeMap<String, String>,
    /// Functions defined in this text; what they do is listed where they are called.
    pub functions: BTreeMap<String, Function>,
}

/// A variable as it was before a function made it its own.
#[derive(Clone, Debug)]
pub(crate) struct Local {
    pub name: String,
    pub value: Option<Value>,
    pub absent: bool,
    pub elements: Option<Vec<Value>>,
}

/// What earlier parts of the command may have changed for good.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    /// Branches that may be checked out now, where the command switched.
    pub heads: Heads,
    /// Repositories that the command makes.
    pub fresh: Vec<Fresh>,
    /// Working trees that the command makes.
    pub worktrees: Vec<Worktree>,
    /// The branch that the last switch left.
    pub previous: Option<Switch>,
    /// Tags that the command makes, by their full names.
    pub made: Vec<String>,
    /// Full names of branches that the command makes.
    pub branches_made: Vec<String>,
    /// Those that it makes without checking them out, at commits that something else names, by their full names.
    pub branches_beside: Vec<String>,
    /// Why commits or refs are no longer what the workspace says.
    pub refs_changed: Option<String>,
    /// Secret files that the command puts into git, by their paths.
    pub kept_secrets: Vec<String>,
    /// Whether git no longer says which files have changed.
    pub hides_changes: bool,
    /// Files and directories that the command moves, and where to.
    pub moved: Vec<(Resource, String)>,
    /// Patterns of what it moves away, and the directory above where it goes there.
    pub moved_away: Vec<String>,
    /// Names that secret files of the workspace had and have, for each time that one was moved from or to there.
    pub secrets_moved: Vec<String>,
    /// What the command's own commits take.
    pub commits: Commits,
    /// Why git's configuration is no longer what the workspace says.
    pub configuration_changed: Option<String>,
    /// Settings that say where the command's new branches go, by their keys; none where that is not known.
    pub upstreams: BTreeMap<String, Option<String>>,
    /// What is left of git for later calls; of files it is what is `written`.
    pub left: Left,
    /// Addresses of remotes that the command adds, by their repositories and names.
    pub remotes_added: BTreeMap<(String, String), String>,
    /// Second names that the command gave to files and directories, in order.
    pub links: Vec<Link>,
    /// Whether something ran that nobody can see into.
    pub opaque: bool,
    /// Virtual environments that the command makes, by their directories.
    pub environments: Vec<String>,
    /// Directories and empty files that the command makes, by their paths.
    pub made_here: Vec<String>,
    /// Scripts that ran and that nobody can follow, by their paths.
    pub scripts: Vec<String>,
    /// Whether something ran that may lead a port of this machine to another.
    pub forwards: bool,
    /// Whether something ran that may have made files which are not listed.
    pub makes_unseen: bool,
    /// Whether it moved something to another place.
    pub has_moved: bool,
    /// Whether more files come from the network or out of a decoder than are listed.
    pub brings_more: bool,
    /// Files that the command writes, in order.
    pub written: Vec<Written>,
    /// Why any file of the working tree may be another than it is now.
    pub tree_changed: Option<String>,
    /// Whether what changed it may have put work into it that no commit has.
    pub brings_work: bool,
    /// Directories that the shell may have changed to, or from; more than [`MOST_VISITED`]: it may be in any.
    pub visited: Vec<String>,
    /// Ports of this machine that the command made lead elsewhere.
    pub tunnels: Vec<Tunnel>,
    /// Directories in which the command makes repositories.
    pub cloned: Vec<String>,
    /// What the command may have chosen for later commands.
    pub chosen: Chosen,
    /// The commands whose output a variable's value may be or be made of; none: it may be anything.
    pub found_by: BTreeMap<String, Option<Range>>,
}

/// Variables whose values are followed.
const MOST_FOLLOWED: usize = 256;

/// Another working tree of a repository, which the command makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Worktree {
    /// Its top directory.
    pub path: String,
    /// That of the working tree from which it is made.
    pub home: String,
    /// The full name of the branch that is checked out in it; empty where that is not known.
    pub branch: String,
}

/// Directories that are kept in mind where it is not known which of them is the shell's.
pub(crate) const MOST_VISITED: usize = 16;

impl World {
    /// Takes note of the commands that a variable's value may come from.
    pub fn finds(&mut self, name: &str, commands: Option<Range>) {
        let both = match (self.found_by.get(name), commands) {
            (None, commands) => commands,
            (Some(Some(before)), Some(commands)) => {
                Some((before.0.min(commands.0), before.1.max(commands.1)))
            }
            (Some(_), _) => None,
        };
        if self.found_by.contains_key(name) || self.found_by.len() < MOST_FOLLOWED {
            self.found_by.insert(name.to_owned(), both);
        }
    }

    /// Takes note of an effect: one that may change what makes a directory a working tree leaves nothing known of it.
    pub fn may_unmake(&mut self, effect: &Effect) {
        if effect.access == Access::Read || self.worktrees.is_empty() {
            return;
        }
        let Resource::Path { path, .. } = &effect.resource else { return };
        let start = path.split(['*', '?', '[']).next().unwrap_or_default();
        self.worktrees.retain(|tree| {
            let link = format!("{}/.git", tree.path);
            !(is_within(&link, path) || is_within(path, &link) || start != path && link.starts_with(start))
        });
    }

    /// Takes note of a directory that the shell may be in from now on.
    pub fn visits(&mut self, directory: String) {
        if self.visited.len() <= MOST_VISITED && !self.visited.contains(&directory) {
            self.visited.push(directory);
        }
    }
}

/// Both.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub shell: ShellState,
    pub world: World,
}

//! What would this tool call do? A [`ToolCall`] goes in, [`Effect`]s come out.
//!
//! Architecture invariant: this crate knows no policies and no agents, and does no I/O: what it
//! needs to know of files and of git it asks a [`Workspace`].

mod arguments;
mod carried;
mod catalogue;
mod code;
mod collected;
mod commands;
mod context;
mod environment;
mod families;
mod fixture;
mod flows;
mod forge;
mod glob;
mod graphql;
mod invocation;
mod loaded;
#[cfg(test)]
mod parsers;
mod path_classes;
mod path_table;
mod paths;
mod pin;
mod powershell;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod readers;
mod search;
mod settings;
mod shell;
mod sought;
#[cfg(test)]
mod spellings;
mod sql;
mod tables;
mod target;
mod tools;
mod word;
mod workspace;

use std::collections::BTreeSet;

use countersign_model::{Access, Declared, Effect, Fact, ToolCall};
use serde_json::{Map, Value};

use context::Context;

pub use catalogue::{Example, FILES, Page, catalogue};
pub use code::shadows_python;
pub use commands::{Argument, Command};
pub use context::{LINES_OF_VARIABLES, Left, Switched, Wrote};
pub use families::is_usual_secret;
pub use glob::matches as pattern_matches;
pub use settings::SETTINGS;
pub use sql::sql_class;
pub use tools::names as tools;
pub use workspace::{Recorded, Recording, Workspace};

/// Root's files that switch the runtime or us.
const PROTECTED: &[&str] = &["/etc/claude-code", "/etc/countersign", "/var/lib/countersign"];

/// What of this machine understanding must know beforehand.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The user's home directory, absolute.
    pub home: String,
    /// Directories for temporary files, absolute.
    pub temporary: Vec<String>,
    /// Countersign's own files and directories, absolute.
    pub protected: Vec<String>,
    /// Programs and tools that the policy describes. One that a shipped family knows stays what it is.
    pub programs: Vec<Declared>,
    /// Variables of the environment whose values the policy says are secrets, besides those that are named so.
    pub secrets: Vec<String>,
}

impl Surroundings {
    /// Where files of Countersign and of the runtimes that start it usually are: below the user's home, below
    /// Countersign's own, and in the projects a session works in.
    pub fn usual(home: &str, countersign: &str, projects: &[&str]) -> Self {
        let mut protected = vec![countersign.to_owned()];
        protected.extend(PROTECTED.iter().map(|path| (*path).to_owned()));
        for folder in projects.iter().chain([&home]) {
            let settings = ["settings.json", "settings.local.json"];
            protected.extend(settings.map(|file| format!("{}/.claude/{file}", folder.trim_end_matches('/'))));
        }
        protected.sort();
        protected.dedup();
        let temporary = vec!["/tmp".to_owned(), "/var/tmp".to_owned()];
        Self { home: home.to_owned(), temporary, protected, programs: Vec::new(), secrets: Vec::new() }
    }

    /// Whether the value of a variable is a secret.
    pub(crate) fn keeps_secret(&self, name: &str) -> bool {
        families::is_secret_name(name) || self.secrets.iter().any(|secret| secret == name)
    }
}

/// Whether understanding knows a program of this name by itself.
pub fn knows(program: &str) -> bool {
    families::is_understood(program)
}

/// Whether tools of this name, or of this pattern of names, are understood to do more than is said of them: that counts
/// all the same.
pub fn does_more(tool: &str, said: Access) -> bool {
    tools::does_more(tool, said)
}

/// What a tool call would do, and what that was concluded from.
#[derive(Clone, Debug)]
pub struct Understanding {
    /// Never empty; every environment is still unknown.
    pub effects: Vec<Effect>,
    /// The commands that it runs or may run, in the order they were looked at; at most a thousand.
    pub commands: Vec<Command>,
    /// The directories in which commands run or may run, where they are known.
    pub directories: BTreeSet<String>,
    /// Everything asked of the workspace, in the order it was first asked.
    pub facts: Vec<Fact>,
    /// The part of the input that bears on effects: no descriptions, no ids.
    pub bearing: Map<String, Value>,
    /// Whether the call has an immutable form.
    pub pinning: Pinning,
    /// What it leaves of git and of files once it has run.
    pub left: Left,
}

/// The immutable form of a call: one that can only make the transition that was reviewed.
#[derive(Clone, Debug, PartialEq)]
pub enum Pinning {
    /// Nothing in the call moves anything on another machine.
    NotNeeded,
    /// There is one.
    Pinned {
        /// The whole input of the tool, rewritten.
        input: Map<String, Value>,
        /// What it does, for people.
        sentence: String,
    },
    /// There is none.
    Impossible {
        /// Why not, a sentence fragment.
        why: String,
    },
}

/// What `call` would do. Whatever cannot be understood is an opaque effect.
///
/// Parsing recurses, within limits: 2 MB of stack suffice, in debug builds too.
pub fn understand(call: &ToolCall, surroundings: &Surroundings, workspace: &dyn Workspace) -> Understanding {
    let recording = Recording::new(workspace);
    let mut context = Context::new(&call.cwd, &recording, surroundings);
    tools::effects(call, &mut context);
    code::absent::finish(&mut context);
    let Context { collected, tree, candidates, whole, state, .. } = context;
    let (commands, directories) = tree.finish(collected.len());
    let mut effects = collected.finish();
    flows::uploads(&mut effects);
    loaded::unshown(&whole, &mut effects);
    let pinning = pin::call(call, &effects, candidates);
    let mut left = state.world.left;
    left.written = state.world.written;
    let (facts, bearing) = (recording.into_facts(), tools::bearing(call));
    Understanding { effects, commands, directories, facts, bearing, pinning, left }
}

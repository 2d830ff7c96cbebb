//! What understanding carries along: the effects found so far, and the state of the shell and of
//! the repository at this point of the command.

use std::cell::{Cell, OnceCell};
use std::collections::{BTreeMap, BTreeSet};

use countersign_model::{
    Answer, Certainty, Effect, PathClass, Question, Resource, Reversible, Span, Verb, Zone, verbs,
};

use crate::code::source::Written;
use crate::collected::Collected;
use crate::commands::Commands;
use crate::invocation::{Invocation, Source, Stdin};
use crate::path_classes;
use crate::paths::{self, Located};
use crate::pin::Candidate;
use crate::shell::functions::{Calling, Function};
use crate::target::Link;
use crate::word::{Value, Word};
use crate::{Recording, Surroundings, Workspace as _};

/// Commands one call may hold; more are not looked at one by one.
const MOST_COMMANDS: usize = 1000;
/// Parts of the syntax tree that are walked, those of loops once for each value.
const MOST_STEPS: usize = 40_000;
/// Runs of loop bodies that are looked at one by one, one value at a time.
const MOST_TURNS: usize = 64;
/// Paths one call may name; what more there are can be any.
const MOST_PATHS: usize = 1000;
/// How deep commands and compound commands may hold each other.
const DEEPEST: usize = 48;
/// Bytes of shell text read in all, nested commands counted again.
const MOST_TEXT: usize = 4 * 64 * 1024;

/// Bytes of files read for what stands in them, such as a tool's settings; those read again count again.
const MOST_OF_FILES: usize = 4 << 20;

/// What a part of the shell's text knows and what is lost when a subshell ends.
#[derive(Clone, Debug)]
pub(crate) struct ShellState {
    /// Where commands run, or why that is not known.
    pub directory: Result<String, String>,
    /// Whether that holds only if the last `cd` worked.
    pub directory_unsure: bool,
    /// The user's home.
    pub home: String,
    /// Whether `cd` follows links before it takes `..`.
    pub physical: bool,
    /// Variables set in this text; of an array, the first element.
    pub variables: BTreeMap<String, Value>,
    /// Those that are surely not set, although they have an (empty) value here.
    pub absent: BTreeSet<String>,
    /// What `PS4` was set to, not yet looked at.
    pub prompts: Vec<Value>,
    /// Programs that traps start, by their names: were they functions, they could change variables.
    pub watched: BTreeSet<String>,
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
    /// Whether no assignment says what a variable's value is.
    pub distrusted: bool,
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
    /// Branches that may be checked out now, if the command switched; empty: as the workspace says.
    pub heads: Vec<Option<String>>,
    /// Tags that the command makes, by their full names.
    pub made: Vec<String>,
    /// Why commits or refs are no longer what the workspace says.
    pub refs_changed: Option<String>,
    /// Why git's configuration is no longer what the workspace says.
    pub configuration_changed: Option<String>,
    /// Second names that the command gave to files and directories, in order.
    pub links: Vec<Link>,
    /// Whether something ran that nobody can see into.
    pub opaque: bool,
    /// Whether something ran that may have made files which are not listed.
    pub makes_unseen: bool,
    /// Whether more files come from the network or out of a decoder than are listed.
    pub brings_more: bool,
    /// Files that the command writes, in order.
    pub written: Vec<Written>,
    /// Why any file of the working tree may be another than it is now.
    pub tree_changed: Option<String>,
    /// What the command may have chosen for later commands, by the tool: a context, a workspace, a project.
    pub chosen: BTreeMap<&'static str, String>,
}

/// Both.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub shell: ShellState,
    pub world: World,
}

/// Everything a family needs to say what a command does.
pub(crate) struct Context<'a> {
    pub workspace: &'a Recording<'a>,
    pub surroundings: &'a Surroundings,
    pub state: State,
    pub collected: Collected,
    /// The commands looked at so far.
    pub tree: Commands,
    /// Commands that have an immutable form, and why some have none.
    pub candidates: Vec<Candidate>,
    /// The command being looked at, for effects that name no place of their own.
    pub here: Option<Span>,
    /// Where the output of what ran so far comes from.
    pub flow: Source,
    /// What the compound command around this one reads.
    pub piped: Stdin,
    /// Whether an earlier command may have read some of that.
    pub fed: bool,
    /// Whether the command being looked at has a standard input of its own.
    pub own_stdin: bool,
    /// How deep in nested commands.
    pub depth: usize,
    /// Whether this part may run more than once or not at all.
    pub repeated: bool,
    /// Functions whose bodies are being looked at, and how they were called.
    pub calling: Vec<Calling>,
    /// Whether this part runs beside what comes after it, as a part of a pipe or in the background.
    pub beside: bool,
    /// Whether this part may not run.
    pub conditional: bool,
    /// Whether a text is read by its words alone: nothing of it is sure.
    pub guessing: bool,
    /// The text of the whole call.
    pub whole: String,
    /// A pattern for what a search finds, where its reach to Countersign's own files was worked out
    /// from the search itself.
    pub weighed: Option<String>,
    /// The other machine, container or pod that the command being looked at runs on.
    pub elsewhere: Option<Resource>,
    /// Runs of loop bodies that are left to be looked at, in all loops of the call together.
    pub turns: usize,
    /// Files that are being looked into, each started by the one before it.
    pub chain: Vec<String>,
    /// Bytes of code read in all.
    pub code: usize,
    /// Files that something runs and that are not there, with its name.
    pub absent: Vec<(String, String)>,
    given_up: bool,
    steps: usize,
    call_directory: String,
    top: OnceCell<Option<String>>,
    commands: usize,
    text: usize,
    paths: Cell<usize>,
    files: Cell<usize>,
}

impl<'a> Context<'a> {
    pub fn new(directory: &str, workspace: &'a Recording<'a>, surroundings: &'a Surroundings) -> Self {
        let directory_known = if directory.starts_with('/') {
            Ok(paths::normal("/", directory))
        } else {
            Err("the directory of the call is not absolute".to_owned())
        };
        Self {
            workspace,
            surroundings,
            state: State {
                shell: ShellState {
                    directory: directory_known,
                    directory_unsure: false,
                    home: surroundings.home.clone(),
                    physical: false,
                    variables: BTreeMap::new(),
                    absent: BTreeSet::new(),
                    prompts: Vec::new(),
                    watched: BTreeSet::new(),
                    sourced: false,
                    arrays: BTreeMap::new(),
                    odd: BTreeSet::new(),
                    exported: BTreeSet::new(),
                    locals: Vec::new(),
                    zero: None,
                    parameters: None,
                    leaving: false,
                    earlier: Vec::new(),
                    previous: None,
                    traps: Vec::new(),
                    poisoned: None,
                    distrusted: false,
                    environment: Vec::new(),
                    aliases: BTreeMap::new(),
                    functions: BTreeMap::new(),
                },
                world: World::default(),
            },
            collected: Collected::default(),
            tree: Commands::default(),
            candidates: Vec::new(),
            here: None,
            flow: Source::default(),
            piped: Stdin::Inherited,
            fed: false,
            own_stdin: false,
            depth: 0,
            repeated: false,
            calling: Vec::new(),
            beside: false,
            conditional: false,
            guessing: false,
            whole: String::new(),
            weighed: None,
            elsewhere: None,
            turns: MOST_TURNS,
            chain: Vec::new(),
            code: 0,
            absent: Vec::new(),
            given_up: false,
            steps: 0,
            call_directory: directory.to_owned(),
            top: OnceCell::new(),
            commands: 0,
            text: 0,
            paths: Cell::new(0),
            files: Cell::new(0),
        }
    }

    /// The directory that is the agent's workspace: the repository's top, or the call's directory.
    /// Never the home directory or one above it.
    pub fn top(&self) -> Option<&str> {
        let top = self.top.get_or_init(|| {
            let question = Question::Repository { directory: self.call_directory.clone() };
            let top = match self.workspace.ask(&question) {
                Answer::Directory { path } => path,
                _ => paths::normal("/", &self.call_directory),
            };
            let too_wide = top == "/" || paths::is_within(&self.surroundings.home, &top);
            (!too_wide && self.call_directory.starts_with('/')).then_some(top)
        });
        top.as_deref()
    }

    /// Where a change of the shell's directory to `path` leads; `physical`: links are followed
    /// before `..` is taken.
    pub fn directory_at(&self, path: &str, physical: bool) -> Result<String, String> {
        let directory = match &self.state.shell.directory {
            Ok(directory) => directory.as_str(),
            Err(_) if path.starts_with('/') => "/",
            Err(why) => return Err(why.clone()),
        };
        let whole = if path.starts_with('/') { path.to_owned() } else { format!("{directory}/{path}") };
        let links = &self.state.world.links;
        let literal = paths::normal("/", &whole);
        if links.iter().any(|link| paths::is_within(&literal, &link.name)) && whole.contains("..") {
            return Err("the command made a link on the way".to_owned());
        }
        if !physical {
            return Ok(literal);
        }
        match self.workspace.ask(&Question::Target { path: whole }) {
            Answer::Target { path, .. } => Ok(path),
            _ => Err("where the directory leads is not known".to_owned()),
        }
    }

    /// Adds an effect, at the command being looked at unless it names a place.
    pub fn push(&mut self, mut effect: Effect) {
        effect.span = effect.span.or(self.here);
        if let Some(place) = &self.elsewhere {
            effect = moved(effect, place);
        }
        self.flow.fetched |= effect.verb == verbs::NET_READ;
        if self.guessing {
            effect = crate::shell::lenient::weakened(effect);
        }
        if effect.certainty == Certainty::Opaque {
            self.state.world.opaque = true;
        }
        self.state.world.may_make(&effect);
        let slot = self.collected.push(effect);
        self.tree.has(slot);
    }

    /// Looks at what runs on another machine, in a container or in a pod: nothing is asked of this machine, and
    /// what it does to files and programs is done to `place`.
    pub fn elsewhere(&mut self, place: Resource, run: impl FnOnce(&mut Self)) {
        let outside = self.elsewhere.replace(place);
        let away = self.workspace.is_away(true);
        let shell = self.state.shell.clone();
        self.state.shell.directory = Err("it is a directory of another machine".to_owned());
        self.state.shell.environment.clear();
        run(self);
        self.state.shell = shell;
        self.workspace.is_away(away);
        self.elsewhere = outside;
    }

    /// The value of a variable that chooses where a tool acts: set for the command, set in this text, or set
    /// for the runtime. `Ok(None)`: not set; `Err`: why that is not known.
    pub fn setting(&self, invocation: &Invocation, name: &str) -> Result<Option<String>, String> {
        match crate::environment::value(invocation, name) {
            Some(Value::Known(text)) => return Ok(Some(text)),
            Some(Value::Pattern(_)) => return Err(format!("{name} is a file name pattern")),
            Some(Value::Unknown { why, .. }) => return Err(why),
            None => {}
        }
        match self.workspace.ask(&Question::Setting { name: name.to_owned() }) {
            // What every command inherits, this text may have set anew without exporting it.
            Answer::Values { values }
                if !values.is_empty() && self.state.shell.variables.contains_key(name) =>
            {
                match self.state.shell.variables.get(name) {
                    Some(Value::Known(text)) => Ok(Some(text.clone())),
                    _ => Err(format!("the value of {name} is not known")),
                }
            }
            Answer::Values { values } => Ok(values.into_iter().next()),
            Answer::Unknown { why } => Err(why),
            _ => Err(format!("the value of {name} is not known")),
        }
    }

    /// The text of a file that is read whole now, and whose change voids an approval. `Ok(None)`: there is no
    /// such file; `Err`: why its text is not known. `path` is absolute.
    pub fn file(&self, path: &str) -> Result<Option<String>, String> {
        if !path.starts_with('/') {
            return Err("the file's path is not known".to_owned());
        }
        match self.workspace.ask(&Question::Path { path: path.to_owned() }) {
            Answer::Text { text, whole: true, .. } => {
                self.files.set(self.files.get() + text.len());
                if self.files.get() > MOST_OF_FILES {
                    return Err("the call has too much of files to read".to_owned());
                }
                Ok(Some(text))
            }
            Answer::Text { .. } => Err("the file is too long, or no text".to_owned()),
            Answer::Absent => Ok(None),
            Answer::Directory { .. } => Err("it is a directory".to_owned()),
            Answer::Unknown { why } => Err(why),
            _ => Err("the file's text is not known".to_owned()),
        }
    }

    /// Adds something nobody can see into.
    pub fn opaque(&mut self, what: &str, why: &str) {
        self.push(Effect::opaque(what, why));
    }

    /// Adds something that is put together or named only as it runs.
    pub fn hidden(&mut self, what: &str, why: &str) {
        self.push(Effect::hidden(what, why));
    }

    /// Adds an effect on a program.
    pub fn program(&mut self, verb: Verb, name: &str) {
        self.push(Effect::new(verb, Resource::Program { name: name.to_owned() }));
    }

    /// Counts one more command; false when there are too many to look at.
    pub fn counts_command(&mut self) -> bool {
        self.commands += 1;
        if self.commands > MOST_COMMANDS {
            self.gives_up("there are too many commands to look at each");
        }
        self.commands <= MOST_COMMANDS
    }

    /// Goes one level deeper; false, and says so, when that is too deep.
    pub fn enters(&mut self) -> bool {
        if self.depth >= DEEPEST {
            self.gives_up("commands nest too deep");
            return false;
        }
        self.depth += 1;
        true
    }

    /// Counts one more step along the syntax tree; false when there are too many.
    pub fn counts_step(&mut self) -> bool {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            self.gives_up("the command has too many parts to look at each");
        }
        self.steps <= MOST_STEPS
    }

    /// Says that the rest is not looked at, and what the words of the whole call give away.
    pub fn gives_up(&mut self, why: &str) {
        if !std::mem::replace(&mut self.given_up, true) {
            self.opaque("the rest of the command", why);
            let whole = self.whole.clone();
            crate::families::unreadable(&whole, self);
        }
    }

    /// Comes back from where [`Self::enters`] went.
    pub const fn leaves(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Counts one more path; false when there are too many to look at. A pattern is as much work as
    /// several paths.
    pub fn counts_path(&self, is_pattern: bool) -> bool {
        self.paths.set(self.paths.get() + if is_pattern { 8 } else { 1 });
        self.paths.get() <= MOST_PATHS
    }

    /// Counts text about to be read; false when there is too much of it.
    pub fn counts_text(&mut self, length: usize) -> bool {
        self.text = self.text.saturating_add(length);
        self.text <= MOST_TEXT
    }

    /// Says that a file is read.
    pub fn read(&mut self, word: &Word) {
        self.read_value(&word.value);
    }

    /// Says that a file is read.
    pub fn read_value(&mut self, value: &Value) {
        if is_stream(value.text()) {
            return;
        }
        let located = paths::locate(value, self);
        if located.class == PathClass::Secret && located.zone == Zone::Workspace {
            // What everybody with the repository has is no secret of this machine's.
            let kept = if self.is_tracked(&located) { Reversible::Yes } else { Reversible::No };
            let effect = Effect::new(verbs::SECRET_READ, located.resource()).reversible(kept);
            self.push(match &located.why {
                Some(why) => effect.certain(Certainty::Partial, &format!("the path is not known: {why}")),
                None => effect,
            });
            return;
        }
        let verb = if located.class == PathClass::Secret { verbs::SECRET_READ } else { verbs::FS_READ };
        self.push_path(verb, &located);
    }

    /// Says that what is known to be there is read.
    pub fn reads(&mut self, located: &Located) {
        let verb = if located.class == PathClass::Secret { verbs::SECRET_READ } else { verbs::FS_READ };
        self.push_path(verb, located);
    }

    /// Says that a directory is read with all that is in it.
    pub fn read_tree(&mut self, word: &Word) {
        self.read(word);
        let located = paths::locate(&word.value, self);
        let home = &self.surroundings.home;
        if located.why.is_none() && !home.is_empty() && paths::is_within(home, &located.path) {
            let resource =
                Resource::Path { path: located.path, zone: located.zone, class: PathClass::Secret };
            let why = "credentials are kept below it";
            self.push(Effect::new(verbs::SECRET_READ, resource).certain(Certainty::Partial, why));
        }
    }

    /// Says that a file is created or changed.
    pub fn write(&mut self, word: &Word) {
        self.write_value(&word.value);
    }

    /// Says that a file is created or changed.
    pub fn write_value(&mut self, value: &Value) {
        if is_stream(value.text()) {
            return;
        }
        self.change(verbs::FS_WRITE, value);
    }

    /// Says that a directory is made, or a file without text.
    pub fn make(&mut self, word: &Word) {
        let written = self.state.world.written.len();
        self.write(word);
        self.state.world.written.truncate(written);
    }

    /// Says that an entry of a directory is put in the place of what was there.
    pub fn replace(&mut self, value: &Value) {
        let located = paths::locate_entry(value, self);
        self.change_located(verbs::FS_WRITE, &located);
    }

    /// Says that a file gets another name, through which it can be read and changed unseen.
    pub fn names_again(&mut self, value: &Value) {
        let located = paths::locate(value, self);
        match located.class {
            PathClass::Countersign => self.tamper(&located),
            PathClass::Secret => self.push_path(verbs::SECRET_READ, &located),
            PathClass::ToolConfiguration | PathClass::ShellConfiguration => {
                self.change_located(verbs::FS_WRITE, &located);
            }
            PathClass::Ordinary | PathClass::Rebuildable | PathClass::Delivery => {
                self.push_path(verbs::FS_READ, &located);
            }
        }
    }

    /// Says that a file's mode or owner changes.
    pub fn permit(&mut self, word: &Word) {
        self.change(verbs::FS_PERMISSION, &word.value);
    }

    /// Says that a file or directory is deleted.
    pub fn delete(&mut self, word: &Word) {
        let located = paths::locate_entry(&word.value, self);
        let in_git = located.readings().any(is_git_store);
        let restorable = !in_git && (located.class == PathClass::Rebuildable || self.is_tracked(&located));
        if paths::contains_protected(&located, self) {
            self.tamper(&located);
            return;
        }
        let before = self.collected.len();
        if self.is_all_temporary(&located) {
            let resource =
                Resource::Path { path: located.path.clone(), zone: Zone::System, class: located.class };
            self.push(
                Effect::new(verbs::FS_DELETE, resource).because("other programs keep their files there"),
            );
            return;
        }
        self.change_located(verbs::FS_DELETE, &located);
        if in_git && self.collected.len() > before {
            self.collected.amend_last(|effect| {
                effect.reversible = Reversible::No;
                effect.because = Some("git keeps its history there".to_owned());
            });
        }
        if restorable && self.collected.len() > before {
            self.collected.amend_last(|effect| effect.reversible = Reversible::Yes);
        }
    }

    /// Says that a file or directory leaves its place for another.
    pub fn moves(&mut self, word: &Word) {
        let located = paths::locate_entry(&word.value, self);
        if paths::contains_protected(&located, self) {
            self.tamper(&located);
        } else {
            // A link that moves still leads where it led, under a name nobody has looked at.
            let leads = paths::locate(&word.value, self);
            if leads.class == PathClass::Countersign {
                self.tamper(&leads);
            } else if leads.class == PathClass::Secret {
                self.push_path(verbs::SECRET_READ, &leads);
            }
            self.change_located(verbs::FS_WRITE, &located);
        }
    }

    /// Whether it is a whole directory for temporary files, or everything in it.
    fn is_all_temporary(&self, located: &Located) -> bool {
        let all = located.path.strip_suffix("/*").unwrap_or(&located.path);
        self.surroundings.temporary.iter().any(|directory| directory.trim_end_matches('/') == all)
    }

    fn is_tracked(&self, located: &Located) -> bool {
        let Some(top) = self.top().filter(|top| paths::is_within(&located.path, top)) else { return false };
        let question = Question::Tracked { repository: top.to_owned(), path: located.path.clone() };
        located.why.is_none() && self.workspace.ask(&question) == Answer::Yes
    }

    fn change(&mut self, verb: Verb, value: &Value) {
        let mut located = paths::locate(value, self);
        let contains = verb == verbs::FS_PERMISSION && paths::contains_protected(&located, self);
        if contains && located.zone == Zone::Workspace && located.class == PathClass::Ordinary {
            // It is about the whole tree; that the settings in it are among it, a person is told.
            located.class = PathClass::ToolConfiguration;
            let why = "the settings in it that start Countersign get that mode or owner too";
            self.push(Effect::new(verb, located.resource()).because(why));
        } else if contains {
            self.tamper(&located);
        } else {
            self.change_located(verb, &located);
        }
    }

    fn change_located(&mut self, verb: Verb, located: &Located) {
        if located.readings().any(is_git_internal) {
            let why = "an earlier part of the command changes git's own files".to_owned();
            self.state.world.configuration_changed = Some(why.clone());
            self.state.world.refs_changed = Some(why);
        }
        if verb == verbs::FS_WRITE {
            self.state.world.writes(located);
        }
        if located.class == PathClass::Countersign {
            self.tamper(located);
        } else if located.readings().any(is_disk) {
            self.push(
                Effect::new(verbs::EXEC_SYSTEM, located.resource())
                    .because("it writes to a device or a switch of the system"),
            );
        } else {
            self.push_path(verb, located);
        }
    }

    fn tamper(&mut self, located: &Located) {
        let (path, zone) = (located.path.clone(), located.zone);
        let resource = Resource::Path { path, zone, class: PathClass::Countersign };
        self.push(
            Effect::new(verbs::COUNTERSIGN_TAMPER, resource).because("these are Countersign's own files"),
        );
    }

    fn push_path(&mut self, verb: Verb, located: &Located) {
        let effect = Effect::new(verb, located.resource());
        self.push(match &located.why {
            Some(why) => effect.certain(Certainty::Partial, &format!("the path is not known: {why}")),
            None if effect.verb == verbs::FS_WRITE => {
                match path_classes::runs_later(&located.path, located.class) {
                    Some(later) => effect.because(later),
                    None => effect,
                }
            }
            None => effect,
        });
    }
}

/// What is done on another machine, to what is known of it here: the machine. What has a place of its own
/// in the world keeps it.
fn moved(mut effect: Effect, place: &Resource) -> Effect {
    match &effect.resource {
        Resource::Path { .. }
        | Resource::Program { .. }
        | Resource::Repository { .. }
        | Resource::Ref { .. }
        | Resource::Container { host: None, .. }
        | Resource::Tool { .. }
        | Resource::Secret { .. } => {}
        Resource::Host { host, .. } if countersign_model::is_this_machine(host) => {}
        Resource::Database { host, .. }
            if host.starts_with('/') || countersign_model::is_this_machine(host) => {}
        Resource::Container { .. }
        | Resource::Host { .. }
        | Resource::Database { .. }
        | Resource::PullRequest { .. }
        | Resource::Forge { .. }
        | Resource::Cluster { .. }
        | Resource::Cloud { .. }
        | Resource::Stack { .. }
        | Resource::App { .. }
        | Resource::Package { .. }
        | Resource::Change { .. } => return effect,
    }
    let there = format!("{} there", effect.resource);
    effect.because = Some(match effect.because.take() {
        Some(because) => format!("{there}: {because}"),
        None => there,
    });
    effect.resource = place.clone();
    effect
}

/// Paths that are no files: reading or writing them touches nothing.
fn is_stream(path: &str) -> bool {
    let open = path.strip_prefix("/dev/fd/").or_else(|| path.strip_prefix("/proc/self/fd/"));
    matches!(
        path,
        "-" | "/dev/null" | "/dev/zero" | "/dev/stdin" | "/dev/stdout" | "/dev/stderr" | "/dev/tty"
    ) || open.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Devices and switches of the system by which a write reaches all of it.
fn is_disk(path: &str) -> bool {
    const STARTS: &[&str] = &[
        "/dev/sd",
        "/dev/nvme",
        "/dev/disk",
        "/dev/hd",
        "/dev/vd",
        "/dev/xvd",
        "/dev/mmcblk",
        "/dev/dm-",
        "/dev/mapper/",
        "/dev/md",
        "/dev/loop",
        "/dev/rdisk",
        "/dev/mem",
        "/dev/kmem",
        "/dev/port",
        "/dev/nbd",
        "/dev/zvol/",
        "/proc/sysrq-trigger",
        "/proc/sys/",
        "/sys/",
    ];
    STARTS.iter().any(|prefix| path.starts_with(prefix))
}

/// Whether git keeps history, refs or unfinished work there.
fn is_git_store(path: &str) -> bool {
    const PARTS: &[&str] =
        &["objects", "refs", "logs", "worktrees", "HEAD", "packed-refs", "index", "modules", "lfs"];
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        if part.ends_with(".git") {
            return part == ".git"
                || parts.peek().is_some_and(|next| PARTS.contains(next) || next.contains(['*', '{']));
        }
    }
    false
}

/// Whether git reads this file for its configuration or its refs.
fn is_git_internal(path: &str) -> bool {
    path == "*"
        || path.contains("/.git/")
        || path.ends_with("/.git")
        || path.ends_with("/.gitconfig")
        || path.contains("/.config/git/")
        || path == "/etc/gitconfig"
}

//! What understanding carries along: the effects found so far, and the state of the shell and of
//! the repository at this point of the command.

mod apart;
mod asked;
mod chosen;
mod file_effects;
mod fresh;
mod heads;
mod left;
mod limits;
mod listed_settings;
mod local_services;
mod lost;
mod secret_files;
mod special_files;
mod state;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use countersign_model::{Certainty, Effect, Origin, Resource, Span, Verb, verbs};
use countersign_yaml::Node;

use crate::collected::Collected;
use crate::commands::Commands;
use crate::families::leaving::{self, Reach};
use crate::families::{Speaking, told};
use crate::invocation::{Source, Stdin};
use crate::paths::{self, Mount};
use crate::pin::Candidate;
use crate::shell::functions::Calling;
use crate::shell::{Tests, taken};
use crate::sql::DatabasePlace;
use crate::{Recording, Surroundings};

pub(crate) use apart::only_reads;
pub(crate) use chosen::Chosen;
pub(crate) use heads::Heads;
pub use left::{Left, Switched, Wrote};
pub use secret_files::LINES_OF_VARIABLES;
pub(crate) use state::{Local, MOST_VISITED, ShellState, State, Worktree, World};

/// Runs of loop bodies that are looked at one by one, one value at a time.
const MOST_TURNS: usize = 64;
/// Effects of one command that are looked at for what they reach.
const MOST_REACHED: usize = 64;

/// Ways to run commands whose variables have one of a few values, in all of the call together.
const MOST_ALTERNATIVES: usize = 256;

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
    /// The line of a file behind the command that is being looked at.
    pub origin: Option<Origin>,
    /// The line at which the text begins that a shell runs next, where it is that of the file itself.
    pub first_line: Option<usize>,
    /// Where the output of what ran so far comes from.
    pub flow: Source,
    /// How the last command ended, where that is sure: true where it worked.
    pub outcome: Option<bool>,
    /// What the compound command around this one reads.
    pub piped: Stdin,
    /// Whether an earlier command may have read some of that.
    pub fed: bool,
    /// Whether that was opened since the last part that may run more than once started.
    pub opened: bool,
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
    /// Whether of what the command prints only the names of variables are left.
    pub names_only: bool,
    /// Whether the words being expanded are files of a program that does nothing without them.
    pub takes_files: bool,
    /// Whether this part may not run.
    pub conditional: bool,
    /// Whether a text is read by its words alone: nothing of it is sure.
    pub guessing: bool,
    /// What of the network the command being looked at reaches, where it carries a secret.
    pub reached: Option<Vec<Reach>>,
    /// Whether the command being looked at tests or builds a project.
    pub runs_project: bool,
    /// Other machines that the program being looked at speaks to.
    pub speaking: Speaking,
    /// What the command being looked at runs that nobody can see into.
    pub unseen: Option<Effect>,
    /// The texts between quotes of a file that it runs and that nobody can follow.
    pub unseen_texts: Vec<String>,
    /// The secret whose value was read last, of those that a substitution may print.
    pub taken: Option<String>,
    /// Whether the text being looked at stands in the call as it is, so that its shell is the call's own.
    pub first_hand: bool,
    /// The text of the whole call.
    pub whole: String,
    /// A pattern for what a search finds, where its reach to Countersign's own files was worked out
    /// from the search itself.
    pub weighed: Option<String>,
    /// Paths of the patterns that the shell itself expands for the command being looked at, each in one directory.
    pub expanded: Vec<String>,
    /// Paths of the patterns of a search whose finds the command being looked at is given, from anywhere below.
    pub found_below: Vec<String>,
    /// The other machine, container or pod that the command being looked at runs on.
    pub elsewhere: Option<Resource>,
    /// What of this machine that place has.
    pub mounts: Vec<Mount>,
    /// Names by which it reaches other containers of this machine.
    pub peers: Vec<String>,
    /// Runs of loop bodies that are left to be looked at, in all loops of the call together.
    pub turns: usize,
    /// Ways to run commands that are left to be looked at, where variables have one of a few values.
    pub alternatives: usize,
    /// Files that are being looked into, each started by the one before it.
    pub chain: Vec<String>,
    /// Why a file that was looked into may be another by the time it runs.
    pub unsure: Option<String>,
    /// Databases that the code being looked at is connected to, it itself or what it loads.
    pub connections: Vec<DatabasePlace>,
    /// Bytes of code read in all.
    pub code: usize,
    /// Files that something runs and that are not there, with its name.
    pub absent: Vec<(String, String)>,
    /// Whether paths are this machine's own, whatever is mounted elsewhere.
    unmounted: Cell<bool>,
    /// Whether something of a file was not looked at, over a limit.
    given_up: bool,
    /// Whether something of the call itself was not.
    hidden_rest: bool,
    steps: usize,
    call_directory: String,
    top: OnceCell<Option<String>>,
    commands: usize,
    text: usize,
    paths: Cell<usize>,
    files: Cell<usize>,
    /// The YAML text that was read last, and what it is: one call may name a file a thousand times.
    yaml: RefCell<Option<(String, Option<Rc<Node>>)>>,
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
                    either: None,
                    home: surroundings.home.clone(),
                    secrets: surroundings.secrets.clone(),
                    physical: false,
                    folds_names: false,
                    folds_text: false,
                    tests: Tests::default(),
                    untold: BTreeSet::new(),
                    options: crate::shell::options::Reached::default(),
                    left: false,
                    skipped: false,
                    matches_hidden: false,
                    variables: BTreeMap::new(),
                    choices: BTreeMap::new(),
                    spelled: BTreeMap::new(),
                    absent: BTreeSet::new(),
                    perhaps_absent: BTreeSet::new(),
                    prompts: Vec::new(),
                    watched: BTreeSet::new(),
                    traced: false,
                    exports_all: false,
                    sourced: false,
                    arrays: BTreeMap::new(),
                    odd: BTreeSet::new(),
                    exported: BTreeSet::new(),
                    locals: Vec::new(),
                    zero: None,
                    parameters: None,
                    given: None,
                    leaving: false,
                    earlier: Vec::new(),
                    previous: None,
                    traps: Vec::new(),
                    poisoned: None,
                    exports_unsure: None,
                    separators_unsure: false,
                    separators_set: false,
                    distrusted: false,
                    environment: Vec::new(),
                    activated: Vec::new(),
                    aliases: BTreeMap::new(),
                    functions: BTreeMap::new(),
                },
                world: World::default(),
            },
            collected: Collected::default(),
            tree: Commands::default(),
            candidates: Vec::new(),
            here: None,
            origin: None,
            first_line: None,
            flow: Source::default(),
            outcome: None,
            piped: Stdin::Inherited,
            fed: false,
            opened: false,
            own_stdin: false,
            depth: 0,
            repeated: false,
            calling: Vec::new(),
            beside: false,
            names_only: false,
            takes_files: false,
            conditional: false,
            guessing: false,
            reached: None,
            runs_project: false,
            speaking: Speaking::default(),
            unseen: None,
            unseen_texts: Vec::new(),
            taken: None,
            first_hand: false,
            whole: String::new(),
            weighed: None,
            expanded: Vec::new(),
            found_below: Vec::new(),
            elsewhere: None,
            mounts: Vec::new(),
            peers: Vec::new(),
            unmounted: Cell::new(false),
            turns: MOST_TURNS,
            alternatives: MOST_ALTERNATIVES,
            chain: Vec::new(),
            unsure: None,
            connections: Vec::new(),
            code: 0,
            absent: Vec::new(),
            given_up: false,
            hidden_rest: false,
            steps: 0,
            call_directory: directory.to_owned(),
            top: OnceCell::new(),
            commands: 0,
            text: 0,
            paths: Cell::new(0),
            files: Cell::new(0),
            yaml: RefCell::new(None),
        }
    }

    /// Adds an effect, at the command being looked at unless it names a place.
    pub fn push(&mut self, mut effect: Effect) {
        effect.span = effect.span.or(self.here);
        if effect.origin.is_none() {
            effect.origin.clone_from(&self.origin);
        }
        if !self.state.world.tunnels.is_empty() && self.elsewhere.is_none() {
            effect = crate::families::through(effect, self);
        }
        self.notes_tunnel(&effect);
        let (mut effect, peer) = crate::families::peers::reached(effect, self);
        effect = self.of_local_service(effect);
        effect.expanded |= crate::shell::expanded::is_expanded(&effect.resource, self);
        if let Some(place) = peer.as_ref().or(self.elsewhere.as_ref()) {
            let is_here = self.mounts.iter().any(|mount| mount.reaches(&effect.resource));
            effect = if is_here { effect } else { moved(effect, place) };
        }
        self.flow.fetched |= effect.verb == verbs::NET_READ;
        self.runs_project |= effect.verb == verbs::EXEC_TEST || effect.verb == verbs::EXEC_BUILD;
        self.speaking.say(&mut effect);
        if self.guessing {
            effect = crate::shell::lenient::weakened(effect);
        }
        if let Some(reached) = &mut self.reached {
            reached.extend(leaving::reach(&effect).filter(|_| reached.len() < MOST_REACHED));
        }
        if effect.verb == verbs::SECRET_READ {
            self.taken = taken::taken(&effect.resource);
        }
        if told::is_unseen(&effect.verb)
            && self.unseen.as_ref().is_none_or(|known| known.certainty < effect.certainty)
        {
            self.unseen = Some(effect.clone());
        }
        if effect.certainty == Certainty::Opaque {
            self.state.world.opaque = true;
        }
        if self.repeated && effect.opens_pull_request() {
            effect.times = u32::MAX;
        }
        self.state.world.may_make(&effect);
        self.state.world.may_unmake(&effect);
        self.state.world.may_undo_fresh(&effect);
        let slot = self.collected.push(effect);
        self.tree.has(slot);
    }

    /// Looks at what runs on another machine, in a container or in a pod: nothing is asked of this machine, and
    /// what it does to files and programs is done to `place`.
    pub fn elsewhere(&mut self, place: Resource, run: impl FnOnce(&mut Self)) {
        let mounts = std::mem::take(&mut self.mounts);
        let open = self.workspace.opens(Vec::new());
        self.away(place, run);
        self.workspace.opens(open);
        self.mounts = mounts;
    }

    /// The same for a container that has parts of this machine: what is done to these is done here.
    pub fn inside(
        &mut self,
        place: Resource,
        mounts: Vec<Mount>,
        directory: Option<String>,
        run: impl FnOnce(&mut Self),
    ) {
        let open = self.workspace.opens(mounts.iter().map(|mount| mount.source.clone()).collect());
        let mounts = std::mem::replace(&mut self.mounts, mounts);
        self.away(place, |context| {
            if let Some(directory) = directory {
                context.state.shell.directory = Ok(directory);
            }
            run(context);
        });
        self.workspace.opens(open);
        self.mounts = mounts;
    }

    /// Whether paths may be this machine's by what is mounted.
    pub fn has_mounts(&self) -> bool {
        !self.mounts.is_empty() && !self.unmounted.get()
    }

    /// Takes paths for this machine's own.
    pub fn outside_of_mounts<T>(&self, run: impl FnOnce(&Self) -> T) -> T {
        let away = self.workspace.is_away(false);
        let unmounted = self.unmounted.replace(true);
        let result = run(self);
        self.unmounted.set(unmounted);
        self.workspace.is_away(away);
        result
    }

    fn away(&mut self, place: Resource, run: impl FnOnce(&mut Self)) {
        // A container of an engine elsewhere is where that engine is.
        let place = match (&self.elsewhere, place) {
            (Some(outer), Resource::Container { host: None, .. }) => outer.clone(),
            (_, place) => place,
        };
        let outside = self.elsewhere.replace(place);
        let away = self.workspace.is_away(true);
        let shell = self.state.shell.clone();
        self.state.shell.directory = Err(match &self.elsewhere {
            Some(Resource::Container { .. }) => "which directory the container starts in is not known",
            Some(Resource::Cluster { .. }) => "which directory the pod starts in is not known",
            _ => "which directory of that machine it starts in is not known",
        }
        .to_owned());
        self.state.shell.environment.clear();
        let peers = std::mem::take(&mut self.peers);
        run(self);
        self.peers = peers;
        self.state.shell = shell;
        self.workspace.is_away(away);
        self.elsewhere = outside;
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
}

/// The context of a client on another machine that is told of none: which cluster it is, that machine's files say.
pub(crate) const CLUSTER_OF_THE_MACHINE: &str = "the machine's own cluster";

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
        Resource::Cluster { context, .. } if context == CLUSTER_OF_THE_MACHINE => {}
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

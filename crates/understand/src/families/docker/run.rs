//! `docker run`, `create` and `exec`: what of this machine a container gets, and what runs in it.

use countersign_model::{Certainty, Effect, Resource, Zone, verbs};

use super::mounts::{self, Given};
use super::{engine, images, on};
use crate::code::environment_files;
use crate::code::source::{self, Source};
use crate::context::{Context, only_reads};
use crate::families::{dispatch, ssh, told};
use crate::invocation::{Invocation, Stdin};
use crate::paths::{self, Mount};
use crate::word::{Value, Word};

/// Long options that take no value; all others do.
const FLAGS: &[&str] = &[
    "--interactive", "--tty", "--detach", "--rm", "--init", "--privileged", "--publish-all", "--read-only", "--no-healthcheck",
    "--oom-kill-disable", "--sig-proxy", "--disable-content-trust", "--quiet", "--replace", "--tls-verify", "--no-hosts", "--http-proxy",
    "--help", "--rmi", "--no-deps", "--service-ports", "--use-aliases", "--no-TTY", "--build", "--remove-orphans", "--quiet-pull",
    "--quiet-build", "--env-host", "--dry-run",
];
/// Letters that take no value.
const LETTERS: &[char] = &['i', 't', 'd', 'P', 'q', 'T'];

/// Options, and where the first operand stands.
#[derive(Default)]
pub(super) struct Options {
    given: Vec<(String, Option<Value>)>,
    pub operand: Option<usize>,
    /// Whether input is handed on without being asked for, as Compose does.
    pub is_session: bool,
}

impl Options {
    pub fn has(&self, name: &str) -> bool {
        self.given.iter().any(|(given, value)| {
            given == name && value.as_ref().and_then(Value::known) != Some("false")
        })
    }

    pub fn values(&self, names: &[&str]) -> impl Iterator<Item = &Value> {
        self.given.iter().filter(move |(name, _)| names.contains(&name.as_str())).filter_map(|(_, value)| value.as_ref())
    }
}

/// Options up to the first operand from `start` on.
pub(super) fn options(invocation: &Invocation, start: usize) -> Options {
    let mut options = Options::default();
    let mut index = start;
    while let Some(word) = invocation.words.get(index) {
        let text = word.text();
        if word.known() == Some("--") {
            index += 1;
            break;
        }
        if !text.starts_with('-') || text.len() < 2 {
            break;
        }
        index += 1;
        let next = |at: usize| invocation.words.get(at).map(|word| word.value.clone());
        if text.starts_with("--") {
            match text.split_once('=') {
                Some((name, _)) => options.given.push((name.to_owned(), word.value.strip_prefix(&format!("{name}=")))),
                None if FLAGS.contains(&text) => options.given.push((text.to_owned(), None)),
                None => {
                    options.given.push((text.to_owned(), next(index)));
                    index += 1;
                }
            }
            continue;
        }
        for (at, letter) in text.char_indices().skip(1) {
            let name = format!("-{letter}");
            if LETTERS.contains(&letter) {
                options.given.push((name, None));
                continue;
            }
            let before = text.get(..at + letter.len_utf8()).unwrap_or(text);
            let rest = word.value.strip_prefix(before).filter(|value| !value.text().is_empty());
            let rest = rest.map(|value| value.strip_prefix("=").unwrap_or(value));
            if rest.is_none() {
                index += 1;
            }
            let value = rest.or_else(|| next(index - 1));
            options.given.push((name, value));
            break;
        }
    }
    options.operand = (index < invocation.words.len()).then_some(index);
    options
}

/// Starts a container.
pub(super) fn run(invocation: &Invocation, start: usize, only_made: bool, context: &mut Context<'_>) {
    let options = options(invocation, start);
    if options.has("--help") {
        context.program(verbs::EXEC_READ, &invocation.title());
        return;
    }
    let host = engine::host(invocation, context);
    let image = options.operand.and_then(|at| invocation.known(at)).unwrap_or("*").to_owned();
    let verb = if only_made { verbs::CONTAINER_WRITE } else { verbs::CONTAINER_RUN };
    let effect = on(verb, host.as_ref(), "image", &image);
    let reach = reach(&options, engine::is_elsewhere(host.as_ref(), context), context);
    context.push(if image == "*" {
        effect.certain(Certainty::Partial, "the image is not known")
    } else if let Some(why) = &reach.workspace {
        effect.certain(Certainty::Partial, why)
    } else {
        effect
    });
    let given: Vec<(String, Value)> = reach.environment.iter().cloned().chain(variables(&options, invocation, context)).collect();
    told::container(&image, &given, context);
    for value in options.values(&["--cidfile"]) {
        context.write_value(value);
    }
    let place = on(verbs::CONTAINER_RUN, host.as_ref(), "container", &image).resource;
    inside(&options, options.operand.map(|at| at + 1), true, invocation, place, reach, context);
}

/// Runs a program in a container that is there.
pub(super) fn exec(invocation: &Invocation, start: usize, context: &mut Context<'_>) {
    let options = options(invocation, start);
    let host = engine::host(invocation, context);
    let name = options.operand.and_then(|at| invocation.known(at)).unwrap_or("*").to_owned();
    if options.has("--help") {
        context.program(verbs::EXEC_READ, &invocation.title());
        return;
    }
    if options.has("--privileged") {
        privilege("--privileged gives it every right", context);
    }
    let reach = Reach { environment: from_files(&options, engine::is_elsewhere(host.as_ref(), context), context), ..Reach::default() };
    let effect = on(verbs::CONTAINER_RUN, host.as_ref(), "container", &name);
    let effect = if name == "*" { effect.certain(Certainty::Partial, "which container is meant is not known") } else { effect };
    within(effect, &options, invocation, reach, context);
}

/// Runs a program in a container that is there: one that only reads starts nothing that lasts.
pub(super) fn within(effect: Effect, options: &Options, invocation: &Invocation, reach: Reach, context: &mut Context<'_>) {
    let place = effect.resource.clone();
    let before = context.begins_apart();
    inside(options, options.operand.map(|at| at + 1), false, invocation, place, reach, context);
    let nested = context.ends_apart(before);
    let effect = if only_reads(&nested) {
        let looks = Effect::new(verbs::CONTAINER_READ, effect.resource).because("what runs there only reads");
        Effect { certainty: effect.certainty, because: effect.because.or(looks.because.clone()), ..looks }
    } else {
        effect
    };
    context.push(effect);
    nested.into_iter().for_each(|apart| context.push_apart(apart));
}

/// The command that runs in the container.
pub(super) fn inside(
    options: &Options,
    start: Option<usize>,
    is_image: bool,
    invocation: &Invocation,
    place: Resource,
    reach: Reach,
    context: &mut Context<'_>,
) {
    let nested = start.and_then(|start| invocation.nested(start));
    let entry = options.values(&["--entrypoint"]).last();
    let mut environment = reach.environment;
    environment.extend(variables(options, invocation, context));
    let nested = nested.map(|nested| Invocation { environment, ..nested });
    let nested = match (entry, nested) {
        (Some(entry), nested) if !entry.text().is_empty() => {
            let mut words = Vec::new();
            if let Some(nested) = nested {
                words.push(nested.first);
                words.extend(nested.words);
            }
            let first = Word::made(entry.clone());
            Some(Invocation { program: String::new(), first, words, contiguous: false, ..invocation.clone() })
        }
        (_, nested) => nested,
    };
    let Some(nested) = nested else { return };
    let mut nested = typed(options, nested);
    nested.stdin = ssh::handed_on(&nested.stdin, context);
    // An image may have a program of its own that these words are given to.
    let image = match &place {
        Resource::Container { name, .. } if entry.is_none() && is_image => Some(name.clone()),
        _ => None,
    };
    let started = image.and_then(|image| images::entry(&image, nested.first.text()));
    let directory = options.values(&["-w", "--workdir"]).last().and_then(Value::known).filter(|path| path.starts_with('/'));
    let directory = directory.map(|path| paths::normal("/", path));
    context.inside(place, reach.mounts, directory, |context| {
        context.peers = reach.peers;
        let given = |program: &str, nested: &Invocation| {
            let words = std::iter::once(nested.first.clone()).chain(nested.words.iter().cloned()).collect();
            Invocation { program: String::new(), first: Word::known_as(program), words, contiguous: false, ..nested.clone() }
        };
        match started {
            Some(images::Entry::Known(program)) => dispatch(given(program, &nested), context),
            Some(images::Entry::Likely(program)) => {
                let likely = given(&program, &nested);
                dispatch(nested, context);
                dispatch(likely, context);
            }
            None => dispatch(nested, context),
        }
    });
}

/// Variables that options set in the container; those of the command itself stay outside, but for the ones that are
/// named to be handed on.
fn variables(options: &Options, invocation: &Invocation, context: &Context<'_>) -> Vec<(String, Value)> {
    options
        .values(&["-e", "--env"])
        .filter_map(|value| match value.text().split_once('=') {
            Some((name, _)) => Some((name.to_owned(), value.strip_prefix(&format!("{name}="))?)),
            None if LEADING.contains(&value.text()) => match context.setting(invocation, value.text()) {
                Ok(Some(text)) => Some((value.text().to_owned(), Value::Known(text))),
                Ok(None) => None,
                Err(why) => Some((value.text().to_owned(), Value::unknown(&why))),
            },
            None => None,
        })
        .collect()
}

/// Variables that say which server a client in a container goes to.
pub(super) const LEADING: &[&str] = &["PGHOST", "PGHOSTADDR", "PGSERVICE", "PGSERVICEFILE", "PGDATABASE", "MYSQL_HOST", "DATABASE_URL"];

/// The variables of [`LEADING`] that files of options set, which are read.
fn from_files(options: &Options, is_remote: bool, context: &mut Context<'_>) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for file in options.values(&["--env-file"]) {
        if is_remote { context.read_value(file) } else { hands_over(file, context) }
        found.extend(of_file(file, context));
    }
    found
}

/// Adds that a file of variables is handed to a program: it is read, but for the project's own for development.
pub(crate) fn hands_over(file: &Value, context: &mut Context<'_>) {
    if is_own_settings(file, context) { context.looks_at(file) } else { context.read_value(file) }
}

/// Whether it is the file of settings for development that is kept with the code, which starting the project's own
/// programs with is its use. What shows them in the container is looked at by itself.
fn is_own_settings(file: &Value, context: &Context<'_>) -> bool {
    let located = paths::locate(file, context);
    let name = paths::split(&located.path).1;
    let is_of_development = matches!(name, ".env" | ".env.local" | ".env.dev" | ".env.development" | ".env.test" | ".env.ci");
    is_of_development && located.why.is_none() && located.zone == Zone::Workspace
}

/// The variables of [`LEADING`] that a file sets; all of them where it cannot be read.
pub(super) fn of_file(file: &Value, context: &Context<'_>) -> Vec<(String, Value)> {
    let texts = match source::of(&paths::locate(file, context), context) {
        Source::Absent => Vec::new(),
        Source::Texts(texts) if !texts.iter().any(|text| environment_files::spans_lines(text)) => texts,
        Source::Texts(_) | Source::Perhaps(..) | Source::Foreign | Source::Unknown(_) => {
            let unknown = |name: &&str| ((*name).to_owned(), Value::unknown("the file that says it is not known"));
            return LEADING.iter().map(unknown).collect();
        }
    };
    let lines = texts.iter().flat_map(|text| text.lines());
    lines
        .filter_map(|line| {
            let (name, value) = line.trim().trim_start_matches("export ").split_once('=')?;
            let value = value.trim().trim_matches(['"', '\'']);
            let value = if value.contains('$') { Value::unknown("a variable of the file") } else { Value::Known(value.to_owned()) };
            LEADING.contains(&name.trim()).then(|| (name.trim().to_owned(), value))
        })
        .collect()
}

/// The same command with what it can read: without `-i` an engine hands on no input, and there is nobody who
/// types any.
fn typed(options: &Options, nested: Invocation) -> Invocation {
    let hands_on = options.has("-i") || options.has("--interactive") || options.is_session;
    match nested.stdin {
        Stdin::Inherited if !hands_on => Invocation { stdin: Stdin::Text(Value::Known(String::new())), ..nested },
        _ => nested,
    }
}

pub(super) fn privilege(why: &str, context: &mut Context<'_>) {
    let resource = Resource::Program { name: "a container".to_owned() };
    context.push(Effect::new(verbs::EXEC_PRIVILEGE, resource).because(why));
}

/// What of this machine a container gets.
#[derive(Debug, Default)]
pub(super) struct Reach {
    /// Why it may change the workspace.
    pub workspace: Option<String>,
    /// What is mounted where.
    pub mounts: Vec<Mount>,
    /// Variables that say which server a client in it goes to.
    pub environment: Vec<(String, Value)>,
    /// Other services that it reaches by their names, on this machine.
    pub peers: Vec<String>,
}

/// Adds what of the machine the container gets.
pub(super) fn reach(options: &Options, is_remote: bool, context: &mut Context<'_>) -> Reach {
    if options.has("--privileged") {
        privilege("--privileged gives it every right on the machine", context);
    }
    for name in ["--pid", "--net", "--network", "--ipc", "--userns", "--uts", "--cgroupns"] {
        // The machine's network is what any program of the user has.
        let is_network = matches!(name, "--net" | "--network");
        if options.values(&[name]).any(|value| value.is_unknown() || value.text() == "host" && !is_network) {
            privilege(&format!("{name} is the machine's own"), context);
        }
    }
    for name in ["--cap-add", "--device", "--device-cgroup-rule", "--volumes-from", "--runtime", "--group-add"] {
        if let Some(value) = options.values(&[name]).next().filter(|_| !matches!(name, "--group-add")) {
            privilege(&format!("{name} {} gives it more than a container has", value.text()), context);
        }
    }
    if options.values(&["--security-opt"]).any(|value| !value.text().contains("no-new-privileges")) {
        privilege("--security-opt takes away what confines it", context);
    }
    options.values(&["--label-file"]).for_each(|value| context.read_value(value));
    let environment = from_files(options, is_remote, context);
    let given: Vec<Given> = options.values(&["-v", "--volume"]).filter_map(mounts::volume).chain(options.values(&["--mount"]).filter_map(mounts::mount)).collect();
    let mut reach = Reach { environment, ..Reach::default() };
    for given in given {
        reach.adds(&given, is_remote, context);
    }
    reach
}

impl Reach {
    /// Adds one mount.
    pub fn adds(&mut self, given: &Given, is_remote: bool, context: &mut Context<'_>) {
        if is_remote {
            privilege("it mounts a directory of the engine's machine", context);
            return;
        }
        if let Some(path) = mounts::path(&given.source, given.only_read, context) {
            self.workspace.get_or_insert_with(|| format!("it can change {path}, which it mounts"));
        }
        let located = paths::locate(&given.source, context);
        if located.why.is_none() && given.target.starts_with('/') {
            self.mounts.push(Mount { source: located.path, target: paths::normal("/", &given.target) });
        }
    }
}

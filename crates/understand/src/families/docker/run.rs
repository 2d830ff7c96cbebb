//! `docker run`, `create` and `exec`: what of this machine a container gets, and what runs in it.

use countersign_model::{Certainty, Effect, PathClass, Resource, Zone, verbs};

use super::{engine, on};
use crate::context::Context;
use crate::families::dispatch;
use crate::invocation::Invocation;
use crate::paths;
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
    let reach = reach(&options, host.is_some(), context);
    context.push(if image == "*" {
        effect.certain(Certainty::Partial, "the image is not known")
    } else if let Some(why) = reach {
        effect.certain(Certainty::Partial, &why)
    } else {
        effect
    });
    for value in options.values(&["--cidfile"]) {
        context.write_value(value);
    }
    let place = on(verbs::CONTAINER_RUN, host.as_ref(), "container", &image).resource;
    inside(&options, options.operand.map(|at| at + 1), invocation, place, context);
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
    options.values(&["--env-file"]).for_each(|value| context.read_value(value));
    let effect = on(verbs::CONTAINER_RUN, host.as_ref(), "container", &name);
    let place = effect.resource.clone();
    context.push(if name == "*" { effect.certain(Certainty::Partial, "which container is meant is not known") } else { effect });
    inside(&Options::default(), options.operand.map(|at| at + 1), invocation, place, context);
}

/// The command that runs in the container.
pub(super) fn inside(options: &Options, start: Option<usize>, invocation: &Invocation, place: Resource, context: &mut Context<'_>) {
    let nested = start.and_then(|start| invocation.nested(start));
    let entry = options.values(&["--entrypoint"]).last();
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
    if let Some(nested) = nested {
        // An image may have a program of its own that these words are given to.
        context.elsewhere(place, |context| dispatch(nested, context));
    }
}

fn privilege(why: &str, context: &mut Context<'_>) {
    let resource = Resource::Program { name: "a container".to_owned() };
    context.push(Effect::new(verbs::EXEC_PRIVILEGE, resource).because(why));
}

/// Adds what of the machine the container gets; returns what it may change in the workspace.
pub(super) fn reach(options: &Options, is_remote: bool, context: &mut Context<'_>) -> Option<String> {
    if options.has("--privileged") {
        privilege("--privileged gives it every right on the machine", context);
    }
    for name in ["--pid", "--net", "--network", "--ipc", "--userns", "--uts", "--cgroupns"] {
        if options.values(&[name]).any(|value| value.is_unknown() || value.text() == "host") {
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
    options.values(&["--env-file", "--label-file"]).for_each(|value| context.read_value(value));
    let mut workspace = None;
    let mounts: Vec<(Value, bool)> = options.values(&["-v", "--volume"]).filter_map(volume).chain(options.values(&["--mount"]).filter_map(mount)).collect();
    for (source, only_read) in mounts {
        if is_remote {
            privilege("it mounts a directory of the engine's machine", context);
        } else if let Some(path) = mounts_path(&source, only_read, context) {
            workspace.get_or_insert_with(|| format!("it can change {path}, which it mounts"));
        }
    }
    workspace
}

/// Source of `-v source:target:options`, and whether it is only read; none for a named volume.
fn volume(value: &Value) -> Option<(Value, bool)> {
    let text = value.text();
    match value {
        Value::Known(_) | Value::Pattern(_) => {
            let (source, rest) = text.split_once(':')?;
            let options = rest.split_once(':').map_or("", |(_, options)| options);
            let is_path = source.starts_with(['/', '.', '~']);
            is_path.then(|| (Value::Known(source.to_owned()), options.split(',').any(|option| option == "ro")))
        }
        // The start says where it is, if it is known.
        Value::Unknown { .. } => match text.split_once(':') {
            Some((source, _)) if source.starts_with('/') => Some((Value::Known(source.to_owned()), false)),
            _ => Some((value.clone(), false)),
        },
    }
}

/// The same of `--mount type=bind,source=..,readonly`.
fn mount(value: &Value) -> Option<(Value, bool)> {
    if value.is_unknown() {
        return Some((value.clone(), false));
    }
    let text = value.text().to_ascii_lowercase();
    // Each field may stand in quotes, its name in capitals.
    let fields: Vec<&str> = text.split(',').map(|field| field.trim_matches('"')).collect();
    let only_read = fields.iter().any(|field| matches!(*field, "readonly" | "ro" | "readonly=true" | "ro=true"));
    let written = value.text().split(',').map(|field| field.trim_matches('"'));
    let source = written.zip(&fields).find_map(|(written, field)| {
        let is_source = field.starts_with("source=") || field.starts_with("src=");
        written.split_once('=').filter(|_| is_source).map(|(_, source)| source)
    })?;
    let is_bind = fields.contains(&"type=bind") || source.starts_with(['/', '.', '~']);
    is_bind.then(|| (Value::Known(source.to_owned()), only_read))
}

/// Adds what a mount of a path of this machine means; returns it where it is the workspace's and can be changed.
pub(super) fn mounts_path(source: &Value, only_read: bool, context: &mut Context<'_>) -> Option<String> {
    let located = paths::locate(source, context);
    let path = located.path.as_str();
    if path.ends_with(".sock") {
        privilege(&format!("who reaches {path} controls what listens there"), context);
        return None;
    }
    let is_near = located.zone == Zone::Workspace && located.why.is_none();
    if paths::contains_protected(&located, context) && !only_read && !is_near || located.class == PathClass::Countersign {
        let resource = Resource::Path { path: located.path.clone(), zone: located.zone, class: PathClass::Countersign };
        context.push(Effect::new(verbs::COUNTERSIGN_TAMPER, resource).because("it mounts Countersign's own files"));
    }
    if located.class == PathClass::Secret {
        context.read_value(source);
    }
    match located.zone {
        Zone::System if located.why.is_some() => {
            privilege("which directory it mounts is not known", context);
            None
        }
        Zone::System if matches!(path, "/etc/localtime" | "/etc/timezone" | "/dev/null" | "/tmp/.X11-unix") => None,
        Zone::System => {
            privilege(&format!("it mounts {path} of the machine"), context);
            None
        }
        Zone::Home => {
            context.read_tree(&Word::made(source.clone()));
            if !only_read {
                context.write_value(source);
            }
            None
        }
        Zone::Workspace | Zone::Temporary => (!only_read).then_some(located.path),
    }
}

//! Services of a Compose file: what each gets of this machine, what it runs, and how its image is built. What happens
//! in a container stays there, except in what is mounted. See <https://docs.docker.com/reference/compose-file/services/>.

use countersign_model::{Resource, verbs};
use countersign_yaml::Node;

use super::mounts::{self, Given};
use super::run::{LEADING, Reach, of_file, privilege};
use super::{build, on};
use crate::code::source::{self, Source};
use crate::context::Context;
use crate::environment as variables;
use crate::families::told;
use crate::invocation::Invocation;
use crate::paths;
use crate::shell::{self, Place};
use crate::word::Value;

/// What of the services a command is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Their images are built.
    Built,
    /// They are started.
    Started,
    /// Both.
    All,
    /// They run already: only what they have counts.
    Mounted,
}

/// What is asked of a file.
pub(super) struct Asked<'a> {
    /// Where paths of the file begin.
    pub directory: &'a str,
    /// The services that are meant; all where none is named.
    pub names: &'a [String],
    pub part: Part,
    pub is_remote: bool,
    /// Whether its containers were started by another text than the file has by now.
    pub is_stale: bool,
    pub invocation: &'a Invocation,
}

/// Why what the command sets says nothing of a container.
const RUNS_ALREADY: &str = "the container was started before the command set it";

impl Asked<'_> {
    /// Whether a container that runs was given another text of a file than the command has written.
    fn is_of_before(&self, file: &Value, context: &Context<'_>) -> bool {
        let located = paths::locate(file, context);
        self.part == Part::Mounted && context.state.world.written.iter().any(|written| written.touches(&located))
    }
}

/// Adds what the services of a file get and do.
pub(super) fn effects(text: &str, asked: &Asked<'_>, reach: &mut Reach, context: &mut Context<'_>) {
    let file = match countersign_yaml::read(text) {
        Ok(file) => file,
        Err(why) => {
            context.opaque("docker compose", &format!("its file cannot be read: {why}"));
            return;
        }
    };
    if file.get("include").is_some() && asked.part != Part::Mounted {
        context.opaque("docker compose", "its file takes in another");
    }
    let services = file.get("services").map(Node::entries).unwrap_or_default();
    let mut open: Vec<String> = if asked.names.is_empty() { services.iter().map(|(name, _)| name.clone()).collect() } else { asked.names.to_vec() };
    let mut seen: Vec<String> = Vec::new();
    while let Some(name) = open.pop() {
        let Some((_, service)) = services.iter().find(|(known, _)| *known == name).filter(|_| !seen.contains(&name)) else { continue };
        seen.push(name.clone());
        if asked.part != Part::Mounted {
            open.extend(dependencies(service));
        }
        one(&name, service, &file, asked, reach, context);
    }
}

/// Names of the services that are started with one.
fn dependencies(service: &Node) -> Vec<String> {
    let Some(node) = service.get("depends_on") else { return Vec::new() };
    node.items().iter().filter_map(Node::text).chain(node.entries().iter().map(|(name, _)| name.as_str())).map(str::to_owned).collect()
}

fn one(name: &str, service: &Node, file: &Node, asked: &Asked<'_>, reach: &mut Reach, context: &mut Context<'_>) {
    if service.get("extends").is_some_and(|extends| extends.get("file").is_some()) && asked.part != Part::Mounted {
        context.opaque("docker compose", "a service takes in another file");
    }
    if matches!(asked.part, Part::Built | Part::All)
        && let Some(node) = service.get("build")
    {
        image(node, asked, context);
    }
    if asked.part == Part::Built {
        return;
    }
    if asked.part != Part::Mounted {
        rights(service, context);
    }
    let mut own = Reach::default();
    for node in service.get("volumes").map(Node::items).unwrap_or_default() {
        let Some(given) = volume(node, file, asked, context) else { continue };
        if asked.part == Part::Mounted {
            let located = paths::locate(&given.source, context);
            if located.why.is_none() && given.target.starts_with('/') {
                own.mounts.push(paths::Mount { source: located.path, target: paths::normal("/", &given.target) });
            }
        } else {
            own.adds(&given, asked.is_remote, context);
        }
    }
    if reach.workspace.is_none() {
        reach.workspace = own.workspace;
    }
    reach.mounts.extend(own.mounts.iter().cloned());
    let is_named = asked.names.iter().any(|asked| asked == name);
    // What starts a service hands it its files of variables, whichever program is in it.
    let found = if is_named || asked.part != Part::Mounted { environment(service, asked, context) } else { Vec::new() };
    if asked.part != Part::Mounted {
        starts(name, service, &Reach { mounts: own.mounts, environment: found.clone(), ..Reach::default() }, asked, context);
        told::container(name, &found, context);
    }
    if matches!(asked.part, Part::Mounted | Part::Started) && is_named {
        reach.environment.extend(found);
    }
}

/// The variables of a service that say which server a client in it goes to.
fn environment(service: &Node, asked: &Asked<'_>, context: &mut Context<'_>) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    if asked.is_stale {
        return LEADING.iter().map(|name| ((*name).to_owned(), Value::unknown(RUNS_ALREADY))).collect();
    }
    let files = service.get("env_file").into_iter().flat_map(|node| match node.text() {
        Some(text) => vec![text],
        None => node.items().iter().filter_map(|item| item.text().or_else(|| item.get("path")?.text())).collect(),
    });
    for file in files {
        let file = match filled(file, asked, context) {
            Value::Known(path) => Value::Known(paths::normal(asked.directory, &path)),
            other => other,
        };
        if asked.is_of_before(&file, context) {
            found.extend(LEADING.iter().map(|name| ((*name).to_owned(), Value::unknown(RUNS_ALREADY))));
        } else {
            found.extend(of_file(&file, context));
        }
    }
    for (name, value) in written(service).into_iter().filter(|(name, _)| LEADING.contains(name)) {
        let value = match value {
            Some(text) => filled(text, asked, context),
            None => filled(&format!("${{{name}}}"), asked, context),
        };
        found.push((name.to_owned(), value));
    }
    found
}

/// The variables that a service is given by name, with their values where the file has them.
fn written(service: &Node) -> Vec<(&str, Option<&str>)> {
    let Some(node) = service.get("environment") else { return Vec::new() };
    let items = node.items().iter().filter_map(Node::text);
    let items = items.map(|text| text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value))));
    let entries = node.entries().iter().map(|(name, value)| (name.as_str(), value.text()));
    items.chain(entries).collect()
}

/// What a service shares with the machine, or may do on it.
fn rights(service: &Node, context: &mut Context<'_>) {
    let is = |key: &str, value: &str| service.get(key).and_then(Node::text) == Some(value);
    let has = |key: &str| service.get(key).is_some_and(|node| !node.texts().is_empty());
    if is("privileged", "true") {
        privilege("a service is privileged", context);
    }
    if ["pid", "ipc", "userns_mode", "uts", "cgroup"].iter().any(|key| is(key, "host")) {
        privilege("a service shares the machine's own", context);
    }
    if ["cap_add", "devices", "device_cgroup_rules", "volumes_from", "runtime"].iter().any(|key| has(key)) {
        privilege("a service gets more rights than a container has", context);
    }
    let confined = service.get("security_opt").map(Node::texts).unwrap_or_default();
    if confined.iter().any(|option| !option.contains("no-new-privileges")) {
        privilege("a service is freed of what confines it", context);
    }
}

/// A volume in its short or its long form; none for one that the engine keeps itself.
fn volume(node: &Node, file: &Node, asked: &Asked<'_>, context: &mut Context<'_>) -> Option<Given> {
    let given = match node.text() {
        Some(text) => mounts::volume(&filled(text, asked, context)).or_else(|| kept(text.split(':').next()?, text, file, asked, context))?,
        None => {
            let field = |key: &str| node.get(key).and_then(Node::text).unwrap_or_default();
            if field("type") == "volume" {
                return kept(field("source"), &format!(":{}", field("target")), file, asked, context);
            }
            if field("type") != "bind" {
                return None;
            }
            Given { source: filled(field("source"), asked, context), target: field("target").to_owned(), only_read: field("read_only") == "true" }
        }
    };
    let source = match given.source {
        Value::Known(path) if !path.starts_with(['/', '~']) => Value::Known(paths::normal(asked.directory, &path)),
        Value::Known(path) if path.starts_with("~/") || path == "~" => Value::Known(path.replacen('~', &context.surroundings.home, 1)),
        source => source,
    };
    Some(Given { source, ..given })
}

/// A named volume that is a directory of the machine all the same.
fn kept(name: &str, text: &str, file: &Node, asked: &Asked<'_>, context: &mut Context<'_>) -> Option<Given> {
    let device = file.get("volumes")?.get(name)?.get("driver_opts")?.get("device")?.text()?;
    let target = text.split(':').nth(1).unwrap_or_default();
    Some(Given { source: filled(device, asked, context), target: target.to_owned(), only_read: false })
}

/// A text with its `${..}` filled in, as far as they are known.
fn filled(text: &str, asked: &Asked<'_>, context: &mut Context<'_>) -> Value {
    let mut made = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        made.push_str(before);
        if let Some(behind) = after.strip_prefix('$') {
            made.push('$');
            rest = behind;
            continue;
        }
        let (inside, behind) = match after.strip_prefix('{') {
            Some(inner) => inner.split_once('}').unwrap_or((inner, "")),
            None => {
                let end = after.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')).unwrap_or(after.len());
                after.split_at_checked(end).unwrap_or((after, ""))
            }
        };
        let end = inside.find([':', '-', '?', '+']).unwrap_or(inside.len());
        let (name, usual) = inside.split_at_checked(end).unwrap_or((inside, ""));
        let usual = usual.strip_prefix(":-").or_else(|| usual.strip_prefix('-'));
        let known = variable(name, asked, context);
        match known.as_ref().map(|value| value.as_deref().or(usual)) {
            Ok(Some(value)) if !value.contains('$') => made.push_str(value),
            Ok(_) | Err(_) => {
                let suffix = if behind.contains('$') { String::new() } else { behind.to_owned() };
                return Value::Unknown { prefix: made, suffix, why: "a variable of the Compose file".to_owned() };
            }
        }
        rest = behind;
    }
    made.push_str(rest);
    Value::Known(made)
}

/// The value of a variable: of the environment, or of the file beside; none if neither sets it, an error where that is
/// not known.
fn variable(name: &str, asked: &Asked<'_>, context: &mut Context<'_>) -> Result<Option<String>, String> {
    match name {
        "HOME" => return Ok(Some(context.surroundings.home.clone())),
        "PWD" => return context.state.shell.directory.clone().map(Some),
        _ => {}
    }
    if asked.part == Part::Mounted && variables::value(asked.invocation, name).is_some() {
        return Err(RUNS_ALREADY.to_owned());
    }
    if let Some(value) = context.setting(asked.invocation, name)? {
        return Ok(Some(value));
    }
    let mut files = named_files(asked.invocation);
    let are_named = !files.is_empty();
    if !are_named {
        if context.setting(asked.invocation, "COMPOSE_ENV_FILES")?.is_some() {
            return Err("other files say what the variables are".to_owned());
        }
        files.push(Value::Known(paths::normal(asked.directory, ".env")));
    }
    let mut found = None;
    for file in files {
        if asked.is_of_before(&file, context) {
            return Err(RUNS_ALREADY.to_owned());
        }
        let text = match source::of(&paths::locate(&file, context), context) {
            Source::Absent if !are_named => String::new(),
            Source::Texts(texts) if texts.len() == 1 => texts.concat(),
            Source::Absent | Source::Texts(_) | Source::Perhaps(..) | Source::Foreign | Source::Unknown(_) => {
                return Err(format!("what stands in {} is not known", file.text()));
            }
        };
        let line = text.lines().rev().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix('='));
        found = line.map(|line| line.trim().trim_matches(['"', '\'']).to_owned()).or(found);
    }
    Ok(found)
}

/// The files of variables that are named in place of the one beside the Compose file.
fn named_files(invocation: &Invocation) -> Vec<Value> {
    let mut files = Vec::new();
    let mut words = invocation.words.iter();
    while let Some(word) = words.next() {
        if word.text() == "--env-file" {
            files.extend(words.next().map(|file| file.value.clone()));
        } else {
            files.extend(word.value.strip_prefix("--env-file="));
        }
    }
    files
}

/// What the image of a service is built by.
fn image(node: &Node, asked: &Asked<'_>, context: &mut Context<'_>) {
    if node.get("dockerfile_inline").is_some() {
        context.opaque("docker compose", "the steps of a build stand in its file");
        return;
    }
    let field = |key: &str| node.get(key).and_then(Node::text);
    let place = node.text().or_else(|| field("context")).unwrap_or(".");
    if place.contains("://") || place.starts_with("git@") {
        context.opaque("docker compose", "the steps of a build are fetched");
        return;
    }
    if node.get("privileged").and_then(Node::text) == Some("true") || node.get("network").and_then(Node::text) == Some("host") {
        privilege("the steps of a build run with rights on the machine", context);
    }
    let name = field("dockerfile").unwrap_or("Dockerfile");
    let file = match filled(&format!("{place}/{name}"), asked, context) {
        Value::Known(path) => Value::Known(paths::normal(asked.directory, &path)),
        other => other,
    };
    if let Some(why) = build::steps(&file, context) {
        context.opaque("docker compose", &why);
    }
}

/// Adds what the command of a service does beyond its container.
fn starts(name: &str, service: &Node, reach: &Reach, asked: &Asked<'_>, context: &mut Context<'_>) {
    let host = asked.is_remote.then(|| "*".to_owned());
    let place = on(verbs::CONTAINER_RUN, host.as_ref(), "service", name).resource;
    let directory = service.get("working_dir").and_then(Node::text).filter(|path| path.starts_with('/')).map(|path| paths::normal("/", path));
    let mut texts = Vec::new();
    for key in ["entrypoint", "command"] {
        match service.get(key) {
            Some(Node::Text(text)) => texts.push(text.replace("$$", "$")),
            Some(node) => texts.push(node.texts().iter().map(|word| format!("'{}'", word.replace("$$", "$").replace('\'', "'\\''"))).collect::<Vec<_>>().join(" ")),
            None => {}
        }
    }
    if let Some(test) = service.get("healthcheck").and_then(|check| check.get("test")) {
        let words = test.texts();
        let words = words.strip_prefix(&["CMD"]).or_else(|| words.strip_prefix(&["CMD-SHELL"])).unwrap_or(&words);
        within(&words.join(" "), &place, reach, directory.clone(), context);
    }
    let whole = texts.iter().filter(|text| !text.is_empty()).cloned().collect::<Vec<_>>().join(" ");
    if !whole.is_empty() {
        within(&whole, &place, reach, directory, context);
    }
}

/// Looks at a text in a container, and keeps what reaches further.
fn within(text: &str, place: &Resource, reach: &Reach, directory: Option<String>, context: &mut Context<'_>) {
    let before = context.begins_apart();
    context.inside(place.clone(), reach.mounts.clone(), directory, |context| {
        let kept = context.state.shell.clone();
        for (name, value) in &reach.environment {
            context.state.shell.export(name, value.clone());
        }
        shell::run_apart(text, Place::Within(context.here), context);
        context.state.shell = kept;
    });
    for mut found in context.ends_apart(before) {
        if found.effect.resource != *place {
            found.effect.because = Some("a service of the project does it".to_owned());
            context.push_apart(found);
        }
    }
}

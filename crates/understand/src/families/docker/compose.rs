//! Compose: a project of containers, from a file.

use countersign_model::{Certainty, Effect, Resource, Reversible, verbs};

use super::{copies, engine, on, peers, run, services, shown};
use crate::code::source::{self, Source};
use crate::context::Context;
use crate::invocation::{Invocation, option};
use crate::paths::{self, Located};
use crate::word::{Value, Word};

/// Options before the subcommand that take a value.
const VALUES: &[&str] = &[
    "-f", "--file", "-p", "--project-name", "--profile", "--env-file", "--project-directory", "--ansi", "--progress", "--parallel", "-H", "--host",
    "-c", "--context", "--log-level", "--tlscacert", "--tlscert", "--tlskey", "--workdir",
];

/// Files that are looked for, in order.
const FILES: &[&str] = &["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
/// Files that are laid over those without being named.
const OVERRIDES: &[&str] =
    &["compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"];
/// Files of one project that are looked into.
const MOST_FILES: usize = 8;

/// What the options before the subcommand say.
#[derive(Default)]
struct Project {
    files: Vec<Value>,
    name: Option<Value>,
    directory: Option<Value>,
    subcommand: Option<usize>,
    rehearses: bool,
}

fn project(invocation: &Invocation, start: usize) -> Project {
    let mut project = Project::default();
    let mut index = start;
    while let Some(word) = invocation.words.get(index) {
        let text = word.text();
        if !text.starts_with('-') {
            project.subcommand = Some(index);
            break;
        }
        project.rehearses |= text == "--dry-run";
        let (name, value) = match text.split_once('=') {
            Some((name, _)) => (name, word.value.strip_prefix(&format!("{name}="))),
            None if VALUES.contains(&text) => {
                index += 1;
                (text, invocation.words.get(index).map(|word| word.value.clone()))
            }
            None => (text, None),
        };
        match (name, value) {
            ("-f" | "--file", Some(value)) => project.files.push(value),
            ("-p" | "--project-name", value) => project.name = value,
            ("--project-directory" | "--workdir", value) => project.directory = value,
            _ => {}
        }
        index += 1;
    }
    project
}

/// Adds what a Compose command does; its options start at `start`.
pub(super) fn effects(invocation: &Invocation, start: usize, context: &mut Context<'_>) {
    let project = project(invocation, start);
    let Some(at) = project.subcommand else {
        context.program(verbs::EXEC_READ, &invocation.title());
        return;
    };
    let rest = invocation.words.get(at + 1..).unwrap_or_default();
    let has = |names: &[&str]| rest.iter().any(|word| names.contains(&word.text()));
    let subcommand = invocation.known(at).unwrap_or("*").to_owned();
    let runs = matches!(subcommand.as_str(), "run" | "exec");
    // What a rehearsal of these shows is shown.
    let shows = matches!(subcommand.as_str(), "config" | "convert");
    if !runs && has(&["--help", "-h"]) || (project.rehearses || !runs && has(&["--dry-run"])) && !shows {
        context.program(verbs::EXEC_READ, &format!("compose {subcommand}"));
        return;
    }
    let host = engine::host(invocation, context);
    let described = described(&project, invocation, context);
    let of = |verb| on(verb, host.as_ref(), "project", &described.name);
    match subcommand.as_str() {
        "ps" | "ls" | "logs" | "images" | "top" | "port" | "events" | "version" | "stats" | "volumes" | "wait" | "help" => {
            context.push(of(verbs::CONTAINER_READ));
        }
        "config" | "convert" => {
            if let Some(output) = option(rest, &["-o", "--output"]) {
                context.write_value(&output);
            }
            let effect = of(verbs::CONTAINER_READ);
            let whole = (!described.texts.is_empty()).then(|| described.texts.join("\n"));
            let Some(why) = shown::composed(rest, whole.as_deref()) else { return context.push(effect) };
            context.push(effect.certain(Certainty::Partial, why));
            let beside = described.beside.as_deref().unwrap_or(".");
            for file in whole.as_deref().map(shown::filled_in).unwrap_or_default() {
                let path = if file.starts_with('/') { file } else { format!("{beside}/{}", file.trim_start_matches("./")) };
                let is_there = !matches!(context.file(&path), Ok(None));
                if is_there {
                    context.read_value(&Value::Known(path));
                }
            }
        }
        "build" => {
            context.push(of(verbs::CONTAINER_BUILD));
            project_of(&described, &[], services::Part::Built, engine::is_elsewhere(host.as_ref(), context), invocation, context);
            if has(&["--push"]) {
                publishes(context);
            }
        }
        "up" | "start" | "restart" | "create" | "watch" | "scale" | "unpause" => {
            let part = if has(&["--no-build"]) { services::Part::Started } else { services::Part::All };
            let named = if matches!(subcommand.as_str(), "up" | "create") { named(rest) } else { Vec::new() };
            let reach = project_of(&described, &named, part, engine::is_elsewhere(host.as_ref(), context), invocation, context);
            let effect = of(verbs::CONTAINER_RUN);
            context.push(match reach.workspace {
                Some(why) => effect.certain(Certainty::Partial, &why),
                None => effect,
            });
        }
        "cp" => copies::effects(invocation, at + 1, "service", context),
        "stop" | "pause" | "kill" | "pull" | "commit" | "export" | "attach" => {
            if let Some(output) = option(rest, &["-o", "--output"]) {
                context.write_value(&output);
            }
            context.push(of(verbs::CONTAINER_WRITE));
        }
        "push" | "publish" => publishes(context),
        "down" | "rm" => {
            let volumes = has(&["-v", "--volumes", "-fv", "-sfv", "-fsv", "-sv", "-vf"]) || rest.iter().any(|word| word.value.is_unknown());
            let effect = of(verbs::CONTAINER_DELETE);
            // The usual file in the working tree describes what is made again from it; another may be anybody's.
            let is_own = !rest.iter().any(|word| word.value.is_unknown()) && described.is_own;
            context.push(if volumes {
                let reversible = if is_own { Reversible::Unknown } else { Reversible::No };
                effect.reversible(reversible).because("its volumes and what they hold are deleted")
            } else {
                effect.reversible(Reversible::Yes)
            });
        }
        "run" | "exec" => {
            let mut options = run::options(invocation, at + 1);
            options.is_session = true;
            let service = options.operand.and_then(|at| invocation.known(at)).unwrap_or("*").to_owned();
            let mut reach = run::reach(&options, engine::is_elsewhere(host.as_ref(), context), context);
            // A container that is there has what the file gave it.
            let names: &[String] = if service == "*" { &[] } else { std::slice::from_ref(&service) };
            let part = if subcommand == "run" { services::Part::Started } else { services::Part::Mounted };
            let given = project_of(&described, names, part, engine::is_elsewhere(host.as_ref(), context), invocation, context);
            reach.mounts.extend(given.mounts);
            reach.environment.splice(0..0, given.environment);
            // The names in a container that runs are those of the file it was started by.
            let is_sure = described.doubt.is_none() && !(subcommand == "exec" && described.is_written);
            if is_sure && !engine::is_elsewhere(host.as_ref(), context) {
                reach.peers = peers::of(&described.texts, &service);
            }
            let effect = on(verbs::CONTAINER_RUN, host.as_ref(), "service", &service);
            if subcommand == "exec" {
                run::within(effect, &options, invocation, reach, context);
                return;
            }
            let place = effect.resource.clone();
            context.push(effect);
            run::inside(&options, options.operand.map(|at| at + 1), false, invocation, place, reach, context);
        }
        _ => {
            let why = "the subcommand is not known";
            context.push(of(verbs::CONTAINER_WRITE).certain(Certainty::Partial, why));
        }
    }
}

fn publishes(context: &mut Context<'_>) {
    let resource = Resource::Package { registry: "*".to_owned(), name: "*".to_owned() };
    let why = "the images of the project's file are pushed";
    context.push(Effect::new(verbs::PACKAGE_PUBLISH, resource).certain(Certainty::Partial, why));
}

/// Adds what the services of the project's files get of this machine and do beyond their containers.
fn project_of(
    described: &Described,
    names: &[String],
    part: services::Part,
    is_remote: bool,
    invocation: &Invocation,
    context: &mut Context<'_>,
) -> run::Reach {
    let mut reach = run::Reach::default();
    match &described.doubt {
        // What its containers get is of that machine, and so is what they do.
        Some(why) if context.elsewhere.is_some() => reach.workspace = Some(why.clone()),
        Some(why) => context.opaque("docker compose", why),
        None => {}
    }
    let directory = described.beside.as_deref().unwrap_or_default();
    for text in &described.texts {
        services::effects(text, &services::Asked { directory, names, part, is_remote, is_stale: described.is_written && part == services::Part::Mounted, invocation }, &mut reach, context);
    }
    reach
}

/// Operands of a subcommand, none where one is not known.
fn named(words: &[Word]) -> Vec<String> {
    const VALUES: &[&str] = &["--scale", "-t", "--timeout", "--attach", "--no-attach", "--exit-code-from", "--wait-timeout", "--pull", "--menu"];
    let mut found = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if VALUES.contains(&word.text()) {
            words.next();
        } else if !word.text().starts_with('-') {
            let Some(name) = word.known() else { return Vec::new() };
            found.push(name.to_owned());
        }
    }
    found
}

/// What is known of a project.
struct Described {
    name: String,
    /// The texts of its files; of one that may have several, all.
    texts: Vec<String>,
    /// The directory of the first file.
    beside: Option<String>,
    /// Whether they are in the working tree, and the name is the one they give it.
    is_own: bool,
    /// Why there may be services of which nothing is known.
    doubt: Option<String>,
    /// Whether the command itself writes one of its files.
    is_written: bool,
}

fn described(project: &Project, invocation: &Invocation, context: &Context<'_>) -> Described {
    let directory = project.directory.as_ref().map_or(".", Value::text);
    let mut files: Vec<Value> = project.files.clone();
    let mut doubt = None;
    if files.is_empty() {
        match context.setting(invocation, "COMPOSE_FILE") {
            Ok(Some(list)) => files.extend(list.split(':').map(|file| Value::Known(file.to_owned()))),
            Ok(None) => {}
            Err(why) => doubt = Some(format!("which files it reads is not known: {why}")),
        }
    }
    if files.len() > MOST_FILES {
        doubt = Some(format!("it has more than {MOST_FILES} files"));
    }
    let usual = |names: &[&str]| names.iter().map(|name| Value::Known(format!("{directory}/{name}"))).collect::<Vec<_>>();
    // Of the usual names the first counts, and what is laid over it.
    let groups: Vec<Vec<Value>> = match files.is_empty() {
        true => vec![usual(FILES), usual(OVERRIDES)],
        false => files.into_iter().take(MOST_FILES).map(|file| vec![file]).collect(),
    };
    let mut texts: Vec<String> = Vec::new();
    let (mut beside, mut is_written) = (None, false);
    for (located, source) in groups.iter().filter_map(|group| first(group, context)) {
        match source {
            Source::Texts(found) => texts.extend(found),
            Source::Absent => {}
            Source::Perhaps(found, why) => {
                texts.extend(found);
                doubt = Some(why);
            }
            Source::Unknown(why) => doubt = Some(why),
            Source::Foreign => doubt = Some("its file is fetched first".to_owned()),
        }
        beside.get_or_insert_with(|| paths::split(&located.path).0.to_owned());
        is_written |= context.state.world.written.iter().any(|written| written.touches(&located));
    }
    let in_tree = |path: &String| context.top().is_some_and(|top| paths::is_within(path, top));
    let given = project.name.as_ref().map(|value| value.known().unwrap_or("*").to_owned());
    let given = given.or_else(|| context.setting(invocation, "COMPOSE_PROJECT_NAME").unwrap_or_else(|_| Some("*".to_owned())));
    let is_own = given.as_deref().is_none_or(is_of_tests) && doubt.is_none() && beside.as_ref().is_some_and(in_tree);
    let own = || {
        let line = texts.first()?.lines().find_map(|line| line.strip_prefix("name:"))?;
        Some(line.trim().trim_matches(['"', '\'']).to_owned())
    };
    let name = given.or_else(own).or_else(|| beside.as_deref().map(|path| paths::split(path).1.to_owned()));
    let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| "*".to_owned());
    Described { name, texts, beside, is_own, doubt, is_written }
}

/// Whether a project's name says that it is one of tests, which make what it holds.
fn is_of_tests(name: &str) -> bool {
    name.split(['-', '_']).any(|part| matches!(part, "test" | "tests" | "e2e" | "ci" | "smoke" | "integration"))
}

/// The first of these files that is there, or may be.
fn first(files: &[Value], context: &Context<'_>) -> Option<(Located, Source)> {
    files.iter().find_map(|file| {
        let located = paths::locate(file, context);
        match source::of(&located, context) {
            Source::Absent => None,
            source => Some((located, source)),
        }
    })
}

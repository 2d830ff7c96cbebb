//! Compose: a project of containers, from a file.

use countersign_model::{Effect, Resource, Reversible, verbs};

use super::{engine, on, run};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::Value;

/// Options before the subcommand that take a value.
const VALUES: &[&str] = &[
    "-f", "--file", "-p", "--project-name", "--profile", "--env-file", "--project-directory", "--ansi", "--progress", "--parallel", "-H", "--host",
    "-c", "--context", "--log-level", "--tlscacert", "--tlscert", "--tlskey", "--workdir",
];

/// Files that are looked for, in order.
const FILES: &[&str] = &["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

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
    if !runs && has(&["--help", "-h"]) || project.rehearses || (!runs && has(&["--dry-run"])) {
        context.program(verbs::EXEC_READ, &format!("compose {subcommand}"));
        return;
    }
    let host = engine::host(invocation, context);
    let (name, text) = described(&project, invocation, context);
    let of = |verb| on(verb, host.as_ref(), "project", &name);
    match subcommand.as_str() {
        "ps" | "ls" | "logs" | "images" | "top" | "port" | "events" | "config" | "convert" | "version" | "stats" | "volumes" | "wait" | "help" => {
            context.push(of(verbs::CONTAINER_READ));
        }
        "build" => {
            context.push(of(verbs::CONTAINER_BUILD));
            if has(&["--push"]) {
                publishes(context);
            }
        }
        "up" | "start" | "restart" | "create" | "watch" | "scale" | "unpause" => {
            if let Some(text) = &text {
                privileges(text, context);
            }
            context.push(of(verbs::CONTAINER_RUN));
        }
        "stop" | "pause" | "kill" | "pull" | "cp" | "commit" | "export" | "attach" => context.push(of(verbs::CONTAINER_WRITE)),
        "push" | "publish" => publishes(context),
        "down" | "rm" => {
            let volumes = has(&["-v", "--volumes", "-fv", "-sfv", "-fsv", "-sv", "-vf"]) || rest.iter().any(|word| word.value.is_unknown());
            let effect = of(verbs::CONTAINER_DELETE);
            context.push(if volumes {
                effect.reversible(Reversible::No).because("its volumes and what they hold are deleted")
            } else {
                effect.reversible(Reversible::Yes)
            });
        }
        "run" | "exec" => {
            let options = run::options(invocation, at + 1);
            if let Some(text) = text.as_ref().filter(|_| subcommand == "run") {
                privileges(text, context);
            }
            run::reach(&options, host.is_some(), context);
            let service = options.operand.and_then(|at| invocation.known(at)).unwrap_or("*").to_owned();
            let effect = on(verbs::CONTAINER_RUN, host.as_ref(), "service", &service);
            let place = effect.resource.clone();
            context.push(effect);
            run::inside(&options, options.operand.map(|at| at + 1), invocation, place, context);
        }
        _ => {
            let why = "the subcommand is not known";
            context.push(of(verbs::CONTAINER_WRITE).certain(countersign_model::Certainty::Partial, why));
        }
    }
}

fn publishes(context: &mut Context<'_>) {
    let resource = Resource::Package { registry: "*".to_owned(), name: "*".to_owned() };
    let why = "the images of the project's file are pushed";
    context.push(Effect::new(verbs::PACKAGE_PUBLISH, resource).certain(countersign_model::Certainty::Partial, why));
}

/// The project's name, and the text of its files.
fn described(project: &Project, invocation: &Invocation, context: &Context<'_>) -> (String, Option<String>) {
    let directory = project.directory.as_ref().map_or(".", Value::text);
    let mut files: Vec<Value> = project.files.clone();
    if files.is_empty()
        && let Ok(Some(list)) = context.setting(invocation, "COMPOSE_FILE")
    {
        files.extend(list.split(':').take(8).map(|file| Value::Known(file.to_owned())));
    }
    let named = !files.is_empty();
    if !named {
        files.extend(FILES.iter().map(|file| Value::Known(format!("{directory}/{file}"))));
    }
    let mut text: Option<String> = None;
    let mut beside = None;
    for file in files.iter().take(8) {
        let located = paths::locate(file, context);
        if located.why.is_none()
            && let Ok(Some(found)) = context.file(&located.path)
        {
            beside.get_or_insert_with(|| paths::split(&located.path).0.to_owned());
            text.get_or_insert_default().push_str(&found);
            if !named {
                break;
            }
        }
    }
    let given = project.name.as_ref().map(|value| value.known().unwrap_or("*").to_owned());
    let given = given.or_else(|| context.setting(invocation, "COMPOSE_PROJECT_NAME").unwrap_or_else(|_| Some("*".to_owned())));
    let own = || {
        let line = text.as_ref()?.lines().find_map(|line| line.strip_prefix("name:"))?;
        Some(line.trim().trim_matches(['"', '\'']).to_owned())
    };
    let name = given.or_else(own).or_else(|| beside.as_deref().map(|path| paths::split(path).1.to_owned()));
    (name.unwrap_or_else(|| "*".to_owned()), text)
}

/// What the file gives its containers of the machine, by a light look at its lines.
fn privileges(text: &str, context: &mut Context<'_>) {
    for line in text.lines() {
        let line = line.trim().trim_start_matches("- ").trim_matches(['"', '\'']);
        let compact: String = line.chars().filter(|c| !matches!(c, ' ' | '"' | '\'')).collect();
        let why = match compact.as_str() {
            "privileged:true" => "a service is privileged",
            "network_mode:host" | "pid:host" | "ipc:host" | "userns_mode:host" => "a service shares the machine's own",
            _ if compact.contains("docker.sock") => "a service controls the container engine",
            _ if compact.starts_with("/:/") || compact == "source:/" => "a service mounts the whole machine",
            _ if compact.starts_with("cap_add:") || compact.starts_with("devices:") => "a service gets more rights than a container has",
            _ => continue,
        };
        let resource = Resource::Program { name: "a container".to_owned() };
        context.push(Effect::new(verbs::EXEC_PRIVILEGE, resource).because(why));
    }
}

//! `docker build`: what goes into an image, and where it goes.

use countersign_model::{Certainty, Effect, Resource, verbs};

use super::{engine, on};
use crate::code::{Looked, dockerfile};
use crate::context::Context;
use crate::families::{addresses, ask_file, registries};
use crate::invocation::{Invocation, Stdin};
use crate::paths;
use crate::word::Value;

/// Options that take no value.
const FLAGS: &[&str] = &[
    "--push", "--load", "--no-cache", "--pull", "-q", "--quiet", "--rm", "--force-rm", "--squash", "--check", "--compress", "--print", "--help", "-D",
    "--debug", "--tls-verify", "--layers",
];

/// Builds an image.
pub(super) fn effects(invocation: &Invocation, start: usize, context: &mut Context<'_>) {
    let mut given: Vec<(&str, Option<Value>)> = Vec::new();
    let mut operands = Vec::new();
    let mut words = invocation.words.iter().skip(start);
    while let Some(word) = words.next() {
        let text = word.text();
        if !text.starts_with('-') || text == "-" {
            operands.push(word);
        } else if let Some((name, _)) = text.split_once('=') {
            given.push((name, word.value.strip_prefix(&format!("{name}="))));
        } else if FLAGS.contains(&text) {
            given.push((text, None));
        } else if let Some(short) = text.get(..2).filter(|_| !text.starts_with("--") && text.len() > 2) {
            given.push((short, word.value.strip_prefix(short)));
        } else {
            given.push((text, words.next().map(|word| word.value.clone())));
        }
    }
    let values = |names: &[&str]| -> Vec<Value> {
        given.iter().filter(|(name, _)| names.contains(name)).filter_map(|(_, value)| value.clone()).collect()
    };
    let has = |names: &[&str]| {
        given.iter().any(|(name, value)| names.contains(name) && value.as_ref().and_then(Value::known) != Some("false"))
    };
    if has(&["--help", "--print", "--check"]) {
        context.program(verbs::EXEC_READ, &invocation.title());
        return;
    }
    let host = engine::host(invocation, context);
    let bakes = invocation.known(start.saturating_sub(1)) == Some("bake");
    let tags: Vec<String> = values(&["-t", "--tag"]).iter().map(|value| value.known().unwrap_or("*").to_owned()).collect();
    let name = tags.first().map_or("*", String::as_str);
    let mut files = values(&["-f", "--file"]);
    if files.is_empty() && !bakes {
        let directory = operands.first().map_or(".", |word| word.text());
        if !directory.contains("://") && directory != "-" {
            let names: &[&str] = if matches!(invocation.program.as_str(), "podman" | "buildah") { &["Containerfile", "Dockerfile"] } else { &["Dockerfile"] };
            files.extend(names.iter().map(|name| Value::Known(format!("{directory}/{name}"))));
        }
    }
    let built = on(verbs::CONTAINER_BUILD, host.as_ref(), "image", name);
    if files.iter().any(|file| file.known() == Some("-")) || files.is_empty() && operands.iter().any(|word| word.text() == "-") {
        match &invocation.stdin {
            Stdin::Text(Value::Known(text)) => dockerfile::steps(text, context),
            Stdin::Pipe(source) => dockerfile::steps(source.text.as_deref().unwrap_or_default(), context),
            Stdin::Text(_) | Stdin::Inherited | Stdin::File(_) => {}
        }
    }
    let doubt = if bakes { None } else { files.iter().find_map(|file| steps(file, context)) };
    context.push(match doubt {
        Some(why) => built.certain(Certainty::Partial, &why),
        None => built,
    });
    if bakes {
        files.iter().for_each(|file| ask_file(&paths::locate(file, context).path, context));
    }
    for operand in operands.iter().filter(|word| !bakes && word.text().contains("://")) {
        let host = addresses::host_and_path(operand.text()).map_or_else(|| "*".to_owned(), |(host, _)| host);
        context.push(Effect::new(verbs::NET_READ, Resource::Host { host, url: None }));
        context.opaque("docker build", "the steps of the build are fetched");
    }
    for secret in values(&["--secret"]) {
        let source = secret.text().split(',').find_map(|field| field.strip_prefix("src=").or_else(|| field.strip_prefix("source=")));
        source.into_iter().for_each(|path| context.read_value(&Value::Known(path.to_owned())));
    }
    values(&["--iidfile", "--metadata-file"]).iter().for_each(|value| context.write_value(value));
    let rights = values(&["--allow", "--network", "--security-opt"]);
    if rights.iter().any(|value| matches!(value.text(), "host" | "network.host" | "security.insecure")) || has(&["--privileged"]) {
        let resource = Resource::Program { name: "a container".to_owned() };
        context.push(Effect::new(verbs::EXEC_PRIVILEGE, resource).because("its steps run with rights on the machine"));
    }
    let mut pushes = has(&["--push"]);
    for output in values(&["-o", "--output", "--set"]) {
        let text = output.text();
        pushes |= text.contains("type=registry") || text.contains("push=true");
        let target = text.split(',').find_map(|field| field.strip_prefix("dest="));
        match target {
            Some(path) => context.write_value(&Value::Known(path.to_owned())),
            None if !text.contains('=') => context.write_value(&output),
            None => {}
        }
    }
    for cache in values(&["--cache-to"]) {
        let field = |name: &str| cache.text().split(',').find_map(|field| field.strip_prefix(name));
        let is_registry = field("type=") == Some("registry") || field("type=").is_none() && !cache.text().contains('=');
        if let Some(name) = field("ref=").or_else(|| Some(cache.text())).filter(|_| is_registry) {
            context.push(Effect::new(verbs::PACKAGE_PUBLISH, registries::image(name)));
        }
    }
    if pushes {
        let names = if tags.is_empty() { vec!["*".to_owned()] } else { tags };
        for name in names {
            context.push(Effect::new(verbs::PACKAGE_PUBLISH, registries::image(&name)));
        }
    }
}

/// Adds what the steps of a Dockerfile do beyond the image; why that is not known, if it is not. One that is not there
/// has no steps: the build fails.
pub(super) fn steps(file: &Value, context: &mut Context<'_>) -> Option<String> {
    match file.known().filter(|text| *text != "-") {
        Some(path) => match dockerfile::run(path, context) {
            Looked::Understood | Looked::Absent => None,
            Looked::Opaque(why) => Some(why),
        },
        None => Some("which steps it has is not known".to_owned()),
    }
}

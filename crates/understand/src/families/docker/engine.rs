//! Whose container engine is meant: this machine's own, or another's.

use countersign_model::Resource;
use serde_json::Value as Json;

use crate::context::Context;
use crate::environment;
use crate::invocation::Invocation;

/// Options before the subcommand that take a value.
const VALUES: &[&str] = &[
    "-H", "--host", "-c", "--context", "--config", "-l", "--log-level", "--tlscacert", "--tlscert", "--tlskey", "--url", "--connection",
    "--namespace", "-n", "--root", "--runroot", "--address", "-a", "--storage-driver", "--identity", "--module", "--data-root",
];

/// Contexts that are engines of this machine.
const OWN: &[&str] = &["default", "desktop-linux", "desktop-windows", "colima", "orbstack", "rootless", "rancher-desktop"];

/// Where the subcommand stands among the arguments.
pub(super) fn subcommand(invocation: &Invocation) -> Option<usize> {
    let mut index = 0;
    while let Some(word) = invocation.words.get(index) {
        let text = word.text();
        if !text.starts_with('-') || text == "-" {
            return Some(index);
        }
        if matches!(text, "--help" | "-h" | "--version" | "-v") {
            return None;
        }
        index += if VALUES.contains(&text) { 2 } else { 1 };
    }
    None
}

/// The engine's host, where it is not this machine.
pub(super) fn host(invocation: &Invocation, context: &Context<'_>) -> Option<String> {
    let end = subcommand(invocation).unwrap_or(0);
    let option = |names: &[&str]| {
        let words = invocation.words.get(..end).unwrap_or_default();
        words.iter().enumerate().find_map(|(index, word)| {
            let text = word.text();
            if names.contains(&text) {
                return Some(invocation.known(index + 1).unwrap_or("*").to_owned());
            }
            names.iter().find_map(|name| {
                let rest = text.strip_prefix(name)?;
                let value = if name.starts_with("--") { rest.strip_prefix('=')? } else { rest.trim_start_matches('=') };
                Some(if word.value.is_unknown() { "*".to_owned() } else { value.to_owned() })
            })
        })
    };
    if let Some(address) = option(&["-H", "--host", "--url"]) {
        return of_address(&address);
    }
    if let Some(name) = option(&["-c", "--context", "--connection"]) {
        return of_context(&name);
    }
    let container_host = environment::value(invocation, "CONTAINER_HOST");
    if let Some(value) = container_host.filter(|_| invocation.program == "podman") {
        return value.known().map_or_else(|| Some("*".to_owned()), of_address);
    }
    // On another machine it is that one's own; in a container or a pod, what it is given there.
    let is_of_machine = matches!(context.elsewhere, Some(Resource::Host { .. }));
    for variable in ["DOCKER_HOST", "DOCKER_CONTEXT"] {
        if is_of_machine && environment::value(invocation, variable).is_none() {
            continue;
        }
        match context.setting(invocation, variable) {
            Ok(Some(value)) if variable == "DOCKER_HOST" => return of_address(&value),
            Ok(Some(value)) => return of_context(&value),
            Ok(None) => {}
            Err(_) => return Some("*".to_owned()),
        }
    }
    if let Some(name) = context.state.world.chosen.get("docker").and_then(|name| of_context(name)) {
        return Some(name);
    }
    if is_of_machine {
        return None;
    }
    let file = format!("{}/.docker/config.json", context.surroundings.home);
    let text = context.file(&file).ok().flatten()?;
    let config: Json = serde_json::from_str(&text).ok()?;
    of_context(config.get("currentContext")?.as_str()?)
}

/// Whether paths that the engine is given are those of another machine.
pub(super) fn is_elsewhere(host: Option<&String>, context: &Context<'_>) -> bool {
    host.is_some() || context.elsewhere.is_some()
}

fn of_context(name: &str) -> Option<String> {
    (!OWN.contains(&name) && !name.is_empty()).then(|| name.to_owned())
}

fn of_address(address: &str) -> Option<String> {
    if address.is_empty() || address.starts_with("unix:") || address.starts_with("npipe:") || address.starts_with('/') {
        return None;
    }
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or(rest);
    let host = authority.rsplit('@').next().unwrap_or(authority).split(':').next().unwrap_or(authority);
    (!countersign_model::is_this_machine(host)).then(|| host.to_owned())
}

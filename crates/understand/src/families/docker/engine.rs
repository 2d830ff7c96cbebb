//! Whose container engine is meant: this machine's own, or another's.

use countersign_model::Resource;
use serde_json::Value as Json;

use crate::context::Context;
use crate::environment;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::{Value, Word};

/// Options before the subcommand that take a value.
const VALUES: &[&str] = &[
    "-H", "--host", "-c", "--context", "--config", "-l", "--log-level", "--tlscacert", "--tlscert", "--tlskey", "--url", "--connection",
    "--namespace", "-n", "--root", "--runroot", "--address", "-a", "--storage-driver", "--identity", "--module", "--data-root",
];

/// Contexts that are engines of this machine.
const OWN: &[&str] = &["default", "desktop-linux", "desktop-windows", "colima", "orbstack", "rootless", "rancher-desktop", "podman-machine-default", "podman-machine-default-root"];

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

/// The file that says which context is chosen, as far as it is known.
pub(super) fn settings_file(invocation: &Invocation, context: &Context<'_>) -> &'static str {
    let is_named = invocation.words.iter().any(|word| word.text().starts_with("--config"));
    let is_usual = !is_named && matches!(context.setting(invocation, "DOCKER_CONFIG"), Ok(None));
    if is_usual { "the user's settings" } else { "*" }
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
    let podman = invocation.program.starts_with("podman");
    let variables: &[&str] = if podman { &["CONTAINER_CONNECTION", "DOCKER_HOST", "DOCKER_CONTEXT"] } else { &["DOCKER_HOST", "DOCKER_CONTEXT"] };
    for &variable in variables {
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
    let chosen = context.chosen("docker", settings_file(invocation, context));
    let others: Vec<String> = chosen.iter().flatten().filter_map(|name| of_context(name)).collect();
    match others.as_slice() {
        [] => {}
        [name] => return Some(name.clone()),
        _ => return Some("*".to_owned()),
    }
    if !chosen.contains(&None) {
        return None;
    }
    let remote = |word: &Word| matches!(word.text(), "-r" | "--remote") || word.text() == "--remote=true";
    if podman && invocation.words.iter().take(end).any(remote) || invocation.program == "podman-remote" {
        // Where the connection leads is said in files of podman's own.
        return Some("*".to_owned());
    }
    let config = option(&["--config"]);
    if is_of_machine && config.is_none() && environment::value(invocation, "DOCKER_CONFIG").is_none() {
        return None;
    }
    let text = match directory(config, invocation, context) {
        None => {
            let file = format!("{}/.docker/config.json", context.surroundings.home);
            context.file(&file).ok().flatten()?
        }
        Some(directory) => match settings(&directory, context) {
            Ok(text) => text?,
            Err(()) => return Some("*".to_owned()),
        },
    };
    let config: Json = serde_json::from_str(&text).ok()?;
    of_context(config.get("currentContext")?.as_str()?)
}

/// Whether paths that the engine is given are those of another machine.
pub(super) fn is_elsewhere(host: Option<&String>, context: &Context<'_>) -> bool {
    host.is_some() || context.elsewhere.is_some()
}

/// The directory of settings that an option or a variable names.
fn directory(given: Option<String>, invocation: &Invocation, context: &Context<'_>) -> Option<Value> {
    let known = |path: String| match path.as_str() {
        "*" => Value::unknown("the directory of the settings is not known"),
        _ => Value::Known(path),
    };
    match (given, context.setting(invocation, "DOCKER_CONFIG")) {
        (Some(path), _) => Some(known(path)),
        (None, Ok(path)) => path.filter(|path| !path.is_empty()).map(known),
        (None, Err(why)) => Some(Value::unknown(&why)),
    }
}

/// The settings in a directory, if there are any; an error where they are not known.
fn settings(directory: &Value, context: &Context<'_>) -> Result<Option<String>, ()> {
    let Some(directory) = directory.known() else { return Err(()) };
    let located = paths::locate(&Value::Known(format!("{directory}/config.json")), context);
    let is_written = context.state.world.written.iter().any(|written| written.touches(&located));
    if located.why.is_some() || is_written {
        return Err(());
    }
    context.file(&located.path).map_err(|_| ())
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

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn engines_elsewhere() {
        assert_snapshot!(check("CONTAINER_HOST=ssh://web.prod.example podman rm -f web; CONTAINER_CONNECTION=prod podman rm -f x"), @"
        container.delete container web on web.prod.example, destroy
        container.delete container x on prod, destroy
        ");
        assert_snapshot!(check("podman -r rm -f x; podman --remote rm -f x; podman -c prod rm -f x; podman --url ssh://root@web.prod.example/run/podman.sock rm x"), @"
        container.delete container x on *, destroy
        container.delete container x on prod, destroy
        container.delete container x on web.prod.example, destroy
        ");
        assert_snapshot!(check_with("DOCKER_CONFIG=/repo/dc docker rm x; docker --config dc rm y; docker --config=dc rm z", &[("/repo/dc/config.json", r#"{"currentContext": "prod"}"#)]), @"
        container.delete container x on prod, destroy
        container.delete container y on prod, destroy
        container.delete container z on prod, destroy
        ");
        assert_snapshot!(check("docker --config \"$D\" rm y; echo '{}' > dc/config.json; docker --config dc rm z"), @"
        container.delete container y on *, destroy, partial
        fs.write /repo/dc/config.json, write
        exec.read echo, read
        container.delete container z on *, destroy
        ");
        assert_snapshot!(check("docker --config none rm y; CONTAINER_HOST=ssh://web.prod.example docker rm z; podman -c podman-machine-default rm x"), @"
        container.delete container y, destroy
        container.delete container z, destroy
        container.delete container x, destroy
        ");
        assert_snapshot!(check("podman unshare rm -rf src; podman unshare"), @"
        fs.delete /repo/src, destroy
        exec.opaque podman unshare, execute, opaque
        ");
    }
}

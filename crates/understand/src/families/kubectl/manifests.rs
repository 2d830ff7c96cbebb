//! Which objects the files given to `kubectl -f` hold, by a light look at their lines.

use countersign_model::{Effect, Resource, verbs};

use super::kinds;
use crate::context::Context;
use crate::families::addresses;
use crate::invocation::{Invocation, Stdin};
use crate::paths;
use crate::word::Value;

/// Objects of one file that are listed; more are any.
const MOST: usize = 32;

/// Kind, name and namespace of an object.
type Named = (String, String, Option<String>);

/// The objects of what `-f` names: a file, several, a directory, `-`, or an address.
pub(super) fn objects(value: &Value, invocation: &Invocation, context: &mut Context<'_>) -> Vec<Named> {
    let any = || vec![("*".to_owned(), "*".to_owned(), Some("*".to_owned()))];
    let Some(text) = value.known() else {
        context.read_value(value);
        return any();
    };
    if text == "-" {
        let given = match &invocation.stdin {
            Stdin::Text(Value::Known(text)) => Some(text.clone()),
            Stdin::Pipe(source) => source.text.clone(),
            Stdin::File(file) => read(file, context),
            Stdin::Text(_) | Stdin::Inherited => None,
        };
        return given.and_then(|text| scan(&text)).unwrap_or_else(any);
    }
    if text.contains("://") {
        let host = addresses::host_and_path(text).map_or_else(|| "*".to_owned(), |(host, _)| host);
        context.push(Effect::new(verbs::NET_READ, Resource::Host { host, url: None }));
        return any();
    }
    let mut all = Vec::new();
    for file in text.split(',') {
        match read(&Value::Known(file.to_owned()), context).and_then(|text| scan(&text)) {
            Some(found) => all.extend(found),
            None => return any(),
        }
    }
    all
}

/// Where what `kustomize` builds from an address is fetched from: `https://host/repository//path?ref=x`,
/// `github.com/owner/repository`, `git@host:path`. None for a directory.
fn remote(text: &str) -> Option<String> {
    let bare = text.strip_prefix("git::").unwrap_or(text);
    let (first, rest) = bare.split_once('/').unwrap_or((bare, ""));
    let looks_like_host = first.contains('.') && !first.starts_with('.') && !rest.is_empty();
    let is_remote = bare.contains("://") || bare.split('/').next().is_some_and(|start| start.contains('@') && start.contains(':')) || looks_like_host;
    if !is_remote {
        return None;
    }
    let host = if looks_like_host && !bare.contains("://") && !first.contains(':') {
        first.to_ascii_lowercase()
    } else {
        addresses::host_and_path(bare).map_or_else(|| "*".to_owned(), |(host, _)| host)
    };
    Some(host)
}

/// Adds what building from a directory or an address reads and fetches; the resources that a directory's
/// own file names at addresses are fetched, too.
pub(super) fn builds(value: &Value, context: &mut Context<'_>) {
    let why = "objects are built from what is fetched there";
    let fetches = |host: String, context: &mut Context<'_>| {
        context.push(Effect::new(verbs::NET_READ, Resource::Host { host, url: None }).because(why));
    };
    // A `?` of an address is a pattern to the shell.
    let text = if value.is_unknown() { None } else { Some(value.text()) };
    if let Some(host) = text.and_then(remote) {
        fetches(host, context);
        return;
    }
    context.read_value(value);
    let located = paths::locate(value, context);
    if located.why.is_some() {
        return;
    }
    for name in ["kustomization.yaml", "kustomization.yml", "Kustomization"] {
        let Ok(Some(text)) = context.file(&format!("{}/{name}", located.path)) else { continue };
        let mut hosts: Vec<String> = Vec::new();
        for line in text.lines() {
            let Some(item) = line.trim().strip_prefix("- ") else { continue };
            let item = item.split(" #").next().unwrap_or(item).trim().trim_matches(['"', '\'']);
            // A file of this directory has a dot in its name as well.
            let is_file = !item.contains("://") && !item.contains("//") && !item.contains("?ref=") && !item.contains('@');
            if let Some(host) = remote(item).filter(|host| !is_file && !hosts.contains(host) && hosts.len() < MOST) {
                hosts.push(host);
            }
        }
        hosts.into_iter().for_each(|host| fetches(host, context));
    }
}

/// The text of a file, which the command reads.
fn read(file: &Value, context: &mut Context<'_>) -> Option<String> {
    context.read_value(file);
    let located = paths::locate(file, context);
    if located.why.is_some() { None } else { context.file(&located.path).ok().flatten() }
}

/// The objects of a text; none where it is not sure that these are all.
fn scan(text: &str) -> Option<Vec<Named>> {
    if text.trim_start().starts_with('{') || text.contains("{{") || text.trim().is_empty() {
        return None;
    }
    let mut all = Vec::new();
    for document in text.split("\n---").map(|part| part.trim_start_matches("---")) {
        let has_content = document.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
        if has_content {
            all.push(one(document)?);
        }
        if all.len() > MOST {
            return None;
        }
    }
    (!all.is_empty()).then_some(all)
}

/// One document: `kind:` at its start, `name:` and `namespace:` of its `metadata:`.
fn one(document: &str) -> Option<Named> {
    let value = |text: &str| text.split(" #").next().unwrap_or(text).trim().trim_matches(['"', '\'']).to_owned();
    let (mut kind, mut name, mut namespace) = (None, None, None);
    let mut inside = false;
    let mut indent = None;
    for line in document.lines() {
        let depth = line.len() - line.trim_start().len();
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        if depth == 0 {
            inside = bare == "metadata:";
            indent = None;
            match bare.split_once(':') {
                Some(("kind", rest)) => kind = Some(value(rest)),
                Some(("metadata", rest)) if rest.trim().starts_with('{') => {
                    let Ok(node) = countersign_yaml::read(rest) else { return None };
                    let field = |key: &str| node.get(key).and_then(countersign_yaml::Node::text).map(str::to_owned);
                    (name, namespace) = (field("name"), field("namespace"));
                }
                Some(("items" | "metadata", rest)) if bare.starts_with("items") || !rest.trim().is_empty() => return None,
                _ => {}
            }
        } else if inside && depth == *indent.get_or_insert(depth) {
            match bare.split_once(':') {
                Some(("name", rest)) => name = Some(value(rest)),
                Some(("namespace", rest)) => namespace = Some(value(rest)),
                _ => {}
            }
        }
    }
    Some((kinds::singular(&kind?), name.unwrap_or_else(|| "*".to_owned()), namespace))
}

//! What `-v` and `--mount` give a container of this machine.

use countersign_model::{Effect, PathClass, Resource, Zone, verbs};

use super::run::privilege;
use crate::context::Context;
use crate::paths;
use crate::word::{Value, Word};

/// A mount as it is given.
#[derive(Debug)]
pub(super) struct Given {
    /// A path of this machine.
    pub source: Value,
    /// Where the container has it; empty where that is not known.
    pub target: String,
    /// Whether the container cannot change it.
    pub only_read: bool,
}

/// `-v source:target:options`; none for a named volume.
pub(super) fn volume(value: &Value) -> Option<Given> {
    let text = value.text();
    match value {
        Value::Known(_) | Value::Pattern(_) => {
            let (source, rest) = text.split_once(':')?;
            let (target, options) = rest.split_once(':').unwrap_or((rest, ""));
            let is_path = source.starts_with(['/', '.', '~']);
            let only_read = options.split(',').any(|option| option == "ro");
            is_path.then(|| Given { source: Value::Known(source.to_owned()), target: target.to_owned(), only_read })
        }
        // The start says where it is, if it is known.
        Value::Unknown { .. } => match text.split_once(':') {
            Some((source, _)) if source.starts_with('/') => {
                Some(Given { source: Value::Known(source.to_owned()), target: String::new(), only_read: false })
            }
            _ => Some(Given { source: value.clone(), target: String::new(), only_read: false }),
        },
    }
}

/// `--mount type=bind,source=..,target=..,readonly`.
pub(super) fn mount(value: &Value) -> Option<Given> {
    if value.is_unknown() {
        return Some(Given { source: value.clone(), target: String::new(), only_read: false });
    }
    // Each field may stand in quotes, its name in capitals.
    let fields: Vec<(String, &str)> = value
        .text()
        .split(',')
        .map(|field| field.trim_matches('"'))
        .map(|field| field.split_once('=').map_or((field.to_ascii_lowercase(), ""), |(name, value)| (name.to_ascii_lowercase(), value)))
        .collect();
    let field = |names: &[&str]| fields.iter().find(|(name, _)| names.contains(&name.as_str())).map(|(_, value)| *value);
    let only_read = field(&["readonly", "ro"]).is_some_and(|value| matches!(value, "" | "true" | "1"));
    let source = field(&["source", "src"])?;
    let is_bind = field(&["type"]).is_some_and(|kind| kind.eq_ignore_ascii_case("bind")) || source.starts_with(['/', '.', '~']);
    let target = field(&["target", "dst", "destination"]).unwrap_or_default();
    is_bind.then(|| Given { source: Value::Known(source.to_owned()), target: target.to_owned(), only_read })
}

/// Adds what a mount of a path of this machine means; returns it where it is the workspace's and can be changed.
pub(super) fn path(source: &Value, only_read: bool, context: &mut Context<'_>) -> Option<String> {
    let located = paths::locate(source, context);
    let path = located.path.as_str();
    if path.ends_with(".sock") {
        privilege(&format!("who reaches {path} controls what listens there"), context);
        return None;
    }
    let is_near = located.zone == Zone::Workspace && located.why.is_none();
    let is_own = located.class == PathClass::Countersign;
    if is_own || paths::contains_protected(&located, context) && !only_read && !is_near {
        let resource = Resource::Path { path: located.path.clone(), zone: located.zone, class: PathClass::Countersign };
        let why = if is_own { "it mounts Countersign's own files" } else { "it mounts Countersign's own files too" };
        context.push(Effect::new(verbs::COUNTERSIGN_TAMPER, resource).because(why));
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

//! Paths in a container that are this machine's own: what is mounted there.

use countersign_model::Resource;

use crate::context::Context;
use crate::word::Value;

use super::{Last, Located, is_within, locate_as, normal, unknown};

/// A directory or a file of this machine, and where a container has it; both absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mount {
    /// Here.
    pub source: String,
    /// There.
    pub target: String,
}

impl Mount {
    /// Whether something of this machine is what is mounted: a path in it, or what the engine's socket controls.
    pub fn reaches(&self, resource: &Resource) -> bool {
        match resource {
            Resource::Path { path, .. } => is_within(path, &self.source),
            Resource::Container { host: None, .. } => self.source.ends_with("docker.sock"),
            _ => false,
        }
    }
}

/// A path as the container spells it, where it is one of this machine's, or could be.
pub(super) fn through(spelled: &str, last: Last, value: &Value, context: &Context<'_>) -> Option<Located> {
    let path = normal("/", spelled);
    let all = path.strip_suffix("/*").filter(|_| matches!(value, Value::Pattern(_))).unwrap_or(&path);
    let all = if all.is_empty() { "/" } else { all };
    let within = |mount: &&Mount| is_within(&path, &mount.target);
    let here = match context.mounts.iter().filter(within).max_by_key(|mount| mount.target.len()) {
        Some(mount) => {
            let rest = path.strip_prefix(mount.target.trim_end_matches('/')).unwrap_or_default();
            format!("{}{rest}", mount.source.trim_end_matches('/'))
        }
        // A directory above: what is done to it is done to what is mounted in it.
        None => match context.mounts.iter().find(|mount| is_within(&mount.target, all)) {
            Some(mount) => mount.source.clone(),
            None if context.mounts.iter().any(|mount| is_within(&path, &mount.source)) => {
                return Some(unknown("it is a path of the container"));
            }
            None => return None,
        },
    };
    let here = if here.is_empty() { "/".to_owned() } else { here };
    let value = match value {
        Value::Known(_) => Value::Known(here),
        Value::Pattern(_) => Value::Pattern(here),
        Value::Unknown { suffix, why, .. } => {
            Value::Unknown { prefix: format!("{here}/"), suffix: suffix.clone(), why: why.clone() }
        }
    };
    Some(context.outside_of_mounts(|context| locate_as(&value, last, context)))
}

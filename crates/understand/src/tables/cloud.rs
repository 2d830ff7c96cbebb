//! What the operations of clouds do.

use countersign_model::{Verb, verbs};

use super::find;

/// Services of AWS by their names on the command line, with their operations.
static AWS: &str = include_str!("aws.txt");
/// Commands of gcloud: the first word and the one before the last, with the last ones.
static GCLOUD: &str = include_str!("gcloud.txt");

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Does {
    /// It reads.
    Read,
    /// It copies much of what is there out of it.
    Export,
    /// It creates or changes.
    Write,
    /// It deletes.
    Delete,
    /// It changes who may do what.
    Permission,
    /// It runs something.
    Execute,
    /// It tells a secret's value.
    Secret,
    /// It makes a credential and tells it.
    Credential,
}

impl Does {
    fn from_code(code: &str) -> Option<Self> {
        Some(match code {
            "r" => Self::Read,
            "w" => Self::Write,
            "d" => Self::Delete,
            "p" => Self::Permission,
            "x" => Self::Execute,
            "s" => Self::Secret,
            "k" => Self::Credential,
            _ => return None,
        })
    }

    /// The verb for what it does to the cloud.
    pub const fn verb(self) -> Verb {
        match self {
            Self::Read | Self::Secret => verbs::CLOUD_READ,
            Self::Export => verbs::CLOUD_EXPORT,
            Self::Write => verbs::CLOUD_WRITE,
            Self::Delete => verbs::CLOUD_DELETE,
            Self::Permission | Self::Credential => verbs::CLOUD_PERMISSION,
            Self::Execute => verbs::CLOUD_EXECUTE,
        }
    }

    /// Whether it tells a secret.
    pub const fn tells_a_secret(self) -> bool {
        matches!(self, Self::Secret | Self::Credential)
    }
}

/// Operations of AWS whose names say less than they do: these call what stands behind an API or a state.
const ACTING: &[(&str, &str, Does)] = &[
    ("apigateway", "test-invoke-authorizer", Does::Execute),
    ("apigateway", "test-invoke-method", Does::Execute),
    ("iot", "test-invoke-authorizer", Does::Execute),
    ("stepfunctions", "test-state", Does::Execute),
];

/// Commands of gcloud that show a key or a password, whatever the rest of their words.
const TELLING: &[&str] = &["get-key-string", "get-auth-string"];

/// What an operation of AWS does: `ec2`, `terminate-instances`.
pub(crate) fn aws(service: &str, operation: &str) -> Option<Does> {
    // Services that go by two names on the command line.
    if let Some((_, _, does)) = ACTING.iter().find(|(known, name, _)| *known == service && *name == operation)
    {
        return Some(*does);
    }
    let service = match service {
        "codedeploy" => "deploy",
        "config" => "configservice",
        other => other,
    };
    Does::from_code(find(find(AWS, '\n', '\t', service)?, ' ', '=', operation)?)
}

/// Whether AWS has a service of this name.
pub(crate) fn is_aws_service(service: &str) -> bool {
    find(AWS, '\n', '\t', service).is_some()
}

/// What a command of gcloud does: all its words, without a release track.
pub(crate) fn gcloud(words: &[&str]) -> Option<Does> {
    let (last, before) = words.split_last()?;
    if TELLING.contains(last) {
        return Some(Does::Secret);
    }
    let (first, parent) = (before.first()?, before.last()?);
    Does::from_code(find(find(GCLOUD, '\n', '\t', &format!("{first} {parent}"))?, ' ', '=', last)?)
}

/// What the verb in an operation's name says: `list-buckets`, `delete`, `add-iam-policy-binding`. None where the verb
/// is not one that always means the same.
pub(crate) fn by_verb(operation: &str) -> Option<Does> {
    let mut words = operation.split(['-', '_', '.']);
    let mut first = words.next()?;
    if matches!(first, "batch" | "bulk" | "admin") {
        first = words.next().unwrap_or(first);
    }
    let last = operation.rsplit(['-', '_', '.']).next().unwrap_or_default();
    let on_permission = matches!(last, "policy" | "binding" | "permission" | "permissions" | "acl" | "grant");
    Some(match first {
        "get" | "list" | "describe" | "search" | "query" | "view" | "show" | "lookup" | "preview"
        | "check" | "count" | "head" | "read" | "validate" | "ls" | "wait" | "help" | "status" | "tail"
        | "info" | "history" | "logs" => Does::Read,
        "delete" | "terminate" | "purge" | "destroy" | "remove" | "drop" | "erase" | "wipe" | "rm"
        | "uninstall" | "undeploy" | "deregister" | "decommission" | "expire"
            if !on_permission =>
        {
            Does::Delete
        }
        "run" | "exec" | "execute" | "invoke" | "ssh" | "connect" => Does::Execute,
        _ if on_permission => Does::Permission,
        "create" | "update" | "put" | "set" | "add" | "start" | "stop" | "restart" | "reboot" | "enable"
        | "disable" | "attach" | "detach" | "associate" | "disassociate" | "modify" | "tag" | "untag"
        | "copy" | "restore" | "deploy" | "apply" | "cancel" | "import" | "upload" | "resize" | "scale"
        | "resume" | "suspend" | "register" | "patch" | "rename" | "move" | "upgrade" | "rotate"
        | "reset" | "publish" | "send" => Does::Write,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;

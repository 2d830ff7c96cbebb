//! `gsutil`: files and buckets of Google Cloud.

use countersign_model::verbs;

use super::super::cloud::NOT_KNOWN;
use super::super::cloud::storage::Storage;
use super::super::subcommands::{self, Table};
use super::account;
use crate::context::Context;
use crate::invocation::Invocation;
use crate::tables::cloud::Does;
use crate::word::Word;

/// Options that take a value: those before the command, and those of copies.
const TABLE: Table =
    Table { values: &["-o", "-h", "-u", "-i", "-a", "-x", "-y", "-j", "-l", "-c", "-s", "-z", "-L", "-p"], rules: &[] };

/// Adds what it does.
pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let found = subcommands::read(invocation, &TABLE);
    let Some(operation) = found.operand(0).filter(|_| found.options.iter().all(|(name, _)| name != "--help")) else {
        context.program(verbs::EXEC_READ, "gsutil");
        return;
    };
    let mut tenant = account::one(invocation, context);
    if let Some(project) = found.text(&["-p", "-u"]).filter(|project| project != "*") {
        tenant = super::super::cloud::Tenant::named(account::GCP, &project);
    }
    let words: Vec<&Word> = found.operands.iter().skip(1).copied().collect();
    let storage = Storage {
        scheme: "gs://",
        service: "storage",
        operation: &operation,
        words: &words,
        recursive: found.has(&["-r", "-R"]),
        dry: operation == "rsync" && found.has(&["-n"]),
        deletes: operation == "rsync" && found.has(&["-d"]),
        opens: found.text(&["-a"]).is_some_and(|acl| acl != "private"),
    };
    if storage.effects(&tenant, context) {
        return;
    }
    let second = found.operand(1).unwrap_or_default();
    let sets = ["set", "ch", "on", "off", "clear", "lock", "temp", "event", "add"].contains(&second.as_str());
    let bucket = words.iter().filter_map(|word| word.known()?.strip_prefix("gs://")).next_back();
    let name = bucket.unwrap_or("*").to_owned();
    let (does, doubt) = match operation.as_str() {
        "version" | "help" | "test" | "perfdiag" | "config" => {
            context.program(verbs::EXEC_READ, "gsutil");
            return;
        }
        "acl" | "defacl" | "iam" | "pap" | "hmac" if second == "get" || second == "list" => (Does::Read, None),
        "acl" | "defacl" | "iam" | "pap" | "signurl" | "ubla" => (Does::Permission, None),
        "hmac" if second == "create" => (Does::Credential, None),
        "hmac" => (Does::Permission, None),
        "lifecycle" if second == "set" => (Does::Delete, None),
        "setmeta" | "rewrite" | "compose" | "update" => (Does::Write, None),
        _ if second == "get" => (Does::Read, None),
        "cors" | "versioning" | "web" | "logging" | "label" | "notification" | "requesterpays" | "retention"
        | "defstorageclass" | "kms" | "autoclass" | "rpo" | "lifecycle"
            if sets =>
        {
            (Does::Write, None)
        }
        _ => (Does::Write, Some(NOT_KNOWN)),
    };
    tenant.acts(does, "storage", &[name], doubt, context);
}

//! `aws s3`: files and buckets.

use countersign_model::verbs;

use super::super::cloud::Tenant;
use super::read::Read;
use crate::context::Context;
use crate::tables::cloud::Does;
use crate::word::{Value, Word};

/// One end of a copy.
enum End<'w> {
    /// A bucket and a key.
    Remote(String),
    /// A file or a directory.
    Local(&'w Word),
    /// Standard input or output.
    Stream,
    /// It could be either.
    Unknown(&'w Word),
}

fn end(word: &Word) -> End<'_> {
    match &word.value {
        Value::Known(text) if text == "-" => End::Stream,
        Value::Known(text) | Value::Pattern(text) => match text.strip_prefix("s3://") {
            Some(name) => End::Remote(name.trim_end_matches('/').to_owned()),
            None => End::Local(word),
        },
        Value::Unknown { prefix, .. } => match prefix.strip_prefix("s3://") {
            Some(name) if name.contains('/') => End::Remote(format!("{name}*")),
            Some(_) => End::Remote("*".to_owned()),
            None if prefix.starts_with(['/', '.', '~']) => End::Local(word),
            None => End::Unknown(word),
        },
    }
}

/// Adds what a command of `aws s3` does.
pub(super) fn effects(operation: &str, read: &Read<'_>, tenant: &Tenant, context: &mut Context<'_>) {
    let words: Vec<&Word> = read.operands.iter().skip(2).copied().collect();
    let acts = |does: Does, name: &str, context: &mut Context<'_>| {
        let partial = name.contains('*').then_some("the bucket or key is not known");
        tenant.acts(does, "s3", &[name.to_owned()], partial, context);
    };
    let name = |word: Option<&&Word>| match word.map(|word| (end(word), word)) {
        Some((End::Remote(name), _)) => name,
        Some((End::Local(word), _)) => word.known().unwrap_or("*").to_owned(),
        Some((End::Unknown(_) | End::Stream, _)) => "*".to_owned(),
        None => "all buckets".to_owned(),
    };
    let dry = read.has("--dryrun");
    match operation {
        "ls" => acts(Does::Read, &name(words.first()), context),
        "presign" => acts(Does::Permission, &name(words.first()), context),
        "mb" | "website" => acts(Does::Write, &name(words.first()), context),
        "rm" | "rb" => {
            let does = if dry && operation == "rm" { Does::Read } else { Does::Delete };
            acts(does, &name(words.first()), context);
        }
        "cp" | "mv" | "sync" => {
            let (Some(source), Some(target)) = (words.first(), words.get(1)) else {
                acts(Does::Write, "*", context);
                return;
            };
            let moves = operation == "mv" && !dry;
            match end(source) {
                End::Remote(name) => acts(if moves { Does::Delete } else { Does::Read }, &name, context),
                End::Local(word) if moves => context.moves(word),
                End::Local(word) => context.read(word),
                End::Stream => {}
                End::Unknown(word) => {
                    context.read(word);
                    acts(if moves { Does::Delete } else { Does::Read }, "*", context);
                }
            }
            let deletes = operation == "sync" && read.has("--delete");
            let does = if deletes { Does::Delete } else { Does::Write };
            match end(target) {
                _ if dry => acts(Does::Read, &name(Some(target)), context),
                End::Remote(name) => acts(does, &name, context),
                End::Local(word) => {
                    context.write(word);
                    if deletes {
                        context.delete(word);
                    }
                }
                End::Stream => {}
                End::Unknown(word) => {
                    context.write(word);
                    acts(does, "*", context);
                }
            }
            let opens = read.text("--acl").is_some_and(|acl| !matches!(acl.as_str(), "private" | "bucket-owner-full-control"));
            if (opens || read.has("--grants")) && !dry {
                acts(Does::Permission, &name(Some(target)), context);
            }
        }
        _ => {
            tenant.acts(Does::Write, "s3", &["*".to_owned()], Some(super::super::cloud::NOT_KNOWN), context);
        }
    }
    if read.has("--no-verify-ssl") {
        context.program(verbs::EXEC_READ, "aws");
    }
}

//! `scp`, `sftp` and `rsync`: which way files go.

use countersign_model::{Certainty, Effect, Resource, Verb, verbs};

use super::{config, configured, here, host_of, taken};
use crate::context::Context;
use crate::environment;
use crate::families::landing;
use crate::families::opaque;
use crate::invocation::Invocation;
use crate::shell::{self, Place};
use crate::word::{Value, Word};

/// The host and the path of a place on another machine; none for a path of this one.
fn remote(word: &Word) -> Option<(String, Value)> {
    let text = word.text();
    if ["scp://", "sftp://", "rsync://", "ssh://"].iter().any(|scheme| text.starts_with(scheme)) {
        let path = text.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map(|(_, path)| path.to_owned());
        let path = path.filter(|_| word.known().is_some()).map(Value::Known);
        return Some((host_of(word), path.unwrap_or_else(|| Value::unknown("a path of another machine"))));
    }
    match text.split_once(':') {
        Some((host, path)) if !host.contains('/') && !host.is_empty() => {
            let host = host.rsplit('@').next().unwrap_or(host).to_owned();
            let path = path.trim_start_matches(':').to_owned();
            Some((host, match &word.value {
                Value::Known(_) => Value::Known(path),
                Value::Pattern(_) => Value::Pattern(path),
                Value::Unknown { .. } => Value::unknown("unclear"),
            }))
        }
        // What is not known may be another machine's: `$HOST:/tmp`.
        _ if word.value.is_unknown() && !text.starts_with(['/', '.']) && word.raw.contains(':') => {
            Some(("*".to_owned(), Value::unknown("a path of another machine")))
        }
        _ => None,
    }
}

fn at(host: &str, verb: Verb, context: &Context<'_>) -> Effect {
    let found = config::host(host, context);
    let effect = Effect::new(verb, Resource::Host { host: found.clone(), url: None });
    let effect = if found == host { effect } else { effect.because(&format!("{host} is that host by ssh's configuration")) };
    if host == "*" { effect.certain(Certainty::Partial, "which machine is meant is not known") } else { effect }
}

/// Copies from `sources` to `target`, whichever of them is elsewhere; `whole` trees, perhaps.
fn copy(sources: &[&Word], target: &Word, whole: bool, context: &mut Context<'_>) {
    let away = remote(target);
    for source in sources {
        match remote(source) {
            Some((host, _)) => {
                let effect = at(&host, verbs::NET_READ, context);
                context.push(effect);
                context.flow.fetched = true;
            }
            None => context.read_tree(source),
        }
    }
    if let Some((host, _)) = away {
        let effect = at(&host, verbs::NET_SEND, context);
        context.push(effect);
        return;
    }
    for source in sources {
        let from = remote(source).map_or_else(|| source.value.clone(), |(_, path)| path);
        if whole || !landing::is_one(&from) {
            landing::tree(&from, &target.value, context);
        } else {
            landing::file(&from, &target.value, context);
        }
    }
}

pub(super) fn scp(invocation: &Invocation, context: &mut Context<'_>) {
    let call = taken(invocation, "cDFiJloPSX");
    for value in call.values('o') {
        configured(value, context);
    }
    here(&call, false, context);
    call.values('S').for_each(|value| environment::command("scp -S", value, context));
    call.values('D').for_each(|value| environment::command("scp -D", value, context));
    let start = call.host.and_then(|host| invocation.words.iter().position(|word| std::ptr::eq(word, host)));
    let operands: Vec<&Word> = invocation.words.get(start.unwrap_or(usize::MAX)..).unwrap_or_default().iter().collect();
    match operands.split_last() {
        Some((target, sources)) if !sources.is_empty() => copy(sources, target, call.has('r'), context),
        _ => context.program(verbs::EXEC_READ, "scp"),
    }
}

pub(super) fn sftp(invocation: &Invocation, context: &mut Context<'_>) {
    let call = taken(invocation, "BbcDFiJloPRSsX");
    for value in call.values('o') {
        configured(value, context);
    }
    here(&call, false, context);
    call.values('S').for_each(|value| environment::command("sftp -S", value, context));
    call.values('D').for_each(|value| environment::command("sftp -D", value, context));
    call.values('b').for_each(|value| context.read_value(value));
    let Some(word) = call.host else {
        context.program(verbs::EXEC_READ, "sftp");
        return;
    };
    match (remote(word), call.command.and_then(|at| invocation.words.get(at))) {
        (Some((host, path)), target) if path.known().is_none_or(|path| !path.is_empty()) && !call.has('b') => {
            let effect = at(&host, verbs::NET_READ, context);
            context.push(effect);
            let into = target.map_or_else(|| Value::Known(".".to_owned()), |word| word.value.clone());
            if landing::is_one(&path) && !call.has('r') && !call.has('a') {
                landing::file(&path, &into, context);
            } else {
                landing::tree(&path, &into, context);
            }
        }
        (found, _) => {
            let host = found.map_or_else(|| host_of(word), |(host, _)| host);
            let effect = at(&host, verbs::NET_SEND, context);
            context.push(effect);
            let place = Resource::Host { host, url: None };
            context.elsewhere(place, |context| opaque(invocation, "which files it sends or deletes is not known", context));
        }
    }
    context.flow.fetched = true;
}

/// Long options of `rsync` that take the next word.
const LONG: &[&str] = &[
    "rsh", "exclude", "include", "filter", "files-from", "exclude-from", "include-from", "chmod", "chown", "out-format", "log-file",
    "log-file-format", "password-file", "bwlimit", "port", "rsync-path", "temp-dir", "compare-dest", "copy-dest", "link-dest", "backup-dir",
    "suffix", "block-size", "max-size", "min-size", "max-delete", "timeout", "contimeout", "modify-window", "info", "debug", "sockopts",
    "protocol", "iconv", "checksum-choice", "compress-level", "usermap", "groupmap", "skip-compress", "partial-dir", "remote-option",
    "early-input", "address", "write-batch", "read-batch", "only-write-batch", "stop-after", "stop-at", "outbuf", "copy-as", "max-alloc",
    "checksum-seed", "compress-choice", "zc", "zl", "cc",
];

pub(super) fn rsync(invocation: &Invocation, context: &mut Context<'_>) {
    let (mut operands, mut options): (Vec<&Word>, Vec<(String, Option<Value>)>) = Default::default();
    let mut words = invocation.words.iter();
    let mut loose = false;
    let mut rehearses = false;
    while let Some(word) = words.next() {
        let text = word.text();
        if word.known() == Some("--") {
            operands.extend(words.by_ref());
        } else if let Some(long) = text.strip_prefix("--") {
            let (name, attached) = match long.split_once('=') {
                Some((name, _)) => (name, word.value.strip_prefix(&format!("--{name}="))),
                None => (long, None),
            };
            rehearses |= matches!(name, "dry-run" | "list-only") && !loose;
            let takes = attached.is_none() && LONG.iter().any(|known| *known == name || name.len() > 2 && known.starts_with(name));
            let value = if takes { words.next().map(|word| word.value.clone()) } else { attached };
            loose = value.is_none() && word.value.is_unknown();
            options.push((name.to_owned(), value));
        } else if text.starts_with('-') && text.len() > 1 {
            for (at, letter) in text.char_indices().skip(1) {
                rehearses |= letter == 'n' && !word.value.is_unknown();
                if !"eBTfM@".contains(letter) {
                    options.push((letter.to_string(), None));
                    continue;
                }
                let rest = text.get(..at + letter.len_utf8()).and_then(|before| word.value.strip_prefix(before));
                let rest = rest.filter(|rest| !rest.text().is_empty() || rest.is_unknown());
                let value = rest.or_else(|| words.next().map(|word| word.value.clone()));
                options.push((letter.to_string(), value));
                break;
            }
        } else {
            operands.push(word);
        }
    }
    let has = |names: &[&str]| options.iter().any(|(name, _)| names.contains(&name.as_str()));
    let value = |names: &[&str]| options.iter().rev().find(|(name, _)| names.contains(&name.as_str())).and_then(|(_, value)| value.clone());
    let shell = value(&["e", "rsh"]).or_else(|| environment::value(invocation, "RSYNC_RSH"));
    if let Some(shell) = shell {
        remote_shell(&shell, context);
    }
    for (name, value) in &options {
        let Some(file) = value else { continue };
        match name.as_str() {
            "password-file" | "files-from" | "exclude-from" | "include-from" | "read-batch" | "early-input" => context.read_value(file),
            "log-file" | "write-batch" | "only-write-batch" => context.write_value(file),
            _ => {}
        }
    }
    let Some((target, sources)) = operands.split_last().filter(|(_, sources)| !sources.is_empty()) else {
        if has(&["daemon"]) {
            opaque(invocation, "it serves files to others", context);
        } else {
            operands.iter().for_each(|word| context.read(word));
            context.program(verbs::EXEC_READ, "rsync");
        }
        return;
    };
    let host = remote(target).or_else(|| sources.iter().find_map(|word| remote(word)));
    if let Some(Value::Known(path)) = value(&["rsync-path"]) {
        let place = host.as_ref().map_or("*", |(host, _)| host).to_owned();
        context.elsewhere(Resource::Host { host: place, url: None }, |context| {
            shell::run_apart(&path, Place::Within(context.here), context);
        });
    } else if has(&["rsync-path"]) {
        opaque(invocation, "the program on the other machine is not known", context);
    }
    if rehearses {
        if let Some((host, _)) = &host {
            let effect = at(host, verbs::NET_READ, context);
            context.push(effect);
        }
        context.program(verbs::EXEC_READ, "rsync");
        return;
    }
    let deletes = options.iter().any(|(name, _)| name == "del" || name.starts_with("delete"));
    if deletes {
        match remote(target) {
            None => context.delete(target),
            Some((host, _)) => {
                let effect = at(&host, verbs::FS_DELETE, context).because("files that are not sent are deleted there");
                context.push(effect);
            }
        }
    }
    let whole = has(&["a", "archive", "r", "recursive", "files-from"]);
    copy(sources, target, whole, context);
    if has(&["remove-source-files", "remove-sent-files"]) {
        for source in sources {
            match remote(source) {
                None => context.delete(source),
                Some((host, _)) => {
                    let effect = at(&host, verbs::FS_DELETE, context).because("files that were sent are deleted there");
                    context.push(effect);
                }
            }
        }
    }
}

/// What `-e` starts: a plain `ssh` with harmless options, or anything.
fn remote_shell(shell: &Value, context: &mut Context<'_>) {
    let plain = shell.known().is_some_and(|text| {
        let lower = text.to_ascii_lowercase();
        let mut words = lower.split_ascii_whitespace();
        matches!(words.next(), Some("ssh" | "/usr/bin/ssh"))
            && !lower.contains(['`', '$', ';', '|', '&', '<', '>', '\n'])
            && !["command", "provider", "include", "match", " -f"].iter().any(|part| lower.contains(part))
    });
    if !plain {
        environment::command("rsync -e", shell, context);
    }
}

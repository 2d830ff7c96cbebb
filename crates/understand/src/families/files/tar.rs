//! `tar`, in its old and its new style: what it reads, writes, removes and starts.

use countersign_model::{Effect, PathClass, Resource, verbs};

use super::super::landing;
use super::{below, opaque};
use crate::arguments::{Spec, Takes, parse};
use crate::context::Context;
use crate::environment;
use crate::families::searching::printed::secrets_below;
use crate::glob;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::{Value, Word};

const TAR: Spec = Spec {
    long: &[
        ("to-command", Takes::Value), ("checkpoint-action", Takes::Value), ("use-compress-program", Takes::Value), ("rsh-command", Takes::Value), ("rmt-command", Takes::Value),
        ("info-script", Takes::Value), ("new-volume-script", Takes::Value), ("checkpoint", Takes::Attached), ("file", Takes::Value), ("directory", Takes::Value), ("files-from", Takes::Value),
        ("exclude-from", Takes::Value), ("exclude", Takes::Value), ("listed-incremental", Takes::Value), ("index-file", Takes::Value), ("volno-file", Takes::Value), ("one-top-level", Takes::Attached),
        ("create", Takes::Nothing), ("append", Takes::Nothing), ("update", Takes::Nothing), ("catenate", Takes::Nothing), ("concatenate", Takes::Nothing), ("list", Takes::Nothing), ("extract", Takes::Nothing),
        ("get", Takes::Nothing), ("diff", Takes::Nothing), ("compare", Takes::Nothing), ("delete", Takes::Nothing), ("to-stdout", Takes::Nothing), ("absolute-names", Takes::Nothing), ("verbose", Takes::Nothing),
        ("gzip", Takes::Nothing), ("gunzip", Takes::Nothing), ("bzip2", Takes::Nothing), ("xz", Takes::Nothing), ("zstd", Takes::Nothing), ("lzma", Takes::Nothing), ("lz4", Takes::Nothing), ("auto-compress", Takes::Nothing),
        ("strip-components", Takes::Value), ("transform", Takes::Value), ("xform", Takes::Value), ("owner", Takes::Value), ("group", Takes::Value), ("mode", Takes::Value), ("mtime", Takes::Value), ("sort", Takes::Value), ("format", Takes::Value),
        ("pax-option", Takes::Value), ("numeric-owner", Takes::Nothing), ("no-same-owner", Takes::Nothing), ("same-owner", Takes::Nothing), ("no-same-permissions", Takes::Nothing), ("preserve-permissions", Takes::Nothing), ("overwrite", Takes::Nothing),
        ("keep-old-files", Takes::Nothing), ("skip-old-files", Takes::Nothing), ("wildcards", Takes::Nothing), ("no-wildcards", Takes::Nothing), ("dereference", Takes::Nothing), ("hard-dereference", Takes::Nothing), ("exclude-vcs", Takes::Nothing),
        ("exclude-vcs-ignores", Takes::Nothing), ("no-recursion", Takes::Nothing), ("recursion", Takes::Nothing), ("totals", Takes::Attached), ("warning", Takes::Value), ("null", Takes::Nothing), ("ignore-failed-read", Takes::Nothing),
        ("force-local", Takes::Nothing), ("sparse", Takes::Nothing), ("remove-files", Takes::Nothing), ("anchored", Takes::Nothing), ("help", Takes::Nothing), ("version", Takes::Nothing), ("newer", Takes::Value), ("acls", Takes::Nothing),
        ("xattrs", Takes::Nothing), ("selinux", Takes::Nothing), ("utc", Takes::Nothing), ("full-time", Takes::Nothing), ("occurrence", Takes::Attached), ("unlink-first", Takes::Nothing), ("recursive-unlink", Takes::Nothing), ("touch", Takes::Nothing), ("show-transformed-names", Takes::Nothing), ("verify", Takes::Nothing),
    ],
    short: &[
        ('I', Takes::Value), ('F', Takes::Value), ('f', Takes::Value), ('C', Takes::Value), ('T', Takes::Value), ('X', Takes::Value), ('g', Takes::Value), ('b', Takes::Value), ('H', Takes::Value), ('K', Takes::Value),
        ('L', Takes::Value), ('N', Takes::Value), ('V', Takes::Value), ('c', Takes::Nothing), ('r', Takes::Nothing), ('u', Takes::Nothing), ('A', Takes::Nothing), ('t', Takes::Nothing), ('x', Takes::Nothing), ('d', Takes::Nothing),
        ('v', Takes::Nothing), ('z', Takes::Nothing), ('j', Takes::Nothing), ('J', Takes::Nothing), ('Z', Takes::Nothing), ('a', Takes::Nothing), ('p', Takes::Nothing), ('P', Takes::Nothing), ('O', Takes::Nothing), ('h', Takes::Nothing),
        ('k', Takes::Nothing), ('m', Takes::Nothing), ('o', Takes::Nothing), ('s', Takes::Nothing), ('S', Takes::Nothing), ('U', Takes::Nothing), ('w', Takes::Nothing), ('W', Takes::Nothing), ('l', Takes::Nothing), ('B', Takes::Nothing), ('G', Takes::Nothing), ('i', Takes::Nothing), ('n', Takes::Nothing), ('R', Takes::Nothing), ('M', Takes::Nothing),
    ],
    abbreviations: true,
    operands_end_options: false,
};

/// Programs that pack and unpack what comes through them.
const COMPRESSORS: &[&str] = &["gzip", "pigz", "bzip2", "pbzip2", "lbzip2", "xz", "pixz", "lzma", "zstd", "zstdmt", "pzstd", "lz4", "lzip", "plzip", "lzop", "brotli"];

/// The words with the letters of the old style, `tar xf a`, as options.
fn in_new_style(words: &[Word]) -> Vec<Word> {
    let Some((first, rest)) = words.split_first() else { return Vec::new() };
    if first.text().starts_with('-') || first.value.is_unknown() {
        return words.to_vec();
    }
    let mut rest = rest.iter();
    let mut all = Vec::new();
    for letter in first.text().chars() {
        all.push(Word::known_as(&format!("-{letter}")));
        if TAR.short.iter().any(|(short, takes)| *short == letter && *takes == Takes::Value) {
            all.extend(rest.next().cloned());
        }
    }
    all.extend(rest.cloned());
    all
}

pub(super) fn tar(invocation: &Invocation, context: &mut Context<'_>) {
    let mut words = in_new_style(&invocation.words);
    from_environment(invocation, &mut words, context);
    let arguments = parse(&words, &TAR);
    for value in arguments.values(&["to-command", "I", "use-compress-program", "rsh-command", "rmt-command", "F", "info-script", "new-volume-script"]) {
        if !is_compressor(value) {
            environment::command("tar", value, context);
        }
    }
    for value in arguments.values(&["checkpoint-action"]) {
        if let Some(command) = value.strip_prefix("exec=") {
            environment::command("tar", &command, context);
        } else if value.is_unknown() {
            opaque(invocation, "its options start a program", context);
        }
    }
    if !arguments.unknown.is_empty() {
        opaque(invocation, "an option is not known", context);
    }
    arguments.values(&["T", "files-from", "X", "exclude-from"]).for_each(|value| context.read_value(value));
    arguments.values(&["g", "listed-incremental", "index-file", "volno-file"]).for_each(|value| context.write_value(value));
    let tape = environment::value(invocation, "TAPE");
    let archive = arguments.value(&["f", "file"]).or(tape.as_ref());
    if let Some(host) = archive.filter(|_| !arguments.has(&["force-local"])).and_then(|archive| other_machine(archive.text())) {
        let reads = arguments.has(&["t", "list", "d", "diff", "compare", "x", "extract", "get"]);
        let verb = if reads { verbs::NET_READ } else { verbs::NET_SEND };
        let effect = Effect::new(verb, Resource::Host { host: host.to_owned(), url: None });
        context.push(effect.because("the archive is on another machine"));
    }
    let directory = arguments.value(&["C", "directory", "one-top-level"]);
    if arguments.has(&["t", "list", "d", "diff", "compare"]) {
        archive.into_iter().for_each(|value| context.read_value(value));
        if archive.is_none() {
            context.program(verbs::EXEC_READ, "tar");
        }
    } else if arguments.has(&["c", "create", "r", "append", "u", "update", "A", "catenate", "concatenate", "delete"]) {
        match archive {
            Some(value) => context.write_value(value),
            None => context.program(verbs::EXEC_READ, "tar"),
        }
        for word in &arguments.operands {
            context.read_tree(&word.with(below(directory, &word.value)));
        }
        if archive.is_none_or(|archive| matches!(archive.text(), "-" | "/dev/stdout")) {
            let left_out: Vec<&str> = arguments.values(&["exclude"]).map(Value::text).collect();
            let is_in = |name: &str| !left_out.iter().any(|pattern| glob::matches(pattern, name) || glob::matches(pattern, paths::split(name).1));
            for word in &arguments.operands {
                let found = secrets_below(&below(directory, &word.value), |name, _, _| is_in(name), context);
                context.flow.packed.extend(found.into_iter().map(|(path, _)| path));
            }
        }
        if arguments.has(&["remove-files"]) {
            arguments.operands.iter().for_each(|word| context.delete(&word.with(below(directory, &word.value))));
        }
    } else {
        archive.into_iter().for_each(|value| context.read_value(value));
        if arguments.has(&["O", "to-stdout"]) {
            // It prints them as the archive has them, which is commonly as they are here.
            for word in &arguments.operands {
                if paths::locate(&word.value, context).class == PathClass::Secret {
                    context.read(word);
                }
            }
            return;
        }
        for word in &arguments.operands {
            let member = below(directory, &word.value);
            if paths::locate(&member, context).class > PathClass::Rebuildable {
                context.write_value(&member);
            }
        }
        for renamed in arguments.values(&["transform", "xform"]).filter_map(renamed) {
            let place = below(directory, &renamed);
            if renamed.is_unknown() || paths::locate(&place, context).class > PathClass::Rebuildable {
                landing::unpacks(&unread(), &place, context);
            }
        }
        if arguments.has(&["P", "absolute-names"]) {
            context.write_value(&Value::unknown("the archive may name any file"));
        }
        let into = directory.cloned().unwrap_or_else(|| Value::Known(".".to_owned()));
        let renames = arguments.values(&["strip-components", "transform", "xform"]).next().is_some();
        if renames || arguments.operands.is_empty() || !arguments.operands.iter().all(|word| landing::is_one(&word.value)) {
            landing::unpacks(&unread(), &into, context);
        } else {
            context.write_value(&into);
        }
    }
}

/// The source of what is unpacked.
fn unread() -> Value {
    Value::unknown("which files are in it is not known")
}

/// What `s,^,out/,` puts into the names of what is unpacked, as a path.
fn renamed(expression: &Value) -> Option<Value> {
    let Some(text) = expression.known() else { return Some(Value::unknown("how its files are renamed is not known")) };
    let text = text.strip_prefix("flags=").and_then(|rest| rest.split_once(';')).map_or(text, |(_, rest)| rest).trim();
    let sign = text.strip_prefix('s')?.chars().next()?;
    let mut parts = text.get(1 + sign.len_utf8()..)?.split(sign);
    let replacement = parts.nth(1)?;
    let rest = parts.next().unwrap_or_default();
    if rest.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric()).contains(';') || replacement.contains('\\') {
        return Some(Value::unknown("how its files are renamed is not known"));
    }
    Some(Value::Known(replacement.replace('&', ""))).filter(|value| !value.text().is_empty())
}

/// Options that a variable adds before all others.
fn from_environment(invocation: &Invocation, words: &mut Vec<Word>, context: &mut Context<'_>) {
    match environment::value(invocation, "TAR_OPTIONS") {
        None => {}
        Some(Value::Known(text)) => {
            words.splice(0..0, text.split_whitespace().map(Word::known_as));
        }
        Some(Value::Pattern(_) | Value::Unknown { .. }) => {
            context.hidden("TAR_OPTIONS=..", "it adds options that are not known");
        }
    }
}

/// The host of an archive that is named `host:path`.
fn other_machine(archive: &str) -> Option<&str> {
    let (host, _) = archive.split_once(':').filter(|(host, _)| !host.is_empty() && !host.contains('/'))?;
    Some(host.rsplit('@').next().unwrap_or(host))
}

fn is_compressor(value: &Value) -> bool {
    value.known().is_some_and(|text| {
        let plain = text.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, ' ' | '-' | '='));
        plain && text.split_whitespace().next().is_some_and(|name| COMPRESSORS.contains(&name))
    })
}

//! `git apply` and `git am`: the files of a patch, read as git reads it.

use super::Git;
use super::resolve::Repo;
use super::super::files::{Applying, Reader, Strip, anything};
use crate::arguments::{Arguments, Spec, Takes, parse};
use crate::context::Context;
use crate::paths;
use crate::word::{Value, Word};

const SPEC: Spec = Spec {
    long: &[
        ("exclude", Takes::Value), ("include", Takes::Value), ("directory", Takes::Value), ("whitespace", Takes::Value), ("build-fake-ancestor", Takes::Value), ("patch-format", Takes::Value), ("quoted-cr", Takes::Value), ("empty", Takes::Value), ("resolvemsg", Takes::Value),
        ("gpg-sign", Takes::Attached), ("show-current-patch", Takes::Attached), ("no-add", Takes::Nothing), ("stat", Takes::Nothing), ("numstat", Takes::Nothing), ("summary", Takes::Nothing), ("check", Takes::Nothing), ("index", Takes::Nothing),
        ("intent-to-add", Takes::Nothing), ("cached", Takes::Nothing), ("unsafe-paths", Takes::Nothing), ("apply", Takes::Nothing), ("3way", Takes::Nothing), ("ours", Takes::Nothing), ("theirs", Takes::Nothing), ("union", Takes::Nothing),
        ("ignore-space-change", Takes::Nothing), ("ignore-whitespace", Takes::Nothing), ("reverse", Takes::Nothing), ("unidiff-zero", Takes::Nothing), ("reject", Takes::Nothing), ("allow-overlap", Takes::Nothing), ("verbose", Takes::Nothing), ("quiet", Takes::Nothing),
        ("inaccurate-eof", Takes::Nothing), ("recount", Takes::Nothing), ("allow-empty", Takes::Nothing), ("allow-binary-replacement", Takes::Nothing), ("binary", Takes::Nothing), ("interactive", Takes::Nothing), ("no-3way", Takes::Nothing), ("signoff", Takes::Nothing),
        ("utf8", Takes::Nothing), ("no-utf8", Takes::Nothing), ("keep", Takes::Nothing), ("keep-non-patch", Takes::Nothing), ("message-id", Takes::Nothing), ("no-message-id", Takes::Nothing), ("keep-cr", Takes::Nothing), ("no-keep-cr", Takes::Nothing), ("scissors", Takes::Nothing),
        ("no-scissors", Takes::Nothing), ("no-verify", Takes::Nothing), ("continue", Takes::Nothing), ("resolved", Takes::Nothing), ("skip", Takes::Nothing), ("abort", Takes::Nothing), ("quit", Takes::Nothing), ("retry", Takes::Nothing),
        ("committer-date-is-author-date", Takes::Nothing), ("ignore-date", Takes::Nothing), ("rerere-autoupdate", Takes::Nothing), ("no-rerere-autoupdate", Takes::Nothing), ("no-gpg-sign", Takes::Nothing),
    ],
    short: &[
        ('p', Takes::Value), ('C', Takes::Value), ('S', Takes::Attached), ('N', Takes::Nothing), ('3', Takes::Nothing), ('R', Takes::Nothing), ('v', Takes::Nothing), ('q', Takes::Nothing), ('z', Takes::Nothing), ('i', Takes::Nothing), ('b', Takes::Nothing),
        ('s', Takes::Nothing), ('u', Takes::Nothing), ('k', Takes::Nothing), ('c', Takes::Nothing), ('m', Takes::Nothing), ('n', Takes::Nothing), ('r', Takes::Nothing),
    ],
    abbreviations: true,
    operands_end_options: false,
};

/// Whether `git apply` says what a patch would do and does not do it.
pub(super) fn only_shows(git: &Git<'_>) -> bool {
    shows(&parse(git.words, &SPEC))
}

fn shows(given: &Arguments<'_>) -> bool {
    given.has(&["stat", "numstat", "summary", "check"]) && !given.has(&["apply"]) && given.unknown.is_empty()
}

/// Adds the files that change.
pub(super) fn effects(git: &Git<'_>, context: &mut Context<'_>) {
    let given = parse(git.words, &SPEC);
    let is_mail = git.subcommand == "am";
    let goes_on = is_mail && given.has(&["continue", "resolved", "r", "skip", "abort", "quit", "retry", "show-current-patch"]);
    // What is only in the index is in no file yet.
    if goes_on || shows(&given) || given.has(&["cached"]) && given.unknown.is_empty() {
        return;
    }
    if let Some(option) = given.unknown.first() {
        anything(&format!("the option {option} is not known"), context);
    }
    let parts = given.value(&["p"]).map_or(Some(1), |value| value.known().and_then(|text| text.parse().ok()));
    let below = given.value(&["directory"]).map_or(Some(""), Value::known);
    let (Some(parts), Some(below)) = (parts, below) else {
        anything("where its files are is not known", context);
        return;
    };
    let started = git.directory.as_deref().unwrap_or(".");
    let root = git.repo.root.as_deref().unwrap_or(started);
    let mut bases = vec![root.to_owned()];
    // Of a diff that is not git's, names may be read from where it starts.
    if started != root && paths::is_within(started, root) {
        bases.push(started.to_owned());
    }
    for base in &mut bases {
        *base = if below.starts_with('/') { below.to_owned() } else { format!("{base}/{below}") };
    }
    let applying = Applying {
        invocation: git.invocation,
        files: given.operands.iter().map(|word| word.value.clone()).collect(),
        reader: if is_mail { Reader::Mail } else { Reader::Git },
        strip: Strip::Parts(parts),
        bases,
        root: git.repo.root.clone(),
        is_moved: given.has(&["p", "directory", "unsafe-paths"]) || !given.unknown.is_empty(),
        recounts: given.has(&["recount"]),
    };
    applying.effects(context);
}

/// Options with which git shows changes under the names that files have.
const PLAIN: &[&str] = &[
    "--", "-p", "-u", "--patch", "--cached", "--staged", "--binary", "--full-index", "--no-color", "--no-ext-diff", "--no-textconv", "-R", "--first-parent", "--reverse", "--root", "-w", "-b", "-M", "-C",
    "--no-renames", "-m", "--include-untracked", "--only-untracked", "--merge-base", "--text", "-a", "--minimal", "--patience", "--histogram",
];

/// Whether it prints changes that are, or were, in this repository, and nothing else.
pub(super) fn prints_changes(git: &Git<'_>, context: &Context<'_>) -> bool {
    let words = match git.subcommand.as_str() {
        "diff" | "show" => git.words,
        "stash" if git.words.first().and_then(Word::known) == Some("show") => git.words.get(1..).unwrap_or_default(),
        _ => return false,
    };
    let is_number = |text: &str| text.len() > 1 && text.get(1..).is_some_and(|rest| rest.bytes().all(|digit| digit.is_ascii_digit()));
    let is_plain = |word: &Word| {
        word.known().is_some_and(|text| {
            let is_option = text.starts_with('-');
            if is_option { PLAIN.contains(&text) || is_number(text) || text.starts_with("-U") || text.starts_with("--unified=") } else { !text.contains(':') }
        })
    };
    // `git diff a b` outside of a repository compares any files.
    let is_within = git.repo.root.is_some() && git.store.is_none() && git.index == 0;
    let is_set = git.doubt.is_some() || git.invocation.environment.iter().any(|(name, _)| name.starts_with("GIT_"));
    is_within && !is_set && context.state.world.configuration_changed.is_none() && words.iter().all(is_plain)
}

/// Whether what git prints of changes has the names of files as they are.
pub(in crate::families) fn keeps_names(context: &Context<'_>) -> bool {
    let repo = Repo::open(&context.state.shell.directory, Vec::new(), context);
    let is_off = |key: &str| repo.is_on(key, context) == Ok(false);
    let is_unset = |key: &str| repo.last(key, context) == Ok(None);
    ["diff.noprefix", "diff.relative"].iter().all(|key| is_off(key)) && ["diff.srcprefix", "diff.dstprefix", "diff.external", "format.pretty"].iter().all(|key| is_unset(key))
}

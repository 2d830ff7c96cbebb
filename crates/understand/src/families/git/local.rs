//! Subcommands that stay on this machine, or bring things here: a table, and the few that depend on
//! their options.

mod beginning;
mod branches;
mod cleaning;
mod copies;
mod discarding;
mod incoming;
mod nearest;
mod previous;
mod rebasing;
mod resetting;
mod restoring;
mod sides;
mod upstreams;
mod worktrees;

use countersign_model::{Effect, PathClass, Resource, Verb, verbs};

use super::{Git, exposing, local_files, patching, push};
use crate::arguments::{Spec, Takes, parse};
use crate::context::Context;
use crate::environment;
use crate::tools::quoted;
use crate::word::{Value, Word};

use branches::{branch, checkout};
pub(super) use branches::brought;
pub(super) use copies::fetches;
pub(in super::super) use copies::is_of_strangers;
pub(super) use nearest::effects as nearest;
pub(super) use resetting::{leaves_files, only_commits};
pub(crate) use previous::Switch;
use copies::{clone, structure};
use discarding::discarding;

/// Subcommands that always do the same.
const TABLE: &[(Verb, &[&str])] = &[
    (verbs::GIT_READ, &[
        "status", "log", "show", "diff", "shortlog", "describe", "blame", "annotate", "rev-parse", "rev-list", "ls-files", "ls-tree", "ls-remote", "cat-file", "for-each-ref",
        "show-ref", "merge-base", "name-rev", "grep", "whatchanged", "cherry", "count-objects", "fsck", "var", "version", "help", "check-ignore", "check-attr",
        "check-ref-format", "diff-tree", "diff-index", "diff-files", "range-diff", "verify-commit", "verify-tag", "show-branch", "archive", "bundle", "format-patch",
        "column", "stripspace", "interpret-trailers", "patch-id", "merge-tree", "hash-object", "mktree", "write-tree", "commit-tree", "get-tar-commit-id", "unpack-file", "request-pull",
    ]),
    (verbs::GIT_INDEX, &["add", "stage", "mv", "update-index", "read-tree", "apply", "rerere", "sparse-checkout", "notes"]),
    (verbs::GIT_MERGE, &["merge", "cherry-pick", "revert", "am", "merge-file", "merge-index"]),
    (verbs::GIT_REWRITE, &["gc", "prune", "repack", "pack-refs", "maintenance", "filter-branch", "filter-repo", "replace", "prune-packed", "fast-import", "update-ref", "symbolic-ref", "pack-objects", "unpack-objects", "index-pack", "multi-pack-index", "commit-graph"]),
];

const BY_OPTIONS: &[&str] = &[
    "commit", "rebase", "branch", "tag", "checkout", "switch", "restore", "reset", "clean", "rm", "stash", "reflog", "fetch", "pull", "checkout-index", "clone", "init", "worktree", "submodule",
    "bisect", "difftool", "mergetool", "gui", "citool", "daemon", "instaweb", "credential", "credential-store", "credential-cache", "upload-pack", "receive-pack", "shell", "hook", "for-each-repo", "scalar",
];

/// Whether the subcommand is git's own and is understood here.
pub(super) fn understands(name: &str) -> bool {
    BY_OPTIONS.contains(&name) || TABLE.iter().any(|(_, names)| names.contains(&name))
}

/// Adds the effects of a subcommand that [`understands`] knows.
pub(super) fn effects(git: &Git<'_>, context: &mut Context<'_>) {
    let name = git.subcommand.as_str();
    if git.asks_for_help() {
        context.push(git.here(verbs::GIT_READ));
        return;
    }
    let heads = context.state.world.heads.clone();
    starts_programs(git, context);
    local_files::effects(git, context);
    exposing::effects(git, context);
    incoming::effects(git, context);
    if let Some((verb, _)) = TABLE.iter().find(|(_, names)| names.contains(&name)) {
        by_table(verb, git, context);
        return;
    }
    match name {
        "rebase" => rebasing::rebase(git, &heads, context),
        "commit" => commit(git, context),
        "branch" | "tag" => branch(git, context),
        "checkout" | "switch" | "restore" => checkout(git, context),
        "reset" | "clean" | "rm" | "stash" | "reflog" => discarding(git, context),
        "fetch" => fetches(git, context),
        "pull" => {
            fetches(git, context);
            moves_refs(git, verbs::GIT_MERGE, context);
        }
        "clone" => clone(git, context),
        "checkout-index" => checked_out(git, context),
        "init" | "worktree" | "submodule" => structure(git, context),
        "bisect" => bisect(git, context),
        "credential" | "credential-store" | "credential-cache" => {
            let resource = Resource::Secret { store: "git".to_owned(), name: "*".to_owned() };
            context.push(Effect::new(verbs::SECRET_READ, resource));
        }
        _ => context.opaque(&git.title(), "it starts other programs"),
    }
}

/// Options that start a program of their own.
fn starts_programs(git: &Git<'_>, context: &mut Context<'_>) {
    let options: &[&str] = match git.subcommand.as_str() {
        "rebase" => &["-x", "--exec"],
        "difftool" => &["-x", "--extcmd"],
        "fetch" | "pull" | "clone" | "ls-remote" => &["--upload-pack", "-u", "--exec"],
        "archive" => &["--exec", "--remote"],
        "filter-branch" => &["--tree-filter", "--index-filter", "--msg-filter", "--env-filter", "--parent-filter", "--commit-filter", "--tag-name-filter", "--setup"],
        _ => &[],
    };
    if git.subcommand == "grep" {
        opened(git, context);
    }
    for (index, word) in git.words.iter().enumerate() {
        for option in options {
            let name = word.text().split('=').next().unwrap_or_default();
            let is_it = name == *option || (name.len() > 3 && name.starts_with("--") && option.starts_with(name));
            let attached = word.value.strip_prefix(&format!("{name}=")).filter(|_| is_it);
            let glued = if option.len() == 2 { word.value.strip_prefix(option) } else { None };
            let is_short_update = *option == "-u" && git.subcommand != "clone";
            let value = if is_it && attached.is_none() {
                git.words.get(index + 1).map(|word| word.value.clone())
            } else {
                attached.or(glued.filter(|value| !value.text().is_empty()))
            };
            if let Some(value) = value.filter(|_| !is_short_update) {
                environment::command(&format!("git {} {option}", git.subcommand), &value, context);
            }
        }
    }
}

/// `git checkout-index`: files as they are staged, over those that are there or somewhere else.
fn checked_out(git: &Git<'_>, context: &mut Context<'_>) {
    let prefix = git.words.iter().find_map(|word| word.value.strip_prefix("--prefix="));
    if let Some(prefix) = prefix {
        context.write_value(&prefix);
    } else if git.has_short('f') || git.has_long("--force") || git.words.iter().any(|word| word.value.is_unknown()) {
        context.push(git.here(verbs::GIT_DISCARD));
    } else {
        context.push(git.here(verbs::GIT_INDEX));
    }
}

/// The program that `git grep -O` gives the files to in which it found something.
fn opened(git: &Git<'_>, context: &mut Context<'_>) {
    for word in git.words.iter().take_while(|word| word.text() != "--") {
        let (name, long) = word.text().split_once('=').map_or((word.text(), false), |(name, _)| (name, true));
        let is_long = name.len() > 3 && name.starts_with("--") && "--open-files-in-pager".starts_with(name);
        let letters = word.text().strip_prefix('-').filter(|rest| !rest.starts_with('-')).unwrap_or_default();
        // Behind these letters stand their values.
        let at = letters.find(['O', 'e', 'f', 'A', 'B', 'C', 'm']).filter(|at| letters.get(*at..).is_some_and(|rest| rest.starts_with('O')));
        let program = match at {
            Some(at) => word.text().get(at + 2..).and_then(|before| (!before.is_empty()).then(|| before.to_owned())),
            None if is_long && long => word.text().split_once('=').map(|(_, value)| value.to_owned()),
            None => None,
        };
        if word.value.is_unknown() && (at.is_some() || is_long || word.text().is_empty()) {
            context.opaque(&git.title(), "its options start a program");
        } else if let Some(program) = program {
            // They lie where it looks: here, or in what is named.
            let named: String = git.operands().iter().skip(1).filter_map(|word| word.known()).map(|text| format!(" {}", quoted(text))).collect();
            environment::command("git grep -O", &Value::Known(format!("{program} ./* ./.*{named}")), context);
        }
    }
}

fn by_table(verb: &Verb, git: &Git<'_>, context: &mut Context<'_>) {
    for value in git.words.iter().filter_map(|word| word.value.strip_prefix("--output=")) {
        context.write_value(&value);
    }
    let output = git.words.iter().position(|word| matches!(word.text(), "-o" | "--output" | "--output-directory"));
    if let Some(word) = output.and_then(|at| git.words.get(at + 1)).filter(|_| matches!(git.subcommand.as_str(), "archive" | "format-patch" | "diff" | "log" | "show")) {
        context.write(word);
    }
    if keeps_what_is_young(git, context) {
        context.push(git.here(verbs::GIT_INDEX).because("it packs what is there and drops what nothing has named for two weeks"));
    } else if git.subcommand == "ls-remote" {
        fetches(git, context);
    } else if git.subcommand == "apply" && patching::only_shows(git) || git.subcommand == "symbolic-ref" && git.operands().len() < 2 && !git.has(&["-d", "--delete"]) {
        context.push(git.here(verbs::GIT_READ));
    } else if *verb == verbs::GIT_MERGE || *verb == verbs::GIT_REWRITE {
        moves_refs(git, verb.clone(), context);
        if matches!(git.subcommand.as_str(), "update-ref" | "symbolic-ref" | "filter-branch" | "filter-repo" | "fast-import" | "replace") {
            let head = match git.operands().as_slice() {
                [name, branch] if git.subcommand == "symbolic-ref" && name.known() == Some("HEAD") => branch.known().filter(|name| name.starts_with("refs/heads/")),
                _ => None,
            };
            git.repo.switches(head.unwrap_or_default().to_owned(), context);
            let tags = git.operands().into_iter().filter(|word| word.text().starts_with("refs/tags/"));
            context.state.world.made.extend(tags.map(|word| word.known().unwrap_or("refs/tags/*").to_owned()));
        }
    } else {
        reads_from_history(git, context);
        if git.subcommand == "read-tree" && git.has_long("--reset") && git.has_short('u') && !git.has_short('n') {
            context.push(git.here(verbs::GIT_DISCARD));
        }
        if git.subcommand == "update-index" && ["--assume-unchanged", "--skip-worktree"].iter().any(|option| git.has_long(option)) {
            context.state.world.hides_changes = true;
            let why = "git no longer says that these files have changed";
            context.push(git.here(verbs::GIT_CONFIG).because(why));
        }
        if matches!(git.subcommand.as_str(), "add" | "stage" | "mv") {
            adds(git, context);
        }
        context.push(git.here(verb.clone()));
    }
}

/// `git gc` and `git maintenance run` as they are without options: what was dropped lately stays.
fn keeps_what_is_young(git: &Git<'_>, context: &Context<'_>) -> bool {
    let words = match git.subcommand.as_str() {
        "gc" => git.words,
        "maintenance" if git.words.first().and_then(Word::known) == Some("run") => git.words.get(1..).unwrap_or_default(),
        _ => return false,
    };
    let plain = |word: &Word| word.known().is_some_and(|text| matches!(text, "--auto" | "--quiet" | "-q" | "--aggressive" | "--no-detach" | "--detach" | "--keep-largest-pack" | "--force" | "--cruft") || text.starts_with("--task="));
    let settings = ["gc.pruneexpire", "gc.reflogexpire", "gc.reflogexpireunreachable", "gc.worktreepruneexpire", "gc.recentobjectshook"];
    words.iter().all(plain) && git.doubt.is_none() && settings.iter().all(|key| matches!(git.repo.last(key, context), Ok(None)))
}

/// Takes note of what the next commit takes.
fn adds(git: &Git<'_>, context: &mut Context<'_>) {
    let operands = git.operands();
    let any = operands.is_empty() || git.has_short('A') || git.has_short('u') || git.has_long("--all") || git.has_long("--update") || git.has_long("--pathspec-from-file");
    let mut added = Vec::new();
    for word in operands {
        let located = crate::paths::locate_entry(&word.value, context);
        let plain = located.why.is_none() && !word.text().starts_with(':');
        added.push(if plain { located.path } else { "*".to_owned() });
    }
    exposing::takes(&added, context);
    let commits = &mut context.state.world.commits;
    if git.subcommand == "mv" {
        commits.named.extend(added);
        return;
    }
    if !git.has_short('f') && !git.has_long("--force") {
        commits.added.extend(added);
        if any {
            commits.added.push("*".to_owned());
        }
        return;
    }
    // Those that git ignores are among no changes: they are taken as they are named, and secrets where they usually are.
    let mut forced = added.clone();
    for directory in &added {
        for name in crate::families::USUAL_SECRETS {
            let path = format!("{}/{name}", directory.trim_end_matches('/'));
            if !matches!(context.file(&path), Ok(None)) {
                forced.push(path);
            }
        }
    }
    exposing::takes(&forced, context);
    let commits = &mut context.state.world.commits;
    commits.named.extend(forced);
    commits.added.extend(added);
    if any {
        commits.added.push("*".to_owned());
    }
}

/// `git show HEAD:.env` reads a secret as much as `cat .env` does.
fn reads_from_history(git: &Git<'_>, context: &mut Context<'_>) {
    for word in git.operands() {
        let path = word.known().and_then(|text| text.split_once(':')).map(|(_, path)| path);
        let Some(path) = path.filter(|path| !path.is_empty()) else { continue };
        let value = Value::Known(path.to_owned());
        if crate::paths::locate(&value, context).class == PathClass::Secret {
            context.read_value(&value);
        }
    }
}

/// Says that local refs move; what commits they name afterwards is not known.
fn moves_refs(git: &Git<'_>, verb: Verb, context: &mut Context<'_>) {
    context.push(git.here(verb));
    moved_refs(git, context);
}

fn moved_refs(git: &Git<'_>, context: &mut Context<'_>) {
    let why = format!("an earlier part of the command runs {}", git.title());
    let is_on_top = git.subcommand == "commit" || git.subcommand == "tag" && branches::is_of_head(git);
    if is_on_top {
        context.state.world.commits.begins(git.repo.root.as_ref());
    } else {
        context.state.world.commits.unclear = Some(why.clone());
    }
    context.state.world.refs_changed = Some(why);
}

/// A subcommand that may rewrite anything local.
pub(super) fn rewrites(git: &Git<'_>, context: &mut Context<'_>) {
    moves_refs(git, verbs::GIT_MERGE, context);
}

/// Of `git commit`: what takes a value hides no path.
const COMMIT: Spec = Spec {
    long: &[
        ("all", Takes::Nothing), ("patch", Takes::Nothing), ("include", Takes::Nothing), ("only", Takes::Nothing), ("message", Takes::Value), ("file", Takes::Value), ("reuse-message", Takes::Value), ("reedit-message", Takes::Value),
        ("author", Takes::Value), ("date", Takes::Value), ("template", Takes::Value), ("fixup", Takes::Value), ("squash", Takes::Value), ("cleanup", Takes::Value), ("trailer", Takes::Value), ("pathspec-from-file", Takes::Value),
        ("pathspec-file-nul", Takes::Nothing), ("amend", Takes::Nothing), ("no-edit", Takes::Nothing), ("edit", Takes::Nothing), ("no-verify", Takes::Nothing), ("verify", Takes::Nothing), ("signoff", Takes::Nothing), ("no-signoff", Takes::Nothing), ("quiet", Takes::Nothing),
        ("verbose", Takes::Nothing), ("allow-empty", Takes::Nothing), ("allow-empty-message", Takes::Nothing), ("reset-author", Takes::Nothing), ("gpg-sign", Takes::Attached), ("no-gpg-sign", Takes::Nothing), ("untracked-files", Takes::Attached),
        ("dry-run", Takes::Nothing), ("no-dry-run", Takes::Nothing), ("short", Takes::Nothing), ("branch", Takes::Nothing), ("porcelain", Takes::Nothing), ("long", Takes::Nothing), ("null", Takes::Nothing), ("status", Takes::Nothing), ("no-status", Takes::Nothing), ("no-post-rewrite", Takes::Nothing), ("interactive", Takes::Nothing),
    ],
    short: &[
        ('a', Takes::Nothing), ('p', Takes::Nothing), ('i', Takes::Nothing), ('o', Takes::Nothing), ('m', Takes::Value), ('F', Takes::Value), ('C', Takes::Value), ('c', Takes::Value), ('t', Takes::Value), ('s', Takes::Nothing), ('n', Takes::Nothing),
        ('e', Takes::Nothing), ('q', Takes::Nothing), ('v', Takes::Nothing), ('S', Takes::Attached), ('u', Takes::Attached), ('z', Takes::Nothing),
    ],
    abbreviations: true,
    operands_end_options: false,
};

fn commit(git: &Git<'_>, context: &mut Context<'_>) {
    let arguments = parse(git.words, &COMMIT);
    if arguments.ends_with(&["dry-run"], "no-dry-run") {
        context.push(git.here(verbs::GIT_READ));
        return;
    }
    let doubted = !arguments.unknown.is_empty() || arguments.has(&["pathspec-from-file"]);
    context.state.world.commits.all |= arguments.has(&["a", "all"]) || doubted;
    // Paths that are named are taken as they are now.
    for word in &arguments.operands {
        let located = crate::paths::locate_entry(&word.value, context);
        let plain = located.why.is_none() && !word.text().starts_with(':');
        exposing::takes(std::slice::from_ref(&located.path), context);
        context.state.world.commits.added.push(if plain { located.path } else { "*".to_owned() });
    }
    let effect = git.here(verbs::GIT_COMMIT);
    context.push(if git.has_long("--amend") {
        effect.because("it takes the place of the last commit, which the reflog keeps")
    } else {
        effect
    });
    moved_refs(git, context);
}

fn bisect(git: &Git<'_>, context: &mut Context<'_>) {
    let operands = git.operands();
    if operands.first().is_some_and(|word| word.text() == "run") {
        let start = git.index + 2;
        if let Some(nested) = git.invocation.nested(start) {
            super::super::dispatch(nested, context);
        }
    } else if operands.iter().any(|word| word.value.is_unknown()) {
        push::anything(git, "the subcommand is not known", context);
    }
    moves_refs(git, verbs::GIT_BRANCH, context);
    git.repo.switches(String::new(), context);
}

#[cfg(test)]
mod tests;

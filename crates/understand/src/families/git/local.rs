//! Subcommands that stay on this machine, or bring things here: a table, and the few that depend on
//! their options.

use countersign_model::{Effect, PathClass, Resource, Reversible, Verb, verbs};

use super::resolve::Tip;
use super::{Git, config, local_files, push};
use crate::arguments::{Spec, Takes, parse};
use crate::context::Context;
use crate::environment;
use crate::word::{Value, Word};

/// Subcommands that always do the same.
const TABLE: &[(Verb, &[&str])] = &[
    (verbs::GIT_READ, &[
        "status", "log", "show", "diff", "shortlog", "describe", "blame", "annotate", "rev-parse", "rev-list", "ls-files", "ls-tree", "ls-remote", "cat-file", "for-each-ref",
        "show-ref", "merge-base", "name-rev", "grep", "whatchanged", "cherry", "count-objects", "fsck", "var", "version", "help", "check-ignore", "check-attr",
        "check-ref-format", "diff-tree", "diff-index", "diff-files", "range-diff", "verify-commit", "verify-tag", "show-branch", "archive", "bundle", "format-patch",
        "column", "stripspace", "interpret-trailers", "patch-id", "merge-tree", "hash-object", "mktree", "write-tree", "commit-tree", "get-tar-commit-id", "unpack-file", "request-pull",
    ]),
    (verbs::GIT_INDEX, &["add", "stage", "mv", "update-index", "read-tree", "apply", "rerere", "sparse-checkout", "notes"]),
    (verbs::GIT_MERGE, &["merge", "cherry-pick", "revert", "am", "merge-file", "merge-index", "rebase"]),
    (verbs::GIT_REWRITE, &["gc", "prune", "repack", "pack-refs", "maintenance", "filter-branch", "filter-repo", "replace", "prune-packed", "fast-import", "update-ref", "symbolic-ref", "pack-objects", "unpack-objects", "index-pack", "multi-pack-index", "commit-graph"]),
];

const BY_OPTIONS: &[&str] = &[
    "commit", "branch", "tag", "checkout", "switch", "restore", "reset", "clean", "rm", "stash", "reflog", "fetch", "pull", "clone", "init", "worktree", "submodule",
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
    starts_programs(git, context);
    local_files::effects(git, context);
    if let Some((verb, _)) = TABLE.iter().find(|(_, names)| names.contains(&name)) {
        by_table(verb, git, context);
        return;
    }
    match name {
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
        "grep" => &["-O", "--open-files-in-pager"],
        "fetch" | "pull" | "clone" | "ls-remote" => &["--upload-pack", "-u", "--exec"],
        "archive" => &["--exec", "--remote"],
        "filter-branch" => &["--tree-filter", "--index-filter", "--msg-filter", "--env-filter", "--parent-filter", "--commit-filter", "--tag-name-filter", "--setup"],
        _ => &[],
    };
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

fn by_table(verb: &Verb, git: &Git<'_>, context: &mut Context<'_>) {
    for value in git.words.iter().filter_map(|word| word.value.strip_prefix("--output=")) {
        context.write_value(&value);
    }
    let output = git.words.iter().position(|word| matches!(word.text(), "-o" | "--output" | "--output-directory"));
    if let Some(word) = output.and_then(|at| git.words.get(at + 1)).filter(|_| matches!(git.subcommand.as_str(), "archive" | "format-patch" | "diff" | "log" | "show")) {
        context.write(word);
    }
    if git.subcommand == "ls-remote" {
        fetches(git, context);
    } else if git.subcommand == "symbolic-ref" && git.operands().len() < 2 && !git.has(&["-d", "--delete"]) {
        context.push(git.here(verbs::GIT_READ));
    } else if *verb == verbs::GIT_MERGE || *verb == verbs::GIT_REWRITE {
        moves_refs(git, verb.clone(), context);
        if matches!(git.subcommand.as_str(), "update-ref" | "symbolic-ref" | "filter-branch" | "filter-repo" | "fast-import" | "replace" | "rebase") {
            context.state.world.heads = vec![Some(String::new())];
        }
    } else {
        reads_from_history(git, context);
        context.push(git.here(verb.clone()));
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
    context.state.world.refs_changed = Some(why);
}

/// A subcommand that may rewrite anything local.
pub(super) fn rewrites(git: &Git<'_>, context: &mut Context<'_>) {
    moves_refs(git, verbs::GIT_MERGE, context);
}

fn commit(git: &Git<'_>, context: &mut Context<'_>) {
    if git.has(&["--dry-run"]) {
        context.push(git.here(verbs::GIT_READ));
        return;
    }
    let effect = git.here(verbs::GIT_COMMIT);
    context.push(if git.has_long("--amend") {
        effect.because("it takes the place of the last commit, which the reflog keeps")
    } else {
        effect
    });
    moved_refs(git, context);
}

fn branch(git: &Git<'_>, context: &mut Context<'_>) {
    let is_tag = git.subcommand == "tag";
    let operands = git.operands();
    let lists = git.words.iter().any(|word| {
        let text = word.text();
        matches!(text, "-l" | "--list" | "-a" | "-r" | "-v" | "-vv" | "--all" | "--remotes" | "--verify" | "--show-current" | "--contains" | "--merged" | "--no-merged")
            || text.starts_with("--format") || text.starts_with("--sort") || text.starts_with("--points-at") || text.starts_with("--contains") || text.starts_with("--merged")
    });
    let deletes = git.has_short('d') || git.has_short('D') || git.has_long("--delete");
    let renames = !is_tag && (git.has_short('m') || git.has_short('M') || git.has_short('c') || git.has_short('C') || git.has_long("--move") || git.has_long("--copy"));
    let forces = git.has_short('f') || git.has_long("--force");
    let upstream = !is_tag && (git.has_short('u') || git.has_long("--set-upstream-to") || git.has_long("--unset-upstream") || git.has_long("--edit-description") || git.has_short('t') || git.has_long("--track"));
    if deletes {
        let forced = git.has_short('D') || forces;
        let kept = is_tag || !forced || operands.iter().all(|word| is_kept_elsewhere(word, git, context));
        let effect = git.here(verbs::GIT_DELETE_REF);
        context.push(if kept {
            effect
        } else {
            effect.reversible(Reversible::Unknown).because("only the reflog keeps what no other branch has")
        });
        moved_refs(git, context);
    } else if upstream {
        moves_refs(git, verbs::GIT_BRANCH, context);
        context.push(config::side_effect(git, "it changes where a bare push goes"));
        context.state.world.configuration_changed = Some("an earlier part of the command changes an upstream".to_owned());
    } else if renames || forces {
        moves_refs(git, if forces { verbs::GIT_REWRITE } else { verbs::GIT_BRANCH }, context);
        context.state.world.heads = vec![Some(String::new())];
        context.state.world.configuration_changed = Some("an earlier part of the command renames a branch".to_owned());
    } else if operands.is_empty() || (lists && !git.has_short('f')) {
        context.push(git.here(verbs::GIT_READ));
    } else {
        let name = operands.first().map(|word| word.text()).unwrap_or_default();
        context.state.world.made.extend(is_tag.then(|| format!("refs/tags/{name}")));
        moves_refs(git, verbs::GIT_BRANCH, context);
    }
}

/// Whether what a branch names is named by HEAD's branch or by its copy of a remote, too.
fn is_kept_elsewhere(word: &Word, git: &Git<'_>, context: &Context<'_>) -> bool {
    let Some(name) = word.known() else { return false };
    let own = git.repo.tip(&format!("refs/heads/{name}"), context);
    let Some(commit) = own.commit() else { return own == Tip::Absent };
    let remotes = git.repo.subsections("remote", context).unwrap_or_default();
    remotes.iter().any(|remote| {
        git.repo.tip(&format!("refs/remotes/{remote}/{name}"), context).commit().as_ref() == Some(&commit)
    })
}

fn checkout(git: &Git<'_>, context: &mut Context<'_>) {
    let restores = git.subcommand == "restore";
    let options = parse(git.words, &RESTORE);
    let only_index = restores && options.has(&["staged", "S"]) && !options.has(&["worktree", "W"]);
    let paths = git.words.iter().any(|word| word.text() == "--" || word.text().starts_with("--pathspec"));
    let forces = git.has_short('f') || git.has_long("--force") || git.has_long("--discard-changes") || (git.subcommand == "checkout" && (git.has_long("--ours") || git.has_long("--theirs")));
    if only_index {
        context.push(git.here(verbs::GIT_INDEX));
        return;
    }
    let creates = git.words.iter().position(|word| matches!(word.text(), "-b" | "-B" | "-c" | "-C" | "--create" | "--force-create" | "--orphan"));
    let operands = git.operands();
    let several = creates.is_none() && operands.len() > 1;
    if restores || paths || forces || several || operands.iter().any(|word| word.text() == ".") {
        context.push(git.here(verbs::GIT_DISCARD));
    }
    if restores || paths {
        return;
    }
    context.push(git.here(verbs::GIT_BRANCH));
    let target = match creates {
        Some(at) => git.words.get(at + 1),
        None => operands.first().copied(),
    };
    let branch = match target.map(|word| &word.value) {
        None => return,
        Some(Value::Known(name)) if creates.is_some() => Some(format!("refs/heads/{name}")),
        Some(Value::Known(name)) if name != "-" && !git.has_short('d') && !git.has(&["--detach"]) => {
            let known = git.repo.full_names(name, context);
            let is_branch = known.iter().any(|full| full.starts_with("refs/heads/")) || (known.is_empty() && git.repo.is_remote_branch(name, context));
            if !is_branch && operands.len() == 1 && git.subcommand == "checkout" && known.is_empty() {
                // It may be a path, whose changes are discarded.
                context.push(git.here(verbs::GIT_DISCARD).because("it may name a file"));
            }
            (is_branch || known.is_empty()).then(|| format!("refs/heads/{name}"))
        }
        Some(_) => None,
    };
    context.state.world.heads = vec![Some(branch.unwrap_or_default())];
    if creates.is_some() {
        context.state.world.refs_changed.get_or_insert_with(|| "an earlier part of the command makes a branch".to_owned());
    }
}

/// Of `git restore`: what takes a value hides no other option.
const RESTORE: Spec = Spec {
    long: &[
        ("staged", Takes::Nothing), ("worktree", Takes::Nothing), ("source", Takes::Value), ("conflict", Takes::Value), ("unified", Takes::Value), ("inter-hunk-context", Takes::Value),
        ("pathspec-from-file", Takes::Value), ("pathspec-file-nul", Takes::Nothing), ("patch", Takes::Nothing), ("quiet", Takes::Nothing), ("progress", Takes::Nothing), ("no-progress", Takes::Nothing),
        ("ours", Takes::Nothing), ("theirs", Takes::Nothing), ("merge", Takes::Nothing), ("ignore-unmerged", Takes::Nothing), ("ignore-skip-worktree-bits", Takes::Nothing), ("overlay", Takes::Nothing),
        ("no-overlay", Takes::Nothing), ("recurse-submodules", Takes::Attached),
    ],
    short: &[('S', Takes::Nothing), ('W', Takes::Nothing), ('s', Takes::Value), ('U', Takes::Value), ('p', Takes::Nothing), ('q', Takes::Nothing), ('m', Takes::Nothing), ('2', Takes::Nothing), ('3', Takes::Nothing)],
    abbreviations: true,
    operands_end_options: false,
};

/// Of `git rm`: the last of an option and its opposite counts.
const REMOVE: Spec = Spec {
    long: &[
        ("cached", Takes::Nothing), ("no-cached", Takes::Nothing), ("force", Takes::Nothing), ("no-force", Takes::Nothing), ("dry-run", Takes::Nothing), ("no-dry-run", Takes::Nothing),
        ("ignore-unmatch", Takes::Nothing), ("quiet", Takes::Nothing), ("sparse", Takes::Nothing), ("pathspec-from-file", Takes::Value), ("pathspec-file-nul", Takes::Nothing),
    ],
    short: &[('f', Takes::Nothing), ('n', Takes::Nothing), ('r', Takes::Nothing), ('q', Takes::Nothing)],
    abbreviations: true,
    operands_end_options: false,
};

fn discarding(git: &Git<'_>, context: &mut Context<'_>) {
    let first = git.operands().first().map(|word| word.text().to_owned()).unwrap_or_default();
    match git.subcommand.as_str() {
        "reset" => {
            let hard = ["--hard", "--merge", "--keep"].iter().any(|mode| git.has_long(mode));
            let soft = ["--soft", "--mixed"].iter().any(|mode| git.has_long(mode)) || !first.is_empty();
            if hard || git.words.iter().any(|word| word.value.is_unknown()) {
                context.push(git.here(verbs::GIT_DISCARD));
            }
            moves_refs(git, if soft || hard { verbs::GIT_BRANCH } else { verbs::GIT_INDEX }, context);
        }
        "clean" => {
            let dry = git.has_short('n') || git.has_long("--dry-run");
            context.push(git.here(if dry { verbs::GIT_READ } else { verbs::GIT_DISCARD }));
        }
        "rm" => {
            let options = parse(git.words, &REMOVE);
            let last = |on: &str, off: &str| options.options.iter().rfind(|given| [on, off].contains(&given.name.as_str())).is_some_and(|given| given.name == on);
            let cached = last("cached", "no-cached");
            context.push(git.here(if last("dry-run", "no-dry-run") || options.has(&["n"]) { verbs::GIT_READ } else { verbs::GIT_INDEX }));
            if (last("force", "no-force") || options.has(&["f"])) && !cached {
                context.push(git.here(verbs::GIT_DISCARD).because("it removes files that hold changes, too"));
            }
            if !cached {
                for word in git.operands() {
                    context.delete(word);
                }
            }
        }
        "stash" => {
            let verb = match first.as_str() {
                "list" | "show" => verbs::GIT_READ,
                "drop" | "clear" => verbs::GIT_DISCARD,
                _ => verbs::GIT_INDEX,
            };
            context.push(git.here(verb));
        }
        _ => {
            let destroys = matches!(first.as_str(), "expire" | "delete" | "drop");
            context.push(git.here(if destroys { verbs::GIT_REWRITE } else { verbs::GIT_READ }));
        }
    }
}

/// Brings commits from a remote here.
pub(super) fn fetches(git: &Git<'_>, context: &mut Context<'_>) {
    let operands = git.operands();
    let named = operands.first().and_then(|word| word.known()).filter(|_| git.subcommand != "remote");
    let runs = operands.first().is_some_and(|word| super::addresses::runs_program(word.text()));
    if runs {
        context.opaque(&git.title(), "the address names a program to run");
    }
    let remote = git.repo.remotes(named.unwrap_or("origin"), context).0.into_iter().next();
    let resource = Resource::Repository { repository: git.repository(remote) };
    let reads = git.subcommand == "ls-remote";
    context.push(Effect::new(if reads { verbs::GIT_READ } else { verbs::GIT_FETCH }, resource));
    // `src:dst` moves a local branch too.
    if operands.iter().any(|word| word.text().contains(':') && !super::addresses::is_address(word.text())) {
        context.push(git.here(verbs::GIT_BRANCH));
    }
    if !reads {
        context.state.world.refs_changed = Some("an earlier part of the command fetches".to_owned());
    }
}

const CLONE: Spec = Spec {
    long: &[
        ("branch", Takes::Value), ("depth", Takes::Value), ("origin", Takes::Value), ("upload-pack", Takes::Value), ("reference", Takes::Value), ("reference-if-able", Takes::Value), ("separate-git-dir", Takes::Value),
        ("config", Takes::Value), ("template", Takes::Value), ("jobs", Takes::Value), ("filter", Takes::Value), ("shallow-since", Takes::Value), ("shallow-exclude", Takes::Value), ("server-option", Takes::Value),
        ("bundle-uri", Takes::Value), ("ref-format", Takes::Value), ("revision", Takes::Value), ("recurse-submodules", Takes::Attached), ("recursive", Takes::Attached), ("bare", Takes::Nothing), ("mirror", Takes::Nothing),
        ("local", Takes::Nothing), ("no-local", Takes::Nothing), ("no-hardlinks", Takes::Nothing), ("shared", Takes::Nothing), ("dissociate", Takes::Nothing), ("quiet", Takes::Nothing), ("verbose", Takes::Nothing), ("progress", Takes::Nothing),
        ("no-checkout", Takes::Nothing), ("sparse", Takes::Nothing), ("also-filter-submodules", Takes::Nothing), ("single-branch", Takes::Nothing), ("no-single-branch", Takes::Nothing), ("no-tags", Takes::Nothing), ("tags", Takes::Nothing),
        ("shallow-submodules", Takes::Nothing), ("no-shallow-submodules", Takes::Nothing), ("remote-submodules", Takes::Nothing), ("no-remote-submodules", Takes::Nothing), ("reject-shallow", Takes::Nothing), ("ipv4", Takes::Nothing), ("ipv6", Takes::Nothing),
    ],
    short: &[
        ('b', Takes::Value), ('o', Takes::Value), ('u', Takes::Value), ('c', Takes::Value), ('j', Takes::Value), ('l', Takes::Nothing), ('s', Takes::Nothing), ('q', Takes::Nothing), ('v', Takes::Nothing), ('n', Takes::Nothing),
        ('4', Takes::Nothing), ('6', Takes::Nothing),
    ],
    abbreviations: true,
    operands_end_options: false,
};

fn clone(git: &Git<'_>, context: &mut Context<'_>) {
    let arguments = parse(git.words, &CLONE);
    let operands = &arguments.operands;
    let address = operands.first().map(|word| word.text()).unwrap_or("*");
    if super::addresses::runs_program(address) {
        context.opaque("git clone", "the address names a program to run");
    }
    let url = super::addresses::without_credentials(address);
    let remote = countersign_model::Remote { name: url.clone(), url: Some(url) };
    let repository = countersign_model::Repository { root: None, remote: Some(remote) };
    context.push(Effect::new(verbs::GIT_FETCH, Resource::Repository { repository }));
    let name = address.trim_end_matches('/').trim_end_matches(".git").rsplit(['/', ':']).next().unwrap_or("clone").to_owned();
    let target = operands.get(1).map_or(Value::Known(name), |word| word.value.clone());
    context.write_value(&target);
    arguments.values(&["separate-git-dir"]).for_each(|value| context.write_value(value));
    // With an option that is not known, any of the words may be the place.
    if !arguments.unknown.is_empty() {
        operands.iter().for_each(|word| context.write(word));
    }
    if arguments.has(&["c", "config", "template", "recurse-submodules", "recursive"]) || !arguments.unknown.is_empty() {
        context.opaque("git clone", "its options or submodules can run code");
    }
}

fn structure(git: &Git<'_>, context: &mut Context<'_>) {
    let operands = git.operands();
    let first = operands.first().map(|word| word.text()).unwrap_or_default();
    match (git.subcommand.as_str(), first) {
        ("worktree", "list") | ("submodule", "" | "status" | "summary") => context.push(git.here(verbs::GIT_READ)),
        ("worktree", "remove") => {
            if git.has_short('f') || git.has_long("--force") {
                context.push(git.here(verbs::GIT_DISCARD).because("it removes a working tree that holds changes, too"));
            }
            operands.iter().skip(1).for_each(|word| context.delete(word));
        }
        ("worktree", "prune" | "repair" | "lock" | "unlock") => context.push(git.here(verbs::GIT_BRANCH)),
        ("worktree", _) => {
            context.push(git.here(verbs::GIT_BRANCH));
            let named = git.words.iter().position(|word| matches!(word.text(), "-b" | "-B" | "--reason"));
            let name = named.and_then(|at| git.words.get(at + 1));
            let is_name = |word: &Word| name.is_some_and(|name| std::ptr::eq(name, word));
            operands.iter().skip(1).filter(|word| !is_name(word)).take(1).for_each(|word| context.write(word));
        }
        ("submodule", "foreach") => {
            let command: Option<Vec<&str>> = operands.iter().skip(1).map(|word| word.known()).collect();
            let value = command.map_or_else(|| Value::unknown("unclear"), |words| Value::Known(words.join(" ")));
            environment::command("git submodule foreach", &value, context);
        }
        ("submodule", "update" | "init" | "sync" | "absorbgitdirs") => {
            context.push(git.here(verbs::GIT_FETCH));
            context.opaque("git submodule", "a submodule's update setting can run a command");
        }
        ("submodule", _) => context.push(config::side_effect(git, "it changes the submodules")),
        _ => {
            context.push(git.here(verbs::GIT_BRANCH));
            operands.iter().take(1).for_each(|word| context.write(word));
            if git.words.iter().any(|word| word.text().starts_with("--template") || word.text().starts_with("--separate-git-dir")) {
                context.opaque("git init", "a template brings hooks");
            }
        }
    }
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
    context.state.world.heads = vec![Some(String::new())];
}

#[cfg(test)]
mod tests {
    use countersign_model::{Answer, Question};
    use insta::assert_snapshot;
    use serde_json::json;

    use crate::fixture::{Fixture, call, check, commit, surroundings};
    use crate::{Workspace, understand};

    /// A remote has a branch that is not here yet.
    struct WithTopic;

    impl Workspace for WithTopic {
        fn ask(&self, question: &Question) -> Answer {
            match question {
                Question::Reference { reference, .. } if reference == "refs/remotes/fork/topic/x" => Answer::Commit { commit: commit('f') },
                _ => Fixture(&[]).ask(question),
            }
        }
    }

    /// The effects, and whether each can be undone.
    fn undone(command: &str) -> String {
        let effects = crate::fixture::understood(command, &[]).effects;
        effects.iter().map(|effect| format!("{} {:?}", effect.verb, effect.reversible)).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn what_can_be_brought_back() {
        assert_snapshot!(undone("git branch -D feature"), @"git.delete-ref Unknown");
        assert_snapshot!(undone("git branch -D main"), @"git.delete-ref Unknown");
        assert_snapshot!(undone("git branch -d main"), @"git.delete-ref Yes");
        assert_snapshot!(undone("git tag -d v1"), @"git.delete-ref Yes");
        assert_snapshot!(undone("git rm -f src/a.rs"), @"git.index Yes; git.discard No; fs.delete Yes");
        assert_snapshot!(undone("git rm --cached --force src/a.rs"), @"git.index Yes");
        assert_snapshot!(undone("git rm src/a.rs"), @"git.index Yes; fs.delete Yes");
        assert_snapshot!(undone("git worktree remove --force /tmp/wt"), @"git.discard No; fs.delete No");
        assert_snapshot!(undone("git restore --staged a; git restore --source --staged a"), @"git.index Yes; git.discard No");
        assert_snapshot!(undone("rm -rf .git/logs; rm src/a.rs; rm -rf /tmp/x; rm -rf /tmp/*"), @"fs.delete No; fs.delete Yes; fs.delete No; fs.delete No");
        assert_snapshot!(undone("shred -u src/a.rs; echo b > /proc/sysrq-trigger"), @"fs.delete No; exec.system No; exec.read Yes");
        assert_snapshot!(undone("git push --force-with-lease; git push -f; git push origin +feature"), @"git.force-push Yes; git.force-push Unknown");
    }

    #[test]
    fn staying_here() {
        assert_snapshot!(check("git status && git diff | head; git log -p"), @r#"
        git.read /repo, read
        exec.read head, read
        "#);
        assert_snapshot!(check("git add -A && git commit -m 'push origin main'"), @r#"
        git.index /repo, write
        git.commit /repo, write
        "#);
        assert_snapshot!(check("git checkout main && git merge --no-ff fix"), @r#"
        git.branch /repo, write
        git.merge /repo, write
        "#);
        assert_snapshot!(check("git commit --amend --no-edit"), @"git.commit /repo, write");
        assert_snapshot!(check("git branch -D old; git branch; git branch new; git tag -d v1"), @r#"
        git.delete-ref /repo, destroy
        git.read /repo, read
        git.branch /repo, write
        "#);
        assert_snapshot!(check("git stash; git stash drop"), @r#"
        git.index /repo, write
        git.discard /repo, destroy
        "#);
    }

    #[test]
    fn discarding() {
        assert_snapshot!(check("git reset --hard HEAD~1"), @r#"
        git.discard /repo, destroy
        git.branch /repo, write
        "#);
        assert_snapshot!(check("git checkout -- src/a.rs"), @"git.discard /repo, destroy");
        assert_snapshot!(check("git checkout ."), @r#"
        git.discard /repo, destroy
        git.branch /repo, write
        "#);
        assert_snapshot!(check("git restore --staged a; git restore a"), @r#"
        git.index /repo, write
        git.discard /repo, destroy
        "#);
        assert_snapshot!(check("git clean -fdx; git clean -n"), @r#"
        git.discard /repo, destroy
        git.read /repo, read
        "#);
        assert_snapshot!(check("git reflog expire --expire=now --all; git gc --prune=now"), @"git.rewrite /repo, destroy");
    }

    #[test]
    fn clones_and_worktrees_go_where_they_are_told() {
        assert_snapshot!(check("git clone -b x --depth 1 https://h.example/a.git /home/dev/.claude"), @"
        git.fetch repository@https://h.example/a.git, read
        fs.write /home/dev/.claude, write
        ");
        assert_snapshot!(check("git clone --separate-git-dir=.claude https://h.example/a.git x"), @"
        fs.write /repo/.claude, write
        git.fetch repository@https://h.example/a.git, read
        fs.write /repo/x, write
        ");
        assert_snapshot!(check("git worktree add -b x .claude"), @"
        git.branch /repo, write
        fs.write /repo/.claude, write
        ");
    }

    #[test]
    fn a_branch_is_not_taken_for_a_file() {
        assert_snapshot!(check("git checkout main"), @"git.branch /repo, write");
        let call = call("Bash", json!({"command": "git checkout topic/x"}));
        let understanding = understand(&call, &surroundings(), &WithTopic);
        assert_eq!(understanding.effects.iter().map(|effect| effect.verb.as_str()).collect::<Vec<_>>(), ["git.branch"]);
        assert_snapshot!(check("git checkout README.md"), @"
        git.branch /repo, write
        git.discard /repo, destroy
        ");
    }

    #[test]
    fn running_others() {
        assert_snapshot!(check("git rebase -x 'git push origin main' HEAD~2"), @r#"
        git.push main@origin, write
        git.merge /repo, write
        "#);
        assert_snapshot!(check("git bisect run ./x.sh"), @"
        exec.opaque /repo/x.sh, execute, opaque
        git.branch /repo, write
        ");
        assert_snapshot!(check("git submodule foreach 'git push origin main'"), @"git.push main@origin, write");
        assert_snapshot!(check("git fetch --upload-pack='./x' origin"), @"
        exec.opaque /repo/x, execute, opaque
        git.fetch repository@origin, read
        ");
        assert_snapshot!(check("git grep -O./x foo"), @"
        exec.opaque /repo/x, execute, partial
        git.read /repo, read
        ");
    }
}

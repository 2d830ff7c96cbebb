//! Branches and tags: made, moved, taken away and checked out.

use countersign_model::{Answer, Commit, Question, Reversible, Verb, verbs};

use super::super::resolve::Tip;
use super::super::{Git, config};
use super::{moved_refs, moves_refs, previous, resetting, restoring, sides, upstreams};
use crate::Workspace as _;
use crate::arguments::{Arguments, Spec, Takes, parse};
use crate::context::Context;
use crate::paths;
use crate::word::{Value, Word};

pub(super) fn branch(git: &Git<'_>, context: &mut Context<'_>) {
    let is_tag = git.subcommand == "tag";
    let given = parse(git.words, if is_tag { &TAG } else { &BRANCH });
    // An option nobody knows may be a bundle with any of these letters.
    let doubted = !given.unknown.is_empty();
    let has = |names: &[&str]| given.has(names) || doubted && names.iter().any(|name| name.len() == 1 && name.chars().any(|letter| git.has_short(letter)));
    let forces = has(&["f", "force"]);
    let operands = &given.operands;
    if has(&["d", "D", "delete"]) {
        let forced = has(&["D"]) || forces;
        let kept = is_tag || !forced || operands.iter().all(|word| is_kept_elsewhere(word, git, context));
        let effect = git.here(verbs::GIT_DELETE_REF);
        context.push(if kept {
            effect
        } else {
            effect.reversible(Reversible::Unknown).because("only the reflog keeps what no other branch has")
        });
        moved_refs(git, context);
        return;
    }
    if is_tag {
        tag(&given, forces, doubted, git, context);
        return;
    }
    let renames = has(&["m", "M", "c", "C", "move", "copy"]);
    let upstream = has(&["u", "set-upstream-to", "set-upstream", "unset-upstream", "edit-description", "t", "track"]);
    let replaces = has(&["M", "C"]) || forces && renames;
    if let Some(name) = operands.last().filter(|_| replaces) {
        overwritten(name, git, context);
    }
    if upstream {
        moves_refs(git, verbs::GIT_BRANCH, context);
        upstreams::changes(&given, operands, git, context);
        context.push(config::side_effect(git, "it changes where a bare push goes"));
        context.state.world.configuration_changed = Some("an earlier part of the command changes an upstream".to_owned());
    } else if let Some(name) = renamed(&given, operands, git, context) {
        moves_refs(git, if forces { verbs::GIT_REWRITE } else { verbs::GIT_BRANCH }, context);
        git.repo.switches(name, context);
    } else if renames || forces {
        moves_refs(git, if forces { verbs::GIT_REWRITE } else { verbs::GIT_BRANCH }, context);
        git.repo.switches(String::new(), context);
        let does = if renames { "renames" } else { "moves" };
        context.state.world.configuration_changed = Some(format!("an earlier part of the command {does} a branch"));
    } else if operands.is_empty() || given.has(BRANCH_LISTS) && !doubted {
        context.push(git.here(verbs::GIT_READ));
    } else {
        let (name, start) = (operands.first().and_then(|word| word.known()), operands.get(1).map(|word| &word.value));
        upstreams::gets(name, start, &given, git, context);
        context.state.world.branches_made.extend(name.map(|name| format!("refs/heads/{name}")));
        if operands.len() == 1 {
            context.state.world.branches_beside.extend(name.map(|name| format!("refs/heads/{name}")));
        }
        moves_refs(git, verbs::GIT_BRANCH, context);
    }
}

/// The name that the current branch gets, where neither the old nor the new one has an upstream that would move along.
fn renamed(given: &Arguments<'_>, operands: &[&Word], git: &Git<'_>, context: &Context<'_>) -> Option<String> {
    let moves = given.has(&["m", "M", "move"]) && !given.has(&["c", "C", "copy"]);
    let name = match operands {
        [name] if moves => format!("refs/heads/{}", name.known()?),
        _ => return None,
    };
    let alone = |branch: &str| {
        let key = branch.strip_prefix("refs/heads/").unwrap_or(branch);
        ["remote", "merge", "pushremote"].iter().all(|last| {
            matches!(git.repo.values(&format!("branch.{key}.{last}"), context).as_deref(), Ok([]))
        })
    };
    let old = git.repo.branches(context).ok()?;
    (alone(&name) && old.iter().all(|branch| alone(branch))).then_some(name)
}

/// A tag is made, moved or listed. Which of them is made counts: a push of its name goes to the remote's tags.
fn tag(given: &Arguments<'_>, forces: bool, doubted: bool, git: &Git<'_>, context: &mut Context<'_>) {
    let lists = given.operands.is_empty() || given.has(TAG_LISTS);
    if lists && !doubted && !forces {
        context.push(git.here(verbs::GIT_READ));
        return;
    }
    let name = given.operands.first().and_then(|word| word.known()).filter(|_| !doubted);
    context.state.world.made.push(format!("refs/tags/{}", name.unwrap_or("*")));
    moves_refs(git, if forces { verbs::GIT_REWRITE } else { verbs::GIT_BRANCH }, context);
}

/// Whether a tag names what is checked out: no other commit is given.
pub(super) fn is_of_head(git: &Git<'_>) -> bool {
    let given = parse(git.words, &TAG);
    given.operands.len() == 1 && given.unknown.is_empty()
}

/// Options with which `git branch` only shows branches.
const BRANCH_LISTS: &[&str] = &[
    "l", "list", "a", "all", "r", "remotes", "show-current", "contains", "no-contains", "with", "without", "merged", "no-merged", "points-at",
];

/// Options with which `git tag` only shows or checks tags.
const TAG_LISTS: &[&str] = &["l", "list", "n", "v", "verify", "contains", "no-contains", "with", "without", "merged", "no-merged", "points-at"];

const BRANCH: Spec = Spec {
    long: &[
        ("verbose", Takes::Nothing), ("quiet", Takes::Nothing), ("track", Takes::Attached), ("no-track", Takes::Nothing), ("set-upstream", Takes::Nothing), ("set-upstream-to", Takes::Value),
        ("unset-upstream", Takes::Nothing), ("color", Takes::Attached), ("no-color", Takes::Nothing), ("remotes", Takes::Nothing), ("contains", Takes::Value), ("no-contains", Takes::Value),
        ("with", Takes::Value), ("without", Takes::Value), ("abbrev", Takes::Attached), ("no-abbrev", Takes::Nothing), ("all", Takes::Nothing), ("delete", Takes::Nothing), ("move", Takes::Nothing),
        ("copy", Takes::Nothing), ("omit-empty", Takes::Nothing), ("list", Takes::Nothing), ("show-current", Takes::Nothing), ("create-reflog", Takes::Nothing), ("edit-description", Takes::Nothing),
        ("merged", Takes::Value), ("no-merged", Takes::Value), ("column", Takes::Attached), ("no-column", Takes::Nothing), ("sort", Takes::Value), ("points-at", Takes::Value),
        ("ignore-case", Takes::Nothing), ("recurse-submodules", Takes::Nothing), ("format", Takes::Value), ("force", Takes::Nothing), ("no-force", Takes::Nothing),
    ],
    short: &[
        ('v', Takes::Nothing), ('q', Takes::Nothing), ('t', Takes::Attached), ('u', Takes::Value), ('r', Takes::Nothing), ('a', Takes::Nothing), ('d', Takes::Nothing), ('D', Takes::Nothing),
        ('m', Takes::Nothing), ('M', Takes::Nothing), ('c', Takes::Nothing), ('C', Takes::Nothing), ('l', Takes::Nothing), ('i', Takes::Nothing), ('f', Takes::Nothing),
    ],
    abbreviations: true,
    operands_end_options: false,
};

const TAG: Spec = Spec {
    long: &[
        ("list", Takes::Nothing), ("delete", Takes::Nothing), ("verify", Takes::Nothing), ("annotate", Takes::Nothing), ("message", Takes::Value), ("file", Takes::Value), ("trailer", Takes::Value),
        ("edit", Takes::Nothing), ("no-edit", Takes::Nothing), ("sign", Takes::Nothing), ("no-sign", Takes::Nothing), ("cleanup", Takes::Value), ("local-user", Takes::Value), ("force", Takes::Nothing),
        ("no-force", Takes::Nothing), ("create-reflog", Takes::Nothing), ("column", Takes::Attached), ("no-column", Takes::Nothing), ("contains", Takes::Value), ("no-contains", Takes::Value),
        ("with", Takes::Value), ("without", Takes::Value), ("merged", Takes::Value), ("no-merged", Takes::Value), ("omit-empty", Takes::Nothing), ("sort", Takes::Value), ("points-at", Takes::Value),
        ("format", Takes::Value), ("color", Takes::Attached), ("ignore-case", Takes::Nothing),
    ],
    short: &[
        ('l', Takes::Nothing), ('n', Takes::Attached), ('d', Takes::Nothing), ('v', Takes::Nothing), ('a', Takes::Nothing), ('m', Takes::Value), ('F', Takes::Value), ('e', Takes::Nothing),
        ('s', Takes::Nothing), ('u', Takes::Value), ('f', Takes::Nothing), ('i', Takes::Nothing),
    ],
    abbreviations: true,
    operands_end_options: false,
};

/// Whether what a branch names is named by HEAD's branch or by its copy of a remote, too.
fn is_kept_elsewhere(word: &Word, git: &Git<'_>, context: &Context<'_>) -> bool {
    let Some(name) = word.known() else { return false };
    if is_made_beside(&format!("refs/heads/{name}"), git, context) {
        return true;
    }
    let own = git.repo.tip(&format!("refs/heads/{name}"), context);
    let Some(commit) = own.commit() else { return own == Tip::Absent };
    let remotes = git.repo.subsections("remote", context).unwrap_or_default();
    let is_pushed = remotes.iter().any(|remote| {
        git.repo.tip(&format!("refs/remotes/{remote}/{name}"), context).commit().as_ref() == Some(&commit)
    });
    is_pushed || is_merged(name, &commit, git, context)
}

/// Whether the command itself makes a branch, and no commit that only this branch could have.
fn is_made_beside(full: &str, git: &Git<'_>, context: &Context<'_>) -> bool {
    const KNOWN: &[Verb] = &[verbs::GIT_READ, verbs::GIT_FETCH, verbs::GIT_BRANCH, verbs::GIT_DELETE_REF];
    let world = &context.state.world;
    world.branches_beside.iter().any(|branch| branch == full)
        && !world.opaque
        && restoring::own_tree(git, context).is_some()
        && git.repo.tip_before(full, context) == Tip::Absent
        && !context.collected.has_area_besides("git", KNOWN)
}

/// Says that a branch is put somewhere else, where nothing but its reflog keeps what it has.
pub(super) fn overwritten(word: &Word, git: &Git<'_>, context: &mut Context<'_>) {
    let reference = word.known().map(|name| format!("refs/heads/{name}"));
    let is_current = || git.repo.branches(context).is_ok_and(|current| current.len() == 1 && reference.as_ref() == current.first());
    if was_kept_elsewhere(word, git, context) || is_current() {
        return;
    }
    let effect = git.here(verbs::GIT_DELETE_REF).reversible(Reversible::Unknown);
    context.push(effect.because("the branch is put somewhere else, and only its reflog keeps what no other branch has"));
}

/// Whether another branch had all that a branch had before the command, whatever is fetched since.
fn was_kept_elsewhere(word: &Word, git: &Git<'_>, context: &Context<'_>) -> bool {
    let (Some(name), Some(root)) = (word.known(), git.repo.home()) else { return false };
    let own = git.repo.tip_before(&format!("refs/heads/{name}"), context);
    let Some(commit) = own.commit() else { return own == Tip::Absent };
    let remotes = git.repo.subsections("remote", context).unwrap_or_default();
    let pushed = remotes.iter().map(|remote| format!("refs/remotes/{remote}/{name}"));
    let trunks = TRUNKS.iter().filter(|trunk| **trunk != name).map(|trunk| format!("refs/heads/{trunk}"));
    let others = pushed.chain(trunks).chain(TRUNKS.iter().map(|trunk| format!("refs/remotes/origin/{trunk}")));
    others.filter_map(|reference| git.repo.tip_before(&reference, context).commit()).any(|other| {
        let question = Question::Changed { repository: root.to_owned(), old: Some(other.clone()), new: commit.clone() };
        other == commit || context.workspace.ask(&question) == Answer::Values { values: Vec::new() }
    })
}

/// Branches that others are merged into.
const TRUNKS: &[&str] = &["main", "master", "develop", "trunk"];

/// Whether a trunk has all that a branch has: where they parted, the branch was as it is now.
fn is_merged(name: &str, commit: &Commit, git: &Git<'_>, context: &Context<'_>) -> bool {
    let Some(root) = git.repo.home().filter(|_| context.state.world.refs_changed.is_none()) else { return false };
    let own = TRUNKS.iter().filter(|trunk| **trunk != name).map(|trunk| format!("refs/heads/{trunk}"));
    let remote = TRUNKS.iter().map(|trunk| format!("refs/remotes/origin/{trunk}"));
    own.chain(remote).filter_map(|reference| git.repo.tip(&reference, context).commit()).any(|trunk| {
        let question = Question::Changed { repository: root.to_owned(), old: Some(trunk.clone()), new: commit.clone() };
        trunk == *commit || context.workspace.ask(&question) == Answer::Values { values: Vec::new() }
    })
}

pub(super) fn checkout(git: &Git<'_>, context: &mut Context<'_>) {
    let restores = git.subcommand == "restore";
    let options = parse(git.words, &RESTORE);
    let only_index = restores && options.has(&["staged", "S"]) && !options.has(&["worktree", "W"]);
    // With nothing after it, it only ends the options.
    let parted = git.words.iter().position(|word| word.text() == "--").is_some_and(|at| at + 1 < git.words.len());
    let paths = parted && git.subcommand != "switch" || git.words.iter().any(|word| word.text().starts_with("--pathspec"));
    let given = parse(git.words, &CHECKOUT);
    // In `-bfeature` the letter is one of a name.
    let letter = git.words.iter().take_while(|word| word.text() != "--").any(|word| {
        let letters = word.text().strip_prefix('-').filter(|letters| !letters.starts_with('-'));
        letters.is_some_and(|letters| letters.split(['b', 'B', 'c', 'C']).next().is_some_and(|own| own.contains('f')))
    });
    let forces = letter || git.has_long("--force") || git.has_long("--discard-changes") || (git.subcommand == "checkout" && (git.has_long("--ours") || git.has_long("--theirs")));
    if only_index {
        context.push(git.here(verbs::GIT_INDEX));
        return;
    }
    if let Some(effect) = sides::taken(git, context) {
        context.push(effect);
        return;
    }
    let created = given.value(&["b", "B", "c", "C", "create", "force-create", "orphan"]);
    let operands = &given.operands;
    let several = created.is_none() && operands.len() > 1;
    // No branch is called so.
    let is_here = git.subcommand == "checkout" && git.words.iter().all(|word| matches!(word.known(), Some("." | "-q" | "--quiet"))) && operands.len() == 1;
    if is_here {
        context.push(restoring::of(true, operands, git, context));
    } else if (restores || paths) && !forces {
        context.push(restoring::files(git, context));
    } else if forces && !restores && !paths && operands.len() == 1 && operands.iter().all(|word| word.text() != ".") && created.is_none() && !git.has_long("--ours") && !git.has_long("--theirs") {
        context.push(resetting::tree(git, context));
    } else if restores || paths || forces || several || operands.iter().any(|word| word.text() == ".") {
        context.push(git.here(verbs::GIT_DISCARD));
    }
    if restores || paths || is_here {
        return;
    }
    if let Some(name) = given.value(&["B", "C", "force-create"]) {
        overwritten(&Word::made(name.clone()), git, context);
    }
    context.push(git.here(verbs::GIT_BRANCH));
    if created.is_none() || !operands.is_empty() || given.has(&["orphan"]) {
        context.state.world.commits.unclear = Some("an earlier part of the command switches branches".to_owned());
    }
    let detaches = given.has(&["d", "detach"]);
    if created.is_none() && operands.is_empty() && !detaches && given.unknown.is_empty() {
        return;
    }
    let from = git.repo.branches(context).unwrap_or_default();
    if created.is_none() && given.unknown.is_empty() && puts_back_files(&given, git) {
        return;
    }
    let stays = created.is_none() && !detaches && operands.first().is_some_and(|word| may_stay(word, &given, git, context));
    let branch = match (created, operands.first()) {
        (Some(name), start) => {
            let name = name.known().map(str::to_owned);
            upstreams::gets(name.as_deref(), start.map(|word| &word.value), &given, git, context);
            name.map(|name| format!("refs/heads/{name}"))
        }
        (None, Some(word)) if matches!(word.known(), Some("-" | "@{-1}")) => previous::branch(git, context),
        (None, Some(word)) if !detaches && word.known().is_some_and(|name| !name.starts_with("@{")) => switched(word, &given, git, context),
        (None, _) => None,
    };
    let branch = branch.filter(|_| given.unknown.is_empty() && !detaches).unwrap_or_default();
    previous::leaves(&from, &branch, git, context);
    if stays {
        git.repo.may_switch(branch, git.subcommand == "checkout", context);
    } else {
        git.repo.switches(branch, context);
    }
    if let Some(name) = created.and_then(Value::known) {
        context.state.world.branches_made.push(format!("refs/heads/{name}"));
    }
    if created.is_some() || given.has(TRACKS) {
        context.state.world.refs_changed.get_or_insert_with(|| "an earlier part of the command makes a branch".to_owned());
    }
}

/// Whether `git checkout` surely only puts back files, so that the same branch stays checked out.
fn puts_back_files(given: &Arguments<'_>, git: &Git<'_>) -> bool {
    let is_known = git.words.iter().all(|word| word.known().is_some());
    let switches = given.has(TRACKS) || given.has(&["d", "detach", "orphan"]);
    let sides = given.has(&["ours", "theirs", "2", "3", "patch", "p"]);
    git.subcommand == "checkout" && is_known && given.uncertain.is_none() && !switches && (sides || given.operands.len() > 1)
}

/// Whether the branch that is checked out may stay where this word is given: no branch is called so, or a file is as well.
fn may_stay(word: &Word, given: &Arguments<'_>, git: &Git<'_>, context: &Context<'_>) -> bool {
    let Some(name) = word.known().filter(|name| *name != "-" && !name.starts_with("@{") && !given.has(TRACKS)) else { return false };
    let full = format!("refs/heads/{name}");
    if git.repo.has(&full, context) && !context.state.world.opaque || git.repo.commit(name, context).is_some() {
        return false;
    }
    let located = paths::locate_entry(&word.value, context);
    let is_absent = context.workspace.ask(&Question::Path { path: located.path.clone() }) == Answer::Absent;
    let is_written = context.state.world.written.iter().any(|written| written.touches(&located));
    let is_path = !is_absent || is_written || context.is_tracked(&located);
    let is_made = context.state.world.branches_made.contains(&full);
    // Of several remotes that have it git takes none.
    let remotes = git.repo.subsections("remote", context).unwrap_or_default();
    let is_of_one = remotes.iter().filter(|remote| git.repo.has_tracked(remote, name, context)).count() == 1;
    is_path && git.subcommand == "checkout" || !is_made && !is_of_one
}

/// The files that are brought from another commit than the one that is checked out.
pub(in super::super) fn brought(git: &Git<'_>, context: &Context<'_>) -> Vec<Value> {
    let is_own = |source: &Value| matches!(source.known(), Some("HEAD" | "@"));
    let in_file = || Some(Value::unknown("the paths are in a file")).filter(|_| git.has_long("--pathspec-from-file"));
    let values = |words: &[&Word]| words.iter().filter_map(|word| pathspec(&word.value, git)).chain(in_file()).collect();
    if git.subcommand == "restore" {
        let given = parse(git.words, &RESTORE);
        let only_index = given.has(&["staged", "S"]) && !given.has(&["worktree", "W"]);
        let other = given.value(&["source", "s"]).is_some_and(|source| !is_own(source));
        return if other && !only_index { values(&given.operands) } else { Vec::new() };
    }
    let given = parse(git.words, &CHECKOUT);
    let creates = given.has(&["b", "B", "orphan"]) || given.has(TRACKS);
    let Some((source, paths)) = given.operands.split_first().filter(|_| !creates) else { return Vec::new() };
    // `git checkout -- a b` has no source; without `--` the first may be a file too.
    let starts_with_paths = git.words.iter().find(|word| word.known() == Some("--") || std::ptr::eq(*word, *source)).is_some_and(|word| word.known() == Some("--"));
    let is_file = paths::locate(&source.value, context);
    let is_file = !git.words.iter().any(|word| word.known() == Some("--")) && context.is_tracked(&is_file);
    if starts_with_paths || is_own(&source.value) || is_file { Vec::new() } else { values(paths) }
}

/// What a pathspec names; none where it only leaves something out.
fn pathspec(value: &Value, git: &Git<'_>) -> Option<Value> {
    let Some(text) = value.known() else { return Some(value.clone()) };
    if [":!", ":^", ":(exclude"].iter().any(|start| text.starts_with(start)) {
        return None;
    }
    let root = git.repo.root.as_deref().unwrap_or(".");
    Some(match text.strip_prefix(":/").or_else(|| text.strip_prefix(":(top)")) {
        Some(rest) => Value::Known(format!("{root}/{rest}")),
        None if text.starts_with(':') => Value::unknown("a pathspec that is not read"),
        None if crate::glob::is_pattern(text) => Value::Pattern(text.to_owned()),
        None => value.clone(),
    })
}

/// The full name of the branch that is checked out by this name; none where that is no branch.
fn switched(word: &Word, given: &Arguments<'_>, git: &Git<'_>, context: &mut Context<'_>) -> Option<String> {
    let name = word.known()?;
    if given.has(TRACKS) {
        let own = git.repo.tracked(name, context).map(|(_, branch)| branch)?;
        upstreams::gets(Some(&own), Some(&word.value), given, git, context);
        return Some(format!("refs/heads/{own}"));
    }
    let known = git.repo.full_names(name, context);
    let is_new = known.is_empty() && git.repo.is_remote_branch(name, context);
    let is_branch = known.iter().any(|full| full.starts_with("refs/heads/")) || is_new;
    if is_new {
        upstreams::of_remote(name, git, context);
    }
    if !is_branch && given.operands.len() == 1 && git.subcommand == "checkout" && known.is_empty() && !restoring::is_revision(word, git, context) {
        // It may be a path, whose changes are discarded.
        let is_nothing = restoring::is_nothing(word, git, context);
        let effect = if is_nothing { git.here(verbs::GIT_INDEX) } else { restoring::of(true, &[word], git, context) };
        context.push(if effect.verb == verbs::GIT_DISCARD { effect.because("it may name a file") } else { effect });
    }
    (is_branch || known.is_empty()).then(|| format!("refs/heads/{name}"))
}

/// Options that give a new branch an upstream.
pub(super) const TRACKS: &[&str] = &["t", "track"];

/// Of `git checkout` and `git switch`.
const CHECKOUT: Spec = Spec {
    long: &[
        ("quiet", Takes::Nothing), ("progress", Takes::Nothing), ("no-progress", Takes::Nothing), ("force", Takes::Nothing), ("ours", Takes::Nothing), ("theirs", Takes::Nothing), ("track", Takes::Attached), ("no-track", Takes::Nothing),
        ("guess", Takes::Nothing), ("no-guess", Takes::Nothing), ("detach", Takes::Nothing), ("orphan", Takes::Value), ("ignore-skip-worktree-bits", Takes::Nothing), ("merge", Takes::Nothing), ("conflict", Takes::Value), ("patch", Takes::Nothing),
        ("ignore-other-worktrees", Takes::Nothing), ("overwrite-ignore", Takes::Nothing), ("no-overwrite-ignore", Takes::Nothing), ("recurse-submodules", Takes::Attached), ("no-recurse-submodules", Takes::Nothing), ("overlay", Takes::Nothing), ("no-overlay", Takes::Nothing),
        ("pathspec-from-file", Takes::Value), ("pathspec-file-nul", Takes::Nothing), ("create", Takes::Value), ("force-create", Takes::Value), ("discard-changes", Takes::Nothing), ("unified", Takes::Value), ("inter-hunk-context", Takes::Value),
    ],
    short: &[
        ('b', Takes::Value), ('B', Takes::Value), ('c', Takes::Value), ('C', Takes::Value), ('l', Takes::Nothing), ('q', Takes::Nothing), ('f', Takes::Nothing), ('d', Takes::Nothing), ('t', Takes::Attached), ('m', Takes::Nothing),
        ('p', Takes::Nothing), ('2', Takes::Nothing), ('3', Takes::Nothing), ('U', Takes::Value),
    ],
    abbreviations: true,
    operands_end_options: false,
};

/// Of `git restore`: what takes a value hides no other option.
pub(super) const RESTORE: Spec = Spec {
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

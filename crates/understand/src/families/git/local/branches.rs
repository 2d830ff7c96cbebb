//! Branches and tags: made, moved, taken away and checked out.

use countersign_model::{Reversible, verbs};

use super::super::resolve::Tip;
use super::super::{Git, config};
use super::{moved_refs, moves_refs};
use crate::arguments::{Spec, Takes, parse};
use crate::context::Context;
use crate::word::{Value, Word};

pub(super) fn branch(git: &Git<'_>, context: &mut Context<'_>) {
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

pub(super) fn checkout(git: &Git<'_>, context: &mut Context<'_>) {
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
    if creates.is_none() || operands.len() > 1 || git.words.iter().any(|word| word.text() == "--orphan") {
        context.state.world.commits.unclear = Some("an earlier part of the command switches branches".to_owned());
    }
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

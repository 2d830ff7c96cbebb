//! `git worktree`: another working tree of the same repository, with a branch of its own.

mod detached;
mod removing;

use countersign_model::{Answer, Question, verbs};

use super::super::Git;
use super::copies::made;
use crate::Workspace as _;
use crate::arguments::{Arguments, Spec, Takes, parse};
use crate::context::{Context, Worktree};
use crate::paths;
use crate::word::Word;

pub(super) use removing::remove;

/// Working trees of one call that are kept in mind.
const MOST: usize = 8;

const ADD: Spec = Spec {
    long: &[
        ("force", Takes::Nothing), ("no-force", Takes::Nothing), ("detach", Takes::Nothing), ("no-detach", Takes::Nothing), ("checkout", Takes::Nothing), ("no-checkout", Takes::Nothing), ("lock", Takes::Nothing), ("no-lock", Takes::Nothing),
        ("reason", Takes::Value), ("orphan", Takes::Nothing), ("track", Takes::Nothing), ("no-track", Takes::Nothing), ("guess-remote", Takes::Nothing), ("no-guess-remote", Takes::Nothing), ("quiet", Takes::Nothing),
        ("relative-paths", Takes::Nothing), ("no-relative-paths", Takes::Nothing),
    ],
    short: &[('b', Takes::Value), ('B', Takes::Value), ('f', Takes::Nothing), ('d', Takes::Nothing), ('q', Takes::Nothing)],
    abbreviations: true,
    operands_end_options: false,
};

/// Adds what it does; `words`: what follows `add`.
pub(super) fn add(words: &[Word], git: &Git<'_>, context: &mut Context<'_>) {
    context.push(git.here(verbs::GIT_BRANCH));
    let arguments = parse(words, &ADD);
    if let Some(name) = arguments.value(&["B"]) {
        super::branches::overwritten(&Word::made(name.clone()), git, context);
    }
    let Some(place) = arguments.operands.first() else { return };
    let tree = tree(place, &arguments, git, context);
    made(&place.value, context);
    context.write(place);
    let worktrees = &mut context.state.world.worktrees;
    if let Some(tree) = tree.filter(|_| worktrees.len() < MOST) {
        worktrees.push(tree);
    }
    context.state.world.refs_changed.get_or_insert_with(|| "an earlier part of the command makes a branch".to_owned());
}

/// What is known of it: nothing, where something is there already or anything about it is not sure.
fn tree(place: &Word, arguments: &Arguments<'_>, git: &Git<'_>, context: &Context<'_>) -> Option<Worktree> {
    let world = &context.state.world;
    let home = git.repo.root.clone().filter(|_| git.repo.made().is_none() && git.store.is_none() && git.doubt.is_none())?;
    let is_sure = arguments.unknown.is_empty() && arguments.uncertain.is_none() && arguments.operands.len() <= 2;
    if !is_sure || git.words.iter().any(|word| word.known().is_none()) || context.elsewhere.is_some() {
        return None;
    }
    // git starts from the directory it is told of, the shell's own is what other paths are taken from.
    if git.index != 0 && !place.text().starts_with('/') {
        return None;
    }
    let located = paths::locate_entry(&place.value, context);
    let is_absent = context.workspace.ask(&Question::Path { path: located.path.clone() }) == Answer::Absent;
    let is_made = world.written.iter().any(|written| written.touches(&located)) || !world.links.is_empty() || world.opaque;
    if located.why.is_some() || !located.leads.is_empty() || !is_absent || is_made {
        return None;
    }
    let branch = branch(&located.path, arguments, git, context).unwrap_or_default();
    Some(Worktree { path: located.path, home, branch })
}

/// The full name of the branch that is checked out in it.
fn branch(path: &str, arguments: &Arguments<'_>, git: &Git<'_>, context: &Context<'_>) -> Option<String> {
    if arguments.has(&["detach", "d", "orphan"]) {
        return None;
    }
    let full = |name: &str| format!("refs/heads/{name}");
    if let Some(name) = arguments.value(&["b", "B"]) {
        return name.known().map(full);
    }
    let Some(start) = arguments.operands.get(1) else { return Some(full(paths::split(path).1)) };
    let name = start.known()?;
    let is_branch = git.repo.has(&full(name), context) || git.repo.full_names(name, context).is_empty() && git.repo.is_remote_branch(name, context);
    is_branch.then(|| full(name))
}

#[cfg(test)]
mod tests;

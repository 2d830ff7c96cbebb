//! `git rebase`: which branch is checked out afterwards. Only with a branch of its own does it switch to another.

use countersign_model::{Answer, Question, verbs};

use super::super::Git;
use super::super::super::one_word;
use super::moves_refs;
use crate::Workspace as _;
use crate::arguments::{Arguments, Spec, Takes, parse};
use crate::context::{Context, Heads};
use crate::paths;
use crate::word::{Value, Word};

const REBASE: Spec = Spec {
    long: &[
        ("onto", Takes::Value), ("keep-base", Takes::Nothing), ("no-keep-base", Takes::Nothing), ("root", Takes::Nothing), ("continue", Takes::Nothing), ("abort", Takes::Nothing), ("quit", Takes::Nothing),
        ("skip", Takes::Nothing), ("edit-todo", Takes::Nothing), ("show-current-patch", Takes::Nothing), ("interactive", Takes::Nothing), ("exec", Takes::Value), ("strategy", Takes::Value), ("strategy-option", Takes::Value),
        ("merge", Takes::Nothing), ("apply", Takes::Nothing), ("autosquash", Takes::Nothing), ("no-autosquash", Takes::Nothing), ("autostash", Takes::Nothing), ("no-autostash", Takes::Nothing), ("fork-point", Takes::Nothing),
        ("no-fork-point", Takes::Nothing), ("rebase-merges", Takes::Attached), ("no-rebase-merges", Takes::Nothing), ("update-refs", Takes::Nothing), ("no-update-refs", Takes::Nothing), ("empty", Takes::Value),
        ("keep-empty", Takes::Nothing), ("no-keep-empty", Takes::Nothing), ("reapply-cherry-picks", Takes::Nothing), ("no-reapply-cherry-picks", Takes::Nothing), ("force-rebase", Takes::Nothing), ("no-ff", Takes::Nothing),
        ("ff", Takes::Nothing), ("gpg-sign", Takes::Attached), ("no-gpg-sign", Takes::Nothing), ("signoff", Takes::Nothing), ("no-signoff", Takes::Nothing), ("stat", Takes::Nothing), ("no-stat", Takes::Nothing), ("verify", Takes::Nothing),
        ("no-verify", Takes::Nothing), ("quiet", Takes::Nothing), ("verbose", Takes::Nothing), ("rerere-autoupdate", Takes::Nothing), ("no-rerere-autoupdate", Takes::Nothing), ("whitespace", Takes::Value),
        ("ignore-whitespace", Takes::Nothing), ("committer-date-is-author-date", Takes::Nothing), ("reset-author-date", Takes::Nothing), ("ignore-date", Takes::Nothing), ("reschedule-failed-exec", Takes::Nothing),
        ("no-reschedule-failed-exec", Takes::Nothing),
    ],
    short: &[
        ('i', Takes::Nothing), ('x', Takes::Value), ('s', Takes::Value), ('X', Takes::Value), ('m', Takes::Nothing), ('f', Takes::Nothing), ('S', Takes::Attached), ('q', Takes::Nothing), ('v', Takes::Nothing), ('n', Takes::Nothing),
        ('r', Takes::Attached), ('C', Takes::Value), ('k', Takes::Nothing),
    ],
    abbreviations: true,
    operands_end_options: false,
};

/// Adds what it does; `before`: the branches before any program ran that it is told to run along the way.
pub(super) fn rebase(git: &Git<'_>, before: &Heads, context: &mut Context<'_>) {
    moves_refs(git, verbs::GIT_MERGE, context);
    let arguments = parse(git.words, &REBASE);
    match ends_on(&arguments, git, context) {
        End::Same if context.state.world.heads == *before => {}
        End::On(branch) => git.repo.switches(branch, context),
        End::Same | End::Unknown => git.repo.switches(String::new(), context),
    }
}

/// Where a rebase ends.
enum End {
    /// On the branch where it begins.
    Same,
    /// On this one, by its full name.
    On(String),
    /// On any, or on none.
    Unknown,
}

fn ends_on(arguments: &Arguments<'_>, git: &Git<'_>, context: &Context<'_>) -> End {
    if !arguments.unknown.is_empty() || !git.words.iter().all(|word| !matches!(word.value, Value::Pattern(_)) && one_word::is_one(word, git.invocation, context)) {
        return End::Unknown;
    }
    if arguments.has(&["continue", "abort", "skip"]) {
        return interrupted(git, context).map_or(End::Unknown, End::On);
    }
    if arguments.has(&["edit-todo", "show-current-patch"]) {
        return End::Same;
    }
    if arguments.has(&["quit"]) {
        return End::Unknown;
    }
    let upstreams = if arguments.has(&["root"]) { 0 } else { 1 };
    match arguments.operands.get(upstreams) {
        None => End::Same,
        Some(branch) => named(branch, git, context).map_or(End::Unknown, End::On),
    }
}

/// The branch of this name; anything else is checked out without one.
fn named(word: &Word, git: &Git<'_>, context: &Context<'_>) -> Option<String> {
    let full = format!("refs/heads/{}", word.known()?);
    let is_own = git.repo.branches(context).is_ok_and(|branches| branches == [full.clone()]);
    (is_own || git.repo.has(&full, context)).then_some(full)
}

/// The branch of a rebase that has begun and not ended, to which git goes back.
fn interrupted(git: &Git<'_>, context: &Context<'_>) -> Option<String> {
    let is_as_found = context.state.world.heads.of(git.repo.root.as_deref()) == [None];
    let root = git.repo.root.as_deref().filter(|_| is_as_found && git.repo.made().is_none() && git.store.is_none())?;
    let link = format!("{}/.git", root.trim_end_matches('/'));
    let store = match context.file(&link) {
        Ok(Some(text)) => paths::normal(root, text.trim().strip_prefix("gitdir:")?.trim()),
        Ok(None) | Err(_) => link,
    };
    let mut names = Vec::new();
    for kind in ["rebase-merge", "rebase-apply"] {
        match context.workspace.ask(&Question::Path { path: format!("{store}/{kind}/head-name") }) {
            Answer::Text { text, whole: true, .. } => names.push(text.trim().to_owned()),
            Answer::Absent => {}
            _ => return None,
        }
    }
    let [name] = <[String; 1]>::try_from(names).ok()?;
    name.starts_with("refs/heads/").then_some(name)
}

#[cfg(test)]
mod tests;

//! Programs that git runs by itself along the way: the hooks of the repository.
//!
//! They are not the agent's: to put one there is a change of its own. So what is not understood of one is taken for
//! the check that it most likely is; what is, such as a push, counts as what it is.

use countersign_model::{Answer, Certainty, Question, verbs};

use super::Git;
use crate::Workspace as _;
use crate::code::{self, Looked};
use crate::context::Context;
use crate::paths;
use crate::word::Value;

/// Subcommands, and the hooks they set off.
type Set = (&'static [&'static str], &'static [(&'static str, bool)]);

/// Hooks by subcommand, and whether `--no-verify` leaves them out.
const HOOKS: &[Set] = &[
    (&["commit"], &[("pre-commit", true), ("prepare-commit-msg", false), ("commit-msg", true), ("post-commit", false), ("post-rewrite", false)]),
    (&["merge", "pull"], &[("pre-merge-commit", true), ("prepare-commit-msg", false), ("commit-msg", true), ("post-merge", false)]),
    (&["rebase"], &[("pre-rebase", true), ("post-rewrite", false), ("post-checkout", false)]),
    (&["cherry-pick", "revert"], &[("prepare-commit-msg", false), ("commit-msg", false), ("post-commit", false)]),
    (&["checkout", "switch", "worktree"], &[("post-checkout", false)]),
    (&["gc", "maintenance"], &[("pre-auto-gc", false)]),
    (&["send-email"], &[("sendemail-validate", false)]),
    (&["push"], &[("pre-push", true)]),
    (&["am"], &[("applypatch-msg", true), ("pre-applypatch", true), ("post-applypatch", false)]),
    (
        &[
            "am", "bisect", "branch", "checkout", "cherry-pick", "commit", "fast-import", "fetch", "filter-branch", "gc", "maintenance", "merge", "notes", "pack-refs", "pull", "push", "rebase", "reflog", "remote", "replace", "reset", "revert", "stash",
            "submodule", "subtree", "switch", "symbolic-ref", "tag", "update-ref", "worktree",
        ],
        &[("reference-transaction", false)],
    ),
    (
        &[
            "add", "am", "apply", "checkout", "cherry-pick", "commit", "describe", "diff", "merge", "mv", "pull", "read-tree", "rebase", "reset", "restore", "revert", "rm", "stage", "stash", "status", "switch", "update-index",
        ],
        &[("post-index-change", false)],
    ),
];

/// The hooks that a subcommand sets off.
fn set_off(git: &Git<'_>) -> impl Iterator<Item = &'static (&'static str, bool)> {
    let sets = HOOKS.iter().filter(|(names, _)| names.contains(&git.subcommand.as_str()));
    sets.flat_map(|(_, hooks)| hooks.iter())
}

/// Adds what the hooks do that a subcommand sets off.
pub(super) fn run(git: &Git<'_>, context: &mut Context<'_>) {
    let hooks: Vec<&(&str, bool)> = set_off(git).collect();
    let Some(root) = git.repo.root.clone().filter(|_| !hooks.is_empty()) else { return };
    if git.store.is_some() && context.top() != Some(&root) {
        return;
    }
    if git.asks_for_help() || (git.has(&["--dry-run"]) && !git.words.iter().any(|word| word.text().starts_with("--no-d"))) {
        return;
    }
    let short = git.subcommand == "commit" && git.has_short('n');
    let unverified = short || git.has_long("--no-verify");
    let home = git.repo.home().unwrap_or(&root);
    let Some(directory) = directory(git, home, context) else { return };
    let amends = git.subcommand != "commit" || git.has_long("--amend");
    let runs = |(name, verifies): &&&(&str, bool)| !(*verifies && unverified) && (amends || *name != "post-rewrite");
    let hooks: Vec<&(&str, bool)> = hooks.iter().filter(|hook| runs(hook)).copied().collect();
    for (name, _) in hooks {
        hook(&format!("{directory}/{name}"), name, &root, context);
    }
}

/// Adds what the hooks do that are kept in a repository's own directory `store`, which git is told of: nobody put
/// them there for this.
pub(super) fn of_store(git: &Git<'_>, store: &str, context: &mut Context<'_>) {
    for (name, _) in set_off(git) {
        let located = paths::locate(&Value::Known(format!("{store}/hooks/{name}")), context);
        if let Looked::Opaque(why) = code::run(&located, None, &[], context) {
            code::opaque(&located, &why, context);
        }
    }
}

/// Where the hooks are.
fn directory(git: &Git<'_>, root: &str, context: &mut Context<'_>) -> Option<String> {
    match git.repo.last("core.hookspath", context) {
        Ok(Some(path)) if path.is_empty() || path == "/dev/null" => return None,
        Ok(Some(path)) => {
            let home = &context.surroundings.home;
            let path = path.strip_prefix("~/").map_or(path.clone(), |rest| format!("{home}/{rest}"));
            return Some(paths::normal(root, &path));
        }
        Ok(None) | Err(_) => {}
    }
    let place = format!("{}/.git", root.trim_end_matches('/'));
    match context.workspace.ask(&Question::Path { path: place.clone() }) {
        // Another working tree of a repository that is elsewhere.
        Answer::Text { text, .. } => {
            let path = paths::normal(root, text.trim().strip_prefix("gitdir:")?.trim());
            let common = path.split_once("/worktrees/").map_or(path.as_str(), |(common, _)| common);
            Some(format!("{common}/hooks"))
        }
        _ => Some(format!("{place}/hooks")),
    }
}

fn hook(path: &str, name: &str, root: &str, context: &mut Context<'_>) {
    let located = paths::locate(&Value::Known(path.to_owned()), context);
    match context.file(&located.path) {
        Ok(None) if !context.state.world.written.iter().any(|written| written.touches(&located)) => return,
        Ok(Some(text)) if is_of_lfs(&text) => return,
        Ok(_) | Err(_) => {}
    }
    let before = context.begins_apart();
    let kept = context.state.shell.clone();
    context.state.shell.directory = Ok(root.to_owned());
    let looked = code::run(&located, None, &[], context);
    context.state.shell = kept;
    let found = context.ends_apart(before);
    let doubt = match looked {
        Looked::Understood | Looked::Absent => None,
        Looked::Opaque(why) => Some(why),
    };
    let by = format!("the hook {name} does it");
    let doubt = doubt.or(context.adds_what_is_sure(found, &[verbs::EXEC_READ, verbs::FS_READ], &by));
    if let Some(why) = doubt {
        let effect = countersign_model::Effect::new(verbs::EXEC_TEST, countersign_model::Resource::Program { name: format!("the hook {name}") });
        context.push(effect.certain(Certainty::Partial, &format!("what all of it does is not known: {why}")));
    }
}

/// Whether a hook is the one that Git LFS installs, and nothing else.
fn is_of_lfs(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.all(|line| line.starts_with("command -v git-lfs >/dev/null") || (line.starts_with("git lfs ") && line.ends_with(" \"$@\"") && line.split(' ').count() == 4))
}

#[cfg(test)]
mod tests;

//! `git worktree remove`: git removes a tree only where it has linked it to the repository, never the main one, and without
//! `--force` only one that holds no changes. What settings lie in it are copies of what the repository has.

use countersign_model::{Answer, Certainty, Effect, PathClass, Question, Repository, Resource, Reversible, verbs};

use super::super::super::Git;
use super::super::restoring::uncommitted;
use super::detached;
use crate::Workspace as _;
use crate::context::Context;
use crate::paths::{self, Located};
use crate::word::Word;

/// Files that git ignores and that are compared with those of the main tree.
const MOST: usize = 16;

/// Adds what it does to the tree that a word names.
pub(in super::super) fn remove(word: &Word, git: &Git<'_>, context: &mut Context<'_>) {
    let forces = git.has_short('f') || git.has_long("--force");
    let shells = std::mem::replace(&mut context.state.shell.directory, git.directory.clone());
    let located = paths::locate_entry(&word.value, context);
    let place = place(word, &located, git, context);
    let lost = place.as_deref().map(|path| lost(path, forces, git, context));
    let is_there = place.is_none() && located.why.is_none() && is_directory(&located.path, context);
    if located.class == PathClass::Countersign || is_there {
        // No tree that git has linked: it refuses, or nobody knows what this is.
        if forces {
            context.push(git.here(verbs::GIT_DISCARD).because("it removes a working tree that holds changes, too"));
        }
        context.delete(word);
    } else {
        let root = place.clone().or_else(|| git.repo.root.clone());
        let discards = Effect::new(verbs::GIT_DISCARD, Resource::Repository { repository: Repository { root, remote: None } });
        context.push(match lost {
            Some(Ok(())) => discards.reversible(Reversible::Yes).because("it removes a working tree in which all is committed"),
            Some(Err(Some(what))) if what == DETACHED => discards.because(DETACHED),
            Some(Err(Some(path))) => discards.because(&format!("it removes a working tree, and git does not have `{path}` of it")),
            Some(Err(None)) => discards.because("it removes a working tree that may hold what no commit has"),
            None => discards.certain(Certainty::Partial, "it removes a working tree, and which is not known"),
        });
    }
    context.state.shell.directory = shells;
    context.state.world.worktrees.retain(|tree| Some(&tree.path) != place.as_ref());
}

/// The top of the linked tree that a word names, by its path or the last part of it.
fn place(word: &Word, located: &Located, git: &Git<'_>, context: &Context<'_>) -> Option<String> {
    let world = &context.state.world;
    if located.why.is_some() || !located.leads.is_empty() || !world.links.is_empty() {
        return None;
    }
    let path = &located.path;
    if is_linked(path, context) || world.worktrees.iter().any(|tree| tree.path == *path) {
        return Some(path.clone());
    }
    let name = word.known().filter(|name| !name.contains('/') && !name.starts_with('.') && !is_directory(path, context))?;
    let link = context.file(&format!("{}/.git/worktrees/{name}/gitdir", git.repo.home()?)).ok()??;
    let path = link.trim().strip_suffix("/.git")?;
    is_linked(path, context).then(|| path.to_owned())
}

/// Whether that is the top of a working tree which is linked to a repository elsewhere.
fn is_linked(path: &str, context: &Context<'_>) -> bool {
    let link = context.file(&format!("{path}/.git"));
    matches!(link, Ok(Some(text)) if text.strip_prefix("gitdir:").is_some_and(|store| store.contains("/worktrees/")))
}

fn is_directory(path: &str, context: &Context<'_>) -> bool {
    matches!(context.workspace.ask(&Question::Path { path: path.to_owned() }), Answer::Directory { .. })
}

/// Whether nothing of a tree is lost; `Err`: what is, where that is known.
fn lost(path: &str, forces: bool, git: &Git<'_>, context: &Context<'_>) -> Result<(), Option<String>> {
    let world = &context.state.world;
    if world.worktrees.iter().any(|tree| tree.path == path) && !is_directory(path, context) {
        // The command made it: nothing is in it but what the command put there.
        let is_detached = world.worktrees.iter().any(|tree| tree.path == path && tree.branch.is_empty());
        return if world.has_moved || is_detached && makes_commits(path, context) { Err(None) } else { Ok(()) };
    }
    let may_bring = world.written.iter().any(|written| written.may_bring(path) || written.paths().iter().any(|written| paths::is_within(written, path)));
    if git.doubt.is_some() || world.opaque || world.brings_work || world.hides_changes || may_bring {
        return Err(None);
    }
    if makes_commits(path, context) || detached::may_hold_commits(path, context) {
        return Err(Some(DETACHED.to_owned()));
    }
    if forces && let Some((_, path)) = uncommitted(path, context).ok_or(None)?.into_iter().next() {
        return Err(Some(path));
    }
    let ignored = context.ignored_and_lost(path).ok_or(None)?;
    let is_copy = |name: &String| git.repo.home().is_some_and(|home| home != path && is_same(&format!("{home}/{name}"), &format!("{path}/{name}"), context));
    match ignored.iter().enumerate().find(|(index, name)| *index >= MOST || !is_copy(name)) {
        Some((_, name)) => Err(Some(name.clone())),
        None => Ok(()),
    }
}

/// What is lost with the history of a tree.
const DETACHED: &str = "it removes a working tree and its history, which may be all that names commits made in it";

/// Whether the command itself makes commits in a tree, or may.
fn makes_commits(path: &str, context: &Context<'_>) -> bool {
    let commits = &context.state.world.commits;
    commits.root.as_deref() == Some(path) || commits.unclear.is_some()
}

/// Whether two files say the same.
fn is_same(one: &str, other: &str, context: &Context<'_>) -> bool {
    let digest = |path: &str| match context.workspace.ask(&Question::Path { path: path.to_owned() }) {
        Answer::Text { digest, whole: true, .. } => Some(digest),
        _ => None,
    };
    digest(one).is_some_and(|found| digest(other) == Some(found))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::understood;

    const LINKED: (&str, &str) = ("/trees/wt/.git", "gitdir: /repo/.git/worktrees/wt\n");

    /// What becomes of a linked tree where git says this of its files.
    fn removed(command: &str, uncommitted: &str, lost: &str) -> String {
        let facts = [LINKED, ("/repo/.git/worktrees/wt/gitdir", "/trees/wt/.git\n"), ("uncommitted", uncommitted), ("lost", lost)];
        let effects = understood(command, &facts).effects;
        let line = |effect: &countersign_model::Effect| format!("{} {} {:?}: {}", effect.verb, effect.resource, effect.reversible, effect.because.as_deref().unwrap_or_default());
        effects.iter().filter(|effect| effect.verb.as_str() != "exec.read").map(line).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_tree_in_which_all_is_committed() {
        assert_snapshot!(removed("git worktree remove /trees/wt --force", "", ""), @"git.discard /trees/wt Yes: it removes a working tree in which all is committed");
        for command in [
            "git worktree remove /trees/wt", "git worktree remove -f ../trees/wt", "cd /trees/e && git worktree remove ../wt --force", "git worktree remove wt", "git -C /trees worktree remove wt",
            "git worktree add /tmp/new -b x && cd /tmp/new && git status && cd - && git worktree remove --force /tmp/new",
        ] {
            let found = removed(command, "", "ignored\tdebug.log");
            assert!(!found.contains(" No") && !found.contains("tamper") && found.contains("git.discard"), "{command}: {found}");
        }
        // Git itself looks whether anything is changed.
        assert_snapshot!(removed("git worktree remove /trees/wt", "changed\ta", ""), @"git.discard /trees/wt Yes: it removes a working tree in which all is committed");
    }

    #[test]
    fn one_that_holds_something_or_is_not_known() {
        for (command, uncommitted, lost) in [
            ("git worktree remove /trees/wt --force", "changed\tsrc/a.rs", ""), ("git worktree remove /trees/wt --force", "new\tnotes.md", ""), ("git worktree remove /trees/wt -f -f", "*\t*", ""),
            ("git worktree remove /trees/wt", "", "ignored\tdev.db"), ("git worktree remove /trees/wt", "", "*\t*"), ("echo x > /trees/wt/notes; git worktree remove /trees/wt --force", "", ""),
            ("./fill; git worktree remove -f /trees/wt", "", ""), ("git worktree remove elsewhere --force", "", ""), ("git worktree add /tmp/new && mv ~/notes /tmp/new && git worktree remove -f /tmp/new", "", ""),
            (r#"cd /repo && git worktree remove "$WORKTREE_PATH" --force && git branch -D "$BRANCH""#, "", ""), (r#"git worktree remove "/repo/$X" --force"#, "", ""), ("git worktree remove $(git rev-parse --show-toplevel)/../*", "", ""),
        ] {
            let found = removed(command, uncommitted, lost);
            assert!(found.contains(" No") && !found.contains("tamper"), "{command}: {found}");
        }
    }

    #[test]
    fn commits_that_only_its_history_names() {
        let removed = |history: &str| {
            let facts = [LINKED, ("uncommitted", ""), ("lost", ""), ("/repo/.git/worktrees/wt/logs/HEAD", history)];
            let effects = understood("git worktree remove /trees/wt", &facts).effects;
            effects.iter().map(|effect| format!("{:?}: {}", effect.reversible, effect.because.as_deref().unwrap_or_default())).collect::<String>()
        };
        assert_snapshot!(removed("0 aaaaaaa A <a> 1 +0\t\naaaaaaa bbbbbbb A <a> 1 +0\tcommit: x\n"), @"Yes: it removes a working tree in which all is committed");
        assert_snapshot!(removed("0 aaaaaaa A <a> 1 +0\t\naaaaaaa bbbbbbb A <a> 1 +0\tcommit: x\nbbbbbbb ccccccc A <a> 1 +0\tcheckout: moving from bbbbbbb to work\n"), @"No: it removes a working tree and its history, which may be all that names commits made in it");
        assert!(removed("no history\n").starts_with("No"));
    }

    #[test]
    fn the_main_tree_and_what_is_countersigns() {
        for command in ["git worktree remove .", r#"git worktree remove "$(pwd)" --force"#, "git worktree remove /repo", "git worktree remove ~/.countersign -f", "git worktree remove /home/dev"] {
            let found = removed(command, "", "");
            assert!(found.contains("tamper"), "{command}: {found}");
        }
    }

    #[test]
    fn a_copy_of_what_the_main_tree_has() {
        let facts = |main: &'static str| [LINKED, ("uncommitted", ""), ("lost", "ignored\t.env"), ("/trees/wt/.env", "A=b"), ("/repo/.env", main)];
        let is_lost = |main| understood("git worktree remove /trees/wt", &facts(main)).effects.iter().any(|effect| effect.reversible == countersign_model::Reversible::No);
        assert!(!is_lost("A=b") && is_lost("A=c"));
    }
}

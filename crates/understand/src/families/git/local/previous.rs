//! The branch that was checked out before: `git checkout -`.

use super::super::Git;
use crate::context::Context;

/// What `-` and `@{-1}` stand for, by its full name; none where that is not known or is no branch.
pub(super) fn branch(git: &Git<'_>, context: &Context<'_>) -> Option<String> {
    let world = &context.state.world;
    let root = git.repo.root.as_ref()?;
    let heads = world.heads.of(Some(root));
    match &world.previous {
        // Only where the last switch surely worked.
        Some(switch) => (switch.tree == *root && !switch.to.is_empty() && heads == [Some(switch.to.clone())]).then(|| switch.from.clone()),
        None if heads == [None] && world.refs_changed.is_none() => last_left(&context.file(&format!("{root}/.git/logs/HEAD")).ok()??),
        None => None,
    }
}

/// Takes note of the branch that the working tree is switched from.
pub(super) fn leaves(from: &[String], to: &str, git: &Git<'_>, context: &mut Context<'_>) {
    let from = match from {
        [from] if from.starts_with("refs/heads/") => from.clone(),
        _ => String::new(),
    };
    context.state.world.previous = Some(Switch { tree: git.repo.root.clone().unwrap_or_default(), from, to: to.to_owned() });
}

/// A working tree that the command switches from one branch to another, by their full names; empty: not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Switch {
    tree: String,
    from: String,
    to: String,
}

/// The branch that the last switch in git's own log left.
fn last_left(log: &str) -> Option<String> {
    let moves = log.lines().rev().find_map(|line| line.split_once("\tcheckout: moving from ").map(|(_, rest)| rest))?;
    let (from, _) = moves.rsplit_once(" to ")?;
    // A commit was checked out, not a branch.
    let is_commit = from.len() >= 7 && from.bytes().all(|digit| digit.is_ascii_hexdigit());
    (!is_commit).then(|| format!("refs/heads/{from}"))
}

#[cfg(test)]
mod tests {
    use crate::fixture::{check, check_with};

    const LOG: &str = "0 a x <x> 1 +0000\tclone: from y\na b x <x> 1 +0000\tcheckout: moving from main to feature\nb c x <x> 1 +0000\tcommit: x\n";

    #[test]
    fn the_branch_before() {
        for command in ["git checkout - && git push", "git switch - && git push origin HEAD", "git checkout @{-1}; git push -u origin HEAD"] {
            let found = check_with(command, &[("/repo/.git/logs/HEAD", LOG)]);
            assert!(found.contains("main@origin, write"), "{command}: {found}");
        }
        let found = check("git checkout main && git pull && git checkout - && git merge main && git push");
        assert!(found.contains("git.push feature@origin, write") && !found.contains("main@origin"), "{found}");
        let found = check("git checkout main && git checkout - && git checkout - && git push origin HEAD");
        assert!(found.contains("git.push main@origin, write"), "{found}");
    }

    #[test]
    fn a_branch_before_that_is_not_known() {
        let detached = LOG.replace("from main", "from aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
        for (command, log) in [
            ("git checkout -; git push origin HEAD", ""), ("git checkout - && git push origin HEAD", &*detached), ("git checkout nowhere; git checkout - && git push origin HEAD", LOG), ("git rebase main topic; git checkout - && git push origin HEAD", LOG),
            ("git checkout $X && git checkout - && git checkout - && git push origin HEAD", LOG),
        ] {
            let found = check_with(command, &[("/repo/.git/logs/HEAD", log)]);
            assert!(found.contains("*@origin"), "{command}: {found}");
        }
    }
}

//! The branch of a remote that a new branch goes with: a bare push may go there.

use super::super::Git;
use super::branches::TRACKS;
use crate::arguments::Arguments;
use crate::context::Context;
use crate::word::{Value, Word};

/// Takes note of the upstream that a new branch gets from where it starts.
pub(super) fn gets(name: Option<&str>, start: Option<&Value>, given: &Arguments<'_>, git: &Git<'_>, context: &mut Context<'_>) {
    if given.has(&["no-track"]) && !given.has(TRACKS) || start.is_none() && !given.has(TRACKS) {
        return;
    }
    let Some(name) = name else {
        context.state.world.configuration_changed.get_or_insert_with(|| "an earlier part of the command makes a branch that is not known".to_owned());
        return;
    };
    let inherits = given.values(TRACKS).any(|value| value.text() != "direct");
    let Some(start) = start.and_then(Value::known).filter(|_| !inherits) else {
        set(name, None, context);
        return;
    };
    if let Some((remote, branch)) = git.repo.tracked(start, context) {
        set(name, Some((&remote, &branch)), context);
        return;
    }
    let always = || !matches!(git.repo.last("branch.autosetupmerge", context).as_ref().map(Option::as_deref), Ok(None | Some("true" | "false" | "simple")));
    if given.has(TRACKS) || always() {
        set(name, Some((".", start.strip_prefix("refs/heads/").unwrap_or(start))), context);
    }
}

/// The same for a branch that is made because a remote has one of its name.
pub(super) fn of_remote(name: &str, git: &Git<'_>, context: &mut Context<'_>) {
    let remotes = git.repo.subsections("remote", context).unwrap_or_default();
    let known = remotes.iter().find(|remote| git.repo.has_tracked(remote, name, context));
    set(name, known.map(|remote| (remote.as_str(), name)), context);
}

/// Takes note of the upstream that a branch has after `git branch -u`, for the calls that follow.
pub(super) fn changes(given: &Arguments<'_>, operands: &[&Word], git: &Git<'_>, context: &mut Context<'_>) {
    let own = match operands {
        [] => git.repo.checked_out(context).ok(),
        [name] => name.known().map(str::to_owned),
        _ => None,
    };
    let upstream = match given.value(&["u", "set-upstream-to"]) {
        Some(value) => value.known().and_then(|value| git.repo.tracked(value, context)).map(Some),
        None => given.has(&["unset-upstream"]).then_some(None),
    };
    let left = &mut context.state.world.left;
    match own.zip(upstream).filter(|_| given.unknown.is_empty()) {
        Some((own, upstream)) => {
            left.sets(&format!("branch.{own}.remote"), upstream.as_ref().map(|(remote, _)| remote.clone()));
            left.sets(&format!("branch.{own}.merge"), upstream.map(|(_, branch)| format!("refs/heads/{branch}")));
        }
        None if given.has(&["edit-description"]) => {}
        None => left.loses_track("an earlier call changes an upstream"),
    }
}

fn set(name: &str, upstream: Option<(&str, &str)>, context: &mut Context<'_>) {
    let world = &mut context.state.world;
    let values = [("remote", upstream.map(|(remote, _)| remote.to_owned())), ("merge", upstream.map(|(_, branch)| format!("refs/heads/{branch}")))];
    for (last, value) in values {
        let key = format!("branch.{name}.{last}");
        world.left.sets(&key, value.clone());
        world.upstreams.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn a_push_goes_where_the_new_branch_goes() {
        for command in [
            "git checkout -b x origin/main && git -c push.default=upstream push",
            "git switch -c x origin/main && git -c push.default=upstream push origin HEAD",
            "git checkout -bx --track origin/main && git -c push.default=upstream push origin HEAD",
            "git branch x origin/main; git -c push.default=upstream push origin x",
            "git checkout -b x --track main && git -c push.default=upstream push origin HEAD",
            "git -c branch.autosetupmerge=always checkout -b x main && git -c push.default=upstream push origin HEAD",
            "git checkout -t origin/main && git push origin HEAD",
            "git checkout -bmain; git push origin HEAD",
            "git switch --create=main; git push origin HEAD",
            "git stash branch main; git push origin HEAD",
        ] {
            let found = check(command);
            assert!(found.contains("main@origin, write"), "{command}: {found}");
        }
        for command in [
            "git checkout - && git push", "git switch -; git push origin HEAD", "git checkout -q - && git push", "git checkout --track=inherit -b x main && git -c push.default=upstream push",
            "git stash branch $X; git push origin HEAD", "git checkout --detach && git push origin HEAD",
        ] {
            let found = check(command);
            assert!(found.contains("*@"), "{command}: {found}");
        }
    }

    #[test]
    fn a_push_goes_to_the_branch_of_its_name() {
        assert_snapshot!(check("git checkout -b x origin/main && git push -u origin x"), @"
        git.branch /repo, write
        git.push x@origin, write
        change.unknown files into x, write, partial
        ");
        assert_snapshot!(check("git checkout -b x origin/main && git push origin HEAD"), @"
        git.branch /repo, write
        git.push x@origin, write
        change.unknown files into x, write, partial
        ");
        assert_snapshot!(check("git checkout -b x --no-track origin/main && git -c push.default=upstream push origin HEAD"), @"
        git.branch /repo, write
        git.push x@origin, write
        change.unknown files into x, write, partial
        ");
        assert_snapshot!(check("git stash branch x; git push origin HEAD"), @"
        git.branch /repo, write
        git.index /repo, write
        git.push x@origin, write
        change.unknown files into x, write, partial
        git.push feature@origin, write
        change.unknown files into feature, write, partial
        ");
    }
}

//! The branch of a remote that a new branch goes with: a bare push may go there.

use super::super::Git;
use super::branches::TRACKS;
use crate::arguments::Arguments;
use crate::context::Context;
use crate::word::Value;

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

fn set(name: &str, upstream: Option<(&str, &str)>, context: &mut Context<'_>) {
    let upstreams = &mut context.state.world.upstreams;
    upstreams.insert(format!("branch.{name}.remote"), upstream.map(|(remote, _)| remote.to_owned()));
    upstreams.insert(format!("branch.{name}.merge"), upstream.map(|(_, branch)| format!("refs/heads/{branch}")));
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

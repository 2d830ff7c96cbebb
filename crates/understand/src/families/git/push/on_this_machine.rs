//! Pushes to a scratch repository of this machine: one that the command makes, or that lies where only temporary files
//! are. Commits that go there leave nothing, and change nothing but files.

use countersign_model::{Effect, Repository, Resource, Zone, verbs};

use super::super::resolve::Repo;
use super::super::{Git, addresses, config, foreign};
use crate::arguments::Arguments;
use crate::context::Context;
use crate::paths::{self, Located};
use crate::word::{Value, Word};

/// Options that overwrite, delete, or send more elsewhere.
const MORE: &[&str] = &[
    "force", "f", "force-with-lease", "force-if-includes", "mirror", "prune", "delete", "d", "recurse-submodules", "receive-pack", "exec", "dry-run", "n",
];

/// Sections of settings that say what a push does.
const SECTIONS: &[&str] = &["url.", "remote.", "branch.", "push.", "submodule.", "core."];

/// Programs that git runs in a repository that it pushes to.
const HOOKS: &[&str] = &["pre-receive", "update", "proc-receive", "reference-transaction", "post-receive", "post-update", "push-to-checkout"];

/// Adds that such a repository changes; whether every place that is pushed to is one.
pub(super) fn effects(git: &Git<'_>, arguments: &Arguments<'_>, remote: Option<&Value>, refspecs: &[&Word], context: &mut Context<'_>) -> bool {
    let is_told = |word: &&Word| word.known().is_some_and(|text| !text.starts_with(['+', ':', '-']));
    let is_plain = !arguments.has(MORE) && refspecs.iter().all(is_told) && git.doubt.is_none() && git.store.is_none();
    let Some(address) = address(git, remote, context).filter(|_| is_plain) else { return false };
    let Some(place) = place(&address, git, context) else { return false };
    context.push(Effect::new(verbs::FS_WRITE, place.resource()));
    let repository = Repository { root: Some(place.path), remote: None };
    let effect = Effect::new(verbs::GIT_BRANCH, Resource::Repository { repository });
    context.push(effect.because("the push goes to a scratch repository of this machine"));
    super::companions(&address, arguments, &[], git, context);
    true
}

/// The address, where the command itself says it: written out, or as that of a remote it adds.
fn address(git: &Git<'_>, remote: Option<&Value>, context: &Context<'_>) -> Option<String> {
    let world = &context.state.world;
    if world.configuration_changed.is_some() || git.repo.sets_any(SECTIONS) {
        return None;
    }
    let address = match remote {
        Some(Value::Known(text)) if text.starts_with(['/', '.']) || text.starts_with("file:///") => text.clone(),
        Some(Value::Known(name)) => added(git, name, context)?,
        Some(Value::Pattern(_) | Value::Unknown { .. }) => return None,
        None => {
            git.repo.fresh()?;
            match git.repo.subsections("remote", context).ok()?.as_slice() {
                [only] => added(git, only, context)?,
                _ => added(git, "origin", context)?,
            }
        }
    };
    // A setting of the person's may put another address in its place.
    let stands = |repo: &Repo| repo.root.is_none() || repo.push_addresses(&address, context).is_ok_and(|own| own == [address.clone()]);
    let own = git.repo.without_overlay();
    let top = context.top().map(|top| Repo::open(&Ok(top.to_owned()), Vec::new(), context));
    (stands(&own) && top.as_ref().is_none_or(stands)).then_some(address)
}

/// The address of a remote that the command adds.
fn added(git: &Git<'_>, name: &str, context: &Context<'_>) -> Option<String> {
    let of = (git.repo.owner()?.to_owned(), name.to_owned());
    context.state.world.remotes_added.get(&of).cloned()
}

/// The scratch repository that an address means.
fn place(address: &str, git: &Git<'_>, context: &Context<'_>) -> Option<Located> {
    let path = address.strip_prefix("file://").unwrap_or(address);
    if addresses::host_and_path(path).is_some() || addresses::runs_program(path) {
        return None;
    }
    let path = match &git.directory {
        Ok(directory) => paths::normal(directory, path),
        Err(_) if path.starts_with('/') => paths::normal("/", path),
        Err(_) => return None,
    };
    let located = paths::locate(&Value::Known(path.clone()), context);
    let is_sure = located.why.is_none() && located.leads.is_empty() && located.path == path;
    let fresh = context.state.world.fresh.iter().find(|fresh| fresh.path == path || fresh.store() == path);
    let is_scratch = fresh.is_some() || located.zone == Zone::Temporary && context.elsewhere.is_none();
    let written = fresh.map_or(0, |fresh| fresh.written);
    (is_sure && is_scratch && !is_remote_of_this(&path, git, context) && runs_nothing(&path, written, context)).then_some(located)
}

/// Whether it is what a configured remote of a repository here leads to: what that is, the map says.
fn is_remote_of_this(path: &str, git: &Git<'_>, context: &Context<'_>) -> bool {
    let top = context.top().map(|top| Repo::open(&Ok(top.to_owned()), Vec::new(), context));
    let own = git.repo.without_overlay();
    top.iter().chain([&own]).filter_map(|repo| Some((repo, repo.root.as_deref()?))).any(|(repo, root)| {
        let Ok(names) = repo.subsections("remote", context) else { return true };
        let added = |name: &String| context.state.world.remotes_added.contains_key(&(root.to_owned(), name.clone()));
        let stored = names.iter().filter(|name| !added(name)).flat_map(|name| ["url", "pushurl"].map(|key| format!("remote.{name}.{key}")));
        let mut values = stored.flat_map(|key| repo.values(&key, context).unwrap_or_default());
        path == root || values.any(|value| paths::normal(root, value.strip_prefix("file://").unwrap_or(&value)) == path)
    })
}

/// Whether git runs nothing there by itself, as far as the command has not given it anything to run.
fn runs_nothing(path: &str, written: usize, context: &Context<'_>) -> bool {
    let world = &context.state.world;
    if world.opaque || !world.links.is_empty() || world.has_moved {
        return false;
    }
    let later = world.written.get(written..).unwrap_or_default();
    [path.to_owned(), format!("{path}/.git")].iter().all(|store| {
        let is_untouched = |name: &str| {
            let located = paths::locate_entry(&Value::Known(format!("{store}/{name}")), context);
            !later.iter().any(|written| written.touches(&located) || located.readings().any(|own| written.paths().iter().any(|path| paths::is_within(path, own))))
        };
        let runs = |text: &str| {
            let mut settings = foreign::read(text).into_iter();
            settings.any(|(key, value)| key.starts_with("include") || config::names_program(&key, &value))
        };
        is_untouched("hooks")
            && is_untouched("config")
            && HOOKS.iter().all(|hook| context.file(&format!("{store}/hooks/{hook}")) == Ok(None))
            && context.file(&format!("{store}/config")).is_ok_and(|text| !text.is_some_and(|text| runs(&text)))
    })
}

#[cfg(test)]
mod tests {
    use crate::fixture::{check, check_with};

    fn show(commands: &[&str]) -> String {
        commands.iter().map(|command| format!("{command}\n{}\n", check(command))).collect()
    }

    #[test]
    fn pushes_to_scratch_repositories() {
        insta::assert_snapshot!(show(&[
            "git init --bare /tmp/b.git && git push /tmp/b.git main",
            "git push file:///tmp/b.git main",
            "git init --bare /tmp/b.git && git remote add tmp /tmp/b.git && git push -u tmp main",
            "mkdir t && cd t && git init && git add . && git commit -m x && git remote add origin /tmp/b.git && git push origin main",
            "git init /tmp/x; git -C /tmp/x remote add origin /tmp/b.git; git -C /tmp/x push",
            "d=$(mktemp -d); cd \"$d\"; git init -q -b main; git remote add origin /tmp/b.git; git commit -m x; git push -u origin main",
            "git clone --bare . /tmp/b.git; git clone /tmp/b.git w; cd w; git commit -m x; git push",
            "git clone --bare . /tmp/b.git && git clone /tmp/b.git w && cd w && git commit -m x && git push",
        ]), @r#"
        git init --bare /tmp/b.git && git push /tmp/b.git main
        git.branch /repo, write
        fs.write /tmp/b.git, write
        git.branch /tmp/b.git, write
        git push file:///tmp/b.git main
        fs.write /tmp/b.git, write
        git.branch /tmp/b.git, write
        git init --bare /tmp/b.git && git remote add tmp /tmp/b.git && git push -u tmp main
        git.branch /repo, write
        fs.write /tmp/b.git, write
        git.config /repo, write
        git.branch /tmp/b.git, write
        mkdir t && cd t && git init && git add . && git commit -m x && git remote add origin /tmp/b.git && git push origin main
        fs.write /repo/t, write
        exec.read cd, read
        git.branch /repo, write
        git.index repository, write
        git.commit repository, write
        git.config repository, write
        fs.write /tmp/b.git, write
        git.branch /tmp/b.git, write
        git init /tmp/x; git -C /tmp/x remote add origin /tmp/b.git; git -C /tmp/x push
        git.branch /repo, write
        fs.write /tmp/x, write
        git.config repository, write
        fs.write /tmp/b.git, write
        git.branch /tmp/b.git, write
        d=$(mktemp -d); cd "$d"; git init -q -b main; git remote add origin /tmp/b.git; git commit -m x; git push -u origin main
        fs.write /tmp/mktemp, write
        exec.read cd, read
        git.branch repository, write
        git.config repository, write
        git.commit repository, write
        fs.write /tmp/b.git, write
        git.branch /tmp/b.git, write
        git clone --bare . /tmp/b.git; git clone /tmp/b.git w; cd w; git commit -m x; git push
        git.fetch repository@., read
        fs.write /tmp/b.git, write
        git.fetch repository@/tmp/b.git, read
        fs.write /repo/w, write
        exec.read cd, read
        git.commit repository, write
        git.branch /tmp/b.git, write
        git.push feature@origin, write
        change.unknown files into feature, write, partial
        git clone --bare . /tmp/b.git && git clone /tmp/b.git w && cd w && git commit -m x && git push
        git.fetch repository@., read
        fs.write /tmp/b.git, write
        git.fetch repository@/tmp/b.git, read
        fs.write /repo/w, write
        exec.read cd, read
        git.commit repository, write
        git.branch /tmp/b.git, write
        "#);
    }

    #[test]
    fn pushes_to_others() {
        insta::assert_snapshot!(show(&[
            "mkdir t && cd t && git init && git commit -m x && git push",
            "mkdir t && cd t && git init && git push origin main",
            "mkdir t && cd t && git init && git remote add origin git@github.com:acme/shop.git && git push origin main",
            "git clone git@github.com:acme/other.git w && cd w && git push",
            "git push /srv/b.git main",
            "git push -f /tmp/b.git main",
            "git push /tmp/b.git :main",
            "git init --bare /tmp/b.git && cp evil /tmp/b.git/hooks/post-receive && git push /tmp/b.git main",
            "git -c url.git@github.com:acme/.insteadOf=/tmp/ push /tmp/shop.git main",
            "false && git init t; mkdir t; cd t; git remote add origin /tmp/b.git; git push origin main",
            "mkdir t && cd t && git init && rm -rf .git && git remote add origin /tmp/b.git && git push origin main",
        ]), @"
        mkdir t && cd t && git init && git commit -m x && git push
        fs.write /repo/t, write
        exec.read cd, read
        git.branch /repo, write
        git.commit repository, write
        git.force-push *@*, destroy, partial
        mkdir t && cd t && git init && git push origin main
        fs.write /repo/t, write
        exec.read cd, read
        git.branch /repo, write
        git.force-push *@origin, destroy, partial
        mkdir t && cd t && git init && git remote add origin git@github.com:acme/shop.git && git push origin main
        fs.write /repo/t, write
        exec.read cd, read
        git.branch /repo, write
        git.config repository, write
        git.push main@origin, write, partial
        git clone git@github.com:acme/other.git w && cd w && git push
        git.fetch repository@git@github.com:acme/other.git, read
        fs.write /repo/w, write
        exec.read cd, read
        git.force-push *@*, destroy, partial
        git push /srv/b.git main
        git.push main@/srv/b.git, write
        git push -f /tmp/b.git main
        git.force-push main@/tmp/b.git, destroy
        git push /tmp/b.git :main
        git.delete-remote-ref main@/tmp/b.git, destroy
        git init --bare /tmp/b.git && cp evil /tmp/b.git/hooks/post-receive && git push /tmp/b.git main
        git.branch /repo, write
        fs.write /tmp/b.git, write
        fs.read /repo/evil, read
        fs.write /tmp/b.git/hooks/post-receive, write
        git.push main@/tmp/b.git, write
        git -c url.git@github.com:acme/.insteadOf=/tmp/ push /tmp/shop.git main
        git.push main@/tmp/shop.git, write
        false && git init t; mkdir t; cd t; git remote add origin /tmp/b.git; git push origin main
        exec.read false, read
        fs.write /repo/t, write
        exec.read cd, read
        git.config repository, write
        git.force-push *@origin, destroy, partial
        mkdir t && cd t && git init && rm -rf .git && git remote add origin /tmp/b.git && git push origin main
        fs.write /repo/t, write
        exec.read cd, read
        git.branch /repo, write
        fs.delete /repo/t/.git, destroy
        git.config /repo, write
        git.force-push *@origin, destroy, partial
        ");
    }

    #[test]
    fn what_runs_where_it_goes() {
        let pushed = |file: &str, text: &str| check_with("git push /tmp/b.git main", &[(file, text)]);
        assert!(!pushed("/tmp/b.git/config", "[core]\n\tbare = true\n").contains("git.push"));
        for (file, text) in [
            ("/tmp/b.git/hooks/post-receive", "#!/bin/sh\n./x\n"),
            ("/tmp/b.git/.git/hooks/update", "#!/bin/sh\n./x\n"),
            ("/tmp/b.git/config", "[core]\n\thooksPath = /tmp/x\n"),
            ("/tmp/b.git/config", "[core]\n\talternateRefsCommand = ./x\n"),
            ("/tmp/b.git/config", "[include]\n\tpath = /tmp/x\n"),
        ] {
            assert!(pushed(file, text).contains("git.push main@/tmp/b.git"), "{file}: {text}");
        }
        let known = check_with("git push /tmp/b.git main", &[("remote.live.url", "/tmp/b.git")]);
        assert!(known.contains("git.push main@/tmp/b.git"), "{known}");
    }
}

//! What brings commits from elsewhere or makes another place for them: fetches, clones, worktrees
//! and submodules.

use countersign_model::{Effect, Resource, verbs};

use super::super::{Git, addresses, config};
use super::worktrees;
use crate::arguments::{Arguments, Spec, Takes, parse};
use crate::context::Context;
use crate::environment;
use crate::shell::{self, Place};
use crate::word::{Value, Word};

/// Brings commits from a remote here.
pub(in super::super) fn fetches(git: &Git<'_>, context: &mut Context<'_>) {
    let operands = git.operands();
    let named = operands.first().and_then(|word| word.known()).filter(|_| git.subcommand != "remote");
    operands.iter().for_each(|word| tells(word, context));
    let runs = operands.first().is_some_and(|word| addresses::runs_program(word.text()));
    if runs {
        context.opaque(&git.title(), "the address names a program to run");
        operands.iter().take(1).for_each(|word| started(word.text(), context));
    }
    let remote = git.repo.remotes(named.unwrap_or("origin"), context).0.into_iter().next();
    let resource = Resource::Repository { repository: git.repository(remote) };
    let reads = git.subcommand == "ls-remote";
    context.push(Effect::new(if reads { verbs::GIT_READ } else { verbs::GIT_FETCH }, resource));
    // `src:dst` moves a local branch too.
    if operands.iter().skip(1).any(|word| word.text().contains(':')) {
        context.push(git.here(verbs::GIT_BRANCH));
        forced(&operands, git, context);
        let targets = operands.iter().skip(1).filter_map(|word| word.known()?.split_once(':'));
        let branches = targets.filter(|(_, target)| !target.is_empty() && !target.contains('*'));
        context.state.world.branches_beside.extend(branches.map(|(_, target)| {
            let name = target.strip_prefix("refs/heads/").unwrap_or(target);
            format!("refs/heads/{name}")
        }));
    }
    let made = operands.iter().filter_map(|word| word.text().rsplit_once(":refs/tags/")).map(|(_, name)| format!("refs/tags/{name}"));
    context.state.world.made.extend(made);
    if !reads {
        context.state.world.refs_changed = Some("an earlier part of the command fetches".to_owned());
    }
}

/// Runs what stands in an address such as `ext::ssh host %S repo`.
fn started(address: &str, context: &mut Context<'_>) {
    if let Some(command) = address.strip_prefix("ext::") {
        shell::run_apart(command, Place::Within(context.here), context);
    }
}

/// Local branches that a fetch puts somewhere else, whatever they have.
fn forced(operands: &[&Word], git: &Git<'_>, context: &mut Context<'_>) {
    let all = git.has_short('f') || git.has_long("--force");
    for word in operands.iter().skip(1) {
        let Some((source, target)) = word.text().split_once(':') else { continue };
        let Some(name) = target.strip_prefix("refs/heads/").or_else(|| (!target.starts_with("refs/")).then_some(target)) else { continue };
        let is_forced = all || source.starts_with('+') || word.value.is_unknown();
        if is_forced && !name.is_empty() {
            let name = if name.contains('*') { Value::unknown("any branch") } else { Value::Known(name.to_owned()) };
            super::branches::overwritten(&Word::made(name), git, context);
        }
    }
}

/// Hosts of code whose addresses are put together of names every day.
const FORGES: &[&str] = &["github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "dev.azure.com", "ssh.github.com"];

/// Adds that a host is told what a command prints, which is put into its address.
fn tells(word: &Word, context: &mut Context<'_>) {
    let Value::Unknown { prefix, .. } = &word.value else { return };
    let printed = word.raw.contains("$(") || word.raw.contains('`');
    let Some((host, _)) = crate::families::addresses::host_and_path(prefix).filter(|_| printed && prefix.contains("://")) else { return };
    if FORGES.contains(&host.as_str()) || countersign_model::is_this_machine(&host) {
        return;
    }
    let why = "what a command prints is a part of the address";
    context.push(Effect::new(verbs::NET_SEND, Resource::Host { host, url: None }).because(why));
}

const CLONE: Spec = Spec {
    long: &[
        ("branch", Takes::Value), ("depth", Takes::Value), ("origin", Takes::Value), ("upload-pack", Takes::Value), ("reference", Takes::Value), ("reference-if-able", Takes::Value), ("separate-git-dir", Takes::Value),
        ("config", Takes::Value), ("template", Takes::Value), ("jobs", Takes::Value), ("filter", Takes::Value), ("shallow-since", Takes::Value), ("shallow-exclude", Takes::Value), ("server-option", Takes::Value),
        ("bundle-uri", Takes::Value), ("ref-format", Takes::Value), ("revision", Takes::Value), ("recurse-submodules", Takes::Attached), ("recursive", Takes::Attached), ("bare", Takes::Nothing), ("mirror", Takes::Nothing),
        ("local", Takes::Nothing), ("no-local", Takes::Nothing), ("no-hardlinks", Takes::Nothing), ("shared", Takes::Nothing), ("dissociate", Takes::Nothing), ("quiet", Takes::Nothing), ("verbose", Takes::Nothing), ("progress", Takes::Nothing),
        ("no-checkout", Takes::Nothing), ("sparse", Takes::Nothing), ("also-filter-submodules", Takes::Nothing), ("single-branch", Takes::Nothing), ("no-single-branch", Takes::Nothing), ("no-tags", Takes::Nothing), ("tags", Takes::Nothing),
        ("shallow-submodules", Takes::Nothing), ("no-shallow-submodules", Takes::Nothing), ("remote-submodules", Takes::Nothing), ("no-remote-submodules", Takes::Nothing), ("reject-shallow", Takes::Nothing), ("ipv4", Takes::Nothing), ("ipv6", Takes::Nothing),
    ],
    short: &[
        ('b', Takes::Value), ('o', Takes::Value), ('u', Takes::Value), ('c', Takes::Value), ('j', Takes::Value), ('l', Takes::Nothing), ('s', Takes::Nothing), ('q', Takes::Nothing), ('v', Takes::Nothing), ('n', Takes::Nothing),
        ('4', Takes::Nothing), ('6', Takes::Nothing),
    ],
    abbreviations: true,
    operands_end_options: false,
};

pub(super) fn clone(git: &Git<'_>, context: &mut Context<'_>) {
    let arguments = parse(git.words, &CLONE);
    let operands = &arguments.operands;
    operands.iter().for_each(|word| tells(word, context));
    let address = operands.first().map(|word| word.text()).unwrap_or("*");
    if addresses::runs_program(address) {
        started(address, context);
        context.opaque("git clone", "the address names a program to run");
    }
    let url = addresses::of_remote(address);
    let remote = countersign_model::Remote { name: url.clone(), url: Some(url) };
    let repository = countersign_model::Repository { root: None, remote: Some(remote) };
    context.push(Effect::new(verbs::GIT_FETCH, Resource::Repository { repository }));
    let name = address.trim_end_matches('/').trim_end_matches(".git").rsplit(['/', ':']).next().unwrap_or("clone").to_owned();
    let target = operands.get(1).map_or(Value::Known(name), |word| word.value.clone());
    let is_bare = arguments.has(&["bare", "mirror"]);
    let is_plain = arguments.unknown.is_empty() && arguments.uncertain.is_none() && !arguments.has(&MEDDLING);
    let fresh = context.place_of_fresh(&target, is_bare).filter(|_| is_plain);
    made(&target, context);
    let written = context.state.world.written.len();
    context.write_value(&target);
    if let (Some(path), false) = (&fresh, is_bare) {
        comes_from(path, address, &arguments, context);
    }
    context.makes_fresh(fresh, is_bare, true);
    if is_of_strangers(address, context) {
        context.state.world.brings(written);
    }
    arguments.values(&["separate-git-dir"]).for_each(|value| context.write_value(value));
    // With an option that is not known, any of the words may be the place.
    if !arguments.unknown.is_empty() {
        operands.iter().for_each(|word| context.write(word));
    }
    for value in arguments.values(&["c", "config"]) {
        let (key, given) = value.text().split_once('=').unwrap_or((value.text(), "true"));
        let given = if value.is_unknown() { Value::unknown("a setting that is not known") } else { Value::Known(given.to_owned()) };
        config::given(&super::super::resolve::canonical_key(key), &given, context);
    }
    let template = arguments.values(&["template"]).any(|value| value.known() != Some(""));
    if template || arguments.has(&["recurse-submodules", "recursive"]) || !arguments.unknown.is_empty() {
        context.opaque("git clone", "its options or submodules can run code");
    }
}

/// Options of a clone that give it settings or files of their own.
const MEDDLING: [&str; 8] = ["c", "config", "template", "separate-git-dir", "recurse-submodules", "recursive", "u", "upload-pack"];

/// Takes note of the one remote that a clone has.
fn comes_from(path: &str, address: &str, arguments: &Arguments<'_>, context: &mut Context<'_>) {
    let origin = Value::Known("origin".to_owned());
    let name = arguments.value(&["origin", "o"]).unwrap_or(&origin);
    let is_path = addresses::host_and_path(address).is_none();
    let address = match &context.state.shell.directory {
        Ok(directory) if is_path => crate::paths::normal(directory, address),
        Err(_) if is_path && !address.starts_with('/') => return,
        Ok(_) | Err(_) => address.to_owned(),
    };
    if let Some(name) = name.known() {
        context.state.world.remotes_added.insert((path.to_owned(), name.to_owned()), address);
    }
}

/// Whether the repository at an address is elsewhere, and of an owner whom no remote of the project here has: what its
/// people work on together they run as their own.
pub(in super::super::super) fn is_of_strangers(address: &str, context: &Context<'_>) -> bool {
    let Some((host, _)) = addresses::host_and_path(address).filter(|_| !address.starts_with("file:")) else {
        return address == "*" || address.is_empty();
    };
    let owner = |address: &str| {
        let forge = addresses::forge(address)?;
        let owner = forge.name.split('/').next().unwrap_or_default().to_ascii_lowercase();
        Some((forge.host, owner))
    };
    let (Some(own), Some(top)) = (owner(address), context.top().map(str::to_owned)) else { return true };
    if context.state.world.configuration_changed.is_some() || countersign_model::is_this_machine(&host) {
        return true;
    }
    let repo = super::super::resolve::Repo::open(&Ok(top), Vec::new(), context);
    let names = repo.subsections("remote", context).unwrap_or_default();
    let urls = names.iter().flat_map(|name| repo.values(&format!("remote.{name}.url"), context).unwrap_or_default());
    !urls.filter_map(|url| owner(&url)).any(|known| known == own)
}

/// Says that git makes a repository there, with settings of its own unless the command has put some there before.
pub(super) fn made(target: &Value, context: &mut Context<'_>) {
    let located = crate::paths::locate(target, context);
    if located.why.is_none() && !context.state.world.written.iter().any(|written| written.touches(&located)) {
        context.state.world.cloned.push(located.path);
    }
}

pub(super) fn structure(git: &Git<'_>, context: &mut Context<'_>) {
    let operands = git.operands();
    let first = operands.first().map(|word| word.text()).unwrap_or_default();
    match (git.subcommand.as_str(), first) {
        ("worktree", "list") | ("submodule", "" | "status" | "summary") => context.push(git.here(verbs::GIT_READ)),
        ("worktree", "remove") => operands.iter().skip(1).for_each(|word| worktrees::remove(word, git, context)),
        ("worktree", "prune" | "repair" | "lock" | "unlock") => context.push(git.here(verbs::GIT_BRANCH)),
        ("worktree", "add") if git.words.first().is_some_and(|word| word.known() == Some("add")) => {
            worktrees::add(git.words.get(1..).unwrap_or_default(), git, context);
        }
        ("worktree", _) => {
            context.push(git.here(verbs::GIT_BRANCH));
            operands.iter().skip(1).take(2).for_each(|word| context.write(word));
        }
        ("submodule", "foreach") => {
            let command: Option<Vec<&str>> = operands.iter().skip(1).map(|word| word.known()).collect();
            let value = command.map_or_else(|| Value::unknown("unclear"), |words| Value::Known(words.join(" ")));
            environment::command("git submodule foreach", &value, context);
        }
        // A command as a submodule's way to update stands in git's own settings, which are read with the others.
        ("submodule", "update") => {
            context.push(git.here(verbs::GIT_FETCH));
            let is_forced = git.has_long("--force") || git.has_short('f');
            context.push(git.here(if is_forced { verbs::GIT_DISCARD } else { verbs::GIT_BRANCH }));
        }
        ("submodule", "init" | "sync" | "absorbgitdirs") => context.push(git.here(verbs::GIT_BRANCH)),
        ("submodule", "add") => {
            let address = operands.iter().skip(1).map(|word| word.text()).find(|text| addresses::is_address(text) && !text.starts_with('.'));
            if let Some(url) = address.map(addresses::of_remote) {
                let remote = countersign_model::Remote { name: url.clone(), url: Some(url) };
                context.push(Effect::new(verbs::GIT_FETCH, Resource::Repository { repository: git.repository(Some(remote)) }));
            }
            context.push(config::side_effect(git, "it changes the submodules"));
            // After the address stands the directory; else it goes by the address' last part.
            let mut named = operands.iter().skip(1).map(|word| &word.value);
            let address = named.find(|value| value.known().is_some_and(addresses::is_address));
            let last = || Some(crate::paths::split(address?.known()?.trim_end_matches('/').trim_end_matches(".git")).1.to_owned());
            if let Some(directory) = named.next().cloned().or_else(|| last().map(Value::Known)) {
                context.write_value(&directory);
            }
        }
        ("submodule", _) => context.push(config::side_effect(git, "it changes the submodules")),
        _ => super::beginning::effects(git, context),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn submodules() {
        assert_snapshot!(check("git submodule update --init --recursive"), @"
        git.fetch /repo, read
        git.branch /repo, write
        ");
        assert_snapshot!(check("git submodule update --force"), @"
        git.fetch /repo, read
        git.discard /repo, destroy
        ");
        assert_snapshot!(check("git submodule add https://github.com/a/b.git; git submodule add -b x https://github.com/a/b src/web/s"), @"
        git.fetch repository@https://github.com/a/b.git, read
        git.config /repo, write
        fs.write /repo/b, write
        git.fetch repository@https://github.com/a/b, read
        fs.write /repo/src/web/s, write
        ");
        assert_snapshot!(check("git submodule init; git submodule sync"), @"git.branch /repo, write");
        assert_snapshot!(check("git -c submodule.x.update='!git push origin main' submodule update"), @"
        git.push main@origin, write
        exec.opaque git -c submodule.x.update=.., execute, opaque
        git.fetch /repo, read
        git.branch /repo, write
        exec.opaque git -c submodule.x.update=.. told of submodule.x.update, execute, opaque
        ");
        assert_snapshot!(check("git -c protocol.ext.allow=always submodule update"), @"
        exec.opaque git -c protocol.ext.allow=.., execute, opaque
        git.fetch /repo, read
        git.branch /repo, write
        exec.opaque git -c protocol.ext.allow=.. told of protocol.ext.allow, execute, opaque
        ");
        assert_snapshot!(check("git config submodule.x.update '!git push origin main'; git submodule update"), @"
        fs.write /repo/.git/config, write
        git.config /repo, write
        git.fetch /repo, read
        git.branch /repo, write
        ");
    }
}

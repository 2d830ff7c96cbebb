//! `git push` in all its spellings, and the subcommands that push in other ways.
//!
//! Each ref of a remote that would move is one effect. Whether a push without force is a
//! fast-forward cannot be seen here: that needs history, and is left to the edge.

mod on_this_machine;
mod options;
mod unconfigured;

use countersign_model::{Answer, Certainty, Effect, Question, Remote, Resource, Reversible, verbs};

use super::refspec::{self, Move};
use super::resolve::Tip;
use super::{Git, addresses};
use crate::Workspace as _;
use crate::arguments::{Arguments, Spec, Takes, parse};
use crate::carried::{self, Pushed};
use crate::context::Context;
use crate::environment;
use crate::paths;
use crate::pin::{self, Moved};
use crate::word::Value;

const SPEC: Spec = Spec {
    long: &[
        ("all", Takes::Nothing), ("branches", Takes::Nothing), ("mirror", Takes::Nothing), ("delete", Takes::Nothing), ("tags", Takes::Nothing),
        ("no-tags", Takes::Nothing), ("dry-run", Takes::Nothing), ("no-dry-run", Takes::Nothing), ("porcelain", Takes::Nothing), ("force", Takes::Nothing), ("no-force", Takes::Nothing),
        ("force-with-lease", Takes::Attached), ("no-force-with-lease", Takes::Nothing), ("force-if-includes", Takes::Nothing),
        ("no-force-if-includes", Takes::Nothing), ("recurse-submodules", Takes::Attached), ("no-recurse-submodules", Takes::Nothing),
        ("thin", Takes::Nothing), ("no-thin", Takes::Nothing), ("receive-pack", Takes::Value), ("exec", Takes::Value), ("set-upstream", Takes::Nothing),
        ("progress", Takes::Nothing), ("no-progress", Takes::Nothing), ("prune", Takes::Nothing), ("no-prune", Takes::Nothing), ("no-verify", Takes::Nothing),
        ("verify", Takes::Nothing), ("follow-tags", Takes::Nothing), ("no-follow-tags", Takes::Nothing), ("signed", Takes::Attached), ("no-signed", Takes::Nothing),
        ("atomic", Takes::Nothing), ("no-atomic", Takes::Nothing), ("push-option", Takes::Value), ("repo", Takes::Value), ("ipv4", Takes::Nothing),
        ("ipv6", Takes::Nothing), ("quiet", Takes::Nothing), ("verbose", Takes::Nothing), ("no-quiet", Takes::Nothing), ("no-verbose", Takes::Nothing),
    ],
    short: &[
        ('v', Takes::Nothing), ('q', Takes::Nothing), ('d', Takes::Nothing), ('n', Takes::Nothing), ('f', Takes::Nothing), ('u', Takes::Nothing),
        ('4', Takes::Nothing), ('6', Takes::Nothing), ('o', Takes::Value),
    ],
    abbreviations: true,
    operands_end_options: false,
};

/// Adds the effects of `git push ..`.
pub(super) fn effects(git: &Git<'_>, context: &mut Context<'_>) {
    if git.asks_for_help() {
        context.push(git.here(verbs::GIT_READ));
        return;
    }
    let arguments = parse(git.words, &SPEC);
    for value in arguments.values(&["receive-pack", "exec"]) {
        environment::command("git push --receive-pack", value, context);
    }
    if let Some(why) = unquoted_doubt(&arguments) {
        anything(git, &why, context);
        return;
    }
    let (remote, refspecs) = match arguments.operands.split_first() {
        Some((remote, refspecs)) => (Some(&remote.value), refspecs),
        None => (arguments.value(&["repo"]), [].as_slice()),
    };
    if on_this_machine::effects(git, &arguments, remote, refspecs, context) {
        return;
    }
    let names = match remote {
        Some(Value::Known(name)) => vec![name.clone()],
        Some(value) => {
            anything(git, &format!("the remote is not known: {}", value.text()), context);
            return;
        }
        None => match default_remotes(git, context) {
            Ok(names) => names,
            Err(why) => {
                anything(git, &why, context);
                return;
            }
        },
    };
    names.iter().for_each(|name| started_by_settings(name, git, context));
    if arguments.ends_with(&["dry-run", "n"], "no-dry-run") {
        context.push(git.here(verbs::GIT_READ));
        return;
    }
    for name in &names {
        to_remote(name, &arguments, refspecs, git, context);
    }
}

/// Programs that stored settings make a push start. What is asked here becomes a fact: when it
/// changes, an approval is void.
fn started_by_settings(remote: &str, git: &Git<'_>, context: &mut Context<'_>) {
    if let Some(command) = git.repo.stored("core.sshcommand", context).filter(|command| !environment::is_plain_ssh(command)) {
        environment::command("core.sshcommand", &Value::Known(command), context);
        context.opaque("git push", "the setting core.sshCommand names the program that carries what is pushed");
    }
    for key in [format!("remote.{remote}.receivepack"), format!("remote.{remote}.vcs")] {
        if git.repo.stored(&key, context).is_some() {
            context.opaque("git push", &format!("the setting {key} names a program to run"));
        }
    }
    let Some(root) = git.repo.home() else { return };
    let set = git.repo.stored("core.hookspath", context);
    let folder = match &set {
        Some(path) => paths::normal(root, &path.strip_prefix("~/").map_or_else(|| path.clone(), |below| format!("{}/{below}", context.surroundings.home))),
        None => format!("{}/hooks", git_directory(root, context)),
    };
    let answer = context.workspace.ask(&Question::Path { path: format!("{folder}/pre-push") });
    let elsewhere = set.as_ref().is_some_and(|path| path.starts_with('%') || path.starts_with('~') && !path.starts_with("~/"));
    if elsewhere || set.is_some() && answer != Answer::Absent {
        context.opaque("git push", "a hook outside of git's own folder runs before the push");
    }
}

/// Where the hooks of a working tree are kept: that of a linked one is a file that says so.
fn git_directory(root: &str, context: &Context<'_>) -> String {
    let own = format!("{root}/.git");
    match context.workspace.ask(&Question::Path { path: own.clone() }) {
        Answer::Text { text, .. } => match text.trim().strip_prefix("gitdir: ") {
            Some(path) => paths::normal(root, path.split("/worktrees/").next().unwrap_or(path)),
            None => own,
        },
        _ => own,
    }
}

/// Words that may be options of any kind.
fn unquoted_doubt(arguments: &Arguments<'_>) -> Option<String> {
    if let Some(option) = arguments.unknown.first() {
        return Some(format!("the option {option} is not known"));
    }
    // The source of a refspec may be unknown, but only where the word cannot be an option.
    let mut operands = arguments.operands.iter();
    operands.find_map(|word| match &word.value {
        Value::Unknown { prefix, why, .. } if prefix.is_empty() || !word.raw.starts_with('"') && !word.raw.contains(':') => {
            Some(why.clone())
        }
        _ => None,
    })
}

/// The remotes that a push without one goes to, for every branch that may be checked out.
fn default_remotes(git: &Git<'_>, context: &Context<'_>) -> Result<Vec<String>, String> {
    let repo = &git.repo;
    let mut names: Vec<String> = Vec::new();
    let branches = repo.branches(context)?;
    for branch in if branches.is_empty() { vec![String::new()] } else { branches } {
        let short = branch.strip_prefix("refs/heads/").unwrap_or(&branch);
        let keys = [format!("branch.{short}.pushremote"), "remote.pushdefault".to_owned(), format!("branch.{short}.remote")];
        let mut found = None;
        for key in &keys {
            if found.is_none() {
                found = repo.last(key, context)?;
            }
        }
        let name = match found {
            Some(name) => name,
            None => match repo.subsections("remote", context)?.as_slice() {
                [only] => only.clone(),
                _ => "origin".to_owned(),
            },
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

fn to_remote(
    name: &str,
    arguments: &Arguments<'_>,
    refspecs: &[&crate::word::Word],
    git: &Git<'_>,
    context: &mut Context<'_>,
) {
    let repo = &git.repo;
    let (remotes, doubt) = repo.remotes(name, context);
    if remotes.iter().any(|remote| remote.url.as_deref().is_some_and(addresses::runs_program)) {
        context.opaque("git push", "the address of the remote names a program to run");
    }
    let mut moves = Vec::new();
    let bare = refspecs.is_empty() && !arguments.has(&["all", "branches", "tags", "delete", "d"]);
    // With refspecs git refuses to mirror.
    let mirrors = || repo.is_on(&format!("remote.{name}.mirror"), context).unwrap_or(true);
    if arguments.has(&["mirror"]) || (bare && mirrors()) {
        moves.push(Move { forced: true, ..Move::anything("it makes the remote a mirror") });
        moves.push(Move { source: None, ..Move::anything("it deletes what is not here") });
    } else if arguments.has(&["delete", "d"]) {
        moves.extend(refspecs.iter().flat_map(|word| refspec::deleted(&word.value, repo, context)));
    } else if arguments.has(&["all", "branches"]) {
        moves.push(Move::anything("it pushes every branch"));
    } else if bare {
        moves.extend(refspec::configured(name, repo, context));
    } else {
        moves.extend(explicit(refspecs, name, git, context));
    }
    if arguments.has(&["tags"]) {
        match git.repo.tags(context) {
            Some(tags) => moves.extend(tags.into_iter().map(|tag| Move {
                source: Some(tag.clone()),
                reference: tag,
                forced: false,
                why: None,
            })),
            None => moves
                .push(Move { reference: "refs/tags/*".to_owned(), ..Move::anything("it pushes every tag") }),
        }
    }
    if arguments.has(&["prune"]) {
        moves.push(Move { source: None, ..Move::anything("it deletes what is not here") });
    }
    let plainly = arguments.has(&["force", "f"]);
    let leased = arguments.has(&["force-with-lease", "force-if-includes"]);
    let forced = match (plainly, leased) {
        (true, _) => Forced::Plainly,
        (false, true) => Forced::Leased,
        (false, false) => Forced::Not,
    };
    let moved = push_moves(&moves, forced, &remotes, doubt.as_deref(), git, context);
    companions(name, arguments, &remotes, git, context);
    options::effects(arguments, &remotes, git, context);
    super::exposing::sends(context);
    context.candidates.push(pin::push(git, arguments, name, &remotes, moved, context));
    if moves.is_empty() {
        let why = if arguments.has(&["tags"]) { "there is no tag" } else { "push.default is nothing" };
        context.push(git.here(verbs::GIT_READ).because(why));
    }
}

fn explicit(refspecs: &[&crate::word::Word], name: &str, git: &Git<'_>, context: &Context<'_>) -> Vec<Move> {
    let mut moves = Vec::new();
    let mut words = refspecs.iter();
    while let Some(word) = words.next() {
        if word.known() == Some("tag") {
            let tag = words.next().map(|word| &word.value);
            moves.push(match tag.and_then(Value::known) {
                Some(tag) => {
                    let reference = format!("refs/tags/{tag}");
                    Move { source: Some(reference.clone()), reference, forced: false, why: None }
                }
                None => Move::anything("a tag that is not known"),
            });
        } else {
            moves.extend(refspec::given(word, name, &git.repo, context));
        }
    }
    moves
}

/// Whether a push overwrites.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Forced {
    Not,
    /// Only what was last seen from here: nobody else's work is lost unseen.
    Leased,
    Plainly,
}

/// Adds an effect for each move on each remote; returns them as needed for pinning.
fn push_moves(
    moves: &[Move],
    forced: Forced,
    remotes: &[Remote],
    doubt: Option<&str>,
    git: &Git<'_>,
    context: &mut Context<'_>,
) -> Vec<Moved> {
    let mut all = Vec::new();
    for remote in remotes {
        let brings = moves.iter().any(|found| found.source.is_some());
        let strange = unconfigured::address(remote, git, context).filter(|_| brings);
        if let Some(address) = strange {
            unconfigured::uploads(address, context);
        }
        for found in moves {
            let old = old_tip(found, remote, git, context);
            let new = found.source.as_deref().and_then(|source| git.repo.commit(source, context));
            let verb = match (&found.source, forced != Forced::Not || found.forced) {
                (None, _) => verbs::GIT_DELETE_REMOTE_REF,
                (Some(_), true) => verbs::GIT_FORCE_PUSH,
                (Some(_), false) => verbs::GIT_PUSH,
            };
            let resource = Resource::Ref {
                repository: git.repository(Some(remote.clone())),
                reference: found.reference.clone(),
                old: old.commit(),
                new: new.clone(),
            };
            let mut effect = Effect::new(verb, resource);
            if effect.verb == verbs::GIT_FORCE_PUSH && forced == Forced::Leased && !found.forced {
                effect = effect.reversible(Reversible::Yes);
            } else if effect.verb == verbs::GIT_FORCE_PUSH {
                effect = effect.because("it may overwrite what nobody here has seen; --force-with-lease would not");
            } else if effect.verb == verbs::GIT_DELETE_REMOTE_REF && is_kept(&found.reference, &old, git, context) {
                effect = effect.reversible(Reversible::Yes);
            } else if new.is_some() && old.commit() == new {
                effect = effect.because("the remote has that commit there already, as far as is known here");
            }
            let effect = match found.why.as_deref().or(doubt) {
                Some(why) => effect.certain(Certainty::Partial, why),
                None => effect,
            };
            context.push(if strange.is_some() { unconfigured::doubted(effect) } else { effect });
            let branch = found.reference.strip_prefix("refs/heads/").filter(|branch| !branch.contains('*'));
            let tag = found.reference.starts_with("refs/tags/").then_some(found.reference.as_str());
            if let (Some(branch), Some(new)) = (branch.or(tag), &new) {
                carried::by_push(&Pushed { repo: &git.repo, remote, branch, old: &old, new }, context);
            }
            if let (Some(source), None) = (&found.source, &new) {
                carried::by_own_commits(&git.repo, source, remote, &found.reference, &old, context);
            }
            let exact = found.why.is_none() && doubt.is_none();
            let deletes = found.source.is_none();
            all.push(Moved { reference: found.reference.clone(), old, new, deletes, exact });
        }
    }
    all
}

/// Whether a branch here of the same name has the commits of one that is deleted on a remote, as last seen from here.
fn is_kept(reference: &str, old: &Tip, git: &Git<'_>, context: &Context<'_>) -> bool {
    let is_branch = reference.starts_with("refs/heads/") && !reference.contains('*');
    is_branch && matches!(old, Tip::At(_)) && git.repo.tip(reference, context) == *old
}

/// What the ref names on the remote now, as last seen from here.
fn old_tip(found: &Move, remote: &Remote, git: &Git<'_>, context: &Context<'_>) -> Tip {
    match found.reference.strip_prefix("refs/heads/") {
        Some(branch) if !branch.contains('*') && !addresses::is_address(&remote.name) => {
            git.repo.tip(&format!("refs/remotes/{}/{branch}", remote.name), context)
        }
        _ => Tip::Unknown,
    }
}

/// What goes along with a push: annotated tags, and the submodules' own commits.
fn companions(name: &str, arguments: &Arguments<'_>, remotes: &[Remote], git: &Git<'_>, context: &mut Context<'_>) {
    let follows = arguments.has(&["follow-tags"])
        || (!arguments.has(&["no-follow-tags"]) && git.repo.is_on("push.followtags", context).unwrap_or(false));
    let any = |remote: &Remote, reference: &str, why: &str| {
        let repository = git.repository(Some(remote.clone()));
        let resource = Resource::Ref { repository, reference: reference.to_owned(), old: None, new: None };
        Effect::new(verbs::GIT_PUSH, resource).certain(Certainty::Partial, why)
    };
    if follows {
        let tags = git.repo.tags(context);
        for remote in remotes {
            match &tags {
                Some(tags) => {
                    for reference in tags {
                        let repository = git.repository(Some(remote.clone()));
                        let resource =
                            Resource::Ref { repository, reference: reference.clone(), old: None, new: None };
                        context.push(Effect::new(verbs::GIT_PUSH, resource).because("annotated tags go along"));
                    }
                }
                None => context.push(any(remote, "refs/tags/*", "annotated tags go along")),
            }
        }
    }
    let given = arguments.value(&["recurse-submodules"]).map(|value| value.text().to_owned());
    let configured = || {
        let own = git.repo.last("push.recursesubmodules", context).ok().flatten();
        own.or_else(|| git.repo.is_on("submodule.recurse", context).ok().filter(|on| *on).map(|_| "on-demand".to_owned()))
    };
    let recurse = given.or_else(|| if arguments.has(&["no-recurse-submodules"]) { None } else { configured() });
    if recurse.is_some_and(|mode| !matches!(mode.as_str(), "no" | "check" | "false")) {
        let remote = Remote { name: "*".to_owned(), url: None };
        context.push(any(&remote, "*", &format!("submodules are pushed along with {name}")));
    }
}

/// The worst a push can be: overwriting any ref of any remote.
pub(super) fn anything(git: &Git<'_>, why: &str, context: &mut Context<'_>) {
    let first = git.words.iter().find(|word| word.value.is_unknown() || !word.text().starts_with('-'));
    let known = first.and_then(|word| word.known());
    let remotes = match known.filter(|_| git.subcommand == "push") {
        Some(name) => git.repo.remotes(name, context).0,
        None => vec![Remote { name: "*".to_owned(), url: None }],
    };
    // Where there is no repository git refuses, and no configuration of one could make it overwrite.
    let may_force = |text: &str| text.starts_with(['+', '-']);
    let plain = git.words.iter().all(|word| word.known().is_some_and(|text| !may_force(text)));
    let verb = match git.repo.is_nowhere(context) && git.subcommand == "push" && plain {
        true => verbs::GIT_PUSH,
        false => verbs::GIT_FORCE_PUSH,
    };
    for remote in remotes {
        let repository = git.repository(Some(remote));
        let resource = Resource::Ref { repository, reference: "*".to_owned(), old: None, new: None };
        context.push(Effect::new(verb.clone(), resource).certain(Certainty::Partial, why));
    }
    context.candidates.push(pin::impossible(why));
}

/// Subcommands that push in other ways: what they move is not looked at.
pub(super) fn relatives(git: &Git<'_>, context: &mut Context<'_>) {
    let first = git.operands().first().and_then(|word| word.known()).unwrap_or_default().to_owned();
    let reads = match git.subcommand.as_str() {
        "lfs" => matches!(first.as_str(), "ls-files" | "status" | "env" | "logs" | "version" | "pointer" | "locks"),
        "svn" => matches!(first.as_str(), "log" | "info" | "blame" | "find-rev" | "fetch"),
        "request-pull" => true,
        _ => false,
    };
    let local = match git.subcommand.as_str() {
        "lfs" => matches!(first.as_str(), "install" | "track" | "untrack" | "pull" | "fetch" | "checkout" | "prune"),
        "subtree" => matches!(first.as_str(), "add" | "split" | "merge" | "pull"),
        "svn" => matches!(first.as_str(), "init" | "clone" | "rebase"),
        _ => false,
    };
    if reads {
        context.push(git.here(verbs::GIT_READ));
    } else if local {
        super::local::rewrites(git, context);
        context.push(git.here(verbs::GIT_CONFIG).because("it changes hooks and settings"));
    } else if matches!(git.subcommand.as_str(), "send-email" | "imap-send") {
        let resource = Resource::Host { host: "*".to_owned(), url: None };
        context.push(Effect::new(verbs::NET_SEND, resource).certain(Certainty::Partial, "it sends patches by mail"));
    } else {
        anything(git, &format!("what {} moves is not looked at", git.title()), context);
    }
}

#[cfg(test)]
mod tests;

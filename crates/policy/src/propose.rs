//! The first proposal, from what is seen in a repository: a branch whose workflow delivers on push is
//! production, whatever its name.

use std::collections::BTreeMap;

use countersign_model::Environment;

use countersign_yaml as yaml;

use crate::ci::{Delivery, Refs, github, gitlab};
use crate::seen::{Kind, Named};
use crate::{Example, Proposal, glob, letters, remote};

/// What `countersign init` saw in a repository. Text only: nothing here is believed to be well-formed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Names and addresses of the remotes, as git has them.
    pub remotes: Vec<(String, String)>,
    /// The branch the remote's HEAD names, without `refs/heads/`, if it is known.
    pub default_branch: Option<String>,
    /// Paths within the repository and texts of its CI files (`.github/workflows/*.yml`, `.gitlab-ci.yml`).
    pub workflows: Vec<(String, String)>,
    /// Branches here, without `refs/heads/`.
    pub local_branches: Vec<String>,
    /// Branches of the remotes, without the remote's name.
    pub remote_branches: Vec<String>,
    /// The working tree's top directory, for a repository without remotes.
    pub root: Option<String>,
    /// Names of places in the files of tools.
    pub named: Vec<Named>,
}

/// Proposes a map. Where it is not sure it proposes production and says why.
pub fn propose(seen: &Seen) -> Proposal {
    let mut proposal = Proposal::default();
    let (mut remotes, notes) = remotes(seen);
    proposal.notes.extend(notes);
    remotes.sort();
    remotes.dedup();
    if remotes.is_empty() {
        proposal.repository.roots.extend(seen.root.clone().filter(|root| !letters::hides(root)));
    }
    proposal.repository.remotes = remotes;
    let default = default_branch(seen);
    proposal.repository.default_branch.clone_from(&default);

    let (mut deliveries, notes) = deliveries(&seen.workflows, default.as_deref());
    proposal.notes.extend(notes);
    for delivery in &mut deliveries {
        delivery.refs = usable(std::mem::take(&mut delivery.refs));
    }
    // Always there to be filled in.
    proposal.environments.entry(Environment::Production).or_default();
    map(&mut proposal, deliveries);
    name(&mut proposal, &seen.named);
    proposal.tests = tests(&proposal);
    if seen.workflows.is_empty() {
        proposal.notes.push(
            "No CI file was found. If something else delivers from a branch, name that branch under production."
                .to_owned(),
        );
    }
    proposal
}

/// What people should know of the remotes that a map leaves out.
pub fn left_out(seen: &Seen) -> Vec<String> {
    remotes(seen).1
}

/// The addresses that a map can have, and what people should know of those that are left out.
fn remotes(seen: &Seen) -> (Vec<String>, Vec<String>) {
    let (mut usable, mut notes) = (Vec::new(), Vec::new());
    for (name, address) in &seen.remotes {
        let normal = remote::normalise(address);
        match unusable(name, &normal) {
            Some(note) if notes.contains(&note) => {}
            Some(note) => notes.push(note),
            None => usable.push(normal),
        }
    }
    (usable, notes)
}

/// Why the map leaves a remote out, without its address.
fn unusable(name: &str, normal: &str) -> Option<String> {
    if letters::hides(normal) || letters::hides(name) {
        return Some(
            "The address of a remote holds characters that are not shown, and is left out: see `git remote -v`."
                .to_owned(),
        );
    }
    if !remote::is_unclear(normal) && (remote::refuse(normal).is_some() || normal.starts_with('!')) {
        return Some(format!(
            "The address of the remote `{name}` has a character that no pattern has, and is left out: list it under \
             `repository.remotes` as `git remote get-url {name}` shows it, with `*` for each such character."
        ));
    }
    remote::is_unclear(normal).then(|| {
        format!(
            "The address of the remote `{name}` may hold a login, and leaves open which host it means, so it is left \
             out: set it anew without one, `git remote set-url {name} …`."
        )
    })
}

/// What pushes set off by the CI files of a repository, given as paths and texts, and what else people should know.
pub fn deliveries(files: &[(String, String)], default: Option<&str>) -> (Vec<Delivery>, Vec<String>) {
    let (mut deliveries, mut notes) = (Vec::new(), Vec::new());
    let mut workflows = Vec::new();
    for (path, text) in files {
        match yaml::read(text) {
            Ok(node) if is_gitlab(path) => {
                let (found, said) = gitlab::deliveries(path, &node, default);
                deliveries.extend(found);
                notes.extend(said);
            }
            Ok(node) => workflows.push(github::Workflow { path: path.clone(), node }),
            Err(error) => deliveries.push(Delivery {
                file: path.clone(),
                environment: Environment::Production,
                refs: Refs::branch(default.unwrap_or("**")),
                why: format!("{path} cannot be read ({error}), so it may deliver"),
            }),
        }
    }
    let (found, said) = github::deliveries(&workflows, default);
    deliveries.extend(found);
    notes.extend(said);
    (deliveries, notes)
}

/// A name that says production is proposed as such, which can only hold more; any other is shown to choose from. So is a
/// directory of the repository itself: to edit what is in it changes nothing until it is pushed or applied.
fn name(proposal: &mut Proposal, named: &[Named]) {
    let production = proposal.environments.entry(Environment::Production).or_default();
    for named in named {
        if named.holds_login() {
            let note = format!("A name in {} holds a login, and is left out.", named.from);
            if !proposal.notes.contains(&note) {
                proposal.notes.push(note);
            }
            continue;
        }
        let list = named.kind.of(&mut production.places);
        let pattern = named.pattern();
        if list.contains(&pattern) {
            continue;
        }
        let (says_it, is_own) = (named.says_production(), named.kind == Kind::Directory);
        // What is a file that opens production is within reach of tests and builds: that is for people to say.
        if says_it && !is_own && named.kind != Kind::Credential {
            list.push(pattern.clone());
            production.reasons.insert((named.kind.list(), pattern), format!("{} names it", named.from));
        } else if (says_it || !is_own) && named.is_usable() && !proposal.named.contains(named) {
            proposal.named.push(named.clone());
        }
    }
}

/// Examples to begin with: what waits by this map, and what does not.
fn tests(proposal: &Proposal) -> Vec<Example> {
    let production = proposal.environments.get(&Environment::Production);
    let branches = production.map(|listed| listed.places.branches.as_slice()).unwrap_or_default();
    let is_plain = |branch: &&String| {
        branch.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte))
            && branch.starts_with(|letter: char| letter.is_ascii_alphanumeric())
    };
    let branch = branches.iter().find(is_plain).filter(|_| !proposal.repository.remotes.is_empty());
    let push = branch.map(|branch| Example::command(&format!("git push origin {branch}"), "hold"));
    push.into_iter().chain([Example::command("git status", "allow")]).collect()
}

fn is_gitlab(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.contains("gitlab-ci"))
}

/// Everything a push sets off, as one list of patterns for each environment.
fn map(proposal: &mut Proposal, deliveries: Vec<Delivery>) {
    let mut refs: BTreeMap<Environment, Refs> = BTreeMap::new();
    for delivery in deliveries {
        let listed = proposal.environments.entry(delivery.environment).or_default();
        let delivered = [("branches", &delivery.refs.branches), ("tags", &delivery.refs.tags)];
        for (list, pattern) in
            delivered.into_iter().flat_map(|(list, all)| all.iter().map(move |one| (list, one)))
        {
            listed.reasons.entry((list, pattern.clone())).or_insert_with(|| delivery.why.clone());
        }
        let all = refs.entry(delivery.environment).or_default();
        *all = std::mem::take(all).or(delivery.refs);
    }
    for (environment, Refs { branches, tags }) in refs {
        let listed = proposal.environments.entry(environment).or_default();
        listed.places.branches = branches;
        listed.places.tags = tags;
    }
}

/// What cannot be a pattern here could be any name.
fn usable(refs: Refs) -> Refs {
    let usable = |patterns: Vec<String>| {
        let all = |pattern: &String| glob::refuse(pattern).is_some() || letters::hides(pattern);
        if patterns.iter().any(all) { vec!["**".to_owned()] } else { patterns }
    };
    Refs { branches: usable(refs.branches), tags: usable(refs.tags) }
}

/// The remote's default branch, or the one that by custom would be it.
fn default_branch(seen: &Seen) -> Option<String> {
    let known = |name: &str| {
        let all = if seen.remote_branches.is_empty() { &seen.local_branches } else { &seen.remote_branches };
        all.iter().any(|branch| branch == name).then(|| name.to_owned())
    };
    seen.default_branch
        .clone()
        .or_else(|| ["main", "master", "trunk", "develop"].into_iter().find_map(known))
        .or_else(|| match seen.local_branches.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        })
}

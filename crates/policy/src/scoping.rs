//! What of a call is outside of the task, and outside of what.
//!
//! A task only ever tightens: without one, or where its scope says nothing of a kind of thing, nothing is outside.
//! Where a name could be any of several, all of them must be inside.
//!
//! Reading changes nothing, so it is outside only of hosts, tools and environments that are named. What a build
//! leaves in its own directories and what is temporary is no part of the work either.

use countersign_model::{
    Access, Effect, Environment, PathClass, Place, Resource, TaskScope, Zone, is_within, verbs,
};
use serde::{Deserialize, Serialize};

use crate::map::EnvironmentMap;
use crate::sentence::plain;
use crate::{Context, classify, glob, remote, request, risk};

mod counts;
mod hosts;

pub use counts::{Whole, alone, changed_file, changed_files, opened};

/// The task of a call, and what its session has done of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnderTask {
    /// What it is, a line.
    pub title: String,
    /// The top of its working tree.
    pub root: String,
    /// How far it goes.
    #[serde(default)]
    pub scope: TaskScope,
    /// Pull requests that the session opened.
    #[serde(default)]
    pub pull_requests: u32,
    /// Different files that the session changed.
    #[serde(default)]
    pub files: u32,
    /// Files of this call that are among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub again: Vec<String>,
    /// Other working trees that files of this call lie in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trees: Vec<String>,
    /// Other open tasks that count as well: of where the call is made, and of what it changes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<UnderTask>,
}

impl UnderTask {
    /// This task and all beside it.
    fn all(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.beside)
    }
}

/// Something that is outside of the task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside {
    /// Which part of the scope, as policies name it.
    pub part: &'static str,
    /// What is outside of what, for people.
    pub sentence: String,
}

/// What of the effect is outside of a task that counts.
pub fn outside(effect: &Effect, whole: &Whole, context: &Context, map: &EnvironmentMap) -> Vec<Outside> {
    let tasks = context.task.iter().flat_map(UnderTask::all);
    let mut found: Vec<Outside> = Vec::new();
    for (index, task) in tasks.enumerate() {
        for one in outside_of(task, effect, map).into_iter().chain(whole.over(index, effect, task)) {
            if !found.contains(&one) {
                found.push(one);
            }
        }
    }
    found
}

/// What of the effect is outside of one task, but for its limits.
fn outside_of(task: &UnderTask, effect: &Effect, map: &EnvironmentMap) -> Vec<Outside> {
    let scope = &task.scope;
    let changes = risk::access(effect) != Access::Read;
    let away = effect.resource.place() == Place::Remote;
    let mut found = Vec::new();
    let mut check =
        |part: &'static str, patterns: &[String], name: Option<String>, inside: &dyn Fn(&str) -> bool| {
            if let Some(name) = name.filter(|name| !patterns.is_empty() && !inside(name)) {
                found.push(Outside { part, sentence: is_outside(&name, patterns) });
            }
        };
    if changes {
        let path = work_file(effect, &task.root).map(|path| below(&path, &task.root).to_owned());
        check("paths", &scope.paths, path, &|name| path_inside(&scope.paths, name));
        let address = repository(&effect.resource).or_else(|| tree_of(effect, task));
        let address = address.filter(|address| *address != task.root);
        let patterns: Vec<String> = scope.repositories.iter().map(|pattern| address_of(pattern)).collect();
        check("repositories", &scope.repositories, address, &|name| inside(&patterns, name));
        check("branches", &scope.branches, branch(effect), &|name| inside(&scope.branches, name));
    }
    let hosts: Vec<String> = scope.hosts.iter().map(|pattern| hosts::pattern(pattern)).collect();
    // Asked for only where a task names some.
    let spoken_to = if hosts.is_empty() { Vec::new() } else { hosts::of(effect) };
    for host in spoken_to {
        check("hosts", &scope.hosts, Some(host), &|name| inside(&hosts, name));
    }
    if let Resource::Tool { server: Some(server), name } = &effect.resource {
        let full = format!("{server}/{name}");
        let is_inside = |full: &str| inside(&scope.tools, full) || servers(&scope.tools, server, full);
        check("tools", &scope.tools, Some(full), &is_inside);
    }
    let environments: Vec<String> = scope.environments.iter().map(ToString::to_string).collect();
    check("environments", &environments, environment(effect, changes, away, map), &|name| {
        environments.iter().any(|known| known == name)
    });
    // What a push brings is said by the push.
    if let Some(allowed) = &scope.allow
        && changes
        && away
        && effect.verb.area() != "change"
        && !allowed.iter().any(|word| allows(word, effect))
    {
        let sentence = if allowed.is_empty() {
            format!("`{}` is outside the task, which stays in the workspace", plain(effect.verb.as_str()))
        } else {
            is_outside(effect.verb.as_str(), allowed)
        };
        found.push(Outside { part: "verbs", sentence });
    }
    found
}

fn is_outside(name: &str, patterns: &[String]) -> String {
    let mut list: Vec<String> =
        patterns.iter().take(3).map(|pattern| format!("`{}`", plain(pattern))).collect();
    if patterns.len() > list.len() {
        list.push("…".to_owned());
    }
    format!("`{}` is outside the task's {}", plain(name), list.join(", "))
}

/// The file that an effect changes, wherever it is, but for what is temporary or can be built again. What is in the
/// working tree `root` is work, wherever that is.
fn work_file(effect: &Effect, root: &str) -> Option<String> {
    match &effect.resource {
        Resource::Path { class: PathClass::Rebuildable, .. } => None,
        Resource::Path { zone: Zone::Temporary, path, .. } if below(path, root) == path => None,
        Resource::Path { path, .. } => Some(path.clone()),
        // Which files a merge changes is not known.
        Resource::Repository { repository } if effect.verb == verbs::GIT_MERGE => {
            Some(format!("{}/*", repository.root.as_deref().unwrap_or(root).trim_end_matches('/')))
        }
        _ => None,
    }
}

/// The other working tree that a file lies in.
fn tree_of(effect: &Effect, task: &UnderTask) -> Option<String> {
    let path = work_file(effect, &task.root)?;
    let holds = |tree: &&String| is_within(&path, tree);
    task.trees.iter().filter(holds).max_by_key(|tree| tree.len()).cloned()
}

/// The path from the task's working tree, where it is in it.
fn below<'p>(path: &'p str, root: &str) -> &'p str {
    path.strip_prefix(root.trim_end_matches('/')).and_then(|rest| rest.strip_prefix('/')).unwrap_or(path)
}

/// The repository that is meant; what is only read of it does not get here.
fn repository(resource: &Resource) -> Option<String> {
    match resource {
        Resource::Ref { repository, .. } | Resource::Repository { repository } => {
            Some(request::address(repository))
        }
        Resource::PullRequest { repository, .. } | Resource::Forge { repository, .. } => {
            Some(request::forge_address(repository))
        }
        _ => None,
    }
}

/// A pattern in the one spelling of addresses.
fn address_of(pattern: &str) -> String {
    match pattern.strip_prefix('!') {
        Some(exception) => format!("!{}", remote::normalise(exception)),
        None => remote::normalise(pattern),
    }
}

/// The branch that moves, or the name of another ref that does.
fn branch(effect: &Effect) -> Option<String> {
    let name = match &effect.resource {
        Resource::Ref { reference, .. } => reference,
        Resource::PullRequest { head: Some(head), .. } if effect.opens_pull_request() => head,
        _ => return None,
    };
    let name = name.strip_prefix("refs/heads/").unwrap_or(name);
    // HEAD is local and moves with every commit.
    (name != "HEAD").then(|| name.to_owned())
}

/// The environment, where it bears on a task: what is done on this machine is development, and what nobody has named
/// may be read, and worked on with others.
fn environment(effect: &Effect, changes: bool, away: bool, map: &EnvironmentMap) -> Option<String> {
    let bears = match effect.environment {
        Environment::Development => away && changes,
        Environment::Unknown => changes && away && !classify::is_collaboration(effect, map),
        Environment::Staging | Environment::Production => true,
    };
    let local = effect.environment == Environment::Development && !away;
    (bears && !local).then(|| effect.environment.to_string())
}

/// Whether a task's word is for what an effect does: two of everyday use share a verb.
fn allows(word: &str, effect: &Effect) -> bool {
    let verb = effect.verb.as_str();
    let is_meant = match word {
        "pr.open" => effect.opens_pull_request(),
        "pr.edit" => !effect.opens_pull_request(),
        _ => true,
    };
    let word = verb_of(word);
    is_meant && (word == verb || word == request::area(verb))
}

/// Words of everyday use, and the verbs they stand for.
pub const EVERYDAY: [(&str, &str); 4] = [
    ("pr.open", "forge.pull-request"),
    ("pr.edit", "forge.pull-request"),
    ("pr.comment", "forge.comment"),
    ("pr.merge", "forge.merge"),
];

/// The verb that a word of everyday use stands for.
pub fn verb_of(word: &str) -> &str {
    EVERYDAY.iter().find(|(everyday, _)| *everyday == word).map_or(word, |(_, verb)| verb)
}

/// Whether the server itself is on the list, and no exception names the tool.
fn servers(patterns: &[String], server: &str, full: &str) -> bool {
    let excepted = patterns.iter().filter_map(|pattern| pattern.strip_prefix('!'));
    inside(patterns, server) && !excepted.into_iter().any(|exception| glob::matches(exception, full))
}

/// The patterns, of which one that is a path stands for what lies below it as well.
fn with_what_is_below(patterns: &[String]) -> Vec<String> {
    let each = patterns.iter().flat_map(|pattern| {
        let path = pattern.trim_end_matches('/');
        let is_path = !pattern.contains(['*', '?']) && !path.trim_start_matches('!').is_empty();
        let first = if is_path { path } else { pattern };
        [Some(first.to_owned()), is_path.then(|| format!("{path}/**"))]
    });
    each.flatten().collect()
}

/// A directory is inside where all that is below it is. Patterns of the shell stand for whatever they could be.
fn path_inside(patterns: &[String], name: &str) -> bool {
    let patterns = &with_what_is_below(patterns);
    let open = name.find(['?', '[']).and_then(|at| name.get(..at)).map(|start| format!("{start}*"));
    let name = open.as_deref().unwrap_or(name);
    let excepted = patterns.iter().filter_map(|pattern| pattern.strip_prefix('!'));
    if excepted.into_iter().any(|exception| holds_excepted(exception, name)) {
        return false;
    }
    inside(patterns, name)
        || (patterns.iter().any(|pattern| pattern.strip_suffix("/**") == Some(name))
            && inside(patterns, &format!("{name}/*")))
}

/// Whether what is excepted is all of a directory, or stands in it.
fn holds_excepted(exception: &str, name: &str) -> bool {
    let top = exception.strip_suffix("/**").or_else(|| exception.strip_suffix("/*")).unwrap_or(exception);
    let start = glob::literal_start(exception);
    glob::matches(top, name) || start.strip_prefix(name).is_some_and(|rest| rest.starts_with('/'))
}

/// Whether all that a name could be is on the list.
fn inside(patterns: &[String], name: &str) -> bool {
    // No pattern holds a control character, so that it stands for whatever the name leaves open.
    let any = name.replace('*', "\u{1}/\u{1}");
    patterns.iter().fold(false, |is_inside, pattern| match pattern.strip_prefix('!') {
        Some(exception) => is_inside && !glob::matches(exception, name),
        None => is_inside || glob::matches(pattern, &any),
    })
}

//! Which environment each effect lands in, by the bundle's map. What is not known is taken as the
//! worst it can be.

mod buckets;
mod covered;
pub(crate) mod servers;
mod stacks;
mod told;

use countersign_model::{
    Certainty, Effect, Environment, ForgeRepository, PathClass, Repository, Resource, Verb, host_alone,
    host_groups, is_cluster_of_this_machine, is_this_machine, page_action, verbs, works_here,
};

use crate::map::{EnvironmentMap, Places};
use crate::sentence::plain;
use crate::{Bundle, glob, names, remote};

/// Fills in the environment of every effect. `tree` is the working tree that the call is made in, where that is known:
/// paths of the map that do not start at the root are looked for from its top.
pub fn classify(effects: &mut [Effect], bundle: &Bundle, tree: Option<&str>) {
    for effect in effects {
        let found = environment(effect, bundle.map(), tree);
        effect.environment = servers::raised(effect, found, bundle.map());
        let Some(suspicion) = suspicion(effect, bundle.map(), tree) else { continue };
        effect.because = match effect.because.take() {
            Some(because) if because.ends_with(&suspicion) => Some(because),
            Some(because) => Some(format!("{because}; {suspicion}")),
            None => Some(suspicion),
        };
    }
}

/// The pattern of the map by which a thing lands where it does, if only since not all of its name is known.
fn suspicion(effect: &Effect, map: &EnvironmentMap, tree: Option<&str>) -> Option<String> {
    let resource = &effect.resource;
    match resource {
        Resource::Path { path, .. } => covered::suspicion(map, effect, path, tree),
        Resource::Host { host, .. } if host.contains('*') => {
            names::suspicion(map, |places| &places.hosts, &[host])
        }
        Resource::Cluster { .. } => {
            let listed = listed_cluster(resource, map);
            names::suspicion(map, |places| &places.kube_contexts, &borrowed(&listed))
        }
        Resource::Cloud { account, .. } if account.contains('*') => {
            names::suspicion(map, |places| &places.accounts, &[account])
        }
        Resource::Database { host, database, .. } => {
            let listed = listed_database(host, database.as_deref(), map);
            names::suspicion(map, |places| &places.databases, &borrowed(&listed))
        }
        _ => None,
    }
}

/// By which pattern of the map a tag lands where it does: of a branch one expects it, of a tag one has to be told.
pub fn listed_tags(effect: &Effect, map: &EnvironmentMap) -> Option<String> {
    let Resource::Ref { reference, .. } = &effect.resource else { return None };
    let Name::Tag(tag) = Name::of(reference) else { return None };
    let matches = |pattern: &&String| glob::in_list_any_case(std::slice::from_ref(*pattern), tag);
    let pattern = map.places(effect.environment)?.tags.iter().rfind(matches)?;
    Some(format!("the map has tags like `{}` under {}", plain(pattern), effect.environment))
}

fn borrowed(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

/// The names under which the map may list a database. One of this machine, of which only the server or the file is
/// known, is not taken for one that a pattern finds anywhere, such as `*/billing`: the pattern must name the host.
fn listed_database(host: &str, database: Option<&str>, map: &EnvironmentMap) -> Vec<String> {
    let mut listed = vec![host.to_owned()];
    let full = format!("{host}/{}", database.unwrap_or("*"));
    // Whoever lists a variable by its own name says what it holds.
    let is_said =
        host.starts_with('$') && map.environments.values().any(|places| is_in(&places.databases, host));
    let own = is_said || host.starts_with('/') || is_this_machine(host);
    let start = if is_said { format!("{host}/") } else { host.to_owned() };
    if !own || !full.contains('*') || names_start(map, |places| &places.databases, &start) {
        listed.push(full);
    }
    // Of a variable that nobody lists only its name is known: it may hold the address of any.
    let is_listed = || map.worst(|places| glob::in_list_any_case(&places.databases, host)).is_some();
    if host.starts_with('$') && database.is_none_or(|name| name.contains('*')) && !is_listed() {
        listed.push("*".to_owned());
    }
    listed
}

/// Whether a list has exactly this name.
fn is_in(list: &[String], name: &str) -> bool {
    list.iter().any(|listed| listed.eq_ignore_ascii_case(name))
}

/// The names under which the map may list a cluster's namespace, in the same way.
fn listed_cluster(resource: &Resource, map: &EnvironmentMap) -> Vec<String> {
    let Resource::Cluster { context, namespace, object, name } = resource else { return Vec::new() };
    let namespace = if object == "namespace" { Some(name) } else { namespace.as_ref() };
    // A name may say besides where its server is; the map goes by the context's own.
    let own = context.split_once(" at ").map_or(context.as_str(), |(own, _)| own);
    let full = format!("{own}/{}", namespace.map_or("*", String::as_str));
    let here = is_cluster_of_this_machine(context);
    let mut listed = vec![own.to_owned()];
    if !here || !full.contains('*') || names_start(map, |places| &places.kube_contexts, own) {
        listed.push(full);
    }
    listed
}

/// Whether a pattern of the map starts with the whole of a name.
fn names_start(map: &EnvironmentMap, list: impl Fn(&Places) -> &Vec<String>, name: &str) -> bool {
    let starts = |pattern: &String| {
        let pattern = pattern.trim_start_matches('!');
        pattern.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    // What is development by that pattern is so by its name already.
    let others = map.environments.iter().filter(|(environment, _)| **environment != Environment::Development);
    others.into_iter().any(|(_, places)| list(places).iter().any(starts))
}

/// Whether the effect is work offered to others who decide on it: a comment, a pull request, or a
/// push to a branch that by its name is nobody's trunk and nobody's production, with the files it brings there.
pub fn is_collaboration(effect: &Effect, map: &EnvironmentMap) -> bool {
    if let Resource::Change { base: Some(base), .. } = &effect.resource {
        return matches!(Name::of(base), Name::Branch(branch) if !is_trunk(branch, map));
    }
    if effect.certainty != Certainty::Exact {
        return false;
    }
    match &effect.resource {
        Resource::Ref { repository, reference, .. } if effect.verb == verbs::GIT_PUSH => {
            let url = repository.remote.as_ref().and_then(|remote| remote.url.as_deref());
            let mapped = map.speaks_of(url, repository.root.as_deref());
            match Name::of(reference) {
                Name::Branch(branch) => !is_trunk(branch, map) && is_on_own_forge(url, map),
                Name::Tag(tag) => {
                    mapped && !production(map, |places| glob::in_list_any_case(&places.tags, tag))
                }
                Name::Any | Name::Other => false,
            }
        }
        Resource::PullRequest { .. } | Resource::Forge { .. } => is_talk(&effect.verb),
        _ => false,
    }
}

/// Whether a remote is on a host that one of the map's remotes is on, where it names any: a branch offered there, to a fork
/// too, stays with those who decide; what goes to another host leaves them.
fn is_on_own_forge(url: Option<&str>, map: &EnvironmentMap) -> bool {
    let remotes = &map.repository.remotes;
    let host = |address: &str| address.split('/').next().unwrap_or_default().to_owned();
    let Some(own) = url.map(|url| host(&remote::normalise(url))) else { return true };
    let is_listed = || remotes.iter().any(|pattern| glob::matches(&host(pattern), &own));
    !remote::is_unclear(&own) && (own.is_empty() || remotes.is_empty() || is_listed())
}

pub(crate) fn environment(effect: &Effect, map: &EnvironmentMap, tree: Option<&str>) -> Environment {
    match &effect.resource {
        Resource::Ref { repository, reference, .. } => of_ref(effect, repository, reference, map),
        Resource::Repository { repository } => of_repository(effect, repository, map),
        // To read one changes none of the branches it may go to.
        Resource::PullRequest { repository, base, .. } if !is_talk(&effect.verb) && !is_read(effect) => {
            of_forge(repository, effect, map, base.as_deref().unwrap_or("*"))
        }
        Resource::Forge { repository, reference, .. } if effect.verb == verbs::FORGE_WORKFLOW => {
            of_forge(repository, effect, map, reference.as_deref().unwrap_or("*"))
        }
        Resource::PullRequest { repository, .. } | Resource::Forge { repository, .. } => {
            if !speaks_of_forge(map, repository) {
                Environment::Unknown
            } else if is_talk(&effect.verb) || is_read(effect) {
                Environment::Development
            } else {
                of_whole(map)
            }
        }
        Resource::Path { path, class, .. } => {
            let reads_secret = *class == PathClass::Secret && is_read(effect);
            let own = || if reads_secret { of_secret_file(path) } else { Environment::Development };
            map.worst(|places| covered::by(places, effect, path, tree)).unwrap_or_else(own)
        }
        Resource::Host { host, .. } => of_host(host, map),
        // What a program nobody knows speaks to is where it acts.
        Resource::Program { .. }
            if [verbs::EXEC_OPAQUE, verbs::EXEC_HIDDEN].contains(&effect.verb)
                && effect.speaks_to.iter().any(|host| of_host(host, map) == Environment::Production) =>
        {
            Environment::Production
        }
        Resource::Program { name } => told::of(effect, name, map),
        Resource::Tool { server: None, .. } => Environment::Development,
        Resource::Tool { server: Some(server), name } => {
            let full = format!("{server}/{name}");
            // A name that says it is of one machine is the agent's own word here.
            let found = names::of(map, |places| &places.mcp_servers, &[server, &full], &["", server]);
            // A page of a browser is the developer's own unless the map says what the browser is for.
            // So is what a server of this machine keeps there, and what is said to a project's people.
            let is_own = [verbs::MCP_WRITE, verbs::MCP_SEND].contains(&effect.verb)
                && (page_action(server, name).is_some() || works_here(server, name));
            let is_listed = lists_server(map, server, &full);
            if !is_listed && effect.acts_in.iter().any(|place| names::says_production(place)) {
                Environment::Production
            } else if is_own && found == Environment::Unknown && !is_listed {
                Environment::Development
            } else {
                found
            }
        }
        Resource::Cluster { context, namespace, object, name } => {
            let namespace = if object == "namespace" { Some(name) } else { namespace.as_ref() };
            let listed = listed_cluster(&effect.resource, map);
            let names: [&str; 2] = [context, namespace.map_or("", |name| name)];
            let found = names::of(map, |places| &places.kube_contexts, &borrowed(&listed), &names);
            of_other_name(context, namespace.map_or("", |name| name), found, map)
        }
        Resource::Cloud { provider, account, name, .. } => {
            let full = format!("{provider}:{account}");
            let found = names::of(map, |places| &places.accounts, &[account, &full], &[account, name]);
            buckets::raised(&effect.resource, found, map)
        }
        Resource::Database { host, database, .. } => {
            let listed = listed_database(host, database.as_deref(), map);
            let names = [host, database.as_deref().unwrap_or("*")];
            let found = names::of(map, |places| &places.databases, &borrowed(&listed), &names);
            of_database(host, found, map)
        }
        Resource::Stack { directory, workspace, target, .. } => {
            stacks::of(map, directory, workspace.as_deref().unwrap_or_default(), target, tree)
        }
        Resource::App { platform, name, target } => {
            let full = format!("{platform}:{name}");
            let target = target.as_deref().unwrap_or_default();
            names::of(map, |places| &places.apps, &[name, &full, target], &[name, target])
        }
        Resource::Container { host: None, .. } => Environment::Development,
        Resource::Container { host: Some(host), .. } => of_host(host, map),
        // Who fetches what is published looks into nothing.
        Resource::Package { .. } if effect.verb == verbs::PACKAGE_READ => Environment::Development,
        Resource::Package { registry, name } => {
            let full = format!("{registry}/{name}");
            names::of(map, |places| &places.registries, &[registry, &full], &[registry])
        }
        // Where it is brought to is an effect of its own, and tells a trunk from a branch of one's own; what
        // it is decides here.
        Resource::Change { .. } => Environment::Development,
        Resource::Secret { store, name } => {
            let full = format!("{store}:{name}");
            // Which one of a store that is a part of something is not known: it is none of what has its own name.
            let own = if store.contains(' ') && name.contains('*') { "" } else { name };
            let lists = |places: &Places| {
                [&full, own].iter().any(|name| glob::in_list_any_case(&places.credentials, name))
            };
            let is_listed = map.worst(lists).is_some();
            let by_name = names::of(map, |places| &places.credentials, &[&full, own], &["", name]);
            if is_listed || by_name != Environment::Unknown { by_name } else { of_store(store, map, tree) }
        }
    }
}

/// Whether the map has an opinion of a server or one of its tools.
fn lists_server(map: &EnvironmentMap, server: &str, tool: &str) -> bool {
    map.worst(|places| {
        let own = |pattern: &String| {
            let pattern = [pattern.trim_start_matches('!').to_owned()];
            glob::in_list_any_case(&pattern, server) || glob::in_list_any_case(&pattern, tool)
        };
        places.mcp_servers.iter().any(own)
    })
    .is_some()
}

fn of_ref(effect: &Effect, repository: &Repository, reference: &str, map: &EnvironmentMap) -> Environment {
    let Some(remote) = &repository.remote else {
        return Environment::Development;
    };
    if !map.speaks_of(remote.url.as_deref(), repository.root.as_deref()) {
        return Environment::Unknown;
    }
    if is_read(effect) {
        return Environment::Development;
    }
    // Something about a partial effect is not known, and it may be which ref.
    let reference = if effect.certainty == Certainty::Exact { reference } else { "*" };
    let environment = of_mapped_ref(reference, map);
    // An address that is not known may be the mapped one or any other.
    if remote.url.is_none() { environment.max(Environment::Unknown) } else { environment }
}

/// A whole repository: on a remote, a change may reach every ref it has.
fn of_repository(effect: &Effect, repository: &Repository, map: &EnvironmentMap) -> Environment {
    let Some(remote) = &repository.remote else {
        return Environment::Development;
    };
    if !map.speaks_of(remote.url.as_deref(), repository.root.as_deref()) {
        Environment::Unknown
    } else if is_read(effect) {
        Environment::Development
    } else {
        of_whole(map)
    }
}

fn of_forge(repository: &ForgeRepository, effect: &Effect, map: &EnvironmentMap, base: &str) -> Environment {
    if !speaks_of_forge(map, repository) {
        return Environment::Unknown;
    }
    let base = if effect.certainty == Certainty::Exact { base } else { "*" };
    of_mapped_ref(base, map)
}

/// Where a change to a ref of the mapped repository lands.
fn of_mapped_ref(reference: &str, map: &EnvironmentMap) -> Environment {
    match Name::of(reference) {
        Name::Branch(branch) => map
            .worst(|places| glob::in_list_any_case(&places.branches, branch))
            .unwrap_or_else(|| of_unlisted_branch(branch, map.repository.default_branch.as_deref())),
        Name::Tag(tag) => {
            map.worst(|places| glob::in_list_any_case(&places.tags, tag)).unwrap_or(Environment::Unknown)
        }
        Name::Any => of_whole(map),
        Name::Other => Environment::Unknown,
    }
}

/// Where a change to a branch lands that the map does not list: its name may raise.
fn of_unlisted_branch(branch: &str, default: Option<&str>) -> Environment {
    let is_default = default.is_some_and(|default| default.eq_ignore_ascii_case(branch));
    // Work gathers in these without that anything hangs on them yet.
    let gathers = |branch: &str| branch.starts_with("develop") || branch.starts_with("hotfix");
    if names::branch_says_production(branch) {
        Environment::Production
    } else if is_default
        || (is_usual_trunk(branch) && !(default.is_some() && gathers(&branch.to_ascii_lowercase())))
    {
        Environment::Unknown
    } else {
        Environment::Development
    }
}

/// Where a change lands that could be to anything of the mapped repository.
fn of_whole(map: &EnvironmentMap) -> Environment {
    if map.has_production_refs() { Environment::Production } else { Environment::Unknown }
}

fn of_host(host: &str, map: &EnvironmentMap) -> Environment {
    let host = host.trim_end_matches('.');
    let found = names::of(map, |places| &places.hosts, &[host, host_alone(host)], &[host]);
    // What it is called elsewhere may make it worse, and no better.
    let listed = host_groups(host).filter_map(|name| names::listed_as(map, |places| &places.hosts, &[name]));
    listed.filter(|environment| *environment == Environment::Production).fold(found, Environment::max)
}

/// Where a database is whose server the map may list among the hosts: of both, the worst counts.
fn of_database(host: &str, found: Environment, map: &EnvironmentMap) -> Environment {
    let is_name = !host.starts_with(['/', '$']) && !is_this_machine(host) && host != "*";
    let host = names::listed_as(map, |places| &places.hosts, &[host, host_alone(host)]).filter(|_| is_name);
    match (found, host) {
        (Environment::Unknown, Some(host)) => host,
        (found, Some(host)) => found.max(host),
        (found, None) => found,
    }
}

/// What a file of secrets is for by the words of its name: `.env.production`.
fn of_secret_file(path: &str) -> Environment {
    let name = path.rsplit('/').next().unwrap_or(path);
    if names::says_production(name) {
        Environment::Production
    } else if names::says_staging(name) {
        Environment::Staging
    } else {
        Environment::Development
    }
}

/// What the cluster's other name makes of a context that leads there, `dev at cluster prod`: worse, if anything.
fn of_other_name(context: &str, namespace: &str, found: Environment, map: &EnvironmentMap) -> Environment {
    let Some((_, other)) = context.split_once(" at cluster ") else { return found };
    let full = format!("{other}/{namespace}");
    let listed = names::listed_as(map, |places| &places.kube_contexts, &[other, &full]);
    let is_production = listed == Some(Environment::Production) || names::says_production(other);
    if is_production { Environment::Production } else { found }
}

/// Where a store of secrets is that is part of something else: a cluster, a cloud, a stack.
fn of_store(store: &str, map: &EnvironmentMap, tree: Option<&str>) -> Environment {
    let Some((kind, place)) = store.split_once(' ') else { return Environment::Unknown };
    match kind {
        "kubernetes" | "helm" => {
            let (context, namespace) = place.rsplit_once('/').unwrap_or((place, ""));
            let own = context.split_once(" at ").map_or(context, |(own, _)| own);
            let full = format!("{own}/{namespace}");
            let found = names::of(map, |places| &places.kube_contexts, &[own, &full], &[context, namespace]);
            of_other_name(context, namespace, found, map)
        }
        "aws" | "gcp" | "azure" => {
            let full = format!("{kind}:{place}");
            names::of(map, |places| &places.accounts, &[place, &full], &[place])
        }
        "terraform" | "tofu" | "terragrunt" => {
            let (directory, workspace) = place.split_once(' ').unwrap_or((place, ""));
            stacks::of(map, directory, workspace, "", tree)
        }
        _ => Environment::Unknown,
    }
}

/// What a ref's name is. A name that could be any is `*`, or has one in it.
enum Name<'a> {
    Branch(&'a str),
    Tag(&'a str),
    Any,
    Other,
}

impl<'a> Name<'a> {
    fn of(reference: &'a str) -> Self {
        if let Some(branch) = reference.strip_prefix("refs/heads/") {
            Self::Branch(branch)
        } else if let Some(tag) = reference.strip_prefix("refs/tags/") {
            Self::Tag(tag)
        } else if reference.contains('*') || reference == "HEAD" || reference.is_empty() {
            Self::Any
        } else if reference.starts_with("refs/") {
            Self::Other
        } else {
            Self::Branch(reference)
        }
    }
}

fn is_trunk(branch: &str, map: &EnvironmentMap) -> bool {
    branch.contains('*')
        || is_usual_trunk(branch)
        || map.repository.default_branch.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(branch))
        || production(map, |places| glob::in_list_any_case(&places.branches, branch))
}

/// Names that by custom many people's work or a delivery hangs on.
fn is_usual_trunk(branch: &str) -> bool {
    const WHOLE: &[&str] = &[
        "main",
        "master",
        "trunk",
        "default",
        "develop",
        "development",
        "stable",
        "live",
        "gh-pages",
        "mainline",
    ];
    const STARTS: &[&str] = &["release", "prod", "hotfix", "deploy"];
    let branch = branch.to_ascii_lowercase();
    WHOLE.contains(&branch.as_str()) || STARTS.iter().any(|start| branch.starts_with(start))
}

fn production(map: &EnvironmentMap, matches: impl Fn(&Places) -> bool) -> bool {
    map.places(Environment::Production).is_some_and(matches)
}

fn speaks_of_forge(map: &EnvironmentMap, repository: &ForgeRepository) -> bool {
    let address = format!("{}/{}", repository.host, repository.name);
    map.speaks_of(Some(&address), None) || remote::normalise(&address).contains('*')
}

/// Verbs by which people talk about a change before anybody makes it.
fn is_talk(verb: &Verb) -> bool {
    *verb == verbs::FORGE_COMMENT || *verb == verbs::FORGE_PULL_REQUEST
}

/// By the catalogue: what an effect says of itself does not make it harmless.
fn is_read(effect: &Effect) -> bool {
    verbs::find(effect.verb.as_str()).is_some_and(|entry| entry.access == countersign_model::Access::Read)
}

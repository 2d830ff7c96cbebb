//! Where infrastructure lands that a tool keeps a state of: by each of the names that say which copy of it is meant,
//! and by the accounts that the tool acts in. The worst of them counts.

use countersign_model::Environment;

use crate::map::EnvironmentMap;
use crate::names;

/// Names of one stack that are looked at; what has more is as bad as a name that nobody listed.
const MOST: usize = 32;

/// The environment of a stack: of its directory, and of what stands where its workspace does, such as
/// `acme/shop/eu1`, `dev common.tfvars` or `dev aws:shop-live`. `tree` is the working tree.
pub(super) fn of(
    map: &EnvironmentMap,
    directory: &str,
    workspace: &str,
    target: &str,
    tree: Option<&str>,
) -> Environment {
    let mut base = vec![directory];
    base.extend(names::tails(directory));
    // Of the working tree's own directories one word is enough.
    base.extend(tree.and_then(|tree| directory.strip_prefix(tree)?.strip_prefix('/')));
    let all: Vec<&str> = workspace.split(' ').filter(|name| !name.is_empty()).collect();
    let (accounts, names): (Vec<&str>, Vec<&str>) = all.iter().take(MOST).partition(|name| is_account(name));
    let whole = [&[workspace], base.as_slice()].concat();
    let mut found =
        names::listed_as(map, |places| &places.stacks, if names.len() > 1 { &whole } else { &base });
    let mut is_open = all.len() > MOST;
    for name in &names {
        let is_file = is_file(name);
        let listed = listed_as(map, name, is_file, directory, &base);
        is_open |= listed.is_none() && !is_file;
        found = found.max(listed);
    }
    // One name that nobody listed may be that of any copy; what it says itself only makes it worse.
    let is_open = if found == Some(Environment::Production) { false } else { is_open };
    let found = match found {
        Some(found) if is_open => found.max(Environment::Unknown),
        Some(found) => found,
        None => Environment::Unknown,
    };
    let is_listed = |name: &&&str| listed_as(map, name, is_file(name), directory, &base).is_some();
    let unlisted = names.iter().filter(|name| !is_listed(name)).copied();
    let says: Vec<&str> = if found == Environment::Unknown && names.iter().all(|name| !is_listed(&name)) {
        unlisted.chain([directory, target]).collect()
    } else {
        unlisted.collect()
    };
    let said =
        if says.iter().any(|name| names::says_production(name)) { Environment::Production } else { found };
    accounts.iter().filter_map(|account| of_account(map, account)).fold(said, Environment::max)
}

/// The environment of one of the names, where the map has it or the directory.
fn listed_as(
    map: &EnvironmentMap,
    name: &str,
    is_file: bool,
    directory: &str,
    base: &[&str],
) -> Option<Environment> {
    let last = name.rsplit('/').next().unwrap_or(name);
    let path = format!("{}/{name}", directory.trim_end_matches('/'));
    let mut listed = vec![name, last];
    if is_file {
        listed.push(&path);
        listed.extend(names::tails(if name.starts_with('/') { name } else { &path }));
    } else {
        // `acme/shop/eu1` is the stack `eu1` of the project `shop`.
        listed.extend(name.match_indices('/').filter_map(|(at, _)| name.get(at + 1..)));
    }
    let stem = last.split('.').next().filter(|_| is_file).unwrap_or_default();
    let of_stem = names::listed_as(map, |places| &places.stacks, &[stem]);
    // A file that is called after a copy of production is its own, and one called after another is only a file.
    if of_stem == Some(Environment::Production) {
        return of_stem;
    }
    listed.extend(base);
    names::listed_as(map, |places| &places.stacks, &listed)
}

/// Whether a name is that of a file of values, or of settings of where the state is.
fn is_file(name: &str) -> bool {
    const ENDS: &[&str] =
        &[".tfvars", ".json", ".hcl", ".tfbackend", ".tfstate", ".conf", ".config", ".yaml", ".yml", ".toml"];
    ENDS.iter().any(|end| name.ends_with(end)) || name.starts_with(['/', '.']) || name.contains('=')
}

/// Whether a name is that of an account, or of a context of clusters, that the tool acts in.
fn is_account(name: &str) -> bool {
    ["aws:", "gcp:", "azure:", "context:"].iter().any(|start| name.starts_with(start))
}

/// What an account makes of the stack, if it makes it worse: one that nobody listed does so only by its name.
fn of_account(map: &EnvironmentMap, account: &str) -> Option<Environment> {
    let (kind, name) = account.split_once(':')?;
    let listed = if kind == "context" {
        names::listed_as(map, |places| &places.kube_contexts, &[name])
    } else {
        names::listed_as(map, |places| &places.accounts, &[name, account])
    };
    listed.or_else(|| names::says_production(name).then_some(Environment::Production))
}

//! Environments by name: first what the map lists, then what a name itself says.
//!
//! A name alone only raises: one that says production is taken at its word, since a false alarm costs a
//! look and the reverse costs production. One that says development is believed only where the tool that
//! makes it for one machine gave it.

use countersign_model::{
    Environment, is_cluster_of_this_machine, is_endpoint_of_this_machine, is_this_machine,
};

use crate::glob;
use crate::map::{EnvironmentMap, Places};

/// The environment of a thing that the map may list under one of `listed`, or whose `names` may say it.
pub fn of(
    map: &EnvironmentMap,
    list: impl Fn(&Places) -> &Vec<String>,
    listed: &[&str],
    names: &[&str],
) -> Environment {
    listed_as(map, list, listed).unwrap_or_else(|| guess(names))
}

/// The environment of a thing that the map may list under one of `listed`.
pub fn listed_as(
    map: &EnvironmentMap,
    list: impl Fn(&Places) -> &Vec<String>,
    listed: &[&str],
) -> Option<Environment> {
    let found = map.worst(|places| lists_one_of(list(places), listed, false));
    // What could be any of many may be one of these, and lands there only if that is the worst it can be.
    let surely = map.worst(|places| lists_one_of(list(places), listed, true));
    match (found, surely) {
        (Some(found), Some(surely)) if found == surely => Some(found),
        (Some(found), _) => Some(found.max(Environment::Unknown)),
        (None, _) => None,
    }
}

/// Why a thing counts as one of a named environment though it only may be one of it: the pattern that says so.
pub fn suspicion(
    map: &EnvironmentMap,
    list: impl Fn(&Places) -> &Vec<String>,
    listed: &[&str],
) -> Option<String> {
    let found = map.worst(|places| lists_one_of(list(places), listed, false))?;
    if map.worst(|places| lists_one_of(list(places), listed, true)) == Some(found) {
        return None;
    }
    let one = |pattern: &&String| lists_one_of(std::slice::from_ref(*pattern), listed, false);
    let pattern = list(map.places(found)?).iter().rfind(one)?;
    Some(format!("it may be one of `{pattern}`, which the map has under {found}"))
}

/// Whether a list has a thing that goes by several names: an exception to one of them is one to the thing. Where
/// a name could be any, the answer is whether it might be listed; `surely`, whether it cannot but be.
fn lists_one_of(patterns: &[String], names: &[&str], surely: bool) -> bool {
    let mut listed = false;
    for pattern in patterns {
        let (pattern, excepts) = match pattern.strip_prefix('!') {
            Some(pattern) => (pattern, true),
            None => (pattern.as_str(), false),
        };
        let pattern = as_named(pattern);
        let only_known = excepts != surely;
        let matches = names.iter().filter(|name| !name.is_empty()).any(|name| {
            !(only_known && name.contains('*')) && glob::in_list_any_case(&[pattern.to_owned()], name)
        });
        listed = if matches { !excepts } else { listed };
    }
    listed
}

/// A pattern as names are written: without `./` before it and `/` after it.
fn as_named(pattern: &str) -> &str {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    if pattern.len() > 1 { pattern.trim_end_matches('/') } else { pattern }
}

/// Directories of one path that are looked at as where a repository may begin.
const MOST_TAILS: usize = 64;

/// What a directory may be called from the top of a repository that holds it: `infra/live` for `/srv/shop/infra/live`.
/// One word alone is the name of a workspace, unless which directory it is is not known.
pub fn tails(directory: &str) -> Vec<&str> {
    let is_open = directory.contains('*');
    let starts = directory.match_indices('/').map(|(at, _)| at + 1).take(MOST_TAILS);
    let tails = starts.filter_map(|start| directory.get(start..));
    tails.filter(|tail| !tail.is_empty() && (is_open || tail.contains('/'))).collect()
}

/// What the names themselves say.
pub fn guess(names: &[&str]) -> Environment {
    if names.iter().any(|name| says_production(name)) {
        Environment::Production
    } else if names.first().is_some_and(|name| is_of_one_machine(name)) {
        Environment::Development
    } else {
        Environment::Unknown
    }
}

/// Words that by custom mean what customers use.
const PRODUCTION: &[&str] = &["prod", "production", "prd", "live"];
/// Words that turn one of these around, as in `non-prod` or `pre-production`.
const NOT: &[&str] = &["non", "not", "no", "pre", "never"];

/// Whether one of a name's words means production. Digits at a word's end do not count: `prod2`.
pub fn says_production(name: &str) -> bool {
    let mut before = "";
    for word in name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let means = PRODUCTION.iter().any(|production| bare.eq_ignore_ascii_case(production));
        if means && !NOT.iter().any(|not| before.eq_ignore_ascii_case(not)) {
            return true;
        }
        before = word;
    }
    false
}

/// Whether a branch is called after production: as a whole, or by one part of its path. `fix/prod-crash` is about it only.
pub fn branch_says_production(branch: &str) -> bool {
    let is_word = |part: &str| PRODUCTION.iter().any(|word| part.eq_ignore_ascii_case(word));
    let first = branch.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    branch.split('/').any(is_word) || (!branch.contains('/') && is_word(first))
}

/// Whether one of a name's words means where something is developed, and none means more. The end of a host's name, as in
/// `registry.acme.dev`, says nothing.
pub fn says_development(name: &str) -> bool {
    let host = name.split(['/', ':']).next().unwrap_or(name);
    let ended = host
        .strip_suffix(".dev")
        .map(|start| format!("{start}{}", name.get(host.len()..).unwrap_or_default()));
    let mut words = ended.as_deref().unwrap_or(name).split(|c: char| !c.is_ascii_alphanumeric());
    let means =
        words.any(|word| ["dev", "development", "sandbox"].iter().any(|dev| word.eq_ignore_ascii_case(dev)));
    means && !says_production(name) && !says_staging(name)
}

/// Whether one of a name's words means what comes before production.
pub fn says_staging(name: &str) -> bool {
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| ["staging", "stage", "stg"].iter().any(|staging| word.eq_ignore_ascii_case(staging)))
}

/// Names that tools give to what they run on this machine only.
fn is_of_one_machine(name: &str) -> bool {
    is_cluster_of_this_machine(name)
        || is_endpoint_of_this_machine(name)
        || name.starts_with('/')
        || is_this_machine(name)
}

#[cfg(test)]
mod tests;

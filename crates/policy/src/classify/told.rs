//! Where a program acts that nobody can see into, by what it is told of: it may do anything there.

use countersign_model::{Effect, Environment};

use crate::map::EnvironmentMap;
use crate::names;

/// A program is of this machine, unless it is told of a place that is production by the map, or by a name that surely
/// is one of a place.
pub(super) fn of(effect: &Effect, name: &str, map: &EnvironmentMap) -> Environment {
    let Some((_, told)) = name.split_once(" told of ") else { return Environment::Development };
    let is_production = |name: &str| match listed(name, map) {
        Some(environment) => environment == Environment::Production,
        None => is_place(effect, name) && names::guess(&[name]) == Environment::Production,
    };
    if told.split(", ").any(is_production) { Environment::Production } else { Environment::Development }
}

/// What the map says of a name that a program is told.
fn listed(name: &str, map: &EnvironmentMap) -> Option<Environment> {
    if let Some(own) = name.strip_prefix("context:") {
        return names::listed_as(map, |places| &places.kube_contexts, &[own]);
    }
    if name == "stage:production" {
        return Some(Environment::Production);
    }
    if let Some((_, account)) = name.split_once(':') {
        return names::listed_as(map, |places| &places.accounts, &[account, name]);
    }
    let (host, database) = name.split_once('/').unwrap_or((name, ""));
    let host = host.trim_end_matches('.');
    let full = format!("{host}/{database}");
    let full = if database.is_empty() { host } else { &full };
    let of_database = names::listed_as(map, |places| &places.databases, &[host, full]);
    names::listed_as(map, |places| &places.hosts, &[host]).max(of_database)
}

/// Whether a name is surely one of a place, and no module or file that only looks like a host: a profile, a context, or
/// what the program speaks to.
fn is_place(effect: &Effect, name: &str) -> bool {
    let host = name.split('/').next().unwrap_or(name);
    name.contains(':') || effect.speaks_to.iter().any(|spoken| spoken == host)
}

#[cfg(test)]
mod tests {
    use countersign_model::{Resource, verbs};

    use super::*;
    use crate::{Bundle, Pack, Proposal, classify};

    /// What a test speaks to is where it acts, by the map or by its own name.
    #[test]
    fn a_test_acts_where_it_speaks_to() {
        let map = "version = 1\n[environments.production]\ndatabases = [\"*.shop.example\"]\n\
            [environments.staging]\ndatabases = [\"copy.prod.example\"]\n";
        let bundle = Bundle::shipped(Pack::Graduated, &Proposal::parse(map).unwrap()).unwrap();
        for (told, host, expected) in [
            ("db.prod.other.example/x", "db.prod.other.example", Environment::Production),
            ("db.other.example/x_prod", "db.other.example", Environment::Production),
            ("db.shop.example/x", "db.shop.example", Environment::Production),
            ("copy.prod.example/x", "copy.prod.example", Environment::Development),
            ("db.nonprod.example/x", "db.nonprod.example", Environment::Development),
            ("db.pre-prod.example/x", "db.pre-prod.example", Environment::Development),
            ("db.example/x", "db.example", Environment::Development),
            ("db/x", "db", Environment::Development),
            ("tests.live.slow", "db.example", Environment::Development),
        ] {
            for verb in [verbs::EXEC_TEST, verbs::EXEC_BUILD] {
                let name = format!("pytest told of {told}");
                let mut effects = [Effect::new(verb, Resource::Program { name })];
                effects[0].speaks(&[host.to_owned()]);
                classify(&mut effects, &bundle, None);
                assert_eq!(effects[0].environment, expected, "{told}");
            }
        }
    }
}

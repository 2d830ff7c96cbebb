//! Names of things in clouds. A bucket is reached by its name, whichever account or project the client is told of; of
//! anything else, a name that says production says more than where its account is thought to be.

use countersign_model::{Environment, Resource};

use crate::map::EnvironmentMap;
use crate::names;

/// Services whose things are called by their bucket first.
const SERVICES: &[&str] = &["storage", "s3", "s3api"];

/// What a thing's own name makes of where its account is: worse, if anything.
pub(super) fn raised(resource: &Resource, found: Environment, map: &EnvironmentMap) -> Environment {
    let Resource::Cloud { service, name, .. } = resource else { return found };
    if !SERVICES.contains(&service.as_str()) {
        let is_known = !name.contains('*') && names::says_production(name);
        return if is_known { Environment::Production } else { found };
    }
    let bucket = name.split('/').next().unwrap_or(name);
    let is_production = || {
        names::listed_as(map, |places| &places.accounts, &[bucket]) == Some(Environment::Production)
            || names::says_production(bucket)
    };
    if !bucket.contains('*') && is_production() { Environment::Production } else { found }
}

//! Buckets of clouds: whoever may use one reaches it by its name, whichever account or project the client is told of.

use countersign_model::{Environment, Resource};

use crate::map::EnvironmentMap;
use crate::names;

/// Services whose things are called by their bucket first.
const SERVICES: &[&str] = &["storage", "s3", "s3api"];

/// What a bucket's own name makes of where its account is: worse, if anything.
pub(super) fn raised(resource: &Resource, found: Environment, map: &EnvironmentMap) -> Environment {
    let Resource::Cloud { service, name, .. } = resource else { return found };
    let bucket = name.split('/').next().unwrap_or(name);
    let is_production = || {
        names::listed_as(map, |places| &places.accounts, &[bucket]) == Some(Environment::Production)
            || names::says_production(bucket)
    };
    if SERVICES.contains(&service.as_str()) && !bucket.contains('*') && is_production() {
        Environment::Production
    } else {
        found
    }
}

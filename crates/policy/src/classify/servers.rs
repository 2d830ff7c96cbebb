//! Where a cluster is by its servers: a context may be called anything, and the map may have the host under `hosts`.

use countersign_model::{Effect, Environment, Resource};

use super::of_host;
use crate::map::EnvironmentMap;

/// What the servers make of what is done to a cluster: worse, if anything.
pub(crate) fn raised(effect: &Effect, found: Environment, map: &EnvironmentMap) -> Environment {
    let is_of_cluster = match &effect.resource {
        Resource::Cluster { .. } => true,
        Resource::Secret { store, .. } => store.starts_with("kubernetes ") || store.starts_with("helm "),
        _ => false,
    };
    let mut hosts = effect.speaks_to.iter().filter(|host| is_of_cluster && !host.contains('*'));
    if hosts.any(|host| of_host(host, map) == Environment::Production) {
        Environment::Production
    } else {
        found
    }
}

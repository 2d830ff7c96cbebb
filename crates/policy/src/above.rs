//! What higher layers call theirs, without what lower ones make of it.
//!
//! A lower layer may name more of production, and says more closely which repository is meant. Where a higher one forbids
//! more elsewhere than in production, such as uploads to hosts that nobody has named, or speaks of other repositories
//! too, that would loosen: so a higher layer is asked once more, with the effect where its own map has it.

use countersign_model::{Effect, Environment, Resource};

use crate::Proposal;
use crate::classify::{environment, servers};
use crate::layers::{Layer, narrow};
use crate::map::{EnvironmentMap, Places, RepositoryMap};

/// For each layer from the highest the map without what those below it add to production and say of the repository; none
/// from the layer on below which nothing is said of them. What the highest delegates counts for all.
pub fn maps(layers: &[(Layer, &Proposal)], joined: &EnvironmentMap) -> Vec<EnvironmentMap> {
    let adds = |(_, proposal): &(Layer, &Proposal)| {
        let places = proposal.environments.get(&Environment::Production).map(|listed| &listed.places);
        places.is_some_and(|places| places.lists().iter().any(|(_, patterns)| !patterns.is_empty()))
            || proposal.repository != RepositoryMap::default()
    };
    let lowest = layers.iter().rposition(adds).unwrap_or_default();
    let mut production = Places::default();
    let mut repository = RepositoryMap::default();
    let mut maps = Vec::new();
    for (_, proposal) in layers.iter().take(lowest) {
        let own = proposal.environments.get(&Environment::Production);
        production.extend(own.map(|listed| listed.places.clone()).unwrap_or_default());
        narrow(&mut repository, proposal.repository.clone());
        let mut map = joined.clone();
        map.environments.insert(Environment::Production, production.clone());
        map.repository = repository.clone();
        maps.push(map);
    }
    maps
}

/// The effect where this map has it, where that is elsewhere than `joined` has it, or hangs on which repository is meant.
pub fn seen(
    effect: &Effect,
    map: &EnvironmentMap,
    joined: &EnvironmentMap,
    tree: Option<&str>,
) -> Option<Effect> {
    let environment = servers::raised(effect, environment(effect, map, tree), map);
    let is_of_repository = matches!(
        effect.resource,
        Resource::Ref { .. }
            | Resource::Repository { .. }
            | Resource::PullRequest { .. }
            | Resource::Forge { .. }
    );
    let differs =
        environment != effect.environment || is_of_repository && map.repository != joined.repository;
    differs.then(|| Effect { environment, ..effect.clone() })
}

//! What higher layers name production without what lower ones add to it.
//!
//! A lower layer may name more of production. Where a higher one forbids more elsewhere than in production, such as
//! uploads to hosts that nobody has named, that would loosen: so a higher layer is asked once more, with the effect
//! where its own map has it.

use countersign_model::{Effect, Environment};

use crate::Proposal;
use crate::classify::{environment, servers};
use crate::layers::Layer;
use crate::map::EnvironmentMap;

/// For each layer from the highest the map without what those below it add to production; none from the layer on below
/// which nothing is added. What the highest delegates counts for all.
pub fn maps(layers: &[(Layer, &Proposal)], joined: &EnvironmentMap) -> Vec<EnvironmentMap> {
    let adds = |(_, proposal): &(Layer, &Proposal)| {
        let places = proposal.environments.get(&Environment::Production).map(|listed| &listed.places);
        places.is_some_and(|places| places.lists().iter().any(|(_, patterns)| !patterns.is_empty()))
    };
    let lowest = layers.iter().rposition(adds).unwrap_or_default();
    let mut production = crate::map::Places::default();
    let mut maps = Vec::new();
    for (_, proposal) in layers.iter().take(lowest) {
        let own = proposal.environments.get(&Environment::Production);
        production.extend(own.map(|listed| listed.places.clone()).unwrap_or_default());
        let mut map = joined.clone();
        map.environments.insert(Environment::Production, production.clone());
        maps.push(map);
    }
    maps
}

/// The effect where this map has it, where that is elsewhere.
pub fn seen(effect: &Effect, map: &EnvironmentMap, tree: Option<&str>) -> Option<Effect> {
    let environment = servers::raised(effect, environment(effect, map, tree), map);
    (environment != effect.environment).then(|| Effect { environment, ..effect.clone() })
}

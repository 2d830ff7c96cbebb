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

#[cfg(test)]
mod tests {
    use countersign_model::verbs;

    use super::*;
    use crate::{Bundle, Pack, Proposal, classify};

    #[test]
    fn a_tool_acts_where_its_arguments_say() {
        let map = "version = 1\n[environments.staging]\nmcp_servers = [\"copy\"]\n";
        let bundle = Bundle::shipped(Pack::Graduated, &Proposal::parse(map).unwrap()).unwrap();
        for (server, place, expected) in [
            ("argocd", "shop-prod", Environment::Production),
            ("terraform", "terraform/prod", Environment::Production),
            ("argocd", "shop-staging", Environment::Unknown),
            ("argocd", "non-prod", Environment::Unknown),
            ("argocd", "products", Environment::Unknown),
            // What the map says of a server counts before a name.
            ("copy", "prod", Environment::Staging),
        ] {
            let resource = Resource::Tool { server: Some(server.to_owned()), name: "sync".to_owned() };
            let acts_in = vec![place.to_owned()];
            let mut effects = [Effect { acts_in, ..Effect::new(verbs::MCP_WRITE, resource) }];
            classify(&mut effects, &bundle, None);
            assert_eq!(effects[0].environment, expected, "{server} {place}");
        }
    }
}

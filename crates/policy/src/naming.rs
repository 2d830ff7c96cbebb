//! How a place that nobody has named is named in `countersign.toml`: a line that is known to work.

use countersign_model::{Effect, Environment, Resource};

use crate::classify::environment;
use crate::glob;
use crate::map::{EnvironmentMap, Places};

/// The list and the name, such as `stacks = ["infra"]`, by which an environment takes in what this effect is done to;
/// none where one name does not do it. `tree` is the working tree.
pub fn naming(effect: &Effect, tree: Option<&str>) -> Option<String> {
    candidates(&effect.resource, tree).into_iter().find_map(|places| {
        let written = places.lists().into_iter().find_map(|(list, names)| {
            let name = names.first().filter(|name| glob::refuse(name).is_none())?;
            (!name.is_empty() && !name.contains(['*', '?', '!', ' ']) && !name.chars().any(char::is_control))
                .then(|| format!("{list} = [{name:?}]"))
        })?;
        let mut map = EnvironmentMap::default();
        map.environments.insert(Environment::Staging, places);
        (environment(effect, &map, tree) == Environment::Staging).then_some(written)
    })
}

/// What it may be called, the most telling first.
fn candidates(resource: &Resource, tree: Option<&str>) -> Vec<Places> {
    let none = Places::default;
    match resource {
        Resource::Stack { directory, workspace, .. } => {
            let below = tree.and_then(|tree| directory.strip_prefix(tree)?.strip_prefix('/'));
            let workspace = workspace.as_deref().filter(|name| *name != "default");
            let names = [workspace, below, Some(directory.as_str())];
            names
                .into_iter()
                .flatten()
                .map(|name| Places { stacks: vec![name.to_owned()], ..none() })
                .collect()
        }
        Resource::Cluster { context, .. } => {
            vec![Places { kube_contexts: vec![before(context, " at ")], ..none() }]
        }
        Resource::Cloud { account, .. } => vec![Places { accounts: vec![account.clone()], ..none() }],
        Resource::Database { host, database, .. } => {
            let whole = database.as_ref().map(|database| format!("{host}/{database}"));
            let names = whole.into_iter().chain([host.clone()]);
            names.map(|name| Places { databases: vec![name], ..none() }).collect()
        }
        Resource::Host { host, .. } => vec![Places { hosts: vec![before(host, " (")], ..none() }],
        Resource::App { platform, name, .. } => {
            vec![Places { apps: vec![format!("{platform}:{name}")], ..none() }]
        }
        Resource::Package { registry, .. } => vec![Places { registries: vec![registry.clone()], ..none() }],
        Resource::Tool { server: Some(server), .. } => {
            vec![Places { mcp_servers: vec![server.clone()], ..none() }]
        }
        // Of a repository, the map has to speak of it first.
        _ => Vec::new(),
    }
}

fn before(name: &str, end: &str) -> String {
    name.split(end).next().unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use countersign_model::verbs;

    use super::*;

    fn stack(directory: &str, workspace: Option<&str>) -> Option<String> {
        let resource = Resource::Stack {
            tool: "terraform".to_owned(),
            directory: directory.to_owned(),
            workspace: workspace.map(str::to_owned),
            target: "*".to_owned(),
        };
        naming(&Effect::new(verbs::STACK_APPLY, resource), Some("/srv/shop"))
    }

    #[test]
    fn what_is_named_is_named_so_that_it_works() {
        assert_eq!(stack("/srv/shop/terraform", None).as_deref(), Some(r#"stacks = ["terraform"]"#));
        assert_eq!(stack("/srv/shop/infra/eu", None).as_deref(), Some(r#"stacks = ["infra/eu"]"#));
        assert_eq!(
            stack("/srv/shop/terraform", Some("default")).as_deref(),
            Some(r#"stacks = ["terraform"]"#)
        );
        assert_eq!(stack("/srv/shop/terraform", Some("eu1")).as_deref(), Some(r#"stacks = ["eu1"]"#));
        assert_eq!(stack("/srv/other", None).as_deref(), Some(r#"stacks = ["/srv/other"]"#));
        let database = |host: &str| {
            let resource = Resource::Database {
                system: "postgresql".to_owned(),
                host: host.to_owned(),
                database: None,
                object: "*".to_owned(),
            };
            naming(&Effect::new(verbs::DB_WRITE, resource), None)
        };
        assert_eq!(database("$SHOP_URL").as_deref(), Some(r#"databases = ["$SHOP_URL"]"#));
        assert_eq!(database("db.example").as_deref(), Some(r#"databases = ["db.example"]"#));
    }

    #[test]
    fn what_could_be_any_has_no_such_name() {
        assert_eq!(stack("/srv/shop/*", None), None);
        assert_eq!(stack("*", None), None);
    }
}

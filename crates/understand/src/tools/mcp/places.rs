//! Where a tool acts, as its arguments call it. The policy knows whether that is production.

use super::{Tool, names};

/// Arguments that name the place itself.
const PLACES: &[&str] = &[
    "app",
    "app_name",
    "application",
    "application_name",
    "cluster",
    "cluster_name",
    "dir",
    "directory",
    "env",
    "environment",
    "namespace",
    "project",
    "stage",
    "target",
    "workspace",
];

/// Names that are told; more are not looked at.
const MOST: usize = 8;
/// How long a name may be, in bytes.
const LONGEST: usize = 200;

/// The names that a tool's arguments give of where it acts.
pub(super) fn named(tool: &Tool<'_>) -> Vec<String> {
    let places =
        tool.input.iter().filter(|(given, _)| PLACES.contains(&names::in_snake_case(given).as_str()));
    let named = places.filter_map(|(_, value)| value.as_str());
    let named = named.filter(|name| !name.is_empty() && name.len() <= LONGEST && !name.contains([' ', '\n']));
    named.take(MOST).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::fixture::{Fixture, call, surroundings};
    use crate::understand;

    fn acts_in(tool: &str, input: Value) -> String {
        let effects = understand(&call(tool, input), &surroundings(), &Fixture(&[])).effects;
        effects.into_iter().flat_map(|effect| effect.acts_in).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_arguments_call_the_place() {
        let shop = json!({ "application": "shop-prod", "revision": "live" });
        assert_eq!(acts_in("mcp__argocd__sync_application", shop), "shop-prod");
        assert_eq!(acts_in("mcp__vercel__deploy", json!({ "target": "production" })), "production");
        assert_eq!(acts_in("mcp__terraform__apply", json!({ "dir": "terraform/prod" })), "terraform/prod");
        assert_eq!(acts_in("mcp__x__restart", json!({ "params": { "appName": "shop-prod" } })), "shop-prod");
    }

    #[test]
    fn what_is_no_place() {
        for input in [
            json!({ "title": "prod is down" }),
            json!({ "environment": "a text about prod" }),
            json!({ "env": { "NODE_ENV": "production" } }),
            json!({ "target": "" }),
        ] {
            assert_eq!(acts_in("mcp__x__restart", input.clone()), "", "{input}");
        }
    }
}

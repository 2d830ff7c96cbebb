//! `never-matches`: a condition on an action that is said to be a group of verbs. In the scope that does not build.

use serde_json::Value;

use super::{Found, Read, walk};
use crate::checked::{in_group, is_group};

pub(super) fn find(one: &Read<'_>, _: &[Read<'_>]) -> Vec<Found> {
    let mut found = Vec::new();
    walk(&one.conditions, &mut |operator, operands| {
        let sides = [operands.get("left"), operands.get("right")];
        let is_action = |side: &&Value| side.get("Var").and_then(Value::as_str) == Some("action");
        if !matches!(operator, "==" | "!=") || !sides.iter().flatten().any(is_action) {
            return;
        }
        let groups = sides.into_iter().flatten().filter_map(action).filter(|id| is_group(id));
        found.extend(groups.map(|id| Found {
            message: format!("no action is `{id}` itself, so this is always the same"),
            hint: in_group(id),
            words: format!("Action::\"{id}\""),
        }));
    });
    found
}

/// The id of an action that is named.
fn action(expression: &Value) -> Option<&str> {
    let entity = expression.get("Value")?.get("__entity")?;
    let id = entity.get("id")?.as_str()?;
    (entity.get("type")?.as_str()? == "Action").then_some(id)
}

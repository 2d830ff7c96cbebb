//! `text-matching`: a policy that looks for words in a program's name. The name of a tool is all that there is of it.

use super::{Found, Read, attribute, walk};

/// Names that an agent chooses, or that say nothing of what happens.
const NAMES: &[&str] = &["resource.name"];

pub(super) fn find(one: &Read<'_>, _: &[Read<'_>]) -> Vec<Found> {
    let is_named = matches!(one.resource.entity_type.as_deref(), Some("Program"));
    let mut found = Vec::new();
    walk(&one.conditions, &mut |operator, operands| {
        let Some(attribute) = (operator == "like").then(|| attribute(operands.get("left")?)).flatten() else {
            return;
        };
        if is_named && NAMES.contains(&attribute.as_str()) {
            found.push(Found {
                message: format!("it looks for words in `{attribute}`, and one effect has many commands"),
                hint: "decide on the verb and the environment: `countersign explain COMMAND` names them"
                    .to_owned(),
                words: attribute,
            });
        }
    });
    found
}

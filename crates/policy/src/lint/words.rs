//! `unknown-word`: a comparison with a word that the attribute never has.

use serde_json::Value;

use super::{Found, Read, attribute, walk};
use crate::nearest;

/// Attributes that are one of a few words.
const WORDS: &[(&str, &[&str])] = &[
    (
        "resource.class",
        &[
            "ordinary",
            "rebuildable",
            "delivery",
            "tool_configuration",
            "shell_configuration",
            "secret",
            "countersign",
        ],
    ),
    ("resource.zone", &["workspace", "temporary", "home", "system"]),
    ("context.certainty", &["exact", "partial", "opaque"]),
    ("context.reversible", &["yes", "unknown", "no"]),
];

pub(super) fn find(one: &Read<'_>, _: &[Read<'_>]) -> Vec<Found> {
    let mut found = Vec::new();
    walk(&one.conditions, &mut |operator, operands| {
        let sides = match operator {
            "==" | "!=" => (operands.get("left"), operands.get("right")),
            // A set of words that holds the attribute.
            "contains" => (operands.get("right"), operands.get("left")),
            _ => return,
        };
        let (Some(attribute), Some(other)) = (sides.0.and_then(attribute), sides.1) else { return };
        let Some((_, known)) = WORDS.iter().find(|(name, _)| *name == attribute) else { return };
        for word in texts(other).into_iter().filter(|word| !known.contains(&word.as_str())) {
            found.push(Found {
                message: format!("`{attribute}` is never \"{word}\""),
                hint: nearest::hint(&word, known),
                words: format!("\"{word}\""),
            });
        }
    });
    found
}

fn texts(expression: &Value) -> Vec<String> {
    let literal = |value: &Value| value.get("Value").and_then(Value::as_str).map(str::to_owned);
    match expression.get("Set").and_then(Value::as_array) {
        Some(items) => items.iter().filter_map(literal).collect(),
        None => literal(expression).into_iter().collect(),
    }
}

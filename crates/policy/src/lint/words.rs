//! `unknown-word`: a comparison with a word that the attribute never has.

use serde_json::Value;

use super::{Found, Read, attribute, texts, walk};
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

/// Attributes that are several of a few words.
const SETS: &[(&str, &[&str])] = &[(
    "context.outside",
    &["paths", "repositories", "branches", "hosts", "tools", "environments", "verbs", "count"],
)];

pub(super) fn find(one: &Read<'_>, _: &[Read<'_>]) -> Vec<Found> {
    let mut found = Vec::new();
    walk(&one.conditions, &mut |operator, operands| {
        let (Some(left), Some(right)) = (operands.get("left"), operands.get("right")) else { return };
        let known = |attributes: &[(&str, &'static [&'static str])], side: &Value| {
            let attribute = attribute(side)?;
            attributes.iter().find(|(name, _)| *name == attribute).map(|(_, known)| (attribute, *known))
        };
        let compared = match operator {
            "==" | "!=" => known(WORDS, left).map(|known| (known, right)),
            // A set of words that holds the attribute, or the attribute that holds some.
            "contains" => known(WORDS, right)
                .map(|known| (known, left))
                .or_else(|| known(SETS, left).map(|known| (known, right))),
            "containsAny" | "containsAll" => known(SETS, left).map(|known| (known, right)),
            _ => None,
        };
        let Some(((attribute, known), other)) = compared else { return };
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

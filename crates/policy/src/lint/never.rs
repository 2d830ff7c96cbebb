//! `never-applies`: verbs and a type of resource that never come together, and numbers that risk never has.

use serde_json::Value;

use countersign_model::verbs;

use super::{Found, Read, attribute, walk};
use crate::imagined::usual_types;
use crate::request::{access_word, area};

pub(super) fn find(one: &Read<'_>, _: &[Read<'_>]) -> Vec<Found> {
    let mut found = Vec::new();
    if let Some(kind) = &one.resource.entity_type {
        let meant = verbs::CATALOGUE.iter().filter(|entry| admits(one, entry));
        let comes = |name: &str| usual_types(name).is_none_or(|types| types.contains(&kind.as_str()));
        if meant.into_iter().any(|entry| comes(entry.name)) {
            // Of several verbs some may be said in vain.
            for uid in one.action.entities.iter().filter(|uid| verbs::find(&uid.id).is_some()) {
                if !comes(&uid.id) {
                    found.push(Found {
                        message: format!("no effect of `{}` is on a {kind}", uid.id),
                        hint: format!("it is on {}", usual_types(&uid.id).unwrap_or_default().join(" or ")),
                        words: format!("\"{}\"", uid.id),
                    });
                }
            }
        } else {
            found.push(Found {
                message: format!("no effect of these verbs is on a {kind}"),
                hint: "see what `countersign explain` shows for a call that it should meet".to_owned(),
                words: kind.clone(),
            });
        }
    }
    walk(&one.conditions, &mut |operator, operands| {
        let side = |name: &str| operands.get(name);
        let is_risk = side("left").and_then(attribute).as_deref() == Some("context.risk");
        let number = side("right").and_then(|right| right.get("Value")).and_then(Value::as_i64);
        let (true, Some(number)) = (is_risk, number) else { return };
        let always = match operator {
            ">" | "<=" => !(0..100).contains(&number),
            ">=" | "<" => !(1..=100).contains(&number),
            "==" => !(0..=100).contains(&number),
            _ => false,
        };
        if always {
            found.push(Found {
                message: format!(
                    "risk is a number from 0 to 100, so `context.risk {operator} {number}` is always the same"
                ),
                hint: "below 30 is low, from 60 is high".to_owned(),
                words: "context.risk".to_owned(),
            });
        }
    });
    found
}

/// Whether the scope of the action may mean this verb.
fn admits(one: &Read<'_>, entry: &verbs::Entry) -> bool {
    let named = |id: &str| id == entry.name || id == area(entry.name) || id == access_word(entry.access);
    match (&one.action.entity, one.action.entities.as_slice()) {
        (Some(uid), _) => named(&uid.id),
        (None, []) => true,
        (None, uids) => uids.iter().any(|uid| named(&uid.id)),
    }
}

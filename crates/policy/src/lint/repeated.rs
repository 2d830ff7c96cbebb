//! `repeated`: a policy that an earlier one makes needless, and a permit where none can loosen.

use serde_json::Value;

use super::{Found, Read};
use crate::scope::Constraint;

pub(super) fn find(one: &Read<'_>, earlier: &[Read<'_>]) -> Vec<Found> {
    let mut found = Vec::new();
    if one.has_all && !one.forbids {
        found.push(Found {
            message: "a permit of a lower layer loosens nothing".to_owned(),
            hint: "ask for more with a forbid, or move the permit into the highest layer".to_owned(),
            words: "permit".to_owned(),
        });
    }
    let wider = earlier.iter().find(|wider| {
        wider.forbids == one.forbids
            && wider.own.mode == one.own.mode
            && covers(&wider.action, &one.action)
            && covers(&wider.resource, &one.resource)
            && (is_empty(&wider.conditions) || wider.conditions == one.conditions)
    });
    if let Some(wider) = wider {
        found.push(Found {
            message: format!(
                "`{}` already {} all that it does",
                wider.own.id,
                if one.forbids { "forbids" } else { "permits" }
            ),
            hint: "leave one of them out, or narrow the wider one down".to_owned(),
            words: String::new(),
        });
    }
    found
}

fn is_empty(conditions: &Value) -> bool {
    conditions.as_array().is_none_or(Vec::is_empty)
}

/// Whether a constraint holds of all that another holds of, as far as their words tell.
fn covers(wide: &Constraint, narrow: &Constraint) -> bool {
    if *wide == Constraint::default() || wide == narrow {
        return true;
    }
    let within = |id: &str| {
        let ids = wide.entity.iter().chain(&wide.entities).map(|uid| uid.id.as_str());
        ids.into_iter().any(|wide| id == wide || id.starts_with(&format!("{wide}.")))
    };
    let mut named = narrow.entity.iter().chain(&narrow.entities).peekable();
    let is_action = |constraint: &Constraint| {
        constraint.entity.iter().chain(&constraint.entities).all(|uid| uid.kind == "Action")
    };
    wide.op == "in"
        && is_action(wide)
        && is_action(narrow)
        && named.peek().is_some()
        && named.all(|uid| within(&uid.id))
}

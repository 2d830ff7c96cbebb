//! What a program is told of one call: the fields of `--json` and of each line of `--jsonl`.

use countersign_hook::Seen;
use countersign_model::DecisionKind;
use countersign_understand::Command;
use serde_json::{Value, json};

/// The decision, and what led to it.
pub fn of(seen: &Seen) -> Value {
    let requirement = match &seen.decision.kind {
        DecisionKind::RequireApproval { requirement } => Some(requirement),
        DecisionKind::Allow | DecisionKind::Monitor | DecisionKind::Deny => None,
    };
    json!({
        "decision": seen.decision.kind.word(),
        "requirement": requirement,
        "effects": seen.effects,
        "commands": seen.understanding.commands.iter().map(command).collect::<Vec<_>>(),
        "risk": seen.decision.risk,
        "policies": seen.decision.policies,
        "reason": seen.decision.reason,
        "shadow": seen.decision.shadow,
        "bundle": seen.bundle,
        "decided_by": seen.standing,
    })
}

/// One command of the call; `parent` and `effects` are indices into the lists beside them.
fn command(command: &Command) -> Value {
    json!({
        "parent": command.parent,
        "program": command.program,
        "title": command.title(),
        "span": command.span,
        "origin": command.origin,
        "effects": command.effects,
    })
}

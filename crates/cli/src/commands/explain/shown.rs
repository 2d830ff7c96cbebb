//! What a person is shown of one call.

use anstream::println;
use countersign_hook::{Judge, Seen, never_pinned};
use countersign_model::{DecisionKind, PolicyId, ToolCall};
use countersign_understand::Pinning;
use serde_json::Value;

use super::{decided, tree};
use crate::output::{BAD, FAINT, GOOD, STRONG, WARN, styled};
use crate::terminal;

/// Prints the decision, what the call would do, and why that is decided.
pub fn print(seen: &Seen, call: &ToolCall, notes: &[String], judge: &Judge) {
    let kind = &seen.decision.kind;
    let style = match kind {
        DecisionKind::Allow => GOOD,
        DecisionKind::Monitor | DecisionKind::RequireApproval { .. } => WARN,
        DecisionKind::Deny => BAD,
    };
    println!("{}: {}", styled(style, kind), terminal::line(&seen.decision.reason));
    let text = call.text("command").unwrap_or_default();
    let beside = decided::beside(seen, call, judge);
    tree::print(&seen.understanding.commands, &seen.effects, text, &beside);
    println!("{} {}", styled(STRONG, "risk"), seen.decision.risk.score);
    for factor in &seen.decision.risk.factors {
        println!("  {:+4} {}: {}", factor.points, factor.name, terminal::line(&factor.sentence));
    }
    let policies: Vec<&str> = seen.decision.policies.iter().map(PolicyId::as_str).collect();
    println!("{} {}", styled(STRONG, "policies"), terminal::line(&policies.join(", ")));
    if let Some(shadow) = &seen.decision.shadow {
        let kind = styled(WARN, &shadow.kind);
        println!("{} {kind}: {}", styled(STRONG, "in shadow"), terminal::line(&shadow.reason));
    }
    if let Some(standing) = &seen.standing {
        println!("{} {}", styled(STRONG, "decided by"), terminal::line(&standing.to_string()));
    }
    // What is not held runs as it is.
    let held = matches!(seen.decision.kind, DecisionKind::RequireApproval { .. });
    match &seen.understanding.pinning {
        _ if !held => {}
        Pinning::Pinned { input, sentence } => {
            if let Some(why) = never_pinned(seen) {
                println!("{} {why}", styled(STRONG, "cannot be pinned:"));
                return print_notes(seen, notes);
            }
            let command = input.get("command").and_then(Value::as_str).unwrap_or_default();
            println!("{}", styled(STRONG, "once approved, runs as"));
            println!("{}", terminal::quoted(&beside.text(command), 2, terminal::columns()));
            println!("  {}", styled(FAINT, terminal::line(sentence)));
        }
        Pinning::Impossible { why } => {
            println!("{} {}", styled(STRONG, "cannot be pinned:"), terminal::line(why))
        }
        Pinning::NotNeeded => {}
    }
    print_notes(seen, notes);
}

fn print_notes(seen: &Seen, notes: &[String]) {
    for note in notes.iter().chain(&seen.notes) {
        println!("{} {}", styled(WARN, "note:"), terminal::line(note));
    }
}

//! What a program is told of one call: the fields of `--json` and of each line of `--jsonl`.

use countersign_hook::{Judge, Seen, pinned_form};
use countersign_model::{DecisionKind, ToolCall};
use countersign_redact::{Beside, Redactor};
use countersign_understand::Command;
use serde_json::{Value, json};

/// The decision, and what led to it.
pub fn of(seen: &Seen, call: &ToolCall, judge: &Judge) -> Value {
    let requirement = match &seen.decision.kind {
        DecisionKind::RequireApproval { requirement } => Some(requirement),
        DecisionKind::Allow | DecisionKind::Monitor | DecisionKind::Deny => None,
    };
    let beside = beside(seen, call, judge);
    let command = |told: &Command| command(told, &beside);
    json!({
        "decision": seen.decision.kind.word(),
        "requirement": requirement,
        "approval": requirement.map(|_| approval(seen, call, judge)),
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

/// What an approval would be bound to. The digest is that of the action of this call; a hold's commitment puts a salt
/// before it. Where secrets stand in the call there is none: they could be guessed by it.
fn approval(seen: &Seen, call: &ToolCall, judge: &Judge) -> Value {
    let input = Value::Object(call.input.clone());
    let shown = Redactor::new(judge.key).redact(&input) == input;
    let (pinned, unpinned) = pinned_form(seen);
    json!({
        "action": shown.then_some(seen.action),
        "pinned": pinned,
        "unpinned": unpinned,
    })
}

/// One command of the call; `parent` and `effects` are indices into the lists beside them.
fn command(command: &Command, beside: &Beside) -> Value {
    json!({
        "parent": command.parent,
        "program": command.program,
        "title": title(command, beside),
        "span": command.span,
        "origin": command.origin,
        "effects": command.effects,
    })
}

/// A command's words on one line, without secrets: they may come from a file that the person who asks has not read.
pub fn title(command: &Command, beside: &Beside) -> String {
    command.title_without(|line| beside.text(line))
}

/// What takes the secrets of a call out of what is told about it, and those of files behind it that a pipe gives away.
pub fn beside(seen: &Seen, call: &ToolCall, judge: &Judge) -> Beside {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for command in seen.understanding.commands.iter().filter(|command| command.origin.is_some()) {
        match lines.last_mut() {
            Some((pipeline, line)) if *pipeline == command.pipeline() => {
                line.push_str(" | ");
                line.push_str(&command.line());
            }
            _ => lines.push((command.pipeline(), command.line())),
        }
    }
    Redactor::new(judge.key).beside(&json!([call.input, lines]))
}

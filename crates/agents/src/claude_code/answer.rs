//! What the hook prints, and how it exits.
//!
//! A denial is said three times, because each way alone has been seen to fail: as the client's own
//! JSON on standard output, as the same reason on standard error, and as exit code 2. Standard
//! output is exactly one JSON object or nothing: anything else is taken for plain text, and the
//! tool runs.

use serde_json::{Map, Value, json};

/// Said where a denial comes without a reason, which clients treat as none.
const NO_REASON: &str = "Countersign denied this and could not say why; treat it as forbidden.";

/// What Countersign has to say to one event.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Nothing: the client goes on as if it had not asked, with its own prompts.
    Pass,
    /// Run the tool without asking a person. Only `PreToolUse` can be granted; to any other event
    /// it says nothing.
    Grant {
        /// Why, for the client's own record.
        reason: Option<String>,
        /// The arguments to run it with instead, all of them.
        input: Option<Map<String, Value>>,
    },
    /// Stop it: the tool, the prompt, or the change of settings.
    Deny {
        /// Why; the agent reads it.
        reason: String,
    },
    /// Go on, and let the agent read this.
    Context {
        /// What the agent reads.
        text: String,
    },
}

/// What the hook's process does: what it prints and how it exits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// One JSON object and a line end, or nothing.
    pub stdout: String,
    /// The reason of a denial, or nothing.
    pub stderr: String,
    /// 2 for a denial, else 0.
    pub exit: u8,
}

/// Spells an answer to the event of this name. `notice` is shown to the person at the terminal; the
/// agent does not see it.
pub fn answer(event: &str, answer: &Answer, notice: Option<&str>) -> Output {
    match answer {
        Answer::Pass => said(Map::new(), notice),
        Answer::Grant { reason, input } if event == "PreToolUse" => {
            said(grant(reason.as_deref(), input.as_ref()), notice)
        }
        Answer::Grant { .. } => said(Map::new(), notice),
        Answer::Context { text } if takes_context(event) => {
            said(specific(json!({ "hookEventName": event, "additionalContext": text })), notice)
        }
        Answer::Context { text } => said(Map::new(), Some(notice.unwrap_or(text))),
        Answer::Deny { reason } => denied(event, reason, notice),
    }
}

/// The denial for an input that could not be read, so that nobody knows which event it was.
pub fn deny_anything(reason: &str) -> Output {
    denied("PreToolUse", reason, None)
}

fn denied(event: &str, reason: &str, notice: Option<&str>) -> Output {
    let reason = if reason.trim().is_empty() { NO_REASON } else { reason };
    let body = match event {
        "PreToolUse" => specific(json!({
            "hookEventName": event,
            "permissionDecision": "deny",
            "permissionDecisionReason": reason,
        })),
        "PermissionRequest" => specific(json!({
            "hookEventName": event,
            "decision": { "behavior": "deny", "message": reason },
        })),
        _ => object(json!({ "decision": "block", "reason": reason })),
    };
    Output { stderr: format!("{reason}\n"), exit: 2, ..said(body, notice) }
}

fn grant(reason: Option<&str>, input: Option<&Map<String, Value>>) -> Map<String, Value> {
    let mut grant = object(json!({ "hookEventName": "PreToolUse", "permissionDecision": "allow" }));
    if let Some(reason) = reason {
        grant.insert("permissionDecisionReason".to_owned(), reason.into());
    }
    if let Some(input) = input {
        grant.insert("updatedInput".to_owned(), Value::Object(input.clone()));
    }
    specific(Value::Object(grant))
}

fn said(mut body: Map<String, Value>, notice: Option<&str>) -> Output {
    if let Some(notice) = notice.filter(|notice| !notice.is_empty()) {
        body.insert("systemMessage".to_owned(), notice.into());
    }
    let stdout = if body.is_empty() { String::new() } else { format!("{}\n", Value::Object(body)) };
    Output { stdout, stderr: String::new(), exit: 0 }
}

fn specific(value: Value) -> Map<String, Value> {
    Map::from_iter([("hookSpecificOutput".to_owned(), value)])
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

fn takes_context(event: &str) -> bool {
    matches!(
        event,
        "SessionStart"
            | "UserPromptSubmit"
            | "PreToolUse"
            | "PostToolUse"
            | "PostToolUseFailure"
            | "SubagentStart"
    )
}

#[cfg(test)]
mod tests;

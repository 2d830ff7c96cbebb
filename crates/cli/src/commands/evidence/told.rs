//! One record of the evidence in one line, with reviewers by their names.

use std::collections::BTreeMap;

use countersign_approval::{Approval, Fingerprint, Grant, Signed, Verdict};
use countersign_evidence::{Authority, Decided, Event, Ran};
use countersign_model::{DecisionKind, Digest};

use crate::output;

/// The names of reviewers by their keys, as the log enrolled them.
#[derive(Default)]
pub struct Names(BTreeMap<Fingerprint, String>);

impl Names {
    /// Remembers whom an event enrolls.
    pub fn learn(&mut self, event: &Event) {
        if let Event::ReviewerEnrolled { enrollment } = event {
            let statement = &enrollment.statement;
            self.0.insert(statement.key.fingerprint(), statement.name.to_string());
        }
    }

    fn of(&self, key: &Fingerprint) -> String {
        self.0.get(key).cloned().unwrap_or_else(|| key.to_string())
    }
}

/// One line for one event.
pub fn line(event: &Event, names: &Names) -> String {
    match event {
        Event::Decided(decided) => decision(decided),
        Event::Prompted { text, .. } => format!("prompt   {text}"),
        Event::Held { ticket, call, .. } => format!("held     {ticket} ({call})"),
        Event::Joined { ticket, call, .. } => format!("joined   {ticket} ({call}): it asks for the same"),
        Event::Parked { ticket, call, .. } => {
            format!("parked   {ticket} ({call}): nobody decided while the hook waited")
        }
        Event::Reviewed { approval } => verdict(approval, names),
        Event::Granted { grant } => granted(grant, names),
        Event::Revoked { revocation } => {
            let statement = &revocation.statement;
            let note = statement.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
            format!("revoked  {} by {}{note}", statement.grant, names.of(&revocation.key))
        }
        Event::Released { authority, call, pinned, .. } => {
            let by = match authority {
                Authority::Ticket { ticket } => format!("by the approvals of {ticket}"),
                Authority::Grants { grants } => {
                    let grants: Vec<String> = grants.iter().map(ToString::to_string).collect();
                    format!("by {}", grants.join(", "))
                }
            };
            let pinned = if pinned.is_some() { ", pinned to what was approved" } else { "" };
            format!("released {call} {by}{pinned}")
        }
        Event::Voided { ticket, call, why, .. } => format!("voided   {ticket} ({call}): {why}"),
        Event::Expired { ticket } => format!("expired  {ticket}: nobody decided in time"),
        Event::Outcome { call, result, landed, .. } => outcome(&call.to_string(), result, *landed),
        Event::ReviewerEnrolled { enrollment } => {
            let statement = &enrollment.statement;
            let by = if enrollment.key == statement.key.fingerprint() {
                "by their own key, as the first".to_owned()
            } else {
                format!("by {}", names.of(&enrollment.key))
            };
            let groups = match statement.groups.as_slice() {
                [] => String::new(),
                groups => format!(" of {}", groups.join(", ")),
            };
            format!("enrolled {}{groups} {by} ({})", statement.name, statement.key.fingerprint())
        }
        Event::ReviewerRetired { retirement } => {
            let statement = &retirement.statement;
            let why = statement.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            format!("retired  {} by {}{why}", names.of(&statement.key), names.of(&retirement.key))
        }
        Event::BundleAdopted { bundle, repository, pack, .. } => {
            format!("adopted  {} ({pack}, unsigned){}", short(bundle), place(repository.as_deref()))
        }
        Event::BundleActivated { activation } => {
            let statement = &activation.statement;
            format!(
                "policy   {}{} signed by {}",
                short(&statement.bundle),
                place(statement.repository.as_deref()),
                names.of(&activation.key)
            )
        }
        Event::TaskStarted { task } => format!("task     {} started: {}", task.id, task.title),
        Event::TaskEnded { task } => format!("task     {task} ended"),
        Event::Tampering { what, detail, .. } => format!("TAMPER   {what}: {detail}"),
        other => plain(other),
    }
}

fn decision(decided: &Decided) -> String {
    let call = decided.call.text("command").or_else(|| decided.call.text("file_path")).unwrap_or_default();
    let word = word(&decided.decision.kind);
    format!("{word:<8} {} {call} — {}", decided.call.tool, decided.decision.reason)
}

/// A decision's word for people.
pub const fn word(kind: &DecisionKind) -> &'static str {
    match kind {
        DecisionKind::Allow => "allow",
        DecisionKind::Monitor => "monitor",
        DecisionKind::RequireApproval { .. } => "hold",
        DecisionKind::Deny => "deny",
    }
}

fn verdict(approval: &Signed<Approval>, names: &Names) -> String {
    let word = match approval.statement.verdict {
        Verdict::Approve => "approved",
        Verdict::Deny => "refused",
    };
    format!("{word:<8} {} by {}", approval.statement.ticket, names.of(&approval.key))
}

fn granted(grant: &Signed<Grant>, names: &Names) -> String {
    let statement = &grant.statement;
    let session = match &statement.session {
        Some(session) => format!("session {session}"),
        None => "any session".to_owned(),
    };
    let note = statement.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
    format!(
        "granted  {} by {}: {} {} up to {}, {}, {}, until {:.0}{note}",
        statement.id,
        names.of(&grant.key),
        statement.verb,
        statement.resource,
        statement.environment,
        output::count(statement.count.into(), "call"),
        session,
        statement.expires
    )
}

fn outcome(call: &str, result: &Ran, landed: Option<bool>) -> String {
    let result = match result {
        Ran::Succeeded => "succeeded",
        Ran::Failed => "failed",
        Ran::Interrupted => "was interrupted",
        Ran::Background { .. } => "goes on in the background",
        Ran::Unknown => "ended, nobody said how",
    };
    let landed = match landed {
        Some(true) => "; what was approved was seen to land",
        Some(false) => "; what was approved was not seen to land",
        None => "",
    };
    format!("outcome  {call} {result}{landed}")
}

/// The start of a digest, enough to tell it from others.
fn short(digest: &Digest) -> String {
    digest.to_string().chars().take(19).collect()
}

fn place(repository: Option<&str>) -> String {
    repository.map(|repository| format!(" for {repository}")).unwrap_or_default()
}

/// Any other event: its kind and its plain fields.
fn plain(event: &Event) -> String {
    let value = serde_json::to_value(event).unwrap_or_default();
    let kind = value.get("type").and_then(serde_json::Value::as_str).unwrap_or("unknown").to_owned();
    let fields = value.as_object().into_iter().flatten();
    let rest: Vec<String> = fields
        .filter(|(name, value)| *name != "type" && (value.is_string() || value.is_number()))
        .map(|(name, value)| {
            format!("{name}={}", value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        })
        .collect();
    format!("{kind} {}", rest.join(" "))
}

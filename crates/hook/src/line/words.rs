//! What the agent and the person in front of it read.

use countersign_local::{LedgerError, Status};
use countersign_model::{Requirement, Ticket};

use super::Seen;

/// The line itself failed.
pub fn failed(problem: &LedgerError) -> String {
    let mut reason = format!("Countersign cannot vouch for this, so it is denied: {problem}");
    let mut cause = std::error::Error::source(problem);
    while let Some(error) = cause {
        reason.push_str(&format!(": {error}"));
        cause = error.source();
    }
    reason.push_str(". A person can run `countersign doctor` in their own terminal.");
    reason
}

/// Policy says no.
pub fn denied(seen: &Seen) -> String {
    let decision = &seen.decision;
    format!(
        "Countersign denies this: {} (risk {}, {}). Nobody can approve it; do something else, and do not try another \
         way to the same end.",
        decision.reason,
        decision.risk.score,
        policies(seen)
    )
}

/// Held, and the hook stops waiting. `pinned` is whether it is released in a form that can do the reviewed change only.
pub fn parked(ticket: &Ticket, seen: &Seen, requirement: &Requirement, pinned: bool, nobody: bool) -> String {
    let decision = &seen.decision;
    let who = if nobody {
        "No reviewer is enrolled yet, so nobody can approve it: a person has to run `countersign reviewers enroll` \
         in their own terminal first."
            .to_owned()
    } else {
        let passes = if pinned {
            "and it passes, in the form that was reviewed, until that change has landed or the approval ends."
        } else {
            "and it passes once."
        };
        format!(
            "It waits for {} as {ticket}: `countersign approvals show {ticket}`. Go on with other work; once it is \
             approved, make exactly this call again {passes}",
            reviewers(requirement)
        )
    };
    format!(
        "Countersign holds this: {} (risk {}, {}). {who} Do not try another way to the same end.",
        decision.reason,
        decision.risk.score,
        policies(seen)
    )
}

/// A reviewer said no.
pub fn refused(ticket: &Ticket, reviewer: &str, note: Option<&str>) -> String {
    let note = note.map(|note| format!(": “{note}”")).unwrap_or_default();
    format!(
        "A reviewer ({reviewer}) denied this ({ticket}){note}. It must not happen in this session; do not try another \
         way to the same end."
    )
}

/// What was approved is not what would happen now.
pub fn voided(ticket: &Ticket, why: &str) -> String {
    format!(
        "The approval {ticket} is void: {why} since the action was reviewed. Look at what changed; if you still need \
         the action, ask for it again."
    )
}

/// The hold has ended: nothing more is released by it.
pub fn over(ticket: &Ticket, status: &Status) -> String {
    let why = match status {
        Status::Used => "was used, and it counts once",
        Status::Expired => "expired before it was approved",
        Status::Voided => "is void, because something it covered changed or was let go by other means",
        Status::Denied => "was denied",
        Status::Waiting => "still waits",
    };
    format!("The hold {ticket} {why}. If you still need the action, ask for it again.")
}

/// For the runtime's own record of a countersigned call.
pub fn released(ticket: &Ticket, reviewers: &[String]) -> String {
    format!("countersigned by {} ({ticket})", reviewers.join(", "))
}

/// The same id with other arguments.
pub const OTHER_CALL: &str = "another call was already decided under this call's id, so this one is denied";

/// A call that flowed is asked again, and would not flow now.
pub const MOVED: &str = "this call was decided before, but what it would do has changed since; make it again";

fn reviewers(requirement: &Requirement) -> String {
    let many = if requirement.approvals == 1 {
        "a reviewer".to_owned()
    } else {
        format!("{} reviewers", requirement.approvals)
    };
    if requirement.groups.is_empty() {
        many
    } else {
        format!("{many} including {}", requirement.groups.join(", "))
    }
}

/// The policies that decided, and whose word they are.
fn policies(seen: &Seen) -> String {
    let names: Vec<&str> = seen.decision.policies.iter().map(countersign_model::PolicyId::as_str).collect();
    let mut text = match names.as_slice() {
        [] => "no policy permits it".to_owned(),
        [one] => format!("policy {one}"),
        several => format!("policies {}", several.join(", ")),
    };
    if let Some(standing) = &seen.standing {
        text.push_str(&format!("; decided by {standing}"));
    }
    text
}

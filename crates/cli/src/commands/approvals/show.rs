//! `approvals show`: everything a reviewer decides on, in one screen.

pub(super) mod standing;
mod text;

use anyhow::Result;
use countersign_hook::now;
use countersign_model::Ticket;
use serde_json::json;

use super::Held;
use crate::desk::Desk;
use crate::output;

/// Shows one hold; `diff` is for the whole patch however long it is.
pub fn run(desk: &mut Desk, ticket: &Ticket, diff: bool, json: bool) -> Result<()> {
    let held = super::find(desk, ticket)?;
    let approved = standing::approved(desk, &held.hold, now())?;
    if json {
        let patches: Vec<_> = text::patches(&held).into_iter().map(|patch| patch.text).collect();
        return output::json(&json!({
            "hold": held.hold, "review": held.review, "decided": held.decided, "approved_by": approved.names,
            "denied_by": approved.denied.as_ref().map(|(name, note)| json!({ "name": name, "note": note })),
            "approved": approved.enough, "diff": diff.then_some(patches),
        }));
    }
    print(&held, &approved, diff);
    Ok(())
}

/// Everything about a hold, for people.
pub(super) fn print(held: &Held, approved: &standing::Approved, diff: bool) {
    text::print(held, approved, now());
    text::print_patches(held, &text::patches(held), diff);
}

//! `approvals list`.

use anstream::println;
use anyhow::Result;
use serde_json::json;

use super::Held;
use super::show::standing;
use crate::desk::Desk;
use crate::{output, terminal};

/// Characters of a command that the list shows.
const LONGEST: usize = 44;

/// Prints what waits, oldest first.
pub fn run(desk: &mut Desk, json: bool) -> Result<()> {
    let tickets = desk.read(|state| Ok(state.open()?))?;
    let mut rows = Vec::new();
    for ticket in tickets {
        let Some(hold) = desk.read(|state| Ok(state.hold(&ticket)?.cloned()))? else { continue };
        if hold.expires > countersign_hook::now() {
            let held = super::read(desk, hold)?;
            let approved = standing::approved(desk, &held.hold, countersign_hook::now())?;
            rows.push((held, approved));
        }
    }
    if json {
        let waiting: Vec<_> = rows
            .iter()
            // `answers` counts every signed answer, whether it is believed or not.
            .map(|(held, approved)| {
                json!({
                    "ticket": held.hold.ticket, "session": held.hold.session, "asked": held.hold.asked,
                    "expires": held.hold.expires, "requirement": held.hold.requirement,
                    "answers": held.hold.answers.len(), "approved_by": approved.names, "approved": approved.enough, "parked": held.hold.parked,
                    "wants": wants(held),
                    "reason": held.decided.as_ref().map(|decided| &decided.decision.reason),
                    "risk": held.decided.as_ref().map(|decided| decided.decision.risk.score),
                })
            })
            .collect();
        return output::json(&json!({ "waiting": waiting }));
    }
    if rows.is_empty() {
        println!("Nothing waits.");
        return Ok(());
    }
    let now = countersign_hook::now();
    output::table(
        ["TICKET", "STATE", "ASKED", "LEFT", "APPROVED", "RISK", "WANTS"],
        rows.iter().map(|(held, approved)| {
            let decision = held.decided.as_ref().map(|decided| &decided.decision);
            let (hold, requirement) = (&held.hold, &held.hold.requirement);
            let given = format!("{} of {}", approved.names.len(), requirement.approvals.max(1));
            [
                terminal::line(hold.ticket.as_str()),
                standing::word(hold, approved, now).to_owned(),
                format!("{} ago", standing::between(hold.asked, now)),
                standing::between(now, hold.expires),
                given,
                decision.map(|decision| decision.risk.score.to_string()).unwrap_or_default(),
                short(&terminal::line(&wants(held).unwrap_or_default())),
            ]
        }),
    );
    println!(
        "`countersign approvals show TICKET` says what it would do, why it waits, and whose approval it takes."
    );
    if rows.iter().any(|(_, approved)| approved.enough) {
        println!(
            "What is approved waits for the agent to make the identical call. It passes once; in a pinned form, until \
             the change has landed or the approval ends."
        );
    }
    Ok(())
}

/// The command, or the tool with its arguments.
fn wants(held: &Held) -> Option<String> {
    let call = &held.decided.as_ref()?.call;
    let other = || format!("{} {}", call.tool, serde_json::Value::Object(call.input.clone()));
    Some(call.command().unwrap_or_else(other))
}

/// As much as the other columns leave room for on a usual terminal.
fn short(text: &str) -> String {
    let mut letters = text.chars();
    let mut short: String = letters.by_ref().take(LONGEST).collect();
    if letters.next().is_some() {
        short.push('…');
    }
    short
}

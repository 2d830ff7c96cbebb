//! `approvals list`.

use anstream::println;
use anyhow::Result;
use serde_json::json;

use crate::desk::Desk;
use crate::output;

/// Prints what waits, oldest first.
pub fn run(desk: &mut Desk, json: bool) -> Result<()> {
    let tickets = desk.read(|state| Ok(state.open()?))?;
    let mut rows = Vec::new();
    for ticket in tickets {
        let Some(hold) = desk.read(|state| Ok(state.hold(&ticket)?.cloned()))? else { continue };
        if hold.expires > countersign_hook::now() {
            rows.push(super::read(desk, hold)?);
        }
    }
    if json {
        let waiting: Vec<_> = rows
            .iter()
            .map(|held| {
                json!({
                    "ticket": held.hold.ticket, "session": held.hold.session, "asked": held.hold.asked,
                    "expires": held.hold.expires, "requirement": held.hold.requirement,
                    "answers": held.hold.answers.len(), "parked": held.hold.parked,
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
    output::table(
        ["TICKET", "ASKED", "RISK", "WHAT"],
        rows.iter().map(|held| {
            let decision = held.decided.as_ref().map(|decided| &decided.decision);
            [
                held.hold.ticket.to_string(),
                held.hold.asked.to_string(),
                decision.map(|decision| decision.risk.score.to_string()).unwrap_or_default(),
                decision.map(|decision| decision.reason.clone()).unwrap_or_default(),
            ]
        }),
    );
    Ok(())
}

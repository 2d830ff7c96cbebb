//! `approvals list`.

use anstream::println;
use anyhow::Result;
use serde_json::json;

use super::show::standing;
use crate::desk::Desk;
use crate::{output, terminal};

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
                    "answers": held.hold.answers.len(), "approved_by": approved, "parked": held.hold.parked,
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
        ["TICKET", "ASKED", "STILL WAITS", "TAKES", "RISK", "WHAT"],
        rows.iter().map(|(held, approved)| {
            let decision = held.decided.as_ref().map(|decided| &decided.decision);
            let (hold, requirement) = (&held.hold, &held.hold.requirement);
            let given = format!(
                "{} ({} of {})",
                standing::takes(requirement),
                approved.len(),
                requirement.approvals.max(1)
            );
            [
                terminal::line(hold.ticket.as_str()),
                format!("{} ago", standing::between(hold.asked, now)),
                standing::between(now, hold.expires),
                terminal::line(&given),
                decision.map(|decision| decision.risk.score.to_string()).unwrap_or_default(),
                decision.map(|decision| terminal::line(&decision.reason)).unwrap_or_default(),
            ]
        }),
    );
    Ok(())
}

//! Holds that need no answer any more, because what they wait for was let go by a grant or flows under another policy.

use countersign_evidence::{Decided, Event};
use countersign_local::{LedgerError, Session, Transaction};
use countersign_model::{Resource, Ticket, ToolCall, Verb};
use serde_json::Value;

use super::{Line, Seen};

/// Why a hold is over that a policy no longer asks for.
pub(super) const FLOWS: &str = "the same call was made again, and the policy let it flow";

impl Line {
    /// The tickets under which this session asked for the same before: by its words, and to the same end. The
    /// policy, which the commitment of a hold is of as well, may be another.
    pub(super) fn asked_before(&self, session: &Session, decided: &Event) -> Vec<Ticket> {
        let Event::Decided(decided) = decided else { return Vec::new() };
        let mut tickets: Vec<Ticket> = Vec::new();
        for old in session.calls.iter().filter(|old| old.tool == decided.call.tool) {
            let Some(ticket) = old.ticket.as_ref().filter(|ticket| !tickets.contains(ticket)) else {
                continue;
            };
            // Nothing is let go by this: a record that cannot be read is said to be so where something is.
            let Ok(Event::Decided(before)) = self.ledger.record(&old.decided).map(|record| record.event)
            else {
                continue;
            };
            if words(&before) == words(decided) && ends(&before) == ends(decided) {
                tickets.push(ticket.clone());
            }
        }
        tickets
    }
}

/// That the holds are over which wait for what this call does now, or were asked for under these tickets.
pub(super) fn voids(
    log: &mut Transaction<'_>,
    call: &ToolCall,
    seen: &Seen,
    asked: &[Ticket],
    why: &str,
) -> Result<Vec<Event>, LedgerError> {
    let mut voids = Vec::new();
    for ticket in log.state().open()? {
        let Some(hold) = log.state().hold(&ticket)? else { continue };
        let same = asked.contains(&ticket) || hold.commitment.matches(&seen.action);
        if hold.session == call.session && same {
            voids.push(Event::Voided {
                ticket,
                session: call.session.clone(),
                call: call.id.clone(),
                why: why.to_owned(),
            });
        }
    }
    Ok(voids)
}

/// What a call says that bears on what happens.
fn words(decided: &Decided) -> (&str, Vec<(&String, &Value)>) {
    let bears = |name: &String| decided.bearing.iter().any(|bearing| bearing == name);
    let input = decided.call.input.iter().filter(|(name, _)| bears(name));
    (&decided.call.cwd, input.collect())
}

/// What a call does, and to what.
fn ends(decided: &Decided) -> Vec<(&Verb, &Resource)> {
    decided.effects.iter().map(|effect| (&effect.verb, &effect.resource)).collect()
}

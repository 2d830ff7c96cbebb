//! Each hold: verdicts over it, and releases only with them.

use std::collections::HashMap;

use countersign_approval::{
    Approval, Commitment, Fingerprint, Grant, Revocation, Signed, Standing, Verdict, standing,
};
use countersign_model::{DecisionKind, GrantId, Requirement, SessionId, Ticket, Timestamp, ToolCallId};

use super::calls::{Call, Calls};
use super::people::People;
use super::report::{Problems, quoted};
use crate::{Authority, Decided};

/// The holds and grants of a log.
#[derive(Debug, Default)]
pub struct Holds {
    holds: HashMap<Ticket, Hold>,
    grants: HashMap<GrantId, Granted>,
    /// Of each session, what a reviewer denied, and whether the denial says what the reviewer saw.
    denied: HashMap<SessionId, Vec<(Ticket, bool)>>,
}

/// What is known of a grant.
#[derive(Debug)]
struct Granted {
    signed: Signed<Grant>,
    used: u32,
    revoked: bool,
}

/// What is known of a hold.
#[derive(Debug)]
pub struct Hold {
    pub sequence: u64,
    pub session: SessionId,
    pub call: ToolCallId,
    pub commitment: Commitment,
    pub requirement: Requirement,
    pub expires: Timestamp,
    /// What the call would be rewritten to, so that trying twice does no harm.
    pub pinned: Option<String>,
    /// Who approved, and until when that counts.
    approvals: Vec<(Fingerprint, Timestamp)>,
    /// The calls that were let go by it.
    released: Vec<ToolCallId>,
    /// Why nothing more may be let go by it.
    over: Option<&'static str>,
}

impl Hold {
    pub fn new(
        sequence: u64,
        (session, call): (SessionId, ToolCallId),
        commitment: Commitment,
        requirement: Requirement,
        expires: Timestamp,
        pinned: Option<String>,
    ) -> Self {
        let (approvals, released, over) = (Vec::new(), Vec::new(), None);
        Self { sequence, session, call, commitment, requirement, expires, pinned, approvals, released, over }
    }
}

impl Holds {
    pub fn held(&mut self, ticket: &Ticket, hold: Hold, calls: &Calls, problems: &mut Problems) {
        let name = quoted(ticket);
        match calls.get(&hold.session, &hold.call).map(|call| &call.decision) {
            Some(DecisionKind::RequireApproval { requirement }) if *requirement == hold.requirement => {}
            Some(DecisionKind::RequireApproval { .. }) => {
                problems.violation(format!("{name} asks for other approvals than were decided"));
            }
            Some(DecisionKind::Allow | DecisionKind::Monitor | DecisionKind::Deny) | None => {
                problems.violation(format!("{name} holds a call that was not decided to wait"));
            }
        }
        if self.holds.contains_key(ticket) {
            problems.violation(format!("{name} is the ticket of another hold"));
        } else {
            self.holds.insert(ticket.clone(), hold);
        }
    }

    /// Whether the verdict counts.
    pub fn reviewed(
        &mut self,
        signed: &Signed<Approval>,
        (calls, people): (&Calls, &mut People),
        problems: &mut Problems,
    ) -> bool {
        let approval = &signed.statement;
        let name = quoted(&approval.ticket);
        if !people.signed(signed, problems) {
            return false;
        }
        let Some(hold) = self.holds.get_mut(&approval.ticket) else {
            problems.violation(format!("a verdict over {name}, which is no hold"));
            return false;
        };
        if approval.commitment != hold.commitment {
            problems.violation(format!("a verdict over another action than {name} holds"));
            return false;
        }
        if approval.after.sequence < hold.sequence {
            problems.violation(format!("a verdict that is older than {name}"));
            return false;
        }
        if approval.at >= hold.expires && approval.verdict == Verdict::Approve {
            problems.warning(format!("{name} was approved after it expired; that does not count"));
            return false;
        }
        let waiting = calls.get(&hold.session, &hold.call).and_then(|call| call.waiting.as_ref());
        let shown = waiting.and_then(|waiting| waiting.decided.shown(hold.pinned.as_deref()).ok());
        match approval.shown {
            None if approval.verdict == Verdict::Approve => {
                problems.warning(format!("{name} was approved without saying what the reviewer saw"));
            }
            Some(_) if approval.shown != shown => {
                problems.violation(format!("a verdict over something else than the record of {name} shows"));
                return false;
            }
            Some(_) | None => {}
        }
        match approval.verdict {
            Verdict::Approve => hold.approvals.push((signed.key, approval.expires)),
            // Whatever becomes of the reviewer.
            Verdict::Deny => {
                hold.over = hold.over.or(Some("it was denied"));
                let denied = (approval.ticket.clone(), approval.shown.is_some());
                self.denied.entry(hold.session.clone()).or_default().push(denied);
            }
        }
        true
    }

    pub fn granted(&mut self, signed: &Signed<Grant>, people: &mut People, problems: &mut Problems) {
        if people.signed(signed, problems) {
            let id = &signed.statement.id;
            if self.grants.contains_key(id) {
                problems.violation(format!("{} is the name of another grant", quoted(id)));
            } else {
                let new = Granted { signed: signed.clone(), used: 0, revoked: false };
                self.grants.insert(id.clone(), new);
            }
        }
    }

    pub fn revoked(&mut self, signed: &Signed<Revocation>, people: &mut People, problems: &mut Problems) {
        if !people.signed(signed, problems) {
            return;
        }
        let id = &signed.statement.grant;
        match self.grants.get_mut(id) {
            // Whatever becomes of the reviewer.
            Some(grant) => grant.revoked = true,
            None => problems.violation(format!("{} was revoked, which is no grant", quoted(id))),
        }
    }

    /// Something is said of a hold: there must be one.
    pub fn known(&self, ticket: &Ticket, problems: &mut Problems) {
        if !self.holds.contains_key(ticket) {
            problems.violation(format!("{} is no hold", quoted(ticket)));
        }
    }

    /// Something ended the hold: nothing may be let go by it any more.
    pub fn over(&mut self, ticket: &Ticket, why: &'static str, problems: &mut Problems) {
        self.known(ticket, problems);
        if let Some(hold) = self.holds.get_mut(ticket) {
            hold.over = hold.over.or(Some(why));
        }
    }

    /// The transition of a released call is seen in the world: its approval is used up.
    pub fn landed(&mut self, session: &SessionId, call: &ToolCallId) {
        for hold in self.holds.values_mut() {
            if hold.session == *session && hold.released.contains(call) {
                hold.over = hold.over.or(Some("its transition had landed"));
            }
        }
    }

    pub fn released(
        &mut self,
        authority: &Authority,
        (session, call): (&SessionId, &ToolCallId),
        pinned: bool,
        now: Timestamp,
        (calls, people): (&Calls, &People),
        problems: &mut Problems,
    ) {
        let name = quoted(call);
        let Some(decided) = calls.get(session, call) else {
            return problems.violation(format!("the call {name} was released without a decision"));
        };
        if decided.waiting.is_none() {
            return problems.violation(format!(
                "the call {name} was released; it was decided as {}",
                decided.decision.word()
            ));
        }
        let why_not = match authority {
            Authority::Ticket { ticket } => {
                self.by_ticket(ticket, (session, call, decided), pinned, now, (calls, people))
            }
            Authority::Grants { grants } if grants.is_empty() => Some("by no grant".to_owned()),
            Authority::Grants { grants } => {
                let covered =
                    grants.iter().find_map(|grant| self.by_grant(grant, (session, decided), now, people));
                covered.or_else(|| self.denied_before((session, call, decided), calls, problems))
            }
        };
        if let Some(why) = why_not {
            problems.violation(format!("the call {name} was released {why}"));
        }
    }

    /// Why no grant lets this call go, if a reviewer denied exactly this action in its session.
    ///
    /// A denial that does not say what its reviewer saw is older than this rule, and so may be the release.
    fn denied_before(
        &self,
        (session, id, call): (&SessionId, &ToolCallId, &Call),
        calls: &Calls,
        problems: &mut Problems,
    ) -> Option<String> {
        let waiting = call.waiting.as_deref()?;
        let denied = self.denied.get(session)?.iter().filter(|(ticket, _)| {
            let Some(hold) = self.holds.get(ticket) else { return false };
            let held = calls.get(&hold.session, &hold.call).and_then(|held| held.waiting.as_deref());
            held.is_some_and(|held| {
                let shown = |decided: &Decided| decided.shown(None).ok();
                held.shape.is_some()
                    && held.shape == waiting.shape
                    && shown(&held.decided) == shown(&waiting.decided)
            })
        });
        let (ticket, saw) = denied.max_by_key(|(_, saw)| *saw)?;
        let why = format!("by a grant, after a reviewer denied it as {}", quoted(ticket));
        if *saw {
            return Some(why);
        }
        problems.warning(format!("the call {} was released {why}", quoted(id)));
        None
    }

    /// Why the hold does not let this call go, if so.
    fn by_ticket(
        &mut self,
        ticket: &Ticket,
        (session, id, call): (&SessionId, &ToolCallId, &Call),
        pinned: bool,
        now: Timestamp,
        (calls, people): (&Calls, &People),
    ) -> Option<String> {
        let name = quoted(ticket);
        let Some(hold) = self.holds.get_mut(ticket) else {
            return Some(format!("by {name}, which is no hold"));
        };
        if hold.session != *session {
            return Some(format!("by {name}, which is another session's"));
        }
        let held = calls.get(&hold.session, &hold.call).and_then(|held| held.waiting.as_deref());
        match (held, call.waiting.as_deref()) {
            (Some(held), Some(waiting)) if held.shape.is_some() && held.shape == waiting.shape => {
                let pinned = hold.pinned.as_deref();
                if held.decided.shown(pinned).ok() != waiting.decided.shown(pinned).ok() {
                    return Some(format!("by {name}, which holds another action"));
                }
            }
            (_, _) => return Some(format!("by {name}, which holds another action")),
        }
        if let Some(why) = hold.over.or((now >= hold.expires).then_some("it had expired")) {
            return Some(format!("by {name} after {why}"));
        }
        let approvals: Vec<_> = hold
            .approvals
            .iter()
            .filter(|(_, expires)| now < *expires)
            .filter_map(|(key, _)| Some((people.find(*key)?, Verdict::Approve)))
            .collect();
        match standing(&hold.requirement, &approvals) {
            Standing::Approved => {}
            Standing::Waiting | Standing::Denied => {
                return Some(format!("by {name} without the approvals it takes"));
            }
        }
        if hold.pinned.is_some() != pinned {
            return Some(format!("by {name}, but not in the pinned form that was reviewed"));
        }
        if hold.pinned.is_none() && !hold.released.is_empty() {
            return Some(format!("by {name}, whose approval was used before and counts once"));
        }
        hold.released.push(id.clone());
        None
    }

    /// Why the grant does not let this call go, if so.
    fn by_grant(
        &mut self,
        id: &GrantId,
        (session, call): (&SessionId, &Call),
        now: Timestamp,
        people: &People,
    ) -> Option<String> {
        let name = quoted(id);
        let Some(grant) = self.grants.get_mut(id) else {
            return Some(format!("by {name}, which is no grant"));
        };
        if grant.revoked {
            return Some(format!("by {name} after it was revoked"));
        }
        if people.find(grant.signed.key).is_none() {
            return Some(format!("by {name}, whose signer is no longer a reviewer"));
        }
        let covers = |effect| grant.signed.statement.covers(effect, session, now, grant.used);
        let covered = call.waiting.iter().flat_map(|waiting| &waiting.decided.effects).any(covers);
        grant.used = grant.used.saturating_add(1);
        (!covered).then(|| format!("by {name}, which does not cover it, or no longer"))
    }
}

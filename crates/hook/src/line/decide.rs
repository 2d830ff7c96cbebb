//! A call about to run: decide it, record the decision, answer it.

use std::collections::BTreeMap;

use countersign_agents::claude_code::Answer;
use countersign_approval::Commitment;
use countersign_evidence::{Authority, Decided, Event};
use countersign_local::{
    Authorities, Believed, Denials, Given, Hold, LedgerError, Session, Transaction, new_ticket,
};
use countersign_model::{DecisionKind, Digest, Finding, GrantId, Requirement, Ticket, Timestamp, ToolCall};
use countersign_policy::OnAllow;
use countersign_understand::Pinning;
use serde_json::Value;

use super::{Answered, Known, Line, Seen, fingerprint, overtaken, review, words};

/// A hold that nobody answered within this many hours ends by itself.
const HOLD_HOURS: i64 = 8;

/// The grants that cover a call.
struct Covering {
    /// Each with how often it may be used, and what became of it.
    grants: BTreeMap<GrantId, (u32, Given)>,
    /// What reviewers denied.
    denials: Denials,
    /// Whose signatures count.
    believed: Believed,
}

/// What to do once the record is durable.
enum Plan {
    Pass,
    Grant,
    Deny(String),
    Wait(Ticket),
    /// A reviewer denied this action under that ticket.
    Refused(Ticket),
}

impl Line {
    /// Decides a call that is about to run. Asked twice for one call, it answers the same.
    pub(super) fn decide(&mut self, call: &ToolCall) -> Answered {
        let findings = self.redactor.scan(&Value::Object(call.input.clone()));
        let fingerprint = fingerprint(&self.judge.key, call);
        let (session, authorities) = self
            .ledger
            .read(|state| Ok((state.session(&call.session)?.clone(), state.authorities()?.clone())))?;
        let seen = self.judge(call, &findings, &session, &authorities)?;
        let decided =
            self.storable(Event::Decided(Box::new(decided(call, fingerprint, findings, &seen)?)))?;
        let held = match &seen.decision.kind {
            DecisionKind::RequireApproval { requirement } => {
                Some(self.hold(call, &seen, requirement, &session)?)
            }
            DecisionKind::Allow | DecisionKind::Monitor | DecisionKind::Deny => None,
        };
        let mut covering = self.grants(call, &seen, &authorities)?;
        let asked = self.asked_before(&session, &decided);
        let now = self.now();
        let plan = self.ledger.locked(crate::now, |log| {
            if let Some(answered) = answered_before(log, call, &fingerprint, &seen, &mut covering)? {
                return Ok(answered);
            }
            match (&seen.decision.kind, held) {
                (DecisionKind::Allow | DecisionKind::Monitor, _) => {
                    let over = match asked.as_slice() {
                        [] => Vec::new(),
                        asked => overtaken::voids(log, call, &seen, asked, overtaken::FLOWS)?,
                    };
                    log.append([vec![decided], over].concat())?;
                    Ok(Plan::Pass)
                }
                (DecisionKind::Deny, _) | (DecisionKind::RequireApproval { .. }, None) => {
                    log.append(vec![decided])?;
                    Ok(Plan::Deny(words::denied(&seen)))
                }
                (DecisionKind::RequireApproval { .. }, Some(held)) => {
                    require(log, call, &seen, (decided, &asked), held, covering, now)
                }
            }
        })?;
        match plan {
            Plan::Pass => Ok((pass(&seen), None)),
            Plan::Grant => {
                Ok((Answer::Grant { reason: Some("covered by a grant".to_owned()), input: None }, None))
            }
            Plan::Deny(reason) => Ok((Answer::Deny { reason }, None)),
            Plan::Refused(ticket) => Ok((Answer::Deny { reason: self.refused(&ticket)? }, None)),
            Plan::Wait(ticket) => self.wait(call, &ticket, &seen),
        }
    }

    /// Judges a call of a session as things are now.
    pub(super) fn judge(
        &mut self,
        call: &ToolCall,
        findings: &[Finding],
        session: &Session,
        authorities: &Authorities,
    ) -> Result<Seen, LedgerError> {
        let now = self.now();
        let Self { judge, ledger, .. } = self;
        // Asked for calls that change files only.
        let mut others = |tree: &str, paths: &[String]| {
            ledger.read(|state| Ok(state.overlaps(tree, paths, &call.session, now)?))
        };
        judge.judge(call, findings, Known { session: Some(session), authorities, now, others: &mut others })
    }

    /// The record of a new hold, ready to be written.
    fn hold(
        &self,
        call: &ToolCall,
        seen: &Seen,
        requirement: &Requirement,
        session: &Session,
    ) -> Result<(Ticket, Event), LedgerError> {
        let random: [u8; 24] = countersign_local::random()?;
        let (name, salt) = random.split_at(8);
        let ticket = new_ticket(name.try_into().unwrap_or_default());
        let event = Event::Held {
            ticket: ticket.clone(),
            session: call.session.clone(),
            agent: call.agent.clone(),
            call: call.id.clone(),
            commitment: Commitment::new(salt.try_into().unwrap_or_default(), &seen.action),
            requirement: requirement.clone(),
            expires: self.now() + jiff::SignedDuration::from_hours(HOLD_HOURS),
            review: Box::new(review::gather(seen, session)),
        };
        Ok((ticket, self.storable(event)?))
    }

    /// The grants that together cover every effect that has to wait, if they do.
    fn grants(
        &self,
        call: &ToolCall,
        seen: &Seen,
        authorities: &Authorities,
    ) -> Result<Option<Covering>, LedgerError> {
        let DecisionKind::RequireApproval { .. } = seen.decision.kind else { return Ok(None) };
        if authorities.grants.is_empty() {
            return Ok(None);
        }
        let Some(believed) = self.judge.believed(authorities) else { return Ok(None) };
        let mut used = BTreeMap::new();
        for (effect, alone) in seen.effects.iter().zip(self.judge.one_by_one(seen)?) {
            match alone.kind {
                DecisionKind::Allow | DecisionKind::Monitor => continue,
                // A grant is one reviewer's word: it does for what takes one, and no group.
                DecisionKind::RequireApproval { requirement }
                    if requirement.approvals == 1 && requirement.groups.is_empty() => {}
                DecisionKind::RequireApproval { .. } | DecisionKind::Deny => return Ok(None),
            }
            let mut covering = None;
            for (grant, granted) in &authorities.grants {
                let statement = &grant.statement;
                let covers = |used| statement.covers(effect, &call.session, self.now(), used);
                if !covers(0) || believed.verify(grant).is_err() {
                    continue;
                }
                // Counted in the log: what is derived from it, anyone could have written.
                let Some(mut given) = self.ledger.given(grant, granted)? else { continue };
                if given.used_before((&call.session, &call.id), &believed)?.is_some_and(covers) {
                    covering = Some((statement.id.clone(), (statement.count, given)));
                    break;
                }
            }
            match covering {
                Some((grant, given)) => drop(used.insert(grant, given)),
                None => return Ok(None),
            }
        }
        if used.is_empty() {
            return Ok(None);
        }
        let mut denials = self.ledger.denials(seen.action, used.values().map(|(_, given)| given));
        // What there is of the log is read before it is locked: nobody waits for that.
        denials.first(&believed)?;
        Ok(Some(Covering { grants: used, denials, believed }))
    }
}

/// A host `allow` switches off the host's own prompts, so a plain allow says nothing unless the
/// bundle in force asks for it.
fn pass(seen: &Seen) -> Answer {
    match seen.on_allow {
        OnAllow::Pass => Answer::Pass,
        OnAllow::Grant => Answer::Grant { reason: Some(seen.decision.reason.clone()), input: None },
    }
}

pub(super) fn decided(
    call: &ToolCall,
    fingerprint: Digest,
    findings: Vec<Finding>,
    seen: &Seen,
) -> Result<Decided, LedgerError> {
    Ok(Decided {
        call: call.clone(),
        bearing: seen.understanding.bearing.keys().cloned().collect(),
        fingerprint,
        findings,
        facts: seen.understanding.facts.clone(),
        effects: seen.effects.clone(),
        bundle: seen.bundle,
        context: serde_json::to_value(&seen.context).map_err(LedgerError::unwritable)?,
        decision: seen.decision.clone(),
    })
}

/// The answer this call was given before: the hook may be installed twice, or the host may ask again.
fn answered_before(
    log: &mut Transaction<'_>,
    call: &ToolCall,
    fingerprint: &Digest,
    seen: &Seen,
    covering: &mut Option<Covering>,
) -> Result<Option<Plan>, LedgerError> {
    let Some(old) = log.state().session(&call.session)?.call(&call.id).cloned() else { return Ok(None) };
    if old.fingerprint != *fingerprint {
        log.append(vec![Event::Tampering {
            what: "call-id-reused".to_owned(),
            detail: format!("the call {} was asked again with other arguments", call.id),
            session: Some(call.session.clone()),
        }])?;
        return Ok(Some(Plan::Deny(words::OTHER_CALL.to_owned())));
    }
    Ok(Some(match (old.kind, old.ticket, old.released.is_some()) {
        (DecisionKind::Allow | DecisionKind::Monitor, _, _) if is_stricter(&seen.decision.kind) => {
            Plan::Deny(words::MOVED.to_owned())
        }
        (DecisionKind::Allow | DecisionKind::Monitor, _, _) => Plan::Pass,
        (DecisionKind::RequireApproval { .. }, Some(ticket), _) => Plan::Wait(ticket),
        (DecisionKind::RequireApproval { .. }, None, true) => let_go_by_grants(log, call, seen, covering)?,
        (DecisionKind::RequireApproval { .. }, None, false) | (DecisionKind::Deny, _, _) => {
            Plan::Deny(old.reason)
        }
    }))
}

/// The answer to a call that is recorded as let go by grants.
///
/// INVARIANT: the record of a release is not signed, so it lets nothing go: the grants have to cover what the call
/// would do now, in uses that are this call's own.
fn let_go_by_grants(
    log: &mut Transaction<'_>,
    call: &ToolCall,
    seen: &Seen,
    covering: &mut Option<Covering>,
) -> Result<Plan, LedgerError> {
    if let Some(refused) = refusal(log, call, seen, covering.as_mut())? {
        return Ok(Plan::Refused(refused));
    }
    let own = match covering {
        Some(covering) => {
            let which = (&call.session, &call.id);
            still_given(covering, call)?.is_some()
                && covering.grants.values().all(|(_, given)| given.let_go(which))
        }
        None => false,
    };
    Ok(match &seen.decision.kind {
        // It would flow without them.
        DecisionKind::Allow | DecisionKind::Monitor => Plan::Pass,
        DecisionKind::RequireApproval { .. } if own => Plan::Grant,
        DecisionKind::RequireApproval { .. } | DecisionKind::Deny => Plan::Deny(words::MOVED.to_owned()),
    })
}

/// Whether it is more than what a call that flowed was decided as.
const fn is_stricter(kind: &DecisionKind) -> bool {
    match kind {
        DecisionKind::Allow | DecisionKind::Monitor => false,
        DecisionKind::RequireApproval { .. } | DecisionKind::Deny => true,
    }
}

/// The ticket under which a reviewer denied this action in this session, if one did.
///
/// INVARIANT: where grants would let it go the log is asked, because the derived state can be written by anyone.
fn refusal(
    log: &mut Transaction<'_>,
    call: &ToolCall,
    seen: &Seen,
    covering: Option<&mut Covering>,
) -> Result<Option<Ticket>, LedgerError> {
    if let Some(refused) = log.state().session(&call.session)?.refusal(&seen.action) {
        return Ok(Some(refused.clone()));
    }
    match covering {
        Some(Covering { denials, believed, .. }) => Ok(denials.first(believed)?.cloned()),
        None => Ok(None),
    }
}

/// An action that takes approval: denied before, covered by grants, asked before, or held anew.
///
/// A denial is of exactly this action, a grant of all that are like it: so the denial counts, whichever came first.
fn require(
    log: &mut Transaction<'_>,
    call: &ToolCall,
    seen: &Seen,
    (decided, asked): (Event, &[Ticket]),
    (ticket, held): (Ticket, Event),
    mut covering: Option<Covering>,
    now: Timestamp,
) -> Result<Plan, LedgerError> {
    if let Some(refused) = refusal(log, call, seen, covering.as_mut())? {
        log.append(vec![decided])?;
        return Ok(Plan::Refused(refused));
    }
    let granted = covering.as_mut().map(|covering| still_given(covering, call));
    if let Some(grants) = granted.transpose()?.flatten() {
        let names: Vec<String> = grants.iter().map(ToString::to_string).collect();
        let noun = if names.len() == 1 { "grant" } else { "grants" };
        let why = format!("the same was let go by the {noun} {}", names.join(", "));
        let over = overtaken::voids(log, call, seen, asked, &why)?;
        let authority = Authority::Grants { grants };
        let released =
            Event::Released { authority, session: call.session.clone(), call: call.id.clone(), pinned: None };
        log.append([vec![decided, released], over].concat())?;
        return Ok(Plan::Grant);
    }
    if let Some(hold) = same_action(log, call, seen, now)? {
        let joined = Event::Joined {
            ticket: hold.ticket.clone(),
            session: call.session.clone(),
            call: call.id.clone(),
        };
        log.append(vec![decided, joined])?;
        return Ok(Plan::Wait(hold.ticket));
    }
    log.append(vec![decided, held])?;
    Ok(Plan::Wait(ticket))
}

/// The names of the grants if each of them, as the log ends now, covers this call.
fn still_given(
    Covering { grants, believed, .. }: &mut Covering,
    call: &ToolCall,
) -> Result<Option<Vec<GrantId>>, LedgerError> {
    for (count, given) in grants.values_mut() {
        if given.used_before((&call.session, &call.id), believed)?.is_none_or(|used| used >= *count) {
            return Ok(None);
        }
    }
    Ok(Some(grants.keys().cloned().collect()))
}

/// The hold of the same session that still waits, or was approved, for exactly this action.
fn same_action(
    log: &mut Transaction<'_>,
    call: &ToolCall,
    seen: &Seen,
    now: Timestamp,
) -> Result<Option<Hold>, LedgerError> {
    for ticket in log.state().open()? {
        let Some(hold) = log.state().hold(&ticket)? else { continue };
        if hold.session == call.session && now < hold.expires && hold.commitment.matches(&seen.action) {
            return Ok(Some(hold.clone()));
        }
    }
    Ok(None)
}

/// What the released call is rewritten to.
pub(super) fn pinned_input(seen: &Seen) -> Option<&serde_json::Map<String, Value>> {
    match &seen.understanding.pinning {
        Pinning::Pinned { input, .. } => Some(input),
        Pinning::NotNeeded | Pinning::Impossible { .. } => None,
    }
}

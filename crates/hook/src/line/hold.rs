//! A call that waits: look for signed answers, then release it, refuse it or park it.

use std::time::{Duration, Instant};

use countersign_agents::claude_code::Answer;
use countersign_approval::{self as approval, Reviewer, Standing, Verdict};
use countersign_evidence::{Authority, Decided, Event};
use countersign_local::{Believed, Followed, Hold, LedgerError, State, Status};
use countersign_model::{DecisionKind, Digest, Finding, Requirement, Ticket, ToolCall};
use serde_json::Value;

use super::decide::{decided, pinned_input};
use super::{Answered, LONGEST_HELD, Line, Seen, changed, fingerprint, review, words};
use crate::environment::pause;

/// How often a waiting hook looks whether the log has grown.
const LOOK: Duration = Duration::from_millis(25);

/// What a hold's signed answers amount to, each verified now.
enum Stands {
    Waiting,
    Approved(Approved),
    Denied { reviewer: String, note: Option<String> },
    Over(Status),
}

/// An approved hold, as it was when its answers were verified.
struct Approved {
    verdicts: Vec<(Reviewer, Verdict)>,
    /// What each approval says its reviewer saw.
    shown: Vec<Option<Digest>>,
    /// How many answers there were: another one since then is looked at first.
    answers: usize,
}

/// What came of trying to release a call.
enum Release {
    Released(Answer),
    Refused(String),
    NotYet,
}

impl Line {
    /// Waits for reviewers as long as the options and the host allow, then parks.
    pub(super) fn wait(&mut self, call: &ToolCall, ticket: &Ticket, seen: &Seen) -> Answered {
        let patience = self.options.patience(self.environment.attended, self.environment.wait.as_deref());
        let until = self.started + patience;
        let nobody = self.believed()?.is_none();
        if !nobody && patience > Duration::ZERO {
            review::notify(ticket, &seen.decision.reason);
        }
        let held = self.ledger.read(|state| Ok(hold(state, ticket)?.held))?;
        let mut followed = self.ledger.follow(ticket, &held)?;
        let pinned = followed.hold()?.pinned;
        loop {
            let looked = self.ledger.head()?.sequence;
            match self.stands(&mut followed)? {
                Stands::Waiting => {}
                Stands::Approved(approved) => match self.release(call, &mut followed, &approved)? {
                    Release::Released(answer) => return Ok((answer, None)),
                    Release::Refused(reason) => return Ok((Answer::Deny { reason }, None)),
                    Release::NotYet => {}
                },
                Stands::Denied { reviewer, note } => {
                    let reason = words::refused(ticket, &reviewer, note.as_deref());
                    return Ok((Answer::Deny { reason }, None));
                }
                Stands::Over(status) => {
                    return Ok((Answer::Deny { reason: words::over(ticket, &status) }, None));
                }
            }
            if nobody || !self.log_grows_since(looked, until)? {
                return self.park(call, ticket, seen, (pinned, nobody));
            }
        }
    }

    /// What the agent is told of an action that a reviewer denied before, with who it was and what they said.
    pub(super) fn refused(&mut self, ticket: &Ticket) -> Result<String, LedgerError> {
        let held = self.ledger.read(|state| Ok(state.hold(ticket)?.map(|hold| hold.held)))?;
        // The denial is in the log, whether the derived state knows of its hold or not.
        let Some(held) = held else { return Ok(words::refused(ticket, "earlier", None)) };
        let mut followed = self.ledger.follow(ticket, &held)?;
        Ok(match self.stands(&mut followed)? {
            Stands::Denied { reviewer, note } => words::refused(ticket, &reviewer, note.as_deref()),
            // The denial stands, whatever became of who said it.
            Stands::Waiting | Stands::Approved(_) | Stands::Over(_) => {
                words::refused(ticket, "earlier", None)
            }
        })
    }

    /// Waits until the log has grown past a record; false once there is no time left.
    fn log_grows_since(&self, looked: u64, until: Instant) -> Result<bool, LedgerError> {
        while Instant::now() < until {
            pause(LOOK);
            if self.ledger.head()?.sequence != looked {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn park(
        &mut self,
        call: &ToolCall,
        ticket: &Ticket,
        seen: &Seen,
        (pinned, nobody): (bool, bool),
    ) -> Answered {
        self.ledger.locked(crate::now, |log| {
            log.append(vec![Event::Parked {
                ticket: ticket.clone(),
                session: call.session.clone(),
                call: call.id.clone(),
            }])
        })?;
        let reason = match &seen.decision.kind {
            DecisionKind::RequireApproval { requirement } => {
                words::parked(ticket, seen, requirement, pinned, nobody)
            }
            DecisionKind::Allow | DecisionKind::Monitor | DecisionKind::Deny => words::denied(seen),
        };
        let notice = format!("Countersign holds an action as {ticket}: countersign approvals show {ticket}");
        Ok((Answer::Deny { reason }, Some(notice)))
    }

    /// Who may countersign; none where nobody was ever enrolled.
    fn believed(&mut self) -> Result<Option<Believed>, LedgerError> {
        let authorities = self.ledger.read(|state| Ok(state.authorities()?.clone()))?;
        Ok(self.judge.believed(&authorities))
    }

    fn stands(&mut self, followed: &mut Followed) -> Result<Stands, LedgerError> {
        let Some(believed) = self.believed()? else { return Ok(Stands::Waiting) };
        self.answers(followed.hold()?, &believed)
    }

    /// Counts the answers in the log whose signature, ticket, commitment and time are right.
    fn answers(&self, hold: &Hold, believed: &Believed) -> Result<Stands, LedgerError> {
        let now = self.now();
        let (mut verdicts, mut shown) = (Vec::new(), Vec::new());
        for position in &hold.answers {
            let record = self.ledger.record(position)?;
            let Event::Reviewed { approval } = &record.event else { continue };
            let Ok(reviewer) = believed.verify(approval) else { continue };
            let statement = approval.statement.clone();
            let fits = statement.ticket == hold.ticket && statement.commitment == hold.commitment;
            if !fits || (statement.verdict == Verdict::Approve && !statement.in_force(now)) {
                continue;
            }
            if statement.verdict == Verdict::Deny {
                return Ok(Stands::Denied { reviewer: reviewer.name.to_string(), note: statement.note });
            }
            verdicts.push((reviewer.clone(), statement.verdict));
            shown.push(statement.shown);
        }
        // One that is used up still answers the call it released, if the host asks again.
        if !hold.status.is_open() && hold.status != Status::Used {
            return Ok(Stands::Over(hold.status.clone()));
        }
        if now >= hold.expires {
            return Ok(Stands::Over(Status::Expired));
        }
        Ok(match stand(&hold.requirement, &verdicts) {
            Standing::Approved => Stands::Approved(Approved { verdicts, shown, answers: hold.answers.len() }),
            Standing::Waiting | Standing::Denied => Stands::Waiting,
        })
    }

    /// Looks at everything once more and, if it is still what was reviewed, lets it go.
    fn release(
        &mut self,
        call: &ToolCall,
        followed: &mut Followed,
        approved: &Approved,
    ) -> Result<Release, LedgerError> {
        let Hold { ticket, pinned, .. } = followed.hold()?.clone();
        let findings = self.redactor.scan(&Value::Object(call.input.clone()));
        let (session, authorities) = self
            .ledger
            .read(|state| Ok((state.session(&call.session)?.clone(), state.authorities()?.clone())))?;
        let seen = self.judge(call, &findings, &session, &authorities)?;
        let before = self.first_decision(&ticket)?;
        let input = pinned_input(&seen).filter(|_| pinned).cloned();
        let release = self.storable(Event::Released {
            authority: Authority::Ticket { ticket: ticket.clone() },
            session: call.session.clone(),
            call: call.id.clone(),
            pinned: input.clone(),
        })?;
        let shown = self.shown(call, findings, &seen, pinned)?;
        let enough = match &seen.decision.kind {
            DecisionKind::RequireApproval { requirement } => {
                stand(requirement, &approved.verdicts) == Standing::Approved
            }
            DecisionKind::Allow | DecisionKind::Monitor | DecisionKind::Deny => true,
        };
        self.ledger.locked(crate::now, |log| {
            let hold = followed.hold()?.clone();
            let by: Vec<_> =
                approved.verdicts.iter().map(|(reviewer, _)| reviewer.name.to_string()).collect();
            let released = Release::Released(Answer::Grant {
                reason: Some(words::released(&ticket, &by)),
                input: input.filter(|_| pinned),
            });
            let changed = changed::since(&hold, before.as_deref(), call, &seen)
                .or_else(|| approved.shown.iter().any(|saw| *saw != Some(shown)).then(|| MISLED.to_owned()))
                .or_else(|| (!enough).then(|| "whose approval it takes changed".to_owned()));
            if followed.let_go(&call.session, &call.id) {
                // Asked again: the same answer, which a world that has moved would no longer give.
                return Ok(match changed {
                    None => released,
                    Some(why) => Release::Refused(words::voided(&ticket, &why)),
                });
            }
            if !hold.status.is_open() {
                return Ok(Release::Refused(words::over(&ticket, &hold.status)));
            }
            if hold.answers.len() != approved.answers {
                return Ok(Release::NotYet);
            }
            let Some(why) = changed else {
                log.append(vec![release])?;
                return Ok(released);
            };
            let mut events = vec![Event::Voided {
                ticket: ticket.clone(),
                session: call.session.clone(),
                call: call.id.clone(),
                why: why.clone(),
            }];
            if why == MISLED {
                events.push(Event::Tampering {
                    what: "record-forged".to_owned(),
                    detail: format!("an approval of {ticket} was signed over the record of another action"),
                    session: Some(call.session.clone()),
                });
            }
            log.append(events)?;
            Ok(Release::Refused(words::voided(&ticket, &why)))
        })
    }

    /// What a reviewer would have to have been shown of this call, as it would be stored now.
    fn shown(
        &self,
        call: &ToolCall,
        findings: Vec<Finding>,
        seen: &Seen,
        pinned: bool,
    ) -> Result<Digest, LedgerError> {
        let fingerprint = fingerprint(&self.judge.key, call);
        let live = decided(call, fingerprint, findings, seen)?;
        let Event::Decided(live) = self.storable(Event::Decided(Box::new(live)))? else {
            return Err(LedgerError::unwritable("a decision is no longer one"));
        };
        let pinned = pinned.then(|| review::pinned_text(seen)).flatten();
        let pinned = pinned.map(|text| self.redacted(&Value::String(text), LONGEST_HELD));
        Ok(live.shown(pinned.as_ref().and_then(Value::as_str))?)
    }

    /// The decision that the hold was made by.
    fn first_decision(&mut self, ticket: &Ticket) -> Result<Option<Box<Decided>>, LedgerError> {
        let position = self.ledger.read(|state| {
            let hold = hold(state, ticket)?;
            Ok(state.session(&hold.session)?.call(&hold.call).map(|call| call.decided))
        })?;
        let Some(position) = position else { return Ok(None) };
        Ok(match self.ledger.record(&position)?.event {
            Event::Decided(decided) => Some(decided),
            _ => None,
        })
    }
}

/// Why an approval does not count whose reviewer saw something else.
const MISLED: &str = "the record a reviewer was shown is not of this action";

fn stand(requirement: &Requirement, verdicts: &[(Reviewer, Verdict)]) -> Standing {
    let verdicts: Vec<_> = verdicts.iter().map(|(reviewer, verdict)| (reviewer, *verdict)).collect();
    approval::standing(requirement, &verdicts)
}

fn hold(state: &mut State, ticket: &Ticket) -> Result<Hold, LedgerError> {
    state.hold(ticket)?.cloned().ok_or_else(|| LedgerError::UnknownTicket(ticket.clone()))
}

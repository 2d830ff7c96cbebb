//! A call that waits: look for signed answers, then release it, refuse it or park it.

use std::time::{Duration, Instant};

use countersign_agents::claude_code::Answer;
use countersign_approval::{self as approval, Standing, Verdict};
use countersign_evidence::{Authority, Decided, Event};
use countersign_local::{Believed, Hold, LedgerError, State, Status};
use countersign_model::{DecisionKind, Ticket, ToolCall};
use serde_json::Value;

use super::decide::pinned_input;
use super::{Answered, Line, Seen, changed, words};
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
    ticket: Ticket,
    /// The reviewers' names.
    by: Vec<String>,
    /// How many answers there were: another one since then is looked at first.
    answers: usize,
    /// Whether it is released in its pinned form.
    pinned: bool,
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
            super::review::notify(ticket, &seen.decision.reason);
        }
        loop {
            let looked = self.ledger.head()?.sequence;
            match self.stands(ticket)? {
                Stands::Waiting => {}
                Stands::Approved(approved) => match self.release(call, &approved)? {
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
                return self.park(call, ticket, seen, nobody);
            }
        }
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

    fn park(&mut self, call: &ToolCall, ticket: &Ticket, seen: &Seen, nobody: bool) -> Answered {
        let now = self.now();
        self.ledger.locked(now, |log| {
            log.append(vec![Event::Parked {
                ticket: ticket.clone(),
                session: call.session.clone(),
                call: call.id.clone(),
            }])
        })?;
        let reason = match &seen.decision.kind {
            DecisionKind::RequireApproval { requirement } => {
                words::parked(ticket, &seen.decision, requirement, nobody)
            }
            DecisionKind::Allow | DecisionKind::Monitor | DecisionKind::Deny => words::denied(&seen.decision),
        };
        let notice = format!("Countersign holds an action as {ticket}: countersign approvals show {ticket}");
        Ok((Answer::Deny { reason }, Some(notice)))
    }

    /// Who may countersign; none where nobody was ever enrolled.
    fn believed(&mut self) -> Result<Option<Believed>, LedgerError> {
        let authorities = self.ledger.read(|state| Ok(state.authorities()?.clone()))?;
        Ok(self.judge.believed(&authorities))
    }

    fn stands(&mut self, ticket: &Ticket) -> Result<Stands, LedgerError> {
        let Some(believed) = self.believed()? else { return Ok(Stands::Waiting) };
        let hold = self.ledger.read(|state| hold(state, ticket))?;
        self.answers(&hold, &believed)
    }

    /// Counts the answers in the log whose signature, ticket, commitment and time are right.
    fn answers(&self, hold: &Hold, believed: &Believed) -> Result<Stands, LedgerError> {
        let now = self.now();
        let mut verdicts = Vec::new();
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
            verdicts.push((reviewer, statement.verdict));
        }
        // One that is used up still answers the call it released, if the host asks again.
        if !hold.status.is_open() && hold.status != Status::Used {
            return Ok(Stands::Over(hold.status.clone()));
        }
        if now >= hold.expires {
            return Ok(Stands::Over(Status::Expired));
        }
        Ok(match approval::standing(&hold.requirement, &verdicts) {
            Standing::Approved => Stands::Approved(Approved {
                ticket: hold.ticket.clone(),
                by: verdicts.iter().map(|(reviewer, _)| reviewer.name.to_string()).collect(),
                answers: hold.answers.len(),
                pinned: hold.pinned,
            }),
            Standing::Waiting | Standing::Denied => Stands::Waiting,
        })
    }

    /// Looks at everything once more and, if it is still what was reviewed, lets it go.
    fn release(&mut self, call: &ToolCall, approved: &Approved) -> Result<Release, LedgerError> {
        let ticket = &approved.ticket;
        let findings = self.redactor.scan(&Value::Object(call.input.clone()));
        let (history, authorities) = self
            .ledger
            .read(|state| Ok((state.session(&call.session)?.history, state.authorities()?.clone())))?;
        let seen = self.judge.judge(call, &findings, &history, &authorities)?;
        let before = self.first_decision(ticket)?;
        let input = pinned_input(&seen).cloned();
        let release = Event::Released {
            authority: Authority::Ticket { ticket: ticket.clone() },
            session: call.session.clone(),
            call: call.id.clone(),
            pinned: input.clone().filter(|_| approved.pinned),
        };
        let release = self.storable(release)?;
        let now = self.now();
        self.ledger.locked(now, |log| {
            let hold = hold(log.state(), ticket)?;
            let released = Release::Released(Answer::Grant {
                reason: Some(words::released(ticket, &approved.by)),
                input: input.filter(|_| approved.pinned),
            });
            let changed = changed::since(&hold, before.as_deref(), call, &seen);
            let known = log.state().session(&call.session)?.call(&call.id);
            if known.is_some_and(|known| known.released.is_some()) {
                // Asked again: the same answer, which a world that has moved would no longer give.
                return Ok(match changed {
                    None => released,
                    Some(why) => Release::Refused(words::voided(ticket, &why)),
                });
            }
            if !hold.status.is_open() {
                return Ok(Release::Refused(words::over(ticket, &hold.status)));
            }
            if hold.answers.len() != approved.answers {
                return Ok(Release::NotYet);
            }
            if let Some(why) = changed {
                let refused = Release::Refused(words::voided(ticket, &why));
                log.append(vec![Event::Voided {
                    ticket: ticket.clone(),
                    session: call.session.clone(),
                    call: call.id.clone(),
                    why,
                }])?;
                return Ok(refused);
            }
            log.append(vec![release])?;
            Ok(released)
        })
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

fn hold(state: &mut State, ticket: &Ticket) -> Result<Hold, LedgerError> {
    state.hold(ticket)?.cloned().ok_or_else(|| LedgerError::UnknownTicket(ticket.clone()))
}

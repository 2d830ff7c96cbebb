//! A hold, from the moment it is asked for until it is used, denied, void or expired.

use countersign_approval::{Commitment, Verdict};
use countersign_evidence::{Authority, Event, Position, Record};
use countersign_model::{AgentId, Requirement, SessionId, Ticket, Timestamp, ToolCallId};
use serde::{Deserialize, Serialize};

/// Where a hold stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nobody, or not everybody, has answered.
    Waiting,
    /// A reviewer said no.
    Denied,
    /// Something it covered changed.
    Voided,
    /// It has been used up.
    Used,
    /// Nobody answered in time.
    Expired,
}

impl Status {
    /// Whether it can still be answered or used.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Waiting)
    }

    /// For people.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Denied => "denied",
            Self::Voided => "void",
            Self::Used => "used",
            Self::Expired => "expired",
        }
    }
}

/// A held action.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Hold {
    /// Its name.
    pub ticket: Ticket,
    /// The session that asked.
    pub session: SessionId,
    /// The subagent that asked.
    pub agent: Option<AgentId>,
    /// The call that asked first.
    pub call: ToolCallId,
    /// What exactly is held.
    pub commitment: Commitment,
    /// Whose approval it takes.
    pub requirement: Requirement,
    /// When it was asked.
    pub asked: Timestamp,
    /// When it ends by itself.
    pub expires: Timestamp,
    /// Whether a release is rewritten to a form that can only do the reviewed transition.
    pub pinned: bool,
    /// Where it stands.
    pub status: Status,
    /// Where its record is.
    pub held: Position,
    /// Where its signed answers are, in order.
    pub answers: Vec<Position>,
    /// How often it was released.
    pub uses: u32,
    /// Whether the hook stopped waiting for it.
    pub parked: bool,
    /// Why it is void.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl Hold {
    pub(crate) fn new(held: Position, record: &Record) -> Option<Self> {
        let Event::Held { ticket, session, agent, call, commitment, requirement, expires, review } =
            &record.event
        else {
            return None;
        };
        Some(Self {
            ticket: ticket.clone(),
            session: session.clone(),
            agent: agent.clone(),
            call: call.clone(),
            commitment: commitment.clone(),
            requirement: requirement.clone(),
            asked: record.time,
            expires: *expires,
            pinned: review.pinned.is_some(),
            status: Status::Waiting,
            held,
            answers: Vec::new(),
            uses: 0,
            parked: false,
            why: None,
        })
    }

    pub(crate) fn fold(&mut self, position: Position, record: &Record) {
        match &record.event {
            Event::Reviewed { approval } => {
                self.answers.push(position);
                if approval.statement.verdict == Verdict::Deny {
                    self.status = Status::Denied;
                }
            }
            Event::Parked { .. } => self.parked = true,
            Event::Voided { why, .. } => {
                self.status = Status::Voided;
                self.why = Some(why.clone());
            }
            Event::Expired { .. } => self.status = Status::Expired,
            Event::Released { .. } => {
                self.uses += 1;
                if !self.pinned {
                    self.status = Status::Used;
                }
            }
            _ => {}
        }
    }
}

/// The ticket an event after the hold speaks of.
pub(crate) fn of(event: &Event) -> Option<&Ticket> {
    match event {
        Event::Reviewed { approval } => Some(&approval.statement.ticket),
        Event::Parked { ticket, .. }
        | Event::Joined { ticket, .. }
        | Event::Voided { ticket, .. }
        | Event::Expired { ticket } => Some(ticket),
        Event::Released { authority: Authority::Ticket { ticket }, .. } => Some(ticket),
        _ => None,
    }
}

/// A new ticket's name from random bytes: 40 bits in letters and digits that are hard to confuse.
pub fn new_ticket(random: [u8; 8]) -> Ticket {
    const DIGITS: &[u8; 32] = b"23456789abcdefghjkmnpqrstuvwxyz0";
    let name: String = random
        .iter()
        .filter_map(|byte| DIGITS.get(usize::from(byte % 32)))
        .map(|digit| char::from(*digit))
        .collect();
    Ticket::from(format!("cs-{name}"))
}

/// Whether this is a name that [`new_ticket`] could have made.
pub fn well_formed(ticket: &Ticket) -> bool {
    ticket.as_str().strip_prefix("cs-").is_some_and(|name| {
        name.len() == 8 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

//! A hold as the log itself tells it, from its record on.
//!
//! Derived state is for finding things; anyone who runs as the user can write it. What a release
//! hangs on is read from the log again.

use countersign_evidence::{Authority, Entries, Event, Position};
use countersign_model::{GrantId, SessionId, Ticket, ToolCallId};

use crate::ledger::{Ledger, LedgerError};
use crate::state::{Hold, Status, concerns};

/// A hold, and where its story goes on.
#[derive(Debug)]
pub struct Followed {
    hold: Hold,
    released: Vec<(SessionId, ToolCallId)>,
    entries: Entries,
}

impl Ledger {
    /// The uses of the grant whose record is at this place.
    pub fn uses(&self, grant: &GrantId, granted: &Position) -> Uses {
        Uses { grant: grant.clone(), number: 0, entries: self.log().read_from(*granted) }
    }

    /// The hold whose record is at this place.
    ///
    /// # Errors
    /// The record there is not one of this hold.
    pub fn follow(&self, ticket: &Ticket, held: &Position) -> Result<Followed, LedgerError> {
        let mut entries = self.log().read_from(*held);
        let unknown = || LedgerError::UnknownTicket(ticket.clone());
        let first = entries.next().transpose()?.ok_or_else(unknown)?;
        let hold = Hold::new(first.position, &first.record).filter(|hold| hold.ticket == *ticket);
        Ok(Followed { hold: hold.ok_or_else(unknown)?, released: Vec::new(), entries })
    }
}

/// A grant, and how often the log says it was used.
#[derive(Debug)]
pub struct Uses {
    grant: GrantId,
    number: u32,
    entries: Entries,
}

impl Uses {
    /// As of the log's end.
    ///
    /// # Errors
    /// The log cannot be read, or is not what was written.
    pub fn number(&mut self) -> Result<u32, LedgerError> {
        for entry in self.entries.by_ref() {
            if let Event::Released { authority: Authority::Grants { grants }, .. } = entry?.record.event
                && grants.contains(&self.grant)
            {
                self.number = self.number.saturating_add(1);
            }
        }
        Ok(self.number)
    }
}

impl Followed {
    /// The hold as of the log's end.
    ///
    /// # Errors
    /// The log cannot be read, or is not what was written.
    pub fn hold(&mut self) -> Result<&Hold, LedgerError> {
        for entry in self.entries.by_ref() {
            let entry = entry?;
            let event = &entry.record.event;
            if concerns(event) == Some(&self.hold.ticket) {
                self.hold.fold(entry.position, &entry.record);
            }
            match event {
                Event::Released { authority: Authority::Ticket { ticket }, session, call, .. }
                    if *ticket == self.hold.ticket =>
                {
                    self.released.push((session.clone(), call.clone()));
                }
                Event::Outcome { session, call, landed: Some(true), .. }
                    if self.released.iter().any(|(of, released)| of == session && released == call) =>
                {
                    self.hold.status = Status::Used;
                }
                _ => {}
            }
        }
        Ok(&self.hold)
    }

    /// Whether this call was let go by the hold, as far as it was read.
    pub fn let_go(&self, session: &SessionId, call: &ToolCallId) -> bool {
        self.released.iter().any(|(of, released)| of == session && released == call)
    }
}

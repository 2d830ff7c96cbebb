//! A hold or a grant as the log itself tells it, from its record on.
//!
//! Derived state is for finding things; anyone who runs as the user can write it. What a release
//! hangs on is read from the log again.

use countersign_approval::{Approval, Denied, Grant, Reviewer, Revocation, Signed, Verdict};
use countersign_evidence::{Authority, Entries, Event, Position};
use countersign_model::{Digest, GrantId, SessionId, Ticket, Timestamp, ToolCallId};

use crate::ledger::{Ledger, LedgerError};
use crate::state::{Hold, Status, concerns};
use crate::trust::Believed;

/// A hold, and where its story goes on.
#[derive(Debug)]
pub struct Followed {
    hold: Hold,
    released: Vec<(SessionId, ToolCallId)>,
    entries: Entries,
}

impl Ledger {
    /// The grant whose record is at this place, as the log goes on from there.
    ///
    /// None where the record is not directly behind the end it was signed at. INVARIANT: so there is one place for
    /// each grant, and a copy of its record, which anyone could append, neither forgets what was used of it nor that
    /// it was revoked.
    ///
    /// # Errors
    /// The log cannot be read, or is not what was written.
    pub fn given(&self, grant: &Signed<Grant>, at: &Position) -> Result<Option<Given>, LedgerError> {
        let after = &grant.statement.after;
        let behind = at.sequence.checked_sub(1) == Some(after.sequence) && at.previous == after.hash;
        if !behind || after.log != *self.log_id() {
            return Ok(None);
        }
        let mut entries = self.log().read_from(*at);
        let first = entries.next().transpose()?.map(|entry| entry.record.event);
        let same = matches!(first, Some(Event::Granted { grant: found }) if found == *grant);
        let id = grant.statement.id.clone();
        let (uses, calls, revocations) = (Vec::new(), Vec::new(), Vec::new());
        let denied = grant.statement.denied.clone();
        Ok(same.then_some(Given { id, at: *at, denied, uses, calls, revocations, entries }))
    }

    /// What reviewers denied of this action, as the log has it from its first record on.
    ///
    /// INVARIANT: what the last of these grants says was denied before it stands in for the records before it. A reviewer
    /// signed it together with the hash over those records, and its own record is directly behind them, so nobody else
    /// can take a denial out. A grant that does not say, or the lack of one, leaves the whole log to be read.
    pub fn denials<'g>(&self, action: Digest, grants: impl Iterator<Item = &'g Given>) -> Denials {
        let says = grants.filter_map(|given| Some((given.at, given.denied.as_ref()?)));
        let last = says.max_by_key(|(at, _)| at.sequence);
        let (start, before) = match last {
            Some((at, denied)) => (at, denied.iter().find(|one| one.commitment.matches(&action))),
            None => (self.log().start(), None),
        };
        let entries = self.log().read_from(start).holding(DENIED);
        Denials { action, before: before.map(|one| one.ticket.clone()), denied: Vec::new(), entries }
    }

    /// Everything that reviewers denied, to be signed with a grant.
    pub fn all_denials(&self) -> AllDenials {
        let entries = self.log().read_from(self.log().start()).holding(DENIED);
        AllDenials { denied: Vec::new(), entries }
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

/// A grant, and what the log says became of it.
#[derive(Debug)]
pub struct Given {
    id: GrantId,
    /// Where its record is.
    at: Position,
    /// What was denied before, as it says.
    denied: Option<Vec<Denied>>,
    uses: Vec<Timestamp>,
    /// The call of each use.
    calls: Vec<(SessionId, ToolCallId)>,
    /// Whoever signed them, or did not.
    revocations: Vec<Signed<Revocation>>,
    entries: Entries,
}

impl Given {
    /// When it was used, as of the log's end.
    ///
    /// # Errors
    /// The log cannot be read, or is not what was written.
    pub fn uses(&mut self) -> Result<&[Timestamp], LedgerError> {
        self.read()?;
        Ok(&self.uses)
    }

    /// How often it was used before this call, as of the log's end; none once it is revoked.
    ///
    /// A use by the call itself does not count against it: the host may ask again for what was let go.
    ///
    /// # Errors
    /// As [`Given::uses`].
    pub fn used_before(
        &mut self,
        (session, call): (&SessionId, &ToolCallId),
        believed: &Believed,
    ) -> Result<Option<u32>, LedgerError> {
        self.read()?;
        let own = self.calls.iter().position(|(of, used)| of == session && used == call);
        let number = u32::try_from(own.unwrap_or(self.calls.len())).unwrap_or(u32::MAX);
        Ok(self.revoked(believed)?.is_none().then_some(number))
    }

    /// Whether it let this call go, as far as the log was read.
    pub fn let_go(&self, (session, call): (&SessionId, &ToolCallId)) -> bool {
        self.calls.iter().any(|(of, used)| of == session && used == call)
    }

    /// The first revocation that a reviewer signed, with the reviewer. It stays said whatever becomes of them.
    ///
    /// # Errors
    /// As [`Given::uses`].
    pub fn revoked<'a>(
        &'a mut self,
        believed: &'a Believed,
    ) -> Result<Option<(&'a Revocation, &'a Reviewer)>, LedgerError> {
        self.read()?;
        let signed = |revocation: &'a Signed<Revocation>| {
            Some((&revocation.statement, believed.verify_of_anyone(revocation).ok()?))
        };
        Ok(self.revocations.iter().find_map(signed))
    }

    fn read(&mut self) -> Result<(), LedgerError> {
        for entry in self.entries.by_ref() {
            let record = entry?.record;
            match record.event {
                Event::Released { authority: Authority::Grants { grants }, session, call, .. }
                    if grants.contains(&self.id) =>
                {
                    self.uses.push(record.time);
                    self.calls.push((session, call));
                }
                Event::Revoked { revocation } if revocation.statement.grant == self.id => {
                    self.revocations.push(revocation);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// What every record of a denial says.
const DENIED: &str = "\"verdict\":\"deny\"";

/// The denials of one action. An action is of one session, so another session's are of another action.
#[derive(Debug)]
pub struct Denials {
    action: Digest,
    /// One that a grant says was signed before it.
    before: Option<Ticket>,
    /// Whoever signed them, or did not.
    denied: Vec<Signed<Approval>>,
    entries: Entries,
}

impl Denials {
    /// The ticket of the first one that a reviewer signed, as of the log's end. It stays said whatever becomes of them.
    ///
    /// # Errors
    /// The log cannot be read, or is not what was written.
    pub fn first(&mut self, believed: &Believed) -> Result<Option<&Ticket>, LedgerError> {
        for entry in self.entries.by_ref() {
            let Event::Reviewed { approval } = entry?.record.event else { continue };
            let statement = &approval.statement;
            if statement.verdict == Verdict::Deny && statement.commitment.matches(&self.action) {
                self.denied.push(approval);
            }
        }
        let first = self.denied.iter().find(|denial| believed.verify_of_anyone(denial).is_ok());
        Ok(self.before.as_ref().or(first.map(|denial| &denial.statement.ticket)))
    }
}

/// Denials that one grant says at most; where there are more, the log is read.
const MOST_DENIED: usize = 256;

/// Everything that was denied.
#[derive(Debug)]
pub struct AllDenials {
    /// Whoever signed them, or did not.
    denied: Vec<Signed<Approval>>,
    entries: Entries,
}

impl AllDenials {
    /// Those that a reviewer signed, as of the log's end; none where they are too many to be said.
    ///
    /// # Errors
    /// The log cannot be read, or is not what was written.
    pub fn signed(&mut self, believed: &Believed) -> Result<Option<Vec<Denied>>, LedgerError> {
        for entry in self.entries.by_ref() {
            let Event::Reviewed { approval } = entry?.record.event else { continue };
            if approval.statement.verdict == Verdict::Deny {
                self.denied.push(approval);
            }
        }
        let signed = self.denied.iter().filter(|denial| believed.verify_of_anyone(denial).is_ok());
        let all: Vec<Denied> = signed
            .map(|Signed { statement, .. }| Denied {
                ticket: statement.ticket.clone(),
                commitment: statement.commitment.clone(),
            })
            .collect();
        Ok((all.len() <= MOST_DENIED).then_some(all))
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

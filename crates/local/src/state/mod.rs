//! What is derived from the log, in small files that stay small as the log grows.
//!
//! Every file here is a fold over the records and can be rebuilt from them: deleting it loses
//! nothing. Nothing here has authority: what releases an action is a signature, and that is checked
//! again where it counts. All of it is read and written under the log's lock.

mod authority;
mod kept;
mod session;
mod ticket;
mod writes;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use countersign_evidence::{Event, Position, Record};
use countersign_model::{DecisionKind, Digest, SessionId, Ticket, Timestamp, ToolCallId};
use countersign_policy::Overlap;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub use authority::{Adoption, Authorities, Change, Install};
pub use session::{Call, Session};
pub(crate) use ticket::of as concerns;
pub use ticket::{Hold, Status, new_ticket};
use writes::Writes;

use self::kept::{Kept, read, write};
use crate::home::HomeError;

/// Derived state, loaded as it is asked for.
#[derive(Debug)]
pub struct State {
    folder: PathBuf,
    /// Where the first record is that has not been folded in.
    pub(crate) folded: Option<Position>,
    /// Whether nothing was ever saved here, so that nothing can be missing.
    first: bool,
    authorities: Option<Kept<Authorities>>,
    sessions: BTreeMap<SessionId, Kept<Session>>,
    holds: BTreeMap<Ticket, Kept<Hold>>,
    open: Option<Kept<Open>>,
    trees: BTreeMap<String, Kept<Writes>>,
    changed: Changed,
}

/// The tickets that may still be answered, oldest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Open {
    tickets: Vec<Ticket>,
}

#[derive(Debug, Default)]
struct Changed {
    authorities: bool,
    open: bool,
    sessions: Vec<SessionId>,
    holds: Vec<Ticket>,
    trees: Vec<String>,
}

/// The directory of what was written in each working tree.
const TREES: &str = "trees";

impl State {
    /// Nothing read yet: [`State::reload`] reads, under the log's lock, since files are overwritten in place.
    pub(crate) fn unread(folder: PathBuf) -> Self {
        Self {
            folder,
            first: true,
            folded: None,
            authorities: None,
            sessions: BTreeMap::new(),
            holds: BTreeMap::new(),
            open: None,
            trees: BTreeMap::new(),
            changed: Changed::default(),
        }
    }

    /// Forgets what was loaded if others have written since: it all follows from the records that are folded in.
    pub(crate) fn reload(&mut self) -> Result<(), HomeError> {
        let folded = read(&self.folder.join("folded.json"))?;
        if folded.is_some() && folded == self.folded && !self.has_changed() {
            return Ok(());
        }
        *self = Self::unread(std::mem::take(&mut self.folder));
        self.folded = folded;
        self.first = self.folded.is_none();
        Ok(())
    }

    /// Whether there is anything to save.
    pub(crate) const fn has_changed(&self) -> bool {
        let changed = &self.changed;
        changed.authorities
            || changed.open
            || !changed.sessions.is_empty()
            || !changed.holds.is_empty()
            || !changed.trees.is_empty()
    }

    /// Forgets everything, so that it is folded again from the first record.
    pub(crate) fn clear(&mut self) -> Result<(), HomeError> {
        let folder = self.folder.clone();
        for below in ["sessions", "tickets", TREES] {
            let below = folder.join(below);
            let _ = fs::remove_dir_all(&below);
            make_folder(&below)?;
        }
        for file in ["folded.json", "authorities.json", "open.json"] {
            let _ = fs::remove_file(folder.join(file));
        }
        *self = Self::unread(folder);
        Ok(())
    }

    /// A session's state; a fresh one where nothing is known of it.
    ///
    /// # Errors
    /// Where its file cannot be read.
    pub fn session(&mut self, id: &SessionId) -> Result<&Session, HomeError> {
        Ok(&self.kept_session(id)?.value)
    }

    /// A hold by its ticket.
    ///
    /// # Errors
    /// Where its file cannot be read.
    pub fn hold(&mut self, ticket: &Ticket) -> Result<Option<&Hold>, HomeError> {
        Ok(self.kept_hold(ticket)?.map(|kept| &kept.value))
    }

    /// The tickets that may still be answered or used, oldest first.
    ///
    /// # Errors
    /// Where the list cannot be read.
    pub fn open(&mut self) -> Result<Vec<Ticket>, HomeError> {
        Ok(self.kept_open()?.value.tickets.clone())
    }

    /// Reviewers, bundles in force and grants.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn authorities(&mut self) -> Result<&Authorities, HomeError> {
        Ok(&self.kept_authorities()?.value)
    }

    /// The files of a working tree that other open sessions wrote lately.
    ///
    /// # Errors
    /// Where a file cannot be read.
    pub fn overlaps(
        &mut self,
        tree: &str,
        paths: &[String],
        session: &SessionId,
        now: Timestamp,
    ) -> Result<Vec<Overlap>, HomeError> {
        let mut found = self.kept_tree(tree)?.value.overlaps(session, paths, now);
        let mut open: BTreeMap<SessionId, bool> = BTreeMap::new();
        for overlap in &found {
            if !open.contains_key(&overlap.session) {
                let is_open = !self.session(&overlap.session)?.ended;
                open.insert(overlap.session.clone(), is_open);
            }
        }
        found.retain(|overlap| open.get(&overlap.session) == Some(&true));
        Ok(found)
    }

    fn kept_tree(&mut self, tree: &str) -> Result<&mut Kept<Writes>, HomeError> {
        if !self.trees.contains_key(tree) {
            let kept = read(&self.tree_file(tree))?.unwrap_or_default();
            self.trees.insert(tree.to_owned(), kept);
        }
        Ok(self.trees.entry(tree.to_owned()).or_default())
    }

    fn kept_session(&mut self, id: &SessionId) -> Result<&mut Kept<Session>, HomeError> {
        if !self.sessions.contains_key(id) {
            let kept = read(&self.session_file(id))?.unwrap_or_default();
            self.sessions.insert(id.clone(), kept);
        }
        Ok(self.sessions.entry(id.clone()).or_default())
    }

    fn kept_hold(&mut self, ticket: &Ticket) -> Result<Option<&mut Kept<Hold>>, HomeError> {
        if !self.holds.contains_key(ticket)
            && let Some(path) = self.hold_file(ticket)
            && let Some(kept) = read::<Kept<Hold>>(&path)?
        {
            self.holds.insert(ticket.clone(), kept);
        }
        Ok(self.holds.get_mut(ticket))
    }

    fn kept_authorities(&mut self) -> Result<&mut Kept<Authorities>, HomeError> {
        if self.authorities.is_none() {
            self.authorities = Some(self.whole("authorities.json")?);
        }
        Ok(self.authorities.get_or_insert_default())
    }

    fn kept_open(&mut self) -> Result<&mut Kept<Open>, HomeError> {
        if self.open.is_none() {
            self.open = Some(self.whole("open.json")?);
        }
        Ok(self.open.get_or_insert_default())
    }

    /// A file that is there once anything was folded: missing, it was taken away.
    fn whole<T: DeserializeOwned + Default>(&self, name: &str) -> Result<Kept<T>, HomeError> {
        let path = self.folder.join(name);
        match read(&path)? {
            Some(kept) => Ok(kept),
            None if self.first => Ok(Kept::default()),
            None => Err(HomeError::Damaged { path, why: "it is missing".to_owned() }),
        }
    }

    /// Takes one record in.
    pub(crate) fn fold(&mut self, position: Position, record: &Record) -> Result<(), HomeError> {
        let number = record.sequence;
        if let Some(id) = session_of(&record.event)
            && let Some(session) = self.kept_session(id)?.taking(number)
        {
            session.fold(position, record);
            self.changed.sessions.push(id.clone());
        }
        match &record.event {
            Event::Outcome { session, call, .. } => self.wrote(session, call, record)?,
            Event::Decided(decided)
                if matches!(decided.decision.kind, DecisionKind::Allow | DecisionKind::Monitor) =>
            {
                self.used(&decided.call.session, &decided.call.id, number)?;
            }
            Event::Released { session, call, .. } => self.used(session, call, number)?,
            _ => {}
        }
        match &record.event {
            Event::Held { ticket, .. } => self.begin(ticket, position, record)?,
            Event::Outcome { session, call, landed: Some(true), .. } => {
                let ticket = self.session(session)?.call(call).and_then(|call| call.ticket.clone());
                if let Some(ticket) = ticket {
                    self.go_on(&ticket, number, |hold| hold.status = Status::Used)?;
                }
            }
            event => {
                if let Some(ticket) = ticket::of(event) {
                    self.go_on(ticket, number, |hold| hold.fold(position, record))?;
                }
            }
        }
        if authority::concerns(&record.event)
            && let Some(authorities) = self.kept_authorities()?.taking(number)
        {
            authorities.fold(position, record);
            self.changed.authorities = true;
        }
        Ok(())
    }

    /// A call that changes files has ended.
    fn wrote(&mut self, id: &SessionId, call: &ToolCallId, record: &Record) -> Result<(), HomeError> {
        let Some(call) = self.session(id)?.call(call).filter(|call| call.ran && !call.writes.is_empty())
        else {
            return Ok(());
        };
        let (Some(tree), writes) = (call.tree.clone(), call.writes.clone()) else { return Ok(()) };
        if let Some(known) = self.kept_tree(&tree)?.taking(record.sequence) {
            known.wrote(id, &writes, record.time);
            self.changed.trees.push(tree);
        }
        Ok(())
    }

    /// A call was let go that does what no agent here did before.
    fn used(&mut self, id: &SessionId, call: &ToolCallId, number: u64) -> Result<(), HomeError> {
        let first = self.session(id)?.call(call).map(|call| call.first_time.clone()).unwrap_or_default();
        if first.is_empty() {
            return Ok(());
        }
        if let Some(authorities) = self.kept_authorities()?.taking(number) {
            authorities.used.extend(first);
            self.changed.authorities = true;
        }
        Ok(())
    }

    /// A hold begins.
    fn begin(&mut self, ticket: &Ticket, position: Position, record: &Record) -> Result<(), HomeError> {
        if self.kept_hold(ticket)?.is_some() {
            return Ok(());
        }
        let Some(hold) = Hold::new(position, record) else { return Ok(()) };
        self.holds.insert(ticket.clone(), Kept::after(record.sequence, hold));
        self.changed.holds.push(ticket.clone());
        if let Some(open) = self.kept_open()?.taking(record.sequence) {
            open.tickets.push(ticket.clone());
            self.changed.open = true;
        }
        Ok(())
    }

    /// Something happens to a hold; it may be over then.
    fn go_on(
        &mut self,
        ticket: &Ticket,
        number: u64,
        change: impl FnOnce(&mut Hold),
    ) -> Result<(), HomeError> {
        let Some(kept) = self.kept_hold(ticket)? else { return Ok(()) };
        if let Some(hold) = kept.taking(number) {
            change(hold);
            self.changed.holds.push(ticket.clone());
        }
        let Some(hold) = self.hold(ticket)?.filter(|hold| !hold.status.is_open()).cloned() else {
            return Ok(());
        };
        if hold.status == Status::Denied
            && let Some(session) = self.kept_session(&hold.session)?.taking(number)
        {
            session.refuse(hold.commitment, ticket.clone());
            self.changed.sessions.push(hold.session);
        }
        if let Some(open) = self.kept_open()?.taking(number) {
            open.tickets.retain(|open| open != ticket);
            self.changed.open = true;
        }
        Ok(())
    }

    /// Writes what changed, the position last, so that a crash in between folds it again.
    pub(crate) fn save(&mut self) -> Result<(), HomeError> {
        let changed = std::mem::take(&mut self.changed);
        for id in unique(changed.sessions) {
            if let Some(session) = self.sessions.get(&id) {
                write(&self.session_file(&id), session)?;
            }
        }
        for ticket in unique(changed.holds) {
            if let (Some(path), Some(hold)) = (self.hold_file(&ticket), self.holds.get(&ticket)) {
                write(&path, hold)?;
            }
        }
        for tree in unique(changed.trees) {
            let path = self.tree_file(&tree);
            if let Some(kept) = self.trees.get(&tree)
                && write(&path, kept).is_err()
            {
                // An older home has no directory for them yet.
                make_folder(&self.folder.join(TREES))?;
                write(&path, kept)?;
            }
        }
        if changed.open || self.first {
            let path = self.folder.join("open.json");
            write(&path, self.kept_open()?)?;
        }
        if changed.authorities || self.first {
            let path = self.folder.join("authorities.json");
            write(&path, self.kept_authorities()?)?;
        }
        write(&self.folder.join("folded.json"), &self.folded)?;
        self.first = false;
        Ok(())
    }

    /// Session ids come from the runtime and may hold anything: the file is named after their digest.
    fn session_file(&self, id: &SessionId) -> PathBuf {
        let digest = Digest::of([id.as_str().as_bytes()]).hex();
        self.folder.join("sessions").join(format!("{digest}.json"))
    }

    fn tree_file(&self, tree: &str) -> PathBuf {
        self.folder.join(TREES).join(format!("{}.json", Digest::of([tree.as_bytes()]).hex()))
    }

    /// None for text that is no ticket of ours, so that it never becomes part of a path.
    fn hold_file(&self, ticket: &Ticket) -> Option<PathBuf> {
        ticket::well_formed(ticket).then(|| self.folder.join("tickets").join(format!("{ticket}.json")))
    }
}

fn make_folder(folder: &Path) -> Result<(), HomeError> {
    fs::DirBuilder::new().mode(0o700).recursive(true).create(folder).map_err(|source| HomeError::Io {
        doing: "make the directory",
        path: folder.to_path_buf(),
        source,
    })
}

fn session_of(event: &Event) -> Option<&SessionId> {
    match event {
        Event::SessionStarted { session, .. }
        | Event::SessionEnded { session, .. }
        | Event::Prompted { session, .. }
        | Event::Held { session, .. }
        | Event::Parked { session, .. }
        | Event::Joined { session, .. }
        | Event::Voided { session, .. }
        | Event::Released { session, .. }
        | Event::Outcome { session, .. } => Some(session),
        Event::Decided(decided) => Some(&decided.call.session),
        _ => None,
    }
}

fn unique<T: Ord>(mut items: Vec<T>) -> Vec<T> {
    items.sort();
    items.dedup();
    items
}

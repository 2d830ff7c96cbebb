//! The log together with the state folded from it, as one thing under one lock.

use std::path::Path;

use countersign_approval::{Anchor, ApprovalError};
use countersign_evidence::{Event, Head, Locked, Log, LogError, Position, Record};
use countersign_model::{LogId, Ticket, Timestamp};

use crate::home::{Home, HomeError};
use crate::state::State;
use crate::witness::Witness;

/// One installation's log and state, open.
#[derive(Debug)]
pub struct Ledger {
    home: Home,
    log: Log,
    state: State,
    witness: Witness,
    opened: Timestamp,
}

/// Why nothing can be recorded or decided.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The log cannot be used.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The home cannot be used.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// A statement or an action cannot be used.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// The log is another one than the hook was installed for.
    #[error("the log is `{found}`, but the hook was installed for `{expected}`: it was replaced")]
    OtherLog {
        /// The one in the hook's arguments.
        expected: LogId,
        /// The one that is there.
        found: LogId,
    },
    /// The log is shorter than it once was.
    #[error("the log ends at record {found}, but {who} has seen record {expected}: it was rolled back")]
    RolledBack {
        /// Who has seen more.
        who: &'static str,
        /// The last record seen.
        expected: u64,
        /// The last record there is.
        found: u64,
    },
    /// A bundle that is in force cannot be used.
    #[error("the policy in force cannot be used: {why}")]
    Policy {
        /// Why not.
        why: String,
    },
    /// A file that must belong to root does not, or others can write it.
    #[error("`{path}` must belong to root and be writable by nobody else")]
    NotRoots {
        /// The file or folder.
        path: String,
    },
    /// An event cannot be written.
    #[error("a record cannot be written: {0}")]
    Unwritable(String),
    /// There is no such hold.
    #[error("there is no hold `{0}`")]
    UnknownTicket(Ticket),
    /// The system gave no random numbers.
    #[error("no random numbers: {0}")]
    Random(String),
}

impl LedgerError {
    /// An event that does not fit into a record.
    pub fn unwritable(error: impl std::fmt::Display) -> Self {
        Self::Unwritable(error.to_string())
    }

    /// Whether it looks like somebody changed the log, rather than a machine in trouble.
    pub const fn is_tampering(&self) -> bool {
        match self {
            Self::Log(error) => error.is_tampering(),
            Self::Home(error) => matches!(error, HomeError::Vanished { .. } | HomeError::Damaged { .. }),
            Self::OtherLog { .. } | Self::RolledBack { .. } | Self::NotRoots { .. } => true,
            Self::Approval(_)
            | Self::Policy { .. }
            | Self::Unwritable(_)
            | Self::UnknownTicket(_)
            | Self::Random(_) => false,
        }
    }
}

impl Ledger {
    /// Makes a home and begins its log. `random` must be fresh.
    ///
    /// # Errors
    /// There is one already, or the file system refuses.
    pub fn create(
        home: Home,
        user_home: &Path,
        now: Timestamp,
        random: &[u8; 48],
    ) -> Result<Self, LedgerError> {
        let identity = home.create(now, random)?;
        let log = Log::create(&home.log(), &identity.log, now)?;
        let witness = Witness::below(user_home, log.id());
        witness.write(&log.head()?);
        let state = State::unread(home.state());
        Ok(Self { home, log, state, witness, opened: now })
    }

    /// Opens a home that was made. `expected` is the log the caller was installed for.
    ///
    /// # Errors
    /// Something is missing, or is not what it was: tampering, never a first run.
    pub fn open(
        home: Home,
        expected: Option<&LogId>,
        user_home: &Path,
        now: Timestamp,
    ) -> Result<Self, LedgerError> {
        let identity = home.identity()?;
        let log = Log::open(&home.log())?;
        for id in [Some(&identity.log), expected].into_iter().flatten() {
            if id != log.id() {
                return Err(LedgerError::OtherLog { expected: id.clone(), found: log.id().clone() });
            }
        }
        let witness = Witness::below(user_home, log.id());
        let state = State::unread(home.state());
        Ok(Self { home, log, state, witness, opened: now })
    }

    /// Where everything is.
    pub const fn home(&self) -> &Home {
        &self.home
    }

    /// The log's id.
    pub const fn log_id(&self) -> &LogId {
        self.log.id()
    }

    /// Reads the state as of the log's end.
    ///
    /// # Errors
    /// As [`Ledger::locked`].
    pub fn read<T>(
        &mut self,
        work: impl FnOnce(&mut State) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let now = self.opened;
        self.locked(|| now, |transaction| work(&mut *transaction.state))
    }

    /// Reads the state as of the log's end and writes nothing: no state is saved, nothing is mended, and a missing
    /// witness is not recorded.
    ///
    /// # Errors
    /// The log is not what it was, or the work fails.
    pub fn look<T>(&self, work: impl FnOnce(&mut State) -> Result<T, LedgerError>) -> Result<T, LedgerError> {
        let still = self.log.still()?;
        let head = still.head();
        self.witness.check(&head)?;
        let mut state = State::unread(self.home.state());
        let loaded = state.reload().and_then(|()| state.authorities().map(drop));
        // Where it was never saved, or is damaged, it is folded anew, beside what lies there.
        if loaded.is_err() || state.folded.is_none() {
            state = State::unread(self.home.state().join("none"));
        }
        let end = head.next();
        let from = state.folded.unwrap_or_else(|| self.log.start());
        if from.sequence > end.sequence {
            return Err(LedgerError::RolledBack {
                who: "the derived state",
                expected: from.sequence.saturating_sub(1),
                found: head.sequence,
            });
        }
        for entry in self.log.read_from(from).take_while(|_| from != end) {
            let entry = entry?;
            state.fold(entry.position, &entry.record)?;
        }
        work(&mut state)
    }

    /// Reads the state and appends to the log as one step: nobody else appends in between.
    ///
    /// # Errors
    /// The log cannot be locked or is not what it was, or the work fails. What was appended before
    /// the work failed stays.
    pub fn locked<T>(
        &mut self,
        clock: impl Fn() -> Timestamp,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let locked = self.log.lock(clock())?;
        // Looked at once nobody else appends, so that times in the log go forward.
        let now = clock();
        let head = locked.head();
        // Where it cannot be written either there is no place for one, and nothing to say about it.
        let missing = self.witness.check(&head)? && self.witness.write(&head);
        let loaded = self.state.reload().map_err(LedgerError::from);
        let loaded = loaded.and_then(|()| catch_up(&mut self.state, &locked, self.log.start()));
        if let Err(error) = loaded {
            self.forget_damaged(&error)?;
            return Err(error);
        }
        let mut transaction = Transaction { locked, state: &mut self.state, log: self.log.id(), now };
        if missing {
            transaction.append(vec![Event::Tampering {
                what: "witness-missing".to_owned(),
                detail: "the file outside the home that remembers the log's length was gone".to_owned(),
                session: None,
            }])?;
        }
        let result = work(&mut transaction);
        let end = transaction.locked.head();
        if let Err(error) = &result
            && self.forget_damaged(error)?
        {
            return result;
        }
        if self.state.folded != Some(end.next()) || self.state.has_changed() {
            self.state.folded = Some(end.next());
            self.state.save()?;
        }
        if end != head {
            self.witness.write(&end);
        }
        result
    }

    /// Derived files are never mended: the call that finds one damaged fails, the next one folds the log again. True
    /// if that is what happened.
    fn forget_damaged(&mut self, error: &LedgerError) -> Result<bool, LedgerError> {
        let LedgerError::Home(HomeError::Damaged { path, .. }) = error else { return Ok(false) };
        if !path.starts_with(self.home.state()) {
            return Ok(false);
        }
        self.state.clear()?;
        Ok(true)
    }

    /// The record at a place.
    ///
    /// # Errors
    /// There is none, or it is not the one that was written there.
    pub fn record(&self, position: &Position) -> Result<Record, LedgerError> {
        match self.log.at(*position)? {
            Some(entry) => Ok(entry.record),
            None => Err(LedgerError::RolledBack {
                who: "the derived state",
                expected: position.sequence,
                found: self.log.head()?.sequence,
            }),
        }
    }

    /// Where the log ends now.
    ///
    /// # Errors
    /// It cannot be read, or is not what it was.
    pub fn head(&self) -> Result<Head, LedgerError> {
        Ok(self.log.head()?)
    }

    /// What a statement signed now names as the log's end.
    ///
    /// # Errors
    /// As [`Ledger::head`].
    pub fn anchor(&self) -> Result<Anchor, LedgerError> {
        Ok(self.log.head()?.anchor(self.log.id()))
    }

    /// The log, for reading it from the start.
    pub const fn log(&self) -> &Log {
        &self.log
    }
}

/// Folds in what was appended since the state was saved; from the start where there is no state.
fn catch_up(state: &mut State, locked: &Locked<'_>, start: Position) -> Result<(), LedgerError> {
    let next = locked.head().next();
    let from = match state.folded {
        Some(folded) if folded.sequence > next.sequence => {
            return Err(LedgerError::RolledBack {
                who: "the derived state",
                expected: folded.sequence.saturating_sub(1),
                found: locked.head().sequence,
            });
        }
        Some(folded) => folded,
        None => {
            state.clear()?;
            start
        }
    };
    if from == next {
        return Ok(());
    }
    for entry in locked.read_from(from) {
        let entry = entry?;
        state.fold(entry.position, &entry.record)?;
    }
    Ok(())
}

/// The lock on log and state, held.
#[derive(Debug)]
pub struct Transaction<'a> {
    locked: Locked<'a>,
    state: &'a mut State,
    log: &'a LogId,
    now: Timestamp,
}

impl Transaction<'_> {
    /// The state as of the log's end.
    pub const fn state(&mut self) -> &mut State {
        self.state
    }

    /// What a statement signed now names as the log's end: what is appended next stands directly behind it.
    pub fn anchor(&self) -> Anchor {
        self.locked.head().anchor(self.log)
    }

    /// Appends events; returns when they are durable.
    ///
    /// # Errors
    /// The log cannot be written: the caller must not go on as if it had been.
    pub fn append(&mut self, events: Vec<Event>) -> Result<Vec<Position>, LedgerError> {
        let positions = self.locked.append(self.now, &events)?;
        for (position, event) in positions.iter().zip(events) {
            let record = Record { sequence: position.sequence, time: self.now, event };
            self.state.fold(*position, &record)?;
        }
        Ok(positions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_looks_writes_nothing_whatever_is_amiss() {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::UNIX_EPOCH;
        let home = Home::at(folder.path().join("home"));
        let mut ledger = Ledger::create(home.clone(), folder.path(), now, &[7; 48]).unwrap();
        ledger.read(|_| Ok(())).unwrap();
        let install = Event::Installed {
            runtime: countersign_model::Runtime::ClaudeCode,
            scope: "user".to_owned(),
            settings: "/settings.json".into(),
            binary: countersign_model::Digest::of([b"hook".as_slice()]),
            root: None,
        };
        ledger.log().append(now, &[install]).unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let files = || {
            let mut files = Vec::new();
            let mut open = vec![folder.path().to_path_buf(), elsewhere.path().to_path_buf()];
            while let Some(path) = open.pop() {
                match std::fs::read_dir(&path) {
                    Ok(entries) => open.extend(entries.map(|entry| entry.unwrap().path())),
                    Err(_) => files.push((std::fs::read(&path).unwrap(), path)),
                }
            }
            files.sort();
            files
        };
        for damaged in [None, Some("folded.json"), Some("authorities.json")] {
            if let Some(name) = damaged {
                std::fs::write(home.state().join(name), "torn").unwrap();
            }
            let before = files();
            // Where there is no witness.
            let ledger = Ledger::open(home.clone(), None, elsewhere.path(), now).unwrap();
            let installs = ledger.look(|state| Ok(state.authorities()?.installs.len())).unwrap();
            assert_eq!(installs, 1, "what nobody has folded in counts as well");
            assert!(before == files(), "{damaged:?}");
        }
    }

    /// A file that another process is writing just now looks torn to whoever reads it without the lock.
    #[test]
    fn a_torn_file_of_derived_state_is_read_under_the_lock_only_and_fails_one_call() {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::UNIX_EPOCH;
        let home = Home::at(folder.path().join("home"));
        let mut ledger = Ledger::create(home.clone(), folder.path(), now, &[7; 48]).unwrap();
        ledger.read(|_| Ok(())).unwrap();
        std::fs::write(home.state().join("folded.json"), "torn").unwrap();
        let mut ledger = Ledger::open(home, None, folder.path(), now).unwrap();
        let torn = ledger.read(|_| Ok(()));
        assert!(matches!(torn, Err(LedgerError::Home(HomeError::Damaged { .. }))), "{torn:?}");
        ledger.read(|_| Ok(())).unwrap();
    }
}

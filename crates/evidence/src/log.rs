//! A log in a directory.

use std::path::Path;
use std::time::Duration;

use countersign_model::{LogId, Timestamp};

use crate::files::{FIRST_SEGMENT, Files, Lock};
use crate::lock::{catch_up, head_bytes, read_head};
use crate::{Entries, Entry, Event, Head, Locked, LogError, Position, Record, genesis, line};

/// How long to wait for others who append.
const PATIENCE: Duration = Duration::from_secs(5);

/// A log in a directory, open to any number of processes at once.
#[derive(Clone, Debug)]
pub struct Log {
    files: Files,
    id: LogId,
    patience: Duration,
}

/// A log that nobody appends to until this is dropped, only looked at.
#[derive(Debug)]
pub struct Still {
    head: Head,
    _lock: std::fs::File,
}

impl Still {
    /// The end of the log.
    pub const fn head(&self) -> Head {
        self.head
    }
}

impl Log {
    /// Begins a log in `directory`, whose parent must be there. The id must be random, and short
    /// enough for the head file (64 characters are).
    ///
    /// # Errors
    ///
    /// There is a log already, or it cannot be written.
    pub fn create(directory: &Path, id: &LogId, now: Timestamp) -> Result<Self, LogError> {
        let files = Files::at(directory);
        let record =
            Record { sequence: 0, time: now, event: Event::LogCreated { log: id.clone(), version: 1 } };
        let (line, hash) =
            line::write(&record, &genesis(id)).map_err(|source| LogError::Unwritable { source })?;
        let head = Head { sequence: 0, hash, segment: FIRST_SEGMENT, end: line.len() as u64 };
        files.create(&line, &head_bytes(&files, id, head)?, id.as_str())?;
        Ok(Self { files, id: id.clone(), patience: PATIENCE })
    }

    /// Opens a log. Never makes one: a caller that had one before and gets
    /// [`LogError::Vanished`] has been tampered with.
    ///
    /// # Errors
    ///
    /// There is none, or its head file cannot be read.
    pub fn open(directory: &Path) -> Result<Self, LogError> {
        let files = Files::at(directory);
        // The id never changes; a head file caught while it is written needs a second look.
        let head = read_head(&files, &files.open_head()?)
            .or_else(|_| read_head(&files, &files.lock(Lock::Shared, PATIENCE)?))?;
        Ok(Self { files, id: head.log, patience: PATIENCE })
    }

    /// The same log, waiting for others at most this long instead of five seconds.
    #[must_use]
    pub fn waiting(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// The log's id.
    pub const fn id(&self) -> &LogId {
        &self.id
    }

    /// Where it is.
    pub fn directory(&self) -> &Path {
        self.files.directory()
    }

    /// Keeps others from appending, finds the end, and mends a torn tail (recorded with the time
    /// `now`). What is read and appended before the result is dropped is one step.
    ///
    /// # Errors
    ///
    /// Others kept the lock too long, or the log is not what it was.
    pub fn lock(&self, now: Timestamp) -> Result<Locked<'_>, LogError> {
        let file = self.files.lock(Lock::Exclusive, self.patience)?;
        Locked::new(&self.files, &self.id, file, now)
    }

    /// Appends events: see [`Locked::append`].
    ///
    /// # Errors
    ///
    /// As [`Log::lock`] and [`Locked::append`].
    pub fn append(&self, now: Timestamp, events: &[Event]) -> Result<Vec<Position>, LogError> {
        self.lock(now)?.append(now, events)
    }

    /// The end of the log.
    ///
    /// # Errors
    ///
    /// As [`Log::lock`]; nothing is mended.
    pub fn head(&self) -> Result<Head, LogError> {
        let file = self.files.lock(Lock::Shared, self.patience)?;
        let known = read_head(&self.files, &file)?.head;
        Ok(Head::before(&catch_up(&self.files, known)?))
    }

    /// The log as it is now: nobody appends until the result is dropped, and nothing is mended or written.
    ///
    /// # Errors
    ///
    /// As [`Log::head`].
    pub fn still(&self) -> Result<Still, LogError> {
        let file = self.files.lock(Lock::Shared, self.patience)?;
        let known = read_head(&self.files, &file)?.head;
        let head = Head::before(&catch_up(&self.files, known)?);
        Ok(Still { head, _lock: file })
    }

    /// Where the first record is.
    pub fn start(&self) -> Position {
        Position { segment: FIRST_SEGMENT, offset: 0, sequence: 0, previous: genesis(&self.id) }
    }

    /// The records from a place on, without a lock.
    pub fn read_from(&self, position: Position) -> Entries {
        Entries::new(self.files.clone(), position)
    }

    /// The record at a place; none if the log ends there.
    ///
    /// # Errors
    ///
    /// The log ends before, or the line there is not a record after [`Position::previous`].
    pub fn at(&self, position: Position) -> Result<Option<Entry>, LogError> {
        self.read_from(position).next().transpose()
    }
}

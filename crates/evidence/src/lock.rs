//! Appending: one process at a time.

use std::fs::File;

use countersign_model::{LogId, Timestamp};

use crate::files::Files;
use crate::head::HeadFile;
use crate::{Entries, Event, Head, LONGEST_LINE, LogError, Position, Record, line};

/// A segment that would grow beyond this is followed by another one.
const LONGEST_SEGMENT: u64 = 16 * 1024 * 1024;

/// A log that nobody else appends to until this is dropped.
#[derive(Debug)]
pub struct Locked<'a> {
    files: &'a Files,
    log: &'a LogId,
    file: File,
    next: Position,
}

impl<'a> Locked<'a> {
    /// Finds the end of the log, from where the head file says it was. A torn tail is moved away
    /// and that is recorded.
    pub(crate) fn new(
        files: &'a Files,
        log: &'a LogId,
        file: File,
        now: Timestamp,
    ) -> Result<Self, LogError> {
        let known = read_head(files, &file)?;
        if known.log != *log {
            return Err(broken_head(files, format!("it is now that of the log `{}`", known.log)));
        }
        let next = catch_up(files, known.head)?;
        let mut locked = Self { files, log, file, next };
        let tail = files.tail(next.segment, next.offset)?;
        if !tail.is_empty() {
            files.cut(next.segment, next.offset, &tail)?;
            locked.append(
                now,
                &[Event::Repaired {
                    segment: next.segment,
                    removed_bytes: tail.len() as u64,
                    why: "a write was cut short".to_owned(),
                }],
            )?;
        }
        Ok(locked)
    }

    /// The end of the log.
    pub const fn head(&self) -> Head {
        Head::before(&self.next)
    }

    /// The records from a place on. Nobody appends meanwhile, so they are all.
    pub fn read_from(&self, position: Position) -> Entries {
        Entries::new(self.files.clone(), position)
    }

    /// Appends events in one write and returns their places when they are durable. If the machine
    /// stops meanwhile, the first few may be there without the rest.
    ///
    /// # Errors
    ///
    /// Nothing is acknowledged. [`LogError`] says what may be there.
    pub fn append(&mut self, now: Timestamp, events: &[Event]) -> Result<Vec<Position>, LogError> {
        let (mut bytes, mut places, mut next) = self.lines(now, events)?;
        if bytes.is_empty() {
            return Ok(places);
        }
        if next.offset > LONGEST_SEGMENT && self.next.offset > 0 {
            // From here on nothing may follow in the old segment, even if this write fails.
            self.next = Position { segment: self.next.segment.saturating_add(1), offset: 0, ..self.next };
            (bytes, places, next) = self.lines(now, events)?;
        }
        self.files.write_segment(self.next.segment, self.next.offset, &bytes)?;
        self.next = next;
        write_head(self.files, self.log, &self.file, self.head())?;
        Ok(places)
    }

    /// The lines of events, where each would be, and where the one after them would be.
    fn lines(
        &self,
        now: Timestamp,
        events: &[Event],
    ) -> Result<(Vec<u8>, Vec<Position>, Position), LogError> {
        let mut places = Vec::with_capacity(events.len());
        let mut bytes = Vec::new();
        let mut next = self.next;
        for event in events {
            let record = Record { sequence: next.sequence, time: now, event: event.clone() };
            let (line, hash) =
                line::write(&record, &next.previous).map_err(|source| LogError::Unwritable { source })?;
            if line.len() > LONGEST_LINE {
                return Err(LogError::TooLong { bytes: line.len() });
            }
            places.push(next);
            next.offset = next.offset.saturating_add(line.len() as u64);
            next.sequence = next.sequence.saturating_add(1);
            next.previous = hash;
            bytes.extend(line);
        }
        Ok((bytes, places, next))
    }
}

/// The end of the log according to its head file.
pub fn read_head(files: &Files, file: &File) -> Result<HeadFile, LogError> {
    let head = HeadFile::read(&files.read_head(file)?).map_err(|why| broken_head(files, why))?;
    match head.version {
        1 => Ok(head),
        version => Err(broken_head(files, format!("version {version} is not known here"))),
    }
}

fn write_head(files: &Files, log: &LogId, file: &File, head: Head) -> Result<(), LogError> {
    let bytes = head_bytes(files, log, head)?;
    files.write_head(file, &bytes)
}

/// The bytes of the head file.
pub fn head_bytes(files: &Files, log: &LogId, head: Head) -> Result<Vec<u8>, LogError> {
    HeadFile { version: 1, log: log.clone(), head }
        .write()
        .ok_or_else(|| broken_head(files, format!("the log's id `{log}` is too long")))
}

fn broken_head(files: &Files, why: String) -> LogError {
    LogError::Broken { path: files.head(), offset: 0, sequence: 0, why }
}

/// Where the next record would be: behind all complete lines that follow the known end. There are
/// some if a writer stopped before it had said where it ended.
pub fn catch_up(files: &Files, known: Head) -> Result<Position, LogError> {
    let mut entries = Entries::new(files.clone(), known.next());
    for entry in entries.by_ref() {
        entry?;
    }
    Ok(entries.position())
}

//! Reading a log from a place on.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};

use countersign_model::Digest;

use crate::files::Files;
use crate::{LONGEST_LINE, LogError, Position, Record, line};

/// A record with its place and its hash.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Where it starts.
    pub position: Position,
    /// Its hash.
    pub hash: Digest,
    /// What it says.
    pub record: Record,
}

/// The records from a place on, each checked against its hash. It ends with the last complete
/// line; asked again later, it goes on with what was appended since. After an error it ends.
#[derive(Debug)]
pub struct Entries {
    files: Files,
    next: Position,
    reader: Option<BufReader<File>>,
    failed: bool,
    /// The text that a record has to hold to be read.
    holding: Option<&'static str>,
}

/// What is at a place in a segment.
enum Found {
    Line(Vec<u8>),
    /// Part of a line, possibly none of it.
    Part {
        empty: bool,
    },
}

impl Entries {
    pub(crate) const fn new(files: Files, from: Position) -> Self {
        Self { files, next: from, reader: None, failed: false, holding: None }
    }

    /// Only the records whose text holds this. The others are checked against their hashes alone, which takes a
    /// fraction of the time.
    #[must_use]
    pub const fn holding(mut self, text: &'static str) -> Self {
        self.holding = Some(text);
        self
    }

    /// How many bytes follow the last complete line, once that is read: of a record that is being written, or was torn.
    pub fn unfinished(&self) -> Result<usize, LogError> {
        self.files.tail(self.next.segment, self.next.offset).map(|tail| tail.len())
    }

    /// Where reading goes on.
    pub const fn position(&self) -> Position {
        self.next
    }

    fn read(&mut self) -> Result<Option<Entry>, LogError> {
        loop {
            if let Found::Line(line) = self.line()? {
                if self.passes(&line)? {
                    continue;
                }
                return self.entry(&line).map(Some);
            }
            let following = self.next.segment.saturating_add(1);
            if !self.files.has_segment(following)? {
                return Ok(None);
            }
            // The next segment is there, so this one is complete: look once more.
            match self.line()? {
                Found::Line(line) if self.passes(&line)? => {}
                Found::Line(line) => return self.entry(&line).map(Some),
                Found::Part { empty: true } => {
                    self.next = Position { segment: following, offset: 0, ..self.next };
                    self.reader = None;
                }
                Found::Part { empty: false } => {
                    return Err(self.broken("the segment ends within it, and others follow".to_owned()));
                }
            }
        }
    }

    /// Reads on at the next position.
    fn line(&mut self) -> Result<Found, LogError> {
        let path = self.files.segment(self.next.segment);
        let failed = |source| LogError::Io { doing: "read", path, source };
        let mut reader = match self.reader.take() {
            Some(reader) => reader,
            None => {
                let file = self.files.read_segment(self.next.segment, self.next.offset)?;
                let mut reader = BufReader::new(file);
                if let Err(error) = reader.seek(SeekFrom::Start(self.next.offset)) {
                    return Err(failed(error));
                }
                reader
            }
        };
        let mut line = Vec::new();
        if let Err(error) = reader.by_ref().take(LONGEST_LINE as u64).read_until(b'\n', &mut line) {
            return Err(failed(error));
        }
        if line.ends_with(b"\n") {
            self.reader = Some(reader);
            Ok(Found::Line(line))
        } else if line.len() >= LONGEST_LINE {
            Err(self.broken("it is longer than a line may be".to_owned()))
        } else {
            Ok(Found::Part { empty: line.is_empty() })
        }
    }

    fn entry(&mut self, line: &[u8]) -> Result<Entry, LogError> {
        let position = self.next;
        let (record, hash) = line::read(line, &position).map_err(|why| self.broken(why))?;
        self.go_on(line, hash);
        Ok(Entry { position, hash, record })
    }

    /// Goes past a record that is not to be read.
    fn passes(&mut self, line: &[u8]) -> Result<bool, LogError> {
        let is_wanted = |text| std::str::from_utf8(line).is_ok_and(|line| line.contains(text));
        if self.holding.is_none_or(is_wanted) {
            return Ok(false);
        }
        let (hash, _) = line::checked(line, &self.next.previous).map_err(|why| self.broken(why))?;
        self.go_on(line, hash);
        Ok(true)
    }

    fn go_on(&mut self, line: &[u8], hash: Digest) {
        self.next = Position {
            segment: self.next.segment,
            offset: self.next.offset.saturating_add(line.len() as u64),
            sequence: self.next.sequence.saturating_add(1),
            previous: hash,
        };
    }

    fn broken(&self, why: String) -> LogError {
        let Position { segment, offset, sequence, .. } = self.next;
        LogError::Broken { path: self.files.segment(segment), offset, sequence, why }
    }
}

impl Iterator for Entries {
    type Item = Result<Entry, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let read = self.read().transpose();
        self.failed = matches!(read, Some(Err(_)));
        read
    }
}

//! Places in a log.

use countersign_approval::Anchor;
use countersign_model::{Digest, LogId};
use serde::{Deserialize, Serialize};

/// Where a record starts, with the hash of the record before it, so that reading can start here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The segment's number, from 1.
    pub segment: u32,
    /// The first byte of its line.
    pub offset: u64,
    /// The record's number, from 0.
    pub sequence: u64,
    /// The hash of the record before it, or of the log's beginning.
    pub previous: Digest,
}

/// The end of a log: its last record, and where the next would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The last record's number.
    pub sequence: u64,
    /// Its hash, which covers all records before it.
    pub hash: Digest,
    /// The segment it ends in.
    pub segment: u32,
    /// The byte after it.
    pub end: u64,
}

impl Head {
    /// Where the next record would be.
    pub const fn next(&self) -> Position {
        Position {
            segment: self.segment,
            offset: self.end,
            sequence: self.sequence.saturating_add(1),
            previous: self.hash,
        }
    }

    /// What statements signed at this end name.
    pub fn anchor(&self, log: &LogId) -> Anchor {
        Anchor { log: log.clone(), sequence: self.sequence, hash: self.hash }
    }

    /// The end, if `next` is where the next record would be.
    pub(crate) const fn before(next: &Position) -> Self {
        Self {
            sequence: next.sequence.saturating_sub(1),
            hash: next.previous,
            segment: next.segment,
            end: next.offset,
        }
    }
}

//! Why a log cannot be read or written.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why a log cannot be read or written. Nothing was appended, or at most some of the records that
/// were to be appended together, which readers may meet and nobody was told of.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// There is a log already.
    #[error("there is a log at `{}` already", path.display())]
    AlreadyThere {
        /// Where.
        path: PathBuf,
    },
    /// Something that belongs to a log is not there: tampering, never a first run.
    #[error("`{}` is missing, so the log was moved or tampered with", path.display())]
    Vanished {
        /// What is missing.
        path: PathBuf,
    },
    /// The log ends before a record that was acknowledged: tampering.
    #[error("`{}` ends at byte {found}, but records up to byte {expected} were written", path.display())]
    RolledBack {
        /// The segment.
        path: PathBuf,
        /// Where it ended once.
        expected: u64,
        /// Where it ends.
        found: u64,
    },
    /// A complete line is not what was written: tampering or a broken disk. Never repaired.
    #[error("`{}` is broken at byte {offset} (record {sequence}): {why}", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// Where the line starts.
        offset: u64,
        /// The record that was expected there.
        sequence: u64,
        /// What is wrong with it.
        why: String,
    },
    /// A record is longer than a line may be.
    #[error("a record of {bytes} bytes is too long for the log")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// A record cannot be put into a line, or could not be read again.
    #[error("a record cannot be written")]
    Unwritable {
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// Others hold the lock.
    #[error("the log at `{}` was locked by others for {} ms", path.display(), waited.as_millis())]
    Busy {
        /// The log.
        path: PathBuf,
        /// How long this process waited.
        waited: Duration,
    },
    /// The operating system said no.
    #[error("cannot {doing} `{}`", path.display())]
    Io {
        /// A verb, such as `write`.
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

impl LogError {
    /// Whether it looks like somebody changed the log, rather than a machine in trouble.
    pub const fn is_tampering(&self) -> bool {
        match self {
            Self::Vanished { .. } | Self::RolledBack { .. } | Self::Broken { .. } => true,
            Self::AlreadyThere { .. }
            | Self::TooLong { .. }
            | Self::Unwritable { .. }
            | Self::Busy { .. }
            | Self::Io { .. } => false,
        }
    }
}

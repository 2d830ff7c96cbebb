//! A second place that remembers how long the log once was.
//!
//! Whoever rolls back the home with everything in it makes a log that fits itself. This file lies
//! outside the home, so it tells. It is a hint and not a proof: the same user can write it.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use countersign_evidence::Head;
use countersign_model::{Digest, LogId};

use crate::ledger::LedgerError;

/// The directory of witnesses, below the user's own home.
pub const WITNESSES: &str = ".local/share/countersign-witness";

/// The witness of one log.
#[derive(Debug)]
pub struct Witness {
    file: PathBuf,
}

impl Witness {
    /// The witness of this log.
    pub fn below(user_home: &Path, log: &LogId) -> Self {
        let name = Digest::of([log.as_str().as_bytes()]).hex();
        Self { file: user_home.join(WITNESSES).join(name) }
    }

    /// Compares; true if there is no witness, although one was made with the log.
    pub fn check(&self, head: &Head) -> Result<bool, LedgerError> {
        let Ok(text) = fs::read_to_string(&self.file) else { return Ok(true) };
        let mut words = text.split_whitespace();
        let (Some(Ok(sequence)), Some(hash)) = (words.next().map(str::parse::<u64>), words.next()) else {
            return Ok(true);
        };
        if sequence > head.sequence || (sequence == head.sequence && hash != head.hash.hex()) {
            return Err(LedgerError::RolledBack {
                who: "its witness outside the home",
                expected: sequence,
                found: head.sequence,
            });
        }
        Ok(false)
    }

    /// Remembers; whether that worked. Failing to is not a reason to deny: the log is what counts.
    pub fn write(&self, head: &Head) -> bool {
        self.overwrite(head).is_ok()
            || self.file.parent().is_some_and(|folder| fs::create_dir_all(folder).is_ok())
                && self.overwrite(head).is_ok()
    }

    /// In place: the text always has the same length.
    fn overwrite(&self, head: &Head) -> std::io::Result<()> {
        let text = format!("{:020} {}\n", head.sequence, head.hash.hex());
        let mut options = fs::OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(false).mode(0o600).open(&self.file)?;
        file.write_all(text.as_bytes())
    }
}

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

use crate::home::{self, HomeError, NEVER_WAIT};
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

    /// Where it is.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Compares; true if there is no witness, although one was made with the log. What is there and is no
    /// file, or cannot be read, is not one that is missing: nothing could be written in its place.
    ///
    /// # Errors
    /// The log was longer than it is, or had another end; or the witness cannot be read.
    pub fn check(&self, head: &Head) -> Result<bool, LedgerError> {
        let bytes = match home::read(&self.file) {
            Ok(bytes) => bytes,
            Err(HomeError::Vanished { .. }) => return Ok(true),
            Err(error) => return Err(error.into()),
        };
        let text = String::from_utf8_lossy(&bytes);
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
        options.write(true).create(true).truncate(false);
        let mut file = options.mode(0o600).custom_flags(NEVER_WAIT).open(&self.file)?;
        file.write_all(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::home::pipe;

    fn head(sequence: u64) -> Head {
        Head { segment: 1, end: 0, sequence, hash: Digest::of([b"head".as_slice()]) }
    }

    fn made() -> (tempfile::TempDir, Witness) {
        let folder = tempfile::tempdir().unwrap();
        let witness = Witness::below(folder.path(), &LogId::from("1"));
        assert!(witness.write(&head(7)));
        (folder, witness)
    }

    #[test]
    fn tells_a_shorter_log_and_a_missing_witness() {
        let (_folder, witness) = made();
        assert!(!witness.check(&head(7)).unwrap() && !witness.check(&head(8)).unwrap());
        assert!(matches!(
            witness.check(&head(6)),
            Err(LedgerError::RolledBack { expected: 7, found: 6, .. })
        ));
        fs::remove_file(&witness.file).unwrap();
        assert!(witness.check(&head(7)).unwrap());
    }

    /// A directory took the place of the witness once and for all, unseen; a pipe made the hook wait.
    #[test]
    fn what_is_no_file_is_not_a_missing_witness() {
        let (_folder, witness) = made();
        fs::remove_file(&witness.file).unwrap();
        fs::create_dir(&witness.file).unwrap();
        assert!(witness.check(&head(7)).unwrap_err().is_tampering() && !witness.write(&head(8)));
        fs::remove_dir(&witness.file).unwrap();
        pipe(&witness.file);
        assert!(witness.check(&head(7)).unwrap_err().is_tampering() && !witness.write(&head(8)));
    }
}

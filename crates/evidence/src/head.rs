//! The head file: where the log ends, so that appending need not look. It is always one block of
//! the same length, overwritten in place, and is at most behind the segments, never ahead.

use countersign_model::{Digest, LogId};
use serde::{Deserialize, Serialize};

use crate::{Head, line};

/// Its name, beside the segments. Its lock is the log's.
pub const NAME: &str = "head";
/// Its length in bytes: one write that no crash leaves half done.
pub const LENGTH: usize = 512;

/// What the head file says: a line like those of the segments, with the digits being the SHA-256
/// of the JSON alone, filled up with spaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadFile {
    /// Of the format: 1.
    pub version: u32,
    /// The log's id.
    pub log: LogId,
    /// The end of the log.
    pub head: Head,
}

impl HeadFile {
    /// Its bytes. None if the log's id is too long to fit.
    pub fn write(&self) -> Option<Vec<u8>> {
        let json = serde_json::to_vec(self).ok()?;
        let mut bytes = Digest::of([json.as_slice()]).hex().into_bytes();
        bytes.push(b' ');
        bytes.extend(json);
        let spaces = LENGTH.checked_sub(bytes.len())?.checked_sub(1)?;
        bytes.resize(bytes.len().saturating_add(spaces), b' ');
        bytes.push(b'\n');
        Some(bytes)
    }

    /// Reads its bytes.
    ///
    /// # Errors
    ///
    /// What is wrong with them, a sentence fragment.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let (hash, json) = line::split(bytes).ok_or("it is not a hash, a space and JSON")?;
        let json = json.trim_ascii_end();
        if hash != Digest::of([json]) {
            return Err("its hash does not fit it".to_owned());
        }
        serde_json::from_slice(json).map_err(|error| format!("its JSON: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(sequence: u64, end: u64) -> HeadFile {
        let head = Head { sequence, hash: Digest::of([b"x".as_slice()]), segment: 1, end };
        HeadFile { version: 1, log: "0123456789abcdef0123456789abcdef".into(), head }
    }

    proptest! {
        #[test]
        fn has_one_length_and_reads_back(sequence: u64, end: u64) {
            let bytes = file(sequence, end).write().unwrap();
            prop_assert_eq!(bytes.len(), LENGTH);
            prop_assert_eq!(HeadFile::read(&bytes).unwrap(), file(sequence, end));
        }

        #[test]
        fn a_mix_of_two_writes_is_noticed(cut in 65_usize..200) {
            let (old, new) = (file(1, 100).write().unwrap(), file(2, 200).write().unwrap());
            let mix = [&new[..cut], &old[cut..]].concat();
            prop_assert!(mix == new || HeadFile::read(&mix).is_err());
        }
    }

    #[test]
    fn an_id_that_does_not_fit_is_not_written() {
        assert_eq!(HeadFile { log: "x".repeat(400).as_str().into(), ..file(0, 0) }.write(), None);
    }
}

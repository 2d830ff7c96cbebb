//! One file of derived state: a value, and how far it has taken in the log.
//!
//! Files are overwritten in place, under the log's lock: replacing a file by renaming costs a flush,
//! and there is nothing to protect, because a torn file is noticed by its digest and folded again from
//! the log.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use countersign_model::Digest;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::home::{HomeError, read_regular, to_json};

/// A value folded from the log, and the number of the first record it has not taken in. After a crash
/// between two files the same records are folded again: what one has taken in already it skips.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Kept<T> {
    next: u64,
    /// The value.
    pub value: T,
}

impl<T> Kept<T> {
    /// A value that has just taken in the record of this number.
    pub const fn after(sequence: u64, value: T) -> Self {
        Self { next: sequence.saturating_add(1), value }
    }

    /// The value, if it has not taken in the record of this number; from now on it has.
    pub fn taking(&mut self, sequence: u64) -> Option<&mut T> {
        if sequence < self.next {
            return None;
        }
        self.next = sequence.saturating_add(1);
        Some(&mut self.value)
    }
}

/// Reads a file that [`write`] wrote; none where there is none.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, HomeError> {
    let bytes = match read_regular(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(HomeError::Io { doing: "read", path: path.to_path_buf(), source }),
    };
    let damaged = |why: &str| HomeError::Damaged { path: path.to_path_buf(), why: why.to_owned() };
    let body = body(&bytes).ok_or_else(|| damaged("it is not what was written"))?;
    serde_json::from_slice(body).map(Some).map_err(|error| damaged(&error.to_string()))
}

/// The body behind the header, if the header fits it. What follows is left over from a longer body.
fn body(bytes: &[u8]) -> Option<&[u8]> {
    let line = bytes.split(|byte| *byte == b'\n').next()?;
    let (digest, length) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    let start = line.len() + 1;
    let body = bytes.get(start..start.checked_add(length.parse().ok()?)?)?;
    (Digest::of([body]).hex() == digest).then_some(body)
}

/// Writes a value over what the file held.
pub fn write<T: Serialize>(path: &Path, value: &T) -> Result<(), HomeError> {
    let io = |doing| move |source| HomeError::Io { doing, path: path.to_path_buf(), source };
    let body = to_json(value, path)?;
    let mut bytes = format!("{} {}\n", Digest::of([body.as_slice()]).hex(), body.len()).into_bytes();
    bytes.extend(body);
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(io("open"))?;
    file.write_all(&bytes).map_err(io("write"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shorter_value_replaces_a_longer_one_and_a_torn_one_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept.json");
        assert_eq!(read::<Vec<u32>>(&path).unwrap(), None);
        write(&path, &vec![1, 2, 3, 4, 5]).unwrap();
        write(&path, &vec![6]).unwrap();
        assert_eq!(read::<Vec<u32>>(&path).unwrap(), Some(vec![6]));
        let whole = fs::read(&path).unwrap();
        let end = whole.iter().position(|byte| *byte == b']').unwrap();
        for cut in 0..=end {
            fs::write(&path, &whole[..cut]).unwrap();
            assert!(matches!(read::<Vec<u32>>(&path), Err(HomeError::Damaged { .. })), "cut at {cut}");
        }
    }

    #[test]
    fn a_record_is_taken_in_once() {
        let mut kept = Kept::after(4, 0);
        assert!(kept.taking(4).is_none());
        *kept.taking(5).unwrap() += 1;
        assert!(kept.taking(5).is_none());
        assert_eq!(kept.value, 1);
    }
}

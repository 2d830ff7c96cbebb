//! One line: `<64 hexadecimal digits> <compact JSON>\n`, the digits being the SHA-256 of the line
//! before's 32 bytes and this line's JSON.

use countersign_model::{Digest, LogId};

use crate::{Position, Record};

/// Longest line in bytes, newline included. Bounds what a reader has to hold.
pub const LONGEST_LINE: usize = 4 * 1024 * 1024;

/// What the first record's hash is chained to.
pub fn genesis(log: &LogId) -> Digest {
    Digest::of([b"countersign/log/v1\n".as_slice(), log.as_str().as_bytes()])
}

/// The line of a record after `previous`, and its hash.
///
/// # Errors
///
/// It cannot be written, or could not be read again: an argument nested too deeply, say, would make
/// the log unreadable for good.
pub fn write(record: &Record, previous: &Digest) -> serde_json::Result<(Vec<u8>, Digest)> {
    let json = serde_json::to_vec(record)?;
    serde_json::from_slice::<Record>(&json)?;
    let hash = Digest::of([previous.as_bytes().as_slice(), &json]);
    let mut line = hash.hex().into_bytes();
    line.push(b' ');
    line.extend(json);
    line.push(b'\n');
    Ok((line, hash))
}

/// The record and the hash of the line at `position`, its newline included.
///
/// # Errors
///
/// What is wrong with the line, a sentence fragment.
pub fn read(line: &[u8], position: &Position) -> Result<(Record, Digest), String> {
    let (hash, json) = checked(line, &position.previous)?;
    let record: Record = serde_json::from_slice(json).map_err(|error| format!("its JSON: {error}"))?;
    if record.sequence == position.sequence {
        Ok((record, hash))
    } else {
        Err(format!("it is numbered {}", record.sequence))
    }
}

/// The hash and the JSON of the line after `previous`, its newline included.
///
/// # Errors
///
/// What is wrong with the line, a sentence fragment.
pub fn checked<'a>(line: &'a [u8], previous: &Digest) -> Result<(Digest, &'a [u8]), String> {
    let (hash, json) = split(line).ok_or("it is not a hash, a space and JSON")?;
    if hash == Digest::of([previous.as_bytes().as_slice(), json]) {
        Ok((hash, json))
    } else {
        Err("its hash does not fit it and the record before it".to_owned())
    }
}

/// The parts of a line.
pub fn split(line: &[u8]) -> Option<(Digest, &[u8])> {
    let (digits, rest) = line.split_at_checked(64)?;
    let hash = Digest::from_hex(std::str::from_utf8(digits).ok()?)?;
    Some((hash, rest.strip_prefix(b" ")?.strip_suffix(b"\n")?))
}

#[cfg(test)]
mod tests {
    use countersign_model::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::Event;

    fn record(error: String) -> Record {
        let event = Event::Failure { during: "test".into(), error };
        Record { sequence: 3, time: Timestamp::UNIX_EPOCH, event }
    }

    fn position() -> Position {
        Position { segment: 1, offset: 9, sequence: 3, previous: genesis(&"log".into()) }
    }

    proptest! {
        #[test]
        fn reads_what_it_writes(text in ".{0,20}") {
            let record = record(text);
            let (line, hash) = write(&record, &position().previous).unwrap();
            prop_assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
            prop_assert_eq!(read(&line, &position()).unwrap(), (record, hash));
        }

        #[test]
        fn no_byte_can_be_changed(text in ".{0,20}", at: prop::sample::Index, bit in 0_u32..8) {
            let (mut line, _) = write(&record(text), &position().previous).unwrap();
            let at = at.index(line.len());
            line[at] ^= 1 << bit;
            prop_assert!(read(&line, &position()).is_err());
        }

        #[test]
        fn refuses_anything_else(line: Vec<u8>) {
            prop_assert!(read(&line, &position()).is_err());
        }
    }

    #[test]
    fn a_line_holds_at_its_place_only() {
        let (line, _) = write(&record("x".into()), &position().previous).unwrap();
        assert!(read(&line, &Position { sequence: 4, ..position() }).is_err());
        assert!(read(&line, &Position { previous: genesis(&"other".into()), ..position() }).is_err());
    }
}

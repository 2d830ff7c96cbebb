//! What a log keeps, whatever happens between two writes.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may")]

use std::fs;
use std::path::PathBuf;

use countersign_evidence::{Event, Log, LogError, Position};
use countersign_model::Timestamp;
use proptest::prelude::*;
use tempfile::TempDir;

/// A log in a directory of its own.
struct Fixture {
    directory: TempDir,
}

impl Fixture {
    fn new() -> Self {
        let fixture = Self { directory: tempfile::tempdir().unwrap() };
        Log::create(&fixture.path(), &"log".into(), Timestamp::UNIX_EPOCH).unwrap();
        fixture
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("log")
    }

    fn segment(&self) -> PathBuf {
        self.path().join("00000001.jsonl")
    }

    fn log(&self) -> Log {
        Log::open(&self.path()).unwrap()
    }

    fn append(&self, texts: &[&str]) -> Result<Vec<Position>, LogError> {
        let events: Vec<_> = texts.iter().map(|text| event(text)).collect();
        self.log().append(Timestamp::UNIX_EPOCH, &events)
    }

    /// The texts appended, or the error that reading ended with.
    fn texts(&self) -> Result<Vec<String>, LogError> {
        let log = self.log();
        let mut texts = Vec::new();
        for entry in log.read_from(log.start()) {
            match entry?.record.event {
                Event::Failure { error, .. } => texts.push(error),
                Event::Repaired { removed_bytes, .. } => texts.push(format!("repaired {removed_bytes}")),
                Event::LogCreated { .. } => {}
                other => panic!("{other:?}"),
            }
        }
        Ok(texts)
    }
}

fn event(text: &str) -> Event {
    Event::Failure { during: "test".into(), error: text.into() }
}

#[test]
fn keeps_what_was_appended_in_order() {
    let fixture = Fixture::new();
    fixture.append(&["a", "b"]).unwrap();
    fixture.append(&["c"]).unwrap();
    fixture.append(&[]).unwrap();
    assert_eq!(fixture.texts().unwrap(), ["a", "b", "c"]);
}

#[test]
fn places_lead_back_to_their_records() {
    let fixture = Fixture::new();
    let mut places = fixture.append(&["a", "b"]).unwrap();
    places.extend(fixture.append(&["c"]).unwrap());
    let log = fixture.log();
    let texts = places.iter().map(|place| log.at(*place).unwrap().unwrap().record.event);
    assert!(texts.eq(["a", "b", "c"].map(event)));
    assert_eq!(log.at(log.head().unwrap().next()).unwrap(), None);
}

#[test]
fn reading_goes_on_where_it_ended() {
    let fixture = Fixture::new();
    let log = fixture.log();
    let mut entries = log.read_from(log.head().unwrap().next());
    assert!(entries.next().is_none());
    fixture.append(&["a"]).unwrap();
    assert_eq!(entries.next().unwrap().unwrap().record.event, event("a"));
    assert!(entries.next().is_none());
    assert_eq!(entries.position(), log.head().unwrap().next());
}

proptest! {
    /// A crash may leave any part of the last write behind.
    #[test]
    fn a_torn_tail_costs_nothing_acknowledged(
        texts in prop::collection::vec("[a-z]{0,9}", 1..6),
        cut: prop::sample::Index,
    ) {
        let fixture = Fixture::new();
        let texts: Vec<_> = texts.iter().map(String::as_str).collect();
        fixture.append(&texts).unwrap();
        let head = fs::read(fixture.path().join("head")).unwrap();
        let whole = fs::read(fixture.segment()).unwrap();
        fixture.append(&["never acknowledged"]).unwrap();
        let torn = fs::read(fixture.segment()).unwrap();
        let kept = whole.len() + cut.index(torn.len() - whole.len());
        fs::write(fixture.segment(), &torn[..kept]).unwrap();
        fs::write(fixture.path().join("head"), head).unwrap();

        fixture.append(&["after"]).unwrap();
        let mut expected: Vec<_> = texts.iter().map(ToString::to_string).collect();
        if kept > whole.len() {
            expected.push(format!("repaired {}", kept - whole.len()));
            let saved = fixture.path().join(format!("torn/00000001-{}", whole.len()));
            prop_assert_eq!(fs::read(saved).unwrap(), &torn[whole.len()..kept]);
        }
        expected.push("after".into());
        prop_assert_eq!(fixture.texts().unwrap(), expected);
    }
}

//! A log in a directory of its own.

use std::path::PathBuf;

use countersign_evidence::{Event, Log, LogError, Position};
use countersign_model::Timestamp;
use tempfile::TempDir;

/// A log in a directory of its own.
pub struct Fixture {
    directory: TempDir,
}

impl Fixture {
    pub fn new() -> Self {
        let fixture = Self { directory: tempfile::tempdir().unwrap() };
        Log::create(&fixture.path(), &"log".into(), Timestamp::UNIX_EPOCH).unwrap();
        fixture
    }

    pub fn path(&self) -> PathBuf {
        self.directory.path().join("log")
    }

    pub fn segment(&self) -> PathBuf {
        self.path().join("00000001.jsonl")
    }

    pub fn log(&self) -> Log {
        Log::open(&self.path()).unwrap()
    }

    /// Appends an event for each text, as one batch.
    pub fn append(&self, texts: &[&str]) -> Result<Vec<Position>, LogError> {
        let events: Vec<_> = texts.iter().map(|text| event(text)).collect();
        Log::open(&self.path())?.append(Timestamp::UNIX_EPOCH, &events)
    }

    /// The texts appended, or the error that reading ended with.
    pub fn texts(&self) -> Result<Vec<String>, LogError> {
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

pub fn event(text: &str) -> Event {
    Event::Failure { during: "test".into(), error: text.into() }
}

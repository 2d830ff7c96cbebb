//! Appends durably to a log, to measure it from outside:
//! `append <directory>` appends one record; `append <directory> <number>` begins a log of so many
//! records, in batches, if there is none.

use std::path::Path;
use std::process::ExitCode;

use countersign_evidence::{Event, Log, LogError};
use countersign_model::Timestamp;

/// As long as the record of a usual decision.
const TEXT: usize = 1200;
const BATCH: usize = 1000;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(directory) = arguments.next() else {
        eprintln!("usage: append <directory> [<number>]");
        return ExitCode::FAILURE;
    };
    let directory = Path::new(&directory);
    let result = match arguments.next().and_then(|number| number.parse().ok()) {
        Some(number) => fill(directory, number),
        None => Log::open(directory).and_then(|log| append(&log, 1)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn fill(directory: &Path, number: usize) -> Result<(), LogError> {
    let log = Log::create(directory, &"measured".into(), Timestamp::UNIX_EPOCH)?;
    let mut left = number;
    while left > 0 {
        let batch = left.min(BATCH);
        append(&log, batch)?;
        left = left.saturating_sub(batch);
    }
    Ok(())
}

fn append(log: &Log, number: usize) -> Result<(), LogError> {
    let event = Event::Failure { during: "measuring".to_owned(), error: "x".repeat(TEXT) };
    log.append(Timestamp::UNIX_EPOCH, &vec![event; number]).map(drop)
}

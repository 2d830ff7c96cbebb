//! A log that has been in use for a long time.

use std::path::Path;

use countersign_evidence::{Event, Log};
use countersign_hook::now;
use countersign_local::{Home, Ledger};

use crate::Problem;

/// Records appended as one durable step.
const BATCH: usize = 2000;
/// Calls a session makes.
const CALLS: usize = 50;

/// Appends `records` records: calls with their outcomes, each like the last one that is there.
pub fn log(home: &Path, user_home: &Path, records: usize) -> Result<(), Problem> {
    let home = Home::at(home);
    let (decided, outcome) = last_call(&home)?;
    let mut ledger = Ledger::open(home, None, user_home, now())?;
    let mut batch = Vec::with_capacity(BATCH);
    for number in 0..records / 2 {
        let (mut decided, mut outcome) = (decided.clone(), outcome.clone());
        let session_id = format!("grown-{}", number / CALLS);
        let call_id = format!("toolu_grown_{number}");
        if let (Event::Decided(decided), Event::Outcome { session, call, .. }) = (&mut decided, &mut outcome)
        {
            decided.call.session = session_id.as_str().into();
            decided.call.id = call_id.as_str().into();
            *session = session_id.as_str().into();
            *call = call_id.as_str().into();
        }
        batch.extend([decided, outcome]);
        if batch.len() >= BATCH {
            append(&mut ledger, std::mem::take(&mut batch))?;
        }
    }
    append(&mut ledger, batch)
}

fn append(ledger: &mut Ledger, events: Vec<Event>) -> Result<(), Problem> {
    Ok(ledger.locked(now, |log| log.append(events).map(drop))?)
}

/// The last decision in the log, and the last outcome.
fn last_call(home: &Home) -> Result<(Event, Event), Problem> {
    let log = Log::open(&home.log())?;
    let (mut decided, mut outcome) = (None, None);
    for entry in log.read_from(log.start()) {
        match entry?.record.event {
            event @ Event::Decided(_) => decided = Some(event),
            event @ Event::Outcome { .. } => outcome = Some(event),
            _ => {}
        }
    }
    decided.zip(outcome).ok_or_else(|| "the log holds no call with an outcome to copy".into())
}

//! What deciding a call of a session's log again costs, reading the log and counting included.

use std::hint::black_box;
use std::time::{Duration, Instant};

use countersign_policy::{Bundle, Pack, Proposal};
use countersign_simulate::{History, Report};
use serde_json::json;

use crate::yardstick::Yardstick;
use crate::{Problem, calls};

/// How often the usual calls come in the log.
const TIMES: usize = 60;
/// Runs of which the middle one counts.
const RUNS: usize = 5;

/// Prints, as a JSON object, what one call costs in nanoseconds, and the yardstick. The log is one session, so that one
/// thread does it all, however many cores there are.
pub fn print() -> Result<(), Problem> {
    let bundle = Bundle::shipped(Pack::Graduated, &Proposal::parse("version = 1\n")?)?;
    let log = log();
    let mut times = Vec::new();
    let mut decided = 0;
    for _ in 0..RUNS {
        let started = Instant::now();
        let history = History::of([("log".to_owned(), countersign_agents::read(log.as_bytes()))]);
        let simulation = countersign_simulate::run(&history, &bundle, None, None, &|_| {});
        let report = black_box(Report::of(&history, &simulation, &bundle, None, None));
        times.push(started.elapsed());
        decided = report.tool_calls;
    }
    times.sort_unstable();
    let time = times.get(RUNS / 2).copied().unwrap_or_default();
    let each = time / u32::try_from(decided)?;
    println!(
        "{}",
        json!({"call_ns": Duration::as_nanos(&each), "yardstick_ns": Yardstick::new()?.length().as_nanos()})
    );
    Ok(())
}

/// The usual calls, in the form of a session's log.
fn log() -> String {
    let mut log = String::new();
    for time in 0..TIMES {
        for (number, (_, call)) in calls::all("/home/dev/shop").into_iter().enumerate() {
            let part = json!({
                "type": "tool_use", "id": format!("toolu_{time}_{number}"), "name": call.tool, "input": call.input,
            });
            let line = json!({
                "type": "assistant", "uuid": "u", "sessionId": "measure", "cwd": call.cwd, "gitBranch": "feature",
                "timestamp": "2026-02-09T09:00:00Z", "message": {"role": "assistant", "content": [part]},
            });
            log.push_str(&line.to_string());
            log.push('\n');
        }
    }
    log
}

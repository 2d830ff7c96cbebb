//! Understanding and deciding in one process, over a list of usual calls.
//!
//! `crates/measure` holds the list and measures; here its answer is read.

use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::figure::{Bound, Figure};
use super::stage::{Programs, Stage};
use super::timing::{median, median_ratio, quietly};

/// The budgets of ARCHITECTURE.md, section 10, as multiples of the yardstick, which takes about ten microseconds on
/// the machine of `docs/performance.md`: 30 µs, 50 µs, and ten thousand recorded calls a second.
const UNDERSTAND: f64 = 3.0;
const DECIDE: f64 = 5.0;
const REPLAY: f64 = 10.0;
/// Ten thousand calls of session logs a second on two cores, reading the logs included.
const HISTORY: f64 = 20.0;

/// The median call of the list; each call's own cost is a median too.
pub fn measure(programs: &Programs) -> Result<Vec<Figure>> {
    let stage = Stage::set(programs, 10)?;
    let text = quietly(programs.measure().arg("costs").arg(stage.repository()))?;
    let rows: Vec<Value> =
        serde_json::from_str(&text).context("countersign-measure printed no JSON array")?;
    let figure = |name: &str, parts: &[&str], bound| -> Result<Figure> {
        let mut times = Vec::new();
        let mut runs = Vec::new();
        for row in &rows {
            let of = |part: &str| row.get(part).and_then(Value::as_u64).map(Duration::from_nanos);
            let total: Option<Duration> = parts.iter().map(|part| of(part)).sum();
            let call = row.get("call").and_then(Value::as_str);
            let (total, call) = total.zip(call).context("countersign-measure left a field out")?;
            runs.push((of("yardstick_ns").context("countersign-measure left the yardstick out")?, total));
            times.push((total, call));
        }
        let (slowest, call) = times.iter().max().copied().context("countersign-measure measured nothing")?;
        let median = median(times.iter().map(|(time, _)| *time).collect());
        let call: String = call.chars().take(40).collect();
        let slowest = slowest.as_secs_f64() * 1e6;
        let figure = Figure::ratio(name, median, median_ratio(&runs), bound);
        Ok(figure.noting(format!("slowest {slowest:.0} µs: {call}")))
    };
    Ok(vec![
        figure("yardstick", &["yardstick_ns"], Bound::None)?,
        figure("understand, answers at hand", &["understand_ns"], Bound::Ratio(UNDERSTAND))?,
        figure("understand, asking the machine", &["look_ns"], Bound::None)?,
        figure("classify and decide", &["decide_ns"], Bound::Ratio(DECIDE))?,
        figure("replaying a recorded call", &["understand_ns", "decide_ns"], Bound::Ratio(REPLAY))?,
        history(programs)?,
    ])
}

/// A call of a session's log, read, decided again and counted by one thread.
fn history(programs: &Programs) -> Result<Figure> {
    let text = quietly(programs.measure().arg("history"))?;
    let measured: Value =
        serde_json::from_str(&text).context("countersign-measure printed no JSON object")?;
    let of = |part: &str| measured.get(part).and_then(Value::as_u64).map(Duration::from_nanos);
    let (call, yardstick) =
        of("call_ns").zip(of("yardstick_ns")).context("countersign-measure left a field out")?;
    let ratio = call.as_secs_f64() / yardstick.as_secs_f64();
    Ok(Figure::ratio("simulating a call of a log", call, ratio, Bound::Ratio(HISTORY)))
}

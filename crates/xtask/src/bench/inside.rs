//! Understanding and deciding in one process, over a list of usual calls.
//!
//! `crates/measure` holds the list and measures; here its answer is read.

use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::figure::{Bound, Figure};
use super::stage::{Programs, Stage};
use super::timing::{median, quietly};

/// The budgets of ARCHITECTURE.md, section 10.
const UNDERSTAND: Duration = Duration::from_micros(30);
const DECIDE: Duration = Duration::from_micros(50);
/// Ten thousand recorded calls a second.
const REPLAY: Duration = Duration::from_micros(100);

/// The median call of the list; each call's own cost is a median too.
pub fn measure(programs: &Programs) -> Result<Vec<Figure>> {
    let stage = Stage::set(programs, 10)?;
    let text = quietly(programs.measure().arg("costs").arg(stage.repository()))?;
    let rows: Vec<Value> =
        serde_json::from_str(&text).context("countersign-measure printed no JSON array")?;
    let figure = |name: &str, parts: &[&str], bound| -> Result<Figure> {
        let mut times = Vec::new();
        for row in &rows {
            let of = |part: &&str| row.get(*part).and_then(Value::as_u64);
            let total: Option<u64> = parts.iter().map(of).sum();
            let call = row.get("call").and_then(Value::as_str);
            let (total, call) = total.zip(call).context("countersign-measure left a field out")?;
            times.push((Duration::from_nanos(total), call));
        }
        let (slowest, call) = times.iter().max().copied().context("countersign-measure measured nothing")?;
        let median = median(times.iter().map(|(time, _)| *time).collect());
        let call: String = call.chars().take(40).collect();
        let slowest = slowest.as_secs_f64() * 1e6;
        Ok(Figure::time(name, median, bound).noting(format!("slowest {slowest:.0} µs: {call}")))
    };
    Ok(vec![
        figure("understand, answers at hand", &["understand_ns"], Bound::Time(UNDERSTAND))?,
        figure("understand, asking the machine", &["look_ns"], Bound::None)?,
        figure("classify and decide", &["decide_ns"], Bound::Time(DECIDE))?,
        figure("replaying a recorded call", &["understand_ns", "decide_ns"], Bound::Time(REPLAY))?,
    ])
}

//! The whole process, durable, as a ratio to the floor.

use anyhow::Result;

use super::figure::{Bound, Figure};
use super::stage::{Programs, Stage};
use super::timing::{floor, median, median_ratio, time};

/// The hook may cost this many times what the floor costs.
const BOUND: f64 = 6.0;

/// Floor, PreToolUse and PostToolUse in turn.
pub fn measure(programs: &Programs, runs: usize) -> Result<Vec<Figure>> {
    let stage = Stage::set(programs, 10)?;
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        let floor = time(floor(), b"{}")?.time;
        let (pre, post) = stage.call("git status")?;
        before.push((floor, pre));
        after.push((floor, post));
    }
    let floor = median(before.iter().map(|(floor, _)| *floor).collect());
    let mut figures = vec![Figure::ratio("floor: /bin/true", floor, 1.0, Bound::None)];
    for (name, runs) in [("hook, PreToolUse, durable", before), ("hook, PostToolUse, durable", after)] {
        let time = median(runs.iter().map(|(_, time)| *time).collect());
        figures.push(Figure::ratio(name, time, median_ratio(&runs), Bound::Ratio(BOUND)));
    }
    Ok(figures)
}

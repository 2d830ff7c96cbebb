//! Whether understanding a call costs no more than its length: instructions of calls of many shapes, at one
//! length and at twice that.
//!
//! Twice the length takes twice the instructions where the cost is linear, and four times where it is
//! quadratic. What the process costs that understands an empty call is taken off before.

use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::figure::{Bound, Figure};
use super::stage::Programs;
use super::timing::quietly;
use crate::tools::on_path;

/// What twice the length may cost, in times.
const BOUND: f64 = 2.6;
/// A call that costs less than this when it is long is given up at once: about a tenth of a whole hook call. The ratio of
/// two such counts is that of setting up.
const NOTHING: u64 = 1_000_000;
/// The shorter calls, in bytes.
const LENGTH: usize = 8 << 10;

/// The shape whose cost grows the most, and each that is above the bound.
pub fn measure(programs: &Programs) -> Result<Vec<Figure>> {
    if !on_path("valgrind") {
        return Ok(Vec::new());
    }
    eprintln!("── counting what calls cost as they grow");
    let mut figures = Vec::new();
    for shape in quietly(programs.measure().arg("shapes"))?.lines() {
        let count = |length| instructions(programs, shape, length);
        let nothing = count(0)?;
        let [once, twice] = [count(LENGTH)?, count(2 * LENGTH)?].map(|count| count.saturating_sub(nothing));
        let figure = Figure {
            ratio: Some(if twice < NOTHING { 1.0 } else { twice as f64 / once as f64 }),
            ..Figure::instructions(format!("16 KB of {shape} to 8 KB"), twice, Bound::Ratio(BOUND))
        };
        eprintln!("   {figure}");
        figures.push(figure);
    }
    figures.sort_by(|left, right| right.times_its_bound().total_cmp(&left.times_its_bound()));
    let above = figures.iter().filter(|figure| figure.is_above()).count();
    figures.truncate(above.max(1));
    Ok(figures)
}

fn instructions(programs: &Programs, shape: &str, length: usize) -> Result<u64> {
    let measure = programs.measure();
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(measure.get_program());
    command.args(["shape", shape, &length.to_string()]).env_clear();
    let output = command.output().context("cannot start valgrind")?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("understanding {length} bytes of {shape} failed: {said}");
    }
    let count = said.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok());
    count.with_context(|| format!("valgrind counted nothing: {said}"))
}

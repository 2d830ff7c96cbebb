//! Whether understanding a call costs no more than its length: instructions of calls of many shapes, at one
//! length and at twice that.
//!
//! Twice the length takes twice the instructions where the cost is linear, and four times where it is
//! quadratic. What the process costs that understands an empty call is taken off before.

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, Result, anyhow, bail};

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
    let shapes = quietly(programs.measure().arg("shapes"))?;
    let mut figures = side_by_side(&shapes.lines().collect::<Vec<_>>(), |shape| growth(programs, shape))?;
    figures.sort_by(|left, right| right.times_its_bound().total_cmp(&left.times_its_bound()));
    let above = figures.iter().filter(|figure| figure.is_above()).count();
    figures.truncate(above.max(1));
    Ok(figures)
}

fn growth(programs: &Programs, shape: &str) -> Result<Figure> {
    let count = |length| instructions(programs, shape, length);
    let nothing = count(0)?;
    let [once, twice] = [count(LENGTH)?, count(2 * LENGTH)?].map(|count| count.saturating_sub(nothing));
    let figure = Figure {
        ratio: Some(if twice < NOTHING { 1.0 } else { twice as f64 / once as f64 }),
        ..Figure::instructions(format!("16 KB of {shape} to 8 KB"), twice, Bound::Ratio(BOUND))
    };
    eprintln!("   {figure}");
    Ok(figure)
}

/// Does the work for all of them, as many at once as there are processors: counts of instructions do not mind.
fn side_by_side<T: Send>(items: &[&str], work: impl Fn(&str) -> Result<T> + Sync) -> Result<Vec<T>> {
    let next = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        let worker = || {
            let mut done = Vec::new();
            while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                done.push(work(item)?);
            }
            Ok(done)
        };
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(worker)).collect();
        let mut all = Vec::new();
        for worker in workers {
            let done: Result<Vec<T>> = worker.join().map_err(|_| anyhow!("a worker panicked"))?;
            all.extend(done?);
        }
        Ok(all)
    })
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

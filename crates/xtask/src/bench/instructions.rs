//! Instructions of one hook process, counted by valgrind: a guard that no clock and no load disturbs.
//!
//! The counts are compared with accepted ones, which are committed. They are repeatable because
//! everything that could vary is fixed: the environment, the length of every path, the ids, and the
//! state on disk, which is put back before each run. valgrind's processor has no SHA instructions, so
//! hashing weighs more here than it does in time.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::figure::{Bound, Figure};
use super::profile::{Profile, Shares};
use super::stage::{Programs, Stage};
use super::timing::{quietly, time};
use crate::run::root;
use crate::tools::on_path;

/// A count may be this far above or below the accepted one, in percent.
const TOLERANCE: u64 = 10;
/// Runs of each count; those of one program differ by less than [`SPREAD`] percent.
const RUNS: usize = 3;
const SPREAD: u64 = 2;
const EVENTS: [&str; 2] = ["PreToolUse", "PostToolUse"];

/// The counts, and where the instructions went, by event.
pub struct Counted {
    pub figures: Vec<Figure>,
    pub shares: BTreeMap<&'static str, Shares>,
}

/// Counts and compares. Without valgrind it is an error where the result is checked, else a remark.
pub fn measure(programs: &Programs, check: bool) -> Result<Counted> {
    let mut counted = Counted { figures: Vec::new(), shares: BTreeMap::new() };
    if !on_path("valgrind") {
        let lacking = "valgrind is missing, so no instructions are counted: `cargo xtask test` installs it";
        if check && cfg!(target_os = "linux") {
            bail!(lacking);
        }
        eprintln!("── {lacking}");
        return Ok(counted);
    }
    let accepted = read_accepted()?;
    let accepted = accepted.get(std::env::consts::ARCH);
    let compiler = compiler()?;
    let other =
        accepted.and_then(|all| all.get("rustc")).and_then(Value::as_str).filter(|old| *old != compiler);
    for (event, profile) in count(programs)? {
        let name = format!("instructions, {event}");
        let old = accepted.and_then(|all| all.get(event)).and_then(Value::as_u64);
        let bound = old.map_or(Bound::None, |old| Bound::Instructions(old + old * TOLERANCE / 100));
        let mut figure = Figure::instructions(name, profile.total(), bound);
        if let Some(old) = old {
            figure = figure.noting(compared(profile.total(), old, other));
        } else {
            figure = figure.noting("no count accepted yet: `cargo xtask bench --accept`");
        }
        counted.figures.push(figure);
        counted.shares.insert(event, profile.shares());
    }
    Ok(counted)
}

fn compared(new: u64, old: u64, other_compiler: Option<&str>) -> String {
    let percent = (new as f64 / old as f64 - 1.0) * 100.0;
    let mut text = format!("{percent:+.1} % of the accepted");
    if let Some(compiler) = other_compiler {
        text.push_str(&format!(", which rustc {compiler} made"));
    }
    if new < old - old * TOLERANCE / 100 {
        text.push_str("; far under: lower it with `cargo xtask bench --accept`");
    }
    text
}

/// Takes what is counted now as what to compare with.
pub fn accept(programs: &Programs) -> Result<()> {
    let mut accepted = read_accepted()?;
    let architecture = std::env::consts::ARCH;
    let mut counts = serde_json::Map::from_iter([("rustc".to_owned(), Value::from(compiler()?))]);
    for (event, profile) in count(programs)? {
        let old = accepted.get(architecture).and_then(|all| all.get(event)).and_then(Value::as_u64);
        let old = old.map_or_else(|| "none".to_owned(), |old| old.to_string());
        println!("{event}: {old} → {}", profile.total());
        counts.insert(event.to_owned(), json!(profile.total()));
    }
    accepted.insert(architecture.to_owned(), Value::Object(counts));
    let path = accepted_file();
    fs::write(&path, serde_json::to_string_pretty(&accepted)? + "\n")?;
    println!("written to {}: commit it", path.display());
    Ok(())
}

fn count(programs: &Programs) -> Result<Vec<(&'static str, Profile)>> {
    eprintln!("── counting instructions");
    let stage = Stage::set(programs, 10)?;
    let (before, after) = stage.payloads("git status")?;
    let [pre, post] = EVENTS;
    stage.keep()?;
    let mut profiles = vec![(pre, repeated(&stage, pre, &before)?)];
    stage.go_back()?;
    time(stage.hook(), &before)?;
    stage.keep()?;
    profiles.push((post, repeated(&stage, post, &after)?));
    Ok(profiles)
}

/// What callgrind writes of a hook that lets this call go on, its functions by their names or, with `demangle` at `no`, by
/// their symbols.
pub fn counted(stage: &Stage, payload: &[u8], demangle: &str) -> Result<String> {
    if !on_path("valgrind") {
        bail!("valgrind is missing: `cargo xtask test` installs it");
    }
    let file = stage.scratch("callgrind");
    let file_word = format!("--callgrind-out-file={}", file.display());
    let names = format!("--demangle={demangle}");
    let by = ["valgrind", "--quiet", "--tool=callgrind", &names, &file_word];
    let ran = time(stage.hook_within(Duration::from_secs(600), &by), payload)?;
    if !ran.passed() {
        bail!("the hook did not do its usual work under valgrind: {:?} {}", ran.exit, ran.stdout);
    }
    fs::read_to_string(&file).context("valgrind wrote no counts")
}

/// The middle one of some runs from the same state; an error where they differ.
fn repeated(stage: &Stage, event: &str, payload: &[u8]) -> Result<Profile> {
    let mut profiles = Vec::new();
    for _ in 0..RUNS {
        stage.go_back()?;
        profiles.push(Profile::parse(&counted(stage, payload, "yes")?)?);
    }
    profiles.sort_by_key(Profile::total);
    let totals: Vec<u64> = profiles.iter().map(Profile::total).collect();
    eprintln!("   {event}: {totals:?}");
    if let [least, .., most] = *totals.as_slice()
        && most - least > most * SPREAD / 100
    {
        bail!("the counts of {event} do not repeat: {totals:?}");
    }
    profiles.into_iter().nth(RUNS / 2).context("nothing was counted")
}

fn accepted_file() -> PathBuf {
    root().join("crates/xtask/instructions.json")
}

fn read_accepted() -> Result<serde_json::Map<String, Value>> {
    let path = accepted_file();
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not a JSON object", path.display()))
}

/// The compiler's version, such as `1.95.0`.
fn compiler() -> Result<String> {
    let program = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let text = quietly(Command::new(program).arg("--version").current_dir(root()))?;
    text.split_whitespace().nth(1).map(str::to_owned).context("rustc did not say its version")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_far_under_asks_to_be_accepted() {
        assert!(!compared(95, 100, None).contains("--accept"));
        assert!(compared(89, 100, None).contains("--accept"));
        assert_eq!(compared(105, 100, Some("1.90.0")), "+5.0 % of the accepted, which rustc 1.90.0 made");
    }
}

//! `countersign simulate`: what a policy would have done over real history.

mod bundles;
pub mod read;
mod shown;

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use countersign_redact::Redactor;
use countersign_simulate::{History, Report, Simulation};

use crate::output::{self, WithHint as _};

#[derive(clap::Args)]
pub struct Arguments {
    /// Session logs of Claude Code, Codex or Gemini CLI, lines of tool calls, Countersign's own home, or folders of
    /// any of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// What decides: a countersign.toml, a built bundle, or a pack's name [default: countersign.toml of this
    /// repository, else graduated]
    #[arg(long, value_name = "POLICY")]
    bundle: Option<String>,
    /// What to compare with, named in the same way: every decision that differs is listed
    #[arg(long, value_name = "POLICY")]
    against: Option<String>,
    /// Write every call with its effects and decision into this file, one JSON object a line
    #[arg(long, value_name = "FILE")]
    decisions: Option<PathBuf>,
}

/// Reads, decides, counts, shows.
pub fn run(arguments: Arguments, json: bool) -> Result<ExitCode> {
    let bundle = bundles::named(arguments.bundle.as_deref())?;
    let against = arguments.against.as_deref().map(|name| bundles::named(Some(name))).transpose()?;
    let history = read::all(&arguments.paths)?;
    if history.calls() == 0 {
        let skipped = history.skipped.len();
        let read = output::count(u64::try_from(history.files).unwrap_or(u64::MAX), "log");
        return Err(anyhow::anyhow!("no tool call in {read}; {skipped} files are no logs")).hint(
            "name session logs: Claude Code keeps them under ~/.claude/projects, Codex under ~/.codex/sessions, Gemini \
             CLI under ~/.gemini/tmp",
        );
    }
    let simulation = deciding(&history, |done| {
        countersign_simulate::run(
            &history,
            &bundle.bundle,
            against.as_ref().map(|against| &against.bundle),
            done,
        )
    });
    let report =
        Report::of(&history, &simulation, &bundle.bundle, against.as_ref().map(|against| &against.bundle));
    if let Some(path) = &arguments.decisions {
        lines(path, &simulation).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    if json {
        output::json(&report)?;
    } else {
        shown::print(&report, &bundle, against.as_ref());
    }
    Ok(ExitCode::SUCCESS)
}

fn lines(path: &Path, simulation: &Simulation<'_>) -> Result<()> {
    let redactor = Redactor::new([0; 32]);
    let mut file = BufWriter::new(File::create(path)?);
    for decided in &simulation.decided {
        writeln!(file, "{}", decided.line(&redactor))?;
    }
    Ok(file.flush()?)
}

/// How often the bar is drawn.
const DRAWN_EVERY: Duration = Duration::from_millis(50);

/// Runs `work` beside a bar that shows how many calls are done; none where nobody sees it.
fn deciding<T: Send>(history: &History, work: impl FnOnce(&AtomicUsize) -> T + Send) -> T {
    let bar = read::bar(history.calls(), "calls decided");
    let done = AtomicUsize::new(0);
    let (over, waiting) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        let (shown, counted) = (&bar, &done);
        let watching = scope.spawn(move || {
            while waiting.recv_timeout(DRAWN_EVERY) == Err(RecvTimeoutError::Timeout) {
                shown.set_position(u64::try_from(counted.load(Ordering::Relaxed)).unwrap_or_default());
            }
        });
        let result = work(&done);
        drop(over);
        // It has nothing to tell.
        let _ = watching.join();
        bar.finish_and_clear();
        result
    })
}

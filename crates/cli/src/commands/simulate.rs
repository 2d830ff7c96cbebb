//! `countersign simulate`: what a policy would have done over real history.

pub mod bundles;
pub mod read;
mod shown;
pub mod tree;

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::println;
use anyhow::{Context as _, Result};
use countersign_redact::Redactor;
use countersign_simulate::{Report, Simulation};

use crate::output::{self, GOOD, WithHint as _, styled};
use crate::outputs;

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
    #[command(flatten)]
    tree: tree::Tree,
    /// Write every call with its effects and decision into this file, one JSON object a line
    #[arg(long, value_name = "FILE")]
    decisions: Option<PathBuf>,
    /// Write the report as one page that needs nothing else into this file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// Reads, decides, counts, shows.
pub fn run(arguments: Arguments, json: bool) -> Result<ExitCode> {
    let bundle = bundles::named(arguments.bundle.as_deref())?;
    let against = arguments.against.as_deref().map(|name| bundles::named(Some(name))).transpose()?;
    let history = read::all(&arguments.paths)?;
    if history.calls() == 0 {
        let count = |files: usize, noun| output::count(u64::try_from(files).unwrap_or(u64::MAX), noun);
        let (logs, others) = (count(history.files, "log"), count(history.skipped.len(), "other file"));
        return Err(anyhow::anyhow!("no tool call in {logs} and {others}")).hint(
            "name session logs: Claude Code keeps them under ~/.claude/projects, Codex under ~/.codex/sessions, Gemini \
             CLI under ~/.gemini/tmp",
        );
    }
    let bar = read::bar(history.calls(), "calls decided");
    let other = against.as_ref().map(|against| &against.bundle);
    let done = |calls: usize| bar.inc(u64::try_from(calls).unwrap_or_default());
    let files = arguments.tree.files()?;
    let files = files.as_deref();
    let simulation = countersign_simulate::run(&history, &bundle.bundle, other, files, &done);
    bar.finish_and_clear();
    let report = Report::of(&history, &simulation, &bundle.bundle, other, arguments.tree.name().as_deref());
    if let Some(path) = &arguments.decisions {
        lines(path, &simulation)?;
    }
    if let Some(path) = &arguments.html {
        let against = against.as_ref().map(|against| against.name.as_str());
        let page = countersign_simulate::html(&report, &bundle.name, against)?;
        outputs::create(path, outputs::Kind::Page)?
            .write_all(page.as_bytes())
            .with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    if json {
        output::json(&report)?;
    } else if let Some(path) = &arguments.html {
        // The page says all that the terminal would.
        println!("{} `{}`", styled(GOOD, "wrote"), path.display());
    } else {
        shown::print(&report, &bundle, against.as_ref());
    }
    // The program ends here: giving back the memory of every call, one by one, would keep its user waiting.
    std::mem::forget(simulation);
    std::mem::forget(history);
    Ok(ExitCode::SUCCESS)
}

fn lines(path: &Path, simulation: &Simulation<'_>) -> Result<()> {
    let redactor = Redactor::new([0; 32]);
    let mut file = BufWriter::new(outputs::create(path, outputs::Kind::Decisions)?);
    for decided in &simulation.decided {
        writeln!(file, "{}", decided.line(&redactor))?;
    }
    Ok(file.flush()?)
}

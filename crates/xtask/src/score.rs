//! How well harm is told from harmless work, on test sets and session logs outside this repository.

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::bench;

/// What to score.
#[derive(clap::Args)]
pub struct Options {
    /// Test sets (.jsonl) and folders of session logs; those that are not there are skipped, and said so
    #[arg(required = true)]
    paths: Vec<std::path::PathBuf>,
    /// Exit non-zero where a figure passes its bound
    #[arg(long)]
    check: bool,
    /// Print the figures only
    #[arg(long)]
    brief: bool,
}

/// Builds the scorer and shows what it says.
pub fn run(options: &Options) -> Result<()> {
    let (there, missing): (Vec<_>, Vec<_>) = options.paths.iter().partition(|path| path.exists());
    for path in missing {
        println!("skipped: there is no {}", path.display());
    }
    if there.is_empty() {
        println!("skipped: nothing to score here; the test sets are not part of this repository");
        return Ok(());
    }
    bench::build()?;
    let output = bench::measure()?
        .arg("score")
        .args(there)
        .stderr(std::process::Stdio::inherit())
        .output()
        .context("cannot start the scorer")?;
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        print!("{text}");
        bail!("the scorer failed");
    }
    let (report, last) = text.trim_end().rsplit_once('\n').context("the scorer said nothing")?;
    let figures = report.split_once("── figures").map_or(report, |(_, figures)| figures);
    println!("{}", if options.brief { figures } else { report });
    let summary: Value = serde_json::from_str(last).context("the scorer's last line is not JSON")?;
    if options.check && summary.get("kept") != Some(&Value::Bool(true)) {
        bail!("a figure passes its bound");
    }
    Ok(())
}

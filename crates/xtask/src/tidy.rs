//! Files stay short enough to read: nothing above 800 lines, median and 95th percentile as in STYLE.md.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::run::root;

/// No source file is longer than this.
const LONGEST: usize = 800;
/// Half of the files are no longer than this.
const MEDIAN: usize = 150;
/// All but one in twenty are no longer than this.
const PERCENTILE_95: usize = 450;

/// Prints the longest files; fails where a bound is passed.
pub fn run() -> Result<()> {
    let mut files = sources()?;
    files.sort();
    let lengths: Vec<usize> = files.iter().map(|(lines, _)| *lines).collect();
    let at = |share: usize| lengths.get(lengths.len() * share / 100).copied().unwrap_or(0);
    println!("{} files, median {} lines, 95th percentile {}", files.len(), at(50), at(95));
    for (lines, path) in files.iter().rev().take_while(|(lines, _)| *lines > PERCENTILE_95) {
        println!("{lines:6} {}", path.display());
    }
    if at(50) > MEDIAN
        || at(95) > PERCENTILE_95
        || at(100).max(lengths.last().copied().unwrap_or(0)) > LONGEST
    {
        bail!(
            "files are too long: median ≤ {MEDIAN}, 95th percentile ≤ {PERCENTILE_95}, all ≤ {LONGEST} lines"
        );
    }
    Ok(())
}

fn sources() -> Result<Vec<(usize, PathBuf)>> {
    let listing = Command::new("git")
        .args(["ls-files", "-z", "--", "*.rs"])
        .current_dir(root())
        .output()
        .context("cannot list the source files with git")?;
    let names = String::from_utf8_lossy(&listing.stdout);
    let mut files = Vec::new();
    for name in names.split('\0').filter(|name| !name.is_empty()) {
        let path = PathBuf::from(name);
        let text =
            std::fs::read_to_string(root().join(&path)).with_context(|| format!("cannot read {name}"))?;
        files.push((text.lines().count(), path));
    }
    Ok(files)
}

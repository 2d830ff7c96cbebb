//! `countersign man`: the manual pages, from the same text as `--help`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::CommandFactory as _;

#[derive(clap::Args)]
pub struct Arguments {
    /// The directory to write them to, such as ~/.local/share/man/man1
    directory: PathBuf,
}

/// Writes one page for each command.
pub fn run(arguments: Arguments) -> Result<ExitCode> {
    let directory = arguments.directory;
    std::fs::create_dir_all(&directory).with_context(|| format!("cannot make `{}`", directory.display()))?;
    clap_mangen::generate_to(super::Arguments::command(), &directory)
        .with_context(|| format!("cannot write manual pages to `{}`", directory.display()))?;
    anstream::println!("wrote manual pages to {}", directory.display());
    Ok(ExitCode::SUCCESS)
}

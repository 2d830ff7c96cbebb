//! `countersign completions`: what a shell needs to complete our commands.

use std::process::ExitCode;

use anyhow::Result;
use clap::CommandFactory as _;

#[derive(clap::Args)]
pub struct Arguments {
    /// Which shell
    shell: clap_complete::Shell,
}

/// Prints the completion script.
pub fn run(arguments: Arguments) -> Result<ExitCode> {
    let mut command = super::Arguments::command();
    clap_complete::generate(arguments.shell, &mut command, "countersign", &mut std::io::stdout());
    Ok(ExitCode::SUCCESS)
}

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
    // Written at once: the generator panics where it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "countersign", &mut script);
    anstream::print!("{}", String::from_utf8_lossy(&script));
    Ok(ExitCode::SUCCESS)
}

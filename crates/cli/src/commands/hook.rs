//! `countersign hook`: the same answer as the installed `countersign-hook`.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Result;

#[derive(clap::Args)]
pub struct Arguments {
    /// The runtime, such as `claude-code`, and the hook's own arguments
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    arguments: Vec<String>,
}

/// Answers one call read from standard input. Without `--home`, uses this user's own.
pub fn run(arguments: Arguments) -> Result<ExitCode> {
    let mut words = arguments.arguments;
    if !words.iter().any(|word| word == "--home" || word == "--managed") {
        words.extend(["--home".to_owned(), crate::edge::home()?.path().display().to_string()]);
        words.extend(["--user-home".to_owned(), crate::edge::user_home()?.display().to_string()]);
    }
    let output = countersign_hook::run(words);
    std::io::stdout().write_all(output.stdout.as_bytes())?;
    std::io::stderr().write_all(output.stderr.as_bytes())?;
    Ok(ExitCode::from(output.exit))
}

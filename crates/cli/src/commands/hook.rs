//! `countersign hook`: the same answer as the installed `countersign-hook`.

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
    // A single option is a person's `--version`, as the installed hook takes it.
    let is_option = matches!(words.as_slice(), [only] if only.starts_with('-'));
    if !is_option && !words.iter().any(|word| word == "--home" || word == "--managed") {
        words.extend(["--home".to_owned(), crate::edge::home()?.path().display().to_string()]);
        words.extend(["--user-home".to_owned(), crate::edge::user_home()?.display().to_string()]);
    }
    Ok(ExitCode::from(countersign_hook::run(words)))
}

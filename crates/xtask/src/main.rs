//! What a contributor runs. Everything CI does is one of these commands.
//!
//! Start at [`Command`]; each command is one file.

#![expect(
    clippy::disallowed_methods,
    reason = "all of this program is edge: it reads the environment it runs in"
)]

mod bench;
mod check;
mod docs;
mod fuzz;
mod run;
mod score;
mod tables;
mod test;
mod tidy;
mod tools;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Test, check and measure Countersign")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what is missing (after asking), then run every test, lint and licence check
    Test {
        /// Install without asking
        #[arg(long)]
        yes: bool,
    },
    /// Formatting, lints, documentation, licences and file lengths only
    Check {
        /// Install without asking
        #[arg(long)]
        yes: bool,
    },
    /// Print the source files that are too long to read at one sitting
    Tidy,
    /// Run made-up scripts by real bash, and see whether what ran was listed
    Fuzz(fuzz::Options),
    /// Measure the hook against the floor and print the table of docs/performance.md
    Bench(bench::Options),
    /// Decide over labelled commands and agents' session logs: recall, false alarms, every miss
    Score(score::Options),
    /// Write docs/commands/ again, from what the code says of its examples
    Docs {
        /// Write nothing; fail where a page is stale
        #[arg(long)]
        check: bool,
    },
    /// Make the tables of cloud and forge operations again, from packages of public registries
    Tables,
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Test { yes } => test::run(yes),
        Command::Check { yes } => tools::install_for_check(yes).and_then(|()| check::run()),
        Command::Tidy => tidy::run(),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Score(options) => score::run(&options),
        Command::Docs { check } => docs::run(check),
        Command::Tables => tables::run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

//! The commands, one file each. One more is one file and one line in [`Command`].

mod approvals;
mod completions;
mod demo;
mod doctor;
mod evidence;
pub mod explain;
mod hook;
mod init;
mod install;
mod inventory;
mod man;
mod managed;
mod policy;
mod reviewers;
mod simulate;
mod task;
mod uninstall;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Let coding agents work at full speed, and hold what can hurt production until a person countersigns
/// exactly that.
#[derive(Parser)]
#[command(name = "countersign", version, max_term_width = 100)]
pub struct Arguments {
    /// Print JSON for programs instead of text for people
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Play the whole line on a throw-away repository: an agent, a held push, a reviewer, evidence
    Demo(demo::Arguments),
    /// Propose countersign.toml for this repository and make Countersign's home
    Init(init::Arguments),
    /// Wire the hook into an agent runtime's settings
    Install(install::Arguments),
    /// Take the hook out of an agent runtime's settings
    Uninstall(uninstall::Arguments),
    /// Show what is wired, what could switch it off, and prove that it blocks
    Doctor(doctor::Arguments),
    /// Say what a command or tool call would do and what would be decided, without running it
    Explain(explain::Arguments),
    /// List, show, approve and deny what waits; grant beforehand, and revoke that
    Approvals(approvals::Arguments),
    /// Enroll, list and retire the people who may countersign
    Reviewers(reviewers::Arguments),
    /// Check countersign.toml, and sign it into force
    Policy(policy::Arguments),
    /// Say what a policy would have done over real session logs, and what it would have cost
    Simulate(simulate::Arguments),
    /// List what agents here can reach, what would be decided, and what nothing governs
    Inventory(inventory::Arguments),
    /// Say what the agents here are to do; what is outside of it is shown or held
    Task(task::Arguments),
    /// Show and verify the record
    Evidence(evidence::Arguments),
    /// Answer one call of a runtime; what the installed `countersign-hook` does
    Hook(hook::Arguments),
    /// Print completions for a shell
    Completions(completions::Arguments),
    /// Write the manual pages
    Man(man::Arguments),
}

/// What to do about arguments that cannot be read, where that is not plain from the error.
pub fn hint(error: &clap::Error) -> Option<String> {
    let mut words = std::env::args().skip(1).skip_while(|word| word.starts_with('-'));
    let unknown = error.kind() == clap::error::ErrorKind::UnknownArgument;
    if !unknown || words.next().as_deref() != Some("explain") {
        return None;
    }
    let words: Vec<String> = words.skip_while(|word| word.starts_with('-')).collect();
    (words.len() > 1).then(|| explain::in_quotes(&words))
}

/// Runs the command given.
pub fn run(arguments: Arguments) -> Result<ExitCode> {
    let json = arguments.json;
    match arguments.command {
        Command::Demo(arguments) => demo::run(arguments),
        Command::Init(arguments) => init::run(arguments, json),
        Command::Install(arguments) => install::run(arguments, json),
        Command::Uninstall(arguments) => uninstall::run(arguments, json),
        Command::Doctor(arguments) => doctor::run(arguments, json),
        Command::Explain(arguments) => explain::run(arguments, json),
        Command::Approvals(arguments) => approvals::run(arguments, json),
        Command::Reviewers(arguments) => reviewers::run(arguments, json),
        Command::Policy(arguments) => policy::run(arguments, json),
        Command::Simulate(arguments) => simulate::run(arguments, json),
        Command::Inventory(arguments) => inventory::run(arguments, json),
        Command::Task(arguments) => task::run(arguments, json),
        Command::Evidence(arguments) => evidence::run(arguments, json),
        Command::Hook(arguments) => hook::run(arguments),
        Command::Completions(arguments) => completions::run(arguments),
        Command::Man(arguments) => man::run(arguments),
    }
}

//! `countersign approvals`: what waits, and the reviewer's answer.

mod answer;
mod grant;
mod grants;
mod list;
mod revoke;
mod show;

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Subcommand;
use countersign_approval::Verdict;
use countersign_evidence::{Decided, Event, Review};
use countersign_local::Hold;
use countersign_model::Ticket;

use crate::desk::Desk;
use crate::output::WithHint as _;

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List what waits for reviewers
    List,
    /// Show one held action: who asks, why, what would change, the risk
    Show {
        /// Such as cs-7k3f9q2m
        ticket: String,
        /// Show the whole patch too
        #[arg(long)]
        diff: bool,
    },
    /// Countersign one held action: exactly that, until it has happened
    Approve(answer::Answer),
    /// Refuse one held action; the agent is told
    Deny(answer::Answer),
    /// Approve more than one action beforehand, within bounds
    Grant(grant::Arguments),
    /// List what is approved beforehand: who granted what, for how long still, how often used
    Grants {
        /// Those too that have expired
        #[arg(long)]
        all: bool,
    },
    /// End a grant before its time; there is no way back for it
    Revoke(revoke::Arguments),
}

/// Lists, shows, answers.
pub fn run(arguments: Arguments, json: bool) -> Result<ExitCode> {
    let mut desk = Desk::open()?;
    match arguments.command {
        Command::List => list::run(&mut desk, json)?,
        Command::Show { ticket, diff } => show::run(&mut desk, &Ticket::from(ticket), diff, json)?,
        Command::Approve(answer) => answer::run(&mut desk, answer, Verdict::Approve, json)?,
        Command::Deny(answer) => answer::run(&mut desk, answer, Verdict::Deny, json)?,
        Command::Grant(arguments) => grant::run(&mut desk, arguments, json)?,
        Command::Grants { all } => grants::run(&mut desk, all, json)?,
        Command::Revoke(arguments) => revoke::run(&mut desk, arguments, json)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// A hold with what the reviewer decides on.
struct Held {
    hold: Hold,
    review: Review,
    decided: Option<Box<Decided>>,
}

fn find(desk: &mut Desk, ticket: &Ticket) -> Result<Held> {
    let hold = desk
        .read(|state| Ok(state.hold(ticket)?.cloned()))?
        .with_context(|| format!("there is no hold `{ticket}`"))
        .hint("`countersign approvals list` shows what waits")?;
    read(desk, hold)
}

/// Reads what belongs to a hold from the log itself, not from derived state.
fn read(desk: &mut Desk, hold: Hold) -> Result<Held> {
    let Event::Held { review, .. } = desk.ledger.record(&hold.held)?.event else {
        anyhow::bail!("the derived state does not fit the log: remove `state` in the home, it is rebuilt");
    };
    let hold = desk.ledger.follow(&hold.ticket, &hold.held)?.hold()?.clone();
    let position =
        desk.read(|state| Ok(state.session(&hold.session)?.call(&hold.call).map(|call| call.decided)))?;
    let decided = match position.map(|position| desk.ledger.record(&position)).transpose()? {
        Some(countersign_evidence::Record { event: Event::Decided(decided), .. }) => Some(decided),
        Some(_) | None => None,
    };
    Ok(Held { hold, review: *review, decided })
}

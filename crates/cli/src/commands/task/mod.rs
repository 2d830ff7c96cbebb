//! `countersign task`: what the agents of a working tree are to do, and how far that goes.

mod lasting;
mod odd;
mod shown;
mod start;

use std::process::ExitCode;

use anstream::println;
use anyhow::Result;
use clap::Subcommand;
use countersign_evidence::Event;
use countersign_hook::now;
use countersign_model::{Task, TaskId};

use crate::desk::Desk;
use crate::output::{self, GOOD, WithHint as _, styled};
use crate::{repository, terminal};

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Give the agents of this working tree a task; what is outside of it is shown or held
    Start(Box<start::Arguments>),
    /// Show the task that counts in this working tree
    #[command(alias = "status")]
    Show,
    /// List the tasks that have not ended
    List,
    /// End a task before its time
    #[command(alias = "stop")]
    End {
        /// Such as ct-5e9a1c03; the one that counts in this working tree by default
        task: Option<String>,
    },
}

/// Starts, shows, lists, ends.
pub fn run(arguments: Arguments, json: bool) -> Result<ExitCode> {
    match arguments.command {
        Command::Start(arguments) => start::run(*arguments, json)?,
        Command::Show => shown::show(here(&mut Desk::open()?)?.as_ref(), json)?,
        Command::List => shown::list(&open(&mut Desk::open()?)?, json)?,
        Command::End { task } => end(task.map(TaskId::from), json)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The tasks that have not ended, newest last.
fn open(desk: &mut Desk) -> Result<Vec<Task>> {
    let mut tasks = desk.authorities()?.tasks;
    tasks.retain(|task| task.ends > now());
    Ok(tasks)
}

/// The task that counts where the command is run.
fn here(desk: &mut Desk) -> Result<Option<Task>> {
    let here = crate::edge::here()?.canonicalize()?.display().to_string();
    Ok(desk.authorities()?.task(&[&here], now()).cloned())
}

/// The top of this working tree, as the machine has it.
fn root() -> Result<String> {
    Ok(repository::top()?.canonicalize()?.display().to_string())
}

fn end(task: Option<TaskId>, json: bool) -> Result<()> {
    let mut desk = Desk::open()?;
    let ended = match task {
        Some(id) => {
            let unknown = || anyhow::anyhow!("there is no open task `{}`", terminal::line(id.as_str()));
            let tasks = open(&mut desk)?;
            tasks
                .into_iter()
                .find(|task| task.id == id)
                .ok_or_else(unknown)
                .hint("see `countersign task list`")?
        }
        None => here(&mut desk)?
            .ok_or_else(|| anyhow::anyhow!("no task is open in this working tree"))
            .hint("`countersign task list` shows those of others")?,
    };
    let event = Event::TaskEnded { task: ended.id.clone() };
    desk.ledger.locked(now, |log| log.append(vec![event]).map(drop))?;
    if json {
        return output::json(&ended);
    }
    println!("{} {}: {}", styled(GOOD, "ended"), ended.id, terminal::line(&ended.title));
    Ok(())
}

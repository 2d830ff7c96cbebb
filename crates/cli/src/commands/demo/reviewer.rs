//! The reviewer: sees what waits, and answers with the commands a reviewer types.

use std::process::Child;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::stage::Stage;
use super::{Control, Verdict};
use crate::output::{STRONG, WARN, styled};

/// How often the list of what waits is looked at.
const PAUSE: Duration = Duration::from_millis(50);

/// A person at the terminal, or one whose answer was given beforehand.
pub struct Reviewer<'a> {
    stage: &'a Stage,
    answer: Verdict,
    control: Option<Control>,
    given: Option<Verdict>,
}

impl<'a> Reviewer<'a> {
    /// A reviewer who will answer so.
    pub const fn new(stage: &'a Stage, answer: Verdict, control: Option<Control>) -> Self {
        Self { stage, answer, control, given: None }
    }

    /// Whether anything was held and answered.
    pub const fn answered(&self) -> bool {
        self.given.is_some()
    }

    /// What was answered.
    pub const fn verdict(&self) -> Option<Verdict> {
        self.given
    }

    /// Watches a hook that may wait; answers for what it holds.
    pub fn attend(&mut self, hook: &mut Child) -> Result<()> {
        loop {
            if hook.try_wait()?.is_some() {
                return Ok(());
            }
            countersign_hook::pause(PAUSE);
            if hook.try_wait()?.is_none()
                && let Some(ticket) = self.waiting()?
            {
                return self.review(&ticket);
            }
        }
    }

    fn waiting(&self) -> Result<Option<String>> {
        let list = self.stage.countersign(&["approvals", "list", "--json"])?;
        let list: Value =
            serde_json::from_str(&list).context("`approvals list --json` printed something else")?;
        Ok(list
            .get("waiting")
            .and_then(Value::as_array)
            .and_then(|list| list.first())
            .and_then(|first| first.get("ticket"))
            .and_then(Value::as_str)
            .map(str::to_owned))
    }

    fn review(&mut self, ticket: &str) -> Result<()> {
        anstream::println!("{}\n", styled(WARN, "held"));
        anstream::println!(
            "{}",
            styled(STRONG, format!("The reviewer runs `countersign approvals show {ticket}`:"))
        );
        anstream::println!("{}", self.stage.countersign(&["approvals", "show", ticket])?);
        if self.control == Some(Control::Moved) {
            self.stage.add_commit()?;
            anstream::println!(
                "{}",
                styled(WARN, "(control: a commit was added to the branch during the wait)")
            );
        }
        let verdict = match self.answer {
            Verdict::Ask => ask()?,
            given => given,
        };
        let word = if verdict == Verdict::Approve { "approve" } else { "deny" };
        anstream::println!(
            "{}",
            styled(STRONG, format!("The reviewer runs `countersign approvals {word} {ticket}`."))
        );
        self.stage.countersign_signed(&["approvals", word, ticket, "--passphrase-stdin"])?;
        self.given = Some(verdict);
        anstream::print!("  {:<50} ", "");
        Ok(())
    }
}

fn ask() -> Result<Verdict> {
    loop {
        anstream::eprint!("You are the reviewer. [a]pprove or [d]eny? ");
        let mut answer = String::new();
        if std::io::stdin().read_line(&mut answer)? == 0 {
            return Ok(Verdict::Deny);
        }
        match answer.trim() {
            "a" | "approve" => return Ok(Verdict::Approve),
            "d" | "deny" => return Ok(Verdict::Deny),
            _ => {}
        }
    }
}

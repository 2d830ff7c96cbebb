//! `countersign demo`: the product's promise, played on real git through the real hook process.
//!
//! Real: git, a bare remote, the installed hook and its settings, the reviewer's sealed key, the
//! commands a reviewer types, the evidence. Scripted: the agent's tool calls. Labelled stand-ins: `gh`, and `cargo` where there is no Rust.
//! Start at [`play`]; [`script`] is what the agent does, [`expect`] what must hold afterwards.

mod agent;
mod expect;
mod reviewer;
mod script;
mod stage;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::output::{FAINT, STRONG, WithHint as _, styled};
use agent::Agent;
use expect::Expectations;
use reviewer::Reviewer;
use stage::Stage;

#[derive(clap::Args)]
pub struct Arguments {
    /// Approve the held push without asking, with a real sealed key
    #[arg(long, conflicts_with = "deny")]
    approve: bool,
    /// Deny the held push without asking
    #[arg(long)]
    deny: bool,
    /// Take the control away, to see that the demo notices: it must then fail
    #[arg(long, value_enum)]
    control: Option<Control>,
}

/// Ways to take the control away.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Control {
    /// A policy pack that holds nothing
    Observe,
    /// A hook that always allows
    NoHook,
    /// A commit is added to the branch while the push waits
    Moved,
}

/// What the reviewer says about the held push.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Approve,
    Deny,
    Ask,
}

/// Plays the scenario; success only if every expectation was checked and held.
pub fn run(arguments: Arguments) -> Result<ExitCode> {
    let verdict = match (arguments.approve, arguments.deny) {
        (true, _) => Verdict::Approve,
        (_, true) => Verdict::Deny,
        (false, false) => Verdict::Ask,
    };
    if verdict == Verdict::Ask && !std::io::stdin().is_terminal() {
        return Err(anyhow::anyhow!("the demo waits for a reviewer, and there is no terminal to ask at"))
            .hint("pass --approve or --deny to answer beforehand");
    }
    let expectations = play(verdict, arguments.control)?;
    let held = expectations.report();
    let told = match arguments.control {
        None if held => {
            "That is Countersign: low-risk work flowed, and what moves production waited for a person. Next: README.md, \"Govern your own Claude Code\"."
        }
        None => "The demo did not go as it must: please report this.",
        Some(_) if held => "A control was taken away and the demo did not notice: please report this.",
        Some(Control::Observe) => {
            "As it should be: with a pack that holds nothing the push went through, and the demo noticed."
        }
        Some(Control::NoHook) => {
            "As it should be: without the hook the push went through, and the demo noticed."
        }
        Some(Control::Moved) => {
            "As it should be: the branch moved while the push waited, so the approval was void, nothing was pushed, and the demo noticed."
        }
    };
    anstream::println!("{told}");
    if held { Ok(ExitCode::SUCCESS) } else { Ok(ExitCode::from(1)) }
}

fn play(verdict: Verdict, control: Option<Control>) -> Result<Expectations> {
    let stage = Stage::set(control)?;
    anstream::println!(
        "{}",
        styled(STRONG, "An agent is asked to refactor a module and open a pull request.")
    );
    anstream::println!(
        "{}\n",
        styled(FAINT, "Real: git, the hook process, keys, evidence. Scripted: the agent. Stand-in: gh.")
    );
    let mut expectations = Expectations::default();
    let mut reviewer = Reviewer::new(&stage, verdict, control);
    let mut agent = Agent::new(&stage)?;
    let before = stage.remote("main")?;
    agent.start(script::PROMPT)?;
    for step in script::flowing() {
        let done = agent.act(&step, &mut reviewer)?;
        expectations.flowed(&step, &done);
    }
    expectations.equal("the remote main has not moved yet", &stage.remote("main")?, &before);
    let merged = stage.local("main")?;
    if merged == before {
        bail!("the script did not move the local main: the demo itself is broken");
    }

    let push = script::held();
    let done = agent.act(&push, &mut reviewer)?;
    expectations.held(&push, &done, reviewer.answered());
    let after = stage.remote("main")?;
    match reviewer.verdict() {
        Some(Verdict::Approve) => {
            expectations.equal("the remote main is at exactly the commit that was reviewed", &after, &merged);
            expectations.pinned(&done, &before, &merged);
        }
        Some(Verdict::Deny | Verdict::Ask) | None => {
            expectations.equal("the remote main has not moved", &after, &before);
            expectations.told(&done);
        }
    }

    let again = agent.act_without_waiting(&script::once_more(), &mut reviewer)?;
    expectations.refused_again(&again);
    expectations.equal("the remote main is still where it was left", &stage.remote("main")?, &after);
    agent.stop()?;
    expectations.evidence(&stage, reviewer.verdict())?;
    Ok(expectations)
}

//! `approvals approve` and `approvals deny`: the reviewer's signature.

use anstream::println;
use anyhow::{Context as _, Result, bail};
use countersign_approval::{Approval, Signed, Verdict};
use countersign_evidence::Event;
use countersign_hook::{is_cut, now};
use countersign_model::Ticket;
use serde_json::json;

use super::show;
use crate::desk::Desk;
use crate::output::{self, BAD, GOOD, WithHint as _, styled};

#[derive(clap::Args)]
pub struct Answer {
    /// Such as cs-7k3f9q2m
    ticket: String,
    /// Whose key, where there are several
    #[arg(long = "as")]
    reviewer: Option<String>,
    /// A sentence for the agent and the record
    #[arg(long)]
    note: Option<String>,
    /// Read the passphrase from standard input instead of asking
    #[arg(long)]
    passphrase_stdin: bool,
}

/// Signs and records the answer.
pub fn run(desk: &mut Desk, answer: Answer, verdict: Verdict, json: bool) -> Result<()> {
    let ticket = Ticket::from(answer.ticket);
    let held = super::find(desk, &ticket)?;
    if !held.hold.status.is_open() || held.hold.expires <= now() {
        bail!("`{ticket}` can no longer be answered: it is {}", held.hold.status.word());
    }
    let Some(believed) = desk.believed()? else {
        return Err(anyhow::anyhow!("nobody is enrolled who could answer"))
            .hint("run `countersign reviewers enroll NAME` in your own terminal");
    };
    let shown = match (&held.decided, verdict) {
        (Some(decided), _) => {
            let cut = decided.bearing.iter().filter_map(|name| decided.call.text(name)).any(is_cut);
            if cut && verdict == Verdict::Approve {
                return Err(anyhow::anyhow!(
                    "`{ticket}` is too long to be kept, so nobody can review all of it"
                ))
                .hint("deny it; the agent can do the same in smaller steps");
            }
            Some(decided.shown(held.review.pinned.as_deref())?)
        }
        (None, Verdict::Deny) => None,
        (None, Verdict::Approve) => {
            return Err(anyhow::anyhow!("the log does not say what `{ticket}` is"))
                .hint("run `countersign evidence verify`, and deny it if in doubt");
        }
    };
    let already = show::standing::approved(desk, &held.hold, now())?;
    if !answer.passphrase_stdin && !json {
        // What is signed is on the screen when the passphrase is asked for.
        show::print(&held, &already, false);
    }
    let wanted = usize::from(held.hold.requirement.approvals.max(1));
    let (name, key) = desk.unseal(answer.reviewer.as_deref(), answer.passphrase_stdin)?;
    if verdict == Verdict::Approve && already.names.contains(&name.to_string()) {
        bail!("`{name}` has approved `{ticket}` already; once is enough");
    }
    let statement = Approval {
        ticket: ticket.clone(),
        commitment: held.hold.commitment.clone(),
        shown,
        verdict,
        at: now(),
        expires: held.hold.expires,
        note: answer.note,
        after: desk.ledger.anchor()?,
    };
    let approval = Signed::new(statement, &key)?;
    believed
        .verify(&approval)
        .with_context(|| format!("`{name}` may not countersign"))
        .hint("`countersign reviewers list` shows who may")?;
    desk.ledger.locked(now, |log| log.append(vec![Event::Reviewed { approval }]).map(drop))?;
    if json {
        return output::json(&json!({"ticket": ticket, "verdict": verdict, "reviewer": name}));
    }
    match verdict {
        Verdict::Approve => {
            println!("{} {ticket} as {name}", styled(GOOD, "countersigned"));
            let missing = wanted.saturating_sub(already.names.len() + 1);
            if missing > 0 {
                println!("It takes {} more.", output::count(missing as u64, "approval"));
            } else if held.hold.parked {
                println!("The hook no longer waits: the agent has to make the identical call again.");
            }
        }
        Verdict::Deny => println!("{} {ticket} as {name}", styled(BAD, "denied")),
    }
    Ok(())
}

//! `approvals grant`: an approval for more than one action, within bounds.

use anstream::println;
use anyhow::{Result, bail};
use countersign_approval::{Grant, Signed};
use countersign_evidence::Event;
use countersign_hook::now;
use countersign_model::{Environment, GrantId, SessionId, Timestamp, Verb, verbs};

use crate::desk::Desk;
use crate::output::{self, GOOD, WithHint as _, styled};

/// A grant lasts no longer than this.
const LONGEST_HOURS: u32 = 24 * 7;

#[derive(clap::Args)]
pub struct Arguments {
    /// What may be done, such as git.push
    #[arg(long)]
    verb: String,
    /// What it may be done to, with * for any: an address and a ref for a push, such as 'ADDRESS refs/heads/main'
    #[arg(long)]
    resource: String,
    /// The most that may hang on it
    #[arg(long, value_enum)]
    environment: Most,
    /// Only for this session
    #[arg(long)]
    session: Option<String>,
    /// How many tool calls
    #[arg(long)]
    count: u32,
    /// How many hours
    #[arg(long)]
    hours: u32,
    /// A sentence for the record
    #[arg(long)]
    note: Option<String>,
    /// Whose key, where there are several
    #[arg(long = "as")]
    reviewer: Option<String>,
    /// Read the passphrase from standard input instead of asking
    #[arg(long)]
    passphrase_stdin: bool,
}

/// The environments in their order.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Most {
    Development,
    Staging,
    Unknown,
    Production,
}

/// Signs and records the grant.
pub fn run(desk: &mut Desk, arguments: Arguments, json: bool) -> Result<()> {
    if verbs::find(&arguments.verb).is_none() {
        return Err(anyhow::anyhow!("`{}` is not a verb", arguments.verb))
            .hint("`countersign explain COMMAND` shows the verbs of a command");
    }
    if arguments.count == 0 || arguments.hours == 0 || arguments.hours > LONGEST_HOURS {
        bail!("a grant covers at least one call and lasts 1 to {LONGEST_HOURS} hours");
    }
    let environment = match arguments.environment {
        Most::Development => Environment::Development,
        Most::Staging => Environment::Staging,
        Most::Unknown => Environment::Unknown,
        Most::Production => Environment::Production,
    };
    let (name, key) = desk.unseal(arguments.reviewer.as_deref(), arguments.passphrase_stdin)?;
    let at = now();
    let id: String = crate::edge::random::<5>()?.iter().map(|byte| format!("{byte:02x}")).collect();
    let grant = Grant {
        id: GrantId::from(format!("cg-{id}")),
        verb: Verb::new(&arguments.verb),
        resource: arguments.resource,
        environment,
        session: arguments.session.map(SessionId::from),
        count: arguments.count,
        at,
        expires: hours_after(at, arguments.hours)?,
        note: arguments.note,
        after: desk.ledger.anchor()?,
    };
    let grant = Signed::new(grant, &key)?;
    let Some(believed) = desk.believed()? else { bail!("nobody is enrolled who could grant anything") };
    believed.verify(&grant)?;
    let statement = grant.statement.clone();
    desk.ledger.locked(now, |log| log.append(vec![Event::Granted { grant }]).map(drop))?;
    if json {
        return output::json(&statement);
    }
    println!(
        "{} {}: {} on {}, at most {}, {}, until {}, by {name}",
        styled(GOOD, "granted"),
        statement.id,
        statement.verb,
        statement.resource,
        statement.environment,
        output::count(statement.count.into(), "call"),
        statement.expires
    );
    Ok(())
}

fn hours_after(at: Timestamp, hours: u32) -> Result<Timestamp> {
    Ok(at.checked_add(std::time::Duration::from_secs(u64::from(hours) * 3600))?)
}

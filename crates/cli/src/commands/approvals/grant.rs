//! `approvals grant`: an approval for more than one action, within bounds.

mod bounds;

use anstream::println;
use anyhow::{Result, bail};
use countersign_approval::{Grant, Signed};
use countersign_evidence::Event;
use countersign_hook::now;
use countersign_model::{Environment, GrantId, SessionId, Timestamp};
use serde_json::json;

use crate::desk::Desk;
use crate::output::{self, GOOD, styled};
use crate::terminal;
use bounds::Bounds;

/// A grant lasts no longer than this.
const LONGEST_HOURS: u32 = 24 * 7;

#[derive(clap::Args)]
pub struct Arguments {
    /// Everything that waits in this held action, such as cs-7k3f9q2m: its verbs, resources and environments
    #[arg(long, value_name = "TICKET", conflicts_with_all = ["verb", "resource", "environment"])]
    like: Option<String>,
    /// What may be done, such as git.push
    #[arg(long, required_unless_present = "like")]
    verb: Option<String>,
    /// What it may be done to, word by word with * for any part of one: an address and a ref for a push, such as
    /// 'ADDRESS refs/heads/main'; context, namespace, kind and name in a cluster. A word that is * alone is any, so
    /// that '* *' is every ref of every repository, and '*' every path without blanks
    #[arg(long, required_unless_present = "like")]
    resource: Option<String>,
    /// The most that may hang on it
    #[arg(long, value_enum, required_unless_present = "like")]
    environment: Option<Most>,
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

impl From<Most> for Environment {
    fn from(most: Most) -> Self {
        match most {
            Most::Development => Self::Development,
            Most::Staging => Self::Staging,
            Most::Unknown => Self::Unknown,
            Most::Production => Self::Production,
        }
    }
}

/// Signs and records a grant, or those that together cover an action like one that is held.
pub fn run(desk: &mut Desk, arguments: Arguments, json: bool) -> Result<()> {
    if arguments.count == 0 || arguments.hours == 0 || arguments.hours > LONGEST_HOURS {
        bail!("a grant covers at least one call and lasts 1 to {LONGEST_HOURS} hours");
    }
    let all = match (&arguments.like, arguments.verb, arguments.resource, arguments.environment) {
        (Some(ticket), ..) => bounds::like(desk, ticket)?,
        (None, Some(verb), Some(resource), Some(environment)) => {
            vec![bounds::given(&verb, resource, environment.into())?]
        }
        (None, ..) => bail!("say --verb, --resource and --environment, or --like TICKET"),
    };
    let (name, key) = desk.unseal(arguments.reviewer.as_deref(), arguments.passphrase_stdin)?;
    let Some(believed) = desk.believed()? else { bail!("nobody is enrolled who could grant anything") };
    let at = now();
    let mut statements = Vec::new();
    for Bounds { verb, resource, environment } in all {
        let id: String = crate::edge::random::<5>()?.iter().map(|byte| format!("{byte:02x}")).collect();
        statements.push(Grant {
            id: GrantId::from(format!("cg-{id}")),
            verb,
            resource,
            environment,
            session: arguments.session.clone().map(SessionId::from),
            count: arguments.count,
            at,
            expires: hours_after(at, arguments.hours)?,
            note: arguments.note.clone(),
            after: desk.ledger.anchor()?,
            denied: None,
        });
    }
    let mut denials = desk.ledger.all_denials();
    // Read before the log is locked: nobody waits for that.
    denials.signed(&believed)?;
    desk.ledger.locked(now, |log| {
        // Each is signed and recorded directly behind the end it names: so there is one place for its record.
        for statement in &mut statements {
            statement.after = log.anchor();
            statement.denied = denials.signed(&believed)?;
            let grant = Signed::new(statement.clone(), &key)?;
            believed.verify(&grant)?;
            log.append(vec![Event::Granted { grant }])?;
        }
        Ok(())
    })?;
    if json {
        return match statements.as_slice() {
            [one] if arguments.like.is_none() => output::json(one),
            all => output::json(&json!({ "granted": all })),
        };
    }
    for statement in statements {
        println!(
            "{} {}: {} on {}, at most {}, {}, until {}, by {name}",
            styled(GOOD, "granted"),
            statement.id,
            statement.verb,
            terminal::line(&statement.resource),
            statement.environment,
            output::count(statement.count.into(), "call"),
            statement.expires
        );
    }
    Ok(())
}

fn hours_after(at: Timestamp, hours: u32) -> Result<Timestamp> {
    Ok(at.checked_add(std::time::Duration::from_secs(u64::from(hours) * 3600))?)
}

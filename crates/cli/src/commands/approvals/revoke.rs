//! `approvals revoke`: the end of a grant before its time, with the reviewer's signature.

use anstream::println;
use anyhow::{Context as _, Result, bail};
use countersign_approval::{Revocation, Signed};
use countersign_evidence::Event;
use countersign_hook::now;
use countersign_model::GrantId;
use serde_json::json;

use super::grants::{self, State};
use crate::desk::Desk;
use crate::output::{self, GOOD, WithHint as _, styled};
use crate::terminal;

#[derive(clap::Args)]
pub struct Arguments {
    /// Such as cg-0123456789
    grant: String,
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

/// Signs and records that a grant covers nothing more.
pub fn run(desk: &mut Desk, arguments: Arguments, json: bool) -> Result<()> {
    let id = GrantId::from(arguments.grant);
    let row = grants::find(desk, &id)?;
    if matches!(row.state, State::Revoked | State::Expired) {
        bail!("`{}` covers nothing any more: it is {}", terminal::line(id.as_str()), row.state.word());
    }
    let Some(believed) = desk.believed()? else { bail!("nobody is enrolled who could revoke anything") };
    if !arguments.passphrase_stdin && !json {
        // What is signed is on the screen when the passphrase is asked for.
        let covers = grants::covers(&row.grant);
        println!("{id} lets agents act {}", terminal::block(&covers, 0, terminal::columns()));
    }
    let (name, key) = desk.unseal(arguments.reviewer.as_deref(), arguments.passphrase_stdin)?;
    let statement =
        Revocation { grant: id.clone(), at: now(), note: arguments.note, after: desk.ledger.anchor()? };
    let revocation = Signed::new(statement, &key)?;
    believed
        .verify(&revocation)
        .with_context(|| format!("`{name}` may not countersign"))
        .hint("`countersign reviewers list` shows who may")?;
    desk.ledger.locked(now, |log| log.append(vec![Event::Revoked { revocation }]).map(drop))?;
    // A revocation is the newest record, and what it pays to cut off.
    let head = desk.ledger.head()?;
    let kept = format!("{}:{}", head.sequence, head.hash.hex());
    if json {
        return output::json(&json!({ "revoked": id, "reviewer": name, "head": kept }));
    }
    println!("{} {id} as {name}: it covers nothing from now on", styled(GOOD, "revoked"));
    println!(
        "Keep this where whoever runs as you cannot write: `countersign evidence verify --contains {kept}` tells later that \
         nobody took it back."
    );
    Ok(())
}

//! `countersign reviewers`: the people who may countersign.

use std::process::ExitCode;

use anstream::println;
use anyhow::{Context as _, Result, bail};
use clap::Subcommand;
use countersign_approval::{Enrollment, PublicKey, Retirement, SealedKey, Signed, SigningKey};
use countersign_evidence::Event;
use countersign_hook::now;
use countersign_model::ReviewerName;
use serde_json::json;

use crate::desk::Desk;
use crate::output::{GOOD, WARN, WithHint as _, styled};
use crate::{edge, output};

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a sealed key and sign its owner in
    Enroll {
        /// What people know the reviewer by
        name: String,
        /// A group the reviewer stands for, such as dba; may be given more than once
        #[arg(long = "group")]
        groups: Vec<String>,
        /// The reviewer who signs this one in; the first one signs in alone
        #[arg(long)]
        by: Option<String>,
        /// Read the passphrases from standard input: the new one, then the signer's, one a line
        #[arg(long)]
        passphrase_stdin: bool,
    },
    /// Show who may countersign
    List,
    /// Sign a reviewer out; there is no way back for that key
    Retire {
        /// Who
        name: String,
        /// The reviewer who signs it
        #[arg(long)]
        by: String,
        /// Why
        #[arg(long)]
        why: Option<String>,
        /// Read the signer's passphrase from standard input
        #[arg(long)]
        passphrase_stdin: bool,
    },
}

/// Enrolls, lists, retires.
pub fn run(arguments: Arguments, json: bool) -> Result<ExitCode> {
    let mut desk = Desk::open()?;
    match arguments.command {
        Command::Enroll { name, groups, by, passphrase_stdin } => {
            enroll(&mut desk, &name, groups, by.as_deref(), passphrase_stdin, json)?;
        }
        Command::List => list(&mut desk, json)?,
        Command::Retire { name, by, why, passphrase_stdin } => {
            retire(&mut desk, &name, &by, why, passphrase_stdin)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn enroll(
    desk: &mut Desk,
    name: &str,
    groups: Vec<String>,
    by: Option<&str>,
    from_stdin: bool,
    json: bool,
) -> Result<()> {
    let file = desk.key_file(name)?;
    if file.exists() {
        bail!("`{name}` has a key already: `{}`", file.display());
    }
    let first = desk.root()?.is_none();
    match (first, by) {
        (true, Some(by)) => bail!("nobody is enrolled yet, so `{by}` cannot sign anyone in: leave --by out"),
        (false, None) => {
            return Err(anyhow::anyhow!("a further reviewer is signed in by an enrolled one"))
                .hint("say whom with --by NAME; they will be asked for their passphrase");
        }
        (true, None) | (false, Some(_)) => {}
    }
    let mut passphrases = edge::Passphrases::new(from_stdin);
    let passphrase = passphrases.new_one(name)?;
    let key = SigningKey::from_bytes(&edge::random()?);
    let name = ReviewerName::from(name);
    let sealed = SealedKey::seal(&key, &name, &passphrase, edge::random()?)?;
    let signer = match by {
        Some(by) => desk.unseal_with(by, &mut passphrases)?,
        None => key.clone(),
    };
    let statement = Enrollment {
        name: name.clone(),
        key: PublicKey::of(&key),
        groups,
        at: now(),
        after: desk.ledger.anchor()?,
    };
    let enrollment = Signed::new(statement, &signer)?;
    countersign_local::write_private(&file, &serde_json::to_vec_pretty(&sealed)?)?;
    desk.ledger.locked(now, |log| log.append(vec![Event::ReviewerEnrolled { enrollment }]).map(drop))?;
    let enrolled = desk.believed()?.is_some_and(|believed| believed.reviewers().any(|one| one.name == name));
    if !enrolled {
        bail!("the enrollment was recorded but does not count: see `countersign evidence verify`");
    }
    let fingerprint = PublicKey::of(&key).fingerprint();
    if json {
        return output::json(&json!({"name": name, "fingerprint": fingerprint, "root": first, "key": file}));
    }
    println!("{} {name}: {fingerprint}", styled(GOOD, "enrolled"));
    println!("The sealed key is `{}`. Nobody can recover the passphrase.", file.display());
    if first {
        println!("{name} is the root: every further reviewer is signed in by an enrolled one.");
    }
    rewire_hint(desk)
}

/// The hook's arguments name the root: an install made before has to be made again.
fn rewire_hint(desk: &mut Desk) -> Result<()> {
    for install in desk.authorities()?.installs {
        println!(
            "{} `{}` was wired before: run `countersign install claude-code --scope {}` again",
            styled(WARN, "next:"),
            install.settings.display(),
            install.scope
        );
    }
    Ok(())
}

fn list(desk: &mut Desk, json: bool) -> Result<()> {
    let root = desk.root()?;
    let believed = desk.believed()?;
    let reviewers: Vec<_> = believed.iter().flat_map(|believed| believed.reviewers()).collect();
    if json {
        let rows: Vec<_> = reviewers
            .iter()
            .map(|one| {
                let fingerprint = one.key.fingerprint();
                json!({"name": one.name, "fingerprint": fingerprint, "groups": one.groups,
                       "enrolled": one.enrolled, "root": Some(fingerprint) == root})
            })
            .collect();
        return output::json(&rows);
    }
    if reviewers.is_empty() {
        println!(
            "Nobody is enrolled: what is held cannot be approved. Run `countersign reviewers enroll NAME`."
        );
        return Ok(());
    }
    output::table(
        ["NAME", "GROUPS", "SINCE", "FINGERPRINT"],
        reviewers.iter().map(|one| {
            [
                one.name.to_string(),
                one.groups.join(", "),
                one.enrolled.to_string(),
                one.key.fingerprint().to_string(),
            ]
        }),
    );
    Ok(())
}

fn retire(desk: &mut Desk, name: &str, by: &str, why: Option<String>, from_stdin: bool) -> Result<()> {
    let believed = desk.believed()?.context("nobody is enrolled")?;
    let key = believed
        .reviewers()
        .find(|one| one.name.as_str() == name)
        .with_context(|| format!("`{name}` is not a reviewer in force"))?
        .key
        .fingerprint();
    let signer = desk.unseal_with(by, &mut edge::Passphrases::new(from_stdin))?;
    let statement = Retirement { key, why, at: now(), after: desk.ledger.anchor()? };
    let retirement = Signed::new(statement, &signer)?;
    desk.ledger.locked(now, |log| log.append(vec![Event::ReviewerRetired { retirement }]).map(drop))?;
    if desk.believed()?.is_some_and(|believed| believed.reviewers().any(|one| one.name.as_str() == name)) {
        bail!("`{name}` was not retired: `{by}` may not sign that");
    }
    println!("{} {name}", styled(GOOD, "retired"));
    Ok(())
}

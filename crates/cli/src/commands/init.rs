//! `countersign init`: a proposal for this repository, and a home if there is none.

use std::io::IsTerminal as _;
use std::path::Path;
use std::process::ExitCode;

use anstream::println;
use anyhow::{Context as _, Result};
use countersign_evidence::Event;
use countersign_hook::now;
use countersign_local::Ledger;
use countersign_policy::{Bundle, Pack, Proposal, propose};
use serde_json::json;

use super::policy;
use crate::desk::{Desk, confirm};
use crate::output::{FAINT, GOOD, STRONG, WARN, styled};
use crate::{edge, output, repository};

#[derive(clap::Args)]
pub struct Arguments {
    /// Ask nothing: write what is proposed
    #[arg(long)]
    yes: bool,
}

/// Makes the home, writes the proposal, and puts it in force where nobody can sign yet.
pub fn run(arguments: Arguments, json: bool) -> Result<ExitCode> {
    // First of all: outside a repository nothing is made.
    let top = repository::top().context("nothing was made or written")?;
    let made = make_home()?;
    let mut desk = Desk::open()?;
    let proposal = propose(&repository::look(&top)?);
    let file = top.join(repository::PROPOSAL);
    let there = file.exists();
    if !there {
        let text = proposal.to_toml();
        if !arguments.yes && !json && std::io::stdin().is_terminal() {
            println!(
                "{}\n{}",
                styled(STRONG, format!("Proposed {}:", repository::PROPOSAL)),
                styled(FAINT, &text)
            );
            if !confirm("Write it?")? {
                println!("Nothing was written.");
                return Ok(ExitCode::SUCCESS);
            }
        }
        std::fs::write(&file, text).with_context(|| format!("cannot write `{}`", file.display()))?;
    }
    let adopted = adopt(&mut desk, &top, &proposal)?;
    let nobody = desk.believed()?.is_none();
    let active = is_active(&mut desk, &top)?;
    let wired = !desk.authorities()?.installs.is_empty();
    if json {
        output::json(&json!({
            "home": desk.home().path(), "home_made": made, "proposal": file, "proposal_written": !there,
            "adopted": adopted, "reviewers": !nobody, "in_force": active, "installed": wired,
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    if made {
        println!("{} home `{}`", styled(GOOD, "made"), desk.home().path().display());
    }
    if there {
        println!("`{}` was there and is left as it is", file.display());
    } else {
        println!("{} `{}`", styled(GOOD, "wrote"), file.display());
    }
    if adopted {
        println!("What was seen in the repository is in force, unsigned, until a reviewer signs a proposal.");
    }
    next_steps(nobody, active, wired, !there);
    Ok(ExitCode::SUCCESS)
}

/// What is still to be done, and nothing that is.
fn next_steps(nobody: bool, active: bool, wired: bool, written: bool) {
    if nobody {
        println!("{} nobody can release what is held yet", styled(WARN, "note:"));
    }
    if active {
        println!("`{}` is in force as it is, signed.", repository::PROPOSAL);
    }
    println!("Next, in your own terminal:");
    if nobody {
        println!("  countersign reviewers enroll NAME   # a sealed key; its passphrase is what approves");
    }
    if !active {
        println!("  countersign policy activate         # signs countersign.toml into force");
    }
    if !wired {
        println!("  countersign install claude-code     # wires the hook");
    }
    println!("  countersign doctor                  # proves that it blocks");
    if written {
        println!("  git add {}            # and commit it: it is reviewed like code", repository::PROPOSAL);
    }
}

/// Whether what the proposal builds is in force here, signed.
fn is_active(desk: &mut Desk, top: &Path) -> Result<bool> {
    let in_force = policy::in_force(desk, top)?;
    // A broken proposal is not in force; `policy check` says what is wrong with it.
    let proposed = policy::proposed(Some(top.join(repository::PROPOSAL))).ok();
    Ok(matches!((in_force, proposed), (Some((digest, true)), Some((_, bundle))) if digest == bundle.digest()))
}

/// A home with the shipped pack in force everywhere, if there is none yet.
fn make_home() -> Result<bool> {
    let home = edge::home()?;
    if home.exists() {
        return Ok(false);
    }
    let user_home = edge::user_home()?;
    let mut ledger = Ledger::create(home, &user_home, now(), &edge::random()?)
        .context("cannot make Countersign's home")?;
    let shipped =
        Bundle::shipped(Pack::Graduated, &Proposal::default()).context("the shipped pack does not build")?;
    countersign_local::write_private(&ledger.home().bundle(&shipped.digest()), &shipped.to_bytes())?;
    ledger.locked(now, |log| {
        log.append(vec![Event::BundleAdopted {
            bundle: shipped.digest(),
            repository: None,
            pack: shipped.pack().to_owned(),
            why: "shipped: for repositories without a map of their own".to_owned(),
        }])
        .map(drop)
    })?;
    Ok(true)
}

/// Puts what was seen in force, once, and only while no reviewer has signed anything for here.
///
/// What counts is what was seen in the repository, not what the file says: that anyone may edit.
fn adopt(desk: &mut Desk, top: &Path, seen: &Proposal) -> Result<bool> {
    if policy::in_force(desk, top)?.is_some() {
        return Ok(false);
    }
    let bundle = Bundle::shipped(Pack::Graduated, seen).context("the proposal does not build")?;
    policy::store(desk, &bundle)?;
    desk.ledger.locked(now, |log| {
        log.append(vec![Event::BundleAdopted {
            bundle: bundle.digest(),
            repository: Some(top.display().to_string()),
            pack: bundle.pack().to_owned(),
            why: "seen by `countersign init`".to_owned(),
        }])
        .map(drop)
    })?;
    Ok(true)
}

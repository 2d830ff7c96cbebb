//! `policy activate`: what was proved, signed into force.

use std::path::{Path, PathBuf};

use anstream::println;
use anyhow::{Context as _, Result};
use countersign_approval::{Activation, Signed};
use countersign_evidence::Event;
use countersign_hook::now;
use countersign_policy::Bundle;
use countersign_prove::ProveError;
use serde_json::json;

use super::layers::{self, Layers};
use super::{in_force, path_of, prove, rules, store, trial};
use crate::desk::Desk;
use crate::output::{self, GOOD, WARN, WithHint as _, styled};
use crate::{edge, repository, terminal};

#[derive(clap::Args)]
pub struct Arguments {
    /// The proposal; countersign.toml of this repository by default
    file: Option<PathBuf>,
    /// Whose key, where there are several
    #[arg(long = "as")]
    reviewer: Option<String>,
    /// Read the passphrase from standard input instead of asking
    #[arg(long)]
    passphrase_stdin: bool,
    /// Sign it without proving first what it can never allow
    #[arg(long)]
    unproved: bool,
    /// Sign it although an example in it does not come out as expected
    #[arg(long)]
    untested: bool,
}

/// Signs what was proved, and says what changes.
pub fn run(arguments: Arguments, json: bool) -> Result<()> {
    let Arguments { file, reviewer, passphrase_stdin, unproved, untested } = arguments;
    let top = repository::top()?;
    let path = path_of(file)?;
    let layers = layers::read(&path)?;
    let bundle = layers.build()?;
    let mut desk = Desk::open()?;
    let Some(believed) = desk.believed()? else {
        return Err(anyhow::anyhow!("nobody is enrolled who could sign it"))
            .hint("run `countersign reviewers enroll NAME`");
    };
    let old = in_force(&mut desk, &top)?;
    if old == Some((bundle.digest(), true)) {
        if json {
            return output::json(&json!({"bundle": bundle.digest(), "repository": top, "changed": false}));
        }
        println!("{} as it stands there, signed: {}", styled(GOOD, "already in force"), bundle.digest());
        return Ok(());
    }
    let trust = desk.trust()?;
    // What was only proposed nobody has looked at.
    let old = old.filter(|(_, signed)| *signed);
    let old = old.map(|(digest, _)| trust.bundle(&desk.home(), &digest)).transpose();
    // With --json one that cannot be read keeps nobody from signing another, as before.
    let old = if json { old.unwrap_or_default() } else { old? };
    let lost = old.as_ref().map(|old| rules::lost_layers(old, &bundle)).unwrap_or_default();
    if !json {
        println!("What would be in force for `{}` from now on:", top.display());
        rules::print_changes(old.as_ref(), &bundle);
        warn_of_known(&bundle);
    }
    let tested = if untested { None } else { Some(tried(&path, &layers, &bundle, json)?) };
    let proved = if unproved { None } else { proof(&layers, &bundle, json)? };
    // Last, so that it is on the screen when the passphrase is asked for.
    rules::warn_of_lost(&lost);
    let (name, key) = desk.unseal(reviewer.as_deref(), passphrase_stdin)?;
    let statement = Activation {
        bundle: bundle.digest(),
        repository: Some(top.display().to_string()),
        at: now(),
        after: desk.ledger.anchor()?,
    };
    let activation = Signed::new(statement, &key)?;
    believed.verify(&activation).with_context(|| format!("`{name}` may not sign policy"))?;
    store(&desk, &bundle)?;
    desk.ledger.locked(now, |log| log.append(vec![Event::BundleActivated { activation }]).map(drop))?;
    if json {
        return output::json(&json!({
            "bundle": bundle.digest(), "repository": top, "reviewer": name, "layers_lost": lost,
            "tested": tested, "proved": proved,
        }));
    }
    println!(
        "{} `{}` as {} in `{}`",
        styled(GOOD, "in force:"),
        path.display(),
        bundle.digest(),
        top.display()
    );
    Ok(())
}

/// How many examples came out as expected. One that does not is shown, and nothing is signed.
fn tried(path: &Path, layers: &Layers, bundle: &Bundle, json: bool) -> Result<usize> {
    let trials = trial::of(path, layers, bundle)?;
    let wrong = trials.iter().zip(layers.examples()).filter(|(trial, _)| trial.wrong.is_some());
    let wrong: Vec<_> = wrong.collect();
    if wrong.is_empty() {
        if !json && !trials.is_empty() {
            println!("{} all {} examples come out as expected", styled(GOOD, "tested:"), trials.len());
        }
        return Ok(trials.len());
    }
    if !json {
        wrong.iter().for_each(|(trial, place)| trial::print(trial, *place));
    }
    let calls: Vec<String> = wrong.iter().map(|(trial, _)| format!("`{}`", trial.call)).collect();
    let which = terminal::line(&calls.join(", "));
    Err(anyhow::anyhow!("nothing was signed: these examples do not come out as expected: {which}")).hint(
        "mend the policy or the example (`countersign policy test` shows all), or sign it all the same with --untested",
    )
}

/// How many invariants hold of what is to be signed; none where there is no solver to ask. One that does not hold is
/// shown, and nothing is signed.
fn proof(layers: &Layers, bundle: &Bundle, json: bool) -> Result<Option<usize>> {
    let program = match edge::solver() {
        Ok(program) => program,
        // Where a solver is named there should be one: a misspelt name is no reason to leave the proof out.
        Err(error @ ProveError::NoSolverThere(_)) => {
            return Err(anyhow::anyhow!("nothing was signed: {error}"))
                .hint("mend or unset CVC5, or sign it unproved with --unproved");
        }
        Err(error) => {
            if !json {
                println!("{} nothing of it was proved: {error}", styled(WARN, "note:"));
            }
            return Ok(None);
        }
    };
    let claims = prove::claims(bundle, &layers.proposals())?;
    let answers = prove::answers(&claims, bundle, &program)?;
    let fail: Vec<_> = answers.iter().filter(|answered| !answered.holds()).collect();
    if fail.is_empty() {
        if !json {
            println!("{} all {} invariants hold of it", styled(GOOD, "proved:"), answers.len());
        }
        return Ok(Some(answers.len()));
    }
    if !json {
        fail.iter().for_each(|answered| answered.print());
    }
    let ids: Vec<&str> = fail.iter().map(|answered| answered.id).collect();
    let which = terminal::line(&ids.join(", "));
    Err(anyhow::anyhow!("nothing was signed: these do not hold, or could not be proved: {which}")).hint(
        "mend the policy (`countersign policy prove` shows more), or sign it all the same with --unproved",
    )
}

/// Says which descriptions of programs and tools count for nothing, or only where they say more.
fn warn_of_known(bundle: &Bundle) {
    let described =
        bundle.programs().iter().flat_map(|program| program.names.iter().map(move |name| (program, name)));
    for sentence in described.filter_map(|(program, name)| layers::known(program, name)) {
        println!("{} {}", styled(WARN, "note:"), terminal::line(&sentence));
    }
}

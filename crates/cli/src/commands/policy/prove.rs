//! `policy prove`: what the proposal's bundle can never allow, proved; and an action where it can.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anstream::println;
use anyhow::{Context as _, Result};
use countersign_policy::{Bundle, Layer, Proposal};
use countersign_prove::{
    AS_STRICT, Invariant, MONOTONE, NEVER_FAILS, Outcome, Proof, ProveError, Prover, SHADOWS,
};
use serde_json::{Value, json};

use super::layers;
use crate::commands::simulate::bundles;
use crate::edge;
use crate::output::{self, BAD, FAINT, GOOD, STRONG, WARN, WithHint as _, styled};
use crate::terminal;

#[derive(clap::Args)]
pub struct Arguments {
    /// The proposal; countersign.toml of this repository by default
    file: Option<PathBuf>,
    /// A pack, a proposal or a built bundle: that the proposal is at least as strict is proved too
    #[arg(long, value_name = "POLICY")]
    against: Option<String>,
    /// Only this invariant; all that the pack promises, and the proposal's own, by default
    #[arg(long = "invariant", value_name = "ID")]
    invariants: Vec<String>,
}

/// One thing to prove.
pub enum Claim {
    Never(Box<Invariant>),
    Fails,
    Rises,
    LooksOn,
    AsStrict(Box<Bundle>),
}

/// Proves, prints, and fails where anything does not hold.
pub fn run(arguments: &Arguments, json: bool) -> Result<ExitCode> {
    let path = super::path_of(arguments.file.clone())?;
    let layers = layers::read(&path)?;
    let bundle = layers.build()?;
    let mut claims = claims(&bundle, &layers.proposals())?;
    if let Some(against) = &arguments.against {
        claims.push(Claim::AsStrict(Box::new(bundles::named(Some(against))?.bundle)));
    }
    let claims = chosen(claims, &arguments.invariants)?;
    let program = edge::solver()?;
    let start = Instant::now();
    let mut prover = Prover::start(&program)?;
    let mut proofs = Vec::new();
    for claim in &claims {
        let start = Instant::now();
        let proof = claim.prove(&mut prover, &bundle);
        let proof = proof.with_context(|| format!("cannot prove `{}`", claim.id()))?;
        proofs.push((proof, start.elapsed()));
    }
    if json {
        let proofs: Vec<Value> = proofs.iter().map(|(proof, took)| as_json(proof, *took)).collect();
        output::json(&json!({"file": path, "bundle": bundle.digest(), "invariants": proofs}))?;
    } else {
        proofs.iter().for_each(|(proof, took)| print(proof, *took));
        let failed = proofs.iter().filter(|(proof, _)| proof.outcome != Outcome::Holds).count();
        println!("{} hold, {failed} do not ({})", proofs.len() - failed, seconds(start.elapsed()));
    }
    let all = proofs.iter().all(|(proof, _)| proof.outcome == Outcome::Holds);
    Ok(if all { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// What must hold of any bundle, what its pack promises, and what the proposals it is built of add.
pub fn claims(bundle: &Bundle, proposals: &[(Layer, &Proposal)]) -> Result<Vec<Claim>> {
    let mut invariants = Invariant::promised(bundle.pack())?;
    for (layer, proposal) in proposals {
        invariants.extend(Invariant::own(*layer, proposal)?);
    }
    let never = invariants.into_iter().map(|invariant| Claim::Never(Box::new(invariant)));
    Ok([Claim::Fails, Claim::Rises, Claim::LooksOn].into_iter().chain(never).collect())
}

impl Claim {
    fn id(&self) -> &str {
        match self {
            Self::Never(invariant) => &invariant.id,
            Self::Fails => NEVER_FAILS.0,
            Self::Rises => MONOTONE.0,
            Self::LooksOn => SHADOWS.0,
            Self::AsStrict(_) => AS_STRICT.0,
        }
    }

    /// Proves it of a bundle, or finds an action that breaks it.
    pub fn prove(&self, prover: &mut Prover, bundle: &Bundle) -> Result<Proof, ProveError> {
        match self {
            Self::Never(invariant) => prover.prove(bundle, invariant),
            Self::Fails => prover.never_fails(bundle),
            Self::Rises => prover.more_oversight_never_loses(bundle),
            Self::LooksOn => prover.shadows_never_decide(bundle),
            Self::AsStrict(other) => prover.at_least_as_strict(bundle, other),
        }
    }
}

/// Those that were asked for. That no policy fails is always among them: every other proof rests on it.
fn chosen(claims: Vec<Claim>, ids: &[String]) -> Result<Vec<Claim>> {
    let known: Vec<String> = claims.iter().map(|claim| claim.id().to_owned()).collect();
    // An invariant of a layer may be asked for by its own name.
    let is_named = |claim: &str, id: &str| {
        claim == id
            || !known.iter().any(|other| other == id)
                && claim.rsplit_once('/').is_some_and(|(_, own)| own == id)
    };
    if let Some(wrong) = ids.iter().find(|id| !known.iter().any(|claim| is_named(claim, id))) {
        let known = known.join(", ");
        return Err(anyhow::anyhow!("there is no invariant `{}` here", terminal::line(wrong)))
            .hint(format!("there are: {}", terminal::line(&known)));
    }
    let is_chosen = |claim: &Claim| ids.is_empty() || ids.iter().any(|id| is_named(claim.id(), id));
    Ok(claims.into_iter().filter(|claim| is_chosen(claim) || matches!(claim, Claim::Fails)).collect())
}

fn print(proof: &Proof, took: Duration) {
    let Proof { id, says, outcome, kinds, questions } = proof;
    let (style, word) = match outcome {
        Outcome::Holds => (GOOD, "holds  "),
        Outcome::Vacuous => (WARN, "vacuous"),
        Outcome::Broken(_) => (BAD, "broken "),
    };
    let effort = format!("({kinds} kinds of request, {questions} asked, {})", seconds(took));
    println!(
        "{} {}: {} {}",
        styled(style, word),
        styled(STRONG, terminal::line(id)),
        terminal::line(says),
        styled(FAINT, effort)
    );
    match outcome {
        Outcome::Holds => {}
        Outcome::Vacuous => {
            println!("        no request can be what it forbids: whatever the policies, it says nothing");
        }
        Outcome::Broken(found) => {
            for line in found.to_string().lines() {
                println!("        {}", terminal::line(line));
            }
        }
    }
}

fn as_json(proof: &Proof, took: Duration) -> Value {
    let (outcome, found) = match &proof.outcome {
        Outcome::Holds => ("holds", None),
        Outcome::Vacuous => ("vacuous", None),
        Outcome::Broken(found) => ("broken", Some(found)),
    };
    json!({
        "id": proof.id, "says": proof.says, "outcome": outcome, "counterexample": found,
        "kinds": proof.kinds, "questions": proof.questions, "seconds": took.as_secs_f64(),
    })
}

fn seconds(took: Duration) -> String {
    format!("{:.2} s", took.as_secs_f64())
}

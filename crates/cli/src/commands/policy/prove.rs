//! `policy prove`: what the proposal's bundle can never allow, proved; and an action where it can.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anstream::println;
use anyhow::Result;
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
    let proofs = answers(&claims, &bundle, &program)?;
    let differ = claims.iter().find_map(|claim| match claim {
        Claim::AsStrict(other) => Some(not_compared(&bundle, other)),
        Claim::Never(_) | Claim::Fails | Claim::Rises | Claim::LooksOn => None,
    });
    let differ = differ.unwrap_or_default();
    if json {
        let proofs: Vec<Value> = proofs.iter().map(Answered::as_json).collect();
        output::json(&json!({
            "file": path, "bundle": bundle.digest(), "invariants": proofs, "differs_unproved": differ,
        }))?;
    } else {
        proofs.iter().for_each(Answered::print);
        let hold = proofs.iter().filter(|answered| answered.holds()).count();
        let unknown = proofs.iter().filter(|answered| answered.proof.is_err()).count();
        let failed = proofs.len() - hold - unknown;
        let unknown = if unknown > 0 { format!(", {unknown} not known") } else { String::new() };
        println!("{hold} hold, {failed} do not{unknown} ({})", seconds(start.elapsed()));
        if !differ.is_empty() {
            println!(
                "{} the two differ in {}, which {} does not compare: with the same policies a call may land elsewhere",
                styled(WARN, "note:"),
                differ.join(", "),
                AS_STRICT.0
            );
        }
    }
    Ok(if proofs.iter().all(Answered::holds) { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// What decides beside the policies and differs between two bundles: a proof starts where effects, environments and risk
/// are known.
fn not_compared(one: &Bundle, other: &Bundle) -> Vec<&'static str> {
    let parts = [
        ("the map", one.map() != other.map()),
        ("[[program]]", one.programs() != other.programs()),
        ("points of risk", !one.weights_beside(other).is_empty()),
        ("on_allow", one.on_allow() != other.on_allow()),
    ];
    parts.into_iter().filter(|(_, differs)| *differs).map(|(part, _)| part).collect()
}

/// What comes of each claim. One that could be neither proved nor refuted does not keep the others from it.
pub fn answers<'a>(claims: &'a [Claim], bundle: &Bundle, solver: &Path) -> Result<Vec<Answered<'a>>> {
    let mut prover = Prover::start(solver)?;
    let mut answers = Vec::new();
    for claim in claims {
        let start = Instant::now();
        let proof = claim.prove(&mut prover, bundle);
        if proof.is_err() {
            // The solver may be busy with what it was asked, or gone.
            prover = Prover::start(solver)?;
        }
        answers.push(Answered { id: claim.id(), proof, took: start.elapsed() });
    }
    Ok(answers)
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
    // An invariant of a layer may be asked for by its own name, be there another of that name or not.
    let is_named =
        |claim: &str, id: &str| claim == id || claim.rsplit_once('/').is_some_and(|(_, own)| own == id);
    if let Some(wrong) = ids.iter().find(|id| !known.iter().any(|claim| is_named(claim, id))) {
        let known = known.join(", ");
        return Err(anyhow::anyhow!("there is no invariant `{}` here", terminal::line(wrong)))
            .hint(format!("there are: {}", terminal::line(&known)));
    }
    let is_chosen = |claim: &Claim| ids.is_empty() || ids.iter().any(|id| is_named(claim.id(), id));
    Ok(claims.into_iter().filter(|claim| is_chosen(claim) || matches!(claim, Claim::Fails)).collect())
}

/// What came of a claim.
pub struct Answered<'a> {
    /// The claim's id.
    pub id: &'a str,
    proof: Result<Proof, ProveError>,
    took: Duration,
}

impl Answered<'_> {
    /// Whether it was proved.
    pub fn holds(&self) -> bool {
        self.proof.as_ref().is_ok_and(|proof| proof.outcome == Outcome::Holds)
    }

    /// Shows it, with the action where it does not hold.
    pub fn print(&self) {
        let id = styled(STRONG, terminal::line(self.id));
        let took = seconds(self.took);
        let Proof { says, outcome, kinds, questions, .. } = match &self.proof {
            Ok(proof) => proof,
            Err(error) => {
                let why = terminal::line(&error.to_string());
                println!("{} {id}: {why} {}", styled(WARN, "unknown"), styled(FAINT, format!("({took})")));
                if let Some(hint) = error.hint() {
                    println!("        {hint}");
                }
                return;
            }
        };
        let (style, word) = match outcome {
            Outcome::Holds => (GOOD, "holds  "),
            Outcome::Vacuous => (WARN, "vacuous"),
            Outcome::Broken(_) => (BAD, "broken "),
        };
        let effort = format!("({kinds} kinds of request, {questions} asked, {took})");
        println!("{} {id}: {} {}", styled(style, word), terminal::line(says), styled(FAINT, effort));
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

    fn as_json(&self) -> Value {
        let seconds = self.took.as_secs_f64();
        let proof = match &self.proof {
            Ok(proof) => proof,
            Err(error) => {
                return json!({
                    "id": self.id, "outcome": "unknown", "error": error.to_string(), "seconds": seconds,
                });
            }
        };
        let (outcome, found) = match &proof.outcome {
            Outcome::Holds => ("holds", None),
            Outcome::Vacuous => ("vacuous", None),
            Outcome::Broken(found) => ("broken", Some(found)),
        };
        json!({
            "id": self.id, "says": proof.says, "outcome": outcome, "counterexample": found,
            "kinds": proof.kinds, "questions": proof.questions, "seconds": seconds,
        })
    }
}

fn seconds(took: Duration) -> String {
    format!("{:.2} s", took.as_secs_f64())
}

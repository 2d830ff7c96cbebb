//! Drafts that break nothing the policy they are added to keeps.

use anstream::println;
use anyhow::{Context as _, Result};
use countersign_policy::{Bundle, Layer, Proposal, build};
use countersign_prove::{Counterexample, Outcome, Prover};
use countersign_simulate::Suggestion;
use serde::Serialize;

use super::super::prove::{Claim, claims};
use crate::output::{BAD, STRONG, styled};
use crate::{edge, terminal};

/// A draft that would break what must hold.
#[derive(Debug, Serialize)]
pub struct Dropped {
    id: String,
    cedar: String,
    calls: usize,
    invariant: String,
    says: String,
    counterexample: Option<Counterexample>,
}

/// The first `most` drafts that keep every invariant, and those before them that do not. What the policy breaks
/// without them is not held against them.
pub fn keep(
    drafts: Vec<Suggestion>,
    most: usize,
    bundle: &Bundle,
    proposal: &Proposal,
) -> Result<(Vec<Suggestion>, Vec<Dropped>)> {
    if drafts.is_empty() {
        return Ok((drafts, Vec::new()));
    }
    let solver = edge::solver().context("no draft is shown unproved; `--unproved` shows them as they are")?;
    let mut prover = Prover::start(&solver)?;
    let mut kept_before = Vec::new();
    for claim in claims(bundle, &[(Layer::Repository, proposal)])? {
        if matches!(claim.prove(&mut prover, bundle)?.outcome, Outcome::Holds) {
            kept_before.push(claim);
        }
    }
    let (mut kept, mut dropped) = (Vec::new(), Vec::new());
    for draft in drafts {
        if kept.len() >= most {
            break;
        }
        let mut with = proposal.clone();
        with.policies.push(draft.policy.clone());
        match broken(&kept_before, &build(&with)?, &mut prover)? {
            None => kept.push(draft),
            Some((invariant, says, counterexample)) => dropped.push(Dropped {
                id: draft.id,
                cedar: draft.cedar,
                calls: draft.calls,
                invariant,
                says,
                counterexample,
            }),
        }
    }
    Ok((kept, dropped))
}

/// The first claim that does not hold of a bundle: its id, what it says, and an action that breaks it.
fn broken(
    claims: &[Claim],
    bundle: &Bundle,
    prover: &mut Prover,
) -> Result<Option<(String, String, Option<Counterexample>)>> {
    for claim in claims {
        let proof = claim.prove(prover, bundle)?;
        let found = match proof.outcome {
            Outcome::Holds => continue,
            Outcome::Vacuous => None,
            Outcome::Broken(found) => Some(*found),
        };
        return Ok(Some((proof.id, proof.says, found)));
    }
    Ok(None)
}

impl Dropped {
    /// Prints why it was dropped.
    pub fn print(&self) {
        println!(
            "{} {} would break {}: {}",
            styled(BAD, "dropped:"),
            styled(STRONG, terminal::line(&self.id)),
            styled(STRONG, terminal::line(&self.invariant)),
            terminal::line(&self.says)
        );
        let found = self.counterexample.as_ref().map(ToString::to_string).unwrap_or_default();
        for line in found.lines() {
            println!("        {}", terminal::line(line));
        }
    }
}

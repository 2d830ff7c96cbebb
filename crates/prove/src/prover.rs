//! The proofs themselves.

use std::path::Path;

use cedar_policy::{Policy, PolicyId, Schema};
use cedar_policy_symcc::Env;
use countersign_policy::{Bundle, Rung, schema_text};
use serde_json::json;

use crate::assumed;
use crate::corner::{Corner, Question, Space};
use crate::counterexample::{self, Counterexample};
use crate::formula::Formulas;
use crate::solver::{Asked, STACK, Solvers};
use crate::{Invariant, ProveError, read};

/// Proves and refutes, with solvers that stay between questions.
pub struct Prover {
    pub(crate) solvers: Solvers,
}

/// What was found of an invariant.
#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
    /// The invariant's id.
    pub id: String,
    /// What it says.
    pub says: String,
    /// Whether it holds.
    pub outcome: Outcome,
    /// How many kinds of request it speaks of: an action, on a type of resource, in an environment and a place,
    /// at a rung.
    pub kinds: usize,
    /// How many different questions that came to.
    pub questions: usize,
}

/// Whether an invariant holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// No request breaks it.
    Holds,
    /// No request could break it, whatever the policies: it says nothing.
    Vacuous,
    /// This one breaks it.
    Broken(Box<Counterexample>),
}

impl Prover {
    /// Starts the solvers.
    pub fn start(cvc5: &Path) -> Result<Self, ProveError> {
        let schema = Schema::from_cedarschema_str(&schema_text())
            .map_err(|error| ProveError::Internal(error.to_string()))?
            .0;
        Ok(Self { solvers: Solvers::start(cvc5, &schema)? })
    }

    /// Whether a bundle never allows what an invariant forbids.
    pub fn prove(&mut self, bundle: &Bundle, invariant: &Invariant) -> Result<Proof, ProveError> {
        stacker::grow(STACK, || self.prove_within(&Space::whole(bundle.rungs()), bundle, invariant))
    }

    /// The same, of fewer actions and types.
    pub(crate) fn prove_within(
        &mut self,
        space: &Space,
        bundle: &Bundle,
        invariant: &Invariant,
    ) -> Result<Proof, ProveError> {
        let mut formulas = Formulas::default();
        let forbidden = read::applies(&mut formulas, &invariant.policy)?;
        let layers = read::layers(&mut formulas, bundle)?;
        let allowed = read::permitted(&mut formulas, &layers);
        let visits = space.walk(&mut formulas, forbidden, allowed);
        let rungs = bundle.rungs();
        let outcome = if self.first(&formulas, &visits.classes, rungs)?.is_none() {
            Outcome::Vacuous
        } else {
            match self.first(&formulas, &visits.questions, rungs)? {
                None => Outcome::Holds,
                Some((question, env)) => {
                    let reads = formulas.reads(question.formula);
                    let imagined = counterexample::imagine(&env, &question.corner, &reads)?;
                    let found = Counterexample::replay(bundle, imagined, &reads, question, rungs)?;
                    Outcome::Broken(Box::new(found))
                }
            }
        };
        Ok(Proof {
            id: invariant.id.clone(),
            says: invariant.says.clone(),
            outcome,
            kinds: visits.corners,
            questions: visits.questions.len(),
        })
    }

    /// The first of these questions that some request answers.
    pub(crate) fn first<'a>(
        &mut self,
        formulas: &Formulas,
        questions: &'a [Question],
        rungs: &[Rung],
    ) -> Result<Option<(&'a Question, Env)>, ProveError> {
        // What is true of every request needs no solver; it only has to give a request.
        let asked = questions
            .iter()
            .map(|question| asked(formulas, question, rungs))
            .collect::<Result<Vec<_>, _>>()?;
        let found = self.solvers.first(&asked)?;
        Ok(found.and_then(|(index, env)| Some((questions.get(index)?, env))))
    }
}

/// A question as a policy: it applies to the requests that are counterexamples.
fn asked(formulas: &Formulas, question: &Question, rungs: &[Rung]) -> Result<Asked, ProveError> {
    let Question { formula, corner, corners: _ } = question;
    let reads = formulas.reads(*formula);
    let mut body = formulas.json(*formula);
    let facts = reads.facts.iter().filter_map(|name| assumed::of_fact(name));
    let place = corner.place.to_string();
    let attributes =
        reads.attributes.iter().filter_map(|name| assumed::of_attribute(&corner.resource, &place, name));
    for assumption in facts.chain(attributes) {
        body = assumed::and(assumption, body);
    }
    if reads.resource {
        body = assumed::and(assumed::standing(corner.environment, corner.place), body);
    }
    if let Some(rung) = rungs.get(corner.rung).filter(|_| reads.oversight) {
        body = assumed::and(assumed::oversight(rung), body);
    }
    Ok(Asked { policy: when(body)?, action: corner.action.clone(), resource: corner.resource.clone() })
}

/// A permit with this condition.
pub(crate) fn when(body: serde_json::Value) -> Result<Policy, ProveError> {
    let any = json!({"op": "All"});
    let json = json!({
        "effect": "permit", "principal": any, "action": any, "resource": any,
        "conditions": [{"kind": "when", "body": body}],
    });
    Policy::from_json(Some(PolicyId::new("question")), json)
        .map_err(|error| ProveError::Internal(error.to_string()))
}

impl Corner {
    /// The corner's rung.
    pub(crate) fn oversight<'a>(&self, rungs: &'a [Rung]) -> Option<&'a Rung> {
        rungs.get(self.rung)
    }
}

//! What is proved of a bundle as a whole, and of two: with no `forbid` that could say it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use cedar_policy::Policy;
use countersign_policy::{Bundle, Mode, Rung};
use serde_json::Value;

use crate::atom::Reads;
use crate::corner::Space;
use crate::counterexample::{self, Counterexample};
use crate::formula::{Formula, Formulas};
use crate::prover::{Outcome, Proof, Prover};
use crate::read::{self, Layer};
use crate::solver::Asked;
use crate::{ProveError, assumed};

/// That no policy ever fails: its id, and what it says.
pub const NEVER_FAILS: (&str, &str) = ("never-fails", "no policy ever fails");
/// That the ladder rises.
pub const MONOTONE: (&str, &str) = ("more-oversight", "more oversight never loses a permit");
/// That policies which look on decide nothing.
pub const SHADOWS: (&str, &str) = ("shadows", "policies that only look on never change a decision");
/// How long the questions about policies that only look on may take together.
const LONGEST: Duration = Duration::from_secs(60);
/// That a bundle is at least as strict as another.
pub const AS_STRICT: (&str, &str) =
    ("as-strict", "what it permits, the other bundle permits under the same oversight");

fn proof((id, says): (&str, &str), outcome: Outcome, kinds: usize, questions: usize) -> Proof {
    Proof { id: id.to_owned(), says: says.to_owned(), outcome, kinds, questions }
}

impl Prover {
    /// That a bundle permits nothing that another one does not: every permit costs at least as much oversight.
    ///
    /// It is asked at the rungs of both.
    pub fn at_least_as_strict(&mut self, bundle: &Bundle, other: &Bundle) -> Result<Proof, ProveError> {
        let mut rungs = bundle.rungs().to_vec();
        rungs.extend(other.rungs().iter().filter(|rung| !bundle.rungs().contains(rung)).cloned());
        let mut formulas = Formulas::default();
        let (own, others) = (read::layers(&mut formulas, bundle)?, read::layers(&mut formulas, other)?);
        let loosened = loosened(&mut formulas, &own, &others);
        let everything = formulas.known(true);
        let visits = Space::whole(&rungs).walk(&mut formulas, everything, loosened);
        let outcome = match self.first(&formulas, &visits.questions, &rungs)? {
            None => Outcome::Holds,
            Some((question, env)) => {
                let reads = formulas.reads(question.formula);
                let imagined = counterexample::imagine(&env, &question.corner, &reads)?;
                let answers = other.imagine(&imagined, &rungs).map_err(ProveError::Internal)?;
                if answers.get(question.corner.rung).is_none_or(|answered| answered.permitted) {
                    return Err(counterexample::disagree(&imagined, question.corner.oversight(&rungs)));
                }
                let mut found = Counterexample::replay(bundle, imagined, &reads, question, &rungs)?;
                found.instead = Some(counterexample::decided(&answers).0);
                Outcome::Broken(Box::new(found))
            }
        };
        Ok(proof(AS_STRICT, outcome, visits.corners, visits.questions.len()))
    }

    /// That what one rung permits, every higher rung permits: a second opinion to the proof by form at the build.
    ///
    /// Each policy is asked for itself: a layer is monotone where each of its permits rises and each of its
    /// forbids falls with oversight.
    pub fn more_oversight_never_loses(&mut self, bundle: &Bundle) -> Result<Proof, ProveError> {
        let mut formulas = Formulas::default();
        let layers = read::layers(&mut formulas, bundle)?;
        let rungs = bundle.rungs();
        let (mut kinds, mut questions) = (0, 0);
        for (lower, higher) in pairs(rungs) {
            let steps = layers.iter().flat_map(|layer| {
                let rising = layer.permits.iter().map(|permit| (*permit, lower, higher));
                rising.chain(layer.forbids.iter().map(|forbid| (*forbid, higher, lower)))
            });
            for (policy, here, there) in steps.collect::<Vec<_>>() {
                let (here, there) =
                    (at(&mut formulas, policy, rungs, here), at(&mut formulas, policy, rungs, there));
                let lost = formulas.not(there);
                let lost = formulas.and(here, lost);
                kinds += 1;
                if formulas.reads(lost).oversight {
                    let what = "a policy speaks of oversight in a form that the build refuses";
                    return Err(ProveError::Internal(what.to_owned()));
                }
                if formulas.is(lost, false) {
                    continue;
                }
                let everything = formulas.known(true);
                // The rung is folded away already; what is left of it is read at the lower one.
                let space = Space::whole(rungs.get(lower..=lower).unwrap_or_default());
                let visits = space.walk(&mut formulas, everything, lost);
                questions += visits.questions.len();
                if let Some((question, env)) = self.first(&formulas, &visits.questions, &space.rungs)? {
                    let reads = formulas.reads(question.formula);
                    let imagined = counterexample::imagine(&env, &question.corner, &reads)?;
                    let found = Counterexample::told(bundle, imagined, &reads, question)?;
                    return Ok(proof(MONOTONE, Outcome::Broken(Box::new(found)), kinds, questions));
                }
            }
        }
        Ok(proof(MONOTONE, Outcome::Holds, kinds, questions))
    }

    /// That policies which only look on change nothing: wherever one of them would decide otherwise, the engine
    /// is asked, and has to decide as if it were not there.
    pub fn shadows_never_decide(&mut self, bundle: &Bundle) -> Result<Proof, ProveError> {
        if bundle.shadows().next().is_none() {
            return Ok(proof(SHADOWS, Outcome::Holds, 0, 0));
        }
        let mut formulas = Formulas::default();
        let counting = read::layers(&mut formulas, bundle)?;
        let all = read::layers_with(&mut formulas, bundle, Mode::Shadow)?;
        let (counting, all) =
            (read::permitted(&mut formulas, &counting), read::permitted(&mut formulas, &all));
        let (without, with) = (formulas.not(counting), formulas.not(all));
        let (less, more) = (formulas.and(counting, with), formulas.and(without, all));
        let everything = formulas.known(true);
        let space = Space::whole(bundle.rungs());
        let (mut kinds, mut questions) = (0, 0);
        let started = Instant::now();
        for (differs, permitted) in [(less, true), (more, false)] {
            let visits = space.walk(&mut formulas, everything, differs);
            kinds += visits.questions.iter().map(|question| question.corners).sum::<usize>();
            questions += visits.questions.len();
            for question in &visits.questions {
                // One that calculates leaves another question for each kind of request.
                if started.elapsed() > LONGEST {
                    let left = format!(
                        "after {} seconds not all {questions} questions were answered",
                        LONGEST.as_secs()
                    );
                    return Err(ProveError::Solver(left));
                }
                let Some((question, env)) =
                    self.first(&formulas, std::slice::from_ref(question), bundle.rungs())?
                else {
                    continue;
                };
                let reads = formulas.reads(question.formula);
                let imagined = counterexample::imagine(&env, &question.corner, &reads)?;
                let answers = bundle.imagine(&imagined, bundle.rungs()).map_err(ProveError::Internal)?;
                let answer = answers.get(question.corner.rung);
                if answer.is_none_or(|answered| answered.permitted != permitted) {
                    let found = Counterexample::told(bundle, imagined, &reads, question)?;
                    return Ok(proof(SHADOWS, Outcome::Broken(Box::new(found)), kinds, questions));
                }
            }
        }
        Ok(proof(SHADOWS, Outcome::Holds, kinds, questions))
    }

    /// That no policy ever fails. Only those that calculate or call a function can: the build has checked types.
    ///
    /// Every other proof rests on this one.
    pub fn never_fails(&mut self, bundle: &Bundle) -> Result<Proof, ProveError> {
        let layers = bundle.layers().map_err(|id| ProveError::Policy(id.to_string()))?;
        let mut formulas = Formulas::default();
        let (mut kinds, mut questions) = (0, 0);
        for policy in layers.iter().flatten() {
            let json = policy.cedar.to_json().map_err(|error| ProveError::Internal(error.to_string()))?;
            if !json.get("conditions").is_some_and(may_fail) {
                continue;
            }
            let (policy, reads) = (bounded(&policy.cedar, &json)?, Reads::of(&json));
            // The whole policy is asked, as it stands: folding would drop what fails.
            for question in Space::whole(bundle.rungs()).told_apart(&mut formulas, &json) {
                kinds += question.corners;
                questions += 1;
                let asked = Asked {
                    policy: policy.clone(),
                    action: question.corner.action.clone(),
                    resource: question.corner.resource.clone(),
                };
                if let Some(env) = self.solvers.fails(&asked)? {
                    let imagined = counterexample::imagine(&env, &question.corner, &reads)?;
                    let found = Counterexample::told(bundle, imagined, &reads, &question)?;
                    return Ok(proof(NEVER_FAILS, Outcome::Broken(Box::new(found)), kinds, questions));
                }
            }
        }
        Ok(proof(NEVER_FAILS, Outcome::Holds, kinds, questions))
    }
}

/// When `own` permits and `others` do not.
///
/// `others` permit where each of their layers does. Of those, what `own` has itself needs no asking: a forbid that
/// stands in `own` too, and permits of which a layer of `own` has no more than some.
fn loosened(formulas: &mut Formulas, own: &[Layer], others: &[Layer]) -> Formula {
    let forbidden: BTreeSet<Formula> = own.iter().flat_map(|layer| layer.forbids.iter().copied()).collect();
    let mut refused = formulas.known(false);
    for other in others {
        let known: BTreeSet<Formula> = other.permits.iter().copied().collect();
        if !own.iter().any(|layer| layer.permits.iter().all(|permit| known.contains(permit))) {
            let permits = formulas.any(&other.permits);
            let unpermitted = formulas.not(permits);
            refused = formulas.or(refused, unpermitted);
        }
        for forbid in other.forbids.iter().filter(|forbid| !forbidden.contains(forbid)) {
            refused = formulas.or(refused, *forbid);
        }
    }
    let permitted = read::permitted(formulas, own);
    formulas.and(permitted, refused)
}

/// A policy's condition at a rung.
fn at(formulas: &mut Formulas, policy: Formula, rungs: &[Rung], index: usize) -> Formula {
    let Some(rung) = rungs.get(index) else { return policy };
    formulas.fold(policy, &|atom| crate::atom::at(&atom.test, rung), &mut Default::default())
}

/// The rungs of which the first is lower than the second, by their numbers.
fn pairs(rungs: &[Rung]) -> Vec<(usize, usize)> {
    let lower = |one: &Rung, other: &Rung| {
        one != other
            && one.monitored <= other.monitored
            && one.approvals <= other.approvals
            && one.groups.iter().all(|group| other.groups.contains(group))
    };
    let each = rungs.iter().enumerate();
    each.clone()
        .flat_map(|(low, one)| {
            let above = each.clone().filter(move |(_, other)| lower(one, other));
            above.map(move |(high, _)| (low, high))
        })
        .collect()
}

/// Whether an expression has an operator that can fail on what the schema allows.
fn may_fail(json: &Value) -> bool {
    const SAFE: &[&str] = &[
        "Value",
        "Var",
        "Set",
        "Record",
        "&&",
        "||",
        "!",
        "if-then-else",
        "==",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "in",
        "is",
        "has",
        "like",
        "contains",
        "containsAll",
        "containsAny",
        "isEmpty",
        ".",
    ];
    const PARTS: &[&str] =
        &["left", "right", "arg", "if", "then", "else", "attr", "entity_type", "pattern", "kind", "body"];
    match json {
        Value::Object(fields) => fields.iter().any(|(name, part)| match name.as_str() {
            "Value" | "Var" | "attr" | "entity_type" | "pattern" | "kind" => false,
            name if SAFE.contains(&name) || PARTS.contains(&name) => may_fail(part),
            _ => true,
        }),
        Value::Array(items) => items.iter().any(may_fail),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// The policy, applying only to requests that there can be.
fn bounded(policy: &Policy, json: &Value) -> Result<Policy, ProveError> {
    let reads = Reads::of(json);
    let mut json = json.clone();
    let assumptions = reads.facts.iter().filter_map(|name| assumed::of_fact(name));
    if let (Some(body), Some(Value::Array(conditions))) =
        (assumptions.reduce(assumed::and), json.get_mut("conditions"))
    {
        conditions.insert(0, serde_json::json!({"kind": "when", "body": body}));
    }
    Policy::from_json(Some(policy.id().clone()), json)
        .map_err(|error| ProveError::Internal(error.to_string()))
}

//! What the solver found, asked of the engine that decides and told as an action a person understands.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use cedar_policy::EvalResult;
use cedar_policy_symcc::Env;
use countersign_model::{PolicyId, verbs};
use countersign_policy::{Answered, Bundle, Imagined, Rung};
use serde::Serialize;
use serde_json::{Value, json};

use crate::ProveError;
use crate::assumed::FACTS;
use crate::atom::Reads;
use crate::corner::{Corner, Question, is_natural};

/// An action that an invariant forbids and the bundle allows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Counterexample {
    /// The verb, or `unlisted`.
    pub action: String,
    /// What it does, read after "would".
    pub does: String,
    /// What it acts on, with its article.
    pub on: String,
    /// Where it lands.
    pub environment: String,
    /// How far away that is.
    pub place: String,
    /// What matters of its context and of what it acts on; anything else can be as it likes.
    pub facts: BTreeMap<String, Value>,
    /// Whether such verbs are known to act on such things. The proof covers others too.
    pub usual: bool,
    /// What the bundle decides.
    pub decision: String,
    /// The policies that permit it.
    pub policies: BTreeSet<PolicyId>,
    /// What the bundle decides that it is compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
    /// How many other kinds of request are allowed alike.
    pub alike: usize,
}

impl Counterexample {
    /// Asks the engine. It has to allow what the solver found, or one of the two is wrong.
    pub(crate) fn replay(
        bundle: &Bundle,
        imagined: Imagined,
        reads: &Reads,
        question: &Question,
        rungs: &[Rung],
    ) -> Result<Self, ProveError> {
        let answers = bundle.imagine(&imagined, rungs).map_err(ProveError::Internal)?;
        if !answers.get(question.corner.rung).is_some_and(|answered| answered.permitted) {
            return Err(disagree(&imagined, question.corner.oversight(rungs)));
        }
        Ok(Self::tell(imagined, reads, question, &answers))
    }

    /// The same, of what the engine is only asked to decide.
    pub(crate) fn told(
        bundle: &Bundle,
        imagined: Imagined,
        reads: &Reads,
        question: &Question,
    ) -> Result<Self, ProveError> {
        let answers = bundle.imagine(&imagined, bundle.rungs()).map_err(ProveError::Internal)?;
        Ok(Self::tell(imagined, reads, question, &answers))
    }

    fn tell(imagined: Imagined, reads: &Reads, question: &Question, answers: &[Answered]) -> Self {
        let (decision, policies) = decided(answers);
        let does = verbs::find(&imagined.action).map_or("do what nobody has described", |entry| entry.says);
        let facts = imagined.facts.into_iter().filter(|(name, _)| reads.facts.contains(name));
        let attributes = imagined.attributes.into_iter().filter(|(name, _)| reads.attributes.contains(name));
        let attributes = attributes.map(|(name, value)| (format!("resource.{name}"), value.into()));
        Self {
            usual: is_natural(&imagined.action, &imagined.resource),
            on: thing(&imagined.resource),
            action: imagined.action,
            does: does.to_owned(),
            environment: imagined.environment.to_string(),
            place: imagined.place.to_string(),
            facts: facts.chain(attributes).collect(),
            decision,
            policies,
            instead: None,
            alike: question.corners.saturating_sub(1),
        }
    }
}

/// The lowest rung that permits, as the decision it means, with the policies that permit there.
pub(crate) fn decided(answers: &[Answered]) -> (String, BTreeSet<PolicyId>) {
    match answers.iter().find(|answered| answered.permitted) {
        Some(answered) => (answered.rung.kind().to_string(), answered.policies.clone()),
        None => {
            let last = answers.last().map(|answered| answered.policies.clone());
            ("deny".to_owned(), last.unwrap_or_default())
        }
    }
}

pub(crate) fn disagree(imagined: &Imagined, rung: Option<&Rung>) -> ProveError {
    let decision = rung.map(|rung| rung.kind().to_string()).unwrap_or_default();
    ProveError::Internal(format!(
        "the solver says that the bundle permits `{}` on {} in {} at `{decision}`, and the engine does not: {}",
        imagined.action,
        thing(&imagined.resource),
        imagined.environment,
        json!(imagined.facts)
    ))
}

/// The action of a model: what the question reads as the solver has it, everything else as it is mostly.
pub(crate) fn imagine(env: &Env, corner: &Corner, reads: &Reads) -> Result<Imagined, ProveError> {
    let context = env.request.context();
    let mut facts = BTreeMap::new();
    for (name, usual, _) in FACTS {
        let value = context.filter(|_| reads.facts.contains(*name)).and_then(|context| context.get(name));
        facts.insert(
            (*name).to_owned(),
            value.map_or_else(|| Some(usual()), |value| plain(&value)).ok_or_else(|| {
                ProveError::Internal(format!("the solver's `{name}` is no value of its type"))
            })?,
        );
    }
    let resource = env.request.resource();
    let mut attributes = BTreeMap::new();
    if let Some(entity) = resource.and_then(|uid| env.entities.get(uid)) {
        for name in &reads.attributes {
            if let Some(Ok(EvalResult::String(text))) = entity.attr(name) {
                attributes.insert(name.clone(), text);
            }
        }
    }
    let name = resource.filter(|_| reads.resource).map(|uid| uid.id().unescaped().to_owned());
    Ok(Imagined {
        action: corner.action.clone(),
        resource: corner.resource.clone(),
        name: name.unwrap_or_else(|| "*".to_owned()),
        attributes,
        environment: corner.environment,
        place: corner.place,
        facts,
    })
}

fn plain(value: &EvalResult) -> Option<Value> {
    Some(match value {
        EvalResult::Bool(flag) => json!(flag),
        EvalResult::Long(number) => json!(number),
        EvalResult::String(text) => json!(text),
        EvalResult::Set(set) => {
            let mut items = set.iter().map(plain).collect::<Option<Vec<_>>>()?;
            items.sort_by_key(ToString::to_string);
            Value::Array(items)
        }
        EvalResult::EntityUid(_) | EvalResult::Record(_) | EvalResult::ExtensionValue(_) => return None,
    })
}

/// A type of resource in words, with its article.
fn thing(resource: &str) -> String {
    match resource {
        "PullRequest" => "a pull request".to_owned(),
        "Forge" => "something on a forge".to_owned(),
        "Ref" => "a branch or tag".to_owned(),
        "Path" => "a file".to_owned(),
        "Cloud" => "something in a cloud".to_owned(),
        "Cluster" => "an object of a cluster".to_owned(),
        "App" => "an app".to_owned(),
        "Change" => "a change that a push brings".to_owned(),
        other => format!("a {}", other.to_lowercase()),
    }
}

impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "would {} ({})", self.does, self.action)?;
        let usual = if self.usual { "" } else { " (which no call does today)" };
        writeln!(f, "on {}{usual}, in the environment {}, place {}", self.on, self.environment, self.place)?;
        if !self.facts.is_empty() {
            let facts: Vec<String> =
                self.facts.iter().map(|(name, value)| format!("{name} {value}")).collect();
            writeln!(f, "with {}", facts.join(", "))?;
        }
        let policies: Vec<&str> = self.policies.iter().map(PolicyId::as_str).collect();
        write!(f, "decided: {}, by {}", self.decision, policies.join(", "))?;
        if let Some(instead) = &self.instead {
            write!(f, "\nwhere the other bundle decides: {instead}")?;
        }
        match self.alike {
            0 => Ok(()),
            1 => write!(f, "\nand one other kind of request alike"),
            many => write!(f, "\nand {many} other kinds of request alike"),
        }
    }
}

//! What is right and yet probably not meant: policies and invariants that decide on names, can never apply, or say nothing,
//! and entries of the map that match nothing.
//!
//! One rule about policies is one file, plus its line in [`RULES`].

mod below;
mod entries;
mod examples;
mod file;
mod groups;
mod never;
mod patterns;
mod reasons;
mod relative;
mod repeated;
mod spelt;
mod text;
mod words;

use cedar_policy::Policy;
use serde_json::Value;

use crate::own_texts::OwnTexts;
use crate::proposal::{INVARIANT, Mode, OwnInvariant, OwnPolicy, Proposal};
use crate::scope::Constraint;
use crate::{Layer, Place};

pub use file::{all_examples, lint_file};
pub use patterns::first_exception;

/// Something to look at again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    /// The rule, such as `text-matching`.
    pub rule: &'static str,
    /// The policy, or else the part of the file.
    pub about: String,
    /// What is odd, a sentence fragment.
    pub message: String,
    /// What to do instead.
    pub hint: String,
    /// Where in the proposal's text.
    pub place: Place,
}

/// A policy of the proposal, taken apart.
struct Read<'p> {
    own: &'p OwnPolicy,
    /// Whether the layer starts from all that those above it permit, so that a permit of its own adds nothing.
    has_all: bool,
    forbids: bool,
    action: Constraint,
    resource: Constraint,
    /// The `when` and `unless` clauses, in Cedar's JSON form.
    conditions: Value,
    /// The paths that the map names.
    mapped: &'p [&'p str],
}

/// What a rule finds: what is odd, what to do, and the words in the policy's text that it is about.
struct Found {
    message: String,
    hint: String,
    words: String,
}

type Rule = (&'static str, fn(&Read<'_>, &[Read<'_>]) -> Vec<Found>);

/// Every rule with its name.
const RULES: &[Rule] = &[
    ("text-matching", text::find),
    ("never-applies", never::find),
    ("never-matches", relative::find),
    ("never-matches", spelt::find),
    ("never-matches", groups::find),
    ("below-directory", below::find),
    ("unknown-word", words::find),
    ("repeated", repeated::find),
    ("no-reason", reasons::find),
    ("no-example", examples::find),
];

/// Those that are about policies only: an invariant decides nothing.
const OF_POLICIES: &[&str] = &["repeated", "no-reason", "no-example"];

/// Everything odd about a proposal's map, its own policies and its invariants, in their order. A proposal that does not build has none.
pub fn lint(proposal: &Proposal, text: &str, layer: Layer, is_low: bool) -> Vec<Lint> {
    let has_all = is_low && !proposal.names_pack;
    let mapped: Vec<&str> =
        proposal.environments.values().flat_map(|listed| &listed.places.paths).map(String::as_str).collect();
    let invariants: Vec<OwnPolicy> = proposal.invariants.iter().map(as_policy).collect();
    let policies: Vec<Read<'_>> =
        proposal.policies.iter().filter_map(|own| read(own, has_all, &mapped)).collect();
    let invariants = invariants.iter().filter_map(|own| read(own, has_all, &mapped));
    let texts = OwnTexts::of(text);
    let mut lints = patterns::lint(proposal, text, layer);
    for (index, one) in policies.iter().enumerate() {
        let earlier = policies.get(..index).unwrap_or_default();
        lints.extend(RULES.iter().flat_map(|rule| found(rule, one, earlier, &texts, layer)));
    }
    for one in invariants {
        let rules = RULES.iter().filter(|(name, _)| !OF_POLICIES.contains(name));
        lints.extend(rules.flat_map(|rule| found(rule, &one, &[], &texts, layer)));
    }
    lints
}

/// What a rule finds odd about a policy or an invariant.
fn found(
    (rule, find): &Rule,
    one: &Read<'_>,
    earlier: &[Read<'_>],
    texts: &OwnTexts<'_>,
    layer: Layer,
) -> Vec<Lint> {
    let id = &one.own.id;
    let about = match id.strip_prefix(INVARIANT) {
        Some(bare) => format!("{INVARIANT}{layer}/{bare}"),
        None => format!("{layer}/{id}"),
    };
    let lint = |found: Found| Lint {
        rule,
        about: about.clone(),
        place: Place(texts.place(id, within(&one.own.cedar, &found.words))),
        message: found.message,
        hint: found.hint,
    };
    find(one, earlier).into_iter().map(lint).collect()
}

/// An invariant as the rules look at it.
fn as_policy(OwnInvariant { id, says, cedar }: &OwnInvariant) -> OwnPolicy {
    OwnPolicy {
        id: format!("{INVARIANT}{id}"),
        says: Some(says.clone()),
        mode: Mode::Enforce,
        cedar: cedar.clone(),
        hits: Vec::new(),
        misses: Vec::new(),
    }
}

fn read<'p>(own: &'p OwnPolicy, has_all: bool, mapped: &'p [&'p str]) -> Option<Read<'p>> {
    let json = Policy::parse(None, &own.cedar).ok()?.to_json().ok()?;
    let part = |name: &str| json.get(name).cloned().unwrap_or_default();
    Some(Read {
        own,
        has_all,
        forbids: json.get("effect").and_then(Value::as_str) == Some("forbid"),
        action: serde_json::from_value(part("action")).ok()?,
        resource: serde_json::from_value(part("resource")).ok()?,
        conditions: part("conditions"),
        mapped,
    })
}

/// Where some words first stand in a policy's text.
fn within(cedar: &str, words: &str) -> Option<(usize, usize)> {
    crate::checked::line_and_column(cedar, cedar.find(words)?)
}

/// The attribute that an expression reads, such as `resource.name`.
fn attribute(expression: &Value) -> Option<String> {
    let get = expression.get(".")?;
    let of = get.get("left")?.get("Var")?.as_str()?;
    Some(format!("{of}.{}", get.get("attr")?.as_str()?))
}

/// The texts of a literal, or of a set of them, in Cedar's JSON form.
fn texts(expression: &Value) -> Vec<String> {
    let literal = |value: &Value| value.get("Value").and_then(Value::as_str).map(str::to_owned);
    match expression.get("Set").and_then(Value::as_array) {
        Some(items) => items.iter().filter_map(literal).collect(),
        None => literal(expression).into_iter().collect(),
    }
}

/// A pattern as it is written, in Cedar's JSON form a list of its parts.
fn pattern(pattern: &Value) -> Option<String> {
    if let Some(text) = pattern.as_str() {
        return Some(text.to_owned());
    }
    let part = |part: &Value| match part.as_str() {
        Some("Wildcard") => Some("*".to_owned()),
        _ => part.get("Literal").and_then(Value::as_str).map(str::to_owned),
    };
    pattern.as_array()?.iter().map(part).collect()
}

/// Calls `see` with each operator and its operands in an expression.
fn walk(expression: &Value, see: &mut impl FnMut(&str, &Value)) {
    match expression {
        Value::Object(fields) => {
            for (operator, operands) in fields {
                see(operator, operands);
                walk(operands, see);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(item, see)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests;

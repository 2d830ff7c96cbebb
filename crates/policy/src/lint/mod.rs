//! What is right and yet probably not meant: policies that decide on names, can never apply, or say nothing, and
//! entries of the map that match nothing.
//!
//! One rule about policies is one file, plus its line in [`RULES`].

mod examples;
mod file;
mod never;
mod patterns;
mod reasons;
mod relative;
mod repeated;
mod text;
mod words;

use cedar_policy::Policy;
use serde_json::Value;

use crate::proposal::{self, OwnPolicy, Proposal};
use crate::scope::Constraint;
use crate::{Layer, Place};

pub use file::{all_examples, lint_file};

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
    ("unknown-word", words::find),
    ("repeated", repeated::find),
    ("no-reason", reasons::find),
    ("no-example", examples::find),
];

/// Everything odd about a proposal's map and its own policies, in their order. A proposal that does not build has none.
pub fn lint(proposal: &Proposal, text: &str, layer: Layer, is_low: bool) -> Vec<Lint> {
    let has_all = is_low && !proposal.names_pack;
    let read: Vec<Read<'_>> = proposal.policies.iter().filter_map(|own| read(own, has_all)).collect();
    let mut lints = patterns::lint(proposal, text, layer);
    for (index, one) in read.iter().enumerate() {
        let earlier = read.get(..index).unwrap_or_default();
        for (rule, find) in RULES {
            lints.extend(find(one, earlier).into_iter().map(|found| Lint {
                rule,
                about: format!("{layer}/{}", one.own.id),
                place: Place(proposal::place_of_policy(
                    text,
                    &one.own.id,
                    within(&one.own.cedar, &found.words),
                )),
                message: found.message,
                hint: found.hint,
            }));
        }
    }
    lints
}

fn read(own: &OwnPolicy, has_all: bool) -> Option<Read<'_>> {
    let json = Policy::parse(None, &own.cedar).ok()?.to_json().ok()?;
    let part = |name: &str| json.get(name).cloned().unwrap_or_default();
    Some(Read {
        own,
        has_all,
        forbids: json.get("effect").and_then(Value::as_str) == Some("forbid"),
        action: serde_json::from_value(part("action")).ok()?,
        resource: serde_json::from_value(part("resource")).ok()?,
        conditions: part("conditions"),
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

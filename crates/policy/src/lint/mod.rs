//! What is right and yet probably not meant: policies that decide on names, can never apply, or say nothing, and
//! entries of the map that match nothing.
//!
//! One rule about policies is one file, plus its line in [`RULES`].

mod examples;
mod file;
mod never;
mod patterns;
mod reasons;
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
mod tests {
    use insta::assert_snapshot;

    use super::*;

    /// The lints of policies, each given with what stands beside its text.
    fn check(policies: &[(&str, &str)]) -> String {
        let policy = |(index, (cedar, beside)): (usize, &(&str, &str))| {
            format!("[[policy]]\nid = \"p{index}\"\n{beside}\ncedar = '''\n{cedar}\n'''\n")
        };
        let text: String = policies.iter().enumerate().map(policy).collect();
        let text = format!("version = 1\n{text}");
        let proposal = Proposal::parse(&text).unwrap();
        let shown = |lint: Lint| {
            format!("{} {}{}: {}; {}", lint.rule, lint.about, lint.place, lint.message, lint.hint)
        };
        let lints: Vec<String> =
            lint(&proposal, &text, Layer::Repository, false).into_iter().map(shown).collect();
        lints.join("\n")
    }

    /// What a policy that nothing is wrong with has beside it.
    const GOOD: &str = "says = \"people do it\"\nhits = [\"x\"]\nmisses = [\"y\"]";

    #[test]
    fn what_is_meant_is_not_odd() {
        assert_snapshot!(check(&[
            ("forbid (principal, action == Action::\"forge.release\", resource);", GOOD),
            ("forbid (principal, action in Action::\"fs\", resource is Path) when { resource.class == \"secret\" };", GOOD),
            ("permit (principal, action, resource) when { context.certainty == \"exact\" && context.risk < 30 };", GOOD),
            ("forbid (principal, action, resource is Path) when { resource.path like \"/srv/live/*\" };", GOOD),
            ("forbid (principal, action in Action::\"mcp\", resource is Tool) when { resource.name like \"refund*\" };", GOOD),
        ]), @"");
    }

    #[test]
    fn odd_policies() {
        assert_snapshot!(check(&[
            ("forbid (principal, action, resource is Program)\nwhen { resource.name like \"*rm -rf*\" };", GOOD),
            ("forbid (principal, action == Action::\"fs.write\", resource is Host);", GOOD),
            ("forbid (principal, action, resource)\nwhen { context.certainty == \"sure\" || context.risk > 100 };", GOOD),
            ("forbid (principal, action in Action::\"fs\", resource is Path)\nunless { resource.zone == \"tmp\" };", GOOD),
            ("forbid (principal, action in Action::\"git\", resource);", GOOD),
            ("forbid (principal, action == Action::\"git.push\", resource) when { context.risk > 3 };", GOOD),
            ("forbid (principal, action == Action::\"db.read\", resource);", ""),
        ]), @r#"
        text-matching repository/p0 at line 9, column 8: it looks for words in `resource.name`, and one effect has many commands; decide on the verb and the environment: `countersign explain COMMAND` names them
        never-applies repository/p1 at line 17, column 62: no effect of these verbs is on a Host; see what `countersign explain` shows for a call that it should meet
        never-applies repository/p2 at line 26, column 39: risk is a number from 0 to 100, so `context.risk > 100` is always the same; below 30 is low, from 60 is high
        unknown-word repository/p2 at line 26, column 29: `context.certainty` is never "sure"; it is one of: exact, partial, opaque
        unknown-word repository/p3 at line 35, column 27: `resource.zone` is never "tmp"; did you mean `home`? It is one of: workspace, temporary, home, system
        repeated repository/p5 at line 51, column 1: `p4` already forbids all that it does; leave one of them out, or narrow the wider one down
        no-reason repository/p6 at line 57, column 1: it does not say why, and whoever is held reads only that; add `says = "..."`, read after "would ...:"
        no-example repository/p6 at line 57, column 1: it has no example, so nobody will notice when it no longer does what it should; add `hits = ["..."]` and `misses = ["..."]`; `countersign policy test` tries them
        "#);
    }
}

//! What is true of every request that Countersign ever asks Cedar, and that the schema does not say.
//!
//! Without it a proof would find requests that cannot be: a risk of 3,000, or a certainty nobody has heard of.
//! Each line can only be wrong by leaving too much out, so each has its counterpart in `policy`'s `request.rs`.

use countersign_model::{Environment, Place};
use countersign_policy::Rung;
use serde_json::{Value, json};

/// A fact of the context: its name, what it usually is, and what bounds it.
pub type Fact = (&'static str, fn() -> Value, Bounds);

/// The facts of the context, each with what it is where it makes no difference, and what bounds it.
pub const FACTS: &[Fact] = &[
    ("risk", || json!(0), Bounds::Between(0, 100)),
    ("certainty", || json!("exact"), Bounds::OneOf(&["exact", "partial", "opaque"])),
    ("reversible", || json!("yes"), Bounds::OneOf(&["yes", "unknown", "no"])),
    ("findings", || json!(0), Bounds::Between(0, u32::MAX as i64)),
    ("secretRead", || json!(false), Bounds::None),
    ("untrustedContent", || json!(false), Bounds::None),
    ("denials", || json!(0), Bounds::Between(0, u32::MAX as i64)),
    ("holds", || json!(0), Bounds::Between(0, u32::MAX as i64)),
    ("pushes", || json!(0), Bounds::Between(0, u32::MAX as i64)),
    ("deniedBefore", || json!(false), Bounds::None),
    ("firstTime", || json!(false), Bounds::None),
    ("burst", || json!(false), Bounds::None),
    ("overlap", || json!(false), Bounds::None),
    ("task", || json!(false), Bounds::None),
    ("outside", || json!([]), Bounds::None),
    ("reach", || json!([]), Bounds::None),
    ("pinnable", || json!(false), Bounds::None),
    ("collaboration", || json!(false), Bounds::None),
];

/// What bounds a fact.
pub enum Bounds {
    /// Nothing but its type.
    None,
    /// The first and the last number it can be.
    Between(i64, i64),
    /// The words it can be.
    OneOf(&'static [&'static str]),
}

/// The classes a path can have.
const CLASSES: &[&str] = &[
    "ordinary",
    "rebuildable",
    "delivery",
    "tool_configuration",
    "shell_configuration",
    "secret",
    "countersign",
];

/// What is assumed of a fact of the context, as an expression; nothing where only its type bounds it.
pub fn of_fact(name: &str) -> Option<Value> {
    let (_, _, bounds) = FACTS.iter().find(|(fact, ..)| *fact == name)?;
    let value = json!({".": {"left": {"Var": "context"}, "attr": name}});
    bounded(&value, bounds)
}

/// What is assumed of an attribute of a resource of this type, at this place.
pub fn of_attribute(resource: &str, place: &str, name: &str) -> Option<Value> {
    let value = json!({".": {"left": {"Var": "resource"}, "attr": name}});
    if (resource, name) == ("Ref", "reference") {
        return Some(reference(&value));
    }
    let words: &[&str] = match (resource, name, place) {
        ("Path", "class", _) => CLASSES,
        ("Path", "zone", "workspace") => &["workspace", "temporary"],
        ("Path", "zone", _) => &["home", "system"],
        _ => return None,
    };
    bounded(&value, &Bounds::OneOf(words))
}

/// A reference is a whole name, or one that could be any: it holds a `*`, is empty, or is whatever HEAD names.
fn reference(value: &Value) -> Value {
    let like = |pattern: Value| json!({"like": {"left": value, "pattern": pattern}});
    let is = |name: &str| json!({"==": {"left": value, "right": {"Value": name}}});
    let whole = like(json!([{"Literal": "refs/"}, "Wildcard"]));
    let any = like(json!(["Wildcard", {"Literal": "*"}, "Wildcard"]));
    [any, is(""), is("HEAD")]
        .into_iter()
        .fold(whole, |one, other| json!({"||": {"left": one, "right": other}}))
}

fn bounded(value: &Value, bounds: &Bounds) -> Option<Value> {
    match bounds {
        Bounds::None => None,
        Bounds::Between(first, last) => Some(and(
            json!({">=": {"left": value, "right": {"Value": first}}}),
            json!({"<=": {"left": value, "right": {"Value": last}}}),
        )),
        Bounds::OneOf(words) => {
            let mut tests = words.iter().map(|word| json!({"==": {"left": value, "right": {"Value": word}}}));
            let first = tests.next()?;
            Some(tests.fold(first, |one, other| json!({"||": {"left": one, "right": other}})))
        }
    }
}

/// `one && other`
pub fn and(one: Value, other: Value) -> Value {
    json!({"&&": {"left": one, "right": other}})
}

/// What is assumed of where a resource stands: in one environment and one place, and in nothing else.
pub fn standing(environment: Environment, place: Place) -> Value {
    let within = |kind: &str, id: &str, is: bool| {
        let uid = json!({"Value": {"__entity": {"type": kind, "id": id}}});
        let test = json!({"in": {"left": {"Var": "resource"}, "right": uid}});
        if is { test } else { json!({"!": {"arg": test}}) }
    };
    let environments =
        [Environment::Development, Environment::Staging, Environment::Unknown, Environment::Production];
    let environments =
        environments.map(|other| within("Environment", &other.to_string(), other == environment));
    let places = [Place::Workspace, Place::Machine, Place::Remote];
    let places = places.map(|other| within("Place", &other.to_string(), other == place));
    environments.into_iter().chain(places).fold(json!({"Value": true}), and)
}

/// What is assumed of the oversight: it is this rung.
pub fn oversight(rung: &Rung) -> Value {
    let value = |name: &str| {
        let oversight = json!({".": {"left": {"Var": "context"}, "attr": "oversight"}});
        json!({".": {"left": oversight, "attr": name}})
    };
    let is = |name: &str, literal: Value| json!({"==": {"left": value(name), "right": literal}});
    let groups: Vec<Value> = rung.groups.iter().map(|group| json!({"Value": group})).collect();
    let groups = if groups.is_empty() {
        json!({"isEmpty": {"arg": value("approverGroups")}})
    } else {
        is("approverGroups", json!({"Set": groups}))
    };
    let monitored = is("monitored", json!({"Value": rung.monitored}));
    let approvals = is("approvals", json!({"Value": rung.approvals}));
    and(and(monitored, approvals), groups)
}

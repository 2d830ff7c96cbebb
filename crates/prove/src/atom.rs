//! The tests that conditions are made of, and what each means where the kind of action is known.

use std::collections::BTreeSet;

use countersign_policy::Rung;
use serde_json::Value;

/// A test that is no `&&`, `||` or `!`.
pub struct Atom {
    /// In Cedar's JSON form.
    pub json: Value,
    /// What it tests, where that is known here.
    pub test: Test,
    /// What its value depends on.
    pub reads: Reads,
}

/// What an atom tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// `action == Action::"..."`
    ActionIs(String),
    /// `action in Action::"..."`
    ActionIn(String),
    /// `resource is ...`
    ResourceIs(String),
    /// `resource in ...::"..."`
    ResourceIn(String, String),
    /// `resource == ...::"..."`
    ResourceEqual(String, String),
    /// `context.oversight.monitored`
    Monitored,
    /// `context.oversight.approvals >= ...`
    ApprovalsFrom(i64),
    /// `... >= context.oversight.approvals`
    ApprovalsTo(i64),
    /// `context.oversight.approverGroups.contains("...")`
    Group(String),
    /// Anything else: the solver's.
    Other,
}

/// What the value of a condition depends on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// The action, other than by a test known here.
    pub action: bool,
    /// The resource itself, other than by its attributes.
    pub resource: bool,
    /// The oversight, other than by a test known here.
    pub oversight: bool,
    /// Attributes of the resource.
    pub attributes: BTreeSet<String>,
    /// Attributes of the context but for the oversight.
    pub facts: BTreeSet<String>,
}

impl Reads {
    /// And what `other` reads.
    pub fn add(&mut self, other: &Self) {
        self.action |= other.action;
        self.resource |= other.resource;
        self.oversight |= other.oversight;
        self.attributes.extend(other.attributes.iter().cloned());
        self.facts.extend(other.facts.iter().cloned());
    }

    /// What an expression in Cedar's JSON form reads.
    pub fn of(json: &Value) -> Self {
        let mut reads = Self::default();
        reads.walk(json);
        reads
    }

    fn walk(&mut self, json: &Value) {
        match json {
            Value::Object(fields) => {
                if let Some((operator, operands)) = fields.iter().next() {
                    match operator.as_str() {
                        "Value" => return,
                        "Var" => return self.variable(operands.as_str().unwrap_or_default(), None),
                        "." => {
                            let variable = operands.pointer("/left/Var").and_then(Value::as_str);
                            let attribute = operands.get("attr").and_then(Value::as_str);
                            if let (Some(variable), Some(attribute)) = (variable, attribute) {
                                return self.variable(variable, Some(attribute));
                            }
                        }
                        _ => {}
                    }
                }
                fields.values().for_each(|part| self.walk(part));
            }
            Value::Array(items) => items.iter().for_each(|item| self.walk(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn variable(&mut self, variable: &str, attribute: Option<&str>) {
        match (variable, attribute) {
            ("action", _) => self.action = true,
            ("resource", Some(attribute)) => {
                self.attributes.insert(attribute.to_owned());
            }
            ("resource", None) => self.resource = true,
            ("context", Some("oversight")) => self.oversight = true,
            ("context", Some(fact)) => {
                self.facts.insert(fact.to_owned());
            }
            // As a whole: everything in it.
            ("context", None) => {
                self.oversight = true;
                self.facts.extend(crate::assumed::FACTS.iter().map(|(name, ..)| (*name).to_owned()));
            }
            _ => {}
        }
    }
}

/// What a test comes to at this rung; nothing where it does not depend on it in a way known here.
pub fn at(test: &Test, rung: &Rung) -> Option<bool> {
    match test {
        Test::Monitored => Some(rung.monitored),
        Test::ApprovalsFrom(number) => Some(i64::from(rung.approvals) >= *number),
        Test::ApprovalsTo(number) => Some(*number >= i64::from(rung.approvals)),
        Test::Group(group) => Some(rung.groups.contains(group)),
        Test::ActionIs(_)
        | Test::ActionIn(_)
        | Test::ResourceIs(_)
        | Test::ResourceIn(..)
        | Test::ResourceEqual(..)
        | Test::Other => None,
    }
}

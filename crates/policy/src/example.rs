//! Calls that show what a policy is about, and what is expected of them.

use std::fmt;

use countersign_model::{DecisionKind, Requirement};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// A call that shows what a policy is about: a shell command, or a tool with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The tool; the runtime's shell where only a command is given.
    pub tool: String,
    /// Its arguments.
    pub input: Map<String, Value>,
    /// The branch that is checked out.
    pub branch: Option<String>,
    /// The decision that is expected, as it is shown: `allow`, `monitor`, `require 1 approval`, `deny`; or `hold`.
    pub expect: Option<String>,
    /// Policies that are expected to be among those that decide.
    pub by: Vec<String>,
}

impl Example {
    /// A command, and the decision that is expected of it.
    pub(crate) fn command(command: &str, expect: &str) -> Self {
        Self {
            tool: SHELL.to_owned(),
            input: shell(command),
            branch: None,
            expect: Some(expect.to_owned()),
            by: Vec::new(),
        }
    }

    /// The command and what is expected of it, where it says no more.
    pub(crate) fn as_command(&self) -> Option<(&str, &str)> {
        let command = self.input.get("command").and_then(Value::as_str)?;
        let is_more = self.tool != SHELL || self.branch.is_some() || !self.by.is_empty();
        (!is_more).then_some((command, self.expect.as_deref()?))
    }
}

/// The tool that commands are given to.
const SHELL: &str = "Bash";

/// The decisions that can be expected.
const DECISIONS: &[&str] = &["allow", "monitor", "hold", "deny", "require 2 approvals including payments"];

/// An example as people write it, where it is more than a command.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    call: Option<String>,
    tool: Option<String>,
    input: Option<Map<String, Value>>,
    branch: Option<String>,
    #[serde(default, deserialize_with = "expectation")]
    expect: Option<String>,
    #[serde(default)]
    by: Vec<String>,
}

impl<'de> Deserialize<'de> for Example {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Spelled)
    }
}

/// Either spelling: a command, or a table.
struct Spelled;

impl<'de> Visitor<'de> for Spelled {
    type Value = Example;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a command in quotes or a table with `call` or `tool`")
    }

    fn visit_str<E: Error>(self, command: &str) -> Result<Example, E> {
        Ok(Example {
            tool: SHELL.to_owned(),
            input: shell(command),
            branch: None,
            expect: None,
            by: Vec::new(),
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Example, A::Error> {
        let Whole { call, tool, input, branch, expect, by } =
            Whole::deserialize(MapAccessDeserializer::new(map))?;
        let (tool, input) = match (call, tool, input) {
            (Some(command), None, None) if command.trim().is_empty() => {
                return Err(A::Error::custom("an example's `call` is empty: give it a command"));
            }
            (Some(command), None, None) => (SHELL.to_owned(), shell(&command)),
            (None, Some(tool), input) => (tool, input.unwrap_or_default()),
            (None, None, _) => {
                return Err(A::Error::custom(
                    "an example says no call: give it a `call`, which is a command, or a `tool` with its `input`",
                ));
            }
            (Some(_), ..) => {
                return Err(A::Error::custom(
                    "an example says two calls: `call` is a command, and `tool` with `input` is any other call",
                ));
            }
        };
        Ok(Example { tool, input, branch, expect, by })
    }
}

fn shell(command: &str) -> Map<String, Value> {
    Map::from_iter([("command".to_owned(), command.into())])
}

/// A decision that can be expected, since it is one.
fn expectation<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if is_decision(&text) { Ok(Some(text)) } else { Err(D::Error::unknown_variant(&text, DECISIONS)) }
}

/// Whether any decision is shown like this.
fn is_decision(text: &str) -> bool {
    let approvals = || {
        let (approvals, rest) = text.strip_prefix("require ")?.split_once(' ')?;
        let groups = rest.split_once(" including ").map_or("", |(_, groups)| groups);
        let groups = groups.split(", ").filter(|group| !group.is_empty()).map(str::to_owned).collect();
        let requirement = Requirement { approvals: approvals.parse().ok()?, groups };
        let kind = DecisionKind::RequireApproval { requirement };
        Some(kind.to_string() == text)
    };
    matches!(text, "allow" | "monitor" | "hold" | "deny" | "require_approval") || approvals() == Some(true)
}

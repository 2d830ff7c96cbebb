//! The oversight ladder: what a permit can cost, and the proof that paying more never loses it.

use std::collections::BTreeSet;

use countersign_model::{DecisionKind, Requirement};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One rung: the oversight under which Cedar is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// The action is shown to people.
    pub monitored: bool,
    /// How many reviewers approved.
    pub approvals: u8,
    /// Groups that are each among them.
    pub groups: Vec<String>,
}

impl Rung {
    /// What a permit at this rung means.
    pub fn kind(&self) -> DecisionKind {
        match (self.approvals, self.monitored) {
            (0, false) => DecisionKind::Allow,
            (0, true) => DecisionKind::Monitor,
            (approvals, _) => DecisionKind::RequireApproval {
                requirement: Requirement { approvals, groups: self.groups.clone() },
            },
        }
    }
}

/// The most approvals a policy may ask for.
pub const MOST_APPROVALS: u8 = 9;

/// What policies ask of the ladder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    approvals: u8,
    groups: BTreeSet<String>,
}

/// All rungs that can make a difference to these policies, from the lowest: none, monitored, then by
/// number of approvals and groups.
pub fn rungs(asked: &Asked) -> Vec<Rung> {
    let mut choices: Vec<Vec<String>> = vec![Vec::new()];
    choices.extend(asked.groups.iter().map(|group| vec![group.clone()]));
    if asked.groups.len() > 1 {
        choices.push(asked.groups.iter().cloned().collect());
    }
    let mut rungs = vec![Rung::default(), Rung { monitored: true, ..Rung::default() }];
    for approvals in 1..=asked.approvals.max(1) {
        for groups in &choices {
            rungs.push(Rung { monitored: true, approvals, groups: groups.clone() });
        }
    }
    rungs
}

/// Why a policy's use of the ladder is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// More oversight could turn its permit into none, or it cannot be seen that it does not.
    NotMonotone,
    /// It asks for more than [`MOST_APPROVALS`].
    TooMany,
}

/// Proves that a policy, in Cedar's own JSON form, permits at every rung what it permits at a lower
/// one, and notes what it asks for.
///
/// The proof is by form: in a permit, `context.oversight` may stand only where more of it makes the
/// condition true (`monitored`, `approvals >= 2`, `approverGroups.contains("dba")`, joined by `&&` and
/// `||`); in a forbid, only where more of it makes the condition false.
pub fn prove_monotone(policy: &Value, asked: &mut Asked) -> Result<(), Refusal> {
    let permit = policy.get("effect").and_then(Value::as_str) == Some("permit");
    for clause in policy.get("conditions").and_then(Value::as_array).into_iter().flatten() {
        let when = clause.get("kind").and_then(Value::as_str) == Some("when");
        let body = clause.get("body").ok_or(Refusal::NotMonotone)?;
        rises(body, permit == when, asked)?;
    }
    Ok(())
}

/// Checks that `expression` can only rise (or, if not `up`, only fall) as oversight grows.
fn rises(expression: &Value, up: bool, asked: &mut Asked) -> Result<(), Refusal> {
    if !mentions(expression) {
        return Ok(());
    }
    let Some((operator, operands)) = expression.as_object().and_then(|object| object.iter().next()) else {
        return Err(Refusal::NotMonotone);
    };
    let operand = |name: &str| operands.get(name).ok_or(Refusal::NotMonotone);
    match operator.as_str() {
        "&&" | "||" => {
            rises(operand("left")?, up, asked)?;
            rises(operand("right")?, up, asked)
        }
        "!" => rises(operand("arg")?, !up, asked),
        "if-then-else" if !mentions(operand("if")?) => {
            rises(operand("then")?, up, asked)?;
            rises(operand("else")?, up, asked)
        }
        "." if up && is_oversight(expression, "monitored") => Ok(()),
        ">=" | ">" | "<" | "<=" => {
            let (left, right) = (operand("left")?, operand("right")?);
            let (number, more) = if is_oversight(left, "approvals") {
                (literal(right)?, operator.starts_with('>'))
            } else if is_oversight(right, "approvals") {
                (literal(left)?, operator.starts_with('<'))
            } else {
                return Err(Refusal::NotMonotone);
            };
            if more != up {
                return Err(Refusal::NotMonotone);
            }
            // One more than the number decides every comparison with it.
            let strict = operator.len() == 1;
            let needed = number.saturating_add(u64::from(strict == more));
            let needed =
                u8::try_from(needed).ok().filter(|&n| n <= MOST_APPROVALS).ok_or(Refusal::TooMany)?;
            asked.approvals = asked.approvals.max(needed);
            Ok(())
        }
        "contains" | "containsAll" | "containsAny"
            if up && is_oversight(operand("left")?, "approverGroups") =>
        {
            let groups = strings(operand("right")?).ok_or(Refusal::NotMonotone)?;
            asked.groups.extend(groups);
            Ok(())
        }
        _ => Err(Refusal::NotMonotone),
    }
}

/// Whether the expression depends on `context.oversight`, or uses `context` as a whole.
fn mentions(expression: &Value) -> bool {
    let Some((operator, operands)) = expression.as_object().and_then(|object| object.iter().next()) else {
        return false;
    };
    match operator.as_str() {
        "Value" => false,
        "Var" => operands.as_str() == Some("context"),
        "." if is_context(operands.get("left")) => {
            operands.get("attr").and_then(Value::as_str) == Some("oversight")
        }
        _ => match operands {
            Value::Object(parts) => parts.values().any(mentions),
            Value::Array(parts) => parts.iter().any(mentions),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        },
    }
}

/// Whether the expression is `context.oversight.<attribute>`.
fn is_oversight(expression: &Value, attribute: &str) -> bool {
    let Some(outer) = expression.get(".") else { return false };
    let Some(inner) = outer.get("left").and_then(|left| left.get(".")) else { return false };
    outer.get("attr").and_then(Value::as_str) == Some(attribute)
        && inner.get("attr").and_then(Value::as_str) == Some("oversight")
        && is_context(inner.get("left"))
}

fn is_context(expression: Option<&Value>) -> bool {
    expression.and_then(|value| value.get("Var")).and_then(Value::as_str) == Some("context")
}

fn literal(expression: &Value) -> Result<u64, Refusal> {
    expression.get("Value").and_then(Value::as_u64).ok_or(Refusal::NotMonotone)
}

/// A literal string, or a literal set of them.
fn strings(expression: &Value) -> Option<Vec<String>> {
    match expression.get("Value") {
        Some(value) => Some(vec![value.as_str()?.to_owned()]),
        None => expression.get("Set")?.as_array()?.iter().map(|item| strings(item)?.pop()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(policy: &str) -> String {
        let json = cedar_policy::Policy::parse(None, policy).unwrap().to_json().unwrap();
        let mut asked = Asked::default();
        match prove_monotone(&json, &mut asked) {
            Ok(()) => format!("{} {:?}", asked.approvals, asked.groups),
            Err(refusal) => format!("{refusal:?}"),
        }
    }

    #[test]
    fn more_oversight_never_loses_a_permit() {
        let permit = |condition: &str| check(&format!("permit (principal, action, resource) {condition};"));
        let forbid = |condition: &str| check(&format!("forbid (principal, action, resource) {condition};"));
        let oversight = "context.oversight";
        for condition in [
            format!("when {{ {oversight}.monitored }}"),
            format!(
                "when {{ {oversight}.approvals >= 2 || (context.risk < 3 && {oversight}.approvals > 1) }}"
            ),
            format!("when {{ 2 <= {oversight}.approvals && {oversight}.approverGroups.contains(\"dba\") }}"),
            format!("unless {{ {oversight}.approvals < 2 }}"),
            format!(
                "when {{ if context.risk < 9 then {oversight}.monitored else !(1 >= {oversight}.approvals) }}"
            ),
        ] {
            let flipped = condition
                .replacen("when", "UNLESS", 1)
                .replacen("unless", "when", 1)
                .replace("UNLESS", "unless");
            assert_ne!(permit(&condition), "NotMonotone", "{condition}");
            assert_eq!(forbid(&condition), "NotMonotone", "{condition}");
            assert_ne!(forbid(&flipped), "NotMonotone", "{flipped}");
        }
        for condition in [
            "when { context.oversight.approvals == 1 }",
            "when { context.oversight.approvals >= context.risk }",
            "when { context.oversight.approvals * 2 >= 2 }",
            "when { {Value: context.oversight.monitored}.Value == false }",
            "when { context has oversight }",
            "when { context.oversight == {monitored: false} }",
            "when { {of: context}.of.oversight.approvals == 0 }",
            "when { if context.oversight.monitored then false else true }",
            "when { [context.oversight.monitored].contains(false) }",
        ] {
            assert_eq!(permit(condition), "NotMonotone", "{condition}");
            assert_eq!(forbid(condition), "NotMonotone", "{condition}");
        }
        assert_eq!(permit("when { context.oversight.approvals >= 10 }"), "TooMany");
    }

    #[test]
    fn the_rungs_are_those_that_make_a_difference() {
        assert_eq!(
            check("permit (principal, action, resource) when { context.oversight.approvals > 1 };"),
            "2 {}"
        );
        let asked = Asked { approvals: 2, groups: ["dba", "sre"].map(str::to_owned).into() };
        let lines: Vec<String> = rungs(&asked).iter().map(|rung| rung.kind().to_string()).collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
        allow
        monitor
        require 1 approval
        require 1 approval including dba
        require 1 approval including sre
        require 1 approval including dba, sre
        require 2 approvals
        require 2 approvals including dba
        require 2 approvals including sre
        require 2 approvals including dba, sre
        ");
    }
}

//! Policies in Cedar's JSON form, read as formulas: <https://docs.cedarpolicy.com/policies/json-format.html>.

use cedar_policy::{Effect, Policy};
use countersign_policy::{Bundle, Mode};
use serde_json::{Value, json};

use crate::ProveError;
use crate::atom::{Atom, Reads, Test};
use crate::formula::{Formula, Formulas};

/// A layer of a bundle: it permits where one of its permits does and none of its forbids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// When each of the permits applies.
    pub permits: Vec<Formula>,
    /// When each of the forbids applies.
    pub forbids: Vec<Formula>,
}

impl Layer {
    /// When it permits.
    pub fn permitted(&self, formulas: &mut Formulas) -> Formula {
        let (permits, forbids) = (formulas.any(&self.permits), formulas.any(&self.forbids));
        let unforbidden = formulas.not(forbids);
        formulas.and(permits, unforbidden)
    }
}

/// The layers of a bundle, with the policies that count.
pub fn layers(formulas: &mut Formulas, bundle: &Bundle) -> Result<Vec<Layer>, ProveError> {
    layers_with(formulas, bundle, Mode::Enforce)
}

/// The same, or with the policies that only look on too.
pub fn layers_with(
    formulas: &mut Formulas,
    bundle: &Bundle,
    counting: Mode,
) -> Result<Vec<Layer>, ProveError> {
    let read = bundle.layers().map_err(|id| ProveError::Policy(id.to_string()))?;
    let mut layers = Vec::new();
    for policies in read {
        let mut layer = Layer { permits: Vec::new(), forbids: Vec::new() };
        for policy in policies.iter().filter(|policy| policy.mode <= counting) {
            let applies = applies(formulas, &policy.cedar)?;
            match policy.cedar.effect() {
                Effect::Permit => layer.permits.push(applies),
                Effect::Forbid => layer.forbids.push(applies),
            }
        }
        layers.push(layer);
    }
    Ok(layers)
}

/// When a bundle permits: every layer does.
pub fn permitted(formulas: &mut Formulas, layers: &[Layer]) -> Formula {
    let mut all = formulas.known(true);
    for layer in layers {
        let permitted = layer.permitted(formulas);
        all = formulas.and(all, permitted);
    }
    all
}

/// When a policy applies: its scope and all its clauses.
pub fn applies(formulas: &mut Formulas, policy: &Policy) -> Result<Formula, ProveError> {
    let json = policy.to_json().map_err(|error| ProveError::Policy(error.to_string()))?;
    let part = |name: &str| json.get(name).cloned().unwrap_or_default();
    let mut all = formulas.known(true);
    for variable in ["principal", "action", "resource"] {
        let scope = scope(formulas, variable, &part(variable));
        all = formulas.and(all, scope);
    }
    for clause in part("conditions").as_array().into_iter().flatten() {
        let body = clause.get("body").cloned().unwrap_or_default();
        let condition = condition(formulas, &body);
        let unless = clause.get("kind").and_then(Value::as_str) == Some("unless");
        let condition = if unless { formulas.not(condition) } else { condition };
        all = formulas.and(all, condition);
    }
    Ok(all)
}

/// A constraint of a policy's head, as the condition it stands for.
fn scope(formulas: &mut Formulas, variable: &str, constraint: &Value) -> Formula {
    let part = |name: &str| constraint.get(name).cloned();
    let variable = json!({"Var": variable});
    let value = |uid: Value| json!({"Value": {"__entity": uid}});
    let expression = match constraint.get("op").and_then(Value::as_str) {
        Some("All") => json!({"Value": true}),
        Some("is") => {
            let mut is = json!({"left": variable, "entity_type": part("entity_type")});
            if let (Some(within), Some(fields)) = (constraint.pointer("/in/entity"), is.as_object_mut()) {
                fields.insert("in".to_owned(), value(within.clone()));
            }
            json!({"is": is})
        }
        operator => {
            let right = match part("entities") {
                Some(Value::Array(uids)) => json!({"Set": uids.into_iter().map(value).collect::<Vec<_>>()}),
                _ => value(part("entity").unwrap_or_default()),
            };
            json!({operator.unwrap_or("=="): {"left": variable, "right": right}})
        }
    };
    condition(formulas, &expression)
}

/// An expression of Boolean type.
pub fn condition(formulas: &mut Formulas, json: &Value) -> Formula {
    let Some((operator, operands)) = json.as_object().and_then(|fields| fields.iter().next()) else {
        return other(formulas, json);
    };
    let part = |name: &str| operands.get(name).cloned().unwrap_or_default();
    let (left, right) = (part("left"), part("right"));
    match operator.as_str() {
        "Value" => match operands.as_bool() {
            Some(value) => formulas.known(value),
            None => other(formulas, json),
        },
        "!" => {
            let inner = condition(formulas, &part("arg"));
            formulas.not(inner)
        }
        "&&" | "||" => {
            let (one, other) = (condition(formulas, &left), condition(formulas, &right));
            if operator == "&&" { formulas.and(one, other) } else { formulas.or(one, other) }
        }
        "if-then-else" => {
            let test = condition(formulas, &part("if"));
            let (then, otherwise) = (condition(formulas, &part("then")), condition(formulas, &part("else")));
            let fails = formulas.not(test);
            let (then, otherwise) = (formulas.and(test, then), formulas.and(fails, otherwise));
            formulas.or(then, otherwise)
        }
        "!=" => {
            let same = condition(formulas, &json!({"==": operands}));
            formulas.not(same)
        }
        // All comparisons of numbers as `>=`, so that `< 1` and `>= 1` are seen to be opposites.
        "<" => {
            let opposite = condition(formulas, &json!({">=": operands}));
            formulas.not(opposite)
        }
        ">" => {
            let opposite = condition(formulas, &json!({">=": {"left": right, "right": left}}));
            formulas.not(opposite)
        }
        "<=" => condition(formulas, &json!({">=": {"left": right, "right": left}})),
        "in" => match right.get("Set").and_then(Value::as_array) {
            Some(items) => {
                let each: Vec<Formula> = items
                    .iter()
                    .map(|item| condition(formulas, &json!({"in": {"left": left, "right": item}})))
                    .collect();
                formulas.any(&each)
            }
            None => leaf(formulas, json),
        },
        // `["a", "b"].contains(x)` is `x == "a" || x == "b"`.
        "contains" => match left.get("Set").and_then(Value::as_array) {
            Some(items) => {
                let each: Vec<Formula> = items
                    .iter()
                    .map(|item| condition(formulas, &json!({"==": {"left": right, "right": item}})))
                    .collect();
                formulas.any(&each)
            }
            None => leaf(formulas, json),
        },
        "containsAll" | "containsAny" if is_oversight(&left, "approverGroups") => {
            match right.get("Set").and_then(Value::as_array) {
                Some(items) => {
                    let mut tests = Vec::new();
                    for item in items {
                        let one = condition(formulas, &json!({"contains": {"left": left, "right": item}}));
                        tests.push(if operator == "containsAll" { formulas.not(one) } else { one });
                    }
                    let any = formulas.any(&tests);
                    if operator == "containsAll" { formulas.not(any) } else { any }
                }
                None => leaf(formulas, json),
            }
        }
        "is" => {
            let alone = leaf(formulas, &json!({"is": {"left": left, "entity_type": part("entity_type")}}));
            match operands.get("in") {
                None => alone,
                Some(within) => {
                    let within = condition(formulas, &json!({"in": {"left": left, "right": within}}));
                    formulas.and(alone, within)
                }
            }
        }
        _ => leaf(formulas, json),
    }
}

/// A test that may be one of those known here.
fn leaf(formulas: &mut Formulas, json: &Value) -> Formula {
    match known(json) {
        Some(test) => {
            // One that stays when the environment and the place are known is about a resource by its own name,
            // and nothing but an environment and a place holds anything: `in` is `==` then.
            let mut json = json.clone();
            if let (Test::ResourceIn(kind, _), Some(operands)) = (&test, json.get("in").cloned())
                && !["Environment", "Place"].contains(&kind.as_str())
            {
                json = json!({"==": operands});
            }
            let reads = match test {
                Test::ResourceIn(..) | Test::ResourceEqual(..) => {
                    Reads { resource: true, ..Reads::default() }
                }
                _ => Reads::default(),
            };
            formulas.atom(Atom { json, test, reads })
        }
        None => other(formulas, json),
    }
}

fn other(formulas: &mut Formulas, json: &Value) -> Formula {
    formulas.atom(Atom { json: json.clone(), test: Test::Other, reads: Reads::of(json) })
}

/// The test that an expression is, where that is known.
fn known(json: &Value) -> Option<Test> {
    let (operator, operands) = json.as_object()?.iter().next()?;
    let (left, right) = (operands.get("left")?, operands.get("right").unwrap_or(&Value::Null));
    let variable = |of: &Value| of.get("Var").and_then(Value::as_str).map(str::to_owned);
    let entity = |of: &Value| {
        let uid = of.pointer("/Value/__entity")?;
        Some((uid.get("type")?.as_str()?.to_owned(), uid.get("id")?.as_str()?.to_owned()))
    };
    let number = |of: &Value| of.get("Value").and_then(Value::as_i64);
    match operator.as_str() {
        "==" | "in" => {
            let (variable, (kind, id)) = match (variable(left), entity(right)) {
                (Some(variable), Some(entity)) => (variable, entity),
                // `==` is the same from both sides; `in` is not.
                _ if operator == "==" => (variable(right)?, entity(left)?),
                _ => return None,
            };
            match (variable.as_str(), operator.as_str()) {
                ("action", "==") => Some(Test::ActionIs(id)),
                ("action", _) => Some(Test::ActionIn(id)),
                ("resource", "==") => Some(Test::ResourceEqual(kind, id)),
                ("resource", _) => Some(Test::ResourceIn(kind, id)),
                _ => None,
            }
        }
        "is" if variable(left)? == "resource" => {
            Some(Test::ResourceIs(operands.get("entity_type")?.as_str()?.to_owned()))
        }
        "." if is_oversight(json, "monitored") => Some(Test::Monitored),
        ">=" if is_oversight(left, "approvals") => Some(Test::ApprovalsFrom(number(right)?)),
        ">=" if is_oversight(right, "approvals") => Some(Test::ApprovalsTo(number(left)?)),
        "contains" if is_oversight(left, "approverGroups") => {
            Some(Test::Group(right.get("Value")?.as_str()?.to_owned()))
        }
        _ => None,
    }
}

/// Whether the expression is `context.oversight.<attribute>`.
fn is_oversight(json: &Value, attribute: &str) -> bool {
    json.pointer("/./attr").and_then(Value::as_str) == Some(attribute)
        && json.pointer("/./left/./attr").and_then(Value::as_str) == Some("oversight")
        && json.pointer("/./left/./left/Var").and_then(Value::as_str) == Some("context")
}

//! Stored policies as Cedar's own, fast.
//!
//! Cedar reads its JSON form at leisure; a hook has no leisure. The forms that policies are mostly
//! made of are built here through Cedar's public syntax tree; a policy with any other form goes the
//! long way, through Cedar's own reader. Tests hold the two ways against each other.

use std::fmt;
use std::sync::Arc;

use cedar_policy::pst::{self, EntityOrSlot};
use cedar_policy::{Policy, PolicyId as CedarId};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::bundle::StoredPolicy;
use crate::request;
use crate::scope::{Constraint, Uid};

/// By way of Cedar's own reader of its JSON form.
pub fn slow(stored: &StoredPolicy) -> Option<Policy> {
    let conditions: Value = serde_json::from_str(stored.conditions.get()).ok()?;
    let json = json!({
        "effect": stored.effect,
        "principal": stored.principal,
        "action": stored.action,
        "resource": stored.resource,
        "conditions": conditions,
    });
    Policy::from_json(Some(CedarId::new(stored.id.as_str())), json).ok()
}

/// By way of the syntax tree; nothing where a form is not known here.
pub fn quick(stored: &StoredPolicy) -> Option<Policy> {
    let clauses: Vec<Clause> = serde_json::from_str(stored.conditions.get()).ok()?;
    let effect = match stored.effect.as_str() {
        "permit" => pst::Effect::Permit,
        "forbid" => pst::Effect::Forbid,
        _ => return None,
    };
    if stored.principal != Constraint::default() {
        return None;
    }
    let clauses = clauses
        .into_iter()
        .map(|clause| {
            let body = Arc::new(clause.body.tree()?);
            Some(match clause.kind {
                Kind::When => pst::Clause::When(body),
                Kind::Unless => pst::Clause::Unless(body),
            })
        })
        .collect::<Option<Vec<_>>>()?;
    let template = pst::Template::new(
        pst::PolicyID(stored.id.as_str().into()),
        effect,
        pst::PrincipalConstraint::Any,
        action(&stored.action)?,
        resource(&stored.resource)?,
    );
    let template = template.try_with_clauses(clauses).ok()?;
    let policy = pst::StaticPolicy::try_from(template).ok()?;
    Policy::from_pst(pst::Policy::Static(policy)).ok()
}

fn action(constraint: &Constraint) -> Option<pst::ActionConstraint> {
    let Constraint { op, entity, entities, entity_type: None, within: None } = constraint else {
        return None;
    };
    Some(match (op.as_str(), entity, entities.as_slice()) {
        ("All", None, []) => pst::ActionConstraint::Any,
        ("==", Some(uid), []) => pst::ActionConstraint::Eq(uid.entity()?),
        ("in", Some(uid), []) => pst::ActionConstraint::In(vec![uid.entity()?]),
        ("in", None, uids) => {
            pst::ActionConstraint::In(uids.iter().map(Uid::entity).collect::<Option<Vec<_>>>()?)
        }
        _ => return None,
    })
}

fn resource(constraint: &Constraint) -> Option<pst::ResourceConstraint> {
    let Constraint { op, entity, entities, entity_type, within } = constraint;
    if !entities.is_empty() {
        return None;
    }
    Some(match (op.as_str(), entity, entity_type, within) {
        ("All", None, None, None) => pst::ResourceConstraint::Any,
        ("==", Some(uid), None, None) => pst::ResourceConstraint::Eq(EntityOrSlot::Entity(uid.entity()?)),
        ("in", Some(uid), None, None) => pst::ResourceConstraint::In(EntityOrSlot::Entity(uid.entity()?)),
        ("is", None, Some(name), None) => pst::ResourceConstraint::Is(entity_type_named(name)?),
        _ => return None,
    })
}

impl Uid {
    fn entity(&self) -> Option<pst::EntityUID> {
        Some(request::uid(&self.kind, &self.id).ok()?.into())
    }
}

fn entity_type_named(name: &str) -> Option<pst::EntityType> {
    Some(pst::EntityUID::from(request::uid(name, "").ok()?).ty)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Clause {
    kind: Kind,
    body: Expression,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    When,
    Unless,
}

/// Cedar's JSON form of expressions, as far as it is known here:
/// <https://docs.cedarpolicy.com/policies/json-format.html>.
#[derive(Deserialize)]
enum Expression {
    Value(Literal),
    Var(Variable),
    Set(Vec<Expression>),
    #[serde(rename = "&&")]
    And(Box<Two>),
    #[serde(rename = "||")]
    Or(Box<Two>),
    #[serde(rename = "==")]
    Equal(Box<Two>),
    #[serde(rename = "!=")]
    NotEqual(Box<Two>),
    #[serde(rename = "<")]
    Less(Box<Two>),
    #[serde(rename = "<=")]
    LessOrEqual(Box<Two>),
    #[serde(rename = ">")]
    Greater(Box<Two>),
    #[serde(rename = ">=")]
    GreaterOrEqual(Box<Two>),
    #[serde(rename = "in")]
    In(Box<Two>),
    #[serde(rename = "contains")]
    Contains(Box<Two>),
    #[serde(rename = "!")]
    Not(Box<One>),
    #[serde(rename = "isEmpty")]
    IsEmpty(Box<One>),
    #[serde(rename = ".")]
    Attribute(Box<Attribute>),
    #[serde(rename = "is")]
    Is(Box<Is>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct One {
    arg: Expression,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Two {
    left: Expression,
    right: Expression,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Attribute {
    left: Expression,
    attr: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Is {
    left: Expression,
    entity_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Variable {
    Principal,
    Action,
    Resource,
    Context,
}

/// Cedar's form has no tag that would tell these apart.
enum Literal {
    Flag(bool),
    Number(i64),
    Text(String),
    Entity(Uid),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entity {
    #[serde(rename = "__entity")]
    uid: Uid,
}

/// By its first character: trying one form after the other would be a tenth of what reading a policy costs.
impl<'de> Deserialize<'de> for Literal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyLiteral)
    }
}

struct AnyLiteral;

impl<'de> Visitor<'de> for AnyLiteral {
    type Value = Literal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a literal of Cedar")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Literal, E> {
        Ok(Literal::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Literal, E> {
        Ok(Literal::Number(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Literal, E> {
        let whole = i64::try_from(number);
        whole.map(Literal::Number).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
    }

    fn visit_str<E>(self, text: &str) -> Result<Literal, E> {
        Ok(Literal::Text(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Literal, A::Error> {
        Entity::deserialize(MapAccessDeserializer::new(map)).map(|entity| Literal::Entity(entity.uid))
    }
}

impl Expression {
    fn tree(self) -> Option<pst::Expr> {
        use pst::BinaryOp as Op;
        Some(match self {
            Self::Value(literal) => pst::Expr::Literal(match literal {
                Literal::Flag(flag) => pst::Literal::Bool(flag),
                Literal::Number(number) => pst::Literal::Long(number),
                Literal::Text(text) => pst::Literal::String(text.into()),
                Literal::Entity(uid) => pst::Literal::EntityUID(uid.entity()?),
            }),
            Self::Var(variable) => pst::Expr::Var(match variable {
                Variable::Principal => pst::Var::Principal,
                Variable::Action => pst::Var::Action,
                Variable::Resource => pst::Var::Resource,
                Variable::Context => pst::Var::Context,
            }),
            Self::Set(items) => {
                let items = items.into_iter().map(|item| item.tree().map(Arc::new));
                pst::Expr::Set(items.collect::<Option<Vec<_>>>()?)
            }
            Self::And(two) => two.tree(Op::And)?,
            Self::Or(two) => two.tree(Op::Or)?,
            Self::Equal(two) => two.tree(Op::Eq)?,
            Self::NotEqual(two) => two.tree(Op::NotEq)?,
            Self::Less(two) => two.tree(Op::Less)?,
            Self::LessOrEqual(two) => two.tree(Op::LessEq)?,
            Self::Greater(two) => two.tree(Op::Greater)?,
            Self::GreaterOrEqual(two) => two.tree(Op::GreaterEq)?,
            Self::In(two) => two.tree(Op::In)?,
            Self::Contains(two) => two.tree(Op::Contains)?,
            Self::Not(one) => one.tree(pst::UnaryOp::Not)?,
            Self::IsEmpty(one) => one.tree(pst::UnaryOp::IsEmpty)?,
            Self::Attribute(attribute) => {
                pst::Expr::GetAttr { expr: Arc::new(attribute.left.tree()?), attr: attribute.attr.into() }
            }
            Self::Is(is) => pst::Expr::Is {
                expr: Arc::new(is.left.tree()?),
                entity_type: entity_type_named(&is.entity_type)?,
                in_expr: None,
            },
        })
    }
}

impl One {
    fn tree(self, op: pst::UnaryOp) -> Option<pst::Expr> {
        Some(pst::Expr::UnaryOp { op, expr: Arc::new(self.arg.tree()?) })
    }
}

impl Two {
    fn tree(self, op: pst::BinaryOp) -> Option<pst::Expr> {
        Some(pst::Expr::BinaryOp {
            op,
            left: Arc::new(self.left.tree()?),
            right: Arc::new(self.right.tree()?),
        })
    }
}

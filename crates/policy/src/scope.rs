//! What a policy can apply to: its scope, in Cedar's JSON form, held against a kind of effect.

use countersign_model::{Access, Environment, Place};
use serde::{Deserialize, Serialize};

use crate::request::{access_word, environment_word, place_word};

/// What an effect is, as far as a policy's scope can see.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    /// The verb, or `unlisted`.
    pub action: &'static str,
    /// The groups the action is in: the verb's area and access; none for what is unlisted.
    pub groups: Option<(&'static str, Access)>,
    /// The entity type of the resource.
    pub resource: &'static str,
    /// Where it is.
    pub environment: Environment,
    /// How far away it is.
    pub place: Place,
}

/// A constraint on the principal, the action or the resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Constraint {
    /// `All`, `==`, `in` or `is`.
    pub op: String,
    /// What it is, or is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<Uid>,
    /// What it is in one of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<Uid>,
    /// The type it is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity_type: Option<String>,
    /// What something of that type is also in.
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "in")]
    pub within: Option<Within>,
}

/// The second half of `is .. in ..`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Within {
    /// What it is in.
    pub entity: Uid,
}

/// An entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Uid {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name.
    pub id: String,
}

impl Default for Constraint {
    /// The constraint that constrains nothing.
    fn default() -> Self {
        Self { op: "All".to_owned(), entity: None, entities: Vec::new(), entity_type: None, within: None }
    }
}

impl Constraint {
    /// Whether the action of this kind of effect may be meant. What is not known here may.
    pub fn admits_action(&self, kind: &Kind) -> bool {
        let named = |uid: &Uid| uid.kind != "Action" || uid.id == kind.action;
        let holds = |uid: &Uid| {
            let group = |(area, access): &(&str, Access)| uid.id == *area || uid.id == access_word(*access);
            named(uid) || kind.groups.as_ref().is_some_and(group)
        };
        match self.op.as_str() {
            "==" => self.entity.as_ref().is_none_or(named),
            "in" => match &self.entity {
                Some(uid) => holds(uid),
                None => self.entities.iter().any(holds),
            },
            _ => true,
        }
    }

    /// Whether the resource of this kind of effect may be meant. What is not known here may.
    pub fn admits_resource(&self, kind: &Kind) -> bool {
        match self.op.as_str() {
            "in" => self.entity.as_ref().is_none_or(|uid| uid.holds(kind)),
            "is" => {
                self.entity_type.as_ref().is_none_or(|name| name == kind.resource)
                    && self.within.as_ref().is_none_or(|within| within.entity.holds(kind))
            }
            _ => true,
        }
    }
}

impl Uid {
    /// Whether a resource of this kind may be in this entity.
    fn holds(&self, kind: &Kind) -> bool {
        match self.kind.as_str() {
            "Environment" => self.id == environment_word(kind.environment),
            "Place" => self.id == place_word(kind.place),
            _ => true,
        }
    }
}

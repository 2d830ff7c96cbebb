//! Which policies can apply to an effect, compiled when first needed.
//!
//! A policy whose scope cannot match is left out: it could neither permit, forbid nor err. Where its
//! scope is not of a form known here it is kept, so that leaving out is never the mistake.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use cedar_policy::{Policy, PolicyId as CedarId, PolicySet};
use countersign_model::{Access, Environment, Place, PolicyId};
use serde::Deserialize;

use crate::bundle::StoredPolicy;

/// What an effect is, as far as a policy's scope can see.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    /// The verb, or `unlisted`.
    pub action: String,
    /// The groups the action is in: the verb's area and access; none for what is unlisted.
    pub groups: Option<(String, Access)>,
    /// The entity type of the resource.
    pub resource: &'static str,
    /// Where it is.
    pub environment: Environment,
    /// How far away it is.
    pub place: Place,
}

/// The compiled policies of one kind of effect, or the policy that does not compile.
pub type Slice = Arc<Result<PolicySet, PolicyId>>;

/// The policies' scopes, and the slices compiled so far.
#[derive(Debug)]
pub struct Slices {
    scopes: Vec<Option<Scope>>,
    compiled: Mutex<BTreeMap<Kind, Slice>>,
}

impl Slices {
    /// Reads the scopes.
    pub(crate) fn of(policies: &[StoredPolicy]) -> Self {
        let scopes = policies.iter().map(|policy| serde_json::from_str(policy.cedar.get()).ok()).collect();
        Self { scopes, compiled: Mutex::default() }
    }

    /// The policies that can apply to this kind of effect.
    pub(crate) fn get(&self, kind: &Kind, policies: &[StoredPolicy]) -> Slice {
        // A panic elsewhere cannot leave the map half-written: every insertion is whole.
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slice) = compiled.get(kind) {
            return Arc::clone(slice);
        }
        let slice = Arc::new(compile(self.scopes.iter().zip(policies).filter_map(|(scope, policy)| {
            scope.as_ref().is_none_or(|scope| scope.admits(kind)).then_some(policy)
        })));
        compiled.insert(kind.clone(), Arc::clone(&slice));
        slice
    }
}

fn compile<'a>(policies: impl Iterator<Item = &'a StoredPolicy>) -> Result<PolicySet, PolicyId> {
    let mut set = PolicySet::new();
    for stored in policies {
        let added = parse(stored).and_then(|policy| set.add(policy).ok());
        added.ok_or_else(|| stored.id.clone())?;
    }
    Ok(set)
}

fn parse(stored: &StoredPolicy) -> Option<Policy> {
    let json = serde_json::from_str(stored.cedar.get()).ok()?;
    Policy::from_json(Some(CedarId::new(stored.id.as_str())), json).ok()
}

/// The policy's text in Cedar.
pub fn text(stored: &StoredPolicy) -> String {
    parse(stored).map_or_else(|| stored.cedar.get().to_owned(), |policy| policy.to_string())
}

/// The part of a policy's JSON form that says what it can apply to.
#[derive(Debug, Deserialize)]
struct Scope {
    action: Constraint,
    resource: Constraint,
}

#[derive(Debug, Deserialize)]
struct Constraint {
    op: String,
    #[serde(default)]
    entity: Option<Uid>,
    #[serde(default)]
    entities: Vec<Uid>,
    #[serde(default)]
    entity_type: Option<String>,
    #[serde(default, rename = "in")]
    within: Option<Within>,
}

#[derive(Debug, Deserialize)]
struct Within {
    entity: Uid,
}

#[derive(Debug, Deserialize)]
struct Uid {
    #[serde(rename = "type")]
    kind: String,
    id: String,
}

impl Scope {
    fn admits(&self, kind: &Kind) -> bool {
        self.action.admits_action(kind) && self.resource.admits_resource(kind)
    }
}

impl Constraint {
    fn admits_action(&self, kind: &Kind) -> bool {
        let named = |uid: &Uid| uid.kind != "Action" || uid.id == kind.action;
        let holds = |uid: &Uid| {
            named(uid)
                || kind.groups.as_ref().is_some_and(|(area, access)| {
                    uid.id == *area || uid.id == crate::request::access_word(*access)
                })
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

    fn admits_resource(&self, kind: &Kind) -> bool {
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
    /// Whether a resource of this kind is, as far as is known, in this entity.
    fn holds(&self, kind: &Kind) -> bool {
        match self.kind.as_str() {
            "Environment" => self.id == crate::request::environment_word(kind.environment),
            "Place" => self.id == crate::request::place_word(kind.place),
            _ => true,
        }
    }
}

//! Which policies can apply to an effect, compiled when first needed.
//!
//! A policy whose scope cannot match is left out: it could neither permit, forbid nor err.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use cedar_policy::PolicySet;
use countersign_model::PolicyId;

use crate::bundle::StoredPolicy;
use crate::compile::compile;
use crate::scope::Kind;

/// The compiled policies of one kind of effect, or the policy that does not compile.
pub type Slice = Arc<Result<PolicySet, PolicyId>>;

/// The slices compiled so far. There are at most as many as there are kinds: some thousands.
#[derive(Debug, Default)]
pub struct Slices(Mutex<BTreeMap<Kind, Slice>>);

impl Slices {
    /// The policies that can apply to this kind of effect.
    pub(crate) fn get(&self, kind: &Kind, policies: &[StoredPolicy]) -> Slice {
        // A panic elsewhere cannot leave the map half-written: every insertion is whole.
        let mut compiled = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slice) = compiled.get(kind) {
            return Arc::clone(slice);
        }
        let meant = policies
            .iter()
            .filter(|policy| policy.action.admits_action(kind) && policy.resource.admits_resource(kind));
        let slice = Arc::new(set(meant));
        compiled.insert(kind.clone(), Arc::clone(&slice));
        slice
    }
}

fn set<'a>(policies: impl Iterator<Item = &'a StoredPolicy>) -> Result<PolicySet, PolicyId> {
    let mut set = PolicySet::new();
    for stored in policies {
        let added = compile(stored).and_then(|policy| set.add(policy).ok());
        added.ok_or_else(|| stored.id.clone())?;
    }
    Ok(set)
}

//! Which policies can apply to an effect, compiled when first needed.
//!
//! A policy whose scope cannot match is left out: it could neither permit, forbid nor err.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use countersign_model::PolicyId;

use crate::ask::Compiled;
use crate::bundle::StoredPolicy;
use crate::compile::{quick, slow};
use crate::scope::Kind;

/// The compiled policies of one kind of effect, or the policy that does not compile.
pub type Slice = Arc<Result<Compiled, PolicyId>>;

/// The slices compiled so far. There are at most as many as there are kinds: some thousands.
#[derive(Debug, Default)]
pub struct Slices(Mutex<BTreeMap<(usize, Kind), Slice>>);

impl Slices {
    /// The policies of a layer that can apply to this kind of effect.
    pub(crate) fn get(&self, layer: usize, kind: &Kind, policies: &[StoredPolicy]) -> Slice {
        // A panic elsewhere cannot leave the map half-written: every insertion is whole.
        let mut compiled = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (layer, kind.clone());
        if let Some(slice) = compiled.get(&key) {
            return Arc::clone(slice);
        }
        let meant = policies
            .iter()
            .filter(|policy| policy.action.admits_action(kind) && policy.resource.admits_resource(kind));
        let slice = Arc::new(compile(meant));
        compiled.insert(key, Arc::clone(&slice));
        slice
    }
}

fn compile<'a>(policies: impl Iterator<Item = &'a StoredPolicy>) -> Result<Compiled, PolicyId> {
    let mut compiled = Compiled::default();
    for stored in policies {
        // The quick way knows no extension function.
        let policy = quick(stored).or_else(|| {
            compiled.extensions = true;
            slow(stored)
        });
        let policy = policy.ok_or_else(|| stored.id.clone())?;
        compiled.push(policy, stored.mode);
    }
    Ok(compiled)
}

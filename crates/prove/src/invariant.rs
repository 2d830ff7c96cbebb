//! Invariants: what a bundle must never allow.

use std::sync::LazyLock;

use cedar_policy::{Policy, PolicySet};
use countersign_policy::{BuildError, Layer, Proposal, read_invariants};

use crate::ProveError;

/// What must never be allowed, written as a `forbid` in Cedar.
#[derive(Clone, Debug)]
pub struct Invariant {
    /// Its id; `repository/...` where it is a repository's own.
    pub id: String,
    /// What it says, a sentence without its full stop.
    pub says: String,
    /// The packs that promise it; none where it is one's own.
    pub packs: Vec<String>,
    /// The `forbid`.
    pub(crate) policy: Policy,
}

impl Invariant {
    /// Those that ship with this program.
    pub fn shipped() -> Result<Vec<Self>, ProveError> {
        static SHIPPED: LazyLock<Result<Vec<Invariant>, String>> = LazyLock::new(|| {
            let set: PolicySet = include_str!("../invariants/shipped.cedar")
                .parse()
                .map_err(|error: cedar_policy::ParseErrors| error.to_string())?;
            let mut policies: Vec<&Policy> = set.policies().collect();
            // Cedar numbers the policies of a text in their order: `policy0`, `policy1`, ...
            policies.sort_by_key(|policy| {
                let id: &str = policy.id().as_ref();
                id.trim_start_matches("policy").parse::<usize>().unwrap_or(usize::MAX)
            });
            let read = |policy: &Policy| {
                let annotation = |name| policy.annotation(name).map(str::to_owned);
                Some(Invariant {
                    id: annotation("id")?,
                    says: annotation("says")?,
                    packs: annotation("packs")?.split_whitespace().map(str::to_owned).collect(),
                    policy: policy.clone(),
                })
            };
            let lacking = |policy: &Policy| format!("an invariant without id, says or packs: {policy}");
            policies.into_iter().map(|policy| read(policy).ok_or_else(|| lacking(policy))).collect()
        });
        SHIPPED.clone().map_err(ProveError::Internal)
    }

    /// Those that a bundle built on this pack promises.
    pub fn promised(pack: &str) -> Result<Vec<Self>, ProveError> {
        let mut promised = Self::shipped()?;
        promised.retain(|invariant| invariant.packs.iter().any(|name| name == pack));
        Ok(promised)
    }

    /// Those of a layer's own proposal.
    pub fn own(layer: Layer, proposal: &Proposal) -> Result<Vec<Self>, BuildError> {
        let policies = read_invariants(layer, &proposal.invariants)?;
        let pairs = proposal.invariants.iter().zip(policies);
        let own = pairs.map(|(own, policy)| Self {
            id: format!("{layer}/{}", own.id),
            says: own.says.clone(),
            packs: Vec::new(),
            policy,
        });
        Ok(own.collect())
    }
}

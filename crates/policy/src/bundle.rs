//! A bundle: the policies, the map, the ladder and the weights that decide, as one file with one
//! digest. Reading it is cheap, since the hook does it on every call: nothing is validated again
//! that [`build`](crate::build) proved, and a policy is compiled when an effect first needs it.

use std::fmt;

use countersign_model::{Declared, Digest, PolicyId};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::build::AS_ABOVE;
use crate::layers::Layer;
use crate::map::{EnvironmentMap, RepositoryMap};
use crate::oversight::Rung;
use crate::proposal::Mode;
use crate::risk::Weights;
use crate::scope::Constraint;
use crate::slice::Slices;
use crate::{compile, points};

/// The version of the format this library reads and writes.
pub(crate) const FORMAT: u32 = 1;
/// The digest of what [`Bundle::has_shipped_rules`] compares. A test says the right one.
const GRADUATED: &str = include_str!("../packs/graduated.digest").trim_ascii_end();

/// What the text of a bundle of one layer begins with: the keys are sorted.
const BEFORE_MAP: &str = r#"{"format":1,"map":"#;

/// What a decision is made from, compiled and hashed.
pub struct Bundle {
    contents: Contents,
    bytes: Vec<u8>,
    digest: Digest,
    pub(crate) slices: Slices,
}

/// What a plain `allow` tells the runtime.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnAllow {
    /// Nothing: the runtime's own prompts stay on.
    #[default]
    Pass,
    /// To go ahead without a prompt of its own.
    Grant,
}

/// The bundle's text, in canonical JSON (RFC 8785).
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Contents {
    pub format: u32,
    pub pack: String,
    pub on_allow: OnAllow,
    pub map: EnvironmentMap,
    pub rungs: Vec<Rung>,
    pub weights: Weights,
    /// The policies of the highest layer: the pack's and its own.
    pub policies: Vec<StoredPolicy>,
    /// For each layer from the highest its map without what lower ones add to production, where any do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub above: Vec<EnvironmentMap>,
    /// The layers below it, from the higher to the lower. Each decides for itself, and the strictest counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub below: Vec<StoredLayer>,
    /// The name of the highest layer, where there are others below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub highest: Option<String>,
    /// The organisation's own programs and tools.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub programs: Vec<Declared>,
    /// What the layers' files say that the policies must never allow. It decides nothing, but whoever signs sees it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub invariants: Vec<StoredInvariant>,
}

/// An invariant of a layer's own, as it is written there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredInvariant {
    /// Its id, with the layer's name before it.
    pub id: String,
    /// What it says, for people.
    pub says: String,
    /// Its text in Cedar.
    pub cedar: String,
}

/// A layer below the highest.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredLayer {
    /// `team` or `repository`.
    pub name: String,
    /// Its policies; they begin with what it starts from.
    pub policies: Vec<StoredPolicy>,
}

/// One policy, in the parts of Cedar's own JSON form. There is nothing beside them that could disagree.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredPolicy {
    pub id: PolicyId,
    /// Why, for people: read after "would ...:".
    pub says: String,
    /// Whether it counts, or only looks on.
    #[serde(default, skip_serializing_if = "is_enforced")]
    pub mode: Mode,
    /// `permit` or `forbid`.
    pub effect: String,
    pub principal: Constraint,
    pub action: Constraint,
    pub resource: Constraint,
    /// The `when` and `unless` clauses.
    pub conditions: Box<RawValue>,
}

/// A policy of a bundle as Cedar reads it.
#[derive(Clone, Debug)]
pub struct BundlePolicy {
    /// Its id.
    pub id: PolicyId,
    /// Whether it counts, or only looks on.
    pub mode: Mode,
    /// What Cedar read.
    pub cedar: cedar_policy::Policy,
}

const fn is_enforced(mode: &Mode) -> bool {
    matches!(mode, Mode::Enforce)
}

/// Why bytes are not a bundle.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// They are not a bundle's JSON.
    #[error("cannot read the bundle: {0}")]
    Malformed(#[from] serde_json::Error),
    /// They are of another version.
    #[error("cannot read a bundle of format {found}; this program reads format {FORMAT}")]
    Format {
        /// The version they say.
        found: u32,
    },
    /// The ladder is not one: it does not start at no oversight, or has a rung too high.
    #[error("the bundle's oversight ladder is broken")]
    Ladder,
    /// The weights could make a worse thing look better.
    #[error("the bundle's weights are broken: {0}")]
    Weights(String),
}

impl Bundle {
    /// Reads a bundle. The bytes are kept: the digest is theirs.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Result<Self, BundleError> {
        let bytes: Vec<u8> = bytes.into();
        let contents: Contents =
            serde_json::from_slice(&bytes).map_err(|error| format_of(&bytes).unwrap_or(error.into()))?;
        if contents.format != FORMAT {
            return Err(BundleError::Format { found: contents.format });
        }
        let sound = contents.rungs.first().is_some_and(|rung| *rung == Rung::default())
            && contents.rungs.iter().all(|rung| rung.approvals <= crate::oversight::MOST_APPROVALS);
        if !sound {
            return Err(BundleError::Ladder);
        }
        contents.weights.check().map_err(|fall| BundleError::Weights(fall.to_string()))?;
        let digest = Digest::of([bytes.as_slice()]);
        Ok(Self { contents, bytes, digest, slices: Slices::default() })
    }

    pub(crate) fn from_contents(contents: &Contents) -> Result<Self, BundleError> {
        // By way of a value, in which the policies are JSON and no longer text.
        let value: serde_json::Value = serde_json::from_str(&serde_json::to_string(contents)?)?;
        Self::from_bytes(serde_json_canonicalizer::to_vec(&value)?)
    }

    /// The bytes it was read from, or those to store: canonical JSON.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.bytes.clone()
    }

    /// SHA-256 of its bytes: what a reviewer signs.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The pack it was built on, such as `graduated`.
    pub fn pack(&self) -> &str {
        &self.contents.pack
    }

    /// Whether its policies, ladder and weights are those of the `graduated` pack that this program
    /// ships, whatever its map: what an unsigned bundle has to be.
    pub fn has_shipped_rules(&self) -> bool {
        self.rules().hex() == GRADUATED
    }

    /// What it says of the organisation's own programs and tools.
    pub fn programs(&self) -> &[Declared] {
        &self.contents.programs
    }

    /// The invariants that the layers' files say.
    pub fn invariants(&self) -> &[StoredInvariant] {
        &self.contents.invariants
    }

    /// The digest of the text after the map; of nothing where the map is not where canonical JSON has it.
    pub(crate) fn rules(&self) -> Digest {
        let after_map = || {
            let text = self.bytes.strip_prefix(BEFORE_MAP.as_bytes())?;
            let mut values = serde_json::Deserializer::from_slice(text).into_iter::<IgnoredAny>();
            values.next()?.ok()?;
            text.get(values.byte_offset()..)
        };
        Digest::of([after_map().unwrap_or_default()])
    }

    /// The points of risk that differ between this bundle and another, as `table.name`, with this one's and the
    /// other's; none where it has no points of that name.
    pub fn weights_beside(&self, other: &Self) -> Vec<(String, Option<u64>, Option<u64>)> {
        self.contents.weights.differences(&other.contents.weights)
    }

    /// The layers below the highest, from the higher to the lower; none where there is one layer.
    pub fn layers_below(&self) -> impl Iterator<Item = &str> {
        self.contents.below.iter().map(|layer| layer.name.as_str())
    }

    /// All its layers, from the highest; none where there is the repository's only.
    pub fn layer_names(&self) -> Vec<&str> {
        if self.contents.below.is_empty() {
            return Vec::new();
        }
        // Bundles of earlier versions do not name it.
        let of_team = || self.contents.policies.iter().any(|policy| policy.id.as_str().starts_with("team/"));
        let highest = match &self.contents.highest {
            Some(name) => name.as_str(),
            None if of_team() => "team",
            None => "organisation",
        };
        std::iter::once(highest).chain(self.layers_below()).collect()
    }

    /// What a plain `allow` tells the runtime.
    pub const fn on_allow(&self) -> OnAllow {
        self.contents.on_allow
    }

    /// The repository its map speaks of.
    pub const fn repository(&self) -> &RepositoryMap {
        &self.contents.map.repository
    }

    /// What each environment is made of.
    pub const fn map(&self) -> &EnvironmentMap {
        &self.contents.map
    }

    /// The variables, files and stored secrets that open production: what [`Context::reach`] names
    /// those of that a process could use.
    ///
    /// [`Context::reach`]: crate::Context::reach
    pub fn production_credentials(&self) -> &[String] {
        self.map()
            .places(countersign_model::Environment::Production)
            .map_or(&[], |places| &places.credentials)
    }

    /// Every policy's id, in the order of the bundle.
    pub fn policy_ids(&self) -> impl Iterator<Item = &PolicyId> {
        self.stored().map(|policy| &policy.id)
    }

    /// The ids of the policies that the layers' files say, beside the pack's.
    pub fn own_policies(&self) -> impl Iterator<Item = &PolicyId> {
        self.policy_ids().filter(|id| is_own(id))
    }

    /// The points of risk that differ from the shipped ones, with both.
    pub fn own_weights(&self) -> Vec<(String, Option<u64>, Option<u64>)> {
        let shipped = points::weights(Layer::Repository, &toml::Table::new());
        shipped.map(|shipped| self.contents.weights.differences(&shipped)).unwrap_or_default()
    }

    /// Every policy's id and its text in Cedar, in the order of the bundle.
    pub fn policies(&self) -> impl Iterator<Item = (&PolicyId, String)> {
        self.stored().map(|policy| {
            let compiled = compile::slow(policy);
            (&policy.id, compiled.map_or_else(|| policy.conditions.to_string(), |policy| policy.to_string()))
        })
    }

    /// The policies that only look on.
    pub fn shadows(&self) -> impl Iterator<Item = &PolicyId> {
        self.stored().filter(|policy| policy.mode == Mode::Shadow).map(|policy| &policy.id)
    }

    /// The oversight ladder, from no oversight.
    pub fn rungs(&self) -> &[Rung] {
        &self.contents.rungs
    }

    /// The policies of each layer as Cedar reads them, from the highest; or the id of one that cannot be read.
    pub fn layers(&self) -> Result<Vec<Vec<BundlePolicy>>, PolicyId> {
        let read = |policy: &StoredPolicy| {
            let cedar = compile::slow(policy).ok_or_else(|| policy.id.clone())?;
            Ok(BundlePolicy { id: policy.id.clone(), mode: policy.mode, cedar })
        };
        self.stored_layers().map(|policies| policies.iter().map(read).collect()).collect()
    }

    /// The stored policies of each layer, from the highest.
    pub(crate) fn stored_layers(&self) -> impl Iterator<Item = &[StoredPolicy]> {
        let below = self.contents.below.iter().map(|layer| layer.policies.as_slice());
        std::iter::once(self.contents.policies.as_slice()).chain(below)
    }

    /// The policies of all layers, from the highest.
    pub(crate) fn stored(&self) -> impl Iterator<Item = &StoredPolicy> {
        self.stored_layers().flatten()
    }

    pub(crate) const fn contents(&self) -> &Contents {
        &self.contents
    }
}

impl fmt::Debug for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bundle")
            .field("pack", &self.pack())
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}

/// The better message for a bundle of another format, whose fields this program cannot know.
fn format_of(bytes: &[u8]) -> Option<BundleError> {
    #[derive(Deserialize)]
    struct Version {
        format: u32,
    }
    let found = serde_json::from_slice::<Version>(bytes).ok()?.format;
    (found != FORMAT).then_some(BundleError::Format { found })
}

/// Whether a policy is one that a layer wrote itself, and none of a pack.
pub(crate) fn is_own(id: &PolicyId) -> bool {
    let layers = [Layer::Organisation, Layer::Team, Layer::Repository];
    let of = |layer: &Layer| id.as_str().strip_prefix(layer.name()).is_some_and(|id| id.starts_with('/'));
    layers.iter().any(of) && !id.as_str().ends_with(AS_ABOVE)
}

//! From a proposal to a bundle: everything is checked here, once, so that deciding need not.

use std::collections::BTreeSet;
use std::fmt;

use cedar_policy::{Policy, PolicyId as CedarId, PolicySet, ValidationMode, Validator};
use countersign_model::PolicyId;
use miette::Diagnostic;
use serde_json::value::RawValue;

use crate::bundle::{Bundle, BundleError, StoredPolicy};
use crate::oversight::{self, Asked, MOST_APPROVALS, Refusal};
use crate::packs::{self, Pack};
use crate::proposal::{OwnPolicy, Proposal};
use crate::{glob, schema};

/// Why a proposal does not become a bundle.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A policy does not say what Cedar, the schema or the ladder can accept.
    #[error("cannot use policy `{policy}`: {message}{place}")]
    Policy {
        /// Its id.
        policy: String,
        /// What is wrong, a fragment.
        message: String,
        /// Where in the policy's own text.
        place: Place,
        /// What to do.
        hint: Option<String>,
    },
    /// A pattern of the map would silently match nothing.
    #[error("cannot use `{pattern}` in `{list}`: {message}")]
    Pattern {
        /// The list, such as `environments.production.branches`.
        list: String,
        /// The pattern.
        pattern: String,
        /// What is wrong, a fragment.
        message: &'static str,
    },
    /// What ships with this program is broken.
    #[error("cannot build with what this program ships: {0}")]
    Shipped(String),
}

/// Where in a text something is, as `at line 3, column 5`; nothing where that is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place(pub Option<(usize, usize)>);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some((line, column)) => write!(f, " at line {line}, column {column}"),
            None => Ok(()),
        }
    }
}

impl BuildError {
    /// What to do about it, for the line `hint: ...`.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Policy { hint, .. } => hint.as_deref(),
            Self::Pattern { .. } | Self::Shipped(_) => None,
        }
    }
}

impl From<BundleError> for BuildError {
    fn from(error: BundleError) -> Self {
        Self::Shipped(error.to_string())
    }
}

/// Builds the bundle a reviewer may sign. Validates every policy against the schema and proves the
/// ladder monotone.
pub fn build(proposal: &Proposal) -> Result<Bundle, BuildError> {
    assemble(proposal, proposal.pack, &proposal.policies)
}

impl Bundle {
    /// A shipped pack over the proposal's map and nothing else of it: what is in force before anybody
    /// has signed a bundle.
    pub fn shipped(pack: Pack, proposal: &Proposal) -> Result<Self, BuildError> {
        assemble(&Proposal { on_allow: crate::OnAllow::Pass, ..proposal.clone() }, pack, &[])
    }
}

fn assemble(proposal: &Proposal, pack: Pack, own: &[OwnPolicy]) -> Result<Bundle, BuildError> {
    check_patterns(proposal)?;
    let mut checked = Vec::new();
    let mut seen = BTreeSet::new();
    for policy in own {
        let id = format!("repository/{}", policy.id);
        if !seen.insert(id.clone()) {
            return Err(refused(&policy.id, "its id stands there twice", None));
        }
        checked.push(read(&id, &policy.id, &policy.cedar, policy.says.as_deref())?);
    }
    for source in pack.sources() {
        checked.extend(read_pack(pack, source)?);
    }
    validate(&checked)?;
    let mut asked = Asked::default();
    let mut stored = Vec::new();
    for Checked { name, says, policy } in checked {
        let json = policy.to_json().map_err(|error| refused(&name, &error.to_string(), None))?;
        oversight::prove_monotone(&json, &mut asked).map_err(|refusal| not_monotone(&name, &refusal))?;
        let cedar = RawValue::from_string(json.to_string())
            .map_err(|error| BuildError::Shipped(error.to_string()))?;
        let id: &str = policy.id().as_ref();
        stored.push(StoredPolicy { id: PolicyId::from(id), says, cedar });
    }
    let weights = toml::from_str(packs::WEIGHTS).map_err(|error| BuildError::Shipped(error.to_string()))?;
    let rungs = oversight::rungs(&asked);
    Ok(Bundle::from_parts(pack.name(), proposal.on_allow, proposal.map(), rungs, weights, stored)?)
}

/// A policy that Cedar can read.
struct Checked {
    name: String,
    says: String,
    policy: Policy,
}

fn read(id: &str, name: &str, text: &str, says: Option<&str>) -> Result<Checked, BuildError> {
    let policy = Policy::parse(Some(CedarId::new(id)), text).map_err(|errors| {
        let place = errors.iter().next().and_then(|error| place(error, text));
        BuildError::Policy {
            policy: name.to_owned(),
            message: errors.iter().map(ToString::to_string).next().unwrap_or_default(),
            place: Place(place),
            hint: errors.iter().find_map(|error| error.help().map(|help| help.to_string())),
        }
    })?;
    let says =
        says.or_else(|| policy.annotation("says")).unwrap_or("this repository's own policy asks for it");
    Ok(Checked { name: name.to_owned(), says: says.to_owned(), policy: policy.clone() })
}

fn read_pack(pack: Pack, source: &str) -> Result<Vec<Checked>, BuildError> {
    let set: PolicySet =
        source.parse().map_err(|error: cedar_policy::ParseErrors| BuildError::Shipped(error.to_string()))?;
    let mut policies: Vec<&Policy> = set.policies().collect();
    // Cedar numbers the policies of a text in their order: `policy0`, `policy1`, ...
    policies.sort_by_key(|policy| {
        let id: &str = policy.id().as_ref();
        id.trim_start_matches("policy").parse::<usize>().unwrap_or(usize::MAX)
    });
    let read = |policy: &Policy| {
        let name = policy.annotation("id")?;
        let id = format!("{}/{name}", pack.name());
        let says = policy.annotation("says")?.to_owned();
        Some(Checked { name: id.clone(), says, policy: policy.new_id(CedarId::new(id)) })
    };
    policies
        .into_iter()
        .map(|policy| {
            read(policy).ok_or_else(|| BuildError::Shipped(format!("a policy without id or says: {policy}")))
        })
        .collect()
}

/// Strict validation; a warning (a policy that can never apply) is an error too, since a forbid that
/// never applies protects nothing.
fn validate(checked: &[Checked]) -> Result<(), BuildError> {
    let schema = schema::schema().map_err(|error| BuildError::Shipped(error.to_string()))?;
    let set = PolicySet::from_policies(checked.iter().map(|checked| checked.policy.clone()))
        .map_err(|error| BuildError::Shipped(error.to_string()))?;
    let result = Validator::new(schema).validate(&set, ValidationMode::Strict);
    let error = result.validation_errors().next().map(|error| {
        (error.policy_id(), error.to_string(), error.help().map(|help| help.to_string()), place_of(error))
    });
    let warning = || {
        result.validation_warnings().next().map(|warning| {
            (
                warning.policy_id(),
                warning.to_string(),
                warning.help().map(|help| help.to_string()),
                place_of(warning),
            )
        })
    };
    let Some((id, message, help, offset)) = error.or_else(warning) else { return Ok(()) };
    let found = checked.iter().find(|checked| checked.policy.id() == id);
    let name = found.map_or_else(|| id.to_string(), |found| found.name.clone());
    let text = found.map(|found| found.policy.to_string()).unwrap_or_default();
    let message = message
        .split_once(", ")
        .filter(|(start, _)| start.starts_with("for policy"))
        .map_or(message.as_str(), |(_, rest)| rest)
        .to_owned();
    Err(BuildError::Policy {
        policy: name,
        message,
        place: Place(offset.and_then(|offset| line_and_column(&text, offset))),
        hint: help,
    })
}

fn place(error: &impl Diagnostic, text: &str) -> Option<(usize, usize)> {
    line_and_column(text, place_of(error)?)
}

fn place_of(error: &impl Diagnostic) -> Option<usize> {
    Some(error.labels()?.next()?.offset())
}

/// Both counted from 1, the column in characters.
pub(crate) fn line_and_column(text: &str, offset: usize) -> Option<(usize, usize)> {
    let before = text.get(..offset)?;
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
    Some((line, column))
}

fn check_patterns(proposal: &Proposal) -> Result<(), BuildError> {
    let map = proposal.map();
    for (environment, places) in &map.environments {
        for (list, patterns) in places.lists() {
            for pattern in patterns {
                if let Some(message) = glob::refuse(pattern) {
                    let list = format!("environments.{environment}.{list}");
                    return Err(BuildError::Pattern { list, pattern: pattern.clone(), message });
                }
            }
        }
    }
    Ok(())
}

fn not_monotone(name: &str, refusal: &Refusal) -> BuildError {
    match refusal {
        Refusal::NotMonotone => refused(
            name,
            "more oversight could take away what less of it permits",
            Some(
                "in a permit ask for at least as much, as in `context.oversight.approvals >= 1`; in a forbid put \
                 that under `unless`",
            ),
        ),
        Refusal::TooMany => refused(name, &format!("it asks for more than {MOST_APPROVALS} approvals"), None),
    }
}

fn refused(name: &str, message: &str, hint: Option<&str>) -> BuildError {
    BuildError::Policy {
        policy: name.to_owned(),
        message: message.to_owned(),
        place: Place::default(),
        hint: hint.map(str::to_owned),
    }
}

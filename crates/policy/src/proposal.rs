//! The proposal, `countersign.toml`: what people read, edit and sign. It changes nothing until a
//! reviewer signs the bundle built from it.

use std::collections::BTreeMap;

use countersign_model::{Declared, Environment};
use serde::{Deserialize, Serialize};

use crate::checked::line_and_column;
use crate::example::Example;
use crate::map::{EnvironmentMap, Places, RepositoryMap};
use crate::seen::Named;
use crate::wording::explain;
use crate::{OnAllow, Pack, remote};

/// The version of the file's format.
pub(crate) const VERSION: u32 = 1;

/// What a repository asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proposal {
    /// The pack it starts from.
    pub pack: Pack,
    /// Whether the file names the pack: a lower layer that does not starts from what the layers above it permit.
    pub names_pack: bool,
    /// The files of the layers above this one.
    pub above: Above,
    /// What layers below this one may say that could loosen: `staging`, `development`, `programs`.
    pub delegates: Vec<String>,
    /// Points of risk that differ from the shipped ones.
    pub weights: toml::Table,
    /// Calls with the decision that is expected of them.
    pub tests: Vec<Example>,
    /// What a plain `allow` tells the runtime.
    pub on_allow: OnAllow,
    /// The repository the map speaks of; addresses as written.
    pub repository: RepositoryMap,
    /// What each environment is made of.
    pub environments: BTreeMap<Environment, Listed>,
    /// The repository's own policies, which come on top of the pack's.
    pub policies: Vec<OwnPolicy>,
    /// What its policies must never allow, on top of what is shipped.
    pub invariants: Vec<OwnInvariant>,
    /// The organisation's own programs and tools.
    pub programs: Vec<Declared>,
    /// What whoever proposed it wants to say to people, one sentence each.
    pub notes: Vec<String>,
    /// Names that were seen and that nothing says are production.
    pub named: Vec<Named>,
}

/// One environment's patterns, each with its reason where it has one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// The patterns.
    pub places: Places,
    /// Why a pattern is there, by `(list, pattern)`.
    pub reasons: BTreeMap<(&'static str, String), String>,
}

/// A policy of the repository's own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnPolicy {
    /// Its id, shown as `repository/<id>`.
    pub id: String,
    /// Why, for people: read after "would ...:".
    pub says: Option<String>,
    /// Whether it counts, or only looks on.
    #[serde(default)]
    pub mode: Mode,
    /// Its text in Cedar.
    pub cedar: String,
    /// Calls in which it has a say.
    #[serde(default)]
    pub hits: Vec<Example>,
    /// Calls in which it has none.
    #[serde(default)]
    pub misses: Vec<Example>,
}

/// What the policies of a repository must never allow. It decides nothing; `countersign policy prove` proves it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnInvariant {
    /// Its id, shown as `repository/<id>`.
    pub id: String,
    /// What it says, for people: a sentence without its full stop.
    pub says: String,
    /// A `forbid` in Cedar: what it forbids, the bundle must never allow.
    pub cedar: String,
}

/// Whether a policy counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// It decides.
    #[default]
    Enforce,
    /// What it would decide is recorded beside the decision.
    Shadow,
}

/// The files of the layers above, relative to the file that names them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Above {
    /// The organisation's.
    pub organisation: Option<String>,
    /// The team's.
    pub team: Option<String>,
}

/// Why a text is not a proposal.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the proposal: {message} at line {line}, column {column}")]
pub struct ProposalError {
    /// What is wrong, a fragment that quotes the text's own words.
    pub message: String,
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// What to do.
    pub hint: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: toml::Spanned<u32>,
    pack: Option<Pack>,
    #[serde(default)]
    on_allow: OnAllow,
    #[serde(default)]
    layers: Above,
    #[serde(default)]
    delegates: Vec<String>,
    #[serde(default)]
    weights: toml::Table,
    #[serde(default)]
    test: Vec<Example>,
    #[serde(default)]
    repository: Repository,
    #[serde(default)]
    environments: Environments,
    #[serde(default)]
    policy: Vec<OwnPolicy>,
    #[serde(default)]
    invariant: Vec<OwnInvariant>,
    #[serde(default)]
    program: Vec<Declared>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Repository {
    #[serde(default)]
    remotes: Vec<String>,
    #[serde(default)]
    roots: Vec<String>,
    default_branch: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Environments {
    production: Option<Lists>,
    staging: Option<Lists>,
    development: Option<Lists>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lists {
    #[serde(default)]
    branches: Vec<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    hosts: Vec<String>,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    mcp_servers: Vec<String>,
    #[serde(default)]
    credentials: Vec<String>,
    #[serde(default)]
    kube_contexts: Vec<String>,
    #[serde(default)]
    accounts: Vec<String>,
    #[serde(default)]
    databases: Vec<String>,
    #[serde(default)]
    stacks: Vec<String>,
    #[serde(default)]
    apps: Vec<String>,
    #[serde(default)]
    registries: Vec<String>,
}

impl Proposal {
    /// Reads `countersign.toml`. Unknown keys are errors: a misspelt protection would protect nothing.
    pub fn parse(text: &str) -> Result<Self, ProposalError> {
        let file: File = toml::from_str(text).map_err(|error| explain(text, &error))?;
        if *file.version.get_ref() != VERSION {
            let (line, column) = line_and_column(text, file.version.span().start).unwrap_or((1, 1));
            return Err(ProposalError {
                message: format!("version {} of the format is not known", file.version.get_ref()),
                line,
                column,
                hint: Some(format!("this program reads version {VERSION}")),
            });
        }
        let Environments { production, staging, development } = file.environments;
        let environments = [
            (Environment::Production, production),
            (Environment::Staging, staging),
            (Environment::Development, development),
        ];
        Ok(Self {
            pack: file.pack.unwrap_or_default(),
            names_pack: file.pack.is_some(),
            above: file.layers,
            delegates: file.delegates,
            weights: file.weights,
            tests: file.test,
            on_allow: file.on_allow,
            repository: RepositoryMap {
                remotes: file.repository.remotes,
                roots: file.repository.roots,
                default_branch: file.repository.default_branch,
            },
            environments: environments
                .into_iter()
                .filter_map(|(environment, lists)| Some((environment, lists?.into())))
                .collect(),
            policies: file.policy,
            invariants: file.invariant,
            programs: file.program,
            notes: Vec::new(),
            named: Vec::new(),
        })
    }

    /// The map as decisions use it: addresses in their one spelling, without reasons.
    pub fn map(&self) -> EnvironmentMap {
        let mut repository = self.repository.clone();
        repository.remotes = repository.remotes.iter().map(|address| remote::normalise(address)).collect();
        repository.remotes.sort();
        repository.remotes.dedup();
        let environments = self.environments.iter().map(|(name, listed)| (*name, listed.places.clone()));
        EnvironmentMap { repository, environments: environments.collect() }
    }
}

impl From<Lists> for Listed {
    fn from(lists: Lists) -> Self {
        let Lists {
            branches,
            tags,
            hosts,
            paths,
            mcp_servers,
            credentials,
            kube_contexts,
            accounts,
            databases,
            stacks,
            apps,
            registries,
        } = lists;
        let places = Places {
            branches,
            tags,
            hosts,
            paths,
            mcp_servers,
            credentials,
            kube_contexts,
            accounts,
            databases,
            stacks,
            apps,
            registries,
        };
        Self { places, reasons: BTreeMap::new() }
    }
}

/// What the name of an invariant starts with where an error is about one.
pub(crate) const INVARIANT: &str = "invariant ";

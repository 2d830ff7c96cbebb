//! The environment map: what production, staging and development *are* for one repository.

use std::collections::BTreeMap;

use countersign_model::Environment;
use serde::{Deserialize, Serialize};

use crate::{glob, remote};

/// What each environment is made of, and which repository the map speaks of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentMap {
    /// The repository.
    pub repository: RepositoryMap,
    /// What each environment is made of. `unknown` is never in it.
    pub environments: BTreeMap<Environment, Places>,
}

/// The repository a map speaks of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepositoryMap {
    /// Its addresses, in the one spelling of [`normalise`](crate::normalise).
    pub remotes: Vec<String>,
    /// Its working trees on this machine, absolute, for repositories without a remote.
    pub roots: Vec<String>,
    /// The branch its forge shows first.
    pub default_branch: Option<String>,
}

/// Patterns of the things an environment is made of: `*` is anything but `/`, `**` anything, `?` one
/// character; a list matches if the last pattern in it that matches has no leading `!`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Places {
    /// Branch names without `refs/heads/`.
    pub branches: Vec<String>,
    /// Tag names without `refs/tags/`.
    pub tags: Vec<String>,
    /// Host names.
    pub hosts: Vec<String>,
    /// Paths: absolute, from the top of the working tree, or anywhere (`**/live/**`); a directory goes with what is in it.
    pub paths: Vec<String>,
    /// MCP servers by their configured name, or `server/tool`.
    pub mcp_servers: Vec<String>,
    /// Environment variables, files and stored secrets (`store:name`) that open it.
    pub credentials: Vec<String>,
    /// Contexts of kubeconfigs: `context`, or `context/namespace`.
    #[serde(default)]
    pub kube_contexts: Vec<String>,
    /// Cloud profiles, projects, subscriptions and accounts: `name`, or `provider:name`.
    #[serde(default)]
    pub accounts: Vec<String>,
    /// Databases: a host, `host/database`, a file, or the `$VARIABLE` that holds the address.
    #[serde(default)]
    pub databases: Vec<String>,
    /// Infrastructure: a workspace or stack, or the directory of its code, absolute or from the top of the repository.
    #[serde(default)]
    pub stacks: Vec<String>,
    /// Applications on a platform: a name, `platform:name`, or the platform's word for where.
    #[serde(default)]
    pub apps: Vec<String>,
    /// Package registries: `registry`, or `registry/package`.
    #[serde(default)]
    pub registries: Vec<String>,
}

/// The environments a map may name, from the worst: the worst that matches counts.
pub const MAPPED: [Environment; 3] =
    [Environment::Production, Environment::Staging, Environment::Development];

impl EnvironmentMap {
    /// The worst environment of which `matches` holds.
    pub fn worst(&self, matches: impl Fn(&Places) -> bool) -> Option<Environment> {
        MAPPED.into_iter().find(|environment| self.environments.get(environment).is_some_and(&matches))
    }

    /// Whether the map names anything of production that a push could reach.
    pub fn has_production_refs(&self) -> bool {
        self.places(Environment::Production)
            .is_some_and(|places| !places.branches.is_empty() || !places.tags.is_empty())
    }

    /// Whether the map speaks of the repository with this address and working tree. What is not
    /// known is taken as meant; a map that names neither a repository nor a ref speaks of none, and one
    /// that names refs only speaks of all.
    pub fn speaks_of(&self, url: Option<&str>, root: Option<&str>) -> bool {
        let RepositoryMap { remotes, roots, .. } = &self.repository;
        if remotes.is_empty() && roots.is_empty() {
            return self
                .environments
                .values()
                .any(|places| !places.branches.is_empty() || !places.tags.is_empty());
        }
        let Some(url) = url.map(remote::normalise) else { return true };
        !remote::is_unclear(&url) && remotes.iter().any(|own| glob::matches(own, &url))
            || (remotes.is_empty() && root.is_some_and(|root| roots.iter().any(|own| own == root)))
    }

    /// The variables of the environment that open something of the map, by their names.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        let is_name = |name: &str| {
            name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        let places = self.environments.values();
        places.flat_map(move |places| {
            let databases = places.databases.iter().filter_map(|name| name.strip_prefix('$'));
            let credentials = places.credentials.iter().map(String::as_str);
            // The path of a file is none of its secrets.
            let is_path = |name: &str| matches!(name, "KUBECONFIG" | "GOOGLE_APPLICATION_CREDENTIALS");
            databases.chain(credentials).filter(move |name| is_name(name) && !is_path(name))
        })
    }

    /// What an environment is made of.
    pub fn places(&self, environment: Environment) -> Option<&Places> {
        self.environments.get(&environment)
    }
}

impl Places {
    /// Adds what another list of places holds.
    pub(crate) fn extend(&mut self, other: Self) {
        let Self {
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
        } = other;
        self.branches.extend(branches);
        self.tags.extend(tags);
        self.hosts.extend(hosts);
        self.paths.extend(paths);
        self.mcp_servers.extend(mcp_servers);
        self.credentials.extend(credentials);
        self.kube_contexts.extend(kube_contexts);
        self.accounts.extend(accounts);
        self.databases.extend(databases);
        self.stacks.extend(stacks);
        self.apps.extend(apps);
        self.registries.extend(registries);
    }

    /// Every list with its name, in the order people read them.
    pub fn lists(&self) -> [(&'static str, &Vec<String>); 12] {
        [
            ("branches", &self.branches),
            ("tags", &self.tags),
            ("hosts", &self.hosts),
            ("paths", &self.paths),
            ("mcp_servers", &self.mcp_servers),
            ("credentials", &self.credentials),
            ("kube_contexts", &self.kube_contexts),
            ("accounts", &self.accounts),
            ("databases", &self.databases),
            ("stacks", &self.stacks),
            ("apps", &self.apps),
            ("registries", &self.registries),
        ]
    }
}

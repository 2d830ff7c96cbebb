//! Names of places that `countersign init` saw on this machine: never more than a name, and where it stands.

use crate::map::Places;
use crate::names;
use crate::{glob, letters};

/// A name of a place that may be production.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// What it is a name of.
    pub kind: Kind,
    /// The name, as the map would have it.
    pub name: String,
    /// Where it stands, for people, such as `~/.kube/config`.
    pub from: String,
}

/// The lists of a map whose names stand in files of tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A context of a kubeconfig.
    KubeContext,
    /// A profile or project of a cloud.
    Account,
    /// The `$VARIABLE` that holds a database's address.
    Database,
    /// A workspace of Terraform.
    Stack,
    /// An application on a platform.
    App,
    /// A registry of packages or images.
    Registry,
    /// A directory of the repository that describes what runs somewhere, with all that is below it.
    Directory,
    /// A file of variables that says production.
    Credential,
}

impl Kind {
    /// The list's name in `countersign.toml`.
    pub const fn list(self) -> &'static str {
        match self {
            Self::KubeContext => "kube_contexts",
            Self::Account => "accounts",
            Self::Database => "databases",
            Self::Stack => "stacks",
            Self::App => "apps",
            Self::Registry => "registries",
            Self::Directory => "paths",
            Self::Credential => "credentials",
        }
    }

    /// The list.
    pub(crate) fn of(self, places: &mut Places) -> &mut Vec<String> {
        match self {
            Self::KubeContext => &mut places.kube_contexts,
            Self::Account => &mut places.accounts,
            Self::Database => &mut places.databases,
            Self::Stack => &mut places.stacks,
            Self::App => &mut places.apps,
            Self::Registry => &mut places.registries,
            Self::Directory => &mut places.paths,
            Self::Credential => &mut places.credentials,
        }
    }
}

impl Named {
    /// Whether it says itself that it is production.
    pub fn says_production(&self) -> bool {
        let last = self.name.rsplit('/').next().unwrap_or_default();
        let name = if self.kind == Kind::Directory { last } else { &self.name };
        names::says_production(name) && self.is_usable()
    }

    /// As the map has it.
    pub(crate) fn pattern(&self) -> String {
        if self.kind == Kind::Directory { format!("{}/**", self.name) } else { self.name.clone() }
    }

    /// Whether it says itself that it is for development, and nothing more.
    pub fn says_development(&self) -> bool {
        names::says_development(&self.name)
    }

    /// Whether it says itself that it is for staging, and no more.
    pub fn says_staging(&self) -> bool {
        names::says_staging(&self.name) && !names::says_production(&self.name)
    }

    /// Whether something before an `@` in it may be a password; a user alone is none.
    pub(crate) fn holds_login(&self) -> bool {
        self.name.rsplit_once('@').is_some_and(|(login, _)| login.contains(':'))
    }

    /// Whether a map can have it as it is.
    pub(crate) fn is_usable(&self) -> bool {
        glob::refuse(&self.name).is_none()
            && !letters::hides(&self.name)
            && !self.name.contains(['*', '?'])
            && !self.name.starts_with('!')
    }
}

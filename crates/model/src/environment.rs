//! Where an effect lands.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How much hangs on the thing an effect touches. Ordered from harmless to harmful, with what is
/// unknown just below production.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// A person's own work.
    Development,
    /// Shared, but not what customers use.
    Staging,
    /// Nobody has said.
    Unknown,
    /// What customers use.
    Production,
}

/// The columns of the default matrix: how far from the agent's own workspace an effect reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The repository the agent works in, temporary files, and the agent's own bookkeeping.
    Workspace,
    /// This machine, outside the workspace.
    Machine,
    /// Another machine.
    Remote,
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Development => "development",
            Self::Staging => "staging",
            Self::Unknown => "unknown",
            Self::Production => "production",
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Workspace => "workspace",
            Self::Machine => "machine",
            Self::Remote => "remote",
        })
    }
}

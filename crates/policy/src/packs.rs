//! The shipped packs: policies everybody starts from, as Cedar under `packs/`.

use serde::{Deserialize, Serialize};

/// A shipped set of policies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pack {
    /// Records and holds nothing but tampering with Countersign.
    Observe,
    /// Low risk flows, medium is shown to people, high waits for one of them.
    #[default]
    Graduated,
    /// What leaves the workspace waits for a person.
    Strict,
}

impl Pack {
    /// All of them, from the laxest.
    pub const ALL: [Self; 3] = [Self::Observe, Self::Graduated, Self::Strict];

    /// Its name, which its policies' ids start with.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Observe => "observe",
            Self::Graduated => "graduated",
            Self::Strict => "strict",
        }
    }

    /// Its policies: what every pack says, then its own.
    pub(crate) fn sources(self) -> [&'static str; 2] {
        let own = match self {
            Self::Observe => include_str!("../packs/observe.cedar"),
            Self::Graduated => include_str!("../packs/graduated.cedar"),
            Self::Strict => include_str!("../packs/strict.cedar"),
        };
        [include_str!("../packs/shared.cedar"), own]
    }
}

/// The points of risk, as TOML.
pub(crate) const WEIGHTS: &str = include_str!("../packs/weights.toml");

/// The schema without its actions.
pub(crate) const SCHEMA: &str = include_str!("../packs/schema.cedarschema");

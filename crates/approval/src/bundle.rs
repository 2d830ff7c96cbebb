//! Putting a bundle in force.

use countersign_model::{Digest, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Anchor, Statement};

/// A reviewer puts a bundle in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Activation {
    /// The bundle.
    pub bundle: Digest,
    /// The repository it is for, as its top directory; everywhere if none.
    pub repository: Option<String>,
    /// When it was signed, by the reviewer's clock.
    pub at: Timestamp,
    /// The log's end when it was signed.
    pub after: Anchor,
}

impl Statement for Activation {
    const KIND: &'static str = "activation";

    fn after(&self) -> &Anchor {
        &self.after
    }
}

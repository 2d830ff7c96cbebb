//! The statements that make and end reviewers.

use countersign_model::{ReviewerName, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Anchor, Fingerprint, PublicKey, Statement};

/// A key becomes a reviewer's. The first of a log signs itself and is the root; each further one
/// is signed by a reviewer in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enrollment {
    /// What people know the reviewer by, once per log.
    pub name: ReviewerName,
    /// The key, once per log.
    pub key: PublicKey,
    /// The groups the reviewer stands for, such as `dba`.
    pub groups: Vec<String>,
    /// When it was signed, by the signer's clock.
    pub at: Timestamp,
    /// The log's end when it was signed.
    pub after: Anchor,
}

impl Statement for Enrollment {
    const KIND: &'static str = "enrollment";

    fn after(&self) -> &Anchor {
        &self.after
    }
}

/// A reviewer is one no longer. Signed by another one in force; there is no way back for the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retirement {
    /// The reviewer's key.
    pub key: Fingerprint,
    /// Why, for people.
    pub why: Option<String>,
    /// When it was signed, by the signer's clock.
    pub at: Timestamp,
    /// The log's end when it was signed.
    pub after: Anchor,
}

impl Statement for Retirement {
    const KIND: &'static str = "retirement";

    fn after(&self) -> &Anchor {
        &self.after
    }
}

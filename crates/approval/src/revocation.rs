//! The end of a grant before its time.

use countersign_model::{GrantId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Anchor, Statement};

/// A grant covers nothing more. There is no way back for it; whoever wants it again grants anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// The grant.
    pub grant: GrantId,
    /// When it was signed, by the reviewer's clock.
    pub at: Timestamp,
    /// What the reviewer wrote.
    pub note: Option<String>,
    /// The log's end when it was signed.
    pub after: Anchor,
}

impl Statement for Revocation {
    const KIND: &'static str = "revocation";

    fn after(&self) -> &Anchor {
        &self.after
    }
}

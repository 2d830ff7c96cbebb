//! A reviewer's verdict over one exact action.

use std::fmt;

use countersign_model::{Digest, Ticket, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Anchor, Commitment, Statement};

/// A reviewer's verdict over one exact action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// The hold it answers.
    pub ticket: Ticket,
    /// The action, as the hold committed to it.
    pub commitment: Commitment,
    /// What the reviewer saw of it: the digest of [`Shown`](crate::Shown). Without it nothing is released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Digest>,
    /// Yes or no.
    pub verdict: Verdict,
    /// When it was signed, by the reviewer's clock.
    pub at: Timestamp,
    /// From when on it no longer counts.
    pub expires: Timestamp,
    /// What the reviewer wrote; the agent is told.
    pub note: Option<String>,
    /// The log's end when it was signed.
    pub after: Anchor,
}

impl Approval {
    /// Whether it still counts.
    pub fn in_force(&self, now: Timestamp) -> bool {
        now < self.expires
    }
}

impl Statement for Approval {
    const KIND: &'static str = "approval";

    fn after(&self) -> &Anchor {
        &self.after
    }
}

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It may happen.
    Approve,
    /// It must not happen, whoever else approves.
    Deny,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Approve => "approve",
            Self::Deny => "deny",
        })
    }
}

//! What Countersign answers.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{PolicyId, Risk};

/// The answer to one tool call, with everything needed to explain it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What happens.
    pub kind: DecisionKind,
    /// Of the riskiest effect.
    pub risk: Risk,
    /// The policies that decided, sorted.
    pub policies: Vec<PolicyId>,
    /// Why, in one sentence that the agent and the reviewer both read.
    pub reason: String,
    /// What would be decided if the policies that only look on counted, where that is something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shadow: Option<Box<Shadow>>,
}

/// A decision that is not enforced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shadow {
    /// What would happen.
    pub kind: DecisionKind,
    /// The policies that would decide, sorted.
    pub policies: Vec<PolicyId>,
    /// Why, in one sentence.
    pub reason: String,
}

/// What happens to a tool call. Ordered: the strictest of several is their maximum.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum DecisionKind {
    /// It flows.
    Allow,
    /// It flows, and people are shown it.
    Monitor,
    /// It waits for reviewers.
    RequireApproval {
        /// Whose approval it takes.
        requirement: Requirement,
    },
    /// It does not happen.
    Deny,
}

/// Whose approval an action takes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Requirement {
    /// How many different reviewers, at least 1.
    pub approvals: u8,
    /// Groups that must each be among them.
    pub groups: Vec<String>,
}

impl DecisionKind {
    /// Whether reviewers have to say yes first.
    pub const fn waits(&self) -> bool {
        matches!(self, Self::RequireApproval { .. })
    }

    /// The word used in every output: `allow`, `monitor`, `require_approval` or `deny`.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Monitor => "monitor",
            Self::RequireApproval { .. } => "require_approval",
            Self::Deny => "deny",
        }
    }
}

impl fmt::Display for DecisionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Allow => f.write_str("allow"),
            Self::Monitor => f.write_str("monitor"),
            Self::RequireApproval { requirement } => {
                write!(f, "require {} approval", requirement.approvals)?;
                if requirement.approvals > 1 {
                    f.write_str("s")?;
                }
                if !requirement.groups.is_empty() {
                    write!(f, " including {}", requirement.groups.join(", "))?;
                }
                Ok(())
            }
            Self::Deny => f.write_str("deny"),
        }
    }
}

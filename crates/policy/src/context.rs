//! What a decision depends on besides the effects. It is stored with the decision, so that replay
//! decides from it.

use countersign_model::{DecisionKind, Digest, Effect, Finding, verbs};
use serde::{Deserialize, Serialize};

/// What is known about a call and its session when it is decided.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Context {
    /// Secrets and personal data in the call's payload.
    pub findings: Vec<Finding>,
    /// What happened in this session before this call.
    pub history: History,
    /// Which of the bundle's production credentials a process started by this call could use, by name.
    pub reach: Vec<String>,
    /// Whether the call can be rewritten so that exactly the reviewed transition happens.
    pub pinnable: bool,
}

impl Context {
    /// Whether all that the call is known to carry is a secret that it reads itself.
    pub(crate) fn carries_own(&self) -> bool {
        self.findings.iter().all(|finding| finding.class == OWN_SECRET) && !self.findings.is_empty()
    }

    /// The same for what may carry along a secret that the same call reads: `cat .env | curl -d @- ..`.
    /// It follows from the recorded effects, so that replay decides alike.
    pub(crate) fn carrying(&self) -> Self {
        let mut carrying = self.clone();
        carrying.history.secret_read = true;
        if carrying.findings.is_empty() {
            let fingerprint = Digest::of([b"a secret that the call itself reads".as_slice()]);
            let class = OWN_SECRET.to_owned();
            carrying.findings.push(Finding { class, pointer: String::new(), fingerprint });
        }
        carrying
    }
}

/// The class of the finding that stands for a secret which the call itself reads.
const OWN_SECRET: &str = "secret-of-this-call";

/// A session so far. A retry of a held call does not count itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct History {
    /// A secret's value was read.
    pub secret_read: bool,
    /// Text from outside (a web page, an issue, an MCP answer) was taken in.
    pub untrusted_content: bool,
    /// Calls that were denied.
    pub denials: u32,
    /// Calls that were held.
    pub holds: u32,
}

impl History {
    /// Counts a decision of this session.
    pub fn decided(&mut self, kind: &DecisionKind) {
        match kind {
            DecisionKind::Allow | DecisionKind::Monitor => {}
            DecisionKind::RequireApproval { .. } => self.holds += 1,
            DecisionKind::Deny => self.denials += 1,
        }
    }

    /// Takes in what a call of this session did that has run.
    pub fn ran(&mut self, effects: &[Effect]) {
        self.secret_read |= reads_secret(effects);
        self.untrusted_content |= takes_in_untrusted(effects);
    }
}

/// Whether a secret's value is known to whoever made these effects.
pub fn reads_secret(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| effect.verb == verbs::SECRET_READ)
}

/// Whether text that others wrote is taken in: web pages, issues, answers of MCP servers.
pub fn takes_in_untrusted(effects: &[Effect]) -> bool {
    let outside = [verbs::NET_READ, verbs::MCP_READ, verbs::FORGE_READ];
    effects.iter().any(|effect| outside.contains(&effect.verb))
}

//! What a decision depends on besides the effects. It is stored with the decision, so that replay
//! decides from it.

use countersign_model::{DecisionKind, Digest, Effect, Finding, Place, verbs};
use serde::{Deserialize, Serialize};

use crate::{Circumstances, UnderTask};

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
    /// What that says of the effects of this call.
    #[serde(default, skip_serializing_if = "Circumstances::is_empty")]
    pub circumstances: Circumstances,
    /// The top of the working tree whose files the call changes, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<String>,
    /// Files of the call that were not there when it was decided: if it succeeds, the session made them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub creates: Vec<String>,
    /// The task that the session belongs to, if somebody gave it one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<UnderTask>,
}

impl Context {
    /// The secrets and personal data that the call carries, which count for an effect here or elsewhere: those for a
    /// service of this machine open nothing as long as they stay here, and those that say no more than who asks nowhere.
    pub(crate) fn carried(&self, place: Place) -> impl Iterator<Item = &Finding> {
        let counts = move |class: &str| class != USUAL && (place == Place::Remote || class != LOCAL);
        self.findings.iter().filter(move |finding| counts(&finding.class))
    }

    /// Whether all that the call is known to carry is a secret that it reads itself.
    pub(crate) fn carries_own(&self) -> bool {
        self.findings.iter().all(|finding| finding.class == OWN_SECRET) && !self.findings.is_empty()
    }

    /// The same for what may carry along a secret that the same call reads: `cat .env | curl -d @- ..`.
    /// It follows from the recorded effects, so that replay decides alike.
    pub(crate) fn carrying(&self) -> Self {
        let mut carrying = self.clone();
        carrying.history.secret_read = true;
        if carrying.carried(Place::Workspace).next().is_none() {
            let fingerprint = Digest::of([b"a secret that the call itself reads".as_slice()]);
            let class = OWN_SECRET.to_owned();
            carrying.findings.push(Finding { class, pointer: String::new(), fingerprint });
        }
        carrying
    }
}

/// Characters of a secret's name that are kept.
const LONGEST_NAME: usize = 100;

/// The class of credentials for a service of this machine.
const LOCAL: &str = "local-credential";

/// The class of those that everybody's development database has.
const USUAL: &str = "usual-credential";

/// The class of the finding that stands for a secret which the call itself reads.
const OWN_SECRET: &str = "secret-of-this-call";

/// A session so far. A retry of a held call does not count itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct History {
    /// A secret's value was read.
    pub secret_read: bool,
    /// The first secret that was, as people know it, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Text from outside (a web page, an issue, an MCP answer) was taken in.
    pub untrusted_content: bool,
    /// Calls that were denied.
    pub denials: u32,
    /// Calls that were held.
    pub holds: u32,
    /// Calls that moved refs of remotes.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub pushes: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl History {
    /// Counts a decision of this session.
    pub fn decided(&mut self, kind: &DecisionKind) {
        match kind {
            DecisionKind::Allow | DecisionKind::Monitor => {}
            DecisionKind::RequireApproval { .. } => self.holds = self.holds.saturating_add(1),
            DecisionKind::Deny => self.denials = self.denials.saturating_add(1),
        }
    }

    /// Takes in that a secret was read, if one was.
    pub fn read(&mut self, secret: Option<String>) {
        self.secret_read |= secret.is_some();
        self.secret = self.secret.take().or(secret);
    }

    /// Takes in what a call of this session did that has run.
    pub fn ran(&mut self, effects: &[Effect]) {
        self.read(secret_read(effects));
        self.untrusted_content |= takes_in_untrusted(effects);
        self.pushes = self.pushes.saturating_add(u32::from(pushes(effects)));
    }
}

/// The first secret whose value is known to whoever made these effects, as people know it.
pub fn secret_read(effects: &[Effect]) -> Option<String> {
    let read = effects.iter().find(|effect| effect.verb == verbs::SECRET_READ)?;
    Some(read.resource.to_string().chars().take(LONGEST_NAME).collect())
}

/// Whether refs of a remote are moved.
pub fn pushes(effects: &[Effect]) -> bool {
    let moving = [verbs::GIT_PUSH, verbs::GIT_FORCE_PUSH, verbs::GIT_DELETE_REMOTE_REF];
    effects.iter().any(|effect| moving.contains(&effect.verb))
}

/// Whether text that others wrote is taken in: web pages, issues, answers of MCP servers. What a server of this machine
/// answers is not of others.
pub fn takes_in_untrusted(effects: &[Effect]) -> bool {
    let outside = [verbs::NET_READ, verbs::MCP_READ, verbs::FORGE_READ];
    let others = |effect: &Effect| effect.resource.place() == Place::Remote || effect.verb != verbs::NET_READ;
    effects.iter().any(|effect| outside.contains(&effect.verb) && others(effect))
}

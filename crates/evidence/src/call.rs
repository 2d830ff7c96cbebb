//! What is recorded of one tool call, besides the plain events.

use countersign_approval::{ApprovalError, Shown};
use countersign_model::{
    Commit, Decision, Digest, Effect, Fact, Finding, GrantId, Ticket, Timestamp, ToolCall,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A tool call with everything its decision depended on: enough to decide it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decided {
    /// The call, its input redacted.
    pub call: ToolCall,
    /// The names of the arguments that bear on what happens; the others are for people.
    #[serde(default)]
    pub bearing: Vec<String>,
    /// Of tool, directory and arguments as the runtime reported them, under this installation's key:
    /// tells the same call asked twice from another one under its id.
    pub fingerprint: Digest,
    /// What was redacted.
    pub findings: Vec<Finding>,
    /// What understanding asked of the workspace, with the answers.
    pub facts: Vec<Fact>,
    /// What it would do, environments filled in.
    pub effects: Vec<Effect>,
    /// The policy and map it was decided by.
    pub bundle: Digest,
    /// What else the policies were told.
    pub context: Value,
    /// The answer.
    pub decision: Decision,
}

impl Decided {
    /// The digest of what a reviewer is shown of it, with the form it would be rewritten to.
    ///
    /// # Errors
    ///
    /// An argument is a number that canonical JSON cannot carry exactly.
    pub fn shown(&self, pinned: Option<&str>) -> Result<Digest, ApprovalError> {
        let bears = |name: &String| Some((name.clone(), self.call.input.get(name)?.clone()));
        Shown {
            session: &self.call.session,
            runtime: self.call.runtime,
            tool: &self.call.tool,
            server: self.call.mcp_server.as_ref(),
            cwd: &self.call.cwd,
            input: &self.bearing.iter().filter_map(bears).collect(),
            effects: &self.effects,
            pinned,
            bundle: self.bundle,
        }
        .digest()
    }
}

/// What lets a held call go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Authority {
    /// The approvals of this hold.
    Ticket {
        /// The hold.
        ticket: Ticket,
    },
    /// Grants that together cover every effect that has to wait.
    Grants {
        /// The grants, each used once.
        grants: Vec<GrantId>,
    },
}

/// How a call went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Ran {
    /// The tool did what it was told.
    Succeeded,
    /// The tool failed, possibly half-way.
    Failed,
    /// Somebody stopped it.
    Interrupted,
    /// It goes on in the background: unknown until seen.
    Background {
        /// The runtime's name for it.
        id: Option<String>,
    },
    /// The runtime did not say.
    Unknown,
}

/// What a reviewer sees of a hold, gathered when it was made. Redacted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// What the person who runs the agent last told it.
    pub prompt: Option<String>,
    /// The task, if the session has one.
    pub task: Option<String>,
    /// The refs that would move.
    pub transitions: Vec<Transition>,
    /// The tests this session ran, latest last.
    pub tests: Vec<TestRun>,
    /// What the call would be rewritten to, so that nothing but the reviewed can happen.
    pub pinned: Option<String>,
    /// Why it cannot be pinned, if it cannot.
    pub unpinned: Option<String>,
    /// What this session did before, and earlier verdicts on the like, one line each.
    pub history: Vec<String>,
}

/// A ref that would move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    /// Its full name.
    pub reference: String,
    /// The remote, as configured.
    pub remote: Option<String>,
    /// Where the remote is.
    pub url: Option<String>,
    /// The commit it names, as far as known here.
    pub old: Option<Commit>,
    /// The commit it would name.
    pub new: Option<Commit>,
    /// The commits it would gain, one line each.
    pub commits: Vec<String>,
    /// The files they change, one line each.
    pub files: Vec<String>,
    /// Whether nothing is lost by it.
    pub fast_forward: Option<bool>,
}

/// A run of tests in this session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestRun {
    /// The command.
    pub command: String,
    /// How it ended.
    pub result: Ran,
    /// When.
    pub at: Timestamp,
}

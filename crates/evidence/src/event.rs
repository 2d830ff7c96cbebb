//! What a record can say. One more kind of event is one variant here.
//!
//! Names and fields are a stored format: never rename or remove one; a new field is optional on
//! reading. A reader that meets a kind it does not know reads it as [`Event::Unknown`].

use std::path::PathBuf;

use countersign_approval::{
    Activation, Approval, Commitment, Enrollment, Fingerprint, Grant, Retirement, Revocation, Signed,
};
use countersign_model::{
    AgentId, Digest, Finding, LogId, PromptId, Requirement, Runtime, SessionId, Task, TaskId, Ticket,
    Timestamp, ToolCallId,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Authority, Decided, Ran, Review};

/// One line of a log, without its hash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Its number, from 0, without gaps.
    pub sequence: u64,
    /// When it was appended, by this machine's clock.
    pub time: Timestamp,
    /// What happened.
    pub event: Event,
}

/// What happened. Payloads are redacted before they get here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The log begins. Its first record and no other.
    LogCreated {
        /// The log's id, which its hash chain starts from.
        log: LogId,
        /// Of the format: 1.
        version: u32,
    },
    /// The log was mended before it was appended to.
    Repaired {
        /// The segment's number.
        segment: u32,
        /// How many bytes of a record that was never acknowledged were moved to `torn/`.
        removed_bytes: u64,
        /// What was wrong, a sentence.
        why: String,
    },
    /// Somebody tried to change, disable or impersonate Countersign, or did.
    Tampering {
        /// What kind, such as `settings-changed`.
        what: String,
        /// What was seen, a sentence.
        detail: String,
        /// The session that did it, if that is known.
        session: Option<SessionId>,
    },
    /// A runtime's hooks were installed.
    Installed {
        /// The agent program.
        runtime: Runtime,
        /// Whose: `user`, `project` or `managed`.
        scope: String,
        /// The settings file they stand in.
        settings: PathBuf,
        /// Of the hook that was installed.
        binary: Digest,
        /// The root of the reviewers that the hook was told.
        root: Option<Fingerprint>,
    },
    /// A runtime's hooks were removed.
    Uninstalled {
        /// The agent program.
        runtime: Runtime,
        /// Whose.
        scope: String,
        /// The settings file they stood in.
        settings: PathBuf,
    },
    /// An agent session began, or went on.
    SessionStarted {
        /// The session.
        session: SessionId,
        /// The agent program.
        runtime: Runtime,
        /// The directory it works in.
        cwd: String,
        /// Why, as the runtime names it, such as `startup` or `resume`.
        source: Option<String>,
        /// Whether a person sits before it, where the runtime says.
        attended: Option<bool>,
        /// The runtime's own permission mode.
        mode: Option<String>,
    },
    /// An agent session ended.
    SessionEnded {
        /// The session.
        session: SessionId,
        /// Why, as the runtime names it.
        reason: Option<String>,
    },
    /// A person told the agent what to do.
    Prompted {
        /// The session.
        session: SessionId,
        /// The prompt's id, where the runtime says.
        prompt: Option<PromptId>,
        /// What it said, redacted.
        text: String,
        /// What was redacted.
        findings: Vec<Finding>,
    },
    /// A subagent began.
    SubagentStarted {
        /// The session.
        session: SessionId,
        /// The subagent.
        agent: AgentId,
        /// Its kind, as the runtime names it.
        agent_type: Option<String>,
    },
    /// A subagent ended.
    SubagentStopped {
        /// The session.
        session: SessionId,
        /// The subagent.
        agent: AgentId,
        /// Its kind, as the runtime names it.
        agent_type: Option<String>,
    },
    /// The agent ended its turn.
    Stopped {
        /// The session.
        session: SessionId,
        /// What still runs in the background, as the runtime names it.
        background: Vec<String>,
    },
    /// The runtime asked a person for permission itself. Never a second decision.
    PermissionAsked {
        /// The session.
        session: SessionId,
        /// The subagent, inside one.
        agent: Option<AgentId>,
        /// The tool.
        tool: String,
        /// The call it belongs to, if exactly one fits.
        call: Option<ToolCallId>,
    },
    /// The runtime's configuration changed.
    ConfigurationChanged {
        /// The session that noticed.
        session: SessionId,
        /// Whose settings, as the runtime names them.
        source: String,
        /// The file, where the runtime says.
        path: Option<PathBuf>,
        /// Why the change was vetoed, if it was.
        vetoed: Option<String>,
    },
    /// A tool call was decided.
    Decided(Box<Decided>),
    /// A tool call waits for reviewers.
    Held {
        /// The hold.
        ticket: Ticket,
        /// The session.
        session: SessionId,
        /// The subagent, inside one.
        agent: Option<AgentId>,
        /// The call.
        call: ToolCallId,
        /// To the action, as reviewers sign it.
        commitment: Commitment,
        /// Whose approval it takes.
        requirement: Requirement,
        /// From when on nobody can approve it.
        expires: Timestamp,
        /// What reviewers see.
        review: Box<Review>,
    },
    /// A later call of the session asks for the action of a hold that is open.
    Joined {
        /// The hold.
        ticket: Ticket,
        /// The session.
        session: SessionId,
        /// The later call.
        call: ToolCallId,
    },
    /// The hook stopped waiting; after approval the identical call passes: once, or until its pinned change has landed.
    Parked {
        /// The hold.
        ticket: Ticket,
        /// The session.
        session: SessionId,
        /// The call that was answered with the ticket.
        call: ToolCallId,
    },
    /// A reviewer gave a verdict.
    Reviewed {
        /// The verdict.
        approval: Signed<Approval>,
    },
    /// A reviewer granted more than one action.
    Granted {
        /// The grant.
        grant: Signed<Grant>,
    },
    /// A reviewer ended a grant before its time.
    Revoked {
        /// The statement.
        revocation: Signed<Revocation>,
    },
    /// An approval no longer fits what would happen.
    Voided {
        /// The hold.
        ticket: Ticket,
        /// The session.
        session: SessionId,
        /// The call that would have been released.
        call: ToolCallId,
        /// What changed, a sentence.
        why: String,
    },
    /// A held call is let go. Written before the runtime is told.
    Released {
        /// What lets it go.
        authority: Authority,
        /// The session.
        session: SessionId,
        /// The call.
        call: ToolCallId,
        /// The arguments it was rewritten to, redacted, if it was pinned.
        pinned: Option<Map<String, Value>>,
    },
    /// Nobody decided in time: a denial.
    Expired {
        /// The hold.
        ticket: Ticket,
    },
    /// What became of a call.
    Outcome {
        /// The session.
        session: SessionId,
        /// The subagent, inside one.
        agent: Option<AgentId>,
        /// The call.
        call: ToolCallId,
        /// How it went.
        result: Ran,
        /// What it said, redacted and shortened.
        detail: Option<String>,
        /// How long it ran, in milliseconds, where the runtime says.
        duration_ms: Option<u64>,
        /// Whether an approved transition is seen in the world; unknown if nobody looked.
        landed: Option<bool>,
        /// Files that were not there before the call, and were when it had ended.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        made: Vec<String>,
    },
    /// Somebody became a reviewer.
    ReviewerEnrolled {
        /// The statement.
        enrollment: Signed<Enrollment>,
    },
    /// A reviewer is one no longer.
    ReviewerRetired {
        /// The statement.
        retirement: Signed<Retirement>,
    },
    /// A bundle is in force without a signature, because there is no reviewer yet.
    BundleAdopted {
        /// The bundle.
        bundle: Digest,
        /// The repository it is for.
        repository: Option<String>,
        /// The shipped pack it was made with.
        pack: String,
        /// Why it was taken, a sentence.
        why: String,
    },
    /// A reviewer put a bundle in force.
    BundleActivated {
        /// The statement.
        activation: Signed<Activation>,
    },
    /// A person gave the agents of a working tree a task.
    TaskStarted {
        /// The task.
        task: Task,
    },
    /// A person ended a task before its time.
    TaskEnded {
        /// The task.
        task: TaskId,
    },
    /// Countersign itself failed.
    Failure {
        /// What it was doing.
        during: String,
        /// What went wrong.
        error: String,
    },
    /// Something a later version wrote.
    #[serde(other)]
    Unknown,
}

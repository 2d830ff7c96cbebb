//! What the client tells its hook.

use std::time::Duration;

use countersign_model::{AgentId, PromptId, SessionId, ToolCall};
use serde_json::{Map, Value};

/// One thing the client tells its hook.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A session begins, or goes on after `/clear`, a compaction or a resume.
    SessionStart {
        /// Whose.
        context: Context,
        /// `startup`, `resume`, `clear`, `compact`, `fork`, or what later versions add.
        source: String,
        /// The model, where the client says.
        model: Option<String>,
    },
    /// The session was given a prompt: the intent behind the calls that follow.
    Prompt {
        /// Whose.
        context: Context,
        /// What it says.
        text: String,
        /// Whether the client wrote it, to tell of a background task's end: no person's intent.
        notification: bool,
    },
    /// A tool is about to run. The one question that a decision answers.
    PreToolUse(ToolCall),
    /// A tool has run.
    PostToolUse {
        /// The call, with the same id as before.
        call: ToolCall,
        /// What the tool returned; its form depends on the tool.
        response: Value,
        /// How long it took.
        duration: Option<Duration>,
        /// The task that goes on in the background: the outcome is not known yet.
        background: Option<String>,
    },
    /// A tool has failed, or was interrupted.
    PostToolUseFailure {
        /// The call, with the same id as before.
        call: ToolCall,
        /// What the tool said.
        error: String,
        /// Whether a person stopped it.
        interrupted: bool,
        /// How long it took.
        duration: Option<Duration>,
    },
    /// The client would ask a person. It carries no tool call id, so it is never decided, only
    /// matched with the call it belongs to.
    PermissionRequest {
        /// Whose.
        context: Context,
        /// The tool.
        tool: String,
        /// Its arguments.
        input: Map<String, Value>,
    },
    /// A subagent begins; its id is in the context.
    SubagentStart {
        /// Whose.
        context: Context,
        /// Such as `general-purpose`.
        kind: String,
    },
    /// A subagent ends; its id is in the context.
    SubagentStop {
        /// Whose.
        context: Context,
        /// Such as `general-purpose`.
        kind: String,
        /// What goes on in the background.
        tasks: Vec<BackgroundTask>,
        /// Its last words.
        message: Option<String>,
    },
    /// The agent's turn ends.
    Stop {
        /// Whose.
        context: Context,
        /// What goes on in the background.
        tasks: Vec<BackgroundTask>,
        /// Its last words.
        message: Option<String>,
    },
    /// The session ends.
    SessionEnd {
        /// Whose.
        context: Context,
        /// Such as `prompt_input_exit` or `other`.
        reason: String,
    },
    /// A settings file was changed and would come into force.
    ConfigChange {
        /// Whose.
        context: Context,
        /// Such as `user_settings`, `project_settings`, `local_settings`, `policy_settings`.
        source: String,
        /// The file, where the client says.
        path: Option<String>,
    },
    /// Anything else, including a report above that lacks what makes it one. Nothing hangs on it.
    Other {
        /// The event's name.
        name: String,
        /// Whose.
        session: Option<SessionId>,
    },
}

/// Whose event it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// The session.
    pub session: SessionId,
    /// The subagent, inside one.
    pub agent: Option<AgentId>,
    /// The prompt being worked on, where the client says.
    pub prompt: Option<PromptId>,
    /// The session's directory.
    pub cwd: Option<String>,
    /// The permission mode, as the client names it.
    pub mode: Option<String>,
    /// The client's own record of the session.
    pub transcript: Option<String>,
}

/// A shell command or subagent that goes on in the background.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackgroundTask {
    /// As `PostToolUse` named it.
    pub id: String,
    /// Such as `running`; empty if the client does not say.
    pub status: String,
}

impl Event {
    /// The client's name for it, as its answers must repeat it.
    pub fn name(&self) -> &str {
        match self {
            Self::SessionStart { .. } => "SessionStart",
            Self::Prompt { .. } => "UserPromptSubmit",
            Self::PreToolUse(_) => "PreToolUse",
            Self::PostToolUse { .. } => "PostToolUse",
            Self::PostToolUseFailure { .. } => "PostToolUseFailure",
            Self::PermissionRequest { .. } => "PermissionRequest",
            Self::SubagentStart { .. } => "SubagentStart",
            Self::SubagentStop { .. } => "SubagentStop",
            Self::Stop { .. } => "Stop",
            Self::SessionEnd { .. } => "SessionEnd",
            Self::ConfigChange { .. } => "ConfigChange",
            Self::Other { name, .. } => name,
        }
    }

    /// Whether something happens or does not happen depending on the answer.
    pub(super) const fn can_be_answered(&self) -> bool {
        match self {
            Self::PreToolUse(_) | Self::ConfigChange { .. } | Self::PermissionRequest { .. } => true,
            Self::SessionStart { .. }
            | Self::Prompt { .. }
            | Self::PostToolUse { .. }
            | Self::PostToolUseFailure { .. }
            | Self::SubagentStart { .. }
            | Self::SubagentStop { .. }
            | Self::Stop { .. }
            | Self::SessionEnd { .. }
            | Self::Other { .. } => false,
        }
    }
}

//! What a reviewer sees of an action, as far as it says what will happen.

use countersign_model::{Digest, Effect, McpServer, Runtime, SessionId};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::ApprovalError;
use crate::canonical::message;

/// An action as its record tells it, redacted. A reviewer signs its digest beside the commitment,
/// and whoever releases the action computes it again from the live call: a record that was made to
/// look harmless is not what would happen, so its approval releases nothing.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Shown<'a> {
    /// The run of the agent.
    pub session: &'a SessionId,
    /// The agent program.
    pub runtime: Runtime,
    /// The tool, as the runtime names it.
    pub tool: &'a str,
    /// The MCP server behind it.
    pub server: Option<&'a McpServer>,
    /// The directory it would run in.
    pub cwd: &'a str,
    /// The arguments that bear on what happens, as they are stored.
    pub input: &'a Map<String, Value>,
    /// What it would do, environments filled in.
    pub effects: &'a [Effect],
    /// What it would be rewritten to.
    pub pinned: Option<&'a str>,
    /// The policy and map it was decided by.
    pub bundle: Digest,
}

impl Shown<'_> {
    /// The digest of its canonical JSON.
    ///
    /// # Errors
    ///
    /// An argument is a number that canonical JSON cannot carry exactly.
    pub fn digest(&self) -> Result<Digest, ApprovalError> {
        Ok(Digest::of([message("shown", self)?.as_slice()]))
    }
}

//! Reading what the client hands its hook on standard input.
//!
//! Source of the fields: the payloads in `fixtures/claude-code`, recorded from 2.1.330.

use std::time::Duration;

use countersign_model::{
    AgentId, McpServer, PromptId, Runtime, SessionId, ToolAnnotations, ToolCall, ToolCallId,
};
use serde_json::{Map, Value};

use super::event::{BackgroundTask, Context, Event};
use super::fields::{FieldError, Fields};
use crate::json::{self, JsonError};

/// Why an input cannot be acted upon. The only answer to it is a denial.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// It is not JSON that everyone reads alike.
    #[error("the hook's input is not well-formed JSON: {0}")]
    Json(#[from] JsonError),
    /// It is JSON, but not an object.
    #[error("the hook's input is not a JSON object")]
    NotAnObject,
    /// A decision needs the field.
    #[error("the hook's input cannot be decided: {0}")]
    Field(#[from] FieldError),
}

/// Reads a hook's input. Fields, modes and events nobody knows are tolerated; a call that lacks
/// what a decision needs, or that parsers could read differently, is an error.
pub fn parse(bytes: &[u8]) -> Result<Event, ParseError> {
    match json::read(bytes) {
        Ok(value) => event(value),
        Err(error) => match json::read(&json::mend_half_characters(bytes)).map(event) {
            Ok(Ok(report)) if !report.can_be_answered() => Ok(report),
            Ok(_) | Err(_) => Err(error.into()),
        },
    }
}

fn event(value: Value) -> Result<Event, ParseError> {
    let Value::Object(object) = value else { return Err(ParseError::NotAnObject) };
    let session = object.get("session_id").and_then(Value::as_str).map(SessionId::from);
    let mut fields = Fields(object);
    let name = fields.name("hook_event_name")?;
    match name.as_str() {
        "PreToolUse" => Ok(Event::PreToolUse(call(&mut fields)?)),
        "ConfigChange" => Ok(config_change(&mut fields)?),
        report => Ok(self::report(report, &mut fields).unwrap_or(Event::Other { name, session })),
    }
}

/// An event that only tells. `None` for those we do not know and those that lack a needed field.
fn report(name: &str, fields: &mut Fields) -> Option<Event> {
    let read = match name {
        "SessionStart" => session_start,
        "UserPromptSubmit" => prompt,
        "PostToolUse" => post_tool_use,
        "PostToolUseFailure" => post_tool_use_failure,
        "PermissionRequest" => permission_request,
        "SubagentStart" => subagent_start,
        "SubagentStop" => subagent_stop,
        "Stop" => stop,
        "SessionEnd" => session_end,
        _ => return None,
    };
    read(fields).ok()
}

fn session_start(fields: &mut Fields) -> Result<Event, FieldError> {
    let source = fields.name("source")?;
    let model = fields.text("model")?;
    Ok(Event::SessionStart { context: context(fields)?, source, model })
}

fn prompt(fields: &mut Fields) -> Result<Event, FieldError> {
    let text = fields.text("prompt")?.ok_or(FieldError::Missing("prompt"))?;
    let notification = text.starts_with("<task-notification>");
    Ok(Event::Prompt { context: context(fields)?, text, notification })
}

fn post_tool_use(fields: &mut Fields) -> Result<Event, FieldError> {
    let response = fields.any("tool_response");
    let background = background(&response);
    let duration = fields.count("duration_ms")?.map(Duration::from_millis);
    Ok(Event::PostToolUse { call: call(fields)?, response, duration, background })
}

fn post_tool_use_failure(fields: &mut Fields) -> Result<Event, FieldError> {
    let error = fields.text("error")?.unwrap_or_default();
    let interrupted = fields.flag("is_interrupt")?;
    let duration = fields.count("duration_ms")?.map(Duration::from_millis);
    Ok(Event::PostToolUseFailure { call: call(fields)?, error, interrupted, duration })
}

fn permission_request(fields: &mut Fields) -> Result<Event, FieldError> {
    let tool = fields.name("tool_name")?;
    let input = fields.object("tool_input")?.ok_or(FieldError::Missing("tool_input"))?;
    Ok(Event::PermissionRequest { context: context(fields)?, tool, input })
}

fn subagent_start(fields: &mut Fields) -> Result<Event, FieldError> {
    let kind = fields.name("agent_type")?;
    Ok(Event::SubagentStart { context: context(fields)?, kind })
}

fn subagent_stop(fields: &mut Fields) -> Result<Event, FieldError> {
    let kind = fields.name("agent_type")?;
    let (tasks, message) = ending(fields)?;
    Ok(Event::SubagentStop { context: context(fields)?, kind, tasks, message })
}

fn stop(fields: &mut Fields) -> Result<Event, FieldError> {
    let (tasks, message) = ending(fields)?;
    Ok(Event::Stop { context: context(fields)?, tasks, message })
}

fn session_end(fields: &mut Fields) -> Result<Event, FieldError> {
    let reason = fields.name("reason")?;
    Ok(Event::SessionEnd { context: context(fields)?, reason })
}

fn config_change(fields: &mut Fields) -> Result<Event, FieldError> {
    let source = fields.name("source")?;
    let path = fields.text("file_path")?;
    Ok(Event::ConfigChange { context: context(fields)?, source, path })
}

fn context(fields: &mut Fields) -> Result<Context, FieldError> {
    Ok(Context {
        session: fields.name("session_id")?.into(),
        agent: fields.text("agent_id")?.map(AgentId::from),
        prompt: fields.text("prompt_id")?.map(PromptId::from),
        cwd: fields.text("cwd")?,
        mode: fields.text("permission_mode")?,
        transcript: fields.text("transcript_path")?,
    })
}

fn call(fields: &mut Fields) -> Result<ToolCall, FieldError> {
    let Context { session, agent, prompt, cwd, mode, transcript: _ } = context(fields)?;
    let cwd = cwd.ok_or(FieldError::Missing("cwd"))?;
    if !cwd.starts_with('/') {
        return Err(FieldError::Wrong { field: "cwd", expected: "an absolute path" });
    }
    Ok(ToolCall {
        runtime: Runtime::ClaudeCode,
        session,
        agent,
        id: ToolCallId::from(fields.name("tool_use_id")?),
        prompt,
        cwd,
        mode,
        tool: fields.name("tool_name")?,
        input: fields.object("tool_input")?.ok_or(FieldError::Missing("tool_input"))?,
        mcp_server: fields.object("mcp_server")?.map(mcp_server).transpose()?,
    })
}

fn mcp_server(object: Map<String, Value>) -> Result<McpServer, FieldError> {
    let mut fields = Fields(object);
    let (name, source) = (fields.name("name")?, fields.text("source")?);
    Ok(McpServer { name, source, annotations: ToolAnnotations::default() })
}

fn ending(fields: &mut Fields) -> Result<(Vec<BackgroundTask>, Option<String>), FieldError> {
    let tasks = fields.list("background_tasks")?.into_iter().filter_map(background_task).collect();
    Ok((tasks, fields.text("last_assistant_message")?))
}

fn background_task(value: Value) -> Option<BackgroundTask> {
    let Value::Object(object) = value else { return None };
    let mut fields = Fields(object);
    let id = fields.name("id").ok()?;
    Some(BackgroundTask { id, status: fields.text("status").ok()?.unwrap_or_default() })
}

/// The background task a response speaks of: a shell's, or a subagent's that was only launched.
fn background(response: &Value) -> Option<String> {
    let text = |field| response.get(field).and_then(Value::as_str);
    let launched =
        || text("status").filter(|status| *status == "async_launched").and_then(|_| text("agentId"));
    text("backgroundTaskId").or_else(launched).map(str::to_owned)
}

#[cfg(test)]
mod tests;

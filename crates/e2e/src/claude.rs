//! One run of the client, without a person at the terminal, and what came of it.

use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::lab::{Lab, User};

/// A run being prepared.
#[derive(Debug)]
pub struct Claude {
    command: Command,
}

/// What the client said and did.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its exit code; none if it was killed.
    pub exit: Option<i32>,
    /// What it printed, one message a value.
    pub messages: Vec<Value>,
    /// What it printed on standard error.
    pub stderr: String,
}

/// What the model was told of one of its calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolResult {
    /// The call, as `toolu_<track>_<turn>_<place in the turn>`.
    pub id: String,
    /// Whether it is an error to the model.
    pub is_error: bool,
    /// What the model reads.
    pub text: String,
}

impl Lab {
    /// The client with this prompt, in the project, as the agent's user.
    pub fn claude(&self, prompt: &str) -> Claude {
        let mut command = self.command(User::Agent, "/home/dev/.local/share/claude/claude");
        command.args(["--print", prompt, "--output-format", "stream-json", "--verbose"]);
        command.env("ANTHROPIC_BASE_URL", self.model()).env("ANTHROPIC_API_KEY", "none-is-needed-here");
        for off in ["TELEMETRY", "ERROR_REPORTING", "AUTOUPDATER"] {
            command.env(format!("DISABLE_{off}"), "1");
        }
        command.env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1");
        Claude { command }
    }

    /// What the model was told of its calls so far, in the order it made them.
    pub fn tool_results(&self) -> Result<Vec<ToolResult>> {
        let mut results: Vec<ToolResult> = Vec::new();
        for line in self.conversations()?.lines() {
            let messages: Value = serde_json::from_str(line).context("the model's log is not JSON")?;
            let messages = messages.as_array().into_iter().flatten();
            let blocks = messages.filter_map(|message| message.get("content")?.as_array()).flatten();
            for result in blocks.filter_map(tool_result) {
                if !results.contains(&result) {
                    results.push(result);
                }
            }
        }
        Ok(results)
    }

    /// What the model was told of the call `id`, last.
    pub fn tool_result(&self, id: &str) -> Result<ToolResult> {
        let results = self.tool_results()?;
        results
            .into_iter()
            .rfind(|result| result.id == id)
            .with_context(|| format!("the model was told nothing of {id}"))
    }
}

impl Claude {
    /// Lets it use these tools without asking, as a person would who trusts the hook.
    #[must_use]
    pub fn allow(self, tools: &str) -> Self {
        self.argument("--allowedTools").argument(tools)
    }

    /// Skips all of the client's own prompts.
    #[must_use]
    pub fn bypass(self) -> Self {
        self.argument("--dangerously-skip-permissions")
    }

    /// One more argument.
    #[must_use]
    pub fn argument(mut self, argument: &str) -> Self {
        self.command.arg(argument);
        self
    }

    /// One more environment variable.
    #[must_use]
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs it to its end.
    pub fn run(mut self) -> Result<Session> {
        let output = self.command.output().context("cannot start the client")?;
        let stdout = String::from_utf8_lossy(&output.stdout);
        Ok(Session {
            exit: output.status.code(),
            messages: stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }
}

impl Session {
    /// The first message of this type, such as `result`, or `system` with the subtype `init`.
    pub fn message(&self, kind: &str, subtype: Option<&str>) -> Option<&Value> {
        let is = |message: &Value, field: &str, value: &str| {
            message.get(field).and_then(Value::as_str) == Some(value)
        };
        let fits = |message: &&Value| {
            is(message, "type", kind) && subtype.is_none_or(|subtype| is(message, "subtype", subtype))
        };
        self.messages.iter().find(fits)
    }

    /// The session's id.
    pub fn id(&self) -> Option<&str> {
        self.message("system", Some("init"))?.get("session_id")?.as_str()
    }
}

fn tool_result(block: &Value) -> Option<ToolResult> {
    let text = |field| block.get(field).and_then(Value::as_str);
    text("type").filter(|kind| *kind == "tool_result")?;
    let parts = block.get("content");
    let texts = parts.and_then(Value::as_array).into_iter().flatten();
    let joined = texts.filter_map(|part| part.get("text")?.as_str()).collect::<Vec<_>>().join("\n");
    Some(ToolResult {
        id: text("tool_use_id")?.to_owned(),
        is_error: block.get("is_error") == Some(&Value::Bool(true)),
        text: text("content").map_or(joined, str::to_owned),
    })
}

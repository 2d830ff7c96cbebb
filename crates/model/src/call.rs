//! What a runtime reports before (and after) it acts.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{AgentId, PromptId, SessionId, ToolCallId};

/// The agent program that asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Runtime {
    /// Anthropic's Claude Code.
    ClaudeCode,
    /// OpenAI's Codex CLI.
    Codex,
    /// Google's Gemini CLI.
    Gemini,
    /// A line of `countersign explain --jsonl`, or a demonstration.
    Script,
}

/// One action an agent wants to take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The agent program.
    pub runtime: Runtime,
    /// The run of the agent.
    pub session: SessionId,
    /// The subagent, inside one.
    pub agent: Option<AgentId>,
    /// The call, unique within its session.
    pub id: ToolCallId,
    /// The person's prompt that it belongs to, where the runtime says.
    pub prompt: Option<PromptId>,
    /// The directory the tool would run in, absolute.
    pub cwd: String,
    /// The runtime's own permission mode, as it names it, such as `bypassPermissions`.
    pub mode: Option<String>,
    /// The tool's name as the runtime reports it, such as `Bash` or `mcp__tickets__close`.
    pub tool: String,
    /// The tool's arguments as reported.
    pub input: Map<String, Value>,
    /// The MCP server behind the tool, where the runtime says.
    pub mcp_server: Option<McpServer>,
}

impl ToolCall {
    /// The argument `name`, if it is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.input.get(name).and_then(Value::as_str)
    }

    /// The command, for people: what is given to a shell, however the runtime writes that (`["bash", "-lc", "ls"]`).
    pub fn command(&self) -> Option<String> {
        if let Some(command) = self.text("command").or_else(|| self.text("cmd")) {
            return Some(command.to_owned());
        }
        let words: Option<Vec<&str>> =
            self.input.get("command")?.as_array()?.iter().map(Value::as_str).collect();
        match words?.as_slice() {
            [] => None,
            [shell, "-c" | "-lc" | "-ic", command] if is_shell(shell) => Some((*command).to_owned()),
            words => Some(words.iter().map(|word| as_word(word)).collect::<Vec<_>>().join(" ")),
        }
    }
}

fn is_shell(program: &str) -> bool {
    matches!(program.rsplit('/').next(), Some("sh" | "bash" | "zsh" | "dash"))
}

/// A word as it would stand in a command.
fn as_word(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=@%+,".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// Where an MCP tool comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct McpServer {
    /// The name it was configured under.
    pub name: String,
    /// Which settings configured it, such as `project`.
    pub source: Option<String>,
    /// What the server itself says of the tool, where that is passed on.
    #[serde(default, skip_serializing_if = "ToolAnnotations::is_empty")]
    pub annotations: ToolAnnotations,
}

/// What a server says of its own tool: not to be trusted, so that it may raise and never lower.
/// <https://modelcontextprotocol.io/specification/2025-06-18/schema#toolannotations>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ToolAnnotations {
    /// It changes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_only_hint: Option<bool>,
    /// It may destroy something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destructive_hint: Option<bool>,
    /// Calling it again changes nothing more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotent_hint: Option<bool>,
    /// It reaches what is outside the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_world_hint: Option<bool>,
}

impl ToolAnnotations {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn commands_as_people_know_them() {
        let shown = |input: Value| {
            let Value::Object(input) = input else { return None };
            let call = ToolCall {
                runtime: Runtime::Script,
                session: "s".into(),
                agent: None,
                id: "i".into(),
                prompt: None,
                cwd: String::new(),
                mode: None,
                tool: "shell".to_owned(),
                input,
                mcp_server: None,
            };
            call.command()
        };
        let is = |input, expected: &str| assert_eq!(shown(input).as_deref(), Some(expected));
        is(
            json!({"command": ["bash", "-lc", "git push origin main"], "workdir": "/"}),
            "git push origin main",
        );
        is(json!({"command": "ls"}), "ls");
        is(json!({"cmd": "ls"}), "ls");
        is(json!({"command": ["bash", "-lc", "a b", "x"]}), "bash -lc 'a b' x");
        is(json!({"command": ["git", "commit", "-m", "it's"]}), "git commit -m 'it'\\''s'");
        for input in [json!({"command": []}), json!({"command": ["a", 1]}), json!({"path": "x"})] {
            assert_eq!(shown(input), None);
        }
    }
}

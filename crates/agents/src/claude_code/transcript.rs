//! The session logs that the client keeps under `~/.claude/projects`, one JSON object a line.
//!
//! Seen with versions 2.0 to 2.1.330. A session that was resumed starts with a copy of the lines of
//! the one before, and a subagent's calls stand in a file of their own.

use std::borrow::Cow;
use std::fmt;

use countersign_model::{McpServer, Runtime, ToolAnnotations, ToolCall};
use serde::de::value::SeqAccessDeserializer;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::past::{Past, PastCall, PastResult, Reading, lines, time};

/// A line, as far as calls need it, with its message.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line<M> {
    #[serde(alias = "session_id")]
    session_id: Option<String>,
    agent_id: Option<String>,
    cwd: Option<String>,
    git_branch: Option<String>,
    timestamp: Option<String>,
    permission_mode: Option<String>,
    message: Option<M>,
}

#[derive(Deserialize)]
struct Message<C> {
    content: Option<C>,
}

/// What a message says, where it is text or parts: nearly always.
#[derive(Default)]
struct Parts<'a>(Vec<Part<'a>>);

/// A part of a message.
#[derive(Deserialize)]
struct Part<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    id: Option<String>,
    name: Option<String>,
    input: Option<Map<String, Value>>,
    tool_use_id: Option<String>,
    is_error: Option<bool>,
    #[serde(borrow)]
    content: Option<&'a RawValue>,
}

/// Reads a log. What is not known of a line, such as the directory, is as it was in the line before.
pub fn transcript(text: &[u8]) -> Past {
    let mut reading = Reading::default();
    let mut so_far = SoFar::default();
    for (number, line) in lines(text) {
        if let Ok(mut line) = serde_json::from_slice::<Line<Message<Parts<'_>>>>(line) {
            so_far.learn(&line);
            let parts = line.message.take().and_then(|message| message.content).unwrap_or_default();
            parts.0.into_iter().for_each(|part| so_far.part(part, &line, number, &mut reading));
        } else if let Err(error) = in_steps(line, number, &mut so_far, &mut reading) {
            reading.broken(number, error);
        }
    }
    reading.finish()
}

/// Reads a line that is not as expected, to learn from it what can be.
fn in_steps(
    line: &[u8],
    number: usize,
    so_far: &mut SoFar,
    reading: &mut Reading,
) -> Result<(), serde_json::Error> {
    let line: Line<&RawValue> = serde_json::from_slice(line)?;
    so_far.learn(&line);
    let message = line.message.map(|message| serde_json::from_str::<Message<&RawValue>>(message.get()));
    // A message of something else has no parts.
    let Some(Ok(Message { content: Some(content) })) = message else { return Ok(()) };
    if content.get().starts_with('[') {
        let parts: Vec<Part<'_>> = serde_json::from_str(content.get())?;
        parts.into_iter().for_each(|part| so_far.part(part, &line, number, reading));
    }
    Ok(())
}

impl<'de> Deserialize<'de> for Parts<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrParts;
        impl<'de> Visitor<'de> for TextOrParts {
            type Value = Parts<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("text or parts")
            }

            fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
                Ok(Parts::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, parts: A) -> Result<Self::Value, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(parts)).map(Parts)
            }
        }
        deserializer.deserialize_any(TextOrParts)
    }
}

#[derive(Default)]
struct SoFar {
    session: String,
    directory: String,
    branch: Option<String>,
    mode: Option<String>,
}

impl SoFar {
    fn learn<M>(&mut self, line: &Line<M>) {
        if let Some(session) = &line.session_id {
            self.session.clone_from(session);
        }
        if let Some(directory) = &line.cwd {
            self.directory.clone_from(directory);
        }
        if line.git_branch.is_some() {
            self.branch = line.git_branch.clone().filter(|branch| !branch.is_empty() && branch != "HEAD");
        }
        if line.permission_mode.is_some() {
            self.mode.clone_from(&line.permission_mode);
        }
    }

    fn part<M>(&self, part: Part<'_>, line: &Line<M>, number: usize, reading: &mut Reading) {
        match (&*part.kind, part.name) {
            ("tool_use" | "server_tool_use" | "mcp_tool_use", Some(tool)) => {
                let id = part.id.map_or_else(|| reading.next_id(), Into::into);
                reading.call(PastCall {
                    call: ToolCall {
                        runtime: Runtime::ClaudeCode,
                        session: self.session.clone().into(),
                        agent: line.agent_id.clone().map(Into::into),
                        id,
                        prompt: None,
                        cwd: self.directory.clone(),
                        mode: self.mode.clone(),
                        mcp_server: server(&tool),
                        tool,
                        input: part.input.unwrap_or_default(),
                    },
                    at: time(line.timestamp.as_deref()),
                    branch: self.branch.clone(),
                    result: PastResult::Unknown,
                    line: number,
                });
            }
            ("tool_result", _) => {
                let Some(id) = part.tool_use_id else { return };
                let failed = part.is_error == Some(true);
                let said = part.content.map(RawValue::get).unwrap_or_default();
                reading.result(&id.into(), if failed { why(said) } else { PastResult::Succeeded });
            }
            _ => {}
        }
    }
}

/// Why a call did not succeed, by what the client wrote in its place.
fn why(said: &str) -> PastResult {
    const REJECTED: &[&str] = &[
        "The user doesn't want to proceed with this tool use",
        "The user doesn't want to take this action right now",
    ];
    const BLOCKED: &[&str] =
        &["PreToolUse:", "Permission to use ", "Permission for this action has been denied"];
    let said = said.trim_start_matches(['[', '{', '"']);
    let starts = |texts: &[&str]| {
        texts.iter().any(|text| said.starts_with(text) || said.contains(&format!(":\"{text}")))
    };
    if starts(REJECTED) {
        PastResult::Rejected
    } else if starts(BLOCKED) {
        PastResult::Blocked
    } else {
        PastResult::Failed
    }
}

/// The server in a name such as `mcp__tickets__close`.
fn server(tool: &str) -> Option<McpServer> {
    let (name, _) = tool.strip_prefix("mcp__")?.split_once("__")?;
    Some(McpServer { name: name.to_owned(), source: None, annotations: ToolAnnotations::default() })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::past::shown;

    const LINES: &str = r#"{"type":"summary","summary":"Ship it","leafUuid":"u0"}
{"type":"user","sessionId":"s1","cwd":"/home/dev/shop","gitBranch":"feature","uuid":"u1","message":{"role":"user","content":"ship it"}}
{"type":"assistant","sessionId":"s1","cwd":"/home/dev/shop","gitBranch":"feature","uuid":"u2","timestamp":"2026-02-09T19:16:24.338Z","message":{"content":[{"type":"text","text":"ok"},{"type":"tool_use","id":"t1","name":"Bash","input":{"command":"git status"}},{"type":"tool_use","id":"t2","name":"mcp__tickets__close","input":{"id":7}}]}}
{"type":"user","uuid":"u3","message":{"content":[{"type":"tool_result","tool_use_id":"t1","content":"clean"},{"type":"tool_result","tool_use_id":"t2","is_error":true,"content":"The user doesn't want to proceed with this tool use. STOP"}]}}
{"type":"assistant","uuid":"u2","message":{"content":[{"type":"tool_use","id":"t1","name":"Bash","input":{"command":"git status"}}]}}
{"type":"assistant","uuid":"u4","cwd":"/home/dev/shop/web","message":{"content":[{"type":"tool_use","id":"t3","name":"Bash","input":{"command":"false"}},{"type":"tool_use","id":"t4","name":"Bash","input":{"command":"git push"}}]}}
{"type":"user","uuid":"u5","message":{"content":[{"type":"tool_result","tool_use_id":"t3","is_error":true,"content":[{"type":"text","text":"Exit code 1"}]},{"type":"tool_result","tool_use_id":"t4","is_error":true,"content":"PreToolUse:Bash hook error: no"}]}}
{"type":"assistant","uuid":"u6","message":{"content":[{"type":"tool_use","id":"t5","name":"Bash"
"#;

    #[test]
    fn two_commands_under_one_id_are_two_calls() {
        let call = |command: &str| {
            format!(
                r#"{{"type":"assistant","sessionId":"s1","cwd":"/x","uuid":"u","message":{{"content":[{{"type":"tool_use","id":"t1","name":"Bash","input":{{"command":"{command}"}}}}]}}}}"#
            )
        };
        let text = ["ls", "git push origin main", "ls", "git push origin main", "pwd"].map(call).join("\n");
        assert_snapshot!(shown(&text), @r#"
        1: s1 t1 /x - Bash {"command":"ls"} Unknown 
        2: s1 t1 /x - Bash {"command":"git push origin main"} Unknown 
        5: s1 t1 /x - Bash {"command":"pwd"} Unknown 
        2 repeated
        "#);
    }

    #[test]
    fn of_a_message_of_another_form_the_rest_of_the_line_is_learned() {
        let call = r#"{"type":"assistant","uuid":"u2","message":{"content":[{"type":"tool_use","id":"t1","name":"Bash","input":{"command":"ls"}}]}}"#;
        let learned = |message: &str| {
            shown(&format!(
                "{{\"type\":\"user\",\"uuid\":\"u1\",\"sessionId\":\"s2\",\"cwd\":\"/y\",\"message\":{message}}}\n{call}\n"
            ))
        };
        let known = "2: s2 t1 /y - Bash {\"command\":\"ls\"} Unknown ";
        for message in
            ["null", "\"text\"", "7", "[]", "{}", r#"{"content":7}"#, r#"{"content":{"type":"text"}}"#]
        {
            assert_eq!(learned(message).trim_end_matches('\n'), known, "{message}");
        }
        let broken = learned(r#"{"content":[{"name":"Bash"}]}"#);
        assert!(broken.contains(known) && broken.contains("1: broken, missing field `type`"), "{broken}");
    }

    #[test]
    fn calls_and_what_became_of_them() {
        assert_snapshot!(shown(LINES), @r#"
        3: s1 t1 /home/dev/shop feature Bash {"command":"git status"} Succeeded 2026-02-09T19:16:24.338Z
        3: s1 t2 /home/dev/shop feature mcp__tickets__close {"id":7} Rejected 2026-02-09T19:16:24.338Z
        6: s1 t3 /home/dev/shop/web feature Bash {"command":"false"} Failed 
        6: s1 t4 /home/dev/shop/web feature Bash {"command":"git push"} Blocked 
        8: broken, no JSON: EOF while parsing an object, column 96
        1 repeated
        "#);
    }
}

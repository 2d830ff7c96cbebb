//! The rollouts that the client keeps under `~/.codex/sessions`, and what `codex exec --json` prints.
//!
//! Seen with version 0.169.0. A rollout is one JSON object a line: `session_meta` first, `turn_context`
//! where the directory changes, and the model's items in `response_item`.

use countersign_model::{McpServer, Runtime, ToolAnnotations, ToolCall};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::past::{Past, PastCall, PastResult, Reading, lines, time};

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(rename = "type")]
    kind: String,
    timestamp: Option<String>,
    thread_id: Option<String>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
    item: Option<Map<String, Value>>,
}

/// Reads a log.
pub fn transcript(text: &[u8]) -> Past {
    let mut reading = Reading::default();
    let mut so_far = SoFar::default();
    for (number, line) in lines(text) {
        let line: Line<'_> = match serde_json::from_slice(line) {
            Ok(line) => line,
            Err(error) => {
                reading.broken(number, error);
                continue;
            }
        };
        if let Err(error) = so_far.line(line, number, &mut reading) {
            reading.broken(number, error);
        }
    }
    reading.finish()
}

#[derive(Default)]
struct SoFar {
    session: String,
    agent: Option<String>,
    directory: String,
    branch: Option<String>,
}

impl SoFar {
    fn line(&mut self, line: Line<'_>, number: usize, reading: &mut Reading) -> serde_json::Result<()> {
        let payload = || -> serde_json::Result<Map<String, Value>> {
            line.payload.map_or_else(|| Ok(Map::new()), |payload| serde_json::from_str(payload.get()))
        };
        match line.kind.as_str() {
            "session_meta" => self.meta(&payload()?),
            "turn_context" => {
                if let Some(directory) = payload()?.get("cwd").and_then(Value::as_str) {
                    directory.clone_into(&mut self.directory);
                }
            }
            "response_item" => self.item(payload()?, line.timestamp.as_deref(), number, reading),
            "thread.started" => self.session = line.thread_id.unwrap_or_default(),
            "item.started" => {
                if let Some(item) = line.item {
                    self.printed(&item, number, reading);
                }
            }
            "item.completed" => {
                let item = line.item.unwrap_or_default();
                // Some items are told only when they are over.
                self.printed(&item, number, reading);
                let result = match item.get("status").and_then(Value::as_str) {
                    Some("completed") => PastResult::Succeeded,
                    Some("declined") => PastResult::Rejected,
                    Some(_) => PastResult::Failed,
                    None => PastResult::Unknown,
                };
                if let Some(id) = item.get("id").and_then(Value::as_str) {
                    reading.result(&id.into(), result);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn meta(&mut self, meta: &Map<String, Value>) {
        let text = |key: &str| meta.get(key).and_then(Value::as_str).map(str::to_owned);
        // A subagent's rollout names the session it belongs to, and has an id of its own.
        self.session = text("session_id").or_else(|| text("id")).unwrap_or_default();
        self.agent = text("id").filter(|id| *id != self.session);
        self.directory = text("cwd").unwrap_or_default();
        self.branch =
            meta.get("git").and_then(|git| git.get("branch")).and_then(Value::as_str).map(str::to_owned);
    }

    fn item(&self, mut item: Map<String, Value>, at: Option<&str>, line: usize, reading: &mut Reading) {
        let kind = text(&item, "type").unwrap_or_default();
        let id = text(&item, "call_id").or_else(|| text(&item, "id"));
        match kind.as_str() {
            "function_call" => {
                let Some(name) = text(&item, "name") else { return };
                let arguments = text(&item, "arguments").unwrap_or_default();
                let input = match serde_json::from_str(&arguments) {
                    Ok(Value::Object(input)) => input,
                    _ => Map::from_iter([("arguments".to_owned(), Value::String(arguments))]),
                };
                let server =
                    text(&item, "namespace").and_then(|space| space.strip_prefix("mcp__").map(str::to_owned));
                self.push(id, &name, server, input, at, line, reading);
            }
            "custom_tool_call" => {
                let Some(name) = text(&item, "name") else { return };
                let input = item.remove("input").unwrap_or_default();
                self.push(id, &name, None, Map::from_iter([("input".to_owned(), input)]), at, line, reading);
            }
            "local_shell_call" => {
                let Some(Value::Object(action)) = item.remove("action") else { return };
                self.push(id, "shell", None, action, at, line, reading);
            }
            "function_call_output" | "custom_tool_call_output" | "local_shell_call_output" => {
                if let Some(id) = id {
                    reading.result(&id.into(), result(item.get("output")));
                }
            }
            _ => {}
        }
    }

    /// What `codex exec --json` says of an item.
    fn printed(&self, item: &Map<String, Value>, line: usize, reading: &mut Reading) {
        let id = text(item, "id");
        let (name, server, input) = match text(item, "type").as_deref() {
            Some("command_execution") => {
                ("exec_command".to_owned(), None, json!({ "cmd": item.get("command") }))
            }
            Some("file_change") => {
                ("file_change".to_owned(), None, json!({ "changes": item.get("changes") }))
            }
            Some("mcp_tool_call") => {
                let Some(name) = text(item, "tool") else { return };
                (name, text(item, "server"), item.get("arguments").cloned().unwrap_or_default())
            }
            _ => return,
        };
        let Value::Object(input) = input else { return };
        // An item is told when it starts and again when it is over.
        if id.as_deref().is_some_and(|id| reading.has(&id.into())) {
            return;
        }
        self.push(id, &name, server, input, None, line, reading);
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one call, named where it is made")]
    fn push(
        &self,
        id: Option<String>,
        name: &str,
        server: Option<String>,
        input: Map<String, Value>,
        at: Option<&str>,
        line: usize,
        reading: &mut Reading,
    ) {
        let workdir = ["workdir", "working_directory", "cwd"].into_iter().find_map(|key| text(&input, key));
        let cwd = match workdir {
            Some(directory) if directory.starts_with('/') => directory,
            Some(directory) => format!("{}/{directory}", self.directory),
            None => self.directory.clone(),
        };
        let tool = match &server {
            Some(server) => format!("mcp__{server}__{name}"),
            None => name.to_owned(),
        };
        reading.call(PastCall {
            call: ToolCall {
                runtime: Runtime::Codex,
                session: self.session.clone().into(),
                agent: self.agent.clone().map(Into::into),
                id: id.map_or_else(|| reading.next_id(), Into::into),
                prompt: None,
                cwd,
                mode: None,
                tool,
                input,
                mcp_server: server.map(|name| McpServer {
                    name,
                    source: None,
                    annotations: ToolAnnotations::default(),
                }),
            },
            at: time(at),
            branch: self.branch.clone(),
            result: PastResult::Unknown,
            line,
        });
    }
}

fn text(object: &Map<String, Value>, key: &str) -> Option<String> {
    object.get(key).and_then(Value::as_str).map(str::to_owned)
}

/// What became of a call, by its output.
fn result(output: Option<&Value>) -> PastResult {
    let whole;
    let said = match output {
        Some(Value::String(said)) => said.as_str(),
        Some(other) => {
            whole = other.to_string();
            whole.as_str()
        }
        None => return PastResult::Unknown,
    };
    let exited = ["exited with code ", "Exit code: ", "\"exit_code\":"].iter().find_map(|mark| {
        let (_, rest) = said.split_once(mark)?;
        Some(
            rest.trim_start().split(|c: char| !c.is_ascii_digit() && c != '-').next().unwrap_or_default()
                == "0",
        )
    });
    match exited {
        _ if said.starts_with("Command blocked by PreToolUse hook") => PastResult::Blocked,
        _ if said.contains("rejected by user") || said.contains("declined by user") => PastResult::Rejected,
        Some(false) => PastResult::Failed,
        Some(true) => PastResult::Succeeded,
        None if said.contains(" failed: ") || said.starts_with("unsupported ") => PastResult::Failed,
        None => PastResult::Succeeded,
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::past::shown;

    #[test]
    fn a_rollout() {
        assert_snapshot!(shown(r#"{"timestamp":"2026-11-22T21:40:31.602Z","type":"session_meta","payload":{"session_id":"s1","id":"s1","cwd":"/home/dev/shop","git":{"branch":"feature"}}}
{"timestamp":"2026-11-22T21:40:31.7Z","type":"response_item","payload":{"type":"message","role":"user","content":[]}}
{"timestamp":"2026-11-22T21:40:31.8Z","type":"response_item","payload":{"type":"function_call","name":"lookup","namespace":"mcp__tickets","arguments":"{\"id\": \"T1\"}","call_id":"c1"}}
{"timestamp":"2026-11-22T21:40:31.9Z","type":"response_item","payload":{"type":"function_call_output","call_id":"c1","output":[{"type":"input_text","text":"open"}]}}
{"timestamp":"2026-11-22T21:40:32Z","type":"response_item","payload":{"type":"function_call","name":"exec_command","arguments":"{\"cmd\": \"false\", \"workdir\": \"web\"}","call_id":"c2"}}
{"timestamp":"2026-11-22T21:40:32Z","type":"response_item","payload":{"type":"function_call_output","call_id":"c2","output":"Process exited with code 1\n"}}
{"timestamp":"2026-11-22T21:40:33Z","type":"response_item","payload":{"type":"custom_tool_call","call_id":"c3","name":"apply_patch","input":"*** Begin Patch\n*** Add File: new.txt\n+hi\n*** End Patch\n"}}
{"timestamp":"2026-11-22T21:40:33Z","type":"response_item","payload":{"type":"function_call","name":"exec_command","arguments":"{\"cmd\": \"git push\"}","call_id":"c4"}}
{"timestamp":"2026-11-22T21:40:33Z","type":"response_item","payload":{"type":"function_call_output","call_id":"c4","output":"Command blocked by PreToolUse hook: no"}}
{"timestamp":"2026-11-22T21:40:34Z","type":"response_item","payload":{"type":"local_shell_call","call_id":"c5","action":{"type":"exec","command":["bash","-lc","ls"]}}}
{"type":"response_item","payload":7}
"#), @r#"
        3: s1 c1 /home/dev/shop feature mcp__tickets__lookup {"id":"T1"} Succeeded 2026-11-22T21:40:31.8Z
        5: s1 c2 /home/dev/shop/web feature exec_command {"cmd":"false","workdir":"web"} Failed 2026-11-22T21:40:32Z
        7: s1 c3 /home/dev/shop feature apply_patch {"input":"*** Begin Patch\n*** Add File: new.txt\n+hi\n*** End Patch\n"} Unknown 2026-11-22T21:40:33Z
        8: s1 c4 /home/dev/shop feature exec_command {"cmd":"git push"} Blocked 2026-11-22T21:40:33Z
        10: s1 c5 /home/dev/shop feature shell {"type":"exec","command":["bash","-lc","ls"]} Unknown 2026-11-22T21:40:34Z
        11: broken, invalid type: integer `7`, expected a map, column 1
        "#);
    }

    #[test]
    fn what_exec_prints() {
        assert_snapshot!(shown(r#"{"type":"thread.started","thread_id":"s2"}
{"type":"item.started","item":{"id":"i1","type":"command_execution","command":"/bin/bash -lc false","status":"in_progress"}}
{"type":"item.completed","item":{"id":"i1","type":"command_execution","command":"/bin/bash -lc false","exit_code":1,"status":"failed"}}
{"type":"item.completed","item":{"id":"i2","type":"mcp_tool_call","server":"tickets","tool":"close","arguments":{"id":"T1"},"status":"completed"}}
"#), @r#"
        2: s2 i1  - exec_command {"cmd":"/bin/bash -lc false"} Failed 
        4: s2 i2  - mcp__tickets__close {"id":"T1"} Succeeded
        "#);
    }
}

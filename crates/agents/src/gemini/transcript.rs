//! The chats that the client keeps under `~/.gemini/tmp`, and what `gemini --output-format stream-json` prints.
//!
//! Seen with version 0.61.0, which writes one JSON object a line; versions before kept one object of
//! the whole chat. A message is written again each time it grows, with its calls in `toolCalls`.

use countersign_model::{McpServer, Runtime, ToolAnnotations, ToolCall, ToolCallId};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::past::{Past, PastCall, PastResult, Reading, lines, time};

/// A line, or a message of a whole chat.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    #[serde(alias = "session_id")]
    session_id: Option<String>,
    timestamp: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    tool_calls: Vec<Called>,
    #[serde(rename = "$set")]
    set: Option<Set>,
    #[serde(rename = "tool_name")]
    tool_name: Option<String>,
    #[serde(rename = "tool_id")]
    tool_id: Option<String>,
    parameters: Option<Map<String, Value>>,
    status: Option<String>,
    content: Option<Value>,
}

#[derive(Deserialize)]
struct Set {
    #[serde(default)]
    messages: Vec<Line>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Called {
    id: Option<String>,
    name: String,
    #[serde(default)]
    args: Map<String, Value>,
    status: Option<String>,
    timestamp: Option<String>,
    result_display: Option<Value>,
}

/// A chat in one object.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Whole {
    session_id: Option<String>,
    #[serde(rename = "projectHash")]
    _project: String,
    messages: Vec<Line>,
}

/// Reads a log of lines.
pub fn transcript(text: &[u8]) -> Past {
    let mut reading = Reading::default();
    let mut so_far = SoFar::default();
    for (number, line) in lines(text) {
        match serde_json::from_slice::<Line>(line) {
            Ok(line) => so_far.line(line, number, &mut reading),
            Err(error) => reading.broken(number, error),
        }
    }
    reading.finish()
}

/// Reads a chat in one object. Nothing where it is none.
pub fn whole(text: &[u8]) -> Option<Past> {
    let whole: Whole = serde_json::from_slice(text).ok()?;
    let mut reading = Reading::default();
    let mut so_far = SoFar { session: whole.session_id.unwrap_or_default(), ..SoFar::default() };
    for line in whole.messages {
        so_far.line(line, 1, &mut reading);
    }
    Some(reading.finish())
}

#[derive(Default)]
struct SoFar {
    session: String,
    directory: String,
}

impl SoFar {
    fn line(&mut self, line: Line, number: usize, reading: &mut Reading) {
        if let Some(session) = line.session_id {
            self.session = session;
        }
        for message in line.set.map(|set| set.messages).unwrap_or_default() {
            self.line(message, number, reading);
        }
        if self.directory.is_empty()
            && let Some(directory) = line.content.as_ref().and_then(directory)
        {
            self.directory = directory;
        }
        for called in line.tool_calls {
            let id = called.id.map_or_else(|| reading.next_id(), Into::into);
            let result = result(called.status.as_deref(), called.result_display.as_ref());
            let at = called.timestamp.or_else(|| line.timestamp.clone());
            let call = self.call(id.clone(), &called.name, called.args, at.as_deref(), number);
            // The same message again, grown.
            if !reading.has_same(&call) {
                reading.call(call);
            }
            reading.result(&id, result);
        }
        match (line.kind.as_deref(), line.tool_name, line.tool_id) {
            (Some("tool_use"), Some(name), id) => {
                let id = id.map_or_else(|| reading.next_id(), Into::into);
                let input = line.parameters.unwrap_or_default();
                reading.call(self.call(id, &name, input, line.timestamp.as_deref(), number));
            }
            (Some("tool_result"), _, Some(id)) => {
                reading.result(&id.into(), result(line.status.as_deref(), None));
            }
            _ => {}
        }
    }

    fn call(
        &self,
        id: ToolCallId,
        name: &str,
        input: Map<String, Value>,
        at: Option<&str>,
        line: usize,
    ) -> PastCall {
        let below =
            ["directory", "dir_path"].into_iter().find_map(|key| input.get(key).and_then(Value::as_str));
        let cwd = match below {
            Some(directory) if directory.starts_with('/') => directory.to_owned(),
            Some(directory) => format!("{}/{directory}", self.directory),
            None => self.directory.clone(),
        };
        let (tool, mcp_server) = named(name);
        PastCall {
            call: ToolCall {
                runtime: Runtime::Gemini,
                session: self.session.clone().into(),
                agent: None,
                id,
                prompt: None,
                cwd,
                mode: None,
                tool,
                input,
                mcp_server,
            },
            at: time(at),
            branch: None,
            result: PastResult::Unknown,
            line,
        }
    }
}

/// A tool's name as all runtimes' are spelled here, and its server. The client joins the two by one `_`, so of a
/// server whose name holds one only the first word is known.
fn named(name: &str) -> (String, Option<McpServer>) {
    match name.strip_prefix("mcp_").and_then(|rest| rest.trim_start_matches('_').split_once('_')) {
        Some((server, tool)) => {
            let tool = tool.trim_start_matches('_');
            let name = format!("mcp__{server}__{tool}");
            (
                name,
                Some(McpServer {
                    name: server.to_owned(),
                    source: None,
                    annotations: ToolAnnotations::default(),
                }),
            )
        }
        None => (name.to_owned(), None),
    }
}

/// The workspace, which stands only in what the client tells the model at the start.
fn directory(content: &Value) -> Option<String> {
    let text = match content {
        Value::String(text) => text,
        other => other.get(0)?.get("text")?.as_str()?,
    };
    let (_, after) = text.split_once("Workspace Directories:")?;
    let line = after.lines().map(str::trim).find_map(|line| line.strip_prefix("- /"))?;
    Some(format!("/{line}"))
}

fn result(status: Option<&str>, said: Option<&Value>) -> PastResult {
    let said = said.and_then(Value::as_str).unwrap_or_default();
    match status {
        Some("success") => PastResult::Succeeded,
        Some("cancelled") => PastResult::Rejected,
        Some("error") if said.starts_with("Tool execution blocked") => PastResult::Blocked,
        Some("error") => PastResult::Failed,
        _ => PastResult::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::past::shown;

    #[test]
    fn a_chat_in_lines() {
        assert_snapshot!(shown(r#"{"sessionId":"s1","projectHash":"7b","startTime":"2026-11-22T21:45:12Z","kind":"main"}
{"$set":{"messages":[{"id":"m0","timestamp":"2026-11-22T21:45:12Z","type":"user","content":[{"text":"<session_context>\n- **Workspace Directories:**\n  - /home/dev/shop\n"}]}]}}
{"id":"m1","timestamp":"2026-11-22T21:45:13Z","type":"gemini","content":"","toolCalls":[{"id":"c1","name":"read_file","args":{"file_path":"app.py"},"status":"success","timestamp":"2026-11-22T21:45:14Z"}]}
{"id":"m1","timestamp":"2026-11-22T21:45:13Z","type":"gemini","content":"","toolCalls":[{"id":"c1","name":"read_file","args":{"file_path":"app.py"},"status":"success","timestamp":"2026-11-22T21:45:14Z"},{"id":"c2","name":"run_shell_command","args":{"command":"git push","directory":"web"},"status":"cancelled"}]}
{"id":"m2","type":"gemini","content":"","toolCalls":[{"id":"c4","name":"mcp_tickets_close_all","args":{}},{"id":"c3","name":"run_shell_command","args":{"command":"git push"},"status":"error","resultDisplay":"Tool execution blocked: no"}]}
nonsense
"#), @r#"
        3: s1 c1 /home/dev/shop - read_file {"file_path":"app.py"} Succeeded 2026-11-22T21:45:14Z
        4: s1 c2 /home/dev/shop/web - run_shell_command {"command":"git push","directory":"web"} Rejected 2026-11-22T21:45:13Z
        5: s1 c4 /home/dev/shop - mcp__tickets__close_all {} Unknown 
        5: s1 c3 /home/dev/shop - run_shell_command {"command":"git push"} Blocked 
        6: broken, no JSON: expected ident, column 2
        "#);
    }

    #[test]
    fn calls_under_one_id_that_ask_for_something_else_all_count() {
        let message = |command: &str| {
            format!(
                r#"{{"id":"m","type":"gemini","toolCalls":[{{"id":"c","name":"run_shell_command","args":{{"command":"{command}"}}}}]}}"#
            )
        };
        let lines = ["ls", "git push", "ls", "git push", "pwd"].map(message).join("\n");
        assert_snapshot!(shown(&format!("{{\"sessionId\":\"s\",\"projectHash\":\"7b\"}}\n{lines}")), @r#"
        2: s c  - run_shell_command {"command":"ls"} Unknown 
        3: s c  - run_shell_command {"command":"git push"} Unknown 
        6: s c  - run_shell_command {"command":"pwd"} Unknown
        "#);
    }

    #[test]
    fn a_chat_in_one_object_and_what_is_printed() {
        assert_snapshot!(shown(r#"{
 "sessionId": "s2", "projectHash": "7b", "messages": [
  {"id":"m1","type":"gemini","content":"","toolCalls":[{"id":"c1","name":"glob","args":{"pattern":"*"},"status":"success"}]}
 ]
}"#), @r#"1: s2 c1  - glob {"pattern":"*"} Succeeded"#);
        assert_snapshot!(shown(r#"{"type":"init","timestamp":"2026-11-22T21:45:12Z","session_id":"s3","model":"m"}
{"type":"tool_use","timestamp":"2026-11-22T21:45:13Z","tool_name":"read_file","tool_id":"c1","parameters":{"file_path":"app.py"}}
{"type":"tool_result","tool_id":"c1","status":"success"}
"#), @r#"2: s3 c1  - read_file {"file_path":"app.py"} Succeeded 2026-11-22T21:45:13Z"#);
    }
}

//! Plain lines of tool calls: what `countersign explain --jsonl` reads, and what runtimes hand their hooks.

use countersign_model::{McpServer, Runtime, ToolAnnotations, ToolCall};
use serde_json::{Map, Value};

use crate::past::{Past, PastCall, PastResult, Reading, lines, time};

/// The session of lines that name none.
pub const UNNAMED: &str = "script";

/// Reads lines such as `{"tool":"Bash","input":{"command":"ls"},"cwd":"/srv"}` or `{"command":"ls"}`. A line
/// without a session belongs to one that all such lines share.
pub fn transcript(text: &[u8]) -> Past {
    let mut reading = Reading::default();
    for (number, line) in lines(text) {
        let object: Map<String, Value> = match serde_json::from_slice(line) {
            Ok(object) => object,
            Err(error) => {
                reading.broken(number, error);
                continue;
            }
        };
        match call(object, number, &reading) {
            Ok(Some(call)) => reading.call(call),
            Ok(None) => {}
            Err(what) => reading.broken(number, what),
        }
    }
    reading.finish()
}

fn call(mut object: Map<String, Value>, line: usize, reading: &Reading) -> Result<Option<PastCall>, String> {
    let text = |object: &Map<String, Value>, keys: &[&str]| {
        keys.iter().find_map(|key| object.get(*key).and_then(Value::as_str).map(str::to_owned))
    };
    // Of a hook's inputs only those before a call are calls.
    if text(&object, &["hook_event_name"]).is_some_and(|event| event != "PreToolUse" && event != "BeforeTool")
    {
        return Ok(None);
    }
    let command = text(&object, &["command"]);
    let tool = text(&object, &["tool", "tool_name", "name"]);
    let input = ["input", "tool_input", "args", "arguments"].into_iter().find_map(|key| object.remove(key));
    let (tool, input) = match (tool, input, command) {
        (Some(tool), Some(Value::Object(input)), _) => (tool, input),
        (Some(_), Some(_), _) => return Err("`input` is not an object".to_owned()),
        (None, None, Some(command)) => {
            ("Bash".to_owned(), Map::from_iter([("command".to_owned(), Value::String(command))]))
        }
        (Some(tool), None, Some(command)) => {
            (tool, Map::from_iter([("command".to_owned(), Value::String(command))]))
        }
        (Some(tool), None, None) => (tool, Map::new()),
        (None, _, _) => return Err("it names no tool: say `tool` and `input`, or `command`".to_owned()),
    };
    let server = tool
        .strip_prefix("mcp__")
        .and_then(|rest| rest.split_once("__"))
        .map(|(server, _)| server.to_owned());
    let id = text(&object, &["id", "tool_use_id", "call"]);
    Ok(Some(PastCall {
        call: ToolCall {
            runtime: Runtime::Script,
            session: text(&object, &["session", "session_id"]).unwrap_or_else(|| UNNAMED.to_owned()).into(),
            agent: None,
            id: id.map_or_else(|| reading.next_id(), Into::into),
            prompt: None,
            cwd: text(&object, &["cwd"]).unwrap_or_default(),
            mode: text(&object, &["mode", "permission_mode"]),
            tool,
            input,
            mcp_server: server.map(|name| McpServer {
                name,
                source: None,
                annotations: ToolAnnotations::default(),
            }),
        },
        at: time(text(&object, &["at", "timestamp"]).as_deref()),
        branch: text(&object, &["branch"]),
        result: PastResult::Unknown,
        line,
    }))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::past::shown;

    #[test]
    fn lines_of_calls() {
        assert_snapshot!(shown(r#"{"command":"ls"}
{"tool":"Write","input":{"file_path":"a"},"cwd":"/srv","session":"s1","branch":"main","at":"2026-11-22T21:45:12Z"}
{"hook_event_name":"PreToolUse","session_id":"s2","tool_name":"mcp__tickets__close","tool_input":{"id":1},"tool_use_id":"t1","cwd":"/srv"}
{"hook_event_name":"PostToolUse","session_id":"s2","tool_name":"mcp__tickets__close","tool_input":{"id":1},"tool_use_id":"t1","cwd":"/srv"}
{"tool":"Write","input":7}
{"cwd":"/srv"}
"#), @r#"
        1: script #0  - Bash {"command":"ls"} Unknown 
        2: s1 #1 /srv main Write {"file_path":"a"} Unknown 2026-11-22T21:45:12Z
        3: s2 t1 /srv - mcp__tickets__close {"id":1} Unknown 
        5: broken, `input` is not an object
        6: broken, it names no tool: say `tool` and `input`, or `command`
        "#);
    }
}

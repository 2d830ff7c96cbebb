//! What is said to an MCP server to learn its tools, and what it answers:
//! <https://modelcontextprotocol.io/specification/2025-06-18/server/tools>. One message is one line.

use countersign_model::ToolAnnotations;
use serde_json::{Value, json};

/// So many tools of one server are listed.
pub const MOST_TOOLS: usize = 500;
/// So many pages of tools are asked for.
pub const MOST_PAGES: usize = 50;

/// A tool as its server lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// What the server says of it, which may raise what it is taken for and never lower it.
    pub annotations: ToolAnnotations,
}

/// The first message: who we are.
pub fn initialize() -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {},
        "clientInfo": {"name": "countersign-inventory", "version": env!("CARGO_PKG_VERSION")},
    }})
}

/// What follows its answer.
pub fn initialized() -> Value {
    json!({"jsonrpc": "2.0", "method": "notifications/initialized"})
}

/// Asks for the tools, from where the last page ended.
pub fn list(id: u64, cursor: Option<&str>) -> Value {
    let parameters = cursor.map_or_else(|| json!({}), |cursor| json!({ "cursor": cursor }));
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/list", "params": parameters})
}

/// The result in a line, if the line is the answer with this id. Requests and notifications of the server's own,
/// and what is no message at all, are not.
///
/// # Errors
/// Where the answer is an error; its words are the server's own and not told.
pub fn answer(line: &str, id: u64) -> Option<Result<Value, String>> {
    let mut message: Value = serde_json::from_str(line).ok()?;
    if message.get("id").and_then(Value::as_u64) != Some(id) || message.get("method").is_some() {
        return None;
    }
    match message.get_mut("result").map(Value::take) {
        Some(result) => Some(Ok(result)),
        None => {
            let code = message.pointer("/error/code").and_then(Value::as_i64);
            Some(Err(match code {
                Some(code) => format!("it answered with error {code}"),
                None => "it answered with neither a result nor an error".to_owned(),
            }))
        }
    }
}

/// The tools of a page, and where the next begins. A tool without a name is left out.
pub fn tools(result: &Value) -> (Vec<Tool>, Option<String>) {
    let list = result.get("tools").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let tool = |tool: &Value| {
        let name = tool.get("name")?.as_str().filter(|name| !name.is_empty())?.to_owned();
        let annotations = tool.get("annotations").cloned();
        let annotations = annotations.and_then(|said| serde_json::from_value(said).ok()).unwrap_or_default();
        Some(Tool { name, annotations })
    };
    let next = result.get("nextCursor").and_then(Value::as_str).filter(|cursor| !cursor.is_empty());
    (list.iter().filter_map(tool).collect(), next.map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_answer_counts() {
        assert_eq!(answer("garbage", 2), None);
        assert_eq!(answer(r#"{"jsonrpc":"2.0","method":"notifications/message","params":{}}"#, 2), None);
        assert_eq!(answer(r#"{"jsonrpc":"2.0","id":2,"method":"roots/list"}"#, 2), None);
        assert_eq!(answer(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#, 2), None);
        assert_eq!(answer(r#"{"id":2,"result":{}}"#, 2), Some(Ok(json!({}))));
        let refused = r#"{"id":2,"error":{"code":-32601,"message":"s3cr3t"}}"#;
        assert_eq!(answer(refused, 2), Some(Err("it answered with error -32601".to_owned())));
    }

    #[test]
    fn tools_with_what_the_server_says_of_them() {
        let result = json!({"tools": [
            {"name": "list", "annotations": {"readOnlyHint": true}}, {"name": "odd", "annotations": 7}, {"title": "x"}, 5
        ], "nextCursor": "p2"});
        let (tools, next) = tools(&result);
        let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_str()).collect();
        assert_eq!((names, next.as_deref()), (vec!["list", "odd"], Some("p2")));
        assert_eq!(tools[0].annotations.read_only_hint, Some(true));
    }

    proptest! {
        #[test]
        fn any_line_is_taken(line in "\\PC{0,200}") {
            let _ = answer(&line, 1);
        }
    }
}

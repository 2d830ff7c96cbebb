//! Calls inside of a tool's arguments, however deep: requests of a batch with their methods, tools by name, steps and
//! actions, a method that a header puts in the place of another, paths that name an operation.
//!
//! They raise what a tool does whose name reads, and never lower anything.

use serde_json::{Map, Value as Json};

use super::names::{self, Says};

/// Lists of calls.
const CALLS: &[&str] = &[
    "requests",
    "calls",
    "tool_calls",
    "tools",
    "operations",
    "ops",
    "actions",
    "steps",
    "commands",
    "batch",
    "jobs",
    "tasks",
    "mutations",
    "invocations",
    "writes",
    "transactions",
];
/// Objects that tell how one call is made.
const OF_A_CALL: &[&str] = &[
    "options",
    "init",
    "request",
    "config",
    "request_options",
    "fetch_options",
    "call",
    "operation",
    "command",
    "action",
    "params",
    "parameters",
    "arguments",
    "args",
    "payload",
    "body",
    "data",
    "input",
];
/// What names the operation.
const NAMES: &[&str] = &[
    "action",
    "operation",
    "method",
    "op",
    "api_operation",
    "request_method",
    "http_method",
    "verb",
    "x_http_method_override",
    "x_http_method",
    "x_method_override",
];
/// What names it in a list of calls, besides.
const NAMES_IN_LISTS: &[&str] = &["tool", "tool_name", "name", "function", "type", "command"];
/// What says what is looked for: an operation there is one of others.
const SOUGHT: &[&str] = &[
    "filter",
    "filters",
    "where",
    "match",
    "schema",
    "properties",
    "sort",
    "columns",
    "fields",
    "aggs",
    "aggregations",
    "example",
    "examples",
    "context",
    "history",
    "messages",
    "query",
];
/// A program's words.
const WORDS: &[&str] = &["args", "arguments", "argv", "command_args"];
/// Addresses on a server.
const PATHS: &[&str] = &["path", "endpoint", "url", "uri", "route", "api_path", "request_path"];
/// Last parts of such that change something and whose words do not say so.
const ACTING: &[&str] = &["_bulk", "_reindex", "_shutdown", "_forcemerge", "_rollover", "_close", "_restore"];

/// Values of one call that are looked at, and how long a name may be.
const MOST: usize = 500;
const LONGEST: usize = 80;

/// What a tool does, whose name and own arguments say this, with the calls inside of its arguments.
pub(super) fn with(says: Says, words: &[&str], seeks: bool, input: &Map<String, Json>) -> Says {
    if !matches!(says, Says::Reads | Says::ReadsSecret) {
        return says;
    }
    let about = words.iter().any(|word| matches!(*word, "grep" | "docs" | "documentation" | "explain"));
    let mut worst = says;
    let mut waiting: Vec<(String, &Json, Place)> =
        input.iter().map(|(name, value)| (names::in_snake_case(name), value, Place::Top)).collect();
    let mut count = 0;
    while let Some((name, value, place)) = waiting.pop() {
        count += 1;
        if count > MOST || SOUGHT.contains(&name.as_str()) && !matches!(value, Json::String(_)) {
            continue;
        }
        match value {
            Json::Object(inner) => {
                let place = match place {
                    Place::List if CALLS.contains(&name.as_str()) => Place::Call,
                    Place::Top | Place::Call | Place::List if name.contains("header") => Place::Headers,
                    _ if OF_A_CALL.contains(&name.as_str()) => Place::Options,
                    _ => Place::Other,
                };
                waiting.extend(inner.iter().map(|(name, value)| (names::in_snake_case(name), value, place)));
            }
            Json::Array(list) => {
                if let (Some(Json::String(first)), true) =
                    (list.first(), WORDS.contains(&name.as_str()) && !about)
                {
                    worst = worst.max(said(first));
                }
                waiting.extend(
                    list.iter()
                        .filter(|value| !value.is_string())
                        .map(|value| (name.clone(), value, Place::List)),
                );
            }
            Json::String(text) if text.len() <= LONGEST || PATHS.contains(&name.as_str()) => {
                let names_it = match place {
                    Place::Call => NAMES.contains(&name.as_str()) || NAMES_IN_LISTS.contains(&name.as_str()),
                    Place::Headers => name.starts_with("x_") && NAMES.contains(&name.as_str()),
                    Place::Options => NAMES.contains(&name.as_str()) && !seeks,
                    Place::Top | Place::List | Place::Other => false,
                };
                if names_it {
                    worst = worst.max(said(text));
                }
                if PATHS.contains(&name.as_str()) {
                    worst = worst.max(of_path(text));
                }
            }
            Json::String(_) | Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }
    worst
}

/// Where a value stands.
#[derive(Clone, Copy)]
enum Place {
    /// It is an argument of the tool's own.
    Top,
    /// It is an element of a list.
    List,
    /// It is told of one call of a list.
    Call,
    /// It is told how a call is made.
    Options,
    /// It is a header.
    Headers,
    Other,
}

/// What the name of an operation says, where it says that more is done than reading.
fn said(text: &str) -> Says {
    let snake = names::in_snake_case(text.trim());
    match (snake.as_str(), names::says(&names::words(&snake))) {
        ("get" | "head" | "options", _) | (_, Says::Nothing) => Says::Reads,
        (_, said) => said,
    }
}

/// What the parts of a path say that begin as operations do: `/users/_delete_by_query`.
fn of_path(text: &str) -> Says {
    let path = text.split(['?', '#']).next().unwrap_or(text);
    let parts = path.split('/').skip(1).filter(|part| part.starts_with('_') && !part.contains('.'));
    let says = parts.map(|part| if ACTING.contains(&part) { Says::Writes } else { said(part) });
    says.max().unwrap_or(Says::Reads)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::check_tool;

    #[test]
    fn calls_inside_of_arguments() {
        for (tool, input) in [
            (
                "mcp__http__get",
                json!({"requests": [{"method": "DELETE", "url": "https://api.example/users/1"}]}),
            ),
            ("mcp__http__get", json!({"options": {"method": "DELETE"}, "path": "/users"})),
            (
                "mcp__http__get",
                json!({"url": "https://api.example", "headers": {"X-HTTP-Method-Override": "DELETE"}}),
            ),
            ("mcp__api__query", json!({"calls": [{"tool": "delete_user", "arguments": {"id": 1}}]})),
            ("mcp__api__get_batch", json!({"operations": [{"op": "delete", "id": 1}]})),
            ("mcp__api__list_multi", json!({"tool_calls": [{"name": "delete_database", "args": {}}]})),
            ("mcp__api__search", json!({"steps": [{"action": "drop_table", "table": "users"}]})),
            (
                "mcp__es__search",
                json!({"path": "/users/_delete_by_query", "body": {"query": {"match_all": {}}}}),
            ),
            ("mcp__kubernetes__get", json!({"args": ["delete", "pod", "x"]})),
            ("mcp__api__get", json!({"body": {"query": "mutation { deleteUser(id: 1) { id } }"}})),
            (
                "mcp__gql__read",
                json!({"operations": [{"query": "mutation { mergePullRequest(input: {}) { id } }"}]}),
            ),
            ("mcp__gql__search", json!({"text": "mutation { deleteRepository(input: {}) { id } }"})),
            ("mcp__api__search", json!({"where": "1=1; drop table users"})),
            (
                "mcp__db__find",
                json!({"collection": "users", "filter": {"$where": "function() { return f() }"}}),
            ),
        ] {
            let found = check_tool(tool, input.clone());
            let acts = ["mcp.write", "mcp.delete", "mcp.call"].iter().any(|verb| found.contains(verb));
            assert!(acts, "{tool} {input}: {found}");
        }
    }

    #[test]
    fn what_is_only_looked_for() {
        for (tool, input) in [
            ("mcp__http__get", json!({"requests": [{"method": "GET", "path": "/users/1"}]})),
            ("mcp__api__get_batch", json!({"operations": [{"op": "get", "id": 1}, {"type": "read"}]})),
            (
                "mcp__db__find",
                json!({"collection": "users", "filter": {"action": "delete", "age": {"$gt": 3}}}),
            ),
            ("mcp__audit__list_events", json!({"options": {"action": "delete"}})),
            (
                "mcp__es__search",
                json!({"path": "/users/_search", "body": {"query": {"match": {"action": "delete"}}}}),
            ),
            ("mcp__github__search_code", json!({"q": "mutation { deleteUser }"})),
            ("mcp__gql__search", json!({"document": "query { viewer { login } }"})),
            ("mcp__linear__list_issues", json!({"filter": {"state": {"name": {"eq": "Done"}}}})),
            ("mcp__mux__get_many", json!({"tools": [{"tool_name": "read_file", "input": {"path": "a"}}]})),
            ("mcp__files__read_file", json!({"path": "src/_delete.scss"})),
            ("mcp__jira__search", json!({"where": "status = 'Done'; note = 'drop'"})),
        ] {
            let found = check_tool(tool, input.clone());
            let acts = ["mcp.write", "mcp.delete", "mcp.call"].iter().any(|verb| found.contains(verb));
            assert!(!acts, "{tool} {input}: {found}");
        }
    }
}

//! Tools of MCP servers: forges by what their tools are called, everything else by its verb.

use countersign_model::{Certainty, Effect, ForgeRepository, Resource, ToolCall, Verb, verbs};
use serde_json::Value as Json;

use crate::context::Context;
use crate::forge::{self, Request};
use crate::word::Value;

/// Adds what a tool of an MCP server does.
pub(super) fn effects(call: &ToolCall, context: &mut Context<'_>) {
    let rest = call.tool.strip_prefix("mcp__").unwrap_or(&call.tool);
    let (server, tool) = match (&call.mcp_server, rest.rsplit_once("__")) {
        (Some(server), split) => (server.name.as_str(), split.map_or(rest, |(_, tool)| tool)),
        (None, Some((server, tool))) => (server, tool),
        (None, None) => ("*", rest),
    };
    let tool_lower = in_snake_case(tool);
    if let Some((method, path)) = on_forge(&tool_lower, call) {
        on_repository(&method, &path, call, context);
        return;
    }
    let resource = Resource::Tool { server: Some(server.to_owned()), name: tool.to_owned() };
    let verb = by_name(&tool_lower, &call.input);
    let unsure = verb == verbs::MCP_CALL;
    let effect = Effect::new(verb, resource);
    context.push(match unsure {
        true => effect.certain(Certainty::Partial, "the tool's name does not say what it does"),
        false => effect,
    });
    crate::families::mentions(&Json::Object(call.input.clone()).to_string(), context);
}

const READS: &[&str] = &[
    "get", "list", "search", "read", "lookup", "describe", "fetch", "query", "find", "show", "view", "count",
    "check", "status", "inspect", "browse", "resolve",
];
const DELETES: &[&str] = &[
    "delete",
    "remove",
    "drop",
    "destroy",
    "purge",
    "truncate",
    "terminate",
    "kill",
    "revoke",
    "wipe",
    "clear",
    "erase",
    "uninstall",
];
const WRITES: &[&str] = &[
    "create",
    "update",
    "write",
    "set",
    "add",
    "edit",
    "put",
    "post",
    "send",
    "insert",
    "upsert",
    "patch",
    "modify",
    "move",
    "rename",
    "close",
    "open",
    "assign",
    "comment",
    "merge",
    "push",
    "publish",
    "deploy",
    "approve",
    "enable",
    "disable",
    "start",
    "stop",
    "restart",
    "scale",
    "apply",
    "rollback",
    "cancel",
    "upload",
    "submit",
    "reply",
    "archive",
    "restore",
    "dispatch",
    "trigger",
    "click",
    "navigate",
    "fill",
    "press",
    "drag",
    "drop_file",
];

/// `getPullRequest` and `get-pull-request` as `get_pull_request`.
fn in_snake_case(tool: &str) -> String {
    let mut snake = String::with_capacity(tool.len() + 8);
    let mut before = '_';
    for letter in tool.chars() {
        if letter.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit()) {
            snake.push('_');
        }
        snake.push(if letter == '-' { '_' } else { letter.to_ascii_lowercase() });
        before = letter;
    }
    snake
}

/// Words of a query that do more than read, or call what nobody here knows.
const ACTING: &[&str] = &[
    "insert", "update", "delete", "drop", "alter", "create", "truncate", "grant", "revoke", "merge",
    "replace", "copy", "call", "exec", "execute", "do", "vacuum", "reindex", "set", "reset", "begin",
    "commit", "lock", "into", "mutation", "attach", "load", "import", "dblink", "setval", "nextval",
    "rename", "remove", "upsert", "refresh", "kill", "shutdown", "prepare", "listen", "notify",
];

/// How the statements of databases begin; other text is a question in a person's words.
const STATEMENTS: &[&str] = &[
    "select",
    "with",
    "explain",
    "values",
    "table",
    "declare",
    "show",
    "describe",
    "db",
    "match",
    "query",
    "mutation",
    "subscription",
];

/// What a query's text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Query {
    /// One statement that only selects.
    Selects,
    /// No statement of a database.
    Other,
    /// It may do anything.
    Acts,
}

/// What the texts among the arguments ask for.
fn query(input: &serde_json::Map<String, Json>) -> Query {
    let named =
        ["sql", "query", "statement", "q"].iter().find_map(|name| input.get(*name)).and_then(Json::as_str);
    let text = Json::Object(input.clone()).to_string().to_ascii_lowercase();
    let words =
        || text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let acts =
        words().any(|word| ACTING.contains(&word) || word.starts_with("pg_") || word.starts_with("lo_"));
    let several = named.is_some_and(|text| {
        let one = text.trim().trim_end_matches(';');
        one.contains(';') || one.contains("--") || one.contains("/*")
    });
    let first =
        named.and_then(|text| text.split_whitespace().next()).unwrap_or_default().to_ascii_lowercase();
    let is_statement = named.is_none_or(|text| {
        let lower = text.to_ascii_lowercase();
        let start =
            lower.split(|c: char| !c.is_ascii_alphabetic()).find(|word| !word.is_empty()).unwrap_or_default();
        STATEMENTS.contains(&start)
            || ACTING.contains(&start)
            || text.contains([';', '{', '('])
            || text.contains("/*")
    }) || ["sql", "statement"].iter().any(|name| input.contains_key(*name));
    if !is_statement {
        return Query::Other;
    }
    match (acts || several, first.as_str()) {
        (true, _) => Query::Acts,
        (false, "select" | "show" | "describe") => Query::Selects,
        (false, _) => Query::Other,
    }
}

/// The worst word of a name counts; a name of which only the first word is harmless reads.
fn by_name(tool: &str, input: &serde_json::Map<String, Json>) -> Verb {
    let mut words = tool.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let all: Vec<&str> = words.clone().collect();
    let has = |list: &[&str]| all.iter().any(|word| list.contains(word));
    let acts = ["execute", "exec", "run", "call", "invoke", "eval", "sql", "shell", "command", "script"];
    if has(DELETES) {
        verbs::MCP_DELETE
    } else if has(WRITES)
        || all.iter().any(|word| word.starts_with("deploy") || word.starts_with("push"))
        || types(&all)
    {
        verbs::MCP_WRITE
    } else if has(&acts) {
        if query(input) == Query::Selects { verbs::MCP_READ } else { verbs::MCP_CALL }
    } else if has(&["query", "queries"]) && query(input) == Query::Acts {
        verbs::MCP_CALL
    } else if words.next().is_some_and(|first| READS.contains(&first)) {
        verbs::MCP_READ
    } else {
        verbs::MCP_CALL
    }
}

/// `browser_type` types; `get_type` reads.
fn types(words: &[&str]) -> bool {
    words.contains(&"type") && !words.first().is_some_and(|first| READS.contains(first))
}

/// The request of a forge's API that a tool stands for.
fn on_forge(tool: &str, call: &ToolCall) -> Option<(String, String)> {
    let number = ["pull_number", "pullNumber", "pull_request_number", "number", "issue_number", "index"]
        .iter()
        .find_map(|name| call.input.get(*name))
        .map_or_else(|| "*".to_owned(), |value| value.to_string().trim_matches('"').to_owned());
    if !call.input.contains_key("owner")
        && !call.input.contains_key("repo")
        && !call.input.contains_key("repository")
    {
        return None;
    }
    let (method, path) = match tool {
        "merge_pull_request" | "merge_merge_request" | "enable_auto_merge" => {
            ("PUT", format!("pulls/{number}/merge"))
        }
        "create_pull_request" | "create_pull_request_with_copilot" => ("POST", "pulls".to_owned()),
        "update_pull_request" => ("PATCH", format!("pulls/{number}")),
        "update_pull_request_branch" => ("PUT", format!("pulls/{number}/update-branch")),
        "create_pull_request_review"
        | "submit_pending_pull_request_review"
        | "create_and_submit_pull_request_review"
        | "pull_request_review_write" => ("POST", format!("pulls/{number}/reviews")),
        "push_files" | "create_or_update_file" | "create_commit" => ("PUT", "contents/*".to_owned()),
        "delete_file" => ("DELETE", "contents/*".to_owned()),
        "create_branch" => ("POST", "git/refs".to_owned()),
        "delete_branch" => ("DELETE", format!("git/refs/heads/{}", call.text("branch").unwrap_or("*"))),
        "add_issue_comment" | "create_issue" | "update_issue" | "issue_write" | "add_comment" => {
            ("POST", format!("issues/{number}/comments"))
        }
        "run_workflow" | "trigger_workflow" => {
            let name = call.text("workflow_id").or_else(|| call.text("workflow")).unwrap_or("*");
            ("POST", format!("actions/workflows/{name}/dispatches"))
        }
        "rerun_workflow_run" | "rerun_failed_jobs" | "cancel_workflow_run" => {
            ("POST", "actions/runs/*/rerun".to_owned())
        }
        "create_release" => ("POST", "releases".to_owned()),
        "delete_repository" => ("DELETE", String::new()),
        _ => return None,
    };
    Some((method.to_owned(), path))
}

fn on_repository(method: &str, path: &str, call: &ToolCall, context: &mut Context<'_>) {
    let part = |names: &[&str]| names.iter().find_map(|name| call.text(name)).unwrap_or("*").to_owned();
    let full = part(&["repository"]);
    let name = if full.contains('/') {
        full
    } else {
        format!("{}/{}", part(&["owner"]), part(&["repo", "repository"]))
    };
    let repository = ForgeRepository { host: "github.com".to_owned(), name: name.clone() };
    let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut fields: Vec<(String, Value)> =
        call.input.iter().map(|(name, value)| (name.clone(), Value::Known(text(value)))).collect();
    if path == "git/refs" {
        let branch = format!("refs/heads/{}", part(&["branch"]));
        fields.push(("ref".to_owned(), Value::Known(branch)));
    }
    let path = Value::Known(format!("repos/{name}/{path}").trim_end_matches('/').to_owned());
    let method = Some(method.to_owned());
    let host = repository.host.clone();
    let open = path.text().ends_with("/reviews") && !call.input.contains_key("event");
    forge::effects(&Request { method, path, host, repository, fields, open }, context);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::check_tool;

    fn verb(tool: &str, input: serde_json::Value) -> String {
        check_tool(tool, input).split(' ').next().unwrap_or_default().to_owned()
    }

    #[test]
    fn a_query_can_be_more_than_a_question() {
        for sql in [
            "DELETE FROM users",
            "DROP TABLE users",
            "select 1; drop table users",
            "SELECT pg_terminate_backend(1)",
            "select * into x from y",
            "/* x */ TRUNCATE a",
        ] {
            assert_eq!(verb("mcp__pg__query", json!({ "sql": sql })), "mcp.call", "{sql}");
            assert_eq!(verb("mcp__pg__query", json!({ "query": sql })), "mcp.call", "{sql}");
            assert_eq!(verb("mcp__pg__execute_sql", json!({ "sql": sql })), "mcp.call", "{sql}");
        }
        assert_eq!(
            verb("mcp__pg__query", json!({"sql": "SELECT name FROM users WHERE id = 1;"})),
            "mcp.read"
        );
        assert_eq!(verb("mcp__pg__run_query", json!({"sql": "select count(*) from users"})), "mcp.read");
        assert_eq!(verb("mcp__docs__query_docs", json!({"query": "how do I create a table"})), "mcp.read");
    }

    #[test]
    fn names_that_act_do_so_whatever_else_they_say() {
        for name in [
            "fetch_and_dispatch_workflow",
            "get_and_trigger",
            "browser_click",
            "browser_type",
            "browser_navigate",
            "check_deployments_push",
            "redeployService_get",
            "getAndDeploy",
        ] {
            let found = verb(&format!("mcp__x__{name}"), json!({}));
            assert!(found == "mcp.write" || found == "mcp.call", "{name}: {found}");
        }
        for name in ["getPullRequest", "listIssues", "get_type", "search-docs"] {
            assert_eq!(verb(&format!("mcp__x__{name}"), json!({})), "mcp.read", "{name}");
        }
        let input = json!({"owner": "acme", "repo": "shop", "pullNumber": 12});
        assert_eq!(verb("mcp__github__mergePullRequest", input), "forge.merge");
    }
}

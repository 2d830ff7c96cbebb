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
    let tool_lower = tool.to_ascii_lowercase().replace('-', "_");
    if let Some((method, path)) = on_forge(&tool_lower, call) {
        on_repository(&method, &path, call, context);
        return;
    }
    let resource = Resource::Tool { server: Some(server.to_owned()), name: tool.to_owned() };
    let verb = by_name(&tool_lower);
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
    "create", "update", "write", "set", "add", "edit", "put", "post", "send", "insert", "upsert", "patch",
    "modify", "move", "rename", "close", "open", "assign", "comment", "merge", "push", "publish", "deploy",
    "approve", "enable", "disable", "start", "stop", "restart", "scale", "apply", "rollback", "cancel",
    "upload", "submit", "reply", "archive", "restore",
];

/// The worst word of a name counts; a name of which only the first word is harmless reads.
fn by_name(tool: &str) -> Verb {
    let mut words = tool.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let all: Vec<&str> = words.clone().collect();
    let has = |list: &[&str]| all.iter().any(|word| list.contains(word));
    let acts = ["execute", "exec", "run", "call", "invoke", "eval", "sql", "shell", "command", "script"];
    if has(DELETES) {
        verbs::MCP_DELETE
    } else if has(WRITES) {
        verbs::MCP_WRITE
    } else if has(&acts) {
        verbs::MCP_CALL
    } else if words.next().is_some_and(|first| READS.contains(&first)) {
        verbs::MCP_READ
    } else {
        verbs::MCP_CALL
    }
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

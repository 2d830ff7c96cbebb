//! Tools that stand for requests of a forge's API: GitHub's by its own server's names, GitLab's likewise.

use countersign_model::{Certainty, Effect, ForgeRepository, ToolCall, Verb, verbs};
use serde_json::Value as Json;

use crate::carried;
use crate::context::Context;
use crate::forge::{self, Request, object, pull_request};
use crate::word::Value;

/// Adds what a tool of a forge does; false, and nothing, where it is none that is known.
pub(super) fn effects(tool: &str, call: &ToolCall, context: &mut Context<'_>) -> bool {
    let has = |name: &str| call.input.contains_key(name);
    if has("project_id") && !has("owner") {
        return on_gitlab(tool, call, context);
    }
    if !has("owner") && !has("repo") && !has("repository") {
        return false;
    }
    match request(tool, call) {
        Some((method, path)) => {
            on_repository(method, &path, call, context);
            true
        }
        None => false,
    }
}

/// The request of GitHub's API that a tool stands for.
fn request(tool: &str, call: &ToolCall) -> Option<(&'static str, String)> {
    let numbers = ["pull_number", "pullNumber", "pull_request_number", "number", "issue_number", "index"];
    let number = numbers
        .iter()
        .find_map(|name| call.input.get(*name))
        .map_or_else(|| "*".to_owned(), |value| value.to_string().trim_matches('"').to_owned());
    let method = call.text("method").unwrap_or_default();
    let workflow = call.text("workflow_id").or_else(|| call.text("workflow")).unwrap_or("*");
    let dispatch = || ("POST", format!("actions/workflows/{workflow}/dispatches"));
    Some(match tool {
        "merge_pull_request"
        | "merge_merge_request"
        | "enable_auto_merge"
        | "enable_pull_request_auto_merge" => ("PUT", format!("pulls/{number}/merge")),
        "create_pull_request" | "create_pull_request_with_copilot" => ("POST", "pulls".to_owned()),
        "update_pull_request" => ("PATCH", format!("pulls/{number}")),
        "update_pull_request_branch" => ("PUT", format!("pulls/{number}/update-branch")),
        "create_pull_request_review"
        | "submit_pending_pull_request_review"
        | "create_and_submit_pull_request_review"
        | "pull_request_review_write" => ("POST", format!("pulls/{number}/reviews")),
        "add_comment_to_pending_review"
        | "add_pull_request_review_comment_to_pending_review"
        | "add_reply_to_pull_request_comment"
        | "add_pull_request_review_comment"
        | "request_copilot_review" => ("POST", format!("pulls/{number}/comments")),
        "push_files" | "create_commit" => ("PUT", "contents/*".to_owned()),
        "create_or_update_file" => ("PUT", format!("contents/{}", file(call))),
        "delete_file" => ("DELETE", format!("contents/{}", file(call))),
        "create_branch" => ("POST", "git/refs".to_owned()),
        "delete_branch" => ("DELETE", format!("git/refs/heads/{}", call.text("branch").unwrap_or("*"))),
        "add_issue_comment"
        | "create_issue"
        | "update_issue"
        | "issue_write"
        | "add_comment"
        | "sub_issue_write"
        | "add_sub_issue"
        | "remove_sub_issue"
        | "reprioritize_sub_issue"
        | "add_issue_reaction" => ("POST", format!("issues/{number}/comments")),
        "label_write" if method != "delete" => ("POST", "labels".to_owned()),
        "create_label" | "update_label" => ("POST", "labels".to_owned()),
        "actions_run_trigger" if method == "run_workflow" => dispatch(),
        "actions_run_trigger" if method.starts_with("delete") => ("DELETE", "actions/runs/*/logs".to_owned()),
        "run_workflow" | "trigger_workflow" => dispatch(),
        "actions_run_trigger" | "rerun_workflow_run" | "rerun_failed_jobs" | "cancel_workflow_run" => {
            ("POST", "actions/runs/*/rerun".to_owned())
        }
        "create_release" | "update_release" => ("POST", "releases".to_owned()),
        "delete_release" => ("DELETE", "releases/*".to_owned()),
        "delete_repository" => ("DELETE", String::new()),
        "update_repository" => ("PATCH", String::new()),
        "add_repository_collaborator" | "remove_repository_collaborator" => {
            ("PUT", "collaborators/*".to_owned())
        }
        "create_repository_ruleset" | "update_repository_ruleset" | "delete_repository_ruleset" => {
            ("POST", "rulesets".to_owned())
        }
        "assign_copilot_to_issue" => ("POST", "copilot".to_owned()),
        _ => return None,
    })
}

/// The file that a tool writes, as a part of an address.
fn file(call: &ToolCall) -> String {
    let path = call.text("path").or_else(|| call.text("file_path")).filter(|path| !path.is_empty());
    path.map_or_else(
        || "*".to_owned(),
        |path| path.replace('%', "%25").replace('?', "%3F").replace('#', "%23"),
    )
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

/// GitLab's tools name the project by its path or its number.
fn on_gitlab(tool: &str, call: &ToolCall, context: &mut Context<'_>) -> bool {
    let project = call.text("project_id").unwrap_or("*").replace("%2F", "/").replace("%2f", "/");
    let is_path = project.contains('/');
    let name = if is_path { project } else { "*".to_owned() };
    let repository = ForgeRepository { host: "gitlab.com".to_owned(), name };
    let number = ["merge_request_iid", "mergeRequestIid"].iter().find_map(|name| call.input.get(*name));
    let number = number.and_then(|value| value.to_string().trim_matches('"').parse().ok());
    let base = call.text("target_branch");
    let branch = |names: &[&str], verb: Verb| {
        forge::branch(&repository, names.iter().find_map(|name| call.text(name)), verb, None)
    };
    let request = |verb: Verb| Effect::new(verb, pull_request(&repository, number, base, None));
    let thing = |verb: Verb, kind: &str| Effect::new(verb, object(&repository, kind, "*"));
    let effect = match tool {
        "merge_merge_request" => request(verbs::FORGE_MERGE),
        "create_merge_request" => {
            forge::opened(&repository, base, call.text("source_branch").map(str::to_owned))
        }
        "update_merge_request" => forge::edited(&repository, number, base),
        "approve_merge_request" | "unapprove_merge_request" => request(verbs::FORGE_APPROVE),
        "create_merge_request_thread"
        | "create_merge_request_note"
        | "create_note"
        | "create_issue_note"
        | "resolve_merge_request_thread" => request(verbs::FORGE_COMMENT),
        "create_issue" | "update_issue" | "create_label" => thing(verbs::FORGE_COMMENT, "issue"),
        "push_files" | "create_or_update_file" | "create_commit" => {
            let files = call.input.get("files").or_else(|| call.input.get("actions")).map(Json::to_string);
            let paths = match file(call) {
                path if path == "*" => carried::listed(files.as_deref()),
                path => vec![Some(path)],
            };
            carried::by_request(&repository, call.text("branch"), &paths, context);
            branch(&["branch"], verbs::GIT_PUSH)
        }
        "create_branch" => branch(&["branch"], verbs::GIT_PUSH),
        "delete_branch" => branch(&["branch"], verbs::GIT_DELETE_REMOTE_REF),
        "create_pipeline" | "retry_pipeline" | "cancel_pipeline" | "play_pipeline_job"
        | "retry_pipeline_job" => thing(verbs::FORGE_WORKFLOW, "workflow"),
        "create_release" | "update_release" => thing(verbs::FORGE_RELEASE, "release"),
        "delete_release" | "delete_issue" | "delete_repository" | "delete_project" => {
            thing(verbs::FORGE_DELETE, "api")
        }
        _ => return false,
    };
    context.push(if is_path {
        effect
    } else {
        effect.certain(Certainty::Partial, "the project is named by its number")
    });
    true
}

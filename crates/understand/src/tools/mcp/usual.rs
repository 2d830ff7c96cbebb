//! Tools of servers by their usual names, where the tool's own name says nothing or too much: of any other server a tool
//! called so stays what its name says.

pub(super) use countersign_model::is_called;
use countersign_model::works_here;
use serde_json::{Map, Value as Json};

use super::names::Says::{self, Reads, Writes};

/// A tool, what it does, and the arguments it takes besides numbers and switches.
type Entry = (&'static str, Says, &'static [&'static str]);

/// What a tool of a server with a usual name does.
pub(super) fn says(server: &str, tool: &str, input: &Map<String, Json>) -> Option<Says> {
    if works_here(server, tool) {
        return Some(Writes);
    }
    let lists = tool == "browser_tabs" && input.get("action").and_then(Json::as_str) == Some("list");
    if lists && input.len() == 1 && is_called(server, BROWSERS) {
        return Some(Reads);
    }
    let entries =
        SERVERS.iter().filter(|(names, _)| is_called(server, names)).flat_map(|(_, entries)| entries.iter());
    let takes = |(_, says, takes): &&Entry| {
        input.iter().all(|(name, value)| {
            takes.contains(&super::names::in_snake_case(name).as_str()) || *says == Reads && is_scalar(value)
        })
    };
    entries.filter(|(name, _, _)| *name == tool).find(takes).map(|(_, says, _)| *says)
}

/// A number, a switch, or a number in quotes.
pub(super) fn is_scalar(value: &Json) -> bool {
    match value {
        Json::Number(_) | Json::Bool(_) | Json::Null => true,
        Json::String(text) => {
            text.len() <= 12
                && text.starts_with(|letter: char| letter.is_ascii_digit())
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || byte == b'.' || matches!(byte, b'm' | b's'))
        }
        Json::Array(_) | Json::Object(_) => false,
    }
}

/// Servers of browsers.
pub(super) const BROWSERS: &[&str] =
    &["playwright", "puppeteer", "chrome-devtools", "claude-in-chrome", "browsermcp", "browser"];

/// What a step of reasoning is written down with.
const THOUGHTS: &[&str] = &[
    "branch_id",
    "current_step",
    "left_to_be_done",
    "previous_steps",
    "remaining_steps",
    "thread_purpose",
    "thought",
    "tool_recommendation",
];

const SERVERS: &[(&[&str], &[Entry])] = &[
    (
        &["playwright"],
        &[
            ("browser_wait_for", Reads, &["text", "text_gone", "time", "timeout"]),
            ("browser_snapshot", Reads, &["depth", "target"]),
        ],
    ),
    (
        &["chrome-devtools"],
        &[
            ("wait_for", Reads, &["text", "timeout"]),
            ("performance_start_trace", Reads, &["reload", "auto_stop"]),
            ("performance_stop_trace", Reads, &[]),
            ("performance_analyze_insight", Reads, &["insight_name", "insight_set_id"]),
        ],
    ),
    (
        &["claude-in-chrome"],
        &[
            ("tabs_context_mcp", Reads, &["create_if_empty"]),
            ("tabs_context", Reads, &[]),
            ("read_page", Reads, &["tab_id", "filter", "ref_id", "depth"]),
            ("get_page_text", Reads, &["tab_id"]),
            ("read_console_messages", Reads, &["tab_id", "pattern", "only_errors"]),
            ("read_network_requests", Reads, &["tab_id", "url_pattern"]),
        ],
    ),
    (
        &["sequential-thinking", "sequentialthinking", "think"],
        &[
            ("think", Reads, THOUGHTS),
            ("sequential_thinking", Reads, THOUGHTS),
            ("sequentialthinking", Reads, THOUGHTS),
        ],
    ),
    (
        &["shadcn", "shadcn-ui"],
        &[
            ("get_add_command_for_items", Reads, &["items"]),
            ("get_item_examples_from_registries", Reads, &["registries", "query"]),
            ("get_audit_checklist", Reads, &[]),
        ],
    ),
    (
        &["context7"],
        &[
            ("resolve_library_id", Reads, &["library_name", "query"]),
            ("get_library_docs", Reads, &["context7_compatible_library_id", "topic", "mode"]),
            ("query_docs", Reads, &["library_id", "query"]),
        ],
    ),
    (&["memory"], &[("open_nodes", Reads, &["names"])]),
    (
        &["basic-memory"],
        &[
            ("build_context", Reads, &["url", "depth", "timeframe", "project"]),
            ("recent_activity", Reads, &["type", "timeframe", "project"]),
        ],
    ),
    (
        &["shrimp-task-manager", "shrimp-task"],
        &[
            (
                "process_thought",
                Reads,
                &["thought", "stage", "tags", "axioms_used", "assumptions_challenged"],
            ),
            ("reflect_task", Reads, &["summary", "analysis"]),
        ],
    ),
    (
        &["brave-search", "brave"],
        &[("brave_web_search", Reads, &["query"]), ("brave_local_search", Reads, &["query"])],
    ),
    (
        &["nx"],
        &[
            ("nx_workspace", Reads, &["filter"]),
            ("nx_project_details", Reads, &["project_name"]),
            ("nx_docs", Reads, &["user_query"]),
        ],
    ),
    (&["deepwiki"], &[("ask_question", Reads, &["repo_name", "question"])]),
    (
        &["perplexity", "perplexity-ask"],
        &[
            ("perplexity_ask", Reads, &["messages"]),
            ("perplexity_research", Reads, &["messages"]),
            ("perplexity_reason", Reads, &["messages"]),
        ],
    ),
    // With files among its arguments it sends them to another model.
    (&["zen", "pal"], &[("chat", Reads, &["prompt", "model", "thinking_mode", "continuation_id"])]),
    (
        &["serena"],
        &[
            ("activate_project", Reads, &["project", "project_name"]),
            ("onboarding", Reads, &[]),
            ("initial_instructions", Reads, &[]),
            ("prepare_for_new_conversation", Reads, &[]),
            ("switch_modes", Reads, &["modes"]),
            ("think_about_collected_information", Reads, &[]),
            ("think_about_task_adherence", Reads, &[]),
            ("think_about_whether_you_are_done", Reads, &[]),
            ("summarize_changes", Reads, &[]),
        ],
    ),
    (
        &["taskmaster", "task-master"],
        &[
            ("next_task", Reads, &["project_root", "file", "tag"]),
            ("complexity_report", Reads, &["project_root", "file", "tag"]),
        ],
    ),
    (
        &["engram"],
        &[("mem_context", Reads, &["project", "scope"]), ("mem_timeline", Reads, &["observation_id"])],
    ),
    (
        &["xcodebuildmcp", "xcodebuild"],
        &[
            ("discover_projs", Reads, &["workspace_root", "scan_path"]),
            ("describe_ui", Reads, &["simulator_uuid", "simulator_id"]),
            ("show_build_settings", Reads, &["project_path", "workspace_path", "scheme"]),
        ],
    ),
    (&["piper-tts"], &[("speak", Reads, &["text", "voice"])]),
];

#[cfg(test)]
mod tests;

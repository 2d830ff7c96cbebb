//! Tools whose names do not say what they do, by name and the arguments they take.
//!
//! Who may be lowered by this table: the agent can write the name of a server into its own configuration, so a
//! server's name counts for nothing here. An entry is the name of a tool with *all* arguments that it takes; a
//! call with another argument is another tool, but for
//! numbers and switches of one that only reads. It only speaks where the name's own words say nothing
//! ([`Says::Nothing`], which would be taken for a program that runs) or something milder: a tool called
//! `delete_page` deletes, whatever is listed here. What lies about its name could as well lie in `get_page`.

use serde_json::{Map, Value as Json};

use super::names::Says::{self, Deletes, Reads, Runs, Sends, Writes};
use super::usual;

/// A tool, what it does, and the arguments it takes; `*`: any.
type Entry = (&'static str, Says, &'static [&'static str]);

/// What the table says of a tool called so, in snake case.
pub(super) fn says(tool: &str, input: &Map<String, Json>) -> Option<Says> {
    let entries = SERVERS.iter().flat_map(|(_, entries)| entries.iter());
    let fits = |(_, says, takes): &&Entry| {
        let is_known = |(given, value): (&String, &Json)| {
            takes.contains(&given.as_str()) || *says == Reads && usual::is_scalar(value)
        };
        takes.contains(&"*") || input.iter().all(is_known)
    };
    entries.filter(|(name, _, _)| *name == tool).find(fits).map(|(_, says, _)| *says)
}

/// The common servers, for people; entries by tool.
const SERVERS: &[(&str, &[Entry])] = &[
    (
        "sequential-thinking",
        &[(
            "sequentialthinking",
            Reads,
            &[
                "thought",
                "nextThoughtNeeded",
                "thoughtNumber",
                "totalThoughts",
                "isRevision",
                "revisesThought",
                "branchFromThought",
                "branchId",
                "needsMoreThoughts",
            ],
        )],
    ),
    (
        "playwright",
        &[
            ("browser_console_messages", Reads, &["onlyErrors", "level"]),
            ("browser_network_requests", Reads, &["includeStatic"]),
            ("browser_wait_for", Reads, &["time", "text", "textGone"]),
            ("browser_hover", Reads, &["element", "ref"]),
            ("browser_resize", Writes, &["width", "height"]),
            ("browser_handle_dialog", Writes, &["accept", "promptText"]),
            ("browser_select_option", Writes, &["element", "ref", "values"]),
            ("browser_tabs", Writes, &["action", "index"]),
        ],
    ),
    (
        "puppeteer",
        &[("puppeteer_hover", Reads, &["selector"]), ("puppeteer_select", Writes, &["selector", "value"])],
    ),
    (
        "chrome-devtools",
        &[
            ("hover", Reads, &["uid"]),
            ("wait_for", Reads, &["text", "timeout"]),
            ("select_page", Reads, &["pageIdx", "pageId", "bringToFront"]),
            ("new_page", Writes, &["url", "timeout", "background"]),
            ("resize_page", Writes, &["width", "height"]),
            ("handle_dialog", Writes, &["action", "promptText"]),
            ("emulate_cpu", Writes, &["throttlingRate"]),
            ("emulate_network", Writes, &["throttlingOption"]),
        ],
    ),
    (
        "git",
        &[
            ("git_branch", Reads, &["repo_path", "branch_type", "contains", "not_contains"]),
            ("git_init", Writes, &["repo_path"]),
        ],
    ),
    (
        "slack",
        &[(
            "conversations_replies",
            Reads,
            &["channel_id", "thread_ts", "limit", "cursor", "include_activity_messages"],
        )],
    ),
    ("jira", &[("jira_batch_create_versions", Writes, &["project_key", "versions"])]),
    (
        "kubernetes",
        &[
            ("cleanup", Deletes, &["*"]),
            ("node_management", Writes, &["operation", "nodeName", "force", "confirmDrain", "dryRun"]),
            ("ping", Reads, &[]),
        ],
    ),
    (
        "mongodb",
        &[
            ("aggregate", Reads, &["database", "collection", "pipeline", "responseBytesLimit"]),
            ("collection_indexes", Reads, &["database", "collection"]),
            ("collection_storage_size", Reads, &["database", "collection"]),
            ("mongodb_logs", Reads, &["type", "limit"]),
        ],
    ),
    (
        "redis",
        &[
            ("hgetall", Reads, &["name"]),
            ("hget", Reads, &["name", "key"]),
            ("lrange", Reads, &["name", "start", "stop"]),
            ("smembers", Reads, &["name"]),
            ("dbsize", Reads, &[]),
            ("hset", Writes, &["name", "key", "value", "expire_seconds"]),
            ("hdel", Deletes, &["*"]),
            ("lpop", Deletes, &["*"]),
            ("rpop", Deletes, &["*"]),
            ("srem", Deletes, &["*"]),
            ("zrem", Deletes, &["*"]),
            ("json_del", Deletes, &["*"]),
            ("expire", Writes, &["name", "expire_seconds"]),
        ],
    ),
    (
        "aws",
        &[
            (
                "simulate_principal_policy",
                Reads,
                &["policy_source_arn", "action_names", "resource_arns", "context_entries"],
            ),
            ("run_checkov", Runs, &["*"]),
        ],
    ),
    ("google", &[("import_to_google_doc", Sends, &["*"])]),
    ("desktop-commander", &[("force_terminate", Deletes, &["*"]), ("interact_with_process", Runs, &["*"])]),
    (
        "supabase",
        &[
            ("generate_typescript_types", Reads, &["project_id"]),
            ("pause_project", Writes, &["*"]),
            ("reset_branch", Deletes, &["*"]),
        ],
    ),
    (
        "neon",
        &[("prepare_database_migration", Writes, &["*"]), ("complete_database_migration", Writes, &["*"])],
    ),
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tools::mcp::names;

    #[test]
    fn entries_are_in_snake_case_and_never_milder_than_the_name() {
        for (name, says, _) in SERVERS.iter().flat_map(|(_, entries)| entries.iter()) {
            assert_eq!(*name, names::in_snake_case(name));
            let by_name = names::says(&names::words(name));
            assert!(by_name == Says::Nothing || *says >= by_name, "{name}");
        }
    }

    #[test]
    fn another_argument_is_another_tool() {
        let says = |input: Json| says("browser_wait_for", input.as_object().unwrap());
        assert_eq!(says(json!({"time": 3})), Some(Reads));
        assert_eq!(says(json!({"text": "Done", "timeout": "5000", "exact": true})), Some(Reads));
        assert_eq!(says(json!({"time": 3, "command": "ls"})), None);
    }
}

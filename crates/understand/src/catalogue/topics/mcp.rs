//! Tools of MCP servers.

use super::Topic;

pub(super) const TOPIC: Topic = Topic {
    name: "mcp",
    about: "Tools of any MCP server: by a catalogue of common servers, by the verbs in the tool's name, and by its \
        arguments, in which commands, SQL, addresses and paths are read as anywhere else. What the server says \
        of its tools may raise what is found, never lower it; a tool whose name says nothing is executed, partial.",
    changed: None,
    declared: None,
    examples: &[
        ("mcp__tickets__lookup_ticket", r#"{"id": 1}"#),
        ("mcp__github__merge_pull_request", r#"{"owner": "acme", "repo": "shop", "pullNumber": 12}"#),
        ("mcp__github__get_file_contents", r#"{"owner": "acme", "repo": "shop", "path": "README.md"}"#),
        ("mcp__gitlab__merge_merge_request", r#"{"project_id": "acme%2Fshop", "merge_request_iid": 3}"#),
        ("mcp__postgres__query", r#"{"sql": "SELECT name FROM users"}"#),
        ("mcp__postgres__query", r#"{"sql": "DROP TABLE users"}"#),
        (
            "mcp__k8s__kubectl_delete",
            r#"{"resourceType": "deployment", "name": "web", "namespace": "shop", "context": "prod"}"#,
        ),
        ("mcp__shell__run_command", r#"{"command": "rm -rf src"}"#),
        ("mcp__filesystem__read_text_file", r#"{"path": "/repo/src/a.rs"}"#),
        ("mcp__vault__read_secret", r#"{"path": "shop/db"}"#),
        ("mcp__slack__slack_post_message", r#"{"text": "rm -rf /"}"#),
        ("mcp__docs__explain_command", r#"{"command": "rm -rf /"}"#),
        ("mcp__x__frobnicate", r#"{}"#),
    ],
};

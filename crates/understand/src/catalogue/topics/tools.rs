//! A runtime's own tools.

use super::Topic;

pub(super) const TOPIC: Topic = Topic {
    name: "tools",
    about: "A runtime's own tools: those that run a shell are read as commands, those that read or write files by \
        the file's class, those that fetch by the address. A tool nobody knows is opaque.",
    changed: None,
    declared: None,
    examples: &[
        ("Read", r#"{"file_path": "/repo/src/a.rs"}"#),
        ("Read", r#"{"file_path": "/home/dev/.aws/credentials"}"#),
        ("Write", r#"{"file_path": "/repo/notes.txt", "content": "git push --force"}"#),
        (
            "Edit",
            r#"{"file_path": "/repo/.github/workflows/ci.yml", "old_string": "a", "new_string": "b"}"#,
        ),
        ("Write", r#"{"file_path": "/repo/.git/hooks/pre-push", "content": "rm -rf src"}"#),
        (
            "Edit",
            r#"{"file_path": "/home/dev/.countersign/config", "old_string": "a", "new_string": "b"}"#,
        ),
        ("Grep", r#"{"pattern": "DROP TABLE"}"#),
        ("WebFetch", r#"{"url": "https://example.com/docs"}"#),
        ("Monitor", r#"{"command": "git push origin main"}"#),
        ("Agent", r#"{"prompt": "git push"}"#),
        ("CronCreate", r#"{"prompt": "x"}"#),
        ("TodoWrite", r#"{"todos": []}"#),
        ("exec_command", r#"{"cmd": "git push origin main"}"#),
        ("apply_patch", r#"{"input": "*** Begin Patch\n*** Delete File: src/a.rs\n*** End Patch"}"#),
        ("run_shell_command", r#"{"command": "git status"}"#),
        ("Teleport", r#"{"to": "x"}"#),
    ],
};

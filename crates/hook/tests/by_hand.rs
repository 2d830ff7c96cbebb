//! The program as a person starts it: it says what it is, and lets nothing go by that.

#![expect(clippy::unwrap_used, reason = "what goes wrong in a test fails it")]

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

const CALL: &str = r#"{"session_id":"s1","transcript_path":"/nowhere","cwd":"/","permission_mode":"default",
    "hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"ls"},"tool_use_id":"t1"}"#;

fn start(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_countersign-hook"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may have answered before it has read all of it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

#[test]
fn says_what_it_is_where_nobody_sends_a_call() {
    for (option, text) in [
        ("--help", "Nobody types it"),
        ("-h", "countersign-hook"),
        ("--version", countersign_hook::VERSION),
        ("-V", countersign_hook::VERSION),
    ] {
        let output = start(&[option], "");
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert!(String::from_utf8(output.stdout).unwrap().contains(text), "{option}");
    }
}

/// What a runtime sends is denied, whatever the arguments ask for.
#[test]
fn a_call_is_denied_where_help_is_asked_for() {
    for arguments in [["--help"].as_slice(), &["--version"], &["-V"], &["-h"], &["--version", "--help"], &[]]
    {
        for input in [CALL, "\n", "{"] {
            let output = start(arguments, input);
            assert_eq!(output.status.code(), Some(2), "{arguments:?} {output:?}");
            let answer = String::from_utf8(output.stdout).unwrap();
            assert!(answer.contains(r#""permissionDecision":"deny""#), "{answer}");
            assert!(!output.stderr.is_empty());
        }
    }
}

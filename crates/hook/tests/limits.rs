//! The program itself under limits of the operating system: it answers, whatever it may not do.

#![expect(clippy::unwrap_used, reason = "what goes wrong in a test fails it")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use countersign_local::{Home, Ledger};
use jiff::Timestamp;

const CALL: &str = r#"{"session_id":"s1","transcript_path":"/nowhere","cwd":"/","permission_mode":"default",
    "hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"ls"},"tool_use_id":"t1"}"#;

/// A home without a policy, below this folder.
fn make_home(folder: &Path) {
    Ledger::create(Home::at(folder.join("home")), folder, Timestamp::UNIX_EPOCH, &[7; 48]).unwrap();
}

/// What the hook answers when a shell has done this before starting it.
fn check(folder: &Path, limit: &str) -> Output {
    let line =
        format!("{limit}; exec \"$0\" claude-code --home '{0}/home' --user-home '{0}'", folder.display());
    let mut child = Command::new("sh")
        .args(["-c", &line, env!("CARGO_BIN_EXE_countersign-hook")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(CALL.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn denies(output: &Output) {
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains(r#""permissionDecision":"deny""#), "{output:?}");
    assert!(!output.stderr.is_empty());
}

/// The kernel ends a process that writes beyond the limit, unless the process takes the signal.
#[test]
fn a_limit_on_the_size_of_files_is_a_denial_and_not_a_death() {
    let folder = tempfile::tempdir().unwrap();
    make_home(folder.path());
    // Without its witness the log is appended to whatever is decided.
    std::fs::remove_dir_all(folder.path().join(countersign_local::WITNESSES)).unwrap();
    denies(&check(folder.path(), "ulimit -f 0"));
}

/// A pipe in place of a file is not waited for: the runtime would end the hook, which then says nothing.
#[test]
fn a_pipe_in_place_of_a_file_is_a_denial_and_not_a_wait() {
    for file in ["home/key", "home/identity.json", ".local/share/countersign-witness/*"] {
        let folder = tempfile::tempdir().unwrap();
        make_home(folder.path());
        let replace = format!(
            "for file in '{}'/{file}; do rm \"$file\"; mkfifo \"$file\"; done",
            folder.path().display()
        );
        denies(&check(folder.path(), &replace));
    }
}

//! The product's promise, played whole; and that it can fail.

use std::process::Command;

use insta::assert_snapshot;

/// Plays the demo, and gives how it ended and its last line.
fn check(arguments: &[&str]) -> String {
    play(arguments, Command::new(env!("CARGO_BIN_EXE_countersign")))
}

fn play(arguments: &[&str], mut demo: Command) -> String {
    let temporary = tempfile::tempdir().unwrap();
    demo.arg("demo").args(arguments).env_remove("CARGO").env("NO_COLOR", "1");
    demo.env("TMPDIR", temporary.path());
    let output = demo.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let end = said.trim_end().lines().last().unwrap_or_default();
    assert_eq!(std::fs::read_dir(temporary.path()).unwrap().count(), 0, "it left something behind");
    format!("exit {}: {end}", output.status.code().unwrap())
}

#[test]
fn approved_it_happens_once() {
    assert_snapshot!(check(&["--approve"]), @r#"exit 0: That is Countersign: low-risk work flowed, and what moves production waited for a person. Next: README.md, "Govern your own Claude Code"."#);
}

#[test]
fn it_takes_git_and_nothing_else() {
    let bin = tempfile::tempdir().unwrap();
    // What git and a shell may start themselves lies beside them.
    for program in ["git", "sh", "cat"] {
        let found = Command::new("sh").args(["-c", "command -v -- \"$0\"", program]).output().unwrap().stdout;
        let found = String::from_utf8(found).unwrap();
        std::os::unix::fs::symlink(found.trim(), bin.path().join(program)).unwrap();
    }
    let mut demo = Command::new(env!("CARGO_BIN_EXE_countersign"));
    demo.env_clear().env("HOME", bin.path()).env("PATH", bin.path());
    assert_snapshot!(play(&["--approve"], demo), @r#"exit 0: That is Countersign: low-risk work flowed, and what moves production waited for a person. Next: README.md, "Govern your own Claude Code"."#);
}

#[test]
fn denied_it_never_happens() {
    assert_snapshot!(check(&["--deny"]), @r#"exit 0: That is Countersign: low-risk work flowed, and what moves production waited for a person. Next: README.md, "Govern your own Claude Code"."#);
}

#[test]
fn a_pack_that_holds_nothing_is_noticed() {
    assert_snapshot!(check(&["--approve", "--control", "observe"]), @"exit 1: As it should be: with a pack that holds nothing the push went through, and the demo noticed.");
}

#[test]
fn a_missing_hook_is_noticed() {
    assert_snapshot!(check(&["--approve", "--control", "no-hook"]), @"exit 1: As it should be: without the hook the push went through, and the demo noticed.");
}

#[test]
fn a_branch_that_moved_is_noticed() {
    assert_snapshot!(check(&["--approve", "--control", "moved"]), @"exit 1: As it should be: the branch moved while the push waited, so the approval was void, nothing was pushed, and the demo noticed.");
}

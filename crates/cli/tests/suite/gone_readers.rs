//! Whoever reads the output may stop, as `head` does: the command ends without a word, and fails no worse.

use std::process::Stdio;

use crate::machine::Machine;

#[test]
fn a_command_ends_quietly_where_nobody_reads_its_output() {
    let machine = Machine::governed();
    machine.ask(&machine.bash("git push origin main"));
    let ticket = machine.ticket();
    let log = machine.home().join("log").display().to_string();
    let commands: &[&[&str]] = &[
        &["--help"],
        &["--version"],
        &["completions", "bash"],
        &["inventory"],
        &["--json", "inventory"],
        &["doctor"],
        &["explain", "git push origin main"],
        &["approvals", "list"],
        &["approvals", "show", &ticket],
        &["approvals", "grants"],
        &["reviewers", "list"],
        &["policy", "check"],
        &["policy", "show"],
        &["policy", "test"],
        &["simulate", &log],
        &["--json", "simulate", &log],
        &["evidence", "show"],
        &["evidence", "verify"],
        &["task", "list"],
        &["approvals", "show", "cs-unknown1"],
    ];
    for arguments in commands {
        for closed in ["stdout", "both"] {
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            let mut command = machine.command(env!("CARGO_BIN_EXE_countersign"));
            command.args(*arguments).stdin(Stdio::null()).stdout(writer.try_clone().unwrap());
            let output = match closed {
                "both" => command.stderr(writer),
                _ => command.stderr(Stdio::piped()),
            };
            let output = output.spawn().unwrap().wait_with_output().unwrap();
            let code = output.status.code();
            let failed = *arguments.last().unwrap() == "cs-unknown1" && closed == "stdout";
            let expected: &[i32] = if failed { &[1] } else { &[0, 1, 2, 141] };
            assert!(code.is_some_and(|code| expected.contains(&code)), "{arguments:?} {closed}: {output:?}");
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(!said.contains("panicked"), "{arguments:?}: {said}");
        }
    }
}

/// A hook that nobody hears denies: any other end would let the call go.
#[test]
fn a_hook_that_nobody_hears_denies() {
    let machine = Machine::governed();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut hook = machine.hook(0);
    let mut child = hook.stdin(Stdio::piped()).stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    let call = machine.bash("git push origin main").to_string();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), call.as_bytes()).unwrap();
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(2));
}

//! No call is let through whose record is not on the disk, whenever the hook ends.

use std::fs;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::machine::{Answer, Machine, run};

/// What the kernel is asked to do, in order, when a harmless call passes.
#[test]
fn the_record_is_durable_before_the_answer() {
    let machine = Machine::governed();
    let trace = machine.path("trace");
    let hook = machine.hook(0);
    let mut traced = machine.command("strace");
    traced
        .args(["-f", "-y", "-e", "trace=write,pwrite64,writev,fdatasync,fsync,exit_group", "-o"])
        .arg(&trace);
    traced.arg(hook.get_program()).args(hook.get_args());
    let answer = Answer::of(run(&mut traced, machine.bash("git status").to_string().as_bytes()));
    assert_eq!((answer.word().as_str(), answer.exit), ("pass", Some(0)), "{answer:?}");
    let text = fs::read_to_string(&trace).unwrap();
    let segment = |line: &&str| line.contains("log/00000001.jsonl");
    let calls: Vec<&str> = text.lines().collect();
    let written = calls.iter().rposition(|line| segment(line) && line.contains("write")).unwrap();
    let synced = calls
        .iter()
        .rposition(|line| segment(line) && line.contains("fdatasync(") && line.ends_with("= 0"))
        .unwrap();
    // Another thread's line may part it: `exit_group(0 <unfinished ...>`.
    let ended = calls.iter().position(|line| line.contains("exit_group(0")).unwrap();
    assert!(written < synced && synced < ended, "{text}");
}

/// Killed at any moment, with others at work: what was answered is in the log, and the log holds.
#[test]
fn a_killed_hook_loses_no_answered_call() {
    let machine = Machine::governed();
    let mut answered = Vec::new();
    for round in 0..30_u64 {
        let calls: Vec<Value> = (0..4).map(|_| machine.bash("git status")).collect();
        let mut children: Vec<_> = calls
            .iter()
            .map(|call| {
                let file = machine.path(&format!("{}.json", call["tool_use_id"].as_str().unwrap()));
                fs::write(&file, call.to_string()).unwrap();
                machine
                    .hook(0)
                    .stdin(fs::File::open(&file).unwrap())
                    .stdout(std::process::Stdio::piped())
                    .spawn()
                    .unwrap()
            })
            .collect();
        wait(Duration::from_micros(round * 900));
        for child in children.iter_mut().skip(1) {
            child.kill().unwrap();
        }
        for (child, call) in children.into_iter().zip(&calls) {
            if child.wait_with_output().unwrap().status.code() == Some(0) {
                answered.push(call["tool_use_id"].clone());
            }
        }
    }
    let decided = machine.events("decided");
    for id in &answered {
        assert!(
            decided.iter().any(|decided| decided["call"]["id"] == *id),
            "{id} was answered and not recorded"
        );
    }
    assert!(answered.len() >= 30, "only {} were answered", answered.len());
    machine.countersign(&["evidence", "verify"], "");
}

/// Eight hooks at once each get their own answer, and the log holds all of them.
#[test]
fn many_at_once() {
    let machine = Machine::governed();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    (0..4).map(|_| machine.ask(&machine.bash("git log -1")).word()).collect::<Vec<_>>()
                })
            })
            .collect();
        for thread in threads {
            assert!(thread.join().unwrap().iter().all(|word| word == "pass"));
        }
    });
    assert_eq!(machine.events("decided").len(), 32);
    let verified = machine.countersign(&["evidence", "verify"], "");
    assert!(!verified.contains("its time"), "{verified}");
}

/// Where the disk is full, nothing passes; when there is room again, work goes on.
#[test]
fn a_full_disk_denies() {
    let machine = Machine::governed();
    let hook = machine.hook(0);
    // A limit on the size of files stands for a full disk: writes beyond it fail.
    let quoted: Vec<_> = std::iter::once(hook.get_program())
        .chain(hook.get_args())
        .map(|word| format!("'{}'", word.to_string_lossy()))
        .collect();
    let mut limited: Command = machine.command("sh");
    limited.args(["-c", &format!("ulimit -f 1; exec {}", quoted.join(" "))]);
    let answer = Answer::of(run(&mut limited, machine.bash("git status").to_string().as_bytes()));
    assert!(answer.reason().contains("cannot vouch"), "{answer:?}");
    assert_eq!(machine.ask(&machine.bash("git status")).word(), "pass");
    machine.countersign(&["evidence", "verify"], "");
}

#[expect(
    clippy::disallowed_methods,
    reason = "when exactly the hook is killed does not matter, only that it varies"
)]
fn wait(time: Duration) {
    std::thread::sleep(time);
}

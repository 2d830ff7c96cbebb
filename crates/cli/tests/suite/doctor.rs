//! `doctor` says everything that is wrong, fails for it, and takes no denial for a proof but the right one.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Output;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::machine::{Machine, run};

pub const COUNTERSIGN: &str = env!("CARGO_BIN_EXE_countersign");

/// A governed machine with the hook wired in the user's settings, and one call recorded. The program beside
/// `countersign` that gets installed is a line of shell here, which starts `countersign hook`.
pub fn installed() -> Machine {
    let machine = Machine::governed();
    fs::create_dir(machine.path("bin")).unwrap();
    let program = machine.path("bin/countersign");
    fs::hard_link(COUNTERSIGN, &program).or_else(|_| fs::copy(COUNTERSIGN, &program).map(drop)).unwrap();
    let hook = machine.path("bin/countersign-hook");
    fs::write(&hook, format!("#!/bin/sh\nexec '{COUNTERSIGN}' hook \"$@\"\n")).unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    assert!(as_installed(&machine, &["install", "claude-code", "--any-client"]).status.success());
    assert_eq!(machine.ask(&machine.bash("git status")).word(), "pass");
    machine
}

/// Runs the `countersign` that has a hook beside it.
pub fn as_installed(machine: &Machine, arguments: &[&str]) -> Output {
    run(machine.command(machine.path("bin/countersign")).env("COLUMNS", "900").args(arguments), b"")
}

pub fn settings(machine: &Machine) -> PathBuf {
    machine.path(".claude/settings.json")
}

/// What `doctor` warns of and finds bad after something was done to an installed machine.
fn check(damage: impl FnOnce(&Machine)) -> String {
    let machine = installed();
    damage(&machine);
    let output = as_installed(&machine, &["doctor"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let found: Vec<&str> = text.lines().filter(|line| line.starts_with(['✗', '!'])).collect();
    let bad = found.iter().any(|line| line.starts_with('✗'));
    assert_eq!(output.status.code(), Some(i32::from(bad)), "{text}");
    found.join("\n").replace(&machine.path("").display().to_string(), "~/")
}

fn segment(machine: &Machine) -> PathBuf {
    machine.home().join("log/00000001.jsonl")
}

fn witness(machine: &Machine) -> PathBuf {
    let folder = machine.path(".local/share/countersign-witness");
    fs::read_dir(folder).unwrap().next().unwrap().unwrap().path()
}

/// Names that differ from run to run.
fn scrub(text: &str) -> String {
    let words = text.split_inclusive([' ', '/', '`']).map(|word| {
        let plain = word.trim_end_matches(['/', '`', ' ']).trim_end_matches(".json");
        let hex = plain.len() > 2 && plain.chars().all(|letter| letter.is_ascii_hexdigit());
        let hex = hex && plain.contains(|letter: char| letter.is_ascii_digit());
        if hex { word.replace(plain, "HEX") } else { word.to_owned() }
    });
    words.collect()
}

#[test]
fn finds_nothing_wrong_where_nothing_is() {
    assert_snapshot!(check(|_| ()), @"! not to be seen from here: a session started with --bare, or with --settings that set disableAllHooks, runs without this hook; only managed settings bind those");
}

#[test]
fn an_edited_record() {
    assert_snapshot!(scrub(&check(|machine| {
        let text = fs::read_to_string(segment(machine)).unwrap();
        fs::write(segment(machine), text.replacen("reviewer_enrolled", "reviewer_unrolled", 1)).unwrap();
    })), @"
    ✗ the evidence does not verify: violation: `~/countersign/log/00000001.jsonl` is broken at byte HEX (record 3): its hash does not fit it and the record before it; nothing after it is verified; `countersign evidence verify` shows all of it
    ✗ the evidence does not verify: violation: the head file names record 6, which is behind what could be verified; `countersign evidence verify` shows all of it
    ! not to be seen from here: a session started with --bare, or with --settings that set disableAllHooks, runs without this hook; only managed settings bind those
    ");
}

#[test]
fn a_key_that_is_gone_or_another() {
    assert_snapshot!(check(|machine| fs::remove_file(machine.home().join("key")).unwrap()), @"
    ✗ `~/countersign/key` is missing from an installation that had it: nothing is allowed without it; put it back from a backup
    ✗ canary: the installed hook denied it, but not because it is tampering: Countersign cannot vouch for this, so it is denied: `~/countersign/key` is missing from an installation that had it. A person can run `countersign doctor` in their own terminal. (put right what it says, then run this again)
    ! not to be seen from here: a session started with --bare, or with --settings that set disableAllHooks, runs without this hook; only managed settings bind those
    ");
    assert_snapshot!(check(|machine| fs::write(machine.home().join("key"), [9; 32]).unwrap()), @"
    ✗ the key in `~/countersign` was replaced: it does not fit what was recorded of calls, 1 of 1; put it back from a backup
    ! not to be seen from here: a session started with --bare, or with --settings that set disableAllHooks, runs without this hook; only managed settings bind those
    ");
}

#[test]
fn a_witness_that_is_gone_or_no_file() {
    assert_snapshot!(scrub(&check(|machine| fs::remove_file(witness(machine)).unwrap())), @"
    ✗ the witness `~/.local/share/countersign-witness/HEX` is gone, which remembers outside the home how long the log was; it is made anew, but whether the log was cut off before cannot be told
    ! not to be seen from here: a session started with --bare, or with --settings that set disableAllHooks, runs without this hook; only managed settings bind those
    ");
    assert_snapshot!(scrub(&check(|machine| {
        let witness = witness(machine);
        fs::remove_file(&witness).unwrap();
        fs::create_dir(&witness).unwrap();
    })), @"✗ `~/.local/share/countersign-witness/HEX` is damaged: it is not a regular file (if this was not you, keep the home as it is: it is evidence; `countersign doctor` and `countersign evidence verify` say more)");
}

/// It answers the canary as it should, and nothing else.
#[test]
fn another_program_in_place_of_the_hook() {
    assert_snapshot!(check(|machine| {
        let hook = machine.home().join("bin/countersign-hook");
        let wrapper = format!(
            "#!/bin/sh\ninput=$(cat)\ncase $input in *canary*) printf %s \"$input\" | '{COUNTERSIGN}' hook \"$@\" ;; esac\n"
        );
        fs::write(hook, wrapper).unwrap();
    }), @"
    ✗ `~/countersign/bin/countersign-hook` is not the program that was installed: its digest is another than the record of installing has; install again
    ! `~/countersign/bin/countersign-hook` is not the build beside this program: `countersign install claude-code` updates it
    ! not to be seen from here: a session started with --bare, or with --settings that set disableAllHooks, runs without this hook; only managed settings bind those
    ");
}

/// A hook that denies everything says nothing about what it would let through.
#[test]
fn a_long_program_is_no_missing_one() {
    let longer = |machine: &Machine| {
        let program = machine.home().join("bin/countersign-hook");
        fs::OpenOptions::new().write(true).open(program).unwrap().set_len(70 << 20).unwrap();
    };
    assert_snapshot!(check(longer), @"
    ✗ `~/countersign/bin/countersign-hook` is not the program that was installed: its digest is another than the record of installing has; install again
    ! `~/countersign/bin/countersign-hook` is another build of 0.1.0 than the one beside this program: `countersign install claude-code` updates it
    ! not to be seen from here: a session started with --bare, or with --settings that set disableAllHooks, runs without this hook; only managed settings bind those
    ");
    let gone = |machine: &Machine| fs::remove_file(machine.home().join("bin/countersign-hook")).unwrap();
    assert_snapshot!(check(gone), @"
    ✗ `~/countersign/bin/countersign-hook` cannot be looked at: No such file or directory (os error 2): install again
    ✗ canary: cannot start `~/countersign/bin/countersign-hook`: No such file or directory (os error 2)
    ! not to be seen from here: a session started with --bare, or with --settings that set disableAllHooks, runs without this hook; only managed settings bind those
    ");
}

#[test]
fn a_denial_for_another_reason_is_no_proof() {
    let text = check(|machine| {
        let hook = machine.home().join("bin/countersign-hook");
        let wrapper = format!("#!/bin/sh\nprintf '[' | '{COUNTERSIGN}' hook \"$@\"\n");
        fs::write(hook, wrapper).unwrap();
    });
    assert_snapshot!(text.lines().find(|line| line.contains("canary")).unwrap(), @"✗ canary: the installed hook denied it, but not because it is tampering: Countersign denies what it cannot read: the hook's input is not well-formed JSON: EOF while parsing a list at line 1 column 1 (put right what it says, then run this again)");
}

#[test]
fn another_hook_on_the_same_event() {
    assert_snapshot!(check(|machine| {
        let mut value: Value = serde_json::from_slice(&fs::read(settings(machine)).unwrap()).unwrap();
        let other = json!({"hooks": [{"type": "command", "command": "/usr/bin/rewrite it"}]});
        value["hooks"]["PreToolUse"].as_array_mut().unwrap().push(other);
        fs::write(settings(machine), value.to_string()).unwrap();
    }), @"
    ! `~/.claude/settings.json` also runs `rewrite` before each call, which could rewrite it after it was decided
    ! not to be seen from here: a session started with --bare, or with --settings that set disableAllHooks, runs without this hook; only managed settings bind those
    ");
}

#[test]
fn files_that_others_can_read() {
    assert_snapshot!(scrub(&check(|machine| {
        let bundles = machine.home().join("bundles");
        let bundle = fs::read_dir(&bundles).unwrap().next().unwrap().unwrap().path();
        for path in [bundle, segment(machine), machine.home().join("reviewers/ada.json"), machine.home().join("state/authorities.json")] {
            fs::set_permissions(path, fs::Permissions::from_mode(0o666)).unwrap();
        }
    })), @"
    ✗ `~/countersign/bundles/HEX.json` can be read or written by others: chmod go= it
    ✗ `~/countersign/log/00000001.jsonl` can be read or written by others: chmod go= it
    ✗ `~/countersign/reviewers/ada.json` can be read or written by others: chmod go= it
    ✗ … and 1 more like that
    ! not to be seen from here: a session started with --bare, or with --settings that set disableAllHooks, runs without this hook; only managed settings bind those
    ");
}

/// Wiring of an earlier version let events run longer than they may.
#[test]
fn older_wiring() {
    assert_snapshot!(check(|machine| {
        let text = fs::read_to_string(settings(machine)).unwrap();
        let mut value: Value = serde_json::from_str(&text).unwrap();
        let args = value["hooks"]["ConfigChange"][0]["hooks"][0]["args"].as_array_mut().unwrap();
        args.truncate(args.len() - 2);
        fs::write(settings(machine), value.to_string()).unwrap();
    }), @"
    ✗ `~/.claude/settings.json` does not wire every event as it should: install again
    ! not to be seen from here: a session started with --bare, or with --settings that set disableAllHooks, runs without this hook; only managed settings bind those
    ");
}

/// The same for programs, and always whole: a damaged log is found, not stumbled over.
#[test]
fn json_for_programs() {
    let machine = installed();
    fs::write(segment(&machine), "not a log").unwrap();
    let output = as_installed(&machine, &["--json", "doctor"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &report["ok"]), (Some(1), &json!(false)));
    assert!(report["checks"].as_array().unwrap().iter().any(|check| check["state"] == "bad"));
}

#[test]
fn what_it_tries_is_no_call_of_an_agent() {
    let machine = installed();
    assert!(as_installed(&machine, &["doctor"]).status.success());
    let home = machine.home().display().to_string();
    assert!(machine.events("decided").iter().any(|event| event["call"]["session"] == "countersign-doctor"));
    let report: Value =
        serde_json::from_str(&machine.countersign(&["--json", "simulate", &home], "")).unwrap();
    assert_eq!(
        (&report["tool_calls"], &report["decisions"]["deny"]),
        (&json!(1), &json!(0)),
        "{report:.200}"
    );
}

//! A log whose newest records were taken away, with the head file set back to fit: by whoever runs as the same user.

use std::fs;
use std::process::Output;

use serde_json::Value;

use crate::machine::{Machine, PASSPHRASE};

const PUSH: &str = "git push origin main";

/// A machine on which everything that waits in a push was granted and the grants revoked; the log as it was before.
fn revoked() -> (Machine, Vec<u8>, Vec<u8>) {
    let machine = Machine::governed();
    machine.ask(&machine.bash(PUSH));
    let ticket = machine.ticket();
    let bounds = ["--count", "1", "--hours", "1", "--passphrase-stdin"];
    machine
        .countersign(&[&["approvals", "grant", "--like", &ticket], bounds.as_slice()].concat(), PASSPHRASE);
    let log = machine.home().join("log");
    let before = (fs::read(log.join("00000001.jsonl")).unwrap(), fs::read(log.join("head")).unwrap());
    for granted in machine.events("granted") {
        let id = granted["grant"]["statement"]["id"].as_str().unwrap().to_owned();
        machine.countersign(&["approvals", "revoke", &id, "--passphrase-stdin"], PASSPHRASE);
    }
    (machine, before.0, before.1)
}

/// Sets the log back, with its head file, and takes the derived state away.
fn cut(machine: &Machine, segment: &[u8], head: &[u8]) {
    let home = machine.home();
    fs::write(home.join("log/00000001.jsonl"), segment).unwrap();
    fs::write(home.join("log/head"), head).unwrap();
    fs::remove_dir_all(home.join("state")).unwrap();
    fs::create_dir(home.join("state")).unwrap();
}

fn told(output: &Output) -> (Option<i32>, String) {
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

fn verify(machine: &Machine, more: &[&str]) -> (Option<i32>, String) {
    told(&machine.try_countersign(&[&["evidence", "verify"], more].concat(), ""))
}

#[test]
fn a_log_that_was_cut_off_does_not_verify_where_the_witness_knows_more() {
    let (machine, segment, head) = revoked();
    assert_eq!(verify(&machine, &[]).0, Some(0));
    cut(&machine, &segment, &head);
    for more in [vec![], vec![machine.home().join("log").display().to_string()]] {
        let more: Vec<&str> = more.iter().map(String::as_str).collect();
        let (code, text) = verify(&machine, &more);
        assert_eq!(code, Some(1), "{text}");
        assert!(text.contains("its witness outside the home has seen record"), "{text}");
        assert!(text.contains("it was rolled back"), "{text}");
    }
    // A copy is not the log that the witness speaks of: it may be an older one.
    let copy = machine.path("copy");
    fs::create_dir(&copy).unwrap();
    for name in ["00000001.jsonl", "head"] {
        fs::copy(machine.home().join("log").join(name), copy.join(name)).unwrap();
    }
    assert_eq!(verify(&machine, &[&copy.display().to_string()]).0, Some(0));
    assert_eq!(machine.ask(&machine.bash(PUSH)).word(), "deny");
}

#[test]
fn a_log_that_was_cut_off_does_not_verify_where_the_derived_state_knows_more() {
    let (machine, segment, head) = revoked();
    fs::write(machine.home().join("log/00000001.jsonl"), segment).unwrap();
    fs::write(machine.home().join("log/head"), head).unwrap();
    fs::remove_dir_all(machine.path(".local/share/countersign-witness")).unwrap();
    let (code, text) = verify(&machine, &[]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("the derived state has seen record"), "{text}");
}

/// Whoever runs as the user can set all of it back. The pages say so, and so does `verify`.
#[test]
fn what_was_set_back_with_the_witness_is_told_by_a_head_kept_elsewhere_alone() {
    let (machine, segment, head) = revoked();
    let (_, text) = verify(&machine, &[]);
    let kept = text.lines().find_map(|line| line.split_once("Keep this")).unwrap().1;
    let kept = kept.split_once("--contains ").unwrap().1.to_owned();
    cut(&machine, &segment, &head);
    fs::remove_dir_all(machine.path(".local/share/countersign-witness")).unwrap();
    // Both gone at once is no accident; set back instead of taken away they would say nothing.
    let (code, text) = verify(&machine, &[]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("is gone, which remembers outside the home how long the log was"), "{text}");
    assert!(text.contains("not proven: that nothing was cut off the end"), "{text}");
    let (code, text) = verify(&machine, &["--contains", &kept]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("the head given names record"), "{text}");
}

/// The log, its head file and the derived state of an earlier moment fit each other.
#[test]
fn a_missing_witness_does_not_verify_unless_a_head_was_kept() {
    let (machine, ..) = revoked();
    let (_, text) = verify(&machine, &[]);
    let kept = text.lines().find_map(|line| line.split_once("--contains ")).unwrap().1.to_owned();
    fs::remove_dir_all(machine.path(".local/share/countersign-witness")).unwrap();
    let (code, text) = verify(&machine, &[]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("whether the log was cut off before cannot be told"), "{text}");
    let (code, text) = verify(&machine, &["--contains", &kept]);
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn an_emptied_log_is_no_log_in_which_nothing_was_granted() {
    let (machine, ..) = revoked();
    fs::write(machine.home().join("log/00000001.jsonl"), "").unwrap();
    for arguments in
        [["approvals", "grants"].as_slice(), &["approvals", "grants", "--all"], &["evidence", "show"]]
    {
        let (code, text) = told(&machine.try_countersign(arguments, ""));
        assert_eq!(code, Some(1), "{arguments:?}: {text}");
        assert!(text.contains("error") && !text.contains("Nothing"), "{text}");
    }
    let output = machine.try_countersign(&["--json", "evidence", "verify"], "");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["ok"], false);
}

//! Whatever is wrong with what it is given, Countersign names the file, the place and what to do next, loses
//! nothing, and goes on by what was last good.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use insta::assert_snapshot;
use serde_json::json;

use crate::doctor::{as_installed, installed, settings};
use crate::machine::{Machine, PASSPHRASE, run};

/// What a command that fails says, without what differs between runs.
fn said(machine: &Machine, output: Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!text.contains("panicked"), "{text}");
    text.trim_end().replace(&machine.path("").display().to_string(), "~/")
}

fn check(machine: &Machine, arguments: &[&str], input: &str) -> String {
    said(machine, machine.try_countersign(arguments, input))
}

fn proposal(machine: &Machine) -> PathBuf {
    machine.repository().join("countersign.toml")
}

/// A proposal with something wrong in it: what `policy check` says, while what is in force stays in force and
/// the agent may mend the file, which is only a proposal.
fn check_proposal(wrong: impl Fn(&str) -> String) -> String {
    let machine = Machine::governed();
    let good = fs::read_to_string(proposal(&machine)).unwrap();
    let broken = wrong(&good);
    assert_ne!(broken, good);
    fs::write(proposal(&machine), &broken).unwrap();
    let message = check(&machine, &["policy", "check"], "");
    assert_eq!(check(&machine, &["policy", "activate", "--passphrase-stdin"], PASSPHRASE), message);
    assert_eq!(fs::read_to_string(proposal(&machine)).unwrap(), broken);
    let push = machine.ask(&machine.bash("git push origin HEAD:main"));
    assert!(push.reason().contains("waits for an approval"), "{push:?}");
    let mend = json!({ "file_path": proposal(&machine), "content": good });
    assert_eq!(machine.ask(&machine.call("Write", mend, &machine.repository())).word(), "pass");
    fs::write(proposal(&machine), good).unwrap();
    machine.activate();
    message
}

#[test]
fn a_proposal_that_is_no_toml() {
    assert_snapshot!(check_proposal(|good| good.replace("pack = ", "pack ")), @"
    error: in `~/shop/countersign.toml`
      caused by: cannot read the proposal: key with no value, expected `=` at line 11, column 6
    hint: mend that place and try again; what is in force stays in force meanwhile
    ");
}

#[test]
fn a_proposal_with_an_unknown_key() {
    assert_snapshot!(check_proposal(|good| good.replace("pack = ", "pakc = \"strict\"\npack = ")), @"
    error: in `~/shop/countersign.toml`
      caused by: cannot read the proposal: unknown key `pakc` at line 11, column 1
    hint: did you mean `pack`? It is one of: version, pack, on_allow, layers, delegates, weights, test, repository, environments, policy, invariant, program
    ");
}

#[test]
fn a_proposal_with_an_unknown_pack() {
    assert_snapshot!(check_proposal(|good| good.replace("\"graduated\"", "\"gradual\"")), @"
    error: in `~/shop/countersign.toml`
      caused by: cannot read the proposal: unknown value `gradual` at line 11, column 8
    hint: did you mean `graduated`? It is one of: observe, graduated, strict
    ");
}

#[test]
fn a_proposal_with_broken_cedar() {
    let wrong = |good: &str| {
        format!("{good}\n[[policy]]\nid = \"mine\"\ncedar = \"forbid (principal, action == , resource);\"\n")
    };
    assert_snapshot!(check_proposal(wrong), @"
    error: in `~/shop/countersign.toml`
      caused by: cannot use policy `mine`: unexpected token `,` at line 48, column 39
    hint: mend that place and try again; what is in force stays in force meanwhile
    ");
}

#[test]
fn a_policy_that_is_nested_too_deeply() {
    let wrong = |good: &str| {
        let deep = format!("{}true{}", "(".repeat(600), ")".repeat(600));
        let policy = format!("permit (principal, action, resource)\nwhen {{ {deep} }};");
        format!("{good}\n[[policy]]\nid = \"mine\"\ncedar = '''\n{policy}\n'''\n")
    };
    assert_snapshot!(check_proposal(wrong), @r#"
    error: in `~/shop/countersign.toml`
      caused by: cannot use policy `mine`: it is nested too deeply at line 50, column 30
    hint: list values in a set, as in `["a", "b"].contains(…)`, or write several policies
    "#);
}

#[test]
fn names_that_are_not_shown_as_they_are() {
    let wrong = |good: &str| {
        let policy = "cedar = \"forbid (principal, action, resource);\"";
        format!("{good}\n[[policy]]\nid = \"a\\u001b[1A\\u202eb\"\n{policy}\n")
    };
    assert_snapshot!(check_proposal(wrong), @r"
    error: in `~/shop/countersign.toml`
      caused by: cannot use policy `a\u{1b}[1A\u{202e}b`: its id is no plain word at line 47, column 1
    hint: write an id of letters, digits, `-`, `_` and `.`, such as `no-releases`
    ");
    let wrong = |good: &str| good.replacen("branches = [", "branches = [\"x\\u202ey\", ", 1);
    assert_snapshot!(check_proposal(wrong), @r"
    error: in `~/shop/countersign.toml`
      caused by: cannot use `x\u{202e}y` in `environments.production.branches`: it holds a character that is not shown at line 22, column 13
    hint: mend that place and try again; what is in force stays in force meanwhile
    ");
}

/// A pipe would be waited for, and a device has no end.
#[test]
fn a_proposal_that_is_no_regular_file() {
    let machine = Machine::governed();
    let good = fs::read_to_string(proposal(&machine)).unwrap();
    let layered = good.replace("version = 1\n", "version = 1\nlayers = { organisation = \"/dev/zero\" }\n");
    fs::write(proposal(&machine), layered).unwrap();
    assert_snapshot!(check(&machine, &["policy", "check"], ""), @"
    error: `~/shop/countersign.toml` names it under [layers] as the organisation's
      caused by: in `/dev/zero`
      caused by: cannot read the proposal
      caused by: it is no regular file
    hint: put a regular file of at most a mebibyte there
    ");
    fs::remove_file(proposal(&machine)).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, proposal(&machine), rustix::fs::Mode::RUSR).unwrap();
    assert_snapshot!(check(&machine, &["policy", "check"], ""), @"
    error: in `~/shop/countersign.toml`
      caused by: cannot read the proposal
      caused by: it is no regular file
    hint: put a regular file of at most a mebibyte there
    ");
    fs::remove_file(proposal(&machine)).unwrap();
    let itself =
        good.replace("version = 1\n", "version = 1\nlayers = { organisation = \"countersign.toml\" }\n");
    fs::write(proposal(&machine), itself).unwrap();
    assert_snapshot!(check(&machine, &["policy", "check"], ""), @r#"
    error: in `~/shop/countersign.toml`
      caused by: the organisation's file may not name layers at line 9, column 1
    hint: name them all in `~/shop/countersign.toml`: `layers = { organisation = "...", team = "..." }`
    "#);
}

/// Settings that the client could not read either are left as they are.
#[test]
fn settings_that_are_no_json() {
    let machine = installed();
    let broken = "{\n  \"model\": \"opus\",\n}\n";
    fs::write(settings(&machine), broken).unwrap();
    assert_snapshot!(said(&machine, as_installed(&machine, &["install", "claude-code", "--any-client"])), @"
    error: in `~/.claude/settings.json`
      caused by: the settings are not well-formed JSON: trailing comma at line 3 column 1
    hint: mend the file by hand; nothing was changed
    ");
    assert_snapshot!(said(&machine, as_installed(&machine, &["uninstall", "claude-code"])), @"
    error: in `~/.claude/settings.json`
      caused by: the settings are not well-formed JSON: trailing comma at line 3 column 1
    hint: mend the file by hand; nothing was changed
    ");
    assert_eq!(fs::read_to_string(settings(&machine)).unwrap(), broken);
}

#[test]
fn a_damaged_line_of_the_log() {
    let machine = Machine::governed();
    let file = machine.home().join("log/00000001.jsonl");
    let text = fs::read_to_string(&file).unwrap();
    let damaged = text.replacen("reviewer_enrolled", "reviewer_unrolled", 1);
    fs::write(&file, &damaged).unwrap();
    fs::remove_dir_all(machine.home().join("state")).unwrap();
    let place = text.find("reviewer_enrolled").and_then(|at| text[..at].rfind('\n')).unwrap() + 1;
    let message = check(&machine, &["approvals", "list"], "");
    assert_snapshot!(message.replace(&format!("byte {place} "), "byte PLACE "), @"
    error: `~/countersign/log/00000001.jsonl` is broken at byte PLACE (record 3): its hash does not fit it and the record before it
    hint: if this was not you, keep the home as it is: it is evidence; `countersign doctor` and `countersign evidence verify` say more
    ");
    assert_eq!(fs::read_to_string(&file).unwrap(), damaged);
}

#[test]
fn a_damaged_key_and_a_wrong_passphrase() {
    let machine = Machine::governed();
    machine.ask(&machine.bash("git push origin HEAD:main"));
    let ticket = machine.ticket();
    let approve = ["approvals", "approve", &ticket, "--passphrase-stdin"];
    let wrong = "eight brass lanterns over quiet water";
    assert_snapshot!(check(&machine, &approve, wrong), @"
    error: cannot open the key of `ada`
      caused by: the passphrase is wrong, or the key file was changed
    hint: try again; a forgotten passphrase cannot be recovered. Another enrolled reviewer can sign, and sign in a new key (`countersign reviewers enroll NAME --by OTHER`); where there is none, move the home aside, which keeps its evidence, and begin anew with `countersign init`
    ");
    assert_snapshot!(check(&machine, &approve, ""), @"
    error: there is no passphrase on standard input
    hint: give it on a line of its own, or leave out --passphrase-stdin to be asked
    ");
    let key = machine.home().join("reviewers/ada.json");
    let good = fs::read(&key).unwrap();
    fs::write(&key, &good[..good.len() / 2]).unwrap();
    let message = check(&machine, &approve, PASSPHRASE);
    assert_snapshot!(message.split(" at line").next().unwrap(), @"
    error: `~/countersign/reviewers/ada.json` is not a key file
      caused by: EOF while parsing a string
    ");
    assert_eq!(machine.events("reviewed").len(), 0);
    fs::write(&key, good).unwrap();
    machine.approve(&ticket);
}

#[test]
fn a_ticket_nobody_knows() {
    let machine = Machine::governed();
    let message = check(&machine, &["approvals", "show", "cs-nobody22"], "");
    assert_snapshot!(message, @"
    error: there is no hold `cs-nobody22`
    hint: `countersign approvals list` shows what waits
    ");
    let deny = ["approvals", "deny", "cs-nobody22", "--passphrase-stdin"];
    assert_eq!(check(&machine, &deny, PASSPHRASE), message);
}

/// A folder that is not there is a slip of the pen, not a log that was taken away.
#[test]
fn a_log_that_is_nowhere() {
    let machine = Machine::governed();
    assert_snapshot!(check(&machine, &["evidence", "verify", "/nowhere/log"], ""), @"
    error: there is no folder `/nowhere/log`
    hint: name the folder of a log, or leave it out for your own; one that was there and is gone is evidence too
    ");
}

#[test]
fn no_home_and_no_repository() {
    let machine = Machine::new();
    assert_snapshot!(check(&machine, &["approvals", "list"], ""), @"
    error: there is no Countersign home at `~/countersign`
    hint: run `countersign init` in a repository first
    ");
    let mut outside = machine.command(env!("CARGO_BIN_EXE_countersign"));
    outside.args(["policy", "check"]).current_dir(machine.path("theirs"));
    assert_snapshot!(said(&machine, run(&mut outside, b"")), @"
    error: `~/theirs` is not in a git repository
    hint: go to the repository that agents work in
    ");
    assert!(!machine.home().exists());
}

/// A home that cannot be written: nothing is decided, nothing is lost, and nobody is told of tampering.
#[test]
fn a_home_that_cannot_be_written() {
    let machine = Machine::governed();
    let before = machine.events("reviewer_enrolled");
    let readonly =
        |mode: &str| machine.command("chmod").args(["-R", mode]).arg(machine.home()).status().unwrap();
    assert!(readonly("a-w").success());
    // Root may write everywhere, until it gives that up.
    let root = machine.command("id").arg("-u").output().unwrap().stdout == b"0\n";
    let mut enroll = machine.command(if root { "setpriv" } else { "env" });
    if root {
        enroll.args(["--bounding-set=-all", "--inh-caps=-all"]);
    }
    enroll.arg(env!("CARGO_BIN_EXE_countersign")).args(["policy", "activate", "--passphrase-stdin"]);
    let output = run(&mut enroll, PASSPHRASE.as_bytes());
    assert!(readonly("u+w").success());
    assert_snapshot!(said(&machine, output), @"
    error: cannot open `~/countersign/log/head`
      caused by: Permission denied (os error 13)
    hint: see whose it is with `ls -ld`, and make it yours and writable for you
    ");
    assert_eq!(machine.events("reviewer_enrolled"), before);
    machine.countersign(&["evidence", "verify"], "");
}

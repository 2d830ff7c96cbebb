//! A policy counts wherever a call works in its repository: from outside, in a worktree, in another clone.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::machine::Machine;

/// A machine whose policy forbids to install anything.
fn strict() -> Machine {
    let machine = Machine::new();
    machine.countersign(&["init", "--yes"], "");
    machine.countersign(&["reviewers", "enroll", "ada", "--passphrase-stdin"], super::machine::PASSPHRASE);
    let file = machine.repository().join("countersign.toml");
    let own = "\n[[policy]]\nid = \"no-installs\"\nsays = \"nothing is installed here\"\n\
               cedar = '''forbid (principal, action == Action::\"exec.install\", resource);'''\n";
    fs::write(&file, fs::read_to_string(&file).unwrap() + own).unwrap();
    machine.activate();
    machine
}

fn install(machine: &Machine, command: &str, cwd: &Path) -> String {
    let call = machine.call("Bash", json!({ "command": command }), cwd);
    let answer = machine.ask(&call);
    match answer.word().as_str() {
        "pass" => "pass".to_owned(),
        word => format!("{word}: {}", answer.reason()),
    }
}

#[test]
fn in_its_worktrees_and_clones() {
    let machine = strict();
    let (worktree, clone) = (machine.path("tree"), machine.path("clone"));
    machine.git(&["worktree", "add", "--quiet", "-b", "another", &worktree.display().to_string()]);
    let remote = machine.path("shop.git").display().to_string();
    machine.git(&["clone", "--quiet", &remote, &clone.display().to_string()]);
    for place in [machine.repository(), worktree, clone] {
        let answer = install(&machine, "npm ci", &place);
        assert!(answer.starts_with("deny") && answer.contains("nothing is installed here"), "{answer}");
    }
    let other = machine.path("other");
    let remote = machine.path("other.git").display().to_string();
    machine.git(&["clone", "--quiet", &remote, &other.display().to_string()]);
    assert!(install(&machine, "npm ci", &other).starts_with("pass"));
    // Whose remotes cannot be told may have any.
    fs::write(other.join(".git/config"), "[remote \"origin\"\n").unwrap();
    assert!(install(&machine, "npm ci", &other).starts_with("deny"));
}

#[test]
fn from_outside() {
    let machine = strict();
    let outside = machine.path("theirs");
    let top = machine.repository().display().to_string();
    let ask = |command: &str| {
        let mut call = machine.call("Bash", json!({ "command": command }), &outside);
        call["session_id"] = json!("outside");
        machine.ask(&call).word()
    };
    for command in [
        format!("cd {top} && npm ci"),
        format!("(cd {top}; npm ci)"),
        format!("npm --prefix {top} ci"),
        format!("pushd {top} && npm ci"),
        format!("env -C {top} npm ci"),
        format!("{}cd {top} && npm ci", (0..40).map(|number| format!("cd /d{number}; ")).collect::<String>()),
    ] {
        assert_eq!(ask(&command), "deny", "{command}");
    }
    assert_eq!(ask("npm ci"), "pass");
}

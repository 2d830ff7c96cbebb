//! An approval is for exactly what was reviewed: whatever changes between hold and release voids it.

use std::fs;

use insta::assert_snapshot;

use crate::machine::{Answer, Machine, PASSPHRASE};

/// The push is held; then the world changes, then the reviewer approves; what does the hook say?
fn check(command: &str, change: impl FnOnce(&Machine)) -> String {
    check_on(&Machine::governed(), command, change)
}

fn check_on(machine: &Machine, command: &str, change: impl FnOnce(&Machine)) -> String {
    let before = machine.deployed();
    let (hook, ticket) = machine.hold(command);
    change(machine);
    machine.approve(&ticket);
    let answer = Answer::of(hook.wait_with_output().unwrap());
    if answer.word() == "allow" {
        return "released".to_owned();
    }
    assert_eq!(machine.deployed(), before);
    assert_eq!(machine.events("voided").len(), 1);
    assert_eq!(machine.events("released").len(), 0);
    let reason = answer.reason();
    reason.replace(&machine.path("").display().to_string(), "~/")
}

#[test]
fn nothing_changed() {
    assert_snapshot!(check("git push origin HEAD:main", |_| ()), @"released");
}

#[test]
fn head() {
    assert_snapshot!(check("git push origin HEAD:main", |machine| {
        machine.git(&["switch", "--quiet", "-c", "another"]);
        machine.commit("Sell three");
    }), @"The approval TICKET is void: HEAD changed since the action was reviewed. Look at what changed; if you still need the action, ask for it again.");
}

#[test]
fn the_branch_that_is_pushed() {
    assert_snapshot!(check("git push origin main", |machine| machine.commit("Sell three")), @"The approval TICKET is void: `refs/heads/main` changed since the action was reviewed. Look at what changed; if you still need the action, ask for it again.");
}

#[test]
fn the_remote_ref_as_it_is_known_here() {
    assert_snapshot!(check("git push origin main", |machine| {
        machine.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    }), @"The approval TICKET is void: `refs/remotes/origin/main` changed since the action was reviewed. Look at what changed; if you still need the action, ask for it again.");
}

#[test]
fn the_remote_url() {
    assert_snapshot!(check("git push origin main", |machine| {
        machine.git(&["remote", "set-url", "origin", &machine.path("other.git").display().to_string()]);
    }), @"The approval TICKET is void: the git configuration `remote.origin.url` changed since the action was reviewed. Look at what changed; if you still need the action, ask for it again.");
}

#[test]
fn the_remote_url_by_a_rewrite() {
    assert_snapshot!(check("git push origin main", |machine| {
        let (from, to) = (machine.path("shop.git"), machine.path("other.git"));
        let key = format!("url.{}.pushInsteadOf", to.display());
        machine.git(&["config", "--global", &key, &from.display().to_string()]);
    }), @"The approval TICKET is void: the git configuration below `url` changed since the action was reviewed. Look at what changed; if you still need the action, ask for it again.");
}

#[test]
fn the_script_behind_the_command() {
    let machine = Machine::governed();
    fs::write(machine.repository().join("build.sh"), "make\n").unwrap();
    assert_snapshot!(check_on(&machine, "bash build.sh && git push origin main", |machine| {
        fs::write(machine.repository().join("build.sh"), "make all\n").unwrap();
    }), @"The approval TICKET is void: `~/shop/build.sh` changed since the action was reviewed. Look at what changed; if you still need the action, ask for it again.");
}

#[test]
fn the_environment_map() {
    assert_snapshot!(check("git push origin main", |machine| {
        let file = machine.repository().join("countersign.toml");
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replace("main", "trunk")).unwrap();
        machine.activate();
    }), @"The approval TICKET is void: the policy or the environment map in force changed since the action was reviewed. Look at what changed; if you still need the action, ask for it again.");
}

/// A file in the working tree is a proposal: it changes nothing until it is signed.
#[test]
fn an_unsigned_proposal_changes_nothing() {
    assert_snapshot!(check("git push origin main", |machine| {
        let file = machine.repository().join("countersign.toml");
        fs::write(&file, "pack = \"observe\"\n").unwrap();
    }), @"released");
}

/// The directory is part of what was approved: the same words elsewhere are another action.
#[test]
fn the_directory() {
    let machine = Machine::governed();
    let elsewhere = machine.path("elsewhere");
    machine.git(&["worktree", "add", "--quiet", "-b", "another", &elsewhere.display().to_string()]);
    let first = machine.bash("git push origin main");
    machine.ask(&first);
    machine.approve(&machine.ticket());
    let there = machine.call("Bash", first["tool_input"].clone(), &elsewhere);
    assert!(machine.ask(&there).reason().contains("waits for a reviewer"));
    let here = machine.call("Bash", first["tool_input"].clone(), &machine.repository());
    assert_eq!(machine.ask(&here).word(), "allow");
}

/// Pinned approvals do until the transition lands; then they are used up.
#[test]
fn once() {
    let machine = Machine::governed();
    let push = machine.bash("git push origin main");
    machine.ask(&push);
    machine.approve(&machine.ticket());
    let again = machine.bash("git push origin main");
    let answer = machine.ask(&again);
    assert_eq!(answer.word(), "allow");
    let answer: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    let pinned = answer["hookSpecificOutput"]["updatedInput"]["command"].as_str().unwrap();
    let run = machine.command("sh").args(["-c", pinned]).output().unwrap();
    assert!(run.status.success(), "{run:?}");
    assert_eq!(machine.deployed(), machine.git(&["rev-parse", "HEAD"]));
    machine.commit("Sell three");
    assert!(machine.ask(&machine.bash("git push origin main")).reason().contains("waits for a reviewer"));
}

/// What a reviewer approves is there to be seen, all of it.
#[test]
fn what_is_too_long_to_be_seen_is_not_approved() {
    let machine = Machine::governed();
    let padded = |length: usize| format!("true {}; git push origin main", "x".repeat(length));
    let held = |command: &str| {
        let waits = machine.ask(&machine.bash(command)).reason();
        assert!(waits.contains("waits for a reviewer"), "{waits}");
        machine.events("held").pop().unwrap()["ticket"].as_str().unwrap().to_owned()
    };
    let seen = held(&padded(40_000));
    let command = machine.events("decided").pop().unwrap()["call"]["input"]["command"].clone();
    assert!(command.as_str().unwrap().ends_with("; git push origin main"));
    machine.approve(&seen);
    assert_eq!(machine.ask(&machine.bash(&padded(40_000))).word(), "allow");
    let unseen = held(&padded(1_200_000));
    let refused =
        machine.try_countersign(&["approvals", "approve", &unseen, "--passphrase-stdin"], PASSPHRASE);
    assert!(!refused.status.success());
    assert_snapshot!(String::from_utf8_lossy(&refused.stderr).replace(&unseen, "TICKET"), @"
    error: `TICKET` is too long to be kept, so nobody can review all of it
    hint: deny it; the agent can do the same in smaller steps
    ");
}

/// What `approvals list` says after the call of a hold was made again, and what the hold says of itself.
fn listed_after(machine: &Machine, ticket: &str) -> String {
    let shown = machine.countersign(&["approvals", "show", ticket], "");
    let last = shown.lines().skip_while(|line| !line.trim_start().starts_with("void "));
    let last = last.take_while(|line| !line.trim_start().starts_with("diff")).collect::<Vec<_>>().join(" ");
    let words: Vec<&str> = last.split_whitespace().collect();
    let words = words.iter().map(|word| if word.starts_with("cg-") { "GRANT" } else { word });
    format!("{}{}", machine.countersign(&["approvals", "list"], ""), words.collect::<Vec<_>>().join(" "))
}

#[test]
fn a_hold_is_over_once_a_grant_let_the_same_call_go() {
    let machine = Machine::governed();
    machine.ask(&machine.bash("git push origin main"));
    let ticket = machine.ticket();
    let grant = ["approvals", "grant", "--like", &ticket, "--count", "1", "--hours", "1"];
    machine.countersign(&[grant.as_slice(), &["--passphrase-stdin"]].concat(), PASSPHRASE);
    assert_eq!(machine.ask(&machine.bash("git push origin main")).word(), "allow");
    assert_snapshot!(listed_after(&machine, &ticket), @"
    Nothing waits.
    void the same was let go by the grants GRANT GRANT nobody need answer it ┊ any more
    ");
    machine.countersign(&["evidence", "verify"], "");
}

#[test]
fn a_hold_is_over_once_another_policy_let_the_same_call_flow() {
    let machine = Machine::governed();
    machine.ask(&machine.bash("git push origin main"));
    let ticket = machine.ticket();
    machine.ask(&machine.bash("git push origin HEAD:main"));
    let file = machine.repository().join("countersign.toml");
    fs::write(&file, "version = 1\npack = \"observe\"\n").unwrap();
    machine.activate();
    assert_eq!(machine.ask(&machine.bash("git status")).word(), "pass");
    assert_eq!(machine.events("voided").len(), 0);
    let mut call = machine.bash("git push origin main");
    call["tool_input"]["description"] = "in other words".into();
    assert_eq!(machine.ask(&call).word(), "pass");
    let list = machine.countersign(&["--json", "approvals", "list"], "");
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    assert_eq!(list["waiting"].as_array().unwrap().len(), 1, "the other spelling still waits");
    assert_snapshot!(listed_after(&machine, &ticket).lines().last().unwrap(), @"void the same call was made again, and the policy let it flow; nobody need answer it any ┊ more");
    machine.countersign(&["evidence", "verify"], "");
}

/// The same words on another branch are another action.
#[test]
fn a_hold_waits_on_where_the_same_words_do_something_else() {
    let machine = Machine::governed();
    machine.git(&["config", "push.default", "current"]);
    machine.ask(&machine.bash("git push"));
    machine.ticket();
    machine.git(&["switch", "--quiet", "-c", "feature"]);
    assert_eq!(machine.ask(&machine.bash("git push")).word(), "pass");
    assert!(machine.events("voided").is_empty());
}

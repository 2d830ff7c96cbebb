//! What a proposal can never allow, proved; these tests need the solver cvc5: `apt-get install cvc5`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Output;

use insta::assert_snapshot;
use serde_json::Value;

use crate::machine::{Machine, PASSPHRASE, run};

const QUICK: &str = r#"
[[policy]]
id = "quick-merge"
says = "small merges flow"
cedar = 'permit (principal, action == Action::"forge.merge", resource) when { context.risk < 10 };'
"#;

#[test]
fn an_action_that_gets_through_is_shown_and_fails() {
    let machine = Machine::new();
    machine.countersign(&["init", "--yes"], "");
    let arguments = ["policy", "prove", "--invariant", "production-change"];
    assert!(machine.countersign(&arguments, "").contains("2 hold, 0 do not"));
    let path = machine.repository().join("countersign.toml");
    let text = fs::read_to_string(&path).unwrap() + QUICK;
    fs::write(path, text).unwrap();
    let output = machine.try_countersign(&[&arguments[..], &["--json"]].concat(), "");
    assert_eq!(output.status.code(), Some(1));
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    let broken = &shown["invariants"][1];
    assert_eq!((&broken["id"], &broken["outcome"]), (&"production-change".into(), &"broken".into()));
    assert_snapshot!(broken["counterexample"]["policies"], @r#"["repository/quick-merge"]"#);
}

#[test]
fn without_the_solver_it_says_how_to_get_it() {
    let machine = Machine::new();
    machine.countersign(&["init", "--yes"], "");
    let mut command = machine.command(env!("CARGO_BIN_EXE_countersign"));
    let output = command.args(["policy", "prove"]).env("PATH", "/nowhere").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_snapshot!(String::from_utf8_lossy(&output.stderr), @"
    error: cannot prove anything without the solver `cvc5`, which is not on PATH
    hint: run `apt-get install cvc5`, or set CVC5 to where the program is
    ");
}

#[test]
fn what_the_solver_gives_up_on_keeps_nothing_else_from_its_proof() {
    let machine = Machine::new();
    machine.countersign(&["init", "--yes"], "");
    let lazy = machine.path("lazy-cvc5");
    fs::write(&lazy, "#!/bin/sh\nexec cvc5 --rlimit-per=1 \"$@\"\n").unwrap();
    fs::set_permissions(&lazy, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = machine.command(env!("CARGO_BIN_EXE_countersign"));
    let output = command.args(["policy", "prove", "--json"]).env("CVC5", &lazy).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    let of = |outcome: &str| {
        shown["invariants"].as_array().unwrap().iter().filter(|one| one["outcome"] == outcome).count()
    };
    assert!(of("unknown") > 1, "{shown}");
    assert_eq!(of("unknown") + of("holds"), shown["invariants"].as_array().unwrap().len());
}

#[test]
fn what_does_not_hold_is_not_signed_unasked() {
    let machine = Machine::new();
    machine.countersign(&["init", "--yes"], "");
    machine.countersign(&["reviewers", "enroll", "ada", "--passphrase-stdin"], PASSPHRASE);
    let path = machine.repository().join("countersign.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.clone() + QUICK).unwrap();
    let activate = ["policy", "activate", "--passphrase-stdin"];
    let refused = machine.try_countersign(&activate, PASSPHRASE);
    assert_eq!(refused.status.code(), Some(1));
    assert_snapshot!(String::from_utf8_lossy(&refused.stderr), @"
    error: nothing was signed: these do not hold, or could not be proved: production-change, opaque-production
    hint: mend the policy (`countersign policy prove` shows more), or sign it all the same with --unproved
    ");
    assert_eq!(machine.events("bundle_activated").len(), 0);
    machine.countersign(&[&activate[..], &["--unproved"]].concat(), PASSPHRASE);
    fs::write(&path, text).unwrap();
    assert!(machine.countersign(&activate, PASSPHRASE).contains("proved: all 10 invariants hold of it"));
    assert_eq!(machine.events("bundle_activated").len(), 2);
}

/// Runs `countersign` where `CVC5` names this.
fn with_solver(machine: &Machine, solver: &str, arguments: &[&str]) -> Output {
    let mut command = machine.command(env!("CARGO_BIN_EXE_countersign"));
    run(command.args(arguments).env("CVC5", solver), PASSPHRASE.as_bytes())
}

#[test]
fn a_solver_that_is_named_and_not_there_signs_nothing() {
    let machine = Machine::new();
    machine.countersign(&["init", "--yes"], "");
    machine.countersign(&["reviewers", "enroll", "ada", "--passphrase-stdin"], PASSPHRASE);
    let activate = ["policy", "activate", "--passphrase-stdin"];
    let refused = with_solver(&machine, "/nonexistent", &activate);
    assert_eq!(refused.status.code(), Some(1));
    assert_snapshot!(String::from_utf8_lossy(&refused.stderr), @"
    error: nothing was signed: cannot prove anything without the solver: `/nonexistent`, which CVC5 names, is no file
    hint: mend or unset CVC5, or sign it unproved with --unproved
    ");
    assert_eq!(machine.events("bundle_activated").len(), 0);
    let failed = with_solver(&machine, "/bin/false", &["policy", "prove"]);
    assert!(String::from_utf8_lossy(&failed.stdout).contains("names, is the solver and runs"), "{failed:?}");
    let unproved = [&activate[..], &["--unproved"]].concat();
    assert!(with_solver(&machine, "/nonexistent", &unproved).status.success());
}

#[test]
fn what_is_not_compared_is_told() {
    let machine = Machine::new();
    machine.countersign(&["init", "--yes"], "");
    let own = machine.repository().join("countersign.toml");
    let other = machine.path("other.toml");
    let text = fs::read_to_string(&own).unwrap();
    fs::write(&other, text.clone() + "\n[[program]]\nnames = [\"mcp__*\"]\nread = [\"\"]\n[environments.development]\nhosts = [\"**\"]\n").unwrap();
    let against = |other: &std::path::Path| {
        let other = other.display().to_string();
        machine.countersign(&["policy", "prove", "--against", &other, "--invariant", "as-strict"], "")
    };
    let shown = against(&other);
    assert!(
        shown.contains("note: the two differ in the map, [[program]], which as-strict does not compare"),
        "{shown}"
    );
    assert!(!against(&own).contains("does not compare"));
}

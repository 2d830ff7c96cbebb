//! What a proposal can never allow, proved; these tests need the solver cvc5: `apt-get install cvc5`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use insta::assert_snapshot;
use serde_json::Value;

use crate::machine::{Machine, PASSPHRASE};

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

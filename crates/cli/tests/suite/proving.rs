//! What a proposal can never allow, proved; these tests need the solver cvc5: `apt-get install cvc5`.

use std::fs;

use insta::assert_snapshot;
use serde_json::Value;

use crate::machine::Machine;

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

//! Drafts of policies that would cut needless holds; these tests need the solver cvc5: `apt-get install cvc5`.

use std::fs;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::machine::Machine;

/// Nothing that nobody can see into flows, shown or not.
const OWN: &str = r#"
[[invariant]]
id = "seen"
says = "what nobody can see into waits for a person"
cedar = '''
forbid (principal, action == Action::"exec.opaque", resource)
unless { context.oversight.approvals >= 1 };
'''
"#;

/// A machine with the pack `strict`, and a history in which it holds a task runner twice and a push once.
fn held() -> Machine {
    let machine = Machine::new();
    machine.countersign(&["init", "--yes"], "");
    let path = machine.repository().join("countersign.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("pack = \"graduated\"", "pack = \"strict\"")).unwrap();
    let commands = ["mise run lint", "mise run test", "git push origin main"];
    let calls = commands.map(|command| json!({"tool": "Bash", "input": {"command": command}}).to_string());
    fs::write(machine.path("calls.jsonl"), calls.join("\n")).unwrap();
    machine
}

fn suggest(machine: &Machine) -> Value {
    let calls = machine.path("calls.jsonl").display().to_string();
    serde_json::from_str(&machine.countersign(&["policy", "suggest", &calls, "--json"], "")).unwrap()
}

#[test]
fn what_is_drafted_is_proved_and_tried_on_the_history() {
    let machine = held();
    let shown = suggest(&machine);
    assert_eq!((&shown["proved"], &shown["dropped"]), (&true.into(), &json!([])));
    assert_eq!((&shown["before"]["held"], &shown["after"]["held"]), (&3.into(), &1.into()));
    let drafts = shown["suggestions"].as_array().unwrap();
    assert_eq!(drafts.len(), 1, "no draft lets a push to production flow");
    assert_snapshot!(drafts[0]["toml"].as_str().unwrap(), @r#"
    [[policy]]
    id = "flows-1-exec-opaque"
    says = "exec.opaque on mise is shown to people and flows"
    cedar = '''
    permit (principal, action == Action::"exec.opaque", resource is Program in Environment::"development")
    when {
      context.oversight.monitored && resource.name == "mise" &&
      context.certainty == "opaque" && context.reversible != "no" && context.findings == 0 && !context.secretRead && context.reach.isEmpty()
    };
    '''
    "#);
    // The draft is what it says it is: added, it makes a policy that builds, keeps its promises and holds less.
    let path = machine.repository().join("countersign.toml");
    let text = fs::read_to_string(&path).unwrap() + "\n" + drafts[0]["toml"].as_str().unwrap();
    fs::write(path, text).unwrap();
    assert_eq!(suggest(&machine)["before"]["held"], 1);
}

#[test]
fn a_draft_that_breaks_an_invariant_is_dropped_and_its_action_is_shown() {
    let machine = held();
    let path = machine.repository().join("countersign.toml");
    let text = fs::read_to_string(&path).unwrap() + OWN;
    fs::write(path, text).unwrap();
    let shown = suggest(&machine);
    assert_eq!((&shown["suggestions"], &shown["after"]["held"]), (&json!([]), &3.into()));
    let dropped = &shown["dropped"][0];
    assert_eq!(dropped["invariant"], "repository/seen");
    assert_eq!(dropped["counterexample"]["action"], "exec.opaque");
}

#[test]
fn without_the_solver_nothing_unproved_is_shown_unasked() {
    let machine = held();
    let calls = machine.path("calls.jsonl").display().to_string();
    let suggest = |more: &[&str]| {
        let mut command = machine.command(env!("CARGO_BIN_EXE_countersign"));
        command.args(["policy", "suggest", &calls]).args(more).env("PATH", "/nowhere").output().unwrap()
    };
    let output = suggest(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--unproved"));
    let output = suggest(&["--unproved"]);
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("Nothing is proved of them"));
}

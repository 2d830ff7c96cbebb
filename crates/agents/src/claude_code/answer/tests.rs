use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;

fn check(event: &str, given: &Answer) -> String {
    let Output { stdout, stderr, exit } = answer(event, given, None);
    format!("exit {exit}\nout {}\nerr {}", stdout.trim_end(), stderr.trim_end())
}

fn deny(reason: &str) -> Answer {
    Answer::Deny { reason: reason.to_owned() }
}

#[test]
fn denies_in_three_ways_at_once() {
    assert_snapshot!(check("PreToolUse", &deny("not on main")), @r#"
        exit 2
        out {"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"not on main"}}
        err not on main
        "#);
}

#[test]
fn never_denies_without_a_reason() {
    assert_snapshot!(check("PreToolUse", &deny(" \n")), @r#"
        exit 2
        out {"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"Countersign denied this and could not say why; treat it as forbidden."}}
        err Countersign denied this and could not say why; treat it as forbidden.
        "#);
}

#[test]
fn vetoes_a_change_of_settings() {
    assert_snapshot!(check("ConfigChange", &deny("it removes the hook")), @r#"
        exit 2
        out {"decision":"block","reason":"it removes the hook"}
        err it removes the hook
        "#);
}

#[test]
fn grants_with_the_pinned_arguments() {
    let input = object(json!({ "command": "git push origin 1f:main" }));
    let granted = Answer::Grant { reason: Some("countersigned".to_owned()), input: Some(input) };
    assert_snapshot!(check("PreToolUse", &granted), @r#"
        exit 0
        out {"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"allow","permissionDecisionReason":"countersigned","updatedInput":{"command":"git push origin 1f:main"}}}
        err
        "#);
}

#[test]
fn says_nothing_to_pass_or_where_nothing_can_be_granted() {
    let granted = Answer::Grant { reason: None, input: None };
    let silence = Output { stdout: String::new(), stderr: String::new(), exit: 0 };
    assert_eq!(answer("PreToolUse", &Answer::Pass, None), silence);
    assert_eq!(answer("PermissionRequest", &granted, None), silence);
}

#[test]
fn tells_the_agent_or_else_the_person() {
    let told = Answer::Context { text: "the build is red".to_owned() };
    assert_snapshot!(check("SessionStart", &told), @r#"
        exit 0
        out {"hookSpecificOutput":{"hookEventName":"SessionStart","additionalContext":"the build is red"}}
        err
        "#);
    assert_snapshot!(check("SessionEnd", &told), @r#"
        exit 0
        out {"systemMessage":"the build is red"}
        err
        "#);
}

proptest! {
    #[test]
    fn a_denial_is_one_json_object_with_the_reason_on_both_streams(event in "\\PC{0,12}", reason in "(?s).{0,40}") {
        for output in [answer(&event, &deny(&reason), Some("notice")), deny_anything(&reason)] {
            prop_assert_eq!(output.exit, 2);
            prop_assert!(!output.stderr.trim().is_empty());
            prop_assert_eq!(output.stdout.lines().count(), 1);
            prop_assert!(serde_json::from_str::<Value>(&output.stdout).is_ok_and(|value| value.is_object()));
        }
    }

    #[test]
    fn nothing_but_a_grant_allows(event in "PreToolUse|PermissionRequest|\\PC{0,12}", text in "\\PC{0,40}") {
        let told = Answer::Context { text: text.clone() };
        for given in [Answer::Pass, told, deny(&text)] {
            let spoken = answer(&event, &given, Some("notice"));
            let value: Value = serde_json::from_str(&spoken.stdout).unwrap();
            let decision = value.pointer("/hookSpecificOutput/permissionDecision").and_then(Value::as_str);
            prop_assert_ne!(decision, Some("allow"));
            prop_assert_eq!(value.pointer("/hookSpecificOutput/decision/behavior").and_then(Value::as_str).filter(|b| *b == "allow"), None);
        }
    }
}

use insta::assert_snapshot;
use serde_json::json;

use super::super::settings::{install, uninstall};
use super::*;

fn wiring() -> Wiring {
    Wiring {
        command: "/opt/countersign-hook".to_owned(),
        args: vec!["claude-code".to_owned()],
        timeout_seconds: 3600,
        status_message: "Countersign".to_owned(),
    }
}

fn installed() -> Value {
    serde_json::from_str(&install("", &wiring()).unwrap()).unwrap()
}

/// What is not as it should be.
fn check(settings: &Value) -> String {
    let found = inspect(&settings.to_string(), &wiring()).unwrap();
    let events = found.events.iter().filter(|(_, wired)| *wired != Wired::Exactly);
    let events: Vec<String> = events.map(|(event, wired)| format!("{event} {wired:?}")).collect();
    let others: Vec<String> =
        found.others.iter().map(|hook| format!("{} {}", hook.event, hook.what)).collect();
    format!(
        "complete {}; events {events:?}; others {others:?}; switches {:?}; environment {:?}",
        found.complete(),
        found.switches,
        found.environment
    )
}

#[test]
fn finds_nothing_wrong_with_what_install_wrote() {
    assert_snapshot!(check(&installed()), @"complete true; events []; others []; switches []; environment []");
}

#[test]
fn finds_nothing_of_ours_in_empty_settings() {
    let found = inspect("", &wiring()).unwrap();
    assert!(found.events.iter().all(|(_, wired)| *wired == Wired::Missing) && !found.complete());
}

#[test]
fn finds_what_is_missing_altered_or_there_twice() {
    let mut settings = installed();
    settings["hooks"].as_object_mut().unwrap().remove("Stop");
    settings["hooks"]["PreToolUse"][0]["matcher"] = json!("Read");
    settings["hooks"]["ConfigChange"][0]["hooks"][0]["async"] = json!(true);
    settings["hooks"]["PostToolUse"][0]["hooks"][0]["args"][0] = json!("--home=/elsewhere");
    let copy = settings["hooks"]["SessionEnd"][0].clone();
    settings["hooks"]["SessionEnd"].as_array_mut().unwrap().push(copy);
    assert_snapshot!(check(&settings), @r#"complete false; events ["PreToolUse Altered", "PostToolUse Altered", "Stop Missing", "ConfigChange Altered", "SessionEnd Twice"]; others []; switches []; environment []"#);
}

/// What an earlier version wired told every event the time of the one that waits.
#[test]
fn older_wiring_is_incomplete() {
    let mut settings = installed();
    for groups in settings["hooks"].as_object_mut().unwrap().values_mut() {
        groups[0]["hooks"][0]["args"] = json!(["claude-code"]);
    }
    assert_snapshot!(check(&settings), @r#"complete false; events ["SessionStart Altered", "UserPromptSubmit Altered", "PermissionRequest Altered", "PostToolUse Altered", "PostToolUseFailure Altered", "SubagentStart Altered", "SubagentStop Altered", "Stop Altered", "ConfigChange Altered", "SessionEnd Altered"]; others []; switches []; environment []"#);
}

#[test]
fn finds_other_hooks() {
    let mut settings = installed();
    let other =
        json!({ "hooks": [{ "type": "command", "command": "/usr/bin/rewrite it" }, { "type": "http" }] });
    settings["hooks"]["PreToolUse"].as_array_mut().unwrap().push(other);
    assert_snapshot!(check(&settings), @r#"complete true; events []; others ["PreToolUse rewrite", "PreToolUse http"]; switches []; environment []"#);
}

#[test]
fn finds_what_could_switch_it_off() {
    let mut settings = installed();
    settings["disableAllHooks"] = json!(true);
    settings["allowManagedHooksOnly"] = json!("yes");
    settings["permissions"] = json!({ "defaultMode": "bypassPermissions" });
    settings["env"] =
        json!({ "EDITOR": "vi", "LD_PRELOAD": "/tmp/x.so", "Path": "/tmp", "COUNTERSIGN_HOME": "/tmp" });
    assert_snapshot!(check(&settings), @r#"complete true; events []; others []; switches ["disableAllHooks: true", "allowManagedHooksOnly: \"yes\"", "permissions.defaultMode: \"bypassPermissions\""]; environment ["LD_PRELOAD", "Path", "COUNTERSIGN_HOME"]"#);
}

#[test]
fn refuses_settings_that_the_client_would_drop() {
    assert!(inspect("{", &wiring()).is_err());
    assert!(inspect(r#"{"hooks":{"Stop":1}}"#, &wiring()).is_err());
}

#[test]
fn finds_nothing_after_uninstall() {
    let left = uninstall(&installed().to_string(), "countersign-hook").unwrap();
    assert_eq!(left, "{}\n");
}

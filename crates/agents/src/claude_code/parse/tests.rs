use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn fixture(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/claude-code").join(name)).unwrap()
}

fn bash() -> Value {
    serde_json::from_slice(&fixture("PreToolUse.Bash.json")).unwrap()
}

/// A call to run `git push origin main`, with one field set, or removed.
fn check(field: &str, value: Option<Value>) -> String {
    let mut object = bash();
    match value {
        Some(value) => object[field] = value,
        None => drop(object.as_object_mut().unwrap().remove(field)),
    }
    show(parse(object.to_string().as_bytes()))
}

fn show(parsed: Result<Event, ParseError>) -> String {
    match parsed {
        Ok(Event::PreToolUse(call)) => format!("{} {}", call.tool, Value::Object(call.input)),
        Ok(event) => format!("{event:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn every_recorded_payload_is_read_as_what_it_is() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/claude-code");
    let mut read: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let file = entry.unwrap().file_name().into_string().unwrap();
            let event = parse(&fixture(&file)).unwrap();
            let kind = if matches!(event, Event::Other { .. }) { "other" } else { "known" };
            assert!(file.starts_with(event.name()), "{file} was read as {}", event.name());
            format!("{kind} {file}")
        })
        .collect();
    read.sort();
    assert_snapshot!(read.join("\n"), @"
    known ConfigChange.json
    known PermissionRequest.Bash.json
    known PermissionRequest.Write.json
    known PostToolUse.Agent.json
    known PostToolUse.Bash.json
    known PostToolUse.Edit.json
    known PostToolUse.Read.json
    known PostToolUse.Write.json
    known PostToolUse.mcp__tickets__lookup_ticket.json
    known PostToolUseFailure.Bash.json
    known PostToolUseFailure.Read.json
    known PostToolUseFailure.WebFetch.json
    known PreToolUse.Agent.json
    known PreToolUse.Bash.json
    known PreToolUse.Bash.subagent.json
    known PreToolUse.Edit.json
    known PreToolUse.Read.json
    known PreToolUse.WebFetch.json
    known PreToolUse.Write.json
    known PreToolUse.mcp__tickets__lookup_ticket.json
    known SessionEnd.json
    known SessionStart.compact.json
    known SessionStart.json
    known SessionStart.resume.json
    known Stop.json
    known SubagentStart.json
    known SubagentStop.json
    known UserPromptSubmit.json
    other MessageDisplay.json
    other PermissionDenied.Bash.json
    other PostCompact.json
    other PostToolBatch.json
    other PostToolBatch.subagent.json
    other PreCompact.json
    other StopFailure.json
    other UserPromptExpansion.json
    other WorktreeCreate.json
    ");
}

#[test]
fn a_call_has_all_that_a_decision_needs() {
    let Ok(Event::PreToolUse(call)) = parse(&fixture("PreToolUse.Bash.subagent.json")) else { panic!() };
    assert_snapshot!(serde_json::to_string_pretty(&call).unwrap(), @r#"
    {
      "runtime": "claude-code",
      "session": "71b592bb-78d5-430a-971e-1bac67dad1c8",
      "agent": "aa02ac09234b8e898",
      "id": "toolu_mock_0_0",
      "prompt": "933c4097-6ba8-4696-b085-a9bc84148ecd",
      "cwd": "/home/dev/project",
      "mode": "default",
      "tool": "Bash",
      "input": {
        "command": "echo ran > canary.txt && echo canary-output",
        "description": "canary"
      },
      "mcp_server": null
    }
    "#);
}

#[test]
fn an_mcp_call_names_its_server() {
    let Ok(Event::PreToolUse(call)) = parse(&fixture("PreToolUse.mcp__tickets__lookup_ticket.json")) else {
        panic!()
    };
    assert_snapshot!(format!("{:?}", call.mcp_server), @r#"Some(McpServer { name: "tickets", source: Some("project"), annotations: ToolAnnotations { read_only_hint: None, destructive_hint: None, idempotent_hint: None, open_world_hint: None } })"#);
}

#[test]
fn an_outcome_says_what_goes_on_in_the_background() {
    let Ok(Event::PostToolUse { background, duration, .. }) = parse(&fixture("PostToolUse.Bash.json")) else {
        panic!()
    };
    assert_snapshot!(format!("{background:?} {duration:?}"), @r#"Some("bu23ywr45") Some(246ms)"#);
    let Ok(Event::Stop { tasks, .. }) = parse(&fixture("Stop.json")) else { panic!() };
    assert_snapshot!(format!("{tasks:?}"), @r#"[BackgroundTask { id: "bu23ywr45", status: "running" }]"#);
}

#[test]
fn tolerates_what_later_versions_add() {
    assert_snapshot!(check("weather", Some(json!({ "sun": true }))), @r#"Bash {"command":"git push origin main","description":"push"}"#);
    assert_snapshot!(check("permission_mode", Some(json!("quantum"))), @r#"Bash {"command":"git push origin main","description":"push"}"#);
    assert_snapshot!(check("hook_event_name", Some(json!("PreDream"))), @r#"Other { name: "PreDream", session: Some(SessionId("09c53c91-7593-4fd1-8f04-47526854bb2e")) }"#);
    assert_snapshot!(check("tool_name", Some(json!("Telepathy"))), @r#"Telepathy {"command":"git push origin main","description":"push"}"#);
}

#[test]
fn refuses_a_call_that_lacks_what_a_decision_needs() {
    for field in ["session_id", "cwd", "hook_event_name", "tool_name", "tool_input", "tool_use_id"] {
        assert_eq!(check(field, None), format!("the hook's input cannot be decided: `{field}` is missing"));
        assert_eq!(check(field, Some(Value::Null)), check(field, None));
    }
}

#[test]
fn refuses_a_call_with_fields_of_another_form() {
    assert_snapshot!(check("cwd", Some(json!("project"))), @"the hook's input cannot be decided: `cwd` is not an absolute path");
    assert_snapshot!(check("tool_use_id", Some(json!(7))), @"the hook's input cannot be decided: `tool_use_id` is not text");
    assert_snapshot!(check("tool_name", Some(json!(""))), @"the hook's input cannot be decided: `tool_name` is not a name: it is empty");
    assert_snapshot!(check("tool_input", Some(json!(["git push"]))), @"the hook's input cannot be decided: `tool_input` is not an object");
    assert_snapshot!(check("agent_id", Some(json!({}))), @"the hook's input cannot be decided: `agent_id` is not text");
    assert_snapshot!(check("mcp_server", Some(json!({ "source": "project" }))), @"the hook's input cannot be decided: `name` is missing");
}

#[test]
fn refuses_a_call_that_parsers_read_differently() {
    let twice = bash().to_string().replace(r#""command":"#, r#""command":"ls","command":"#);
    assert_snapshot!(show(parse(twice.as_bytes())), @"the hook's input is not well-formed JSON: key `command` stands here twice at line 1 column 382");
    let half = bash().to_string().replace("git push", r"git\ud800 push");
    assert_snapshot!(show(parse(half.as_bytes())), @"the hook's input is not well-formed JSON: unexpected end of hex escape at line 1 column 379");
    let deep = bash().to_string().replace(r#""push""#, &format!("{}{}", "[".repeat(200), "]".repeat(200)));
    assert_snapshot!(show(parse(deep.as_bytes())), @"the hook's input is not well-formed JSON: recursion limit exceeded at line 1 column 531");
}

#[test]
fn reads_an_outcome_cut_in_the_middle_of_a_character() {
    let cut =
        String::from_utf8(fixture("PostToolUseFailure.Bash.json")).unwrap().replace("Exit code 1", r"\ud83d");
    let Ok(Event::PostToolUseFailure { error, .. }) = parse(cut.as_bytes()) else { panic!() };
    assert!(error.starts_with('\u{fffd}'), "{error}");
}

#[test]
fn a_change_of_settings_that_says_too_little_is_an_error() {
    assert_snapshot!(show(parse(br#"{"hook_event_name":"ConfigChange","session_id":"s"}"#)), @"the hook's input cannot be decided: `source` is missing");
}

#[test]
fn a_report_that_says_too_little_is_only_noted() {
    assert_snapshot!(show(parse(br#"{"hook_event_name":"PostToolUse","session_id":"s"}"#)), @r#"Other { name: "PostToolUse", session: Some(SessionId("s")) }"#);
}

#[test]
fn refuses_what_is_no_object() {
    assert_snapshot!(show(parse(b"")), @"the hook's input is not well-formed JSON: EOF while parsing a value at line 1 column 0");
    assert_snapshot!(show(parse(b"[]")), @"the hook's input is not a JSON object");
    assert_snapshot!(show(parse(b"\xff{}")), @"the hook's input is not well-formed JSON: expected value at line 1 column 1");
}

proptest! {
    #[test]
    fn never_panics_and_never_reads_noise_as_a_call(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(!matches!(parse(&bytes), Ok(Event::PreToolUse(_))));
    }

    #[test]
    fn a_truncated_call_is_an_error(share in 0.0..1.0) {
        let whole = bash().to_string();
        let length = (whole.len() as f64 * share) as usize;
        prop_assert!(parse(&whole.as_bytes()[..length]).is_err());
    }

    #[test]
    fn a_call_with_one_byte_changed_is_itself_another_call_or_an_error(at: prop::sample::Index, byte: u8) {
        let mut changed = bash().to_string().into_bytes();
        let at = at.index(changed.len());
        changed[at] = byte;
        if let (Ok(Event::PreToolUse(call)), Ok(value)) = (parse(&changed), serde_json::from_slice::<Value>(&changed)) {
            prop_assert_eq!(value.get("tool_input"), Some(&Value::Object(call.input)));
        }
    }
}

//! What a session made itself it may remove.

use std::fs;

use insta::assert_snapshot;
use serde_json::json;

use crate::machine::Machine;

#[test]
fn a_file_that_the_session_made_is_removed_without_an_approval() {
    let machine = Machine::governed();
    let own = machine.repository().join("scratch.txt");
    let call = machine.call("Write", json!({ "file_path": own, "content": "1" }), &machine.repository());
    assert_eq!(machine.ask(&call).word(), "pass");
    fs::write(&own, "1").unwrap();
    assert_eq!(machine.ask(&machine.bash("rm scratch.txt")).word(), "deny");
    let mut after = call.clone();
    after["hook_event_name"] = "PostToolUse".into();
    after["tool_response"] = json!({ "success": true });
    machine.ask(&after);
    let remove = machine.bash("rm scratch.txt");
    assert_eq!(machine.ask(&remove).word(), "pass");
    let decided = machine.events("decided");
    let reason = decided.last().unwrap()["decision"]["reason"].as_str().unwrap();
    assert_snapshot!(reason.replace(&machine.path("").display().to_string(), "~/"), @"would delete a file or directory (~/shop/scratch.txt, development), this session made it: removing what can be brought back, or is temporary, is shown to people");
    machine.countersign(&["evidence", "verify"], "");
    // Once it is gone, another file of that name is not the session's own.
    let mut after = remove.clone();
    after["hook_event_name"] = "PostToolUse".into();
    after["tool_response"] = json!({ "stdout": "" });
    machine.ask(&after);
    assert_eq!(machine.ask(&machine.bash("rm scratch.txt")).word(), "deny");
}

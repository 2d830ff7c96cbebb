//! A project's own settings of the agent runtime, written by its file tools.
//!
//! They hold hooks, permissions and variables of the sessions there, so a change to them waits for a person. They are
//! Countersign's own only where it is wired in them, or where they would switch it off: then nobody can approve it.

use countersign_model::{Answer, Effect, PathClass, Question, Resource, ToolCall, Zone, verbs};
use serde_json::Value as Json;

use crate::Workspace as _;
use crate::context::Context;
use crate::paths::{self, Located};
use crate::word::Value;

/// What such settings say where they wire Countersign or switch hooks off, in small letters; an escape could say either.
const NEVER: [&str; 3] = ["countersign", "disableallhooks", "\\u"];

/// Adds that a project's settings change, where it is known that this leaves Countersign alone; else says no.
pub(super) fn effects(call: &ToolCall, value: &Value, context: &mut Context<'_>) -> bool {
    let located = paths::locate(value, context);
    if !is_project_settings(&located, context) || changed(call, &located.path, context).is_none() {
        return false;
    }
    let resource =
        Resource::Path { path: located.path, zone: located.zone, class: PathClass::ToolConfiguration };
    let why = "hooks, permissions and variables of the agents in this project stand there";
    context.push(Effect::new(verbs::FS_WRITE, resource).because(why));
    true
}

fn is_project_settings(located: &Located, context: &Context<'_>) -> bool {
    let Some(top) = context.top().filter(|top| *top != context.surroundings.home) else { return false };
    let is_settings = ["settings.json", "settings.local.json"]
        .iter()
        .any(|name| located.path == format!("{}/.claude/{name}", top.trim_end_matches('/')));
    is_settings && located.why.is_none() && located.zone == Zone::Workspace
}

/// Whether what stands there before, what comes and what then stands there are all known to leave Countersign alone.
fn changed(call: &ToolCall, path: &str, context: &Context<'_>) -> Option<()> {
    let before = match context.workspace.ask(&Question::Path { path: path.to_owned() }) {
        Answer::Text { text, whole: true, .. } => text,
        Answer::Absent => String::new(),
        _ => return None,
    };
    let edits = match (call.text("content"), call.input.get("edits")) {
        (Some(content), None) => return leaves_alone(&[&before, content]),
        (None, Some(edits)) => edits.as_array()?.iter().map(edit).collect::<Option<Vec<_>>>()?,
        (None, None) => vec![edit(&Json::Object(call.input.clone()))?],
        (Some(_), Some(_)) => return None,
    };
    let mut after = before.clone();
    for (old, new) in &edits {
        leaves_alone(&[new])?;
        // All of them, as `replace_all` would: the more is put together, the more is seen.
        after = if old.is_empty() { after + new } else { after.replace(old.as_str(), new) };
    }
    leaves_alone(&[&before, &after])
}

fn edit(edit: &Json) -> Option<(String, String)> {
    let text = |name: &str| edit.get(name)?.as_str().map(str::to_owned);
    Some((text("old_string")?, text("new_string")?))
}

fn leaves_alone(texts: &[&str]) -> Option<()> {
    let leaves = |text: &str| {
        let small = text.to_ascii_lowercase();
        NEVER.iter().all(|never| !small.contains(never))
    };
    texts.iter().all(|text| leaves(text)).then_some(())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use serde_json::{Value, json};

    use crate::fixture::check_tool_with;

    const HOOKS: &str = r#"{"hooks": {"Stop": [{"hooks": [{"command": "say done"}]}]}, "model": "x"}"#;

    fn check(tool: &str, input: Value, before: &str) -> String {
        check_tool_with(tool, input, &[("/repo/.claude/settings.json", before)])
    }

    #[test]
    fn a_change_to_a_projects_settings_waits() {
        let path = "/repo/.claude/settings.json";
        let edit = json!({"file_path": path, "old_string": "say done", "new_string": "say ready"});
        assert_snapshot!(check("Edit", edit, HOOKS), @"fs.write /repo/.claude/settings.json, write");
        let write = json!({"file_path": ".claude/settings.json", "content": "{\"permissions\": {}}"});
        assert_snapshot!(check("Write", write, HOOKS), @"fs.write /repo/.claude/settings.json, write");
        let edits =
            json!([{"old_string": "say", "new_string": "echo"}, {"old_string": "x", "new_string": "y"}]);
        assert_snapshot!(check("MultiEdit", json!({"file_path": path, "edits": edits}), HOOKS), @"fs.write /repo/.claude/settings.json, write");
    }

    #[test]
    fn what_could_switch_countersign_off_is_tampering() {
        let path = "/repo/.claude/settings.json";
        let wired = HOOKS.replace("say done", "/usr/bin/countersign-hook claude-code");
        let write = |content: &str| json!({"file_path": path, "content": content});
        let edit = |old: &str, new: &str| json!({"file_path": path, "old_string": old, "new_string": new});
        for (tool, input, before) in [
            ("Write", write("{\"disableAllHooks\": true}"), HOOKS),
            ("Write", write("{\"disable\\u0041llHooks\": true}"), HOOKS),
            ("Write", write("{}"), wired.as_str()),
            ("Edit", edit("say done", "x"), wired.as_str()),
            ("Edit", edit("model", "disableAllHooks"), HOOKS),
            ("Edit", edit("AND", "All"), "{\"disableANDHooks\": 1}"),
            ("Write", json!({"file_path": path}), HOOKS),
            ("Edit", json!({"file_path": path, "new_string": "x"}), HOOKS),
            ("MultiEdit", json!({"file_path": path, "edits": [{"new_string": 1}]}), HOOKS),
            ("Write", json!({"file_path": "/home/dev/.claude/settings.json", "content": "{}"}), HOOKS),
            ("Bash", json!({"command": "echo {} > .claude/settings.json"}), HOOKS),
        ] {
            let found = check(tool, input.clone(), before);
            assert!(found.contains("countersign.tamper"), "{tool} {input}: {found}");
        }
    }
}

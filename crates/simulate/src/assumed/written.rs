//! What a call that has run left in a file that it wrote, as far as its input tells.

use countersign_model::ToolCall;
use serde_json::{Map, Value};

/// Texts longer than this are not kept: what runs them is understood as a file that nobody knows.
pub const LONGEST_KEPT: usize = 64 << 10;

/// How a file was written, with its text afterwards where that is known.
#[derive(Debug, PartialEq, Eq)]
pub enum Written {
    /// All of it: nothing is left in it of what stood there before.
    Whole(Option<String>),
    /// Some of it; the rest is as it was.
    Partly(Option<String>),
}

/// How a call wrote this file. `before` is what is known to have stood in it.
pub fn written(call: &ToolCall, path: &str, before: Option<&str>) -> Written {
    let is_named = call.text("file_path").or_else(|| call.text("path")).is_some();
    if let Some(content) = call.text("content").filter(|_| is_named) {
        return Written::Whole(kept(content.to_owned()));
    }
    let edits = edits(call);
    if edits.first().is_some_and(|first| first.get("old_string").and_then(Value::as_str) == Some("")) {
        // Nothing can be replaced only where there is nothing: the tools refuse it for any other file.
        let after = if before.is_none_or(str::is_empty) { edited("", &edits) } else { None };
        return Written::Whole(after.and_then(kept));
    }
    if !edits.is_empty() {
        let after = before.and_then(|before| edited(before, &edits));
        return Written::Partly(after.and_then(kept));
    }
    if let Some(patch) = call.text("input") {
        return added(patch, path).map_or(Written::Partly(None), |text| Written::Whole(kept(text)));
    }
    let is_whole = match (call.input.get("changes"), call.text("command").or_else(|| call.text("cmd"))) {
        (Some(changes), _) => changes.as_array().is_some_and(|changes| adds(changes, path)),
        (None, Some(command)) => replaces(command),
        (None, None) => false,
    };
    if is_whole { Written::Whole(None) } else { Written::Partly(None) }
}

/// The replacements that `Edit`, `MultiEdit` and `replace` are asked for.
fn edits(call: &ToolCall) -> Vec<&Map<String, Value>> {
    let several = call.input.get("edits").and_then(Value::as_array);
    let all = match several {
        Some(edits) => edits.iter().filter_map(Value::as_object).collect(),
        None => vec![&call.input],
    };
    all.into_iter().filter(|edit| edit.contains_key("old_string")).collect()
}

/// Whether a call writes one file by a tool that does all it is asked for, or fails and does nothing.
pub fn is_all_or_nothing(call: &ToolCall) -> bool {
    let is_named = call.text("file_path").is_some() && call.text("command").is_none();
    is_named && (call.text("content").is_some() || !edits(call).is_empty())
}

/// A text with all replacements made, one after the other.
fn edited(before: &str, edits: &[&Map<String, Value>]) -> Option<String> {
    edits.iter().try_fold(before.to_owned(), |text, edit| edit_text(&text, edit))
}

/// A text with one replacement made. Nothing where it does not fit: then what is known of the file is wrong.
fn edit_text(text: &str, edit: &Map<String, Value>) -> Option<String> {
    let string = |key: &str| edit.get(key).and_then(Value::as_str);
    let (old, new) = (string("old_string")?, string("new_string")?);
    let several = edit.get("expected_replacements").and_then(Value::as_u64).is_some_and(|times| times > 1);
    let everywhere = several || edit.get("replace_all").and_then(Value::as_bool) == Some(true);
    if old.is_empty() && text.is_empty() {
        return Some(new.to_owned());
    }
    if old.is_empty() || !text.contains(old) {
        return None;
    }
    Some(if everywhere { text.replace(old, new) } else { text.replacen(old, new, 1) })
}

/// The text of a file that a patch in Codex's form adds.
fn added(patch: &str, path: &str) -> Option<String> {
    let mut lines = patch.lines();
    lines.find(|line| line.strip_prefix("*** Add File: ").is_some_and(|name| is(path, name.trim())))?;
    let text = lines.map_while(|line| line.strip_prefix('+'));
    Some(text.flat_map(|line| [line, "\n"]).collect())
}

/// Whether a list of changes, as `codex exec --json` prints it, says that the file is a new one.
fn adds(changes: &[Value], path: &str) -> bool {
    changes.iter().any(|change| {
        let text = |key: &str| change.get(key).and_then(Value::as_str);
        text("kind") == Some("add") && text("path").is_some_and(|name| is(path, name))
    })
}

/// Whether an absolute path is what a name in a patch means.
fn is(path: &str, name: &str) -> bool {
    let name = name.trim_start_matches("./");
    path == name || path.strip_suffix(name).is_some_and(|folder| folder.ends_with('/'))
}

/// Whether a command puts something new where it writes, and adds to nothing that is there.
fn replaces(command: &str) -> bool {
    const NEW: &[&str] =
        &[">", "cp ", "mv ", "mkdir ", "touch ", "tee ", "curl ", "wget ", "git init", "git clone"];
    const MORE: &[&str] = &[">>", "tee -a", " -i", "--in-place", "--append"];
    NEW.iter().any(|part| command.contains(part)) && !MORE.iter().any(|part| command.contains(part))
}

fn kept(text: String) -> Option<String> {
    Some(text).filter(|text| text.len() <= LONGEST_KEPT)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(input: Value, before: Option<&str>) -> Written {
        let line = json!({"tool": "any", "input": input}).to_string();
        let call = countersign_agents::read(line.as_bytes()).unwrap().calls.remove(0).call;
        written(&call, "/srv/shop/a.sh", before)
    }

    fn whole(text: &str) -> Written {
        Written::Whole(Some(text.to_owned()))
    }

    #[test]
    fn writing_and_editing_tools() {
        let file = "/srv/shop/a.sh";
        assert_eq!(check(json!({"file_path": file, "content": "ls\n"}), Some("old")), whole("ls\n"));
        let edit =
            |old, all| json!({"file_path": file, "old_string": old, "new_string": "b", "replace_all": all});
        let partly = |text: &str| Written::Partly(Some(text.to_owned()));
        assert_eq!(check(edit("a", false), Some("aa")), partly("ba"));
        assert_eq!(check(edit("a", true), Some("aa")), partly("bb"));
        assert_eq!(check(edit("z", false), Some("aa")), Written::Partly(None));
        assert_eq!(check(edit("a", false), None), Written::Partly(None));
        for (before, after) in [(None, whole("b")), (Some(""), whole("b")), (Some("a"), Written::Whole(None))]
        {
            assert_eq!(check(edit("", false), before), after);
        }
        let several = json!({"edits": [{"old_string": "a", "new_string": "b"}, {"old_string": "b", "new_string": "c"}]});
        assert_eq!(check(several, Some("a")), partly("c"));
    }

    #[test]
    fn patches() {
        let patch =
            "*** Begin Patch\n*** Add File: a.sh\n+ls\n+pwd\n*** Update File: b.sh\n+no\n*** End Patch\n";
        assert_eq!(check(json!({ "input": patch }), None), whole("ls\npwd\n"));
        let patch = "*** Begin Patch\n*** Update File: a.sh\n+ls\n*** Add File: aa.sh\n+no\n*** End Patch\n";
        assert_eq!(check(json!({ "input": patch }), None), Written::Partly(None));
        let change = |kind| json!({"changes": [{"path": "/srv/shop/a.sh", "kind": kind}]});
        assert_eq!(check(change("add"), None), Written::Whole(None));
        assert_eq!(check(change("update"), None), Written::Partly(None));
    }

    #[test]
    fn commands() {
        for command in ["cp a.example a.sh", "echo ls > a.sh", "mkdir a.sh"] {
            assert_eq!(check(json!({ "command": command }), None), Written::Whole(None), "{command}");
        }
        for command in ["echo ls >> a.sh", "sed -i s/a/b/ a.sh > /dev/null", "gofmt -w a.sh"] {
            assert_eq!(check(json!({ "command": command }), None), Written::Partly(None), "{command}");
        }
    }
}

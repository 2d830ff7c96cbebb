//! Codex's `apply_patch`: which files a patch of its own form names.

use serde_json::Value as Json;

use crate::context::Context;
use crate::word::{Value, Word};

/// What a line of a patch says of a file.
enum Does {
    Writes,
    Deletes,
}

const LINES: &[(&str, Does)] = &[
    ("*** Add File: ", Does::Writes),
    ("*** Update File: ", Does::Writes),
    ("*** Move to: ", Does::Writes),
    ("*** Delete File: ", Does::Deletes),
];

/// Adds what applying it does. A patch that names no file could change any.
pub(super) fn effects(patch: Option<&Json>, context: &mut Context<'_>) {
    let found = match patch {
        Some(Json::String(text)) => text.lines().filter(|line| file(line, context)).count(),
        Some(Json::Array(changes)) => changes.iter().filter(|change| listed(change, context)).count(),
        _ => 0,
    };
    if found == 0 {
        context.write_value(&Value::unknown("the patch does not name a file"));
    }
}

/// Adds what a line of the text says of a file, if it says anything.
fn file(line: &str, context: &mut Context<'_>) -> bool {
    let said = LINES.iter().find_map(|(start, does)| Some((line.strip_prefix(start)?.trim(), does)));
    match said {
        Some((path, Does::Writes)) => context.write_value(&Value::Known(path.to_owned())),
        Some((path, Does::Deletes)) => context.delete(&Word::known_as(path)),
        None => return false,
    }
    true
}

/// Adds one change of a list of them, as `codex exec --json` prints it.
fn listed(change: &Json, context: &mut Context<'_>) -> bool {
    let text = |key: &str| change.get(key).and_then(Json::as_str);
    let Some(path) = text("path") else { return false };
    match text("kind") {
        Some("add" | "update") => context.write_value(&Value::Known(path.to_owned())),
        _ => context.delete(&Word::known_as(path)),
    }
    true
}

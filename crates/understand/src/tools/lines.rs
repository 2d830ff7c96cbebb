//! A search that shows the lines it finds reads the files it goes through: `Grep` with its output as content.

use countersign_model::{PathClass, ToolCall};

use super::MOST_ALTERNATIVES;
use crate::context::Context;
use crate::paths;
use crate::word::{Value, Word};

/// Adds the secrets whose lines such a search shows: in files that its glob names, or below its path.
pub(super) fn effects(call: &ToolCall, context: &mut Context<'_>) {
    if call.tool != "Grep" || call.text("output_mode") != Some("content") {
        return;
    }
    if let Some(glob) = call.text("glob") {
        let directory = call.text("path").unwrap_or(".").trim_end_matches('/');
        for glob in alternatives(glob) {
            let value = Value::Pattern(format!("{directory}/{glob}"));
            if paths::locate(&value, context).class == PathClass::Secret {
                context.read_value(&value);
            }
        }
    }
    if is_of_all(call) {
        let path = call.text("path").unwrap_or(".");
        let home = &context.surroundings.home;
        let path = path.strip_prefix('~').map_or_else(|| path.to_owned(), |rest| format!("{home}{rest}"));
        context.read_tree(&Word::known_as(&path));
    }
}

/// Whether a search goes through files of all names.
fn is_of_all(call: &ToolCall) -> bool {
    let is_wide =
        |glob: &str| glob.starts_with('!') || glob.chars().all(|letter| matches!(letter, '*' | '/'));
    call.text("type").is_none() && call.text("glob").is_none_or(is_wide)
}

/// `{.env,*.pem}` as the patterns it stands for.
fn alternatives(glob: &str) -> Vec<String> {
    let parts = glob.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)));
    match parts {
        Some((before, (inside, after))) => {
            let each = inside.split(',').take(MOST_ALTERNATIVES);
            each.map(|inside| format!("{before}{inside}{after}")).collect()
        }
        None => vec![glob.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::check_tool;

    #[test]
    fn lines_of_secret_files_by_their_names() {
        for glob in [".env*", ".env", "**/.env", "**/.env*", "{.env,.env.local}", "*.pem"] {
            let found = check_tool("Grep", json!({"pattern": ".", "glob": glob, "output_mode": "content"}));
            assert!(found.contains("secret.read"), "{glob}: {found}");
            let found = check_tool(
                "Grep",
                json!({"pattern": ".", "glob": glob, "output_mode": "files_with_matches"}),
            );
            assert!(!found.contains("secret.read"), "{glob}: {found}");
        }
        for glob in ["*.rs", "**/*.ts", ".env.example", "*.{js,ts}", ".github/**"] {
            let found = check_tool("Grep", json!({"pattern": ".", "glob": glob, "output_mode": "content"}));
            assert!(!found.contains("secret.read"), "{glob}: {found}");
        }
    }

    #[test]
    fn lines_of_all_that_is_in_the_home() {
        for path in ["/home/dev", "/", "~", "/home/dev/.ssh", "/home/dev/.aws/credentials"] {
            let found = check_tool("Grep", json!({"pattern": "KEY", "path": path, "output_mode": "content"}));
            assert!(found.contains("secret.read"), "{path}: {found}");
        }
        for input in [
            json!({"pattern": "KEY", "path": "/home/dev", "output_mode": "content", "glob": "*.rs"}),
            json!({"pattern": "KEY", "path": "/home/dev", "output_mode": "content", "type": "rust"}),
            json!({"pattern": "KEY", "path": "/home/dev"}),
            json!({"pattern": "KEY", "path": "/repo/src", "output_mode": "content"}),
            json!({"pattern": "KEY", "output_mode": "content"}),
        ] {
            let found = check_tool("Grep", input.clone());
            assert!(!found.contains("secret.read"), "{input}: {found}");
        }
    }
}

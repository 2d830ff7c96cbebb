//! Files of this machine among a tool's arguments.

use countersign_model::{PathClass, Zone};
use serde_json::Value as Json;

use super::Tool;
use super::names::{Says, in_snake_case};
use crate::context::Context;
use crate::word::{Value, Word};

/// Words of tools that work on files.
const FILES: &[&str] = &[
    "file",
    "files",
    "directory",
    "directories",
    "dir",
    "folder",
    "tree",
    "path",
    "paths",
    "block",
    "notebook",
    "text",
    "multiple",
    "excel",
    "pdf",
    "media",
];

/// Arguments that say that the files are somewhere else.
pub(super) const ELSEWHERE: &[&str] = &[
    "owner",
    "repo",
    "repository",
    "bucket",
    "bucket_name",
    "project_id",
    "drive_id",
    "file_id",
    "site_id",
    "space",
    "host",
    "pod",
    "pod_name",
    "container",
    "namespace",
    "branch",
    "sandbox_id",
    "channel_id",
    "workspace_id",
];

const READ: &[&str] = &[
    "path",
    "file",
    "file_path",
    "filepath",
    "filename",
    "paths",
    "files",
    "directory",
    "dir",
    "folder",
    "input_path",
    "notebook_path",
    "file_paths",
    "file_uri",
    "relative_path",
    "uri",
];
const FROM: &[&str] = &["source", "src", "source_path", "old_path", "from_path"];
const TO: &[&str] = &[
    "destination",
    "dest",
    "dst",
    "destination_path",
    "target_path",
    "new_path",
    "output_path",
    "output_file",
    "save_path",
    "to_path",
];

/// Adds what a tool does to the files it is given.
pub(super) fn effects(tool: &Tool<'_>, context: &mut Context<'_>) {
    let of_files = tool.has(FILES)
        || super::usual::is_called(tool.server, &["desktop-commander", "serena"])
        || matches!(tool.server, "fs" | "file" | "files" | "filesystem");
    if !of_files || tool.takes(ELSEWHERE) || tool.says == Says::Runs {
        return;
    }
    // What has a text with it, or is exported, is written whatever the tool is called.
    let brings = tool.takes(&["content", "contents", "new_content"])
        || tool.has(&["export", "download", "save", "dump"]);
    let says = if brings && tool.says == Says::Reads { Says::Writes } else { tool.says };
    for (name, value) in tool.input {
        let name = in_snake_case(name);
        let name = name.as_str();
        let texts: Vec<&str> = match value {
            Json::Array(list) => list.iter().filter_map(path).collect(),
            value => path(value).into_iter().collect(),
        };
        let plain = |text: &str| {
            text.strip_prefix("file://")
                .map_or(text.to_owned(), |file| file.trim_start_matches("localhost").to_owned())
        };
        let texts = texts.into_iter().map(plain);
        for text in texts.filter(|text| !text.contains("://") && !text.is_empty()) {
            let value = Value::Known(text);
            if READ.contains(&name) {
                touched(says, &value, context);
            } else if FROM.contains(&name) && tool.has(&["move", "rename"]) {
                context.moves(&Word::made(value));
            } else if FROM.contains(&name) {
                context.read_value(&value);
            } else if TO.contains(&name) {
                context.write_value(&value);
            }
        }
    }
}

/// Whether what a tool does to the files it is given is all that it does: the tools of the usual server for files.
pub(super) fn is_all(tool: &Tool<'_>) -> bool {
    const TOOLS: &[&str] = &["create_directory", "edit_file", "move_file", "write_file"];
    let is_known = |(name, value): (&String, &Json)| match name.as_str() {
        "path" | "source" | "destination" => {
            value.as_str().is_some_and(|path| !path.is_empty() && !path.contains("://"))
        }
        "content" | "edits" | "dryRun" => true,
        _ => false,
    };
    let names_file = tool.takes(if tool.snake == "move_file" { &["destination"] } else { &["path"] });
    tool.server == "filesystem"
        && TOOLS.contains(&tool.snake)
        && names_file
        && tool.input.iter().all(is_known)
}

/// Arguments that name a file of this machine which is written, whatever the tool is.
const SAVED: &[&str] = &[
    "download_path",
    "download_to",
    "export_path",
    "log_file",
    "outfile",
    "output_dir",
    "output_directory",
    "output_file",
    "output_filename",
    "output_path",
    "save_as",
    "save_path",
    "save_to",
    "write_to",
    "out_file",
    "out_path",
    "target_file",
    "local_path",
    "dump_path",
    "screenshot_path",
];
/// Those that do so where their text is a path.
const MAYBE_SAVED: &[&str] =
    &["output", "out", "destination", "dest", "dst", "save", "target_path", "download"];

/// Arguments that name the file a browser's tool puts what it found into.
const SAVED_BY_BROWSERS: &[&str] = &[
    "file",
    "file_name",
    "file_path",
    "filename",
    "filepath",
    "output",
    "output_dir_path",
    "path",
    "request_file_path",
    "response_file_path",
    "save",
    "trace_path",
];

/// Adds that a file is written which an argument of any tool names; true where the tool of a browser does so, which
/// is no mere look then.
pub(super) fn written(tool: &Tool<'_>, name: &str, text: &str, context: &mut Context<'_>) -> bool {
    let text = text.trim();
    if text.is_empty() || text.contains("://") || text.contains('\n') {
        return false;
    }
    let is_browser = super::usual::is_called(tool.server, super::usual::BROWSERS)
        || tool.snake.starts_with("browser_")
        || tool.has(&["screenshot"]) && !matches!(name, "path" | "file" | "output");
    // What is given to a page is read.
    let is_given = tool.has(&["upload", "drop"]);
    if is_browser && !is_given && (SAVED.contains(&name) || SAVED_BY_BROWSERS.contains(&name)) {
        let file = Value::Known(text.to_owned());
        context.write_value(&file);
        // A picture of the page beside the code is what the tool is for.
        let located = crate::paths::locate(&file, context);
        let is_own = located.why.is_none() && matches!(located.zone, Zone::Workspace | Zone::Temporary);
        return !(is_own && located.class == PathClass::Ordinary);
    }
    let is_path = !text.contains(' ') && (text.starts_with(['/', '~', '.']) || text.contains('/'));
    let maybe = MAYBE_SAVED.contains(&name) && is_path && !tool.takes(ELSEWHERE);
    if SAVED.contains(&name) || maybe {
        context.write_value(&Value::Known(text.to_owned()));
    }
    false
}

/// A path, or an object that has one.
fn path(value: &Json) -> Option<&str> {
    value.as_str().or_else(|| value.get("path").and_then(Json::as_str))
}

fn touched(says: Says, value: &Value, context: &mut Context<'_>) {
    match says {
        Says::Reads | Says::ReadsSecret | Says::Sends => context.read_value(value),
        Says::Deletes => context.delete(&Word::made(value.clone())),
        Says::Writes | Says::Pays | Says::Runs | Says::Nothing => context.write_value(value),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::check_tool;

    #[test]
    fn browsers_write_files() {
        for (tool, name, path) in [
            ("chrome-devtools__take_snapshot", "filePath", ".claude/settings.json"),
            ("chrome-devtools__take_snapshot", "filePath", "/home/dev/.bashrc"),
            ("chrome-devtools__performance_stop_trace", "filePath", "/home/dev/.bashrc"),
            ("playwright__browser_snapshot", "filename", ".claude/settings.json"),
            ("playwright__browser_take_screenshot", "filename", "../x"),
            ("playwright__browser_network_requests", "filename", "../x"),
        ] {
            let found = check_tool(&format!("mcp__{tool}"), json!({ name: path }));
            assert!(found.contains("fs.write") || found.contains("countersign.tamper"), "{tool}: {found}");
            assert!(!found.contains("mcp.read"), "{tool}: {found}");
        }
        for (tool, name, path) in [
            ("playwright__browser_take_screenshot", "filename", "a.png"),
            ("plugin_playwright_playwright__browser_snapshot", "filename", "/tmp/a.md"),
            ("other__browser_snapshot", "filename", "a.md"),
            // What is lost there is said by the file itself.
            ("chrome-devtools__take_screenshot", "filePath", "infra/live/main.tf"),
        ] {
            let found = check_tool(&format!("mcp__{tool}"), json!({ name: path }));
            assert!(found.contains("fs.write") && found.contains("mcp.read"), "{tool}: {found}");
        }
        for (tool, input) in [
            ("chrome-devtools__take_snapshot", json!({"verbose": true})),
            ("playwright__browser_take_screenshot", json!({"fullPage": true})),
            ("playwright__browser_snapshot", json!({})),
        ] {
            let found = check_tool(&format!("mcp__{tool}"), input);
            assert!(found.starts_with("mcp.read") && !found.contains("fs.write"), "{tool}: {found}");
        }
        let uploads = check_tool("mcp__playwright__browser_file_upload", json!({"paths": ["/repo/a.png"]}));
        assert!(!uploads.contains("fs.write"), "{uploads}");
        let uploads =
            check_tool("mcp__chrome-devtools__upload_file", json!({"uid": "1", "filePath": "/repo/a.png"}));
        assert!(!uploads.contains("fs.write /repo/a.png, write\nfs.write"), "{uploads}");
    }
}

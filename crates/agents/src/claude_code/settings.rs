//! Writing the hook into a settings file, and out of it again.
//!
//! Text in, text out: the edge reads and writes the file. The user's own keys, hooks and their order
//! stay as they are; what we add is found again by the name of the program it runs.

use serde::Serialize as _;
use serde_json::ser::{PrettyFormatter, Serializer};
use serde_json::{Map, Value, json};

use crate::json::{self, JsonError};

/// The events the hook is wired to, in the order they are written, each with whether it is about a
/// tool and so takes a matcher.
pub const EVENTS: &[(&str, bool)] = &[
    ("SessionStart", false),
    ("UserPromptSubmit", false),
    ("PreToolUse", true),
    ("PermissionRequest", true),
    ("PostToolUse", true),
    ("PostToolUseFailure", true),
    ("SubagentStart", false),
    ("SubagentStop", false),
    ("Stop", false),
    ("ConfigChange", false),
    ("SessionEnd", false),
];

/// How long an event that waits for nobody may take, in seconds. `SessionEnd` has 1.5 by default.
const NO_WAIT_SECONDS: u32 = 30;

/// Tells the program how long the client lets an event take that waits for nobody: it has to answer before
/// it is killed, because a killed hook says nothing.
pub const EVENT_TIMEOUT: &str = "--event-timeout";

/// How the hook is to be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wiring {
    /// The program, absolute. Its file name is what tells our hooks from others.
    pub command: String,
    /// Its arguments. What the environment must not decide belongs here. Where there are any, events that
    /// wait for nobody have [`EVENT_TIMEOUT`] and its seconds after them.
    pub args: Vec<String>,
    /// How long the client lets `PreToolUse` wait for a person, in seconds.
    pub timeout_seconds: u32,
    /// What the person at the terminal reads meanwhile.
    pub status_message: String,
}

/// What an administrator may switch in managed settings beside the hook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ManagedSwitches {
    /// Forbid the mode that skips the client's own prompts.
    pub forbid_bypass_mode: bool,
    /// Ignore all hooks but those in managed settings, the users' own included.
    pub only_managed_hooks: bool,
}

/// Why a settings file cannot be changed. It is left as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// It is not JSON that everyone reads alike.
    #[error("the settings are not well-formed JSON: {0}")]
    Json(#[from] JsonError),
    /// It is JSON, but not an object.
    #[error("the settings are not a JSON object")]
    NotAnObject,
    /// Something in it has a form that the client would not accept.
    #[error("`{pointer}` in the settings is not {expected}")]
    Shape {
        /// Where, as a JSON pointer.
        pointer: String,
        /// What it should be.
        expected: &'static str,
    },
}

/// The settings with the hook wired to every event of [`EVENTS`], whatever was wired of ours before.
/// Empty text counts as no settings.
pub fn install(settings: &str, wiring: &Wiring) -> Result<String, SettingsError> {
    let mut root = read(settings)?;
    remove(&mut root, file_name(&wiring.command))?;
    add(&mut root, wiring)?;
    Ok(write(root, settings))
}

/// The settings without any hook that runs `program` (a file name such as `countersign-hook`).
pub fn uninstall(settings: &str, program: &str) -> Result<String, SettingsError> {
    let mut root = read(settings)?;
    remove(&mut root, program)?;
    Ok(write(root, settings))
}

/// Managed settings with the hook wired and the switches set; a switch that is not asked for is
/// left as it is.
pub fn manage(settings: &str, wiring: &Wiring, switches: ManagedSwitches) -> Result<String, SettingsError> {
    let mut root = read(settings)?;
    remove(&mut root, file_name(&wiring.command))?;
    add(&mut root, wiring)?;
    if switches.only_managed_hooks {
        root.insert("allowManagedHooksOnly".to_owned(), true.into());
    }
    if switches.forbid_bypass_mode {
        object_at(&mut root, "permissions")?
            .insert("disableBypassPermissionsMode".to_owned(), "disable".into());
    }
    Ok(write(root, settings))
}

/// The settings as an object; empty text is the empty object.
pub(super) fn read(settings: &str) -> Result<Map<String, Value>, SettingsError> {
    if settings.trim().is_empty() {
        return Ok(Map::new());
    }
    match json::read(settings.as_bytes())? {
        Value::Object(root) => Ok(root),
        _ => Err(SettingsError::NotAnObject),
    }
}

/// The last part of a path.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// The file name of the program that a handler runs. With arguments beside it the command is a path;
/// without, it is a line of shell that starts with one.
pub(super) fn program(handler: &Value) -> Option<&str> {
    let command = handler.get("command")?.as_str()?;
    if handler.get("args").is_some() {
        return Some(file_name(command));
    }
    let first = command.split_whitespace().next().unwrap_or_default();
    Some(file_name(first).trim_matches(['"', '\'']))
}

/// Handlers that share a matcher.
pub(super) struct Group<'a> {
    pub matcher: Option<&'a Value>,
    pub handlers: &'a [Value],
}

/// The groups of handlers of one event, which must have the client's form.
pub(super) fn groups<'a>(event: &str, groups: &'a Value) -> Result<Vec<Group<'a>>, SettingsError> {
    let shape = |pointer, expected| SettingsError::Shape { pointer, expected };
    let list = groups.as_array().ok_or_else(|| shape(format!("/hooks/{event}"), "a list"))?;
    let each = list.iter().enumerate().map(|(at, group)| {
        let handlers = group.get("hooks").and_then(Value::as_array);
        let handlers = handlers.ok_or_else(|| shape(format!("/hooks/{event}/{at}/hooks"), "a list"))?;
        Ok(Group { matcher: group.get("matcher"), handlers })
    });
    each.collect()
}

/// The group that wires the hook to one event.
pub(super) fn group(wiring: &Wiring, event: &str, about_a_tool: bool) -> Value {
    let waits = event == "PreToolUse";
    let timeout = if waits { wiring.timeout_seconds } else { NO_WAIT_SECONDS };
    let mut args = wiring.args.clone();
    if !waits && !args.is_empty() {
        args.extend([EVENT_TIMEOUT.to_owned(), timeout.to_string()]);
    }
    let mut handler = json!({
        "type": "command",
        "command": wiring.command,
        "args": args,
        "timeout": timeout,
        "onFailure": "block",
    });
    if let Some(handler) = handler.as_object_mut().filter(|_| waits) {
        handler.insert("statusMessage".to_owned(), wiring.status_message.clone().into());
    }
    if about_a_tool { json!({ "matcher": "*", "hooks": [handler] }) } else { json!({ "hooks": [handler] }) }
}

fn add(root: &mut Map<String, Value>, wiring: &Wiring) -> Result<(), SettingsError> {
    let hooks = object_at(root, "hooks")?;
    for (event, about_a_tool) in EVENTS {
        let groups = hooks.entry(*event).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(groups) = groups {
            groups.push(group(wiring, event, *about_a_tool));
        }
    }
    Ok(())
}

/// Takes out every handler that runs `program`, and what is empty because of that.
fn remove(root: &mut Map<String, Value>, program: &str) -> Result<(), SettingsError> {
    let Some(hooks) = root.get_mut("hooks") else { return Ok(()) };
    let Value::Object(hooks) = hooks else {
        return Err(SettingsError::Shape { pointer: "/hooks".to_owned(), expected: "an object" });
    };
    for (event, wired) in hooks.iter() {
        groups(event, wired)?;
    }
    let before = hooks.len();
    hooks.retain(|_, groups| !remove_from(groups, program));
    if hooks.is_empty() && before > 0 {
        root.shift_remove("hooks");
    }
    Ok(())
}

/// Returns whether the event has no group left because of what was taken out.
fn remove_from(groups: &mut Value, program: &str) -> bool {
    let Value::Array(groups) = groups else { return false };
    let before = groups.len();
    groups.retain_mut(|group| {
        let Some(Value::Array(handlers)) = group.get_mut("hooks") else { return true };
        let before = handlers.len();
        handlers.retain(|handler| self::program(handler) != Some(program));
        handlers.len() == before || !handlers.is_empty()
    });
    groups.is_empty() && before > 0
}

fn object_at<'a>(
    root: &'a mut Map<String, Value>,
    key: &str,
) -> Result<&'a mut Map<String, Value>, SettingsError> {
    let value = root.entry(key).or_insert_with(|| Value::Object(Map::new()));
    value
        .as_object_mut()
        .ok_or_else(|| SettingsError::Shape { pointer: format!("/{key}"), expected: "an object" })
}

/// Writes the settings with the indentation that `like` has.
fn write(root: Map<String, Value>, like: &str) -> String {
    let indent: String = like
        .lines()
        .find(|line| line.starts_with([' ', '\t']) && !line.trim().is_empty())
        .map(|line| line.chars().take_while(|space| matches!(space, ' ' | '\t')).collect())
        .unwrap_or_else(|| "  ".to_owned());
    let mut text = Vec::new();
    let mut serializer =
        Serializer::with_formatter(&mut text, PrettyFormatter::with_indent(indent.as_bytes()));
    if root.serialize(&mut serializer).is_err() {
        return format!("{}\n", Value::Object(root));
    }
    String::from_utf8_lossy(&text).into_owned() + "\n"
}

#[cfg(test)]
mod tests;

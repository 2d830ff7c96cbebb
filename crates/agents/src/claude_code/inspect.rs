//! What a settings file does to the hook: what is wired, what is not, and what could switch it off.

use serde_json::{Map, Value};

use super::settings::{self, EVENTS, SettingsError, Wiring, file_name, program};

/// What a settings file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inspection {
    /// Every event of [`EVENTS`], in its order.
    pub events: Vec<(&'static str, Wired)>,
    /// Other hooks, in the order of the file.
    pub others: Vec<OtherHook>,
    /// Settings that weaken or switch off the hook or the client's own prompts, as `key: value`.
    pub switches: Vec<String>,
    /// Names of environment variables set here that could steer a program started by the client.
    pub environment: Vec<String>,
}

/// How one event is wired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wired {
    /// Exactly as asked, once.
    Exactly,
    /// Ours, exactly as asked, and again: the second changes nothing.
    Twice,
    /// Something of ours that is not as asked: its path, arguments, matcher, time-out or else.
    Altered,
    /// Nothing of ours.
    Missing,
}

/// A hook that is not ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherHook {
    /// On which event.
    pub event: String,
    /// The program it runs, or its type if it runs none.
    pub what: String,
}

impl Inspection {
    /// Whether every event reaches our hook as asked.
    pub fn complete(&self) -> bool {
        self.events.iter().all(|(_, wired)| matches!(wired, Wired::Exactly | Wired::Twice))
    }
}

/// Reads what a settings file wires, compared with what it should.
pub fn inspect(settings: &str, wiring: &Wiring) -> Result<Inspection, SettingsError> {
    let root = settings::read(settings)?;
    let none = Map::new();
    let hooks = match root.get("hooks") {
        None | Some(Value::Null) => &none,
        Some(Value::Object(hooks)) => hooks,
        Some(_) => return Err(SettingsError::Shape { pointer: "/hooks".to_owned(), expected: "an object" }),
    };
    let ours = file_name(&wiring.command);
    let mut found =
        Inspection { switches: switches(&root), environment: environment(&root), ..Inspection::default() };
    for (event, about_a_tool) in EVENTS {
        let expected = settings::group(wiring, event, *about_a_tool);
        found.events.push((event, wired(event, hooks.get(*event), &expected, ours)?));
    }
    for (event, value) in hooks {
        for group in settings::groups(event, value)? {
            let others = group.handlers.iter().filter(|handler| program(handler) != Some(ours));
            found
                .others
                .extend(others.map(|handler| OtherHook { event: event.clone(), what: what(handler) }));
        }
    }
    Ok(found)
}

fn wired(event: &str, groups: Option<&Value>, expected: &Value, ours: &str) -> Result<Wired, SettingsError> {
    let Some(value) = groups else { return Ok(Wired::Missing) };
    let [mut exact, mut altered] = [0, 0];
    for group in settings::groups(event, value)? {
        let matcher = group.matcher == expected.get("matcher");
        for handler in group.handlers.iter().filter(|handler| program(handler) == Some(ours)) {
            let same = expected.pointer("/hooks/0") == Some(handler);
            *if same && matcher { &mut exact } else { &mut altered } += 1;
        }
    }
    Ok(match (exact, altered) {
        (0, 0) => Wired::Missing,
        (1, 0) => Wired::Exactly,
        (_, 0) => Wired::Twice,
        (_, _) => Wired::Altered,
    })
}

fn what(handler: &Value) -> String {
    let kind = || handler.get("type").and_then(Value::as_str);
    program(handler).or_else(kind).unwrap_or("unknown").to_owned()
}

fn switches(root: &Map<String, Value>) -> Vec<String> {
    let root = Value::Object(root.clone());
    let says = |pointer: &str, harmless: &[Value]| {
        let value = root.pointer(pointer)?;
        let name = pointer.trim_start_matches('/').replace('/', ".");
        (!harmless.contains(value)).then(|| format!("{name}: {value}"))
    };
    [
        says("/disableAllHooks", &[false.into(), Value::Null]),
        says("/allowManagedHooksOnly", &[false.into(), Value::Null]),
        says(
            "/permissions/defaultMode",
            &["default".into(), "plan".into(), "acceptEdits".into(), Value::Null],
        ),
        says("/skipDangerousModePermissionPrompt", &[false.into(), Value::Null]),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn environment(root: &Map<String, Value>) -> Vec<String> {
    let names = root.get("env").and_then(Value::as_object).into_iter().flat_map(Map::keys);
    names.filter(|name| steers(name)).cloned().collect()
}

/// Whether a variable can change which program runs, what it loads, or where it looks.
fn steers(name: &str) -> bool {
    const PREFIXES: &[&str] = &["COUNTERSIGN_", "LD_", "DYLD_", "GIT_", "GCONV_", "MALLOC_", "GLIBC_"];
    const NAMES: &[&str] = &[
        "PATH",
        "HOME",
        "IFS",
        "ENV",
        "BASH_ENV",
        "SHELL",
        "TMPDIR",
        "XDG_STATE_HOME",
        "XDG_CONFIG_HOME",
        "CLAUDE_CONFIG_DIR",
        "CLAUDE_CODE_SIMPLE",
        "NODE_OPTIONS",
        "BUN_OPTIONS",
    ];
    let name = name.to_ascii_uppercase();
    NAMES.contains(&name.as_str()) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests;

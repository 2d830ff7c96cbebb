//! Agent runtimes: where they keep their settings, what these weaken, and whether our hook governs them.

use countersign_agents::claude_code::{self, Wiring};
use serde::Serialize;
use serde_json::Value;

use crate::mcp::{self, Form};

/// What is known of a runtime.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// Its id.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The programs it is started by.
    pub programs: &'static [&'static str],
    /// Paths below the home directory that it makes.
    pub traces: &'static [&'static str],
    /// Its settings, the strongest first.
    pub settings: &'static [(Base, &'static str)],
    /// Where MCP servers are named.
    pub servers: &'static [(Base, &'static str, Form)],
}

/// What a path starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// The root directory: what only an administrator writes.
    Machine,
    /// The user's home directory.
    Home,
    /// The repository's top.
    Repository,
}

const SERVERS: Form = Form::Json(&["/mcpServers"]);

/// The runtimes that are looked for. Their places are those of Claude Code 2.1, Codex CLI 0.169, Gemini CLI 0.61,
/// Copilot CLI 1.0, OpenCode 1.18; those of Cursor are from its documentation.
pub const KNOWN: &[Known] = &[
    Known {
        id: "claude-code",
        name: "Claude Code",
        programs: &["claude"],
        traces: &[".claude", ".claude.json"],
        settings: &[
            (Base::Machine, "etc/claude-code/managed-settings.json"),
            (Base::Repository, ".claude/settings.local.json"),
            (Base::Repository, ".claude/settings.json"),
            (Base::Home, ".claude/settings.json"),
        ],
        servers: &[
            (Base::Machine, "etc/claude-code/managed-mcp.json", SERVERS),
            (Base::Repository, ".mcp.json", SERVERS),
            (Base::Home, ".claude.json", Form::ClaudeState),
        ],
    },
    Known {
        id: "codex",
        name: "Codex CLI",
        programs: &["codex"],
        traces: &[".codex"],
        settings: &[(Base::Repository, ".codex/config.toml"), (Base::Home, ".codex/config.toml")],
        servers: &[
            (Base::Repository, ".codex/config.toml", Form::Toml("mcp_servers")),
            (Base::Home, ".codex/config.toml", Form::Toml("mcp_servers")),
        ],
    },
    Known {
        id: "gemini",
        name: "Gemini CLI",
        programs: &["gemini"],
        traces: &[".gemini/settings.json", ".gemini/tmp"],
        settings: &[
            (Base::Machine, "etc/gemini-cli/settings.json"),
            (Base::Repository, ".gemini/settings.json"),
            (Base::Home, ".gemini/settings.json"),
        ],
        servers: &[
            (Base::Machine, "etc/gemini-cli/settings.json", SERVERS),
            (Base::Repository, ".gemini/settings.json", SERVERS),
            (Base::Home, ".gemini/settings.json", SERVERS),
        ],
    },
    Known {
        id: "copilot",
        name: "Copilot CLI",
        programs: &["copilot"],
        traces: &[".copilot"],
        settings: &[(Base::Home, ".copilot/config.json")],
        servers: &[(Base::Home, ".copilot/mcp-config.json", SERVERS)],
    },
    Known {
        id: "opencode",
        name: "OpenCode",
        programs: &["opencode"],
        traces: &[".config/opencode", ".local/share/opencode"],
        settings: &[(Base::Repository, "opencode.json"), (Base::Home, ".config/opencode/opencode.json")],
        servers: &[
            (Base::Repository, "opencode.json", Form::Json(&["/mcp"])),
            (Base::Home, ".config/opencode/opencode.json", Form::Json(&["/mcp"])),
        ],
    },
    Known {
        id: "cursor",
        name: "Cursor",
        programs: &["cursor-agent", "cursor"],
        traces: &[".cursor"],
        settings: &[(Base::Home, ".cursor/cli-config.json")],
        servers: &[
            (Base::Repository, ".cursor/mcp.json", SERVERS),
            (Base::Home, ".cursor/mcp.json", SERVERS),
        ],
    },
];

/// A runtime that is on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Runtime {
    /// Its id.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// By what it was found.
    pub seen: Vec<String>,
    /// What governs what it does.
    pub governor: Governor,
    /// Why that, a sentence.
    pub why: String,
    /// Settings that weaken its own prompts or the hook, each with its file.
    pub weakened: Vec<Weakened>,
    /// What could not be read.
    pub notes: Vec<String>,
}

impl Runtime {
    /// Changes every text that came from outside.
    pub fn map_text(&mut self, change: &impl Fn(&str) -> String) {
        let weakened = self.weakened.iter_mut().flat_map(|one| [&mut one.from, &mut one.setting]);
        for text in weakened.chain(&mut self.notes).chain(&mut self.seen).chain([&mut self.why]) {
            *text = change(text);
        }
    }
}

/// What governs a path. A gateway in front of MCP servers is not built yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Governor {
    /// Nothing.
    Nothing,
    /// The hook in settings that the user, and so the agent, can write.
    Hook,
    /// The hook in settings that only root can write.
    ManagedHook,
}

impl Governor {
    /// For people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Hook => "hook",
            Self::ManagedHook => "managed hook",
        }
    }
}

/// A setting that weakens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Weakened {
    /// The file.
    pub from: String,
    /// The setting.
    pub setting: String,
    /// Whether it switches the hook off as a whole.
    pub switches_off: bool,
}

/// A settings file of a runtime as it was found.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where, for people.
    pub from: String,
    /// What it starts from.
    pub base: Base,
    /// Its text, or why it cannot be read.
    pub text: Result<String, String>,
    /// Whether the hook is wired there as it should be; none where there is nothing of it.
    pub wired: Option<bool>,
}

/// A runtime by its settings.
pub fn runtime(known: &Known, seen: Vec<String>, settings: &[Settings]) -> Runtime {
    let mut runtime = Runtime {
        id: known.id,
        name: known.name,
        seen,
        governor: Governor::Nothing,
        why: String::new(),
        weakened: Vec::new(),
        notes: Vec::new(),
    };
    for file in settings {
        match file.text.as_ref().map_err(Clone::clone).and_then(|text| weakened(known.id, text)) {
            Ok(found) => runtime.weakened.extend(found.into_iter().map(|(setting, switches_off)| Weakened {
                from: file.from.clone(),
                setting,
                switches_off,
            })),
            Err(why) => runtime.notes.push(format!("`{}` cannot be read: {why}", file.from)),
        }
    }
    (runtime.governor, runtime.why) = governor(known, settings, &runtime.weakened);
    // Beside a managed hook it only keeps others out.
    if runtime.governor == Governor::ManagedHook {
        runtime.weakened.retain(|one| !one.setting.starts_with(ONLY_MANAGED));
    }
    runtime
}

const ONLY_MANAGED: &str = "allowManagedHooksOnly";

fn governor(known: &Known, settings: &[Settings], weakened: &[Weakened]) -> (Governor, String) {
    if known.id != "claude-code" {
        return (Governor::Nothing, format!("Countersign has no hook for {} yet", known.name));
    }
    let off_in = |base: Base| {
        let files = settings.iter().filter(|file| (file.base == Base::Machine) == (base == Base::Machine));
        let names: Vec<&str> = files.map(|file| file.from.as_str()).collect();
        weakened.iter().find(|one| one.switches_off && names.contains(&one.from.as_str()))
    };
    let wired_in = |managed: bool| {
        settings.iter().find(|file| (file.base == Base::Machine) == managed && file.wired == Some(true))
    };
    if let Some(file) = wired_in(true) {
        return match off_in(Base::Machine).filter(|one| !one.setting.starts_with(ONLY_MANAGED)) {
            Some(one) => (Governor::Nothing, format!("`{}` sets {}", one.from, one.setting)),
            None => (Governor::ManagedHook, format!("wired in `{}`, which only root can change", file.from)),
        };
    }
    match (wired_in(false), off_in(Base::Machine).or_else(|| off_in(Base::Home))) {
        (Some(_), Some(one)) => (Governor::Nothing, format!("`{}` sets {}", one.from, one.setting)),
        (Some(file), None) => {
            (Governor::Hook, format!("wired in `{}`, which the agent's own user can change", file.from))
        }
        (None, _) => match settings.iter().find(|file| file.wired == Some(false)) {
            Some(file) => (Governor::Nothing, format!("`{}` does not wire the hook as it should", file.from)),
            None => (Governor::Nothing, "the hook is not installed".to_owned()),
        },
    }
}

/// The settings in a text that weaken, each with whether it switches our hook off.
fn weakened(id: &str, text: &str) -> Result<Vec<(String, bool)>, String> {
    let is = |root: &Value, pointer: &str, bad: &[&str]| {
        let value = root.pointer(pointer)?;
        let said = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let name = pointer.trim_start_matches('/').replace('/', ".");
        bad.contains(&said.as_str()).then(|| (format!("{name}: {said}"), false))
    };
    let checks: &[(&str, &[&str])] = match id {
        "claude-code" => return claude(text),
        "codex" => &[
            ("/approval_policy", &["never"]),
            ("/sandbox_mode", &["danger-full-access"]),
            ("/features/hooks", &["false"]),
        ],
        "gemini" => &[
            ("/general/defaultApprovalMode", &["yolo", "auto_edit"]),
            ("/tools/autoAccept", &["true"]),
            ("/autoAccept", &["true"]),
            ("/hooksConfig/enabled", &["false"]),
            ("/tools/sandbox", &["false"]),
        ],
        "opencode" => {
            &[("/permission", &["allow"]), ("/permission/bash", &["allow"]), ("/permission/edit", &["allow"])]
        }
        "cursor" => &[("/approvalMode", &["unrestricted", "allow-all"])],
        _ => &[],
    };
    let root = if id == "codex" { mcp::toml_as_json(text)? } else { mcp::json(text)? };
    Ok(checks.iter().filter_map(|(pointer, bad)| is(&root, pointer, bad)).collect())
}

/// As `doctor` finds them.
fn claude(text: &str) -> Result<Vec<(String, bool)>, String> {
    let nothing = Wiring {
        command: "countersign-hook".to_owned(),
        args: Vec::new(),
        timeout_seconds: 0,
        status_message: String::new(),
    };
    let found =
        claude_code::inspect(text, &nothing).map_err(|_| "the client ignores it as a whole".to_owned())?;
    let off = |setting: &str| setting.starts_with("disableAllHooks") || setting.starts_with(ONLY_MANAGED);
    let switches = found.switches.into_iter().map(|setting| {
        let off = off(&setting);
        (setting, off)
    });
    let environment = found.environment.into_iter().map(|name| (format!("env.{name}"), false));
    Ok(switches.chain(environment).collect())
}

/// Ways of starting runtimes that skip all of their own prompts.
const SKIPPING: &[&str] = &[
    "--dangerously-skip-permissions",
    "--allow-dangerously-skip-permissions",
    "--dangerously-bypass-approvals-and-sandbox",
    "--dangerously-bypass-hook-trust",
    "--allow-all-tools",
    "--approval-mode yolo",
    "--approval-mode=yolo",
    "gemini --yolo",
    "codex --yolo",
];

/// The lines of a start-up file of a shell, or of a script, that start a runtime so.
pub fn skipping(text: &str, from: &str) -> Vec<Weakened> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with('#') {
            continue;
        }
        if let Some(flag) = SKIPPING.iter().find(|flag| line.contains(**flag)) {
            let from = format!("{from}:{}", number + 1);
            found.push(Weakened { from, setting: (*flag).to_owned(), switches_off: false });
        }
    }
    found
}

/// Whether a way of starting is that of a runtime.
pub fn is_flag_of(flag: &str, id: &str) -> bool {
    let own = match flag {
        "--dangerously-skip-permissions" | "--allow-dangerously-skip-permissions" => "claude-code",
        "--allow-all-tools" => "copilot",
        "--approval-mode yolo" | "--approval-mode=yolo" | "gemini --yolo" => "gemini",
        _ => "codex",
    };
    own == id
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn check(id: &str, files: &[(Base, &str, Option<bool>)]) -> String {
        let known = KNOWN.iter().find(|known| known.id == id).unwrap();
        let settings: Vec<Settings> = files
            .iter()
            .enumerate()
            .map(|(number, (base, text, wired))| Settings {
                from: format!("file{number}"),
                base: *base,
                text: Ok((*text).to_owned()),
                wired: *wired,
            })
            .collect();
        let found = runtime(known, Vec::new(), &settings);
        let weakened: Vec<&str> = found.weakened.iter().map(|one| one.setting.as_str()).collect();
        format!("{}: {}; {weakened:?} {:?}", found.governor.word(), found.why, found.notes)
    }

    #[test]
    fn a_hook_that_counts() {
        assert_snapshot!(check("claude-code", &[(Base::Home, "{}", Some(true))]), @"hook: wired in `file0`, which the agent's own user can change; [] []");
        let only = r#"{"allowManagedHooksOnly":true}"#;
        assert_snapshot!(check("claude-code", &[(Base::Machine, only, Some(true))]), @"managed hook: wired in `file0`, which only root can change; [] []");
        assert_snapshot!(check("claude-code", &[(Base::Machine, "{}", Some(true)), (Base::Home, r#"{"disableAllHooks":true}"#, None)]), @r#"managed hook: wired in `file0`, which only root can change; ["disableAllHooks: true"] []"#);
    }

    #[test]
    fn a_hook_that_does_not() {
        assert_snapshot!(check("claude-code", &[(Base::Home, "{}", None)]), @"nothing: the hook is not installed; [] []");
        assert_snapshot!(check("claude-code", &[(Base::Home, "{}", Some(false))]), @"nothing: `file0` does not wire the hook as it should; [] []");
        assert_snapshot!(check("claude-code", &[(Base::Home, "{}", Some(true)), (Base::Repository, r#"{"disableAllHooks":true}"#, None)]), @r#"nothing: `file1` sets disableAllHooks: true; ["disableAllHooks: true"] []"#);
        assert_snapshot!(check("claude-code", &[(Base::Home, "{}", Some(true)), (Base::Machine, r#"{"allowManagedHooksOnly":true}"#, None)]), @r#"nothing: `file1` sets allowManagedHooksOnly: true; ["allowManagedHooksOnly: true"] []"#);
        assert_snapshot!(check("claude-code", &[(Base::Machine, r#"{"disableAllHooks":true}"#, Some(true))]), @r#"nothing: `file0` sets disableAllHooks: true; ["disableAllHooks: true"] []"#);
    }

    #[test]
    fn modes_that_weaken() {
        assert_snapshot!(check("claude-code", &[(Base::Home, r#"{"permissions":{"defaultMode":"bypassPermissions"}}"#, Some(true))]), @r#"hook: wired in `file0`, which the agent's own user can change; ["permissions.defaultMode: \"bypassPermissions\""] []"#);
        assert_snapshot!(check("codex", &[(Base::Home, "approval_policy = \"never\"\nsandbox_mode = \"danger-full-access\"\n", None)]), @r#"nothing: Countersign has no hook for Codex CLI yet; ["approval_policy: never", "sandbox_mode: danger-full-access"] []"#);
        assert_snapshot!(check("gemini", &[(Base::Home, r#"{"tools":{"autoAccept":true}}"#, None)]), @r#"nothing: Countersign has no hook for Gemini CLI yet; ["tools.autoAccept: true"] []"#);
        assert_snapshot!(check("codex", &[(Base::Home, "approval_policy = never", None)]), @r#"nothing: Countersign has no hook for Codex CLI yet; [] ["`file0` cannot be read: it is not well-formed TOML at line 1"]"#);
        assert_snapshot!(check("claude-code", &[(Base::Home, "{", None)]), @r#"nothing: the hook is not installed; [] ["`file0` cannot be read: the client ignores it as a whole"]"#);
        let lines =
            skipping("# --allow-all-tools\nalias c='claude --dangerously-skip-permissions'\n", "~/.bashrc");
        assert_snapshot!(format!("{} {}", lines[0].from, lines[0].setting), @"~/.bashrc:2 --dangerously-skip-permissions");
        assert_eq!(lines.len(), 1);
    }
}

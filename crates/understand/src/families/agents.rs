//! Other agents started by a command: what they do is decided by hooks of their own, if they have any.
//!
//! Options and variables that take an agent's settings away take Countersign's hook with them, and are tampering.

use countersign_model::{Effect, PathClass, Resource, Zone, verbs};

use super::{Family, opaque};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &[
        "claude", "codex", "gemini", "copilot", "opencode", "aider", "cursor-agent", "amp", "goose", "crush", "qwen", "droid", "cline", "openhands", "kiro-cli", "auggie", "hermes",
        "openclaw", "pi", "devin", "antigravity", "cursor", "gh-copilot", "plandex", "cody", "tabby", "junie",
    ],
    about: "Other agents started by a command: what they do is decided by hooks of their own, if they have \
        any. Options and variables that take an agent's settings away take Countersign's hook with them, \
        and are tampering.",
    examples: &[
        "claude --version",
        "claude -p 'fix it'",
        "claude -p 'fix it' --dangerously-skip-permissions",
        "claude --setting-sources '' -p x",
        "claude mcp list",
        "codex exec 'fix it'",
        "gemini -p 'explain rm -rf'",
        "grep claude README.md",
        "claude mcp add x -- npx y",
    ],
    effects,
};

/// Packages that put an agent under another name.
pub(crate) const PACKAGES: &[(&str, &str)] = &[
    ("@anthropic-ai/claude-code", "claude"),
    ("@openai/codex", "codex"),
    ("@google/gemini-cli", "gemini"),
    ("@github/copilot", "copilot"),
    ("opencode-ai", "opencode"),
    ("@sourcegraph/amp", "amp"),
    ("@qwen-code/qwen-code", "qwen"),
];

/// Options that leave settings out, and with them the hooks; by program.
const WITHOUT_HOOKS: &[(&str, &[&str])] = &[
    ("claude", &["--bare", "--safe-mode", "--restricted", "--setting-sources", "--managed-settings", "--plugin-dir"]),
    ("codex", &["--ignore-user-config", "--ignore-rules", "--disable"]),
    ("copilot", &["--config-dir", "--no-hooks"]),
    ("opencode", &["--pure"]),
    ("gemini", &["--no-hooks"]),
];

/// Parts of options and variables by which any agent leaves out what watches over it.
const UNWATCHED: &[&str] = &["no-extension", "no-plugin", "no-hook", "safe-mode", "pure", "bare", "disable-hook", "disable-plugin", "disable-extension", "without-hook"];

/// Parts of options by which an agent acts without asking anybody.
const UNASKED: &[&str] = &["dangerous", "yolo", "skip-permission", "bypass", "allow-all", "trust-all", "full-auto", "auto-approve", "always-approve", "yes-always", "unsafe", "no-sandbox"];

/// Values of options and settings to the same end.
const UNASKED_VALUES: &[&str] = &["bypasspermissions", "dontask", "danger-full-access", "yolo", "never", "full-auto", "auto-approve"];

/// Short options to the same end; by program.
const UNASKED_SHORT: &[(&str, &[&str])] = &[("gemini", &["-y"]), ("qwen", &["-y"]), ("cursor-agent", &["-f", "--force"]), ("cursor", &["-f", "--force"])];

/// Parts of an agent's own settings that hold what watches over it.
const WATCHING: &[&str] = &["hook", "plugin", "extension", "guard", "policy", "permission", "approval", "sandbox"];

/// Words that change or remove it.
const CHANGING: &[&str] = &["set", "unset", "rm", "remove", "delete", "disable", "uninstall", "off", "reset", "clear", "add", "install", "enable", "edit"];

/// Variables that put other settings in place of an agent's own.
const SETTINGS: &[&str] = &[
    "CLAUDE_CONFIG_DIR", "CLAUDE_CODE_SIMPLE", "CLAUDE_CODE_MANAGED_SETTINGS_PATH", "CODEX_HOME", "GEMINI_CLI_HOME", "GEMINI_CLI_SYSTEM_SETTINGS_PATH", "GEMINI_CLI_SYSTEM_DEFAULTS_PATH", "COPILOT_HOME", "OPENCODE_CONFIG", "OPENCODE_CONFIG_DIR",
    "OPENCODE_CONFIG_CONTENT", "OPENCODE_DISABLE_DEFAULT_PLUGINS", "OPENCODE_PURE", "HOME", "XDG_CONFIG_HOME", "USERPROFILE",
];

/// Words in settings that change which hooks run, or with what.
const TELLING: &[&str] = &["disableAllHooks", "hooks", "allowManagedHooksOnly", "\"env\"", "apiKeyHelper", "\\u"];

/// Subcommands that only show something.
const READS: &[&str] = &["doctor", "--version", "-v", "-V", "--help", "-h", "help", "mcp list", "mcp get", "config list", "config get", "plugin list", "login status", "models", "stats", "completion", "debug"];

/// Whether an agent's program is only asked for what it knows.
fn asks(invocation: &Invocation, first: &str, both: &str) -> bool {
    // After an option it would be that option's value, and after `--` what the agent is told.
    let is_plain = |word: &Word| word.known().is_some_and(|text| !text.starts_with('-') && !text.contains(' '));
    let is_help = matches!(invocation.words.as_slice(), [before @ .., last]
        if last.known() == Some("--help") && before.len() <= 2 && before.iter().all(is_plain));
    is_help || (READS.contains(&first) && invocation.words.len() <= 2) || READS.contains(&both)
}

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    // Another tool of the same name, which delivers to AWS.
    const DELIVERS: &[&str] = &["app", "env", "svc", "job", "pipeline", "storage", "secret", "task", "deploy", "init"];
    let is_aws = invocation.program == "copilot" && invocation.known(0).is_some_and(|first| DELIVERS.contains(&first));
    if is_aws {
        let named = Invocation { program: "copilot-cli".to_owned(), contiguous: false, ..invocation.clone() };
        (super::platforms::FAMILY.effects)(&named, context);
        return;
    }
    let operands: Vec<&str> = invocation.words.iter().filter_map(Word::known).take(2).collect();
    let both = operands.join(" ");
    let first = operands.first().copied().unwrap_or_default();
    if let Some(why) = tampers(invocation, context) {
        let resource = Resource::Program { name: invocation.title() };
        context.push(Effect::new(verbs::COUNTERSIGN_TAMPER, resource).because(&why));
    } else if let Some(why) = unwatches(invocation) {
        let resource = Resource::Program { name: invocation.title() };
        context.push(Effect::new(verbs::AGENT_OVERSIGHT, resource).because(&why));
        return;
    } else if asks(invocation, first, &both) {
        context.program(verbs::EXEC_READ, &invocation.title());
        return;
    } else if matches!(first, "update" | "upgrade" | "install") {
        context.program(verbs::EXEC_INSTALL, &invocation.title());
        return;
    } else if matches!(first, "mcp" | "config" | "plugin" | "plugins" | "extensions") {
        let path = format!("{}/.{}.json", context.surroundings.home, invocation.program);
        let resource = Resource::Path { path, zone: Zone::Home, class: PathClass::ToolConfiguration };
        context.push(Effect::new(verbs::FS_WRITE, resource).because("it changes which tools and programs an agent has"));
    }
    if let Some(why) = unasked(invocation) {
        let resource = Resource::Program { name: invocation.title() };
        context.push(Effect::new(verbs::AGENT_OVERSIGHT, resource).because(&why));
    }
    opaque(invocation, "it starts another agent whose calls may not be seen", context);
}

/// Why an agent started so asks nobody before it acts.
fn unasked(invocation: &Invocation) -> Option<String> {
    let short = UNASKED_SHORT.iter().find(|(program, _)| *program == invocation.program).map_or(&[][..], |(_, options)| options);
    let mut is_value = false;
    for word in invocation.words.iter().take_while(|word| word.text() != "--") {
        let text = word.text();
        let lower = text.to_ascii_lowercase().replace('_', "-");
        let (name, value) = lower.split_once('=').unwrap_or((&lower, ""));
        let is_option = name.starts_with('-');
        let says = is_option && (UNASKED.iter().any(|part| name.starts_with("--") && name.contains(part)) || short.contains(&text));
        let values = if is_option { value } else { lower.trim_matches(['"', '\'']) };
        let set = values.rsplit('=').next().unwrap_or(values).trim_matches(['"', '\'']);
        if says || ((is_value || is_option) && UNASKED_VALUES.contains(&set)) {
            return Some(format!("{text} lets the agent act without asking anybody"));
        }
        is_value = is_option && value.is_empty();
    }
    None
}

/// Why an agent started so, or changed so, is no longer watched as its users mean it to be.
fn unwatches(invocation: &Invocation) -> Option<String> {
    let says = |text: &str| {
        let text = text.to_ascii_lowercase().replace('_', "-");
        UNWATCHED.iter().any(|part| text.contains(part))
    };
    for word in &invocation.words {
        let name = word.text().split('=').next().unwrap_or_default();
        if name.starts_with("--") && (says(name) || (name == "--settings" && invocation.program != "claude")) {
            return Some(format!("{name} leaves out what watches over the agent"));
        }
    }
    let prefix = invocation.program.split('-').next().unwrap_or_default().to_ascii_uppercase();
    for (name, value) in &invocation.environment {
        let own = name.starts_with(&prefix) && (name.ends_with("_HOME") || name.ends_with("_CONFIG_DIR"));
        let off = WATCHING.iter().any(|part| name.to_ascii_lowercase().contains(part))
            && matches!(value.known(), Some("off" | "0" | "false" | "no" | "disabled"));
        if own || off || says(name) {
            return Some(format!("{name} leaves out what watches over the agent"));
        }
    }
    let words: Vec<&str> = invocation.words.iter().filter_map(Word::known).take(4).collect();
    let changes = words.iter().any(|word| CHANGING.contains(word));
    let watching = words.iter().any(|word| WATCHING.iter().any(|part| word.contains(part)));
    (changes && watching).then(|| "it changes what watches over the agent".to_owned())
}

/// Why an agent started so may run without Countersign.
fn tampers(invocation: &Invocation, context: &Context<'_>) -> Option<String> {
    if let Some((name, _)) = invocation.environment.iter().find(|(name, _)| SETTINGS.contains(&name.as_str())) {
        return Some(format!("{name} puts other settings in place of the agent's own, and with them its hooks"));
    }
    let options = WITHOUT_HOOKS.iter().find(|(program, _)| *program == invocation.program).map_or(&[][..], |(_, options)| options);
    let mut words = invocation.words.iter().peekable();
    while let Some(word) = words.next() {
        let text = word.text();
        let (name, attached) = text.split_once('=').map_or((text, None), |(name, _)| (name, word.value.strip_prefix(&format!("{name}="))));
        if options.contains(&name) {
            return Some(format!("{name} starts the agent without its hooks"));
        }
        let given = attached.or_else(|| words.peek().map(|word| word.value.clone()));
        let settings = match (invocation.program.as_str(), name) {
            ("claude", "--settings") => given.map(|value| text_of(&value, context)),
            ("codex", "-c" | "--config") => given.map(|value| value.known().map(str::to_owned)),
            ("codex", _) if text.starts_with("-c") && !text.starts_with("--") => Some(word.known().map(str::to_owned)),
            _ => None,
        };
        match settings {
            Some(None) => return Some("which settings it is given is not known: they can turn its hooks off".to_owned()),
            Some(Some(text)) if TELLING.iter().any(|telling| text.contains(telling)) => return Some("the settings it is given change its hooks".to_owned()),
            Some(Some(_)) | None => {}
        }
        // Without quotes, what is not known can be an option.
        if word.value.is_unknown() && text.is_empty() && !word.raw.starts_with('"') && !word.raw.is_empty() {
            return Some("which options it is given is not known: they can turn its hooks off".to_owned());
        }
    }
    None
}

/// Settings as text: themselves, or out of a file.
fn text_of(value: &Value, context: &Context<'_>) -> Option<String> {
    let text = value.known()?;
    if text.trim_start().starts_with('{') {
        return Some(text.to_owned());
    }
    let located = paths::locate(value, context);
    match crate::code::source::of(&located, context) {
        crate::code::source::Source::Texts(texts) => Some(texts.concat()),
        crate::code::source::Source::Absent
        | crate::code::source::Source::Foreign
        | crate::code::source::Source::Perhaps(..)
        | crate::code::source::Source::Unknown(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_because, check_with};

    #[test]
    fn another_agent_is_not_seen() {
        assert_snapshot!(check_because("claude -p 'fix it' --dangerously-skip-permissions"), @"
        agent.oversight claude -p 'fix it', destroy: --dangerously-skip-permissions lets the agent act without asking anybody
        exec.opaque claude, execute, opaque: it starts another agent whose calls may not be seen
        ");
        assert_snapshot!(check("codex exec 'fix it'"), @"exec.opaque codex, execute, opaque");
        assert_snapshot!(check("claude -p \"$PROMPT\""), @"exec.opaque claude, execute, opaque");
        assert_snapshot!(check("npx -y @anthropic-ai/claude-code -p x"), @"
        package.read * on npm, read
        exec.opaque claude, execute, opaque
        ");
        assert_snapshot!(check("claude mcp add x -- npx y"), @"
        fs.write /home/dev/.claude.json, write
        exec.opaque claude, execute, opaque
        ");
        assert_snapshot!(check_with("claude --settings s.json -p x", &[("/repo/s.json", "{\"model\": \"x\"}")]), @"exec.opaque claude, execute, opaque");
    }

    #[test]
    fn without_its_hooks_it_is_tampering() {
        let files = [("/repo/s.json", "{\"disableAllHooks\": true}")];
        for command in [
            "claude --bare -p x", "claude -p x --settings '{\"disableAllHooks\":true}'", "claude --settings=s.json -p x", "claude --settings gone.json -p x", "claude --settings \"$S\" -p x", "CLAUDE_CONFIG_DIR=/tmp/x claude -p x", "HOME=/tmp/x claude -p x", "env XDG_CONFIG_HOME=/tmp opencode run x",
            "claude --setting-sources user -p x", "codex -c features.hooks=false exec x", "codex exec -cfeatures.hooks=false x", "CODEX_HOME=/tmp/x codex exec y", "claude $(cat options) -p x", "npx @openai/codex --config features.hooks=false exec x", "~/.local/bin/claude --bare -p x", "export CLAUDE_CONFIG_DIR=/tmp/x; claude -p x",
        ] {
            let found = check_with(command, &files);
            assert!(found.contains("countersign.tamper"), "{command}: {found}");
        }
    }

    #[test]
    fn what_watches_over_any_agent() {
        for command in [
            "pi --no-extensions", "opencode --settings x.json", "droid --settings /tmp/x.json", "PLUGINS=off amp", "KIRO_HOME=/tmp/other kiro-cli", "hermes hooks rm audit", "openclaw config set plugins.enabled false",
            "amp plugins remove audit.ts",
        ] {
            let found = check(command);
            assert!(found.contains("agent.oversight"), "{command}: {found}");
        }
        for command in ["pi 'set up the hooks'", "amp plugins list", "opencode run x"] {
            let found = check(command);
            assert!(!found.contains("agent.oversight"), "{command}: {found}");
        }
    }

    #[test]
    fn agents_that_ask_nobody() {
        for command in [
            "claude -p x --dangerously-skip-permissions", "claude --permission-mode bypassPermissions -p x", "claude --permission-mode=bypassPermissions", "codex --yolo", "codex exec --full-auto x", "codex -a never exec x",
            "codex -s danger-full-access exec x", "codex -c approval_policy=never exec x", "codex -c 'sandbox_mode=\"danger-full-access\"' x", "gemini -y", "gemini --approval-mode=yolo -p x", "copilot --allow-all-tools -p x", "cursor-agent -f -p x",
            "amp --dangerously-allow-all -x y", "droid exec --skip-permissions-unsafe x", "kiro-cli chat --trust-all-tools x", "aider --yes-always -m x",
        ] {
            let found = check(command);
            assert!(found.contains("agent.oversight") && found.contains("exec.opaque"), "{command}: {found}");
        }
        for command in ["claude -p 'never use yolo'", "claude -p 'is --dangerously-skip-permissions safe?'", "codex exec 'never ask'", "claude --permission-mode plan -p x", "grep -r dangerously-skip-permissions docs", "claude --help"] {
            let found = check(command);
            assert!(!found.contains("agent.oversight"), "{command}: {found}");
        }
    }

    #[test]
    fn looking_is_harmless() {
        for command in ["claude --version", "claude mcp list", "codex --help", "echo claude --bare", "grep -r 'claude --settings' docs"] {
            let found = check(command);
            assert!(!found.contains("opaque") && !found.contains("tamper"), "{command}: {found}");
        }
    }
}

//! The runtime's own tools: what each does, by name.

mod lines;
mod mcp;
mod patch;
mod tame;
mod unknown;

use countersign_model::{Effect, Resource, ToolCall, Verb, verbs};

use crate::context::Context;
use crate::families::declared;
use crate::shell::{self, Place};
use crate::word::Value;

pub(crate) use mcp::{does_more, quoted};

/// What a tool does with its input.
enum Does {
    /// Runs the text of this argument in a shell.
    Shell(&'static str),
    /// Runs the words of this argument, or its text in a shell where it is one text.
    Program(&'static str),
    /// Changes the files that the patch in this argument names.
    Patches(&'static str),
    /// Runs the text of this argument in PowerShell.
    PowerShell(&'static str),
    /// Reads the file or directory of this argument; without it, where it runs.
    Reads(&'static str),
    /// Changes the file of this argument.
    Writes(&'static str),
    /// Fetches the address of this argument.
    Fetches(&'static str),
    /// Types the text of one of these arguments, or its words, into a program that was started before.
    Types(&'static [&'static str]),
    /// Reads resources of the MCP server that the argument `server` names; without it, of any.
    Resources,
    /// Has one effect, always.
    Is(Verb),
}

use Does::{Fetches, Is, Patches, PowerShell, Program, Reads, Resources, Shell, Types, Writes};

/// Every tool that is understood, and the arguments that bear on its effect; none: all of them.
const TOOLS: &[(&str, Does, &[&str])] = &[
    ("Bash", Shell("command"), &["command", "run_in_background", "dangerouslyDisableSandbox"]),
    ("PowerShell", PowerShell("command"), &["command", "run_in_background"]),
    ("powershell", PowerShell("command"), &["command", "mode", "sessionId", "initial_wait"]),
    ("pwsh", PowerShell("command"), &["command"]),
    ("Monitor", Shell("command"), &["command"]),
    ("Read", Reads("file_path"), &["file_path", "offset", "limit", "pages"]),
    ("NotebookRead", Reads("notebook_path"), &["notebook_path"]),
    ("Glob", Reads("path"), &["pattern", "path"]),
    ("Grep", Reads("path"), &[]),
    ("LS", Reads("path"), &["path"]),
    ("Write", Writes("file_path"), &["file_path", "content"]),
    ("Edit", Writes("file_path"), &["file_path", "old_string", "new_string", "replace_all"]),
    ("MultiEdit", Writes("file_path"), &["file_path", "edits"]),
    ("NotebookEdit", Writes("notebook_path"), &[]),
    ("WebFetch", Fetches("url"), &["url", "prompt"]),
    ("WebSearch", Is(verbs::NET_READ), &[]),
    ("Task", Is(verbs::AGENT_SPAWN), &["prompt", "subagent_type", "model", "isolation"]),
    ("Agent", Is(verbs::AGENT_SPAWN), &["prompt", "subagent_type", "model", "isolation"]),
    ("Workflow", Is(verbs::AGENT_SPAWN), &[]),
    ("Skill", Is(verbs::AGENT_INTERNAL), &[]),
    ("SlashCommand", Is(verbs::AGENT_INTERNAL), &[]),
    ("SendMessage", Is(verbs::AGENT_MESSAGE), &[]),
    ("AskUserQuestion", Is(verbs::AGENT_MESSAGE), &[]),
    ("CronCreate", Is(verbs::EXEC_SCHEDULE), &[]),
    ("ScheduleWakeup", Is(verbs::EXEC_SCHEDULE), &[]),
    ("CronDelete", Is(verbs::AGENT_INTERNAL), &[]),
    ("CronList", Is(verbs::AGENT_INTERNAL), &[]),
    ("EnterWorktree", Is(verbs::GIT_BRANCH), &[]),
    ("ExitWorktree", Is(verbs::GIT_DISCARD), &[]),
    ("ListAgents", Is(verbs::AGENT_INTERNAL), &[]),
    ("ReportFindings", Is(verbs::AGENT_INTERNAL), &[]),
    ("TaskStop", Is(verbs::AGENT_INTERNAL), &[]),
    ("TaskOutput", Is(verbs::AGENT_INTERNAL), &[]),
    ("TaskCreate", Is(verbs::AGENT_INTERNAL), &[]),
    ("TaskUpdate", Is(verbs::AGENT_INTERNAL), &[]),
    ("TaskGet", Is(verbs::AGENT_INTERNAL), &[]),
    ("TaskList", Is(verbs::AGENT_INTERNAL), &[]),
    ("BashOutput", Is(verbs::AGENT_INTERNAL), &[]),
    ("KillShell", Is(verbs::AGENT_INTERNAL), &[]),
    ("KillBash", Is(verbs::AGENT_INTERNAL), &[]),
    ("TodoWrite", Is(verbs::AGENT_INTERNAL), &[]),
    ("TodoRead", Is(verbs::AGENT_INTERNAL), &[]),
    ("ToolSearch", Is(verbs::AGENT_INTERNAL), &[]),
    ("EnterPlanMode", Is(verbs::AGENT_INTERNAL), &[]),
    ("ExitPlanMode", Is(verbs::AGENT_INTERNAL), &[]),
    ("StructuredOutput", Is(verbs::AGENT_INTERNAL), &[]),
    ("ListMcpResources", Resources, &[]),
    ("ListMcpResourcesTool", Resources, &[]),
    ("ReadMcpResource", Resources, &[]),
    ("ReadMcpResourceTool", Resources, &[]),
    // Codex.
    ("exec_command", Shell("cmd"), &["cmd", "workdir", "shell", "login", "tty"]),
    ("shell", Program("command"), &["command", "workdir"]),
    ("shell_command", Shell("command"), &["command", "workdir"]),
    ("local_shell", Program("command"), &[]),
    ("unified_exec", Types(&["input"]), &[]),
    ("write_stdin", Types(&["chars", "input", "text"]), &[]),
    ("apply_patch", Patches("input"), &[]),
    ("file_change", Patches("changes"), &[]),
    ("view_image", Reads("path"), &["path"]),
    ("read_mcp_resource", Resources, &[]),
    ("list_mcp_resources", Resources, &[]),
    ("list_mcp_resource_templates", Resources, &[]),
    ("web_search", Is(verbs::NET_READ), &[]),
    ("update_plan", Is(verbs::AGENT_INTERNAL), &[]),
    ("request_user_input", Is(verbs::AGENT_MESSAGE), &[]),
    ("spawn_agent", Is(verbs::AGENT_SPAWN), &[]),
    ("send_input", Is(verbs::AGENT_MESSAGE), &[]),
    ("wait_agent", Is(verbs::AGENT_INTERNAL), &[]),
    ("close_agent", Is(verbs::AGENT_INTERNAL), &[]),
    ("resume_agent", Is(verbs::AGENT_INTERNAL), &[]),
    // Gemini CLI.
    ("run_shell_command", Shell("command"), &["command", "directory", "dir_path", "is_background"]),
    ("read_file", Reads("file_path"), &["file_path", "absolute_path"]),
    ("read_many_files", Reads("dir_path"), &[]),
    ("list_directory", Reads("dir_path"), &["dir_path", "path"]),
    ("glob", Reads("dir_path"), &["pattern", "dir_path", "path"]),
    ("grep_search", Reads("dir_path"), &[]),
    ("search_file_content", Reads("dir_path"), &[]),
    ("write_file", Writes("file_path"), &["file_path", "content"]),
    ("replace", Writes("file_path"), &["file_path", "old_string", "new_string"]),
    ("google_web_search", Is(verbs::NET_READ), &[]),
    ("write_todos", Is(verbs::AGENT_INTERNAL), &[]),
    ("activate_skill", Is(verbs::AGENT_INTERNAL), &[]),
    ("ask_user", Is(verbs::AGENT_MESSAGE), &[]),
];

/// The names of the tools of runtimes that are understood.
pub fn names() -> impl Iterator<Item = &'static str> {
    TOOLS.iter().map(|(name, _, _)| *name)
}

/// Adds what the call does.
pub(crate) fn effects(call: &ToolCall, context: &mut Context<'_>) {
    let known = TOOLS.iter().find(|(name, _, _)| *name == call.tool);
    let described = declared::tool(&call.tool, context).filter(|_| known.is_none());
    if call.tool.starts_with("mcp__") || call.mcp_server.is_some() {
        mcp::effects(call, described, context);
        return;
    }
    let Some((_, does, _)) = known else {
        unknown::effects(call, described, context);
        return;
    };
    does_so(does, call, context);
    if call.tool == "read_many_files" {
        let named = ["paths", "include"].iter().filter_map(|name| call.input.get(*name));
        let each =
            named.flat_map(|value| value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice));
        for text in each.filter_map(serde_json::Value::as_str).take(MOST_ALTERNATIVES * 2) {
            let is_pattern = text.contains(['*', '?', '[', '{']);
            let text = text.to_owned();
            context.read_value(&if is_pattern { Value::Pattern(text) } else { Value::Known(text) });
        }
    }
    if let Some(file) = call.text("uri").and_then(|uri| uri.strip_prefix("file://")) {
        let file = file.strip_prefix("localhost").unwrap_or(file);
        context.read_value(&Value::Known(file.to_owned()));
    }
    if call.tool == "Glob"
        && let Some(pattern) = call.text("pattern").filter(|pattern| pattern.starts_with(['/', '~']))
    {
        context.read_value(&Value::Pattern(pattern.to_owned()));
    }
    // Only the lines of files are shown, not their names.
    lines::effects(call, context);
    if call.tool == "CronCreate" || call.tool == "ScheduleWakeup" {
        crate::families::mentions(call.text("prompt").unwrap_or_default(), context);
    }
}

/// Patterns that are looked at of one in braces, and half of the texts in a list.
const MOST_ALTERNATIVES: usize = 32;

/// Adds what a tool that is understood does with its input.
fn does_so(does: &Does, call: &ToolCall, context: &mut Context<'_>) {
    match does {
        Shell(argument) => match call.input.get(*argument).map(unknown::texts) {
            Some(texts) if !texts.is_empty() => {
                let is_bash = matches!(call.tool.as_str(), "Bash" | "Monitor" | "run_shell_command");
                context.state.shell.tests = if is_bash { shell::Tests::Bash } else { shell::Tests::Posix };
                unknown::run(&texts, context);
            }
            Some(_) | None => {
                context.opaque(&call.tool, "the call has no command");
                unknown::commands(&call.input, context);
            }
        },
        PowerShell(argument) => match call.text(argument) {
            Some(text) => {
                context.whole = text.to_owned();
                crate::powershell::run(text, context);
            }
            None => context.opaque(&call.tool, "the call has no command"),
        },
        Program(argument) => match argued(call, argument).and_then(words) {
            Some(text) => {
                context.whole.clone_from(&text);
                context.state.shell.tests = shell::Tests::Posix;
                shell::run(&text, Place::From(0), context);
            }
            None => context.opaque(&call.tool, "the call has no command"),
        },
        Types(arguments) => typed(call, arguments, context),
        Patches(argument) => patch::effects(call.input.get(*argument), context),
        Reads(argument) => context.read_value(&path(call, argument, Some("."))),
        Writes(argument) => {
            context.write_value(&path(call, argument, None));
            tame::weigh(call, context);
        }
        Fetches(argument) => fetch(call.text(argument), context),
        Resources => {
            let server = call.text("server").filter(|server| !server.is_empty()).unwrap_or("*").to_owned();
            let resource = Resource::Tool { server: Some(server), name: call.tool.clone() };
            context.push(Effect::new(verbs::MCP_READ, resource));
        }
        Is(verb) => {
            let resource = Resource::Tool { server: None, name: call.tool.clone() };
            context.push(Effect::new(verb.clone(), resource));
        }
    }
}

/// An argument by its name, or the same of the action that the call has.
fn argued<'c>(call: &'c ToolCall, name: &str) -> Option<&'c serde_json::Value> {
    call.input.get(name).or_else(|| call.input.get("action")?.get(name))
}

/// Adds what is typed into a program that was started before: most likely a shell.
fn typed(call: &ToolCall, arguments: &[&str], context: &mut Context<'_>) {
    let given = arguments.iter().find_map(|name| call.input.get(*name));
    let text = match given {
        None => return context.opaque(&call.tool, "the call does not say what is typed"),
        Some(serde_json::Value::String(text)) => text.clone(),
        // Without a session the words are a command of their own.
        Some(other) => words(other).unwrap_or_default(),
    };
    if text.trim_matches(['\n', '\r', ' ']).is_empty() && given.is_some_and(serde_json::Value::is_string) {
        // Nothing is typed: what the program says is looked at.
        let resource = Resource::Tool { server: None, name: call.tool.clone() };
        return context.push(Effect::new(verbs::AGENT_INTERNAL, resource));
    }
    let typed: String = text.chars().filter(|letter| !letter.is_control() || *letter == '\n').collect();
    if call.input.get("session_id").is_some() || call.tool == "write_stdin" {
        context.opaque(&call.tool, "what is typed goes to a program that was started before");
        context.state.shell.directory = Err("the directory of an open session is not known".to_owned());
    }
    context.whole.clone_from(&typed);
    shell::run(&typed, Place::From(0), context);
}

/// A command line of words that stand for themselves.
fn words(command: &serde_json::Value) -> Option<String> {
    let words = match command {
        serde_json::Value::String(text) => return Some(text.clone()),
        other => other.as_array()?,
    };
    let quoted: Option<Vec<String>> = words.iter().map(|word| word.as_str().map(quoted)).collect();
    quoted.filter(|words| !words.is_empty()).map(|words| words.join(" "))
}

fn path(call: &ToolCall, argument: &str, otherwise: Option<&str>) -> Value {
    // Gemini's tools of earlier versions named it so.
    let given = call.input.get(argument).or_else(|| {
        call.input.get(match argument {
            "file_path" => "absolute_path",
            "dir_path" => "path",
            _ => return None,
        })
    });
    match given {
        Some(serde_json::Value::String(text)) if !text.is_empty() => Value::Known(text.clone()),
        None if otherwise.is_some() => Value::Known(otherwise.unwrap_or_default().to_owned()),
        _ => Value::unknown("the call does not name it"),
    }
}

fn fetch(address: Option<&str>, context: &mut Context<'_>) {
    if let Some(address) = address {
        return crate::families::request(&Value::Known(address.to_owned()), Some("GET"), false, &[], context);
    }
    let host = address.and_then(crate::families::addresses::host_and_path).map(|(host, _)| host);
    let url = address.map(crate::families::addresses::without_credentials);
    let resource = Resource::Host { host: host.unwrap_or_else(|| "*".to_owned()), url };
    context.push(Effect::new(verbs::NET_READ, resource));
}

/// The part of the input that bears on effects.
pub(crate) fn bearing(call: &ToolCall) -> serde_json::Map<String, serde_json::Value> {
    let arguments =
        TOOLS.iter().find(|(name, _, _)| *name == call.tool).map_or(&[][..], |(_, _, arguments)| arguments);
    if arguments.is_empty() {
        return call.input.clone();
    }
    let bears = |name: &&str| call.input.get(*name).map(|value| ((*name).to_owned(), value.clone()));
    arguments.iter().filter_map(bears).collect()
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use serde_json::json;

    use crate::fixture::{call, check_tool};

    #[test]
    fn files_and_network() {
        assert_snapshot!(check_tool("Read", json!({"file_path": "/home/dev/.aws/credentials"})), @"secret.read /home/dev/.aws/credentials, read");
        assert_snapshot!(check_tool("Write", json!({"file_path": "/repo/.github/workflows/ci.yml", "content": "git push"})), @"fs.write /repo/.github/workflows/ci.yml, write");
        assert_snapshot!(check_tool("Edit", json!({"file_path": "/home/dev/.countersign/x"})), @"countersign.tamper /home/dev/.countersign/x, destroy");
        assert_snapshot!(check_tool("Write", json!({"content": "x"})), @"fs.write *, write, partial");
        assert_snapshot!(check_tool("Grep", json!({"pattern": "x"})), @"fs.read /repo, read");
        assert_snapshot!(check_tool("WebFetch", json!({"url": "https://a:b@example.com/x?y"})), @"net.read https://example.com/x, read");
    }

    #[test]
    fn agents_and_unknown_tools() {
        assert_snapshot!(check_tool("Agent", json!({"prompt": "git push"})), @"agent.spawn Agent, execute");
        assert_snapshot!(check_tool("TodoWrite", json!({})), @"agent.internal TodoWrite, read");
        assert_snapshot!(check_tool("CronCreate", json!({"prompt": "x"})), @"exec.schedule CronCreate, execute");
        assert_snapshot!(check_tool("Monitor", json!({"command": "git push origin main"})), @"git.push main@origin, write");
        assert_snapshot!(check_tool("Teleport", json!({})), @"exec.opaque Teleport, execute, opaque");
        assert_snapshot!(check_tool("Bash", json!({})), @"exec.opaque Bash, execute, opaque");
    }

    #[test]
    fn tools_of_codex_and_gemini() {
        assert_snapshot!(check_tool("exec_command", json!({"cmd": "git push origin main"})), @"git.push main@origin, write");
        assert_snapshot!(check_tool("shell", json!({"command": ["bash", "-lc", "git push origin main"]})), @"git.push main@origin, write");
        assert_snapshot!(check_tool("shell", json!({"command": ["git", "commit", "-m", "git push; rm -rf /"]})), @"git.commit /repo, write");
        assert_snapshot!(check_tool("shell", json!({"command": [1]})), @"exec.opaque shell, execute, opaque");
        assert_snapshot!(check_tool("run_shell_command", json!({"command": "ls"})), @"fs.read /repo, read");
        assert_snapshot!(check_tool("write_file", json!({"file_path": "/repo/.git/hooks/pre-push", "content": "x"})), @"fs.write /repo/.git/hooks/pre-push, write");
        assert_snapshot!(check_tool("read_file", json!({"absolute_path": "/home/dev/.aws/credentials"})), @"secret.read /home/dev/.aws/credentials, read");
        assert_snapshot!(check_tool("write_stdin", json!({"chars": "rm -rf /"})), @"
        exec.opaque write_stdin, execute, opaque
        countersign.tamper /, destroy
        fs.delete /, destroy
        ");
        assert_snapshot!(check_tool("write_stdin", json!({"session_id": 1, "chars": "kubectl --context prod delete ns web\n"})), @"
        exec.opaque write_stdin, execute, opaque
        kube.delete namespace/web in prod, destroy
        ");
        assert_snapshot!(check_tool("write_stdin", json!({"session_id": 1, "chars": ""})), @"agent.internal write_stdin, read");
        assert_snapshot!(check_tool("local_shell", json!({"action": {"type": "exec", "command": ["git", "push", "origin", "main"]}})), @"git.push main@origin, write");
        assert_snapshot!(check_tool("unified_exec", json!({"input": ["git", "push", "origin", "main"]})), @"git.push main@origin, write");
        assert_snapshot!(check_tool("read_many_files", json!({"paths": [".env", "src/a.rs"]})), @"
        fs.read /repo, read
        secret.read /repo/.env, read
        fs.read /repo/src/a.rs, read
        ");
        assert_snapshot!(check_tool("read_many_files", json!({"include": [".env*", "src/**/*.rs"]})), @"
        fs.read /repo, read
        secret.read /repo/.env*, read, partial
        fs.read /repo/src/*/*.rs, read
        ");
        assert_snapshot!(check_tool("ReadMcpResourceTool", json!({"server": "fs", "uri": "file:///home/dev/.ssh/id_rsa"})), @"
        mcp.read fs/ReadMcpResourceTool, read
        secret.read /home/dev/.ssh/id_rsa, read
        ");
        assert_snapshot!(check_tool("ReadMcpResourceTool", json!({"server": "docs", "uri": "docs://page"})), @"mcp.read docs/ReadMcpResourceTool, read");
        assert_snapshot!(check_tool("ListMcpResourcesTool", json!({})), @"mcp.read */ListMcpResourcesTool, read");
        assert_snapshot!(check_tool("mcp__fs__read_file", json!({"uri": "file:///repo/.env"})), @"
        secret.read /repo/.env, read
        mcp.read fs/read_file, read
        ");
        assert_snapshot!(check_tool("mcp__fs__read_file", json!({"input": {"path": ".env"}})), @"
        mcp.read fs/read_file, read
        secret.read /repo/.env, read
        ");
        assert_snapshot!(check_tool("mcp__fs__read_file", json!({"target": "config/.env"})), @"
        mcp.read fs/read_file, read
        secret.read /repo/config/.env, read
        ");
        assert_snapshot!(check_tool("mcp__fs__get", json!({"file": ".env"})), @"
        secret.read /repo/.env, read
        mcp.read fs/get, read
        ");
        assert_snapshot!(check_tool("mcp__fs__get", json!({"name": "src/a.rs"})), @"mcp.read fs/get, read");
        assert_snapshot!(check_tool("mcp__1password__get_item", json!({"name": "x"})), @"
        secret.read 1password:x, read
        mcp.read 1password/get_item, read
        ");
        assert_snapshot!(check_tool("mcp__1password__list_items", json!({})), @"mcp.read 1password/list_items, read");
        assert_snapshot!(check_tool("file_change", json!({"changes": [{"path": "/repo/src/a.rs", "kind": "delete"}, {"path": "/repo/b", "kind": "add"}]})), @"
        fs.delete /repo/src/a.rs, destroy
        fs.write /repo/b, write
        ");
        assert_snapshot!(check_tool("file_change", json!({"changes": [{"path": "/repo/src/a.rs", "kind": "melt"}]})), @"fs.delete /repo/src/a.rs, destroy");
        let patch = "*** Begin Patch\n*** Add File: new.txt\n+hi\n*** Update File: src/a.rs\n*** Move to: ../b.rs\n@@\n-x\n+y\n*** Delete File: .env\n*** End Patch\n";
        assert_snapshot!(check_tool("apply_patch", json!({ "input": patch })), @"
        fs.write /repo/new.txt, write
        fs.write /repo/src/a.rs, write
        fs.write /b.rs, write
        fs.delete /repo/.env, destroy
        ");
        assert_snapshot!(check_tool("apply_patch", json!({ "input": "melt" })), @"fs.write *, write, partial");
    }

    #[test]
    fn mcp() {
        assert_snapshot!(check_tool("mcp__tickets__lookup_ticket", json!({"id": 1})), @"mcp.read tickets/lookup_ticket, read");
        assert_snapshot!(check_tool("mcp__db__run_query", json!({"sql": "drop"})), @"
        db.destroy * in sql://db, destroy
        db.write * in sql://db, write, opaque
        mcp.delete db/run_query, destroy
        ");
        assert_snapshot!(check_tool("mcp__db__get_and_delete", json!({})), @"mcp.delete db/get_and_delete, destroy");
        assert_snapshot!(check_tool("mcp__x__frobnicate", json!({})), @"mcp.call x/frobnicate, execute, partial");
        assert_snapshot!(check_tool("mcp__github__merge_pull_request", json!({"owner": "acme", "repo": "shop", "pullNumber": 12})), @"forge.merge acme/shop#12, write");
        assert_snapshot!(check_tool("mcp__github__push_files", json!({"owner": "acme", "repo": "shop", "branch": "main"})), @"
        git.push main@https://github.com/acme/shop, write
        change.delivery files into main, write, partial
        ");
        assert_snapshot!(check_tool("mcp__github__create_pull_request", json!({"owner": "acme", "repo": "shop", "base": "main", "head": "x"})), @"
        forge.pull-request acme/shop pull request into main, write
        change.unknown files into main, write, partial
        ");
    }

    #[test]
    fn what_bears_on_effects() {
        let call = call("Bash", json!({"command": "ls", "description": "List", "timeout": 5}));
        assert_eq!(json!(super::bearing(&call)), json!({"command": "ls"}));
    }
}

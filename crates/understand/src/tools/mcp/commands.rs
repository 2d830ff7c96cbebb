//! Commands among a tool's arguments: the shell's analyser reads them.

use countersign_model::{Effect, Resource, verbs};
use serde_json::Value as Json;

use super::Tool;
use super::arguments::Ran;
use super::names::in_snake_case;
use crate::context::Context;
use crate::shell::{self, Place};

/// Arguments that hold a command.
pub(in crate::tools) const COMMANDS: &[&str] = &[
    "command",
    "cmd",
    "cli_command",
    "shell_command",
    "command_line",
    "commandline",
    "bash_command",
    "commands",
];

/// Arguments beside it that change nothing of what runs, or that are looked at.
const BESIDE: &[&str] = &[
    "args",
    "arguments",
    "cwd",
    "workdir",
    "working_directory",
    "working_dir",
    "directory",
    "dir",
    "env",
    "environment",
    "shell",
    "timeout",
    "timeout_ms",
    "timeout_seconds",
    "timeoutms",
    "description",
    "explanation",
    "purpose",
    "reason",
    "title",
    "background",
    "is_background",
    "run_in_background",
    "session_id",
    "session",
    "terminal_id",
    "name",
    "wait",
    "blocking",
    "interactive",
    "max_output",
    "max_results",
    "max_length",
    "requires_approval",
    "host",
    "hostname",
    "region",
    "profile",
    "namespace",
    "pod",
    "pod_name",
    "container",
    "context",
    "verbose_timing",
    "verbose",
];

/// Programs whose subcommand alone may be given to a tool that is named after them.
pub(super) const PROGRAMS: &[&str] = &[
    "kubectl",
    "helm",
    "docker",
    "git",
    "aws",
    "gcloud",
    "az",
    "terraform",
    "tofu",
    "pulumi",
    "gh",
    "glab",
    "argocd",
    "istioctl",
    "npm",
    "flyctl",
    "vercel",
    "wrangler",
    "heroku",
    "oc",
];

/// Whether a command is among the arguments, or words for the program that the tool is named after.
pub(super) fn is_given(tool: &Tool<'_>) -> bool {
    let is_text = |value: &Json| value.is_string() || value.is_array();
    let named = tool.words.iter().any(|word| PROGRAMS.contains(word));
    tool.input.iter().any(|(name, value)| {
        let name = in_snake_case(name);
        let words = named && matches!(name.as_str(), "args" | "arguments");
        is_text(value) && (words || COMMANDS.contains(&name.as_str()))
    })
}

/// Adds what the command among the arguments does; none where there is none.
pub(super) fn effects(tool: &Tool<'_>, context: &mut Context<'_>) -> Option<Ran> {
    if tool.snake == "git_push" {
        return Some(pushes(tool, context));
    }
    let is_given = |name: &str| COMMANDS.contains(&in_snake_case(name).as_str());
    let mut given = tool.input.iter().filter(|(name, _)| is_given(name));
    let program = tool.words.iter().find(|word| PROGRAMS.contains(*word)).copied();
    let shell = tool.has(&["bash", "shell", "terminal", "command", "ssh"]);
    let (name, value) = match given.next() {
        Some((name, value)) => (in_snake_case(name), value),
        // `run_gcloud_command {"args": [..]}`, `run_shell {"script": ".."}`.
        None => {
            let other = |name: &str| match name {
                "args" | "arguments" => program.is_some(),
                "script" | "code" | "input" => shell,
                _ => false,
            };
            let (name, value) = tool.input.iter().find(|(name, _)| other(name))?;
            (in_snake_case(name), value)
        }
    };
    let Some(mut text) = written(&name, value) else {
        return Some(Ran::Unread("the command it is given is not text"));
    };
    if name != "args"
        && name != "arguments"
        && let Some(arguments) = tool.input.get("args").or_else(|| tool.input.get("arguments"))
    {
        match written("args", arguments) {
            Some(arguments) => text = format!("{text} {arguments}"),
            None => return Some(Ran::Unread("the arguments of the command are not text")),
        }
    }
    if let Some(program) = program
        && text.split_ascii_whitespace().next() != Some(program)
        && !tool.has(&["exec"])
    {
        text = format!("{program} {text}");
    }
    let unread = given.next().is_some()
        || tool.input.keys().any(|given| {
            let given = in_snake_case(given);
            given != name && !BESIDE.contains(&given.as_str())
        });
    match environment(tool) {
        Some(exports) => text = format!("{exports}{text}"),
        None => return Some(Ran::Unread("the variables of the command are not text")),
    }
    run(tool, &text, context);
    if unread {
        return Some(Ran::Unread("an argument beside the command is not known"));
    }
    context.collected.worst().map(Ran::All)
}

/// `git_push {"remote": .., "branch": .., "force": ..}`, as the command it stands for.
fn pushes(tool: &Tool<'_>, context: &mut Context<'_>) -> Ran {
    let mut text = "git".to_owned();
    if let Some(directory) = tool.text(&["repo_path", "path", "repository_path", "cwd"]) {
        text.push_str(&format!(" -C {}", quoted(directory)));
    }
    text.push_str(" push");
    let is_set = |name: &str| {
        tool.input.get(name).is_some_and(|value| *value != Json::Bool(false) && !value.is_null())
    };
    for (name, option) in [
        ("force", " --force"),
        ("force_with_lease", " --force-with-lease"),
        ("forceWithLease", " --force-with-lease"),
        ("tags", " --tags"),
        ("delete", " --delete"),
        ("all", " --all"),
    ] {
        if is_set(name) {
            text.push_str(option);
        }
    }
    for names in [["remote", "remote_name"], ["branch", "branch_name"]] {
        if let Some(value) = tool.text(&names) {
            text.push_str(&format!(" {}", quoted(value)));
        }
    }
    run(tool, &text, context);
    context.collected.worst().map_or(Ran::Nothing, Ran::All)
}

/// Runs a command's text where the arguments say.
pub(super) fn run(tool: &Tool<'_>, text: &str, context: &mut Context<'_>) {
    let kept = context.state.shell.clone();
    if let Some(directory) =
        tool.text(&["cwd", "workdir", "working_directory", "working_dir", "directory", "dir"])
    {
        context.state.shell.directory = context.directory_at(directory, false);
    }
    context.whole = text.to_owned();
    let windows = tool.has(&["powershell", "pwsh"])
        || tool.text(&["shell"]).is_some_and(|shell| shell.contains("powershell") || shell.contains("pwsh"));
    let run = |context: &mut Context<'_>| {
        if windows {
            crate::powershell::run(text, context);
        } else {
            shell::run(text, Place::Within(None), context);
        }
    };
    let pod = tool
        .text(&["pod", "pod_name"])
        .or_else(|| tool.has(&["pod", "pods"]).then(|| tool.text(&["name"])).flatten());
    let host = tool.text(&["host", "hostname"]).filter(|host| !countersign_model::is_this_machine(host));
    match (pod, host) {
        (Some(pod), _) => {
            let place = Resource::Cluster {
                context: tool.text(&["context"]).unwrap_or("*").to_owned(),
                namespace: Some(tool.text(&["namespace"]).unwrap_or("*").to_owned()),
                object: "pod".to_owned(),
                name: pod.to_owned(),
            };
            context.push(Effect::new(verbs::KUBE_EXECUTE, place.clone()));
            context.elsewhere(place, run);
        }
        (None, Some(host)) => {
            let place = Resource::Host { host: host.to_owned(), url: None };
            context.push(Effect::new(verbs::NET_SEND, place.clone()));
            context.elsewhere(place, run);
        }
        (None, None) => run(context),
    }
    context.state.shell = kept;
}

/// The text of a command: a list is its words, of `commands` its lines.
fn written(name: &str, value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Array(list) if name == "commands" => {
            let lines: Option<Vec<&str>> = list.iter().map(Json::as_str).collect();
            Some(lines?.join("\n"))
        }
        Json::Array(list) => {
            let words: Option<Vec<String>> = list.iter().map(|word| word.as_str().map(quoted)).collect();
            Some(words?.join(" "))
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => None,
    }
}

/// The variables set for the command, as the shell would set them.
fn environment(tool: &Tool<'_>) -> Option<String> {
    let Some(given) = tool.input.get("env").or_else(|| tool.input.get("environment")) else {
        return Some(String::new());
    };
    let mut text = String::new();
    for (name, value) in given.as_object()? {
        let is_name = name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
        if !is_name || name.is_empty() {
            return None;
        }
        text.push_str(&format!("export {name}={}; ", quoted(value.as_str()?)));
    }
    Some(text)
}

/// A word as it must be written to stand for itself.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b'=' | b':' | b'@' | b',')
    };
    if !word.is_empty() && word.bytes().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

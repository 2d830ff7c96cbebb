//! Options by which a program is told what to start along the way, though it is no runner: what asks for a password, what
//! goes to another machine, what stands in the place of a tool. Their value is judged as the command that it is.

use countersign_model::Effect;

use crate::code::source;
use crate::context::Context;
use crate::environment;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::Value;

/// What the value of an option is.
#[derive(Clone, Copy)]
enum Is {
    /// A command line.
    Command,
    /// A program; one that an installer put there is what its name says.
    Program,
    /// Options of a virtual machine, which may load an agent.
    Machine,
}

use Is::{Command, Machine, Program};

const BAZEL: &[&str] = &["bazel", "bazelisk"];
const TABLES: &[&str] =
    &["iptables", "ip6tables", "iptables-legacy", "ip6tables-legacy", "ebtables", "arptables"];

/// Programs, their options, and what the value of each is.
const OPTIONS: &[(&[&str], &[&str], Is)] = &[
    (&["terragrunt"], &["--auth-provider-cmd", "--terragrunt-auth-provider-cmd"], Command),
    (&["terragrunt"], &["--tf-path", "--terragrunt-tfpath"], Program),
    (&["restic", "rclone"], &["--password-command"], Command),
    (&["borg"], &["--rsh"], Command),
    (BAZEL, &["--shell_executable", "--server_javabase"], Program),
    (BAZEL, &["--host_jvm_args"], Machine),
    (TABLES, &["--modprobe", "-M"], Program),
    (&["npm"], &["--browser"], Program),
];

/// Properties of a build with MSBuild whose value is a command line or a program.
const PROPERTIES: &[&str] = &[
    "prebuildevent",
    "postbuildevent",
    "runcommand",
    "csctoolpath",
    "csctoolexe",
    "vbctoolpath",
    "fsctoolpath",
    "cppcompilertoolpath",
];

/// Parts of a virtual machine's options that load code.
const AGENTS: &[&str] = &[
    "-agentpath",
    "-agentlib",
    "-javaagent",
    "-Xbootclasspath",
    "-XX:OnError",
    "-XX:OnOutOfMemoryError",
    "@",
];

/// Adds what options have a program start.
pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let own = OPTIONS.iter().filter(|(programs, ..)| programs.contains(&program));
    for (_, names, is) in own {
        for name in *names {
            for value in values(name, invocation) {
                weigh(*is, name, &value, invocation, context);
            }
        }
    }
    if matches!(program, "dotnet" | "msbuild" | "xbuild") {
        properties(invocation, context);
    }
}

/// `dotnet build -p:PostBuildEvent=./x`.
fn properties(invocation: &Invocation, context: &mut Context<'_>) {
    for word in &invocation.words {
        let Some((option, given)) = word.text().split_once([':', '=']) else { continue };
        let is_property = matches!(option.trim_start_matches(['-', '/']), "p" | "property")
            && option.starts_with(['-', '/']);
        for part in given.split(';').filter(|_| is_property) {
            let Some((name, text)) = part.split_once('=') else { continue };
            if PROPERTIES.contains(&name.to_ascii_lowercase().as_str()) && !text.is_empty() {
                let value = if word.value.is_unknown() {
                    word.value.clone()
                } else {
                    Value::Known(text.trim_matches('"').to_owned())
                };
                weigh(Command, name, &value, invocation, context);
            }
        }
    }
}

/// The values that an option is given: in the same word, or the next.
fn values(name: &str, invocation: &Invocation) -> Vec<Value> {
    let words = invocation.words.iter().take_while(|word| word.known() != Some("--"));
    let given = words.enumerate().filter_map(|(index, word)| {
        if word.known() == Some(name) {
            return invocation.words.get(index + 1).map(|word| word.value.clone());
        }
        word.value.strip_prefix(&format!("{name}="))
    });
    given.collect()
}

fn weigh(is: Is, name: &str, value: &Value, invocation: &Invocation, context: &mut Context<'_>) {
    let title = format!("{} {name}", invocation.program);
    match is {
        Command if value.known().is_some_and(environment::is_plain_ssh) => {}
        Command => environment::command(&title, value, context),
        Program if is_installed(value, context) => {}
        Program => environment::command(&title, value, context),
        Machine => {
            let loads = AGENTS.iter().any(|part| value.text().contains(part));
            if loads || value.is_unknown() {
                context.push(Effect::opaque(&title, "options of its virtual machine load other code"));
            }
        }
    }
}

/// Whether a program is found by its name, or where installers put it.
fn is_installed(value: &Value, context: &Context<'_>) -> bool {
    let Some(text) = value.known() else { return false };
    let located = paths::locate(value, context);
    !text.contains('/')
        || environment::is_of_tools(paths::split(&located.path).0, context)
        || source::is_installed(&located, paths::split(&located.path).1, context)
}

#[cfg(test)]
mod tests;

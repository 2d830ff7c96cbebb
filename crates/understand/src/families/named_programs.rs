//! Programs that settings of a project name and that a tool starts along the way: the `app` of `cdk.json`, the build of
//! `wrangler.toml`, hooks of a helmfile.
//!
//! They are the project's own, as what its build runs is: what is not understood of one is taken for that build; what is
//! counts as what it is.

use countersign_model::{Certainty, Effect, Resource, verbs};
use serde_json::Value as Json;

use super::opaque;
use crate::code::source::{self, Source};
use crate::context::Context;
use crate::environment;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::Value;

/// Adds what the settings of a tool have it start in the directory of the command.
pub(super) fn effects(
    files: &[&str],
    commands: fn(&str, &str) -> Vec<String>,
    invocation: &Invocation,
    context: &mut Context<'_>,
) {
    let Ok(directory) = context.state.shell.directory.clone() else { return };
    for file in files {
        let path = paths::normal(&directory, file);
        for text in texts(&path, invocation, context) {
            for command in commands(file, &text) {
                started(&command, paths::split(&path).0, file, context);
            }
        }
    }
}

/// What a file of settings may say by then; that it may say anything is added.
pub(super) fn texts(path: &str, invocation: &Invocation, context: &mut Context<'_>) -> Vec<String> {
    let located = paths::locate(&Value::Known(path.to_owned()), context);
    let (texts, is_known) = match source::of(&located, context) {
        Source::Texts(texts) => (texts, true),
        Source::Perhaps(texts, _) => (texts, false),
        Source::Absent => (Vec::new(), true),
        Source::Foreign | Source::Unknown(_) => (Vec::new(), false),
    };
    if !is_known && context.state.world.written.iter().any(|written| written.touches(&located)) {
        opaque(invocation, "the settings that name what it starts are not known", context);
    }
    texts
}

/// Adds what a command line surely does that a tool starts in a directory.
pub(super) fn started(command: &str, directory: &str, file: &str, context: &mut Context<'_>) {
    if !context.enters() {
        return;
    }
    let before = context.begins_apart();
    let kept = context.state.shell.clone();
    context.state.shell.directory = Ok(directory.to_owned());
    environment::command(file, &Value::Known(command.to_owned()), context);
    context.state.shell = kept;
    context.leaves();
    let found = context.ends_apart(before);
    let by = format!("{file} has it start this");
    let doubt = context.adds_what_is_sure(found, &[verbs::EXEC_READ, verbs::EXEC_BUILD, verbs::FS_READ], &by);
    let build = Effect::new(verbs::EXEC_BUILD, Resource::Program { name: format!("what {file} names") });
    context.push(match doubt {
        Some(why) => build.certain(Certainty::Partial, &format!("what all of it does is not known: {why}")),
        None => build,
    });
}

/// The program of `cdk.json` and what builds it.
pub(super) fn of_cdk(_: &str, text: &str) -> Vec<String> {
    let settings: Json = serde_json::from_str(text).unwrap_or_default();
    let named = ["build", "app"].into_iter().filter_map(|key| settings.get(key)?.as_str());
    named.filter(|app| !app.ends_with(".out")).map(str::to_owned).collect()
}

/// What builds a worker, in each of its environments.
pub(super) fn of_wrangler(file: &str, text: &str) -> Vec<String> {
    if !file.ends_with(".toml") {
        return after_key(text, "command");
    }
    let Ok(settings) = text.parse::<toml::Table>() else { return after_key(text, "command") };
    let environments =
        settings.get("env").and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::values);
    let own = settings.get("build").into_iter();
    let builds = own.chain(environments.filter_map(|environment| environment.get("build")));
    builds.filter_map(|build| build.get("command")?.as_str()).map(str::to_owned).collect()
}

/// The hooks of a helmfile, and what its templates run.
pub(super) fn of_helmfile(_: &str, text: &str) -> Vec<String> {
    let mut found = match countersign_yaml::read(text) {
        Ok(root) => {
            let mut hooks = Vec::new();
            gather(&root, false, &mut hooks);
            hooks
        }
        Err(_) => text
            .lines()
            .filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("command:"))
            .map(|command| command.trim().trim_matches(['"', '\'']).to_owned())
            .collect(),
    };
    for run in text.split("exec \"").skip(1) {
        let end = run.split("}}").next().unwrap_or(run);
        let words: Vec<String> = std::iter::once(end.split('"').next().unwrap_or_default())
            .chain(end.split('"').skip(2).step_by(2))
            .map(crate::tools::quoted)
            .collect();
        found.push(words.join(" "));
    }
    found
}

/// `command` and `args` of what stands below `hooks`.
fn gather(node: &countersign_yaml::Node, is_hook: bool, found: &mut Vec<String>) {
    if let Some(command) = node.get("command").and_then(countersign_yaml::Node::text).filter(|_| is_hook) {
        let arguments = node.get("args").map(countersign_yaml::Node::texts).unwrap_or_default();
        let words: Vec<String> =
            std::iter::once(command).chain(arguments).map(crate::tools::quoted).collect();
        found.push(words.join(" "));
    }
    for item in node.items() {
        gather(item, is_hook, found);
    }
    for (key, inner) in node.entries() {
        gather(inner, is_hook || key == "hooks", found);
    }
}

/// The texts that follow a key between quotes.
fn after_key(text: &str, key: &str) -> Vec<String> {
    let quoted = format!("\"{key}\"");
    let values = text
        .split(&*quoted)
        .skip(1)
        .filter_map(|rest| rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"'));
    values.map(|rest| rest.split('"').next().unwrap_or_default().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check_with;

    const PUSH: &str = "git push origin HEAD:main";

    #[test]
    fn what_settings_have_a_tool_start() {
        let hooks = "releases:\n- name: web\n  hooks:\n  - events: [presync]\n    command: git\n    args: [push, origin, 'HEAD:main']\n";
        for (command, path, text) in [
            ("cdk synth", "cdk.json", format!("{{\"app\": \"{PUSH}\"}}")),
            ("cdk synth", "cdk.json", "{\"app\": \"sh ship.sh\"}".to_owned()),
            ("npx wrangler dev", "wrangler.toml", format!("name = \"x\"\n[build]\ncommand = \"{PUSH}\"\n")),
            ("wrangler dev", "wrangler.jsonc", format!("{{ // x\n\"build\": {{\"command\": \"{PUSH}\"}}}}")),
            ("wrangler deploy --env a", "wrangler.toml", format!("[env.a.build]\ncommand = \"{PUSH}\"\n")),
            ("helmfile --kube-context kind-dev template", "helmfile.yaml", hooks.to_owned()),
            (
                "helmfile template",
                "helmfile.yaml",
                format!("{{{{ if x }}}}\nhooks:\n- command: \"{PUSH}\"\n{{{{ end }}}}\n"),
            ),
            (
                "helmfile template",
                "helmfile.yaml",
                "x: {{ exec \"git\" (list \"push\" \"origin\" \"HEAD:main\") }}\n".to_owned(),
            ),
            ("helmfile -f other.yaml template", "other.yaml", hooks.to_owned()),
        ] {
            let found = check_with(command, &[(&format!("/repo/{path}"), &text), ("/repo/ship.sh", PUSH)]);
            assert!(found.contains("git.push main@origin"), "{command} {path}: {found}");
        }
    }

    #[test]
    fn what_a_program_is_told_of_counts() {
        let found =
            check_with("cdk synth", &[("/repo/cdk.json", r#"{"app": "./app --host db.prod.example"}"#)]);
        assert!(found.contains("told of db.prod.example"), "{found}");
    }

    #[test]
    fn settings_that_name_nothing_of_note() {
        for (command, path, text) in [
            (
                "cdk synth",
                "cdk.json",
                "{\"app\": \"npx ts-node --prefer-ts-exts bin/app.ts\", \"context\": {}}",
            ),
            ("wrangler dev", "wrangler.toml", "name = \"x\"\n[build]\ncommand = \"npm run build\"\n"),
            ("wrangler whoami", "wrangler.toml", "[build]\ncommand = \"git push origin HEAD:main\"\n"),
            ("cdk version", "cdk.json", "{\"app\": \"git push origin HEAD:main\"}"),
            (
                "helmfile --kube-context kind-dev template",
                "helmfile.yaml",
                "releases:\n- name: web\n  command: git push\n",
            ),
        ] {
            let found = check_with(command, &[(&format!("/repo/{path}"), text)]);
            assert!(!found.contains("opaque") && !found.contains("git.push"), "{command}: {found}");
        }
        assert_snapshot!(check_with("cdk synth", &[("/repo/cdk.json", "{\"app\": \"node bin/app.js\"}"), ("/repo/bin/app.js", "require('aws-cdk-lib')")]), @"
        stack.read * of cdk /repo, read
        exec.build what cdk.json names, execute, partial
        exec.build cdk synth, execute
        ");
    }
}

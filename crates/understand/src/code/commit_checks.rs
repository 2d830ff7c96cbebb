//! What runs before a commit by files of the project: hooks of pre-commit, and those of lefthook.

use countersign_model::verbs;
use countersign_yaml::Node;

use crate::context::Context;
use crate::paths;
use crate::word::Value;

use super::{Looked, apart, justfile, look, peek, sure};

/// Files of lefthook, those that win first.
const LEFTHOOK: &[&str] =
    &["lefthook.yml", "lefthook.yaml", ".lefthook.yml", ".lefthook.yaml", ".config/lefthook.yml"];

/// Adds what the hooks of pre-commit do, or one of them.
pub(crate) fn pre_commit(
    file: &str,
    directory: &str,
    only: Option<&str>,
    context: &mut Context<'_>,
) -> Looked {
    let located = paths::locate(&Value::Known(paths::normal(directory, file)), context);
    look(&located, &format!("pre-commit {}", only.unwrap_or_default()), context, &mut |text, context| {
        let node = countersign_yaml::read(text).map_err(|why| format!("its {file} cannot be read: {why}"))?;
        let repositories = node.get("repos").map(Node::items).unwrap_or_default();
        let mut fetched = false;
        let mut result = Ok(());
        for repository in repositories {
            let place = repository.get("repo").and_then(Node::text).unwrap_or_default();
            for hook in repository.get("hooks").map(Node::items).unwrap_or_default() {
                let id = hook.get("id").and_then(Node::text).unwrap_or_default();
                if only.is_some_and(|only| only != id) {
                    continue;
                }
                if place != "local" {
                    fetched = true;
                    continue;
                }
                let language = hook.get("language").and_then(Node::text).unwrap_or_default();
                let entry = hook.get("entry").and_then(Node::text).unwrap_or_default();
                if matches!(language, "fail" | "pygrep") || entry.is_empty() {
                    fetched = true;
                    continue;
                }
                if matches!(language, "docker" | "docker_image") {
                    result = Err(format!("its hook {id} runs in a container"));
                    continue;
                }
                let arguments: Vec<String> = hook
                    .get("args")
                    .map(Node::texts)
                    .unwrap_or_default()
                    .into_iter()
                    .map(|word| format!("'{}'", word.replace('\'', "'\\''")))
                    .collect();
                within(directory, &format!("{entry} {}", arguments.join(" ")), context);
            }
        }
        if fetched {
            context.program(verbs::EXEC_BUILD, "pre-commit");
        }
        result
    })
}

/// Adds what lefthook runs for a hook, or for one of its commands.
pub(crate) fn lefthook(hook: &str, directory: &str, context: &mut Context<'_>) -> Looked {
    sure(context, |context| beside(hook, directory, context))
}

fn beside(hook: &str, directory: &str, context: &mut Context<'_>) -> Looked {
    for file in LEFTHOOK {
        let path = paths::normal(directory, file);
        let located = paths::locate(&Value::Known(path), context);
        let looked = peek(&located, &format!("lefthook {hook}"), context, &mut |text, context| {
            let node =
                countersign_yaml::read(text).map_err(|why| format!("its {file} cannot be read: {why}"))?;
            if node.get("extends").is_some() || node.get("remotes").is_some() || node.get("rc").is_some() {
                return Err("its file takes in another".to_owned());
            }
            let Some(found) = node.get(hook) else { return Ok(()) };
            if found.get("scripts").is_some_and(|scripts| !scripts.entries().is_empty()) {
                return Err("it runs scripts of the project".to_owned());
            }
            let commands =
                found.get("commands").map(Node::entries).unwrap_or_default().iter().map(|(_, node)| node);
            jobs(commands, directory, context)?;
            jobs(found.get("jobs").map(Node::items).unwrap_or_default().iter(), directory, context)
        });
        if !matches!(looked, Looked::Absent) {
            return looked;
        }
    }
    Looked::Absent
}

fn jobs<'n>(
    nodes: impl Iterator<Item = &'n Node>,
    directory: &str,
    context: &mut Context<'_>,
) -> Result<(), String> {
    for node in nodes {
        if node.get("skip").and_then(Node::text) == Some("true") {
            continue;
        }
        if let Some(group) = node.get("group") {
            // Groups hold jobs, which may hold groups.
            if !context.enters() {
                return Err("its jobs hold each other too deep".to_owned());
            }
            let result =
                jobs(group.get("jobs").map(Node::items).unwrap_or_default().iter(), directory, context);
            context.leaves();
            result?;
            continue;
        }
        let root = node.get("root").and_then(Node::text).unwrap_or_default();
        let place = if root.is_empty() { directory.to_owned() } else { paths::normal(directory, root) };
        match node.get("run").and_then(Node::text) {
            Some(text) => within(&place, &files(text), context),
            None => return Err("it runs a script of the project".to_owned()),
        }
    }
    Ok(())
}

/// `{staged_files}` and the like: names that nobody knows.
fn files(text: &str) -> String {
    let mut text = text.to_owned();
    let mut any = false;
    for name in [
        "{staged_files}",
        "{push_files}",
        "{all_files}",
        "{files}",
        "{0}",
        "{1}",
        "{2}",
        "{cmd}",
        "{lefthook_job_name}",
    ] {
        any |= text.contains(name);
        text = text.replace(name, "{{}}");
    }
    if any { justfile::filled(&text) } else { text }
}

fn within(directory: &str, text: &str, context: &mut Context<'_>) {
    let kept = context.state.shell.clone();
    context.state.shell.directory = Ok(directory.to_owned());
    apart(text, context);
    context.state.shell = kept;
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check_with;

    #[test]
    fn hooks_of_pre_commit() {
        let file = [(
            "/repo/.pre-commit-config.yaml",
            "repos:\n- repo: https://forge.example/x/ruff\n  rev: v1\n  hooks:\n  - id: ruff\n- repo: local\n  hooks:\n  - id: ship\n    language: system\n    entry: git push origin\n    args: [main]\n",
        )];
        assert_snapshot!(check_with("pre-commit run --all-files", &file), @"
        git.push main@origin, write
        exec.build pre-commit, execute
        ");
        assert_snapshot!(check_with("pre-commit run ruff", &file), @"exec.build pre-commit, execute");
        assert_snapshot!(check_with("pre-commit install", &file), @"fs.write /repo/.git/hooks/pre-commit, write");
        assert_snapshot!(check_with("pre-commit --version; pre-commit validate-config", &file), @"exec.read pre-commit, read");
        assert_snapshot!(check_with("pre-commit run", &[]), @"exec.opaque pre-commit, execute, opaque");
        assert_snapshot!(check_with("git commit -m x", &[file[0], ("/repo/.git/hooks/pre-commit", "#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\nexec pre-commit hook-impl --config=.pre-commit-config.yaml --hook-type=pre-commit -- \"$@\"\n")]), @"
        git.commit /repo, write
        git.push main@origin, write
        exec.build pre-commit, execute
        ");
    }

    #[test]
    fn hooks_of_lefthook() {
        let file = [(
            "/repo/lefthook.yml",
            "pre-commit:\n  parallel: true\n  commands:\n    lint:\n      run: eslint {staged_files}\n    clean:\n      run: rm -rf dist\npre-push:\n  jobs:\n    - run: git push mirror main\n",
        )];
        assert_snapshot!(check_with("lefthook run pre-commit", &file), @"
        exec.build eslint, execute
        fs.delete /repo/dist, destroy
        ");
        assert_snapshot!(check_with("lefthook run pre-push", &file), @"git.push main@mirror, write, partial");
        assert_snapshot!(check_with("lefthook install; lefthook version", &file), @"
        fs.write /repo/.git/hooks/pre-commit, write
        exec.read lefthook, read
        ");
        assert_snapshot!(check_with("lefthook run pre-commit", &[]), @"exec.opaque lefthook, execute, opaque");
    }
}

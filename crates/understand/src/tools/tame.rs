//! Edits of settings that change nothing which runs by itself: versions of tools and tasks in `mise.toml`, and a plain
//! prompt for the agent.

use countersign_model::{Effect, PathClass, Resource, ToolCall, verbs};
use toml::Table;

use crate::context::Context;
use crate::paths;

/// Files of mise, whose tasks run when somebody asks for them.
const MISE: &[&str] = &["mise.toml", ".mise.toml"];
/// Parts of them that run nothing by themselves.
const ASKED_FOR: &[&str] = &["tools", "tasks", "min_version", "tool_alias"];
/// Folders of the agent's in which prompts are kept.
const PROMPTS: &[&str] = &["/.claude/commands/", "/.claude/skills/", "/.claude/agents/"];
/// What a prompt's head may say that gives the agent more than words.
const GIVES: &[&str] = &["tools", "hooks", "mcpservers", "permission"];

/// Takes the write of a file that was just added for one of ordinary work, where its text is surely that.
pub(super) fn weigh(call: &ToolCall, context: &mut Context<'_>) {
    let Some(Effect { verb, resource: Resource::Path { path, class, .. }, .. }) = context.collected.last()
    else {
        return;
    };
    if *verb != verbs::FS_WRITE || *class != PathClass::ToolConfiguration {
        return;
    }
    let name = paths::split(path).1;
    let why = if MISE.contains(&name) && only_asked_for(path, call, context) {
        "it changes versions of tools, or tasks"
    } else if PROMPTS.iter().any(|folder| path.contains(folder)) && name.ends_with(".md") && is_prompt(call) {
        "it is a prompt that gives the agent nothing but words"
    } else {
        return;
    };
    context.collected.amend_last(|effect| {
        if let Resource::Path { class, .. } = &mut effect.resource {
            *class = PathClass::Ordinary;
        }
        effect.because.get_or_insert_with(|| why.to_owned());
    });
}

/// Whether only parts of mise's settings differ that run nothing by themselves.
fn only_asked_for(path: &str, call: &ToolCall, context: &Context<'_>) -> bool {
    let before = context.file(path).ok().flatten();
    let rest = |text: &str| {
        let mut table: Table = text.parse().ok()?;
        table.retain(|key, _| !ASKED_FOR.contains(&key));
        Some(table)
    };
    match (call.text("content"), call.text("old_string"), call.text("new_string"), before) {
        (Some(content), None, None, before) => {
            let before = before.unwrap_or_default();
            rest(content).is_some_and(|after| Some(after) == rest(&before))
                && changes_versions(&before, content)
        }
        (None, Some(old), Some(new), Some(before)) if before.contains(old) && !old.is_empty() => {
            let all = call.input.get("replace_all").and_then(serde_json::Value::as_bool) == Some(true);
            let after = if all { before.replace(old, new) } else { before.replacen(old, new, 1) };
            rest(&after).is_some_and(|after| Some(after) == rest(&before))
                && changes_versions(&before, &after)
        }
        // Nobody has the file at hand: only versions are surely what they look like.
        (None, Some(old), Some(new), None) => only_versions(old) && only_versions(new),
        _ => false,
    }
}

/// Whether the tools that differ are named with a plain version: others may have code run, or bring programs of their own.
fn changes_versions(before: &str, after: &str) -> bool {
    let tools = |text: &str| text.parse::<Table>().map(|table| table.get("tools").cloned()).ok();
    let (Some(before), Some(after)) = (tools(before), tools(after)) else { return false };
    let Some(after) = after else { return true };
    let known = |name: &str| before.as_ref().and_then(|tools| tools.get(name));
    after.as_table().is_some_and(|tools| {
        tools.iter().all(|(name, tool)| known(name) == Some(tool) || tool.as_str().is_some_and(is_version))
    })
}

/// `1.22`, `latest`
fn is_version(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_digit()) || matches!(text, "latest" | "lts")
}

/// Whether each line is a name with a version, a comment or the head of the list of tools.
fn only_versions(text: &str) -> bool {
    const RUN: &[&str] = &["enter", "leave", "cd", "preinstall", "postinstall", "run", "file", "source"];
    let quoted = |value: &str| {
        let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        inner.is_some_and(is_version)
    };
    text.lines().map(str::trim).all(|line| {
        line.is_empty()
            || line.starts_with('#')
            || line == "[tools]"
            || line.split_once('=').is_some_and(|(key, value)| {
                !RUN.contains(&key.trim()) && quoted(value.split(" #").next().unwrap_or(value).trim())
            })
    })
}

/// Whether the whole text is known, and its head and body hold nothing but words.
fn is_prompt(call: &ToolCall) -> bool {
    let Some(content) = call.text("content") else { return false };
    let lower = content.to_ascii_lowercase();
    let head = lower.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}');
    let head =
        head.strip_prefix("---").map(|rest| rest.split("\n---").next().unwrap_or(rest)).unwrap_or_default();
    // An escape could spell any of them.
    !head.contains('\\')
        && !GIVES.iter().any(|part| head.contains(part))
        && !lower.contains("!`")
        && !lower.contains("```!")
}

#[cfg(test)]
mod tests {
    use countersign_model::{PathClass, Resource};
    use serde_json::{Value, json};

    use crate::fixture::{Fixture, call, surroundings};
    use crate::understand;

    const MISE: (&str, &str) = (
        "/repo/mise.toml",
        "[tools]\ngo = \"1.22\"\n\n[env]\nA = \"1\"\n\n[tasks.lint]\nrun = \"golangci-lint run\"\n",
    );

    fn is_ordinary(tool: &str, input: Value, files: &[(&str, &str)]) -> bool {
        let found = understand(&call(tool, input), &surroundings(), &Fixture(files)).effects;
        let is_plain =
            |resource: &Resource| matches!(resource, Resource::Path { class: PathClass::Ordinary, .. });
        found.iter().all(|effect| is_plain(&effect.resource))
    }

    #[test]
    fn versions_and_tasks() {
        let edit = |old: &str, new: &str| json!({"file_path": "/repo/mise.toml", "old_string": old, "new_string": new});
        for (old, new) in [
            ("go = \"1.22\"", "go = \"1.23\""),
            ("run = \"golangci-lint run\"", "run = \"golangci-lint run --fix\""),
            ("[env]", "[tasks.test]\nrun = \"go test ./...\"\n\n[env]"),
        ] {
            assert!(is_ordinary("Edit", edit(old, new), &[MISE]), "{new}");
        }
        assert!(is_ordinary("Edit", edit("go = \"1.22\"", "go = \"1.23\"\nnode = \"lts\""), &[]));
        for (old, new) in [
            ("A = \"1\"", "A = \"2\""),
            ("[env]", "[hooks]\nenter = \"./x\"\n[env]"),
            ("[env]", "[env]\n_.source = \"./x\""),
            ("go = \"1.22\"", "go = { version = \"1\", postinstall = \"./x\" }"),
            ("go = \"1.22\"", "go = [{ version = \"1\", postinstall = \"./x\" }]"),
            ("go = \"1.22\"", "go = \"path:./evil\""),
            ("go = \"1.22\"", "= broken"),
            ("not there", "x = 1"),
        ] {
            assert!(!is_ordinary("Edit", edit(old, new), &[MISE]), "{new}");
        }
        for (old, new) in
            [("a = \"1\"", "enter = \"1\""), ("go = \"1\"", "go = \"./x\""), ("run = \"1\"", "run = \"2\"")]
        {
            assert!(!is_ordinary("Edit", edit(old, new), &[]), "{new}");
        }
    }

    #[test]
    fn prompts_of_words() {
        let write = |name: &str, content: &str| json!({"file_path": format!("/repo/.claude/{name}"), "content": content});
        assert!(is_ordinary(
            "Write",
            write("commands/review.md", "---\ndescription: Review\n---\nReview the change.\n"),
            &[]
        ));
        assert!(is_ordinary("Write", write("skills/a/SKILL.md", "Read the tests first.\n"), &[]));
        for (name, content) in [
            ("commands/a.md", "---\nallowed-tools: Bash(*)\n---\nx"),
            ("commands/a.md", "---\n{description: x, allowed-tools: Bash(*)}\n---\nx"),
            ("commands/a.md", "\u{feff}---\n\"allowed\\x2dtools\": Bash(*)\n---\nx"),
            ("commands/a.md", "Status: !`git push`"),
            ("skills/a/run.sh", "git push"),
            ("settings.json", "{}"),
        ] {
            assert!(!is_ordinary("Write", write(name, content), &[]), "{name} {content}");
        }
        assert!(!is_ordinary(
            "Edit",
            json!({"file_path": "/repo/.claude/commands/a.md", "old_string": "a", "new_string": "b"}),
            &[]
        ));
    }
}

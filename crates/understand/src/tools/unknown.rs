//! Tools that nobody knows: what they are given is looked at all the same. One whose name differs from a known one's in
//! capitals only is most likely that one, and a command among the arguments is most likely run.

use countersign_model::{Declared, ToolCall};
use serde_json::Value as Json;

use super::mcp::{COMMANDS, in_snake_case};
use super::{Does, TOOLS, does_so, words};
use crate::context::Context;
use crate::families::declared;
use crate::shell::{self, Place};
use crate::sought;

/// Arguments that hold a text for a shell, besides those that are called commands.
const SCRIPTS: &[&str] = &["bash", "script", "shell_script", "sh", "shell", "code"];
/// Texts of one call that are looked into.
const MOST: usize = 32;

/// Adds what a call of such a tool may do, and what the policy says of it where it does.
pub(super) fn effects(call: &ToolCall, described: Option<&Declared>, context: &mut Context<'_>) {
    let similar =
        TOOLS.iter().find(|(name, _, _)| name.eq_ignore_ascii_case(&call.tool)).map(|(_, does, _)| does);
    // Whatever it is called, it runs what a shell would; of all others only the worse is believed.
    let runs = match similar {
        Some(Does::Shell(argument) | Does::Program(argument) | Does::PowerShell(argument)) => {
            call.input.contains_key(*argument)
        }
        _ => false,
    };
    let said = described.and_then(|described| {
        let (server, name) = call.tool.split_once("__").unzip();
        declared::says(described, server, name.unwrap_or(&call.tool), &call.input, context)
    });
    if let Some(effect) = said {
        context.push(effect);
    }
    // What is called like a tool that is understood is known, whatever else is said of it.
    if !runs && (described.is_none() || similar.is_some()) {
        context.opaque(&call.tool, "nobody knows what this tool does");
    }
    let is_said = |does: &&Does| {
        runs || matches!(
            does,
            Does::Writes(_) | Does::Patches(_) | Does::Reads(_) | Does::Fetches(_) | Does::Types(_)
        )
    };
    if let Some(does) = similar.filter(is_said) {
        does_so(does, call, context);
    }
    if !runs {
        commands(&call.input, context);
    }
    crate::families::mentions(&Json::Object(call.input.clone()).to_string(), context);
}

/// Adds what the commands among the arguments do, one in another as well.
pub(super) fn commands(input: &serde_json::Map<String, Json>, context: &mut Context<'_>) {
    let mut waiting: Vec<(String, &Json)> =
        input.iter().map(|(name, value)| (in_snake_case(name), value)).collect();
    let mut looked = 0;
    while let Some((name, value)) = waiting.pop() {
        if looked >= MOST {
            context.gives_up("the call has too many arguments");
            return;
        }
        looked += 1;
        let is_command = COMMANDS.contains(&name.as_str()) || SCRIPTS.contains(&name.as_str());
        match value {
            Json::String(_) | Json::Array(_) if is_command => run(&texts(value), context),
            Json::Object(inner) => {
                waiting.extend(inner.iter().map(|(name, value)| (in_snake_case(name), value)))
            }
            Json::Array(list) => waiting
                .extend(list.iter().filter(|value| value.is_object()).map(|value| (name.clone(), value))),
            Json::String(_) | Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }
}

/// The commands that an argument holds: a text, the words of one command, or several of these. Of a list whose first
/// item could be a command by itself both are believed.
pub(super) fn texts(value: &Json) -> Vec<String> {
    let Json::Array(list) = value else {
        return words(value).filter(|text| !text.is_empty()).into_iter().collect();
    };
    let mut texts: Vec<String> = words(value).into_iter().collect();
    if list
        .first()
        .and_then(Json::as_str)
        .is_some_and(|first| first.trim().contains([' ', '\n', ';', '|', '&']))
    {
        texts.extend(list.iter().take(MOST).filter_map(Json::as_str).map(str::to_owned));
    }
    // What is past the cap is one text, which the shell's own caps hold.
    let rest: Vec<&str> = list.iter().skip(MOST).filter_map(Json::as_str).collect();
    texts.extend((!rest.is_empty()).then(|| rest.join("\n")));
    // `["pwd", "git push"]` may be two commands as well.
    for (index, text) in list
        .iter()
        .enumerate()
        .take(MOST)
        .filter_map(|(index, item)| item.as_str().map(|text| (index, text)))
        .skip(1)
    {
        let before =
            index.checked_sub(1).and_then(|at| list.get(at)).and_then(Json::as_str).unwrap_or_default();
        let name = text.split_ascii_whitespace().next().unwrap_or_default();
        if name.len() < text.trim().len()
            && crate::families::is_understood(name)
            && !sought::introduces_prose(before)
            && !matches!(before, "-c" | "-lc" | "-ic")
        {
            texts.push(text.to_owned());
        }
    }
    texts.extend(list.iter().take(MOST).filter(|item| item.is_array()).filter_map(words));
    texts
}

/// Runs commands in the directory of the call.
pub(super) fn run(texts: &[String], context: &mut Context<'_>) {
    for text in texts {
        context.whole.clone_from(text);
        if let [_] = texts {
            shell::run(text, Place::From(0), context);
        } else {
            shell::run_apart(text, Place::Within(None), context);
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use serde_json::json;

    use crate::fixture::check_tool;

    #[test]
    fn names_in_other_letters() {
        for tool in ["bash", "BASH", "Shell", "Run_Shell_Command"] {
            let found = check_tool(tool, json!({"command": "git push origin main"}));
            assert_eq!(found, "git.push main@origin, write", "{tool}");
        }
        assert_snapshot!(check_tool("bash", json!({"command": "ls"})), @"fs.read /repo, read");
        assert_snapshot!(check_tool("bash", json!({"cmd": "git push origin main"})), @"
        exec.opaque bash, execute, opaque
        git.push main@origin, write
        ");
        assert_snapshot!(check_tool("bash", json!({})), @"exec.opaque bash, execute, opaque");
        assert_snapshot!(check_tool("write", json!({"file_path": "/repo/.git/hooks/pre-push"})), @"
        exec.opaque write, execute, opaque
        fs.write /repo/.git/hooks/pre-push, write
        ");
        assert_snapshot!(check_tool("todowrite", json!({"todos": ["git push origin main"]})), @"exec.opaque todowrite, execute, opaque");
    }

    #[test]
    fn commands_in_lists() {
        assert_snapshot!(check_tool("Bash", json!({"command": ["git", "push", "origin", "main"]})), @"git.push main@origin, write");
        assert_snapshot!(check_tool("Bash", json!({"command": ["bash", "-lc", "git push origin main"]})), @"git.push main@origin, write");
        assert_snapshot!(check_tool("Bash", json!({"command": ["ls -l", "git push origin main"]})), @"
        exec.opaque ls -l, execute, opaque
        git.push main@origin, write
        fs.read /repo, read
        ");
        assert_snapshot!(check_tool("Bash", json!({"command": ["git", "commit", "-m", "git push; rm -rf /"]})), @"git.commit /repo, write");
        assert_snapshot!(check_tool("Bash", json!({"command": [["git", "push", "origin", "main"]]})), @"git.push main@origin, write");
        assert_snapshot!(check_tool("Bash", json!({"command": []})), @"exec.opaque Bash, execute, opaque");
        assert_snapshot!(check_tool("Bash", json!({"command": 7})), @"exec.opaque Bash, execute, opaque");
        assert_snapshot!(check_tool("Bash", json!({"command": ["git", 1]})), @"exec.opaque Bash, execute, opaque");
    }

    #[test]
    fn commands_of_tools_that_nobody_knows() {
        assert_snapshot!(check_tool("terminal", json!({"command": "git push origin main"})), @"
        exec.opaque terminal, execute, opaque
        git.push main@origin, write
        ");
        assert_snapshot!(check_tool("terminal", json!({"action": {"commandLine": ["git", "push", "origin", "main"]}})), @"
        exec.opaque terminal, execute, opaque
        git.push main@origin, write
        ");
        assert_snapshot!(check_tool("batch", json!({"calls": [{"tool": "bash", "command": "git push origin main"}]})), @"
        exec.opaque batch, execute, opaque
        git.push main@origin, write
        ");
        assert_snapshot!(check_tool("note", json!({"text": "git push origin main"})), @"exec.opaque note, execute, opaque");
    }
}

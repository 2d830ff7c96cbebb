//! Tools of git servers that stand for one command of git, such as those of the reference server:
//! <https://github.com/modelcontextprotocol/servers/tree/main/src/git>.

use serde_json::{Map, Value as Json};

use crate::context::Context;
use crate::shell::{self, Place};

/// Adds what the command does that a tool stands for; false, and nothing, where it is none that is known.
pub(super) fn effects(
    server: &str,
    tool: &str,
    input: &Map<String, Json>,
    context: &mut Context<'_>,
) -> bool {
    if !server.split(['-', '_']).any(|word| word == "git") {
        return false;
    }
    let Some(command) = tool.strip_prefix("git_").and_then(|tool| command(tool, input)) else { return false };
    let directory = match input.get("repo_path").map(Json::as_str) {
        Some(Some(path)) => vec!["-C".to_owned(), path.to_owned()],
        Some(None) => return false,
        None => Vec::new(),
    };
    let words =
        directory.into_iter().chain(command).map(|word| format!(" '{}'", word.replace('\'', r"'\''")));
    shell::run(&format!("git{}", words.collect::<String>()), Place::Within(None), context);
    true
}

/// The words after `git`; none where an argument is not one that the tool has.
fn command(tool: &str, input: &Map<String, Json>) -> Option<Vec<String>> {
    let known: &[&str] = match tool {
        "status" | "diff_unstaged" | "diff_staged" | "log" | "branch" => {
            &["context_lines", "max_count", "branch_type"]
        }
        "diff" => &["target", "context_lines"],
        "show" => &["revision"],
        "add" => &["files"],
        "commit" => &["message"],
        "checkout" => &["branch_name"],
        "create_branch" => &["branch_name", "base_branch"],
        _ => return None,
    };
    if input.keys().any(|key| key != "repo_path" && !known.contains(&key.as_str())) {
        return None;
    }
    let text = |key: &str| input.get(key).and_then(Json::as_str).map(str::to_owned);
    // A name that is an option would be one of git.
    let name = |key: &str| text(key).filter(|text| !text.starts_with('-'));
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    Some(match tool {
        "diff_unstaged" => words(&["diff"]),
        "diff_staged" => words(&["diff", "--cached"]),
        "diff" => vec!["diff".to_owned(), name("target")?],
        "show" => vec!["show".to_owned(), name("revision")?],
        "add" => {
            let files = input.get("files")?.as_array()?.iter().map(|file| file.as_str().map(str::to_owned));
            words(&["add", "--"]).into_iter().chain(files.collect::<Option<Vec<_>>>()?).collect()
        }
        "commit" => words(&["commit", "-m"]).into_iter().chain(text("message")).collect(),
        "checkout" => vec!["checkout".to_owned(), name("branch_name")?],
        "create_branch" => {
            let mut made = vec!["branch".to_owned(), name("branch_name")?];
            if input.get("base_branch").is_some_and(|base| !base.is_null()) {
                made.push(name("base_branch")?);
            }
            made
        }
        tool => words(&[tool]),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use crate::fixture::{check, check_tool};

    #[test]
    fn tools_are_commands() {
        for (tool, input, command) in [
            ("git_status", json!({}), "git status"),
            (
                "git_add",
                json!({"files": ["a b.rs", ".github/workflows/x.yml"]}),
                "git add 'a b.rs' .github/workflows/x.yml",
            ),
            ("git_commit", json!({"message": "it's $(x)"}), "git commit -m x"),
            ("git_checkout", json!({"branch_name": "main"}), "git checkout main"),
            ("git_create_branch", json!({"branch_name": "x", "base_branch": "main"}), "git branch x main"),
            ("git_diff", json!({"target": "main"}), "git diff main"),
        ] {
            let mut input: Json = input;
            input["repo_path"] = json!("/repo");
            let found = check_tool(&format!("mcp__git__{tool}"), input);
            assert_eq!(found, check(command), "{tool}");
        }
    }

    #[test]
    fn others_are_tools() {
        for (tool, input) in [
            ("git_push", json!({"repo_path": "/repo"})),
            ("git_checkout", json!({"repo_path": "/repo", "branch_name": "-f"})),
            ("git_commit", json!({"repo_path": "/repo", "message": "x", "push": true})),
            ("git_add", json!({"repo_path": 3, "files": []})),
        ] {
            let found = check_tool(&format!("mcp__git__{tool}"), input);
            assert!(found.contains("mcp."), "{tool}: {found}");
        }
    }
}

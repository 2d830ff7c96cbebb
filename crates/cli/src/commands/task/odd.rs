//! What of a task's scope is right and yet probably not meant: it would put outside what nobody thought of.

use std::path::Path;

use countersign_model::TaskScope;
use countersign_policy::first_exception;

/// Everything odd about a scope of a working tree, a sentence each.
pub fn odd(scope: &TaskScope, root: &Path) -> Vec<String> {
    let lists = [
        ("--scope", &scope.paths),
        ("--repository", &scope.repositories),
        ("--branch", &scope.branches),
        ("--host", &scope.hosts),
        ("--tool", &scope.tools),
    ];
    let mut odd = Vec::new();
    for (option, patterns) in lists {
        if !patterns.is_empty() && patterns.iter().all(|pattern| pattern.starts_with('!')) {
            odd.push(format!(
                "{option} has exceptions alone, so that everything is outside of the task: put '**' before them"
            ));
        }
        if let Some(first) = first_exception(patterns) {
            odd.push(format!(
                "{option} `{first}` comes before what it is an exception of, and excepts nothing: put it behind"
            ));
        }
        odd.extend(patterns.iter().filter_map(|pattern| as_it_is_called(option, pattern)));
    }
    let missing = missing(&scope.paths, root).into_iter();
    odd.extend(missing.map(|path| format!("there is no `{path}` here yet")));
    odd
}

/// What the patterns of a scope name and the working tree has not: each pattern's beginning without wildcards.
fn missing(paths: &[String], root: &Path) -> Vec<String> {
    let literal = |pattern: &String| {
        let parts = pattern.split('/').take_while(|part| !part.contains(['*', '?']));
        parts.collect::<Vec<_>>().join("/")
    };
    let wanted = paths.iter().filter(|path| !path.starts_with('!')).map(literal);
    wanted.filter(|path| !path.is_empty() && !root.join(path).exists()).collect()
}

/// Why a pattern is not how such things are called here, and how they are.
fn as_it_is_called(option: &str, written: &str) -> Option<String> {
    let (sign, pattern) = written.strip_prefix('!').map_or(("", written), |pattern| ("!", pattern));
    match option {
        "--branch" => {
            let short = pattern.strip_prefix("refs/heads/")?;
            Some(format!(
                "no branch is called `{written}`: branches go by their short names, `{sign}{short}`"
            ))
        }
        "--tool" => {
            let tool = pattern.strip_prefix("mcp__")?.replacen("__", "/", 1);
            Some(format!("no tool is called `{written}`: tools go by `server/tool`, `{sign}{tool}`"))
        }
        "--host" => {
            let (host, _) =
                pattern.split_once(':').filter(|(host, port)| !host.is_empty() && !port.contains(':'))?;
            Some(format!("ports do not count: `{written}` is `{sign}{host}`, whatever the port"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn what_a_scope_would_put_outside_unawares_is_told() {
        let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let scope = TaskScope {
            paths: list(&["!src/web"]),
            branches: list(&["refs/heads/x", "!main"]),
            hosts: list(&["a.example:443", "::1", "*.b.example"]),
            tools: list(&["mcp__github__get_file", "!mcp__evil"]),
            ..TaskScope::default()
        };
        assert_snapshot!(odd(&scope, Path::new("/")).join("\n"), @"
        --scope has exceptions alone, so that everything is outside of the task: put '**' before them
        no branch is called `refs/heads/x`: branches go by their short names, `x`
        ports do not count: `a.example:443` is `a.example`, whatever the port
        no tool is called `mcp__github__get_file`: tools go by `server/tool`, `github/get_file`
        no tool is called `!mcp__evil`: tools go by `server/tool`, `!evil`
        ");
        let scope = TaskScope { paths: list(&["!src/keys", "src/**"]), ..TaskScope::default() };
        assert_snapshot!(odd(&scope, Path::new("/")).join("\n"), @"
        --scope `!src/keys` comes before what it is an exception of, and excepts nothing: put it behind
        there is no `src` here yet
        ");
        let scope = TaskScope {
            paths: list(&["**", "!src/web"]),
            branches: list(&["feature/*"]),
            ..TaskScope::default()
        };
        assert_eq!(odd(&scope, Path::new("/")), [""; 0]);
    }

    #[test]
    fn what_a_scope_names_and_is_not_there_is_told() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("src/billing")).unwrap();
        let patterns =
            ["src/billing/**", "src/biling/**", "!docs", "**/*.md", "src/bill*", "web"].map(String::from);
        assert_eq!(missing(&patterns, folder.path()), ["src/biling", "web"]);
    }
}

//! Scripts that a test runner is given by name: it runs what stands in them, tests or not.

use countersign_model::{Answer, Effect, Question, Resource, verbs};

use crate::Workspace as _;
use crate::context::Context;
use crate::families;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::Word;

/// Files of one runner that are looked at.
const MOST: usize = 8;

/// The interpreters of files, by how their names end.
const ENDINGS: &[(&str, &str)] =
    &[(".py", "python3"), (".js", "node"), (".mjs", "node"), (".cjs", "node"), (".ts", "node"), (".rb", "ruby"), (".php", "php")];

/// Adds what the scripts do that are no tests by their names.
pub(in crate::families) fn tested(invocation: &Invocation, context: &mut Context<'_>) {
    emptied(invocation, context);
    let named = invocation.words.iter().filter_map(|word| {
        let text = word.known().filter(|text| !text.starts_with('-'))?;
        let name = text.rsplit('/').next()?.to_ascii_lowercase();
        let (_, program) = ENDINGS.iter().find(|(ending, _)| name.ends_with(ending))?;
        let is_test = ["test", "spec", "conftest", "config", "setup"].iter().any(|part| name.contains(part));
        (!is_test).then_some((word, *program))
    });
    for (word, program) in named.take(MOST).collect::<Vec<_>>() {
        let located = paths::locate(&word.value, context);
        let is_there = located.why.is_none()
            && matches!(context.workspace.ask(&Question::Path { path: located.path.clone() }), Answer::Text { .. });
        if is_there {
            families::run_file(&located, Some(program), &[], invocation, context);
        }
    }
}

/// Adds the directory that a runner of tests empties before it puts its own files there, and where else its options put
/// what it found.
fn emptied(invocation: &Invocation, context: &mut Context<'_>) {
    let words = &invocation.words;
    let attached = words.iter().find_map(|word| word.value.strip_prefix("--basetemp="));
    let behind = || words.iter().position(|word| word.text() == "--basetemp").and_then(|at| words.get(at + 1)).map(|word| word.value.clone());
    if let Some(value) = attached.or_else(behind) {
        context.delete(&Word::made(value));
    }
    for value in words.iter().filter_map(|word| word.value.strip_prefix("--debug=")) {
        context.write_value(&value);
    }
    if words.iter().any(|word| word.text().starts_with("--pastebin")) {
        let resource = Resource::Host { host: "bpaste.net".to_owned(), url: None };
        context.push(Effect::new(verbs::NET_UPLOAD, resource).because("it sends what the tests print to a site for anyone to read"));
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check_with;

    #[test]
    fn a_directory_that_is_emptied() {
        for command in ["pytest --basetemp=src", "python -m pytest --basetemp src tests"] {
            assert!(check_with(command, &[]).contains("fs.delete /repo/src"), "{command}: {}", check_with(command, &[]));
        }
    }

    #[test]
    fn where_a_runner_puts_what_it_found() {
        assert!(check_with("pytest --debug=.git/hooks/pre-push", &[]).contains("fs.write /repo/.git/hooks/pre-push"));
        assert!(check_with("pytest --pastebin=all", &[]).contains("net.upload bpaste.net"));
    }

    #[test]
    fn a_script_is_no_test_for_being_given_to_a_runner() {
        let files = [("/repo/scripts/clean.py", "import os\nos.system('git push origin main')\n"), ("/repo/tests/test_a.py", "import os\nos.system('git push origin main')\n")];
        for command in ["pytest scripts/clean.py", "python -m pytest -q scripts/clean.py"] {
            let found = check_with(command, &files);
            assert!(found.contains("git.push main@origin"), "{command}: {found}");
        }
        for command in ["pytest tests/test_a.py", "pytest scripts/gone.py", "pytest scripts"] {
            let found = check_with(command, &files);
            assert!(!found.contains("git.push"), "{command}: {found}");
        }
    }
}

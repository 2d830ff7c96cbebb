//! Commands that a builder or a test runner is given beside what it builds: a hook, a wrapper, a command to report with.
//!
//! What the project's own files execute is not looked into where something is built; what stands on the command line is.

use super::{dispatch, opaque};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::shell::{self, Place};
use crate::sought;
use crate::word::Word;

/// Words that are looked at.
const MOST: usize = 256;

/// Options whose value is a pattern of names: tests called `git push` push nothing.
const NAMES: &[&str] = &[
    "-k",
    "-t",
    "-g",
    "-G",
    "-R",
    "-run",
    "--run",
    "-m",
    "-n",
    "-E",
    "--grep",
    "--filter",
    "--name",
    "--testNamePattern",
    "--test-name-pattern",
    "--tests-regex",
    "--testPathPattern",
    "--gtest_filter",
    "--tests",
    "--tag",
    "--tags",
    "--fgrep",
    "--title",
    "--description",
    "--example",
];

/// Adds what commands among the words of a builder do.
pub(super) fn commands(invocation: &Invocation, context: &mut Context<'_>) {
    if invocation.words.len() > MOST
        && invocation.words.iter().skip(MOST).any(|word| word.text() == "--" || word.text().contains(' '))
    {
        opaque(invocation, "it is given more words than are looked at", context);
        // What stands in all of them is looked for as in any text.
        super::sought_in_arguments(invocation, context);
    }
    let mut is_name = false;
    for (index, word) in invocation.words.iter().enumerate().take(MOST) {
        let text = word.text();
        let skipped =
            std::mem::replace(&mut is_name, NAMES.contains(&text) || sought::introduces_prose(text));
        let option = text.split(['=', ':']).next().unwrap_or(text);
        if skipped
            || word.known().is_none()
            || option.len() < text.len() && (NAMES.contains(&option) || sought::introduces_prose(option))
        {
            continue;
        }
        if text == "--" {
            started(index + 1, invocation, context);
            return;
        }
        let whole = Some(text).filter(|text| !text.starts_with('-'));
        let values = [
            whole,
            text.split_once('=').map(|(_, value)| value),
            text.split_once(':').map(|(_, value)| value),
        ];
        if let Some(value) = values.into_iter().flatten().find(|value| is_command(value)) {
            shell::run_apart(value, Place::Within(context.here), context);
        }
    }
}

/// `-- git push`: a program that is known, and what it is given.
fn started(at: usize, invocation: &Invocation, context: &mut Context<'_>) {
    let is_several = invocation.words.len() > at + 1;
    let name = invocation.words.get(at).and_then(Word::known).unwrap_or_default();
    if is_several
        && acts(name)
        && let Some(nested) = invocation.nested(at)
    {
        dispatch(nested, context);
    }
}

/// Whether a text is a command of a program that is known: several words, and the first is its name.
fn is_command(text: &str) -> bool {
    let mut words = text.split_ascii_whitespace();
    let name = words.next().unwrap_or_default();
    words.next().is_some() && acts(name)
}

/// Whether it is a program that does more than to print; common words are names of some.
fn acts(name: &str) -> bool {
    let name = name.strip_prefix("/usr/bin/").or_else(|| name.strip_prefix("/bin/")).unwrap_or(name);
    super::is_understood(name) && !super::is_builtin(name) && !sought::shows(name) && !COMMON.contains(&name)
}

/// Programs whose names are words of titles: `make sure it works`.
const COMMON: &[&str] = &[
    "cat", "grep", "ls", "make", "find", "sort", "time", "date", "file", "task", "watch", "install", "split",
    "join", "cut", "test", "look", "which", "who", "at", "go", "just", "more", "less", "head", "tail",
    "link", "tree", "wait", "start", "open",
];

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn commands_that_a_builder_is_given() {
        for command in [
            "gotestsum --raw-command -- git push origin HEAD:main",
            "gotestsum --post-run-command 'git push origin HEAD:main'",
            "rollup --watch.onEnd='git push origin HEAD:main' -w",
            "meson test --wrapper 'git push origin HEAD:main'",
            "dotnet build -p:PreBuildEvent='git push origin HEAD:main'",
            "cargo test -- git push origin HEAD:main",
            "webpack --hook 'git push origin HEAD:main'",
            "vitest --reporter-command 'sh -c \"git push origin HEAD:main\"'",
        ] {
            let found = check(command);
            assert!(found.contains("git.push main@origin"), "{command}: {found}");
        }
        for command in [
            "pytest -k 'git push'",
            "jest -t 'terraform destroy removes all'",
            "npx jest --testNamePattern='git push works'",
            "cargo test git",
            "go test -run 'git push' ./...",
            "tsc --noEmit",
            "mocha --grep 'rm -rf'",
            "vitest 'make sure it works'",
        ] {
            let found = check(command);
            assert!(
                !found.contains("push") && !found.contains("destroy") && !found.contains("delete"),
                "{command}: {found}"
            );
        }
    }
}

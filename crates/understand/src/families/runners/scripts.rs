//! Runners of several commands or scripts of a package at once: `concurrently`, `npm-run-all`, `run-s`, `run-p`,
//! `lint-staged`.

use countersign_model::verbs;

use crate::code::{Looked, packages};
use crate::context::Context;
use crate::families::opaque;
use crate::glob;
use crate::invocation::Invocation;
use crate::word::{Value, Word};

/// Options of `concurrently` that take the next word.
const CONCURRENTLY: &[&str] = &[
    "-m", "--max-processes", "-n", "--names", "--name-separator", "-s", "--success", "-c", "--prefix-colors", "-p", "--prefix", "-l", "--prefix-length", "-t", "--timestamp-format", "--kill-signal", "--default-input-target",
    "--restart-tries", "--restart-after", "--hide", "--teardown",
];
/// Options of `npm-run-all` that take the next word.
const SEVERAL: &[&str] = &["--max-parallel", "--npm-path"];

fn asks(invocation: &Invocation, context: &mut Context<'_>) -> bool {
    let all = !invocation.words.is_empty() && invocation.words.iter().all(|word| matches!(word.text(), "--help" | "-h" | "--version" | "-v"));
    if all {
        context.program(verbs::EXEC_READ, &invocation.program);
    }
    all
}

/// A word's text, where it is known. What looks like a pattern for files is one for scripts' names.
fn said(word: &Word) -> Option<&str> {
    match &word.value {
        Value::Known(text) | Value::Pattern(text) => Some(text),
        Value::Unknown { .. } => None,
    }
}

/// Each operand is a command, or a script where it begins with `npm:`.
pub(super) fn concurrently(invocation: &Invocation, context: &mut Context<'_>) {
    if asks(invocation, context) {
        return;
    }
    let mut words = invocation.words.iter();
    while let Some(word) = words.next() {
        let text = word.text();
        if text == "--teardown" {
            if let Some(word) = words.next() {
                super::text(&word.value, invocation, context);
            }
        } else if CONCURRENTLY.contains(&text) {
            words.next();
        } else if text == "--" || text.starts_with('-') && !word.value.is_unknown() {
            if let Some(value) = word.value.strip_prefix("--teardown=") {
                super::text(&value, invocation, context);
            }
        } else if let Some((_, name)) = text.split_once(':').filter(|(runner, _)| matches!(*runner, "npm" | "yarn" | "pnpm" | "bun" | "node") && said(word).is_some()) {
            let (name, arguments) = name.split_once(' ').unwrap_or((name, ""));
            scripts(name, arguments, invocation, context);
        } else {
            super::text(&word.value, invocation, context);
        }
    }
}

/// Each operand is the name of a script, or a pattern for several, and may have arguments.
pub(super) fn several(invocation: &Invocation, context: &mut Context<'_>) {
    if asks(invocation, context) {
        return;
    }
    let mut words = invocation.words.iter();
    while let Some(word) = words.next() {
        let text = word.text();
        if text.starts_with("--npm-path") {
            opaque(invocation, "its options name the program that runs the scripts", context);
        }
        if text == "--" {
            break;
        }
        if SEVERAL.contains(&text) {
            words.next();
        } else if !text.starts_with('-') || word.value.is_unknown() {
            match said(word) {
                Some(text) => {
                    let (name, arguments) = text.split_once(' ').unwrap_or((text, ""));
                    scripts(name, arguments, invocation, context);
                }
                None => opaque(invocation, "which script of the project it runs is not known", context),
            }
        }
    }
}

/// The scripts whose names a pattern matches.
fn scripts(pattern: &str, arguments: &str, invocation: &Invocation, context: &mut Context<'_>) {
    let directory = match context.state.shell.directory.clone() {
        Ok(directory) => directory,
        Err(why) => {
            opaque(invocation, &format!("where its package stands is not known: {why}"), context);
            return;
        }
    };
    let names = if glob::is_pattern(pattern) {
        match packages::names(&directory, context) {
            Ok(names) => names.into_iter().filter(|name| glob::matches(pattern, name)).collect(),
            Err(why) => {
                opaque(invocation, &why, context);
                return;
            }
        }
    } else {
        vec![pattern.to_owned()]
    };
    let arguments: Vec<Word> = arguments.split_ascii_whitespace().map(|text| if text.contains('{') { Word::made(Value::unknown("an argument")) } else { Word::known_as(text) }).collect();
    let listed = context.collected.len();
    for name in names {
        match packages::script(&name, &directory, &arguments, context) {
            Looked::Understood => {}
            Looked::Absent => match crate::families::usual(&name) {
                Some(verb) => context.program(verb, &invocation.program),
                None => opaque(invocation, "it runs a script of the project", context),
            },
            Looked::Opaque(why) => opaque(invocation, &why, context),
        }
    }
    if context.collected.len() == listed {
        context.program(verbs::EXEC_READ, &invocation.program);
    }
}

/// Commands that are given the files which are about to be committed.
pub(super) fn staged(invocation: &Invocation, context: &mut Context<'_>) {
    if asks(invocation, context) {
        return;
    }
    let plain = invocation.words.iter().all(|word| matches!(word.text(), "-q" | "--quiet" | "-v" | "--verbose" | "-r" | "--relative" | "-p" | "--concurrent" | "--allow-empty" | "--no-stash" | "-d" | "--debug" | "--diff" | "--staged" | "true" | "false"));
    let directory = context.state.shell.directory.clone();
    let commands = match directory {
        Ok(directory) if plain => packages::staged(&directory, context),
        _ => Err("which commands it runs is not known".to_owned()),
    };
    match commands {
        Ok(commands) => {
            for command in commands {
                super::text(&Value::Known(command), invocation, context);
            }
        }
        Err(why) => opaque(invocation, &why, context),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check_with;

    const PACKAGE: &str = r#"{"scripts": {"build:web": "tsc", "build:api": "node -v", "ship": "git push origin main", "all": "run-p build:* ship"}, "lint-staged": {"*.ts": ["eslint --fix", "git add"], "*.md": "prettier --write"}}"#;

    fn run(command: &str) -> String {
        check_with(command, &[("/repo/package.json", PACKAGE)])
    }

    #[test]
    fn scripts_of_the_package() {
        assert_snapshot!(run("run-s build:* ship"), @"
        exec.build tsc, execute
        exec.read node, read
        git.push main@origin, write
        ");
        assert_snapshot!(run("npm run all"), @"
        exec.build tsc, execute
        exec.read node, read
        git.push main@origin, write
        ");
        assert_snapshot!(run("npx npm-run-all --parallel 'build:web -- -w'"), @"
        package.read * on npm, read
        exec.build tsc, execute
        ");
        assert_snapshot!(run("concurrently -n a,b -c red,blue 'npm:ship' 'tsc -w'"), @"
        git.push main@origin, write
        exec.build tsc, execute
        ");
        assert_snapshot!(run("concurrently npm:build-* \"npm run ship\""), @"
        exec.read concurrently, read
        git.push main@origin, write
        ");
        assert_snapshot!(run("run-p gone"), @"exec.opaque run-p, execute, opaque");
        assert_snapshot!(run("npx lint-staged"), @"
        exec.build eslint, execute
        git.index /repo, write
        exec.build prettier, execute
        ");
    }
}

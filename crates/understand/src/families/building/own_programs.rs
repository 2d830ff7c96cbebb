//! A project's own code that runs under the name of a tool: `coverage run x.py`, the `yarn` that settings name.

use countersign_model::verbs;

use crate::code::source;
use crate::context::Context;
use crate::families::{dispatch, run_file};
use crate::invocation::Invocation;
use crate::paths;
use crate::word::{Value, Word};

/// Options of `coverage run` that take the next word.
const VALUES: &[&str] = &["--source", "--source-pkgs", "--include", "--omit", "--rcfile", "--data-file", "--context", "--concurrency", "--save-signal"];
/// Settings of yarn, and what names its program in them.
const YARN: &[(&str, &str)] = &[(".yarnrc.yml", "yarnPath:"), (".yarnrc", "yarn-path ")];

/// Adds what such code does; true where that is all of it.
pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) -> bool {
    match invocation.program.as_str() {
        "coverage" if invocation.known(0) == Some("run") => measured(invocation, context),
        "yarn" => {
            yarn(invocation, context);
            false
        }
        _ => false,
    }
}

/// `coverage run --branch manage.py test`, `coverage run -m pytest`: Python with what follows its own options.
fn measured(invocation: &Invocation, context: &mut Context<'_>) -> bool {
    let mut at = 1;
    while let Some(word) = invocation.words.get(at).filter(|word| word.text().starts_with('-') && word.text() != "-m") {
        at += 1 + usize::from(VALUES.contains(&word.text()));
    }
    let Some(nested) = invocation.nested(at).filter(|_| context.enters()) else { return false };
    let mut words = nested.words;
    words.insert(0, nested.first);
    // What it is told by its long name.
    if words.first().and_then(Word::known) == Some("--module") {
        words.insert(0, Word::known_as("-m"));
        words.remove(1);
    }
    context.program(verbs::EXEC_TEST, "coverage run");
    let first = Word { raw: invocation.first.raw.clone(), ..Word::known_as("python3") };
    dispatch(Invocation { program: String::new(), first, words, contiguous: false, ..invocation.clone() }, context);
    context.leaves();
    true
}

/// Adds what the program does that settings put in the place of `yarn`. A release of it is too long to be read.
fn yarn(invocation: &Invocation, context: &mut Context<'_>) {
    let Ok(directory) = context.state.shell.directory.clone() else { return };
    let top = context.top().filter(|top| *top != directory).map(str::to_owned);
    for directory in [directory].into_iter().chain(top) {
        for (file, key) in YARN {
            let settings = paths::locate(&Value::Known(paths::normal(&directory, file)), context);
            let text = match source::of(&settings, context) {
                source::Source::Texts(texts) | source::Source::Perhaps(texts, _) => texts.join("\n"),
                source::Source::Absent | source::Source::Foreign | source::Source::Unknown(_) => continue,
            };
            for named in text.lines().filter_map(|line| line.trim_start().strip_prefix(key)) {
                let named = named.trim().trim_matches(['"', '\'']);
                let located = paths::locate(&Value::Known(paths::normal(&directory, named)), context);
                let is_written = context.state.world.written.iter().any(|written| written.touches(&located));
                let is_release = located.path.contains("/.yarn/releases/yarn-") && !is_written && context.file(&located.path).is_err();
                if !is_release {
                    run_file(&located, Some("node"), &invocation.words, invocation, context);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check_with;

    const PUSH: &str = "require('child_process').execSync('git push origin HEAD:main')";

    #[test]
    fn what_is_measured_runs() {
        let files = [("/repo/x.py", "import os\nos.system('git push origin HEAD:main')"), ("/repo/y.py", "print(1)")];
        for command in ["coverage run x.py", "coverage run --source src --branch -p x.py a", "coverage run --source=src x.py"] {
            let found = check_with(command, &files);
            assert!(found.contains("git.push main@origin"), "{command}: {found}");
        }
        assert_snapshot!(check_with("coverage run y.py; coverage run -m pytest tests; coverage report -m; coverage run", &files), @"
        exec.test coverage run, execute
        fs.read /repo/y.py, read
        exec.test python3 -m pytest, execute
        exec.test coverage, execute
        ");
    }

    #[test]
    fn the_yarn_that_settings_name() {
        let release = "/repo/.yarn/releases/yarn-4.5.0.cjs";
        let package = ("/repo/package.json", r#"{"scripts": {"test": "jest"}}"#);
        let run = |path: &str, text: &str| check_with("yarn test", &[package, ("/repo/.yarnrc.yml", &format!("nodeLinker: node-modules\n\nyarnPath: {}\n", &path[6..])), (path, text)]);
        assert_snapshot!(run("/repo/ship.js", PUSH), @"
        git.push main@origin, write
        fs.read /repo/ship.js, read
        exec.test jest, execute
        ");
        assert_snapshot!(run(release, PUSH), @"
        git.push main@origin, write
        fs.read /repo/.yarn/releases/yarn-4.5.0.cjs, read
        exec.test jest, execute
        ");
        // One that is too long to be read.
        assert_snapshot!(run(release, "\0"), @"exec.test jest, execute");
        assert!(run("/repo/ship.js", "\0").contains("exec.opaque"));
        assert_snapshot!(check_with("yarn test", &[package, ("/repo/.yarnrc.yml", "nodeLinker: pnp\n")]), @"exec.test jest, execute");
    }
}

//! `cmake`, `bazel`, `tox` and `nox`: their targets by their usual names. What a target runs is not read: one that is
//! named like a build or a test is taken for it, any other could do anything.

use countersign_model::verbs;

use crate::code::Chosen;
use crate::context::Context;
use crate::families::{dispatch, opaque};
use crate::invocation::Invocation;
use crate::word::{Value, Word};

use super::asked::Asked;

/// Adds what such a program does; false where it is another, or where the table of single programs says it all.
pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) -> bool {
    match invocation.program.as_str() {
        "cmake" => cmake(invocation, context),
        "bazel" | "bazelisk" => bazel(invocation, context),
        "tox" if invocation.known(0) == Some("exec") || invocation.words.iter().any(|word| word.text() == "--") && has(invocation, &["exec", "e"]) => {
            runs(invocation, invocation.words.iter().position(|word| word.text() == "--"), context);
            true
        }
        "tox" if invocation.words.iter().any(|word| word.text().starts_with("-x") || word.text().starts_with("--override")) => {
            opaque(invocation, "an option puts other commands in place", context);
            true
        }
        "meson" if has(invocation, &["devenv"]) => {
            let at = invocation.words.iter().position(|word| word.text() == "devenv");
            let mut words = invocation.words.iter().enumerate().skip(at.unwrap_or(0) + 1);
            let mut last = at;
            while let Some((index, word)) = words.next() {
                match word.text() {
                    "-C" | "--workdir" | "-w" | "--dump-format" => last = words.next().map(|(index, _)| index),
                    text if text.starts_with('-') => last = Some(index),
                    _ => break,
                }
            }
            runs(invocation, last, context);
            true
        }
        "tox" | "nox" => {
            let asked = Asked::of(invocation);
            described(&asked, invocation, context) || environments(&asked, invocation, context)
        }
        _ => false,
    }
}

fn has(invocation: &Invocation, names: &[&str]) -> bool {
    invocation.words.iter().any(|word| names.contains(&word.text()))
}

/// Adds what the environments of tox, or the sessions of nox, run that the project describes; false where there are none to be read.
fn described(asked: &Asked, invocation: &Invocation, context: &mut Context<'_>) -> bool {
    if asked.shows {
        return false;
    }
    let is_tox = invocation.program == "tox";
    let Ok(directory) = context.state.shell.directory.clone() else {
        opaque(invocation, "which of its settings count is not known", context);
        return true;
    };
    let names = asked.names.iter().map(|name| name.text().to_owned()).collect();
    let chosen = match &asked.doubt {
        Some(_) => Chosen::All,
        None if asked.names.is_empty() => Chosen::Usual,
        None => Chosen::Named(names),
    };
    let file = asked.file.as_ref().and_then(Value::known).map(|file| crate::paths::normal(&directory, file));
    let listed = context.collected.len();
    let looked = if is_tox {
        crate::code::tox::run(&chosen, file.as_deref(), &directory, &asked.arguments, context)
    } else {
        crate::code::nox::run(&chosen, file.as_deref(), &directory, &asked.arguments, context)
    };
    match looked {
        crate::code::Looked::Absent if asked.doubt.is_none() && file.is_none() => return false,
        crate::code::Looked::Absent => opaque(invocation, asked.doubt.as_deref().unwrap_or("its file of settings is not there"), context),
        crate::code::Looked::Understood if context.collected.len() > listed => {}
        crate::code::Looked::Understood => context.program(verbs::EXEC_TEST, &invocation.program),
        crate::code::Looked::Opaque(ref why) => opaque(invocation, why, context),
    }
    if let Some(why) = asked.doubt.as_deref().filter(|_| !matches!(looked, crate::code::Looked::Absent)) {
        opaque(invocation, why, context);
    }
    true
}

/// Runs the command behind a word; a shell where nothing stands there.
fn runs(invocation: &Invocation, before: Option<usize>, context: &mut Context<'_>) {
    match before.and_then(|before| invocation.nested(before + 1)) {
        Some(nested) => dispatch(nested, context),
        None => opaque(invocation, "it runs a command in an environment of its own", context),
    }
}

/// Values of options, several to an option up to the next one.
fn values<'w>(names: &[&str], invocation: &'w Invocation) -> Vec<Value> {
    let mut found = Vec::new();
    let mut inside = false;
    for word in &invocation.words {
        let text: &'w str = word.text();
        if text == "--" {
            break;
        }
        if names.contains(&text) {
            inside = true;
        } else if let Some(value) = names.iter().find_map(|name| word.value.strip_prefix(&format!("{name}="))) {
            found.push(value);
        } else if let Some(value) = names.iter().filter(|name| name.len() == 2).find_map(|name| word.value.strip_prefix(name)) {
            found.push(value);
            inside = false;
        } else if text.starts_with('-') {
            inside = false;
        } else if inside {
            found.push(word.value.clone());
        }
    }
    found
}

/// The first value whose name is none of those that are usual for builds and tests.
fn unusual(names: &[Value], known: &dyn Fn(&str) -> bool) -> Option<String> {
    let odd = names.iter().find(|value| value.known().is_none_or(|text| !text.split(',').all(known)))?;
    Some(odd.text().chars().take(60).collect())
}

fn cmake(invocation: &Invocation, context: &mut Context<'_>) -> bool {
    match invocation.known(0) {
        Some("--install") => {
            context.program(verbs::EXEC_INSTALL, "cmake --install");
            true
        }
        Some("--build") => {
            natively(invocation, context);
            let targets = values(&["--target", "-t"], invocation);
            if targets.iter().any(|target| target.known() == Some("install")) {
                context.program(verbs::EXEC_INSTALL, "cmake install");
            }
            let known = |text: &str| {
                matches!(text, "install" | "all" | "clean" | "test" | "package" | "rebuild_cache" | "RUN_TESTS" | "ALL_BUILD") || super::projects::usual(&[text.to_owned()]).is_some()
            };
            match unusual(&targets, &known) {
                // A library or a program of the project is a target, too, whatever its name.
                Some(name) if name.contains("deploy") || name.contains("publish") || name.contains("upload") || name.contains("flash") || name.contains("release") || name.is_empty() || targets.iter().any(Value::is_unknown) => {
                    opaque(invocation, &format!("the build file says what its target {name} does"), context);
                    true
                }
                Some(_) | None => false,
            }
        }
        _ => false,
    }
}

/// `cmake --build b -- -C elsewhere deploy`: what follows is for `make`, which runs in the directory of the build. The usual
/// words for it, such as `-j8`, choose nothing else.
fn natively(invocation: &Invocation, context: &mut Context<'_>) {
    let Some(at) = invocation.words.iter().position(|word| word.known() == Some("--")) else { return };
    let own = invocation.words.get(at + 1..).unwrap_or_default();
    let changes = |word: &Word| {
        let text = word.text();
        let leads = ["-C", "-f", "-E", "--dir", "--file", "--make", "--ev"].iter().any(|start| text.starts_with(start));
        leads || word.value.is_unknown() || super::replaced::names_a_program(word)
    };
    if !own.iter().any(changes) {
        return;
    }
    let words = [Word::known_as("-C")].into_iter().chain(invocation.words.get(1).cloned()).chain(own.iter().cloned()).collect();
    let made = Invocation { program: String::new(), first: Word::known_as("make"), words, contiguous: false, ..invocation.clone() };
    dispatch(made, context);
}

fn bazel(invocation: &Invocation, context: &mut Context<'_>) -> bool {
    let words = invocation.words.iter().enumerate();
    let found = words.clone().find(|(_, word)| !word.text().starts_with('-') || word.value.is_unknown());
    let Some((at, command)) = found else {
        context.program(verbs::EXEC_READ, "bazel");
        return true;
    };
    if invocation.words.get(..at).unwrap_or_default().iter().any(|word| word.text().starts_with("--bazelrc")) {
        opaque(invocation, "a file says which options it has", context);
    }
    for word in invocation.words.iter().skip(at) {
        let text = word.text();
        // Options that put a program of the caller's under each action.
        if ["--run_under", "--workspace_status_command", "--override_repository", "--credential_helper"].iter().any(|name| text.starts_with(name)) {
            opaque(invocation, &format!("the option {} names a program or other code", text.split('=').next().unwrap_or(text)), context);
        }
    }
    let title = format!("bazel {}", command.known().unwrap_or("*"));
    match command.known() {
        Some("build" | "clean" | "shutdown" | "analyze-profile" | "canonicalize-flags") => context.program(verbs::EXEC_BUILD, &title),
        Some("test" | "coverage") => context.program(verbs::EXEC_TEST, &title),
        Some("query" | "cquery" | "aquery" | "info" | "version" | "help" | "dump" | "print_action" | "config" | "license") => context.program(verbs::EXEC_READ, &title),
        Some("mod") => context.program(verbs::EXEC_READ, &title),
        Some("fetch" | "sync" | "vendor") => context.program(verbs::EXEC_INSTALL, &title),
        Some("run") => {
            let target = invocation.words.iter().skip(at + 1).find(|word| !word.text().starts_with('-'));
            let name = target.and_then(|word| word.known()).unwrap_or("*");
            let base = name.rsplit([':', '/']).next().unwrap_or(name);
            let is_formatter = matches!(base, "gazelle" | "gazelle-update-repos" | "buildifier" | "buildifier.check" | "buildifier.fix" | "format" | "format.check" | "refresh_compile_commands");
            if is_formatter {
                context.program(verbs::EXEC_BUILD, &format!("bazel run {name}"));
            } else {
                opaque(invocation, "it builds a program of the project and runs it", context);
            }
        }
        _ => opaque(invocation, "the subcommand is not known", context),
    }
    true
}

/// Environments and sessions: `py312`, `lint`, `tests-3.12`, by their factors.
fn environments(asked: &Asked, invocation: &Invocation, context: &mut Context<'_>) -> bool {
    if asked.shows {
        context.program(verbs::EXEC_READ, &invocation.program);
        return true;
    }
    let known = |text: &str| {
        let base = text.split(['(', '[']).next().unwrap_or(text);
        base.split('-').next().is_some_and(|first| {
            let python = first.trim_start_matches("py").trim_start_matches("pypy").trim_start_matches('3').chars().all(|letter| letter.is_ascii_digit() || letter == '.');
            python && first.starts_with(['p', '3']) || ALSO.contains(&first) || super::projects::usual(&[first.to_owned()]).is_some()
        })
    };
    match unusual(&asked.names, &known) {
        Some(name) => {
            opaque(invocation, &format!("the project says what {name} runs"), context);
            true
        }
        None => false,
    }
}

/// Names of environments that check or build.
const ALSO: &[&str] = &["ALL", "black", "cov", "flake8", "isort", "mypy", "pre", "pylint", "pyright", "pytest", "ruff", "style", "type", "types", "typing", "static", "checks", "linters", "package", "pkg", "integration", "functional", "doctest", "doctests", "min", "minimal"];

#[cfg(test)]
mod tests;

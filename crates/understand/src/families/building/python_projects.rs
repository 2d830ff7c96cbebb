//! What `uv run`, `poetry run`, `pdm run`, `hatch run`, `rye run` and `uvx` start: a script that the project's file
//! describes, else a program, with the options before it.

mod variables;

use countersign_model::verbs;

use crate::code::Looked;
use crate::code::pyproject::{self, Runner};
use crate::context::Context;
use crate::families::{dispatch, is_understood, opaque};
use crate::invocation::Invocation;
use crate::word::Word;

/// Options before the program that take the next word.
const VALUES: &[&str] = &[
    "--with", "--with-editable", "--with-requirements", "--extra", "--group", "--only-group", "--no-group", "--no-extra", "-p", "--python", "--package", "--project", "--directory", "--env-file", "--index", "--index-url", "-i",
    "--extra-index-url", "--default-index", "--find-links", "-f", "--cache-dir", "--config-file", "--color", "--prerelease", "--resolution", "--index-strategy", "--refresh-package", "--upgrade-package", "-P", "--exclude-newer", "--venv",
    "-C", "--from", "-e", "--env", "--spec", "-w", "--python-platform", "--link-mode",
];
/// Those of other meaning in front of which no program stands.
const MODULE: &[&str] = &["-m", "--module"];

/// Adds what follows `run`, whose word is at `index`.
pub(super) fn run(index: usize, invocation: &Invocation, context: &mut Context<'_>) {
    variables::with(index + 1, invocation, context, |invocation, context| starts(index, invocation, context));
}

fn starts(index: usize, invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.clone();
    let mut at = index + 1;
    while let Some(word) = invocation.words.get(at) {
        let text = word.text();
        if word.known() == Some("--") {
            at += 1;
            break;
        }
        if !text.starts_with('-') || text == "-" {
            break;
        }
        if program == "uv" && (MODULE.contains(&text) || matches!(text, "-s" | "--script" | "--gui-script")) {
            let from = if MODULE.contains(&text) { at } else { at + 1 };
            python(from, invocation, context);
            return;
        }
        if program == "pdm" && matches!(text, "-l" | "--list" | "-j" | "--json") {
            context.program(verbs::EXEC_READ, "pdm run");
            return;
        }
        if text.starts_with("--with") && program == "uv" {
            context.program(verbs::EXEC_INSTALL, "uv run --with");
        }
        at += if VALUES.contains(&text) { 2 } else { 1 };
    }
    let Some(mut nested) = invocation.nested(at) else {
        opaque(invocation, "it runs a program that is not named", context);
        return;
    };
    nested.contiguous = false;
    let Some(name) = nested.first.known().map(str::to_owned) else {
        dispatch(nested, context);
        return;
    };
    if program == "uv" && (name.ends_with(".py") || name == "-") {
        python(at, invocation, context);
        return;
    }
    let runner = match program.as_str() {
        "pdm" => Some(Runner::Pdm),
        "hatch" => Some(Runner::Hatch),
        "rye" => Some(Runner::Rye),
        "pipenv" => Some(Runner::Pipenv),
        _ => None,
    };
    if runner == Some(Runner::Pipenv) && crate::environment::value(invocation, "PIPENV_PIPFILE").is_some() {
        opaque(invocation, "a variable says which Pipfile has its scripts", context);
        return;
    }
    for runner in runner.into_iter().chain([Runner::Own]) {
        let directory = match context.state.shell.directory.clone() {
            Ok(directory) => directory,
            Err(_) if runner == Runner::Own => break,
            Err(why) => {
                opaque(invocation, &format!("where its project stands is not known: {why}"), context);
                return;
            }
        };
        match pyproject::run(runner, &name, &directory, &nested.words, context) {
            Looked::Understood => return,
            // What is not known of the file leaves it at the program of this name.
            Looked::Opaque(why) if runner == Runner::Own && why != pyproject::FUNCTION => {}
            Looked::Opaque(why) if runner == Runner::Pipenv && context.state.world.tree_changed.as_deref() == Some(why.as_str()) => {}
            Looked::Opaque(why) => {
                opaque(invocation, &why, context);
                return;
            }
            Looked::Absent => {}
        }
        if let Some((_, command)) = name.split_once(':').filter(|_| runner == Runner::Hatch) {
            nested.first = Word::known_as(command);
        }
    }
    super::in_its_directory(nested, invocation, context);
}

/// Python with the words from `at` on.
fn python(at: usize, invocation: &Invocation, context: &mut Context<'_>) {
    let words = invocation.words.get(at..).unwrap_or_default().to_vec();
    dispatch(Invocation { program: String::new(), first: Word::known_as("python"), words, contiguous: false, ..invocation.clone() }, context);
}

/// `uvx tool`, `uv tool run tool`, `pipx run tool`: fetched where it is not there, then run.
pub(super) fn fetched(from: usize, invocation: &Invocation, context: &mut Context<'_>) {
    variables::with(from, invocation, context, |invocation, context| fetches(from, invocation, context));
}

fn fetches(from: usize, invocation: &Invocation, context: &mut Context<'_>) {
    let mut at = from;
    let mut other = false;
    while let Some(word) = invocation.words.get(at).filter(|word| word.text().starts_with('-')) {
        let text = word.text();
        if matches!(text, "--version" | "-V" | "--help" | "-h") && at == from {
            context.program(verbs::EXEC_READ, &invocation.program);
            return;
        }
        other |= text.starts_with("--from") || text.starts_with("--spec") || text.starts_with("--index") || text.starts_with("--default-index") || text.starts_with("--with");
        at += if VALUES.contains(&text) { 2 } else { 1 };
    }
    let Some(mut nested) = invocation.nested(at) else {
        context.program(verbs::EXEC_READ, &invocation.program);
        return;
    };
    nested.contiguous = false;
    let name = nested.first.known().unwrap_or_default().to_owned();
    let bare = name.split(['@', '=', '<', '>', '[']).next().unwrap_or_default();
    let is_tool = !bare.is_empty() && !bare.contains('/') && is_understood(bare) && !crate::families::is_builtin(bare);
    context.program(verbs::EXEC_INSTALL, &invocation.title());
    super::sources::asked_for(at, invocation, context);
    if !is_tool || other {
        opaque(invocation, "it runs a package that it fetches", context);
    }
    // What another package calls so most likely does that, too.
    if is_tool {
        nested.first = Word::known_as(bare);
        dispatch(nested, context);
    }
}

/// `uv tool`, `pipx`: those that run something.
pub(super) fn runs_fetched(index: usize, invocation: &Invocation, context: &mut Context<'_>) -> bool {
    let words = [invocation.known(index), invocation.known(index + 1)];
    let from = match (invocation.program.as_str(), words) {
        ("uvx", _) => 0,
        ("uv", [Some("tool"), Some("run")]) => index + 2,
        ("pipx", [Some("run"), _]) => index + 1,
        _ => return false,
    };
    fetched(from, invocation, context);
    true
}

#[cfg(test)]
mod tests;

//! Modules that Python runs by name: `python -m pytest`.

use countersign_model::verbs;

use super::loaded;
use crate::code;
use crate::context::Context;
use crate::environment;
use crate::families::{self, named_by_arguments, opaque, read_all};
use crate::invocation::Invocation;
use crate::paths;
use crate::word::{Value, Word};

/// `python -m zipfile`, `python -m tarfile`
fn archive(at: usize, invocation: &Invocation, context: &mut Context<'_>) {
    let words = invocation.words.get(at + 1..).unwrap_or_default();
    let option = words.first().map_or("", Word::text);
    let is = |short: &str, long: &str| option == short || option.len() > 2 && long.starts_with(option);
    let archive = words.get(1);
    if is("-c", "--create") {
        archive.into_iter().for_each(|word| context.write(word));
        words.iter().skip(2).for_each(|word| context.read_tree(word));
    } else {
        read_all(archive, context);
        let looks = is("-l", "--list") || is("-t", "--test");
        if !looks {
            let into = words.get(2).map_or_else(|| Value::Known(".".to_owned()), |word| word.value.clone());
            families::landing::unpacks(&Value::unknown("which files are in it is not known"), &into, context);
        }
    }
    context.program(verbs::EXEC_READ, "python -m");
}

/// `python -m name`
pub(super) fn module(at: usize, invocation: &Invocation, context: &mut Context<'_>) {
    let name = invocation.known(at);
    let mut operands = invocation.words.iter().skip(at + 1).filter(|word| !word.text().starts_with('-'));
    let title = format!("{} -m {}", invocation.program, name.unwrap_or("*"));
    if let Some(located) = name.and_then(|name| shadow(name, invocation, context)) {
        let arguments = invocation.words.get(at + 1..).unwrap_or_default();
        families::run_file(&located, Some(&invocation.program), arguments, invocation, context);
    }
    if loaded::measures(name.unwrap_or_default(), at, invocation, context) {
        return;
    }
    let verb = match name {
        Some("pytest" | "unittest" | "mypy" | "black" | "ruff" | "flake8" | "pylint" | "isort" | "coverage" | "json.tool") => verbs::EXEC_TEST,
        Some("pip" | "venv" | "ensurepip" | "virtualenv") => verbs::EXEC_INSTALL,
        Some("py_compile" | "compileall" | "build") => verbs::EXEC_BUILD,
        Some("site" | "platform" | "this" | "calendar" | "tabnanny" | "tokenize" | "ast" | "dis" | "base64" | "sysconfig") => verbs::EXEC_READ,
        Some("http.server") => verbs::NET_LISTEN,
        Some("zipfile" | "tarfile") => return archive(at, invocation, context),
        Some("alembic") => return families::migrations::run_module("alembic", at, invocation, context),
        Some("django") => return families::migrations::run_module("django-admin", at, invocation, context),
        Some(name @ ("twine" | "awscli" | "ansible")) => return client(name, at, invocation, context),
        Some(name) if is_tool(name) => return client(name, at, invocation, context),
        Some(name) => return package(name, at, invocation, context),
        None => return opaque(invocation, "which module it runs is not known", context),
    };
    if name == Some("http.server") {
        hands_out(at, invocation, context);
    }
    context.program(verb, &title);
    if matches!(name, Some("pytest" | "unittest" | "coverage")) {
        families::building::scripts::tested(invocation, context);
    }
    if matches!(name, Some("venv" | "virtualenv")) {
        families::made_anew(at + 1, invocation, context);
    }
    if name == Some("json.tool") {
        read_all(operands.next(), context);
        operands.for_each(|word| context.write(word));
    } else {
        named_by_arguments(invocation, context);
    }
}

/// Adds what the server of files hands out to other machines, where credentials are kept below it.
fn hands_out(at: usize, invocation: &Invocation, context: &mut Context<'_>) {
    let words = invocation.words.get(at + 1..).unwrap_or_default();
    let value = |names: [&str; 2]| {
        words.iter().enumerate().find_map(|(index, word)| match word.text().split_once('=') {
            Some((name, _)) if names.contains(&name) => word.value.strip_prefix(&format!("{name}=")),
            None if names.contains(&word.text()) => words.get(index + 1).map(|word| word.value.clone()),
            _ => None,
        })
    };
    let bound = value(["-b", "--bind"]);
    if bound.as_ref().and_then(Value::known).is_some_and(countersign_model::is_this_machine) {
        return;
    }
    let directory = value(["-d", "--directory"]).unwrap_or_else(|| Value::Known(".".to_owned()));
    let located = paths::locate(&directory, context);
    let home = &context.surroundings.home;
    if located.why.is_none() && !home.is_empty() && paths::is_within(home, &located.path) {
        context.read_tree(&Word::made(directory));
    }
}

/// A file of the directory, or of one that a variable names, that Python takes for a module which is known otherwise.
fn shadow(name: &str, invocation: &Invocation, context: &Context<'_>) -> Option<paths::Located> {
    let first = name.split('.').next().unwrap_or(name);
    let whole = name.replace('.', "/");
    let mut directories = environment::python_path(&invocation.environment, context);
    directories.insert(0, ".".to_owned());
    let files = directories.iter().flat_map(|directory| {
        [format!("{directory}/{first}.py"), format!("{directory}/{first}/__init__.py"), format!("{directory}/{whole}.py")]
    });
    files
        .map(|file| paths::locate(&Value::Known(file), context))
        .find(|located| code::source::is_there(located, context))
}

/// A module that is a program known under another name: `python -m awscli s3 rb`.
fn client(name: &str, at: usize, invocation: &Invocation, context: &mut Context<'_>) {
    let Some(mut command) = invocation.nested(at) else { return };
    let program = match name {
        "awscli" => "aws",
        "pre_commit" => "pre-commit",
        name => name,
    };
    command.first = Word { raw: command.first.raw.clone(), ..Word::known_as(program) };
    command.contiguous = false;
    families::dispatch(command, context);
}

/// Whether a module is that of a program which is known by the same name.
fn is_tool(name: &str) -> bool {
    families::served::FAMILY.programs.contains(&name)
        || matches!(name, "hatch" | "invoke" | "nox" | "pdm" | "poethepoet" | "poetry" | "pre_commit" | "tox" | "uv")
}

/// A module of the project's own.
fn package(name: &str, at: usize, invocation: &Invocation, context: &mut Context<'_>) {
    let path = name.replace('.', "/");
    let arguments = invocation.words.get(at + 1..).unwrap_or_default();
    for ending in [".py", "/__main__.py"] {
        let located = paths::locate(&Value::Known(format!("{path}{ending}")), context);
        if context.file(&located.path).is_ok_and(|text| text.is_some()) {
            return families::run_file(&located, Some(&invocation.program), arguments, invocation, context);
        }
    }
    opaque(invocation, "it runs a module that nobody here knows", context);
}


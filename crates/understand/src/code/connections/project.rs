//! Modules of a project that code imports from elsewhere than beside it: where they are, and whether they only say
//! things, so that they open no connection and set no variable.

use std::collections::HashSet;

use super::{DRIVERS, engines, loads_variables};
use crate::code::python::imports::{self, Module};
use crate::code::python::is_module_known;
use crate::code::source::{self, Source};
use crate::code::tokens::Rules;
use crate::code::uses::Code;
use crate::context::Context;
use crate::paths;
use crate::word::Value;

/// Modules that are read for one question.
const MOST: usize = 24;

/// Libraries of others that connect to nothing by being imported.
const QUIET: &[&str] = &["alembic", "dotenv", "pydantic_settings", "sqlalchemy", "sqlmodel"];

/// Names in code that may connect, run what is not looked at, or set variables.
const LOUD: &[&str] = &[
    "__import__",
    "connect",
    "create_pool",
    "eval",
    "exec",
    "import_module",
    "override",
    "popen",
    "putenv",
    "subprocess",
    "system",
    "unsetenv",
];

/// The text of a module of the project; an error where it may be one of several.
pub(super) fn text(module: &str, context: &Context<'_>) -> Result<Option<String>, ()> {
    let Some(top) = context.top().map(str::to_owned) else { return Ok(None) };
    let mut roots = vec![top.clone(), format!("{top}/src")];
    roots.extend(context.state.shell.directory.clone().ok());
    roots.extend(crate::environment::python_path(&context.state.shell.environment, context));
    roots.sort();
    roots.dedup();
    let inner = module.replace('.', "/");
    let mut found = None;
    for (root, end) in roots.iter().flat_map(|root| [(root, ".py"), (root, "/__init__.py")]) {
        let located = paths::locate(&Value::Known(format!("{root}/{inner}{end}")), context);
        match source::of(&located, context) {
            Source::Absent => {}
            Source::Texts(texts) if found.is_none() => {
                let [text] = <[String; 1]>::try_from(texts).map_err(drop)?;
                found = Some(text);
            }
            Source::Texts(_) | Source::Perhaps(..) | Source::Foreign | Source::Unknown(_) => return Err(()),
        }
    }
    Ok(found)
}

/// Whether a module connects to databases.
pub(in crate::code) fn is_driver(module: &Module) -> bool {
    module.above == 0 && DRIVERS.contains(&module.name.split('.').next().unwrap_or_default())
}

/// Whether a module, with all that it imports in turn, only says things.
pub(in crate::code) fn is_quiet(module: &Module, context: &Context<'_>) -> bool {
    says_only(module, "", &mut HashSet::new(), context)
}

/// Whether code, apart from what it imports, only says things.
fn is_quiet_code(code: &Code<'_>) -> bool {
    let sets = |at: usize| {
        let changes = ["clear", "pop", "setdefault", "update"];
        let assigns = code.is(at + 1, "[") && code.is(code.closer(at + 1) + 1, "=");
        assigns || changes.iter().any(|change| code.is(at + 1, ".") && code.is(at + 2, change))
    };
    let is_loud = |at: usize| {
        let is_named = |names: &[&str]| code.name(at).is_some_and(|name| names.contains(&name));
        let opens = |path: &&str| code.name(at).is_some() && path.rsplit('.').next() == code.name(at);
        is_named(LOUD) || engines::OPEN.iter().any(opens) || code.is(at, "environ") && sets(at)
    };
    !loads_variables(code) && !(0..code.tokens.len()).any(is_loud)
}

/// The same for a module that is imported by one of this package.
fn says_only(module: &Module, package: &str, seen: &mut HashSet<String>, context: &Context<'_>) -> bool {
    let first = module.name.split('.').next().unwrap_or_default();
    if is_driver(module) && first != engines::LIBRARY {
        return false;
    }
    let above: Vec<&str> = package.split('.').filter(|part| !part.is_empty()).collect();
    let start = match module.above {
        0 => Vec::new(),
        count if count <= above.len() => above.get(..=above.len() - count).unwrap_or_default().to_vec(),
        _ => return false,
    };
    let mut parts = start.clone();
    parts.extend(module.name.split('.').filter(|part| !part.is_empty()));
    let is_others = module.above == 0
        && (QUIET.contains(&first) || is_module_known(&module.name))
        && text(first, context) == Ok(None);
    if is_others {
        return true;
    }
    // Each package above it runs, too.
    let mut is_there = false;
    for length in 1..=parts.len() {
        let name = parts.get(..length).unwrap_or_default().join(".");
        match one(&name, seen, context) {
            Some(found) => is_there = found,
            None => return false,
        }
    }
    let whole = parts.join(".");
    for name in &module.names {
        match one(&format!("{whole}.{name}"), seen, context) {
            Some(found) => is_there |= found,
            None => return false,
        }
    }
    is_there
}

/// Whether a module is one of the project; none where it does more than to say things.
fn one(name: &str, seen: &mut HashSet<String>, context: &Context<'_>) -> Option<bool> {
    let Some(text) = text(name, context).ok()? else { return Some(false) };
    if !seen.insert(name.to_owned()) {
        return Some(true);
    }
    if seen.len() > MOST {
        return None;
    }
    let code = Code::of(&text, Rules::Python).ok().filter(is_quiet_code)?;
    // The package of `a.b` is `a`; that what a package itself imports from it is called otherwise, nobody needs.
    let package = name.rsplit_once('.').map_or("", |(package, _)| package);
    let modules = imports::read(&code).ok()?.modules;
    modules.iter().all(|module| says_only(module, package, seen, context)).then_some(true)
}

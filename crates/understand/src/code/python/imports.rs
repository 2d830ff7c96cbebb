//! What Python code imports, and where that leads.

use std::collections::HashMap;

use super::{functions, modules};
use crate::code::uses::Code;
use crate::code::{self, Looked};
use crate::context::Context;
use crate::paths;
use crate::word::Value;

/// More imports of one file are not followed.
const MOST: usize = 60;

/// The imports of a file.
#[derive(Debug, Default)]
pub(in crate::code) struct Imports {
    /// What each local name stands for.
    pub names: HashMap<String, String>,
    /// The modules, with the names taken of them.
    pub modules: Vec<Module>,
}

/// An imported module.
#[derive(Clone, Debug)]
pub(in crate::code) struct Module {
    /// How many directories above the file's package, plus one; none: looked for along the path.
    pub above: usize,
    /// Its name with dots.
    pub name: String,
    /// Names that may be modules of it.
    pub names: Vec<String>,
}

/// Reads them.
pub(in crate::code) fn read(code: &Code<'_>) -> Result<Imports, String> {
    let mut found = Imports::default();
    let mut at = 0;
    while at < code.tokens.len() {
        if code.is(at, "from")
            && !code.is(at.wrapping_sub(1), "yield")
            && !code.is(at.wrapping_sub(1), "raise")
            && starts_line(code, at)
        {
            at = from(code, at, &mut found)?;
        } else if code.is(at, "import") && starts_line(code, at) {
            at = import(code, at, &mut found);
        } else {
            at += 1;
        }
        if found.modules.len() > MOST {
            return Err("it imports too much to look at".to_owned());
        }
    }
    Ok(found)
}

fn starts_line(code: &Code<'_>, at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| code.tokens.get(before));
    before.is_none_or(|token| token.text.is_empty() || token.is(";") || token.is(":"))
}

fn dotted(code: &Code<'_>, at: &mut usize) -> String {
    let mut name = String::new();
    while let Some(part) = code.name(*at).filter(|part| *part != "import") {
        name.push_str(part);
        *at += 1;
        if !code.is(*at, ".") {
            break;
        }
        name.push('.');
        *at += 1;
    }
    name
}

/// `import a.b as c, d`
fn import(code: &Code<'_>, start: usize, found: &mut Imports) -> usize {
    let end = code.line_end(start);
    let mut at = start + 1;
    while at < end {
        let name = dotted(code, &mut at);
        if name.is_empty() {
            at += 1;
            continue;
        }
        if code.is(at, "as") {
            if let Some(local) = code.name(at + 1) {
                found.names.insert(local.to_owned(), name.clone());
            }
            at += 2;
        } else {
            let first = name.split('.').next().unwrap_or(&name).to_owned();
            found.names.insert(first.clone(), first);
        }
        found.modules.push(Module { above: 0, name, names: Vec::new() });
        at += 1;
    }
    end
}

/// `from .a.b import c as d, e`
fn from(code: &Code<'_>, start: usize, found: &mut Imports) -> Result<usize, String> {
    let mut at = start + 1;
    let mut above = 0;
    while code.is(at, ".") || code.is(at, "...") {
        above += if code.is(at, ".") { 1 } else { 3 };
        at += 1;
    }
    let name = dotted(code, &mut at);
    if !code.is(at, "import") {
        return Err("it imports in a way that cannot be read".to_owned());
    }
    at += 1;
    let end = if code.is(at, "(") { code.closer(at) } else { code.line_end(at) };
    let mut module = Module { above, name: name.clone(), names: Vec::new() };
    while at < end {
        if code.is(at, "*") && modules::of(&name).is_some() {
            return Err(format!("it imports all of {name}"));
        }
        if let Some(taken) = code.name(at) {
            let full = format!("{name}.{taken}");
            let local = if code.is(at + 1, "as") { code.name(at + 2).unwrap_or(taken) } else { taken };
            at += if code.is(at + 1, "as") { 2 } else { 0 };
            let acts = functions::function(&full).is_some() || modules::is_known(&full);
            if above == 0 && modules::of(&name).is_some() && !acts {
                return Err(format!("it uses {full}, which nobody here knows"));
            }
            if above == 0 && taken.starts_with('_') && !taken.ends_with("__") && modules::is_harmless(&name) {
                return Err(format!("it uses {full}, which nobody here knows"));
            }
            if above == 0 {
                found.names.insert(local.to_owned(), full);
            }
            module.names.push(taken.to_owned());
        }
        at += 1;
    }
    found.modules.push(module);
    Ok(end)
}

/// Looks into a module that lies beside the code; one that does not must be known.
pub(super) fn follow(
    module: &Module,
    directory: &Result<String, String>,
    context: &mut Context<'_>,
) -> Result<(), String> {
    let mut base = match directory {
        Ok(directory) => directory.clone(),
        Err(why) => return Err(format!("where its modules are is not known: {why}")),
    };
    for _ in 1..module.above {
        base = paths::split(&base).0.to_owned();
    }
    let parts: Vec<&str> = module.name.split('.').filter(|part| !part.is_empty()).collect();
    let mut any = false;
    if module.above == 0 {
        let environment = context.state.shell.environment.clone();
        for base in crate::environment::python_path(&environment, context) {
            any |= within(&parts, &module.names, &base, context)?;
        }
    }
    let mut at = base.clone();
    for part in &parts {
        at = format!("{}/{part}", at.trim_end_matches('/'));
        any |= file(&format!("{at}.py"), &base, context)?;
        any |= file(&format!("{at}/__init__.py"), &base, context)?;
        if !any {
            break;
        }
    }
    let known = modules::is_harmless(&module.name) || modules::of(&module.name).is_some();
    if !any && known && module.above == 0 {
        return Ok(());
    }
    for name in module.names.iter().take(8) {
        any |= file(&format!("{}/{name}.py", at.trim_end_matches('/')), &base, context)?;
    }
    if any { Ok(()) } else { Err(nobody_knows(&module.name)) }
}

/// Why code is not understood whose module is neither here nor known.
pub(super) fn nobody_knows(module: &str) -> String {
    format!("it imports {module}, which nobody here knows")
}

/// Whether a module lies in a directory, or one of its names does; adds what its files do.
fn within(parts: &[&str], names: &[String], base: &str, context: &mut Context<'_>) -> Result<bool, String> {
    let mut any = false;
    let mut at = base.to_owned();
    for part in parts {
        at = format!("{}/{part}", at.trim_end_matches('/'));
        let found =
            file(&format!("{at}.py"), base, context)? | file(&format!("{at}/__init__.py"), base, context)?;
        if !found {
            return Ok(any);
        }
        any = true;
    }
    for name in names.iter().take(8) {
        any |= file(&format!("{at}/{name}.py"), base, context)?;
    }
    Ok(any)
}

/// Whether a file of code is there; adds what it does.
fn file(path: &str, base: &str, context: &mut Context<'_>) -> Result<bool, String> {
    let located = paths::locate(&Value::Known(path.to_owned()), context);
    let directory = Ok(base.to_owned());
    let looked = code::peek(&located, "import", context, &mut |text, context| {
        super::understand(text, &directory, context)
    });
    match looked {
        Looked::Understood => Ok(true),
        Looked::Absent => Ok(false),
        Looked::Opaque(why) => Err(format!("of {path}: {why}")),
    }
}

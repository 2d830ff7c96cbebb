//! JavaScript and TypeScript: what they load, and what they call of that. Modules and a few globals are what gives
//! code power, so code that names only harmless parts of known ones does nothing that is not listed.

mod computed;
mod globals;
mod modules;

use std::collections::HashMap;

use super::acts::{self, Does};
use super::clients;
use super::connections;
use super::handed;
use super::requests;
use super::tokens::{Kind, Rules};
use super::uses::{self, Argument, Code, Given, Use};
use super::{Looked, peek};
use crate::context::Context;
use crate::families;
use crate::paths;
use crate::sql::DatabasePlace;
use crate::word::Value;

/// More modules of one file are not followed.
const MOST_MODULES: usize = 60;

/// Adds what a text of JavaScript does; `directory` is where its modules are looked for.
pub(crate) fn understand(
    text: &str,
    directory: &Result<String, String>,
    context: &mut Context<'_>,
) -> Result<(), String> {
    code(text, directory, false, context)
}

/// The same for code that is given as it is, where the runtime's own modules have names without being loaded.
pub(crate) fn understand_given(
    text: &str,
    directory: &Result<String, String>,
    context: &mut Context<'_>,
) -> Result<(), String> {
    code(text, directory, true, context)
}

fn code(
    text: &str,
    directory: &Result<String, String>,
    is_given: bool,
    context: &mut Context<'_>,
) -> Result<(), String> {
    let mut code = Code::of(text, Rules::JavaScript)?;
    let outside = std::mem::take(&mut context.connections);
    let read = context.code;
    let mut doubt = None;
    let mut loaded = Loaded::default();
    loaded.read(&code);
    if loaded.modules.len() > MOST_MODULES {
        context.connections = outside;
        return Err("it loads too much to look at".to_owned());
    }
    for module in &loaded.modules {
        if let Err(why) = follow(module, directory, context) {
            doubt.get_or_insert(why);
        }
    }
    if let Err(why) = computed::names(&code) {
        doubt.get_or_insert(why);
    }
    code.is_alone = doubt.is_none() && context.code == read && !super::is_loaded(context);
    let kept = context.state.shell.clone();
    let makes_own = computed::is_own("Request", &code);
    let uses: Vec<(Use, String)> = code
        .uses()
        .into_iter()
        .map(|found| {
            let full = loaded.full(&found, &code);
            // One of its own is none of the runtime's.
            let full = if makes_own && full.starts_with("Request()") { format!("?{full}") } else { full };
            (found, full)
        })
        .collect();
    if uses.iter().any(|(_, full)| full.starts_with("process.chdir")) {
        context.state.shell.directory = Err("the code changes its directory".to_owned());
    }
    if is_given {
        let known = uses.iter().filter(|(found, full)| found.key == *full);
        doubt = doubt.or_else(|| known.filter_map(|(found, _)| globals::uses(found, &code)).next());
    }
    context.state.shell.environment.extend(globals::sets(&code));
    connections::gather(&code, &uses, doubt.is_none(), |found| binds(found, &code), context);
    clients::effects(&code, &uses, context);
    doubt = doubt.or(requests::effects(&code, &uses, context).doubt);
    doubt = doubt.or(handed::effects(&code, &uses, loaded.clients(context), context));
    let unclear = uses::twice(&uses, |found, full, early| one(found, full, &code, early, context));
    doubt = doubt.or(unclear);
    context.state.shell = kept;
    context.connections.extend(outside);
    doubt.map_or(Ok(()), Err)
}

/// What code loads.
#[derive(Default)]
struct Loaded {
    /// What each local name stands for.
    names: HashMap<String, String>,
    modules: Vec<String>,
}

impl Loaded {
    fn read(&mut self, code: &Code<'_>) {
        for at in 0..code.tokens.len() {
            if code.is(at, "require") && code.is(at + 1, "(") && !code.is(at.wrapping_sub(1), ".") {
                if let Some(Given::One(Value::Known(name))) =
                    code.arguments(at + 1).first().map(|argument| argument.given.clone())
                {
                    let name = plain(&name).to_owned();
                    self.bind(code, at, &name);
                    self.modules.push(name);
                }
            } else if code.is(at, "import")
                && !code.is(at + 1, "(")
                && !code.is(at + 1, ".")
                && !code.is(at.wrapping_sub(1), ".")
            {
                self.import(code, at);
            } else if code.is(at, "export") {
                // `export .. from 'x'` loads it too.
                let end = code.line_end(at);
                if let Some(from) = (at..end).find(|at| code.is(*at, "from"))
                    && let Some(Kind::Text(Value::Known(name))) =
                        code.tokens.get(from + 1).map(|token| &token.kind)
                {
                    self.modules.push(plain(name).to_owned());
                }
            }
        }
    }

    /// `const x = require('y')`, `const { a, b: c } = require('y')`
    fn bind(&mut self, code: &Code<'_>, at: usize, module: &str) {
        let Some(equals) = at.checked_sub(1).filter(|before| code.is(*before, "=")) else { return };
        // What is taken of it: `require('fs').promises`.
        let mut module = module.to_owned();
        let mut after = code.closer(at + 1) + 1;
        while let Some(taken) = code.name(after + 1).filter(|_| code.is(after, ".")) {
            module = format!("{module}.{taken}");
            after += 2;
        }
        // What a call gives is none of it.
        if code.is(after, "(") && code.name(after - 1).is_some() {
            return;
        }
        if let Some(name) = equals.checked_sub(1).and_then(|at| code.name(at)) {
            self.names.insert(name.to_owned(), module);
            return;
        }
        let open = (0..equals).rev().take(200).find(|at| code.is(*at, "{") && code.closer(*at) + 1 == equals);
        if let Some(open) = open {
            self.fields(code, open, &module);
        }
    }

    fn fields(&mut self, code: &Code<'_>, open: usize, module: &str) {
        let close = code.closer(open);
        let mut at = open + 1;
        while at < close {
            if code.is(at, "type") && code.name(at + 1).is_some_and(|next| next != "as") {
                // `type A`, `type A as B` of TypeScript: no value.
                at += if code.is(at + 2, "as") { 4 } else { 2 };
                continue;
            }
            if let Some(name) = code.name(at) {
                let renamed = code.is(at + 1, ":") || code.is(at + 1, "as");
                let local = if renamed { code.name(at + 2).unwrap_or(name) } else { name };
                let full = if name == "default" { module.to_owned() } else { format!("{module}.{name}") };
                self.names.insert(local.to_owned(), full);
                at += if renamed { 2 } else { 0 };
            }
            at += 1;
        }
    }

    /// `import a, { b as c } from 'x'`, `import * as d from 'x'`, `import 'x'`
    fn import(&mut self, code: &Code<'_>, at: usize) {
        let mut end = at + 1;
        while end < code.tokens.len() && end < at + 400 {
            if matches!(code.tokens.get(end).map(|token| &token.kind), Some(Kind::Text(_))) {
                break;
            }
            end += 1;
        }
        let Some(Kind::Text(Value::Known(name))) = code.tokens.get(end).map(|token| &token.kind) else {
            return;
        };
        let module = plain(name).to_owned();
        if !code.is(at + 1, "type") {
            for index in at + 1..end {
                if code.is(index, "{") {
                    self.fields(code, index, &module);
                    break;
                }
                if let Some(name) = code.name(index).filter(|name| !matches!(*name, "as" | "from" | "type")) {
                    self.names.insert(name.to_owned(), module.clone());
                }
            }
        }
        self.modules.push(module);
    }

    /// What clients the code has.
    fn clients(&self, context: &Context<'_>) -> handed::Clients {
        const HTTP: &[&str] = &["axios", "got", "node-fetch", "superagent", "undici"];
        let http = self.modules.iter().any(|module| HTTP.contains(&module.as_str()));
        handed::Clients { sql: !context.connections.is_empty(), http }
    }

    /// The key of a use with the first name as it was loaded.
    fn full(&self, found: &Use, code: &Code<'_>) -> String {
        if let Some(rest) = found.key.strip_prefix("require()")
            && let Some(open) = found.calls.first()
            && let Some(Given::One(Value::Known(name))) =
                code.arguments(*open).first().map(|argument| argument.given.clone())
        {
            return format!("{}{rest}", plain(&name).replace('/', "."));
        }
        let end = found.key.find(['.', '(', '[']).unwrap_or(found.key.len());
        let (first, rest) = found.key.split_at(end);
        self.names
            .get(first)
            .map_or_else(|| found.key.clone(), |known| format!("{}{rest}", known.replace('/', ".")))
    }
}

/// A module's name without what says that it is the runtime's own.
fn plain(name: &str) -> &str {
    name.strip_prefix("node:").unwrap_or(name)
}

/// Looks into a module beside the code; one that is elsewhere must be known.
fn follow(module: &str, directory: &Result<String, String>, context: &mut Context<'_>) -> Result<(), String> {
    if !module.starts_with(['.', '/']) {
        let first = module.split('/').next().unwrap_or(module);
        let known = modules::is_harmless(module)
            || modules::is_harmless(first)
            || modules::LOOKED_AT.contains(&first);
        return if known { Ok(()) } else { Err(format!("it loads {module}, which nobody here knows")) };
    }
    let base = directory.as_ref().map_err(|why| format!("where its modules are is not known: {why}"))?;
    let path = paths::normal(base, module);
    for ending in ["", ".js", ".cjs", ".mjs", ".ts", ".tsx", ".json", "/index.js", "/index.ts"] {
        let file = format!("{path}{ending}");
        let located = paths::locate(&Value::Known(file.clone()), context);
        let is_data = file.ends_with(".json");
        let looked = peek(&located, "import", context, &mut |text, context| {
            if is_data { Ok(()) } else { understand(text, &Ok(paths::split(&file).0.to_owned()), context) }
        });
        match looked {
            Looked::Understood => return Ok(()),
            Looked::Opaque(why) if why.contains("is a directory") => {}
            Looked::Opaque(why) => return Err(format!("of {file}: {why}")),
            Looked::Absent => {}
        }
    }
    Err(format!("it loads {module}, which is not there"))
}

fn one(
    found: &Use,
    full: &str,
    code: &Code<'_>,
    early: bool,
    context: &mut Context<'_>,
) -> Result<(), String> {
    let before = found.first.wrapping_sub(1);
    let is_key = code.is(found.end, ":")
        && (code.is(before, "{") || code.is(before, ","))
        && found.end == found.first + 1;
    let is_loading = matches!(found.key.as_str(), "import" | "export" | "from");
    if is_key || is_loading {
        return Ok(());
    }
    if !early {
        reaches(found, full, code)?;
        computed::by_text(found, full, code)?;
        environment(found, full, code, context);
    }
    let whole = found.by(full);
    let mut result = Ok(());
    for (path, open) in whole.called() {
        code.turns(found.first, code.closer(open), &mut || {
            if let Err(why) = one_call(path, open, code, early, context) {
                result = Err(why);
            }
        });
    }
    result
}

/// Adds what one call of a use does.
fn one_call(
    path: &str,
    open: usize,
    code: &Code<'_>,
    early: bool,
    context: &mut Context<'_>,
) -> Result<(), String> {
    let mut result = Ok(());
    let arguments = code.arguments(open);
    let found = modules::function(path).or_else(|| modules::method(path));
    if path.ends_with(".backup") && context.connections.iter().any(|place| place.system == "sqlite") {
        result = Err("it writes a database over another".to_owned());
    }
    let of_file = || runs_sql_of_file(path, &arguments, context).then_some(Does::Sql);
    let Some(does) = of_file().or(found) else { return result };
    if acts::is_early(does) != early {
        return result;
    }
    let first = arguments.first().map(|argument| argument.given.value());
    let is_address = first.as_ref().is_some_and(|value| value.text().starts_with("http"));
    if matches!(does, Does::Http(_)) && modules::function(path).is_none() && !is_address {
        return result;
    }
    if let Err(why) = acts::act(does, &arguments, context) {
        result = Err(why);
    }
    result
}

/// Whether a use only gives what is loaded its name.
fn binds(found: &Use, code: &Code<'_>) -> bool {
    found.key.starts_with("require()")
        || code.is(found.end, "=")
        || code.is(found.end, "from")
        || code.is(found.first.wrapping_sub(1), "import")
        || imports(found.first, code)
}

/// Whether a method gives SQL to a database that is a file: what drivers of servers call `query`.
fn runs_sql_of_file(path: &str, arguments: &[Argument], context: &Context<'_>) -> bool {
    let is_file = |place: &DatabasePlace| place.system == "sqlite";
    let runs = match path.rsplit_once('.').map(|(_, method)| method) {
        Some("prepare" | "exec" | "run" | "each") => true,
        Some("all" | "get") => arguments.first().is_some_and(|argument| !argument.given.value().is_unknown()),
        _ => false,
    };
    runs && context.connections.iter().any(is_file) && connections::may_be_sql(arguments)
}

/// Names that lead to more than what is loaded says.
fn reaches(found: &Use, full: &str, code: &Code<'_>) -> Result<(), String> {
    let first = full.split(['.', '(', '[']).next().unwrap_or(full);
    let is_own = found.key.starts_with(first);
    for part in full.split(['.', '(', ')', '[', ']']).filter(|part| !part.is_empty()) {
        // `this` is the world itself where code is given as it is.
        let evaluates = matches!(part, "eval" | "Function") && matches!(first, "this" | "?");
        if modules::HIDDEN.contains(&part) || evaluates {
            return Err(format!("it uses {part}"));
        }
    }
    let declared =
        code.is(found.first.wrapping_sub(1), "function") || code.is(found.first.wrapping_sub(1), ".");
    let end = full.find(['(', '[']).unwrap_or(full.len());
    let called = full.get(end..).is_some_and(|rest| rest.starts_with("()"));
    if is_own && !declared && modules::GLOBALS.contains(&first) {
        if !called && modules::function(full.split_at(end).0).is_some_and(|does| does != Does::Nothing) {
            return Err(format!("it hands {first} on"));
        }
        let known = modules::function(full.split(['(', '[']).next().unwrap_or(full)).is_some()
            || modules::is_known(full);
        if !known {
            return Err(format!("it uses {}", full.split(['(', '[']).next().unwrap_or(full)));
        }
    }
    if first == "require" || (first == "import" && full.starts_with("import()")) {
        return Err("it loads what it works out".to_owned());
    }
    if modules::LOOKED_AT.contains(&first) {
        let path = full.split(['(', '[']).next().unwrap_or(full);
        let before = found.first.wrapping_sub(1);
        // `const run = require('x').run`: what is bound is known by its new name; `a.run = ..` is not.
        let bound = code.is(before, "=") && !code.is(before.wrapping_sub(2), ".");
        let starts = code.tokens.get(before).is_none_or(|token| token.kind == Kind::Line || token.is(";"));
        let taken_apart =
            code.is(found.end, "}") && (code.is(found.end + 1, "=") || code.is(found.end + 1, "from"));
        let is_binding = code.is(found.first.wrapping_sub(1), "const")
            || code.is(found.first.wrapping_sub(1), "import")
            || code.is(found.first.wrapping_sub(1), "as")
            || taken_apart
            || code.is(found.end, "from")
            || code.is(found.end, "=")
            || (code.is(found.end, ":") && (code.is(before, "{") || code.is(before, ",")))
            || code.is(found.end, "as")
            || (code.is(found.end, ",") && code.is(found.first.wrapping_sub(1), "{"));
        let acts = modules::function(path).is_some_and(|does| does != Does::Nothing);
        if !called && (path == first || acts) {
            let loads = found.key.starts_with("require()") && (bound || (starts && path == first));
            let mut prior = code.tokens.get(..found.first).unwrap_or_default().iter().rev();
            let listed = prior
                .find(|token| token.kind != Kind::Line)
                .is_some_and(|token| token.is(",") || token.is("{"));
            let in_import =
                (listed || code.is(found.first.wrapping_sub(1), "*")) && imports(found.first, code);
            return if is_binding || loads || in_import {
                Ok(())
            } else {
                Err(format!("it hands {path} on"))
            };
        }
        if modules::function(path).is_none() && !modules::is_known(path) {
            return Err(format!("it uses {path}, which nobody here knows"));
        }
    }
    Ok(())
}

/// Whether a name stands between `import` or `const` and where it comes from.
fn imports(at: usize, code: &Code<'_>) -> bool {
    let back = code.tokens.get(..at).unwrap_or_default().iter().rev().take(60);
    let mut names = back.skip_while(|token| !(token.is("{") || token.is("import") || token.is(";")));
    let opens = names.next();
    opens.is_some_and(|token| token.is("import"))
        || (opens.is_some_and(|token| token.is("{"))
            && names.next().is_some_and(|token| {
                token.is("import") || token.is("const") || token.is("let") || token.is("var") || token.is(",")
            }))
}

/// What is read of the environment.
fn environment(found: &Use, full: &str, code: &Code<'_>, context: &mut Context<'_>) {
    let Some(rest) = full.strip_prefix("process.env") else { return };
    if let Some(name) = rest.strip_prefix('.') {
        let name = name.split(['.', '(', '[']).next().unwrap_or(name);
        if families::is_secret_name(name) && !families::is_address_name(name) {
            families::reads_environment(name, context);
        }
    } else if rest.starts_with("[]") {
        match code.tokens.get(found.first + 4).map(|token| &token.kind) {
            Some(Kind::Text(Value::Known(name)))
                if !families::is_secret_name(name) || families::is_address_name(name) => {}
            Some(Kind::Text(Value::Known(name))) => families::reads_environment(&name.clone(), context),
            _ => families::reads_environment("*", context),
        }
    } else {
        let before = code.tokens.get(found.first.saturating_sub(5)..found.first).unwrap_or_default();
        let is_argument = before.windows(2).any(|pair| matches!(pair, [name, sign] if name.text.ends_with("env") && (sign.is(":") || sign.is("="))));
        // Children have it anyway.
        if !is_argument && !lists_names(found, rest, code) {
            families::reads_environment("*", context);
        }
    }
}

/// Whether only the names in it are gone through: `Object.keys(process.env)`, `name in process.env`.
fn lists_names(found: &Use, rest: &str, code: &Code<'_>) -> bool {
    let before = |back: usize| found.first.checked_sub(back).and_then(|at| code.tokens.get(at));
    let is = |back: usize, text: &str| before(back).is_some_and(|token| token.is(text));
    let of_keys = (is(4, "Object") && (is(2, "keys") || is(2, "getOwnPropertyNames")))
        || (is(4, "Reflect") && is(2, "ownKeys"));
    rest.is_empty() && ((is(1, "(") && is(3, ".") && of_keys && code.is(found.end, ")")) || is(1, "in"))
}

#[cfg(test)]
mod tests;

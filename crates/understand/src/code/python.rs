//! Python: what it imports, and what it calls of that. Modules are what gives it power, so code whose modules are
//! known, and of these only harmless parts are named, does nothing that is not listed.

mod functions;
pub(in crate::code) mod imports;
mod modules;
mod reached;

use std::collections::HashMap;

use super::acts::{self, Does};
use super::clients;
use super::connections::{self, may_be_sql};
use super::handed;
use super::requests;
use super::tokens::{Kind, Rules};
use super::uses::{self, Argument, Code, Given, Use};
use crate::context::Context;
use crate::families;
use crate::word::Value;

pub use modules::shadows_python;

/// Adds what a text of Python does; `directory` is where its modules are looked for first.
pub(crate) fn understand(
    text: &str,
    directory: &Result<String, String>,
    context: &mut Context<'_>,
) -> Result<(), String> {
    encoded(text)?;
    let mut code = Code::of(text, Rules::Python)?;
    code.home.clone_from(&context.surroundings.home);
    let outside = std::mem::take(&mut context.connections);
    let read = context.code;
    let (mut doubt, mut connects_unseen) = (None, false);
    let names = match imports::read(&code) {
        Ok(imports) => {
            let connects = imports.modules.iter().any(connections::is_driver);
            for module in &imports.modules {
                if let Err(why) = imports::follow(module, directory, context) {
                    // What that connects to is said where it is used.
                    let is_engine = module.name.split('.').next() == Some(connections::LIBRARY);
                    let is_elsewhere = why == imports::nobody_knows(&module.name);
                    let is_quiet = || connects && connections::is_quiet(module, context);
                    connects_unseen |= !is_elsewhere || !is_engine && (connects_unseen || !is_quiet());
                    doubt.get_or_insert(why);
                }
            }
            imports.names
        }
        Err(why) => {
            (doubt, connects_unseen) = (Some(why), true);
            HashMap::new()
        }
    };
    code.is_alone = doubt.is_none() && context.code == read && !super::is_loaded(context);
    let kept = context.state.shell.clone();
    let uses: Vec<(Use, String)> = code
        .uses()
        .into_iter()
        .map(|found| {
            let full = reached::counted(full(&found.key, &names));
            (found, full)
        })
        .collect();
    if uses.iter().any(|(_, full)| full.starts_with("os.chdir") || full.starts_with("os.fchdir")) {
        context.state.shell.directory = Err("the code changes its directory".to_owned());
    }
    context.state.shell.environment.extend(sets(&code));
    connections::gather(&code, &uses, !connects_unseen, |found| in_import(found, &code), context);
    clients::effects(&code, &uses, context);
    let asked = requests::effects(&code, &uses, context);
    doubt = doubt.or(asked.doubt);
    doubt = doubt.or(handed::effects(&code, &uses, clients_in(&uses, context), context));
    doubt = doubt.or_else(|| reached::evaluated(&code).err());
    doubt = doubt.or_else(|| {
        let leads = |(found, _): &(Use, String)| match in_import(found, &code) {
            true => None,
            false => reached::leads(found, &full(&found.key, &names), &names, &code).err(),
        };
        uses.iter().find_map(leads)
    });
    let with = reached::Libraries::of(&code);
    let unclear = uses::twice(&uses, |found, full, early| {
        one(found, full, (&code, &with), early, &asked.calls, context)
    });
    doubt = doubt.or(unclear);
    context.state.shell = kept;
    context.connections.extend(outside);
    doubt.map_or(Ok(()), Err)
}

/// Whether a module is one that is known by its name.
pub(in crate::code) fn is_module_known(name: &str) -> bool {
    modules::is_harmless(name) || modules::of(name).is_some()
}

/// What clients the code has.
fn clients_in(uses: &[(Use, String)], context: &Context<'_>) -> handed::Clients {
    const HTTP: &[&str] = &["aiohttp", "httpx", "requests", "urllib3"];
    let http = uses.iter().any(|(_, full)| HTTP.contains(&full.split(['.', '(']).next().unwrap_or(full)));
    handed::Clients { sql: !context.connections.is_empty(), http }
}

/// Whether the text is what Python reads: another encoding in its first lines would make other code of it.
fn encoded(text: &str) -> Result<(), String> {
    const PLAIN: &[&str] = &[
        "utf-8",
        "utf8",
        "utf-8-sig",
        "utf_8",
        "ascii",
        "us-ascii",
        "latin-1",
        "latin1",
        "iso-8859-1",
        "iso-8859-15",
    ];
    let said = text.split(['\n', '\r']).take(2).filter_map(|line| {
        let comment = line.trim_start().strip_prefix('#')?;
        let (_, rest) = comment.split_once("coding")?;
        let rest = rest.strip_prefix([':', '='])?.trim_start_matches([' ', '\t']);
        rest.split(|letter: char| !(letter.is_alphanumeric() || "-_.".contains(letter))).next()
    });
    for name in said.filter(|name| !name.is_empty()) {
        if !PLAIN.contains(&name.to_ascii_lowercase().as_str()) {
            return Err(format!("it is written in {name}, which nobody here reads"));
        }
    }
    Ok(())
}

/// The key with the first name as it was imported.
fn full(key: &str, names: &HashMap<String, String>) -> String {
    let end = key.find(['.', '(', '[']).unwrap_or(key.len());
    let (first, rest) = key.split_at(end);
    names.get(first).map_or_else(|| key.to_owned(), |known| format!("{known}{rest}"))
}

fn one(
    found: &Use,
    full: &str,
    (code, with): (&Code<'_>, &reached::Libraries),
    early: bool,
    asked: &[usize],
    context: &mut Context<'_>,
) -> Result<(), String> {
    if in_import(found, code) || is_field(found, code) {
        return Ok(());
    }
    if !early {
        reaches(full)?;
        environment(found, full, code, context);
    }
    let whole = Use { key: full.to_owned(), ..found.clone() };
    let mut result = Ok(());
    for (path, open) in whole.called().filter(|(_, open)| !asked.contains(open)) {
        code.turns(found.first, code.closer(open), &mut || {
            if let Err(why) = one_call(&whole, path, open, (code, with), early, context) {
                result = Err(why);
            }
        });
    }
    if !early && whole.calls.is_empty() {
        mentions(full)?;
    }
    result
}

/// Adds what one call of a use does.
fn one_call(
    whole: &Use,
    path: &str,
    open: usize,
    (code, with): (&Code<'_>, &reached::Libraries),
    early: bool,
    context: &mut Context<'_>,
) -> Result<(), String> {
    let mut arguments = code.arguments(open);
    if let Some(place) = reached::written(path, with, &arguments) {
        if early {
            context.write_value(&place);
        }
        return Ok(());
    }
    let found = reached::does(path, open, code, with, &arguments).map(|does| (does, false));
    let Some((does, takes_receiver)) = found.or_else(|| does(path, &arguments)) else { return Ok(()) };
    if acts::is_early(does) != early {
        return Ok(());
    }
    if does == Does::Request && (requests::sets(code, "method") || requests::sets(code, "get_method")) {
        arguments.push(Argument {
            name: Some("method".to_owned()),
            given: Given::One(Value::unknown("the code sets it later")),
        });
    }
    if takes_receiver {
        let given = match open.checked_sub(2) {
            Some(dot) if !path.starts_with('?') => code.given(whole.first, dot, 0),
            // `(base / 'a.txt').unlink()`
            Some(dot) if whole.first == dot => match code.opener(dot.wrapping_sub(1)) {
                Some(start) => code.given(start, dot, 0),
                None => Given::One(Value::unknown("a value that the code works out")),
            },
            _ => Given::One(Value::unknown("a value that the code works out")),
        };
        arguments.insert(0, Argument { name: None, given });
    }
    if does == Does::Connect {
        // A socket alone is connected to nothing; what anything else is that reaches no host here, nobody says.
        match code.peers().filter(|hosts| path == "socket.socket" || !hosts.is_empty()) {
            Some(hosts) => hosts.iter().for_each(|host| acts::connects(Some(host.clone()), context)),
            None => acts::connects(None, context),
        }
        return Ok(());
    }
    let result = call(does, path, &arguments, context);
    if does == Does::Open && is_dropped(whole, code) {
        acts::emptied(&arguments, context);
    }
    result
}

/// Whether it stands in a line that imports, which is looked at elsewhere.
fn in_import(found: &Use, code: &Code<'_>) -> bool {
    code.is(found.first, "import")
        || code.is(found.first, "from")
        || code.is(found.first.wrapping_sub(1), "from")
        || code
            .tokens
            .get(..found.first)
            .unwrap_or_default()
            .iter()
            .rev()
            .take(400)
            .take_while(|token| token.kind != Kind::Line && !token.is(";"))
            .any(|token| token.is("import"))
}

/// Whether a file that is opened is not used, so that nothing is written to it: `open('x', 'w').close()`.
fn is_dropped(whole: &Use, code: &Code<'_>) -> bool {
    let is_end =
        |index: usize| code.tokens.get(index).is_none_or(|token| token.kind == Kind::Line || token.is(";"));
    let starts = whole.first.checked_sub(1).is_none_or(is_end);
    starts && is_end(whole.end) && (whole.calls.len() == 1 || whole.key.ends_with(".close()"))
}

/// Whether it only names an argument: `f(os=1)`.
fn is_field(found: &Use, code: &Code<'_>) -> bool {
    code.is(found.end, "=")
        && found.end == found.first + 1
        && (code.is(found.first.wrapping_sub(1), "(") || code.is(found.first.wrapping_sub(1), ","))
}

fn call(does: Does, path: &str, arguments: &[Argument], context: &mut Context<'_>) -> Result<(), String> {
    let first = arguments.first().map(|argument| argument.given.value());
    let named = |name: &str| arguments.iter().any(|argument| argument.name.as_deref() == Some(name));
    let is_address = first.as_ref().is_some_and(|value| value.text().starts_with("http"));
    match (does, path.rsplit('.').next().unwrap_or(path)) {
        // `get` of a dictionary, `put` of a queue.
        (Does::Http(_), "get" | "put" | "patch" | "delete" | "head")
            if modules::of(path).is_none() && !is_address =>
        {
            Ok(())
        }
        (Does::Write, "save" | "to_csv" | "to_json" | "to_html" | "to_string" | "to_markdown")
            if first.is_none() =>
        {
            Ok(())
        }
        // Its file is named, if there is one.
        (Does::Write, "basicConfig") if !named("filename") => Ok(()),
        // Without a place, this one.
        (Does::Write, "extractall") if arguments.is_empty() => {
            context.write_value(&Value::Known(".".to_owned()));
            Ok(())
        }
        (Does::Copy, "unpack_archive") if arguments.len() == 1 => {
            acts::act(Does::Read, arguments, context)?;
            context.write_value(&Value::Known(".".to_owned()));
            Ok(())
        }
        (Does::Http(_), "urlretrieve") => {
            let file = arguments
                .iter()
                .find(|argument| argument.name.as_deref() == Some("filename"))
                .or_else(|| arguments.get(1).filter(|argument| argument.name.is_none()));
            if let Some(file) = file {
                context.write_value(&file.given.value());
            }
            acts::act(does, arguments, context)
        }
        (Does::Nothing, "getattr") => {
            let name = arguments.get(1).map(|argument| argument.given.value());
            let plain = name.as_ref().and_then(Value::known).is_some_and(|name| {
                !name.starts_with('_') && !modules::is_powerful(name) && !handed::is_method(name)
            });
            if plain { Ok(()) } else { Err("it looks up a name that is not known".to_owned()) }
        }
        _ => acts::act(does, arguments, context),
    }
}

/// What a call does, and whether the value it is a method of is its first argument.
fn does(path: &str, arguments: &[Argument]) -> Option<(Does, bool)> {
    if let Some(does) = functions::function(path) {
        return Some((does, false));
    }
    let (receiver, method) = path.rsplit_once('.')?;
    if modules::of(path).is_some_and(|module| module != "pathlib") && !receiver.contains("()") {
        return None;
    }
    let plain = arguments.iter().filter(|argument| argument.name.is_none()).count();
    let writes = arguments.first().is_some_and(|argument| {
        argument
            .given
            .value()
            .known()
            .is_none_or(|mode| mode.len() < 4 && mode.contains(['w', 'a', 'x', '+']))
    });
    let does = match method {
        // A text's `replace` has two arguments, a table's `rename` names them.
        "rename" | "replace" if plain == 1 && arguments.len() == 1 => Does::Move,
        "open" if writes || receiver.contains("Path()") => Does::Open,
        // PostgreSQL's rows; an asynchronous connection's rows. Other things of these names take no text.
        "copy" | "fetch" if plain > 0 && !modules::is_harmless(receiver) && may_be_sql(arguments) => {
            Does::Sql
        }
        _ => functions::method(method)?,
    };
    Some((
        does,
        matches!(does, Does::Read | Does::Delete | Does::Make | Does::Permit | Does::Open | Does::Move)
            || matches!(method, "write_text" | "write_bytes"),
    ))
}

/// Names that lead to more than the imports say.
fn reaches(full: &str) -> Result<(), String> {
    for (index, part) in full.split(['.', '(', ')', '[', ']']).filter(|part| !part.is_empty()).enumerate() {
        let inner = part.starts_with("__") && part.ends_with("__") && part.len() > 4;
        if inner
            && !modules::HARMLESS_INNER.contains(&part)
            && !(part == "__class__" && full.contains("__class__.__name__"))
        {
            return Err(format!("it uses {part}"));
        }
        if index > 0
            && modules::is_powerful(part)
            && functions::function(full.split(['(', '[']).next().unwrap_or(full)).is_none()
        {
            return Err(format!("it uses {part} of something"));
        }
    }
    let end = full.find(['(', '[']).unwrap_or(full.len());
    let path = full.split_at(end).0;
    let called = full.get(end..).is_some_and(|rest| rest.starts_with("()"));
    if !called && functions::function(path).is_some_and(|does| does != Does::Nothing) {
        return Err(format!("it hands {path} on"));
    }
    match modules::of(path) {
        Some(module) if module != path && functions::function(path).is_none() && !modules::is_known(path) => {
            Err(format!("it uses {path}, which nobody here knows"))
        }
        _ => Ok(()),
    }
}

/// A function that is not called here, or a module as a whole: whoever gets it can use it.
fn mentions(full: &str) -> Result<(), String> {
    if modules::of(full).is_some_and(|module| module == full) || modules::BUILTINS.contains(&full) {
        return Err(format!("it hands {full} on"));
    }
    Ok(())
}

/// Variables that the code sets, in its own environment or in one that it makes for what it starts.
fn sets(code: &Code<'_>) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (at, token) in code.tokens.iter().enumerate() {
        let (name, value_at) = match &token.kind {
            Kind::Text(Value::Known(name)) if code.is(at + 1, "]") && code.is(at + 2, "=") => {
                (name.as_str(), at + 3)
            }
            Kind::Text(Value::Known(name)) if code.is(at + 1, ":") || code.is(at + 1, ",") => {
                (name.as_str(), at + 2)
            }
            // `dict(os.environ, PATH=..)`, `os.environ.update(PATH=..)`
            Kind::Name
                if code.is(at + 1, "=")
                    && (code.is(at.wrapping_sub(1), ",") || code.is(at.wrapping_sub(1), "(")) =>
            {
                (token.text, at + 2)
            }
            _ => continue,
        };
        let is_read =
            code.is(at + 1, ",") && !SETTERS.iter().any(|setter| code.is(at.wrapping_sub(2), setter));
        if is_read || !crate::environment::matters(name) {
            continue;
        }
        let ends = [")", "}", ",", ";"].iter().any(|end| code.is(value_at + 1, end))
            || code.tokens.get(value_at + 1).is_none_or(|token| token.kind == Kind::Line);
        let value = match code.tokens.get(value_at).map(|token| &token.kind) {
            Some(Kind::Text(value)) if ends => value.clone(),
            _ => Value::unknown("a value that the code works out"),
        };
        found.push((name.to_owned(), value));
    }
    found
}

/// Whether a dictionary is the only argument of what goes through its keys: `list(os.environ)`.
fn lists_names(found: &Use, code: &Code<'_>) -> bool {
    const THROUGH: &[&str] = &["list", "sorted", "set", "tuple", "len", "iter", "frozenset", "join"];
    let called = found.first.checked_sub(2).and_then(|at| code.tokens.get(at));
    code.is(found.first.wrapping_sub(1), "(")
        && called.is_some_and(|name| THROUGH.iter().any(|through| name.is(through)))
        && code.is(found.end, ")")
}

/// Calls that set a variable of the environment.
const SETTERS: &[&str] = &["putenv", "setdefault"];

/// What is read of the environment.
fn environment(found: &Use, full: &str, code: &Code<'_>, context: &mut Context<'_>) {
    let text = |open: usize| code.arguments(open).first().map(|argument| argument.given.value());
    let name = match full {
        _ if full.starts_with("os.getenv()")
            || full.starts_with("os.environ.get()")
            || full.starts_with("os.environ.pop()") =>
        {
            found.calls.first().and_then(|open| text(*open))
        }
        _ if full.starts_with("os.environ[]") => text(found.end.min(found.first + 3)),
        "os.environ" | "os.environ.copy()" | "os.environ.items()" | "os.environ.values()" => {
            let before = code.tokens.get(found.first.saturating_sub(5)..found.first).unwrap_or_default();
            let is_argument = before
                .windows(2)
                .any(|pair| matches!(pair, [name, sign] if name.text.ends_with("env") && sign.is("=")));
            // Children have it anyway.
            let is_by_name = code.is(found.first.wrapping_sub(1), "in")
                || (full == "os.environ" && lists_names(found, code));
            if !is_argument && !is_by_name {
                families::reads_environment("*", context);
            }
            return;
        }
        // What is handed on to be called reads whatever it is then given.
        "os.environ.get" | "os.environ.pop" | "os.environ.__getitem__" | "os.getenv"
            if code.is(found.end, ",") || code.is(found.end, ")") =>
        {
            None
        }
        _ => return,
    };
    match name {
        Some(Value::Known(name)) if families::is_address_name(&name) => {}
        Some(Value::Known(name)) if families::is_secret_name(&name) => {
            families::reads_environment(&name, context)
        }
        Some(Value::Known(_)) => {}
        _ => families::reads_environment("*", context),
    }
}

#[cfg(test)]
mod tests;

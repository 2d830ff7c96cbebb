//! What calls of a program's code do, once it is known what they are given.

use countersign_model::{Certainty, Effect, Resource, verbs};

use super::connections;
use super::peers;
use super::requests;
use super::uses::{Argument, Given};
use crate::context::Context;
use crate::families;
use crate::invocation::{Invocation, Source, Stdin};
use crate::shell;
use crate::word::{Value, Word};

/// What a function does with its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Does {
    /// Nothing of note.
    Nothing,
    /// Gives the first argument to a shell.
    Shell,
    /// Starts a program: a list, or a name and a list; a text for a shell where an option says so.
    Program,
    /// Starts a program: its name and its arguments one by one.
    Words,
    /// Starts the program that the arguments name, its own name repeated among them.
    Replace,
    /// Asks a host, by this method.
    Http(&'static str),
    /// Asks a host, by the method that is the first argument.
    HttpBy,
    /// Asks a host, as options or data that follow the address say.
    Request,
    /// Opens a file to read, or to write where the second argument says so.
    Open,
    /// Reads the file of the first argument.
    Read,
    /// Writes the file of the first argument.
    Write,
    /// Writes the file of the second argument.
    Copy,
    /// Moves the file of the first argument to the second.
    Move,
    /// Deletes the file or folder of the first argument.
    Delete,
    /// Makes the folder of the first argument.
    Make,
    /// Changes the mode or owner of the file of the first argument.
    Permit,
    /// Gives a text of SQL to a database.
    Sql,
    /// Signals processes.
    Kill,
    /// Waits for connections.
    Listen,
    /// Opens a connection.
    Connect,
    /// Something that cannot be followed: why.
    Opaque(&'static str),
}

/// Whether an act is done in the first pass: what is written is written before anything runs.
pub(crate) const fn is_early(does: Does) -> bool {
    matches!(
        does,
        Does::Open
            | Does::Read
            | Does::Write
            | Does::Copy
            | Does::Move
            | Does::Delete
            | Does::Make
            | Does::Permit
    )
}

pub(super) fn positional(arguments: &[Argument], index: usize, names: &[&str]) -> Option<Given> {
    let named =
        arguments.iter().find(|argument| argument.name.as_deref().is_some_and(|name| names.contains(&name)));
    let at = arguments.iter().filter(|argument| argument.name.is_none()).nth(index);
    named.or(at).map(|argument| argument.given.clone())
}

/// A field of an object, or an argument by its name.
pub(super) fn option(arguments: &[Argument], names: &[&str]) -> Option<Given> {
    let has = |argument: &&Argument| argument.name.as_deref().is_some_and(|name| names.contains(&name));
    let direct = arguments.iter().find(has);
    let inside = arguments.iter().find_map(|argument| match &argument.given {
        Given::Fields(fields) => fields.iter().find(has),
        Given::One(_) | Given::Many(_) => None,
    });
    direct.or(inside).map(|argument| argument.given.clone())
}

pub(super) fn value(arguments: &[Argument], index: usize, names: &[&str]) -> Value {
    positional(arguments, index, names)
        .map_or_else(|| Value::unknown("a value that the code works out"), |given| given.value())
}

/// Adds what a call does, with the variables that it gives; or says why that is not known.
pub(crate) fn act(does: Does, arguments: &[Argument], context: &mut Context<'_>) -> Result<(), String> {
    let Some(Given::Fields(fields)) = option(arguments, &["env"]) else {
        return act_within(does, arguments, context);
    };
    let kept = context.state.shell.environment.clone();
    let named = fields.into_iter().filter_map(|field| Some((field.name?, field.given.value())));
    context.state.shell.environment.extend(named.filter(|(name, _)| crate::environment::matters(name)));
    let result = act_within(does, arguments, context);
    context.state.shell.environment = kept;
    result
}

fn act_within(does: Does, arguments: &[Argument], context: &mut Context<'_>) -> Result<(), String> {
    let file = |names: &[&str]| value(arguments, 0, names);
    match does {
        Does::Nothing => {}
        Does::Opaque(why) => return Err(why.to_owned()),
        Does::Shell => {
            given_shell(arguments, context)?;
            return shell(&value(arguments, 0, &["command", "cmd", "args"]), context);
        }
        Does::Program | Does::Words | Does::Replace => return program(does, arguments, context),
        Does::Http(method) => requests::ask(Value::Known(method.to_owned()), 0, arguments, context),
        Does::HttpBy => requests::ask(value(arguments, 0, &["method"]), 1, arguments, context),
        Does::Request => return requests::ask_as_told(arguments, context),
        Does::Open => open(arguments, context),
        Does::Read => context.read_value(&file(&["path", "file", "filename", "filepath_or_buffer", "fname"])),
        Does::Write => {
            let file = file(&["path", "file", "filename", "fname", "path_or_buf"]);
            context.write_value(&file);
            let is_nothing = |argument: &Argument| argument.given.value().known() == Some("");
            if matches!(arguments, [_, text] if is_nothing(text)) {
                context.empties(&file);
            }
        }
        Does::Copy => {
            context.read_value(&file(&["src", "filename"]));
            context.write_value(&value(arguments, 1, &["dst", "extract_dir"]));
        }
        Does::Move => {
            context.moves(&Word::made(file(&["src"])));
            context.replace(&value(arguments, 1, &["dst"]));
        }
        Does::Delete => context.delete(&Word::made(file(&["path", "name"]))),
        Does::Make => context.make(&Word::made(file(&["path", "name"]))),
        Does::Permit => context.permit(&Word::made(file(&["path"]))),
        Does::Sql => sql(&value(arguments, 0, &["sql", "query", "statement", "text"]), context),
        Does::Kill => context.program(verbs::EXEC_PROCESS, "processes"),
        Does::Listen => {
            // Where nothing else is said, it listens on all that this machine is called.
            let host = peers::host(arguments).filter(|host| !host.is_empty());
            let resource = Resource::Host { host: host.unwrap_or_else(|| "0.0.0.0".to_owned()), url: None };
            context.push(Effect::new(verbs::NET_LISTEN, resource));
        }
        Does::Connect => connects(peers::host(arguments), context),
    }
    Ok(())
}

/// Adds that code opens a connection.
pub(super) fn connects(host: Option<String>, context: &mut Context<'_>) {
    let resource = |host: &str| Resource::Host { host: host.to_owned(), url: None };
    context.push(match host {
        Some(host) => Effect::new(verbs::NET_SEND, resource(&host)),
        None => Effect::new(verbs::NET_SEND, resource("*"))
            .certain(Certainty::Partial, "the code opens a connection"),
    });
}

/// Runs text in a shell of its own.
pub(crate) fn shell(text: &Value, context: &mut Context<'_>) -> Result<(), String> {
    match text {
        // Too many commands were looked at already, and a plain one is all that this is.
        Value::Known(text) if context.is_spent() && is_plain(text) => Ok(()),
        Value::Known(text) => {
            let environment = context.state.shell.environment.clone();
            let sh = Word::known_as("sh");
            shell::run_child("sh", text, std::slice::from_ref(&sh), &environment, context);
            Ok(())
        }
        Value::Pattern(_) | Value::Unknown { .. } => {
            families::sought_in(text.text(), context);
            Err("it runs a command that the code puts together".to_owned())
        }
    }
}

/// Says so where an option names a program that the text is given to in place of the usual shell.
fn given_shell(arguments: &[Argument], context: &mut Context<'_>) -> Result<(), String> {
    let given = option(arguments, &["executable"]).or_else(|| option(arguments, &["shell"]));
    let Some(given) = given else { return Ok(()) };
    match given.value().known() {
        Some("" | "true") => Ok(()),
        Some(text) if crate::environment::is_usual("SHELL", text) => Ok(()),
        Some(text) => {
            // What it is given are arguments of its own.
            let first = Word::known_as(text);
            families::dispatch(
                invocation(first, Vec::new(), Stdin::Pipe(Source::default()), context),
                context,
            );
            Err("it gives the text to another program than the usual shell".to_owned())
        }
        None => Err("which shell it gives the text to is not known".to_owned()),
    }
}

/// Whether a text can be nothing but one command and its words: it redirects, joins and puts in nothing.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" _-./:,+@%".contains(&byte))
}

fn program(does: Does, arguments: &[Argument], context: &mut Context<'_>) -> Result<(), String> {
    let given = positional(arguments, 0, &["args", "popenargs"]);
    let by_shell = match option(arguments, &["shell"]).map(|given| given.value()) {
        None => false,
        Some(Value::Known(text)) if text.is_empty() => false,
        Some(_) => true,
    };
    if by_shell {
        given_shell(arguments, context)?;
    } else if option(arguments, &["executable"]).is_some() {
        return Err("it starts another program than its arguments say".to_owned());
    }
    if option(arguments, &["preexec_fn", "argv0"]).is_some() {
        return Err("it starts another program than its arguments say".to_owned());
    }
    let mut words: Vec<Value> = match given {
        Some(Given::Many(words)) => words,
        Some(Given::One(value)) => vec![value],
        Some(Given::Fields(_)) | None => return Err("it starts a program that the code works out".to_owned()),
    };
    let replaces = does == Does::Replace;
    let rest = arguments.iter().filter(|argument| argument.name.is_none()).skip(1);
    for (index, argument) in rest.enumerate() {
        match &argument.given {
            Given::Many(more) => words.extend(more.iter().skip(usize::from(replaces)).cloned()),
            // Its own name, again.
            Given::One(Value::Known(_)) if replaces && index == 0 => {}
            Given::One(value) if does != Does::Program || value.is_unknown() => words.push(value.clone()),
            Given::One(_) | Given::Fields(_) => {}
        }
    }
    let kept = context.state.shell.clone();
    if let Some(directory) = option(arguments, &["cwd"]) {
        context.state.shell.directory = match directory.value().known() {
            Some("") => context.state.shell.directory.clone(),
            Some(path) => context.directory_at(path, true),
            None => Err("the code chooses the directory".to_owned()),
        };
    }
    let result = if by_shell {
        let texts: Option<Vec<&str>> = words.iter().map(Value::known).collect();
        let text = texts.map_or_else(
            || Value::unknown("a command that the code puts together"),
            |texts| Value::Known(texts.join(" ")),
        );
        shell(&text, context)
    } else {
        let mut words = words.into_iter().map(Word::made);
        let Some(first) = words.next() else { return Ok(()) };
        if first.value.is_unknown() && first.text().is_empty() {
            context.state.shell = kept;
            return Err("it starts a program that the code works out".to_owned());
        }
        let stdin = match option(arguments, &["input", "stdin"]).map(|given| given.value()) {
            None => Stdin::Inherited,
            Some(value @ Value::Known(_)) => Stdin::Text(value),
            Some(_) => Stdin::Pipe(Source::default()),
        };
        let words: Vec<Word> = words.collect();
        families::dispatch(invocation(first, words, stdin, context), context);
        Ok(())
    };
    context.state.shell = kept;
    result
}

pub(super) fn invocation(first: Word, words: Vec<Word>, stdin: Stdin, context: &Context<'_>) -> Invocation {
    Invocation {
        program: String::new(),
        first,
        words,
        environment: context.state.shell.environment.clone(),
        stdin,
        substituted: Source::default(),
        contiguous: false,
    }
}

/// A request is what `curl` would do with it.
fn open(arguments: &[Argument], context: &mut Context<'_>) {
    let path = value(arguments, 0, &["file", "path", "name"]);
    let mode = positional(arguments, 1, &["mode", "flags", "flag"]).map(|given| given.value());
    let writes = match mode {
        None => false,
        // What follows is how an archive is packed: `r:xz`.
        Some(Value::Known(mode)) => {
            mode.split([':', '|']).next().is_some_and(|mode| mode.contains(['w', 'a', 'x', '+']))
        }
        Some(_) => true,
    };
    if writes { context.write_value(&path) } else { context.read_value(&path) }
}

/// Adds that a file is left empty which is opened as new, where it is.
pub(crate) fn emptied(arguments: &[Argument], context: &mut Context<'_>) {
    let mode = positional(arguments, 1, &["mode", "flags", "flag"]).map(|given| given.value());
    if mode.as_ref().and_then(Value::known).is_some_and(|mode| mode.starts_with('w')) {
        context.empties(&value(arguments, 0, &["file", "path", "name"]));
    }
}

/// What a text of SQL does, in the databases that the code is connected to.
pub(crate) fn sql(text: &Value, context: &mut Context<'_>) {
    let places = match context.connections.as_slice() {
        [] => vec![connections::anywhere()],
        known => known.to_vec(),
    };
    for place in &places {
        // Values are put into a text that could be anything; its start says what it most likely does.
        crate::sql::handed(text.text(), place, context);
        if text.known().is_none() {
            let why = "a part of the SQL is put together when the code runs";
            context.push(place.effect(verbs::DB_WRITE, "*").certain(Certainty::Partial, why));
        }
    }
}

//! Sessions of nox: what the functions of a `noxfile.py` have it run. See <https://nox.thea.codes/en/stable/config.html>.

use crate::context::Context;
use crate::families::dispatch;
use crate::invocation::Stdin;
use crate::paths;
use crate::word::{Value, Word};

use super::language::Language;
use super::{Chosen, Looked, acts, look, understand};

/// Sessions of one call, and commands of one session.
const MOST: usize = 128;

mod inert;
mod sessions;

use sessions::{Session, Sessions};

/// Adds what the chosen sessions run. `file`: the one that is named.
pub(crate) fn run(
    chosen: &Chosen,
    file: Option<&str>,
    directory: &str,
    arguments: &[Word],
    context: &mut Context<'_>,
) -> Looked {
    // It goes to where its file is.
    let (directory, name) = file.map_or((directory, "noxfile.py"), paths::split);
    let located = paths::locate(&Value::Known(paths::normal(directory, name)), context);
    look(&located, &format!("nox {chosen:?}"), context, &mut |text, context| {
        let sessions = Sessions::of(text);
        let (mut waiting, mut result) = sessions.chosen(chosen);
        let mut seen: Vec<usize> = Vec::new();
        while let Some(index) = waiting.pop() {
            let Some(session) = sessions.all.get(index).filter(|_| !seen.contains(&index)) else { continue };
            seen.push(index);
            let kept = context.state.shell.clone();
            context.state.shell.directory = Ok(directory.to_owned());
            let mut asked = Vec::new();
            let one = commands(session, directory, arguments, &mut asked, context);
            context.state.shell = kept;
            for name in asked {
                let named = name.map_or_else(|| sessions.everything(), |name| sessions.named(&name));
                if named.is_empty() {
                    result = result.and(Err("which session it asks for is not known".to_owned()));
                }
                waiting.extend(named);
            }
            // What it asks for otherwise may be any other.
            if one.is_err() {
                waiting.extend(sessions.everything());
            }
            result = result.and(one);
        }
        // What stands outside of the sessions runs as well, and what they do themselves.
        let (rest, is_whole) = sessions.rest(text, &seen, without_calls);
        if !is_whole {
            result = result.and(Err("what it asks of nox is not known".to_owned()));
        }
        let own = understand(Language::Python, &rest, &located, &[], context);
        result.and(own)
    })
}

/// The code of a session without what it asks of nox, by the name of its parameter.
fn without_calls(code: &str, parameter: &str) -> String {
    let mut rest = String::with_capacity(code.len());
    let mut at = 0;
    for place in uses(code, parameter) {
        rest.push_str(code.get(at..place).unwrap_or_default());
        at = place + parameter.len() + 1;
        rest.push_str("print_");
    }
    rest.push_str(code.get(at..).unwrap_or_default());
    rest.replace("print_posargs", "[]")
}

/// Where something of a parameter is used.
fn uses(code: &str, parameter: &str) -> Vec<usize> {
    let start = format!("{parameter}.");
    let is_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.');
    let places = code.match_indices(&start).map(|(at, _)| at);
    places.filter(|at| code.get(..*at).is_some_and(|before| !before.ends_with(is_name))).collect()
}

/// Whether a parameter is used otherwise than for something of it: given to another function, or set anew.
fn is_handed_on(body: &str, parameter: &str) -> bool {
    // What stands first may be a text about it.
    let begun = body.trim_start();
    let described =
        ["\"\"\"", "'''"].iter().find_map(|quotes| begun.strip_prefix(quotes)?.split_once(quotes));
    let code = described.map_or(body, |(_, code)| code);
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    code.match_indices(parameter).any(|(at, _)| {
        let before = code.get(..at).unwrap_or_default();
        let after = code.get(at + parameter.len()..).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        let is_whole =
            !before.ends_with(|letter| is_name(letter) || letter == '.') && !after.starts_with(is_name);
        is_whole && !after.starts_with('.') && !is_in_text(line)
    })
}

/// Whether what follows the start of a line stands in a text or a comment.
fn is_in_text(line: &str) -> bool {
    let mut open = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (open, letter) {
            (Some(quote), letter) if letter == quote => open = None,
            (Some(_), '\\') => drop(letters.next()),
            (Some(_), _) => {}
            (None, '"' | '\'') => open = Some(letter),
            (None, '#') => return true,
            (None, _) => {}
        }
    }
    open.is_some()
}

/// What a session is asked that starts nothing, or only what nox installs.
const PLAIN: &[&str] =
    &["bin_paths", "conda_install", "create_tmp", "debug", "error", "install", "log", "skip", "warn"];

/// Adds what a session has run, in order.
fn commands(
    session: &Session<'_>,
    directory: &str,
    arguments: &[Word],
    asked: &mut Vec<Option<String>>,
    context: &mut Context<'_>,
) -> Result<(), String> {
    let name = session.parameter;
    if name.is_empty() || is_handed_on(session.body, name) {
        return Err("what its session is asked is not known".to_owned());
    }
    if session.body.contains(&format!("{name}.env")) {
        context.state.shell.poisoned = Some("the session sets variables of its own".to_owned());
    }
    let calls = uses(session.body, name).into_iter().filter_map(|at| {
        let rest = session.body.get(at + name.len() + 1..)?;
        let end =
            rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(rest.len());
        let (method, rest) = rest.split_at(end);
        let rest = rest.trim_start();
        // What is called through another name, or a part of a part, is no plain request.
        let called = rest.strip_prefix('(');
        let is_plain = called.is_none()
            && matches!(
                method,
                "posargs"
                    | "env"
                    | "python"
                    | "bin"
                    | "name"
                    | "interactive"
                    | "cache_dir"
                    | "invoked_from"
                    | "friendly_name"
                    | "virtualenv"
            );
        (!is_comment(session.body, at) && !is_plain).then_some((method, called.unwrap_or_default()))
    });
    for (count, (method, rest)) in calls.enumerate() {
        if count >= MOST {
            return Err("it has too many commands".to_owned());
        }
        let mut words = Vec::new();
        let (mut sets, mut is_named) = (false, false);
        let is_whole = arguments_of(rest, |argument| match argument {
            Argument::Text(text) => words.push(Word::known_as(&text)),
            Argument::Given => words.extend(arguments.iter().cloned()),
            Argument::Named(name) => {
                sets |= name == "env";
                is_named = true;
            }
            Argument::Other => words.push(Word::made(Value::unknown("the session works it out"))),
        });
        let known = words.first().and_then(Word::known).map(str::to_owned);
        match method {
            "run" | "run_always" | "run_install" => {
                let Some((first, rest)) = words.split_first().filter(|_| is_whole) else {
                    return Err("which command a session runs is not known".to_owned());
                };
                let why = "the session sets variables of its own".to_owned();
                let poisoned = context.state.shell.poisoned.clone();
                context.state.shell.poisoned = if sets { Some(why) } else { poisoned.clone() };
                let invocation = acts::invocation(first.clone(), rest.to_vec(), Stdin::Inherited, context);
                dispatch(invocation, context);
                context.state.shell.poisoned = poisoned;
            }
            "chdir" | "cd" => {
                context.state.shell.directory = match known {
                    Some(below) => Ok(paths::normal(directory, &below)),
                    None => Err("the session changes the directory".to_owned()),
                };
            }
            "notify" => {
                asked.push(known.filter(|_| is_whole));
                if words.len() != 1 || is_named {
                    return Err("what a session is given is not known".to_owned());
                }
            }
            method if PLAIN.contains(&method) => {}
            _ => return Err("what its session is asked is not known".to_owned()),
        }
    }
    Ok(())
}

/// Whether a place stands in a line that is a comment, and no part of a text or of the line before.
fn is_comment(code: &str, at: usize) -> bool {
    let before = code.get(..at).unwrap_or_default();
    let (above, line) = before.rsplit_once('\n').unwrap_or(("", before));
    line.trim_start().starts_with('#') && !above.ends_with('\\') && !sessions::is_text_open(above)
}

/// An argument of a call.
enum Argument {
    /// A text that is written out.
    Text(String),
    /// What is given to nox behind its own words.
    Given,
    /// One with a name.
    Named(String),
    Other,
}

/// Reads arguments up to the bracket that closes the call; whether it is there.
fn arguments_of(text: &str, mut takes: impl FnMut(Argument)) -> bool {
    let mut depth = 0_usize;
    let mut written = String::new();
    let mut literal: Option<String> = None;
    let mut letters = text.chars().peekable();
    let mut ends = |written: &mut String, literal: &mut Option<String>| {
        let bare = written.trim();
        match literal.take() {
            Some(text) if bare.is_empty() => takes(Argument::Text(text)),
            None if bare.is_empty() => {}
            _ if bare.starts_with('*') && bare.ends_with(".posargs") => takes(Argument::Given),
            _ => match bare.split_once('=').filter(|(name, _)| {
                name.trim().chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
            }) {
                Some((name, _)) => takes(Argument::Named(name.trim().to_owned())),
                None => takes(Argument::Other),
            },
        }
        written.clear();
    };
    while let Some(letter) = letters.next() {
        match letter {
            '"' | '\'' => {
                let mut inner = String::new();
                loop {
                    match letters.next() {
                        None => return false,
                        Some('\\') => inner.extend(letters.next()),
                        Some(end) if end == letter => break,
                        Some(other) => inner.push(other),
                    }
                }
                match &mut literal {
                    // Texts beside each other are one.
                    Some(text) if written.trim().is_empty() && depth == 0 => text.push_str(&inner),
                    None if written.trim().is_empty() && depth == 0 => literal = Some(inner),
                    _ => written.push('"'),
                }
            }
            '#' => while letters.next_if(|letter| *letter != '\n').is_some() {},
            '(' | '[' | '{' => {
                depth += 1;
                written.push(letter);
            }
            ')' if depth == 0 => {
                ends(&mut written, &mut literal);
                return true;
            }
            ')' | ']' | '}' => {
                depth = depth.saturating_sub(1);
                written.push(letter);
            }
            ',' if depth == 0 => ends(&mut written, &mut literal),
            letter if letter.is_whitespace() && literal.is_some() => {}
            letter => written.push(letter),
        }
    }
    false
}

#[cfg(test)]
mod tests;

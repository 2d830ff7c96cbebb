//! Sessions of nox: what the functions of a `noxfile.py` have it run. See <https://nox.thea.codes/en/stable/config.html>.

use crate::context::Context;
use crate::families::dispatch;
use crate::invocation::Stdin;
use crate::paths;
use crate::word::{Value, Word};

use super::language::Language;
use super::{Looked, acts, look, understand};

/// Sessions of one call, and commands of one session.
const MOST: usize = 128;

/// A function that is a session.
struct Session<'t> {
    name: String,
    /// What its first parameter is called.
    parameter: &'t str,
    /// Whether it runs where none is named.
    is_usual: bool,
    body: &'t str,
    /// From its first decorator to its end.
    span: (usize, usize),
    /// Where its function begins.
    head: usize,
}

/// Adds what the sessions of these names run, of the usual ones where none is named.
pub(crate) fn run(
    names: &[String],
    directory: &str,
    arguments: &[Word],
    context: &mut Context<'_>,
) -> Looked {
    let located = paths::locate(&Value::Known(paths::normal(directory, "noxfile.py")), context);
    look(&located, &format!("nox {}", names.join(",")), context, &mut |text, context| {
        // What stands outside of the sessions runs as well.
        let sessions = sessions(text);
        let mut waiting: Vec<String> = if names.is_empty() { usual(text, &sessions) } else { names.to_vec() };
        let mut seen: Vec<String> = Vec::new();
        let mut chosen = Vec::new();
        while let Some(name) = waiting.pop() {
            if seen.contains(&name) {
                continue;
            }
            if seen.len() >= MOST {
                return Err("it has too many sessions".to_owned());
            }
            let found = sessions.iter().filter(|session| is_named(&session.name, &name));
            let found: Vec<&Session<'_>> = found.collect();
            if found.is_empty() {
                return Err(format!("what its session {name} runs is not known"));
            }
            chosen.extend(found.iter().map(|session| session.span));
            for session in found {
                let kept = context.state.shell.clone();
                context.state.shell.directory = Ok(directory.to_owned());
                let result = commands(session, directory, arguments, &mut waiting, context);
                context.state.shell = kept;
                result?;
            }
            seen.push(name);
        }
        // What stands outside of the sessions runs as well, and what they do themselves.
        let rest = without_nox(text, &sessions, &chosen);
        understand(Language::Python, &rest, &located, &[], context)
    })
}

/// The code without the sessions that are not chosen and without what it tells nox.
fn without_nox(text: &str, sessions: &[Session<'_>], chosen: &[(usize, usize)]) -> String {
    let mut rest = String::with_capacity(text.len());
    let mut at = 0;
    for session in sessions {
        rest.push_str(text.get(at..session.span.0).unwrap_or_default());
        at = session.span.1;
        if chosen.contains(&session.span) {
            let own = text.get(session.head..session.span.1).unwrap_or_default();
            rest.push_str(&without_calls(own, session.parameter));
        }
    }
    rest.push_str(text.get(at..).unwrap_or_default());
    let is_of_nox = |line: &&str| {
        line.starts_with("import nox") && !line.contains([',', ';'])
            || line.starts_with("from nox import ")
            || line.starts_with("nox.options.")
    };
    let lines: Vec<&str> = rest.lines().map(|line| if is_of_nox(&line) { "" } else { line }).collect();
    lines.join("\n")
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

/// Whether a session is meant by a name, which may have a version or parameters: `tests-3.12`, `tests(a=1)`.
fn is_named(session: &str, name: &str) -> bool {
    name.strip_prefix(session).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '(']))
}

/// The sessions that run where none is named.
fn usual(text: &str, sessions: &[Session<'_>]) -> Vec<String> {
    let listed = text
        .lines()
        .find_map(|line| line.strip_prefix("nox.options.sessions")?.trim_start().strip_prefix('='));
    match listed {
        Some(list) => {
            let mut names = Vec::new();
            arguments_of(&format!("{})", list.trim().trim_matches(['[', ']', '(', ')'])), |argument| {
                if let Argument::Text(text) = argument {
                    names.push(text);
                }
            });
            names
        }
        None => {
            sessions.iter().filter(|session| session.is_usual).map(|session| session.name.clone()).collect()
        }
    }
}

fn sessions(text: &str) -> Vec<Session<'_>> {
    let mut found = Vec::new();
    let mut decorator = String::new();
    let mut decorated = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let begin = at;
        at += line.len();
        if line.starts_with('@') && decorator.is_empty() {
            decorated = begin;
        }
        if line.starts_with('@') || !decorator.is_empty() && !line.starts_with("def ") {
            decorator.push_str(line);
        }
        let Some(rest) = line.strip_prefix("def ").or_else(|| line.strip_prefix("async def ")) else {
            continue;
        };
        let whole = std::mem::take(&mut decorator);
        let Some((name, parameters)) = rest.split_once('(').filter(|_| whole.contains("session")) else {
            continue;
        };
        let parameter = parameters.split([',', ':', ')', '=']).next().unwrap_or_default().trim();
        let after = text.get(begin + line.len()..).unwrap_or_default();
        let mut end = 0;
        for line in after.split_inclusive('\n') {
            if !line.trim().is_empty() && !line.starts_with([' ', '\t', '#', ')']) {
                break;
            }
            end += line.len();
        }
        let named = whole.split_once("name=").map(|(_, rest)| rest.trim_start_matches(['"', '\'']));
        let named = named.and_then(|rest| rest.split(['"', '\'']).next()).filter(|name| !name.is_empty());
        found.push(Session {
            name: named.unwrap_or(name.trim()).to_owned(),
            parameter,
            is_usual: !whole.replace(' ', "").contains("default=False"),
            body: after.get(..end).unwrap_or_default(),
            span: (decorated, begin + line.len() + end),
            head: begin,
        });
        if found.len() > MOST {
            break;
        }
    }
    found
}

/// Adds what a session has run, in order.
fn commands(
    session: &Session<'_>,
    directory: &str,
    arguments: &[Word],
    waiting: &mut Vec<String>,
    context: &mut Context<'_>,
) -> Result<(), String> {
    let name = session.parameter;
    if name.is_empty() || is_handed_on(session.body, name) {
        return Err("what its session is asked is not known".to_owned());
    }
    let calls = uses(session.body, name).into_iter().filter_map(|at| {
        let line = session.body.get(..at)?.rsplit('\n').next()?;
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
        (!line.trim_start().starts_with('#') && !is_plain).then_some((method, called.unwrap_or_default()))
    });
    for (count, (method, rest)) in calls.enumerate() {
        if count >= MOST {
            return Err("it has too many commands".to_owned());
        }
        let mut words = Vec::new();
        let mut sets = false;
        let is_whole = arguments_of(rest, |argument| match argument {
            Argument::Text(text) => words.push(Word::known_as(&text)),
            Argument::Given => words.extend(arguments.iter().cloned()),
            Argument::Named(name) => sets |= name == "env",
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
            "notify" => waiting.extend(known),
            method if PLAIN.contains(&method) => {}
            _ => return Err("what its session is asked is not known".to_owned()),
        }
    }
    Ok(())
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
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check_with;

    const FILE: &str = "import nox\n\nnox.options.sessions = [\"lint\", \"tests\"]\n\n\n@nox.session(python=[\"3.11\", \"3.12\"])\ndef tests(session: nox.Session) -> None:\n    session.install(\"-e\", \".\")\n    session.run(\"pytest\", *session.posargs, env={\"A\": \"1\"})\n\n\n@nox.session\ndef lint(session):\n    # session.run(\"rm\", \"-rf\", \"src\")\n    session.run(\n        \"ruff\",\n        \"check\",  # all\n        \".\",\n    )\n\n\n@nox.session(name=\"ship-it\", default=False)\ndef ship(session):\n    session.run(\"git\", \"push\", \"origin\", *session.posargs, external=True)\n    session.notify(\"lint\")\n\n\n@nox.session\ndef odd(session):\n    session.run(*COMMAND)\n";

    fn run(command: &str) -> String {
        check_with(command, &[("/repo/noxfile.py", FILE)])
    }

    #[test]
    fn commands_of_the_chosen_sessions() {
        assert_snapshot!(run("nox"), @"
        exec.test pytest, execute
        exec.build ruff, execute
        ");
        assert_snapshot!(run("nox -s tests-3.12"), @"exec.test pytest, execute");
        assert_snapshot!(run("nox -s ship-it -- main"), @"
        git.push main@origin, write
        exec.build ruff, execute
        ");
        assert_snapshot!(run("nox -s lint tests"), @"
        exec.test pytest, execute
        exec.build ruff, execute
        ");
        assert_snapshot!(run("nox --list"), @"exec.read nox, read");
        assert!(run("NOXSESSION=ship-it nox -- main").contains("git.push main@origin"));
    }

    #[test]
    fn what_is_not_asked_of_nox_is_seen() {
        for body in [
            "import os as xsession\n    xsession.system('git push origin main')",
            "session = os\n    session.system('git push origin main')",
            "run = session.run\n    run('git', 'push')",
            "import os as session\n    session.system('x')",
            "session.frobnicate('x')",
            "getattr(session, 'run')('git', 'push')",
        ] {
            let file = format!("import os\nimport nox\n@nox.session\ndef x(session):\n    {body}\n");
            let found = check_with("nox -s x", &[("/repo/noxfile.py", &file)]);
            assert!(found.contains("opaque") || found.contains("git.push"), "{body}: {found}");
        }
    }

    #[test]
    fn near_misses() {
        assert_snapshot!(run("nox -s odd"), @"exec.hidden , execute, opaque");
        assert_snapshot!(run("nox -s gone"), @"exec.opaque nox, execute, opaque");
        assert_snapshot!(run("nox -t all"), @"exec.opaque nox, execute, opaque");
        assert_snapshot!(check_with("nox", &[]), @"exec.test nox, execute");
        assert_snapshot!(check_with("nox", &[("/repo/noxfile.py", "import os\nos.system('git push origin main')\n")]), @"git.push main@origin, write");
        assert_snapshot!(check_with("nox -s x", &[("/repo/noxfile.py", "import nox, subprocess\n@nox.session\ndef x(session):\n    subprocess.run(['git', 'push', 'origin', 'main'])\n")]), @"
        git.push main@origin, write
        exec.opaque nox, execute, opaque
        ");
        assert_snapshot!(check_with("nox -s x", &[("/repo/noxfile.py", "import nox\n@nox.session\ndef x(session):\n    session.run(f\"{tool}\", 'x')\n")]), @"exec.hidden , execute, opaque");
    }
}

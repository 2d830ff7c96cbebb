//! The functions of a `noxfile.py` that are sessions, which of them are chosen, and what is left besides.

use super::super::Chosen;
use super::inert::is_inert;
use super::{Argument, MOST, arguments_of};

/// A function that is a session.
#[derive(Debug)]
pub(super) struct Session<'t> {
    /// Its name; none where that is worked out.
    name: Option<String>,
    /// What its first parameter is called.
    pub parameter: &'t str,
    /// Whether it runs where none is named.
    is_usual: bool,
    pub body: &'t str,
    /// From its first decorator to its end.
    span: (usize, usize),
    /// Where its function begins, and its body.
    head: usize,
    inner: usize,
}

/// All of them.
#[derive(Debug)]
pub(super) struct Sessions<'t> {
    pub all: Vec<Session<'t>>,
    /// Those that its options name; an outer none where that is not known.
    listed: Option<Option<Vec<String>>>,
    /// Whether nox goes by other names, or there are too many sessions.
    is_unsure: bool,
}

/// Options of nox that choose nothing and start nothing.
const OPTIONS: &[&str] = &[
    "default_venv_backend",
    "download_python",
    "envdir",
    "error_on_external_run",
    "error_on_missing_interpreters",
    "force_venv_backend",
    "report",
    "reuse_existing_virtualenvs",
    "reuse_venv",
    "sessions",
    "stop_on_first_error",
    "verbose",
];

impl<'t> Sessions<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let is_renamed = text.lines().any(|line| {
            let line = line.trim();
            let is_import = line.contains("import");
            let is_of_nox = line
                .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
                .any(|word| word == "nox");
            is_import && is_of_nox && (line.contains(" as ") || line.contains(['*', '(', '\\']))
        });
        let mut all = sessions(text, is_renamed);
        let is_unsure = is_renamed || all.len() > MOST;
        all.truncate(MOST);
        Self { all, listed: listed(text), is_unsure }
    }

    pub(super) fn everything(&self) -> Vec<usize> {
        (0..self.all.len()).collect()
    }

    /// Those that a name may mean, which may have a version or parameters: `tests-3.12`, `tests(a=1)`.
    pub(super) fn named(&self, name: &str) -> Vec<usize> {
        let is_named = |session: &Session<'_>| match &session.name {
            Some(own) => name
                .strip_prefix(own.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '('])),
            None => true,
        };
        self.all.iter().enumerate().filter(|(_, session)| is_named(session)).map(|(index, _)| index).collect()
    }

    /// Those that run, all where it is not known which; and why it is not.
    pub(super) fn chosen(&self, chosen: &Chosen) -> (Vec<usize>, Result<(), String>) {
        if self.is_unsure {
            return (self.everything(), Err("nox has other names there".to_owned()));
        }
        let names = match (chosen, &self.listed) {
            (Chosen::All, _) => return (self.everything(), Ok(())),
            (Chosen::Named(names), _) => {
                names.iter().flat_map(|name| name.split(',')).map(str::to_owned).collect()
            }
            (Chosen::Usual, None) => {
                return (self.everything(), Err("which sessions run is not known".to_owned()));
            }
            (Chosen::Usual, Some(Some(names))) => names.clone(),
            (Chosen::Usual, Some(None)) => {
                let usual = self.all.iter().enumerate().filter(|(_, session)| session.is_usual);
                return (usual.map(|(index, _)| index).collect(), Ok(()));
            }
        };
        let mut found = Vec::new();
        let mut result = Ok(());
        for name in names.iter().filter(|name| !name.is_empty()) {
            let named = self.named(name);
            if named.is_empty() {
                result = Err(format!("what its session {name} runs is not known"));
            }
            found.extend(named);
        }
        (found, result)
    }

    /// The code without the sessions that do not run and without what it tells nox, and whether nothing else is asked
    /// of nox there.
    pub(super) fn rest(
        &self,
        text: &str,
        chosen: &[usize],
        without_calls: impl Fn(&str, &str) -> String,
    ) -> (String, bool) {
        let mut outside = String::new();
        let mut own = String::new();
        let mut at = 0;
        for (index, session) in self.all.iter().enumerate() {
            outside.push_str(text.get(at..session.span.0).unwrap_or_default());
            at = session.span.1;
            let decorators = text.get(session.span.0..session.head).unwrap_or_default();
            let signature = text.get(session.head..session.inner).unwrap_or_default();
            let parameters = signature
                .split_once('(')
                .map_or(signature, |(_, parameters)| parameters.trim_end_matches([')', ':']));
            if !is_inert(decorators) {
                own.push_str(decorators.trim_start());
                own.push_str("x = 1\n");
            }
            if chosen.contains(&index) {
                let code = text.get(session.head..session.span.1).unwrap_or_default();
                own.push_str(&without_calls(code, session.parameter));
            } else if !is_inert(parameters) {
                own.push_str(signature.trim_start());
                own.push_str(" pass\n");
            }
            if session.span.1 > session.span.0 {
                outside.push('\n');
            }
        }
        outside.push_str(text.get(at..).unwrap_or_default());
        let outside = told(&outside);
        let is_whole = !asks(&outside);
        (format!("{outside}\n{own}"), is_whole)
    }
}

/// The code without lines that only tell nox something.
fn told(code: &str) -> String {
    let mut rest = String::with_capacity(code.len());
    let mut at = 0;
    while let Some(line) = code.get(at..).and_then(|rest| rest.split_inclusive('\n').next()) {
        // One that goes on in brackets.
        let after = code.get(at..).unwrap_or_default();
        let set = line.strip_prefix("nox.").and_then(|rest| rest.split_once('='));
        let is_set = set.is_some_and(|(name, _)| {
            let name = name.trim();
            name == "needs_version"
                || name
                    .strip_prefix("options.")
                    .is_some_and(|name| OPTIONS.contains(&name) || name == "pythons")
        });
        let length = if is_set { statement(after) } else { line.len() };
        let whole = after.get(..length).unwrap_or(line);
        let plain = whole.split('#').next().unwrap_or_default().trim_end();
        let is_name =
            |name: &str| matches!(name.trim(), "session" | "Session" | "options" | "parametrize" | "param");
        let is_import = plain == "import nox"
            || plain.strip_prefix("from nox import ").is_some_and(|names| names.split(',').all(is_name));
        let is_plain = is_set && whole.split_once('=').is_some_and(|(_, value)| is_inert(value));
        if !(is_import || is_plain) || is_text_open(code.get(..at).unwrap_or_default()) {
            rest.push_str(whole);
        } else {
            rest.push('\n');
        }
        at += length.max(1);
    }
    rest
}

/// How long the statement is that a text begins with: up to an end of line outside of brackets.
fn statement(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    for line in text.split_inclusive('\n').take(MOST) {
        at += line.len();
        for letter in line.split('#').next().unwrap_or_default().chars() {
            match letter {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// Whether code uses nox for more than to say of which kind something is.
fn asks(code: &str) -> bool {
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    code.lines().filter(|line| !line.trim_start().starts_with('#')).any(|line| {
        line.match_indices("nox").any(|(at, _)| {
            let before = line.get(..at).unwrap_or_default();
            let after = line.get(at + 3..).unwrap_or_default();
            let is_whole = !before
                .ends_with(|letter| is_name(letter) || matches!(letter, '"' | '\'' | '/' | '.'))
                && !after.starts_with(is_name);
            is_whole
                && !after.starts_with(".Session")
                && !after.starts_with(".sessions.Session")
                && !super::is_in_text(before)
                && (after.starts_with('.')
                    || after.starts_with([',', ')'])
                    || before.trim_end().ends_with('='))
        })
    })
}

/// Whether a text of several lines is open at the end of some code.
pub(super) fn is_text_open(code: &str) -> bool {
    ["\"\"\"", "'''"].iter().any(|quotes| code.matches(quotes).count() % 2 == 1)
}

/// The sessions that options name: an inner none where they name none, an outer where they may be any.
fn listed(text: &str) -> Option<Option<Vec<String>>> {
    let mut names = None;
    for (at, _) in text.match_indices("options") {
        let before = text.get(..at).unwrap_or_default();
        let after = text.get(at + "options".len()..).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        // In a text or a longer name it is none of nox's.
        let is_of_nox = before.ends_with("nox.")
            || after
                .strip_prefix('.')
                .is_some_and(|name| name.starts_with(|letter: char| letter.is_alphabetic()))
            || line.contains("import")
            || line.contains("nox");
        if !is_of_nox {
            continue;
        }
        if line.trim_start().starts_with("from nox import ")
            && !line.contains(['(', '*'])
            && !after.starts_with(" as")
        {
            continue;
        }
        let (name, rest) = after.strip_prefix('.')?.split_once('=')?;
        let name = name.trim();
        if !matches!(line, "nox." | "") || !OPTIONS.contains(&name) && name != "pythons" {
            return None;
        }
        if name == "pythons" || name != "sessions" {
            continue;
        }
        if names.is_some() {
            return None;
        }
        let value = rest.get(..statement(rest))?.trim();
        let inner = value.split_once(['[', '(']).filter(|(before, _)| before.is_empty())?.1;
        let mut found = Vec::new();
        let mut is_known = true;
        let whole = inner.replace(']', ")");
        let is_whole = arguments_of(&whole, |argument| match argument {
            Argument::Text(text) => found.push(text),
            _ => is_known = false,
        });
        let is_closed = value.split('#').next().unwrap_or_default().trim_end().ends_with([']', ')'])
            || value.ends_with([']', ')']);
        if !is_whole || !is_known || !is_closed || value.matches([']', ')']).count() != 1 {
            return None;
        }
        names = Some(found);
    }
    Some(names)
}

fn sessions(text: &str, is_renamed: bool) -> Vec<Session<'_>> {
    let mut found: Vec<Session<'_>> = Vec::new();
    let mut decorator = String::new();
    let mut decorated = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let begin = at;
        at += line.len();
        // What stands in one is a part of it.
        if found.last().is_some_and(|session| begin < session.span.1) {
            continue;
        }
        let bare = line.trim_start();
        let is_function = bare.starts_with("def ") || bare.starts_with("async def ");
        if bare.starts_with('@') && decorator.is_empty() {
            decorated = begin;
        }
        if bare.starts_with('@') || !decorator.is_empty() && !is_function {
            decorator.push_str(line);
        }
        if !is_function {
            continue;
        }
        let whole = std::mem::take(&mut decorator);
        let head = begin + (line.len() - bare.len());
        let Some(rest) = text.get(head..).and_then(|rest| rest.split_once("def ")).map(|(_, rest)| rest)
        else {
            continue;
        };
        let Some((name, parameters)) =
            rest.split_once('(').filter(|_| whole.contains("session") || is_renamed && !whole.is_empty())
        else {
            continue;
        };
        let parameter = parameters.split([',', ':', ')', '=']).next().unwrap_or_default().trim();
        let inner = text.len() - parameters.len() + signature(parameters);
        let indent = line.len() - bare.len();
        let end = inner + extent(text.get(inner..).unwrap_or_default(), indent);
        let (own, is_usual) = described(&whole);
        found.push(Session {
            name: own.unwrap_or_else(|| Some(name.trim().to_owned())),
            parameter,
            is_usual,
            body: text.get(inner..end).unwrap_or_default(),
            span: (decorated, end),
            head,
            inner,
        });
        if found.len() > MOST {
            break;
        }
    }
    found
}

/// How long the rest of a signature is, up to the colon behind its brackets.
fn signature(text: &str) -> usize {
    let mut depth = 1_usize;
    let mut quote = None;
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            (None, ':') if depth == 0 => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// How long a body is that is indented by more than this: the rest of its first line, and what belongs to it.
fn extent(text: &str, indent: usize) -> usize {
    let mut end = 0;
    let mut is_open = false;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let bare = line.trim_start();
        let is_inside = line.len() - bare.len() > indent || bare.is_empty() || bare.starts_with(['#', ')']);
        if index > 0 && !is_open && !is_inside {
            break;
        }
        end += line.len();
        is_open ^= is_text_open(line);
    }
    end
}

/// The name that a decorator gives, an inner none where it is worked out; and whether the session runs by itself.
fn described(whole: &str) -> (Option<Option<String>>, bool) {
    let bare: String = whole.chars().filter(|letter| !letter.is_whitespace()).collect();
    let is_argument = |at: usize| {
        let before = bare.get(..at).unwrap_or_default();
        before.ends_with(['(', ',']) && before.matches(['"', '\'']).count() % 2 == 0
    };
    let is_usual = !bare.match_indices("default=False").any(|(at, _)| is_argument(at));
    let inner = whole.split_once("session").and_then(|(_, rest)| rest.trim_start().strip_prefix('('));
    let mut is_positional = false;
    if let Some(inner) = inner {
        arguments_of(inner, |argument| is_positional |= !matches!(argument, Argument::Named(_)));
    }
    let named =
        bare.match_indices("name=").find(|(at, _)| is_argument(*at)).map(|(at, _)| at + "name=".len());
    let name = match named {
        _ if is_positional => Some(None),
        None => None,
        Some(at) => {
            let rest = bare.get(at..).unwrap_or_default();
            let quote = rest.chars().next().filter(|letter| matches!(letter, '"' | '\''));
            let literal = quote.and_then(|quote| rest.get(1..)?.split_once(quote));
            let is_plain = |(name, after): &(&str, &str)| {
                !name.is_empty() && !name.contains('\\') && after.starts_with([',', ')'])
            };
            Some(literal.filter(is_plain).map(|(name, _)| name.to_owned()))
        }
    };
    (name, is_usual)
}

//! What code names and calls, out of its tokens: `a.b(c).d` is one use, and every argument is looked at in turn.

mod changes;
mod constants;
mod iterated;
mod loops;
mod types;

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};

use super::tokens::{self, Kind, Rules, Token};
use crate::word::Value;

/// More arguments of one call are not looked at.
const MOST_ARGUMENTS: usize = 64;
/// How deep a value may be made of others.
const DEEPEST: usize = 6;

/// Code as a row of tokens, and which names always stand for one text.
pub(crate) struct Code<'t> {
    /// Its tokens.
    pub tokens: Vec<Token<'t>>,
    /// The language.
    pub rules: Rules,
    /// The home directory that `expanduser` means, where it is told.
    pub home: String,
    /// Whether nothing else sets up what it runs in: it loads no code beside it, and none loads it.
    pub is_alone: bool,
    pairs: Vec<usize>,
    openers: Vec<usize>,
    /// Names that it gives something of its own.
    own: OnceCell<HashSet<&'t str>>,
    /// The hosts that its sockets are connected to, where they are known.
    peers: OnceCell<Option<Vec<String>>>,
    constants: HashMap<&'t str, (usize, usize)>,
    /// Those of them that are lists to which more is put.
    growing: HashSet<&'t str>,
    /// Names that a loop alone gives values, and where stands what it goes through.
    loops: HashMap<&'t str, (usize, usize)>,
    /// The value that such a name has in the turn that is looked at.
    turn: RefCell<Option<(&'t str, Value)>>,
}

/// A name with what is taken of it: `a.b(c).d` has the key `a.b().d` and one call.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    /// The names with dots between, `()` for a call and `[]` for an element; `?` at the start is anything.
    pub key: String,
    /// The index of its first token.
    pub first: usize,
    /// Where the brackets of its calls open.
    pub calls: Vec<usize>,
    /// One past its last token.
    pub end: usize,
}

impl Use {
    /// The same by the full name of what it begins with; calls that only loaded that are left out.
    pub fn by(&self, full: &str) -> Self {
        let skipped = self.calls.len().saturating_sub(full.matches("()").count());
        let calls = self.calls.get(skipped..).unwrap_or_default().to_vec();
        Self { key: full.to_owned(), calls, ..self.clone() }
    }

    /// Each call in it, by what is called and where its bracket opens.
    pub fn called(&self) -> impl Iterator<Item = (&str, usize)> {
        let mut from = 0;
        self.calls.iter().filter_map(move |open| {
            let at = self.key.get(from..)?.find("()")? + from;
            from = at + 2;
            Some((self.key.get(..at)?, *open))
        })
    }
}

/// An argument, or an element of a list.
#[derive(Clone, Debug)]
pub(crate) struct Argument {
    /// Its name, for those that have one.
    pub name: Option<String>,
    /// What it is.
    pub given: Given,
}

/// What an argument is.
#[derive(Clone, Debug)]
pub(crate) enum Given {
    /// A text, or anything that is not known.
    One(Value),
    /// A list.
    Many(Vec<Value>),
    /// Keys and values.
    Fields(Vec<Argument>),
}

impl Given {
    /// Its text as far as it is known.
    pub fn value(&self) -> Value {
        match self {
            Self::One(value) => value.clone(),
            Self::Many(_) | Self::Fields(_) => Value::unknown("a value of the code that is not one text"),
        }
    }
}

impl<'t> Code<'t> {
    /// Reads code.
    pub fn of(text: &'t str, rules: Rules) -> Result<Self, String> {
        let tokens = tokens::read(text, rules)?;
        let pairs = tokens::pairs(&tokens)?;
        let mut openers = vec![usize::MAX; tokens.len()];
        for (open, close) in pairs.iter().enumerate() {
            if let Some(opener) = openers.get_mut(*close) {
                *opener = open;
            }
        }
        let mut code = Self {
            tokens,
            rules,
            openers,
            own: OnceCell::new(),
            peers: OnceCell::new(),
            home: String::new(),
            is_alone: false,
            pairs,
            constants: HashMap::new(),
            growing: HashSet::new(),
            loops: HashMap::new(),
            turn: RefCell::new(None),
        };
        code.constants = code.constants();
        code.forgets_changed();
        code.loops = if rules == Rules::JavaScript { code.iterated() } else { code.loops() };
        Ok(code)
    }

    /// The token at an index, if it is this sign or name.
    pub fn is(&self, index: usize, text: &str) -> bool {
        self.tokens.get(index).is_some_and(|token| token.is(text))
    }

    /// The name at an index.
    pub fn name(&self, index: usize) -> Option<&'t str> {
        self.tokens.get(index).filter(|token| token.kind == Kind::Name).map(|token| token.text)
    }

    /// The text between quotes at an index, if it is known.
    pub fn text(&self, index: usize) -> Option<&str> {
        match self.tokens.get(index).map(|token| &token.kind) {
            Some(Kind::Text(Value::Known(text))) => Some(text),
            _ => None,
        }
    }

    /// Where the bracket that opens at an index closes.
    pub fn closer(&self, open: usize) -> usize {
        self.pairs.get(open).copied().filter(|at| *at != usize::MAX).unwrap_or(self.tokens.len())
    }

    /// The value that a loop's name has in the turn that is looked at.
    fn in_turn(&self, name: &str) -> Option<Value> {
        self.turn.borrow().as_ref().filter(|(own, _)| *own == name).map(|(_, value)| value.clone())
    }

    /// The hosts that its sockets are connected to; none where one of them is not known.
    pub fn peers(&self) -> Option<&[String]> {
        self.peers.get_or_init(|| super::peers::of_sockets(self)).as_deref()
    }

    /// Where the bracket opens that closes at an index.
    pub fn opener(&self, close: usize) -> Option<usize> {
        self.openers.get(close).copied().filter(|at| *at != usize::MAX)
    }

    /// The end of the line that an index is on.
    pub fn line_end(&self, from: usize) -> usize {
        let rest = self.tokens.get(from..).unwrap_or_default();
        from + rest.iter().position(|token| token.kind == Kind::Line || token.is(";")).unwrap_or(rest.len())
    }

    /// All uses, in order.
    pub fn uses(&self) -> Vec<Use> {
        let mut uses = Vec::new();
        let mut taken = vec![false; self.tokens.len()];
        for index in 0..self.tokens.len() {
            if taken.get(index).copied().unwrap_or(true) {
                continue;
            }
            let key = match self.name(index) {
                Some(name) => name.to_owned(),
                None if self.is(index, ".") || self.is(index, "?.") => "?".to_owned(),
                None => continue,
            };
            uses.push(self.one(key, index, &mut taken));
        }
        uses
    }

    fn one(&self, key: String, first: usize, taken: &mut [bool]) -> Use {
        let mut found =
            Use { end: if key == "?" { first } else { first + 1 }, key, first, calls: Vec::new() };
        loop {
            let at = found.end;
            let dotted = self.is(at, ".") || self.is(at, "?.");
            if let (true, Some(name)) = (dotted, self.name(at + 1)) {
                taken.iter_mut().skip(at).take(2).for_each(|taken| *taken = true);
                found.key.push('.');
                found.key.push_str(name);
                found.end = at + 2;
                continue;
            }
            let open = if self.is(at, "?.") { at + 1 } else { at };
            // A bracket on a new line starts something else.
            if self.is(open, "(") {
                found.key.push_str("()");
                found.calls.push(open);
                found.end = self.closer(open) + 1;
            } else if self.is(open, "[") {
                found.key.push_str("[]");
                found.end = self.closer(open) + 1;
            } else {
                return found;
            }
            if found.key.len() > 4096 {
                return found;
            }
        }
    }

    /// The arguments between brackets, or the elements of a list.
    pub fn arguments(&self, open: usize) -> Vec<Argument> {
        self.listed(open, 0)
    }

    fn listed(&self, open: usize, depth: usize) -> Vec<Argument> {
        self.ranges(open).into_iter().map(|(start, end)| self.argument(start, end, depth)).collect()
    }

    /// Where the arguments between brackets, or the elements of a list, stand.
    pub fn ranges(&self, open: usize) -> Vec<(usize, usize)> {
        let close = self.closer(open);
        let blank = |at: usize| self.tokens.get(at).is_some_and(|token| token.kind == Kind::Line);
        let mut ranges = Vec::new();
        let (mut start, mut at) = (open + 1, open + 1);
        while at <= close && ranges.len() < MOST_ARGUMENTS {
            if at == close || self.is(at, ",") {
                let mut end = at;
                while start < end && blank(start) {
                    start += 1;
                }
                while start < end && blank(end - 1) {
                    end -= 1;
                }
                if end > start {
                    ranges.push((start, end));
                }
                start = at + 1;
            }
            let opens = self.is(at, "(") || self.is(at, "[") || self.is(at, "{");
            at = if opens { self.closer(at) + 1 } else { at + 1 };
        }
        ranges
    }

    fn argument(&self, start: usize, end: usize, depth: usize) -> Argument {
        let sign = if self.rules == Rules::Python { "=" } else { ":" };
        let text = self.tokens.get(start).and_then(|token| match &token.kind {
            Kind::Name => Some(token.text),
            Kind::Text(Value::Known(text)) => Some(text.as_str()),
            _ => None,
        });
        let named = self.is(start + 1, sign) || self.is(start + 1, ":");
        match text.filter(|_| named) {
            Some(name) => Argument { name: Some(name.to_owned()), given: self.given(start + 2, end, depth) },
            None => Argument { name: None, given: self.given(start, end, depth) },
        }
    }

    /// What stands between two indices.
    pub fn given(&self, start: usize, end: usize, depth: usize) -> Given {
        let unknown = || Given::One(Value::unknown("a value that the code works out"));
        let (start, end) = self.untyped(start, end);
        let Some(first) = self.tokens.get(start).filter(|_| start < end && depth < DEEPEST) else {
            return unknown();
        };
        match &first.kind {
            Kind::Text(value) => self.texts(value, start, end),
            Kind::Name if end == start + 1 => match first.text {
                "True" | "true" => Given::One(Value::Known("true".to_owned())),
                "False" | "false" | "None" | "null" | "undefined" => Given::One(Value::Known(String::new())),
                name if let Some(value) = self.in_turn(name) => Given::One(value),
                name => match self.constants.get(name) {
                    Some((from, to)) => match self.given(*from, *to, depth + 1) {
                        Given::Many(mut words) if self.growing.contains(name) => {
                            words.push(Value::unknown("what the code puts behind a list"));
                            Given::Many(words)
                        }
                        given => given,
                    },
                    None => unknown(),
                },
            },
            Kind::Literal if end == start + 1 => Given::One(Value::Known(first.text.to_owned())),
            Kind::Sign if self.closer(start) + 1 == end => {
                let inner = self.listed(start, depth + 1);
                if first.text == "{" {
                    return Given::Fields(self.fields(start, inner));
                }
                match inner.as_slice() {
                    [only] if first.text == "(" && !self.is(end - 2, ",") => only.given.clone(),
                    _ => Given::Many(inner.iter().map(|argument| argument.given.value()).collect()),
                }
            }
            Kind::Name | Kind::Sign if self.rules == Rules::Python && self.is_path(start, end) => {
                self.path(start, end, depth).unwrap_or_else(unknown)
            }
            Kind::Name => self.made(start, end, depth).unwrap_or_else(unknown),
            Kind::Sign | Kind::Literal | Kind::Line => unknown(),
        }
    }

    /// Fields of an object; one that is only a name has that name: `{ method }`.
    fn fields(&self, open: usize, mut inner: Vec<Argument>) -> Vec<Argument> {
        if self.rules == Rules::JavaScript {
            for (field, (start, end)) in inner.iter_mut().zip(self.ranges(open)) {
                if field.name.is_none() && end == start + 1 {
                    field.name = self.name(start).map(str::to_owned);
                }
            }
        }
        inner
    }

    /// Texts one after the other, or with something behind them.
    fn texts(&self, value: &Value, start: usize, end: usize) -> Given {
        let mut whole = value.clone();
        let mut at = start + 1;
        while let Some(token) = self.tokens.get(at).filter(|_| at < end) {
            let (next, joins) = match &token.kind {
                Kind::Line => (Some(Value::Known(String::new())), true),
                Kind::Text(value) if self.rules == Rules::Python => (Some(value.clone()), true),
                Kind::Sign if token.text == "+" => match self.tokens.get(at + 1).map(|token| &token.kind) {
                    Some(Kind::Text(value)) => {
                        at += 1;
                        (Some(value.clone()), true)
                    }
                    _ => (None, true),
                },
                _ => (None, token.text != "."),
            };
            let why = "a text that the code puts together";
            whole = match (whole, next) {
                (Value::Known(before), Some(Value::Known(after))) => Value::Known(before + &after),
                (Value::Known(before), Some(after)) => {
                    Value::starting(&format!("{before}{}", after.text()), why)
                }
                (before, Some(_)) => before,
                (before, None) => {
                    let splits = !joins
                        && self.name(at + 1) == Some("split")
                        && self.closer(at + 2) == at + 3
                        && end == at + 4;
                    if let (true, Value::Known(text)) = (splits, &before) {
                        return Given::Many(
                            text.split_ascii_whitespace().map(|word| Value::Known(word.to_owned())).collect(),
                        );
                    }
                    // What a method makes of it, or what is put into it, can be anything.
                    let keeps = token.text == "+";
                    return Given::One(Value::starting(if keeps { before.text() } else { "" }, why));
                }
            };
            at += 1;
        }
        Given::One(whole)
    }

    /// A call that makes a text or a path of known parts.
    fn made(&self, start: usize, end: usize, depth: usize) -> Option<Given> {
        let mut name = self.name(start)?;
        let mut open = start + 1;
        let mut above = "";
        while self.is(open, ".") {
            above = name;
            name = self.name(open + 1)?;
            open += 2;
        }
        let close = self.closer(open);
        // A function of its own by that name gives anything.
        if !self.is(open, "(") || close >= end || self.own.get_or_init(|| self.own_names()).contains(name) {
            return None;
        }
        let arguments = self.listed(open, depth + 1);
        let mut values = arguments.iter().map(|argument| argument.given.value());
        let value = match name {
            "expanduser" => match values.next()? {
                Value::Known(path) if path.starts_with("~/") && !self.home.is_empty() => {
                    Value::Known(path.replacen('~', &self.home, 1))
                }
                other => other,
            },
            "mkdtemp" | "mkdtempSync" if self.is_fresh(open, &arguments) => {
                Value::Known(TEMPORARY.to_owned())
            }
            // SQL as SQLAlchemy wants it said.
            "text" if self.rules == Rules::Python => values.next()?,
            "glob" | "iglob" if above == "glob" && arguments.len() == 1 => match values.next()? {
                Value::Known(pattern) => Value::Pattern(pattern.replace("**/", "*/")),
                other => other,
            },
            "Path" | "PurePath" | "PosixPath" if arguments.len() > 1 => {
                let parts: Vec<Value> = values.collect();
                let known: Option<Vec<&str>> = parts.iter().map(Value::known).collect();
                known.map_or_else(
                    || Value::unknown("a path that the code puts together"),
                    |known| Value::Known(joined(&known)),
                )
            }
            "Path" | "PurePath" | "PosixPath" | "str" | "fspath" | "abspath" | "realpath" | "URL"
            | "String" => values.next()?,
            "join" | "resolve" => {
                let parts: Vec<Value> = values.collect();
                let known: Option<Vec<&str>> = parts.iter().map(Value::known).collect();
                match known {
                    Some(known) => Value::Known(joined(&known)),
                    None => Value::starting(
                        parts.first().filter(|part| !part.text().is_empty()).map_or("", |part| part.text()),
                        "a path that the code puts together",
                    ),
                }
            }
            "split" if above == "shlex" => {
                let text = values.next()?;
                return Some(Given::Many(
                    text.known()?
                        .split_ascii_whitespace()
                        .map(|word| Value::Known(word.to_owned()))
                        .collect(),
                ));
            }
            _ => return None,
        };
        if close + 1 == end {
            return Some(Given::One(value));
        }
        if let (Value::Known(base), Some(name)) = (&value, self.name(close + 2))
            && matches!(name, "glob" | "rglob")
            && self.is(close + 1, ".")
            && self.closer(close + 3) + 1 == end
        {
            return self.searched(base, name == "rglob", close + 3);
        }
        let below = self.is(close + 1, "/").then(|| format!("{}/", value.text()));
        below.map(|start| Given::One(Value::starting(&start, "a path that the code puts together")))
    }
}

/// What a fresh directory for temporary files is called.
const TEMPORARY: &str = "/tmp/mktemp";

/// Looks at each use with its full name twice, first at what it writes: in which order it happens, nobody says. The
/// first doubt there is.
pub(super) fn twice(
    uses: &[(Use, String)],
    mut one: impl FnMut(&Use, &str, bool) -> Result<(), String>,
) -> Option<String> {
    let mut doubt = None;
    for early in [true, false] {
        for (found, full) in uses {
            if let Err(why) = one(found, full, early) {
                doubt.get_or_insert(why);
            }
        }
    }
    doubt
}

/// Parts of a path, a later absolute one replacing those before it.
fn joined(parts: &[&str]) -> String {
    let mut path = String::new();
    for part in parts {
        if part.starts_with('/') {
            path.clear();
        } else if !path.is_empty() && !path.ends_with('/') {
            path.push('/');
        }
        path.push_str(part);
    }
    path
}

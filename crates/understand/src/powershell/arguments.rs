//! A command and its words.

use super::extent;
use super::statements::Cursor;
use super::value::{Item, concatenated};
use super::{Script, cmdlets, files, names, start, word};
use crate::context::Context;
use crate::families;
use crate::invocation::{Source, Stdin};
use crate::word::{Value, Word};

/// Why words are not known that come from a table or a list.
const SPLATTED: &str = "the elements of a table or a list";

/// One word of a command.
#[derive(Clone, Debug)]
pub(super) struct Argument {
    /// As a program that is no part of PowerShell gets it.
    pub whole: Item,
    /// As a parameter: its name in small letters, and its value if that is attached.
    pub parameter: Option<(String, Option<Item>)>,
}

/// A command's words, as PowerShell's own commands take them.
pub(super) struct Call {
    /// Its name in small letters.
    pub name: String,
    pub arguments: Vec<Argument>,
    /// Parameters by name and value.
    parameters: Vec<(String, Option<Item>)>,
    /// What is neither a parameter nor a parameter's value.
    pub operands: Vec<Item>,
}

impl Call {
    pub fn new(name: String, arguments: Vec<Argument>) -> Self {
        let mut parameters = Vec::new();
        let mut operands = Vec::new();
        let mut words = arguments.iter().peekable();
        while let Some(argument) = words.next() {
            let Some((name, attached)) = &argument.parameter else {
                operands.push(argument.whole.clone());
                continue;
            };
            let takes = names::takes_value(name);
            let next = words.peek().filter(|next| next.parameter.is_none() && attached.is_none());
            let value = match (takes, next) {
                (Some(false), _) | (_, None) => attached.clone(),
                (_, Some(next)) => {
                    let value = next.whole.clone();
                    // Where nobody knows whether it takes a value, that may as well be an operand.
                    if takes.is_none() {
                        operands.push(value.clone());
                    }
                    words.next();
                    Some(value)
                }
            };
            parameters.push((name.clone(), value));
        }
        Self { name, arguments, parameters, operands }
    }

    /// The value of a parameter, given by its name or a beginning of it.
    pub fn value(&self, names: &[&str]) -> Option<&Item> {
        let fits = |given: &str| names.iter().any(|name| name.starts_with(given));
        self.parameters.iter().find(|(given, _)| fits(given)).and_then(|(_, value)| value.as_ref())
    }

    /// Whether a switch is given, and not as `-Switch:$false`.
    pub fn has(&self, names: &[&str]) -> bool {
        let fits = |given: &str| names.iter().any(|name| name.starts_with(given));
        let off =
            |value: &Option<Item>| value.as_ref().is_some_and(|item| item.value.known() == Some("false"));
        self.parameters.iter().any(|(given, value)| fits(given) && !off(value))
    }

    /// The value of a parameter, or the operand at this place.
    pub fn at(&self, names: &[&str], index: usize) -> Option<&Item> {
        self.value(names).or_else(|| self.operands.get(index))
    }

    /// Code among the words.
    pub fn blocks(&self) -> impl Iterator<Item = &str> {
        let attached = self.parameters.iter().filter_map(|(_, value)| value.as_ref());
        attached.chain(&self.operands).filter_map(|item| item.block.as_deref())
    }

    /// Whether there may be parameters that nobody knows.
    pub fn is_splatted(&self) -> bool {
        self.parameters.iter().any(|(name, _)| name == "*")
            || self
                .operands
                .iter()
                .any(|item| matches!(&item.value, Value::Unknown { why, .. } if why == SPLATTED))
    }

    /// Variables of the environment among the words.
    pub fn variables(&self) -> impl Iterator<Item = &String> {
        self.arguments.iter().flat_map(|argument| {
            let attached = argument.parameter.as_ref().and_then(|(_, value)| value.as_ref());
            argument.whole.variables.iter().chain(attached.into_iter().flat_map(|item| &item.variables))
        })
    }
}

impl Script {
    /// A command; what it gives.
    pub(super) fn command(
        &mut self,
        cursor: &mut Cursor<'_>,
        context: &mut Context<'_>,
    ) -> Result<Item, &'static str> {
        let calls = match cursor.peek() {
            Some(b'&') if cursor.after(1) != Some(b'&') => true,
            Some(b'.')
                if cursor
                    .after(1)
                    .is_some_and(|next| matches!(next, b' ' | b'$' | b'\'' | b'"' | b'{' | b'(')) =>
            {
                true
            }
            _ => false,
        };
        if calls {
            cursor.at += 1;
            cursor.skip(false)?;
        }
        let first = if calls && self.starts_expression(cursor) {
            let (item, _) = self.primary(cursor, context)?;
            self.postfix(cursor, None, item, context)?
        } else {
            self.bare(cursor, context)?
        };
        let mut arguments = Vec::new();
        loop {
            cursor.skip(false)?;
            if cursor.is_end() || (cursor.peek() == Some(b'|')) {
                break;
            }
            if self.redirect(cursor, context)? {
                continue;
            }
            if cursor.starts_with("--%") {
                let end = cursor.rest().find(['\n', '|']).map_or(cursor.text.len(), |at| cursor.at + at);
                let rest = cursor.text.get(cursor.at + 3..end).unwrap_or_default();
                for part in rest.split_whitespace() {
                    arguments.push(Argument { whole: Item::known(part.trim_matches('"')), parameter: None });
                }
                cursor.at = end;
                continue;
            }
            let before = cursor.at;
            if cursor.peek() == Some(b'@')
                && cursor.after(1).is_some_and(|next| next.is_ascii_alphabetic() || next == b'_')
            {
                cursor.at += 1;
                let name = cursor.name().to_ascii_lowercase();
                cursor.at += name.len();
                self.splat(&name, &mut arguments);
                if !context.counts_step() {
                    return Err("a command with many words");
                }
                continue;
            }
            arguments.push(self.argument(cursor, context)?);
            if cursor.at == before || !context.counts_step() {
                return Err("something in it is not understood");
            }
        }
        Ok(self.start(first, arguments, context))
    }

    /// `@name`: the words it stands for.
    fn splat(&self, name: &str, arguments: &mut Vec<Argument>) {
        let Some(words) = self.splatted(name) else {
            arguments.push(Argument { whole: Item::unknown(SPLATTED), parameter: None });
            return;
        };
        for (key, item) in words {
            let Some(key) = key else {
                arguments.push(Argument { whole: item, parameter: None });
                continue;
            };
            let whole = Item::of(concatenated(&Value::Known(format!("-{key}:")), &item.value));
            arguments.push(Argument { whole, parameter: Some((key, Some(item))) });
        }
    }

    /// One word: `-Name`, `-Name:value`, or values with commas between.
    fn argument(
        &mut self,
        cursor: &mut Cursor<'_>,
        context: &mut Context<'_>,
    ) -> Result<Argument, &'static str> {
        let is_parameter = cursor.peek() == Some(b'-')
            && cursor.after(1).is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, b'-' | b'?'));
        if !is_parameter {
            let mut parts = vec![self.part(cursor, context)?];
            loop {
                let after = cursor.at;
                cursor.skip(false)?;
                if cursor.peek() != Some(b',') {
                    cursor.at = after;
                    break;
                }
                cursor.at += 1;
                cursor.skip(true)?;
                if cursor.is_end() || !context.counts_step() {
                    break;
                }
                parts.push(self.part(cursor, context)?);
            }
            return Ok(Argument { whole: Item::all(parts), parameter: None });
        }
        let rest = cursor.rest();
        let length = rest
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'?'))
            .count();
        let name = rest.get(..length).unwrap_or_default();
        let ends = rest
            .as_bytes()
            .get(length)
            .is_none_or(|next| next.is_ascii_whitespace() || extent::starts_word(*next));
        let colon = rest.as_bytes().get(length) == Some(&b':');
        let parameter = name.trim_start_matches('-').to_ascii_lowercase();
        if ends {
            cursor.at += length;
            return Ok(Argument { whole: Item::known(name), parameter: Some((parameter, None)) });
        }
        if colon {
            cursor.at += length + 1;
            cursor.skip(false)?;
            let value = if cursor.is_end() { Item::known("") } else { self.part(cursor, context)? };
            let whole = Item::of(concatenated(&Value::Known(format!("{name}:")), &value.value));
            return Ok(Argument { whole, parameter: Some((parameter, Some(value))) });
        }
        // `-ovalue` or `--option=value` of another program.
        let whole = self.bare(cursor, context)?;
        Ok(Argument { whole, parameter: None })
    }

    /// A value, or a bare word.
    fn part(&mut self, cursor: &mut Cursor<'_>, context: &mut Context<'_>) -> Result<Item, &'static str> {
        match cursor.peek() {
            Some(b'(' | b'{') => {
                let (item, _) = self.primary(cursor, context)?;
                self.postfix(cursor, None, item, context)
            }
            Some(b'@')
                if cursor.after(1).is_some_and(|next| {
                    matches!(next, b'(' | b'{' | b'\'' | b'"') || next.is_ascii_alphabetic()
                }) =>
            {
                let (item, _) = self.primary(cursor, context)?;
                self.postfix(cursor, None, item, context)
            }
            _ => self.bare(cursor, context),
        }
    }

    /// A bare word with the strings and variables in it.
    fn bare(&mut self, cursor: &mut Cursor<'_>, context: &mut Context<'_>) -> Result<Item, &'static str> {
        let mut item = Item::known("");
        let start = cursor.at;
        let mut plain = true;
        while let Some(byte) = cursor.peek() {
            let add = match byte {
                b' ' | b'\t' | b'\n' | b';' | b'|' | b'&' | b'(' | b')' | b'{' | b'}' | b',' | b'<'
                | b'>' => break,
                b'`' => {
                    let letter = cursor.rest().chars().nth(1);
                    cursor.at += 1 + letter.map_or(0, char::len_utf8);
                    Item::known(&letter.map(String::from).unwrap_or_default())
                }
                b'\'' | b'"' => self.primary(cursor, context)?.0,
                b'$' if cursor.after(1).is_some_and(|next| {
                    next.is_ascii_alphanumeric() || matches!(next, b'_' | b'{' | b'(' | b'?' | b'$')
                }) =>
                {
                    let (found, _) = self.primary(cursor, context)?;
                    if cursor.at > start && plain {
                        self.postfix(cursor, None, found, context)?
                    } else {
                        found
                    }
                }
                _ => {
                    let rest = cursor.rest();
                    let stops = |c: char| {
                        c.is_whitespace()
                            || matches!(
                                c,
                                ';' | '|'
                                    | '&'
                                    | '('
                                    | ')'
                                    | '{'
                                    | '}'
                                    | ','
                                    | '<'
                                    | '>'
                                    | '`'
                                    | '\''
                                    | '"'
                                    | '$'
                            )
                    };
                    let first = rest.chars().next().map_or(1, char::len_utf8);
                    let length = rest
                        .get(first..)
                        .and_then(|rest| rest.find(stops))
                        .map_or(rest.len(), |at| at + first);
                    cursor.at += length;
                    Item::known(rest.get(..length).unwrap_or_default())
                }
            };
            plain = false;
            if start != cursor.at && item.value.known() == Some("") && item.list.is_empty() {
                item = add;
            } else {
                match (&mut item.value, &add.value) {
                    (Value::Known(text), Value::Known(more)) => text.push_str(more),
                    _ => item.value = concatenated(&item.value, &add.value),
                }
                item.list.clear();
                item.variables.extend(add.variables);
            }
            if !context.counts_step() {
                return Err("a word with many parts");
            }
        }
        if cursor.at == start { Err("something in it is not understood") } else { Ok(item) }
    }

    /// A redirection, if one is here.
    pub(super) fn redirect(
        &mut self,
        cursor: &mut Cursor<'_>,
        context: &mut Context<'_>,
    ) -> Result<bool, &'static str> {
        let rest = cursor.rest();
        let skip = usize::from(rest.starts_with(|c: char| c.is_ascii_digit() || c == '*'));
        if rest.as_bytes().get(skip) != Some(&b'>') {
            return Ok(false);
        }
        cursor.at += skip + 1;
        if cursor.peek() == Some(b'>') {
            cursor.at += 1;
        }
        if cursor.peek() == Some(b'&') {
            cursor.at += 2;
            return Ok(true);
        }
        cursor.skip(false)?;
        let target = self.part(cursor, context)?;
        files::write(&target.value, context);
        Ok(true)
    }

    /// Says what a command does.
    fn start(&mut self, first: Item, arguments: Vec<Argument>, context: &mut Context<'_>) -> Item {
        let piped = self.piped.take();
        if let Some(body) = &first.block {
            self.run(body, context);
            return Item::unknown("what a block gives");
        }
        let Some(name) = first.value.known().map(str::to_owned) else {
            let words = arguments
                .iter()
                .flat_map(|argument| argument.whole.each())
                .map(|value| word(&value))
                .collect();
            start(&first.value, words, Stdin::Inherited, context);
            return Item::unknown("what a command gives");
        };
        let name = self.meant(name);
        let lower = name.to_ascii_lowercase();
        // An alias that PowerShell brings goes before a function of that name.
        if self.functions.contains(&lower) && names::command(&lower) == lower {
            for body in arguments.iter().filter_map(|argument| argument.whole.block.clone()) {
                self.run(&body, context);
            }
            return Item::unknown("what a function gives");
        }
        if !context.counts_command() {
            return Item::unknown("it was not read");
        }
        let call = Call::new(names::command(&name), arguments);
        let words = || -> Vec<Word> {
            call.arguments
                .iter()
                .flat_map(|argument| argument.whole.each())
                .map(|value| word(&value))
                .collect()
        };
        if is_elsewhere(&lower, &call) {
            let found = Value::Known(lower.clone());
            start(&found, words(), stdin(piped.as_ref(), context), context);
            return Item::unknown("what a program prints");
        }
        match cmdlets::effects(&call, piped.as_ref(), self, context) {
            Some(item) => item,
            None => {
                start(&Value::Known(name), words(), stdin(piped.as_ref(), context), context);
                for body in call.blocks().map(str::to_owned).collect::<Vec<_>>() {
                    self.run(&body, context);
                }
                Item::unknown("what a program prints")
            }
        }
    }
}

/// Whether an alias that other systems have a program for is meant as that: its options are no parameters.
fn is_elsewhere(name: &str, call: &Call) -> bool {
    if !matches!(
        name,
        "ls" | "rm"
            | "cp"
            | "mv"
            | "cat"
            | "rmdir"
            | "mkdir"
            | "ps"
            | "kill"
            | "sort"
            | "diff"
            | "curl"
            | "wget"
            | "tee"
            | "man"
            | "sleep"
    ) {
        return false;
    }
    let parameters = call.arguments.iter().filter_map(|argument| argument.parameter.as_ref());
    let unix = |name: &str| {
        name.len() <= 4
            && !name.is_empty()
            && !matches!(
                name,
                "uri"
                    | "raw"
                    | "path"
                    | "name"
                    | "tail"
                    | "id"
                    | "fo"
                    | "for"
                    | "forc"
                    | "re"
                    | "rec"
                    | "recu"
                    | "file"
            )
    };
    let mut options = call
        .arguments
        .iter()
        .filter_map(|argument| argument.whole.value.known())
        .filter(|text| text.starts_with("--"));
    let web = matches!(name, "curl" | "wget");
    let cmdlet = call.has(&["usebasicparsing", "outfile", "uri", "method"]) && web;
    options.next().is_some()
        || (web && !cmdlet)
        || parameters.into_iter().any(|(given, _)| unix(given) && !web)
}

/// What a program reads.
fn stdin(piped: Option<&Item>, context: &Context<'_>) -> Stdin {
    match piped {
        None => Stdin::Inherited,
        Some(item) => Stdin::Pipe(Source {
            fetched: context.flow.fetched,
            decoded: context.flow.decoded,
            text: item.value.known().map(str::to_owned),
            ..Source::default()
        }),
    }
}

/// Adds that secrets of the environment are among the words.
pub(super) fn shows_secrets(call: &Call, context: &mut Context<'_>) {
    for name in call.variables().filter(|name| families::is_secret_name(name)) {
        families::reads_environment(name, context);
    }
}

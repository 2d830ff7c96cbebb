//! From the text of a word to what it stands for: quotes, escapes, variables, substitutions.
//!
//! One pass, no backtracking. Whatever it is not sure of makes the word unknown; text that the
//! parser cannot have meant as one word (an unquoted blank or operator) is an error, because then
//! the two disagree about where a substitution ends.

use std::iter::Peekable;
use std::str::CharIndices;

use super::extent;
use crate::word::Value;

/// A command inside a word, which runs before the word's own command does.
#[derive(Debug)]
pub(crate) struct Substitution {
    /// The command's text.
    pub text: String,
    /// Where it starts in the word, if it stands there unchanged.
    pub offset: Option<usize>,
}

/// What a word says.
#[derive(Debug, Default)]
pub(crate) struct Decoded {
    /// The words it becomes: one, or none or several where an unquoted variable is split.
    pub values: Vec<Value>,
    /// Commands inside it, in order.
    pub substitutions: Vec<Substitution>,
    /// What in it runs or changes things unseen: sentence fragments.
    pub hazards: Vec<String>,
}

/// Where the value of a variable or of `~` comes from.
pub(crate) trait Names {
    /// The variable's value where the word stands.
    fn variable(&self, name: &str) -> Value;
    /// The user's home.
    fn home(&self) -> &str;
    /// What a command prints, if that is known before it runs.
    fn output(&self, _command: &str) -> Option<String> {
        None
    }
}

/// Decodes one word.
pub(crate) fn decode(raw: &str, names: &dyn Names) -> Result<Decoded, String> {
    let mut decoder = Decoder::new(raw, names);
    decoder.tilde();
    decoder.unquoted()?;
    decoder.finish_field(false);
    Ok(decoder.done)
}

/// Decodes text that is expanded as between double quotes: a heredoc's body, arithmetic.
pub(crate) fn decode_text(raw: &str, names: &dyn Names) -> Result<Decoded, String> {
    let mut decoder = Decoder::new(raw, names);
    decoder.double_quoted(None)?;
    decoder.quoted = true;
    decoder.finish_field(false);
    Ok(decoder.done)
}

/// A part of the text that is not known.
struct Gap {
    /// Where the known start ends.
    start: usize,
    /// Where the known end starts.
    end: usize,
    why: String,
}

struct Decoder<'w> {
    raw: &'w str,
    rest: Peekable<CharIndices<'w>>,
    names: &'w dyn Names,
    text: String,
    quoted: bool,
    pattern: bool,
    unknown: Option<Gap>,
    last_brace: Option<usize>,
    /// Whether a brace expansion started.
    braces: bool,
    done: Decoded,
}

impl<'w> Decoder<'w> {
    fn new(raw: &'w str, names: &'w dyn Names) -> Self {
        Self {
            raw,
            rest: raw.char_indices().peekable(),
            names,
            text: String::new(),
            quoted: false,
            pattern: false,
            unknown: None,
            last_brace: last_brace(raw),
            braces: false,
            done: Decoded::default(),
        }
    }

    fn next(&mut self) -> Option<char> {
        self.rest.next().map(|(_, character)| character)
    }

    fn peek(&mut self) -> Option<char> {
        self.rest.peek().map(|(_, character)| *character)
    }

    fn position(&mut self) -> usize {
        self.rest.peek().map_or(self.raw.len(), |(at, _)| *at)
    }

    fn seek(&mut self, to: usize) {
        while self.rest.peek().is_some_and(|(at, _)| *at < to) {
            self.rest.next();
        }
    }

    fn mark_unknown(&mut self, why: &str) {
        let end = self.text.len();
        match &mut self.unknown {
            Some(gap) => gap.end = end,
            None => self.unknown = Some(Gap { start: end, end, why: why.to_owned() }),
        }
    }

    /// Ends the current word; `split` says that an unquoted variable's blank ended it.
    fn finish_field(&mut self, split: bool) {
        let text = std::mem::take(&mut self.text);
        let nothing = text.is_empty() && !self.quoted && self.unknown.is_none();
        if !(nothing && (split || !self.raw.is_empty())) {
            let value = match self.unknown.take() {
                Some(Gap { start, end, why }) => Value::Unknown {
                    prefix: text.get(..start).unwrap_or_default().to_owned(),
                    // What follows an opening brace is no end of every word it becomes.
                    suffix: text.get(end..).filter(|_| !self.braces).unwrap_or_default().to_owned(),
                    why,
                },
                None if self.pattern => Value::Pattern(text),
                None => Value::Known(text),
            };
            self.done.values.push(value);
        }
        (self.quoted, self.pattern) = (false, false);
    }

    fn tilde(&mut self) {
        if self.peek() != Some('~') {
            return;
        }
        let after = self.raw.get(1..).unwrap_or_default();
        if after.is_empty() || after.starts_with('/') {
            self.next();
            let home = self.names.home().to_owned();
            self.text.push_str(&home);
        } else if after == "+" || after.starts_with("+/") {
            self.next();
            self.next();
            let value = self.names.variable("PWD");
            self.insert(&value, true);
        } else {
            self.mark_unknown("another user's home");
        }
    }

    fn unquoted(&mut self) -> Result<(), String> {
        while let Some(character) = self.peek() {
            match character {
                '\\' => {
                    self.next();
                    match self.next() {
                        Some('\n') => {}
                        Some(escaped) => {
                            self.text.push(escaped);
                            self.quoted = true;
                        }
                        None => self.text.push('\\'),
                    }
                }
                '\'' => {
                    self.next();
                    self.quoted = true;
                    self.until_quote()?;
                }
                '"' => {
                    self.next();
                    self.quoted = true;
                    self.double_quoted(Some('"'))?;
                }
                '$' => self.dollar(false)?,
                '`' => self.backquoted(false)?,
                '*' | '?' | '[' => {
                    let at = self.position();
                    self.next();
                    // A bracket that nothing closes stands for itself.
                    self.pattern |= character != '[' || self.raw.rfind(']').is_some_and(|close| close > at);
                    self.text.push(character);
                }
                '{' if self.last_brace.is_some_and(|last| self.position() < last) => {
                    self.next();
                    self.braces = true;
                    self.mark_unknown("a brace expansion");
                }
                ' ' | '\t' | '\n' | ';' | '|' | '&' | '<' | '>' | '(' | ')' => {
                    return Err("the end of a substitution is unclear".to_owned());
                }
                _ => {
                    self.next();
                    self.text.push(character);
                }
            }
        }
        Ok(())
    }

    fn until_quote(&mut self) -> Result<(), String> {
        loop {
            match self.next() {
                Some('\'') => return Ok(()),
                Some(character) => self.text.push(character),
                None => return Err("a quote is not closed".to_owned()),
            }
        }
    }

    fn double_quoted(&mut self, end: Option<char>) -> Result<(), String> {
        loop {
            match self.peek() {
                None if end.is_none() => return Ok(()),
                None => return Err("a quote is not closed".to_owned()),
                character if character == end => {
                    self.next();
                    return Ok(());
                }
                Some('\\') => {
                    self.next();
                    match self.peek() {
                        Some('\n') => {
                            self.next();
                        }
                        Some(escaped @ ('$' | '`' | '\\')) => {
                            self.next();
                            self.text.push(escaped);
                        }
                        Some('"') if end.is_some() => {
                            self.next();
                            self.text.push('"');
                        }
                        _ => self.text.push('\\'),
                    }
                }
                Some('$') => self.dollar(true)?,
                Some('`') => self.backquoted(true)?,
                Some(character) => {
                    self.next();
                    self.text.push(character);
                }
            }
        }
    }

    fn backquoted(&mut self, quoted: bool) -> Result<(), String> {
        self.next();
        let mut text = String::new();
        loop {
            match self.next() {
                Some('`') => break,
                Some('\\') => match self.peek() {
                    Some(escaped @ ('`' | '\\' | '$')) => {
                        self.next();
                        text.push(escaped);
                    }
                    _ => text.push('\\'),
                },
                Some(character) => text.push(character),
                None => return Err("a backquote is not closed".to_owned()),
            }
        }
        let output = self.names.output(&text);
        self.done.substitutions.push(Substitution { text, offset: None });
        self.printed(output, quoted);
        Ok(())
    }

    fn dollar(&mut self, quoted: bool) -> Result<(), String> {
        let start = self.position();
        self.next();
        match self.peek() {
            Some('(') => self.parenthesis(start, quoted),
            Some('{') => self.braced(start, quoted),
            Some('[') => {
                let end =
                    extent::matching(self.raw, start + 1, '[', ']').ok_or("arithmetic is not closed")?;
                self.arithmetic(start + 2, end);
                self.seek(end + 1);
                Ok(())
            }
            Some('\'') if !quoted => {
                self.next();
                self.quoted = true;
                self.ansi_c()
            }
            Some('"') if !quoted => {
                self.next();
                self.quoted = true;
                self.double_quoted(Some('"'))
            }
            Some(first) if first.is_ascii_alphabetic() || first == '_' => {
                let mut name = String::new();
                while let Some(next) = self.peek().filter(|c| c.is_ascii_alphanumeric() || *c == '_') {
                    self.next();
                    name.push(next);
                }
                let value = self.names.variable(&name);
                self.insert(&value, quoted);
                Ok(())
            }
            Some('0'..='9' | '@' | '*' | '#' | '?' | '-' | '$' | '!') => {
                self.next();
                self.mark_unknown("a value of the running shell");
                Ok(())
            }
            _ => {
                self.text.push('$');
                Ok(())
            }
        }
    }

    /// Puts a variable's value in place, split at blanks where it is not quoted.
    fn insert(&mut self, value: &Value, quoted: bool) {
        match value {
            Value::Known(text) if quoted => self.text.push_str(text),
            Value::Known(text) => {
                for (index, part) in text.split([' ', '\t', '\n']).enumerate() {
                    if index > 0 {
                        self.finish_field(true);
                    }
                    self.pattern |= part.contains(['*', '?', '[']);
                    self.text.push_str(part);
                }
            }
            // The variable of a loop over a pattern: one of the files it matches.
            Value::Pattern(text) => {
                self.pattern = true;
                self.text.push_str(text);
            }
            Value::Unknown { prefix, suffix, why } => {
                let whole = |text: &str| quoted || !text.contains([' ', '\t', '\n']);
                if self.unknown.is_none() && whole(prefix) {
                    self.text.push_str(prefix);
                }
                self.mark_unknown(why);
                if whole(suffix) {
                    self.text.push_str(suffix);
                }
            }
        }
    }

    /// Puts the output of a command in place.
    fn printed(&mut self, output: Option<String>, quoted: bool) {
        match output {
            Some(text) => self.insert(&Value::Known(text.trim_end_matches('\n').to_owned()), quoted),
            None => self.mark_unknown("the output of a command"),
        }
    }

    fn parenthesis(&mut self, start: usize, quoted: bool) -> Result<(), String> {
        let end = extent::parenthesis(self.raw, start + 1).ok_or("a substitution is not closed")?;
        let inner = self.raw.get(start + 2..end).unwrap_or_default();
        if extent::is_arithmetic(inner) {
            self.arithmetic(start + 3, end.saturating_sub(1));
        } else {
            let output = self.names.output(inner);
            self.done.substitutions.push(Substitution { text: inner.to_owned(), offset: Some(start + 2) });
            self.printed(output, quoted);
        }
        self.seek(end + 1);
        Ok(())
    }

    fn braced(&mut self, start: usize, quoted: bool) -> Result<(), String> {
        let end = extent::matching(self.raw, start + 1, '{', '}').ok_or("a parameter is not closed")?;
        let inner = self.raw.get(start + 2..end).unwrap_or_default();
        let is_name = |text: &str| {
            text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        if is_name(inner) {
            let value = self.names.variable(inner);
            self.insert(&value, quoted);
        } else {
            if inner.ends_with("@P") {
                self.done
                    .hazards
                    .push("a variable is expanded as a prompt, which runs commands in it".to_owned());
            }
            self.inside(start + 2, end);
            match self.otherwise(inner) {
                Some(value) => self.insert(&value, quoted),
                None => self.mark_unknown("an expansion that depends on the running shell"),
            }
        }
        self.seek(end + 1);
        Ok(())
    }

    /// The value of `${name:-word}` and the like where the name has a value of its own.
    fn otherwise(&self, inner: &str) -> Option<Value> {
        let end = inner.find([':', '-', '=', '?'])?;
        let (name, operator) = inner.split_at(end);
        let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let operator = operator.strip_prefix(':').unwrap_or(operator);
        let value = (plain && operator.starts_with(['-', '=', '?'])).then(|| self.names.variable(name))?;
        value.known().is_some_and(|text| !text.is_empty()).then_some(value)
    }

    fn arithmetic(&mut self, start: usize, end: usize) {
        self.inside(start, end);
        self.mark_unknown("the result of arithmetic");
    }

    /// Collects the substitutions in a part of the word whose value does not matter.
    fn inside(&mut self, start: usize, end: usize) {
        let inner = self.raw.get(start..end).unwrap_or_default();
        match decode_text(inner, self.names) {
            Ok(decoded) => {
                self.done.hazards.extend(decoded.hazards);
                self.done.substitutions.extend(decoded.substitutions.into_iter().map(|found| Substitution {
                    offset: found.offset.map(|offset| offset + start),
                    ..found
                }));
            }
            Err(why) => self.done.hazards.push(why),
        }
    }

    fn ansi_c(&mut self) -> Result<(), String> {
        loop {
            match self.next() {
                Some('\'') => return Ok(()),
                Some('\\') => self.ansi_c_escape(),
                Some(character) => self.text.push(character),
                None => return Err("a quote is not closed".to_owned()),
            }
        }
    }

    fn ansi_c_escape(&mut self) {
        let Some(kind) = self.next() else { return };
        let character = match kind {
            'n' => Some('\n'),
            't' => Some('\t'),
            'r' => Some('\r'),
            'a' => Some('\u{7}'),
            'b' => Some('\u{8}'),
            'e' | 'E' => Some('\u{1b}'),
            'f' => Some('\u{c}'),
            'v' => Some('\u{b}'),
            '\\' | '\'' | '"' | '?' => Some(kind),
            'x' => self.code(16, 2, None),
            'u' => self.code(16, 4, None),
            'U' => self.code(16, 8, None),
            '0'..='7' => self.code(8, 2, kind.to_digit(8)),
            // `\c` and whatever a later shell may add.
            _ => None,
        };
        match character {
            Some(character) if character != '\0' => self.text.push(character),
            _ => self.mark_unknown("an unusual escape"),
        }
    }

    fn code(&mut self, radix: u32, most: usize, first: Option<u32>) -> Option<char> {
        let mut number = first.unwrap_or(0);
        let mut digits = usize::from(first.is_some());
        for _ in 0..most {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(radix)) else { break };
            self.next();
            digits += 1;
            number = number.wrapping_mul(radix).wrapping_add(digit);
        }
        // Bytes above 127 are not characters by themselves.
        (digits > 0 && (number < 128 || most > 2)).then(|| char::from_u32(number)).flatten()
    }
}

/// The last place where an opening brace could start a brace expansion: there is a comma or `..`
/// and a closing brace after it.
fn last_brace(raw: &str) -> Option<usize> {
    let inside = raw.rfind(',').max(raw.rfind(".."))?;
    Some(raw.rfind('}')?.min(inside))
}

#[cfg(test)]
mod tests;

//! From the text of a word to what it stands for: quotes, escapes, variables, substitutions.
//!
//! One pass, no backtracking. Whatever it is not sure of makes the word unknown; text that the
//! parser cannot have meant as one word (an unquoted blank or operator) is an error, because then
//! the two disagree about where a substitution ends.

mod changes;
mod escapes;
mod parameters;

use std::iter::Peekable;
use std::str::CharIndices;

use super::{arithmetic, extent};
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
    /// Variables that it sets: `${name:=word}`, `$((name = 1))`; without a name: any.
    pub assigned: Vec<(String, Value)>,
}

/// Where the value of a variable or of `~` comes from.
pub(crate) trait Names {
    /// The variable's value where the word stands; `#`: the number of parameters.
    fn variable(&self, name: &str) -> Value;
    /// The elements of an array, or with `@` the positional parameters; none if they are not known.
    fn elements(&self, _name: &str) -> Option<Vec<Value>> {
        None
    }
    /// Whether a variable is surely not set.
    fn is_absent(&self, _name: &str) -> bool {
        false
    }
    /// What separates words in a value that is not quoted; none if that is not known.
    fn separators(&self) -> Option<&str> {
        Some(" \t\n")
    }
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

/// Decodes one word that is not split into several, such as the value of an assignment.
pub(crate) fn decode_joined(raw: &str, names: &dyn Names) -> Result<Decoded, String> {
    let mut decoder = Decoder::new(raw, names);
    decoder.joins = true;
    decoder.tilde();
    decoder.unquoted()?;
    decoder.quoted = true;
    decoder.finish_field(false);
    Ok(decoder.done)
}

/// Decodes a regular expression of `[[ .. =~ .. ]]`, in which operators are text.
pub(crate) fn decode_expression(raw: &str, names: &dyn Names) -> Result<Decoded, String> {
    let mut decoder = Decoder::new(raw, names);
    (decoder.joins, decoder.is_expression) = (true, true);
    decoder.unquoted()?;
    decoder.quoted = true;
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
    last_bracket: Option<usize>,
    /// Whether a brace expansion started.
    braces: bool,
    /// Whether blanks end words, as in the default of a parameter.
    splits: bool,
    /// Whether operators are text, as in a regular expression.
    is_expression: bool,
    /// Whether values are never split.
    joins: bool,
    /// Whether an empty `"$@"` is in the word.
    vanishes: bool,
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
            last_bracket: raw.rfind(']'),
            braces: false,
            splits: false,
            is_expression: false,
            joins: false,
            vanishes: false,
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
        let nothing = text.is_empty() && (!self.quoted || self.vanishes) && self.unknown.is_none();
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
        (self.quoted, self.pattern, self.vanishes) = (false, false, false);
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
                    self.pattern |= character != '[' || self.last_bracket.is_some_and(|close| close > at);
                    self.text.push(character);
                }
                '{' if self.last_brace.is_some_and(|last| self.position() < last) => {
                    self.next();
                    self.braces = true;
                    self.mark_unknown("a brace expansion");
                }
                ' ' | '\t' | '\n' if self.splits => {
                    self.next();
                    self.finish_field(true);
                }
                _ if self.splits || self.is_expression => {
                    self.next();
                    self.text.push(character);
                }
                '(' if self.follows_pattern() => self.alternatives()?,
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

    /// Whether an extended pattern starts with the parenthesis here: `@(a|b)`.
    fn follows_pattern(&mut self) -> bool {
        let at = self.position();
        let before = self.raw.get(..at).unwrap_or_default();
        before.ends_with(['@', '!', '+', '*', '?'])
            && !before.get(..at - 1).is_some_and(|it| it.ends_with('\\'))
    }

    /// An extended pattern, which is taken for one that matches anything.
    fn alternatives(&mut self) -> Result<(), String> {
        let start = self.position();
        let end = extent::matching(self.raw, start, '(', ')').ok_or("a pattern is not closed")?;
        self.inside(start + 1, end);
        self.seek(end + 1);
        self.text.pop();
        self.text.push('*');
        self.pattern = true;
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
                self.arithmetic(start + 2, end, quoted);
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
                let is_new = self.done.assigned.iter().any(|(known, _)| *known == name);
                let value = match is_new {
                    true => Value::unknown("a variable that is set in the same word"),
                    false => self.names.variable(&name),
                };
                self.insert(&value, quoted);
                Ok(())
            }
            Some(special @ ('0'..='9' | '#' | '?' | '-' | '$' | '!')) => {
                self.next();
                let value = self.names.variable(&special.to_string());
                self.insert(&value, quoted);
                Ok(())
            }
            Some(all @ ('@' | '*')) => {
                self.next();
                match self.names.elements("@") {
                    Some(values) => self.insert_each(&values, quoted, all == '*'),
                    None => self.mark_unknown("the positional parameters"),
                }
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
        let quoted = quoted || self.joins;
        match value {
            Value::Known(text) if quoted => self.text.push_str(text),
            Value::Known(text) => {
                let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
                let Some(separators) = self.names.separators().or(plain(text).then_some("")) else {
                    self.mark_unknown("what separates the words");
                    return;
                };
                for (index, part) in text.split(|c| separators.contains(c)).enumerate() {
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
            self.arithmetic(start + 3, end.saturating_sub(1), quoted);
        } else {
            let output = self.names.output(inner);
            self.done.substitutions.push(Substitution { text: inner.to_owned(), offset: Some(start + 2) });
            self.printed(output, quoted);
        }
        self.seek(end + 1);
        Ok(())
    }

    fn arithmetic(&mut self, start: usize, end: usize, quoted: bool) {
        let result = match self.inside(start, end).as_slice() {
            [Value::Known(text)] => Some(arithmetic::evaluate(text, self.names)),
            _ => None,
        };
        match result {
            Some(result) => {
                self.done.assigned.extend(result.assigned);
                match result.value {
                    Some(number) => self.insert(&Value::Known(number.to_string()), quoted),
                    None => self.mark_unknown("the result of arithmetic"),
                }
            }
            None => {
                let inner = self.raw.get(start..end).unwrap_or_default();
                if arithmetic::may_assign(inner) {
                    self.done.assigned.push((String::new(), Value::unknown("the result of arithmetic")));
                }
                self.mark_unknown("the result of arithmetic");
            }
        }
    }

    /// Collects the substitutions in a part of the word that is expanded as between double quotes; returns its
    /// value.
    fn inside(&mut self, start: usize, end: usize) -> Vec<Value> {
        let inner = self.raw.get(start..end).unwrap_or_default();
        match decode_text(inner, self.names) {
            Ok(decoded) => {
                self.done.hazards.extend(decoded.hazards);
                self.done.assigned.extend(decoded.assigned);
                self.done.substitutions.extend(decoded.substitutions.into_iter().map(|found| Substitution {
                    offset: found.offset.map(|offset| offset + start),
                    ..found
                }));
                decoded.values
            }
            Err(why) => {
                self.done.hazards.push(why);
                Vec::new()
            }
        }
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

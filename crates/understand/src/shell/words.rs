//! From the text of a word to what it stands for: quotes, escapes, variables, substitutions.
//!
//! One pass, no backtracking. Whatever it is not sure of makes the word unknown; text that the
//! parser cannot have meant as one word (an unquoted blank or operator) is an error, because then
//! the two disagree about where a substitution ends.

mod changes;
mod dollars;
mod escapes;
mod parameters;
mod quotes;
mod values;

use std::iter::Peekable;
use std::str::CharIndices;

use super::made_up::MADE_UP;
use super::variables;
use crate::glob;
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
    /// Whether patterns match names of files whatever the case of their letters.
    fn folds_names(&self) -> bool {
        false
    }
    /// Whether patterns match other text so.
    fn folds_text(&self) -> bool {
        false
    }
    /// Whether all that a command prints is a text of [`MADE_UP`].
    fn prints_made_up(&self, _command: &str) -> bool {
        false
    }
    /// What a command prints, if that is known before it runs.
    fn output(&self, _command: &str) -> Option<String> {
        None
    }
}

/// Decodes one word.
pub(crate) fn decode(raw: &str, names: &dyn Names) -> Result<Decoded, String> {
    let mut decoder = Decoder::new(raw, names);
    decoder.assigned();
    decoder.tilde();
    decoder.unquoted()?;
    decoder.finish_field(false);
    Ok(decoder.done)
}

/// Decodes one word that is not split into several, such as the value of an assignment.
pub(crate) fn decode_joined(raw: &str, names: &dyn Names) -> Result<Decoded, String> {
    let mut decoder = Decoder::new(raw, names);
    decoder.joins = true;
    decoder.assigned();
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

/// Why a text is not known that has more than one such part.
const OF_SEVERAL: &str = "several parts that are not known";

/// Whether a text is no more than a part of a file's name.
fn is_part(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':' | b'.'))
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
            Some(gap) => {
                let is_part = self.text.get(gap.end..).is_some_and(is_part);
                gap.end = end;
                match (gap.why == MADE_UP, why == MADE_UP) {
                    (true, true) if is_part => {}
                    // What is known between two parts that are not counts as unknown.
                    (true, true) => OF_SEVERAL.clone_into(&mut gap.why),
                    (true, false) => why.clone_into(&mut gap.why),
                    (false, true) if variables::weight(&gap.why) > 0 => {}
                    (false, true) => OF_SEVERAL.clone_into(&mut gap.why),
                    (false, false) if variables::weight(why) > variables::weight(&gap.why) => {
                        why.clone_into(&mut gap.why)
                    }
                    (false, false) => {}
                }
            }
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
                    why: if self.braces && why == MADE_UP { OF_SEVERAL.to_owned() } else { why },
                },
                None if self.pattern && self.names.folds_names() => Value::Pattern(glob::folded(&text)),
                None if self.pattern => Value::Pattern(text),
                None => Value::Known(text),
            };
            self.done.values.push(value);
        }
        (self.quoted, self.pattern, self.vanishes) = (false, false, false);
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

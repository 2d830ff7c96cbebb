//! `find … | while read file`: the lines that a loop reads, where a search prints them.
//!
//! Only the body of such a loop knows that there was a line: what `read` leaves where there is none is nothing.

use brush_parser::ast::{Command, CommandPrefixOrSuffixItem, CompoundList};

use crate::invocation::Stdin;
use crate::word::Value;

/// The one variable that a condition reads a line into, where it is `read` alone.
pub(super) fn variable(condition: &CompoundList) -> Option<&str> {
    let [item] = condition.0.as_slice() else { return None };
    let [Command::Simple(simple)] = item.0.first.seq.as_slice() else { return None };
    let plain =
        item.0.additional.is_empty() && !item.0.first.bang && simple.word_or_name.as_ref()?.value == "read";
    let words = simple.suffix.iter().flat_map(|suffix| &suffix.0).map(|item| match item {
        CommandPrefixOrSuffixItem::Word(word) => Some(word.value.as_str()),
        _ => None,
    });
    let words: Option<Vec<&str>> = words.filter(|word| *word != Some("-r")).collect();
    match words?.as_slice() {
        [name] if plain && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') => {
            simple.suffix.as_ref()?.0.iter().find_map(|item| match item {
                CommandPrefixOrSuffixItem::Word(word) if word.value == *name => Some(word.value.as_str()),
                _ => None,
            })
        }
        _ => None,
    }
}

/// A line of a search's output that comes through a pipe, where all of them are named alike.
pub(super) fn found(stdin: &Stdin) -> Option<Value> {
    let Stdin::Pipe(source) = stdin else { return None };
    let found =
        source.found.as_ref().filter(|found| found.protected.is_empty() && source.secret.is_none())?;
    match found.patterns.as_slice() {
        [pattern] => Some(pattern.clone()),
        _ => None,
    }
}

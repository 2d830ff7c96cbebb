//! Options whose value is a command that the program runs.

use crate::context::Context;
use crate::environment;
use crate::word::{Value, Word};

/// The shortest beginning of a long option that is taken for it.
const SHORTEST: usize = 3;

/// Adds what the values of these options run: long ones without dashes, in any abbreviation, and
/// letters; also where the option stands on its own and its value in the next word.
pub(crate) fn started(words: &[Word], long: &[&str], short: &[char], context: &mut Context<'_>) {
    let commands: Vec<(String, Value)> =
        words.iter().enumerate().filter_map(|(index, word)| one(words, index, word, long, short)).collect();
    for (name, value) in commands {
        environment::command(&name, &value, context);
    }
}

/// Whether a long option as written, without dashes, is this one or a beginning of it.
pub(crate) fn is_beginning(written: &str, name: &str) -> bool {
    written == name || (written.len() >= SHORTEST && name.starts_with(written))
}

fn one(words: &[Word], index: usize, word: &Word, long: &[&str], short: &[char]) -> Option<(String, Value)> {
    let text = word.text();
    let next = || words.get(index + 1).map(|word| word.value.clone());
    if let Some(rest) = text.strip_prefix("--") {
        let (name, has_value) = rest.split_once('=').map_or((rest, false), |(name, _)| (name, true));
        let found = long.iter().find(|long| is_beginning(name, long))?;
        let value = if has_value { word.value.strip_prefix(&format!("--{name}=")) } else { next() };
        return Some(((*found).to_owned(), value?));
    }
    let letter = text.strip_prefix('-')?.chars().next().filter(|letter| short.contains(letter))?;
    let rest = word.value.strip_prefix(&format!("-{letter}"))?;
    let value = if rest.text().is_empty() && !rest.is_unknown() { next()? } else { rest };
    Some((letter.to_string(), value))
}

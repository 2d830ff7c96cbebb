//! Text that the parser refuses, read by its words alone: `rm -rf / 'oops`, `&& git reset --hard`.
//!
//! What a shell makes of it nobody says, so the text stays opaque; what its parts would do were each of them a
//! command is added, as what may happen. Only the first word of a part counts as a program.

use countersign_model::Certainty;

use crate::context::Context;
use crate::families;
use crate::invocation::{Invocation, Source, Stdin};
use crate::word::{Value, Word};

/// Parts of a text that are looked at.
const MOST_PARTS: usize = 64;
/// Words of a part that are looked at.
const MOST_WORDS: usize = 64;
/// How much of a text is looked at, in bytes.
const LONGEST: usize = 16 * 1024;

const WHY: &str = "the command cannot be read; this is what its words say";

/// Words of the grammar, after which a command stands.
const BEFORE_COMMANDS: &[&str] =
    &["if", "then", "else", "elif", "do", "while", "until", "!", "{", "time", "exec", "coproc"];

/// Adds what the parts of `text` may do.
pub(super) fn read(text: &str, context: &mut Context<'_>) {
    if context.guessing {
        return;
    }
    let end = (0..=LONGEST.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    let text = text.get(..end).unwrap_or_default();
    let kept = context.state.shell.clone();
    let outer = (std::mem::take(&mut context.flow), context.repeated, context.conditional);
    (context.guessing, context.repeated, context.conditional) = (true, true, true);
    for part in text.split([';', '&', '|', '\n', '(', ')', '`']).take(MOST_PARTS) {
        command(part, context);
    }
    context.guessing = false;
    (context.flow, context.repeated, context.conditional) = outer;
    context.state.shell.merge(&kept);
}

fn command(part: &str, context: &mut Context<'_>) {
    let mut words = part.split_ascii_whitespace().map(plain).take(MOST_WORDS).peekable();
    while words.next_if(|word| BEFORE_COMMANDS.contains(&word.as_str()) || is_assignment(word)).is_some() {}
    let Some(first) = words.next() else { return };
    // Of a program that no family knows, its words say nothing.
    let name = first.rsplit_once('/').map_or(first.as_str(), |(_, name)| name);
    if !families::is_understood(name) || is_of_the_shell(name) {
        return;
    }
    let invocation = Invocation {
        program: String::new(),
        first: Word::made(value(first)),
        words: words.take_while(|word| !word.starts_with('#')).map(|word| Word::made(value(word))).collect(),
        environment: context.state.shell.environment.clone(),
        stdin: Stdin::Inherited,
        substituted: Source::default(),
        contiguous: false,
    };
    families::dispatch(invocation, context);
}

/// Builtins only change the shell, whose state is not known in such a text.
fn is_of_the_shell(name: &str) -> bool {
    families::is_builtin(name)
}

/// A word without its quotes.
fn plain(word: &str) -> String {
    word.chars().filter(|letter| !matches!(letter, '\'' | '"' | '\\')).collect()
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    })
}

/// What a word stands for: with a variable in it, something that starts as it does.
fn value(word: String) -> Value {
    match word.find('$') {
        Some(at) => Value::starting(word.get(..at).unwrap_or_default(), "an expansion"),
        None if word.contains(['*', '?', '[']) => Value::Pattern(word),
        None => Value::Known(word),
    }
}

/// An effect of a text that is read so.
pub(crate) fn weakened(effect: countersign_model::Effect) -> countersign_model::Effect {
    if effect.certainty == Certainty::Exact { effect.certain(Certainty::Partial, WHY) } else { effect }
}

#[cfg(test)]
mod tests;

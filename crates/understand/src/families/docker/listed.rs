//! Containers that are named by what `docker ps` prints: one by one they could be named as well.

use crate::commands::Command;
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::{Value, Word};

/// Whether a word is known, or what `docker ps` prints of those that run or that are asked for.
pub(super) fn is_of_containers(word: &Word, invocation: &Invocation, context: &Context<'_>) -> bool {
    let raw = word.raw.trim_matches('"');
    let text = raw.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')')).or_else(|| raw.strip_prefix('`')?.strip_suffix('`'));
    let is_one = |text: &str| !text.contains(['|', ';', '&', '$', '`', '\n']);
    word.known().is_some()
        || text.is_some_and(|text| is_one(text) && lists(text.split_ascii_whitespace(), &invocation.program) == Some(true))
        || is_fed(word) && feeds(invocation, context)
}

/// Whether it prints containers, and if so, whether these run or are asked for.
fn lists<'t>(words: impl Iterator<Item = &'t str> + Clone, program: &str) -> Option<bool> {
    let mut first = words.clone();
    if first.next() != Some(program) || first.next() != Some("ps") {
        return None;
    }
    let mut options = words.filter(|word| word.starts_with('-'));
    let is_all = options.clone().any(|word| word == "--all" || !word.starts_with("--") && word.contains('a'));
    let is_asked = options.any(|word| word.starts_with("--filter") || word.starts_with("-f"));
    Some(is_asked || !is_all)
}

fn is_fed(word: &Word) -> bool {
    matches!(&word.value, Value::Unknown { prefix, suffix, why } if why == "the input of xargs" && prefix.is_empty() && suffix.is_empty())
}

/// Whether what a pipe feeds is what `docker ps` prints, or the lines of it with a certain name.
fn feeds(invocation: &Invocation, context: &Context<'_>) -> bool {
    let Some(range) = invocation.substituted.commands else { return false };
    let texts = |command: &Command| -> Option<Vec<String>> { command.words()?.iter().map(|word| word.known().map(str::to_owned)).collect() };
    let Some(commands) = context.tree.range(range).iter().map(texts).collect::<Option<Vec<_>>>() else { return false };
    let Some((first, rest)) = commands.split_first() else { return false };
    let words = || first.iter().map(String::as_str);
    let prints_one_word = words().any(|word| word == "--quiet" || word.starts_with('-') && !word.starts_with("--") && word.contains('q'))
        || words().any(|word| matches!(word.trim_start_matches("--format=").replace(' ', "").as_str(), "{{.Names}}" | "{{.ID}}"));
    let Some(are_asked) = lists(words(), &invocation.program).filter(|_| prints_one_word) else { return false };
    let names = |words: &Vec<String>| matches!(words.iter().map(String::as_str).collect::<Vec<_>>()[..], ["grep", pattern] | ["grep", "-E" | "-e" | "-x", pattern] if is_name(pattern));
    rest.iter().all(names) && (are_asked || !rest.is_empty())
}

/// Whether a pattern asks for a part of a name that says something.
fn is_name(pattern: &str) -> bool {
    let name = pattern.strip_prefix('^').unwrap_or(pattern);
    let name = name.strip_suffix('$').unwrap_or(name);
    name.len() > 2 && name.bytes().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'_'))
}

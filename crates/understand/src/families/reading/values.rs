//! Secrets whose values programs print: variables that a word mentions, by whatever name, and what is put into a text.

use countersign_model::verbs;

use super::super::reads_environment;
use crate::Surroundings;
use crate::code::source::{self, Source};
use crate::context::Context;
use crate::environment;
use crate::invocation::{Invocation, Stdin};
use crate::paths;
use crate::shell::variables::secret_in;
use crate::word::Word;

/// Programs that show or write down their arguments or their standard input.
const SHOWS: &[&str] = &[
    "cat", "bat", "tac", "head", "tail", "less", "more", "sort", "uniq", "cut", "paste", "column", "nl", "od", "xxd", "hexdump", "strings", "rev", "fold", "fmt", "md5sum", "sha1sum", "sha256sum", "sha512sum", "shasum", "base64", "base32", "tr", "tee", "sponge",
    "awk", "gawk", "mawk", "sed", "gsed", "jq", "yq", "expr", "basename", "dirname", "seq", "realpath", "wc", "yes", "figlet", "iconv", "pbcopy", "xclip", "xsel", "logger", "wall", "notify-send", "say", "dd",
];

/// The names of the variables a text mentions, whose values are put in.
fn variables(text: &str) -> impl Iterator<Item = &str> {
    text.split('$').skip(1).filter_map(|rest| {
        let braced = rest.strip_prefix('{');
        let rest = braced.unwrap_or(rest);
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        // Of `${name:+set}` one only sees whether it is set.
        let is_other = braced.is_some() && (after.starts_with('+') || after.starts_with(":+"));
        (!is_other).then_some(name)
    })
}

/// The parts of a word as written that a shell puts values in: what is in single quotes or escaped stands for itself.
fn expanded(raw: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut from, mut is_double) = (0, false);
    let mut letters = raw.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => {
                let escaped = letters.next().map_or(0, |(_, letter)| letter.len_utf8());
                parts.extend(raw.get(from..at));
                from = at + 1 + escaped;
            }
            '"' => is_double = !is_double,
            '\'' if !is_double => {
                parts.extend(raw.get(from..at));
                let end = letters.by_ref().find(|(_, letter)| *letter == '\'').map_or(raw.len(), |(end, _)| end);
                from = end + 1;
            }
            _ => {}
        }
    }
    parts.extend(raw.get(from..));
    parts
}

/// The names of the secrets whose values are in a word: mentioned, or by way of other variables. A word that is known
/// to its last letter has none: what it mentions was between quotes.
pub(in crate::families) fn secrets<'w>(
    word: &'w Word,
    surroundings: &Surroundings,
) -> impl Iterator<Item = &'w str> {
    let raw = if word.known().is_some() { "" } else { word.raw.as_str() };
    let names = expanded(raw).into_iter().flat_map(variables);
    names.filter(|name| surroundings.keeps_secret(name)).chain(secret_in(&word.value))
}

/// Adds the secrets whose values a program is given that prints, or writes down, what it is given.
pub(in crate::families) fn shown(invocation: &Invocation, context: &mut Context<'_>) {
    if !SHOWS.contains(&invocation.program.as_str()) {
        return;
    }
    let given = match &invocation.stdin {
        Stdin::Text(value) => secret_in(value),
        Stdin::Inherited | Stdin::Pipe(_) | Stdin::File(_) => None,
    };
    for name in invocation.words.iter().flat_map(|word| secrets(word, context.surroundings)).chain(given).collect::<Vec<_>>() {
        reads_environment(name, context);
    }
}

/// Adds the secret whose value a program sends that is given it on standard input: `-d @- <<< "$TOKEN"`.
pub(in crate::families) fn sent(invocation: &Invocation, context: &mut Context<'_>) {
    if let Stdin::Text(value) = &invocation.stdin
        && let Some(name) = secret_in(value)
        && invocation.words.iter().any(|word| word.text().ends_with('-'))
    {
        reads_environment(name, context);
    }
}

/// `envsubst` puts the values of variables into what it reads.
pub(super) fn substitutes(invocation: &Invocation, context: &mut Context<'_>) {
    let listed = invocation.words.iter().find(|word| !word.text().starts_with('-'));
    let text = match (listed, &invocation.stdin) {
        (Some(word), _) => word.known().map(str::to_owned),
        (None, Stdin::Text(value)) => value.known().map(str::to_owned),
        (None, Stdin::Pipe(source)) => source.text.clone(),
        (None, Stdin::File(value)) => {
            let located = paths::locate(value, context);
            match source::of(&located, context) {
                Source::Texts(texts) => Some(texts.concat()),
                // It stops at a file that is not there.
                Source::Absent => Some(String::new()),
                Source::Perhaps(..) | Source::Foreign | Source::Unknown(_) => None,
            }
        }
        (None, Stdin::Inherited) => None,
    };
    match text {
        Some(text) => {
            for name in variables(&text).filter(|name| context.surroundings.keeps_secret(name)).collect::<Vec<_>>() {
                reads_environment(name, context);
            }
        }
        None => reads_environment("*", context),
    }
    context.program(verbs::EXEC_READ, "envsubst");
}

/// `printenv`
pub(super) fn print_environment(invocation: &Invocation, context: &mut Context<'_>) {
    for word in &invocation.words {
        if word.value.is_unknown() || context.surroundings.keeps_secret(word.text()) {
            reads_environment(word.known().unwrap_or("*"), context);
        } else if let Some(value) = environment::value(invocation, word.text())
            && let Some(name) = secret_in(&value)
        {
            reads_environment(name, context);
        }
    }
    if invocation.words.is_empty() {
        reads_environment("*", context);
    }
    context.program(verbs::EXEC_READ, "printenv");
}

#[cfg(test)]
mod tests;

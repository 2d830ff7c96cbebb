//! `su`, `runuser` and `script`: they start a shell, which runs a text, a script or its standard input.

use super::super::{dispatch, opaque};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::shell;
use crate::word::{Value, Word};

/// Options that take the next word.
const VALUES: &[&str] = &[
    "-g", "--group", "-G", "--supp-group", "-s", "--shell", "-w", "--whitelist-environment", "-t", "-T", "-I", "-O", "-B", "-E", "-m",
    "--log-in", "--log-out", "--log-io", "--log-timing", "--echo", "--output-limit",
];

/// Adds what one of them does.
pub(super) fn started(invocation: &Invocation, context: &mut Context<'_>) {
    let is_script = invocation.program == "script";
    let mut code = None;
    let mut operands: Vec<Word> = Vec::new();
    let mut user_option = false;
    let mut words = invocation.words.iter();
    while let Some(word) = words.next() {
        let given = word.text();
        if given == "--" {
            operands.extend(words.by_ref().cloned());
        } else if matches!(given, "-c" | "--command" | "--session-command") {
            code = words.next().map(|word| word.value.clone());
        } else if let Some(value) = attached(word) {
            code = Some(value);
        } else if matches!(given, "-u" | "--user") && invocation.program == "runuser" {
            words.next();
            user_option = true;
            // The command follows, with options of its own.
            operands.extend(words.by_ref().skip_while(|word| word.text() == "--").cloned());
        } else if given.starts_with('-') && is_bundle(given, is_script) {
            code = words.next().map(|word| word.value.clone());
        } else if VALUES.contains(&given) {
            words.next();
        } else if !given.starts_with('-') || word.value.is_unknown() {
            operands.push(word.clone());
            // With a file given, what follows is the command, on some systems.
            if is_script && code.is_none() {
                operands.extend(words.by_ref().cloned());
            }
        }
    }
    if is_script {
        let file = operands.first().cloned().unwrap_or_else(|| Word::known_as("typescript"));
        context.write(&file);
        let inner: Vec<Word> = operands.iter().skip(1).cloned().collect();
        let has_option = inner.first().is_some_and(|word| word.text() == "-c" || word.text() == "--command");
        match (&code, inner.split_first()) {
            (None, Some((_, rest))) if has_option => code = rest.first().map(|word| word.value.clone()),
            (None, Some((first, rest))) => {
                dispatch(Invocation { first: first.clone(), words: rest.to_vec(), ..plain(invocation) }, context);
                return;
            }
            (_, _) => {}
        }
    }
    match code {
        Some(code) => text(invocation, &code, context),
        None if user_option => match operands.split_first() {
            Some((first, rest)) => {
                dispatch(Invocation { first: first.clone(), words: rest.to_vec(), ..plain(invocation) }, context);
            }
            None => opaque(invocation, "it runs a shell of another user", context),
        },
        None => reading(invocation, operands.get(1..).filter(|_| !is_script).unwrap_or_default(), context),
    }
}

fn plain(invocation: &Invocation) -> Invocation {
    Invocation { program: String::new(), contiguous: false, ..invocation.clone() }
}

/// The value of `--command=text` or `-ctext`.
fn attached(word: &Word) -> Option<Value> {
    let prefixes = ["--command=", "--session-command=", "-c"];
    let prefix = prefixes.iter().find(|prefix| word.text().starts_with(**prefix))?;
    word.value.strip_prefix(prefix)
}

/// Letters of options of which the last is `c`: `-qec`, `-lc`.
fn is_bundle(option: &str, is_script: bool) -> bool {
    let letters = option.trim_start_matches('-');
    let known = if is_script { "aefqc" } else { "lfpmc" };
    !option.starts_with("--") && letters.len() > 1 && letters.ends_with('c') && letters.chars().all(|letter| known.contains(letter))
}

/// A shell that runs a text.
pub(super) fn text(invocation: &Invocation, code: &Value, context: &mut Context<'_>) {
    match code {
        Value::Known(text) => {
            let sh = Word::known_as("sh");
            shell::run_child("sh", text, std::slice::from_ref(&sh), &invocation.environment, context);
        }
        Value::Pattern(_) | Value::Unknown { .. } => super::super::unknown_text(code, invocation, context),
    }
}

/// A shell that runs a script with these words, or what it reads.
pub(super) fn reading(invocation: &Invocation, words: &[Word], context: &mut Context<'_>) {
    let shell = Invocation { first: Word::known_as("sh"), words: words.to_vec(), ..plain(invocation) };
    dispatch(shell, context);
}

#[cfg(test)]
mod tests;

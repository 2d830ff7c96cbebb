//! Commands that run when something happens to the shell: `trap '..' EXIT`.

use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::{Value, Word};

use super::made_up::MADE_UP;
use super::words::Names as _;
use super::{Place, run};

/// Signals that come once, when the shell ends.
const AT_THE_END: &[&str] = &["EXIT", "0", "INT", "TERM", "HUP", "QUIT", "PIPE", "1", "2", "3", "13", "15"];

/// Remembers the command of a `trap`.
pub(crate) fn set(invocation: &Invocation, context: &mut Context<'_>) {
    let mut words = invocation.words.iter().skip_while(|word| matches!(word.text(), "--" | "-p" | "-l"));
    let Some(action) = words.next() else { return };
    let signals: Vec<&str> = words.map(Word::text).collect();
    match action.known().or_else(|| as_if_quoted(action, context)) {
        // Back to what the signal does by itself, or a list of the traps there are.
        Some("-" | "") => {}
        Some(text) => {
            let text = &text.to_owned();
            context.state.shell.traps.push(text.clone());
            let name = |signal: &str| signal.trim_start_matches("SIG").to_ascii_uppercase();
            if !signals.iter().all(|signal| AT_THE_END.contains(&name(signal).as_str())) {
                // It can run after any command from here on.
                run(text, Place::Within(context.here), context);
                watch(text, context);
            }
        }
        None => context.hidden("trap", "it runs text that is not known"),
    }
}

/// The text of `"kill $PID"`: where all its variables stand for a plain word, it does what it would in single quotes.
fn as_if_quoted<'w>(action: &'w Word, context: &Context<'_>) -> Option<&'w str> {
    let text = action.raw.strip_prefix('"')?.strip_suffix('"')?;
    let is_plain = |name: &str| match context.state.shell.variable(name) {
        Value::Unknown { prefix, suffix, why } => why == MADE_UP && prefix.is_empty() && suffix.is_empty(),
        Value::Known(_) | Value::Pattern(_) => false,
    };
    let mut parts = text.split('$');
    let is_whole = !text.contains(['`', '\\', '"']) && parts.next().is_some();
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let all = parts.all(|part| match part.strip_prefix('!') {
        Some(_) => false,
        None => is_plain(match part.strip_prefix('{') {
            Some(braced) => braced.split_once('}').map_or("", |(name, _)| name),
            None => part.split(|letter| !is_name(letter)).next().unwrap_or_default(),
        }),
    });
    (is_whole && all).then_some(text)
}

/// A program that a trap may start at any time is to mean what it means now, or what the trap runs may change the shell.
fn watch(text: &str, context: &mut Context<'_>) {
    let shell = &mut context.state.shell;
    match plain_program(text) {
        Some(name) if !shell.functions.contains_key(name) && !shell.aliases.contains_key(name) => {
            shell.watched.insert(name.to_owned());
        }
        _ => shell.distrust("a trap may change it"),
    }
}

/// An alias is given to a program that a trap may start; one that ends in a blank has the next word looked up too.
pub(crate) fn trapped_alias(meaning: Option<&str>, context: &mut Context<'_>) {
    watch(meaning.filter(|text| !text.ends_with(' ')).unwrap_or_default(), context);
}

/// The program that a text starts, where it is one command of plain words that changes nothing in the shell.
fn plain_program(text: &str) -> Option<&str> {
    let plain =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, ' ' | '-' | '_' | '.' | '/' | ',');
    let name = text.split(' ').find(|word| !word.is_empty()).filter(|_| text.chars().all(plain))?;
    let is_changing = crate::families::is_builtin(name) && !matches!(name, ":" | "true" | "false");
    let is_other = matches!(name, "printf" | "builtin" | "command" | "exec" | "kill");
    (!is_changing && !is_other).then_some(name)
}

/// Runs the commands of traps that were set since there were `known` of them, as the shell that set them ends.
pub(super) fn run_new(known: usize, context: &mut Context<'_>) {
    let new: Vec<String> =
        context.state.shell.traps.drain(known.min(context.state.shell.traps.len())..).collect();
    for text in new {
        let kept = context.state.shell.clone();
        let repeated = std::mem::replace(&mut context.repeated, true);
        let opened = std::mem::take(&mut context.opened);
        // The shell may have ended earlier, with other values.
        let whole = std::mem::take(&mut context.whole);
        context.state.shell.keep_constants(&whole);
        context.state.world.chosen.settle();
        context.whole = whole;
        run(&text, Place::Within(context.here), context);
        (context.repeated, context.opened) = (repeated, opened);
        context.state.shell = kept;
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn values_that_the_shell_makes_up_are_plain_words() {
        for command in [
            "sleep 9 & SRV=$!; trap \"kill $SRV\" EXIT",
            "npm run dev & PID=$!; trap \"kill ${PID}\" EXIT INT",
        ] {
            assert!(!check(command).contains("exec.hidden"), "{command}: {}", check(command));
        }
        for command in
            ["trap \"$X\" EXIT", "SRV=$(cat x); trap \"kill $SRV\" EXIT", "trap \"kill $(cat x)\" EXIT"]
        {
            assert!(check(command).contains("exec.hidden"), "{command}: {}", check(command));
        }
    }
}

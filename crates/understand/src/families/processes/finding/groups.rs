//! The group of one process, as `ps -o pgid= -p $PID` prints it.

use super::{Found, by_variable, variables};
use crate::context::Context;
use crate::word::Word;

/// The shell itself, whose group may be that of all that runs around it.
const OWN_SHELL: &[&str] = &["$", "BASHPID"];

/// What the process is whose group is asked for and nothing else; none where the words ask for something else.
pub(super) fn found(arguments: &[Word], context: &Context<'_>) -> Option<Found> {
    let (mut asks, mut process) = (false, None);
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.text() {
            "-o" | "--format" if !word.value.is_unknown() => asks |= is_group(words.next()?.known()?),
            "-p" | "-q" | "--pid" if !word.value.is_unknown() => process = Some(words.next()?),
            text if text.starts_with("-o") => asks |= is_group(word.known()?.strip_prefix("-o")?),
            text if text.starts_with('-') || process.is_some() => return None,
            _ => process = Some(word),
        }
    }
    let process = process.filter(|_| asks)?;
    Some(match process.known() {
        Some(text) if text.parse::<u32>().is_ok_and(|number| number > 1) => Found::Ordinary,
        Some(_) => Found::Any,
        None => {
            let names = variables(&process.raw);
            let is_made = process.raw.contains("$(") || process.raw.contains('`');
            let is_own = names.iter().any(|name| OWN_SHELL.contains(name)) || process.raw.contains("$$");
            // What substitutions in the word run is among the commands that are judged.
            let least = if is_own || names.is_empty() && !is_made { Found::Any } else { Found::Ordinary };
            names.into_iter().map(|name| by_variable(name, context)).max().unwrap_or(least).max(least)
        }
    })
}

/// Whether `ps` prints numbers of other processes, as those of parents, where its own are looked for.
pub(super) fn shows_others(arguments: &[Word]) -> bool {
    let first = arguments.first().map_or("", Word::text);
    first.len() <= 5 && first.contains(['j', 'l']) || arguments.iter().any(|word| ["ppid", "pgid", "pgrp", "sid", "sess"].iter().any(|part| word.text().contains(part)))
}

fn is_group(format: &str) -> bool {
    matches!(format.trim_end_matches('='), "pgid" | "pgrp")
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn the_group_of_what_was_started() {
        for command in [
            "server & PID=$!; kill -TERM -$(ps -o pgid= -p $PID)",
            "kill -- -$(ps -o pgid= -p $(cat f.pid) | tr -d ' ')",
            "kill -TERM -- -$(ps -o pgid= $(pgrep -f 'uvicorn ledger' | head -1) | tr -d ' ')",
            "kill -- -$(ps -opgid= -p 4242)",
            "P=$(pgrep -f vite); kill -- \"-$(ps -o pgid= -p \"$P\")\"",
        ] {
            let found = check(command);
            assert!(found.contains("exec.process") && !found.contains("countersign.tamper"), "{command}: {found}");
        }
    }

    #[test]
    fn other_groups() {
        for command in [
            "kill -- -$(ps -o pgid= -p $$)",
            "kill -- -$(ps -o pgid= -p $PPID)",
            "kill -- -$(ps -o pgid= -p $X)",
            "kill -- -$(ps -o pgid= -p 1)",
            "kill -- -$(ps -o pgid=)",
            "kill -- -$(ps -eo pgid=)",
            "kill -- -$(ps -o pgid= -p 42 -e)",
            "kill -- -$(ps -o ppid= -p 42)",
            "kill -- -$(ps -o pgid=,ppid= -p 42)",
            "kill -- -$(ps -o pgid= -p $(pgrep .))",
            "kill -- -$(ps -o pgid= -p $(pgrep -f c.untersign))",
            "kill -- -$(ps -o pgid= -p 42 | awk '{print 1}')",
            "P=$(pgrep claude); kill -- -$(ps -o pgid= -p $P)",
        ] {
            let found = check(command);
            assert!(found.contains("countersign.tamper"), "{command}: {found}");
        }
    }
}

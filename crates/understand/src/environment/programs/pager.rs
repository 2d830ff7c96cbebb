//! Options of `less` in a variable, where they need no dashes, and a text among them ends at `$`.

use countersign_model::Effect;

use super::command;
use crate::context::Context;
use crate::word::Value;

/// Letters of options that are followed by a text which starts nothing.
const TEXTS: &[char] = &['P', 'p', 'D', '"', '#'];
/// Letters of options that name a file of keys, one that is written, or tags.
const FILES: &[char] = &['k', 'o', 'O', 't', 'T'];
/// Beginnings of the long names of the same.
const LONG: &[&str] = &["lesskey", "log-file", "LOG-FILE", "tag"];

/// Adds what a pager is told to start; true, as the variable is one of its own.
pub(super) fn effects(name: &str, value: &Value, context: &mut Context<'_>) -> bool {
    let is_prompt = name == "MANLESS";
    let Some(text) = value.known() else {
        // What follows may be anything.
        opaque(name, context);
        return true;
    };
    let text = if is_prompt { text.split_once('$').map_or("", |(_, rest)| rest) } else { text };
    let mut rest = text.trim_start();
    while let Some(letter) = rest.chars().next() {
        let after = rest.get(letter.len_utf8()..).unwrap_or_default();
        // Looked for where an option takes a text alone.
        let ended = || after.split_once('$').unwrap_or((after, ""));
        rest = if letter == '+' {
            let (text, beyond) = ended();
            at_start(name, text.trim_start_matches('+'), context);
            beyond
        } else if letter == '-' && after.starts_with('+') {
            // Back to what it is without the option.
            after.get(1..).unwrap_or_default()
        } else if let Some(long) = rest.strip_prefix("--") {
            let end = long.find([' ', '$', '=']).unwrap_or(long.len());
            let (option, after) = long.split_at(end);
            let option = option.trim_start_matches('+');
            if option.len() > 1
                && LONG.iter().any(|name| name.starts_with(option) || option.starts_with(name))
            {
                opaque(name, context);
            }
            if after.starts_with('=') {
                after
                    .split_once('$')
                    .map_or_else(|| after.split_once(' ').map_or("", |(_, rest)| rest), |(_, rest)| rest)
            } else {
                after
            }
        } else if TEXTS.contains(&letter) {
            ended().1
        } else {
            if FILES.contains(&letter) {
                opaque(name, context);
            }
            after
        };
    }
    true
}

/// What it does with the first file: moving and searching is harmless.
fn at_start(name: &str, text: &str, context: &mut Context<'_>) {
    let is_move =
        |letter: char| letter.is_ascii_digit() || matches!(letter, 'G' | 'g' | 'F' | 'p' | '%' | ' ');
    let searches = text.starts_with(['/', '?']) && !text.contains(|letter: char| letter.is_control());
    if let Some(text) = text.strip_prefix('!') {
        command(name, &Value::Known(text.to_owned()), context);
    } else if !text.chars().all(is_move) && !searches {
        opaque(name, context);
    }
}

fn opaque(name: &str, context: &mut Context<'_>) {
    context.push(Effect::opaque(
        &format!("{name}=.."),
        "this variable makes a pager run something, or write a file",
    ));
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn what_a_pager_is_told_to_start() {
        for command in [
            "LESS='+!git push origin main' script -qc 'less README.md' /dev/null",
            "LESS='+!git push origin main' git -p log",
            "export LESS='+!git push origin main'; git log",
            "LESS='-R +!git push origin main' man ls",
            "LESS='R++!git push origin main$ -X' less README.md",
            "LESS='-Pfile$+!git push origin main' less README.md",
            "SYSTEMD_LESS='FRX+!git push origin main' journalctl",
            "LESSEDIT='git push origin main' less README.md",
            "MANLESS='x$+!git push origin main' man ls",
            "MORE='+!git push origin main' more README.md",
        ] {
            assert!(check(command).contains("git.push main@origin"), "{command}: {}", check(command));
        }
        for command in [
            "LESSKEY_CONTENT='v shell x' less a",
            "LESSKEY=./keys less a",
            "LESS=-Rk/tmp/x less a",
            "LESS=--lesskey-file=x git log",
            "LESS='+v' less a",
            "LESS=-oout less a",
            "LESS=\"-R$X\" less a",
        ] {
            assert!(check(command).contains("opaque"), "{command}: {}", check(command));
        }
    }

    #[test]
    fn options_that_start_nothing() {
        for command in [
            "LESS=-FRX git log",
            "LESS='FRX' git log",
            "LESS='-R -M -i -j5' less a",
            "LESS=-R+G less a",
            "LESS='-Pm ok$ -R' less a",
            "LESS= git log",
            "export LESS=-FRX; git log",
            "LESS='--RAW-CONTROL-CHARS --quit-if-one-screen' git log",
            "SYSTEMD_LESS=FRXMK journalctl",
            "LESS='+/push' less a",
        ] {
            let found = check(command);
            assert!(!found.contains("exec.opaque") && !found.contains("push"), "{command}: {found}");
        }
    }
}

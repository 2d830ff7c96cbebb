//! The list of orders of a rebase: an editor that writes `exec` into it has git run a command.

use crate::context::Context;
use crate::word::Value;

/// Editors that leave the list as it is, or show it to a person.
const HARMLESS: &[&str] = &["cat", "true", ":", "", "less", "vi", "vim", "nano", "code --wait", "emacs"];

/// Adds that an editor may write orders that run commands, where it is not seen what it writes.
pub(super) fn edited(name: &str, value: &Value, context: &mut Context<'_>) {
    if !value.known().is_some_and(|text| HARMLESS.contains(&text) || only_replaces(text)) {
        context.opaque(&format!("{name}=.."), "it may write orders into the list of the rebase, which git runs");
    }
}

/// Orders that choose among commits, and run nothing.
const ORDERS: &[&str] = &["drop", "d", "edit", "e", "fixup", "f", "pick", "p", "reword", "r", "squash", "s"];

/// Whether an editor is `sed`, with scripts that do no more than put such an order in the place of `pick`, or delete lines.
fn only_replaces(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("sed ") else { return false };
    // Between quotes stand the scripts; a quote within a word could put another one together.
    let parts: Vec<&str> = rest.split('\'').collect();
    let apart = |part: &str| part.is_empty() || part.starts_with(' ') && part.ends_with(' ');
    let mut options = parts.iter().step_by(2).enumerate();
    let plain = options.all(|(at, part)| {
        let is_known = |word: &str| matches!(word, "-i" | "-e" | "-E" | "-r");
        let is_apart = match at {
            0 => part.is_empty() || part.ends_with(' '),
            _ => apart(part),
        };
        is_apart && part.split_whitespace().all(is_known)
    });
    parts.len() > 2 && parts.len() % 2 == 1 && plain && parts.iter().skip(1).step_by(2).all(|script| is_choice(script))
}

/// `1s/^pick/edit/`, `2,$s/^pick abc1234/fixup abc1234/`, `3d`
fn is_choice(script: &str) -> bool {
    let command = script.trim_start_matches(|letter: char| letter.is_ascii_digit() || matches!(letter, ',' | '$' | ' '));
    if command == "d" {
        return command.len() < script.len();
    }
    let parts: Vec<&str> = command.split('/').collect();
    let ["s", pattern, order, flags] = parts.as_slice() else { return false };
    let first = order.split(' ').next().unwrap_or_default();
    let is_plain = |text: &str| text.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, ' ' | '^'));
    // What the pattern takes away is put back, or is `pick` and a commit's id.
    let words = pattern.trim_start_matches('^').trim_start_matches("pick");
    words.len() < pattern.len() && pattern.contains("pick") && is_plain(pattern) && is_plain(order) && ORDERS.contains(&first) && matches!(*flags, "" | "g")
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn editors_that_write_orders() {
        for command in [
            "GIT_SEQUENCE_EDITOR=\"sed -i '1iexec git push origin main'\" git rebase -i HEAD~1",
            "GIT_SEQUENCE_EDITOR=\"sed -i '1ix git push origin main'\" git rebase -i HEAD~1",
            "GIT_EDITOR=\"sed -i 's/^pick.*/x true/'\" git rebase -i HEAD~1",
            "GIT_SEQUENCE_EDITOR=\"sed -i '1ie''xec git push origin main'\" git rebase -i HEAD~1",
            "GIT_SEQUENCE_EDITOR=\"sed -i 's/^pick [^ ]* //'\" git rebase -i HEAD~1",
            "GIT_SEQUENCE_EDITOR=\"sed -i 's/^pick/\\x65xec/'\" git rebase -i HEAD~1",
            "GIT_SEQUENCE_EDITOR=\"sed -i 's/^pick/edit/;1e true'\" git rebase -i HEAD~1",
            "GIT_SEQUENCE_EDITOR=\"sed -i -f x.sed\" git rebase -i HEAD~1",
            "git -c sequence.editor='cp todo' rebase -i HEAD~1",
            "GIT_SEQUENCE_EDITOR=\"python3 reword.py\" git rebase -i HEAD~1",
        ] {
            assert!(check(command).contains("exec."), "{command}: {}", check(command));
        }
    }

    #[test]
    fn editors_that_choose_among_commits() {
        for command in [
            "GIT_SEQUENCE_EDITOR=: git rebase -i --autosquash main",
            "GIT_SEQUENCE_EDITOR=\"sed -i '1s/^pick/edit/'\" git rebase -i HEAD~2",
            "GIT_SEQUENCE_EDITOR=\"sed -i -e 's/^pick abc1234/fixup abc1234/'\" git rebase -i HEAD~2",
            "GIT_SEQUENCE_EDITOR=\"sed -i -e '2d' -e 's/^pick/s/'\" git rebase -i HEAD~3",
            "GIT_SEQUENCE_EDITOR=\"sed -i '2,\\$s/^pick/squash/'\" git rebase -i main",
            "git -c sequence.editor=true rebase -i HEAD~2",
        ] {
            assert!(!check(command).contains("opaque"), "{command}: {}", check(command));
        }
    }
}

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

/// Whether an editor is `sed`, and nothing that it puts into the list can be an order to run something.
fn only_replaces(text: &str) -> bool {
    let is_sed = text.strip_prefix("sed ").is_some_and(|rest| rest.contains("s/") || rest.contains('d'));
    // `2,$s/^pick/squash/`: the last line.
    let text = &text.replace("$s/", "s/").replace("$d", "d");
    let acts = ["exec", ";", "|", "&", "$", "`", "\n", "\\n", ">", "<"].iter().any(|part| text.contains(part));
    is_sed && !acts && !has_short_order(text)
}

/// Whether the short form of `exec` may stand somewhere: an `x` that begins a line or what is put into one.
fn has_short_order(text: &str) -> bool {
    text.match_indices('x').any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back()).unwrap_or(' ');
        let after = text.get(at + 1..).and_then(|after| after.chars().next()).unwrap_or(' ');
        let begins = !before.is_ascii_alphabetic() || matches!(before, 'i' | 'a' | 'c');
        begins && (after.is_whitespace() || after == '\\')
    })
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
            "GIT_SEQUENCE_EDITOR=\"sed -i '2,\\$s/^pick/squash/'\" git rebase -i main",
            "git -c sequence.editor=true rebase -i HEAD~2",
        ] {
            assert!(!check(command).contains("opaque"), "{command}: {}", check(command));
        }
    }
}

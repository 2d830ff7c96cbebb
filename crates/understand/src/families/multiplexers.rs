//! `tmux` and `screen`: terminals that go on after the command, and what is run or typed in them.

mod typing;

use countersign_model::{Effect, Resource, Reversible, verbs};

use super::subcommands::{Table, read, rule};
use super::{Family, dispatch, opaque, unknown_text};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::shell::{self, Place};

pub(super) const FAMILY: Family = Family {
    programs: &["tmux", "screen", "zellij", "byobu"],
    about: "Terminals that go on after the command: what is run in them, and what is typed into them by \
        `send-keys`, is understood as a command. What a program there makes of the keys is not known.",
    examples: &[
        "tmux ls",
        "tmux capture-pane -p -t web",
        "tmux new -d -s web",
        "tmux new-session -ds probe 'git push origin main'",
        "tmux send-keys -t web 'rm -rf src' Enter",
        r#"tmux send-keys -t web "$COMMAND" Enter"#,
        "tmux kill-session -t web",
    ],
    effects,
};

const TABLE: Table<'_> = Table {
    values: &["-s", "-t", "-n", "-c", "-x", "-y", "-F", "-f", "-L", "-S", "-l", "-e", "-p", "-ds", "-dsx", "-dS", "-dmS", "-AdS", "-As"],
    rules: &[
        rule("ls|list-sessions|list-windows|list-panes|lsw|lsp|has-session|has|display-message|display|capture-pane|capturep|show-options|info|list-keys|show-buffer|list-clients|lsc", verbs::EXEC_READ),
        rule("new-session|new|new-window|neww|split-window|splitw|respawn-pane|respawnp|respawn-window|run-shell|run|pipe-pane|pipep|send-keys|send|popup|display-popup", verbs::EXEC_OPAQUE),
        rule("kill-session|kill-window|killw|kill-pane|killp|kill-server|detach|detach-client|attach|attach-session|a|select-window|selectw|select-pane|rename-window|rename-session|resize-pane|switch-client", verbs::EXEC_PROCESS),
    ],
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    if invocation.program == "screen" && typing::effects(invocation, context) {
        return;
    }
    let found = read(invocation, &TABLE);
    // To a subcommand that runs something, `-h` is the way a window is parted.
    let runs = found.verb == Some(verbs::EXEC_OPAQUE) || (invocation.program == "screen" && !found.operands.is_empty());
    // Formats run what stands in `#(..)`, and a semicolon begins another command of its own.
    let says_more = invocation.words.iter().any(|word| word.text().contains("#(") || word.text().ends_with(';'));
    // Settings of its own say what is run besides.
    let leading = invocation.words.iter().position(|word| !word.text().starts_with('-')).unwrap_or(0);
    let first = invocation.words.first().map_or("", |word| word.text());
    let has_settings = leading == 1 && matches!((invocation.program.as_str(), first), ("tmux", "-f") | ("screen", "-c"));
    let is_none = invocation.known(1) == Some("/dev/null");
    if has_settings && !is_none {
        opaque(invocation, "it runs what is in its settings", context);
    } else if says_more {
        opaque(invocation, "its arguments hold more commands", context);
    } else if found.is_help && !runs || found.verb == Some(verbs::EXEC_READ) {
        context.program(verbs::EXEC_READ, &invocation.program);
    } else if runs && !(found.operands.is_empty() && found.rest.is_empty()) {
        context.program(verbs::EXEC_READ, &invocation.program);
        // Several words are those of the command, with options of its own.
        let types = found.name.starts_with("send") || !found.rest.is_empty();
        let begin = found.position(0, invocation).filter(|begin| !types && begin + 1 < invocation.words.len());
        if let Some(nested) = begin.and_then(|begin| invocation.nested(begin)) {
            dispatch(nested, context);
            return;
        }
        let words = found.operands.iter().chain(&found.rest).filter(|word| !matches!(word.text(), "Enter" | "C-m" | "Space"));
        let known: Option<Vec<&str>> = words.map(|word| word.known()).collect();
        match known {
            Some(words) => shell::run_apart(&words.join(" "), Place::Within(context.here), context),
            None => {
                let value = found.operands.iter().find(|word| word.value.is_unknown()).map(|word| word.value.clone());
                value.iter().for_each(|value| unknown_text(value, invocation, context));
            }
        }
    } else if found.name.starts_with("kill") {
        let resource = Resource::Program { name: invocation.title() };
        context.push(Effect::new(verbs::EXEC_PROCESS, resource).reversible(Reversible::Yes));
    } else if invocation.words.is_empty() || found.verb.is_some() {
        context.program(verbs::EXEC_READ, &invocation.program);
    } else {
        opaque(invocation, "what it runs is not known", context);
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn what_hides_behind_a_harmless_subcommand() {
        for command in ["tmux ls \\; run-shell 'make ship'", "tmux display '#(make ship)'", "tmux set -g default-command x", "tmux paste-buffer", "tmux if-shell true 'run-shell x'", "tmux -f evil.conf new -d", "screen -c evil.conf -dm"] {
            let found = check(command);
            assert!(found.contains("opaque"), "{command}: {found}");
        }
        assert!(check("tmux new -d -- git push origin main").contains("git.push main@origin"));
    }

    #[test]
    fn several_words_are_a_command() {
        for command in ["screen -dmS x bash -c 'git push origin main'", "tmux new -d -s x bash -c 'git push origin main'", "tmux new-session -d git push origin main", "tmux split-window -h sh -c 'git push origin main'"] {
            let found = check(command);
            assert!(found.contains("git.push main@origin") && !found.contains("hidden"), "{command}: {found}");
        }
    }

    #[test]
    fn what_is_run_in_another_terminal() {
        assert_snapshot!(check("tmux new-session -ds probe 'git push origin main'"), @"
        exec.read tmux, read
        git.push main@origin, write
        ");
        assert_snapshot!(check("tmux send-keys -t x 'git push origin main' Enter"), @"
        exec.read tmux, read
        git.push main@origin, write
        ");
        assert_snapshot!(check("tmux ls; tmux capture-pane -p -t x; tmux kill-session -t x"), @"
        exec.read tmux, read
        exec.process tmux kill-session -t, destroy
        ");
        assert_snapshot!(check("tmux new -d -s web"), @"exec.read tmux, read");
        assert_snapshot!(check("tmux send-keys -t x \"$CMD\" Enter"), @"
        exec.read tmux, read
        exec.hidden tmux, execute, opaque
        ");
    }
}

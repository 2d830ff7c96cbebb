//! `screen -X stuff 'text'`: what is typed into a window that runs already.

use countersign_model::verbs;

use crate::context::Context;
use crate::families::{opaque, unknown_text};
use crate::invocation::Invocation;
use crate::shell::{self, Place};
use crate::word::Word;

/// Adds what typing does; false where nothing is typed.
pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) -> bool {
    let Some(at) = invocation.words.iter().position(|word| word.known() == Some("-X")) else { return false };
    let words = invocation.words.get(at + 1..).unwrap_or_default();
    let Some((command, rest)) = words.split_first() else { return false };
    match command.known() {
        Some("stuff") => {}
        Some("quit" | "kill" | "title" | "select" | "detach" | "info" | "windows") => {
            context.program(verbs::EXEC_PROCESS, &invocation.title());
            return true;
        }
        _ => {
            opaque(invocation, "a command of screen's own may run anything", context);
            return true;
        }
    }
    context.program(verbs::EXEC_READ, "screen");
    if let Some(unknown) = rest.iter().find(|word| word.known().is_none()) {
        unknown_text(&unknown.value, invocation, context);
        return true;
    }
    let text: String = rest.iter().map(Word::text).collect();
    match typed(&text) {
        Some(lines) if lines.is_empty() || lines.ends_with('\n') => shell::run_apart(&lines, Place::Within(context.here), context),
        Some(lines) => {
            shell::run_apart(&lines, Place::Within(context.here), context);
            opaque(invocation, "it types a part of a line, whose end may follow", context);
        }
        None => opaque(invocation, "it types keys that are not understood", context),
    }
    true
}

/// The lines that a shell reads: `^M`, `\n` and `\015` end one, and so does a key that gives one up.
fn typed(text: &str) -> Option<String> {
    let mut lines = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '^' => match letters.next()?.to_ascii_uppercase() {
                'M' | 'J' | 'C' | 'D' | 'L' | 'U' => lines.push('\n'),
                '^' => lines.push('^'),
                _ => return None,
            },
            '\\' => match letters.next()? {
                'n' | 'r' => lines.push('\n'),
                '0' if matches!(letters.as_str().get(..2), Some("12" | "15")) => {
                    lines.push('\n');
                    letters.nth(1);
                }
                escaped @ ('\\' | '^' | '$' | '\'' | '"') => lines.push(escaped),
                _ => return None,
            },
            '\r' | '\n' | '\u{3}' | '\u{4}' => lines.push('\n'),
            letter if letter.is_control() && letter != '\t' => return None,
            letter => lines.push(letter),
        }
    }
    Some(lines)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn lines_end_in_several_ways() {
        for end in [r"\n", "^M", r"\015", r"\r", "^J", "\r", "\n"] {
            let found = check(&format!("screen -S x -X stuff 'git push origin main{end}'"));
            assert_eq!(found, "exec.read screen, read\ngit.push main@origin, write", "{end:?}");
        }
        assert_snapshot!(check("screen -S x -p 0 -X stuff $'rm -rf src\\n'; screen -S x -X stuff ^C; screen -S x -X quit"), @"
        exec.read screen, read
        fs.delete /repo/src, destroy
        exec.process screen -S x, destroy
        ");
    }

    #[test]
    fn what_may_go_on() {
        assert_snapshot!(check("screen -S x -X stuff 'git push origin '"), @"
        exec.read screen, read
        git.push feature@origin, write
        exec.opaque screen, execute, opaque
        ");
        assert_snapshot!(check("screen -S x -X stuff \"$X\"; screen -S x -X stuff '^[[A^M'; screen -S x -X exec sh -c ls"), @"
        exec.read screen, read
        exec.hidden screen, execute, opaque
        exec.opaque screen, execute, opaque
        ");
    }
}

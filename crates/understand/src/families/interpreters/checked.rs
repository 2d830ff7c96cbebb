//! `perl -c x.pl` only compiles, but blocks of the file run while it does.

use crate::code::language::Language;
use crate::code::source::{self, Source};
use crate::code::understand;
use crate::context::Context;
use crate::invocation::Invocation;
use crate::paths;

/// Blocks that run as soon as they are compiled.
const BLOCKS: &[&str] = &["BEGIN", "UNITCHECK", "CHECK"];

/// Blocks of one file that are looked at.
const MOST: usize = 16;

/// Adds what blocks of a file that is only checked run.
pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    if invocation.program != "perl" || !invocation.words.iter().any(|word| word.text() == "-c") {
        return;
    }
    let Some(file) = invocation.words.iter().find(|word| !word.text().starts_with('-')) else { return };
    let located = paths::locate(&file.value, context);
    let texts = match source::of(&located, context) {
        Source::Texts(texts) | Source::Perhaps(texts, _) => texts,
        Source::Absent | Source::Foreign | Source::Unknown(_) => return,
    };
    for text in &texts {
        for block in blocks(text) {
            if let Err(why) = understand(Language::Perl, block, &located, &[], context) {
                context.opaque("perl -c", &format!("a block of the file runs as it is compiled: {why}"));
            }
        }
    }
}

/// What stands between the braces of such blocks.
fn blocks(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for name in BLOCKS {
        for (at, _) in text.match_indices(name) {
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let is_part = before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_' || letter == '$');
            let after = text.get(at + name.len()..).unwrap_or_default().trim_start();
            let Some(inside) = after.strip_prefix('{').filter(|_| !is_part) else { continue };
            found.push(inside.get(..end(inside)).unwrap_or(inside));
        }
    }
    found.truncate(MOST);
    found
}

/// Where the brace closes that was opened before a text.
fn end(text: &str) -> usize {
    let mut open = 1_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => open = open.saturating_add(1),
            '}' => open = open.saturating_sub(1),
            _ => {}
        }
        if open == 0 {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use crate::fixture::{check, check_with};

    #[test]
    fn blocks_run_as_the_file_is_compiled() {
        let found = check("echo 'BEGIN{system \"git push origin HEAD:main\"}' > e.pl; perl -c e.pl");
        assert!(found.contains("git.push main@origin"), "{found}");
        let found = check_with("perl -c e.pl", &[("/repo/e.pl", "use strict;\nBEGIN { system('git push origin HEAD:main'); }\n")]);
        assert!(found.contains("git.push main@origin"), "{found}");
    }

    #[test]
    fn the_rest_of_the_file_does_not() {
        for text in ["system('git push origin HEAD:main');", "# BEGIN here\nprint 1;", "BEGIN { }\nsystem('git push origin main');"] {
            let found = check_with("perl -c e.pl", &[("/repo/e.pl", text)]);
            assert!(!found.contains("git.push") && !found.contains("opaque"), "{text}: {found}");
        }
    }
}

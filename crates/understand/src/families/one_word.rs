//! Whether what the shell puts in for a word that is not known is one word, and no option among several.

use crate::commands::Command;
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::{Value, Word};

/// Whether a word, whatever it turns out to be, is one argument and no option: what it begins with is known, and what
/// is expanded in it is quoted, or one command that prints nothing but an id or a name.
pub(in crate::families) fn is_one(word: &Word, invocation: &Invocation, context: &Context<'_>) -> bool {
    let prefix = match &word.value {
        Value::Known(_) => return true,
        // A file's name is one word, unless a variable that holds it is split.
        Value::Pattern(text) => return !word.raw.contains('$') && !text.starts_with(['*', '?', '[', '-']),
        Value::Unknown { prefix, .. } => prefix,
    };
    if prefix.is_empty() || prefix.starts_with('-') || word.raw.is_empty() {
        return false;
    }
    let shell = &context.state.shell;
    let is_usual = !shell.separators_set
        && !shell.separators_unsure
        && shell.functions.is_empty()
        && shell.aliases.is_empty()
        && invocation.environment.is_empty()
        && shell.environment.is_empty();
    match unquoted(&word.raw) {
        Some(0) => true,
        Some(1) => {
            let commands = invocation.substituted.commands.map(|range| context.tree.range(range));
            is_usual && matches!(commands, Some([only]) if prints_a_name(only))
        }
        _ => false,
    }
}

/// How many commands stand outside of quotes whose output is put in; none where anything else is expanded there that
/// could become several words.
fn unquoted(raw: &str) -> Option<usize> {
    let mut found = 0;
    let (mut rest, mut quoted) = (raw, false);
    while let Some(letter) = rest.chars().next() {
        rest = rest.get(letter.len_utf8()..)?;
        match letter {
            '"' => quoted = !quoted,
            '\'' if !quoted => rest = rest.split_once('\'')?.1,
            '\\' => rest = rest.get(rest.chars().next().map_or(0, char::len_utf8)..)?,
            '`' => return None,
            '*' | '[' if !quoted => return None,
            '$' if rest.starts_with("((") => return None,
            '$' if rest.starts_with('(') => {
                let end = closing(rest)?;
                found += usize::from(!quoted);
                rest = rest.get(end..)?;
            }
            // A variable, by its plain name.
            '$' if quoted => {
                let text = rest.strip_prefix('{').unwrap_or(rest);
                let length =
                    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
                if length == 0 || text.len() != rest.len() && !text.get(length..)?.starts_with('}') {
                    return None;
                }
                rest = text.get(length..)?;
            }
            '$' => return None,
            _ => {}
        }
    }
    Some(found)
}

/// The end of a substitution that begins with a bracket, where nothing in it is quoted with brackets inside.
fn closing(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    let mut quote = None;
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(own), letter) if own == letter => quote = None,
            (Some(_), '(' | ')' | '\\') => return None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(letter),
            (None, '(') => open += 1,
            (None, ')') if open == 1 => return Some(at + 1),
            (None, ')') => open = open.checked_sub(1)?,
            (None, '\\' | '`' | '#') => return None,
            (None, _) => {}
        }
    }
    None
}

/// Whether all that a command prints is one id or name: these very words.
fn prints_a_name(command: &Command) -> bool {
    let Some(words) = command.words() else { return false };
    let texts: Option<Vec<&str>> = words.iter().map(Word::known).collect();
    const PLAIN: &[&[&str]] = &[
        &["git", "rev-parse", "HEAD"],
        &["git", "rev-parse", "--short", "HEAD"],
        &["git", "rev-parse", "--abbrev-ref", "HEAD"],
        &["git", "branch", "--show-current"],
        &["gh", "pr", "view", "--json", "number", "-q", ".number"],
        &["gh", "pr", "view", "--json", "number", "--jq", ".number"],
        &["gh", "repo", "view", "--json", "nameWithOwner", "-q", ".nameWithOwner"],
        &["gh", "repo", "view", "--json", "nameWithOwner", "--jq", ".nameWithOwner"],
    ];
    texts.is_some_and(|texts| PLAIN.contains(&texts.as_slice()))
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn a_request_whose_path_is_one_word_reads() {
        for command in [
            "gh api \"repos/acme/shop/commits/$(git rev-parse HEAD)/check-runs\"",
            "gh api repos/acme/shop/commits/$(git rev-parse HEAD)/check-runs --jq '.check_runs[].name'",
            "gh api \"repos/acme/shop/pulls/$N/comments\" --paginate",
            "gh api repos/acme/shop/pulls/$(gh pr view --json number -q .number)/comments",
            "for n in $(gh pr list --json number -q '.[].number'); do gh api \"repos/acme/shop/pulls/$n/files\"; done",
            "gh pr list | xargs -I{} gh api repos/acme/shop/pulls/{}/comments",
            "REPO=$(gh repo view --json nameWithOwner -q .nameWithOwner); gh api \"repos/$REPO/actions/runs\"",
            "glab api \"projects/1/merge_requests/$N/notes\"",
        ] {
            let found = check(command);
            assert!(found.contains("forge.read") && !found.contains("forge.merge"), "{command}: {found}");
        }
    }

    #[test]
    fn one_that_may_be_several_words_does_anything() {
        for command in [
            "gh api repos/acme/shop/pulls/$(cat n)/merge",
            "for n in 12/*; do gh api repos/acme/shop/pulls/$n; done",
            "gh api *",
            "gh api repos/acme/shop/pulls/$(head -1 < x)",
            "gh api repos/acme/shop/pulls/$(git rev-parse HEAD -XPATCH)",
            "gh api repos/acme/shop/pulls/$(git log -1 --format=%s)",
            "N=\"$(git rev-parse HEAD) -XPUT\"; gh api repos/acme/shop/pulls/$N",
            "for n in \"$(cat x)\"; do gh api repos/acme/shop/pulls/$n; done",
            "for n in $(cat x); do gh api repos/acme/shop/pulls/$n; done",
            "git() { cat x; }; gh api repos/acme/shop/pulls/$(git rev-parse HEAD)",
            "PATH=./x gh api repos/acme/shop/pulls/$(git rev-parse HEAD)",
            "gh api repos/acme/shop/pulls/$N/merge",
            "gh api \"$U\"",
            "gh api $(git rev-parse HEAD)",
            "gh api repos/acme/shop/pulls/${N:-1 -X PUT}/x",
            "gh api \"repos/acme/shop/${a[@]}\"",
            "gh api repos/acme/shop/pulls/\"$@\"",
            "gh api repos/acme/shop/pulls/$(gh pr view --json title -q .title)",
            "gh api repos/acme/shop/pulls/$(gh pr view --json number -q '\"1 -X PUT\"+.number')",
            "for n in $(cat x); do IFS=a; gh api repos/acme/shop/pulls/$n/files; done",
            "while read n; do gh api repos/acme/shop/pulls/$n/files; done < x",
            "cat x | xargs gh api repos/acme/shop",
            "gh api \"repos/acme/shop/pulls/$N/merge\" -X \"$M\"",
            "gh api \"repos/acme/shop/pulls/$N/merge\" -X PUT",
            "gh api \"repos/acme/shop/pulls/$N/merge\" $X",
            "glab api projects/$(cat x)/merge_requests",
        ] {
            let found = check(command);
            assert!(
                ["forge.merge", "forge.settings", "forge.write"].iter().any(|verb| found.contains(verb)),
                "{command}: {found}"
            );
        }
    }
}

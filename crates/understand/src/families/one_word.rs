//! Whether what the shell puts in for a word that is not known is one word, and no option among several.

use crate::commands::{Command, Range};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::{Value, Word};

/// Whether a word, whatever it turns out to be, is one argument and no option: what it begins with is known, and what
/// is expanded in it is quoted, a loop's variable, or what a command printed that prints names and numbers.
pub(super) fn is_one(word: &Word, invocation: &Invocation, context: &Context<'_>) -> bool {
    let Value::Unknown { prefix, .. } = &word.value else { return word.known().is_some() };
    let Some(bare) = unquoted(&word.raw) else { return false };
    if prefix.is_empty() || prefix.starts_with('-') || word.raw.is_empty() {
        return false;
    }
    let world = &context.state.world;
    let plain =
        |range: Option<Range>| range.is_some_and(|range| context.tree.range(range).iter().all(prints_a_name));
    bare.is_empty()
        || !context.state.shell.separators_set
            && !context.state.shell.separators_unsure
            && bare.iter().all(|expansion| match expansion {
                Some(name) => {
                    let value = context.state.shell.variables.get(*name);
                    let is_of_loop = matches!(value, Some(Value::Unknown { why, .. }) if why == OF_LOOP);
                    is_of_loop || world.found_by.get(*name).is_some_and(|range| plain(*range))
                }
                None => plain(invocation.substituted.commands),
            })
}

/// Why the value of a loop's variable is not known. The shell has parted the words by then.
pub(crate) const OF_LOOP: &str = "the variable of a loop";

/// What is expanded outside of quotes: names of variables, and nothing for each command. None where it could become
/// several words by other means.
fn unquoted(raw: &str) -> Option<Vec<Option<&str>>> {
    let mut found = Vec::new();
    let (mut rest, mut quoted) = (raw, false);
    while let Some(letter) = rest.chars().next() {
        rest = rest.get(letter.len_utf8()..)?;
        match letter {
            '"' => quoted = !quoted,
            '\'' if !quoted => rest = rest.split_once('\'')?.1,
            '\\' => rest = rest.get(rest.chars().next().map_or(0, char::len_utf8)..)?,
            '`' => return None,
            '*' | '?' | '[' if !quoted => return None,
            '$' if rest.starts_with("((") => return None,
            '$' if rest.starts_with('(') => {
                let end = closing(rest)?;
                if !quoted {
                    found.push(None);
                }
                rest = rest.get(end..)?;
            }
            '$' => {
                let braced = rest.strip_prefix('{');
                let text = braced.unwrap_or(rest);
                let length =
                    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
                let (name, after) = text.split_at(length);
                // `$@`, `${a[@]}`: several words even in quotes.
                if name.is_empty() || braced.is_some() && after.split('}').next()?.contains(['@', '*']) {
                    return None;
                }
                if !quoted {
                    found.push(Some(name));
                }
                rest = match braced {
                    Some(_) if quoted => after.split_once('}')?.1,
                    Some(_) => after.strip_prefix('}')?,
                    None => after,
                };
            }
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

/// Fields of forges that hold a number, or a name without blanks.
const FIELDS: &[&str] = &[
    "number",
    "id",
    "databaseId",
    "nameWithOwner",
    "sha",
    "oid",
    "headRefOid",
    "headRefName",
    "baseRefName",
    "headSha",
    "login",
    "iid",
];

/// Whether all that a command prints is a name without blanks, or lines of such names.
fn prints_a_name(command: &Command) -> bool {
    let Some(words) = command.words() else { return false };
    let texts: Option<Vec<&str>> = words.iter().skip(1).map(Word::known).collect();
    let (Some(texts), Some(program)) = (texts, command.program.as_deref()) else { return false };
    match (program, texts.as_slice()) {
        ("git", ["rev-parse", ..]) => {
            !texts.iter().any(|text| text.contains("arg") || text.contains("sq") || text.contains("show"))
        }
        ("git", ["branch", "--show-current"] | ["symbolic-ref" | "merge-base" | "describe", ..]) => true,
        ("git", ["log", options @ ..]) => {
            options.iter().any(|option| {
                ["--format=%H", "--format=%h", "--pretty=%H", "--pretty=format:%H", "--pretty=%h"]
                    .contains(option)
            }) && options.iter().all(|option| {
                !option.starts_with("--")
                    || option.starts_with("--format=%")
                    || option.starts_with("--pretty=")
            })
        }
        ("head" | "tail" | "sort" | "uniq", options) => options
            .iter()
            .all(|option| option.starts_with('-') || option.bytes().all(|byte| byte.is_ascii_digit())),
        ("gh" | "glab", _) => {
            let query =
                texts.iter().position(|text| ["-q", "--jq"].contains(text)).and_then(|at| texts.get(at + 1));
            query.and_then(|query| query.rsplit_once('.')).is_some_and(|(path, field)| {
                FIELDS.contains(&field)
                    && path.chars().all(|letter| letter.is_ascii_alphanumeric() || ".[]_".contains(letter))
            })
        }
        _ => false,
    }
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
            "for n in $(gh pr list --json number -q '.[].number'); do gh api repos/acme/shop/pulls/$n/files; done",
            "gh pr list | xargs -I{} gh api repos/acme/shop/pulls/{}/comments",
            "REPO=$(gh repo view --json nameWithOwner -q .nameWithOwner); gh api repos/$REPO/actions/runs",
            "glab api \"projects/1/merge_requests/$N/notes\"",
            "glab api projects/$(glab repo view -q .id)/merge_requests",
        ] {
            let found = check(command);
            assert!(found.contains("forge.read") && !found.contains("forge.merge"), "{command}: {found}");
        }
    }

    #[test]
    fn one_that_may_be_several_words_does_anything() {
        for command in [
            "gh api repos/acme/shop/pulls/$(cat n)/merge",
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
            assert!(found.contains("forge.merge") || found.contains("forge.settings"), "{command}: {found}");
        }
    }
}

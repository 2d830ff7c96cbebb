//! A call that loads a file of variables within another: `(set -a; . ./.env; pytest)`, `bash -c '…'`, `env $(…) pytest`.

use super::{clients, prints_file};

/// A text with blanks in the place of the parentheses around a group of commands, so that all else stays where it is.
pub(super) fn without_group(text: &str) -> String {
    let Some((open, close)) = group(text) else { return text.to_owned() };
    let blank = |(at, letter): (usize, char)| if at == open || at == close { ' ' } else { letter };
    text.char_indices().map(blank).collect()
}

/// Where the first group of commands that stands alone begins and ends.
fn group(text: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    let open = clients::parts(text).into_iter().find_map(|part| {
        let at = from + part.len() - part.trim_start().len();
        from += part.len();
        part.trim_start().starts_with('(').then_some(at)
    })?;
    let (mut depth, mut quote) = (0_usize, None);
    for (at, letter) in text.char_indices().skip_while(|(at, _)| *at < open) {
        match (quote, letter) {
            (Some(end), _) if letter == end => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, '\\') => return None,
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            (None, _) => {}
        }
        if depth == 0 {
            return Some((open, at));
        }
    }
    None
}

/// What a shell is given in one word, into which the shell around it puts nothing.
pub(super) fn of_shell(text: &str) -> Option<&str> {
    let rest = ["bash -c ", "bash -lc ", "sh -c ", "zsh -c "]
        .iter()
        .find_map(|start| text.trim().strip_prefix(start))?;
    let quoted = |quote| {
        rest.trim()
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
            .filter(|inner| !inner.contains(quote))
    };
    quoted('\'').or_else(|| quoted('"').filter(|inner| !inner.contains(['$', '`', '\\', '!'])))
}

/// The command that `env` gives the variables of a file: `env $(cat .env | xargs) pytest`.
pub(super) fn given_by_env(command: &str) -> Option<&str> {
    let rest = command.strip_prefix("env ")?.trim_start();
    let (printed, given) = rest.split_at_checked(rest.find(')')? + 1)?;
    (prints_file(printed) && given.starts_with(' '))
        .then(|| given.trim_start())
        .filter(|given| !given.is_empty())
}

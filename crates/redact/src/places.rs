//! Values that are secret by their place in a command: `vault login …`, `aws … --secret-string …`, what a pipe feeds to
//! `wrangler secret put`, what is written into a file named as a secret. Which places those are is said in `table`.
//!
//! They are taken out of what is shown and kept, and are no findings: setting a secret is what such a command is for,
//! and it is decided by that.

use crate::detectors::names::{self, Named};
use crate::marker;
use crate::text::{Secret, Text};

mod arguments;
pub(crate) mod file;
mod table;
mod words;

#[cfg(test)]
mod tests;

use words::{Command, Ended, Span};

/// The class of what is found here.
pub(crate) const PLACED: &str = "placed-secret";

/// How deep quotes are looked into: `ssh host 'bash -c "…"'`.
const DEPTH: usize = 3;
/// Texts up to so many bytes are looked at without a search first.
const SHORT: usize = 4096;
/// The programs of one command that are looked at.
const PROGRAMS: usize = 8;

/// The secrets by place, from left to right, none within another. Takes time in proportion to the text.
pub(crate) fn find(text: Text<'_>) -> Vec<Secret> {
    // A command that holds one has two words at least; most strings of a call are one.
    let is_word = !text.0.iter().any(u8::is_ascii_whitespace);
    if is_word || text.0.len() > SHORT && !table::may_hold(text.0) {
        return Vec::new();
    }
    let mut found = Vec::new();
    look(text, Span { start: 0, end: text.0.len() }, true, DEPTH, &mut found);
    found.retain(|span: &Span| span.end > span.start && !marker::is_whole(text.range(span.start, span.end)));
    found.sort_unstable_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    let mut done = 0;
    found.retain(|span| {
        let new = span.start >= done;
        done = done.max(span.end);
        new
    });
    found.into_iter().map(|Span { start, end }| Secret { class: PLACED, start, end }).collect()
}

/// Looks at each command in `within`, and into its quotes. `runs`: they are commands, and not only words.
fn look(text: Text<'_>, within: Span, runs: bool, depth: usize, found: &mut Vec<Span>) {
    let mut words = words::Words::new(text, within);
    let mut command = Command::default();
    let mut piped = None;
    while let Some(ended) = words.command(&mut command) {
        if let Some(depth) = depth.checked_sub(1) {
            let runs = runs && words::runs(text, &command.words);
            command.quoted.iter().for_each(|quoted| look(text, *quoted, runs, depth, found));
        }
        let Does { reads, says } = at(text, &command, runs, found);
        let heredoc =
            command.heredoc.filter(|_| reads || command.written.and_then(|file| named(text, file)).is_some());
        let heredoc = heredoc.and_then(|ends| words.heredoc(ends));
        if reads {
            let given = command.given.map(|given| given.plain(text));
            found.extend(
                [piped, given, heredoc].into_iter().flatten().filter(|said| is_secret(text, *said, true)),
            );
        }
        if let Some(named) = command.written.and_then(|file| named(text, file)) {
            let said = [says, heredoc].into_iter().flatten();
            found.extend(said.filter(|said| names::is_secret(named, said.of(text), true)));
        }
        // What `tr` or `base64` makes of it is one, too.
        piped = says.or(piped).filter(|_| ended == Ended::Piped);
    }
}

/// What a command does with secrets, besides holding some.
#[derive(Default)]
struct Does {
    /// It reads one from its standard input.
    reads: bool,
    /// What it says on its standard output.
    says: Option<Span>,
}

/// Looks at the telling words of a command.
fn at(text: Text<'_>, command: &Command, runs: bool, found: &mut Vec<Span>) -> Does {
    let (mut does, mut seen) = (Does::default(), 0);
    for (index, word) in command.words.iter().enumerate() {
        let word = words::program(word.plain(text).of(text));
        if !table::may_tell(word) {
            continue;
        }
        let (before, after) = command.words.split_at(index);
        let after = after.get(1..).unwrap_or_default();
        if let b"echo" | b"printf" = word {
            does.says = does.says.or_else(|| said(text, after));
        }
        if let Some(next) = after.first().filter(|_| statement(text, before, word))
            && is_secret(text, next.plain(text), next.opens_quoted(text))
        {
            found.push(next.plain(text));
        }
        let mut rows = table::rows(word).peekable();
        if rows.peek().is_none() || seen == PROGRAMS {
            continue;
        }
        seen += 1;
        let leads = runs && words::leads(text, before);
        for row in rows {
            let sure = leads && !row.plain;
            does.reads |= arguments::take(text, row, after, |span| {
                if is_secret(text, span, sure) {
                    found.push(span);
                }
            });
        }
    }
    does
}

/// Whether the word is the last before a secret in SQL: `IDENTIFIED BY '…'`, `WITH PASSWORD '…'`, `SET PASSWORD FOR me = '…'`.
fn statement(text: Text<'_>, before: &[Span], word: &[u8]) -> bool {
    let before = before.get(before.len().saturating_sub(8)..).unwrap_or_default();
    let is = |word: &Span, wanted: &str| word.of(text).eq_ignore_ascii_case(wanted.as_bytes());
    let any = |wanted: &[&str]| before.iter().any(|word| wanted.iter().any(|wanted| is(word, wanted)));
    let set = |two: &[Span]| matches!(two, [first, second] if is(first, "set") && is(second, "password"));
    match word.to_ascii_lowercase().as_slice() {
        b"by" => any(&["identified"]),
        b"password" => any(&["user", "role", "with", "encrypted"]),
        b"=" => before.windows(2).any(set),
        _ => false,
    }
}

/// What `echo` or `printf` says, without its options and its format.
fn said(text: Text<'_>, mut words: &[Span]) -> Option<Span> {
    while let [first, rest @ ..] = words {
        let plain = first.of(text);
        let skipped =
            plain.len() < 8 && (plain.starts_with(b"-") || (plain.contains(&b'%') && !rest.is_empty()));
        if !skipped {
            break;
        }
        words = rest;
    }
    match words {
        [only] => Some(only.plain(text)),
        [first, .., last] => Some(Span { start: first.start, end: last.end }),
        [] => None,
    }
}

/// What a file's name says of what is in it.
fn named(text: Text<'_>, file: Span) -> Option<Named> {
    let path = file.plain(text).of(text);
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path);
    let name = name.strip_suffix(b".txt").unwrap_or(name);
    if name == b".pgpass" { Some(Named::Password) } else { names::named(name) }
}

/// Whether a value is one. `sure`: whatever it looks like, since it can be nothing else there.
fn is_secret(text: Text<'_>, span: Span, sure: bool) -> bool {
    let value = span.of(text);
    let elsewhere = [b"file:".as_slice(), b"fileb:", b"@", b"`", b"op://", b"/dev/"];
    if elsewhere.iter().any(|start| value.starts_with(start)) || value == b"-" || marker::is_whole(value) {
        return false;
    }
    // What was partly taken out is one, whatever is left of it.
    let rest = value.windows(10).any(|part| part == b"[redacted:");
    rest || if sure {
        let stands = names::is_placeholder(value) && (!value.starts_with(b"{") || value.starts_with(b"{{"));
        value.len() >= 3 && !stands && !names::is_path(value)
    } else {
        names::is_secret(Named::Secret, value, true)
    }
}

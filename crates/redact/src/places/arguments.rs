//! What of a command's words one row of the table takes for secret.

use super::table::{Row, Take};
use super::words::{self, Span};
use crate::detectors::names;
use crate::text::Text;

/// Options whose value is the next word, which is then no argument of the command.
const VALUED: [&[u8]; 16] = [
    b"--registry",
    b"--index",
    b"--config",
    b"--profile",
    b"--region",
    b"--namespace",
    b"--mount",
    b"--method",
    b"--name",
    b"--node",
    b"--vhost",
    b"--scope",
    b"--context",
    b"--stack",
    b"-n",
    b"-s",
];

/// Says what of the words after a program is secret; whether its standard input is.
pub(super) fn take(text: Text<'_>, row: &Row, after: &[Span], mut found: impl FnMut(Span)) -> bool {
    let Some(rest) = behind(text, row, after) else { return false };
    let needed = |word: &Span| {
        let word = word.plain(text).of(text);
        let value = word.rsplit(|&byte| byte == b'=').next().unwrap_or(word);
        value.eq_ignore_ascii_case(row.needs.as_bytes())
    };
    if !row.needs.is_empty() && !after.iter().any(needed) {
        return false;
    }
    match row.take {
        Take::Stdin => return true,
        Take::Flag(flags) => options(text, flags, after).for_each(found),
        Take::Login(flags, apart) => {
            options(text, flags, after).filter_map(|value| value.after(text, apart)).for_each(found);
        }
        Take::Prefixed(flags, prefix) => {
            let prefixed = options(text, flags, after).filter(|value| value.of(text).starts_with(prefix));
            prefixed.for_each(|value| found(Span { start: value.start + prefix.len(), end: value.end }));
        }
        Take::Arguments(first) => arguments(text, rest).skip(first).for_each(found),
        Take::Last => arguments(text, rest).last().into_iter().for_each(found),
        Take::Assigned => {
            let assigned = rest.iter().map(|word| word.plain(text));
            let assigned = assigned.filter(|word| words::is_assignment(word.of(text)));
            assigned.filter_map(|word| word.after(text, b'=')).for_each(found);
        }
        Take::Named => {
            let mut arguments = arguments(text, rest);
            if let (Some(name), Some(value)) = (arguments.next(), arguments.next())
                && names::named(name.of(text))
                    .is_some_and(|named| names::is_secret(named, value.of(text), true))
            {
                found(value);
            }
        }
        Take::Connect => {
            let connects = |word: &Span| !word.of(text).starts_with(b"/") && !word.of(text).starts_with(b"@");
            let login = arguments(text, rest).find(connects).and_then(|word| word.after(text, b'/'));
            found_before(text, login, found);
        }
    }
    false
}

/// The words behind those that the row wants, in their order.
fn behind<'a>(text: Text<'_>, row: &Row, after: &'a [Span]) -> Option<&'a [Span]> {
    let mut wanted = row.words.iter();
    let mut next = wanted.next();
    let mut rest = after;
    while let Some(want) = next {
        let (word, others) = rest.split_first()?;
        rest = others;
        if is(word.plain(text).of(text), want.as_bytes()) {
            next = wanted.next();
        }
    }
    Some(rest)
}

/// Whether a word is what is wanted: `name`, `start*`, or `-b` among other letters.
fn is(word: &[u8], wanted: &[u8]) -> bool {
    match wanted {
        [start @ .., b'*'] => word.starts_with(start),
        [b'-', letter] => matches!(word, [b'-', first, ..] if *first != b'-') && word.contains(letter),
        _ => word.eq_ignore_ascii_case(wanted),
    }
}

/// The values of these options: `--flag X`, `--flag=X`, `-f X`, `-fX`.
fn options<'a>(text: Text<'a>, flags: &'a [&'a str], words: &'a [Span]) -> impl Iterator<Item = Span> + 'a {
    words.iter().enumerate().filter_map(move |(index, word)| {
        let written = word.of(text);
        let flag = flags.iter().find(|flag| written.starts_with(flag.as_bytes()))?;
        let (start, joined) = (word.start + flag.len(), written.get(flag.len()).copied());
        match joined {
            None => words
                .get(index + 1)
                .filter(|next| !next.of(text).starts_with(b"-"))
                .map(|next| next.plain(text)),
            Some(b'=') => Some(Span { start: start + 1, end: word.end }.plain(text)),
            Some(_) if flag.len() == 2 => Some(Span { start, end: word.end }.plain(text)),
            Some(_) => None,
        }
    })
}

/// The words that are no options, nor give a value to a name.
fn arguments<'a>(text: Text<'a>, words: &'a [Span]) -> impl Iterator<Item = Span> + 'a {
    let mut valued = false;
    words.iter().filter_map(move |word| {
        let plain = word.plain(text);
        let written = plain.of(text);
        let option = written.len() > 1 && written.starts_with(b"-");
        let skipped = std::mem::replace(&mut valued, VALUED.contains(&written));
        (!option && !skipped && !words::is_assignment(written)).then_some(plain)
    })
}

/// A login's password, which ends before the `@` of its database.
fn found_before(text: Text<'_>, login: Option<Span>, mut found: impl FnMut(Span)) {
    let Some(login) = login else { return };
    let end = login.of(text).iter().rposition(|&byte| byte == b'@').map_or(login.end, |at| login.start + at);
    found(Span { start: login.start, end });
}

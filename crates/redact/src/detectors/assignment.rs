//! Values given to a name that says they are secret: `DB_PASSWORD=…`, `"token": "…"`, `--secret …`.

use super::{ASSIGNED, Detector, address, names, tokens};
use crate::text::{Secret, Text};

pub(super) const DETECTOR: Detector = Detector { classes: &[ASSIGNED], anchors: b"=:-(", find };

fn find(text: Text<'_>, at: usize) -> Option<Secret> {
    let byte = text.byte(at)?;
    let (name_end, mut value) = match byte {
        b'-' => return flag(text, at),
        b'(' => return called(text, at),
        b':' if text.byte(at + 1) == Some(b'=') => (at, at + 2),
        b':' if text.byte(at + 1) == Some(b':') || text.before(at) == Some(b':') => return None,
        b'=' if matches!(text.byte(at + 1), Some(b'=' | b'~')) => return None,
        b'=' if matches!(text.before(at), Some(b'=' | b'!' | b'<' | b'>' | b'~')) => return None,
        b'=' if text.byte(at + 1) == Some(b'>') => (at, at + 2),
        b'=' | b':' => (at, at + 1),
        _ => return None,
    };
    // Back over blanks and the name's closing quote.
    let mut end = name_end;
    while end + 3 > name_end && matches!(text.before(end), Some(b' ' | b'\t' | b':' | b'+')) {
        end -= 1;
    }
    let blank_before = end < name_end;
    if matches!(text.before(end), Some(b'"' | b'\'' | b'`')) {
        end -= 1;
        while end + 8 > name_end && text.before(end) == Some(b'\\') {
            end -= 1;
        }
    }
    let name = name_before(text, end);
    if name.is_empty() {
        return None;
    }
    let after = text.run(value, |byte| matches!(byte, b' ' | b'\t'));
    let adjacent = !blank_before && after == value && byte == b'=';
    value = after;
    given(text, name, value, adjacent)
}

/// `--password hunter2`: the name is a flag and the value the next word.
fn flag(text: Text<'_>, at: usize) -> Option<Secret> {
    let apart = text.before(at).is_none_or(|byte| byte.is_ascii_whitespace() || b"\"'([".contains(&byte));
    if !apart || text.byte(at + 1) != Some(b'-') {
        return None;
    }
    let start = at + 2;
    let end = text.run(start, is_name);
    let value = next_of_list(text, end).unwrap_or_else(|| text.run(end, |byte| byte == b' '));
    if value == end || end - start > names::LONGEST || text.byte(value) == Some(b'-') {
        return None;
    }
    given(text, text.range(start, end), value, true)
}

/// Where the next text of a list begins, behind one that ends here: `", "`, with backslashes before its quotes in a text that
/// is itself quoted.
fn next_of_list(text: Text<'_>, end: usize) -> Option<usize> {
    let quote = text.run(end, |byte| byte == b'\\');
    text.byte(quote).filter(|byte| matches!(byte, b'"' | b'\''))?;
    let blank = |byte: u8| byte.is_ascii_whitespace();
    let comma = text.run(quote + 1, blank);
    text.byte(comma).filter(|byte| *byte == b',')?;
    let next = text.run(comma + 1, blank);
    let opens = text.run(next, |byte| byte == b'\\');
    let is_option = text.byte(opens + 1) == Some(b'-');
    text.byte(opens).filter(|byte| matches!(byte, b'"' | b'\'') && !is_option).map(|_| next)
}

/// `PASSWORD('hunter2')`: what only ends like that may take anything, so there its text has to look like a secret.
fn called(text: Text<'_>, at: usize) -> Option<Secret> {
    let name = name_before(text, at);
    let named = names::named(name)?;
    let (start, end, quoted) = extent(text, text.run(at + 1, |byte| byte == b' '));
    let value = text.range(start, end);
    let named = if name.eq_ignore_ascii_case(b"password") { named } else { names::Named::Secret };
    let is_text = value.iter().any(u8::is_ascii_whitespace);
    (quoted && !is_text && names::is_secret(named, value, true)).then_some(Secret {
        class: ASSIGNED,
        start,
        end,
    })
}

/// Where the quote of a text stands that a letter may precede: `N'…'` of SQL, `b"…"` of Python.
fn string_at(text: Text<'_>, at: usize) -> usize {
    let has_letter = text.byte(at).is_some_and(|byte| b"NnbBrRfFuUeE".contains(&byte));
    let is_string = matches!(text.byte(at + 1), Some(b'"' | b'\''));
    if has_letter && is_string { at + 1 } else { at }
}

/// The value at `at`, if `name` makes it a secret.
fn given(text: Text<'_>, name: &[u8], at: usize, adjacent: bool) -> Option<Secret> {
    let named = names::named(name)?;
    if text.byte(at).is_none_or(names::starts_placeholder) {
        return None;
    }
    let (start, end, quoted) = extent(text, at);
    let value = text.range(start, end);
    // The beginning of a call or of an element, in a source text.
    let code = !quoted && (text.byte(end) == Some(b'(') || value.ends_with(b"["));
    if code && value.len() < names::LONG || !names::is_secret(named, value, quoted || adjacent) {
        return None;
    }
    let class =
        if name == b"PGPASSWORD" && is_usual_of_client(text, value, end) { address::USUAL } else { ASSIGNED };
    let class = tokens::class_of_whole(value).unwrap_or(class);
    Some(Secret { class, start, end })
}

/// Whether the command that follows is a client which asks this machine for a database, with its user's name for a password.
fn is_usual_of_client(text: Text<'_>, value: &[u8], end: usize) -> bool {
    const REACH: usize = 256;
    let rest = text.range(end, end + REACH.min(text.from(end).len()));
    let command = rest.split(|byte| b"\n;|&()<>`$\\".contains(byte)).next().unwrap_or_default();
    let mut words = command.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    let is_client = words.next().is_some_and(|program| {
        [b"psql".as_slice(), b"pg_dump", b"pg_restore", b"createdb", b"dropdb"].contains(&program)
    });
    let (mut hosts, mut users) = (Vec::new(), Vec::new());
    while let Some(word) = words.next() {
        match word {
            b"-h" | b"--host" => hosts.extend(words.next()),
            b"-U" | b"--username" => users.extend(words.next()),
            _ => {
                hosts.extend(word.strip_prefix(b"--host=").or_else(|| word.strip_prefix(b"-h")));
                users.extend(word.strip_prefix(b"--username=").or_else(|| word.strip_prefix(b"-U")));
            }
        }
    }
    is_client
        && matches!((hosts.as_slice(), users.as_slice()), ([host], [user]) if address::is_this_machine(host) && address::is_usual(value, &[*user]))
}

/// Where the value at `at` starts and ends, and whether it is quoted.
fn extent(text: Text<'_>, at: usize) -> (usize, usize, bool) {
    let at = string_at(text, at);
    let quote_at = text.run(at, |byte| byte == b'\\');
    match text.byte(quote_at) {
        Some(quote @ (b'"' | b'\'' | b'`')) => {
            let start = quote_at + 1;
            let escaped = quote_at > at;
            let mut end = start;
            while let Some(byte) = text.byte(end)
                && byte != quote
                && byte != b'\n'
            {
                // In a text that is itself quoted, the closing quote has backslashes before it.
                end += if byte == b'\\' && !escaped && text.byte(end + 1).is_some_and(|byte| byte.is_ascii())
                {
                    2
                } else {
                    1
                };
            }
            while escaped && end > start && text.before(end) == Some(b'\\') {
                end -= 1;
            }
            (start, end, true)
        }
        Some(_) | None => {
            let ends = |byte: u8| byte.is_ascii_whitespace() || b"\"'`;&|()}<>".contains(&byte);
            let mut end = text.run(at, |byte| !ends(byte));
            while end > at && matches!(text.before(end), Some(b',' | b'\\')) {
                end -= 1;
            }
            (at, end, false)
        }
    }
}

fn name_before(text: Text<'_>, end: usize) -> &[u8] {
    let before = text.range(end.saturating_sub(names::LONGEST), end);
    let length = before.iter().rev().take_while(|&&byte| is_name(byte)).count();
    text.range(end - length, end)
}

const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

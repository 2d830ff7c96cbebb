//! Secrets that a program takes from its standard input: `echo … | sudo -S ls`, `gh secret set NAME <<< …`.

use super::{Detector, names};
use crate::text::{Secret, Text};

pub(super) const DETECTOR: Detector = Detector { classes: &["piped-secret"], anchors: b"|<", find };

/// Words that a command holds, in this order, where it reads a secret.
const READERS: [&[&str]; 8] = [
    &["gh", "secret", "set"],
    &["chpasswd"],
    &["--password-stdin"],
    &["--with-token"],
    &["--passphrase-fd"],
    &["--api-token-stdin"],
    &["passwd", "--stdin"],
    &["vault", "login", "-"],
];

/// How far a command is read, and how far before it what it is given may begin, in bytes.
const REACH: usize = 512;

fn find(text: Text<'_>, at: usize) -> Option<Secret> {
    if text.byte(at) == Some(b'|') {
        let after = text.from(at + 1);
        let end = after.iter().take(REACH).take_while(|byte| !ends(**byte)).count();
        return reads(after.get(..end)?).then(|| echoed(text, at))?;
    }
    if !text.from(at).starts_with(b"<<<") {
        return None;
    }
    let before = text.range(at.saturating_sub(REACH), at);
    let start = before.iter().rposition(|byte| ends(*byte)).map_or(0, |end| end + 1);
    if !reads(before.get(start..)?) {
        return None;
    }
    let start = text.run(at + 3, |byte| matches!(byte, b' ' | b'\t'));
    let end = match text.byte(start)? {
        quote @ (b'"' | b'\'') => text.run(start + 1, |byte| byte != quote && byte != b'\n'),
        _ => text.run(start, |byte| !byte.is_ascii_whitespace() && !ends(byte)),
    };
    secret(text, start, end)
}

const fn ends(byte: u8) -> bool {
    matches!(byte, b'\n' | b';' | b'|' | b'&')
}

/// Whether a command takes a secret from its standard input.
fn reads(command: &[u8]) -> bool {
    let mut words = command.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let all: Vec<&[u8]> = words.clone().collect();
    if words.any(|word| word == b"sudo") {
        // Its own options stand before the command that it runs.
        let options = all.iter().skip_while(|word| **word != b"sudo").skip(1);
        let mut options = options.take_while(|word| word.starts_with(b"-") && **word != b"--");
        if options.any(|word| **word == *b"--stdin" || (!word.starts_with(b"--") && word.contains(&b'S'))) {
            return true;
        }
    }
    READERS.iter().any(|wanted| {
        let mut wanted = wanted.iter().peekable();
        for word in &all {
            wanted.next_if(|wanted| wanted.as_bytes() == *word);
        }
        wanted.peek().is_none()
    })
}

/// What `echo` or `printf` says before the pipe that is `at` here.
fn echoed(text: Text<'_>, at: usize) -> Option<Secret> {
    let from = at.saturating_sub(REACH);
    let before = text.range(from, at);
    let start = [b"echo ".as_slice(), b"printf "].into_iter().filter_map(|word| {
        let place = before.windows(word.len()).rposition(|window| window == word)?;
        let apart = place.checked_sub(1).and_then(|at| before.get(at)).is_none_or(|byte| {
            byte.is_ascii_whitespace() || ends(*byte) || matches!(byte, b'(' | b'\'' | b'"' | b'/')
        });
        apart.then_some(from + place + word.len())
    });
    let mut start = start.max()?;
    let end = at - before.iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count();
    // Options and a format of `printf` are no part of it.
    loop {
        start = text.run(start, |byte| byte == b' ');
        let word = text.run(start, |byte| byte != b' ').min(end);
        let plain = text.range(start, word);
        let skipped = plain.len() < 8 && (plain.starts_with(b"-") || (plain.contains(&b'%') && word < end));
        if !skipped {
            return secret(text, start, end);
        }
        start = word;
    }
}

/// What stands there, without its quotes.
fn secret(text: Text<'_>, start: usize, end: usize) -> Option<Secret> {
    let quote = text.byte(start).filter(|byte| matches!(byte, b'"' | b'\''));
    let start = start + usize::from(quote.is_some());
    let closed = quote.is_some() && end > start && text.before(end) == quote;
    let end = end - usize::from(closed);
    let value = text.range(start, end);
    let asked = value.starts_with(b"$(") || value.starts_with(b"`");
    (!asked && !names::is_placeholder(value)).then_some(Secret { class: "piped-secret", start, end })
}

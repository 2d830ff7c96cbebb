//! Flags that carry a secret for one program only: `mysql -p…`, `curl -u user:…`, `sshpass -p …`.

use super::{Detector, names};
use crate::marker;
use crate::text::{Secret, Text};

pub(super) const DETECTOR: Detector = Detector { classes: &["command-secret"], anchors: b"-", find };

/// How a program takes its secret.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// In the same word as the flag: `-psecret`.
    Joined,
    /// In the next word.
    Next,
    /// In the same word or the next.
    Either,
    /// In the same word or the next, after `user:`.
    AfterUser,
}

const FLAGS: [(&str, &str, Form); 25] = [
    ("mysql", "-p", Form::Joined),
    ("mysqldump", "-p", Form::Joined),
    ("mysqladmin", "-p", Form::Joined),
    ("mariadb", "-p", Form::Joined),
    ("mariadb-dump", "-p", Form::Joined),
    ("sshpass", "-p", Form::Either),
    ("redis-cli", "-a", Form::Next),
    ("login", "-p", Form::Next),
    ("curl", "-u", Form::AfterUser),
    ("curl", "--user", Form::AfterUser),
    ("curl", "--proxy-user", Form::AfterUser),
    ("curl", "-U", Form::AfterUser),
    ("http", "-a", Form::AfterUser),
    ("http", "--auth", Form::AfterUser),
    ("https", "-a", Form::AfterUser),
    ("https", "--auth", Form::AfterUser),
    ("mongosh", "-p", Form::Next),
    ("mongo", "-p", Form::Next),
    ("openssl", "-k", Form::Next),
    ("openssl", "-K", Form::Next),
    ("openssl", "-pass pass:", Form::Joined),
    ("openssl", "-passin pass:", Form::Joined),
    ("openssl", "-passout pass:", Form::Joined),
    // `gh secret set NAME -b …`.
    ("secret", "-b", Form::Either),
    ("secret", "--body", Form::Next),
];

/// How far back the program's name may be, in bytes.
const REACH: usize = 96;
/// The shortest name of such a program, in bytes.
const SHORTEST: usize = 4;

fn find(text: Text<'_>, at: usize) -> Option<Secret> {
    let rest = text.from(at);
    let known = |flag: &str| rest.starts_with(flag.as_bytes());
    if !text.before(at).is_some_and(|byte| byte.is_ascii_whitespace())
        || !FLAGS.iter().any(|(_, flag, _)| known(flag))
    {
        return None;
    }
    let words = command_before(text, at).split(|&byte| is_apart(byte));
    let (_, flag, form) = words
        .filter(|word| word.len() >= SHORTEST)
        .find_map(|word| FLAGS.iter().find(|(program, flag, _)| word == program.as_bytes() && known(flag)))?;
    let end = at + flag.len();
    let next = text.run(end, |byte| matches!(byte, b' ' | b'='));
    let value = match form {
        Form::Joined => end,
        Form::Next if next == end => return None,
        Form::Next | Form::Either | Form::AfterUser => next,
    };
    let (mut start, end) = word(text, value);
    if *form == Form::AfterUser {
        // What was already taken out has colons of its own.
        let user = start + marker::length(text.range(start, end)).unwrap_or(0);
        start = user + text.range(user, end).iter().position(|&byte| byte == b':')? + 1;
    }
    let value = text.range(start, end);
    let secret = Secret { class: "command-secret", start, end };
    (!value.is_empty() && !names::is_placeholder(value)).then_some(secret)
}

/// The words of the same command before `at`.
fn command_before(text: Text<'_>, at: usize) -> &[u8] {
    let before = text.range(at.saturating_sub(REACH), at);
    let start =
        before.iter().rposition(|byte| matches!(byte, b'\n' | b';' | b'|' | b'&')).map_or(0, |end| end + 1);
    before.get(start..).unwrap_or_default()
}

/// One word of a shell, without its quotes.
fn word(text: Text<'_>, at: usize) -> (usize, usize) {
    match text.byte(at) {
        Some(quote @ (b'"' | b'\'')) => (at + 1, text.run(at + 1, |byte| byte != quote && byte != b'\n')),
        Some(_) | None => (at, text.run(at, |byte| !is_apart(byte) || byte == b'/')),
    }
}

const fn is_apart(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t'
            | b'\n'
            | b'\r'
            | b'"'
            | b'\''
            | b'`'
            | b';'
            | b'|'
            | b'&'
            | b'('
            | b')'
            | b'<'
            | b'>'
            | b'/'
    )
}

//! Flags that carry a secret for one program only: `mysql -p…`, `curl -u user:…`, `sshpass -p …`.

use super::{Detector, names};
use crate::text::{Secret, Text};

pub(super) const DETECTOR: Detector = Detector { classes: &["command-secret"], anchors: b"-", find };

/// How a program takes its secret.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// In the same word as the flag: `-psecret`.
    Joined,
    /// In the next word.
    Next,
    /// In the next word, after `user:`.
    AfterUser,
}

const FLAGS: [(&str, &str, Form); 15] = [
    ("mysql", "-p", Form::Joined),
    ("mysqldump", "-p", Form::Joined),
    ("mysqladmin", "-p", Form::Joined),
    ("mariadb", "-p", Form::Joined),
    ("mariadb-dump", "-p", Form::Joined),
    ("sshpass", "-p", Form::Joined),
    ("sshpass", "-p", Form::Next),
    ("redis-cli", "-a", Form::Next),
    ("login", "-p", Form::Next),
    ("curl", "-u", Form::AfterUser),
    ("curl", "--user", Form::AfterUser),
    ("curl", "--proxy-user", Form::AfterUser),
    ("curl", "-U", Form::AfterUser),
    ("mongosh", "-p", Form::Next),
    ("mongo", "-p", Form::Next),
];

/// How far back the program's name may be, in bytes.
const REACH: usize = 128;

fn find(text: Text<'_>, at: usize) -> Option<Secret> {
    if !text.before(at).is_some_and(|byte| byte.is_ascii_whitespace()) {
        return None;
    }
    let rest = text.from(at);
    let mut flags = FLAGS.iter().filter(|(_, flag, _)| rest.starts_with(flag.as_bytes())).peekable();
    flags.peek()?;
    let words: Vec<_> = command_before(text, at).split(|&byte| is_apart(byte)).collect();
    flags.find_map(|&(program, flag, form)| {
        let runs = words.contains(&program.as_bytes());
        let end = at + flag.len();
        let start =
            if form == Form::Joined { end } else { text.run(end, |byte| matches!(byte, b' ' | b'=')) };
        if !runs || (form != Form::Joined && start == end) {
            return None;
        }
        let (mut start, end) = word(text, start);
        if form == Form::AfterUser {
            start += text.range(start, end).iter().position(|&byte| byte == b':')? + 1;
        }
        let value = text.range(start, end);
        (!value.is_empty() && !names::is_placeholder(value)).then_some(Secret {
            class: "command-secret",
            start,
            end,
        })
    })
}

/// The words of the same command before `at`.
fn command_before(text: Text<'_>, at: usize) -> &[u8] {
    let before = text.range(at.saturating_sub(REACH), at);
    let start = before.iter().rposition(|byte| b"\n;|&".contains(byte)).map_or(0, |end| end + 1);
    before.get(start..).unwrap_or_default()
}

/// One word of a shell, without its quotes.
fn word(text: Text<'_>, at: usize) -> (usize, usize) {
    match text.byte(at) {
        Some(quote @ (b'"' | b'\'')) => (at + 1, text.run(at + 1, |byte| byte != quote && byte != b'\n')),
        Some(_) | None => (at, text.run(at, |byte| !is_apart(byte) || byte == b'/')),
    }
}

fn is_apart(byte: u8) -> bool {
    byte.is_ascii_whitespace() || b"\"'`;|&()<>/".contains(&byte)
}

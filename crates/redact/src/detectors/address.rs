//! Credentials in addresses: `postgres://user:password@host/`.

use super::{Detector, names, tokens};
use crate::marker;
use crate::text::{Secret, Text};

pub(super) const DETECTOR: Detector =
    Detector { classes: &["url-credential", LOCAL, USUAL], anchors: b":", find };

/// The class of credentials for a service of this machine: they open nothing from elsewhere.
pub(crate) const LOCAL: &str = "local-credential";

/// The class of such credentials that say no more than who asks for what, as development databases have them everywhere.
pub(crate) const USUAL: &str = "usual-credential";

/// A user alone is taken for a token from this length on, in bytes, if it has digits.
const TOKEN: usize = 20;

fn find(text: Text<'_>, at: usize) -> Option<Secret> {
    let is_scheme = text.before(at).is_some_and(|byte| byte.is_ascii_alphanumeric());
    if !is_scheme || !text.from(at).starts_with(b"://") && !is_slanted(text, at) {
        return None;
    }
    let start = text.run(at + 1, |byte| byte == b'/' || byte == b'\\');
    let ends = |byte: u8| byte.is_ascii_whitespace() || b"\"'`<>\\".contains(&byte);
    let authority_end = text.run(start, |byte| !ends(byte) && !b"/?#".contains(&byte));
    let mut end = last(text, start, authority_end);
    if end.is_none() {
        // A password with a slash that should have been encoded; but not a port.
        let port = text.range(start, authority_end).split(|&byte| byte == b':').nth(1)?;
        if !port.iter().all(u8::is_ascii_digit) {
            let mut stop = authority_end;
            while let Some(byte) = text.byte(stop)
                && !ends(byte)
                && !text.from(stop).starts_with(b"://")
            {
                stop += 1;
            }
            end = last(text, start, stop);
        }
    }
    let end = end?;
    let credentials = text.range(start, end);
    // A user that was already taken out has colons of its own.
    let user = marker::length(credentials).unwrap_or(0);
    let secret = match credentials.iter().skip(user).position(|&byte| byte == b':') {
        Some(colon) => start + user + colon + 1,
        None if credentials.len() >= TOKEN && credentials.iter().any(u8::is_ascii_digit) => start,
        None => return None,
    };
    let value = text.range(secret, end);
    // One that was taken out is looked at once more with the text around it.
    if marker::is_whole(value) {
        return None;
    }
    let host = text.range(end + 1, text.run(end + 1, |byte| !ends(byte) && !b"/?#".contains(&byte)));
    let user = text.range(start, secret.saturating_sub(1));
    let path = text
        .range(authority_end + 1, text.run(authority_end + 1, |byte| !ends(byte) && !b"?#/".contains(&byte)));
    let class = match is_this_machine(host) {
        true if text.byte(end + 1 + host.len()) != Some(b'@') && is_usual(value, &[user, path]) => USUAL,
        true => LOCAL,
        false => "url-credential",
    };
    let class = tokens::class_of_whole(value).unwrap_or(class);
    (!names::is_placeholder(value)).then_some(Secret { class, start: secret, end })
}

/// Whether the slashes behind a scheme of the web or of git are too few, or turned: programs mend these, or send the rest
/// to a host that is none.
fn is_slanted(text: Text<'_>, at: usize) -> bool {
    let before = at.checked_sub(5).map_or_else(|| text.range(0, at), |start| text.range(start, at));
    let word = before.rsplit(|byte| !byte.is_ascii_alphanumeric()).next().unwrap_or_default();
    let is_scheme = ["http", "https", "ssh", "git", "file"]
        .iter()
        .any(|scheme| word.eq_ignore_ascii_case(scheme.as_bytes()));
    is_scheme && text.byte(at + 1).is_some_and(|byte| byte == b'/' || byte == b'\\')
}

/// Whether a password is the name of the user, of the database or of the server itself.
pub(crate) fn is_usual(value: &[u8], names: &[&[u8]]) -> bool {
    const LONGEST: usize = 24;
    let is_word = value.len() <= LONGEST
        && value.iter().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'-'));
    is_word && (value == b"postgres" || names.contains(&value))
}

/// Whether a host, with its port, is the machine itself.
pub(crate) fn is_this_machine(host: &[u8]) -> bool {
    let name = match host.strip_prefix(b"[::1]") {
        Some(port) => return port.is_empty() || port.starts_with(b":"),
        None => host.split(|&byte| byte == b':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case(b"localhost") || name == b"127.0.0.1"
}

/// Where the last `@` is.
fn last(text: Text<'_>, start: usize, end: usize) -> Option<usize> {
    text.range(start, end).iter().rposition(|&byte| byte == b'@').map(|at| start + at)
}

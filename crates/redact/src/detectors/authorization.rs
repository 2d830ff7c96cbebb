//! What follows `Authorization:`, `Bearer` and `Basic`.
//!
//! <https://www.rfc-editor.org/rfc/rfc9110#section-11>

use super::{Detector, names};
use crate::text::{Secret, Text};

pub(super) const DETECTOR: Detector = Detector { classes: &["authorization"], anchors: b"BbZz", find };

fn find(text: Text<'_>, at: usize) -> Option<Secret> {
    if let Some(start) = at.checked_sub("authori".len())
        && text.has_word(start, "authorization")
    {
        return header(text, start + "authorization".len());
    }
    if text.before(at).is_some_and(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let word = ["bearer", "basic"].into_iter().find(|word| text.has_word(at, word))?;
    let start = blanks(text, at + word.len())?;
    let end = credentials(text, start);
    let value = text.range(start, end);
    let mixed = value.iter().any(u8::is_ascii_uppercase) && value.iter().any(u8::is_ascii_lowercase);
    let telling =
        value.iter().any(u8::is_ascii_digit) || (mixed && value.len() >= 20) || value.ends_with(b"=");
    (telling && value.len() >= 8).then_some(Secret { class: "authorization", start, end })
}

/// The credentials after the header's name, with or without a scheme before them.
fn header(text: Text<'_>, at: usize) -> Option<Secret> {
    let at = text.run(at, |byte| matches!(byte, b'\\' | b'"' | b'\''));
    let at = text.run(at, |byte| byte == b' ');
    if !matches!(text.byte(at), Some(b':' | b'=')) {
        return None;
    }
    let at = text.run(at + 1, |byte| matches!(byte, b' ' | b'\\' | b'"' | b'\''));
    let mut start = at;
    let mut end = credentials(text, start);
    if let Some(next) = blanks(text, end)
        && text.range(start, end).iter().all(u8::is_ascii_alphabetic)
    {
        start = next;
        end = credentials(text, start);
    }
    let value = text.range(start, end);
    (value.len() >= 6 && !names::is_placeholder(value)).then_some(Secret {
        class: "authorization",
        start,
        end,
    })
}

fn credentials(text: Text<'_>, at: usize) -> usize {
    text.run(at, |byte| byte.is_ascii_alphanumeric() || b"-._~+/=:[]".contains(&byte))
}

/// Past at least one blank.
fn blanks(text: Text<'_>, at: usize) -> Option<usize> {
    let end = text.run(at, |byte| byte == b' ');
    (end > at).then_some(end)
}

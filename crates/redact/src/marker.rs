//! What stands in a secret's place: `[redacted:github-token:1f2e3d4c]`.

use countersign_model::Digest;

use crate::detectors;

const START: &[u8] = b"[redacted:";
const DIGITS: usize = 8;

/// Adds the marker of a secret to a text.
pub(crate) fn write(class: &str, fingerprint: &Digest, text: &mut String) {
    text.push_str("[redacted:");
    text.push_str(class);
    text.push(':');
    for byte in fingerprint.as_bytes().iter().take(DIGITS / 2) {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(digit.into(), 16).unwrap_or('0'));
        }
    }
    text.push(']');
}

/// The length of the marker that `text` starts with, if it does. Only our own classes count.
pub(crate) fn length(text: &[u8]) -> Option<usize> {
    let rest = text.strip_prefix(START)?;
    let class = rest.split(|&byte| byte == b':').next()?;
    if !detectors::classes().any(|known| known.as_bytes() == class) {
        return None;
    }
    let digits = rest.get(class.len() + 1..)?.get(..=DIGITS)?;
    let (end, digits) = digits.split_last()?;
    let ours = *end == b']' && digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    ours.then_some(START.len() + class.len() + 1 + DIGITS + 1)
}

/// Whether `text` is a marker and nothing else.
pub(crate) fn is_whole(text: &[u8]) -> bool {
    length(text) == Some(text.len())
}

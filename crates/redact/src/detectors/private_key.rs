//! PEM blocks of private keys, whole or cut off, in files, in source text or on one line.
//!
//! <https://www.rfc-editor.org/rfc/rfc7468>

use super::Detector;
use crate::text::{Secret, Text};

pub(super) const DETECTOR: Detector = Detector { classes: &["private-key"], anchors: b"-", find };

/// How a private key's header ends, some name of an algorithm before it.
const KIND: &[u8] = b"PRIVATE KEY-----";
/// The longest header, in bytes.
const HEADER: usize = 64;
/// The shortest unbroken piece of base64 that makes it a key and not a mention of one.
const PIECE: usize = 40;

fn find(text: Text<'_>, at: usize) -> Option<Secret> {
    let rest = text.from(at).strip_prefix(b"-----BEGIN ")?;
    let header = rest.get(..HEADER).unwrap_or(rest);
    let named = header.windows(KIND.len()).position(|window| window == KIND)?;
    let body = at + b"-----BEGIN ".len() + named + KIND.len();
    // Base64, line ends, and what source text puts around a line; up to the next dashes.
    let belongs = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=\\\"', \t\r\n-:.".contains(&byte);
    let mut end = body;
    while text.byte(end).is_some_and(belongs) && !text.from(end).starts_with(b"-----") {
        end += 1;
    }
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let mut pieces = text.range(body, end).split(|byte| !is_base64(byte));
    pieces.any(|piece| piece.len() >= PIECE).then_some(Secret { class: "private-key", start: at, end })
}

//! JSON web tokens: `eyJ` and parts of base64 between dots.
//!
//! <https://www.rfc-editor.org/rfc/rfc7519>

use super::Detector;
use crate::text::{Secret, Text};

pub(super) const DETECTOR: Detector = Detector { classes: &["jwt"], anchors: b"J", find };

fn find(text: Text<'_>, at: usize) -> Option<Secret> {
    let belongs = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let start = at.checked_sub(2)?;
    // Only at its beginning, so that no byte is looked at from many places.
    if text.range(start, at) != b"ey" || text.before(start).is_some_and(belongs) {
        return None;
    }
    let mut end = text.run(start, belongs);
    while text.before(end) == Some(b'.') {
        end -= 1;
    }
    let mut parts = text.range(start, end).split(|&byte| byte == b'.');
    let long = |part: Option<&[u8]>| part.is_some_and(|part| part.len() >= 10);
    (long(parts.next()) && long(parts.next())).then_some(Secret { class: "jwt", start, end })
}

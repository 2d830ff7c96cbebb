//! Values that are secret by the file that a tool writes them into: lines of `.env`, a password in a file of settings, and
//! what is all there is in a file that is named as a secret.

use super::words::Span;
use super::{PLACED, named};
use crate::detectors::names::{self, Named};
use crate::marker;
use crate::text::{Secret, Text};

/// Files whose lines are settings: what stands there is no source text.
const SETTINGS: [&str; 8] = [".yml", ".yaml", ".properties", ".ini", ".conf", ".cfg", ".toml", ".env"];
/// Files that show what another one looks like.
const SAMPLES: [&str; 4] = ["example", "sample", "template", "dist"];

/// The secrets in what is written into a file, from left to right, besides those that any text gives away.
pub(crate) fn find(file: &str, written: &str) -> Vec<Secret> {
    let text = Text(written.as_bytes());
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file).to_ascii_lowercase();
    let secret = |span: Span| Secret { class: PLACED, start: span.start, end: span.end };
    if let Some(named) = named(Text(name.as_bytes()), Span { start: 0, end: name.len() }) {
        let all = trimmed(text, Span { start: 0, end: written.len() });
        let is_one = !all.of(text).iter().any(u8::is_ascii_whitespace);
        return if is_one && holds(named, all.of(text)) { vec![secret(all)] } else { Vec::new() };
    }
    let is_variables = name == ".env" || name.starts_with(".env.") || name.ends_with(".env");
    let is_settings = is_variables || SETTINGS.iter().any(|end| name.ends_with(end));
    if !is_settings || SAMPLES.iter().any(|end| name.ends_with(end)) {
        return Vec::new();
    }
    let mut start = 0;
    let lines = written.split_inclusive('\n').filter_map(|line| {
        let whole = Span { start, end: start + line.len() };
        start = whole.end;
        setting(text, whole, is_variables)
    });
    lines.map(secret).collect()
}

/// The value in a line, if it is secret.
fn setting(text: Text<'_>, line: Span, is_variables: bool) -> Option<Span> {
    let bytes = line.of(text);
    let apart = bytes.iter().position(|byte| matches!(byte, b'=' | b':'))?;
    let name = bytes.get(..apart)?.trim_ascii();
    let name = name.rsplit(|byte| matches!(byte, b' ' | b'"' | b'\'')).find(|part| !part.is_empty())?;
    let value = trimmed(text, Span { start: line.start + apart + 1, end: line.end });
    let quoted = value.opens_quoted(text);
    let mut value = value.plain(text);
    if !quoted && let Some(comment) = value.of(text).windows(2).position(|two| two == b" #") {
        value = trimmed(text, Span { end: value.start + comment, ..value });
    }
    let plain = value.of(text);
    let is_secret = match names::named(name) {
        Some(named) => holds(named, plain),
        // Whatever it is called: an address, a number or a version is none.
        None => {
            let is_other =
                plain.windows(3).any(|part| part == b"://") || !plain.iter().any(u8::is_ascii_alphabetic);
            is_variables
                && !bytes.trim_ascii_start().starts_with(b"#")
                && !is_other
                && holds(Named::Secret, plain)
        }
    };
    is_secret.then_some(value)
}

fn holds(named: Named, value: &[u8]) -> bool {
    !value.windows(10).any(|part| part == b"[redacted:")
        && !marker::is_whole(value)
        && names::is_secret(named, value, true)
}

/// The same without the blanks around it.
fn trimmed(text: Text<'_>, span: Span) -> Span {
    let bytes = span.of(text);
    let start = span.start + (bytes.len() - bytes.trim_ascii_start().len());
    Span { start, end: start + bytes.trim_ascii().len() }
}

//! Where a string, a bracket or a comment of PowerShell ends. Nothing here recurses.

/// What is open.
enum Open {
    /// A string between double quotes.
    Text,
    /// A bracket that this byte closes.
    Bracket(u8),
}

const NO_END: &str = "a bracket or a string has no end";

/// Past what opens at `at`: `(`, `[`, `{` or `"`.
pub(super) fn end(text: &str, at: usize) -> Result<usize, &'static str> {
    let bytes = text.as_bytes();
    let mut open: Vec<Open> = Vec::new();
    let mut at = at;
    loop {
        let byte = *bytes.get(at).ok_or(NO_END)?;
        let next = bytes.get(at + 1).copied();
        let is_text = matches!(open.last(), Some(Open::Text));
        at = match byte {
            b'`' => at + 2,
            b'"' if is_text && next == Some(b'"') => at + 2,
            b'"' if is_text => {
                open.pop();
                at + 1
            }
            b'$' if is_text && next == Some(b'(') => {
                open.push(Open::Bracket(b')'));
                at + 2
            }
            _ if is_text => at + 1,
            b'@' if matches!(next, Some(b'"' | b'\'')) && here(text, at).is_some() => {
                here(text, at).unwrap_or(at + 1)
            }
            b'"' => {
                open.push(Open::Text);
                at + 1
            }
            b'\'' => single(text, at)?,
            b'<' if next == Some(b'#') => comment(text, at)?,
            b'#' if at == 0 || bytes.get(at - 1).is_some_and(|before| starts_word(*before)) => line(text, at),
            b'(' => opens(&mut open, b')', at),
            b'[' => opens(&mut open, b']', at),
            b'{' => opens(&mut open, b'}', at),
            b')' | b']' | b'}' => {
                if !matches!(open.pop(), Some(Open::Bracket(close)) if close == byte) {
                    return Err("brackets do not match");
                }
                at + 1
            }
            _ => at + 1,
        };
        if open.is_empty() {
            return if at <= bytes.len() { Ok(at) } else { Err(NO_END) };
        }
    }
}

fn opens(open: &mut Vec<Open>, close: u8, at: usize) -> usize {
    open.push(Open::Bracket(close));
    at + 1
}

/// Whether a word may start after this byte.
pub(super) fn starts_word(before: u8) -> bool {
    before.is_ascii_whitespace() || matches!(before, b';' | b'(' | b'{' | b'|' | b'&' | b'}' | b')' | b',')
}

/// Past a string between single quotes.
pub(super) fn single(text: &str, at: usize) -> Result<usize, &'static str> {
    let mut from = at + 1;
    loop {
        let found = text.get(from..).and_then(|rest| rest.find('\'')).ok_or(NO_END)?;
        let end = from + found + 1;
        if text.as_bytes().get(end) != Some(&b'\'') {
            return Ok(end);
        }
        from = end + 1;
    }
}

/// Past a string over several lines, `@'` to `'@`, if one starts here.
pub(super) fn here(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let close = if rest.starts_with("@'") { "\n'@" } else { "\n\"@" };
    let first = rest.find('\n')?;
    rest.get(2..first).filter(|blank| blank.trim().is_empty())?;
    Some(at + first + rest.get(first..)?.find(close)? + close.len())
}

/// Past a comment over several lines.
pub(super) fn comment(text: &str, at: usize) -> Result<usize, &'static str> {
    text.get(at..).and_then(|rest| rest.find("#>")).map(|found| at + found + 2).ok_or("a comment has no end")
}

/// The end of the line.
pub(super) fn line(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |found| at + found)
}

//! Takes a GraphQL document apart, in one pass.

/// A piece of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A name or a keyword.
    Name(&'t str),
    /// What stands between the quotes of a string, as written.
    Text(&'t str),
    /// What stands between the triple quotes of a string, as written.
    Block(&'t str),
    /// A number.
    Number(&'t str),
    /// `...`.
    Spread,
    /// One of `{ } ( ) [ ] : = ! $ @ | &`.
    Mark(u8),
}

/// All pieces of a document; comments, commas and blanks are none.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, &'static str> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = text.get(at..).ok_or("a letter that does not belong there")?;
        let length = match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b',' => 1,
            b'#' => rest.find(['\n', '\r']).unwrap_or(rest.len()),
            b'.' if rest.starts_with("...") => {
                found.push(Token::Spread);
                3
            }
            b'"' => {
                let (token, length) = string(rest)?;
                found.push(token);
                length
            }
            b'{' | b'}' | b'(' | b')' | b'[' | b']' | b':' | b'=' | b'!' | b'$' | b'@' | b'|' | b'&' => {
                found.push(Token::Mark(byte));
                1
            }
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                let length = span(rest, |byte| byte == b'_' || byte.is_ascii_alphanumeric());
                found.push(Token::Name(rest.get(..length).unwrap_or_default()));
                length
            }
            b'-' | b'0'..=b'9' => {
                let length =
                    span(rest, |byte| matches!(byte, b'-' | b'+' | b'.') || byte.is_ascii_alphanumeric());
                found.push(Token::Number(rest.get(..length).unwrap_or_default()));
                length
            }
            _ if rest.starts_with('\u{feff}') => '\u{feff}'.len_utf8(),
            _ => return Err("a letter that does not belong there"),
        };
        at += length;
    }
    Ok(found)
}

fn span(text: &str, belongs: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|byte| belongs(*byte)).count()
}

/// The string at the start of a text, and its length with quotes.
fn string(text: &str) -> Result<(Token<'_>, usize), &'static str> {
    if let Some(inner) = text.strip_prefix("\"\"\"") {
        let mut from = 0;
        while let Some(found) = inner.get(from..).and_then(|rest| rest.find("\"\"\"")) {
            let end = from + found;
            if !inner.get(..end).is_some_and(|before| before.ends_with('\\')) {
                return Ok((Token::Block(inner.get(..end).unwrap_or_default()), end + 6));
            }
            from = end + 3;
        }
        return Err("a string without an end");
    }
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if std::mem::take(&mut escaped) => {}
            b'\\' => escaped = true,
            b'"' => return Ok((Token::Text(text.get(1..at).unwrap_or_default()), at + 1)),
            b'\n' | b'\r' => break,
            _ => {}
        }
    }
    Err("a string without an end")
}

/// What a string stands for, if that is simple.
pub(super) fn plain(token: &Token<'_>) -> Option<String> {
    match token {
        Token::Name(text) | Token::Number(text) => Some((*text).to_owned()),
        Token::Text(text) if !text.contains('\\') => Some((*text).to_owned()),
        // The escapes are those of JSON.
        Token::Text(text) => serde_json::from_str(&format!("\"{text}\"")).ok(),
        Token::Block(text) if !text.contains(['\\', '\n']) => Some(text.trim().to_owned()),
        Token::Block(_) | Token::Spread | Token::Mark(_) => None,
    }
}

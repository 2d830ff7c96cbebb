//! Where in the text of a TOML string something of what it says is written: escapes and folded lines shift what follows.

/// The offset in `raw`, a basic string with its quotes, of the letter with this number that it says.
pub(crate) fn offset(raw: &str, letter: usize) -> Option<usize> {
    let quotes = if raw.starts_with("\"\"\"") { 3 } else { 1 };
    let mut letters = raw.char_indices().skip(quotes).peekable();
    // A line that ends with the opening quotes is none.
    let ends = |(_, letter): &(usize, char)| quotes == 3 && matches!(letter, '\r' | '\n');
    if letters.next_if(ends).is_some_and(|(_, letter)| letter == '\r') {
        letters.next();
    }
    let mut said = 0;
    while let Some((at, found)) = letters.next() {
        let escaped = if found == '\\' { letters.next().map(|(_, escaped)| escaped) } else { None };
        if escaped.is_some_and(char::is_whitespace) {
            while letters.next_if(|(_, letter)| letter.is_whitespace()).is_some() {}
            continue;
        }
        if said == letter {
            return Some(at);
        }
        said += 1;
        let digits = match escaped {
            Some('x') => 2,
            Some('u') => 4,
            Some('U') => 8,
            Some(_) | None => 0,
        };
        for _ in 0..digits {
            letters.next();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_stand_after_what_is_escaped_before_them() {
        for (raw, letter, rest) in [
            (r#""a\"b c""#, 0, "a"),
            (r#""a\"b c""#, 2, "b c"),
            (r#""\u00e9x""#, 1, "x"),
            ("\"\"\"\n\\\"a\\\n   b\"\"\"", 2, "b"),
        ] {
            let at = offset(raw, letter).unwrap();
            assert!(raw[at..].starts_with(rest), "{raw} {letter}: {at}");
        }
        assert_eq!(offset(r#""ab""#, 9), None);
    }
}

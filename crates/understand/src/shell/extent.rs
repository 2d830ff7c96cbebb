//! Where a nested construct inside a word ends, found without parsing it.

/// The index of the `)` that closes the `(` at `open`: quotes, comments and nesting are respected.
///
/// A `case` pattern inside it ends it too early; the decoder then meets text that cannot be part
/// of a word and refuses.
pub(crate) fn parenthesis(text: &str, open: usize) -> Option<usize> {
    Scan { bytes: text.as_bytes(), at: open }.command()
}

/// The index of the `close` that matches the `open` at index `at`.
pub(crate) fn matching(text: &str, at: usize, open: char, close: char) -> Option<usize> {
    let (Ok(open), Ok(close)) = (u8::try_from(open), u8::try_from(close)) else { return None };
    Scan { bytes: text.as_bytes(), at }.balanced(open, close)
}

/// Whether the text between `$(` and `)` is arithmetic: in parentheses that never close between.
pub(crate) fn is_arithmetic(inner: &str) -> bool {
    let Some(expression) = inner.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else {
        return false;
    };
    let mut depth = 0_usize;
    for byte in expression.bytes() {
        match byte {
            b'(' => depth += 1,
            b')' => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return false,
            },
            _ => {}
        }
    }
    depth == 0
}

struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    /// From an opening parenthesis to its end.
    fn command(&mut self) -> Option<usize> {
        let mut depth = 0_usize;
        let mut word_start = true;
        loop {
            let at = self.at;
            let byte = self.next()?;
            let starts = word_start;
            word_start =
                matches!(byte, b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>');
            match byte {
                b'(' => depth += 1,
                b')' => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        return Some(at);
                    }
                }
                b'#' if starts => {
                    while self.peek().is_some_and(|byte| byte != b'\n') {
                        self.at += 1;
                    }
                }
                _ => self.quoted(byte)?,
            }
        }
    }

    /// From an opening bracket or brace to its end.
    fn balanced(&mut self, open: u8, close: u8) -> Option<usize> {
        let mut depth = 0_usize;
        loop {
            let at = self.at;
            let byte = self.next()?;
            if byte == open {
                depth += 1;
            } else if byte == close {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            } else {
                self.quoted(byte)?;
            }
        }
    }

    /// Skips what `byte`, just read, starts: an escape, a quote, a nested construct.
    fn quoted(&mut self, byte: u8) -> Option<()> {
        match byte {
            b'\\' => {
                self.next()?;
            }
            b'\'' => while self.next()? != b'\'' {},
            b'"' => self.double_quoted()?,
            b'`' => self.backquoted()?,
            b'$' => self.dollar(true)?,
            _ => {}
        }
        Some(())
    }

    fn double_quoted(&mut self) -> Option<()> {
        loop {
            match self.next()? {
                b'"' => return Some(()),
                b'\\' => {
                    self.next()?;
                }
                b'`' => self.backquoted()?,
                b'$' => self.dollar(false)?,
                _ => {}
            }
        }
    }

    fn backquoted(&mut self) -> Option<()> {
        loop {
            match self.next()? {
                b'`' => return Some(()),
                b'\\' => {
                    self.next()?;
                }
                _ => {}
            }
        }
    }

    fn dollar(&mut self, unquoted: bool) -> Option<()> {
        match self.peek() {
            Some(b'(') => {
                let end = self.command()?;
                self.at = end + 1;
            }
            Some(b'{') => {
                let end = self.balanced(b'{', b'}')?;
                self.at = end + 1;
            }
            Some(b'\'') if unquoted => {
                self.at += 1;
                loop {
                    match self.next()? {
                        b'\'' => break,
                        b'\\' => {
                            self.next()?;
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        Some(())
    }
}

//! `$'..'`: text with the escapes of C.

use super::Decoder;

impl Decoder<'_> {
    /// The rest of the quotes; the cursor is after the first.
    pub(super) fn ansi_c(&mut self) -> Result<(), String> {
        loop {
            match self.next() {
                Some('\'') => return Ok(()),
                Some('\\') => {
                    if self.ansi_c_escape().is_none() {
                        // A zero byte ends the text, and in some shells does not.
                        self.mark_unknown("an unusual escape");
                        return self.skip_ansi_c();
                    }
                }
                Some(character) => self.text.push(character),
                None => return Err("a quote is not closed".to_owned()),
            }
        }
    }

    fn skip_ansi_c(&mut self) -> Result<(), String> {
        loop {
            match self.next() {
                Some('\'') => return Ok(()),
                Some('\\') => {
                    self.next();
                }
                Some(_) => {}
                None => return Err("a quote is not closed".to_owned()),
            }
        }
    }

    /// One escape; none where it stands for a zero byte.
    fn ansi_c_escape(&mut self) -> Option<()> {
        let Some(kind) = self.next() else { return Some(()) };
        let character = match kind {
            'n' => Some('\n'),
            't' => Some('\t'),
            'r' => Some('\r'),
            'a' => Some('\u{7}'),
            'b' => Some('\u{8}'),
            'e' | 'E' => Some('\u{1b}'),
            'f' => Some('\u{c}'),
            'v' => Some('\u{b}'),
            '\\' | '\'' | '"' | '?' => Some(kind),
            'x' => self.code(16, 2, None),
            'u' => self.code(16, 4, None),
            'U' => self.code(16, 8, None),
            '0'..='7' => self.code(8, 2, kind.to_digit(8)),
            'c' => self.control(),
            // Whatever a later shell may add.
            _ => None,
        };
        match character {
            Some('\0') => return None,
            // Which bytes that is, the locale says.
            Some(character) if !character.is_ascii() && matches!(kind, 'u' | 'U') => {
                self.mark_unknown("a letter by its number, as the locale writes it");
            }
            Some(character) => self.text.push(character),
            None => self.mark_unknown("an unusual escape"),
        }
        Some(())
    }

    /// `\cA`: the character of a control key.
    fn control(&mut self) -> Option<char> {
        match self.peek()? {
            // Nothing follows: it stands for itself.
            '\'' => {
                self.text.push('\\');
                Some('c')
            }
            '?' => {
                self.next();
                Some('\u{7f}')
            }
            '\\' => {
                self.next();
                if self.peek() == Some('\\') {
                    self.next();
                }
                Some('\u{1c}')
            }
            key if key.is_ascii() => {
                self.next();
                u8::try_from(key.to_ascii_uppercase()).ok().map(|code| char::from(code & 0x1f))
            }
            _ => None,
        }
    }

    fn code(&mut self, radix: u32, most: usize, first: Option<u32>) -> Option<char> {
        let mut number = first.unwrap_or(0);
        let mut digits = usize::from(first.is_some());
        for _ in 0..most {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(radix)) else { break };
            self.next();
            digits += 1;
            number = number.wrapping_mul(radix).wrapping_add(digit);
        }
        // Bytes above 127 are not characters by themselves.
        (digits > 0 && (number < 128 || most > 2)).then(|| char::from_u32(number)).flatten()
    }
}

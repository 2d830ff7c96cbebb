//! `$'..'`: text with the escapes of C.

use super::Decoder;

impl Decoder<'_> {
    /// The rest of the quotes; the cursor is after the first.
    pub(super) fn ansi_c(&mut self) -> Result<(), String> {
        loop {
            match self.next() {
                Some('\'') => return Ok(()),
                Some('\\') => self.ansi_c_escape(),
                Some(character) => self.text.push(character),
                None => return Err("a quote is not closed".to_owned()),
            }
        }
    }

    fn ansi_c_escape(&mut self) {
        let Some(kind) = self.next() else { return };
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
            // `\c` and whatever a later shell may add.
            _ => None,
        };
        match character {
            Some(character) if character != '\0' => self.text.push(character),
            _ => self.mark_unknown("an unusual escape"),
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

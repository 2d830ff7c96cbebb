//! Text that an agent may have written, made harmless for a person's terminal.

/// The text with every control character but line ends and tabs made visible, so that it can neither
/// move the cursor nor repaint what a reviewer reads; direction marks too.
pub fn safe(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' | '\t' => safe.push(letter),
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {
                safe.push_str(&letter.escape_unicode().to_string());
            }
            letter if letter.is_control() => safe.push_str(&letter.escape_default().to_string()),
            letter => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn nothing_moves_the_cursor_or_turns_the_text() {
        assert_eq!(safe("fix\u{1b}[2K\rnothing to see"), "fix\\u{1b}[2K\\rnothing to see");
        assert_eq!(safe("a\u{202e}b"), "a\\u{202e}b");
        assert_eq!(safe("Grüße\n\tan alle"), "Grüße\n\tan alle");
    }
}

//! Texts of a proposal that people are shown: none of it may draw nothing, or steer what is around it.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

/// Whether a text holds a character that controls a terminal, is invisible, or turns the order of letters around.
pub fn hides(text: &str) -> bool {
    text.chars().any(|letter| {
        letter.is_control()
            || matches!(
                letter.general_category(),
                GeneralCategory::Format
                    | GeneralCategory::LineSeparator
                    | GeneralCategory::ParagraphSeparator
                    | GeneralCategory::PrivateUse
                    | GeneralCategory::Unassigned
            )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_every_script_are_shown_and_what_steers_is_not() {
        assert!(!hides("release/Größe-日本-नमस्ते **"));
        for letter in ['\u{1b}', '\n', '\u{9b}', '\u{202e}', '\u{200b}', '\u{feff}', '\u{2028}', '\u{e0041}']
        {
            assert!(hides(&format!("a{letter}b")), "{letter:?}");
        }
    }
}

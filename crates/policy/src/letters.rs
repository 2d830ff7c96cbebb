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

/// The first word of a text that has letters both of the Latin alphabet and of one that looks like it.
pub fn mixed(text: &str) -> Option<&str> {
    let is_latin = |letter: char| letter.is_ascii_alphabetic() || matches!(letter, '\u{c0}'..='\u{24f}');
    // Greek, Cyrillic, Armenian, Cherokee, and the wide forms of Latin letters.
    let is_alike = |letter: char| matches!(letter, '\u{370}'..='\u{58f}' | '\u{13a0}'..='\u{13ff}' | '\u{1c80}'..='\u{1c8f}' | '\u{ff21}'..='\u{ff5a}');
    text.split(|letter: char| !letter.is_alphabetic())
        .find(|word| word.contains(is_latin) && word.contains(is_alike))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_several_scripts() {
        assert_eq!(mixed("deploy/liv\u{435}/**"), Some("liv\u{435}"));
        assert_eq!(mixed("größe/живой/日本-main"), None);
    }

    #[test]
    fn letters_of_every_script_are_shown_and_what_steers_is_not() {
        assert!(!hides("release/Größe-日本-नमस्ते **"));
        for letter in ['\u{1b}', '\n', '\u{9b}', '\u{202e}', '\u{200b}', '\u{feff}', '\u{2028}', '\u{e0041}']
        {
            assert!(hides(&format!("a{letter}b")), "{letter:?}");
        }
    }
}

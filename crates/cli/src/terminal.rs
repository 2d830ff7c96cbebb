//! Text that an agent may have written, made harmless for a person's terminal.
//!
//! Nothing of it moves the cursor, hides, turns the order of letters around, or stands where only our
//! own words stand. Start at [`line()`] for what belongs on one line, at [`block`] for what may have
//! several.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};
use unicode_width::UnicodeWidthChar as _;

/// Where no terminal says how wide it is.
const COLUMNS: usize = 100;
/// However narrow a terminal is, so much of each line is text.
const NARROWEST: usize = 20;

/// How a line of foreign text begins that is not its first.
const NEXT: &str = "│ ";
/// How the rest of a line begins that was too long for the terminal.
const REST: &str = "┊ ";

/// Letters and marks that draw nothing although their category is a visible one: the property
/// Default_Ignorable_Code_Point of Unicode 16 (DerivedCoreProperties.txt) without the categories that
/// [`hidden`] knows, and the braille pattern without dots.
const INVISIBLE: &[(char, char)] = &[
    ('\u{034f}', '\u{034f}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// The text with everything that draws nothing or does more than draw made visible, but line ends and
/// tabs.
pub fn safe(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' | '\t' => safe.push(letter),
            letter if letter.is_control() => safe.extend(letter.escape_default()),
            letter if hidden(letter) => safe.extend(letter.escape_unicode()),
            letter => safe.push(letter),
        }
    }
    safe
}

/// The same on one line: line ends and tabs are made visible too.
pub fn line(text: &str) -> String {
    safe(text).replace('\n', "\\n").replace('\t', "\\t")
}

/// The text as lines that begin `indent` columns from the left and fit into `columns`. All but the first
/// begin with a mark, so that none can be taken for a line of ours.
pub fn block(text: &str, indent: usize, columns: usize) -> String {
    let room = columns.saturating_sub(indent + NEXT.chars().count()).max(NARROWEST);
    let mut block = String::new();
    for (number, line) in safe(text).lines().enumerate() {
        for (part, text) in fold(&line.replace('\t', "    "), room).into_iter().enumerate() {
            if number > 0 || part > 0 {
                block.push('\n');
                block.extend(std::iter::repeat_n(' ', indent));
                block.push_str(if part > 0 { REST } else { NEXT });
            }
            block.push_str(&text);
        }
    }
    block
}

/// Text that is foreign as a whole: its first line is marked as well.
pub fn quoted(text: &str, indent: usize, columns: usize) -> String {
    format!("{:indent$}{NEXT}{}", "", block(text, indent, columns))
}

/// How wide standard output is: as the terminal says, else as `COLUMNS` says.
#[expect(clippy::disallowed_methods, reason = "this is the edge that reads the environment")]
pub fn columns() -> usize {
    let said = || std::env::var("COLUMNS").ok()?.parse().ok().filter(|columns| *columns > 0);
    terminal_columns().or_else(said).unwrap_or(COLUMNS)
}

/// How wide the terminal is that standard output goes to, if it goes to one.
pub fn terminal_columns() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

/// Whether a character draws nothing, draws differently everywhere, or steers those around it.
fn hidden(letter: char) -> bool {
    let category = match letter.general_category() {
        GeneralCategory::Format
        | GeneralCategory::LineSeparator
        | GeneralCategory::ParagraphSeparator
        | GeneralCategory::Control
        | GeneralCategory::Surrogate
        | GeneralCategory::PrivateUse
        | GeneralCategory::Unassigned => true,
        // A shell does not take it for a space.
        GeneralCategory::SpaceSeparator => letter != ' ',
        _ => false,
    };
    category || INVISIBLE.iter().any(|(first, last)| (*first..=*last).contains(&letter))
}

/// Parts of a line no wider than the room there is, broken behind a space where one is near.
fn fold(line: &str, room: usize) -> Vec<String> {
    let mut parts = Vec::new();
    let (mut part, mut width) = (String::new(), 0);
    for letter in line.chars() {
        let wide = wide(letter);
        if width + wide > room {
            let near = part.rfind(' ').map(|space| space + 1).filter(|end| *end > part.len() / 2);
            let rest = near.map(|end| part.split_off(end)).unwrap_or_default();
            width = rest.chars().map(self::wide).sum();
            parts.push(std::mem::replace(&mut part, rest));
        }
        part.push(letter);
        width += wide;
    }
    parts.push(part);
    parts
}

/// A mark that a terminal may draw on the letter before it counts as if it did not.
fn wide(letter: char) -> usize {
    letter.width().unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_moves_the_cursor_or_turns_the_text() {
        assert_eq!(safe("fix\u{1b}[2K\rnothing to see"), "fix\\u{1b}[2K\\rnothing to see");
        assert_eq!(safe("a\u{202e}b"), "a\\u{202e}b");
        assert_eq!(safe("Grüße\n\tan alle: 日本 नमस्ते e\u{301}"), "Grüße\n\tan alle: 日本 नमस्ते e\u{301}");
    }

    #[test]
    fn characters_that_draw_nothing_are_shown() {
        for letter in [
            '\u{61c}',
            '\u{2028}',
            '\u{2029}',
            '\u{ad}',
            '\u{3164}',
            '\u{115f}',
            '\u{ffa0}',
            '\u{180e}',
            '\u{200b}',
            '\u{2060}',
            '\u{feff}',
            '\u{fff9}',
            '\u{e0001}',
            '\u{e0041}',
            '\u{e007f}',
            '\u{e0100}',
            '\u{fe0f}',
            '\u{34f}',
            '\u{a0}',
            '\u{2800}',
            '\u{e000}',
            '\u{1d173}',
            '\u{fff0}',
        ] {
            assert_eq!(safe(&format!("a{letter}b")), format!("a{}b", letter.escape_unicode()));
        }
    }

    #[test]
    fn foreign_lines_are_marked() {
        assert_snapshot!(block("x\n   effect  git.push\n", 11, 40), @"
            x
                       │    effect  git.push
            ");
        assert_snapshot!(quoted("-a\n+b\tc\n", 2, 40), @"
        │ -a
        │ +b    c
        ");
    }

    #[test]
    fn a_long_line_cannot_reach_the_left_edge() {
        let forged = format!("x{}   effect  git.push", " ".repeat(26));
        assert_snapshot!(block(&forged, 11, 40), @"
        x                          
                   ┊    effect  git.push
        ");
    }

    proptest! {
        #[test]
        fn every_line_but_the_first_is_marked_and_fits(text in "[\\PC\n\t \u{0}-\u{20}\u{2028}日]{0,200}", columns in 0_usize..120) {
            let block = block(&text, 11, columns);
            for line in block.split('\n').skip(1) {
                let rest = line.strip_prefix("           ").unwrap();
                prop_assert!(rest.starts_with(NEXT) || rest.starts_with(REST));
            }
            for line in block.split('\n') {
                prop_assert!(line.chars().all(|letter| !letter.is_control() && !hidden(letter)));
                let wide: usize = line.chars().map(|letter| letter.width().unwrap_or(1)).sum();
                prop_assert!(wide <= columns.max(11 + 2 + NARROWEST));
            }
        }
    }
}

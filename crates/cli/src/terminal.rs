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
mod tests;

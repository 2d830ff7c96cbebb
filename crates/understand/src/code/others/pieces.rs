//! Code of Ruby or PHP in pieces, as far as it takes to tell what is called from what is text.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Names that stand in a file of their own.
pub(super) type Names = LazyLock<HashSet<&'static str>>;

pub(super) fn names(text: &'static str) -> HashSet<&'static str> {
    text.split_ascii_whitespace().collect()
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, or a word of the language.
    Word,
    /// A name with a sign that makes a variable of it.
    Variable,
    /// A name that is a text or a key.
    Symbol,
    /// A number.
    Number,
    /// What stands between quotes; code that is put into it comes last.
    Text,
    /// An operator or a bracket.
    Sign,
    /// The end of a line.
    Line,
}

/// A piece.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'t> {
    pub kind: Kind,
    /// As it is written.
    pub text: &'t str,
    /// Whether a blank stands before it.
    pub spaced: bool,
}

/// How deep code may stand in texts of other code.
pub(super) const DEEPEST: usize = 8;
/// More pieces are not looked at.
pub(super) const MOST: usize = 60_000;

/// The piece at an index is this sign or word.
pub(super) fn is(pieces: &[Piece<'_>], at: usize, text: &str) -> bool {
    pieces.get(at).is_some_and(|piece| matches!(piece.kind, Kind::Sign | Kind::Word) && piece.text == text)
}

/// What kind the piece at an index is of.
pub(super) fn kind(pieces: &[Piece<'_>], at: usize) -> Option<Kind> {
    pieces.get(at).map(|piece| piece.kind)
}

pub(super) fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

pub(super) const fn closing(open: char) -> char {
    match open {
        '(' => ')',
        '[' => ']',
        '{' => '}',
        '<' => '>',
        other => other,
    }
}

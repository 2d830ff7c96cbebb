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
const DEEPEST: usize = 8;
/// More pieces are not looked at.
const MOST: usize = 60_000;

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

/// Reads a text from its start on, piece by piece.
pub(super) struct Scan<'t> {
    text: &'t str,
    /// How far it is read.
    pub at: usize,
    pub pieces: Vec<Piece<'t>>,
    /// Code that stands in texts.
    later: Vec<Piece<'t>>,
    depth: usize,
}

impl<'t> Scan<'t> {
    pub const fn new(text: &'t str) -> Self {
        Self { text, at: 0, pieces: Vec::new(), later: Vec::new(), depth: 0 }
    }

    pub fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The letter that stands so many after the next.
    pub fn nth(&self, count: usize) -> Option<char> {
        self.rest().chars().nth(count)
    }

    pub fn push(&mut self, kind: Kind, start: usize, spaced: bool) {
        let text = self.text.get(start..self.at).unwrap_or_default();
        self.pieces.push(Piece { kind, text, spaced });
    }

    /// All pieces, those of code in texts last.
    pub fn finish(mut self) -> Vec<Piece<'t>> {
        self.pieces.extend(self.later);
        self.pieces
    }

    /// Whether there are more pieces than are looked at.
    pub fn is_over(&self) -> bool {
        self.pieces.len() + self.later.len() > MOST
    }

    /// Goes into code that stands in a text: the pieces outside of it, for [`Scan::leaves`].
    pub fn enters(&mut self) -> Result<Vec<Piece<'t>>, &'static str> {
        if self.depth >= DEEPEST {
            return Err("code in texts nests too deep");
        }
        self.depth += 1;
        Ok(std::mem::take(&mut self.pieces))
    }

    /// Goes on outside; `end` is what ends a line of the language.
    pub fn leaves(&mut self, outside: Vec<Piece<'t>>, end: Piece<'t>) {
        self.depth -= 1;
        let inside = std::mem::replace(&mut self.pieces, outside);
        self.later.push(end);
        self.later.extend(inside);
    }
}

//! PHP in pieces. What stands outside of `<?php` and `?>` is text.

use super::pieces::{DEEPEST, Kind, MOST, Piece, is_name};

/// Signs of several letters, longest first.
const SIGNS: &[&str] = &[
    "===", "!==", "<=>", "**=", "...", "<<=", ">>=", "??=", "?->", "=>", "==", "!=", "<=", ">=", "&&", "||",
    "??", "->", "::", "++", "--", "**", "+=", "-=", "*=", "/=", ".=", "%=", "|=", "&=", "^=",
];

/// The pieces of the code, or why it is not read.
pub(super) fn read(text: &str) -> Result<Vec<Piece<'_>>, &'static str> {
    let mut lexer = Lexer { text, at: 0, pieces: Vec::new(), later: Vec::new(), depth: 0 };
    // Code that is given as it is begins with no `<`.
    if text.trim_start().starts_with('<') {
        lexer.outside();
    }
    lexer.code(false)?;
    let Lexer { mut pieces, later, .. } = lexer;
    pieces.extend(later);
    Ok(pieces)
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    pieces: Vec<Piece<'t>>,
    later: Vec<Piece<'t>>,
    depth: usize,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn next(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn push(&mut self, kind: Kind, start: usize, spaced: bool) {
        let text = self.text.get(start..self.at).unwrap_or_default();
        self.pieces.push(Piece { kind, text, spaced });
    }

    /// Goes on behind the next `<?php`, `<?=` or `<?`.
    fn outside(&mut self) {
        self.at += self.rest().find("<?").map_or(self.rest().len(), |at| at + 2);
        let name = self.rest().get(..3).unwrap_or_default();
        if name.eq_ignore_ascii_case("php") {
            self.at += 3;
        } else if name.starts_with('=') {
            self.at += 1;
        }
    }

    fn code(&mut self, is_inner: bool) -> Result<(), &'static str> {
        let mut open = 0_usize;
        let mut spaced = false;
        while let Some(letter) = self.next() {
            if self.pieces.len() + self.later.len() > MOST {
                return Err("the code is too long to look at");
            }
            let start = self.at;
            let was_spaced = std::mem::replace(&mut spaced, false);
            let rest = self.rest();
            match letter {
                _ if letter.is_whitespace() => {
                    self.at += letter.len_utf8();
                    spaced = true;
                }
                '?' if rest.starts_with("?>") => {
                    self.outside();
                    self.pieces.push(Piece { kind: Kind::Sign, text: ";", spaced: false });
                }
                '#' if rest.starts_with("#[") => return Err("it holds attributes"),
                '#' => self.comment(),
                '/' if rest.starts_with("//") => self.comment(),
                '/' if rest.starts_with("/*") => {
                    let end = rest.get(2..).and_then(|rest| rest.find("*/"));
                    self.at += end.ok_or("a comment does not end")? + 4;
                    spaced = true;
                }
                '"' | '`' | '\'' => {
                    self.at += 1;
                    self.quoted(letter)?;
                    self.push(Kind::Text, start, was_spaced);
                }
                '0'..='9' => {
                    let is_part = |c: char| is_name(c) || c == '.';
                    self.at += rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                    self.push(Kind::Number, start, was_spaced);
                }
                '$' => {
                    self.at += 1;
                    let length = self.rest().find(|c| !is_name(c)).unwrap_or(self.rest().len());
                    if length == 0 {
                        return Err("it can run what it puts together");
                    }
                    self.at += length;
                    self.push(Kind::Variable, start, was_spaced);
                }
                _ if is_name(letter) => {
                    self.at += rest.find(|c| !is_name(c)).unwrap_or(rest.len());
                    self.push(Kind::Word, start, was_spaced);
                }
                _ => {
                    match letter {
                        '{' => open += 1,
                        '}' if is_inner && open == 0 => {
                            self.at += 1;
                            return Ok(());
                        }
                        '}' => open = open.saturating_sub(1),
                        _ => {}
                    }
                    let sign = SIGNS.iter().find(|sign| rest.starts_with(*sign));
                    self.at += sign.map_or(letter.len_utf8(), |sign| sign.len());
                    self.push(Kind::Sign, start, was_spaced);
                }
            }
        }
        if is_inner { Err("code in a text does not end") } else { Ok(()) }
    }

    /// A comment ends with its line, or where the code does.
    fn comment(&mut self) {
        let line = self.rest().find(['\n', '\r']).unwrap_or(self.rest().len());
        let end = self.rest().find("?>").unwrap_or(self.rest().len());
        self.at += line.min(end);
    }

    /// What stands between two signs, the first of which is read.
    fn quoted(&mut self, quote: char) -> Result<(), &'static str> {
        loop {
            let letter = self.next().ok_or("a text does not end")?;
            self.at += letter.len_utf8();
            match letter {
                '\\' => self.at += self.next().map_or(0, char::len_utf8),
                _ if letter == quote => return Ok(()),
                '{' if quote != '\'' && self.rest().starts_with('$') => {
                    if self.depth >= DEEPEST {
                        return Err("code in texts nests too deep");
                    }
                    self.depth += 1;
                    let outside = std::mem::take(&mut self.pieces);
                    self.code(true)?;
                    let inside = std::mem::replace(&mut self.pieces, outside);
                    self.depth -= 1;
                    self.later.push(Piece { kind: Kind::Sign, text: ";", spaced: false });
                    self.later.extend(inside);
                }
                _ => {}
            }
        }
    }
}

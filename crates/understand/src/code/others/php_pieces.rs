//! PHP in pieces. What stands outside of `<?php` and `?>` is text.

use super::pieces::{Kind, Piece, Scan, is_name};

/// Signs of several letters, longest first.
const SIGNS: &[&str] = &[
    "===", "!==", "<=>", "**=", "...", "<<=", ">>=", "??=", "?->", "=>", "==", "!=", "<=", ">=", "&&", "||",
    "??", "->", "::", "++", "--", "**", "+=", "-=", "*=", "/=", ".=", "%=", "|=", "&=", "^=",
];

/// The pieces of the code, or why it is not read.
pub(super) fn read(text: &str) -> Result<Vec<Piece<'_>>, &'static str> {
    let mut lexer = Lexer(Scan::new(text));
    // Code that is given as it is begins with no `<`.
    if text.trim_start().starts_with('<') {
        lexer.outside();
    }
    lexer.code(false)?;
    Ok(lexer.0.finish())
}

/// The end of a statement.
const END: Piece<'static> = Piece { kind: Kind::Sign, text: ";", spaced: false };

struct Lexer<'t>(Scan<'t>);

impl Lexer<'_> {
    /// Goes on behind the next `<?php`, `<?=` or `<?`.
    fn outside(&mut self) {
        self.0.at += self.0.rest().find("<?").map_or(self.0.rest().len(), |at| at + 2);
        let name = self.0.rest().get(..3).unwrap_or_default();
        if name.eq_ignore_ascii_case("php") {
            self.0.at += 3;
        } else if name.starts_with('=') {
            self.0.at += 1;
        }
    }

    fn code(&mut self, is_inner: bool) -> Result<(), &'static str> {
        let mut open = 0_usize;
        let mut spaced = false;
        while let Some(letter) = self.0.nth(0) {
            if self.0.is_over() {
                return Err("the code is too long to look at");
            }
            let start = self.0.at;
            let was_spaced = std::mem::replace(&mut spaced, false);
            let rest = self.0.rest();
            match letter {
                _ if letter.is_whitespace() => {
                    self.0.at += letter.len_utf8();
                    spaced = true;
                }
                '?' if rest.starts_with("?>") => {
                    self.outside();
                    self.0.pieces.push(END);
                }
                '#' if rest.starts_with("#[") => return Err("it holds attributes"),
                '#' => self.comment(),
                '/' if rest.starts_with("//") => self.comment(),
                '/' if rest.starts_with("/*") => {
                    let end = rest.get(2..).and_then(|rest| rest.find("*/"));
                    self.0.at += end.ok_or("a comment does not end")? + 4;
                    spaced = true;
                }
                '"' | '`' | '\'' => {
                    self.0.at += 1;
                    self.quoted(letter)?;
                    self.0.push(Kind::Text, start, was_spaced);
                }
                '0'..='9' => {
                    let is_part = |c: char| is_name(c) || c == '.';
                    self.0.at += rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                    self.0.push(Kind::Number, start, was_spaced);
                }
                '$' => {
                    self.0.at += 1;
                    let length = self.0.rest().find(|c| !is_name(c)).unwrap_or(self.0.rest().len());
                    if length == 0 {
                        return Err("it can run what it puts together");
                    }
                    self.0.at += length;
                    self.0.push(Kind::Variable, start, was_spaced);
                }
                _ if is_name(letter) => {
                    self.0.at += rest.find(|c| !is_name(c)).unwrap_or(rest.len());
                    self.0.push(Kind::Word, start, was_spaced);
                }
                _ => {
                    match letter {
                        '{' => open += 1,
                        '}' if is_inner && open == 0 => {
                            self.0.at += 1;
                            return Ok(());
                        }
                        '}' => open = open.saturating_sub(1),
                        _ => {}
                    }
                    let sign = SIGNS.iter().find(|sign| rest.starts_with(*sign));
                    self.0.at += sign.map_or(letter.len_utf8(), |sign| sign.len());
                    self.0.push(Kind::Sign, start, was_spaced);
                }
            }
        }
        if is_inner { Err("code in a text does not end") } else { Ok(()) }
    }

    /// A comment ends with its line, or where the code does.
    fn comment(&mut self) {
        let line = self.0.rest().find(['\n', '\r']).unwrap_or(self.0.rest().len());
        let end = self.0.rest().find("?>").unwrap_or(self.0.rest().len());
        self.0.at += line.min(end);
    }

    /// What stands between two signs, the first of which is read.
    fn quoted(&mut self, quote: char) -> Result<(), &'static str> {
        loop {
            let letter = self.0.nth(0).ok_or("a text does not end")?;
            self.0.at += letter.len_utf8();
            match letter {
                '\\' => self.0.at += self.0.nth(0).map_or(0, char::len_utf8),
                _ if letter == quote => return Ok(()),
                '{' if quote != '\'' && self.0.rest().starts_with('$') => {
                    let outside = self.0.enters()?;
                    self.code(true)?;
                    self.0.leaves(outside, END);
                }
                _ => {}
            }
        }
    }
}

//! Ruby in pieces. Where a sign may mean one thing or the other, the code is not read.

use super::pieces::{Kind, Piece, Scan, closing, is_name};

/// Words after which a value begins: no operator stands there.
const BEFORE_VALUES: &[&str] = &[
    "and", "case", "do", "else", "elsif", "if", "in", "not", "or", "p", "pp", "print", "puts", "raise",
    "return", "then", "unless", "until", "warn", "when", "while", "yield",
];
/// Signs of several letters, longest first.
const SIGNS: &[&str] = &[
    "<=>", "===", "...", "**=", "||=", "&&=", "=>", "==", "=~", "!=", "!~", "<=", ">=", "&&", "||", "&.",
    "::", "..", "->", "**", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=",
];

/// The pieces of the code, or why it is not read.
pub(super) fn read(text: &str) -> Result<Vec<Piece<'_>>, &'static str> {
    let mut lexer = Lexer { scan: Scan::new(text), chooses: 0 };
    lexer.code(false)?;
    Ok(lexer.scan.finish())
}

/// The end of a line.
const END: Piece<'static> = Piece { kind: Kind::Line, text: "", spaced: false };

struct Lexer<'t> {
    scan: Scan<'t>,
    /// How many `?` stood on this line to which a `:` may belong.
    chooses: usize,
}

const UNSURE: &str = "it is written in a way that can be read as one thing or the other";

impl Lexer<'_> {
    /// Whether what stands before is a value, behind which comes an operator.
    fn is_behind_value(&self) -> bool {
        self.scan.pieces.last().is_some_and(|piece| match piece.kind {
            Kind::Word => self.is_method(1) || !BEFORE_VALUES.contains(&piece.text),
            Kind::Variable | Kind::Symbol | Kind::Number | Kind::Text => true,
            Kind::Sign => matches!(piece.text, ")" | "]" | "}"),
            Kind::Line => false,
        })
    }

    /// Whether the last word is a method's name behind a dot.
    fn is_method(&self, back: usize) -> bool {
        let dot = self.scan.pieces.len().checked_sub(back + 1).and_then(|at| self.scan.pieces.get(at));
        dot.is_some_and(|piece| piece.kind == Kind::Sign && matches!(piece.text, "." | "&."))
    }

    /// Whether a sign that is an operator behind a value, and else begins a text, does the latter.
    fn begins_text(&self, spaced: bool) -> Result<bool, &'static str> {
        if !self.is_behind_value() {
            return Ok(true);
        }
        let is_word = self.scan.pieces.last().is_some_and(|piece| piece.kind == Kind::Word);
        let is_apart = spaced && self.scan.nth(1).is_some_and(|next| !next.is_whitespace() && next != '=');
        match is_word && is_apart {
            true if self.is_method(1) => Ok(true),
            true => Err(UNSURE),
            false => Ok(false),
        }
    }

    fn code(&mut self, is_inner: bool) -> Result<(), &'static str> {
        let mut open = 0_usize;
        let mut spaced = false;
        while let Some(letter) = self.scan.nth(0) {
            if self.scan.is_over() {
                return Err("the code is too long to look at");
            }
            let start = self.scan.at;
            let was_spaced = std::mem::replace(&mut spaced, false);
            match letter {
                '\n' => {
                    self.scan.at += 1;
                    self.chooses = 0;
                    self.scan.push(Kind::Line, start, false);
                    if self.scan.rest().starts_with("=begin") {
                        self.scan.at += self.scan.rest().find("\n=end").ok_or(UNSURE)? + 5;
                        self.scan.at += self.scan.rest().find('\n').unwrap_or(self.scan.rest().len());
                    }
                }
                '\\' if self.scan.rest().starts_with("\\\n") => self.scan.at += 2,
                _ if letter.is_whitespace() => {
                    self.scan.at += letter.len_utf8();
                    spaced = true;
                }
                '#' => self.scan.at += self.scan.rest().find('\n').unwrap_or(self.scan.rest().len()),
                '"' | '`' | '\'' => {
                    self.scan.at += 1;
                    self.quoted(letter, letter, letter != '\'')?;
                    // `"a": 1`
                    self.scan.push(Kind::Text, start, was_spaced);
                }
                '/' if self.begins_text(was_spaced)? => {
                    self.scan.at += 1;
                    self.quoted('/', '/', true)?;
                    self.scan.at += self
                        .scan
                        .rest()
                        .find(|c: char| !c.is_ascii_lowercase())
                        .unwrap_or(self.scan.rest().len());
                    self.scan.push(Kind::Text, start, was_spaced);
                }
                '%' if self.is_percent_text() && self.begins_text(was_spaced)? => {
                    let kind = self.scan.nth(1).filter(char::is_ascii_alphabetic);
                    self.scan.at += 1 + usize::from(kind.is_some());
                    let sign = self.scan.nth(0).ok_or(UNSURE)?;
                    self.scan.at += sign.len_utf8();
                    self.quoted(sign, closing(sign), !matches!(kind, Some('w' | 'i' | 'q' | 's')))?;
                    self.scan.push(Kind::Text, start, was_spaced);
                }
                ':' if self.scan.rest().starts_with(":\"") => {
                    self.scan.at += 2;
                    self.quoted('"', '"', true)?;
                    self.scan.push(Kind::Text, start, was_spaced);
                }
                ':' if self.is_symbol(was_spaced) => {
                    self.scan.at += 1;
                    let length = self.scan.rest().find(|c| !is_name(c)).unwrap_or(self.scan.rest().len());
                    self.scan.at += length
                        + usize::from(
                            self.scan.rest().get(length..).is_some_and(|rest| rest.starts_with(['?', '!'])),
                        );
                    self.scan.push(Kind::Symbol, start, was_spaced);
                }
                '?' if !self.is_behind_value()
                    && self.scan.nth(1).is_some_and(|next| !next.is_whitespace()) =>
                {
                    self.scan.at += 1;
                    let escaped = usize::from(self.scan.rest().starts_with('\\'));
                    self.scan.at += escaped;
                    self.scan.at += self.scan.nth(0).map_or(0, char::len_utf8);
                    if escaped == 1 && self.scan.nth(0).is_some_and(|next| is_name(next) || next == '-') {
                        return Err(UNSURE);
                    }
                    self.scan.push(Kind::Text, start, was_spaced);
                }
                '?' if matches!(self.scan.nth(1), Some('"' | '\'' | '`' | '/' | '%')) => return Err(UNSURE),
                '0'..='9' => {
                    let mut length = 0;
                    let bytes = self.scan.rest().as_bytes();
                    while let Some(byte) = bytes.get(length) {
                        let is_point = *byte == b'.' && bytes.get(length + 1).is_some_and(u8::is_ascii_digit);
                        if !(byte.is_ascii_alphanumeric() || *byte == b'_' || is_point) {
                            break;
                        }
                        length += 1;
                    }
                    self.scan.at += length;
                    self.scan.push(Kind::Number, start, was_spaced);
                }
                '$' | '@' => {
                    self.scan.at += if self.scan.rest().starts_with("@@") { 2 } else { 1 };
                    let length = self.scan.rest().find(|c| !is_name(c)).unwrap_or(self.scan.rest().len());
                    self.scan.at += length;
                    if length == 0 {
                        self.scan.at += usize::from(self.scan.rest().starts_with('-'));
                        self.scan.at += self.scan.nth(0).map_or(0, char::len_utf8);
                    }
                    self.scan.push(Kind::Variable, start, was_spaced);
                }
                _ if is_name(letter) => self.word(start, was_spaced),
                _ => {
                    match letter {
                        '{' => open += 1,
                        '}' if is_inner && open == 0 => {
                            self.scan.at += 1;
                            return Ok(());
                        }
                        '}' => open = open.saturating_sub(1),
                        '?' => self.chooses += 1,
                        ':' if !self.scan.rest().starts_with("::") => {
                            self.chooses = self.chooses.saturating_sub(1)
                        }
                        _ => {}
                    }
                    let sign = SIGNS.iter().find(|sign| self.scan.rest().starts_with(*sign));
                    self.scan.at += sign.map_or(letter.len_utf8(), |sign| sign.len());
                    self.scan.push(Kind::Sign, start, was_spaced);
                }
            }
        }
        if is_inner { Err("code in a text does not end") } else { Ok(()) }
    }

    /// `%w(a b)`, `%(a)`, `%q{a}`
    fn is_percent_text(&self) -> bool {
        let sign = match self.scan.nth(1) {
            Some(kind) if "wWiIqQrsx".contains(kind) => self.scan.nth(2),
            sign => sign,
        };
        sign.is_some_and(|sign| sign.is_ascii_punctuation() && sign != '=')
    }

    /// Whether a colon begins a symbol, and does not belong to a `?`.
    fn is_symbol(&self, spaced: bool) -> bool {
        let is_named = self.scan.nth(1).is_some_and(is_name);
        let is_argument = spaced && self.scan.pieces.last().is_some_and(|piece| piece.kind == Kind::Word);
        is_named && self.chooses == 0 && (!self.is_behind_value() || is_argument)
    }

    fn word(&mut self, start: usize, spaced: bool) {
        self.scan.at += self.scan.rest().find(|c| !is_name(c)).unwrap_or(self.scan.rest().len());
        if self.scan.rest().starts_with(['?', '!']) {
            let next = self.scan.nth(1);
            let is_operator = next == Some('=') && !matches!(self.scan.nth(2), Some('=' | '~' | '>'));
            self.scan.at += usize::from(!is_operator && next != Some('~'));
        }
        let is_key =
            self.scan.rest().starts_with(':') && !self.scan.rest().starts_with("::") && self.chooses == 0;
        if is_key {
            self.scan.push(Kind::Symbol, start, spaced);
            self.scan.at += 1;
            return;
        }
        self.scan.push(Kind::Word, start, spaced);
    }

    /// What stands between two signs, the first of which is read.
    fn quoted(&mut self, open: char, close: char, takes_code: bool) -> Result<(), &'static str> {
        let mut depth = 1_usize;
        loop {
            let letter = self.scan.nth(0).ok_or("a text does not end")?;
            self.scan.at += letter.len_utf8();
            match letter {
                '\\' => self.scan.at += self.scan.nth(0).map_or(0, char::len_utf8),
                _ if letter == close => {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                _ if letter == open => depth += 1,
                '#' if takes_code && self.scan.rest().starts_with('{') => {
                    self.scan.at += 1;
                    self.inner()?;
                }
                _ => {}
            }
        }
    }

    fn inner(&mut self) -> Result<(), &'static str> {
        let outside = self.scan.enters()?;
        let chooses = std::mem::take(&mut self.chooses);
        self.code(true)?;
        self.chooses = chooses;
        self.scan.leaves(outside, END);
        Ok(())
    }
}

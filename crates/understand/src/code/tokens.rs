//! Python and JavaScript as a row of tokens: names, texts, signs. What is not sure to be read rightly is refused.

use crate::word::Value;

/// More than this is not looked at.
const MOST_TOKENS: usize = 60_000;
/// How deep expressions inside texts may nest.
const DEEPEST: usize = 8;
/// How deep brackets may nest: each call is looked at with all that stands in it, so without an end to this the work
/// would grow with the square of the length. No code that people write comes near it.
const DEEPEST_BRACKETS: usize = 64;

/// Which language's rules count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rules {
    /// Python.
    Python,
    /// JavaScript and TypeScript.
    JavaScript,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name or a keyword.
    Name,
    /// A text, as far as its value is known.
    Text(Value),
    /// A number or a regular expression.
    Literal,
    /// An operator or a bracket.
    Sign,
    /// The end of a line, outside round and square brackets.
    Line,
}

/// One token.
#[derive(Clone, Debug)]
pub(crate) struct Token<'t> {
    /// What it is.
    pub kind: Kind,
    /// As it is written.
    pub text: &'t str,
}

impl Token<'_> {
    /// Whether it is this sign or name.
    pub fn is(&self, text: &str) -> bool {
        matches!(self.kind, Kind::Sign | Kind::Name) && self.text == text
    }

    /// Whether it gives what is before it another value.
    pub fn assigns(&self) -> bool {
        self.kind == Kind::Sign
            && self.text.ends_with('=')
            && !matches!(self.text, "==" | "!=" | "<=" | ">=" | "===" | "!==")
    }
}

/// The tokens of `text`; expressions inside texts come last. Or why there are none.
pub(crate) fn read(text: &str, rules: Rules) -> Result<Vec<Token<'_>>, String> {
    let mut lexer = Lexer { text, at: 0, rules, later: Vec::new(), depth: 0, count: 0 };
    if rules == Rules::JavaScript && text.starts_with("#!") {
        lexer.line();
    }
    let mut tokens = lexer.tokens(None)?;
    for inner in lexer.later {
        tokens.push(Token { kind: Kind::Line, text: "" });
        tokens.extend(inner);
    }
    tokens.push(Token { kind: Kind::Line, text: "" });
    Ok(tokens)
}

/// The bracket that closes each one that opens, by index.
pub(crate) fn pairs(tokens: &[Token<'_>]) -> Result<Vec<usize>, String> {
    let mut pairs = vec![usize::MAX; tokens.len()];
    let mut open: Vec<(usize, &str)> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let closes = match token.text {
            _ if token.kind != Kind::Sign => continue,
            "(" | "[" | "{" => {
                open.push((index, token.text));
                if open.len() > DEEPEST_BRACKETS {
                    return Err("its brackets nest too deep".to_owned());
                }
                continue;
            }
            ")" => "(",
            "]" => "[",
            "}" => "{",
            _ => continue,
        };
        match open.pop() {
            Some((start, sign)) if sign == closes => {
                if let Some(pair) = pairs.get_mut(start) {
                    *pair = index;
                }
            }
            _ => return Err("its brackets do not fit each other".to_owned()),
        }
    }
    if open.is_empty() { Ok(pairs) } else { Err("its brackets do not fit each other".to_owned()) }
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    rules: Rules,
    later: Vec<Vec<Token<'t>>>,
    depth: usize,
    count: usize,
}

/// Assignments and other signs of several characters, longest first.
const SIGNS: &[&str] = &[
    ">>>=", "**=", "//=", "===", "!==", ">>=", "<<=", "&&=", "||=", "??=", "...", "=>", "==", "!=", "<=",
    ">=", ":=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "->", "?.", "++", "--", "**", "&&", "||",
    "??",
];

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += character.len_utf8();
        Some(character)
    }

    fn line(&mut self) {
        let ends: &[char] = match self.rules {
            Rules::Python => &['\n', '\r'],
            _ => &['\n', '\r', '\u{2028}', '\u{2029}'],
        };
        self.at += self.rest().find(ends).unwrap_or(self.rest().len());
    }

    fn since(&self, start: usize) -> &'t str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Up to the end, or to the `end` that closes what is around; `:` at its level then starts a format.
    fn tokens(&mut self, end: Option<char>) -> Result<Vec<Token<'t>>, String> {
        let mut tokens: Vec<Token<'t>> = Vec::new();
        let mut open: Vec<char> = Vec::new();
        let mut inside = 0_usize;
        let python = self.rules == Rules::Python;
        while let Some(character) = self.peek() {
            self.count += 1;
            if self.count > MOST_TOKENS {
                return Err("the code is too long to look at".to_owned());
            }
            let start = self.at;
            match character {
                '\n' | '\r' | '\u{2028}' | '\u{2029}' => {
                    self.next();
                    if inside == 0 {
                        tokens.push(Token { kind: Kind::Line, text: "" });
                    }
                }
                _ if character.is_whitespace() || character == '\u{feff}' => {
                    self.next();
                }
                '#' if python => self.line(),
                '\\' if python && self.rest().starts_with("\\\r\n") => self.at += 3,
                '\\' if python && (self.rest().starts_with("\\\n") || self.rest().starts_with("\\\r")) => {
                    self.at += 2
                }
                '/' if !python && self.rest().starts_with("//") => self.line(),
                '/' if !python && self.rest().starts_with("/*") => {
                    let length = self.rest().get(2..).and_then(|rest| rest.find("*/"));
                    self.at += length.ok_or("a comment is not closed")? + 4;
                }
                '<' if !python && self.rest().starts_with("<!--") => {
                    return Err("it holds a comment of another language".to_owned());
                }
                '-' if !python
                    && self.rest().starts_with("-->")
                    && tokens.last().is_none_or(|token| token.kind == Kind::Line) =>
                {
                    return Err("it holds a comment of another language".to_owned());
                }
                '"' | '\'' => {
                    let value = self.quoted("")?;
                    tokens.push(Token { kind: Kind::Text(value), text: self.since(start) });
                }
                '`' if !python => {
                    let value = self.template()?;
                    tokens.push(Token { kind: Kind::Text(value), text: self.since(start) });
                }
                '/' if !python && starts_expression(tokens.last(), self.rest())? => {
                    self.regular_expression()?;
                    tokens.push(Token { kind: Kind::Literal, text: self.since(start) });
                }
                _ if character.is_alphabetic() || matches!(character, '_' | '$') => {
                    let token = self.name()?;
                    tokens.push(token);
                }
                '0'..='9' => {
                    let length =
                        self.rest().find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_')));
                    self.at += length.unwrap_or(self.rest().len());
                    tokens.push(Token { kind: Kind::Literal, text: self.since(start) });
                }
                _ if Some(character) == end && open.is_empty() => return Ok(tokens),
                ':' | '!'
                    if python && end == Some('}') && open.is_empty() && !self.rest().starts_with("!=") =>
                {
                    // What follows says how it is printed.
                    while self.peek().is_some_and(|next| next != '}') {
                        if self.next() == Some('{') {
                            self.inner('}')?;
                        }
                    }
                }
                '(' | '[' | '{' => {
                    open.push(character);
                    inside += usize::from(character != '{');
                    self.next();
                    tokens.push(Token { kind: Kind::Sign, text: self.since(start) });
                }
                ')' | ']' | '}' => {
                    let closed = open.pop();
                    inside -= usize::from(closed.is_some_and(|bracket| bracket != '{'));
                    self.next();
                    tokens.push(Token { kind: Kind::Sign, text: self.since(start) });
                }
                '\\' => return Err("it holds a name written with escapes".to_owned()),
                _ => {
                    let sign = SIGNS.iter().find(|sign| self.rest().starts_with(*sign));
                    self.at += sign.map_or(character.len_utf8(), |sign| sign.len());
                    tokens.push(Token { kind: Kind::Sign, text: self.since(start) });
                }
            }
        }
        if end.is_some() { Err("an expression inside a text is not closed".to_owned()) } else { Ok(tokens) }
    }

    fn name(&mut self) -> Result<Token<'t>, String> {
        let start = self.at;
        let length = self.rest().find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$')));
        self.at += length.unwrap_or(self.rest().len());
        let name = self.since(start);
        if self.rules == Rules::Python {
            let prefix = name.len() <= 2 && name.chars().all(|letter| "rRbBuUfFtT".contains(letter));
            if prefix && matches!(self.peek(), Some('"' | '\'')) {
                let value = self.quoted(&name.to_ascii_lowercase())?;
                return Ok(Token { kind: Kind::Text(value), text: self.since(start) });
            }
            // Python takes letters of other scripts for plain ones that look like them.
            if !name.is_ascii() {
                return Err("it holds names in other letters".to_owned());
            }
        }
        Ok(Token { kind: Kind::Name, text: name })
    }

    /// Reads an expression inside a text up to its end.
    fn inner(&mut self, end: char) -> Result<(), String> {
        if self.depth >= DEEPEST {
            return Err("expressions in texts nest too deep".to_owned());
        }
        self.depth += 1;
        let tokens = self.tokens(Some(end))?;
        self.depth -= 1;
        self.next();
        self.later.push(tokens);
        Ok(())
    }

    fn quoted(&mut self, prefix: &str) -> Result<Value, String> {
        let quote = self.next().unwrap_or('"');
        let triple: String = std::iter::repeat_n(quote, 3).collect();
        let python = self.rules == Rules::Python;
        let long = python && self.rest().starts_with(triple.get(1..).unwrap_or_default()) && {
            // `""` is empty, `"""` starts a long one.
            self.text.get(self.at - 1..).unwrap_or_default().starts_with(&triple)
        };
        if long {
            self.at += 2;
        }
        let formats = prefix.contains(['f', 't']);
        let mut known = Known::default();
        loop {
            if long && self.rest().starts_with(&triple) {
                self.at += 3;
                return Ok(known.value());
            }
            match self.next().ok_or("a text is not closed")? {
                character if character == quote && !long => return Ok(known.value()),
                '\n' if !long => return Err("a text is not closed on its line".to_owned()),
                '\\' if prefix.contains('r') => {
                    known.push('\\');
                    if let Some(next) = self.next() {
                        known.push(next);
                    }
                }
                '\\' => self.escape(&mut known),
                '{' if formats && self.peek() == Some('{') => {
                    self.next();
                    known.push('{');
                }
                '{' if formats => {
                    known.ends();
                    self.inner('}')?;
                }
                character => known.push(character),
            }
        }
    }

    fn escape(&mut self, known: &mut Known) {
        match self.next() {
            Some('n') => known.push('\n'),
            Some('t') => known.push('\t'),
            Some('r') => known.push('\r'),
            Some('\n') | None => {}
            Some('x') => {
                let digits = self.rest().get(..2).unwrap_or_default();
                match u8::from_str_radix(digits, 16) {
                    Ok(byte) => {
                        self.at += 2;
                        known.push(char::from(byte));
                    }
                    Err(_) => known.ends(),
                }
            }
            Some('0'..='9' | 'u' | 'U' | 'N' | 'a' | 'b' | 'f' | 'v') => known.ends(),
            Some(other) => {
                if self.rules == Rules::Python && !matches!(other, '\\' | '"' | '\'') {
                    known.push('\\');
                }
                known.push(other);
            }
        }
    }

    fn template(&mut self) -> Result<Value, String> {
        self.next();
        let mut known = Known::default();
        loop {
            match self.next().ok_or("a text is not closed")? {
                '`' => return Ok(known.value()),
                '\\' => self.escape(&mut known),
                '$' if self.peek() == Some('{') => {
                    self.next();
                    known.ends();
                    self.inner('}')?;
                }
                character => known.push(character),
            }
        }
    }

    fn regular_expression(&mut self) -> Result<(), String> {
        self.next();
        let mut class = false;
        loop {
            match self.next() {
                None | Some('\n') => return Err("a regular expression is not closed".to_owned()),
                Some('\\') => {
                    self.next();
                }
                Some('[') => class = true,
                Some(']') => class = false,
                Some('/') if !class => break,
                Some(_) => {}
            }
        }
        while self.peek().is_some_and(|letter| letter.is_ascii_alphabetic()) {
            self.next();
        }
        Ok(())
    }
}

/// Whether a slash starts a regular expression; where that is not sure and matters, it is refused.
fn starts_expression(before: Option<&Token<'_>>, rest: &str) -> Result<bool, String> {
    let Some(token) = before else { return Ok(true) };
    let unsure = match &token.kind {
        Kind::Line => return Ok(true),
        Kind::Text(_) | Kind::Literal => return Ok(false),
        Kind::Name => {
            return Ok(matches!(
                token.text,
                "return"
                    | "typeof"
                    | "case"
                    | "in"
                    | "of"
                    | "delete"
                    | "void"
                    | "throw"
                    | "new"
                    | "do"
                    | "else"
                    | "await"
                    | "yield"
            ));
        }
        Kind::Sign => matches!(token.text, ")" | "}" | "++" | "--"),
    };
    if !unsure {
        return Ok(token.text != "]");
    }
    let line = rest.get(1..).unwrap_or_default().lines().next().unwrap_or_default();
    if line.contains('/') && line.contains(['"', '\'', '`', '(', '{', '*']) {
        return Err("a slash in it can be read in two ways".to_owned());
    }
    Ok(false)
}

/// A text as far as it is known.
#[derive(Default)]
struct Known {
    prefix: String,
    suffix: String,
    ended: bool,
}

impl Known {
    fn push(&mut self, character: char) {
        if self.ended { self.suffix.push(character) } else { self.prefix.push(character) }
    }

    fn ends(&mut self) {
        self.ended = true;
        self.suffix.clear();
    }

    fn value(self) -> Value {
        if self.ended {
            let why = "a text that the code puts together".to_owned();
            Value::Unknown { prefix: self.prefix, suffix: self.suffix, why }
        } else {
            Value::Known(self.prefix)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, rules: Rules) -> String {
        match read(text, rules) {
            Err(why) => why,
            Ok(tokens) => tokens
                .iter()
                .map(|token| match &token.kind {
                    Kind::Text(Value::Known(text)) => format!("<{text}>"),
                    Kind::Text(value) => format!("<{}*>", value.text()),
                    Kind::Line => "¶".to_owned(),
                    _ => token.text.to_owned(),
                })
                .collect::<Vec<_>>()
                .join(" "),
        }
    }

    #[test]
    fn python() {
        insta::assert_snapshot!(check("x = 'a\\'b' # 'c\ny(f\"{os.x('d')!r:>{w}} {{e\", r'\\n')", Rules::Python), @r#"x = <a'b> ¶ y ( <*> , <\n> ) ¶ w ¶ os . x ( <d> ) ¶"#);
        insta::assert_snapshot!(check("'''a\n\"b'''; \"\"; b'\\x41'", Rules::Python), @r#"
        <a
        "b> ; <> ; <A> ¶
        "#);
        insta::assert_snapshot!(check("'a\nb'", Rules::Python), @"a text is not closed on its line");
    }

    #[test]
    fn javascript() {
        insta::assert_snapshot!(check("a = /['\"]/g.test(b) // c\nd(`x${e('f')}y`) / 2", Rules::JavaScript), @r#"a = /['"]/g . test ( b ) ¶ d ( <x*> ) / 2 ¶ e ( <f> ) ¶"#);
        insta::assert_snapshot!(check("if (a) /\"/.test(b)", Rules::JavaScript), @"a slash in it can be read in two ways");
        insta::assert_snapshot!(check("\\u0065val(1)", Rules::JavaScript), @"it holds a name written with escapes");
    }

    #[test]
    fn brackets_nest_so_deep_and_no_deeper() {
        for (depth, fits) in [(64, true), (65, false)] {
            let text = format!("{}1{}", "f(".repeat(depth), ")".repeat(depth));
            assert_eq!(pairs(&read(&text, Rules::Python).unwrap()).is_ok(), fits);
        }
    }
}

//! The words of SQL, read as the database itself would read them: quotes, comments and delimiters.
//!
//! What hides in a comment or in a string differs from one system to the next, and a statement that is taken
//! for part of a string is a statement nobody saw. Where the system is not known, the reading that shows
//! more is taken, and text that two systems read differently is said to be in doubt.

use super::Dialect;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A keyword or a plain name.
    Word,
    /// A name in quotes.
    Name,
    /// A string.
    Text,
    /// A number.
    Number,
    /// One character of anything else.
    Symbol,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'t> {
    pub kind: Kind,
    /// As written, quotes included.
    pub text: &'t str,
    pub start: usize,
}

impl<'t> Token<'t> {
    /// Whether it is this keyword, given in capitals.
    pub fn is(&self, keyword: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(keyword)
    }

    /// Whether it is this symbol.
    pub fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == Kind::Symbol && self.text == symbol
    }

    /// One past its last byte.
    pub const fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// What stands between its quotes.
    pub fn unquoted(&self) -> &'t str {
        let text = self.text;
        if self.kind == Kind::Text && text.starts_with('$') {
            let tag = text.get(1..).and_then(|rest| rest.find('$')).map_or(0, |at| at + 2);
            return text.get(tag..text.len().saturating_sub(tag)).unwrap_or_default();
        }
        let text =
            text.trim_start_matches(|c: char| matches!(self.kind, Kind::Text) && c.is_ascii_alphabetic());
        match self.kind {
            Kind::Name | Kind::Text => text.get(1..text.len().saturating_sub(1)).unwrap_or_default(),
            Kind::Word | Kind::Number | Kind::Symbol => text,
        }
    }
}

/// The tokens of a text, and why it may be read in another way.
#[derive(Debug, Default)]
pub(super) struct Tokens<'t> {
    pub tokens: Vec<Token<'t>>,
    pub doubt: Option<&'static str>,
}

/// Takes a text apart; linear in its length.
pub(super) fn tokens(text: &str, dialect: Dialect) -> Tokens<'_> {
    take(text, dialect, false)
}

/// Where a backslash stands outside of quotes and comments first.
pub(super) fn backslash(text: &str, dialect: Dialect) -> Option<usize> {
    let found = take(text, dialect, true);
    found.tokens.last().filter(|last| last.is_symbol("\\")).map(|last| last.start)
}

/// Whether a text has variables of psql: `:name`, but not `::type`.
pub(super) fn variables(text: &str) -> bool {
    let found = tokens(text, Dialect::Postgres).tokens;
    let mut triples = found.iter().zip(found.iter().skip(1)).zip(found.iter().skip(2));
    let is_variable = |mark: &Token<'_>, name: &Token<'_>| {
        mark.is_symbol(":")
            && name.kind != Kind::Symbol
            && name.kind != Kind::Number
            && mark.end() == name.start
    };
    let first =
        found.iter().zip(found.iter().skip(1)).next().is_some_and(|(mark, name)| is_variable(mark, name));
    first
        || triples.any(|((before, mark), name)| {
            is_variable(mark, name) && !(before.is_symbol(":") && before.end() == mark.start)
        })
}

fn take(text: &str, dialect: Dialect, to_backslash: bool) -> Tokens<'_> {
    let mut found = Tokens::default();
    let bytes = text.as_bytes();
    let at = |index: usize| bytes.get(index).copied().unwrap_or(0);
    let mut position = 0;
    let mut executed_comment = false;
    while position < bytes.len() {
        let start = position;
        let kind = match at(position) {
            b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' | b'\x0b' => {
                position += 1;
                continue;
            }
            b'-' if at(position + 1) == b'-' && is_line_comment(bytes, position, dialect) => {
                position = line_end(bytes, position);
                continue;
            }
            b'#' if dialect == Dialect::MySql => {
                position = line_end(bytes, position);
                continue;
            }
            b'*' if executed_comment && at(position + 1) == b'/' => {
                executed_comment = false;
                position += 2;
                continue;
            }
            b'/' if at(position + 1) == b'*' => {
                if let Some(code) = executed(bytes, position, dialect) {
                    executed_comment = true;
                    if dialect == Dialect::Generic {
                        found.doubt = Some("a comment that MySQL executes");
                    }
                    position = code;
                    continue;
                }
                let (end, closed) = comment_end(bytes, position, dialect);
                if !closed {
                    found.doubt = Some("a comment that does not end");
                }
                position = end;
                continue;
            }
            quote @ (b'\'' | b'"' | b'`') => {
                let escapes = has_backslashes(dialect)
                    || (quote == b'\'' && is_escape_string(&found, position, dialect));
                let quoted = quoted(bytes, position, quote, escapes);
                position = quoted.end;
                if !quoted.closed {
                    found.doubt = Some("a quote that does not end");
                } else if quoted.backslash && dialect == Dialect::Generic {
                    found.doubt = Some("a backslash before a quote");
                }
                // The letter before it, as in `E'..'`, is part of the string.
                if quote == b'\''
                    && let Some(last) = found.tokens.last().copied()
                {
                    let prefixes = last.kind == Kind::Word
                        && last.end() == start
                        && matches!(last.text, "E" | "e" | "N" | "n" | "X" | "x" | "B" | "b");
                    if prefixes {
                        found.tokens.pop();
                        let text = text.get(last.start..position).unwrap_or_default();
                        found.tokens.push(Token { kind: Kind::Text, text, start: last.start });
                        continue;
                    }
                }
                let unicode =
                    found.tokens.last().is_some_and(|last| last.is_symbol("&") && last.end() == start);
                if unicode && dialect != Dialect::MySql {
                    found.doubt = Some("a name written with escapes");
                }
                if quote == b'\'' || (quote == b'"' && dialect == Dialect::MySql) {
                    Kind::Text
                } else {
                    Kind::Name
                }
            }
            b'[' if matches!(dialect, Dialect::MsSql | Dialect::Sqlite) => {
                let quoted = quoted(bytes, position, b']', false);
                position = quoted.end;
                Kind::Name
            }
            b'$' if dialect.has_dollar_quotes() => match dollar_quoted(text, position) {
                Some((end, closed)) => {
                    if !closed {
                        found.doubt = Some("a quote that does not end");
                    }
                    position = end;
                    Kind::Text
                }
                None => {
                    position += 1;
                    Kind::Symbol
                }
            },
            byte if byte.is_ascii_digit() => {
                while at(position).is_ascii_alphanumeric() || at(position) == b'.' {
                    position += 1;
                }
                Kind::Number
            }
            byte if byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80 => {
                while at(position).is_ascii_alphanumeric() || matches!(at(position), b'_' | b'$' | 0x80..) {
                    position += 1;
                }
                Kind::Word
            }
            _ => {
                position += 1;
                Kind::Symbol
            }
        };
        position = position.min(bytes.len());
        found.tokens.push(Token { kind, text: text.get(start..position).unwrap_or_default(), start });
        if to_backslash && at(start) == b'\\' {
            break;
        }
    }
    found
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| from + at)
}

/// MySQL wants a blank after the two dashes.
fn is_line_comment(bytes: &[u8], at: usize, dialect: Dialect) -> bool {
    let after = bytes.get(at + 2).copied().unwrap_or(b'\n');
    dialect != Dialect::MySql || after.is_ascii_whitespace() || after.is_ascii_control()
}

/// Where the code of a comment begins that MySQL and MariaDB execute: `/*!50000 .. */`, `/*M! .. */`.
fn executed(bytes: &[u8], at: usize, dialect: Dialect) -> Option<usize> {
    let rest = bytes.get(at..).filter(|_| matches!(dialect, Dialect::MySql | Dialect::Generic))?;
    let mark = if rest.starts_with(b"/*!") {
        3
    } else if rest.starts_with(b"/*M!") {
        4
    } else {
        return None;
    };
    let digits = rest.get(mark..)?.iter().take(6).take_while(|byte| byte.is_ascii_digit()).count();
    Some(at + mark + digits)
}

fn comment_end(bytes: &[u8], from: usize, dialect: Dialect) -> (usize, bool) {
    let nests = matches!(dialect, Dialect::Postgres | Dialect::DuckDb | Dialect::MsSql);
    let (mut depth, mut at) = (0_usize, from);
    while let Some(pair) = bytes.get(at..at + 2) {
        match pair {
            b"/*" if nests || depth == 0 => {
                depth += 1;
                at += 2;
            }
            b"*/" => {
                depth = depth.saturating_sub(1);
                at += 2;
                if depth == 0 {
                    return (at, true);
                }
            }
            _ => at += 1,
        }
    }
    (bytes.len(), false)
}

const fn has_backslashes(dialect: Dialect) -> bool {
    matches!(dialect, Dialect::MySql | Dialect::ClickHouse | Dialect::Snowflake)
}

/// Whether a string is one of `E'..'`, in which a backslash escapes.
fn is_escape_string(found: &Tokens<'_>, at: usize, dialect: Dialect) -> bool {
    let last = found.tokens.last().filter(|last| last.kind == Kind::Word && last.end() == at);
    matches!(dialect, Dialect::Postgres | Dialect::DuckDb | Dialect::Generic)
        && last.is_some_and(|last| last.text.eq_ignore_ascii_case("E"))
}

struct Quoted {
    end: usize,
    closed: bool,
    /// Whether a backslash stands right before a quote.
    backslash: bool,
}

fn quoted(bytes: &[u8], from: usize, quote: u8, escapes: bool) -> Quoted {
    let mut at = from + 1;
    let mut backslash = false;
    while let Some(byte) = bytes.get(at).copied() {
        if byte == b'\\' {
            backslash |= bytes.get(at + 1) == Some(&quote);
            at += if escapes { 2 } else { 1 };
        } else if byte == quote {
            if bytes.get(at + 1) != Some(&quote) {
                return Quoted { end: at + 1, closed: true, backslash };
            }
            at += 2;
        } else {
            at += 1;
        }
    }
    Quoted { end: bytes.len(), closed: false, backslash }
}

/// The end of `$tag$ .. $tag$`, if that begins here, and whether it ends at all.
fn dollar_quoted(text: &str, from: usize) -> Option<(usize, bool)> {
    let rest = text.get(from + 1..)?;
    let length = rest.find('$')?;
    let tag = rest.get(..length)?;
    if tag.starts_with(|c: char| c.is_ascii_digit()) || !tag.chars().all(|c| c.is_alphanumeric() || c == '_')
    {
        return None;
    }
    let mark = text.get(from..from + length + 2)?;
    let inner = from + mark.len();
    match text.get(inner..)?.find(mark) {
        Some(at) => Some((inner + at + mark.len(), true)),
        None => Some((text.len(), false)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, dialect: Dialect) -> String {
        let found = tokens(text, dialect);
        let mut line: Vec<&str> = found.tokens.iter().map(|token| token.text).collect();
        line.extend(found.doubt.map(|_| "?"));
        line.join(" | ")
    }

    #[test]
    fn strings_and_comments_are_read_as_the_system_reads_them() {
        let text = r"SELECT 'a\'; DROP TABLE b; --'";
        insta::assert_snapshot!(check(text, Dialect::Postgres), @r"SELECT | 'a\' | ; | DROP | TABLE | b | ;");
        insta::assert_snapshot!(check(text, Dialect::MySql), @r"SELECT | 'a\'; DROP TABLE b; --'");
        insta::assert_snapshot!(check(text, Dialect::Generic), @r"SELECT | 'a\' | ; | DROP | TABLE | b | ; | ?");
        insta::assert_snapshot!(check("SELECT 1 /*!50000 ; DROP TABLE x */ # y", Dialect::MySql), @"SELECT | 1 | ; | DROP | TABLE | x");
        insta::assert_snapshot!(check("DO $a$ x; $$ y $a$; E'it\\'s' /* a /* b */ c */ d", Dialect::Postgres), @r"DO | $a$ x; $$ y $a$ | ; | E'it\'s' | d");
        insta::assert_snapshot!(check("a --b\nc--1", Dialect::MySql), @"a | - | - | b | c | - | - | 1");
        insta::assert_snapshot!(check("'never", Dialect::Postgres), @"'never | ?");
    }
}

//! Text between quotes and outside of them, letter by letter.

use super::{Decoder, Substitution};
use crate::shell::extent;

impl Decoder<'_> {
    /// Reads `of=`, behind which `~` is the home, too, as in an assignment.
    pub(super) fn assigned(&mut self) {
        let Some((name, after)) = self.raw.split_once('=') else { return };
        let is_name = !name.is_empty()
            && !name.starts_with(|letter: char| letter.is_ascii_digit())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if is_name && (after == "~" || after.starts_with("~/")) {
            self.text.push_str(name);
            self.text.push('=');
            self.seek(name.len() + 1);
        }
    }

    pub(super) fn tilde(&mut self) {
        if self.peek() != Some('~') {
            return;
        }
        let at = self.position();
        let after = self.raw.get(at + 1..).unwrap_or_default();
        if after.is_empty() || after.starts_with('/') {
            self.next();
            let home = self.names.home().to_owned();
            self.text.push_str(&home);
        } else if after == "+" || after.starts_with("+/") {
            self.next();
            self.next();
            let value = self.names.variable("PWD");
            self.insert(&value, true);
        } else {
            self.mark_unknown("another user's home");
        }
    }

    pub(super) fn unquoted(&mut self) -> Result<(), String> {
        while let Some(character) = self.peek() {
            match character {
                '\\' => {
                    self.next();
                    match self.next() {
                        Some('\n') => {}
                        Some(escaped) => {
                            self.text.push(escaped);
                            self.quoted = true;
                        }
                        None => self.text.push('\\'),
                    }
                }
                '\'' => {
                    self.next();
                    self.quoted = true;
                    self.until_quote()?;
                }
                '"' => {
                    self.next();
                    self.quoted = true;
                    self.double_quoted(Some('"'))?;
                }
                '$' => self.dollar(false)?,
                '`' => self.backquoted(false)?,
                '*' | '?' | '[' => {
                    let at = self.position();
                    self.next();
                    // A bracket that nothing closes stands for itself.
                    self.pattern |= character != '[' || self.last_bracket.is_some_and(|close| close > at);
                    self.text.push(character);
                }
                '{' if self.last_brace.is_some_and(|last| self.position() < last) => {
                    self.next();
                    self.braces = true;
                    self.mark_unknown("a brace expansion");
                }
                ' ' | '\t' | '\n' if self.splits => {
                    self.next();
                    self.finish_field(true);
                }
                _ if self.splits || self.is_expression => {
                    self.next();
                    self.text.push(character);
                }
                '(' if self.follows_pattern() => self.alternatives()?,
                ' ' | '\t' | '\n' | ';' | '|' | '&' | '<' | '>' | '(' | ')' => {
                    return Err("the end of a substitution is unclear".to_owned());
                }
                _ => {
                    self.next();
                    self.text.push(character);
                }
            }
        }
        Ok(())
    }

    /// Whether an extended pattern starts with the parenthesis here: `@(a|b)`.
    fn follows_pattern(&mut self) -> bool {
        let at = self.position();
        let before = self.raw.get(..at).unwrap_or_default();
        before.ends_with(['@', '!', '+', '*', '?'])
            && !before.get(..at - 1).is_some_and(|it| it.ends_with('\\'))
    }

    /// An extended pattern, which is taken for one that matches anything.
    fn alternatives(&mut self) -> Result<(), String> {
        let start = self.position();
        let end = extent::matching(self.raw, start, '(', ')').ok_or("a pattern is not closed")?;
        self.inside(start + 1, end);
        self.seek(end + 1);
        self.text.pop();
        self.text.push('*');
        self.pattern = true;
        Ok(())
    }

    fn until_quote(&mut self) -> Result<(), String> {
        loop {
            match self.next() {
                Some('\'') => return Ok(()),
                Some(character) => self.text.push(character),
                None => return Err("a quote is not closed".to_owned()),
            }
        }
    }

    pub(super) fn double_quoted(&mut self, end: Option<char>) -> Result<(), String> {
        loop {
            match self.peek() {
                None if end.is_none() => return Ok(()),
                None => return Err("a quote is not closed".to_owned()),
                character if character == end => {
                    self.next();
                    return Ok(());
                }
                Some('\\') => {
                    self.next();
                    match self.peek() {
                        Some('\n') => {
                            self.next();
                        }
                        Some(escaped @ ('$' | '`' | '\\')) => {
                            self.next();
                            self.text.push(escaped);
                        }
                        Some('"') if end.is_some() => {
                            self.next();
                            self.text.push('"');
                        }
                        _ => self.text.push('\\'),
                    }
                }
                Some('$') => self.dollar(true)?,
                Some('`') => self.backquoted(true)?,
                Some(character) => {
                    self.next();
                    self.text.push(character);
                }
            }
        }
    }

    fn backquoted(&mut self, quoted: bool) -> Result<(), String> {
        self.next();
        let mut text = String::new();
        loop {
            match self.next() {
                Some('`') => break,
                Some('\\') => match self.peek() {
                    Some(escaped @ ('`' | '\\' | '$')) => {
                        self.next();
                        text.push(escaped);
                    }
                    _ => text.push('\\'),
                },
                Some(character) => text.push(character),
                None => return Err("a backquote is not closed".to_owned()),
            }
        }
        self.printed(&text, quoted);
        self.done.substitutions.push(Substitution { text, offset: None });
        Ok(())
    }
}

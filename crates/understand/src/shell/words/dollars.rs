//! What a dollar sign starts: variables, commands, arithmetic.

use super::{Decoder, Substitution, decode_text};
use crate::shell::{arithmetic, extent, variables};
use crate::word::Value;

impl Decoder<'_> {
    pub(super) fn dollar(&mut self, quoted: bool) -> Result<(), String> {
        let start = self.position();
        self.next();
        match self.peek() {
            Some('(') => self.parenthesis(start, quoted),
            Some('{') => self.braced(start, quoted),
            Some('[') => {
                let end =
                    extent::matching(self.raw, start + 1, '[', ']').ok_or("arithmetic is not closed")?;
                self.arithmetic(start + 2, end, quoted);
                self.seek(end + 1);
                Ok(())
            }
            Some('\'') if !quoted => {
                self.next();
                self.quoted = true;
                self.ansi_c()
            }
            Some('"') if !quoted => {
                self.next();
                self.quoted = true;
                self.double_quoted(Some('"'))
            }
            Some(first) if first.is_ascii_alphabetic() || first == '_' => {
                let mut name = String::new();
                while let Some(next) = self.peek().filter(|c| c.is_ascii_alphanumeric() || *c == '_') {
                    self.next();
                    name.push(next);
                }
                let is_new = self.done.assigned.iter().any(|(known, _)| *known == name);
                let value = match is_new {
                    true => Value::unknown("a variable that is set in the same word"),
                    false => self.names.variable(&name),
                };
                self.insert(&value, quoted);
                Ok(())
            }
            Some(special @ ('0'..='9' | '#' | '?' | '-' | '$' | '!')) => {
                self.next();
                let value = self.names.variable(&special.to_string());
                self.insert(&value, quoted);
                Ok(())
            }
            Some(all @ ('@' | '*')) => {
                self.next();
                match self.names.elements("@") {
                    Some(values) => self.insert_each(&values, quoted, all == '*'),
                    None => match variables::tainted([&self.names.variable("@")]) {
                        Some(value) => self.insert(&value, quoted),
                        None => self.mark_unknown("the positional parameters"),
                    },
                }
                Ok(())
            }
            _ => {
                self.text.push('$');
                Ok(())
            }
        }
    }

    fn parenthesis(&mut self, start: usize, quoted: bool) -> Result<(), String> {
        let end = extent::parenthesis(self.raw, start + 1).ok_or("a substitution is not closed")?;
        let inner = self.raw.get(start + 2..end).unwrap_or_default();
        if extent::is_arithmetic(inner) {
            self.arithmetic(start + 3, end.saturating_sub(1), quoted);
        } else {
            self.done.substitutions.push(Substitution { text: inner.to_owned(), offset: Some(start + 2) });
            self.printed(inner, quoted);
        }
        self.seek(end + 1);
        Ok(())
    }

    fn arithmetic(&mut self, start: usize, end: usize, quoted: bool) {
        let result = match self.inside(start, end).as_slice() {
            [Value::Known(text)] => Some(arithmetic::evaluate(text, self.names)),
            _ => None,
        };
        match result {
            Some(result) => {
                self.done.assigned.extend(result.assigned);
                match result.value {
                    Some(number) => self.insert(&Value::Known(number.to_string()), quoted),
                    None => self.mark_unknown("the result of arithmetic"),
                }
            }
            None => {
                let inner = self.raw.get(start..end).unwrap_or_default();
                if arithmetic::may_assign(inner) {
                    self.done.assigned.push((String::new(), Value::unknown("the result of arithmetic")));
                }
                self.mark_unknown("the result of arithmetic");
            }
        }
    }

    /// Collects the substitutions in a part of the word that is expanded as between double quotes; returns its
    /// value.
    pub(super) fn inside(&mut self, start: usize, end: usize) -> Vec<Value> {
        let inner = self.raw.get(start..end).unwrap_or_default();
        match decode_text(inner, self.names) {
            Ok(decoded) => {
                self.done.hazards.extend(decoded.hazards);
                self.done.assigned.extend(decoded.assigned);
                self.done.substitutions.extend(decoded.substitutions.into_iter().map(|found| Substitution {
                    offset: found.offset.map(|offset| offset + start),
                    ..found
                }));
                decoded.values
            }
            Err(why) => {
                self.done.hazards.push(why);
                Vec::new()
            }
        }
    }
}

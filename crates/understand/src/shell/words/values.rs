//! Values put in the place of what stands for them, as one word or several.

use super::{Decoder, OF_SEVERAL, is_part};
use crate::shell::made_up::MADE_UP;
use crate::word::Value;

impl Decoder<'_> {
    /// Puts a variable's value in place, split at blanks where it is not quoted.
    pub(super) fn insert(&mut self, value: &Value, quoted: bool) {
        let quoted = quoted || self.joins;
        match value {
            Value::Known(text) if quoted => self.text.push_str(text),
            Value::Known(text) => {
                let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
                let Some(separators) = self.names.separators().or(plain(text).then_some("")) else {
                    self.mark_unknown("what separates the words");
                    return;
                };
                for (index, part) in text.split(|c| separators.contains(c)).enumerate() {
                    if index > 0 {
                        self.finish_field(true);
                    }
                    self.pattern |= part.contains(['*', '?', '[']);
                    self.text.push_str(part);
                }
            }
            // The variable of a loop over a pattern: one of the files it matches.
            Value::Pattern(text) => {
                self.pattern = true;
                self.text.push_str(text);
            }
            Value::Unknown { prefix, suffix, why } => {
                let whole = |text: &str| quoted || !text.contains([' ', '\t', '\n']);
                if self.unknown.is_none() && whole(prefix) {
                    self.text.push_str(prefix);
                }
                let lost = if self.unknown.is_some() { is_part(prefix) } else { whole(prefix) };
                let separates = quoted || self.names.separators() == Some(" \t\n");
                let is_made_up = why != MADE_UP || lost && whole(suffix) && separates;
                self.mark_unknown(if is_made_up { why } else { OF_SEVERAL });
                if whole(suffix) {
                    self.text.push_str(suffix);
                }
            }
        }
    }

    /// Puts the output of a command in place.
    pub(super) fn printed(&mut self, command: &str, quoted: bool) {
        match self.names.output(command) {
            None if self.names.prints_made_up(command) => self.insert(&Value::unknown(MADE_UP), quoted),
            Some(text) => self.insert(&Value::Known(text.trim_end_matches('\n').to_owned()), quoted),
            None => self.mark_unknown(crate::shell::variables::PRINTED),
        }
    }

    pub(super) fn insert_words(&mut self, values: &[Value]) {
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                self.finish_field(true);
            }
            self.insert(value, true);
            self.pattern |= matches!(value, Value::Pattern(_));
        }
    }

    /// Puts several values in place, as `"$@"` does.
    pub(super) fn insert_each(&mut self, values: &[Value], quoted: bool, star: bool) {
        let quoted = quoted || self.joins;
        let joined = (quoted && star) || self.joins;
        let separator =
            self.names.separators().map(|all| all.chars().next().map(String::from).unwrap_or_default());
        self.vanishes |= values.is_empty() && !joined;
        for (index, value) in values.iter().enumerate() {
            match &separator {
                _ if index == 0 => {}
                Some(separator) if joined => self.text.push_str(separator),
                None if joined => self.mark_unknown("what separates the words"),
                _ => self.finish_field(!quoted),
            }
            self.quoted |= quoted;
            self.insert(value, quoted);
        }
    }
}

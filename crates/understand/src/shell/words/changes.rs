//! What `${name#prefix}`, `${name/a/b}`, `${name:1:2}` and their like make of a value.

use crate::glob;
use crate::word::Value;

/// Longer values are not searched for patterns.
const LONGEST: usize = 1024;

/// What is looked for in a value.
pub(super) struct Pattern {
    /// The text or the pattern.
    pub text: String,
    /// Whether nothing in it stands for other text.
    pub is_plain: bool,
}

impl Pattern {
    fn matches(&self, text: &str) -> bool {
        if self.is_plain { self.text == text } else { glob::matches(&self.text, text) }
    }
}

/// A change of a value.
pub(super) enum Change {
    Case { upper: bool, all: bool },
    Prefix(Pattern, bool),
    Suffix(Pattern, bool),
    Replace { pattern: Pattern, other: String, kind: Option<char> },
    Part(i64, Option<i64>),
    Unclear,
}

impl Change {
    /// The changed value, if it is known.
    pub fn apply(&self, value: &Value) -> Option<Value> {
        let text = match value {
            Value::Known(text) => text,
            Value::Pattern(text) => return self.on_files(text),
            Value::Unknown { .. } => return None,
        };
        if text.len() > LONGEST {
            return None;
        }
        Some(Value::Known(match self {
            Self::Unclear => return None,
            Self::Case { upper, all } => {
                let change = |c: char| if *upper { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
                let changes = |(at, c)| if *all || at == 0 { change(c) } else { c };
                text.chars().enumerate().map(changes).collect()
            }
            Self::Prefix(pattern, longest) => {
                let mut ends = ends(text);
                let found = if *longest {
                    ends.rfind(|end| text.get(..*end).is_some_and(|part| pattern.matches(part)))
                } else {
                    ends.find(|end| text.get(..*end).is_some_and(|part| pattern.matches(part)))
                };
                text.get(found.unwrap_or(0)..)?.to_owned()
            }
            Self::Suffix(pattern, longest) => {
                let mut ends = ends(text);
                let found = if *longest {
                    ends.find(|end| text.get(*end..).is_some_and(|part| pattern.matches(part)))
                } else {
                    ends.rfind(|end| text.get(*end..).is_some_and(|part| pattern.matches(part)))
                };
                text.get(..found.unwrap_or(text.len()))?.to_owned()
            }
            // An ampersand stands for what was found, in some versions.
            Self::Replace { pattern, other, kind } if pattern.is_plain && !other.contains('&') => {
                match kind {
                    None | Some('/') if pattern.text.is_empty() => text.clone(),
                    Some('/') => text.replace(&pattern.text, other),
                    Some('#') => text
                        .strip_prefix(&pattern.text)
                        .map_or_else(|| text.clone(), |rest| format!("{other}{rest}")),
                    Some(_) => text
                        .strip_suffix(&pattern.text)
                        .map_or_else(|| text.clone(), |rest| format!("{rest}{other}")),
                    None => text.replacen(&pattern.text, other, 1),
                }
            }
            Self::Replace { .. } => return None,
            Self::Part(start, count) => {
                let all: Vec<char> = text.chars().collect();
                let length = i64::try_from(all.len()).ok()?;
                let start = if *start < 0 { length.checked_add(*start)? } else { *start };
                let end = match count {
                    None => length,
                    Some(count) if *count < 0 => length.checked_add(*count)?,
                    Some(count) => start.checked_add(*count)?,
                };
                let (start, end) = (usize::try_from(start).ok()?, usize::try_from(end.max(0)).ok()?);
                all.iter().skip(start).take(end.saturating_sub(start)).collect()
            }
        }))
    }

    /// On the names of files that a pattern matches, where that is again a pattern.
    fn on_files(&self, text: &str) -> Option<Value> {
        match self {
            Self::Suffix(pattern, false) if pattern.is_plain => {
                text.strip_suffix(&pattern.text).map(|rest| Value::Pattern(rest.to_owned()))
            }
            Self::Suffix(pattern, false) if pattern.text == "/*" => {
                text.rsplit_once('/').map(|(before, _)| Value::Pattern(before.to_owned()))
            }
            Self::Prefix(pattern, true) if pattern.text == "*/" => text
                .rsplit_once('/')
                .map_or(Some(text), |(_, name)| Some(name))
                .map(|name| Value::Pattern(name.to_owned())),
            Self::Prefix(pattern, false) if pattern.is_plain => {
                text.strip_prefix(&pattern.text).map(|rest| Value::Pattern(rest.to_owned()))
            }
            Self::Prefix(..)
            | Self::Suffix(..)
            | Self::Case { .. }
            | Self::Replace { .. }
            | Self::Part(..)
            | Self::Unclear => None,
        }
    }
}

/// Every place between two characters of a text.
fn ends(text: &str) -> impl DoubleEndedIterator<Item = usize> + '_ {
    text.char_indices().map(|(at, _)| at).chain([text.len()])
}

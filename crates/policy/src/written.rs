//! Where in a proposal's text something is written, so that an error can name its line.

use std::fmt;

use toml::de::{DeTable, DeValue};

use crate::Place;
use crate::checked::line_and_column;

/// What a sentence is about: the keys and items that lead to it, and where it is written once the text is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct At {
    /// Keys of tables; of a list the item that is this text, or its number.
    pub path: Vec<String>,
    /// Where that is.
    pub place: Place,
}

impl At {
    /// What stands under these keys.
    pub fn path<const N: usize>(path: [&str; N]) -> Self {
        Self { path: path.map(str::to_owned).to_vec(), place: Place::default() }
    }

    /// The same, with its place in this text.
    #[must_use]
    pub fn within(self, text: &str) -> Self {
        let place = Place(find(text, &self.path));
        Self { place, ..self }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.place.fmt(f)
    }
}

/// The line and column of what these keys and items lead to, or of the last of them that is written there.
pub fn find(text: &str, path: &[String]) -> Option<(usize, usize)> {
    let table = DeTable::parse(text).ok()?;
    let mut start = None;
    let mut rest = path.iter();
    let step = rest.next()?;
    let (key, value) = table.get_ref().get_key_value(step.as_str())?;
    let mut value = value.get_ref();
    start.replace(key.span().start);
    for step in rest {
        let next = match value {
            DeValue::Table(table) => {
                table.get_key_value(step.as_str()).map(|(key, value)| (key.span().start, value.get_ref()))
            }
            DeValue::Array(items) => {
                let named = items.iter().find(|item| item.get_ref().as_str() == Some(step));
                let item = named.or_else(|| items.get(step.parse::<usize>().ok()?));
                item.map(|item| (item.span().start, item.get_ref()))
            }
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => None,
        };
        let Some((at, next)) = next else { break };
        start.replace(at);
        value = next;
    }
    line_and_column(text, start?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_items_are_found() {
        let text = "version = 1\n[environments.production]\nbranches = [\n  \"main\",\n  \"x[\"]\n[[program]]\nnames = []\n[[program]]\n  names = [\"a\"]\n";
        let at = |path: &[&str]| find(text, &path.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(at(&["environments", "production", "branches", "x["]), Some((5, 3)));
        assert_eq!(at(&["environments", "production", "hosts"]), Some((2, 15)));
        assert_eq!(at(&["program", "1", "names", "a"]), Some((9, 12)));
        assert_eq!(at(&["program", "0"]), Some((6, 1)));
        assert_eq!(at(&["layers"]), None);
    }
}

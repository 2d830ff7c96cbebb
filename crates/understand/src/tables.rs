//! Tables made from public data by `cargo xtask tables`; where they come from is said in `NOTICE`.
//!
//! They are sorted text that is searched where it lies, so that they cost nothing before they are asked.

pub(crate) mod cloud;
pub(crate) mod forge;
pub(crate) mod options;

use std::cmp::Ordering;

/// The rest of the record whose name is `key`: `text` holds records parted by `separator`, sorted by their names,
/// each a name, `end` and the rest.
fn find<'t>(text: &'t str, separator: char, end: char, key: &str) -> Option<&'t str> {
    let mut left = text;
    while !left.is_empty() {
        let (before, record, after) = middle(left, separator)?;
        let (name, rest) = record.split_once(end).unwrap_or((record, ""));
        match key.cmp(name) {
            Ordering::Equal => return Some(rest),
            Ordering::Less => left = before,
            Ordering::Greater => left = after,
        }
    }
    None
}

/// Whether some record's name starts with `prefix`.
fn any_starts(text: &str, separator: char, prefix: &str) -> bool {
    let mut left = text;
    while !left.is_empty() {
        let Some((before, record, after)) = middle(left, separator) else { return false };
        if record.starts_with(prefix) {
            return true;
        }
        left = if prefix < record { before } else { after };
    }
    false
}

/// The record in the middle, what is before and what is after it.
fn middle(text: &str, separator: char) -> Option<(&str, &str, &str)> {
    // The last byte belongs to the last record, with or without a separator after it.
    let (head, tail) = text.split_at_checked(text.len().saturating_sub(1) / 2)?;
    let start = head.rfind(separator).map_or(0, |at| at + 1);
    let stop = tail.find(separator).map_or(text.len(), |at| head.len() + at);
    Some((text.get(..start)?, text.get(start..stop)?, text.get(stop + 1..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_record_and_no_other() {
        for text in ["a=1\nab=2\nb/c=3\nd=4\n", "a=1\nab=2\nb/c=3\nd=4", "a=1\n", "a=1"] {
            for record in text.lines() {
                let (name, value) = record.split_once('=').unwrap();
                assert_eq!(find(text, '\n', '=', name), Some(value), "{text:?}");
            }
            for name in ["", "aa", "abc", "b", "b/", "c", "dd", "z"] {
                assert_eq!(find(text, '\n', '=', name), None, "{text:?} {name}");
            }
        }
        assert_eq!(find("", '\n', '=', "a"), None);
        assert!(any_starts("a=1\nb/c=3\nb/d=3\n", '\n', "b/"));
        assert!(!any_starts("a=1\nb/c=3\nb/d=3\n", '\n', "b/e"));
    }

    /// Names in order, none twice, all of it text of one byte a character.
    pub(super) fn is_sound(text: &str, separator: char, end: char) {
        assert!(text.is_ascii());
        let records = text.split(separator).filter(|record| !record.is_empty());
        let names: Vec<&str> = records.map(|record| record.split_once(end).unwrap().0).collect();
        assert!(names.is_sorted_by(|one, next| one < next));
        assert!(names.iter().all(|name| find(text, separator, end, name).is_some()));
    }
}

//! The same secrets once more: where a record repeats, in another form, a value that was found in one
//! place, such as a path made of an address, it is taken out there too.

use aho_corasick::{AhoCorasick, MatchKind};
use serde_json::{Map, Value};

use crate::found::Found;
use crate::{detectors, marker};

/// The shortest value that is looked for elsewhere, in bytes.
const SHORTEST: usize = 6;
/// From this length on, in bytes, a value is taken out also within a longer word.
const TELLING: usize = 16;
/// The longest value that is looked for, and all of them together.
const LONGEST: usize = 4096;
const MOST: usize = 256 * 1024;

/// Looks for values that were found.
pub(crate) struct Elsewhere {
    values: Vec<String>,
    search: AhoCorasick,
}

impl Elsewhere {
    /// For what was found; none where there is nothing to look for.
    pub(crate) fn of(found: &Found) -> Option<Self> {
        let mut values: Vec<String> = found.secrets();
        values.retain(|value| (SHORTEST..=LONGEST).contains(&value.len()) && !value.contains("[redacted:"));
        values.sort_unstable();
        let mut left = MOST;
        values.retain(|value| {
            let fits = value.len() <= left;
            left = left.saturating_sub(value.len());
            fits
        });
        if values.is_empty() {
            return None;
        }
        let search = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&values).ok()?;
        Some(Self { values, search })
    }

    /// The same value without them. Names of members and whole texts that are one plain word stay: the
    /// record's own words are such.
    pub(crate) fn redact(&self, value: &mut Value, found: &mut Found) {
        match value {
            Value::String(text) => self.text(text, found),
            Value::Array(items) => items.iter_mut().for_each(|item| self.redact(item, found)),
            Value::Object(members) => {
                let mut redacted = Map::with_capacity(members.len());
                for (name, mut member) in std::mem::take(members) {
                    let mut name = name;
                    self.text(&mut name, found);
                    self.redact(&mut member, found);
                    while redacted.contains_key(&name) {
                        name.push('\'');
                    }
                    redacted.insert(name, member);
                }
                *members = redacted;
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// The same JSON pointer without them, as its steps were redacted.
    pub(crate) fn pointer(&self, pointer: &mut String, found: &mut Found) {
        if !pointer.is_empty() {
            let each = pointer.split('/').map(|step| {
                let mut step = step.replace("~1", "/").replace("~0", "~");
                self.text(&mut step, found);
                step.replace('~', "~0").replace('/', "~1")
            });
            *pointer = each.collect::<Vec<_>>().join("/");
        }
    }

    /// The same text without them.
    pub(crate) fn text(&self, text: &mut String, found: &mut Found) {
        let whole = text.as_bytes();
        let is_word = whole.iter().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'-'));
        if is_word || !self.search.is_match(text.as_str()) {
            return;
        }
        let mut redacted = String::with_capacity(text.len());
        let mut done = 0;
        let mut marked = 0;
        for place in self.search.find_iter(text.as_str()) {
            // What stands in a marker is ours.
            while let Some(at) = text.get(marked..place.start()).and_then(|part| part.find("[redacted:")) {
                marked += at + marker::length(whole.get(marked + at..).unwrap_or_default()).unwrap_or(1);
            }
            let value = self.values.get(place.pattern().as_usize()).map(String::as_str).unwrap_or_default();
            let letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
            let before = place.start().checked_sub(1).and_then(|at| whole.get(at));
            let within = letter(before) || letter(whole.get(place.end()));
            if place.start() < marked || (within && value.len() < TELLING) {
                continue;
            }
            redacted.push_str(text.get(done..place.start()).unwrap_or_default());
            let class = detectors::tokens::class_of_whole(value.as_bytes()).unwrap_or(detectors::ASSIGNED);
            found.again(value, class, &mut redacted);
            done = place.end();
            marked = marked.max(done);
        }
        redacted.push_str(text.get(done..).unwrap_or_default());
        *text = redacted;
    }
}

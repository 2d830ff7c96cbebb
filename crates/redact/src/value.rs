//! Walks JSON: texts, names of members, and values whose name or flag says that they are secret.

use serde_json::{Map, Value};

use crate::detectors;
use crate::detectors::names::{self, Named};
use crate::found::Found;
use crate::{marker, text};

/// Deeper values are taken out whole.
const DEPTH: usize = 128;
/// Which file a tool writes, and what into it, as tools call it.
const FILES: [&str; 4] = ["file_path", "path", "filePath", "filename"];
const WRITTEN: [&str; 8] =
    ["content", "contents", "file_text", "new_string", "old_string", "new_str", "old_str", "newString"];

/// The same value without its secrets.
pub(crate) fn redact(value: &Value, found: &mut Found) -> Value {
    Walk { found }.value(value, &mut String::new(), None, 0)
}

struct Walk<'a> {
    found: &'a mut Found,
}

impl Walk<'_> {
    /// `name` is what the value was said to be: its member's name, or the flag before it.
    fn value(&mut self, value: &Value, pointer: &mut String, name: Option<&str>, depth: usize) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text, pointer, name)),
            Value::Number(number)
                if name.is_some_and(|name| names::named(name.as_bytes()) == Some(Named::Password)) =>
            {
                let secret = number.to_string();
                Value::String(self.whole(&secret, detectors::ASSIGNED, pointer))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
            Value::Array(_) | Value::Object(_) if depth >= DEPTH => {
                Value::String(self.whole("", detectors::TOO_DEEP, pointer))
            }
            Value::Array(items) => {
                let mut flag = None;
                let mut redacted = Vec::with_capacity(items.len());
                for (number, item) in items.iter().enumerate() {
                    let said = flag.or(name);
                    redacted.push(self.below(item, &number.to_string(), pointer, said, depth));
                    flag = item.as_str().and_then(|text| text.strip_prefix("--"));
                }
                Value::Array(redacted)
            }
            Value::Object(members) => {
                let mut redacted = Map::with_capacity(members.len());
                let file = FILES.iter().find_map(|name| members.get(*name)?.as_str());
                for (name, member) in members {
                    let mut shown = text::redact(name, pointer, self.found);
                    let member = match (file, member) {
                        (Some(file), Value::String(text)) if WRITTEN.contains(&name.as_str()) => {
                            let pointer = format!("{pointer}/{name}");
                            Value::String(text::redact_written(file, text, &pointer, self.found))
                        }
                        _ => self.below(member, &shown, pointer, Some(name), depth),
                    };
                    while redacted.contains_key(&shown) {
                        shown.push('\'');
                    }
                    redacted.insert(shown, member);
                }
                Value::Object(redacted)
            }
        }
    }

    /// A value one step down; `step` is its place in what holds it.
    fn below(
        &mut self,
        value: &Value,
        step: &str,
        pointer: &mut String,
        name: Option<&str>,
        depth: usize,
    ) -> Value {
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
        let redacted = self.value(value, pointer, name, depth + 1);
        pointer.truncate(length);
        redacted
    }

    /// What stands in place of a whole text.
    fn whole(&mut self, secret: &str, class: &str, pointer: &str) -> String {
        let mut text = String::new();
        self.found.replace(secret, class, pointer, &mut text);
        text
    }

    fn text(&mut self, text: &str, pointer: &str, name: Option<&str>) -> String {
        let named = name.and_then(|name| names::named(name.as_bytes()));
        let named = named.is_some_and(|named| names::is_secret(named, text.as_bytes(), true));
        if named && !marker::is_whole(text.as_bytes()) {
            let class = detectors::tokens::class_of_whole(text.as_bytes()).unwrap_or(detectors::ASSIGNED);
            return self.whole(text, class, pointer);
        }
        text::redact(text, pointer, self.found)
    }
}

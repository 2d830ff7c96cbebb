//! JSON that two parsers cannot read differently: no key twice, nothing after the value, nesting
//! no deeper than 127.
//!
//! Of two equal keys some parsers take the first and some the last, so a call could show one
//! command to us and another to the runtime. Such a text is refused, not resolved.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Why a text is not JSON that everyone reads alike.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct JsonError {
    /// What is wrong and where, as a lower-case fragment.
    pub what: String,
    /// The line, counted from 1; 0 if there is none.
    pub line: usize,
    /// The column in bytes, counted from 1; 0 if there is none.
    pub column: usize,
}

impl From<serde_json::Error> for JsonError {
    fn from(error: serde_json::Error) -> Self {
        Self { what: error.to_string(), line: error.line(), column: error.column() }
    }
}

/// Reads one value that fills the whole text.
pub fn read(bytes: &[u8]) -> Result<Value, JsonError> {
    let Strict(value) = serde_json::from_slice(bytes)?;
    Ok(value)
}

/// The text with each `\uXXXX` escape of half a surrogate pair replaced by that of U+FFFD.
///
/// A runtime that cuts long output by UTF-16 units cuts characters in half, and writes the halves
/// as such escapes. They are harmless in a report of what has been; in a call they stay an error.
pub fn mend_half_characters(bytes: &[u8]) -> Vec<u8> {
    let mut mended = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        let taken = match (byte, after.first(), surrogate(rest)) {
            (b'\\', _, Some(Half::High)) if rest.get(6..).and_then(surrogate) == Some(Half::Low) => 12,
            (b'\\', _, Some(_)) => {
                mended.extend_from_slice(b"\\ufffd");
                rest = rest.get(6..).unwrap_or_default();
                continue;
            }
            (b'\\', Some(_), None) => 2,
            _ => 1,
        };
        let (copied, left) = rest.split_at_checked(taken).unwrap_or((rest, &[]));
        mended.extend_from_slice(copied);
        rest = left;
    }
    mended
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    High,
    Low,
}

/// Which half the escape at the start of `bytes` is, if it is one.
fn surrogate(bytes: &[u8]) -> Option<Half> {
    let digits =
        bytes.strip_prefix(b"\\u")?.get(..4).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    match u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()? {
        0xD800..=0xDBFF => Some(Half::High),
        0xDC00..=0xDFFF => Some(Half::Low),
        _ => None,
    }
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(A::Error::custom(format_args!("key `{key}` stands here twice")));
            }
            let Strict(value) = entries.next_value()?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests;

//! Values of PowerShell as far as they are known.

use crate::word::Value;

/// What an expression gives.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// As text.
    pub value: Value,
    /// The elements, of a list.
    pub list: Vec<Value>,
    /// The code, of a script block.
    pub block: Option<String>,
    /// Keys in small letters and values, of a table.
    pub table: Option<Vec<(String, Item)>>,
    /// Variables of the environment it is made of.
    pub variables: Vec<String>,
}

impl Item {
    pub fn of(value: Value) -> Self {
        Self { value, list: Vec::new(), block: None, table: None, variables: Vec::new() }
    }

    pub fn known(text: &str) -> Self {
        Self::of(Value::Known(text.to_owned()))
    }

    pub fn unknown(why: &str) -> Self {
        Self::of(Value::unknown(why))
    }

    pub fn code(text: &str) -> Self {
        Self { block: Some(text.to_owned()), ..Self::unknown("a script block") }
    }

    /// A list's elements, or the one value.
    pub fn each(&self) -> Vec<Value> {
        if self.list.is_empty() { vec![self.value.clone()] } else { self.list.clone() }
    }

    /// Several values as a list; one is itself.
    pub fn all(mut parts: Vec<Self>) -> Self {
        if parts.len() == 1 {
            return parts.pop().unwrap_or_else(|| Self::known(""));
        }
        let list: Vec<Value> = parts.iter().flat_map(Self::each).take(MOST + 1).collect();
        let variables = parts.into_iter().flat_map(|part| part.variables).take(MOST).collect();
        if list.len() > MOST {
            return Self { variables, ..Self::unknown("a list with many parts") };
        }
        Self { value: joined(&list, " "), list, block: None, table: None, variables }
    }
}

/// The longest text that is computed: texts can double with every step.
pub(super) const LONGEST: usize = 16 * 1024;
/// The most values of a list, and names of variables, that are kept.
pub(super) const MOST: usize = 500;

const TOO_LONG: &str = "it is too long to be computed";

/// One text after the other.
pub(super) fn concatenated(first: &Value, second: &Value) -> Value {
    let length = |value: &Value| match value {
        Value::Known(text) | Value::Pattern(text) => text.len(),
        Value::Unknown { prefix, suffix, .. } => prefix.len() + suffix.len(),
    };
    if length(first) + length(second) > LONGEST * 4 {
        return Value::unknown(TOO_LONG);
    }
    let ends = |value: &Value| match value {
        Value::Known(text) | Value::Pattern(text) => (text.clone(), text.clone(), None),
        Value::Unknown { prefix, suffix, why } => (prefix.clone(), suffix.clone(), Some(why.clone())),
    };
    let (start, before, unknown) = ends(first);
    let (after, end, second_unknown) = ends(second);
    match (unknown, second_unknown) {
        (None, None) => Value::Known(start + &after),
        (None, Some(why)) => Value::Unknown { prefix: start + &after, suffix: end, why },
        (Some(why), None) => Value::Unknown { prefix: start, suffix: before + &after, why },
        (Some(why), Some(_)) => Value::Unknown { prefix: start, suffix: end, why },
    }
}

/// Texts with another between them.
pub(super) fn joined(values: &[Value], between: &str) -> Value {
    let known: Option<Vec<&str>> = values.iter().map(Value::known).collect();
    if values.iter().map(|value| value.text().len() + between.len()).sum::<usize>() > LONGEST * 4 {
        return Value::unknown(TOO_LONG);
    }
    match known {
        Some(texts) => Value::Known(texts.join(between)),
        None => {
            let why = values.iter().find_map(|value| match value {
                Value::Unknown { why, .. } => Some(why.as_str()),
                Value::Known(_) | Value::Pattern(_) => None,
            });
            Value::unknown(why.unwrap_or("a part of it is not known"))
        }
    }
}

/// `'{0} {1}' -f 'git', 'push'`.
pub(super) fn formatted(format: &str, values: &[Value]) -> Value {
    let mut text = Value::Known(String::new());
    let mut rest = format;
    let mut count = 0;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, after) = rest.split_at(at);
        text = concatenated(&text, &Value::Known(before.to_owned()));
        count += 1;
        if count > 200 {
            return Value::unknown("a format with many parts");
        }
        if let Some(tail) = after.strip_prefix("{{").or_else(|| after.strip_prefix("}}")) {
            text = concatenated(&text, &Value::Known(after.get(..1).unwrap_or_default().to_owned()));
            rest = tail;
            continue;
        }
        let Some((index, tail)) = after.strip_prefix('{').and_then(|inner| inner.split_once('}')) else {
            break;
        };
        let value = index.trim().parse::<usize>().ok().and_then(|index| values.get(index));
        text = concatenated(&text, value.unwrap_or(&Value::unknown("a format that is not simple")));
        rest = tail;
    }
    concatenated(&text, &Value::Known(rest.to_owned()))
}

/// Text in UTF-16, in base 64, as `-EncodedCommand` takes it.
pub(super) fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in text.trim().trim_end_matches('=').bytes() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b if b.is_ascii_whitespace() => continue,
            _ => return None,
        };
        bits = ((bits << 6) | u32::from(digit)) & 0xff_ffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xff).ok()?);
        }
    }
    let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
    String::from_utf16(&units).ok()
}

/// A text with another in the place of a part of it.
pub(super) fn replaced(text: &str, from: &str, to: &str) -> Value {
    let count = text.matches(from).count();
    if from.is_empty() || text.len() + count * to.len() > LONGEST * 4 {
        return Value::unknown(TOO_LONG);
    }
    Value::Known(text.replace(from, to))
}

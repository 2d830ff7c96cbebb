//! Texts: what stands between double quotes, and what operators make of values.

use super::Script;
use super::statements::Cursor;
use super::value::{Item, concatenated, formatted, joined, replaced};
use crate::context::Context;
use crate::word::Value;

impl Script {
    /// A text between double quotes.
    pub(super) fn expanded(&mut self, inner: &str, context: &mut Context<'_>) -> Result<Item, &'static str> {
        let mut item = Item::known("");
        let mut cursor = Cursor { text: inner, at: 0 };
        while let Some(byte) = cursor.peek() {
            let add = match byte {
                b'`' => {
                    let letter = cursor.rest().chars().nth(1);
                    cursor.at += 1 + letter.map_or(0, char::len_utf8);
                    let plain = match letter {
                        Some('n') => "\n".to_owned(),
                        Some('t') => "\t".to_owned(),
                        Some('r' | '0' | 'a' | 'b' | 'e' | 'f' | 'v' | 'u') => {
                            return Err("an escaped letter that is not plain");
                        }
                        letter => letter.map(String::from).unwrap_or_default(),
                    };
                    Item::known(&plain)
                }
                b'"' => {
                    cursor.at += if cursor.after(1) == Some(b'"') { 2 } else { 1 };
                    Item::known("\"")
                }
                b'$' if cursor.after(1).is_some_and(|next| {
                    next.is_ascii_alphanumeric() || matches!(next, b'_' | b'{' | b'(' | b'?' | b'$' | b'^')
                }) =>
                {
                    self.variable(&mut cursor, context)?.0
                }
                _ => {
                    let rest = cursor.rest();
                    let skip = usize::from(byte == b'$');
                    let length = rest
                        .get(skip..)
                        .and_then(|rest| rest.find(['`', '"', '$']))
                        .map_or(rest.len(), |at| at + skip);
                    cursor.at += length;
                    Item::known(rest.get(..length).unwrap_or_default())
                }
            };
            match (&mut item.value, &add.value) {
                (Value::Known(text), Value::Known(more)) => text.push_str(more),
                _ => item.value = concatenated(&item.value, &add.value),
            }
            item.variables.extend(add.variables);
            item.variables.truncate(64);
            if !context.counts_step() {
                return Err("a text with many parts");
            }
        }
        Ok(item)
    }
}

/// What an operator makes of two values.
pub(super) fn applied(operator: &str, left: &Item, right: &Item) -> Item {
    let is_number = |item: &Item| item.value.known().is_some_and(|text| text.parse::<f64>().is_ok());
    let variables = left.variables.iter().chain(&right.variables).take(64).cloned().collect();
    let value = match operator {
        "+" if !left.list.is_empty() || !right.list.is_empty() => {
            return Item::all(vec![left.clone(), right.clone()]);
        }
        "+" if !(is_number(left) && is_number(right)) => concatenated(&left.value, &right.value),
        "-f" => match left.value.known() {
            Some(format) => formatted(format, &right.each()),
            None => Value::unknown("a format that is not known"),
        },
        "-join" => match right.value.known() {
            Some(between) => joined(&left.each(), between),
            None => Value::unknown("it is computed"),
        },
        "-replace" | "-creplace" | "-ireplace" => match (left.value.known(), right.list.as_slice()) {
            (Some(text), [Value::Known(from), Value::Known(to)])
                if !from.is_empty()
                    && from.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ')
                    && !to.contains('$') =>
            {
                replaced(text, from, to)
            }
            _ => Value::unknown("it is computed"),
        },
        _ => Value::unknown("it is computed"),
    };
    Item { value, list: Vec::new(), block: None, table: None, variables }
}

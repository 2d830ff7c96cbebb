//! Canonical JSON, RFC 8785: equal values have equal bytes.

use serde::Serialize;
use serde_json::Value;

use crate::ApprovalError;

/// Beyond this, a canonical number is rounded: two different numbers would be written alike.
const LARGEST_EXACT: f64 = 9_007_199_254_740_991.0;

/// The canonical form of a value.
///
/// # Errors
///
/// Numbers outside ±(2⁵³ − 1) are refused, since canonical JSON would round them and a reviewer's
/// signature over one would hold for its neighbours too.
pub fn canonical(value: &impl Serialize) -> Result<Vec<u8>, ApprovalError> {
    let value = serde_json::to_value(value).map_err(uncanonical)?;
    exact(&value)?;
    serde_json_canonicalizer::to_vec(&value).map_err(uncanonical)
}

/// What is signed or hashed: the kind and version of the thing, then the thing. No message of one
/// kind is one of another kind.
pub(crate) fn message(kind: &str, value: &impl Serialize) -> Result<Vec<u8>, ApprovalError> {
    let mut bytes = format!("countersign/{kind}/v1\n").into_bytes();
    bytes.append(&mut canonical(value)?);
    Ok(bytes)
}

fn exact(value: &Value) -> Result<(), ApprovalError> {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => Ok(()),
        Value::Number(number) => match number.as_f64() {
            Some(float) if float.abs() <= LARGEST_EXACT => Ok(()),
            _ => Err(ApprovalError::Uncanonical(format!("the number {number} is too large to be exact"))),
        },
        Value::Array(values) => values.iter().try_for_each(exact),
        Value::Object(values) => values.values().try_for_each(exact),
    }
}

fn uncanonical(error: serde_json::Error) -> ApprovalError {
    ApprovalError::Uncanonical(error.to_string())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn check(value: Value) -> String {
        match canonical(&value) {
            Ok(bytes) => String::from_utf8(bytes).unwrap(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn sorts_and_writes_numbers_one_way() {
        assert_snapshot!(check(json!({"b": 1.0, "a": [1, "\u{e9}\n"], "B": -0.0})), @r#"{"B":0,"a":[1,"é\n"],"b":1}"#);
    }

    #[test]
    fn refuses_what_it_would_round() {
        assert_snapshot!(check(json!({"id": 9_007_199_254_740_992_u64})), @"cannot write it as canonical JSON: the number 9007199254740992 is too large to be exact");
        assert_snapshot!(check(json!([-9_007_199_254_740_993_i64])), @"cannot write it as canonical JSON: the number -9007199254740993 is too large to be exact");
        assert_snapshot!(check(json!(9_007_199_254_740_991_u64)), @"9007199254740991");
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            any::<f32>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(".{0,4}", inner, 0..4)
                    .prop_map(|map| Value::from(serde_json::Map::from_iter(map))),
            ]
        })
    }

    proptest! {
        #[test]
        fn reading_it_back_changes_nothing(value in values()) {
            if let Ok(bytes) = canonical(&value) {
                let again: Value = serde_json::from_slice(&bytes).unwrap();
                prop_assert_eq!(canonical(&again).unwrap(), bytes);
            }
        }
    }
}

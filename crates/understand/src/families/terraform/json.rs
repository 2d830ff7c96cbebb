//! Configuration that is written as JSON, as the same in blocks: whoever reads one reads the other.
//! <https://developer.hashicorp.com/terraform/language/syntax/json>

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// Kinds of blocks, and how many names each has.
const BLOCKS: &[(&str, usize)] = &[
    ("terraform", 0),
    ("locals", 0),
    ("provider", 1),
    ("backend", 1),
    ("module", 1),
    ("variable", 1),
    ("data", 2),
    ("resource", 2),
];

/// The blocks of a text; none where it is no JSON.
pub(super) fn as_blocks(text: &str) -> Option<String> {
    let Value::Object(root) = serde_json::from_str(text).ok()? else { return None };
    let mut blocks = String::new();
    settings(&root, &mut blocks);
    Some(blocks)
}

fn settings(entries: &Map<String, Value>, out: &mut String) {
    for (name, value) in entries {
        match BLOCKS.iter().find(|(kind, _)| kind == name) {
            Some((_, names)) => named(name, *names, value, out),
            None => setting(name, value, out),
        }
    }
}

/// A block whose kind and first names are `head`, with as many names still to come.
fn named(head: &str, names: usize, value: &Value, out: &mut String) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| named(head, names, item, out)),
        Value::Object(entries) if names == 0 => block(head, entries, out),
        Value::Object(entries) => {
            entries.iter().for_each(|(name, value)| named(&format!("{head} \"{name}\""), names - 1, value, out));
        }
        // Inside of a resource it may be a setting of that name.
        other => setting(head, other, out),
    }
}

fn block(head: &str, entries: &Map<String, Value>, out: &mut String) {
    let _ = writeln!(out, "{head} {{");
    settings(entries, out);
    out.push_str("}\n");
}

fn setting(name: &str, value: &Value, out: &mut String) {
    match value {
        Value::Object(entries) => block(name, entries, out),
        Value::Array(items) if items.iter().any(Value::is_object) => {
            items.iter().for_each(|item| setting(name, item, out));
        }
        other => {
            let _ = writeln!(out, "{name} = {other}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::as_blocks;

    #[test]
    fn blocks() {
        let text = r#"{"provider": {"aws": [{"profile": "prod", "default_tags": {"tags": {"a": 1}}}]},
            "terraform": [{"backend": {"s3": {"profile": "x"}}}],
            "data": {"external": {"x": {"program": ["sh", "-c", "a \"b\""]}}}}"#;
        insta::assert_snapshot!(as_blocks(text).unwrap(), @r#"
        provider "aws" {
        profile = "prod"
        default_tags {
        tags {
        a = 1
        }
        }
        }
        terraform {
        backend "s3" {
        profile = "x"
        }
        }
        data "external" "x" {
        program = ["sh","-c","a \"b\""]
        }
        "#);
        assert_eq!(as_blocks("provider \"aws\" {}"), None);
        assert_eq!(as_blocks("[]"), None);
    }
}

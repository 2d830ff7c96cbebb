//! SQL statements and the classes another project gives them.

use countersign_understand::sql_class;
use serde_json::Value;

use super::{BOUNDS, Bound, Figure};

/// Our classes, from harmless to harmful.
const CLASSES: &[&str] = &["read", "write", "schema", "opaque", "privilege", "execute", "destroy"];

/// What a group of theirs is for us.
fn class(group: &str) -> &'static str {
    match group {
        "read" | "session" | "transaction" | "bulk_export" => "read",
        "write" | "modify" | "bulk_load" | "notify" | "lock" | "maintenance" => "write",
        "schema_create" | "schema_alter" => "schema",
        "privilege" => "privilege",
        "unsafe_io" | "procedural" => "execute",
        "delete" | "schema_destroy" => "destroy",
        _ => "opaque",
    }
}

/// Compares every row, prints those that differ.
pub fn score(rows: &[Value]) -> Figure {
    let rank = |class: &str| CLASSES.iter().position(|known| *known == class).unwrap_or(CLASSES.len());
    let mut right = 0;
    for row in rows {
        let text = row.get("command").and_then(Value::as_str).unwrap_or_default();
        let groups = row.get("primary_groups").and_then(Value::as_array);
        let expected =
            groups.into_iter().flatten().filter_map(Value::as_str).map(class).max_by_key(|class| rank(class));
        let found = sql_class(text);
        let expected = expected.unwrap_or("opaque");
        if found == expected || (expected == "opaque" && found == "write") {
            right += 1;
        } else {
            println!("SQL: {text}\n    is {found} to us, {expected} by its label");
        }
    }
    Figure { name: "SQL classes", count: right, of: rows.len(), bound: Bound::AtLeast(BOUNDS.sql) }
}

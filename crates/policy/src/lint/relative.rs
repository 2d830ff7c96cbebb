//! `never-matches`: a path that does not start at the root, a reference without `refs/`. A policy sees whole names.

use super::{Found, Read, attribute, walk};
use crate::sentence::plain;

pub(super) fn find(one: &Read<'_>, _: &[Read<'_>]) -> Vec<Found> {
    let mut found = Vec::new();
    walk(&one.conditions, &mut |operator, operands| {
        let pattern = match operator {
            "like" => operands.get("pattern").and_then(super::pattern),
            "==" => operands.get("right").and_then(|right| right.get("Value")?.as_str().map(str::to_owned)),
            _ => None,
        };
        let (Some(pattern), Some(name)) = (pattern, operands.get("left").and_then(attribute)) else { return };
        found.extend(match name.as_str() {
            "resource.path" => path(&pattern),
            "resource.reference" => reference(&pattern),
            _ => None,
        });
    });
    found
}

fn path(pattern: &str) -> Option<Found> {
    if pattern.starts_with(['/', '*']) {
        return None;
    }
    let meant = pattern.strip_prefix("./").or_else(|| pattern.strip_prefix("~/")).unwrap_or(pattern);
    Some(Found {
        message: format!("paths are absolute, so nothing matches \"{}\"", plain(pattern)),
        hint: format!("write `resource.path like \"*/{}\"`, which is in any directory", plain(meant)),
        words: "resource.path".to_owned(),
    })
}

fn reference(pattern: &str) -> Option<Found> {
    if pattern.starts_with("refs/") || pattern.starts_with('*') || matches!(pattern, "" | "HEAD") {
        return None;
    }
    let short = pattern.strip_prefix("heads/").unwrap_or(pattern);
    let (list, short) = short.strip_prefix("tags/").map_or(("heads", short), |tag| ("tags", tag));
    Some(Found {
        message: format!("references are whole names, so nothing matches \"{}\"", plain(pattern)),
        hint: format!(
            "write \"refs/{list}/{}\"; a tag is \"refs/tags/...\", and \"*\" is where it could be any",
            plain(short)
        ),
        words: "resource.reference".to_owned(),
    })
}

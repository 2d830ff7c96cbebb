//! `never-matches`: a path that does not start at the root. A policy sees whole paths.

use super::{Found, Read, attribute, walk};
use crate::sentence::plain;

pub(super) fn find(one: &Read<'_>, _: &[Read<'_>]) -> Vec<Found> {
    let mut found = Vec::new();
    walk(&one.conditions, &mut |operator, operands| {
        let is_path = operands.get("left").and_then(attribute).as_deref() == Some("resource.path");
        let pattern = match operator {
            "like" => operands.get("pattern").and_then(super::pattern),
            "==" => operands.get("right").and_then(|right| right.get("Value")?.as_str().map(str::to_owned)),
            _ => None,
        };
        let Some(pattern) = pattern.filter(|pattern| is_path && !pattern.starts_with(['/', '*'])) else {
            return;
        };
        let meant = pattern.strip_prefix("./").or_else(|| pattern.strip_prefix("~/")).unwrap_or(&pattern);
        found.push(Found {
            message: format!("paths are absolute, so nothing matches \"{}\"", plain(&pattern)),
            hint: format!("write `resource.path like \"*/{}\"`, which is in any directory", plain(meant)),
            words: "resource.path".to_owned(),
        });
    });
    found
}

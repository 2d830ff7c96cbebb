//! `below-directory`: a forbid on paths below a directory. What is done to the directory itself, or to one above it, is an
//! effect on that directory, which such a pattern does not match; the map counts it.

use super::{Found, Read, attribute, pattern, walk};
use crate::sentence::plain;

pub(super) fn find(one: &Read<'_>, _: &[Read<'_>]) -> Vec<Found> {
    let mut found = Vec::new();
    walk(&one.conditions, &mut |operator, operands| {
        let is_path = operands.get("left").and_then(attribute).as_deref() == Some("resource.path");
        let like = operands.get("pattern").filter(|_| one.forbids && is_path && operator == "like");
        let Some(like) = like.and_then(pattern) else { return };
        // Names of files, such as `*/.env*`, say nothing of directories.
        let Some(directory) = like.strip_suffix("/*").filter(|directory| !directory.ends_with(['*', '/']))
        else {
            return;
        };
        let mapped = format!("{}/**", directory.replace('*', "**"));
        // One that starts at no root matches nothing at all.
        if !directory.starts_with(['/', '*']) || one.mapped.contains(&mapped.as_str()) {
            return;
        }
        found.push(Found {
            message: format!(
                "\"{}\" is what lies below a directory: moving or deleting the directory itself, or one above it, \
                 is not",
                plain(&like)
            ),
            hint: format!(
                "name it as `{}` under `[environments.production] paths`, where directories count, too, and decide on \
                 the environment",
                plain(&mapped)
            ),
            words: "resource.path".to_owned(),
        });
    });
    found
}

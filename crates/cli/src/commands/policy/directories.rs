//! Patterns of paths that look like others by what lies in the repository: a directory without what is below it, and a
//! path from its top that starts at the root of the machine.

use std::path::Path;

use countersign_policy::{At, Lint, Proposal};

/// What is odd about a proposal's paths, where its file lies at the repository's top.
pub fn lint(proposal: &Proposal, text: &str, top: &Path) -> Vec<Lint> {
    let mut lints = Vec::new();
    for (environment, listed) in &proposal.environments {
        let word = environment.to_string();
        for pattern in &listed.places.paths {
            let Some((message, hint)) = odd(pattern.trim_start_matches('!'), top) else { continue };
            lints.push(Lint {
                rule: "not-as-it-lies-here",
                about: format!("environments.{word}.paths"),
                message: format!("`{pattern}` {message}"),
                hint,
                place: At::path(["environments", &word, "paths", pattern]).within(text).place,
            });
        }
    }
    lints
}

fn odd(pattern: &str, top: &Path) -> Option<(&'static str, String)> {
    let named = |path: &str| !path.is_empty() && !path.contains(['*', '?']);
    match pattern.strip_prefix('/') {
        None if named(pattern) && top.join(pattern).is_dir() => {
            let hint = format!("write `{}/**` for all that lies below it", pattern.trim_end_matches('/'));
            Some(("is a directory here, and what lies below it is not named", hint))
        }
        Some(inner) => {
            let start: Vec<&str> = inner.split('/').take_while(|part| named(part)).collect();
            let start = start.join("/");
            let is_here = named(&start) && top.join(&start).exists() && !Path::new("/").join(&start).exists();
            let hint =
                format!("leave the first `/` out, as in `{inner}`, to name what lies in the repository");
            is_here.then_some((
                "starts at the root of the machine, where there is no such thing, and there is one here",
                hint,
            ))
        }
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_here_otherwise_is_told() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("deploy-here/live")).unwrap();
        let is_odd = |pattern: &str| odd(pattern, folder.path()).is_some();
        assert!(is_odd("deploy-here/live") && is_odd("/deploy-here/live/**"));
        assert!(!is_odd("deploy-here/live/**") && !is_odd("/etc/**") && !is_odd("**") && !is_odd("other"));
    }
}

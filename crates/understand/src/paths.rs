//! From a path as written to a [`Resource::Path`]: where it lies and what kind of file it is.

use countersign_model::{Answer, PathClass, Question, Resource, Zone};

use crate::Workspace as _;
use crate::context::Context;
use crate::glob;
use crate::path_classes::{self, SECRET_LOOKALIKES};
use crate::word::Value;

/// A path as far as it is known.
#[derive(Clone, Debug)]
pub(crate) struct Located {
    /// Absolute and normal; `*` where it could be any.
    pub path: String,
    /// Which part of the machine; the farthest of the literal and the canonical reading.
    pub zone: Zone,
    /// What kind of file; the strictest of both readings.
    pub class: PathClass,
    /// Why it is not exactly known.
    pub why: Option<String>,
}

impl Located {
    /// As a resource.
    pub fn resource(&self) -> Resource {
        Resource::Path { path: self.path.clone(), zone: self.zone, class: self.class }
    }
}

/// Makes `path` absolute against `directory` and removes `.`, `..` and double slashes, without
/// looking at links.
pub(crate) fn normal(directory: &str, path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    let base = if path.starts_with('/') { "" } else { directory };
    for segment in base.split('/').chain(path.split('/')) {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    format!("/{}", segments.join("/"))
}

/// Whether `path` is `directory` or lies below it.
pub(crate) fn is_within(path: &str, directory: &str) -> bool {
    let directory = directory.trim_end_matches('/');
    path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The directory above `path`, and the name in it.
pub(crate) fn split(path: &str) -> (&str, &str) {
    match path.rsplit_once('/') {
        Some(("", name)) => ("/", name),
        Some((directory, name)) => (directory, name),
        None => ("/", path),
    }
}

/// Locates what a word of a command names, relative to where the command runs.
pub(crate) fn locate(value: &Value, context: &Context<'_>) -> Located {
    let (text, why) = match value {
        Value::Known(text) => (text, None),
        Value::Pattern(text) => (text, Some("a file name pattern".to_owned())),
        Value::Unknown { why, .. } => return unknown(why),
    };
    if !context.counts_path() {
        return unknown("there are too many paths to look at each");
    }
    let directory = match &context.state.shell.directory {
        Ok(directory) => directory.as_str(),
        Err(_) if text.starts_with('/') => "/",
        Err(why) => return unknown(why),
    };
    let literal = normal(directory, text);
    let canonical = canonical(&literal, context);
    let mut located =
        Located { zone: zone(&literal, context), class: class(&literal, context), path: literal, why };
    if let Some(canonical) = canonical.filter(|canonical| *canonical != located.path) {
        located.zone = located.zone.max(zone(&canonical, context));
        located.class = located.class.max(class(&canonical, context));
    }
    located
}

fn unknown(why: &str) -> Located {
    Located {
        path: "*".to_owned(),
        zone: Zone::System,
        class: PathClass::Ordinary,
        why: Some(why.to_owned()),
    }
}

/// The path with the links of its directory resolved, as far as the workspace knows.
fn canonical(path: &str, context: &Context<'_>) -> Option<String> {
    let (mut directory, name) = split(path);
    let mut below = vec![name];
    // The nearest directory that exists; patterns and new directories are climbed over.
    for _ in 0..4 {
        if glob::is_pattern(directory) {
            let (above, name) = split(directory);
            below.push(name);
            directory = above;
            continue;
        }
        let question = Question::Path { path: directory.to_owned() };
        match context.workspace.ask(&question) {
            Answer::Directory { path: top } => {
                below.reverse();
                return Some(normal(&top, &below.join("/")));
            }
            Answer::Absent if directory != "/" => {
                let (above, name) = split(directory);
                below.push(name);
                directory = above;
            }
            _ => return None,
        }
    }
    None
}

/// Which part of the machine an absolute, normal path is in.
pub(crate) fn zone(path: &str, context: &Context<'_>) -> Zone {
    let home = &context.surroundings.home;
    if context.top().is_some_and(|top| is_within(path, top)) {
        Zone::Workspace
    } else if context.surroundings.temporary.iter().any(|directory| is_within(path, directory)) {
        Zone::Temporary
    } else if !home.is_empty() && is_within(path, home) {
        Zone::Home
    } else {
        Zone::System
    }
}

/// What kind of file an absolute, normal path names; for a pattern, what it could name.
pub(crate) fn class(path: &str, context: &Context<'_>) -> PathClass {
    if context.surroundings.protected.iter().any(|protected| covers(protected, path)) {
        return PathClass::Countersign;
    }
    path_classes::of(path)
}

/// Whether deleting or moving what `path` names takes something of Countersign's with it.
pub(crate) fn contains_protected(path: &str, context: &Context<'_>) -> bool {
    path != "*" && context.surroundings.protected.iter().any(|protected| covers(path, protected))
}

/// Whether `outer`, a path or a pattern, is `inner` or a directory above it.
fn covers(outer: &str, inner: &str) -> bool {
    let mut inner = inner.split('/').filter(|segment| !segment.is_empty());
    outer.split('/').filter(|segment| !segment.is_empty()).all(|segment| {
        inner
            .next()
            .is_some_and(|name| segment == name || could_match(segment, name) || could_match(name, segment))
    })
}

fn could_match(pattern: &str, name: &str) -> bool {
    glob::is_pattern(pattern) && glob::matches(pattern, name)
}

/// The text of a command that names one of Countersign's own files, anywhere in it.
pub(crate) fn mentions_protected(text: &str, context: &Context<'_>) -> bool {
    let home = context.surroundings.home.trim_end_matches('/');
    context.surroundings.protected.iter().any(|protected| {
        let below_home = protected.strip_prefix(home).filter(|_| !home.is_empty());
        text.contains(protected.as_str())
            || below_home.is_some_and(|rest| rest.len() > 4 && text.contains(rest.trim_start_matches('/')))
    })
}

/// The text of a command that names a file which holds credentials, anywhere in it.
pub(crate) fn mentions_secret(text: &str) -> bool {
    SECRET_LOOKALIKES.iter().any(|name| text.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalises_lexically() {
        for (path, expected) in
            [("a/../b", "/w/b"), ("/a//b/.", "/a/b"), ("../../../x", "/x"), ("", "/w"), (".", "/w")]
        {
            assert_eq!(normal("/w", path), expected);
        }
        assert!(is_within("/a/b", "/a") && is_within("/a", "/a") && !is_within("/ab", "/a"));
        assert!(covers("/a/*", "/a/b/c") && covers("/a/b", "/a/b") && !covers("/a/c", "/a/b"));
    }
}

//! From a path as written to a [`Resource::Path`]: where it lies and what kind of file it is.

pub(crate) mod caches;
mod home;
mod mounts;

use std::borrow::Cow;

use countersign_model::{PathClass, Resource, Zone};

use crate::context::{Context, MOST_VISITED};
use crate::glob;
use crate::path_classes::{self, SECRET_LOOKALIKES};
use crate::shell::made_up::{self, MADE_UP};
use crate::target::{self, Last, OfAnother};
use crate::word::Value;

pub(crate) use countersign_model::is_within;
pub(crate) use mounts::Mount;

/// A path as far as it is known.
#[derive(Clone, Debug)]
pub(crate) struct Located {
    /// Absolute and normal; `*` where it could be any.
    pub path: String,
    /// Where else it may lead: through links, or as the system reads `..` after one.
    pub leads: Vec<String>,
    /// Which part of the machine; the farthest of all readings.
    pub zone: Zone,
    /// What kind of file; the strictest of all readings.
    pub class: PathClass,
    /// Why it is not exactly known.
    pub why: Option<String>,
    /// Whether the part that is known names a directory that holds something of Countersign's.
    holds_protected: bool,
    /// Whether its reach to what is Countersign's was worked out elsewhere.
    is_weighed: bool,
}

impl Located {
    /// As a resource.
    pub fn resource(&self) -> Resource {
        Resource::Path { path: self.path.clone(), zone: self.zone, class: self.class }
    }

    /// All readings of it.
    pub fn readings(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.path).chain(&self.leads).map(String::as_str)
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

/// The directory above `path`, and the name in it.
pub(crate) fn split(path: &str) -> (&str, &str) {
    match path.rsplit_once('/') {
        Some(("", name)) => ("/", name),
        Some((directory, name)) => (directory, name),
        None => ("/", path),
    }
}

/// Locates the file that a word of a command names, relative to where the command runs: the file
/// that is opened, links followed.
pub(crate) fn locate(value: &Value, context: &Context<'_>) -> Located {
    locate_as(value, Last::Followed, context)
}

/// Locates the entry of a directory that a word names: what is deleted, moved or replaced, even if
/// it is a link.
pub(crate) fn locate_entry(value: &Value, context: &Context<'_>) -> Located {
    locate_as(value, Last::Kept, context)
}

fn locate_as(value: &Value, last: Last, context: &Context<'_>) -> Located {
    let (text, why) = match value {
        Value::Known(text) => (text, None),
        Value::Pattern(text) => (text, Some("a file name pattern".to_owned())),
        Value::Unknown { prefix, suffix, why }
            if why == MADE_UP
                && let Some(pattern) = made_up::pattern(prefix, suffix) =>
        {
            let located = locate_as(&Value::Pattern(pattern), last, context);
            return Located { why: located.why.map(|_| why.clone()), ..located };
        }
        Value::Unknown { prefix, suffix, why } => {
            let mounted = Some(prefix).filter(|prefix| prefix.starts_with('/') && context.has_mounts());
            let through = mounted.and_then(|prefix| mounts::through(prefix, last, value, context));
            return through.unwrap_or_else(|| partly(prefix, suffix, why, context));
        }
    };
    if !context.counts_path(why.is_some()) {
        return unknown("there are too many paths to look at each");
    }
    let is_pattern = why.is_some();
    let simple = if is_pattern { glob::collapsed(text) } else { Cow::Borrowed(text.as_str()) };
    if is_too_long(&simple) {
        let why = "the path is too long to be one";
        // A long pattern can still name a short path.
        let class = if is_pattern { PathClass::ToolConfiguration } else { PathClass::Ordinary };
        return Located { class, ..unknown(why) };
    }
    let directory = match &context.state.shell.directory {
        Ok(directory) => directory.as_str(),
        Err(_) if text.starts_with('/') => "/",
        Err(why) => return in_any(&simple, why, context),
    };
    let spelled = if simple.starts_with('/') { simple.into_owned() } else { format!("{directory}/{simple}") };
    let last = if spelled.ends_with('/') { Last::Followed } else { last };
    if let Some(located) = Some(value)
        .filter(|_| context.has_mounts())
        .and_then(|value| mounts::through(&spelled, last, value, context))
    {
        return located;
    }
    let readings = match target::readings(&spelled, last, is_pattern, context) {
        Ok(readings) => readings,
        Err(OfAnother { rest, why }) => return partly("", &rest, &why, context),
    };
    let mut paths = readings.paths.into_iter();
    let literal = paths.next().unwrap_or_else(|| "/".to_owned());
    let is_weighed = context.weighed.as_deref() == Some(literal.as_str());
    let class = |path: &str| if is_weighed { path_classes::of(path) } else { class(path, context) };
    let mut located = Located {
        zone: if readings.unclear.is_some() { Zone::System } else { zone(&literal, context) },
        class: class(&literal),
        path: literal,
        leads: paths.collect(),
        why: why.or(readings.unclear),
        holds_protected: false,
        is_weighed,
    };
    for path in &located.leads {
        located.zone = located.zone.max(zone(path, context));
        located.class = stricter(located.class, class(path));
    }
    if readings.is_protected {
        located.class = PathClass::Countersign;
    }
    if is_pattern && let Some(class) = context.class_of_listed(&located) {
        located.class = class;
    }
    located
}

/// The kind of a file that is called by two names: it can be built again only where both say so.
pub(crate) fn stricter(one: PathClass, other: PathClass) -> PathClass {
    match (one, other) {
        (PathClass::Rebuildable, PathClass::Ordinary) | (PathClass::Ordinary, PathClass::Rebuildable) => {
            PathClass::Ordinary
        }
        _ => one.max(other),
    }
}

/// A path from a directory that is not known: of the strictest kind in all those that it may be.
fn in_any(path: &str, why: &str, context: &Context<'_>) -> Located {
    let mut located = partly("", &format!("/{path}"), why, context);
    let visited = &context.state.world.visited;
    for directory in visited {
        let found = class(&normal(directory, path), context);
        if found > PathClass::Rebuildable {
            located.class = located.class.max(found);
        }
    }
    if visited.len() > MOST_VISITED {
        located.class = located.class.max(PathClass::Secret);
    }
    located
}

/// No system opens a path longer than this, or a name in it.
fn is_too_long(path: &str) -> bool {
    let mut parts = 0;
    path.len() > 4096
        || path.split('/').any(|part| {
            parts += 1;
            part.len() > 255 || parts > 256
        })
}

fn unknown(why: &str) -> Located {
    Located {
        path: "*".to_owned(),
        leads: Vec::new(),
        zone: Zone::System,
        class: PathClass::Ordinary,
        why: Some(why.to_owned()),
        holds_protected: false,
        is_weighed: false,
    }
}

/// A path of which only the start and the end are known: it could be any, of the strictest kind
/// that both allow.
fn partly(prefix: &str, suffix: &str, why: &str, context: &Context<'_>) -> Located {
    let mut located = unknown(why);
    if prefix.len() + suffix.len() > 4096 {
        located.class = PathClass::ToolConfiguration;
        return located;
    }
    let start = match &context.state.shell.directory {
        _ if prefix.is_empty() => None,
        Ok(directory) => Some(absolute_start(directory, prefix)),
        Err(_) if prefix.starts_with('/') => Some(absolute_start("/", prefix)),
        Err(_) => None,
    };
    let start = start.unwrap_or_else(|| "/".to_owned());
    // One letter stands for what is not known, and a pattern where enough of the name is.
    located.class = path_classes::of(&normal("/", &format!("{start}x{suffix}")));
    let name = start.rsplit('/').next().unwrap_or_default();
    if name.len() > 2 && !suffix.contains('/') {
        located.class = located.class.max(path_classes::of(&glob::collapsed(&format!("{start}*{suffix}"))));
    }
    if located.class == PathClass::Rebuildable {
        located.class = PathClass::Ordinary;
    }
    // Wherever `..` leads from a place that is not known, it is another such place.
    let mut end = suffix;
    while let Some(rest) = ["/", "./", "../"].iter().find_map(|part| end.strip_prefix(part)) {
        end = rest;
    }
    for protected in &context.surroundings.protected {
        if starts_as(protected, &start, suffix, context) || ends_as(protected, suffix) {
            located.class = PathClass::Countersign;
        } else if end == split(protected).1 {
            located.class = located.class.max(PathClass::ToolConfiguration);
        }
        located.holds_protected |= holds(protected, suffix);
    }
    located
}

/// The known start of a path, with a slash at its end kept.
fn absolute_start(directory: &str, prefix: &str) -> String {
    let (above, name) = prefix.rsplit_once('/').map_or(("", prefix), |(above, name)| (above, name));
    let above = if prefix.starts_with('/') { normal("/", above) } else { normal(directory, above) };
    format!("{}/{name}", above.trim_end_matches('/'))
}

/// Whether a protected path can be what starts and ends so. The start must lead into a directory
/// that is nothing but settings: below a home or a working tree, anything could be named.
fn starts_as(protected: &str, start: &str, suffix: &str, context: &Context<'_>) -> bool {
    let (above, name) = split(start);
    let wide = |directory: &str| {
        directory.split('/').filter(|part| !part.is_empty()).count() < 2
            || is_within(&context.surroundings.home, directory)
            || context.top().is_some_and(|top| is_within(top, directory))
    };
    let inside = is_within(start.trim_end_matches('/'), protected);
    let end = suffix.trim_start_matches('/');
    inside
        || (protected.starts_with(start)
            && (!wide(above) || name.len() > 3)
            && (protected.ends_with(end) || protected.contains(&format!("{suffix}/"))))
}

/// Whether what ends so is a protected file, by two of its names or one that starts with a dot.
fn ends_as(protected: &str, suffix: &str) -> bool {
    let Some((_, known)) = suffix.split_once('/') else { return false };
    let known: Vec<&str> = known.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let names: Vec<&str> = protected.split('/').filter(|part| !part.is_empty()).collect();
    let (Some(last), Some(pair)) = (names.last(), names.get(names.len().saturating_sub(2)..)) else {
        return false;
    };
    (last.starts_with('.') && known.contains(last)) || known.windows(2).any(|window| window == pair)
}

/// Whether what ends so is a directory of settings that a protected file lies in.
fn holds(protected: &str, suffix: &str) -> bool {
    let Some((_, known)) = suffix.split_once('/') else { return false };
    let name = split(known.trim_end_matches('/')).1;
    name.starts_with('.') && name.len() > 2 && protected.contains(&format!("/{name}/"))
}

/// The path of a pattern, as it is held against [`Context::weighed`].
pub(crate) fn weighable(pattern: &Value, context: &Context<'_>) -> Option<String> {
    let Value::Pattern(text) = pattern else { return None };
    let directory = context.state.shell.directory.as_deref().unwrap_or("/");
    Some(normal(directory, &glob::collapsed(text)))
}

/// Which part of the machine an absolute, normal path is in.
pub(crate) fn zone(path: &str, context: &Context<'_>) -> Zone {
    let home = &context.surroundings.home;
    if context.top().is_some_and(|top| is_within(path, top)) {
        Zone::Workspace
    } else if let Some(directory) =
        context.surroundings.temporary.iter().find(|directory| is_within(path, directory))
    {
        // A home below a directory of temporary files is one all the same.
        let is_home = home.len() > directory.len() && is_within(home, directory) && is_within(path, home);
        if is_home { Zone::Home } else { Zone::Temporary }
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
    if is_own_program(path) {
        return PathClass::Countersign;
    }
    match path_classes::of(path) {
        PathClass::Ordinary if home::is_settings(path, context) || is_program(path) => {
            PathClass::ToolConfiguration
        }
        class => class,
    }
}

/// Whether it is one of Countersign's own programs, where programs are installed; also by a pattern that starts so.
fn is_own_program(path: &str) -> bool {
    let (directory, name) = split(path);
    let name = name.strip_suffix(".exe").unwrap_or(name);
    directory.ends_with("/bin")
        && name.starts_with("count")
        && ["countersign", "countersign-hook"]
            .iter()
            .any(|own| *own == name || (glob::is_pattern(name) && glob::matches(name, own)))
}

/// Whether it lies where programs are found by their names alone.
fn is_program(path: &str) -> bool {
    const WHERE: &[&str] = &[
        "/bin/",
        "/sbin/",
        "/usr/bin/",
        "/usr/sbin/",
        "/usr/local/bin/",
        "/usr/local/sbin/",
        "/opt/homebrew/bin/",
        "/snap/bin/",
    ];
    WHERE.iter().any(|directory| path.starts_with(directory))
}

/// Whether deleting or moving what `located` names takes something of Countersign's with it.
pub(crate) fn contains_protected(located: &Located, context: &Context<'_>) -> bool {
    let protected = &context.surroundings.protected;
    let mut readings = located.readings().filter(|reading| *reading != "*" && !located.is_weighed);
    located.holds_protected || readings.any(|path| protected.iter().any(|protected| covers(path, protected)))
}

/// Whether `outer`, a path or a pattern, is `inner` or a directory above it. Some systems take
/// capital letters for small ones.
fn covers(outer: &str, inner: &str) -> bool {
    let any_patterns = glob::is_pattern(outer) || glob::is_pattern(inner);
    let mut inner = inner.split('/').filter(|segment| !segment.is_empty());
    outer.split('/').filter(|segment| !segment.is_empty()).all(|segment| {
        inner.next().is_some_and(|name| {
            segment.eq_ignore_ascii_case(name)
                || (any_patterns && (could_match(segment, name) || could_match(name, segment)))
        })
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

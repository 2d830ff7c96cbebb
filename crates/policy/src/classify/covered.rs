//! Which paths the map's patterns cover: a file, what a pattern or an unknown part could name, and what a directory
//! holds.

use countersign_model::{Access, Effect, PathClass, Resource, Zone, is_within};

use crate::glob;
use crate::map::{EnvironmentMap, Places};
use crate::sentence::plain as plain_text;

/// Whether what is done to this path is done to something among these.
pub(super) fn by(places: &Places, effect: &Effect, path: &str, tree: Option<&str>) -> bool {
    // Stored secrets are `store:name`; a variable's name is no path either, but could be a file's.
    let files = places.credentials.iter().filter(|name| !name.trim_start_matches('!').contains(':'));
    let files: Vec<&str> = files.map(String::as_str).collect();
    let target = Target { path: path.trim_end_matches('/'), effect, tree };
    let paths = places.paths.iter().map(String::as_str);
    let paths: Vec<&str> = paths.filter(|pattern| !target.looks_over(pattern)).collect();
    target.is_among(&paths) || target.is_among(&files)
}

/// The pattern of the map by which a path lands where it does, if only since it could be any of several.
pub(super) fn suspicion(
    map: &EnvironmentMap,
    effect: &Effect,
    path: &str,
    tree: Option<&str>,
) -> Option<String> {
    if !path.contains(['*', '?', '[']) {
        return None;
    }
    let found = map.worst(|places| by(places, effect, path, tree))?;
    let one = path.replace(['*', '?', '['], "x");
    if path != "*" && map.worst(|places| by(places, effect, &one, tree)) == Some(found) {
        return None;
    }
    let places = map.places(found)?;
    let target = Target { path: path.trim_end_matches('/'), effect, tree };
    let files = places.credentials.iter().filter(|name| !name.contains(':'));
    let pattern = places.paths.iter().chain(files).find(|pattern| target.is_among(&[pattern]))?;
    Some(format!("it may be one of `{}`, which the map has under {found}", plain_text(pattern)))
}

/// What is done to which path, in which working tree.
struct Target<'t> {
    path: &'t str,
    effect: &'t Effect,
    tree: Option<&'t str>,
}

impl Target<'_> {
    fn is_among(&self, patterns: &[&str]) -> bool {
        if self.path.contains(['*', '?', '[']) {
            // What could be any of several could be one that no exception leaves out.
            return !self.is_made_anew() && wanted(patterns).any(|pattern| self.could_be(pattern));
        }
        let anywhere: Vec<String> = patterns.iter().map(|pattern| anywhere(pattern)).collect();
        glob::in_list(&anywhere, self.path) || wanted(patterns).any(|pattern| self.holds(pattern))
    }

    /// Whether what may be any file of a directory, or any of a kind, is looked at, as a search of it would: where the
    /// directory is not covered itself, that is no look at what is covered further below.
    fn looks_over(&self, pattern: &str) -> bool {
        let Some((directory, name)) = self.path.rsplit_once('/') else { return false };
        let is_search = name.starts_with('*') && !directory.contains(['*', '?', '[']);
        let is_below = !pattern.starts_with(['/', '!']) && whole(pattern).is_some();
        is_search
            && is_below
            && self.effect.access == Access::Read
            && !Target { path: directory, ..*self }.is_among(&[pattern])
    }

    /// Whether one of the files that the path could name is covered.
    fn could_be(&self, pattern: &str) -> bool {
        let start = glob::literal_start(self.path).split('[').next().unwrap_or_default();
        let in_tree = self.tree.is_some_and(|tree| is_within(start.trim_end_matches('/'), tree));
        // A working tree is no home.
        if in_tree && pattern.starts_with("~/") {
            return false;
        }
        if let Some(rest) = pattern.strip_prefix("~/").filter(|_| !start.is_empty()) {
            return self.could_be_at_home(rest, start);
        }
        let anchored = match self.anchored(pattern) {
            Some(anchored) => anchored,
            // It is another place than the tree.
            None if self.tree.is_some() && !pattern.starts_with("~/") => return false,
            None => anywhere(pattern),
        };
        if self.effect.expanded && !self.is_met_in_its_directory(&anchored) {
            return false;
        }
        // What is in a directory goes with it.
        glob::meets(&anchored, self.path)
            || whole(&anchored).is_some_and(|whole| glob::meets(whole, self.path))
            || self.could_hold(pattern, &anchored)
    }

    /// Whether one of the directories that the path could name holds what is covered.
    fn could_hold(&self, pattern: &str, anchored: &str) -> bool {
        if pattern.starts_with("**") || (self.effect.access == Access::Read && !pattern.starts_with('/')) {
            return false;
        }
        let (any, rest) = anchored.strip_prefix("**/").map_or(("", anchored), |rest| ("**/", rest));
        starts(rest).any(|start| {
            // As for one that is named: a change to the whole tree is none to its parts.
            let is_tree = self.tree.is_some_and(|tree| is_within(tree, start));
            let counts = !is_tree || pattern.starts_with('/') || self.effect.access == Access::Destroy;
            counts && glob::meets(&format!("{any}{start}"), self.path)
        })
    }

    /// Whether a pattern that names something in one directory alone may name what is covered, or a directory that
    /// holds such.
    fn is_met_in_its_directory(&self, pattern: &str) -> bool {
        let mut wanted = pattern.split('/').filter(|name| !name.is_empty());
        for name in self.path.split('/').filter(|name| !name.is_empty()) {
            match wanted.next() {
                // From here on it may be anywhere below.
                Some(own) if own.contains("**") => return true,
                Some(own) if glob::meets(own, name) => {}
                Some(_) | None => return false,
            }
        }
        true
    }

    /// The same for a file of a home. Whose it is the map does not know, but where homes are.
    fn could_be_at_home(&self, rest: &str, start: &str) -> bool {
        const HOMES: &[&str] = &["/home/*/", "/Users/*/", "/root/", "/var/root/"];
        let meets = |pattern: &str| {
            glob::meets(pattern, self.path)
                || whole(pattern).is_some_and(|whole| glob::meets(whole, self.path))
        };
        let is_usual = HOMES.iter().any(|home| start.starts_with(home.trim_end_matches("*/")));
        let is_home = matches!(self.effect.resource, Resource::Path { zone: Zone::Home, .. });
        HOMES.iter().any(|home| meets(&format!("{home}{rest}")))
            || is_home && !is_usual && meets(&format!("**/{rest}"))
    }

    /// Whether the path is a directory of which something, or all, is covered.
    fn holds(&self, pattern: &str) -> bool {
        if whole(pattern).is_some_and(|whole| glob::matches(&anywhere(whole), self.path)) {
            return true;
        }
        let reads = self.effect.access == Access::Read;
        let Some(anchored) = self.anchored(pattern) else {
            // Without a tree to count from: a directory whose name the pattern's own names start with.
            return !reads && starts(pattern).any(|start| self.path.ends_with(&format!("/{start}")));
        };
        if pattern.starts_with("**") || (reads && !pattern.starts_with('/')) {
            return false;
        }
        // A change to the whole tree, such as formatting it, is no change to each of its parts; removing it is.
        let is_tree = self.tree.is_some_and(|tree| is_within(tree, self.path));
        let below =
            glob::literal_start(&anchored).strip_prefix(self.path).is_some_and(|rest| rest.starts_with('/'));
        below && (!is_tree || pattern.starts_with('/') || self.effect.access == Access::Destroy)
    }

    /// A pattern that does not start at the root, from the top of the tree that this path is in.
    fn anchored(&self, pattern: &str) -> Option<String> {
        if pattern.starts_with('/') {
            return Some(pattern.to_owned());
        }
        if pattern.starts_with("**") {
            return Some(anywhere(pattern));
        }
        // A path above the tree, or one that could be, is held against it as well.
        let tree = self.tree?.trim_end_matches('/');
        let known = glob::literal_start(self.path).split('[').next().unwrap_or_default();
        // `/srv/s*` is `/srv/shop` as well.
        let known = if known.len() < self.path.len() {
            known.rsplit_once('/').map_or("", |(above, _)| above)
        } else {
            known
        };
        let fits = is_within(self.path, tree) || is_within(tree, known.trim_end_matches('/'));
        fits.then(|| format!("{tree}/{}", plain(pattern)))
    }

    /// Whether it is a pattern of what tools make anew.
    fn is_made_anew(&self) -> bool {
        matches!(self.effect.resource, Resource::Path { class: PathClass::Rebuildable, .. })
    }
}

/// The patterns that are no exceptions.
fn wanted<'p>(patterns: &'p [&'p str]) -> impl Iterator<Item = &'p str> {
    patterns.iter().copied().filter(|pattern| !pattern.starts_with('!'))
}

/// The directory that all a pattern matches is in, where it matches all that is.
fn whole(pattern: &str) -> Option<&str> {
    pattern.strip_suffix("/**").or_else(|| pattern.strip_suffix("/*")).filter(|whole| !whole.is_empty())
}

/// `infra`, `infra/live` for `infra/live/**`.
fn starts(pattern: &str) -> impl Iterator<Item = &str> {
    let start = glob::literal_start(plain(pattern));
    let ends = start.match_indices('/').map(|(at, _)| at);
    ends.filter_map(move |end| start.get(..end)).filter(|start| !start.is_empty())
}

/// A pattern without what it may start with to say where it starts. Whose home `~` is, the map does not know.
fn plain(pattern: &str) -> &str {
    pattern.strip_prefix("./").or_else(|| pattern.strip_prefix("~/")).unwrap_or(pattern)
}

/// A pattern that does not start at the root matches anywhere within a path.
fn anywhere(pattern: &str) -> String {
    match pattern.strip_prefix('!') {
        Some(exception) => format!("!{}", anywhere(exception)),
        None if pattern.starts_with('/') || pattern.starts_with("**/") => pattern.to_owned(),
        None => format!("**/{}", plain(pattern)),
    }
}

#[cfg(test)]
mod tests;

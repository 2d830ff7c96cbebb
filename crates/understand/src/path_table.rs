//! Which classes does a path fall in? Tables that are looked up by a path's last name, by the ends of
//! it, and by the directories above: a path costs a few look-ups, not a walk through all entries.

use crate::glob;

/// What paths fall in which class. All text is in small letters. What stands above a name may be several
/// directories and hold wildcards; nothing: any.
pub(crate) struct Table<C: 'static> {
    /// Whole names, what stands above them, and the class: sorted by name.
    pub names: &'static [(&'static str, &'static str, C)],
    /// What a name ends in after a dot: sorted.
    pub endings: &'static [(&'static str, C)],
    /// Directories, for themselves and all below them: sorted by name.
    pub directories: &'static [(&'static str, &'static str, C)],
    /// Names with wildcards.
    pub patterns: &'static [(&'static str, &'static str, C)],
    /// Names of directories with wildcards.
    pub directory_patterns: &'static [(&'static str, &'static str, C)],
}

/// A name in a path.
pub(crate) struct Segment<'p> {
    text: &'p str,
    is_pattern: bool,
}

/// The names in a path of small letters.
pub(crate) fn segments(path: &str) -> Vec<Segment<'_>> {
    // Windows writes them so; elsewhere hardly a name has one.
    let split = |letter: char| letter == '/' || letter == '\\';
    let any = glob::is_pattern(path);
    let segment = |text| Segment { text, is_pattern: any && glob::is_pattern(text) };
    path.split(split).filter(|text| !text.is_empty()).map(segment).collect()
}

impl<C: Copy> Table<C> {
    /// Calls `found` with every class that a path could have.
    pub(crate) fn each(&self, segments: &[Segment<'_>], mut found: impl FnMut(C)) {
        let Some((name, above)) = segments.split_last() else { return };
        if name.is_pattern {
            let all = self.names.iter().filter(|(pattern, _, _)| same(pattern, name));
            all.filter(|(_, wanted, _)| ends_in(above, wanted)).for_each(|(_, _, class)| found(*class));
            let all = self.endings.iter().filter(|(ending, _)| same(&format!("*.{ending}"), name));
            all.for_each(|(_, class)| found(*class));
        } else {
            let all = range(self.names, name.text).iter().filter(|(_, wanted, _)| ends_in(above, wanted));
            all.for_each(|(_, _, class)| found(*class));
            for (at, _) in name.text.match_indices('.') {
                let ending = name.text.get(at + 1..).unwrap_or_default();
                if let Ok(at) = self.endings.binary_search_by(|(known, _)| (*known).cmp(ending)) {
                    self.endings.get(at).into_iter().for_each(|(_, class)| found(*class));
                }
            }
        }
        let all = self.patterns.iter().filter(|(pattern, _, _)| same(pattern, name));
        all.filter(|(_, wanted, _)| ends_in(above, wanted)).for_each(|(_, _, class)| found(*class));
        for (at, directory) in segments.iter().enumerate() {
            let above = segments.get(..at).unwrap_or_default();
            let some =
                if directory.is_pattern { self.directories } else { range(self.directories, directory.text) };
            let all = some.iter().chain(self.directory_patterns);
            all.filter(|(pattern, wanted, _)| same(pattern, directory) && ends_in(above, wanted))
                .for_each(|(_, _, class)| found(*class));
        }
    }
}

/// The entries of this name.
fn range<'t, C>(entries: &'t [(&str, &str, C)], name: &str) -> &'t [(&'t str, &'t str, C)] {
    let start = entries.partition_point(|(known, _, _)| *known < name);
    let rest = entries.get(start..).unwrap_or_default();
    let length = rest.iter().take_while(|(known, _, _)| *known == name).count();
    rest.get(..length).unwrap_or_default()
}

/// Whether what stands above a name ends in what is wanted there.
fn ends_in(above: &[Segment<'_>], wanted: &str) -> bool {
    let mut names = above.iter().rev();
    wanted.is_empty()
        || wanted.rsplit('/').all(|pattern| names.next().is_some_and(|segment| same(pattern, segment)))
}

/// Whether a segment is what an entry's pattern says, or could be if it is a pattern itself. `*`
/// alone says too little.
fn same(pattern: &str, segment: &Segment<'_>) -> bool {
    let text = segment.text;
    if !segment.is_pattern {
        return pattern == text || (glob::matches(pattern, text) && pattern.contains('*'));
    }
    glob::matches(pattern, text)
        || starts_alike(pattern, text)
        || (text != "*"
            && (text.starts_with('.') || !pattern.starts_with('.'))
            && !pattern.contains('*')
            && glob::matches(text, pattern))
}

/// Whether two patterns start with the same text before their first wildcard, and enough of it.
fn starts_alike(first: &str, second: &str) -> bool {
    // Where the least that would be enough differs, there is nothing more to see.
    if first.as_bytes().first_chunk::<4>() != second.as_bytes().first_chunk::<4>() {
        return false;
    }
    let start = |text: &str| text.find(['*', '?', '[']).map_or(text.len(), |at| at);
    let (first, second) = (first.split_at(start(first)), second.split_at(start(second)));
    let both_are_patterns = !first.1.is_empty() && !second.1.is_empty();
    let length = first.0.len().min(second.0.len());
    both_are_patterns && length > 3 && first.0.get(..length) == second.0.get(..length)
}

/// What a table's order is held against.
#[cfg(test)]
impl<C: Copy> Table<C> {
    pub(crate) fn check(&self) {
        let lower = |text: &str| assert!(!text.is_empty() && text == text.to_lowercase(), "{text}");
        for entries in [self.names, self.directories] {
            assert!(entries.is_sorted_by_key(|(name, above, _)| (*name, *above)));
            entries.iter().for_each(|(name, _, _)| assert!(!name.contains('*'), "{name}"));
        }
        assert!(self.endings.is_sorted_by_key(|(ending, _)| *ending));
        for entries in [self.names, self.directories, self.patterns, self.directory_patterns] {
            entries.iter().for_each(|(name, _, _)| lower(name));
        }
    }
}

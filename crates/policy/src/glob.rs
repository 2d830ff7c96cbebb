//! Patterns of names: `*` stands for anything but `/`, `**` for anything, `?` for one character.
//!
//! A list of patterns matches if the last pattern in it that matches does not start with `!`, as in
//! GitHub's branch filters. A name that itself holds a `*` could be any such name: it matches what it
//! might be.

/// Why a pattern is refused, if it is: what it holds would silently match nothing.
pub fn refuse(pattern: &str) -> Option<&'static str> {
    let text = pattern.strip_prefix('!').unwrap_or(pattern);
    if text.is_empty() {
        Some("a pattern cannot be empty")
    } else if text.contains(['[', ']', '{', '}', '\\', '!']) || text.chars().any(char::is_control) {
        Some("a pattern is made of names, `*`, `**` and `?`, with a leading `!` for an exception")
    } else {
        None
    }
}

/// Whether the list matches `name`.
pub fn in_list(patterns: &[String], name: &str) -> bool {
    let mut matched = false;
    for pattern in patterns {
        match pattern.strip_prefix('!') {
            // What could be any name could be one that is not excepted.
            Some(exception) => matched &= name.contains('*') || !matches(exception, name),
            None => matched |= matches(pattern, name),
        }
    }
    matched
}

/// Whether the list matches `name` in any spelling of case.
pub fn in_list_any_case(patterns: &[String], name: &str) -> bool {
    let lower: Vec<String> = patterns.iter().map(|pattern| pattern.to_ascii_lowercase()).collect();
    in_list(&lower, &name.to_ascii_lowercase())
}

/// Whether one pattern matches `name`; for a `name` with a `*`, whether it might.
pub fn matches(pattern: &str, name: &str) -> bool {
    if name.contains('*') {
        let (ours, theirs) = (literal_start(pattern), literal_start(name));
        return ours.starts_with(theirs) || theirs.starts_with(ours);
    }
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    fits(&pattern, &name)
}

/// What stands before the first wildcard.
pub fn literal_start(pattern: &str) -> &str {
    pattern.split(['*', '?']).next().unwrap_or(pattern)
}

/// Row by row over the pattern: after each row, `reach` holds at which ends of `name` the pattern
/// so far fits. Time and space are bounded by the product and the length of the name.
fn fits(pattern: &[char], name: &[char]) -> bool {
    let mut reach: Vec<bool> = std::iter::once(true).chain(name.iter().map(|_| false)).collect();
    let mut rest = pattern;
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        let deep = first == '*' && after.first() == Some(&'*');
        if deep {
            rest = after.get(1..).unwrap_or_default();
        }
        let mut carried = first == '*' && reach.first() == Some(&true);
        let mut next = vec![carried];
        for (&letter, (&before, &here)) in name.iter().zip(reach.iter().zip(reach.iter().skip(1))) {
            carried = match first {
                '*' => here || (carried && (deep || letter != '/')),
                '?' => before && letter != '/',
                _ => before && letter == first,
            };
            next.push(carried);
        }
        reach = next;
    }
    reach.last() == Some(&true)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, without regard to time.
    fn naive(pattern: &[char], name: &[char]) -> bool {
        match (pattern, name) {
            ([], _) => name.is_empty(),
            (['*', '*', rest @ ..], _) => (0..=name.len()).any(|skip| naive(rest, &name[skip..])),
            (['*', rest @ ..], _) => {
                (0..=name.len()).any(|skip| !name[..skip].contains(&'/') && naive(rest, &name[skip..]))
            }
            (['?', rest @ ..], [letter, tail @ ..]) => *letter != '/' && naive(rest, tail),
            ([first, rest @ ..], [letter, tail @ ..]) => first == letter && naive(rest, tail),
            (_, []) => false,
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(pattern in "[ab/*?]{0,8}", name in "[ab/]{0,8}") {
            let (p, n): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
            prop_assert_eq!(matches(&pattern, &name), naive(&p, &n));
        }

        #[test]
        fn what_could_be_any_name_matches_all_it_might_be(pattern in "[ab/*?]{1,6}", start in "[ab/]{0,3}", end in "[ab/]{0,3}") {
            if matches(&pattern, &format!("{start}{end}")) {
                let open = format!("{start}*");
                prop_assert!(matches(&pattern, &open));
            }
        }
    }

    #[test]
    fn the_last_match_counts() {
        let list = ["**", "!gh-pages", "!docs/**", "docs/live"].map(str::to_owned);
        assert!(in_list(&list, "main") && in_list(&list, "docs/live") && in_list(&list, "*"));
        assert!(!in_list(&list, "gh-pages") && !in_list(&list, "docs/draft"));
    }
}

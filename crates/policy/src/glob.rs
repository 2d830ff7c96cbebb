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
    // What follows the first `*` of a name is not looked at: the text it stands for may end the name early.
    let (known, open) = name.split_once('*').map_or((name, false), |(known, _)| (known, true));
    let (pattern, known): (Vec<char>, Vec<char>) = (pattern.chars().collect(), known.chars().collect());
    fits(&pattern, &known, open)
}

/// Whether something is matched by `pattern` and is what `name` could be: in a name, `*` and brackets stand for any text,
/// slashes included, and `?` for one character.
pub fn meets(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (ours(pattern), theirs(name));
    let width = name.len() + 1;
    // Row by row: at which ends of `name` a text can be made that the pattern so far fits.
    let mut row = vec![false; width];
    let mut next = vec![false; width];
    for (at, piece) in pattern.iter().map(Some).chain([None]).enumerate() {
        let mut carried = at == 0;
        for (place, here) in row.iter_mut().enumerate() {
            *here |= carried;
            // What any text stands for can be nothing, and a star of ours what theirs is.
            let stands = name.get(place);
            carried = *here
                && match (piece, stands) {
                    (_, Some(Piece::Text)) => true,
                    (Some(Piece::Text), Some(_)) => true,
                    (Some(Piece::Name), Some(Piece::Letter(letter))) => *letter != '/',
                    (Some(Piece::Name), Some(_)) => true,
                    (_, None) | (Some(Piece::Letter(_) | Piece::One) | None, Some(_)) => false,
                };
        }
        let Some(piece) = piece else { break };
        next.fill(false);
        for (place, here) in row.iter().enumerate().filter(|(_, here)| **here) {
            let stays =
                matches!(piece, Piece::Text | Piece::Name) || matches!(name.get(place), Some(Piece::Text));
            if stays && let Some(slot) = next.get_mut(place) {
                *slot = *here;
            }
            let steps = match (piece, name.get(place)) {
                (Piece::Letter(ours), Some(Piece::Letter(theirs))) => ours == theirs,
                (Piece::One, Some(Piece::Letter(letter))) => *letter != '/',
                (Piece::Letter(_) | Piece::One, Some(Piece::One)) => true,
                _ => false,
            };
            if steps && let Some(slot) = next.get_mut(place + 1) {
                *slot = true;
            }
        }
        std::mem::swap(&mut row, &mut next);
    }
    row.last() == Some(&true)
}

/// A part of a pattern: a letter, one of any, any of one name, any text.
#[derive(Clone, Copy)]
enum Piece {
    Letter(char),
    One,
    Name,
    Text,
}

fn ours(pattern: &str) -> Vec<Piece> {
    let mut letters = pattern.chars().peekable();
    let mut pieces = Vec::new();
    while let Some(letter) = letters.next() {
        pieces.push(match letter {
            '*' if letters.next_if_eq(&'*').is_some() => Piece::Text,
            '*' => Piece::Name,
            '?' => Piece::One,
            letter => Piece::Letter(letter),
        });
    }
    pieces
}

fn theirs(name: &str) -> Vec<Piece> {
    let mut letters = name.chars();
    let mut pieces = Vec::new();
    while let Some(letter) = letters.next() {
        pieces.push(match letter {
            '*' => Piece::Text,
            // What is in brackets is one letter; taken for more, nothing is missed.
            '[' if letters.as_str().contains(']') => {
                let _ = letters.find(|letter| *letter == ']');
                Piece::Text
            }
            '?' => Piece::One,
            letter => Piece::Letter(letter),
        });
    }
    pieces
}

/// What stands before the first wildcard.
pub fn literal_start(pattern: &str) -> &str {
    pattern.split(['*', '?']).next().unwrap_or(pattern)
}

/// Row by row over the pattern: after each row, `reach` holds at which ends of `name` the pattern
/// so far fits. Time and space are bounded by the product and the length of the name. An `open` name
/// may go on with anything: it is enough that a part of the pattern fits all of it.
fn fits(pattern: &[char], name: &[char], open: bool) -> bool {
    let mut reach: Vec<bool> = std::iter::once(true).chain(name.iter().map(|_| false)).collect();
    let mut rest = pattern;
    while let Some((&first, after)) = rest.split_first() {
        if open && reach.last() == Some(&true) {
            return true;
        }
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

    /// All names of up to this many letters.
    fn names(length: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        let mut last = all.clone();
        for _ in 0..length {
            last = last
                .iter()
                .flat_map(|name| ["a", "b", "/"].map(|letter| format!("{name}{letter}")))
                .collect();
            all.extend(last.clone());
        }
        all
    }

    proptest! {
        #[test]
        fn two_patterns_meet_where_a_name_fits_both(pattern in "[ab/*?]{0,4}", name in "[ab/*?]{0,4}") {
            let (p, n): (Vec<char>, Vec<char>) =
                (pattern.chars().collect(), name.replace('*', "**").chars().collect());
            let fits_both = names(7).iter().any(|text| {
                let text: Vec<char> = text.chars().collect();
                naive(&p, &text) && naive_theirs(&n, &text)
            });
            prop_assert_eq!(meets(&pattern, &name), fits_both);
        }
    }

    /// As [`naive`], where one of any may be a slash.
    fn naive_theirs(name: &[char], text: &[char]) -> bool {
        match (name, text) {
            ([], _) => text.is_empty(),
            (['*', '*', rest @ ..], _) => (0..=text.len()).any(|skip| naive_theirs(rest, &text[skip..])),
            (['?', rest @ ..], [_, tail @ ..]) => naive_theirs(rest, tail),
            ([first, rest @ ..], [letter, tail @ ..]) => first == letter && naive_theirs(rest, tail),
            (_, []) => false,
        }
    }

    #[test]
    fn what_is_known_of_an_open_name_counts() {
        for (pattern, name) in [
            ("*/billing", "localhost/*"),
            ("db.*/billing", "db.example/*"),
            ("**.example", "local/*"),
            ("release/2", "release/*"),
            ("main", "*"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("*.staging.example", "localhost/*"),
            ("*-live", "dev/*"),
            ("*/billing", "/repo/test.db/*"),
            ("release", "release/*"),
            ("r?lease/x", "main*"),
        ] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn the_last_match_counts() {
        let list = ["**", "!gh-pages", "!docs/**", "docs/live"].map(str::to_owned);
        assert!(in_list(&list, "main") && in_list(&list, "docs/live") && in_list(&list, "*"));
        assert!(!in_list(&list, "gh-pages") && !in_list(&list, "docs/draft"));
    }
}

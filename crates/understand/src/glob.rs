//! Shell patterns: `*`, `?` and `[..]` within one path segment.

use std::borrow::Cow;

/// The same pattern with every run of `*` as one.
pub(crate) fn collapsed(pattern: &str) -> Cow<'_, str> {
    if !pattern.contains("**") {
        return Cow::Borrowed(pattern);
    }
    let mut simple = String::new();
    for character in pattern.chars() {
        if !(character == '*' && simple.ends_with('*')) {
            simple.push(character);
        }
    }
    Cow::Owned(simple)
}

/// The same pattern for a shell that takes no note of the case of letters: in names that have a wildcard, `a` is `[aA]`.
pub(crate) fn folded(pattern: &str) -> String {
    let fold = |part: &str| {
        let mut folded = String::new();
        let mut is_open = false;
        for letter in part.chars() {
            is_open = (is_open || letter == '[') && letter != ']';
            if letter.is_ascii_alphabetic() && !is_open {
                folded.extend(['[', letter.to_ascii_lowercase(), letter.to_ascii_uppercase(), ']']);
            } else {
                folded.push(letter);
            }
        }
        folded
    };
    let parts = pattern.split('/').map(|part| if is_pattern(part) { fold(part) } else { part.to_owned() });
    parts.collect::<Vec<_>>().join("/")
}

/// Whether `pattern` matches `text`. A bracket expression matches any one character, but for the two cases of a
/// letter: the wider reading is the safer one. Time is bounded by the product of the lengths: callers bound these.
pub fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    if !ends_agree(pattern, text) {
        return false;
    }
    let last_bracket = pattern.iter().rposition(|byte| *byte == b']').unwrap_or(0);
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while let Some(byte) = text.get(t) {
        let next = match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p + 1, t));
                Some((p + 1, t))
            }
            Some(b'?') => Some((p + 1, t + width(*byte))),
            Some(b'[') if let Some(letter) = both_cases(pattern, p) => {
                byte.eq_ignore_ascii_case(&letter).then_some((p + 4, t + 1))
            }
            Some(b'[') if p + 2 <= last_bracket => Some((after_bracket(pattern, p), t + width(*byte))),
            Some(literal) if literal == byte => Some((p + 1, t + 1)),
            _ => None,
        };
        (p, t) = match (next, retry) {
            (Some(next), _) => next,
            (None, Some((after_star, taken))) => {
                let taken = taken + text.get(taken).map_or(1, |byte| width(*byte));
                retry = Some((after_star, taken));
                (after_star, taken)
            }
            (None, None) => return false,
        };
    }
    pattern.get(p..).is_some_and(|rest| rest.iter().all(|byte| *byte == b'*'))
}

/// Whether first and last byte can be the same: most texts that do not match differ there, which is quickly seen.
fn ends_agree(pattern: &[u8], text: &[u8]) -> bool {
    let first = pattern
        .first()
        .is_none_or(|first| matches!(first, b'*' | b'?' | b'[') || text.first() == Some(first));
    let last =
        pattern.last().is_none_or(|last| matches!(last, b'*' | b'?' | b']') || text.last() == Some(last));
    first && last
}

/// How many bytes the character that starts with this one has.
const fn width(first: u8) -> usize {
    match first {
        0..=0xBF => 1,
        0xC0..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xFF => 4,
    }
}

/// The letter whose two cases are the bracket expression that starts at `open`.
fn both_cases(pattern: &[u8], open: usize) -> Option<u8> {
    match pattern.get(open + 1..open + 4)? {
        [one, other, b']'] if one.is_ascii_alphabetic() && one.eq_ignore_ascii_case(other) => Some(*one),
        _ => None,
    }
}

/// Where the bracket expression that starts at `open` ends; it holds at least one character.
fn after_bracket(pattern: &[u8], open: usize) -> usize {
    let rest = pattern.get(open + 2..).unwrap_or_default();
    rest.iter().position(|byte| *byte == b']').map_or(open + 1, |close| open + 2 + close + 1)
}

/// Whether the text has any of the pattern characters.
pub(crate) fn is_pattern(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, b'*' | b'?' | b'['))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_like_a_shell() {
        for (pattern, text) in [
            ("*", ""),
            ("a*c", "abbc"),
            ("?b", "ab"),
            ("[a-z]b", "xb"),
            (".env*", ".env"),
            ("*.pem", "*.pem"),
            ("?[é]*", "éxé"),
            ("[", "["),
            ("a[]b", "a[]b"),
            ("[eE]nv*", "Env.x"),
            ("[ab]", "c"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a", "b"), ("a*c", "abd"), ("?", ""), ("*x", "y"), ("[eE]nv", "xnv")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn letters_of_either_case() {
        for (pattern, expected) in [("Src/*.E[a-z]", "Src/*.[eE][a-z]"), ("src/x", "src/x"), ("??é", "??é")]
        {
            assert_eq!(folded(pattern), expected);
        }
    }
}

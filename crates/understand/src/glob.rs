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

/// Whether `pattern` matches `text`. A bracket expression matches any one character: the wider
/// reading is the safer one. Time is bounded by the product of the lengths: callers bound these.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = simplified(pattern);
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p + 1, t));
                p += 1;
            }
            Some('?') => (p, t) = (p + 1, t + 1),
            Some(character) if Some(character) == text.get(t) => (p, t) = (p + 1, t + 1),
            _ => {
                let Some((after_star, taken)) = retry else { return false };
                retry = Some((after_star, taken + 1));
                (p, t) = (after_star, taken + 1);
            }
        }
    }
    pattern.get(p..).is_some_and(|rest| rest.iter().all(|character| *character == '*'))
}

/// Whether the text has any of the pattern characters.
pub(crate) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

fn simplified(pattern: &str) -> Vec<char> {
    let mut simple = Vec::new();
    let mut rest = pattern;
    while let Some(character) = rest.chars().next() {
        let after = rest.get(character.len_utf8()..).unwrap_or_default();
        match (character, after.get(1..).and_then(|tail| tail.split_once(']'))) {
            ('[', Some((_, tail))) => {
                simple.push('?');
                rest = tail;
            }
            _ => {
                simple.push(character);
                rest = after;
            }
        }
    }
    simple
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
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a", "b"), ("a*c", "abd"), ("?", ""), ("*x", "y")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }
}

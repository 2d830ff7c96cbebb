//! The patterns of conditional includes: `*`, `?` and, between slashes, `**`.

use crate::unknown::{Known, Unknown};

/// One step of a pattern.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// This byte.
    Byte(u8),
    /// One byte, not a slash.
    One,
    /// Any bytes but slashes.
    Star,
    /// Any bytes.
    Deep,
    /// Nothing, or the next two steps.
    Optional,
}

/// Longer patterns are unknown, in bytes.
const LIMIT: usize = 512;

/// Whether `pattern` matches all of `text`. Brackets and escapes are not followed: unknown.
///
/// Takes time in proportion to the length of the one times the length of the other.
pub(crate) fn matches(pattern: &[u8], text: &[u8]) -> Known<bool> {
    if pattern.iter().any(|byte| matches!(byte, b'[' | b'\\')) {
        return Err(Unknown::because("a conditional include has a pattern with brackets or escapes"));
    }
    if pattern.len() > LIMIT {
        return Err(Unknown::because("a conditional include has a very long pattern"));
    }
    let steps = steps(pattern);
    let mut at = Positions::none(&steps);
    at.reach(0);
    for &byte in text {
        let mut next = Positions::none(&steps);
        for (position, step) in steps.iter().enumerate().filter(|&(position, _)| at.has(position)) {
            match step {
                Step::Byte(expected) if *expected == byte => next.reach(position + 1),
                Step::One if byte != b'/' => next.reach(position + 1),
                Step::Star if byte != b'/' => next.reach(position),
                Step::Deep => next.reach(position),
                Step::Byte(_) | Step::One | Step::Star | Step::Optional => {}
            }
        }
        at = next;
    }
    Ok(at.has(steps.len()))
}

/// The positions in the steps that the text so far can have led to.
struct Positions<'a> {
    steps: &'a [Step],
    reached: Vec<bool>,
}

impl<'a> Positions<'a> {
    fn none(steps: &'a [Step]) -> Self {
        Self { steps, reached: vec![false; steps.len() + 1] }
    }

    fn has(&self, position: usize) -> bool {
        self.reached.get(position).copied().unwrap_or(false)
    }

    /// Adds this position, and those that can be reached from it without taking a byte.
    fn reach(&mut self, position: usize) {
        let mut open = vec![position];
        while let Some(position) = open.pop() {
            match self.reached.get_mut(position) {
                Some(reached) if !*reached => *reached = true,
                Some(_) | None => continue,
            }
            match self.steps.get(position) {
                Some(Step::Star | Step::Deep) => open.push(position + 1),
                // Into `**/`, or past it.
                Some(Step::Optional) => open.extend([position + 1, position + 3]),
                Some(Step::Byte(_) | Step::One) | None => {}
            }
        }
    }
}

fn steps(pattern: &[u8]) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = pattern;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'?' => steps.push(Step::One),
            b'*' => {
                let stars = 1 + rest.iter().take_while(|&&byte| byte == b'*').count();
                rest = rest.get(stars - 1..).unwrap_or_default();
                let starts = matches!(steps.last(), None | Some(Step::Byte(b'/')));
                match rest.first() {
                    Some(b'/') if stars > 1 && starts => steps.extend([Step::Optional, Step::Deep]),
                    None if stars > 1 && starts => steps.push(Step::Deep),
                    Some(_) | None => steps.push(Step::Star),
                }
            }
            byte => steps.push(Step::Byte(byte)),
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, text: &str) -> bool {
        matches(pattern.as_bytes(), text.as_bytes()).unwrap()
    }

    #[test]
    fn stars_stop_at_slashes_unless_doubled() {
        assert!(check("/home/*/work", "/home/me/work"));
        assert!(!check("/home/*/work", "/home/me/too/work"));
        assert!(check("/home/**/work", "/home/me/too/work"));
        assert!(check("/home/**/work", "/home/work"));
        assert!(!check("/home/**/work", "/homework"));
        assert!(check("**/work/**", "/home/work/shop/.git"));
        assert!(!check("**/work/**", "/home/homework/shop/.git"));
        assert!(!check("a**b", "a/b"));
        assert!(!check("a?b", "a/b"));
        assert!(matches(b"a[b]", b"ab").is_err());
    }
}

//! Which refs a job's condition lets through, where that can be told.

use super::Refs;

/// The refs of a condition over `&&` and `||`, given what one comparison means: nothing if it does
/// not speak of refs.
///
/// Every alternative must hold a comparison that does; otherwise, or where something is negated as a
/// whole, it cannot be told. The answer may be more than the condition lets through, never less.
pub fn refs(condition: &str, meaning: impl Fn(&str) -> Option<Refs>) -> Option<Refs> {
    if condition.contains("!(") || condition.contains("! (") {
        return None;
    }
    let mut all = Refs::default();
    for alternative in condition.split("||") {
        let mut known = alternative.split("&&").filter_map(|comparison| meaning(bare(comparison)));
        let first = known.next()?;
        let narrowest =
            if first.is_empty() || known.any(|refs| refs.is_empty()) { Refs::default() } else { first };
        all = all.or(narrowest);
    }
    Some(all)
}

/// Without the spaces and unpaired parentheses around it.
fn bare(comparison: &str) -> &str {
    let mut text = comparison.trim();
    loop {
        let open = text.matches('(').count();
        let close = text.matches(')').count();
        let shorter = match text.strip_prefix('(') {
            Some(inner) if open > close => inner,
            Some(inner) if open == close => match inner.strip_suffix(')') {
                Some(inner) => inner,
                None => return text,
            },
            _ if close > open => match text.strip_suffix(')') {
                Some(inner) => inner,
                None => return text,
            },
            _ => return text,
        };
        text = shorter.trim();
    }
}

/// The two sides of `==`, in either order, if one of them is one of `names`: the other side.
pub fn equal_to<'a>(comparison: &'a str, names: &[&str]) -> Option<&'a str> {
    let (left, right) = comparison.split_once("==")?;
    let (left, right) = (left.trim(), right.trim());
    if names.contains(&left) {
        Some(right)
    } else if names.contains(&right) {
        Some(left)
    } else {
        None
    }
}

/// The text between the quotes, if that is all it is.
pub fn unquoted(text: &str) -> Option<&str> {
    let inner = text
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''))
        .or_else(|| text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')))?;
    (!inner.contains(['\'', '"'])).then_some(inner)
}

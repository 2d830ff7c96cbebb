//! Which branches and tags a repository's CI delivers from.

mod condition;
pub mod github;
pub mod gitlab;
mod signs;

use std::collections::BTreeSet;

use countersign_model::Environment;

use crate::glob;

/// Something a push sets off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The path of the CI file.
    pub file: String,
    /// Where it delivers to.
    pub environment: Environment,
    /// The refs whose push sets it off.
    pub refs: Refs,
    /// Why it is thought to deliver, a sentence.
    pub why: String,
}

/// Patterns of branches and tags, as `glob` takes them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refs {
    /// Branch names.
    pub branches: Vec<String>,
    /// Tag names.
    pub tags: Vec<String>,
}

impl Refs {
    /// Every branch and every tag.
    pub fn all() -> Self {
        Self { branches: vec!["**".to_owned()], tags: vec!["**".to_owned()] }
    }

    /// These branches.
    pub fn branch(pattern: &str) -> Self {
        Self { branches: vec![pattern.to_owned()], tags: Vec::new() }
    }

    /// These tags.
    pub fn tag(pattern: &str) -> Self {
        Self { branches: Vec::new(), tags: vec![pattern.to_owned()] }
    }

    /// Whether nothing is meant.
    pub fn is_empty(&self) -> bool {
        self.branches.is_empty() && self.tags.is_empty()
    }

    /// Both together.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self { branches: union(self.branches, other.branches), tags: union(self.tags, other.tags) }
    }

    /// Those of `narrower` that these may match: at least what both match.
    #[must_use]
    pub fn and(self, narrower: Self) -> Self {
        let pick = |ours: &[String], theirs: Vec<String>| -> Vec<String> {
            if theirs.first().is_some_and(|pattern| pattern == "**") {
                return ours.to_vec();
            }
            theirs
                .into_iter()
                .filter(|pattern| pattern.starts_with('!') || glob::in_list(ours, pattern))
                .collect()
        };
        Self { branches: pick(&self.branches, narrower.branches), tags: pick(&self.tags, narrower.tags) }
    }
}

/// One list that matches what either matches: an exception of one stays only where the other cannot
/// match what it excepts.
fn union(one: Vec<String>, other: Vec<String>) -> Vec<String> {
    let keep = |patterns: &[String], against: &[String]| -> Vec<String> {
        let kept = |pattern: &&String| {
            pattern.strip_prefix('!').is_none_or(|excepted| !glob::in_list(against, excepted))
        };
        patterns.iter().filter(kept).cloned().collect()
    };
    let mut all = keep(&one, &other);
    all.extend(keep(&other, &one));
    // Of a pattern that stands there twice only the last counts.
    let mut seen = BTreeSet::new();
    let mut once: Vec<String> =
        all.into_iter().rev().filter(|pattern| seen.insert(pattern.clone())).collect();
    once.reverse();
    once
}

/// A pattern of a CI's own language as one of ours that matches at least as much; nothing where an
/// exception cannot be told exactly.
fn widened(pattern: &str) -> Option<String> {
    let (exception, text) = match pattern.strip_prefix('!') {
        Some(text) => (true, text),
        None => (false, pattern),
    };
    let special = text.find(['?', '+', '[', ']', '\\', '{', '}', '!']);
    match special {
        None if exception => Some(format!("!{text}")),
        None => Some(text.to_owned()),
        Some(_) if exception => None,
        Some(index) => {
            let start = text.get(..index).unwrap_or_default();
            // `a?` and `a+` speak of the letter before them.
            let mut letters = start.chars();
            letters.next_back();
            Some(format!("{}**", letters.as_str().trim_end_matches('*')))
        }
    }
}

/// A regular expression as a pattern that matches at least as much.
fn from_regex(expression: &str) -> String {
    let inner = expression.trim_start_matches('/');
    let inner = inner.rsplit_once('/').map_or(inner, |(inner, _)| inner);
    let Some(anchored) = inner.strip_prefix('^').filter(|_| !inner.contains('|')) else {
        return "**".to_owned();
    };
    let mut literal = String::new();
    let mut letters = anchored.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some(escaped) if !escaped.is_ascii_alphanumeric() => literal.push(escaped),
                _ => return format!("{literal}**"),
            },
            '$' if letters.peek().is_none() => return widened(&literal).unwrap_or_default(),
            '*' | '?' | '+' | '{' => {
                literal.pop();
                return format!("{literal}**");
            }
            '.' | '[' | '(' | ')' | '^' | '$' => return format!("{literal}**"),
            _ => literal.push(letter),
        }
    }
    format!("{literal}**")
}

#[cfg(test)]
mod tests;

//! Names of files that a search prints: what a program that is given them can be given.
//!
//! The names lie below the places that are searched, so that `grep -rl foo src | xargs sed -i …` changes something in
//! `src` and nothing else. Which of Countersign's own files are among them is worked out from what is in these.

use countersign_model::{Answer, Question};

use super::printed::{self, Search, may_match};
use crate::context::Context;
use crate::glob;
use crate::invocation::{Found, Invocation, Stdin};
use crate::paths::{self, Located};
use crate::word::{Value, Word};
use crate::workspace::Workspace as _;

/// Places of one search that are looked at one by one.
const MOST: usize = 8;

/// A search that prints names.
pub(in crate::families) struct Listing<'s> {
    /// Where it looks.
    pub places: Vec<Value>,
    /// The names that are asked for; none: any.
    pub names: Vec<String>,
    /// Whether it goes into directories.
    pub recursive: bool,
    /// What has to be in a file, as far as that is known; none: nothing has to.
    pub patterns: Option<&'s [Option<String>]>,
    /// Whether it prints only what git keeps.
    pub tracked: bool,
}

impl Listing<'_> {
    /// What the names can be.
    pub(in crate::families) fn found(&self, context: &Context<'_>) -> Found {
        let mut found = Found::default();
        if self.places.len() > MOST || self.places.iter().any(Value::is_unknown) {
            found.patterns.push(Value::unknown("a file that is found"));
            found.is_weighed = false;
            return found;
        }
        for place in &self.places {
            let located = paths::locate(place, context);
            let is_directory = self.recursive && !is_file(&located, context);
            if is_directory && place.known().is_some() {
                self.below(place.text(), &mut found);
            } else {
                found.patterns.push(place.clone());
            }
            self.reaches(place, &located, is_directory, context, &mut found);
        }
        found
    }

    fn below(&self, place: &str, found: &mut Found) {
        let directory = place.trim_end_matches('/');
        let any = ["*".to_owned()];
        let names = if self.names.is_empty() { &any } else { self.names.as_slice() };
        found.patterns.extend(names.iter().map(|name| Value::Pattern(format!("{directory}/{name}"))));
    }

    /// Adds Countersign's own files, and files of secrets, that are printed.
    fn reaches(&self, place: &Value, located: &Located, is_directory: bool, context: &Context<'_>, found: &mut Found) {
        if place.known().is_none() || !is_directory {
            found.is_weighed = false;
            return;
        }
        let takes = |name: &str, located: &Located, context: &Context<'_>| {
            let is_asked = self.names.is_empty() || self.names.iter().any(|pattern| glob::matches(pattern, paths::split(name).1));
            is_asked && !(self.tracked && is_untracked(&located.path, context))
        };
        for (path, text) in printed::secrets_below(place, takes, context) {
            let has = |text: &str| self.patterns.is_none_or(|patterns| matches(patterns, text));
            if text.as_deref().is_none_or(has) && !found.protected.contains(&path) {
                found.protected.push(path);
            }
        }
        for protected in &context.surroundings.protected {
            found.is_weighed &= !located.readings().any(|reading| paths::is_within(reading, protected));
            let is_below = located.readings().any(|reading| paths::is_within(protected, reading));
            if is_below && self.prints(protected, context) && !found.protected.contains(protected) {
                found.protected.push(protected.clone());
            }
        }
    }

    /// Whether a file, or one in a directory, is printed.
    fn prints(&self, path: &str, context: &Context<'_>) -> bool {
        if self.tracked && is_untracked(path, context) {
            return false;
        }
        match (context.file(path), self.patterns) {
            (Ok(None), _) => false,
            (Ok(Some(text)), Some(patterns)) => matches(patterns, &text),
            (Ok(Some(_)), None) | (Err(_), _) => true,
        }
    }
}

/// What `grep -l` and its like print; nothing where they print something else.
pub(super) fn by_search(patterns: &[Option<String>], files: &[&Word], invocation: &Invocation, context: &Context<'_>) -> Option<Found> {
    let search = Search::of(invocation);
    let matching = search.lists? && !search.inverted;
    let reads_input = files.is_empty() && invocation.stdin != Stdin::Inherited;
    let unclear = invocation.words.iter().any(|word| word.value.is_unknown());
    // Names that `--replace`, `--null` or `--path-separator` changes are other names.
    let changed = ["--path-separator", "--hyperlink-format", "--la", "--heading", "--json", "--output"];
    if reads_input || unclear || invocation.words.iter().any(|word| changed.iter().any(|option| word.text().starts_with(option))) {
        return None;
    }
    let here = [Value::Known(".".to_owned())];
    let places = if files.is_empty() { here.to_vec() } else { files.iter().map(|word| word.value.clone()).collect() };
    let asked = search.names.iter().filter(|(name, leaves_out)| !leaves_out && !name.contains(['/', '{']));
    let names: Vec<String> = asked.map(|(name, _)| name.clone()).collect();
    let any = search.names.iter().any(|(name, leaves_out)| !leaves_out && name.contains(['/', '{']));
    let names = if any { Vec::new() } else { names };
    Some(Listing { places, names, recursive: search.recursive, patterns: matching.then_some(patterns), tracked: false }.found(context))
}

/// Whether one of the patterns may be in a text; those of Perl can start with an option.
fn matches(patterns: &[Option<String>], text: &str) -> bool {
    patterns.iter().any(|pattern| pattern.as_deref().is_none_or(|pattern| pattern.starts_with("(*") || may_match(pattern, text)))
}

/// Whether git is known not to keep it.
fn is_untracked(path: &str, context: &Context<'_>) -> bool {
    let Some(top) = context.top().filter(|top| paths::is_within(path, top)) else { return true };
    let question = Question::Tracked { repository: top.to_owned(), path: path.to_owned() };
    context.workspace.ask(&question) == Answer::No
}

/// Whether it is known to be a file.
fn is_file(located: &Located, context: &Context<'_>) -> bool {
    matches!(context.file(&located.path), Ok(Some(_)))
}

#[cfg(test)]
mod tests;

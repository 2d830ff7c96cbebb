//! `just`: its options, and the recipe that it runs.

use countersign_model::Verb;

use super::projects::{directory, usual};
use crate::code::{self, Looked};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::Word;

/// Options of just that say nothing of what its recipes run.
const QUIET: &[&str] = &["-q", "--quiet", "-v", "--verbose", "--highlight", "--no-highlight", "-u", "--unsorted", "--yes", "--timestamp", "--explain", "--unstable", "--one", "--no-deps", "--no-aliases", "--clear-shell-args", "--no-dotenv", "--allow-missing"];

pub(super) fn just(invocation: &Invocation, context: &mut Context<'_>) -> (Looked, Option<Verb>) {
    let shows = ["--list", "-l", "--summary", "--show", "-s", "--dump", "--groups", "--variables", "--version", "-V", "--help", "-h", "--dry-run", "-n", "--usage", "--man", "--completions", "--changelog"];
    let listing = invocation.words.first().and_then(Word::known).is_some_and(|first| shows.contains(&first));
    // Of another option the value could be such a word; those that choose another file may be of any kind.
    if listing && invocation.words.iter().skip(1).all(|word| word.known().is_some_and(|text| !text.starts_with('-') || matches!(text, "--unsorted" | "-u" | "--list-submodules" | "--color"))) {
        return (Looked::Understood, None);
    }
    // What follows the first recipe is all its own, also what looks like an option.
    let known: Option<Vec<&str>> = invocation.words.iter().map(Word::known).collect();
    let plain = known.is_some();
    let mut words = known.unwrap_or_default();
    let mut file = None;
    let mut set_before = Vec::new();
    let mut at = 0;
    loop {
        let next = |offset: usize| words.get(at + offset).copied();
        at += match (next(0), next(1)) {
            (Some(text), _) if QUIET.contains(&text) => 1,
            (Some("--color" | "--command-color" | "--dump-format" | "--chooser"), Some(_)) => 2,
            (Some("-f" | "--justfile"), Some(named)) => {
                file = Some(named);
                2
            }
            (Some("--set"), Some(name)) => match next(2) {
                Some(value) => {
                    set_before.push((name, value));
                    3
                }
                None => break,
            },
            (Some(text), _) => match text.strip_prefix("--justfile=") {
                Some(named) => {
                    file = Some(named);
                    1
                }
                None => break,
            },
            (None, _) => break,
        };
    }
    words.drain(..at.min(words.len()));
    let set = words.iter().map_while(|text| text.split_once('=').filter(|(name, _)| !name.starts_with('-')));
    let mut overrides: Vec<(&str, &str)> = set.collect();
    words.drain(..overrides.len());
    overrides.extend(set_before);
    let plain = plain && words.first().is_none_or(|text| !text.starts_with('-'));
    let names: Vec<String> = words.iter().take(1).map(|name| (*name).to_owned()).collect();
    let usual = usual(&names);
    let directory = match directory(None, context) {
        Ok(directory) if plain => directory,
        _ => return (Looked::Absent, usual),
    };
    let asked = code::justfile::Asked { overrides, words };
    let looked = code::sure(context, |context| {
        let named = file.map_or_else(|| vec!["justfile", "Justfile", ".justfile"], |file| vec![file]);
        for file in named {
            let path = paths::normal(&directory, file);
            // Recipes run where their file stands.
            let directory = paths::split(&path).0.to_owned();
            let looked = code::justfile::run(&path, &directory, &asked, context);
            if !matches!(looked, Looked::Absent) {
                return looked;
            }
        }
        Looked::Absent
    });
    (looked, usual)
}

//! Directories that a build tool empties or deletes before it writes there, or instead.

use countersign_model::{PathClass, Zone};

use super::made;
use crate::context::Context;
use crate::environment;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::{Value, Word};

/// A tool that empties a directory.
struct Cleans {
    program: &'static str,
    /// Its subcommand; empty: any.
    subcommand: &'static str,
    /// Options with the directory.
    directory: &'static [&'static str],
    /// Variables with the directory.
    variables: &'static [&'static str],
    /// Options without which it does so only to what is its own; empty: always.
    only_with: &'static [&'static str],
    /// Options with which it does not.
    never_with: &'static [&'static str],
}

/// Environments of one command that are followed.
const MOST_ENVIRONMENTS: usize = 4;

const CLEANS: &[Cleans] = &[
    Cleans { program: "cargo", subcommand: "clean", directory: &["--target-dir"], variables: &["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR"], only_with: &[], never_with: &["-n", "--dry-run", "--help", "-h"] },
    Cleans { program: "vite", subcommand: "build", directory: &["--outDir", "--out-dir"], variables: &[], only_with: &[], never_with: &["--emptyOutDir=false", "--no-emptyOutDir", "--help", "-h"] },
    Cleans { program: "webpack", subcommand: "", directory: &["--output-path", "-o"], variables: &[], only_with: &["--output-clean"], never_with: &["--help"] },
    Cleans { program: "babel", subcommand: "", directory: &["--out-dir", "-d"], variables: &[], only_with: &["--delete-dir-on-start"], never_with: &["--help"] },
    Cleans { program: "swc", subcommand: "", directory: &["--out-dir", "-d"], variables: &[], only_with: &["--delete-dir-on-start"], never_with: &["--help"] },
];

/// Adds what a tool deletes that way.
pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let first = invocation.words.iter().map(Word::text).find(|text| !text.starts_with(['-', '+'])).unwrap_or_default();
    if program == "uv" && first == "venv" {
        return made_anew(&invocation.words, 1, invocation, context);
    }
    let has = |names: &[&str]| invocation.words.iter().any(|word| names.contains(&word.text()));
    for cleans in CLEANS.iter().filter(|cleans| cleans.program == program) {
        let is_it = cleans.subcommand.is_empty() || has(&[cleans.subcommand]);
        if !is_it || has(cleans.never_with) || !(cleans.only_with.is_empty() || has(cleans.only_with)) {
            continue;
        }
        let mut words = invocation.words.iter();
        let mut found = None;
        while let Some(word) = words.next() {
            let text = word.text();
            if cleans.directory.contains(&text) {
                found = words.next().map(|word| word.value.clone());
            } else if let Some((name, _)) = text.split_once('=').filter(|(name, _)| cleans.directory.contains(name)) {
                found = word.value.strip_prefix(&format!("{name}="));
            } else if let Some(value) = setting(text).filter(|_| cleans.program == "cargo") {
                found = Some(value);
            }
        }
        let set = cleans.variables.iter().find_map(|name| environment::value(invocation, name));
        if let Some(directory) = found.or(set).filter(|value| value.is_unknown() || !value.text().is_empty()) {
            empties(&Word::made(directory), context);
        }
    }
}

/// Deletes a directory, where that is not one of those that builds write anew all the time.
fn empties(word: &Word, context: &mut Context<'_>) {
    let located = paths::locate(&word.value, context);
    // What is moved there is nobody's to write anew.
    if context.state.world.has_moved || located.zone != Zone::Workspace || located.class != PathClass::Rebuildable || located.why.is_some() {
        context.delete(word);
    }
}

/// The directory of `--config build.target-dir="x"`.
fn setting(text: &str) -> Option<Value> {
    let (_, value) = text.split_once("build.target-dir")?;
    Some(Value::Known(value.trim_start_matches([' ', '=']).trim_matches(['"', '\'']).to_owned()))
}

/// Adds what becomes of the directories that a new environment of Python is made in, whose words start at `index`.
pub(in super::super) fn made_anew(words: &[Word], index: usize, invocation: &Invocation, context: &mut Context<'_>) {
    let words = words.get(index..).unwrap_or_default();
    let is_uv = invocation.program == "uv";
    let says = |text: &str| {
        (text.len() > 3 && "--clear".starts_with(text)) || (is_uv && text == "-c")
    };
    let takes_next = ["-p", "--python", "--prompt", "--index-url", "-i", "--seed-index", "--exclude-newer", "--link-mode"];
    let mut rest = words.iter();
    let mut directories = Vec::new();
    while let Some(word) = rest.next() {
        if takes_next.contains(&word.text()) {
            rest.next();
        } else if !word.text().starts_with('-') && word.text() != "venv" {
            directories.push(word.clone());
        }
    }
    if is_uv && directories.is_empty() {
        directories.push(Word::known_as(".venv"));
    }
    directories.iter().take(MOST_ENVIRONMENTS).for_each(|word| made::written(&word.value, context));
    // Its name for the prompt is written into the script that activates it.
    let is_named = words.iter().any(|word| word.text().starts_with("--p"));
    for word in directories.iter().take(if is_named { 0 } else { MOST_ENVIRONMENTS }) {
        let located = paths::locate(&word.value, context);
        if located.why.is_none() {
            context.state.world.environments.push(located.path);
        }
    }
    let set = environment::value(invocation, "UV_VENV_CLEAR").filter(|_| is_uv);
    let is_set = set.is_some_and(|value| !matches!(value.known(), Some("" | "0" | "false")));
    if is_set || words.iter().any(|word| says(word.text())) {
        directories.iter().for_each(|word| empties(word, context));
    }
}

#[cfg(test)]
mod tests;

//! Formatters, which write the files anew that they are given by name.

use countersign_model::{Answer, Effect, PathClass, Question, Zone, verbs};

use crate::Workspace as _;
use crate::context::Context;
use crate::invocation::Invocation;
use crate::paths;

/// Programs that write the files anew which they are given, or those in the folders.
const FORMATTERS: &[&str] = &[
    "black", "isort", "rustfmt", "autopep8", "ruff", "prettier", "eslint", "clang-format", "gofmt", "goimports", "shfmt", "biome", "stylelint", "rubocop",
    "markdownlint", "typos",
];

/// Adds the files by name that a formatter is given: a task knows by them what is outside of it.
pub(super) fn formatted(invocation: &Invocation, context: &mut Context<'_>) {
    let is_of_cargo = invocation.program == "cargo" && invocation.known(0) == Some("fmt");
    if !is_of_cargo && !FORMATTERS.contains(&invocation.program.as_str()) {
        return;
    }
    let files = invocation.words.iter().filter(|word| word.known().is_some_and(|text| !text.starts_with('-') && text.contains(['.', '/']) && !text.trim_matches(['.', '/']).is_empty()));
    for word in files.take(MOST_FORMATTED) {
        let located = paths::locate(&word.value, context);
        let is_ordinary = located.why.is_none() && located.class == PathClass::Ordinary && located.zone == Zone::Workspace;
        let is_file = || matches!(context.workspace.ask(&Question::Path { path: located.path.clone() }), Answer::Text { .. });
        if is_ordinary && is_file() {
            // What it says stays the same.
            context.push(Effect::new(verbs::FS_WRITE, located.resource()));
        }
    }
}

/// Files of one formatter that are looked at.
const MOST_FORMATTED: usize = 64;

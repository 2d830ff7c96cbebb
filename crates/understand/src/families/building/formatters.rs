//! Formatters, which write the files anew that they are given by name, and compilers, which are told where their output
//! goes.

use countersign_model::{Answer, Effect, PathClass, Question, Zone, verbs};

use crate::Workspace as _;
use crate::context::Context;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::{Value, Word};

/// Programs that write the files anew which they are given, or those in the folders.
const FORMATTERS: &[&str] = &[
    "black", "isort", "rustfmt", "autopep8", "ruff", "prettier", "eslint", "clang-format", "gofmt", "goimports", "shfmt", "biome", "stylelint", "rubocop",
    "markdownlint", "typos",
];

/// Adds the files by name that a formatter is given: a task knows by them what is outside of it.
pub(super) fn formatted(invocation: &Invocation, context: &mut Context<'_>) {
    if !FORMATTERS.contains(&invocation.program.as_str()) {
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

/// Options of compilers and bundlers that name a file or a directory which they write.
const OUTPUTS: &[&str] = &[
    "-o", "--output", "--output-path", "--outfile", "--outFile", "--outdir", "--outDir", "--out-dir", "--out-file", "--target-dir", "--dest", "--destination",
    "--file", "--dir", "-MF", "-MJ", "-aux-info",
];

/// Programs whose `-d` is a directory that they write.
const INTO: &[&str] = &["javac", "rollup", "babel", "swc"];

/// Adds where a compiler's output goes that it is told: it can be built again, but for a file that git keeps.
pub(super) fn outputs(invocation: &Invocation, context: &mut Context<'_>) {
    let is_bundler = matches!(invocation.program.as_str(), "rollup" | "babel" | "swc");
    let names = |name: &str| {
        let is_output = OUTPUTS.contains(&name) && (is_bundler || !matches!(name, "--file" | "--dir"));
        is_output || name == "-d" && INTO.contains(&invocation.program.as_str()) || name.starts_with("--") && name.ends_with("_out")
    };
    let words = &invocation.words;
    let mut found: Vec<Value> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let (name, value) = match word.text().split_once('=') {
            Some((name, _)) => (name, word.value.strip_prefix(&format!("{name}="))),
            None => (word.text(), words.get(at + 1).map(|word| word.value.clone())),
        };
        found.extend(value.filter(|_| names(name)));
    }
    let operands: Vec<&Word> = words.iter().filter(|word| !word.text().starts_with('-')).collect();
    match (invocation.program.as_str(), operands.as_slice()) {
        ("ar", [_, archive, ..]) => found.push(archive.value.clone()),
        ("sass", [_, target]) => found.push(target.value.clone()),
        _ => {}
    }
    for value in found.into_iter().take(MOST_FORMATTED) {
        let mut located = paths::locate(&value, context);
        let is_ordinary = matches!(located.class, PathClass::Ordinary | PathClass::Rebuildable);
        // Of note it is told anyway.
        if located.why.is_none() && is_ordinary && located.zone == Zone::Workspace {
            if !context.is_tracked(&located) {
                located.class = PathClass::Rebuildable;
            }
            context.push(Effect::new(verbs::FS_WRITE, located.resource()));
        } else if !is_ordinary {
            context.write_value(&value);
        }
    }
}

/// Files of one formatter that are looked at.
const MOST_FORMATTED: usize = 64;

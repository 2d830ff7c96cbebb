//! Files that the arguments of any program may name, found without knowing its options: `x`,
//! `--name=x`, `--name x`, `-nx`. Only files of note count, so that a guess costs little.

use countersign_model::PathClass;

use crate::context::Context;
use crate::path_classes;
use crate::paths;
use crate::word::{Value, Word};

/// Arguments that are looked at; more are not of ordinary work.
const MOST: usize = 200;

/// What a program does with words that belong to no option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operands {
    /// Nothing, or its family says so itself.
    Skipped,
    /// It reads them, and who knows what else.
    Read,
    /// It reads them and no more.
    OnlyRead,
    /// It changes them.
    Written,
}

/// Parts of option names that say that something is written.
const OUTPUTS: &[&str] = &[
    "out", "junit", "xml", "report", "write", "dest", "dir", "log", "save", "dump", "cache", "prefix",
    "trace", "profile", "html", "json", "result", "snapshot", "basetemp", "root", "target", "database",
    "store", "record", "artifact", "coverage",
];

/// Adds the files of note among `words`: credentials that are read, settings that are written.
pub(crate) fn touched(words: &[Word], operands: Operands, context: &mut Context<'_>) {
    let mut option: Option<&str> = None;
    for word in words.iter().take(MOST) {
        let text = word.text();
        let before = option.take();
        if text.len() > 4096 || text.contains('\n') || word.value.is_unknown() && !text.contains('=') {
            continue;
        }
        if before.is_some_and(|name| is_filter(name, text)) {
            continue;
        }
        if !text.starts_with('-') || text == "-" {
            match (before, operands) {
                (_, Operands::Written) => formatted(&word.value, context),
                (Some(name), _) if is_output(name) => changed(&word.value, context),
                (_, Operands::Read) => given(&word.value, context),
                (_, Operands::OnlyRead) => noted(&word.value, context),
                (_, Operands::Skipped) => {}
            }
            // `NAME=x` too.
            if let Some((name, _)) = text.split_once('=').filter(|(name, _)| !name.contains(' '))
                && let Some(value) = word.value.strip_prefix(&format!("{name}="))
            {
                attached(name, &value, context);
            }
        } else if let Some((name, _)) = text.split_once('=') {
            if let Some(value) = word.value.strip_prefix(&format!("{name}=")) {
                attached(name.trim_start_matches('-'), &value, context);
            }
        } else if text != "--" {
            option = Some(text.trim_start_matches('-'));
            let letter =
                text.chars().nth(1).filter(|letter| letter.is_ascii_alphabetic() && !text.starts_with("--"));
            if let Some(value) = letter.and_then(|letter| word.value.strip_prefix(&format!("-{letter}")))
                && !value.text().is_empty()
            {
                attached(text.get(1..2).unwrap_or_default(), &value, context);
            }
        }
    }
}

/// A value in the same word as its option.
fn attached(name: &str, value: &Value, context: &mut Context<'_>) {
    if is_output(name) {
        changed(value, context);
    } else if !is_filter(name, value.text()) {
        given(value, context);
    }
}

/// Whether an option chooses by an expression among names of tests and the like.
fn is_filter(name: &str, value: &str) -> bool {
    const NAMES: &[&str] = &[
        "run",
        "bench",
        "fuzz",
        "skip",
        "k",
        "t",
        "g",
        "grep",
        "testNamePattern",
        "test-name-pattern",
        "filter",
    ];
    NAMES.contains(&name) && [".*", "|", "^", "$", "("].iter().any(|sign| value.contains(sign))
}

fn is_output(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let reads = lower.contains("config") || lower.contains("userconfig") || lower.contains("ignore");
    !reads && (matches!(name, "o" | "O" | "d") || OUTPUTS.iter().any(|part| lower.contains(part)))
}

/// Adds that a file is changed, if it is one that programs or people trust.
fn changed(value: &Value, context: &mut Context<'_>) {
    if is_no_path(value) {
        return;
    }
    let class = paths::locate(value, context).class;
    if !matches!(class, PathClass::Ordinary | PathClass::Rebuildable) {
        context.write_value(value);
    }
}

/// Adds that files are changed which a program is given for that. What a pattern matches below a directory is no more
/// of note by it than by the directory's own name, unless its end names what is, or where settings are kept.
fn formatted(value: &Value, context: &mut Context<'_>) {
    let (Value::Known(text) | Value::Pattern(text)) = value else { return changed(value, context) };
    let named = path_classes::without_any(text);
    let (directory, name) = named.rsplit_once('/').unwrap_or((".", &named));
    let is_hidden = |part: &str| part.starts_with('.') && !matches!(part, "." | "..");
    let is_wide = !directory.split('/').any(is_hidden)
        && path_classes::is_any_of_kind(&name.to_ascii_lowercase())
        && paths::locate(&Value::Known(named.clone()), context).class != PathClass::Countersign;
    if is_wide {
        let inner = paths::locate(&Value::Known(format!("{directory}/x")), context).class;
        if matches!(inner, PathClass::Ordinary | PathClass::Rebuildable) {
            return;
        }
    }
    changed(value, context);
}

/// An address is no path, and nothing is asked about it.
fn is_no_path(value: &Value) -> bool {
    value.is_unknown() || value.text().is_empty() || value.text().contains("://")
}

/// Adds that a file of note is read.
fn noted(value: &Value, context: &mut Context<'_>) {
    if is_no_path(value) {
        return;
    }
    let class = paths::locate(value, context).class;
    if matches!(class, PathClass::Secret | PathClass::Countersign) {
        context.read_value(value);
    }
}

/// Adds that a file is read if it holds credentials, and that Countersign's own may be changed.
fn given(value: &Value, context: &mut Context<'_>) {
    if is_no_path(value) {
        return;
    }
    let class = paths::locate(value, context).class;
    if class == PathClass::Secret {
        context.read_value(value);
    } else if class == PathClass::Countersign {
        context.write_value(value);
    }
}

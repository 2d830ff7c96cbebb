//! What a patch changes: the files that its text names, wherever that comes from.
//!
//! Git's own text of the repository's changes brings what git could bring by itself. Any other text that is not known
//! may change every file there is.

mod names;

use countersign_model::{Effect, PathClass, Resource, Zone, verbs};

pub(in crate::families) use self::names::Reader;

use super::below;
use crate::arguments::{Spec, Takes, parse};
use crate::code::source;
use crate::context::Context;
use crate::invocation::{Invocation, Printed, Stdin};
use crate::paths;
use crate::word::Value;

/// How many parts of a name are cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::families) enum Strip {
    Parts(usize),
    /// All but the last.
    Directories,
}

/// A program that applies patches, and how.
pub(in crate::families) struct Applying<'p> {
    pub invocation: &'p Invocation,
    /// Where the patches are; none: standard input.
    pub files: Vec<Value>,
    pub reader: Reader,
    pub strip: Strip,
    /// The directories that names may be read from.
    pub bases: Vec<String>,
    /// The repository whose own changes bring nothing that git could not bring by itself.
    pub root: Option<String>,
    /// Whether names may be read from elsewhere, so that no text is only git's own.
    pub is_moved: bool,
    /// Whether it counts the lines of a patch for itself.
    pub recounts: bool,
}

/// The text of a patch, as far as it is known.
enum Text {
    Known(Vec<String>),
    /// A repository's changes, as git writes them.
    Own(String),
    Foreign,
    Absent,
    Unknown(String),
}

impl Applying<'_> {
    /// Adds the files that change.
    pub fn effects(&self, context: &mut Context<'_>) {
        if self.files.is_empty() {
            self.one(None, context);
        }
        for file in &self.files {
            self.one(Some(file), context);
        }
    }

    fn one(&self, file: Option<&Value>, context: &mut Context<'_>) {
        match self.text(file, context) {
            Text::Known(texts) => texts.iter().for_each(|text| self.named(text, context)),
            Text::Own(root)
                if self.is_moved || self.root.as_ref() != Some(&root) || !crate::families::git::keeps_names(context) =>
             anything("git writes the patch as it runs", context),
            Text::Own(_) if self.reader != Reader::Patch => {
                let why = format!("{} {}", self.invocation.title(), crate::families::MAY_HAVE_CHANGED);
                context.state.world.tree_changed.get_or_insert(why);
                context.state.world.brings_work = true;
            }
            Text::Own(_) | Text::Absent if self.reader == Reader::Patch => self.bases.iter().for_each(|base| somewhere(base, context)),
            Text::Own(_) | Text::Absent => {}
            Text::Foreign => {
                let name = self.invocation.title();
                let why = "the patch comes from the network: nobody here wrote what it puts into files";
                context.push(Effect::new(verbs::EXEC_REMOTE_CODE, Resource::Program { name }).because(why));
                anything("the patch comes from the network", context);
            }
            Text::Unknown(why) => anything(&why, context),
        }
    }

    fn text(&self, file: Option<&Value>, context: &Context<'_>) -> Text {
        let is_stdin = file.is_none_or(|file| matches!(file.known(), Some("-" | "/dev/stdin" | "/dev/fd/0" | "/proc/self/fd/0")));
        match (file.filter(|_| !is_stdin), &self.invocation.stdin) {
            (Some(file), _) | (None, Stdin::File(file)) => in_file(file, context),
            (None, Stdin::Text(Value::Known(text))) => Text::Known(vec![text.clone()]),
            (None, Stdin::Text(_)) => Text::Unknown("the text of the patch is not known".to_owned()),
            (None, Stdin::Pipe(from)) => match (&from.text, &from.printed) {
                (Some(text), _) => Text::Known(vec![text.clone()]),
                _ if from.fetched => Text::Foreign,
                (None, Some(Printed::File(file))) => in_file(file, context),
                // Indented text is a patch to `patch`.
                (None, Some(Printed::Changes { root, has_messages })) if !has_messages || self.reader == Reader::Git => Text::Own(root.clone()),
                (None, Some(Printed::Changes { .. }) | None) => Text::Unknown("a program writes the patch as it runs".to_owned()),
            },
            (None, Stdin::Inherited) => Text::Known(Vec::new()),
        }
    }

    /// Adds the files that a text names.
    fn named(&self, text: &str, context: &mut Context<'_>) {
        let Some(names) = names::read(text, self.reader, self.recounts) else {
            anything("the patch is encoded, or names too many files", context);
            return;
        };
        let mut changed = Vec::new();
        for name in &names {
            let own = match self.strip {
                Strip::Parts(parts) => stripped(&name.text, if name.is_bare { parts.saturating_sub(1) } else { parts }),
                Strip::Directories => paths::split(&name.text).1,
            };
            for base in &self.bases {
                let path = if own.starts_with('/') { own.to_owned() } else { format!("{base}/{own}") };
                if !changed.contains(&path) {
                    changed.push(path);
                }
            }
        }
        changed.into_iter().for_each(|path| context.write_value(&Value::Known(path)));
    }
}

/// A patch that is not known may change any file.
pub(in crate::families) fn anything(why: &str, context: &mut Context<'_>) {
    context.write_value(&Value::unknown(why));
}

/// A patch that is not there yet changes files of a directory: nobody knows which, where that is no part of the project.
fn somewhere(base: &str, context: &mut Context<'_>) {
    let located = paths::locate(&Value::Known(base.to_owned()), context);
    if located.zone != Zone::Workspace || located.class != PathClass::Ordinary {
        let why = Value::unknown("the patch is not there yet");
        crate::families::landing::unpacks(&why, &Value::Known(base.to_owned()), context);
    } else if base == "." {
        context.write_value(&Value::Known(base.to_owned()));
    } else {
        context.write_value(&Value::Pattern(format!("{base}/*")));
    }
}

/// The patch in a file, by the time it is applied.
fn in_file(file: &Value, context: &Context<'_>) -> Text {
    let located = paths::locate(file, context);
    if located.path == "/dev/null" {
        return Text::Known(Vec::new());
    }
    if let Some(root) = context.state.world.changes_in(&located) {
        return Text::Own(root.to_owned());
    }
    match source::of(&located, context) {
        source::Source::Texts(texts) => Text::Known(texts),
        source::Source::Absent => Text::Absent,
        source::Source::Foreign => Text::Foreign,
        // Git leaves what is outside the working tree as it is.
        source::Source::Perhaps(texts, why)
            if why.ends_with(crate::families::MAY_HAVE_CHANGED) && !context.top().is_some_and(|top| paths::is_within(&located.path, top)) =>
        {
            Text::Known(texts)
        }
        source::Source::Perhaps(_, why) | source::Source::Unknown(why) => Text::Unknown(why),
    }
}

/// A name without its first parts; of one that has fewer, the last.
fn stripped(name: &str, parts: usize) -> &str {
    let mut name = name;
    for _ in 0..parts {
        match name.split_once('/') {
            Some((_, rest)) if !rest.trim_start_matches('/').is_empty() => name = rest.trim_start_matches('/'),
            _ => break,
        }
    }
    name
}

/// `patch`
pub(super) fn patch(invocation: &Invocation, context: &mut Context<'_>) {
    let given = parse(&invocation.words, &PATCH);
    if given.has(&["help", "version"]) {
        context.program(verbs::EXEC_READ, "patch");
        return;
    }
    let directory = given.value(&["d", "directory"]);
    let named = given.value(&["i", "input"]).or_else(|| given.operands.get(1).map(|word| &word.value));
    let files: Vec<Value> = named.map(|file| if file.known() == Some("-") { file.clone() } else { below(directory, file) }).into_iter().collect();
    files.iter().filter(|file| file.known() != Some("-")).for_each(|file| context.read_value(file));
    if given.has(&["dry-run"]) {
        context.program(verbs::EXEC_READ, "patch");
        return;
    }
    given.values(&["o", "output", "r", "reject-file"]).for_each(|value| context.write_value(&below(directory, value)));
    let strip = match given.value(&["p", "strip"]).map(|value| value.known().and_then(|text| text.parse().ok())) {
        None => Some(Strip::Directories),
        Some(parts) => parts.map(Strip::Parts),
    };
    if let Some(file) = given.operands.first() {
        // Then the names in it do not count.
        context.write_value(&below(directory, &file.value));
    } else if let (Some(strip), Some(base)) = (strip, directory.map_or(Some("."), Value::known)) {
        let bases = vec![base.to_owned()];
        let is_at_top = context.state.shell.directory.as_deref().ok() == context.top();
        let is_moved = directory.is_some() || strip != Strip::Parts(1) || !is_at_top;
        Applying { invocation, files, reader: Reader::Patch, strip, bases, root: context.top().map(str::to_owned), is_moved, recounts: false }.effects(context);
    } else {
        anything("where its files are is not known", context);
    }
    if given.doubt().is_some() && given.operands.is_empty() {
        anything("an option of it is not known", context);
    }
    context.program(verbs::EXEC_READ, "patch");
}

const PATCH: Spec = Spec {
    long: &[
        ("directory", Takes::Value), ("input", Takes::Value), ("output", Takes::Value), ("reject-file", Takes::Value), ("strip", Takes::Value), ("fuzz", Takes::Value), ("prefix", Takes::Value), ("suffix", Takes::Value),
        ("basename-prefix", Takes::Value), ("ifdef", Takes::Value), ("get", Takes::Value), ("version-control", Takes::Value), ("quoting-style", Takes::Value), ("reject-format", Takes::Value), ("read-only", Takes::Value), ("merge", Takes::Attached),
        ("forward", Takes::Nothing), ("reverse", Takes::Nothing), ("dry-run", Takes::Nothing), ("batch", Takes::Nothing), ("force", Takes::Nothing), ("backup", Takes::Nothing), ("silent", Takes::Nothing), ("quiet", Takes::Nothing), ("verbose", Takes::Nothing),
        ("unified", Takes::Nothing), ("context", Takes::Nothing), ("normal", Takes::Nothing), ("ed", Takes::Nothing), ("binary", Takes::Nothing), ("posix", Takes::Nothing), ("ignore-whitespace", Takes::Nothing), ("remove-empty-files", Takes::Nothing),
        ("backup-if-mismatch", Takes::Nothing), ("no-backup-if-mismatch", Takes::Nothing), ("follow-symlinks", Takes::Nothing), ("set-time", Takes::Nothing), ("set-utc", Takes::Nothing), ("debug", Takes::Value), ("help", Takes::Nothing), ("version", Takes::Nothing),
    ],
    short: &[
        ('d', Takes::Value), ('i', Takes::Value), ('o', Takes::Value), ('r', Takes::Value), ('p', Takes::Value), ('F', Takes::Value), ('B', Takes::Value), ('z', Takes::Value), ('D', Takes::Value), ('Y', Takes::Value), ('V', Takes::Value), ('g', Takes::Value), ('x', Takes::Value),
        ('N', Takes::Nothing), ('R', Takes::Nothing), ('t', Takes::Nothing), ('f', Takes::Nothing), ('b', Takes::Nothing), ('s', Takes::Nothing), ('u', Takes::Nothing), ('c', Takes::Nothing), ('e', Takes::Nothing), ('n', Takes::Nothing), ('E', Takes::Nothing), ('l', Takes::Nothing), ('T', Takes::Nothing), ('Z', Takes::Nothing),
    ],
    abbreviations: true,
    operands_end_options: false,
};

#[cfg(test)]
mod tests;

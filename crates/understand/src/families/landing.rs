//! Where files that come from elsewhere land: in a directory they keep their names.

use countersign_model::{Answer, Certainty, Effect, PathClass, Question, Resource, verbs};

use crate::Workspace as _;
use crate::context::Context;
use crate::glob;
use crate::paths::{self, Located};
use crate::word::{Value, Word};

/// Says that a file is written to `target`, or into it under the last name of `source` where that is a directory.
pub(super) fn file(source: &Value, target: &Value, context: &mut Context<'_>) {
    context.write_value(target);
    inside(source, target, context);
}

/// Says that a file or a whole tree, of which only the top has a name, is written to `target`.
pub(super) fn tree(source: &Value, target: &Value, context: &mut Context<'_>) {
    unpacks(source, target, context);
    inside(source, target, context);
}

/// Names at the top of a tree by which agents, shells, editors, git and what delivers a project run what they find.
const RUNNING: &[&str] = &[
    ".claude",
    ".codex",
    ".cursor",
    ".devcontainer",
    ".envrc",
    ".gemini",
    ".git",
    ".github",
    ".gitlab-ci.yml",
    ".husky",
    ".mcp.json",
    ".vscode",
];

/// Says that a tree of files is put into a directory. Where that is a project's top or the home directory, or lies above
/// them, there may be files in it that agents, shells and tools run by themselves.
pub(super) fn unpacks(source: &Value, directory: &Value, context: &mut Context<'_>) {
    let located = paths::locate(directory, context);
    let may_bring = holds_project(&located, context) && !is_known_without(source, context);
    context.write_value(directory);
    if located.why.is_some() {
        return;
    }
    let home = &context.surroundings.home;
    if !home.is_empty() && paths::is_within(home, &located.path) {
        let why = "shells and tools run files that may be among them";
        runs(&located, PathClass::ShellConfiguration, why, context);
    } else if may_bring {
        let why = "settings and hooks that are run may be among them";
        runs(&located, PathClass::ToolConfiguration, why, context);
    }
}

fn runs(located: &Located, class: PathClass, why: &str, context: &mut Context<'_>) {
    let resource = Resource::Path { path: located.path.clone(), zone: located.zone, class };
    context.push(Effect::new(verbs::FS_WRITE, resource).certain(Certainty::Partial, why));
}

/// Whether it is a project's top or lies above it; what is for everybody's temporary files is not looked at so.
fn holds_project(located: &Located, context: &Context<'_>) -> bool {
    let is_temporary = context.surroundings.temporary.contains(&located.path);
    let top = context.top().is_some_and(|top| paths::is_within(top, &located.path));
    let settings =
        || context.surroundings.protected.iter().any(|protected| paths::is_within(protected, &located.path));
    !is_temporary && (top || settings())
}

/// Whether a directory is there that has none of these names, and that the command has not written to.
fn is_known_without(source: &Value, context: &Context<'_>) -> bool {
    let Some(text) = source.known() else { return false };
    let located = paths::locate(&Value::Known(text.to_owned()), context);
    let at = |name: &str| format!("{}/{name}", located.path.trim_end_matches('/'));
    let ask = |path: String| context.workspace.ask(&Question::Path { path });
    let written = context.state.world.written.iter().any(|written| {
        written.is_pattern
            || written
                .paths()
                .iter()
                .any(|path| paths::is_within(path, &located.path) || paths::is_within(&located.path, path))
    });
    !written
        && located.why.is_none()
        && matches!(ask(located.path.clone()), Answer::Directory { .. })
        && RUNNING.iter().all(|name| ask(at(name)) == Answer::Absent)
}

/// Says what a file of that name is in the directory, where the directory alone would hide it.
pub(super) fn inside(source: &Value, target: &Value, context: &mut Context<'_>) {
    let name = name(source);
    let (Value::Known(directory), false) = (target, source.is_unknown() || matches!(name, "" | "." | ".."))
    else {
        return;
    };
    let inside = format!("{}/{name}", directory.trim_end_matches('/'));
    let value = if glob::is_pattern(name) { Value::Pattern(inside) } else { Value::Known(inside) };
    let located = paths::locate(target, context);
    let question = Question::Path { path: located.path.clone() };
    let may_be_directory = match context.workspace.ask(&question) {
        Answer::Text { .. } => false,
        Answer::Absent => directory.ends_with('/'),
        _ => true,
    };
    // What comes there has the names that are where it comes from.
    let expanded = std::mem::take(&mut context.expanded);
    let below = std::mem::take(&mut context.found_below);
    let there = paths::locate(&value, context).class;
    (context.expanded, context.found_below) = (expanded, below);
    if !may_be_directory || there <= located.class {
        return;
    }
    let is_spelled =
        paths::weighable(source, context).is_some_and(|pattern| context.expanded.contains(&pattern));
    let is_listed = match there {
        PathClass::Secret => true,
        PathClass::Delivery | PathClass::ToolConfiguration | PathClass::ShellConfiguration => is_spelled,
        PathClass::Ordinary | PathClass::Rebuildable | PathClass::Countersign => false,
    };
    let Some(names) = Some(source).filter(|_| is_listed).and_then(|source| context.listed(source)) else {
        return context.write_value(&value);
    };
    let shows_hidden =
        there == PathClass::Secret || name.starts_with('.') || context.state.shell.matches_hidden;
    for name in names.iter().filter(|name| shows_hidden || !name.starts_with('.')) {
        let value = Value::Known(format!("{}/{name}", directory.trim_end_matches('/')));
        if paths::locate(&value, context).class > located.class {
            context.write_value(&value);
        }
    }
}

/// Whether it has one name that is known, so that nothing else lands beside it.
pub(super) fn is_one(source: &Value) -> bool {
    let is_name = |text: &str| !matches!(text.rsplit('/').next(), None | Some("" | "." | ".."));
    source.known().is_some_and(|text| is_name(text) && !glob::is_pattern(text))
}

/// The last part of a path, whatever stands before it.
fn name(source: &Value) -> &str {
    source.text().trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or_default()
}

/// One end of a copy between this machine and a container or another machine.
pub(super) struct End<'w> {
    /// As it is written.
    pub word: &'w Word,
    /// What holds it there, and its path; none for a path of this machine.
    pub there: Option<(String, Value)>,
    /// Whether it may be a path of this machine.
    pub may_be_here: bool,
}

impl<'w> End<'w> {
    /// `name:path` is there, everything else here.
    pub fn of(word: &'w Word) -> Self {
        let text = word.text();
        let is_path = text.starts_with(['.', '/', '~', ':']);
        let there = match text.split_once(':') {
            _ if is_path => None,
            Some((name, _)) => {
                let path = word.value.strip_prefix(&format!("{name}:"));
                Some((
                    name.to_owned(),
                    path.unwrap_or_else(|| Value::unknown("which file it is, is not known")),
                ))
            }
            // `$CONTAINER:/x`, and not `${FILE:-x}`.
            None if word.value.is_unknown() => {
                Some(("*".to_owned(), Value::unknown("which file it is, is not known")))
            }
            None => None,
        };
        let is_written_apart = word
            .raw
            .match_indices(':')
            .any(|(at, _)| !word.raw.get(at + 1..).unwrap_or_default().starts_with(['-', '=', '?', '+']));
        let may_be_here = there.as_ref().is_none_or(|(name, _)| name == "*" && !is_written_apart);
        Self { word, there, may_be_here }
    }
}

/// Adds what a copy reads and writes of this machine.
pub(super) fn copied(sources: &[End<'_>], target: &End<'_>, context: &mut Context<'_>) {
    for source in sources.iter().filter(|source| source.may_be_here && source.word.text() != "-") {
        context.read_tree(source.word);
    }
    context.flow.fetched |= sources.iter().any(|source| source.there.is_some());
    if !target.may_be_here || target.word.text() == "-" {
        return;
    }
    for source in sources {
        let from = source.there.as_ref().map_or(&source.word.value, |(_, path)| path);
        if is_one(from) {
            file(from, &target.word.value, context)
        } else {
            tree(from, &target.word.value, context)
        }
    }
}

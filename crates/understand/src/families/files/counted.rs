//! To how many files something is done that is done to a directory: a task may limit them.

use countersign_model::{Answer, PathClass, Question, Resource, Verb, Zone, verbs};

use crate::Workspace as _;
use crate::context::Context;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::{Value, Word};

/// Says how many files were copied: as many as are named, and any number where one of them is a directory.
pub(super) fn copied(invocation: &Invocation, sources: &[&Word], target: &Value, context: &mut Context<'_>) {
    let is_deep = is_recursive(invocation) && sources.iter().any(|word| holds_files(&word.value, context));
    let files = if is_deep { u32::MAX } else { u32::try_from(sources.len()).unwrap_or(u32::MAX) };
    counts(target, verbs::FS_WRITE, files, context);
}

/// Says that with a directory any number of files are deleted.
pub(super) fn deleted(word: &Word, context: &mut Context<'_>) {
    if holds_files(&word.value, context) {
        counts(&word.value, verbs::FS_DELETE, u32::MAX, context);
    }
}

/// Whether options say that directories count with all that is in them.
pub(super) fn is_recursive(invocation: &Invocation) -> bool {
    let says = |word: &Word| super::is_bundle_with(word, 'r') || super::is_bundle_with(word, 'R') || invocation.program == "cp" && super::is_bundle_with(word, 'a');
    let long = |text: &str| text.starts_with("--rec") || text.starts_with("--arc");
    invocation.words.iter().any(|word| says(word) || long(word.text()))
}

/// Whether it is a directory, or may be one, of the working tree.
fn holds_files(value: &Value, context: &Context<'_>) -> bool {
    let located = paths::locate(value, context);
    let question = Question::Names { directory: located.path.clone(), endings: vec![String::new()] };
    let is_work = located.zone == Zone::Workspace && located.class != PathClass::Rebuildable;
    is_work
        && match context.workspace.ask(&question) {
            Answer::Absent => false,
            Answer::Values { values } => !values.is_empty(),
            _ => true,
        }
}

/// Says of what is done to a directory to how many files in it it is done.
fn counts(directory: &Value, verb: Verb, files: u32, context: &mut Context<'_>) {
    if files > 1 {
        let path = paths::locate(directory, context).path;
        context.collected.amend(|effect| {
            if effect.verb == verb && matches!(&effect.resource, Resource::Path { path: known, .. } if *known == path) {
                effect.times = effect.times.max(files);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use countersign_model::{Access, verbs};

    use crate::fixture::understood;

    /// How many files are written or deleted, where that is not one.
    fn files(command: &str) -> Vec<u32> {
        let settings = [("/repo/src/a.rs", "x"), ("/repo/src/b.rs", "y"), ("/repo/c.rs", "z")];
        let effects = understood(command, &settings).effects;
        let changes = effects.iter().filter(|effect| effect.access != Access::Read && effect.verb != verbs::EXEC_READ);
        changes.map(|effect| effect.times).filter(|times| *times > 1).collect()
    }

    #[test]
    fn what_is_done_to_a_directory_is_done_to_its_files() {
        for (command, expected) in [("cp a b c src/", 3), ("cp -t src a b", 2), ("cp -r src other", u32::MAX), ("cp -a src other", u32::MAX), ("rm -rf src", u32::MAX), ("rm -R src", u32::MAX), ("rm --recursive src", u32::MAX)] {
            assert_eq!(files(command), [expected], "{command}");
        }
        for command in ["cp a b", "cp a src/", "rm a b c", "rm -rf absent", "rm -rf node_modules", "rm -f c.rs", "rm -rf /tmp/x", "rmdir src"] {
            assert_eq!(files(command), [] as [u32; 0], "{command}");
        }
    }
}

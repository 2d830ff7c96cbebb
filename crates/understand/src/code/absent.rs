//! Files that are not there: what runs them runs nothing now. That they are not there is a fact, so an approval is
//! void once they are; what the command itself may make is opaque all the same.

use countersign_model::{Access, Certainty, Effect, Resource, verbs};

use crate::context::{Context, World};
use crate::invocation::Invocation;
use crate::paths::{self, Located};
use crate::word::Value;

use super::language::Language;
use super::source::{self, Source};

/// Ends of names that Windows adds where they are left out.
const WINDOWS: &[&str] = &[".ps1", ".exe", ".cmd", ".bat"];

/// Whether nothing runs where a file is not there: neither a file of that name in another directory, as shells look
/// for one, nor one whose name goes on, as JavaScript's runtimes and Windows do.
pub(crate) fn is_certain(
    located: &Located,
    program: Option<&str>,
    invocation: &Invocation,
    context: &Context<'_>,
) -> bool {
    let words = || std::iter::once(&invocation.first).chain(&invocation.words);
    let is_exact = match program.map(Language::of_program) {
        None => {
            !words().any(|word| word.raw.contains('\\'))
                && !WINDOWS.iter().any(|end| located.path.ends_with(end))
        }
        Some(Ok(Language::Shell | Language::Bash)) => {
            let name = paths::split(&located.path).1;
            !words().any(|word| word.text() == name)
        }
        Some(Ok(Language::Python | Language::Ruby | Language::Perl | Language::Php)) => true,
        Some(Ok(Language::JavaScript | Language::Awk) | Err(_)) => false,
    };
    let gone = |path: &str| matches!(context.file(path), Ok(None));
    is_exact && !context.state.shell.directory_unsure && located.why.is_none() && located.readings().all(gone)
}

/// Adds that a file runs that is not there.
pub(crate) fn file(located: &Located, context: &mut Context<'_>) {
    let name: String = located.path.chars().take(80).collect();
    named(&name, std::iter::once(located.path.clone()), context);
}

/// Adds that a program runs what is said by none of these files.
pub(crate) fn named(name: &str, paths: impl Iterator<Item = String>, context: &mut Context<'_>) {
    let resource = Resource::Program { name: name.to_owned() };
    let makes = context.state.world.makes_unseen;
    let why = "the file that says what runs is not there now";
    context.push(Effect::new(verbs::EXEC_OPAQUE, resource).certain(Certainty::Partial, why));
    context.state.world.makes_unseen = makes;
    // Another process may make it meanwhile: what comes after is as if something ran.
    context.state.world.opaque = true;
    context.absent.extend(paths.map(|path| (path, name.to_owned())));
}

impl World {
    /// Takes note of an effect that may make files which nobody lists.
    pub fn may_make(&mut self, effect: &Effect) {
        let listed = effect.verb.area() == "fs" || effect.verb == verbs::GIT_READ;
        // What fetching starts may be on the other machine.
        let starts = effect.verb == verbs::GIT_FETCH;
        self.makes_unseen |= starts || (!listed && effect.access != Access::Read);
    }
}

/// Makes those opaque that any part of the command may bring about, before or beside what runs them.
pub(crate) fn finish(context: &mut Context<'_>) {
    if let Some(why) = context.unsure.take() {
        context.opaque("a file of the project", &why);
    }
    for (path, name) in std::mem::take(&mut context.absent) {
        let located = paths::locate(&Value::Known(path), context);
        if context.state.world.makes_unseen || !matches!(source::of(&located, context), Source::Absent) {
            context.collected.hides(&name, "the command itself may make the file that it runs");
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, pinned};

    #[test]
    fn a_file_that_is_not_there() {
        assert_snapshot!(check("bash ./gone.sh --version 2>&1 | head -3"), @"
    exec.opaque /repo/gone.sh, execute, partial
    exec.read head, read
    ");
        assert_snapshot!(check("./gone"), @"exec.opaque /repo/gone, execute, partial");
        assert_snapshot!(check("python3 gone.py"), @"exec.opaque /repo/gone.py, execute, partial");
        assert_snapshot!(pinned("bash ./gone.sh; git push origin main"), @"impossible: something that runs before or in the same command cannot be seen into");
    }

    #[test]
    fn what_the_command_may_make_is_opaque() {
        for command in [
            "cargo build && ./gone",
            "npm ci; node gone.js",
            "unheard-of; bash ./gone.sh",
            "(sleep 1; bash ./gone.sh) & echo $X > gone.sh",
            "while true; do bash ./gone.sh; cp a gone.sh; done",
            "bash ./gone.sh | cargo build",
            "git checkout other; bash ./gone.sh",
            "git stash pop; bash ./gone.sh",
            "tar xf a.tar; bash ./gone.sh",
            "unzip a.zip; bash ./gone.sh",
            "cp -r a b; bash b/gone.sh",
            "mv a gone.sh; bash ./gone.sh",
            "ln -s a gone.sh; bash ./gone.sh",
            "rsync -a a/ b/; bash b/gone.sh",
            "bash gone.sh",
            "bash $X",
            "node gone.js",
            "cd gone; bash ./gone.sh",
        ] {
            assert!(check(command).contains(", opaque"), "{command}: {}", check(command));
        }
    }
}

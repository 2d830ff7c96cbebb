//! mise: tools of a project, and its tasks.

use countersign_model::{Certainty, Effect, Resource, verbs};

use super::{Family, dispatch, opaque};
use crate::code::mise::{self, Ran};
use crate::code::{Looked, absent};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::Word;

pub(super) const FAMILY: Family = Family {
    programs: &["mise"],
    about: "Tools and tasks of `mise`: a command after `exec`, and a task that its file describes, are \
        understood as what they run. Which versions it installs is not looked at.",
    examples: &[
        "mise ls",
        "mise current",
        "mise --version",
        "mise install node@20",
        "mise exec -- npm test",
        "mise exec node@20 -- rm -rf src",
        "mise run deploy",
        "mise use -g node@20",
    ],
    effects,
};

/// Subcommands that only show something.
const READS: &[&str] = &[
    "--help", "--version", "-V", "-h", "activate", "bin-paths", "completion", "current", "doctor", "env", "help", "latest", "list", "ls", "ls-remote", "outdated",
    "registry", "search", "version", "where", "which",
];
/// Those that install tools or remove them.
const INSTALLS: &[&str] = &["i", "install", "prune", "remove", "reshim", "rm", "self-update", "sync", "u", "uninstall", "up", "update", "upgrade", "use"];
/// Options of running a task, those that take the next word apart.
const PLAIN: &[&str] = &["-q", "--quiet", "-S", "--silent", "-f", "--force", "-r", "--raw", "-v", "--verbose", "-y", "--yes", "-k", "--continue-going", "--continue-on-error", "--timings", "--no-timings", "-i", "--interleave", "-p", "--prefix"];
const VALUES: &[&str] = &["-j", "--jobs", "-o", "--output"];

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let words: Vec<&str> = invocation.words.iter().map(|word| word.known().unwrap_or_default()).collect();
    match words.as_slice() {
        [] => context.program(verbs::EXEC_READ, "mise"),
        ["tasks" | "task" | "t", "run" | "r", ..] => tasks(2, invocation, context),
        ["run" | "r", ..] => tasks(1, invocation, context),
        ["tasks" | "task" | "t"] | ["tasks" | "task" | "t", "ls" | "info" | "deps", ..] | ["config" | "settings" | "plugins" | "trust", "ls" | "list" | "get" | "--show", ..] | ["config" | "settings" | "plugins"] => {
            context.program(verbs::EXEC_READ, "mise");
        }
        // What the project's files set is printed with the rest.
        ["env" | "e", rest @ ..] if !rest.iter().any(|word| matches!(*word, "--help" | "-h")) => {
            super::reads_environment("*", context);
            context.program(verbs::EXEC_READ, "mise env");
        }
        ["en", rest @ ..] => {
            opaque(invocation, "it starts a shell with what the project's files set", context);
            let at = rest.iter().position(|word| matches!(*word, "-s" | "--shell"));
            if let Some(word) = at.and_then(|at| invocation.words.get(at + 2)) {
                super::runners::with_variables(context, |context| super::runners::text(&word.value, invocation, context));
            }
        }
        [name, ..] if READS.binary_search(name).is_ok() => context.program(verbs::EXEC_READ, "mise"),
        [name, ..] if INSTALLS.binary_search(name).is_ok() => context.program(verbs::EXEC_INSTALL, &format!("mise {name}")),
        ["x" | "exec", ..] => starts(invocation, context),
        _ => opaque(invocation, "the subcommand is not known", context),
    }
}

/// `mise x node@20 -- npm test`
fn starts(invocation: &Invocation, context: &mut Context<'_>) {
    let directory = context.state.shell.directory.clone();
    match directory.map_or(Ok(true), |directory| mise::sourced(&directory, context)) {
        Ok(false) => return started(invocation, context),
        Ok(true) => {}
        Err(why) => opaque(invocation, &why, context),
    }
    super::runners::with_variables(context, |context| started(invocation, context));
}

fn started(invocation: &Invocation, context: &mut Context<'_>) {
    let end = invocation.words.iter().position(|word| word.known() == Some("--"));
    let plain = |word: &Word| word.known().is_some_and(|text| !text.starts_with('-'));
    let before = end.and_then(|end| invocation.words.get(1..end)).unwrap_or_default();
    // `mise x -c 'a command'`
    let given = invocation.words.iter().skip(1).position(|word| matches!(word.known(), Some("-c" | "--command")));
    if let (None, Some(command)) = (end, given.and_then(|at| invocation.words.get(at + 2))) {
        context.program(verbs::EXEC_INSTALL, "mise exec");
        let words = vec![Word::known_as("-c"), command.clone()];
        return dispatch(Invocation { program: String::new(), first: Word::known_as("sh"), words, contiguous: false, ..invocation.clone() }, context);
    }
    match end.and_then(|end| invocation.nested(end + 1)) {
        Some(nested) if before.iter().all(plain) => {
            if !before.is_empty() {
                context.program(verbs::EXEC_INSTALL, "mise exec");
            }
            dispatch(nested, context);
        }
        _ => opaque(invocation, "it runs a program that is not named", context),
    }
}

/// The tasks that are named, separated by `:::`, with their arguments.
fn tasks(from: usize, invocation: &Invocation, context: &mut Context<'_>) {
    let mut directory = context.state.shell.directory.clone();
    let mut words = invocation.words.iter().enumerate().skip(from);
    let mut at = None;
    while let Some((index, word)) = words.next() {
        match word.known() {
            Some("-n" | "--dry-run" | "--help" | "-h") => return context.program(verbs::EXEC_READ, "mise"),
            Some("-C" | "--cd") => {
                let below = words.next().and_then(|(_, word)| word.known());
                directory = below.map_or_else(|| Err("where it runs is not known".to_owned()), |below| context.directory_at(below, true));
            }
            Some(text) if VALUES.contains(&text) => {
                words.next();
            }
            Some(text) if PLAIN.contains(&text) => {}
            Some(text) if !text.starts_with('-') => {
                at = Some(index);
                break;
            }
            _ => return opaque(invocation, "how it runs the task is not known", context),
        }
    }
    let named = at.and_then(|at| invocation.words.get(at..)).unwrap_or_default();
    let directory = match directory {
        Ok(directory) if !named.is_empty() => directory,
        Ok(_) => return opaque(invocation, "it asks which task it runs", context),
        Err(why) => return opaque(invocation, &why, context),
    };
    for part in named.split(|word| word.known() == Some(":::")) {
        let Some((first, arguments)) = part.split_first() else { continue };
        let arguments = match arguments.split_first() {
            Some((word, rest)) if word.known() == Some("--") => rest,
            _ => arguments,
        };
        match first.known() {
            Some(name) => task(name, &directory, arguments, invocation, context),
            None => opaque(invocation, "which task it runs is not known", context),
        }
    }
}

fn task(name: &str, directory: &str, arguments: &[Word], invocation: &Invocation, context: &mut Context<'_>) {
    let listed = context.collected.len();
    match mise::run(name, directory, arguments, context) {
        Ran::Looked(Looked::Understood) if context.collected.len() == listed => context.program(verbs::EXEC_READ, "mise"),
        Ran::Looked(Looked::Understood) => {}
        Ran::Looked(Looked::Opaque(why)) => opaque(invocation, &why, context),
        Ran::Looked(Looked::Absent) => opaque(invocation, "it runs a task of the project", context),
        Ran::Nowhere(asked) => {
            match super::usual(name) {
                Some(verb) => {
                    let makes = context.state.world.makes_unseen;
                    let resource = Resource::Program { name: "mise".to_owned() };
                    let why = "no file says what the task does, and its name says what it usually is";
                    context.push(Effect::new(verb, resource).certain(Certainty::Partial, why));
                    context.state.world.makes_unseen = makes;
                }
                None => absent::named("mise", asked.into_iter(), context),
            }
            super::named_by_arguments(invocation, context);
            super::sought_in_arguments(invocation, context);
        }
    }
}

#[cfg(test)]
mod tests;

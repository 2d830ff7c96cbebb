//! Listings that run the project's code to find what they list: `rake -T`, `gradle tasks`, `nox -l`.
//!
//! The code is the project's own, as what a build runs is. What the command itself wrote there is looked into.

use countersign_model::{Certainty, Effect, Resource, verbs};

use super::run_file;
use crate::code::literals;
use crate::code::source::{self, Source};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::paths::{self, Located};
use crate::shell::{self, Place};
use crate::word::Value;

/// What lists: its programs, the words that ask for a listing, the files it runs, and their language.
type Listing =
    (&'static [&'static str], &'static [&'static str], &'static [&'static str], Option<&'static str>);

const LISTINGS: &[Listing] = &[
    (
        &["rake"],
        &[
            "-T",
            "--tasks",
            "-P",
            "--prereqs",
            "-D",
            "--describe",
            "-W",
            "--where",
            "-A",
            "--all",
            "-n",
            "--dry-run",
        ],
        &["Rakefile", "rakefile", "Rakefile.rb", "rakefile.rb"],
        Some("ruby"),
    ),
    (
        &["gradle", "gradlew", "./gradlew"],
        &[
            "tasks",
            "dependencies",
            "help",
            "projects",
            "properties",
            "dependencyInsight",
            "buildEnvironment",
            "javaToolchains",
            "-m",
            "--dry-run",
        ],
        &["build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"],
        None,
    ),
    (
        &["bazel", "bazelisk"],
        &["build", "test", "run", "query", "cquery", "aquery", "info", "version", "coverage"],
        &["tools/bazel"],
        Some("sh"),
    ),
    (&["inv", "invoke"], &["-l", "--list"], &["tasks.py"], Some("python")),
    (&["fab"], &["-l", "--list"], &["fabfile.py"], Some("python")),
    (&["nox"], &["-l", "--list", "--list-sessions"], &["noxfile.py"], Some("python")),
    (&["bundle", "bundler"], &["check", "list", "show", "outdated", "info"], &["Gemfile"], Some("ruby")),
    (&["mix"], &["help", "deps", "deps.tree", "xref"], &["mix.exs"], None),
    (&["vagrant"], &["status", "ssh-config", "port", "validate"], &["Vagrantfile"], Some("ruby")),
];

/// Calls that start a program with the texts which follow, of languages that are not understood.
const CALLS: &[&str] =
    &["System.cmd", "System.shell", "commandLine", "exec(", "exec ", "ProcessBuilder", "execute("];
/// Lines of one file that are looked at.
const MOST: usize = 4_096;

/// Adds that a listing runs the project's code, and what of it the command itself wrote.
pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let asks = |words: &[&str]| invocation.words.iter().any(|word| words.contains(&word.text()));
    let Some((_, _, files, language)) =
        LISTINGS.iter().find(|(programs, words, ..)| programs.contains(&program) && asks(words))
    else {
        return;
    };
    for file in *files {
        let located = paths::locate(&Value::Known((*file).to_owned()), context);
        let is_written = context.state.world.written.iter().any(|written| written.touches(&located));
        if !source::is_there(&located, context) {
            continue;
        }
        let doubt = if is_written { written(&located, *language, file, invocation, context) } else { None };
        let build = Effect::new(verbs::EXEC_BUILD, Resource::Program { name: format!("what {file} holds") });
        context.push(match doubt {
            Some(why) => {
                build.certain(Certainty::Partial, &format!("what all of it does is not known: {why}"))
            }
            None => build,
        });
    }
}

/// Adds what surely happens as a file runs that the command wrote.
fn written(
    located: &Located,
    language: Option<&str>,
    file: &str,
    invocation: &Invocation,
    context: &mut Context<'_>,
) -> Option<String> {
    let before = context.begins_apart();
    if language.is_some() {
        run_file(located, language, &[], invocation, context);
        // It is a build: what it is told of is no place where it acts.
        context.unseen_texts.clear();
    }
    if let Source::Texts(texts) | Source::Perhaps(texts, _) = source::of(located, context) {
        for text in &texts {
            literals::look(text, context);
            text.lines().take(MOST).filter(|_| language.is_none()).for_each(|line| called(line, context));
        }
    }
    let found = context.ends_apart(before);
    context.adds_what_is_sure(
        found,
        &[verbs::EXEC_READ, verbs::EXEC_BUILD, verbs::FS_READ],
        &format!("{file} is run for the listing"),
    )
}

/// Adds what a line starts whose texts are the words of a program that is known.
fn called(line: &str, context: &mut Context<'_>) {
    if !CALLS.iter().any(|call| line.contains(call)) {
        return;
    }
    let line = line.replace('\'', "\"");
    let words: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
    let Some(first) = words.first() else { return };
    let name = first.split(' ').next().unwrap_or(first);
    if super::is_understood(name) {
        let text = match words.as_slice() {
            [only] => (*only).to_owned(),
            several => several.iter().copied().map(crate::tools::quoted).collect::<Vec<_>>().join(" "),
        };
        shell::run_apart(&text, Place::Within(context.here), context);
    }
}

#[cfg(test)]
mod tests;

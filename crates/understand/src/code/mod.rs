//! Code that a command runs out of a file: understood by the text that is there when the decision is made.
//!
//! Start at [`run`]. [`source`] says which text it will be, [`language`] what it is written in. Whatever cannot
//! be followed is opaque, with the reason named. The text is a fact: when it changes, an approval is void.

pub(crate) mod absent;
pub(crate) mod activation;
mod acts;
pub(crate) mod brought;
pub(crate) mod build_wrappers;
mod clients;
pub(crate) mod commit_checks;
pub(crate) mod composer;
mod connections;
pub(crate) mod dockerfile;
pub(crate) mod environment_files;
pub(crate) mod foreign;
mod handed;
pub(crate) mod invoke;
mod javascript;
pub(crate) mod justfile;
pub(crate) mod language;
pub(crate) mod literals;
pub(crate) mod makefile;
pub(crate) mod mise;
pub(crate) mod named;
pub(crate) mod nox;
mod others;
mod own_scripts;
pub(crate) mod packages;
mod peers;
mod perl_quotes;
pub(crate) mod pyproject;
mod python;
pub(crate) mod quoted;
pub(crate) mod rakefile;
mod requests;
mod shims;
mod shown;
pub(crate) mod source;
pub(crate) mod taskfile;
mod tokens;
pub(crate) mod tox;
mod uses;

pub(crate) use connections::migrations as leads_migrations;
pub(crate) use others::is_library;
pub use python::shadows_python;

use std::hash::{Hash as _, Hasher as _};

use countersign_model::{Effect, Origin, Resource, verbs};

use crate::context::Context;
use crate::paths::Located;
use crate::shell;
use crate::word::{Value, Word};

use language::Language;
use source::Source;

/// How deep files may run each other.
const DEEPEST: usize = 8;
/// Bytes of code read in all, counted again for each time it runs.
const MOST_TEXT: usize = 512 * 1024;

/// Which of the environments or sessions of a file run.
#[derive(Debug)]
pub(crate) enum Chosen {
    Usual,
    Named(Vec<String>),
    /// It is not known which: any of them may.
    All,
}

/// What became of looking into a file.
#[derive(Debug)]
pub(crate) enum Looked {
    /// Its effects are listed.
    Understood,
    /// There is no such file.
    Absent,
    /// Its text is not known, or cannot be followed: a sentence fragment.
    Opaque(String),
}

/// Looks into a file with `understand`, which gets each text the file may have by then. `part` is what of the
/// file runs: a file that comes to itself again adds nothing. What may be another file by then is opaque besides.
pub(crate) fn look(
    located: &Located,
    part: &str,
    context: &mut Context<'_>,
    understand: &mut dyn FnMut(&str, &mut Context<'_>) -> Result<(), String>,
) -> Looked {
    sure(context, |context| peek(located, part, context, understand))
}

/// Looks for what runs, in one file or several: understood or absent only where that is what it will be.
pub(crate) fn sure(context: &mut Context<'_>, run: impl FnOnce(&mut Context<'_>) -> Looked) -> Looked {
    let (looked, doubt) = doubt(context, run);
    match (looked, doubt) {
        (Looked::Understood | Looked::Absent, Some(why)) => Looked::Opaque(why),
        (looked, _) => looked,
    }
}

/// What `run` gives, and why a file that it looked into may be another by then.
pub(crate) fn doubt<'a, T>(
    context: &mut Context<'a>,
    run: impl FnOnce(&mut Context<'a>) -> T,
) -> (T, Option<String>) {
    let outer = context.unsure.take();
    let result = run(context);
    (result, std::mem::replace(&mut context.unsure, outer))
}

/// [`look`] within [`sure`] or [`doubt`], as one of several files: that it may be another file by then is taken note
/// of, and the text it has now is looked into all the same.
pub(crate) fn peek(
    located: &Located,
    part: &str,
    context: &mut Context<'_>,
    understand: &mut dyn FnMut(&str, &mut Context<'_>) -> Result<(), String>,
) -> Looked {
    let texts = match source::of(located, context) {
        Source::Texts(texts) => texts,
        Source::Perhaps(texts, why) => {
            context.unsure.get_or_insert(why);
            if texts.is_empty() {
                return Looked::Absent;
            }
            let before = context.state.shell.clone();
            let heads = context.state.world.heads.clone();
            let conditional = std::mem::replace(&mut context.conditional, true);
            let looked = through(&texts, located, part, context, understand);
            context.conditional = conditional;
            context.state.shell.merge(&before);
            context.state.world.may_have(&heads);
            return looked;
        }
        Source::Absent => return Looked::Absent,
        Source::Unknown(why) => return Looked::Opaque(why),
        Source::Foreign => {
            let name: String = located.path.chars().take(80).collect();
            let why = "the command itself brings this file from the network or out of a decoder first";
            context.push(Effect::new(verbs::EXEC_REMOTE_CODE, Resource::Program { name }).because(why));
            return Looked::Opaque(why.to_owned());
        }
    };
    through(&texts, located, part, context, understand)
}

/// Whether the code being looked at is loaded by other code, which may set up what it works with. A package's script, a
/// Makefile or a script of a shell only starts it.
fn is_loaded(context: &Context<'_>) -> bool {
    const STARTERS: &[&str] = &["json", "toml", "yml", "yaml", "mk", "sh", "bash", "zsh"];
    const FILES: &[&str] = &["makefile", "gnumakefile", "justfile", ".justfile", "procfile"];
    let above = context.chain.split_last().map(|(_, above)| above).unwrap_or_default();
    !above.iter().all(|key| {
        let path = key.rsplit_once('#').map_or(key.as_str(), |(path, _)| path);
        let name = crate::paths::split(path).1;
        FILES.contains(&name.to_ascii_lowercase().as_str())
            || name.rsplit_once('.').is_some_and(|(_, ending)| STARTERS.contains(&ending))
    })
}

/// Looks into each of the texts that a file may have.
fn through(
    texts: &[String],
    located: &Located,
    part: &str,
    context: &mut Context<'_>,
    understand: &mut dyn FnMut(&str, &mut Context<'_>) -> Result<(), String>,
) -> Looked {
    let key = format!("{}#{part}", located.path);
    let outside = context.origin.replace(origin(&located.path, None, context));
    let mut result = Looked::Understood;
    for text in texts {
        // A file that the command writes anew runs with another text than the one that is being looked into.
        let running = format!("{key} {:x}", hash(text));
        if context.chain.contains(&running) {
            continue;
        }
        if context.chain.len() >= DEEPEST {
            result = Looked::Opaque(format!("files run each other more than {DEEPEST} deep"));
            break;
        }
        if !counts(text.len(), context) {
            result = Looked::Opaque("there is too much code to read".to_owned());
            break;
        }
        context.chain.push(running);
        if let Err(why) = understand(text, context) {
            result = Looked::Opaque(why);
        }
        context.chain.pop();
    }
    context.origin = outside;
    result
}

/// A number that tells texts apart.
fn hash(text: &str) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// A place in a file, as people are told of it.
fn origin(path: &str, line: Option<usize>, context: &Context<'_>) -> Origin {
    let below = |top: &str| path.strip_prefix(top)?.strip_prefix('/').map(str::to_owned);
    let file = context.top().and_then(below).unwrap_or_else(|| path.to_owned());
    Origin { file, line }
}

/// Counts code about to be read; false when there is too much of it.
pub(crate) fn counts(length: usize, context: &mut Context<'_>) -> bool {
    context.code = context.code.saturating_add(length);
    context.code <= MOST_TEXT
}

/// Runs a file with these arguments, in the language of the program that is given it; without one, in the one
/// its first line names.
pub(crate) fn run(
    located: &Located,
    program: Option<&str>,
    arguments: &[Word],
    context: &mut Context<'_>,
) -> Looked {
    let part = program.unwrap_or("run").to_owned();
    look(located, &part, context, &mut |text, context| {
        let language = match program {
            Some(program) => Language::of_program(program),
            None => Language::of_first_line(text),
        };
        let language = language?;
        let result =
            connections::afresh(context, |context| understand(language, text, located, arguments, context));
        if result.is_err() {
            context.unseen_texts = quoted::texts(text, language);
        }
        result
    })
}

/// Understands code in a language.
pub(crate) fn understand(
    language: Language,
    text: &str,
    located: &Located,
    arguments: &[Word],
    context: &mut Context<'_>,
) -> Result<(), String> {
    let listed = context.collected.len();
    if !matches!(language, Language::Shell | Language::Bash | Language::Awk) {
        shown::addresses(text, context);
    }
    let result = match language {
        Language::Shell | Language::Bash => {
            context.first_line = Some(1);
            script(if language == Language::Bash { "bash" } else { "sh" }, text, arguments, context);
            return Ok(());
        }
        Language::Python => python::understand(text, &beside(located), context),
        Language::JavaScript => javascript::understand(text, &beside(located), context),
        Language::Ruby | Language::Perl | Language::Php => others::understand(language, text, context),
        Language::Awk => crate::families::awk_program(text, context),
    };
    // What is not exactly known may be what the text names.
    if result.is_err() || context.collected.is_unsure_since(listed) {
        crate::families::mentions(text, context);
    }
    result
}

/// The directory that a file of code is in.
fn beside(located: &Located) -> Result<String, String> {
    Ok(crate::paths::split(&located.path).0.to_owned())
}

/// Understands code that is no file, such as what follows `-c`.
pub(crate) fn inline(program: &str, text: &str, context: &mut Context<'_>) -> Result<(), String> {
    let (result, doubt) =
        doubt(context, |context| connections::afresh(context, |context| inlined(program, text, context)));
    result.and_then(|()| doubt.map_or(Ok(()), Err))
}

fn inlined(program: &str, text: &str, context: &mut Context<'_>) -> Result<(), String> {
    if !counts(text.len(), context) {
        return Err("there is too much code to read".to_owned());
    }
    let directory = context.state.shell.directory.clone();
    shown::addresses(text, context);
    match Language::of_program(program)? {
        Language::Python => python::understand(text, &directory, context),
        Language::JavaScript => javascript::understand_given(text, &directory, context),
        language @ (Language::Ruby | Language::Perl | Language::Php) => {
            others::understand(language, text, context)
        }
        Language::Shell | Language::Bash | Language::Awk => Err("it runs text that is not known".to_owned()),
    }
}

/// Runs shell text as a process of its own: it inherits the environment and the directory, nothing else.
pub(crate) fn apart(text: &str, context: &mut Context<'_>) {
    script("sh", text, &[], context);
}

/// Runs the text of a script the same way, by this shell and with these arguments.
fn script(program: &str, text: &str, arguments: &[Word], context: &mut Context<'_>) {
    let environment = context.state.shell.environment.clone();
    let options = text.strip_prefix("#!").and_then(|rest| rest.lines().next()?.split_once(" -"));
    if options
        .is_some_and(|(_, options)| !matches!(options.trim(), "e" | "u" | "x" | "eu" | "ex" | "eux" | "l"))
    {
        context.state.shell.tests = shell::Tests::Tainted;
    }
    let text = &text.replace("${BASH_SOURCE[0]}", "$0").replace("${BASH_SOURCE}", "$0");
    let path = context.chain.last().and_then(|key| key.rsplit_once('#')).map(|(path, _)| path.to_owned());
    let zero = path.map_or_else(|| Value::unknown("the name of the script"), Value::Known);
    let arguments: Vec<Word> = std::iter::once(Word::made(zero)).chain(arguments.iter().cloned()).collect();
    shell::run_child(program, text, &arguments, &environment, context);
}

/// Adds what a file that cannot be followed is, for people.
pub(crate) fn opaque(located: &Located, why: &str, context: &mut Context<'_>) {
    let short: String = located.path.chars().take(80).collect();
    context.push(Effect::opaque(&short, why));
}

#[cfg(test)]
mod tests;

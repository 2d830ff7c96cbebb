//! Programs that start another one in surroundings of their own: in an environment, under watch, in turn, in another
//! terminal, in a container. [`table`] has their options; what they start is understood.

mod table;

use countersign_model::{Effect, Resource, verbs};

use super::{Family, dispatch, is_understood, opaque, unknown_text};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::shell::{self, Place};
use crate::word::{Value, Word};

use table::{SHOWS, STARTERS};

/// What a starter's own words are and what becomes of the command.
struct Starter {
    programs: &'static [&'static str],
    /// Subcommands after which the command follows, blanks between their words; none: it follows at once.
    subcommands: &'static [&'static str],
    /// Options that take the next word, blanks between.
    values: &'static str,
    /// Options that take two.
    pairs: &'static str,
    /// Options that take none.
    flags: &'static str,
    /// Options that a text for a shell follows.
    texts: &'static str,
    /// Options after which the command follows.
    ends: &'static str,
    /// Operands of its own before the command; [`ANY`]: the command follows only what ends them.
    operands: usize,
    /// Whether a shell runs the words of the command as one text.
    joins: bool,
    does: Does,
}

/// More operands than there are.
const ANY: usize = usize::MAX;
/// One operand that may be left out: what names a program that is known is the command.
const OPTIONAL: usize = usize::MAX - 1;

/// What becomes of the command.
#[derive(Clone, Copy)]
enum Does {
    /// It runs here as it would by itself.
    Here,
    /// It may be given any variable.
    Sets,
    /// It is given secrets as its environment.
    Secrets,
    /// It has another user's rights.
    Rises,
    /// It runs in a container, or a machine, that has nothing of this one.
    Apart,
    /// It runs in one that may have directories of this machine.
    Shares,
    /// It runs on the host that is its first operand.
    Host,
    /// Its words are those of `bash`.
    Bash,
    /// It is a text in the language of another shell.
    Dialect,
    /// The texts are those of a debugger, of which some are for a shell.
    Debugs,
    /// The texts are scripts that say what is started.
    Spawns,
    /// Some texts are subcommands of `cargo`.
    Cargo,
}

pub(super) const FAMILY: Family = Family {
    programs: table::PROGRAMS,
    about: "Programs that start others: in environments of tools and languages, after something, again and again, in \
        other terminals, in containers that share this machine's files. The command is understood where it is written \
        out; what they set up from files of their own is not looked at, and is opaque.",
    examples: &[
        "watchexec -e rs -- cargo test",
        "toolbox run git push origin main",
        "flox activate -- rm -rf src",
        "cpulimit -l 50 -- make",
        "pueue add 'git push origin main'",
        "xterm -e git push origin main",
        "direnv exec . git push origin main",
        "mosh web.example -- ls",
        "flox list",
        "echo watchexec rm -rf src",
    ],
    effects,
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let first = invocation.known(0).unwrap_or("-");
    let shows = SHOWS.iter().find(|(name, _)| *name == program).is_some_and(|(_, names)| is_one(names, first));
    let asks = invocation.words.len() == 1 && is_one("--help -h --version -V help version", first);
    if shows || asks {
        context.program(verbs::EXEC_READ, &invocation.title());
    } else if program == "direnv" && matches!(first, "export" | "print") {
        // It runs the directory's file and prints what that sets.
        super::reads_environment("*", context);
        opaque(invocation, "it runs the file of variables of the directory", context);
    } else if program == "reflex" && invocation.words.iter().any(|word| is_one("-c --config", word.text().split('=').next().unwrap_or_default())) {
        opaque(invocation, "the commands of its file are not looked at", context);
    } else if !started(invocation, context) {
        opaque(invocation, "the subcommand is not known", context);
    }
}

/// Adds what a starter does; false where its words are not those after which a command follows. It may have other
/// subcommands, which another family knows.
pub(super) fn started(invocation: &Invocation, context: &mut Context<'_>) -> bool {
    let program = invocation.program.as_str();
    STARTERS.iter().filter(|starter| starter.programs.contains(&program)).any(|starter| by(starter, invocation, context))
}

/// Programs that other families know and that start others after some of their subcommands, sorted.
const ALSO: &[&str] = &[
    "arch", "brew", "buildah", "bun", "cabal", "cargo", "chokidar-cli", "devspace", "dune", "envchain", "fish", "garden", "git-town", "hatch", "heroku", "ip", "just", "launchctl", "lerna", "machinectl", "mix",
    "mosh", "netlify", "ntl", "nx", "okteto", "opam", "podman", "stack", "summon", "telepresence", "teller", "tilt", "tsh",
];

/// Adds what a program that another family knows starts; false where it starts none.
pub(super) fn also_started(invocation: &Invocation, context: &mut Context<'_>) -> bool {
    let is_among = ALSO.binary_search(&invocation.program.as_str()).is_ok();
    let is_option = |word: &Word| word.text().starts_with('-');
    let has_command = || match invocation.program.as_str() {
        "arch" => !invocation.words.iter().all(is_option),
        "envchain" => invocation.words.len() > 1 && !invocation.words.first().is_some_and(is_option),
        "fish" | "mosh" => invocation.words.len() > 1,
        "just" => invocation.words.iter().any(|word| matches!(word.text(), "-c" | "--command")),
        _ => true,
    };
    is_among && has_command() && started(invocation, context)
}

/// Whether an option is one of those.
fn is_one(options: &str, option: &str) -> bool {
    !option.is_empty() && options.split(' ').any(|known| known == option)
}

/// Where the words of a starter's own end, and what was said by them.
#[derive(Default)]
struct Own {
    /// Where the command begins.
    at: usize,
    texts: Vec<Value>,
    operands: Vec<Value>,
    doubt: Option<String>,
    is_help: bool,
}

fn by(starter: &Starter, invocation: &Invocation, context: &mut Context<'_>) -> bool {
    let program = invocation.program.as_str();
    let Some(begin) = begins(starter, invocation, context) else { return false };
    let own = own(starter, begin, invocation);
    if own.is_help {
        context.program(verbs::EXEC_READ, program);
        return true;
    }
    if let Some(why) = &own.doubt {
        opaque(invocation, why, context);
    }
    let nested = invocation.nested(own.at);
    if own.texts.is_empty() && nested.is_none() {
        match starter.does {
            Does::Cargo if own.doubt.is_none() => context.program(verbs::EXEC_BUILD, "cargo watch"),
            Does::Here if own.doubt.is_none() && starter.operands != ANY => context.program(verbs::EXEC_READ, program),
            _ => opaque(invocation, "what it starts is not named", context),
        }
        return true;
    }
    let name = own.operands.first().map_or("*", |value| value.known().unwrap_or("*")).to_owned();
    let run = |context: &mut Context<'_>| {
        for text in own.texts.iter().flat_map(|text| commands(starter, text)) {
            super::runners::text(&text, invocation, context);
        }
        if let Some(nested) = nested {
            command(starter, nested, context);
        }
    };
    match starter.does {
        Does::Here | Does::Bash | Does::Cargo => run(context),
        Does::Debugs | Does::Spawns => {
            opaque(invocation, "it runs commands of its own language", context);
            run(context);
        }
        Does::Dialect => {
            opaque(invocation, "its language is not read but as that of another shell", context);
            run(context);
        }
        Does::Sets => {
            opaque(invocation, "what it sets up for the commands it runs is not known", context);
            super::runners::with_variables(context, run);
        }
        Does::Secrets => {
            let resource = Resource::Secret { store: program.to_owned(), name };
            let why = "the command is given the secrets as its environment";
            context.push(Effect::new(verbs::SECRET_READ, resource).certain(countersign_model::Certainty::Partial, why));
            super::runners::with_variables(context, run);
        }
        Does::Rises => {
            context.program(verbs::EXEC_PRIVILEGE, program);
            run(context);
        }
        Does::Apart => context.elsewhere(machine(name), run),
        Does::Shares => {
            opaque(invocation, "it may have directories of this machine", context);
            context.elsewhere(machine(name), run);
        }
        Does::Host => {
            let host = name.rsplit('@').next().unwrap_or(&name).to_owned();
            context.elsewhere(Resource::Host { host, url: None }, run);
        }
    }
    true
}

/// What of a text a shell runs.
fn commands(starter: &Starter, text: &Value) -> Vec<Value> {
    let Some(known) = text.known() else { return vec![text.clone()] };
    let known_as = |text: &str| Value::Known(text.to_owned());
    match starter.does {
        Does::Debugs => {
            let starts = ["platform shell ", "shell ", "!", "pipe "];
            starts.iter().find_map(|start| known.trim_start().strip_prefix(start)).map(known_as).into_iter().collect()
        }
        Does::Spawns => {
            let parts = known.split([';', '\n', '{', '}', '[', ']']).map(str::trim);
            let starts = ["spawn -noecho ", "spawn ", "system ", "exec "];
            parts.filter_map(|part| starts.iter().find_map(|start| part.strip_prefix(start))).map(known_as).collect()
        }
        _ => vec![text.clone()],
    }
}

fn machine(name: String) -> Resource {
    Resource::Container { host: None, object: "container".to_owned(), name }
}

/// Where what follows the subcommand begins; none where there is another one.
fn begins(starter: &Starter, invocation: &Invocation, context: &mut Context<'_>) -> Option<usize> {
    if starter.subcommands.is_empty() {
        return Some(0);
    }
    let mut at = 0;
    while let Some(text) = invocation.known(at).filter(|text| text.starts_with('-')) {
        if matches!(text, "--help" | "--version" | "-h" | "-V") {
            context.program(verbs::EXEC_READ, &invocation.program);
            return None;
        }
        at += if is_one(starter.values, text) { 2 } else { 1 };
    }
    let given = invocation.words.get(at..).unwrap_or_default();
    let length = starter.subcommands.iter().filter_map(|subcommand| {
        let parts = subcommand.split(' ');
        let fits = parts.clone().zip(given.iter().map(Some).chain(std::iter::repeat(None))).all(|(part, word)| word.is_some_and(|word| word.known() == Some(part)));
        fits.then(|| parts.count())
    });
    length.max().map(|length| at + length)
}

fn own(starter: &Starter, begin: usize, invocation: &Invocation) -> Own {
    let mut own = Own { at: begin, ..Own::default() };
    while let Some(word) = invocation.words.get(own.at) {
        let text = word.text();
        let name = text.split('=').next().unwrap_or(text);
        let next = || invocation.words.get(own.at + 1).map_or_else(|| Value::unknown("unclear"), |word| word.value.clone());
        let attached = || word.value.strip_prefix(&format!("{name}="));
        if text == "--" || is_one(starter.ends, text) {
            own.at += 1;
            break;
        }
        if matches!(text, "--help" | "--version") && own.operands.is_empty() && own.texts.is_empty() {
            own.is_help = true;
            return own;
        }
        if is_one(starter.texts, text) {
            let given = next();
            let is_subcommand = matches!(starter.does, Does::Cargo) && matches!(text, "-x" | "--exec");
            own.texts.push(match given.known().filter(|_| is_subcommand) {
                Some(given) => Value::Known(format!("cargo {given}")),
                None => given,
            });
            own.at += 2;
        } else if text.starts_with('-') && text.contains('=') && is_one(starter.texts, name) {
            own.texts.extend(attached());
            own.at += 1;
        } else if text.starts_with('-') && text.len() > 1 && !word.value.is_unknown() {
            match length(starter, text) {
                Some(length) => own.at += length,
                None => {
                    own.doubt.get_or_insert_with(|| format!("the option {} is not known", word.raw));
                    own.at += 1;
                }
            }
        } else if takes_operand(starter, &own, word) {
            let value = word.value.clone();
            own.operands.push(value);
            own.at += 1;
        } else {
            break;
        }
    }
    // Where its own words end is not known: any that names a program may start the command.
    if own.doubt.is_some() {
        let understood = |at: &usize| invocation.known(*at).is_some_and(|text| is_understood(text.rsplit('/').next().unwrap_or(text)));
        own.at = (begin..invocation.words.len()).find(understood).unwrap_or(own.at);
    }
    own
}

/// Whether a word that is no option is one of the starter's own.
fn takes_operand(starter: &Starter, own: &Own, word: &Word) -> bool {
    match starter.operands {
        OPTIONAL => own.operands.is_empty() && word.known().is_some_and(|text| !is_understood(text) && !text.contains(' ')),
        most => own.operands.len() < most,
    }
}

/// How many words an option takes, itself included; none if it is not known.
fn length(starter: &Starter, option: &str) -> Option<usize> {
    if is_one(starter.pairs, option) {
        return Some(3);
    }
    if is_one(starter.values, option) {
        return Some(2);
    }
    if is_one(starter.flags, option) || option.starts_with("--") && option.contains('=') {
        return Some(1);
    }
    if option.starts_with("--") {
        return None;
    }
    // `-l50`, `-qi`: letters until one that takes the rest.
    let mut letters = option.chars().skip(1).peekable();
    while let Some(letter) = letters.next() {
        let one = format!("-{letter}");
        if is_one(starter.values, &one) {
            return Some(if letters.peek().is_some() { 1 } else { 2 });
        }
        if !is_one(starter.flags, &one) {
            return None;
        }
    }
    Some(1)
}

/// Adds what the command does that is started.
fn command(starter: &Starter, mut nested: Invocation, context: &mut Context<'_>) {
    if matches!(starter.does, Does::Bash) {
        nested.words.insert(0, nested.first.clone());
        nested.first = Word::known_as("bash");
        nested.contiguous = false;
        dispatch(nested, context);
        return;
    }
    let is_text = nested.words.is_empty() && nested.first.text().trim().contains([' ', ';', '\n']);
    if !starter.joins && !is_text {
        dispatch(nested, context);
        return;
    }
    let repeated = std::mem::replace(&mut context.repeated, true);
    let texts: Option<Vec<&str>> = std::iter::once(&nested.first).chain(&nested.words).map(Word::known).collect();
    match texts {
        Some(texts) => shell::run_apart(&texts.join(" "), Place::Within(context.here), context),
        None => unknown_text(&nested.first.value.clone(), &nested, context),
    }
    context.repeated = repeated;
}

#[cfg(test)]
mod tests;

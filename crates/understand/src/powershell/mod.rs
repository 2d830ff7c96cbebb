//! PowerShell text → effects, as Codex and Copilot run it on Windows, and `pwsh -c` anywhere.
//!
//! Own reading instead of a parser's: whatever it does not understand is opaque, with a reason. [`statements`]
//! walks a script in the order it would run, [`expressions`] gives values and finds what runs inside of them,
//! [`arguments`] reads a command's words, [`cmdlets`] and [`files`] say what PowerShell's own commands do, [`dotnet`] what
//! calls of .NET do, and [`windows`] knows programs that only Windows has. Other programs go to their families.
//! The language: <https://learn.microsoft.com/powershell/scripting/lang-spec/chapter-02>.

mod arguments;
mod blocks;
mod clouds;
mod cmdlets;
mod commands;
mod dotnet;
mod expressions;
mod extent;
mod files;
mod names;
mod network;
mod statements;
mod texts;
mod value;
pub(crate) mod windows;

use std::collections::{BTreeMap, BTreeSet};

use countersign_model::{Effect, Resource, verbs};

use crate::context::Context;
use crate::families;
use crate::invocation::{Invocation, Source, Stdin};
use crate::word::{Value, Word};
use value::Item;

/// The longest script that is read, in bytes.
const LONGEST: usize = 64 * 1024;

/// What a script knows while it is read.
#[derive(Default)]
struct Script {
    /// How often each variable is set, anywhere in the text.
    sets: BTreeMap<String, usize>,
    /// Values of variables that are set once.
    variables: BTreeMap<String, Item>,
    /// Functions defined so far; what they do is listed where they are defined.
    functions: BTreeSet<String>,
    /// Other names of commands.
    aliases: BTreeMap<String, String>,
    /// Script blocks that stand as values and that nothing has walked yet.
    pending: Vec<String>,
    /// Whether elements of tables or lists are set anywhere in the text.
    elements_change: bool,
    /// How deep in nested commands the script itself stands.
    depth: usize,
    /// What the stage before gives to the next one.
    piped: Option<Item>,
}

/// Adds the effects of a script.
pub(crate) fn run(text: &str, context: &mut Context<'_>) {
    if text.len() > LONGEST {
        context.opaque("PowerShell", "the script is too long");
        families::mentions(text, context);
        families::unreadable(text, context);
        return;
    }
    let plain = with_plain_quotes(text);
    let elements_change = blocks::elements_change(&plain);
    let mut script =
        Script { sets: sets(&plain), elements_change, depth: context.depth, ..Script::default() };
    let kept = context.state.shell.clone();
    let count = context.collected.len();
    script.run(&plain, context);
    script.walk(0, None, context);
    context.state.shell = kept;
    if context.collected.len() == count {
        context.program(verbs::EXEC_READ, "powershell");
    }
}

/// PowerShell takes typographic quotes and dashes for plain ones.
fn with_plain_quotes(text: &str) -> String {
    let plain = |letter: char| match letter {
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' => '\'',
        '\u{201c}' | '\u{201d}' | '\u{201e}' => '"',
        '\u{2013}' | '\u{2014}' | '\u{2015}' => '-',
        '\u{a0}' => ' ',
        '\r' => '\n',
        other => other,
    };
    text.replace("`\r\n", " ").replace("`\n", " ").chars().map(plain).collect()
}

/// How often each variable is set in a text: one that is set once has that value or none.
fn sets(text: &str) -> BTreeMap<String, usize> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for part in text.split('$').skip(1) {
        let part = part.strip_prefix('{').unwrap_or(part);
        let length = part
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':'))
            .count();
        let (name, rest) = part.split_at(length);
        let rest = rest.trim_start_matches('}').trim_start();
        let operator = ["=", "+=", "-=", "*=", "/=", "%=", "??=", "++", "--", ",", "in ", "."];
        if operator.iter().any(|operator| {
            rest.get(..operator.len()).is_some_and(|start| start.eq_ignore_ascii_case(operator))
        }) {
            *counts.entry(names::variable(name)).or_default() +=
                if rest.starts_with(['=', 'i', 'I']) { 1 } else { 2 };
        }
    }
    counts
}

/// A word for a program that is no part of PowerShell.
fn word(value: &Value) -> Word {
    Word::made(value.clone())
}

/// Starts a program that is no part of PowerShell.
fn start(first: &Value, words: Vec<Word>, stdin: Stdin, context: &mut Context<'_>) {
    let first = match first {
        Value::Known(name) => Value::Known(names::program(name)),
        other => other.clone(),
    };
    if let Some(name) = first.known()
        && windows::effects(name, &words, context)
    {
        return;
    }
    let invocation = Invocation {
        program: String::new(),
        first: word(&first),
        words,
        environment: context.state.shell.environment.clone(),
        stdin,
        substituted: Source::default(),
        contiguous: false,
    };
    families::dispatch(invocation, context);
}

/// What `powershell` and `pwsh` run that are started with these words.
pub(crate) fn started(words: &[Word], stdin: &Stdin, context: &mut Context<'_>) {
    let mut index = 0;
    while let Some(word) = words.get(index) {
        let Some(text) = word.known().map(str::to_ascii_lowercase) else {
            context.opaque("powershell", "an argument is not known");
            return;
        };
        let rest = words.get(index + 1..).unwrap_or_default();
        let Some(name) = text.strip_prefix(['-', '/']).map(|name| name.trim_start_matches('-').to_owned())
        else {
            // Windows PowerShell takes a bare word for a command, the newer one for a file.
            let all = words.get(index..).unwrap_or_default();
            if text.ends_with(".ps1") {
                file(word, context)
            } else {
                commands(all, context)
            }
            return;
        };
        let is = |full: &str| !name.is_empty() && full.starts_with(name.as_str());
        if matches!(name.as_str(), "e" | "ec")
            || is("encodedcommand") && name.len() > 1 && !is("executionpolicy")
        {
            encoded(rest.first(), context);
            return;
        } else if name == "c" || is("command") && name.starts_with("com") || is("commandwithargs") {
            if matches!(rest.first().and_then(Word::known), Some("-")) {
                input(stdin, context)
            } else {
                commands(rest, context)
            }
            return;
        } else if is("file") {
            match rest.first() {
                Some(word) if word.known() != Some("-") => file(word, context),
                _ => input(stdin, context),
            }
            return;
        } else if is("version") && rest.is_empty() || is("help") || name == "?" {
            context.program(verbs::EXEC_READ, "powershell");
            return;
        }
        let switches =
            ["noprofile", "nologo", "noninteractive", "noexit", "mta", "sta", "login", "interactive"];
        let is_switch = name == "nop" || name == "noni" || switches.iter().any(|full| is(full));
        index += if is_switch { 1 } else { 2 };
    }
    input(stdin, context);
}

fn encoded(word: Option<&Word>, context: &mut Context<'_>) {
    match word.and_then(Word::known).and_then(value::decoded) {
        Some(text) => run(&text, context),
        None => context.opaque("powershell", "the encoded command cannot be decoded"),
    }
}

/// Several words are one command, with blanks between.
fn commands(words: &[Word], context: &mut Context<'_>) {
    let texts: Option<Vec<&str>> = words.iter().map(Word::known).collect();
    match texts {
        Some(texts) if !texts.is_empty() => run(&texts.join(" "), context),
        _ => {
            context.opaque("powershell", "the command is not known");
            for word in words {
                families::mentions(&word.raw, context);
            }
        }
    }
}

/// A script that is read now; its text is a fact of the call.
fn file(word: &Word, context: &mut Context<'_>) {
    let located = crate::paths::locate(&names::path(&word.value), context);
    match context.file(&located.path) {
        Ok(Some(text)) if located.why.is_none() && context.enters() => {
            run(&text, context);
            context.leaves();
        }
        _ => context.opaque(word.text(), "it runs a file that nobody has read"),
    }
}

/// What comes through standard input.
fn input(stdin: &Stdin, context: &mut Context<'_>) {
    if matches!(stdin, Stdin::Pipe(source) if source.is_foreign()) {
        let resource = Resource::Program { name: "powershell".to_owned() };
        let why = "the code comes from the network or out of a decoder";
        context.push(Effect::new(verbs::EXEC_REMOTE_CODE, resource).because(why));
        return;
    }
    let text = match stdin {
        Stdin::Text(Value::Known(text)) => Some(text.clone()),
        Stdin::Pipe(source) => source.text.clone(),
        Stdin::Inherited | Stdin::Text(_) | Stdin::File(_) => None,
    };
    match text {
        Some(text) => run(&text, context),
        None => context.opaque("powershell", "it runs text that is not known"),
    }
}

#[cfg(test)]
mod tests;

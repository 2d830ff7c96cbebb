//! What the shell does itself: directories, variables, `eval`, `source`, `trap`.

use countersign_model::{Answer, Question, verbs};

use super::{Family, opaque};
use crate::Workspace as _;
use crate::code::{self, Looked};
use crate::context::Context;
use crate::invocation::{Invocation, Stdin};
use crate::paths;
use crate::shell::{self, Place};
use crate::word::Value;

pub(super) const FAMILY: Family = Family {
    programs: &[
        ":", "true", "false", "exit", "return", "break", "continue", "shift", "wait", "jobs", "fg", "bg", "disown",
        "times", "umask", "ulimit", "hash", "type", "dirs", "shopt", "set", "logout", "suspend", "history", "fc", "let", "[",
        "test", "cd", "pushd", "popd", "export", "declare", "typeset", "local", "readonly", "unset", "read", "mapfile",
        "readarray", "getopts", "eval", "source", ".", "trap", "alias", "unalias", "enable", "bind", "complete", "compgen",
        "caller",
    ],
    effects,
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    match invocation.program.as_str() {
        "cd" | "pushd" => change_directory(invocation, context),
        "popd" => context.state.shell.directory = Err("the shell's directory stack".to_owned()),
        "export" | "declare" | "typeset" | "local" | "readonly" => declare(invocation, context),
        "unset" | "read" | "mapfile" | "readarray" | "getopts" | "let" => changes_variables(invocation, context),
        "eval" => eval(invocation, context),
        "source" | "." => source(invocation, context),
        "trap" => runs_first_word(invocation, context),
        "alias" if !invocation.words.is_empty() => alias(invocation, context),
        "enable" | "bind" => opaque(invocation, "it changes what the shell runs", context),
        "complete" => {
            completes(invocation, context);
            opaque(invocation, "it changes what the shell runs", context);
        }
        "set" | "shopt" => {
            if invocation.words.iter().any(|word| word.text() == "-k" || word.value.is_unknown()) {
                context.state.shell.poison("the shell's options are not known");
            }
            if takes_assignments_out(invocation) {
                opaque(invocation, "assignments among the arguments of commands are taken out", context);
            }
            let physical = |word: &crate::word::Word| {
                let text = word.text();
                text == "physical" || (text.starts_with('-') && text.contains('P'))
            };
            context.state.shell.physical |= invocation.words.iter().any(physical);
            // What becomes the positional parameters may be run as `"$@"`.
            let parameters = invocation.words.iter().position(|word| word.text() == "--");
            if let Some(nested) = parameters.and_then(|at| invocation.nested(at + 1)) {
                super::run_later(nested, context);
            }
            context.program(verbs::EXEC_READ, &invocation.program);
        }
        "[" | "test" => context.program(verbs::EXEC_READ, "test"),
        "compgen" => completes(invocation, context),
        "history" if invocation.words.iter().any(|word| word.text().starts_with("-s") || word.text().starts_with("-p")) => {
            let first = invocation.words.iter().position(|word| !word.text().starts_with('-'));
            match first.and_then(|at| words_as_text(invocation, at)) {
                Some(text) => shell::run_apart(&text, Place::Within(context.here), context),
                None => opaque(invocation, "it puts text into the history", context),
            }
        }
        "fc" if !invocation.words.iter().any(|word| word.text().starts_with("-l")) => {
            opaque(invocation, "it runs a command of the history", context);
        }
        program => context.program(verbs::EXEC_READ, program),
    }
    let prints = matches!(invocation.program.as_str(), "set" | "export" | "declare" | "typeset" | "readonly")
        && invocation.words.iter().all(|word| matches!(word.text(), "-p" | "-x" | "-px" | "-xp"));
    if prints {
        super::reads_environment("*", context);
    }
}

/// The words from `first` on as one text, if all are known.
fn words_as_text(invocation: &Invocation, first: usize) -> Option<String> {
    let words: Option<Vec<&str>> = invocation.words.iter().skip(first).map(|word| word.known()).collect();
    words.map(|words| words.join(" "))
}

/// `set -k` and `set -o keyword`.
fn takes_assignments_out(invocation: &Invocation) -> bool {
    invocation.program == "set"
        && invocation.words.iter().take_while(|word| word.text() != "--").any(|word| {
            let text = word.text();
            text == "keyword" || (text.starts_with('-') && !text.starts_with("--") && text.contains('k'))
        })
}

/// `compgen` and `complete`: `-C` runs a command, `-W` expands its words. The command is given the name of the
/// program, the word and the one before it.
fn completes(invocation: &Invocation, context: &mut Context<'_>) {
    let mut words = invocation.words.iter().peekable();
    while let Some(option) = words.next() {
        // The value may stand in the same word: `-Cls`.
        let Some(at) = option.text().find(['C', 'W']).filter(|_| option.text().starts_with('-')) else { continue };
        let (flags, attached) = option.text().split_at(at + 1);
        let value = if option.value.is_unknown() {
            None
        } else if attached.is_empty() {
            words.peek().and_then(|word| word.known())
        } else {
            Some(attached)
        };
        match value {
            Some(text) if flags.ends_with('C') => {
                let text = format!("{text} \"$1\" \"$2\" \"$3\"");
                shell::run_apart(&text, Place::Within(context.here), context);
            }
            Some(text) => shell::expand_text(text, context),
            None => opaque(invocation, "it runs text that is not known", context),
        }
    }
    if invocation.words.iter().any(|word| word.text().starts_with("-F")) {
        opaque(invocation, "it runs a function", context);
    }
    context.program(verbs::EXEC_READ, &invocation.program);
}

fn alias(invocation: &Invocation, context: &mut Context<'_>) {
    for word in &invocation.words {
        match word.known().and_then(|text| text.split_once('=')) {
            Some((name, meaning)) if context.state.shell.aliases.len() < 32 => {
                context.state.shell.aliases.insert(name.to_owned(), meaning.to_owned());
            }
            _ => opaque(invocation, "it gives a command another meaning", context),
        }
    }
    context.program(verbs::EXEC_READ, "alias");
}

fn change_directory(invocation: &Invocation, context: &mut Context<'_>) {
    let mut targets = invocation.words.iter().filter(|word| {
        !matches!(word.known(), Some("-L" | "-P" | "-e" | "-@" | "--" | "-n"))
    });
    let physical = context.state.shell.physical || invocation.words.iter().any(|word| word.text() == "-P");
    let searched = context.state.shell.variables.contains_key("CDPATH")
        || invocation.environment.iter().any(|(name, _)| name == "CDPATH");
    let directory = match (targets.next().map(|word| &word.value), targets.next()) {
        (Some(_), _) if searched => Err("CDPATH says where it leads".to_owned()),
        (None, None) if invocation.program == "cd" => Ok(context.surroundings.home.clone()),
        (Some(Value::Known(text)), None) if text != "-" && !text.starts_with('+') => {
            context.directory_at(text, physical)
        }
        (Some(Value::Unknown { why, .. }), None) => Err(why.clone()),
        _ => Err("the shell's earlier directory".to_owned()),
    };
    if let Ok(path) = &directory {
        let question = Question::Path { path: path.clone() };
        let exists = matches!(context.workspace.ask(&question), Answer::Directory { .. });
        context.state.shell.directory_unsure = !exists;
    }
    context.state.shell.directory = directory;
    context.program(verbs::EXEC_READ, "cd");
}

fn declare(invocation: &Invocation, context: &mut Context<'_>) {
    let mut exports = invocation.program == "export";
    for word in &invocation.words {
        let text = word.text();
        if let Some(flags) = text.strip_prefix('-') {
            exports |= flags.contains('x');
            // References and integers give assignments another meaning.
            if flags.contains(['n', 'i', 'a', 'A', 'u', 'l', 'c']) || word.value.is_unknown() {
                context.state.shell.poison("its declaration gives it another meaning");
            }
            continue;
        }
        match text.split_once('=') {
            Some((name, value)) => {
                // The value may be that of an array, which is expanded once more.
                if value.starts_with('(') && value.contains(['$', '`']) {
                    shell::expand_text(value, context);
                }
                let value = word.value.strip_prefix(&format!("{name}=")).unwrap_or_else(|| Value::unknown("unclear"));
                let name = name.trim_end_matches('+');
                // Only its own text can say whether the shell sets it once; a declaration does not.
                let value = if exports { value } else { Value::unknown("a declared variable") };
                context.state.shell.export(name, value);
            }
            None if word.value.is_unknown() => context.state.shell.poison("a variable of unknown name is set"),
            None if exports => {
                let value = context.state.shell.variables.get(text).cloned();
                let value = value.unwrap_or_else(|| Value::unknown("a variable of the environment"));
                context.state.shell.export(text, value);
            }
            None => {}
        }
    }
    context.program(verbs::EXEC_READ, &invocation.program);
}

fn changes_variables(invocation: &Invocation, context: &mut Context<'_>) {
    if invocation.words.iter().any(|word| word.value.is_unknown()) || invocation.program == "let" {
        context.state.shell.poison("a variable of unknown name is set");
    }
    for word in &invocation.words {
        if context.state.shell.variables.contains_key(word.text()) {
            context.state.shell.set(word.text(), Value::unknown("a variable that is read in"));
        }
    }
    if invocation.program == "mapfile" || invocation.program == "readarray" {
        let callback = invocation.words.iter().skip_while(|word| !word.text().starts_with("-C")).nth(1);
        if callback.is_some() {
            opaque(invocation, "it runs a command for each line", context);
        }
    }
    context.program(verbs::EXEC_READ, &invocation.program);
}

fn eval(invocation: &Invocation, context: &mut Context<'_>) {
    let texts: Option<Vec<&str>> = invocation.words.iter().map(|word| word.known()).collect();
    match texts {
        Some(texts) => shell::run(&texts.join(" "), Place::Within(context.here), context),
        None if invocation.substituted.is_foreign() => context.program(verbs::EXEC_REMOTE_CODE, "eval"),
        None => opaque(invocation, "it runs text that is not known", context),
    }
    context.state.shell.poison("eval may have set it");
}

fn source(invocation: &Invocation, context: &mut Context<'_>) {
    if invocation.substituted.is_foreign() {
        context.program(verbs::EXEC_REMOTE_CODE, &invocation.title());
    }
    let here = match (&invocation.stdin, invocation.words.first().map(|word| &word.value)) {
        (Stdin::Text(Value::Known(text)), Some(Value::Known(path))) if is_stdin(path) => Some(text.clone()),
        // A process substitution was written as no word.
        (_, Some(Value::Unknown { .. })) if invocation.words.first().is_some_and(|word| word.raw.is_empty()) => {
            invocation.substituted.text.clone()
        }
        _ => None,
    };
    if let Some(text) = here {
        shell::run(&text, Place::Within(context.here), context);
        context.state.shell.poison("sourced text may have set it");
        return;
    }
    let Some(word) = invocation.words.first() else {
        opaque(invocation, "it runs a file that is not named", context);
        return;
    };
    let located = paths::locate(&word.value, context);
    context.read(word);
    let looked = code::look(&located, "source", context, &mut |text, context| {
        shell::run(text, Place::Within(context.here), context);
        Ok(())
    });
    let why = match looked {
        Looked::Understood => None,
        Looked::Absent => Some("it runs a file that is not there yet".to_owned()),
        Looked::Opaque(why) => Some(why),
    };
    if let Some(why) = why {
        opaque(invocation, &why, context);
        context.state.shell.directory = Err("a sourced file may have changed it".to_owned());
    }
    context.state.shell.poison("a sourced file may have set it");
}

/// Whether a path is the standard input.
pub(super) fn is_stdin(path: &str) -> bool {
    matches!(path, "/dev/stdin" | "/dev/fd/0" | "/proc/self/fd/0")
}

fn runs_first_word(invocation: &Invocation, context: &mut Context<'_>) {
    match invocation.words.iter().find(|word| !word.text().starts_with("-")).map(|word| word.known()) {
        Some(Some(text)) => shell::run_apart(text, Place::Within(context.here), context),
        Some(None) => opaque(invocation, "it runs text that is not known", context),
        None => context.program(verbs::EXEC_READ, "trap"),
    }
}

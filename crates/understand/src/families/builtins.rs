//! What the shell does itself: directories, variables, `eval`, `source`, `trap`.

mod callbacks;
mod set_up;
mod sourcing;
mod variables;

use countersign_model::{Answer, Question, verbs};

use super::{Family, opaque};
use crate::Workspace as _;
use crate::context::Context;
use crate::invocation::Invocation;
use crate::shell::{self, Place};
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &[
        ":", "true", "false", "exit", "return", "break", "continue", "shift", "wait", "jobs", "fg", "bg", "disown",
        "times", "umask", "ulimit", "hash", "type", "dirs", "shopt", "set", "logout", "suspend", "history", "fc", "let", "[",
        "test", "cd", "pushd", "popd", "export", "declare", "typeset", "local", "readonly", "unset", "read", "mapfile",
        "readarray", "getopts", "eval", "source", ".", "trap", "alias", "unalias", "enable", "bind", "complete", "compgen",
        "caller",
    ],
    about: "What the shell does itself. `cd`, variables, aliases and traps are followed through the whole \
        command; `eval` and `source` are understood as far as their text is known.",
    examples: &[
        "cd src && rm a.rs",
        "X=rm; $X -rf src",
        "export AWS_PROFILE=prod; aws s3 ls",
        r#"eval "git push origin main""#,
        r#"eval "$(curl -s https://example.com/install)""#,
        "source .env",
        "trap 'rm -rf build' EXIT",
        "test -f package.json && echo yes",
        "alias ll='ls -l'",
        "printenv",
    ],
    effects,
};

/// `hash -p ./x git`: from then on `git` is `./x`.
fn gives_path(word: &crate::word::Word) -> bool {
    let text = word.text();
    word.value.is_unknown() || (text.starts_with('-') && text.contains('p'))
}

fn is_one_of(word: &crate::word::Word, letters: &str) -> bool {
    let own = word.text().strip_prefix('-').filter(|own| !own.is_empty());
    word.value.is_unknown()
        || own.is_some_and(|own| !own.contains(|letter: char| !letter.is_ascii_lowercase()) && own.contains(|letter| letters.contains(letter)))
}

/// `history -w FILE`, `history -r FILE`: without one it is the file that a variable names.
fn kept_lines(invocation: &Invocation, context: &mut Context<'_>) {
    let named = invocation.words.iter().find(|word| word.value.is_unknown() || !word.text().starts_with('-'));
    let set = || context.state.shell.variables.get("HISTFILE").cloned();
    let file = named.map(|word| word.value.clone()).or_else(set);
    if let Some(file) = file {
        if invocation.words.iter().any(|word| is_one_of(word, "wa")) {
            context.write_value(&file);
        } else {
            context.read_value(&file);
        }
    }
    context.program(verbs::EXEC_READ, "history");
}

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    match invocation.program.as_str() {
        "cd" | "pushd" => change_directory(invocation, context),
        "popd" => back(invocation, context),
        "export" | "declare" | "typeset" | "local" | "readonly" => variables::declare(invocation, context),
        "mapfile" | "readarray" if callbacks::are_given(invocation) => callbacks::run(invocation, context),
        "wait" => variables::wait(invocation, context),
        "getopts" => shell::options::run(invocation, context),
        "read" | "mapfile" | "readarray" => variables::read(invocation, context),
        "unset" => variables::unset(invocation, context),
        "let" => variables::calculate(invocation, context),
        "shift" => {
            variables::parameters(invocation, context);
            context.program(verbs::EXEC_READ, "shift");
        }
        "return" | "break" | "continue" => {
            // Outside of functions and sourced files, either all that follows runs or nothing.
            let ends_a_part =
                invocation.program != "return" || !context.calling.is_empty() || context.state.shell.sourced;
            context.state.shell.leaving |= ends_a_part;
            // What leaves more than the loop around it is not over where that ends.
            let leaves_more = !invocation.words.is_empty();
            context.state.shell.left |= match invocation.program.as_str() {
                "return" => true,
                "continue" => false,
                _ => leaves_more,
            };
            context.state.shell.skipped |= leaves_more;
            context.program(verbs::EXEC_READ, &invocation.program);
        }
        "eval" => eval(invocation, context),
        "source" | "." => sourcing::source(invocation, context),
        "trap" => {
            shell::trap(invocation, context);
            context.program(verbs::EXEC_READ, "trap");
        }
        "alias" if !invocation.words.is_empty() => alias(invocation, context),
        "hash" if invocation.words.iter().any(gives_path) => {
            opaque(invocation, "it changes what the shell runs", context);
        }
        "enable" | "bind" => opaque(invocation, "it changes what the shell runs", context),
        "complete" => {
            completes(invocation, context);
            opaque(invocation, "it changes what the shell runs", context);
        }
        "set" | "shopt" => {
            // What follows `--` are parameters.
            let mut options = invocation.words.iter().take_while(|word| word.known() != Some("--"));
            if options.any(|word| word.text() == "-k" || word.value.is_unknown()) {
                context.state.shell.distrust("the shell's options are not known");
            }
            if takes_assignments_out(invocation) {
                opaque(invocation, "assignments among the arguments of commands are taken out", context);
            }
            if invocation.program == "set" && turns_braces_off(&invocation.words) {
                opaque(invocation, "from here on, words with braces mean something else", context);
            }
            let physical = |word: &crate::word::Word| {
                let text = word.text();
                text == "physical" || (text.starts_with('-') && text.contains('P'))
            };
            context.state.shell.physical |= invocation.words.iter().any(physical);
            if let (true, Some(flag @ ("-s" | "-u"))) = (invocation.program == "shopt", invocation.known(0)) {
                folds(&invocation.words, flag == "-s", context);
            }
            if invocation.program == "set" {
                context.state.shell.traced = traces(&invocation.words).unwrap_or(context.state.shell.traced);
                let shell = &mut context.state.shell;
                shell.exports_all = exports_all(&invocation.words).unwrap_or(shell.exports_all);
                variables::parameters(invocation, context);
            }
            context.program(verbs::EXEC_READ, &invocation.program);
        }
        "[" | "test" => context.program(verbs::EXEC_READ, "test"),
        "compgen" => completes(invocation, context),
        "history" if invocation.words.iter().any(|word| is_one_of(word, "rnwa")) => kept_lines(invocation, context),
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
    let prints = match invocation.program.as_str() {
        // With any word, it sets options or parameters.
        "set" => invocation.words.is_empty(),
        "export" | "declare" | "typeset" | "readonly" => {
            invocation.words.iter().all(|word| matches!(word.text(), "-p" | "-x" | "-px" | "-xp"))
        }
        _ => false,
    };
    if prints {
        super::reads_environment("*", context);
    } else if variables::shows(invocation) {
        let secret = |word: &&crate::word::Word| word.value.is_unknown() || super::is_secret_name(word.text());
        for word in invocation.words.iter().filter(secret) {
            super::reads_environment(word.known().unwrap_or("*"), context);
        }
    }
}

/// The words from `first` on as one text, if all are known.
fn words_as_text(invocation: &Invocation, first: usize) -> Option<String> {
    let words: Option<Vec<&str>> = invocation.words.iter().skip(first).map(|word| word.known()).collect();
    words.map(|words| words.join(" "))
}

/// Whether options of a shell have each command printed before it runs; none where they do not say.
pub(super) fn traces(words: &[crate::word::Word]) -> Option<bool> {
    turns(words, 'x', "xtrace")
}

/// Whether options of a shell have all variables given on that are set from here on; none where they do not say.
pub(super) fn exports_all(words: &[crate::word::Word]) -> Option<bool> {
    turns(words, 'a', "allexport")
}

fn turns(words: &[crate::word::Word], letter: char, long: &str) -> Option<bool> {
    let mut turns = None;
    let mut words = words.iter().map(crate::word::Word::text).take_while(|text| *text != "--").peekable();
    while let Some(text) = words.next() {
        let Some(flags) = text.strip_prefix(['-', '+']).filter(|flags| !flags.starts_with('-')) else { break };
        let named = flags.ends_with('o') && words.next_if(|name| !name.starts_with(['-', '+'])) == Some(long);
        if named || flags.contains(letter) {
            turns = Some(text.starts_with('-'));
        }
    }
    turns
}

/// `set +B` and `set +o braceexpand`.
fn turns_braces_off(words: &[crate::word::Word]) -> bool {
    let texts: Vec<&str> = words.iter().map(crate::word::Word::text).take_while(|text| *text != "--").collect();
    texts.iter().any(|text| text.starts_with('+') && text.contains('B')) || texts.windows(2).any(|pair| pair == ["+o", "braceexpand"])
}

/// `set -k` and `set -o keyword`.
fn takes_assignments_out(invocation: &Invocation) -> bool {
    invocation.program == "set"
        && invocation.words.iter().take_while(|word| word.text() != "--").any(|word| {
            let text = word.text();
            text == "keyword" || (text.starts_with('-') && !text.starts_with("--") && text.contains('k'))
        })
}

/// Sets the options of a shell by which its patterns match whatever the case of letters.
pub(super) fn folds(names: &[Word], is_set: bool, context: &mut Context<'_>) {
    let has = |name: &str| names.iter().any(|word| word.known() == Some(name));
    let shell = &mut context.state.shell;
    if has("nocaseglob") {
        shell.folds_names = is_set;
    }
    if has("dotglob") {
        shell.matches_hidden = is_set;
    }
    if has("nocasematch") {
        shell.folds_text = is_set;
    }
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
                let parameters = context.state.shell.parameters.take();
                shell::run_apart(&text, Place::Within(context.here), context);
                context.state.shell.parameters = parameters;
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

/// Whether the shell takes a word for a part of its syntax where a command starts.
fn is_syntax(name: &str) -> bool {
    matches!(
        name,
        "if" | "then" | "else" | "elif" | "fi" | "for" | "while" | "until" | "do" | "done" | "case" | "esac" | "in" | "select"
            | "function" | "time" | "coproc" | "{" | "}" | "!" | "[[" | "]]"
    )
}

fn alias(invocation: &Invocation, context: &mut Context<'_>) {
    for word in &invocation.words {
        let name = word.text().split('=').next().unwrap_or_default();
        let meaning = word.known().and_then(|text| text.split_once('=')).map(|(_, meaning)| meaning);
        if word.value.is_unknown() || context.state.shell.watched.contains(name) {
            shell::trapped_alias(meaning, context);
        }
        match word.known().and_then(|text| text.split_once('=')) {
            // What is written with it is read in another way than here.
            Some((name, _)) if is_syntax(name) => opaque(invocation, "it gives a word of the shell's syntax another meaning", context),
            Some((name, meaning)) if context.state.shell.aliases.len() < 32 => {
                context.state.shell.aliases.insert(name.to_owned(), meaning.to_owned());
            }
            _ => opaque(invocation, "it gives a command another meaning", context),
        }
    }
    context.program(verbs::EXEC_READ, "alias");
}

fn change_directory(invocation: &Invocation, context: &mut Context<'_>) {
    let mut targets = invocation
        .words
        .iter()
        .filter(|word| !matches!(word.known(), Some("-L" | "-P" | "-e" | "-@" | "--" | "-n")));
    let pushes = invocation.program == "pushd";
    let physical = context.state.shell.physical || invocation.words.iter().any(|word| word.text() == "-P");
    let searched = context.state.shell.variables.contains_key("CDPATH")
        || invocation.environment.iter().any(|(name, _)| name == "CDPATH");
    let stays = pushes && invocation.words.iter().any(|word| word.text() == "-n");
    let before = context.state.shell.directory.clone();
    let target = targets.next().map(|word| &word.value);
    if let (Some(target), Err(_)) = (target, &before) {
        wanders(target, context);
    }
    let directory = match (target, targets.next()) {
        (Some(Value::Known(text)), None) if searched && !text.starts_with(['/', '.']) => {
            Err("CDPATH says where it leads".to_owned())
        }
        (None, None) if !pushes => Ok(context.surroundings.home.clone()),
        // Without an argument, the two on top change places.
        (None, None) => context.state.shell.earlier.pop().unwrap_or_else(|| Err("the shell's directory stack".to_owned())),
        (Some(Value::Known(text)), None) if text == "-" && !pushes => {
            context.state.shell.previous.clone().ok_or_else(|| "the shell's earlier directory".to_owned())
        }
        (Some(Value::Known(text)), None) if text != "-" && !text.starts_with('+') => {
            context.directory_at(text, physical)
        }
        (Some(value @ Value::Unknown { why, .. }), None) => {
            wanders(value, context);
            Err(why.clone())
        }
        _ => Err("the shell's earlier directory".to_owned()),
    };
    if pushes {
        context.state.shell.earlier.push(if stays { directory.clone() } else { before.clone() });
    }
    if !stays {
        moves_to(directory, context);
    }
    context.program(verbs::EXEC_READ, "cd");
}

/// Takes note of where a change of directory may lead from one that is not known, or by a name of which a part is
/// not known: one letter stands for it.
fn wanders(target: &Value, context: &mut Context<'_>) {
    let text = match target {
        Value::Unknown { prefix, suffix, .. } if prefix.is_empty() && suffix.starts_with('/') => format!("/x{suffix}"),
        Value::Unknown { prefix, suffix, .. } => format!("{prefix}x{suffix}"),
        Value::Known(text) | Value::Pattern(text) => text.clone(),
    };
    let from = match &context.state.shell.directory {
        Ok(directory) => vec![directory.clone()],
        Err(_) => context.state.world.visited.clone(),
    };
    for directory in from {
        context.state.world.visits(crate::paths::normal(&directory, &text));
    }
}

/// The shell's directory is another one, if that exists.
fn moves_to(directory: Result<String, String>, context: &mut Context<'_>) {
    let shell = &mut context.state.shell;
    shell.variables.remove("PWD");
    shell.variables.remove("OLDPWD");
    shell.either = None;
    shell.previous = shell.directory.clone().ok();
    for directory in shell.directory.iter().chain(&directory) {
        context.state.world.visits(directory.clone());
    }
    if shell.leaving {
        shell.directory = Err("the shell may have left before it was changed".to_owned());
        return;
    }
    if let Ok(path) = &directory {
        let question = Question::Path { path: path.clone() };
        let exists = matches!(context.workspace.ask(&question), Answer::Directory { .. });
        context.state.shell.directory_unsure = !exists;
    }
    context.state.shell.directory = directory;
}

/// `popd`.
fn back(invocation: &Invocation, context: &mut Context<'_>) {
    let top = context.state.shell.earlier.pop().filter(|_| invocation.words.is_empty());
    moves_to(top.unwrap_or_else(|| Err("the shell's directory stack".to_owned())), context);
    context.program(verbs::EXEC_READ, "popd");
}

/// Programs that print what sets a shell up for them, for `eval` to run.
const SET_UP: &[&str] = &[
    "brew", "dircolors", "direnv", "docker-machine", "fnm", "fzf", "jenv", "keychain", "luarocks", "minikube", "mise", "nodenv", "opam",
    "pyenv", "rbenv", "register-python-argcomplete", "rtx", "ssh-agent", "starship", "thefuck", "zoxide",
];

/// Whether a word is the output of one of these: `"$(ssh-agent -s)"`.
fn is_set_up(raw: &str) -> bool {
    let inner = raw.trim_matches('"').strip_prefix("$(").and_then(|rest| rest.strip_suffix(')'));
    let Some(inner) = inner.filter(|inner| !inner.contains(['$', '`', ';', '|', '&', '<', '>', '\n', '('])) else { return false };
    inner.split_ascii_whitespace().next().is_some_and(|name| SET_UP.contains(&name))
}

fn eval(invocation: &Invocation, context: &mut Context<'_>) {
    if invocation.substituted.is_foreign() {
        context.program(verbs::EXEC_REMOTE_CODE, "eval");
    }
    let marker = usize::from(invocation.known(0) == Some("--"));
    let texts: Option<Vec<&str>> = invocation.words.iter().skip(marker).map(|word| word.known()).collect();
    match texts {
        Some(texts) => shell::run(&texts.join(" "), Place::Within(context.here), context),
        None => {
            if !invocation.substituted.is_foreign() && set_up::evaluates(invocation, context) {
                return;
            }
            if !invocation.substituted.is_foreign() {
                let nothing = invocation.words.iter().any(|word| super::says_nothing(&word.value) && !is_set_up(&word.raw));
                if nothing {
                    super::hidden(invocation, "it runs text that is not known", context);
                } else {
                    opaque(invocation, "it runs text of which a part is not known", context);
                }
            }
            context.state.shell.poison("eval may have set it");
            context.state.shell.directory = Err("eval may have changed it".to_owned());
        }
    }
}

/// Whether a path is that of a file which the shell holds open.
pub(super) fn is_open_file(path: &str) -> bool {
    path == "/dev/stdin" || path.starts_with("/dev/fd/") || (path.starts_with("/proc/") && path.contains("/fd/"))
}

/// Whether a path is the standard input.
pub(super) fn is_stdin(path: &str) -> bool {
    matches!(path, "/dev/stdin" | "/dev/fd/0" | "/proc/self/fd/0")
}

#[cfg(test)]
mod tests;

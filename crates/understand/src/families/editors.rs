//! Editors that are given commands: they write the files they are given, and some commands run programs.

mod lisp;

use countersign_model::{Effect, PathClass, Resource, verbs};

use super::{Family, opaque};
use crate::context::Context;
use crate::invocation::{Invocation, Stdin};
use crate::paths;
use crate::shell::{self, Place};
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &["vim", "vi", "nvim", "ex", "view", "vimdiff", "ed", "emacs", "nano", "pico", "micro", "joe", "kak", "hx", "code", "code-insiders", "codium"],
    about: "Editors that are given files and commands: the files are written, and a command that runs a \
        program is understood as far as it is that. Other commands of an editor's own language are \
        opaque.",
    examples: &[
        "nvim +42 src/a.rs",
        "view .env",
        "nano notes.md",
        "vim -es -c wq ~/.bashrc",
        "vim -c ':!git push origin main' README.md",
        r#"emacs --batch --eval '(delete-file "/srv/x")'"#,
        "vim --version",
    ],
    effects,
};

/// VS Code, which is told what to open in a window, and which extensions it has.
fn window(invocation: &Invocation, context: &mut Context<'_>) {
    const SHOWS: &[&str] = &["--list-extensions", "--show-versions", "--version", "-v", "--help", "-h", "--status"];
    let mut extension = false;
    for word in &invocation.words {
        let text = word.text();
        let named = text.strip_prefix("--install-extension=").or_else(|| (extension && !text.starts_with('-')).then_some(text));
        if let Some(name) = named {
            let resource = Resource::Program { name: invocation.title() };
            let known = !word.value.is_unknown() && !name.ends_with(".vsix") && !name.contains('/');
            context.push(if known {
                Effect::new(verbs::EXEC_INSTALL, resource)
            } else {
                Effect::new(verbs::EXEC_SCHEDULE, resource).because("the editor runs the extension's code whenever it starts")
            });
        }
        extension = text == "--install-extension";
    }
    if !invocation.words.is_empty() && invocation.words.iter().all(|word| SHOWS.contains(&word.text())) {
        context.program(verbs::EXEC_READ, &invocation.program);
    } else if !invocation.words.iter().any(|word| word.text().starts_with("--install-extension")) {
        opaque(invocation, "what it does in its window is not known", context);
    }
}

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    if invocation.program.starts_with("cod") {
        window(invocation, context);
        return;
    }
    let shows = matches!(invocation.known(0), Some("--version" | "--help" | "-h")) && invocation.words.len() == 1;
    if shows {
        context.program(verbs::EXEC_READ, &invocation.program);
        return;
    }
    let mut words = invocation.words.iter();
    let reads = matches!(invocation.program.as_str(), "view") || invocation.words.iter().any(|word| word.text() == "-R");
    while let Some(word) = words.next() {
        match word.text() {
            "--eval" | "-eval" | "--execute" | "-execute" if invocation.program == "emacs" => match words.next() {
                Some(expression) => evaluated(&expression.value, invocation, context),
                None => opaque(invocation, "which command it runs is not known", context),
            },
            _ if invocation.program == "emacs" && let Some(expression) = word.value.strip_prefix("--eval=") => evaluated(&expression, invocation, context),
            "-c" | "--cmd" | "--eval" | "-e" if invocation.program != "ed" => {
                if word.text() == "-e" && invocation.program.contains("vi") {
                    continue;
                }
                match words.next() {
                    Some(command) => commanded(command, invocation, context),
                    None => opaque(invocation, "which command it runs is not known", context),
                }
            }
            "-S" | "-s" | "-l" | "--load" | "-u" | "-U" if words.as_slice().first().is_some_and(|next| !next.text().starts_with('-')) && invocation.program != "ed" => {
                opaque(invocation, "it runs a script of its own language", context);
                words.next();
            }
            text if text.starts_with('+') && text.len() > 1 && !text.trim_start_matches('+').bytes().all(|byte| byte.is_ascii_digit()) => {
                commanded(&word.with(word.value.strip_prefix("+").unwrap_or_else(|| word.value.clone())), invocation, context);
            }
            text if HARMLESS.contains(&text) || text.starts_with('+') => {}
            text if text.starts_with('-') => opaque(invocation, "one of its options is not known", context),
            _ if reads => context.read(word),
            _ => {
                // An editor shows what it opens.
                if paths::locate(&word.value, context).class == PathClass::Secret {
                    context.read(word);
                }
                context.write(word);
            }
        }
    }
    match &invocation.stdin {
        Stdin::Inherited => {}
        Stdin::Text(Value::Known(text)) => {
            text.lines().for_each(|line| commanded(&Word::known_as(line), invocation, context));
        }
        Stdin::Text(_) | Stdin::Pipe(_) | Stdin::File(_) => opaque(invocation, "which commands it is given is not known", context),
    }
    context.program(verbs::EXEC_READ, &invocation.program);
}

/// An expression of Lisp: what of it starts programs is understood, where it does nothing else.
fn evaluated(expression: &Value, invocation: &Invocation, context: &mut Context<'_>) {
    let started = expression.known().map(lisp::started);
    if started.as_ref().is_none_or(|started| !started.is_all) {
        opaque(invocation, "what its expression does is not known", context);
    }
    for text in started.into_iter().flat_map(|started| started.commands) {
        shell::run_apart(&text, Place::Within(context.here), context);
    }
}

/// Options that only say how the files are shown.
const HARMLESS: &[&str] = &["-", "--", "-R", "-e", "-s", "-es", "-Es", "-E", "-n", "-N", "-d", "-o", "-O", "-p", "-b", "-Q", "-q", "-nw", "--batch", "-batch", "--clean", "--headless"];

/// A command of the editor: saving and moving are known, the shell's are read, others may be anything.
fn commanded(command: &Word, invocation: &Invocation, context: &mut Context<'_>) {
    let Some(text) = command.known() else {
        opaque(invocation, "which command it runs is not known", context);
        return;
    };
    let text = text.trim().trim_start_matches([':', '%', '.', '$']);
    if let Some(shell_text) = text.split_once('!').map(|(_, text)| text).filter(|text| !text.is_empty()) {
        shell::run_apart(shell_text, Place::Within(context.here), context);
        return;
    }
    const PLAIN: &[&str] = &["", "w", "wq", "q", "q!", "wq!", "x", "qa", "qa!", "wa", "wqa", "xa", "noh", "d", "p"];
    let plain = PLAIN.contains(&text) || text.bytes().all(|byte| byte.is_ascii_digit());
    if !plain {
        opaque(invocation, "what its command does is not known", context);
    }
}

#[cfg(test)]
mod tests;

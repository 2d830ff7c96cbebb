//! Whether only the names of what is printed are left: `env | cut -d= -f1`.

use crate::families;

use brush_parser::ast::{Command, CommandPrefixOrSuffixItem, SimpleCommand};

/// Whether a command prints variables to a pipe, of which the next command passes on no values.
pub(super) fn are_left(command: &Command, next: Option<&Command>) -> bool {
    let (Command::Simple(prints), Some(Command::Simple(next))) = (command, next) else { return false };
    let prints = name(prints)
        .filter(|_| words(prints, false).is_some_and(|words| words.iter().all(|word| *word == "-p")));
    matches!(prints, Some("env" | "printenv" | "export" | "declare" | "typeset" | "set"))
        && words(next, true).is_some_and(|words| passes_names(name(next).unwrap_or_default(), &words))
}

fn name(command: &SimpleCommand) -> Option<&str> {
    command.word_or_name.as_ref().map(|word| word.value.as_str())
}

/// The words after the name as they are written; none where something else stands there, such as a redirection that
/// is not the last command's.
fn words(command: &SimpleCommand, is_last: bool) -> Option<Vec<&str>> {
    let items = command.suffix.iter().flat_map(|suffix| &suffix.0);
    let mut words = Vec::new();
    for item in items {
        match item {
            CommandPrefixOrSuffixItem::Word(word) => words.push(word.value.as_str()),
            CommandPrefixOrSuffixItem::IoRedirect(_) if is_last => {}
            _ => return None,
        }
    }
    command.prefix.is_none().then_some(words)
}

fn passes_names(program: &str, words: &[&str]) -> bool {
    let joined = words.concat();
    // Between double quotes the shell takes `$1` for its own.
    if joined.contains(['"', '`', '\\']) || joined.len() > 64 {
        return false;
    }
    let plain: String = joined.chars().filter(|letter| !matches!(letter, '\'' | ' ')).collect();
    match program {
        "cut" => matches!(plain.as_str(), "-d=-f1" | "-f1-d=" | "-sd=-f1" | "-s-d=-f1"),
        "awk" | "gawk" | "mawk" => {
            joined.contains('\'') && matches!(plain.as_str(), "-F={print$1}" | "-F={print$1;}")
        }
        "sed" => matches!(plain.as_str(), "s/=.*//" | "s/=.*$//" | "s/=.*/=/" | "-es/=.*//"),
        "wc" => words.iter().all(|word| matches!(*word, "-l" | "-c" | "-w" | "-m")),
        "grep" => {
            let (options, others): (Vec<&str>, Vec<&str>) =
                words.iter().partition(|word| word.starts_with('-'));
            let counts = options.iter().any(|option| option.contains(['c', 'q']));
            let known =
                options.iter().all(|option| option.chars().skip(1).all(|letter| "cqiEFvwx".contains(letter)));
            let shows =
                options.iter().all(|option| option.chars().skip(1).all(|letter| "iEFwo".contains(letter)));
            (counts && known && others.len() == 1)
                || (shows
                    && matches!(others.as_slice(), [pattern] if leaves_no_secret(pattern.trim_matches('\''))))
        }
        _ => false,
    }
}

/// Whether of all variables a search leaves some of programs and of the terminal, which are no secrets, or one that is
/// named whole and is none.
fn leaves_no_secret(pattern: &str) -> bool {
    const HARMLESS: &[&str] = &[
        "cargo_home",
        "conda",
        "display",
        "editor",
        "gopath",
        "goroot",
        "java_home",
        "lang",
        "lc_",
        "node_env",
        "node_options",
        "nvm",
        "pyenv",
        "python",
        "pythonpath",
        "rustup",
        "shell",
        "term",
        "virtual_env",
        "xdg",
    ];
    let lower = pattern.trim_start_matches('^').to_ascii_lowercase();
    let whole = pattern.strip_prefix('^').and_then(|rest| rest.strip_suffix('='));
    HARMLESS.contains(&lower.as_str())
        || whole.is_some_and(|name| {
            !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
                && !families::is_secret_name(name)
                && !families::is_address_name(name)
        })
}

#[cfg(test)]
mod tests;

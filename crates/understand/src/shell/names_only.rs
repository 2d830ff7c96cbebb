//! Whether only the names of what is printed are left: `env | cut -d= -f1`.

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
            counts && known && others.len() == 1
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn names_are_no_secrets() {
        for command in [
            "env | cut -d= -f1",
            "env | cut -d '=' -f 1 | sort",
            "printenv | awk -F= '{print $1}'",
            "env | sed 's/=.*//' > names.txt",
            "export -p | wc -l",
            "env | grep -c AWS",
            "env | grep -q CI && echo yes",
        ] {
            assert!(!check(command).contains("secret.read"), "{command}: {}", check(command));
        }
    }

    #[test]
    fn and_values_are() {
        for command in [
            "env",
            "env | cut -d= -f2",
            "env | cut -d= -f1-",
            "env | cut -d. -f1",
            "env | awk -F= \"{print $1}\"",
            "env | awk -F= '{print $2}'",
            "env | sed 's/x.*//'",
            "env | tee all.txt | cut -d= -f1",
            "env > all.txt | cut -d= -f1",
            "env printenv API_TOKEN | cut -d= -f1",
            "printenv API_TOKEN | cut -d= -f1",
            "env | grep AWS",
            "env | grep -c AWS; env",
            "env | sort | cut -d= -f1; env | sort",
            "(env | cut -d= -f1; env)",
        ] {
            assert!(check(command).contains("secret.read"), "{command}");
        }
    }
}

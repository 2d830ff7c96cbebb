//! Programs that makers of documents start: options, variables and settings name them.

use crate::arguments::programs;
use crate::context::Context;
use crate::environment;
use crate::families::{named_programs, opaque};
use crate::invocation::{Invocation, Stdin};
use crate::paths;
use crate::word::{Value, Word};

/// Settings of Doxygen whose value is a command.
const FILTERS: &[&str] = &["INPUT_FILTER", "FILE_VERSION_FILTER"];
/// Those in which a command is a part of the value.
const OTHERS: &[&str] =
    &["FILTER_PATTERNS", "FILTER_SOURCE_PATTERNS", "HHC_LOCATION", "QHG_LOCATION", "DOT_PATH", "PERL_PATH", "LATEX_CMD_NAME", "MAKEINDEX_CMD_NAME", "@INCLUDE"];

/// Adds what such programs do.
pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    match invocation.program.as_str() {
        "marp" => programs::started(&invocation.words, &["browser-path"], &[], context),
        "mdbook" => book(invocation, context),
        "doxygen" => doxygen(invocation, context),
        _ => {}
    }
}

/// Renderers and preprocessors: those that are installed have names of a kind.
fn book(invocation: &Invocation, context: &mut Context<'_>) {
    for (name, value) in &invocation.environment {
        if name.starts_with("MDBOOK_") && name.to_ascii_uppercase().ends_with("COMMAND") {
            environment::command(name, value, context);
        }
    }
    let directory = invocation.words.iter().skip(1).find(|word| !word.text().starts_with('-')).and_then(Word::known);
    for text in beside(directory.unwrap_or("."), "book.toml", invocation, context) {
        for (name, value) in text.lines().filter_map(|line| line.split_once('=')) {
            let value = value.trim().trim_matches(['"', '\'']);
            let is_installed = value.starts_with("mdbook-") && !value.contains([' ', '/']);
            if name.trim() == "command" && !is_installed {
                environment::command("book.toml command", &Value::Known(value.to_owned()), context);
            }
        }
    }
}

fn doxygen(invocation: &Invocation, context: &mut Context<'_>) {
    let file = invocation.words.iter().find(|word| !word.text().starts_with('-') || word.text() == "-");
    let texts = match file.map(Word::text) {
        Some("-") => match (&invocation.stdin, invocation.stdin.known(), invocation.stdin.file()) {
            (_, Some(text), _) => vec![text.to_owned()],
            (_, None, Some(Value::Known(file))) => beside(".", file, invocation, context),
            (Stdin::Inherited, ..) => Vec::new(),
            _ => return opaque(invocation, "its settings may start programs, and are not known", context),
        },
        file => beside(".", file.unwrap_or("Doxyfile"), invocation, context),
    };
    for text in texts {
        let joined = text.replace("\\\n", " ");
        for (name, value) in joined.lines().filter_map(|line| line.split_once('=')) {
            let (name, value) = (name.trim().trim_end_matches('+').trim(), value.trim());
            let is_other = OTHERS.contains(&name) && !matches!(value, "" | "latex" | "makeindex");
            if FILTERS.contains(&name) && !value.is_empty() {
                environment::command(name, &Value::Known(value.trim_matches('"').to_owned()), context);
            } else if is_other {
                opaque(invocation, "its settings may start programs", context);
            }
        }
    }
}

/// What a file may say, from a directory below the one of the command.
fn beside(directory: &str, file: &str, invocation: &Invocation, context: &mut Context<'_>) -> Vec<String> {
    let Ok(outer) = context.state.shell.directory.clone() else { return Vec::new() };
    let path = paths::normal(&paths::normal(&outer, directory), file);
    named_programs::texts(&path, invocation, context)
}

#[cfg(test)]
mod tests {
    use crate::fixture::check_with;

    #[test]
    fn programs_of_settings() {
        let files = [
            ("/repo/ship.sh", "git push origin main\n"),
            ("/repo/book.toml", "[output.html]\n[preprocessor.x]\ncommand = \"./ship.sh\"\n"),
            ("/repo/docs/Doxyfile", "PROJECT_NAME = x\nINPUT_FILTER = \"./ship.sh\"\n"),
        ];
        for command in [
            "MDBOOK_OUTPUT__X__COMMAND=./ship.sh mdbook build docs", "export MDBOOK_PREPROCESSOR__X__COMMAND='git push origin main'; mdbook build", "mdbook build", "marp --browser-path ./ship.sh a.md",
            "doxygen - <<< 'INPUT_FILTER=\"git push origin main\"'", "doxygen docs/Doxyfile", "printf 'INPUT_FILTER = git push origin main' | doxygen -",
        ] {
            let found = check_with(command, &files);
            assert!(found.contains("git.push main@origin"), "{command}: {found}");
        }
        let plain = [("/repo/book.toml", "[preprocessor.x]\ncommand = \"mdbook-mermaid\"\n"), ("/repo/Doxyfile", "INPUT = src\nINPUT_FILTER =\nLATEX_CMD_NAME = latex\nDOT_PATH =\n")];
        for command in ["mdbook build", "doxygen", "doxygen Doxyfile", "doxygen -g", "marp a.md"] {
            let found = check_with(command, &plain);
            assert!(!found.contains("opaque") && !found.contains("git.push"), "{command}: {found}");
        }
    }
}

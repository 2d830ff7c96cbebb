//! Addresses of the environment that code prints.
//!
//! A program that is told where its database is needs the address and shows it to nobody, so that reading one is no
//! reading of a secret. Printing it is: `console.log(process.env.DATABASE_URL)`.

use crate::families;

/// What prints, in any of the languages.
const PRINTS: &[&str] = &[
    "console.debug",
    "console.dir",
    "console.error",
    "console.info",
    "console.log",
    "console.warn",
    "echo",
    "p",
    "pp",
    "pprint",
    "print",
    "print_r",
    "printf",
    "puts",
    "say",
    "stderr.write",
    "stdout.write",
    "var_dump",
];

/// What the environment is called.
const ENVIRONMENTS: &[&str] = &["process.env", "environ", "getenv", "ENV"];

/// Says that the addresses are read which a text prints as they are.
pub(super) fn addresses(text: &str, context: &mut crate::context::Context<'_>) {
    for statement in text.split([';', '\n']) {
        for name in printed(statement) {
            families::reads_environment(name, context);
        }
    }
}

/// The names of addresses that stand in what a statement prints.
fn printed(statement: &str) -> Vec<&str> {
    let Some(prints) = PRINTS.iter().filter_map(|word| end_of(statement, word)).min() else {
        return Vec::new();
    };
    let shown = statement.get(prints..).unwrap_or_default();
    let mut names = Vec::new();
    for environment in ENVIRONMENTS {
        let mut from = 0;
        while let Some(at) = shown.get(from..).and_then(|rest| end_of(rest, environment)) {
            from += at;
            let (before, after) = shown.split_at(from);
            let before = before.strip_suffix(environment).unwrap_or(before);
            let after = after.trim_start_matches(['.', '[', '(', '{', '"', '\'', '?', ' ']);
            let after = ["get", "fetch"].iter().find_map(|call| after.strip_prefix(call)).unwrap_or(after);
            let after = after.trim_start_matches(['.', '[', '(', '"', '\'', ' ']);
            let end = after.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
            let (name, rest) = after.split_at(end.unwrap_or(after.len()));
            if families::is_address_name(name)
                && is_direct(before)
                && !is_asked(before, rest)
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
    }
    names
}

/// Where a word ends that stands for itself.
fn end_of(text: &str, word: &str) -> Option<usize> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    text.match_indices(word).find_map(|(at, _)| {
        let (before, after) = (text.get(..at)?, text.get(at + word.len()..)?);
        (!before.ends_with(is_part) && !after.starts_with(is_part)).then_some(at + word.len())
    })
}

/// Whether what follows is an argument of what prints, and not of a call among its arguments.
fn is_direct(between: &str) -> bool {
    let mut open = 0_usize;
    for letter in between.chars() {
        match letter {
            '(' => open += 1,
            ')' => open = open.saturating_sub(1),
            _ => {}
        }
    }
    open <= 1
}

/// Whether it is only asked whether there is one, or how long it is.
fn is_asked(before: &str, after: &str) -> bool {
    let after = after.trim_start_matches(['"', '\'', ']', ')', '}', ' ']);
    let is_choice = after.starts_with('?') && !after.starts_with("??") && !after.starts_with("?.");
    let compares = ["!=", "==", "is ", "&&", "and ", "if ", ".length", "?.length"];
    before.trim_end().ends_with('!') || is_choice || compares.iter().any(|sign| after.starts_with(sign))
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn an_address_that_is_printed_is_read() {
        for command in [
            "node -e 'console.log(process.env.DATABASE_URL)'",
            "node -e 'console.log(\"url\", process.env[\"DATABASE_URL\"])'",
            "node -e 'console.log(`at ${process.env.REDIS_URL}`)'",
            "node -e 'process.stdout.write(process.env.DATABASE_URL || \"\")'",
            "python3 -c 'import os; print(os.environ.get(\"DATABASE_URL\"))'",
            "python3 -c 'import os; print(os.environ[\"DATABASE_URL\"])'",
            "python3 -c \"import os; print(f'at {os.getenv(\\\"REDIS_URL\\\")}')\"",
            "ruby -e 'puts ENV[\"DATABASE_URL\"]'",
        ] {
            let found = check(command);
            assert!(found.contains("secret.read"), "{command}: {found}");
        }
    }

    #[test]
    fn one_that_is_used_or_asked_for_is_not_shown() {
        for command in [
            "node -e 'console.log(process.env.NODE_ENV)'",
            "node -e 'console.log(!!process.env.DATABASE_URL)'",
            "node -e 'console.log(process.env.DATABASE_URL ? \"set\" : \"unset\")'",
            "node -e 'console.log(host(process.env.DATABASE_URL))'",
            "python3 -c 'import os; print(bool(os.environ.get(\"DATABASE_URL\")))'",
            "python3 -c 'import os; print(os.environ.get(\"DATABASE_URL\") is not None)'",
            "python3 -c 'import os; print(\"DATABASE_URL\")'",
        ] {
            let found = check(command);
            assert!(!found.contains("secret.read"), "{command}: {found}");
        }
    }
}

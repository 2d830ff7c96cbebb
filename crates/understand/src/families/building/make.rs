//! `make`: its options, and the targets of its makefile.

use countersign_model::Verb;

use super::projects::{directory, usual};
use super::targets;
use crate::code::{self, Looked, makefile};
use crate::context::Context;
use crate::invocation::{Invocation, Stdin};
use crate::paths;
use crate::word::{Value, Word};

/// Adds what the targets do; beside it, what targets of these names usually are.
pub(super) fn make(invocation: &Invocation, context: &mut Context<'_>) -> (Looked, Option<Verb>) {
    let (below, file, words) = targets(invocation);
    let names: Option<Vec<String>> = words.iter().map(|word| word.known().map(str::to_owned)).collect();
    let directory = match directory(below.as_deref(), context) {
        Ok(directory) => directory,
        Err(why) => return (Looked::Opaque(format!("where its makefile stands is not known: {why}")), None),
    };
    let files = match &file {
        Some(file) => vec![file.as_str()],
        None => vec!["GNUmakefile", "makefile", "Makefile"],
    };
    let is_known = names.is_some();
    // Where that is not known, it could be any of them.
    let any = || files.iter().map(|file| makefile::names(&paths::normal(&directory, file), context)).find(|names| !names.is_empty());
    let names = names.or_else(any).unwrap_or_default();
    let usual = if is_known { usual(&names) } else { None };
    let mut options = options(&invocation.words);
    if options.asks {
        return (Looked::Understood, usual);
    }
    let flags = invocation.environment.iter().filter(|(name, _)| matches!(name.as_str(), "MAKEFLAGS" | "GNUMAKEFLAGS"));
    let flags: Vec<&str> = flags.flat_map(|(_, value)| value.text().split_whitespace()).collect();
    let is_letters = |word: &&&str| !word.starts_with("--") && !word.contains('=');
    options.environment_wins |= flags.iter().take(1).chain(flags.iter().filter(|word| word.starts_with('-'))).filter(is_letters).any(|word| word.contains('e'));
    let given = |(name, value): &(String, Value)| (name.clone(), value.clone(), options.environment_wins);
    let mut variables: Vec<(String, Value, bool)> = invocation.environment.iter().map(given).collect();
    let assigned = flags.iter().filter(|word| !word.starts_with('-')).filter_map(|word| word.split_once('='));
    variables.extend(assigned.map(|(name, value)| (name.trim_end_matches([':', '?', '+']).to_owned(), Value::Known(value.to_owned()), true)));
    for word in invocation.words.iter().filter(|word| !word.text().starts_with('-')) {
        if let Some((name, _)) = word.text().split_once('=') {
            let value = word.value.strip_prefix(&format!("{name}=")).unwrap_or_else(|| Value::unknown("unclear"));
            variables.push((name.trim_end_matches([':', '?', '+']).to_owned(), value, true));
        }
    }
    let goal = makefile::Goal { targets: names, variables, rehearses: options.rehearses };
    if matches!(file.as_deref(), Some("-" | "/dev/stdin" | "/dev/fd/0")) {
        let text = match &invocation.stdin {
            Stdin::Text(Value::Known(text)) => Some(text.clone()),
            Stdin::Pipe(source) => source.text.clone(),
            Stdin::Text(_) | Stdin::File(_) | Stdin::Inherited => None,
        };
        return (match text {
            Some(text) => makefile::run_text(&text, &directory, &goal, context),
            None => Looked::Opaque("the rules that it reads from its standard input are not known".to_owned()),
        }, usual);
    }
    let looked = code::sure(context, |context| {
        for file in files {
            let looked = makefile::run(&paths::normal(&directory, file), &directory, &goal, context);
            if !matches!(looked, Looked::Absent) {
                return looked;
            }
        }
        Looked::Absent
    });
    match (looked, options.doubt) {
        _ if !is_known => (Looked::Opaque("which target it makes is not known".to_owned()), None),
        (Looked::Opaque(why), _) | (_, Some(why)) => (Looked::Opaque(why), usual),
        (looked, None) => (looked, usual),
    }
}

/// What options make is given.
#[derive(Clone, Debug, Default)]
struct Options {
    /// Why more may happen than its targets say.
    doubt: Option<String>,
    /// Whether variables of the environment count before those of the makefile.
    environment_wins: bool,
    /// Only for its help or version.
    asks: bool,
    /// Only to print what it would run, or whether it would run anything.
    rehearses: bool,
}

/// Letters of make that take no value and change nothing that its targets run.
const LETTERS: &str = "ksSBiwbmLRrdp";

/// Long options of make of the same kind.
const KNOWN: &[&str] = &[
    "--keep-going", "--no-keep-going", "--stop", "--check-symlink-times", "--silent", "--quiet", "--always-make", "--print-directory", "--no-print-directory", "--output-sync", "--jobs", "--load-average", "--max-load",
    "--no-builtin-rules", "--no-builtin-variables", "--ignore-errors", "--trace", "--warn-undefined-variables", "--print-data-base", "--debug",
];

/// Takes make's options in order, as what looks like one may be another's value.
fn options(words: &[Word]) -> Options {
    let mut found = Options::default();
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        let text = word.text();
        if text == "--" {
            break;
        }
        let not_known = || format!("the option {} is not known", word.raw);
        if let Some(long) = text.strip_prefix("--") {
            let name = text.split('=').next().unwrap_or(text);
            match name {
                "--dry-run" | "--just-print" | "--recon" | "--question" => found.rehearses = true,
                "--help" | "--version" => found.asks = true,
                "--environment-overrides" => found.environment_wins = true,
                "--include-dir" | "--eval" => {
                    found.doubt.get_or_insert_with(not_known);
                    if !long.contains('=') {
                        words.next();
                    }
                }
                "--directory" | "--file" | "--makefile" | "--old-file" | "--assume-old" | "--what-if" | "--new-file" | "--assume-new" => {
                    if !long.contains('=') {
                        words.next();
                    }
                }
                _ if KNOWN.contains(&name) => {}
                _ => _ = found.doubt.get_or_insert_with(not_known),
            }
            continue;
        }
        let Some(letters) = text.strip_prefix('-').filter(|letters| !letters.is_empty()) else { continue };
        for (at, letter) in letters.char_indices() {
            let is_last = at + letter.len_utf8() == letters.len();
            match letter {
                'n' | 'q' => found.rehearses = true,
                'v' | 'h' => found.asks = true,
                'e' => found.environment_wins = true,
                'C' | 'f' | 'o' | 'W' | 'I' | 'E' => {
                    if matches!(letter, 'I' | 'E') {
                        found.doubt.get_or_insert_with(not_known);
                    }
                    if is_last {
                        words.next();
                    }
                    break;
                }
                'j' | 'l' | 'O' => {
                    let is_number = |word: &&Word| word.known().is_some_and(|text| text.starts_with(|c: char| c.is_ascii_digit()));
                    if is_last && letter != 'O' {
                        words.next_if(is_number);
                    }
                    break;
                }
                _ if LETTERS.contains(letter) => {}
                _ => _ = found.doubt.get_or_insert_with(not_known),
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check_with;

    #[test]
    fn rules_from_standard_input_are_read() {
        for command in ["make -f - <<< 'x:; git push origin main'", "printf 'x:\\n\\tgit push origin main\\n' | make -f -", "make --file=/dev/stdin all <<'E'\nall: ; git push origin main\nE"] {
            let found = check_with(command, &[]);
            assert!(found.contains("git.push main@origin"), "{command}: {found}");
        }
        assert!(check_with("make -f - < rules", &[]).contains("opaque") && check_with("curl https://x.example | make -f -", &[]).contains("opaque"));
    }

    #[test]
    fn rehearsals_of_make() {
        let text = "X := $(shell rm -rf src)\nall: dep\n\tgit push origin main\n\t+rm -rf a\ndep:\n\trm b\nsub:\n\t$(MAKE) dep\n";
        let make = |command: &str| check_with(command, &[("/repo/Makefile", text)]);
        assert_snapshot!(make("make -n all"), @"
        fs.delete /repo/src, destroy
        fs.delete /repo/a, destroy
        exec.opaque make, execute, opaque
        ");
        assert_snapshot!(make("make -nB dep; make --dry-run dep; make -q dep"), @"
        fs.delete /repo/src, destroy
        exec.opaque make, execute, opaque
        ");
        assert_snapshot!(make("make -n sub"), @"
        fs.delete /repo/src, destroy
        exec.opaque make, execute, opaque
        ");
        let plain = |command: &str| check_with(command, &[("/repo/Makefile", "deploy:\n\tgit push -f origin main\n")]);
        for command in ["make -n deploy", "make deploy --just-print", "make -kn deploy", "make -qp deploy", "make --version", "make -h", "make -j4 -n deploy", "make -C . -n deploy"] {
            assert_eq!(plain(command), "exec.read make, read", "{command}");
        }
        for command in ["make -p deploy", "make -o -n deploy", "make deploy -- -n", "make -W -n deploy", "make -j -k deploy"] {
            assert!(plain(command).contains("git.force-push"), "{command}: {}", plain(command));
        }
        assert!(plain("make -t deploy").contains("opaque") && !plain("make -e -n deploy").contains("opaque"));
        let remade = |text: &str| check_with("make -n all", &[("/repo/Makefile", text)]);
        assert!(remade("-include gen.mk\nall:\n\tls\ngen.mk:\n\trm -rf src\n").contains("fs.delete"));
        assert!(remade("all:\n\tls\nMakefile:\n\trm -rf src\n").contains("fs.delete"));
        assert!(remade("MAKEFLAGS := k\nall:\n\trm -rf src\n").contains("fs.delete"));
        assert!(check_with("make -n deploy", &[("/repo/Makefile", "all:\n\tls\n")]).contains("opaque"));
        assert!(check_with("make -n", &[]).contains("exec."));
        for command in ["make CC=gcc SHELL=/bin/bash deploy", "make AR=llvm-ar LD=mold deploy"] {
            assert!(!plain(command).contains("opaque"), "{command}");
        }
        for command in ["make CC=./x deploy", "make SHELL=./x deploy", "make CC= deploy", "make X='$(shell x)' deploy"] {
            assert!(plain(command).contains("opaque"), "{command}");
        }
    }

    #[test]
    fn options_that_are_not_known_hide_no_target() {
        let files = [("/repo/Makefile", "ENV := dev\ndeploy:\n\tgit push -f origin $(ENV)\n")];
        for command in ["make -S deploy", "make -I x deploy", "make --eval 'A=1' deploy", "make --what deploy"] {
            assert!(check_with(command, &files).contains("git.force-push dev"), "{command}: {}", check_with(command, &files));
        }
        for command in ["ENV=main make -e deploy", "MAKEFLAGS=e ENV=main make deploy", "MAKEFLAGS='ENV=main' make deploy"] {
            assert!(check_with(command, &files).contains("git.force-push main"), "{command}: {}", check_with(command, &files));
        }
    }
}

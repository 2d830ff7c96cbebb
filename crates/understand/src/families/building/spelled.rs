//! Options of `make` written out: one to a word, by its whole name. `-kj deploy` is `-k --jobs deploy`, as the number
//! of jobs may be left out, and only a number is taken for it.

use crate::invocation::Invocation;
use crate::shell::made_up::MADE_UP;
use crate::word::{Value, Word};

/// Letters whose value may be left out, with their long names.
const NUMBERS: &[(char, &str)] = &[('j', "--jobs"), ('l', "--load-average")];
/// Letters that take a value, in the same word or the next.
const VALUES: &str = "CfIEoW";
/// Long options; of those that are marked, the next word may be the value.
const LONG: &[(&str, Takes)] = &[
    ("--always-make", Takes::Nothing), ("--assume-new", Takes::Value), ("--assume-old", Takes::Value), ("--check-symlink-times", Takes::Nothing),
    ("--debug", Takes::Nothing), ("--directory", Takes::Value), ("--dry-run", Takes::Nothing), ("--environment-overrides", Takes::Nothing), ("--eval", Takes::Value),
    ("--file", Takes::Value), ("--help", Takes::Nothing), ("--ignore-errors", Takes::Nothing), ("--include-dir", Takes::Value), ("--jobs", Takes::Number),
    ("--just-print", Takes::Nothing), ("--keep-going", Takes::Nothing), ("--load-average", Takes::Number), ("--makefile", Takes::Value), ("--max-load", Takes::Number),
    ("--new-file", Takes::Value), ("--no-builtin-rules", Takes::Nothing), ("--no-builtin-variables", Takes::Nothing), ("--no-keep-going", Takes::Nothing),
    ("--no-print-directory", Takes::Nothing), ("--no-silent", Takes::Nothing), ("--old-file", Takes::Value), ("--output-sync", Takes::Nothing), ("--print-data-base", Takes::Nothing),
    ("--print-directory", Takes::Nothing), ("--question", Takes::Nothing), ("--quiet", Takes::Nothing), ("--recon", Takes::Nothing), ("--shuffle", Takes::Nothing),
    ("--silent", Takes::Nothing), ("--stop", Takes::Nothing), ("--touch", Takes::Nothing), ("--trace", Takes::Nothing), ("--version", Takes::Nothing),
    ("--warn-undefined-variables", Takes::Nothing), ("--what-if", Takes::Value),
];

/// What of the next word an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    Nothing,
    Value,
    /// It, where it is a number.
    Number,
}

/// The command with its options written out; none where they are already.
pub(super) fn out(invocation: &Invocation) -> Option<Invocation> {
    if !matches!(invocation.program.as_str(), "make" | "gmake") {
        return None;
    }
    let mut found: Vec<Word> = Vec::new();
    let mut words = invocation.words.iter().peekable();
    while let Some(word) = words.next() {
        let text = word.text();
        if word.known() == Some("--") {
            found.push(word.clone());
            found.extend(words.by_ref().cloned());
        } else if text.starts_with("--") {
            let (name, attached) = text.split_once('=').map_or((text, false), |(name, _)| (name, true));
            let Some((whole, takes)) = completed(name) else {
                found.push(word.clone());
                continue;
            };
            let value = word.value.strip_prefix(&format!("{name}="));
            match (value, takes) {
                (Some(value), _) if attached => found.push(joined(whole, &value)),
                (_, Takes::Number) => match words.next_if(|word| is_number(word)) {
                    Some(number) => found.push(joined(whole, &number.value)),
                    None => found.push(Word::known_as(whole)),
                },
                (_, Takes::Value) => {
                    found.push(Word::known_as(whole));
                    found.extend(words.next().cloned());
                }
                (_, Takes::Nothing) => found.push(if name == whole { word.clone() } else { Word::known_as(whole) }),
            }
        } else if text.len() > 1 && text.starts_with('-') {
            letters(word, &mut words, &mut found);
        } else {
            found.push(word.clone());
        }
    }
    let is_same = found.len() == invocation.words.len() && found.iter().zip(&invocation.words).all(|(found, word)| found.value == word.value);
    (!is_same).then(|| Invocation { words: found, contiguous: false, ..invocation.clone() })
}

/// Adds the options of one word of letters.
fn letters<'w>(word: &'w Word, words: &mut std::iter::Peekable<impl Iterator<Item = &'w Word>>, found: &mut Vec<Word>) {
    let text = word.text();
    for (at, letter) in text.char_indices().skip(1) {
        let end = at + letter.len_utf8();
        let rest = text.get(..end).and_then(|start| word.value.strip_prefix(start)).filter(|rest| rest.is_unknown() || !rest.text().is_empty());
        if let Some((_, name)) = NUMBERS.iter().find(|(number, _)| *number == letter) {
            match rest {
                Some(Value::Unknown { why, .. }) if why == MADE_UP => found.push(Word::known_as(name)),
                Some(rest @ Value::Unknown { .. }) => found.push(Word::made(rest)),
                Some(rest) => found.push(joined(name, &rest)),
                None => match words.next_if(|word| is_number(word)) {
                    Some(number) => found.push(joined(name, &number.value)),
                    None => found.push(Word::known_as(name)),
                },
            }
            return;
        }
        if VALUES.contains(letter) {
            found.push(Word::known_as(&format!("-{letter}")));
            found.extend(rest.map(Word::made).or_else(|| words.next().cloned()));
            return;
        }
        if letter == 'O' {
            found.push(Word::known_as("--output-sync"));
            return;
        }
        found.push(Word::known_as(&format!("-{letter}")));
    }
    if word.value.is_unknown() {
        found.push(word.clone());
    }
}

/// Whether make takes a word for the number of an option before it.
fn is_number(word: &Word) -> bool {
    match &word.value {
        Value::Known(text) => text.parse::<f64>().is_ok() && text.starts_with(|letter: char| letter.is_ascii_digit() || letter == '.'),
        Value::Unknown { why, prefix, suffix } => why == MADE_UP && prefix.is_empty() && suffix.is_empty(),
        Value::Pattern(_) => false,
    }
}

fn joined(name: &str, value: &Value) -> Word {
    Word::made(match value {
        Value::Known(text) => Value::Known(format!("{name}={text}")),
        Value::Pattern(text) => Value::Pattern(format!("{name}={text}")),
        Value::Unknown { prefix, suffix, why } => Value::Unknown { prefix: format!("{name}={prefix}"), suffix: suffix.clone(), why: why.clone() },
    })
}

/// The one long option that is written so, or begins so.
fn completed(name: &str) -> Option<(&'static str, Takes)> {
    let exact = LONG.iter().find(|(long, _)| *long == name);
    let mut beginning = LONG.iter().filter(|(long, _)| name.len() > 2 && long.starts_with(name));
    exact.or_else(|| beginning.next().filter(|_| beginning.next().is_none())).copied()
}

#[cfg(test)]
mod tests {
    use crate::fixture::check_with;

    fn check(command: &str) -> String {
        let files = [
            ("/repo/Makefile", "test:\n\tnode -v\nship:\n\tgit push origin main\n"),
            ("/repo/other.mk", "test:\n\tgit push origin main\nship:\n\tnode -v\n"),
        ];
        check_with(command, &files)
    }

    #[test]
    fn only_a_number_is_a_number_of_jobs() {
        for command in [
            "make -j ship", "make -j ship test", "make -l ship", "make -i -j ship", "make -B -j ship", "make test -j ship", "make -j$(nproc) ship", "make -j $(nproc) ship", "gmake -j ship", "nice make -j ship",
            "make -kj ship", "make -j 8 ship", "make -l 2.5 ship", "make --jobs ship", "make --jobs 4 ship", "make --max-load ship", "make -O ship", "make -kO ship", "make -C . -j ship", "make -j -l ship", "make -j 4x ship",
        ] {
            assert!(check(command).contains("git.push main@origin"), "{command}: {}", check(command));
        }
        for command in ["make -j test", "make -j8 test", "make -j 8 test", "make -kj 8 test", "make -l 2.5 test", "make --jobs 4 test", "make -j$(nproc) test", "make -j $(nproc) test", "make -nj ship", "make -j -n ship"] {
            let found = check(command);
            assert!(!found.contains("git.push") && !found.contains("opaque"), "{command}: {found}");
        }
        for command in ["make -j$JOBS ship", "make -j $JOBS", "make -k -- -C ship", "make -- ship", "make -- -j ship"] {
            let found = check(command);
            assert!(found.contains("opaque") || found.contains("git.push"), "{command}: {found}");
        }
    }

    #[test]
    fn values_behind_other_letters() {
        for command in ["make -kf other.mk test", "make -sfother.mk test", "make --mak other.mk test", "make --fi=other.mk test", "make -f other.mk test"] {
            assert!(check(command).contains("git.push main@origin"), "{command}: {}", check(command));
        }
        for command in ["make -kf other.mk ship", "make -ks test"] {
            assert!(!check(command).contains("git.push"), "{command}: {}", check(command));
        }
        assert!(check("make -sC /tmp/x test").contains("opaque"));
        assert!(check("make -sC/tmp/x test").contains("opaque"));
    }
}

//! The words that `env -S` takes out of one, which then stand in its place among its own.

use crate::invocation::Invocation;
use crate::word::{Value, Word};

/// The option as a word has it.
pub(super) struct Split<'w> {
    /// The letters before it, such as `i`.
    flags: &'w str,
    /// Its text, where that is not the next word.
    pub attached: Option<&'w str>,
}

/// The option, if a word is it.
pub(super) fn option(word: &str) -> Option<Split<'_>> {
    if let Some(long) = word.strip_prefix("--") {
        let (name, attached) = long.split_once('=').map_or((long, None), |(name, text)| (name, Some(text)));
        return (!name.is_empty() && "split-string".starts_with(name)).then_some(Split { flags: "", attached });
    }
    let (flags, text) = word.strip_prefix('-')?.split_once('S')?;
    let is_it = flags.chars().all(|letter| matches!(letter, 'i' | 'v' | '0'));
    is_it.then_some(Split { flags, attached: Some(text).filter(|text| !text.is_empty()) })
}

/// Texts of one command that are taken apart, each of which may begin with the next.
const MOST: usize = 16;

/// The same command with the words of such texts apart; none where it has no text that is known. What is left of too many
/// stays an option of a text that is not known.
pub(super) fn all_apart(invocation: &Invocation) -> Option<Invocation> {
    std::iter::successors(apart(invocation), apart).take(MOST).last()
}

/// The same with those of the first one apart.
fn apart(invocation: &Invocation) -> Option<Invocation> {
    let mut index = 0;
    loop {
        let word = invocation.words.get(index)?;
        let text = word.text();
        if let Some(option) = option(text) {
            let (text, taken) = match option.attached {
                Some(text) => (word.known().map(|_| text)?, 1),
                None => (invocation.known(index + 1)?, 2),
            };
            let mut words = invocation.words.get(..index)?.to_vec();
            words.extend((!option.flags.is_empty()).then(|| Word::known_as(&format!("-{}", option.flags))));
            words.extend(split(text));
            words.extend(invocation.words.iter().skip(index + taken).cloned());
            return Some(Invocation { words, contiguous: false, ..invocation.clone() });
        }
        index += match text {
            "--" => return None,
            "-u" | "--unset" | "-C" | "--chdir" | "-a" | "--argv0" | "-P" => 2,
            _ if text.starts_with('-') || text.contains('=') || word.value.is_unknown() => 1,
            _ => return None,
        };
    }
}

/// The words of a text, as `env` takes them apart: it knows quotes, escapes, comments and `${NAME}`.
fn split(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut word: Option<Value> = None;
    let mut quote = None;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\'' | '"' if quote.is_none_or(|quote| quote == letter) => {
                quote = if quote.is_none() { Some(letter) } else { None };
                word.get_or_insert_with(empty);
            }
            ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' if quote.is_none() => words.extend(word.take()),
            '#' if word.is_none() => break,
            '\\' if quote == Some('\'') && !matches!(letters.peek(), Some('\'' | '\\')) => add(&mut word, letter),
            '\\' => match letters.next() {
                Some('c') | None => break,
                Some('_') if quote.is_none() => words.extend(word.take()),
                Some('_') => add(&mut word, ' '),
                Some('n') => add(&mut word, '\n'),
                Some('t') => add(&mut word, '\t'),
                Some(letter @ ('f' | 'r' | 'v')) => add(&mut word, if letter == 'r' { '\r' } else { '\u{b}' }),
                Some(letter) => add(&mut word, letter),
            },
            '$' if quote != Some('\'') => {
                letters.by_ref().find(|letter| *letter == '}');
                let prefix = word.take().map(|value| value.text().to_owned()).unwrap_or_default();
                word = Some(Value::starting(&prefix, "a variable that env puts in"));
            }
            _ => add(&mut word, letter),
        }
    }
    words.extend(word);
    words.into_iter().map(Word::made).collect()
}

fn empty() -> Value {
    Value::Known(String::new())
}

/// Adds a letter to what is known of a word.
fn add(word: &mut Option<Value>, letter: char) {
    match word.get_or_insert_with(empty) {
        Value::Known(text) | Value::Pattern(text) | Value::Unknown { suffix: text, .. } => text.push(letter),
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn texts_in_texts_come_to_an_end() {
        let nested = |count: usize| check(&format!("env {}git push origin main", "-S ".repeat(count)));
        assert!(nested(9).contains("git.push main@origin"), "{}", nested(9));
        assert!(nested(5000).contains("exec.opaque env -S"), "{}", nested(5000));
    }

    #[test]
    fn the_words_after_the_text_belong_to_it() {
        for command in [
            "env -S 'git push' origin main",
            "env -S'git push' origin main",
            "env --split-string='git push' origin main",
            "env --split-string 'git push' origin main",
            "env --sp='git push origin' main",
            "env -iS 'git push origin' main",
            "env -ivS'git push origin main'",
            "env -u X -S 'A=1 git push' origin main",
            "env -S '-S \"git push\"' origin main",
            "env -S 'git push # x' origin main",
            "env -S 'git\\_push' origin main",
            "env -S 'git \"push\" origin main'",
            "env -S 'sh -c' 'git push origin main'",
            "env -S 'A=1' git push origin main",
        ] {
            assert!(check(command).contains("git.push main@origin"), "{command}: {}", check(command));
        }
        for command in ["env -S 'kubectl --context' eu-live delete ns x", "env -S'kubectl --context eu-live' delete ns x"] {
            assert_eq!(check(command), check("kubectl --context eu-live delete ns x"), "{command}");
        }
        for command in ["env -S \"$X\" git push origin main", "env -S '${X} push' origin main", "env -S\"$X\""] {
            assert!(check(command).contains("opaque"), "{command}: {}", check(command));
        }
        assert!(check("env -S ''").contains("secret.read environment"));
    }

    #[test]
    fn what_only_reads() {
        for command in ["env -S 'git log' --oneline", "env -S 'cat' README.md", "env ls -S", "env -S 'ls -S'"] {
            let found = check(command);
            assert!(!found.contains("opaque") && !found.contains("push") && !found.contains("secret"), "{command}: {found}");
        }
    }
}

//! `fd`: its options, its pattern, and the programs that it runs.

use super::{MOST, below, deeper, end_of, exec, reaches};
use crate::context::Context;
use crate::invocation::{Found, Invocation};
use crate::search::regexes::{self, Syntax};
use crate::word::{Value, Word};

use super::super::read_all;

/// Where `fd` is told to run something.
struct Execution {
    /// The index of the word that says so.
    at: usize,
    /// The other flags in that word: `-HI` of `-HIX`.
    flags: Option<Word>,
    /// The program, where it stands in that word: `-Xrm`, `--exec=rm`.
    attached: Option<Word>,
}

fn execution(words: &[Word]) -> Option<Execution> {
    words.iter().enumerate().find_map(|(at, word)| {
        let text = word.text();
        let made = |rest: Option<Value>| rest.filter(|rest| !rest.text().is_empty() || rest.is_unknown()).map(Word::made);
        if let Some(name) = ["--exec", "--exec-batch"].into_iter().find(|name| text.split('=').next() == Some(name)) {
            return Some(Execution { at, flags: None, attached: made(word.value.strip_prefix(&format!("{name}="))) });
        }
        let letters = text.strip_prefix('-').filter(|letters| !letters.starts_with('-'))?;
        // These take the rest of the word, or the next one.
        let end = letters.find(|letter: char| "etEdScjoxX".contains(letter))?;
        let (flags, rest) = letters.split_at(end);
        rest.starts_with(['x', 'X']).then(|| {
            let before = text.get(..end + 2).unwrap_or(text);
            let attached = word.value.strip_prefix(before);
            let attached = attached.as_ref().and_then(|rest| rest.strip_prefix("=")).or(attached);
            let flags = (!flags.is_empty()).then(|| Word::known_as(&format!("-{flags}")));
            Execution { at, flags, attached: made(attached) }
        })
    })
}

/// `fd`: a pattern, then where to look. It leaves out hidden files unless told otherwise.
pub(super) fn fd(invocation: &Invocation, context: &mut Context<'_>) {
    let execution = execution(&invocation.words);
    let end = execution.as_ref().map_or(invocation.words.len(), |execution| execution.at);
    let mut options = invocation.words.get(..end).unwrap_or_default().to_vec();
    options.extend(execution.iter().filter_map(|execution| execution.flags.clone()));
    let options = options.as_slice();
    let mut operands: Vec<&Word> = Vec::new();
    let mut extension: Option<&Word> = None;
    // Of several extensions, or one in the same word, any may be meant.
    let mut is_wide = options.iter().any(|word| {
        let text = word.text();
        text.starts_with("-e") && text.len() > 2 || ["--extension=", "--base-directory=", "--search-path="].iter().any(|start| text.starts_with(start))
    });
    let (mut base, mut others): (Option<&Word>, Vec<&Word>) = (None, Vec::new());
    let mut kind = None;
    let mut hidden = false;
    let mut words = options.iter();
    while let Some(word) = words.next() {
        let text = word.text();
        match text {
            "-e" | "--extension" => {
                is_wide |= extension.is_some();
                extension = words.next();
            }
            "-t" | "--type" => kind = words.next(),
            "-E" | "--exclude" | "-d" | "--max-depth" | "--min-depth" | "-S" | "--size" | "-c" | "--color" | "-j"
            | "--threads" | "--changed-within" | "--changed-before" | "-o" | "--owner" | "--max-results" => {
                words.next();
            }
            "--base-directory" => base = words.next(),
            "--search-path" => others.extend(words.next()),
            _ if text.starts_with("--") => hidden |= text == "--hidden" || text == "--unrestricted",
            _ if text.starts_with('-') => hidden |= text.contains(['H', 'u']),
            _ => operands.push(word),
        }
    }
    let (pattern, starts) = match operands.split_first() {
        Some((pattern, starts)) => (Some(*pattern), starts.iter().map(|word| (*word).clone()).collect()),
        None => (None, Vec::new()),
    };
    let mut starts: Vec<Word> = starts;
    starts.extend(others.into_iter().cloned());
    if starts.is_empty() {
        starts.push(Word::known_as("."));
    }
    if let Some(base) = base {
        for start in &mut starts {
            let joined = match (base.known(), start.known()) {
                (Some(base), Some(".")) => Value::Known(base.to_owned()),
                (Some(_), Some(start)) if start.starts_with('/') => Value::Known(start.to_owned()),
                (Some(base), Some(start)) => Value::Known(format!("{}/{start}", base.trim_end_matches('/'))),
                _ => Value::unknown("where it begins"),
            };
            *start = start.with(joined);
        }
    }
    read_all(&starts, context);
    let (extension, pattern) = if is_wide { (None, None) } else { (extension, pattern) };
    let of_name = pattern.filter(|_| !has_path_option(options)).and_then(Word::known);
    let is_glob = options.iter().any(|word| word.text() == "--glob" || is_letter(word, 'g'));
    let is_literal = options.iter().any(|word| word.text() == "--fixed-strings" || is_letter(word, 'F'));
    // A glob is the whole name, and either takes capitals for small letters unless it has some.
    let of_name = of_name.and_then(|text| match (is_glob, is_literal) {
        (true, _) => (!text.contains(['{', '[', '!', '/'])).then(|| vec![text.to_lowercase()]),
        (_, true) => Some(vec![format!("*{}*", text.to_lowercase())]).filter(|_| !text.contains(['*', '?', '['])),
        _ => regexes::patterns(&text.to_lowercase(), Syntax::Extended, false).filter(|found| !found.concat().contains('/')),
    });
    let names: Vec<String> = match extension.and_then(Word::known) {
        Some(text) => vec![format!("*.{text}")],
        None => of_name.clone().filter(|found| found.len() <= MOST).unwrap_or_default(),
    };
    let mut found = Found::default();
    for start in starts.iter().take(MOST) {
        found.patterns.extend(below(start, &names));
        if extension.is_none() {
            found.patterns.extend(deeper(start, &names));
        }
        reaches(start, context, &mut found, &|candidate| {
            let name = candidate.below.last().copied().unwrap_or_default();
            let seen = !candidate.below.is_empty()
                && (hidden || !candidate.below.iter().any(|name| name.starts_with('.')))
                && of_name.as_ref().is_none_or(|found| found.iter().any(|pattern| crate::glob::matches(pattern, &name.to_lowercase())))
                && extension.and_then(Word::known).is_none_or(|text| name.ends_with(&format!(".{text}")))
                && match (kind.map(Word::text), candidate.directory) {
                    (Some("f" | "file"), Some(directory)) => !directory,
                    (Some("d" | "directory"), Some(directory)) => directory,
                    _ => true,
                };
            (seen, false)
        });
    }
    if starts.len() > MOST {
        found.patterns.push(Value::unknown("a file that is found"));
    }
    match execution {
        Some(first) => {
            let outside = context.repeated;
            context.repeated = true;
            let mut rest = invocation.words.get(first.at + 1..).unwrap_or_default();
            let mut next = Some(first);
            while let Some(started) = next {
                let words: Vec<Word> = started.attached.into_iter().chain(rest.iter().cloned()).collect();
                exec(invocation, &words, found.clone(), context);
                // After a `;` another may follow.
                rest = rest.get(end_of(rest) + 1..).unwrap_or_default();
                next = self::execution(rest);
                rest = next.as_ref().and_then(|next| rest.get(next.at + 1..)).unwrap_or_default();
            }
            context.repeated = outside;
        }
        None if options.iter().any(|word| word.text().starts_with("--format") || word.text().starts_with("-l")) => {}
        None => context.flow.found = Some(found),
    }
}

/// Whether a word is a bundle of letters with this one.
fn is_letter(word: &Word, letter: char) -> bool {
    word.text().strip_prefix('-').is_some_and(|letters| !letters.starts_with('-') && letters.contains(letter))
}

/// Whether the pattern is held against whole paths.
fn has_path_option(options: &[Word]) -> bool {
    options.iter().any(|word| word.text() == "--full-path" || (word.text().starts_with("-") && word.text().contains('p')))
}

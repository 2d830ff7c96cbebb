//! Secret files that a search of whole directories comes upon: it prints the lines that its pattern is in.

use std::iter::Peekable;
use std::str::Chars;

use countersign_model::PathClass;

use crate::context::Context;
use crate::glob;
use crate::invocation::{Invocation, Stdin};
use crate::paths::{self, Located};
use crate::word::{Value, Word};

/// Files that usually hold secrets, where they usually are; none of other names, or deeper, is looked for.
pub(crate) const USUAL: &[&str] = &[
    ".env", ".env.local", ".env.development", ".env.development.local", ".env.staging", ".env.production", ".env.production.local", ".env.test", ".envrc",
    ".npmrc", ".pypirc", ".netrc", ".git-credentials", ".aws/credentials", "config/master.key", "secrets.yml", "secrets.yaml", "credentials.json",
];
/// Whether a path has the name of a secret file that a search of a directory comes upon where there is one.
pub fn is_usual_secret(path: &str) -> bool {
    USUAL.iter().any(|usual| path.strip_suffix(usual).is_some_and(|before| before.ends_with('/')))
}

/// Directories that are looked at.
const MOST: usize = 4;

/// How a search is asked to go.
#[derive(Debug, Default)]
pub(super) struct Search {
    pub recursive: bool,
    /// Whether it prints names or numbers instead of lines.
    names_only: bool,
    /// Whether it prints names of files and nothing else, and then whether only of those that have what it looks for.
    pub lists: Option<bool>,
    pub inverted: bool,
    /// Whether it goes into hidden files, and into those that git ignores.
    hidden: bool,
    ignored: bool,
    /// Patterns of names, and whether they leave out what they match.
    pub names: Vec<(String, bool)>,
}

/// Adds the secret files whose lines a search prints; `patterns`: what it looks for, as far as that is known.
pub(super) fn effects(patterns: &[Option<String>], places: &[&Word], invocation: &Invocation, context: &mut Context<'_>) {
    let search = Search::of(invocation);
    let from_stdin = places.is_empty() && !matches!(invocation.program.as_str(), "grep" | "egrep" | "fgrep" | "ggrep") && invocation.stdin != Stdin::Inherited;
    if !search.recursive || search.names_only || from_stdin {
        return;
    }
    let here = Value::Known(".".to_owned());
    let places: Vec<Value> = if places.is_empty() { vec![here] } else { places.iter().map(|word| word.value.clone()).collect() };
    for place in places.iter().filter(|place| place.known().is_some()).take(MOST) {
        looked_into(place, patterns, search.inverted, |name, _, _| search.takes(name), context);
    }
}

/// Adds the secret files that `git grep` prints lines of: by itself it looks into those only that git keeps.
pub(in crate::families) fn kept(patterns: &[Option<String>], places: &[Value], inverted: bool, any: bool, context: &mut Context<'_>) {
    for place in places.iter().filter(|place| place.known().is_some()).take(MOST) {
        let takes = |_: &str, located: &Located, context: &Context<'_>| any || context.is_tracked(located);
        looked_into(place, patterns, inverted, takes, context);
    }
}

/// Adds the usual secret files of one directory in which one of the patterns may be.
fn looked_into(
    place: &Value,
    patterns: &[Option<String>],
    inverted: bool,
    takes: impl Fn(&str, &Located, &Context<'_>) -> bool,
    context: &mut Context<'_>,
) {
    for (path, text) in secrets_below(place, takes, context) {
        let prints = match text {
            Some(text) => inverted || patterns.iter().any(|pattern| pattern.as_deref().is_none_or(|pattern| may_match(pattern, &text))),
            None => true,
        };
        if prints {
            context.read_value(&Value::Known(path));
        }
    }
}

/// The usual secret files of a directory that are there, and what is in them where that can be read.
pub(in crate::families) fn secrets_below(place: &Value, takes: impl Fn(&str, &Located, &Context<'_>) -> bool, context: &Context<'_>) -> Vec<(String, Option<String>)> {
    let directory = paths::locate(place, context);
    let mut found = Vec::new();
    for name in USUAL.iter().filter(|_| directory.why.is_none()) {
        let path = format!("{}/{name}", directory.path.trim_end_matches('/'));
        let located = paths::locate(&Value::Known(path.clone()), context);
        if located.class != PathClass::Secret || !takes(name, &located, context) {
            continue;
        }
        match context.file(&located.path) {
            Ok(None) => {}
            Ok(text) => found.push((path, text)),
            Err(_) => found.push((path, None)),
        }
    }
    found
}

/// Long options of grep that count here: it takes their beginnings.
const LONG: &[&str] = &[
    "recursive", "dereference-recursive", "directories", "files-with-matches", "files-without-match", "count", "quiet", "silent", "invert-match", "include", "exclude",
];

impl Search {
    pub(super) fn of(invocation: &Invocation) -> Self {
        let is_grep = matches!(invocation.program.as_str(), "grep" | "egrep" | "fgrep" | "ggrep" | "zgrep");
        let is_ack = invocation.program == "ack";
        let mut search = Self { recursive: !is_grep, hidden: is_grep || is_ack, ignored: is_grep || is_ack, ..Self::default() };
        let mut unrestricted = 0;
        let mut words = invocation.words.iter().peekable();
        while let Some(word) = words.next() {
            let text = word.text();
            if text == "--" {
                break;
            }
            if let Some(long) = text.strip_prefix("--") {
                let (name, attached) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
                let name = LONG.iter().copied().find(|known| is_grep && name.len() > 2 && known.starts_with(name)).unwrap_or(name);
                let mut value = || attached.map(str::to_owned).or_else(|| words.peek().map(|word| word.text().to_owned())).unwrap_or_default();
                match name {
                    "recursive" | "dereference-recursive" => search.recursive = true,
                    "directories" => search.recursive |= value() == "recurse",
                    "files-with-matches" => search.lists(word, true),
                    "files-without-match" | "files" => search.lists(word, false),
                    "count" | "quiet" | "silent" | "count-matches" => search.names_only |= word.known().is_some(),
                    "invert-match" => search.inverted = true,
                    "hidden" => search.hidden = true,
                    "no-ignore" | "no-ignore-vcs" | "skip-vcs-ignores" => search.ignored = true,
                    "unrestricted" => unrestricted += 1,
                    "include" => search.names.push((value(), false)),
                    "exclude" => search.names.push((value(), true)),
                    "glob" | "iglob" => search.glob(&value()),
                    _ => {}
                }
                continue;
            }
            let Some(letters) = text.strip_prefix('-') else { continue };
            for (at, letter) in letters.char_indices() {
                let rest = letters.get(at + letter.len_utf8()..).unwrap_or_default();
                match letter {
                    'r' | 'R' if is_grep => search.recursive = true,
                    'l' => search.lists(word, true),
                    'L' if is_grep => search.lists(word, false),
                    'c' | 'q' => search.names_only |= word.known().is_some(),
                    'v' => search.inverted = true,
                    '.' => search.hidden = true,
                    'u' => unrestricted += 1,
                    'd' if is_grep => {
                        search.recursive |= rest == "recurse" || words.peek().is_some_and(|word| word.text() == "recurse");
                        break;
                    }
                    'g' if !is_grep => {
                        let next = words.peek().map(|word| word.text().to_owned()).unwrap_or_default();
                        search.glob(if rest.is_empty() { &next } else { rest });
                        break;
                    }
                    'e' | 'f' | 'A' | 'B' | 'C' | 'm' | 'D' | 'g' | 't' | 'T' | 'j' | 'M' | 'E' | 'G' | 'd' if !(is_grep && matches!(letter, 'E' | 'G' | 'T')) => break,
                    'r' => break,
                    _ => {}
                }
            }
        }
        search.ignored |= unrestricted > 0;
        search.hidden |= unrestricted > 1 || (unrestricted > 0 && invocation.program == "ag");
        search
    }

    fn lists(&mut self, option: &Word, matching: bool) {
        if option.known().is_some() {
            self.names_only = true;
            self.lists = Some(matching && self.lists != Some(false));
        }
    }

    fn glob(&mut self, text: &str) {
        match text.strip_prefix('!') {
            Some(text) => self.names.push((text.to_owned(), true)),
            None => {
                // Names that are asked for are taken whatever else is left out.
                self.names.push((text.to_owned(), false));
                (self.hidden, self.ignored) = (true, true);
            }
        }
    }

    /// Whether it looks into a file of this name.
    fn takes(&self, name: &str) -> bool {
        let last = paths::split(name).1;
        let matches = |pattern: &str| glob::matches(pattern.rsplit('/').next().unwrap_or(pattern), last);
        let asked = self.names.iter().any(|(_, leaves_out)| !leaves_out);
        let is_asked = self.names.iter().any(|(pattern, leaves_out)| !leaves_out && matches(pattern));
        let left_out = self.names.iter().any(|(pattern, leaves_out)| *leaves_out && matches(pattern));
        // A hidden file that is asked to be looked into may be one that git does not ignore.
        let reached = if name.starts_with('.') { self.hidden } else { self.ignored };
        reached && !left_out && (!asked || is_asked)
    }
}

/// Groups in a pattern that are looked into.
const DEEPEST: usize = 16;

/// Whether a pattern of any dialect may be in a text: what of it stands for itself must be there.
pub(super) fn may_match(pattern: &str, text: &str) -> bool {
    one_of(&mut pattern.to_lowercase().chars().peekable(), &text.to_lowercase(), 0)
}

/// Whether one of the alternatives may be there that go on to the end of a group.
fn one_of(letters: &mut Peekable<Chars<'_>>, text: &str, depth: usize) -> bool {
    if depth > DEEPEST {
        return true;
    }
    let (mut any, mut all, mut run) = (false, true, String::new());
    while let Some(letter) = letters.next() {
        if letter.is_alphanumeric() || letter == '_' {
            run.push(letter);
            continue;
        }
        let escaped = letter == '\\';
        let letter = if escaped { letters.next().unwrap_or(letter) } else { letter };
        if matches!(letter, '?' | '*' | '{') {
            // What comes before need not be there.
            run.pop();
        }
        all &= text.contains(run.as_str());
        run.clear();
        match letter {
            '|' | '\n' if !(escaped && letter == '\n') => any |= std::mem::replace(&mut all, true),
            ')' if depth > 0 => break,
            '{' => {
                letters.by_ref().find(|letter| *letter == '}');
            }
            '[' if !escaped => {
                letters.next_if_eq(&'^');
                letters.next_if_eq(&']');
                letters.by_ref().find(|letter| *letter == ']');
            }
            '(' => {
                let looks = letters.peek() == Some(&'?');
                let inside = one_of(letters, text, depth + 1);
                let optional = looks || matches!(letters.peek(), Some('?' | '*' | '{' | '\\'));
                all &= inside || optional;
            }
            _ => {}
        }
    }
    any || (all && text.contains(run.as_str()))
}

#[cfg(test)]
mod tests {
    use crate::fixture::check_with;

    const FILES: &[(&str, &str)] = &[("/repo/.env", "API_KEY=abcdef\nHOST=x\n"), ("/repo/sub/.env", "HOST=y\n")];

    #[test]
    fn lines_of_secret_files_are_printed() {
        for command in [
            "grep -rn API_KEY .", "grep -r ''", "grep -R api_ .", "egrep -ri 'key=|token' .", "rg -uu KEY", "rg --hidden --no-ignore KEY .", "rg --no-ignore --hidden . -g .env",
            "rg -g '.env*' HOST", "grep -rvn nothing .", "grep -r --include='.env*' '^[A-Z_]*=' .", "grep -rE \"$X\" .", "grep -r -e nothing -e KEY /repo", "ag -u API_KEY", "ack API_KEY",
            "grep -r HOST sub", "grep -d recurse KEY .", "grep -rh 'API_KEY=.*' . | head -1", "grep -rE '(API|OTHER)_KEY' .", "grep -rec .", "grep -rE 'x(y|z)?|A[PQ]I' .", "grep -rP '(?<=API_)KEY' .", "cd sub && grep -rn HOST ..",
        ] {
            let found = check_with(command, FILES);
            assert!(found.contains("secret.read"), "{command}: {found}");
        }
    }

    #[test]
    fn near_misses() {
        for command in [
            "grep -rn TODO .", "rg API_KEY", "rg x", "rg -u KEY", "grep -rl API_KEY .", "grep -rc KEY .", "grep -n API_KEY src/a.rs", "grep API_KEY", "cat a | rg -uu KEY", "grep -r --include='*.rs' KEY .",
            "grep -rn --exclude='.env*' API_KEY .", "rg -uu -g '!.env' KEY", "grep -rn API_KEY src", "rg -g '*.rs' KEY", "grep -rnE 'fn (a|b)' .", "grep -rn 'function_[a-z]*' .", "ag API_KEY",
        ] {
            let found = check_with(command, FILES);
            assert!(!found.contains("secret.read"), "{command}: {found}");
        }
    }
}

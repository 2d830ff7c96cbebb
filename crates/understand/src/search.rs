//! Does a search come upon a file? `find`'s expression, evaluated for one path of which only the
//! name is known.
//!
//! <https://pubs.opengroup.org/onlinepubs/9799919799/utilities/find.html>

pub(crate) mod regexes;

use crate::glob;
use crate::word::Word;

use regexes::Syntax;

/// Parentheses deeper than this are not looked into.
const DEEPEST: usize = 32;

/// What a test says of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Truth {
    No,
    Maybe,
    Yes,
}

use Truth::{Maybe, No, Yes};

/// A path a search may come upon.
pub(crate) struct Candidate<'p> {
    /// Where the search starts, as written.
    pub start: &'p str,
    /// The names from there on; empty for the start itself.
    pub below: &'p [&'p str],
    /// Whether it is a directory, if that is known.
    pub directory: Option<bool>,
}

impl Candidate<'_> {
    fn name(&self) -> &str {
        let start = self.start.trim_end_matches('/');
        self.below.last().copied().unwrap_or_else(|| start.rsplit('/').next().unwrap_or(start))
    }

    fn path(&self) -> String {
        let mut path = self.start.to_owned();
        for name in self.below {
            if !path.ends_with('/') {
                path.push('/');
            }
            path.push_str(name);
        }
        path
    }
}

/// What happens when a search comes by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// The action may be taken.
    pub acted: bool,
    /// The search surely goes no deeper.
    pub pruned: bool,
}

/// What `expression` does with the candidate: whether it may get to the word at `action`, or, with
/// none, whether the candidate may be printed.
pub(crate) fn look(expression: &[Word], action: Option<usize>, candidate: &Candidate<'_>) -> Seen {
    let mut look = Look { words: expression, at: 0, action, candidate, depth: 0, seen: Seen::default() };
    if look.is_too_deep() {
        return Seen { acted: false, pruned: true };
    }
    let mut truth = look.list(Yes);
    while look.at < expression.len() {
        // Something that was not understood: the rest may hold as well.
        look.at += 1;
        truth = truth.max(look.list(Maybe));
    }
    look.seen.acted |= action.is_none() && truth != No;
    look.seen
}

/// How `find` reads expressions; none for a syntax that is not read.
pub(crate) fn syntax(tests: &[Word]) -> Option<Syntax> {
    let mut kinds = tests.iter().enumerate().filter(|(_, word)| word.text() == "-regextype");
    let kind = kinds.next().map(|(at, _)| tests.get(at + 1).map_or("", Word::text));
    match kind {
        _ if kinds.next().is_some() || tests.len() > MOST_TESTS => None,
        Some("posix-extended" | "egrep" | "posix-egrep") => Some(Syntax::Extended),
        None | Some("emacs" | "findutils-default") => Some(Syntax::Emacs),
        Some(_) => None,
    }
}

/// In longer searches no expression is read: each is, for every file that is looked for.
const MOST_TESTS: usize = 64;

struct Look<'w> {
    words: &'w [Word],
    at: usize,
    action: Option<usize>,
    candidate: &'w Candidate<'w>,
    depth: usize,
    seen: Seen,
}

impl<'w> Look<'w> {
    fn peek(&self) -> Option<&'w str> {
        self.words.get(self.at).map(Word::text)
    }

    /// Whether `-maxdepth` keeps the search from it.
    fn is_too_deep(&self) -> bool {
        let limit = self.words.iter().skip_while(|word| word.text() != "-maxdepth").nth(1);
        let limit = limit.and_then(Word::known).and_then(|text| text.parse::<usize>().ok());
        limit.is_some_and(|limit| self.candidate.below.len() > limit)
    }

    fn list(&mut self, live: Truth) -> Truth {
        let mut result = self.any(live);
        while self.peek() == Some(",") {
            self.at += 1;
            result = self.any(live);
        }
        result
    }

    fn any(&mut self, live: Truth) -> Truth {
        let mut result = self.all(live);
        while matches!(self.peek(), Some("-o" | "-or")) {
            self.at += 1;
            let next = self.all(live.min(not(result)));
            result = result.max(next);
        }
        result
    }

    fn all(&mut self, live: Truth) -> Truth {
        let mut result = Yes;
        while let Some(text) = self.peek() {
            if matches!(text, "-o" | "-or" | "," | ")") {
                break;
            }
            if matches!(text, "-a" | "-and") {
                self.at += 1;
                continue;
            }
            let next = self.one(live.min(result));
            result = result.min(next);
        }
        result
    }

    fn one(&mut self, live: Truth) -> Truth {
        let mut negated = false;
        while matches!(self.peek(), Some("!" | "-not")) {
            self.at += 1;
            negated = !negated;
        }
        let truth = if self.peek() == Some("(") {
            self.at += 1;
            self.depth += 1;
            if self.depth > DEEPEST {
                self.seen.acted = true;
                self.at = self.words.len();
                return Maybe;
            }
            let truth = self.list(live);
            self.depth -= 1;
            if self.peek() == Some(")") {
                self.at += 1;
            }
            truth
        } else {
            self.test(live)
        };
        if negated { not(truth) } else { truth }
    }

    fn test(&mut self, live: Truth) -> Truth {
        let at = self.at;
        let Some(word) = self.words.get(at) else { return Maybe };
        self.at += 1;
        self.seen.acted |= self.action == Some(at) && live != No;
        if word.value.is_unknown() {
            return Maybe;
        }
        match word.text() {
            "-name" => self.matches(self.candidate.name().to_owned(), false),
            "-iname" => self.matches(self.candidate.name().to_owned(), true),
            "-path" | "-wholename" => self.matches(self.candidate.path(), false),
            "-ipath" | "-iwholename" => self.matches(self.candidate.path(), true),
            "-type" => match (self.value().and_then(Word::known), self.candidate.directory) {
                (Some(kinds), Some(true)) => said(kinds.contains('d')),
                (Some(kinds), Some(false)) => said(kinds.contains(['f', 'l'])),
                _ => Maybe,
            },
            // What is looked for is known to hold something.
            "-empty" => No,
            // It leads somewhere, if it is a link at all.
            "-xtype" => match self.value().and_then(Word::known) {
                Some("l") => No,
                _ => Maybe,
            },
            "-regex" | "-iregex" => {
                let text = self.value().and_then(Word::known);
                let patterns = syntax(self.words)
                    .zip(text)
                    .and_then(|(syntax, text)| regexes::patterns(&text.to_lowercase(), syntax, true));
                let path = self.candidate.path().to_lowercase();
                patterns
                    .map_or(Maybe, |found| said(found.iter().any(|pattern| glob::matches(pattern, &path))))
            }
            "-mindepth" => {
                let least = self.value().and_then(Word::known).and_then(|text| text.parse::<usize>().ok());
                least.map_or(Maybe, |least| said(self.candidate.below.len() >= least))
            }
            "-prune" => {
                self.seen.pruned |= live == Yes;
                Yes
            }
            "-true" | "-print" | "-print0" | "-ls" | "-depth" | "-d" | "-xdev" | "-mount" | "-follow"
            | "-daystart" | "-noleaf" | "-delete" | "-nowarn" | "-warn" => Yes,
            "-false" => No,
            "-maxdepth" | "-printf" | "-fprint" | "-fprint0" | "-fls" | "-regextype" => {
                self.value();
                Yes
            }
            "-fprintf" => {
                self.at += 2;
                Yes
            }
            "-exec" | "-execdir" | "-ok" | "-okdir" => {
                while let Some(text) = self.peek() {
                    self.at += 1;
                    if matches!(text, ";" | "+") {
                        break;
                    }
                }
                Maybe
            }
            text => {
                let valued = [
                    "-lname",
                    "-ilname",
                    "-size",
                    "-mtime",
                    "-atime",
                    "-ctime",
                    "-mmin",
                    "-amin",
                    "-cmin",
                    "-anewer",
                    "-cnewer",
                    "-user",
                    "-group",
                    "-uid",
                    "-gid",
                    "-perm",
                    "-links",
                    "-inum",
                    "-samefile",
                    "-fstype",
                    "-used",
                    "-context",
                ];
                if valued.contains(&text) || text.starts_with("-newer") {
                    self.value();
                }
                Maybe
            }
        }
    }

    fn value(&mut self) -> Option<&'w Word> {
        let word = self.words.get(self.at);
        self.at += 1;
        word
    }

    fn matches(&mut self, text: String, any_case: bool) -> Truth {
        let Some(word) = self.value().filter(|word| !word.value.is_unknown() && word.text().len() <= 4096)
        else {
            return Maybe;
        };
        let pattern = glob::collapsed(word.text());
        said(if any_case {
            glob::matches(&pattern.to_lowercase(), &text.to_lowercase())
        } else {
            glob::matches(&pattern, &text)
        })
    }
}

const fn said(truth: bool) -> Truth {
    if truth { Yes } else { No }
}

const fn not(truth: Truth) -> Truth {
    match truth {
        No => Yes,
        Maybe => Maybe,
        Yes => No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a search from `.` does with `.claude/settings.json` and the directory it is in.
    fn check(expression: &str) -> String {
        let words: Vec<Word> = expression.split(' ').map(Word::known_as).collect();
        let action = words.iter().position(|word| word.text() == "-delete");
        let see = |below: &[&str], directory| {
            let Seen { acted, pruned } =
                look(&words, action, &Candidate { start: ".", below, directory: Some(directory) });
            format!("{}{}", if acted { "acts" } else { "-" }, if pruned { ", prunes" } else { "" })
        };
        format!("{}; {}", see(&[".claude"], true), see(&[".claude", "settings.json"], false))
    }

    #[test]
    fn evaluates_as_find_does() {
        insta::assert_snapshot!(check("-delete"), @"acts; acts");
        insta::assert_snapshot!(check("-name *.tmp -delete"), @"-; -");
        insta::assert_snapshot!(check("-name *.json -delete"), @"-; acts");
        insta::assert_snapshot!(check("-iname SETTINGS* -delete"), @"-; acts");
        insta::assert_snapshot!(check("-type d -delete"), @"acts; -");
        insta::assert_snapshot!(check("-type d -empty -delete"), @"-; -");
        insta::assert_snapshot!(check("-path ./src/* -delete"), @"-; -");
        insta::assert_snapshot!(check("-not -path ./.claude/* -delete"), @"acts; -");
        insta::assert_snapshot!(check("( -name a -o -name settings.json ) -delete"), @"-; acts");
        insta::assert_snapshot!(check("-name a -o -delete"), @"acts; acts");
        insta::assert_snapshot!(check("-name .claude -prune -o -delete"), @"-, prunes; acts");
        insta::assert_snapshot!(check("-maxdepth 1 -type f -delete"), @"-; -, prunes");
        insta::assert_snapshot!(check("-newer x -delete"), @"acts; acts");
        insta::assert_snapshot!(check("-name *.json"), @"-; acts");
    }
}

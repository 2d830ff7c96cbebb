//! Whether a pattern of `pkill`, `pgrep` or `grep` could fit the command line of what must go on running.
//!
//! Of a regular expression only the texts are kept that a line must have for it to fit: what could be left out asks for
//! nothing, and what cannot be read fits all. Tools differ in what a backslash does: then it asks for nothing either.

use crate::word::Value;

/// Alternatives of one pattern that are looked at.
const MOST: usize = 32;
/// Groups in one another.
const DEEPEST: usize = 8;

/// A part of a text that fits.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    /// This character; none: any.
    One(Option<char>),
    /// Any text.
    Any,
}

/// Texts of which one fits.
type Alternatives = Vec<Vec<Part>>;

/// The one name that a pattern of file names fits, which to a regular expression says the same: `[u]vicorn`.
pub(super) fn spelled(value: &Value) -> Option<String> {
    let Value::Pattern(pattern) = value else { return None };
    let mut text = String::new();
    let mut rest = pattern.as_str();
    while let Some(letter) = rest.chars().next() {
        let class = rest.strip_prefix('[').map(|inner| inner.split_once(']'));
        let (letters, after) = match class {
            Some(class) => class.filter(|(inner, _)| inner.len() == 1)?,
            None => rest.split_at_checked(letter.len_utf8())?,
        };
        if !letters.bytes().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'_' | b' ')) {
            return None;
        }
        text.push_str(letters);
        rest = after;
    }
    Some(text)
}

/// Whether a regular expression could fit one of these lines.
pub(super) fn fits(pattern: &str, lines: &[&str]) -> bool {
    if pattern.contains("\\\\") {
        return true;
    }
    // To `pkill` a bar after a backslash is one of the name, to `grep` it parts alternatives: that fits more.
    let letters: Vec<char> = pattern.replace("\\|", "|").chars().collect();
    let mut reader = Reader { letters: &letters, at: 0, depth: 0 };
    match reader.alternatives() {
        Some(alternatives) if reader.at == letters.len() => alternatives.iter().any(|parts| lines.iter().any(|line| has_all(line, parts))),
        _ => true,
    }
}

/// Whether a line contains every text of these parts.
fn has_all(line: &str, parts: &[Part]) -> bool {
    parts.split(|part| *part == Part::Any).all(|text| text.is_empty() || contains(line, text))
}

/// Whether a line contains a text, in capitals or not.
fn contains(line: &str, text: &[Part]) -> bool {
    let line: Vec<char> = line.chars().collect();
    let is_it = |found: &char, part: &Part| matches!(part, Part::One(None) | Part::Any) || matches!(part, Part::One(Some(wanted)) if wanted.eq_ignore_ascii_case(found));
    line.windows(text.len()).any(|window| window.iter().zip(text).all(|(found, part)| is_it(found, part)))
}

struct Reader<'p> {
    letters: &'p [char],
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += 1;
        Some(letter)
    }

    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    /// Everything up to the end, or to the bracket that closes the group.
    fn alternatives(&mut self) -> Option<Alternatives> {
        let mut all: Alternatives = Vec::new();
        let mut own: Alternatives = vec![Vec::new()];
        while let Some(letter) = self.peek() {
            match letter {
                ')' => break,
                '|' => {
                    self.at += 1;
                    all.append(&mut own);
                    own.push(Vec::new());
                }
                _ => {
                    let atom = self.atom()?;
                    let atom = self.repeated(atom);
                    own = if own.len() * atom.len() > MOST { appended(&own, &[vec![Part::Any]]) } else { appended(&own, &atom) };
                }
            }
        }
        all.append(&mut own);
        (all.len() <= MOST).then_some(all)
    }

    fn atom(&mut self) -> Option<Alternatives> {
        let one = |letter| vec![vec![Part::One(letter)]];
        let anything = vec![vec![Part::Any]];
        Some(match self.next()? {
            '.' => one(None),
            '^' | '$' | '*' | '+' | '?' | '{' | '}' => anything,
            '[' => one(self.class()?),
            '(' if self.peek() == Some('?') || self.depth == DEEPEST => return None,
            '(' => {
                self.depth += 1;
                let inner = self.alternatives()?;
                self.depth -= 1;
                (self.next()? == ')').then_some(inner)?
            }
            '\\' => match self.next()? {
                '.' => one(None),
                letter @ ('-' | '/' | '_' | ' ' | ':' | '@') => one(Some(letter)),
                _ => anything,
            },
            letter => one(Some(letter)),
        })
    }

    /// What stands between square brackets: the one character, or none for one of several.
    #[expect(clippy::option_option, reason = "none at all is a class without an end")]
    fn class(&mut self) -> Option<Option<char>> {
        let start = self.at;
        if self.peek() == Some('^') {
            self.at += 1;
        }
        if self.peek() == Some(']') {
            self.at += 1;
        }
        loop {
            match self.next()? {
                ']' => break,
                // `[:alpha:]`, `[.x.]`, `[=x=]`
                '[' => {
                    if let Some(kind @ (':' | '.' | '=')) = self.peek() {
                        self.at += 1;
                        while !(self.next()? == kind && self.peek() == Some(']')) {}
                        self.at += 1;
                    }
                }
                _ => {}
            }
        }
        let inner = self.letters.get(start..self.at - 1)?;
        Some(match inner {
            [letter] if letter.is_ascii_alphanumeric() => Some(*letter),
            _ => None,
        })
    }

    /// An atom with what says how often it is there.
    fn repeated(&mut self, atom: Alternatives) -> Alternatives {
        let (mut is_optional, mut is_repeated) = (false, false);
        loop {
            let is_escaped = self.peek() == Some('\\') && matches!(self.letters.get(self.at + 1), Some('?' | '+' | '*' | '{'));
            let at = self.at + usize::from(is_escaped);
            match self.letters.get(at) {
                Some('*' | '?') => is_optional = true,
                Some('+') => is_repeated = true,
                // How often is not counted: it may be never.
                Some('{') => {
                    is_optional = true;
                    let end = self.letters.iter().skip(at).position(|letter| *letter == '}');
                    self.at = end.map_or(self.letters.len(), |end| at + end + 1);
                    continue;
                }
                _ => break,
            }
            self.at = at + 1;
            // A sign after a backslash may be an operator to one tool and a letter to another.
            is_optional |= is_escaped;
        }
        if is_optional {
            vec![vec![Part::Any]]
        } else if is_repeated {
            appended(&atom, &[vec![Part::Any]])
        } else {
            atom
        }
    }
}

/// Each of these followed by each of those.
fn appended(these: &[Vec<Part>], those: &[Vec<Part>]) -> Alternatives {
    these.iter().flat_map(|start| those.iter().map(move |end| start.iter().chain(end).copied().collect())).collect()
}

#[cfg(test)]
mod tests {
    use super::fits;

    const LINES: &[&str] = &["/usr/local/bin/countersign-hook hook"];

    #[test]
    fn what_could_fit() {
        for pattern in [
            "countersign", "c.untersign", "c[o]untersign", "[c]ounter[[:alpha:]]ign", "count(er|x)sign", "(vite|counter)sign", "counte?rsign", "counters+ign", "co*u.*sign", "x?", "", "vite|", "(a|)", "^/usr", "hook$",
            "counter{1}sign", "countersignx\\?", "count\\(er\\)sign", "(?:a|b)", "count[", "(count", "count)", "[^x]ounter", "[]c]ounter", "\\w+sign", "count\\ersign", "COUNTERSIGN", "counters\\+ign", ".", "a*", "vite\\|sign", "(((((((((x)))))))))",
            "(c|d)(o|p)(u|v)(n|m)(t|s)(e|r)", "co[a-z]nt", "count.r", "counterx{0}sign", "(node )?countersign", "coun(t|x)+er",
        ] {
            assert!(fits(pattern, LINES), "{pattern}");
        }
    }

    #[test]
    fn what_could_not() {
        for pattern in [
            "vite", "node.+vite", "next-server|next dev( --turbo)?", "chrome[0-9]+", "(npm|node) run", "vite.*--port[ =]3000", "python[0-9.]* -m http", "jest(-worker)?", "ts-node(-dev)?", "web(pack|site)", "[n]ext dev", "node .*server\\.js",
            "^node ", "uvicorn( |$)", "tsx? watch", "rails s(erver)?", "vite\\|webpack", "esbuild --?serve", "(node|deno|bun) .*dev", "electron.{1,5}helper",
        ] {
            assert!(!fits(pattern, LINES), "{pattern}");
        }
    }
}

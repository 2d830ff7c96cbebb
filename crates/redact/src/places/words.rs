//! Words of a shell, as far as telling the places in a command takes.

use crate::text::Text;

/// A part of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Span {
    /// Its bytes.
    pub(super) fn of(self, text: Text<'_>) -> &[u8] {
        text.range(self.start, self.end)
    }

    /// The same without the quotes around it.
    pub(super) fn plain(self, text: Text<'_>) -> Self {
        let Some(quote @ (b'"' | b'\'')) = text.byte(self.start).filter(|_| self.end > self.start) else {
            return self;
        };
        let start = self.start + 1;
        Self { start, end: close(text, start, self.end, quote).unwrap_or(self.end) }
    }

    /// Whether it begins with a quote.
    pub(super) fn opens_quoted(self, text: Text<'_>) -> bool {
        self.end > self.start && matches!(text.byte(self.start), Some(b'"' | b'\''))
    }

    /// What stands after the first `apart`, behind what was taken out already.
    pub(super) fn after(self, text: Text<'_>, apart: u8) -> Option<Self> {
        let taken = crate::marker::length(self.of(text)).unwrap_or(0);
        let place = text.range(self.start + taken, self.end).iter().position(|&byte| byte == apart)?;
        Some(Self { start: self.start + taken + place + 1, end: self.end }.plain(text))
    }
}

/// How a command ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Piped,
    Done,
}

/// One command.
#[derive(Default)]
pub(super) struct Command {
    pub(super) words: Vec<Span>,
    /// What stands in quotes and is more than one word.
    pub(super) quoted: Vec<Span>,
    /// `<<< word`.
    pub(super) given: Option<Span>,
    /// `<< word`.
    pub(super) heredoc: Option<Span>,
    /// `> word`.
    pub(super) written: Option<Span>,
}

/// Reads commands one after the other.
pub(super) struct Words<'a> {
    text: Text<'a>,
    at: usize,
    end: usize,
    /// Quotes that nothing closes further on.
    open: [bool; 2],
}

impl<'a> Words<'a> {
    /// Those in `within`.
    pub(super) const fn new(text: Text<'a>, within: Span) -> Self {
        Self { text, at: within.start, end: within.end, open: [false; 2] }
    }

    /// The next command; none at the end.
    pub(super) fn command(&mut self, command: &mut Command) -> Option<Ended> {
        let Command { words, quoted, given, heredoc, written } = command;
        words.clear();
        quoted.clear();
        (*given, *heredoc, *written) = (None, None, None);
        if self.at >= self.end {
            return None;
        }
        while let Some(byte) = self.byte() {
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\\' if self.text.byte(self.at + 1) == Some(b'\n') => self.at += 2,
                b'|' if self.text.byte(self.at + 1) == Some(b'|') => {
                    self.at += 2;
                    return Some(Ended::Done);
                }
                b'|' => {
                    self.at += 1 + usize::from(self.text.byte(self.at + 1) == Some(b'&'));
                    return Some(Ended::Piped);
                }
                b'&' if self.text.byte(self.at + 1) == Some(b'>') => self.at += 1,
                b'\n' | b';' | b'&' | b'(' | b')' | b'`' => {
                    self.at += 1;
                    return Some(Ended::Done);
                }
                b'<' | b'>' => {
                    let start = self.at;
                    self.at = self.text.run(start, |next| next == byte).min(start + 3);
                    let length = self.at - start;
                    self.at = self.text.run(self.at, |byte| matches!(byte, b' ' | b'\t' | b'-' | b'&'));
                    let word = self.word(quoted).filter(|word| word.end > word.start);
                    match (byte, length) {
                        (b'<', 3) => *given = word,
                        (b'<', 2) => *heredoc = word,
                        (b'>', _) => *written = word,
                        _ => {}
                    }
                }
                _ => words.extend(self.word(quoted)),
            }
        }
        Some(Ended::Done)
    }

    /// What stands between the next line and the one that is `ends`; reading goes on behind it.
    pub(super) fn heredoc(&mut self, ends: Span) -> Option<Span> {
        let ends = ends.plain(self.text).of(self.text);
        let line = |at: usize| self.text.run(at, |byte| byte != b'\n').min(self.end);
        let first = match self.text.before(self.at) {
            Some(b'\n') => self.at,
            _ => line(self.at) + 1,
        };
        let mut at = first;
        while at < self.end {
            let end = line(at);
            if self.text.range(at, end).trim_ascii() == ends {
                break;
            }
            at = end + 1;
        }
        self.at = at.min(self.end);
        // The last line's end stays.
        (self.at > first + 1).then(|| Span { start: first, end: self.at - usize::from(at < self.end) })
    }

    fn byte(&self) -> Option<u8> {
        self.text.byte(self.at).filter(|_| self.at < self.end)
    }

    fn word(&mut self, quoted: &mut Vec<Span>) -> Option<Span> {
        let start = self.at;
        while let Some(byte) = self.byte() {
            match byte {
                b'\\' => {
                    self.at +=
                        if self.text.byte(self.at + 1).is_some_and(|byte| byte.is_ascii()) { 2 } else { 1 }
                }
                b'"' | b'\'' => self.at = self.quote(byte, quoted),
                b'$' if self.text.byte(self.at + 1) == Some(b'(') => self.at += 1,
                b' ' | b'\t' | b'\r' | b'\n' | b'|' | b';' | b'&' | b'(' | b')' | b'`' | b'<' | b'>' => break,
                _ => self.at += 1,
            }
        }
        self.at = self.at.min(self.end);
        (self.at > start).then_some(Span { start, end: self.at })
    }

    /// Past what a quote holds; past the quote alone where nothing closes it.
    fn quote(&mut self, quote: u8, quoted: &mut Vec<Span>) -> usize {
        let [single, double] = &mut self.open;
        let open = if quote == b'"' { double } else { single };
        let start = self.at + 1;
        let end = if *open { None } else { close(self.text, start, self.end, quote) };
        let Some(end) = end else {
            *open = true;
            return start;
        };
        let inner = Span { start, end };
        if inner.of(self.text).iter().any(u8::is_ascii_whitespace) {
            quoted.push(inner);
        }
        end + 1
    }
}

/// Where the quote is that closes what begins at `start`.
fn close(text: Text<'_>, start: usize, end: usize, quote: u8) -> Option<usize> {
    let mut at = start;
    while at < end {
        match text.byte(at)? {
            b'\\' if quote == b'"' => at += 2,
            byte if byte == quote => return Some(at),
            _ => at += 1,
        }
    }
    None
}

/// A program's name without its directory.
pub(super) fn program(word: &[u8]) -> &[u8] {
    let name = word.rsplit(|&byte| byte == b'/').next().unwrap_or(word);
    name.strip_suffix(b".exe").unwrap_or(name)
}

/// What stands before a command: the program after it is started.
const LEADS: [&[u8]; 25] = [
    b"sudo", b"doas", b"env", b"exec", b"command", b"time", b"nohup", b"nice", b"timeout", b"xargs", b"then",
    b"do", b"else", b"if", b"while", b"!", b"{", b"npx", b"bunx", b"pnpm", b"dlx", b"bundle", b"poetry",
    b"run", b"uvx",
];
/// Programs that start what some later word of theirs names.
const STARTERS: [&[u8]; 6] = [b"docker", b"podman", b"nerdctl", b"kubectl", b"oc", b"ssh"];

/// Whether what follows these words is a program that is started.
pub(super) fn leads(text: Text<'_>, before: &[Span]) -> bool {
    let before = before.get(before.len().saturating_sub(16)..).unwrap_or_default();
    let starts = before.first().is_some_and(|word| STARTERS.contains(&program(word.of(text))));
    starts
        || before.last().is_some_and(|word| word.of(text) == b"--")
        || before.iter().all(|word| {
            let word = word.of(text);
            let number = word.first().is_some_and(u8::is_ascii_digit);
            number || word.starts_with(b"-") || is_assignment(word) || LEADS.contains(&program(word))
        })
}

/// Programs that run what is quoted behind them.
const RUNNERS: [&[u8]; 13] = [
    b"bash",
    b"sh",
    b"zsh",
    b"dash",
    b"ksh",
    b"ssh",
    b"eval",
    b"su",
    b"runuser",
    b"watch",
    b"parallel",
    b"tmux",
    b"screen",
];

/// Whether quoted words of a command are commands.
pub(super) fn runs(text: Text<'_>, words: &[Span]) -> bool {
    words.iter().take(16).any(|word| RUNNERS.contains(&program(word.of(text))))
}

/// Whether a word gives a value to a name.
pub(super) fn is_assignment(word: &[u8]) -> bool {
    let Some(end) = word.iter().position(|&byte| byte == b'=') else { return false };
    let name = word.get(..end).unwrap_or_default();
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    !name.is_empty() && name.iter().all(is_name) && word.iter().skip(end).any(|byte| *byte != b'=')
}

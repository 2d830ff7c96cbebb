//! One program started with its arguments, as a family sees it.

use countersign_model::Span;

use crate::commands::Range;
use crate::word::{Value, Word};

/// What a program reads from its standard input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stdin {
    /// Nothing of note.
    #[default]
    Inherited,
    /// This text, as far as it is known.
    Text(Value),
    /// The output of the commands before it in the pipe.
    Pipe(Source),
    /// A file.
    File(Value),
}

impl Stdin {
    /// Its text, where that is exactly known.
    pub fn known(&self) -> Option<&str> {
        match self {
            Self::Text(value) => value.known(),
            Self::Pipe(source) => source.text.as_deref(),
            Self::Inherited | Self::File(_) => None,
        }
    }

    /// The file that it is, or that a program prints as it is: `cat x | ..` and `.. < x`.
    pub const fn file(&self) -> Option<&Value> {
        match self {
            Self::File(file) => Some(file),
            Self::Pipe(Source {
                text: None,
                fetched: false,
                decoded: false,
                printed: Some(Printed::File(file)),
                ..
            }) => Some(file),
            Self::Inherited | Self::Text(_) | Self::Pipe(_) => None,
        }
    }
}

/// Where data comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Source {
    /// From the network.
    pub fetched: bool,
    /// From a decoder, such as `base64 -d`.
    pub decoded: bool,
    /// The text itself, if it is known.
    pub text: Option<String>,
    /// Names of files, if it is nothing else.
    pub found: Option<Found>,
    /// What it prints as it is, where that is all.
    pub printed: Option<Printed>,
    /// Files that hold secrets and are in an archive that it is.
    pub packed: Vec<String>,
    /// The secret that was read for it last: what it prints may be its value.
    pub secret: Option<String>,
    /// The commands that print it, where they are followed: of a pipe those before, of substitutions those in them.
    pub commands: Option<Range>,
}

/// What a program prints as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Printed {
    /// One file.
    File(Value),
    /// Changes of the repository in `root`, as git writes them; among them what commits say of themselves, or nothing
    /// else.
    Changes { root: String, has_messages: bool },
}

/// What a search comes upon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Where it is and how it is named.
    pub patterns: Vec<Value>,
    /// Paths of Countersign's own, and directories that hold them, that are among it.
    pub protected: Vec<String>,
    /// Whether that is all of Countersign's that the patterns stand for.
    pub is_weighed: bool,
    /// Whether nothing is found but what lies below the directories of the patterns, links not followed.
    pub is_below: bool,
}

impl Default for Found {
    fn default() -> Self {
        Self { patterns: Vec::new(), protected: Vec::new(), is_weighed: true, is_below: false }
    }
}

impl Source {
    /// Whether code from it is code nobody here wrote down.
    pub const fn is_foreign(&self) -> bool {
        self.fetched || self.decoded
    }

    /// Data from here or from there.
    pub fn join(&mut self, other: &Self) {
        self.fetched |= other.fetched;
        self.decoded |= other.decoded;
        self.packed.extend(other.packed.iter().cloned());
        if other.secret.is_some() {
            self.secret.clone_from(&other.secret);
        }
        self.text = None;
        self.found = None;
        self.printed = None;
    }
}

/// One program started with its arguments.
#[derive(Clone, Debug)]
pub(crate) struct Invocation {
    /// The program's name, without the directory if that is a standard one.
    pub program: String,
    /// The first word, which named the program.
    pub first: Word,
    /// The arguments.
    pub words: Vec<Word>,
    /// Variables set for it, in order; later ones win.
    pub environment: Vec<(String, Value)>,
    /// What it reads.
    pub stdin: Stdin,
    /// Where the output of substitutions in its words comes from.
    pub substituted: Source,
    /// Whether its words stand in the call's text one after the other with only blanks between.
    pub contiguous: bool,
}

/// The value of the last of these options among words, in its own word or the next.
pub(crate) fn option(words: &[Word], names: &[&str]) -> Option<Value> {
    words.iter().enumerate().rev().find_map(|(at, word)| {
        let name = word.text().split('=').next().filter(|name| names.contains(name))?;
        let attached = word.value.strip_prefix(&format!("{name}="));
        attached.or_else(|| words.get(at + 1).map(|word| word.value.clone()))
    })
}

impl Invocation {
    /// The value of the last of these options, in its own word or the next.
    pub fn option(&self, names: &[&str]) -> Option<Value> {
        option(&self.words, names)
    }

    /// From the program to the last argument.
    pub fn span(&self) -> Option<Span> {
        let first = self.first.span?;
        let end = self.words.iter().filter_map(|word| word.span).map(|span| span.end).max();
        Some(Span { start: first.start, end: end.unwrap_or(first.end).max(first.end) })
    }

    /// The value of the argument at `index`, if its text is known.
    pub fn known(&self, index: usize) -> Option<&str> {
        self.words.get(index).and_then(Word::known)
    }

    /// The program and its first arguments, for people.
    pub fn title(&self) -> String {
        let mut title = self.program.clone();
        for word in self.words.iter().take(2) {
            let text: String = word.raw.chars().take(40).collect();
            title.push(' ');
            title.push_str(&text);
        }
        title
    }

    /// The command that this one starts with its words from `index` on.
    pub fn nested(&self, index: usize) -> Option<Self> {
        let (first, words) = self.words.get(index..)?.split_first()?;
        Some(Self {
            program: String::new(),
            first: first.clone(),
            words: words.to_vec(),
            environment: self.environment.clone(),
            stdin: self.stdin.clone(),
            substituted: self.substituted.clone(),
            contiguous: self.contiguous,
        })
    }

    /// The text of all arguments as written, for a look at what they mention.
    pub fn written(&self) -> String {
        let mut text = String::new();
        for word in &self.words {
            text.push_str(&word.raw);
            text.push(' ');
            if word.raw != word.text() {
                text.push_str(word.text());
                text.push(' ');
            }
        }
        text
    }
}

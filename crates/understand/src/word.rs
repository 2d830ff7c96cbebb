//! A word of a command as far as its value is known.

use countersign_model::Span;

/// What a word stands for when the command runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// Exactly this text.
    Known(String),
    /// A file name pattern: itself, or any number of existing files it matches.
    Pattern(String),
    /// Text that starts with `prefix` and ends with `suffix`; without quotes it can be several
    /// words, or none.
    Unknown {
        /// What is known of its start.
        prefix: String,
        /// What is known of its end.
        suffix: String,
        /// Why the rest is not, a sentence fragment.
        why: String,
    },
}

impl Value {
    /// A value nothing is known of.
    pub fn unknown(why: &str) -> Self {
        Self::starting("", why)
    }

    /// A value of which only the start is known.
    pub fn starting(prefix: &str, why: &str) -> Self {
        Self::Unknown { prefix: prefix.to_owned(), suffix: String::new(), why: why.to_owned() }
    }

    /// The text, if it is exactly known.
    pub fn known(&self) -> Option<&str> {
        match self {
            Self::Known(text) => Some(text),
            Self::Pattern(_) | Self::Unknown { .. } => None,
        }
    }

    /// The text, the pattern, or what is known of the start.
    pub fn text(&self) -> &str {
        match self {
            Self::Known(text) | Self::Pattern(text) | Self::Unknown { prefix: text, .. } => text,
        }
    }

    /// Whether nothing or only the start is known.
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown { .. })
    }

    /// What follows `prefix`, if it is known to start so.
    pub fn strip_prefix(&self, prefix: &str) -> Option<Self> {
        let rest = self.text().strip_prefix(prefix)?.to_owned();
        Some(match self {
            Self::Known(_) => Self::Known(rest),
            Self::Pattern(_) => Self::Pattern(rest),
            Self::Unknown { suffix, why, .. } => {
                Self::Unknown { prefix: rest, suffix: suffix.clone(), why: why.clone() }
            }
        })
    }
}

/// A word of a command.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    /// What it stands for.
    pub value: Value,
    /// As it was written.
    pub raw: String,
    /// Where that stands in the text of the call.
    pub span: Option<Span>,
    /// Whether `span` holds exactly `raw`, so that the text can be rewritten there.
    pub exact: bool,
}

impl Word {
    /// A word made up, not written.
    pub fn made(value: Value) -> Self {
        Self { raw: value.text().to_owned(), value, span: None, exact: false }
    }

    /// A word made up whose text is known.
    pub fn known_as(text: &str) -> Self {
        Self::made(Value::Known(text.to_owned()))
    }

    /// The text, if it is exactly known.
    pub fn known(&self) -> Option<&str> {
        self.value.known()
    }

    /// The text, the pattern, or what is known of the start.
    pub fn text(&self) -> &str {
        self.value.text()
    }

    /// The same word, standing for something else.
    pub fn with(&self, value: Value) -> Self {
        Self { value, ..self.clone() }
    }
}

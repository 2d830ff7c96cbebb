//! Why a question has no answer.

use std::io;
use std::path::Path;

use countersign_model::Answer;

/// What could not be found out, and why: a sentence fragment.
#[derive(Clone, Debug)]
pub(crate) struct Unknown(String);

/// A value that could be found out, or why not.
pub(crate) type Known<T> = Result<T, Unknown>;

impl Unknown {
    /// A reason in words.
    pub(crate) fn because(why: impl Into<String>) -> Self {
        Self(why.into())
    }

    /// The operating system refused.
    pub(crate) fn io(path: &Path, error: &io::Error) -> Self {
        Self(format!("cannot read {}: {}", path.display(), error.kind()))
    }
}

/// Text, unless the bytes are not UTF-8.
pub(crate) fn text(bytes: &[u8]) -> Known<String> {
    String::from_utf8(bytes.to_vec()).map_err(|_| Unknown::because("a name or value is not UTF-8"))
}

/// A path as text, unless it is not UTF-8.
pub(crate) fn path_text(path: &Path) -> Known<String> {
    path.to_str().map(str::to_owned).ok_or_else(|| Unknown::because("a path is not UTF-8"))
}

impl From<Unknown> for Answer {
    fn from(unknown: Unknown) -> Self {
        Self::Unknown { why: unknown.0 }
    }
}

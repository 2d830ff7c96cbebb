//! Files that a command writes where it is told to. What is there already and is not of the same making stays: it may be
//! the log that was read, or the proposal that the bundle was built from.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::output::WithHint as _;

/// What a command writes.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A page of HTML.
    Page,
    /// A decision a line.
    Decisions,
    /// A compiled bundle.
    Bundle,
}

/// The longest first line that is looked at, in bytes.
const LONGEST: u64 = 1 << 20;

impl Kind {
    /// Whether a file that begins so was written as this.
    fn is_own(self, start: &str, rest: &mut impl std::io::Read) -> bool {
        let line: Value = match self {
            Self::Page => return start.trim_start().to_ascii_lowercase().starts_with("<!doctype html"),
            Self::Decisions => serde_json::from_str(start).unwrap_or_default(),
            Self::Bundle => {
                let mut whole = start.to_owned();
                if rest.read_to_string(&mut whole).is_err() {
                    return false;
                }
                serde_json::from_str(&whole).unwrap_or_default()
            }
        };
        let has = |name: &str| line.get(name).is_some();
        match self {
            Self::Page => false,
            Self::Decisions => has("decision") && has("policies") && !has("input"),
            Self::Bundle => has("format") && has("policies"),
        }
    }
}

/// Opens a file to write it: a new one, an empty one, one of the same making, or a pipe.
///
/// # Errors
/// Something else is there, or it cannot be written.
pub fn create(path: &Path, kind: Kind) -> Result<File> {
    let cannot = || format!("cannot write `{}`", path.display());
    let is_file = std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() > 0);
    if is_file {
        let mut reader = BufReader::new(File::open(path).with_context(cannot)?);
        let mut start = String::new();
        let read = reader.by_ref().take(LONGEST).read_line(&mut start);
        if read.is_err() || !kind.is_own(&start, &mut reader) {
            return Err(anyhow::anyhow!("another file is there, which was not written as that"))
                .with_context(cannot)
                .hint("give another name, or remove that file first");
        }
    }
    File::create(path).with_context(cannot)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn what_is_something_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        for (kind, own, other) in [
            (Kind::Page, "<!DOCTYPE html>\n<html>", "version = 1\n"),
            (
                Kind::Decisions,
                "{\"decision\":\"allow\",\"policies\":[]}\n",
                "{\"tool\":\"Bash\",\"input\":{}}\n",
            ),
            (Kind::Bundle, "{\"format\":1,\n\"policies\":[]}", "{\"tool\":\"Bash\"}"),
        ] {
            for (text, may) in [(own, true), ("", true), (other, false), ("\u{0}\n", false)] {
                std::fs::write(&path, text).unwrap();
                assert_eq!(create(&path, kind).is_ok(), may, "{text}");
                if !may {
                    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
                }
            }
            std::fs::remove_file(&path).unwrap();
            create(&path, kind).unwrap().write_all(own.as_bytes()).unwrap();
        }
    }
}

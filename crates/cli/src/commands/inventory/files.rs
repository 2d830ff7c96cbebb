//! The files of this user and of the repository here: read within limits, named as people name them.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::edge;

/// Longer files are not looked at.
const LONGEST: u64 = 1 << 20;

/// Where this is.
pub(super) struct Place {
    /// The user's home directory.
    pub home: PathBuf,
    /// The repository's top, or where the command runs.
    pub top: PathBuf,
}

impl Place {
    pub(super) fn here() -> Result<Self> {
        Ok(Self { home: edge::user_home()?, top: super::top()? })
    }

    /// A path as people know it: from the repository's top, from the home directory, or whole.
    pub(super) fn shown(&self, path: &Path) -> String {
        if let Ok(below) = path.strip_prefix(&self.top) {
            return below.display().to_string();
        }
        match path.strip_prefix(&self.home) {
            Ok(below) => format!("~/{}", below.display()),
            Err(_) => path.display().to_string(),
        }
    }

    /// The files that a variable names, or the usual one below the home directory.
    pub(super) fn named(&self, variable: &str, usual: &str) -> Vec<PathBuf> {
        match edge::variable(variable).filter(|value| !value.is_empty()) {
            Some(paths) => std::env::split_paths(&paths).collect(),
            None => vec![self.home.join(usual)],
        }
    }

    /// The folder that a variable names, or the usual one below the home directory.
    pub(super) fn folder(&self, variable: &str, usual: &str) -> PathBuf {
        self.named(variable, usual).into_iter().next().unwrap_or_else(|| self.home.join(usual))
    }
}

/// The text of a file; none where there is none.
///
/// # Errors
/// Where it is there and cannot be read: why, without a word of it.
pub(super) fn text(path: &Path) -> Result<Option<String>, String> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(error.kind().to_string()),
    };
    // A pipe would be waited for without end.
    if !metadata.is_file() {
        return Err("it is no plain file".to_owned());
    }
    if metadata.len() > LONGEST {
        return Err("it is longer than a mebibyte".to_owned());
    }
    let bytes = fs::read(path).map_err(|error| error.kind().to_string())?;
    String::from_utf8(bytes).map(Some).map_err(|_| "it is no text".to_owned())
}

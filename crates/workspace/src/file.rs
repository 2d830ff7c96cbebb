//! Opens and reads regular files, and nothing else: never waits on a fifo, never touches a device.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use crate::unknown::{Known, Unknown};

/// What is at a path, links followed.
pub(crate) enum Found {
    /// Nothing.
    Absent,
    /// A directory.
    Directory,
    /// A regular file, open for reading, and its length in bytes.
    File(File, u64),
}

/// Looks at `path`. A link that leads nowhere, a special file or a refusal is unknown.
pub(crate) fn find(path: &Path) -> Known<Found> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if is_missing(&error) => {
            return match fs::symlink_metadata(path) {
                Ok(_) => Err(Unknown::because(format!("{} is a link that leads nowhere", path.display()))),
                Err(error) if is_missing(&error) => Ok(Found::Absent),
                Err(error) => Err(Unknown::io(path, &error)),
            };
        }
        Err(error) => return Err(Unknown::io(path, &error)),
    };
    if metadata.is_dir() {
        return Ok(Found::Directory);
    }
    regular(path, &metadata)?;
    let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)
        .map_err(|error| Unknown::io(path, &error))?;
    // It may have been replaced between the look and the opening.
    let metadata = file.metadata().map_err(|error| Unknown::io(path, &error))?;
    regular(path, &metadata)?;
    Ok(Found::File(file, metadata.len()))
}

/// The whole file at `path`, or none if there is nothing. Longer than `limit` bytes: unknown.
pub(crate) fn read(path: &Path, limit: u64) -> Known<Option<Vec<u8>>> {
    match find(path)? {
        Found::Absent => Ok(None),
        Found::Directory => Err(Unknown::because(format!("{} is a directory", path.display()))),
        Found::File(file, expected) => {
            let expected = usize::try_from(expected.min(limit)).unwrap_or(0);
            let mut bytes = Vec::with_capacity(expected.saturating_add(1));
            let read = file.take(limit.saturating_add(1)).read_to_end(&mut bytes);
            let length = read.map_err(|error| Unknown::io(path, &error))?;
            if u64::try_from(length).is_ok_and(|length| length <= limit) {
                Ok(Some(bytes))
            } else {
                Err(Unknown::because(format!("{} is longer than {limit} bytes", path.display())))
            }
        }
    }
}

fn regular(path: &Path, metadata: &Metadata) -> Known<()> {
    if metadata.is_file() {
        Ok(())
    } else {
        Err(Unknown::because(format!("{} is not a regular file", path.display())))
    }
}

/// Nothing is there, as opposed to: it could not be found out.
pub(crate) fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

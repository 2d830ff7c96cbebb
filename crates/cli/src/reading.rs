//! Files that an agent may have put there, read without waiting for anybody and without end.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// The longest text of a person's own making, in bytes.
pub const LONGEST: u64 = 1 << 20;

/// The longest built bundle, in bytes.
pub const LONGEST_BUNDLE: u64 = 16 << 20;

/// The text of a file: a regular one of at most a mebibyte.
pub fn text(path: &Path) -> io::Result<String> {
    String::from_utf8(bytes(path, LONGEST)?)
        .map_err(|error| io::Error::new(ErrorKind::InvalidData, error.utf8_error()))
}

/// What is in a regular file of at most so many bytes.
pub fn bytes(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let file = open(path)?;
    let length = file.metadata()?.len();
    let mut bytes = Vec::with_capacity(usize::try_from(length.min(most)).unwrap_or_default());
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= most) {
        Ok(bytes)
    } else {
        Err(io::Error::new(ErrorKind::FileTooLarge, format!("it is longer than {most} bytes")))
    }
}

/// Opens a regular file. A pipe would be waited for and a device may never end: both are refused.
pub fn open(path: &Path) -> io::Result<File> {
    let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
    // Opening a device can do something: it is looked at before, and once more when it is open.
    regular(&std::fs::metadata(path)?)?;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    regular(&file.metadata()?)?;
    Ok(file)
}

fn regular(metadata: &std::fs::Metadata) -> io::Result<()> {
    if metadata.is_file() {
        return Ok(());
    }
    let kind = if metadata.is_dir() { ErrorKind::IsADirectory } else { ErrorKind::InvalidInput };
    Err(io::Error::new(kind, if metadata.is_dir() { "it is a directory" } else { "it is no regular file" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_ends_or_waits_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let (pipe, link, long) = (folder.path().join("p"), folder.path().join("l"), folder.path().join("x"));
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR).unwrap();
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        std::fs::write(&long, vec![b'a'; (1 << 20) + 1]).unwrap();
        let refused = |path: &Path| text(path).unwrap_err().to_string();
        for path in [&pipe, &link] {
            assert_eq!(refused(path), "it is no regular file");
        }
        assert_eq!(refused(folder.path()), "it is a directory");
        assert_eq!(refused(&long), "it is longer than 1048576 bytes");
        std::fs::write(&long, "version = 1").unwrap();
        assert_eq!(text(&long).unwrap(), "version = 1");
    }
}

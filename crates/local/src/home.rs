//! Countersign's home: one directory of one installation, private to the user.
//!
//! | path | what |
//! |---|---|
//! | `identity.json` | the log's id and when the home was made |
//! | `key` | 32 random bytes for keyed digests and fingerprints |
//! | `log/` | the evidence: the source of truth |
//! | `bundles/<digest>.json` | compiled policy, by digest |
//! | `reviewers/<name>.json` | sealed reviewer keys |
//! | `state/` | what is derived from the log and can be rebuilt |
//! | `bin/countersign-hook` | the installed hook |

use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use countersign_model::{Digest, LogId, Timestamp};
use serde::{Deserialize, Serialize};

/// Files longer than this are none of ours: a bundle of thousands of policies is a tenth of it.
const LONGEST_FILE: u64 = 64 << 20;

/// Opening returns at once, whatever is there.
pub(crate) const NEVER_WAIT: i32 = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();

/// One installation's directory.
#[derive(Clone, Debug)]
pub struct Home {
    path: PathBuf,
}

/// What tells one installation from another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Of this file's format: 1.
    pub version: u32,
    /// The log's id: 32 hexadecimal digits.
    pub log: LogId,
    /// When the home was made.
    pub created: Timestamp,
}

/// Why a home cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    /// Something that was there is not: tampering, never a first run.
    #[error("`{}` is missing from an installation that had it", path.display())]
    Vanished {
        /// What is missing.
        path: PathBuf,
    },
    /// There is a home already.
    #[error("there is a Countersign home at `{}` already", path.display())]
    AlreadyThere {
        /// Where.
        path: PathBuf,
    },
    /// A file is not what we wrote.
    #[error("`{}` is damaged: {why}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// In which way.
        why: String,
    },
    /// The operating system said no.
    #[error("cannot {doing} `{}`", path.display())]
    Io {
        /// A verb, such as `read`.
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What it said.
        source: std::io::Error,
    },
}

impl Home {
    /// The home at this path, made or not.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The evidence log's directory.
    pub fn log(&self) -> PathBuf {
        self.path.join("log")
    }

    /// The directory of derived files.
    pub fn state(&self) -> PathBuf {
        self.path.join("state")
    }

    /// The installed hook.
    pub fn hook(&self) -> PathBuf {
        self.path.join("bin/countersign-hook")
    }

    /// The file of a compiled bundle.
    pub fn bundle(&self, digest: &Digest) -> PathBuf {
        self.path.join("bundles").join(format!("{}.json", digest.hex()))
    }

    /// The directory of sealed reviewer keys.
    pub fn reviewers(&self) -> PathBuf {
        self.path.join("reviewers")
    }

    /// Whether anything was ever made here.
    pub fn exists(&self) -> bool {
        self.identity_file().exists() || self.log().exists()
    }

    /// Makes the directories, the identity and the key, but not the log. `random` must be fresh.
    ///
    /// # Errors
    /// Where there is a home already, or the file system refuses.
    pub fn create(&self, now: Timestamp, random: &[u8; 48]) -> Result<Identity, HomeError> {
        if self.exists() {
            return Err(HomeError::AlreadyThere { path: self.path.clone() });
        }
        for folder in ["", "bundles", "reviewers", "state", "state/sessions", "state/tickets", "bin"] {
            self.make_folder(&self.path.join(folder))?;
        }
        let (key, id) = random.split_at(32);
        write_private(&self.key_file(), key)?;
        let log = LogId::from(id.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        let identity = Identity { version: 1, log, created: now };
        write_private(&self.identity_file(), &to_json(&identity, &self.identity_file())?)?;
        Ok(identity)
    }

    fn make_folder(&self, folder: &Path) -> Result<(), HomeError> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|source| HomeError::Io {
            doing: "make the directory",
            path: folder.to_path_buf(),
            source,
        })
    }

    /// Who this installation is.
    ///
    /// # Errors
    /// [`HomeError::Vanished`] where it is missing.
    pub fn identity(&self) -> Result<Identity, HomeError> {
        let path = self.identity_file();
        let bytes = read(&path)?;
        serde_json::from_slice(&bytes).map_err(|error| HomeError::Damaged { path, why: error.to_string() })
    }

    /// The key of keyed digests and fingerprints.
    ///
    /// # Errors
    /// [`HomeError::Vanished`] where it is missing, [`HomeError::Damaged`] where it is not 32 bytes.
    pub fn key(&self) -> Result<[u8; 32], HomeError> {
        let path = self.key_file();
        let bytes = read(&path)?;
        bytes.try_into().map_err(|bytes: Vec<u8>| HomeError::Damaged {
            path,
            why: format!("it has {} bytes instead of 32", bytes.len()),
        })
    }

    /// Files and directories that other users could read or write, for `doctor`.
    pub fn exposed(&self) -> Vec<PathBuf> {
        let mut exposed = Vec::new();
        self.look(&self.path, 0, &mut exposed);
        exposed.sort();
        exposed
    }

    /// What is below a directory; nothing of ours lies deeper than a few levels.
    fn look(&self, path: &Path, depth: u32, exposed: &mut Vec<PathBuf>) {
        let Ok(metadata) = fs::symlink_metadata(path) else { return };
        // Directories in the directory of derived files are made with what the user's mask leaves.
        let derived = metadata.is_dir() && path.parent() == Some(&self.state());
        let others = if derived { 0o002 } else { 0o077 };
        if !metadata.is_symlink() && metadata.mode() & others != 0 {
            exposed.push(path.to_path_buf());
        }
        if metadata.is_dir() && depth < 4 {
            for entry in fs::read_dir(path).into_iter().flatten().flatten() {
                self.look(&entry.path(), depth + 1, exposed);
            }
        }
    }

    fn identity_file(&self) -> PathBuf {
        self.path.join("identity.json")
    }

    fn key_file(&self) -> PathBuf {
        self.path.join("key")
    }
}

/// Reads a file that an installation must have.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, HomeError> {
    read_regular(path).map_err(|source| match source.kind() {
        ErrorKind::NotFound => HomeError::Vanished { path: path.to_path_buf() },
        ErrorKind::InvalidData => HomeError::Damaged { path: path.to_path_buf(), why: source.to_string() },
        _ => HomeError::Io { doing: "read", path: path.to_path_buf(), source },
    })
}

/// Reads a file without ever waiting for one: a pipe that somebody put in its place is not opened for
/// reading until another program writes, but refused, as are devices, directories and endless files.
///
/// # Errors
/// [`ErrorKind::InvalidData`] where it is no regular file or longer than any of ours; else what the
/// operating system says.
pub fn read_regular(path: &Path) -> std::io::Result<Vec<u8>> {
    read_regular_within(path, LONGEST_FILE)
}

/// The same for a file that may be this long, such as a program.
///
/// # Errors
/// As above.
pub fn read_regular_within(path: &Path, longest: u64) -> std::io::Result<Vec<u8>> {
    let file = fs::OpenOptions::new().read(true).custom_flags(NEVER_WAIT).open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(std::io::Error::new(ErrorKind::InvalidData, "it is not a regular file"));
    }
    // Room for all of it and one byte to see the end by: without it the first reads take 32 bytes each.
    let expected = usize::try_from(metadata.len().min(longest)).unwrap_or(0);
    let mut bytes = Vec::with_capacity(expected + 1);
    file.take(longest + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > longest {
        let why = format!("it is longer than {} MiB", longest >> 20);
        return Err(std::io::Error::new(ErrorKind::InvalidData, why));
    }
    Ok(bytes)
}

/// Writes a file that only its owner may read, whole or not at all.
///
/// # Errors
/// Where the file system refuses.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), HomeError> {
    let io = |doing| move |source| HomeError::Io { doing, path: path.to_path_buf(), source };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = path.with_file_name(format!(".{name}.{}", std::process::id()));
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&temporary)
        .map_err(io("create"))?;
    file.write_all(bytes).map_err(io("write"))?;
    drop(file);
    fs::rename(&temporary, path).map_err(io("replace"))
}

pub(crate) fn to_json<T: Serialize>(value: &T, path: &Path) -> Result<Vec<u8>, HomeError> {
    serde_json::to_vec(value)
        .map_err(|error| HomeError::Damaged { path: path.to_path_buf(), why: error.to_string() })
}

/// Makes a named pipe.
#[cfg(test)]
pub(crate) fn pipe(path: &Path) {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    mknodat(CWD, path, FileType::Fifo, Mode::RWXU, 0).unwrap();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> (tempfile::TempDir, Home, Identity) {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path().join("home"));
        let identity = home.create(Timestamp::UNIX_EPOCH, &[7; 48]).unwrap();
        (folder, home, identity)
    }

    #[test]
    fn a_made_home_is_private_and_knows_itself() {
        let (_folder, home, identity) = made();
        assert_eq!(home.identity().unwrap(), identity);
        assert_eq!(home.key().unwrap(), [7; 32]);
        assert_eq!(home.exposed(), Vec::<PathBuf>::new());
    }

    #[test]
    fn what_others_could_read_or_write_is_found_wherever_it_is() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_folder, home, _) = made();
        for file in
            ["bundles/1.json", "reviewers/ada.json", "state/open.json", "state/tickets/1", "log/1.jsonl"]
        {
            let path = home.path().join(file);
            home.make_folder(path.parent().unwrap()).unwrap();
            write_private(&path, b"{}").unwrap();
            assert_eq!(home.exposed(), Vec::<PathBuf>::new());
            fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
            assert_eq!(home.exposed(), std::slice::from_ref(&path));
            fs::remove_file(path).unwrap();
        }
    }

    #[test]
    fn a_second_home_is_not_made_over_the_first() {
        let (_folder, home, _) = made();
        assert!(matches!(home.create(Timestamp::UNIX_EPOCH, &[8; 48]), Err(HomeError::AlreadyThere { .. })));
        assert_eq!(home.key().unwrap(), [7; 32]);
    }

    /// Opening a pipe waits until somebody writes: the hook would be killed before it could answer.
    #[test]
    fn what_is_no_file_is_damage_and_nothing_to_wait_for() {
        let (_folder, home, _) = made();
        let damaged = |what: &str| match home.key() {
            Err(HomeError::Damaged { why, .. }) => assert!(why.contains(what), "{why}"),
            other => panic!("{other:?}"),
        };
        fs::remove_file(home.key_file()).unwrap();
        pipe(&home.key_file());
        damaged("not a regular file");
        fs::remove_file(home.key_file()).unwrap();
        fs::create_dir(home.key_file()).unwrap();
        damaged("not a regular file");
        fs::remove_dir(home.key_file()).unwrap();
        fs::File::create(home.key_file()).unwrap().set_len(LONGEST_FILE + 1).unwrap();
        damaged("longer");
    }

    #[test]
    fn a_missing_key_is_vanished_and_a_short_one_damaged() {
        let (_folder, home, _) = made();
        fs::write(home.key_file(), [1, 2]).unwrap();
        assert!(matches!(home.key(), Err(HomeError::Damaged { .. })));
        fs::remove_file(home.key_file()).unwrap();
        assert!(matches!(home.key(), Err(HomeError::Vanished { .. })));
    }
}

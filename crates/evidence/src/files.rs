//! The only file of this crate that touches the world: segments, the head file and its lock.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use rustix::fs::OFlags;

use crate::{LONGEST_LINE, LogError, head};

/// The first segment.
pub const FIRST_SEGMENT: u32 = 1;
/// The directory that torn tails are moved to.
const TORN: &str = "torn";

/// The directory of one log.
#[derive(Clone, Debug)]
pub struct Files {
    directory: PathBuf,
}

/// How the log is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// For a look at the head file while nobody writes it.
    Shared,
    /// For appending.
    Exclusive,
}

impl Files {
    pub fn at(directory: &Path) -> Self {
        Self { directory: directory.to_owned() }
    }

    pub fn directory(&self) -> &Path {
        &self.directory
    }

    pub fn head(&self) -> PathBuf {
        self.directory.join(head::NAME)
    }

    pub fn segment(&self, number: u32) -> PathBuf {
        self.directory.join(format!("{number:08}.jsonl"))
    }

    pub fn has_segment(&self, number: u32) -> Result<bool, LogError> {
        let path = self.segment(number);
        match fs::symlink_metadata(&path) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(failed("look at", &path)(error)),
        }
    }

    /// A segment for reading, whose length is at least `offset`.
    pub fn read_segment(&self, number: u32, offset: u64) -> Result<File, LogError> {
        let path = self.segment(number);
        let file = open(OpenOptions::new().read(true), &path)?;
        long_enough(&file, &path, offset)?;
        Ok(file)
    }

    /// The bytes of a segment from `offset` on, if there are any.
    pub fn tail(&self, number: u32, offset: u64) -> Result<Vec<u8>, LogError> {
        let path = self.segment(number);
        let mut file = self.read_segment(number, offset)?;
        let mut tail = Vec::new();
        io::Seek::seek(&mut file, io::SeekFrom::Start(offset)).map_err(failed("read", &path))?;
        file.read_to_end(&mut tail).map_err(failed("read", &path))?;
        Ok(tail)
    }

    /// The first line of a segment, or as much of it as may be in one.
    pub fn first_line(&self, number: u32) -> Result<Vec<u8>, LogError> {
        let path = self.segment(number);
        let reader = BufReader::new(self.read_segment(number, 0)?);
        let mut line = Vec::new();
        let longest = LONGEST_LINE as u64;
        reader.take(longest).read_until(b'\n', &mut line).map_err(failed("read", &path))?;
        Ok(line)
    }

    /// The names of everything in the directory.
    pub fn names(&self) -> Result<Vec<String>, LogError> {
        let names = |entries: fs::ReadDir| -> io::Result<Vec<String>> {
            entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
        };
        fs::read_dir(&self.directory).and_then(names).map_err(failed("list", &self.directory))
    }

    /// Whether something of this name belongs to a log whose last segment has this number.
    pub fn belongs(&self, name: &str, last: u32) -> bool {
        let number = name.strip_suffix(".jsonl").and_then(|digits| digits.parse().ok());
        name == head::NAME
            || name == TORN
            || number.is_some_and(|number: u32| {
                (FIRST_SEGMENT..=last).contains(&number) && self.segment(number).ends_with(name)
            })
    }

    /// Cuts off what follows `offset` of a segment, after a durable copy of it is in `torn/`.
    pub fn cut(&self, number: u32, offset: u64, tail: &[u8]) -> Result<(), LogError> {
        let torn = self.directory.join(TORN);
        match DirBuilder::new().mode(0o700).create(&torn) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(failed("create", &torn)(error)),
            Ok(()) | Err(_) => Ok(()),
        }?;
        let copy = torn.join(format!("{number:08}-{offset}"));
        let options = &mut OpenOptions::new();
        let mut file = open(options.write(true).create(true).truncate(true).mode(0o600), &copy)?;
        file.write_all(tail).and_then(|()| file.sync_all()).map_err(failed("write", &copy))?;
        sync_directory(&torn)?;
        let path = self.segment(number);
        let segment = open(OpenOptions::new().write(true), &path)?;
        segment.set_len(offset).and_then(|()| segment.sync_data()).map_err(failed("cut", &path))
    }

    /// Appends to a segment, which must end at `offset`; creates it for offset 0. Durable when it
    /// returns; where it fails, what was written is cut off again as far as that is possible.
    pub fn write_segment(&self, number: u32, offset: u64, bytes: &[u8]) -> Result<(), LogError> {
        let path = self.segment(number);
        let options = &mut OpenOptions::new();
        let file = open(options.write(true).create(offset == 0).mode(0o600), &path)?;
        long_enough(&file, &path, offset)?;
        if let Err(error) = file.write_all_at(bytes, offset).and_then(|()| file.sync_data()) {
            // What cannot be cut off now is a torn tail for the next one who locks the log.
            let _ = file.set_len(offset).and_then(|()| file.sync_data());
            return Err(failed("write", &path)(error));
        }
        if offset == 0 { sync_directory(&self.directory) } else { Ok(()) }
    }

    /// The head file for a look without a lock.
    pub fn open_head(&self) -> Result<File, LogError> {
        open(OpenOptions::new().read(true), &self.head())
    }

    /// Locks the head file, waiting for others at most for `patience`.
    pub fn lock(&self, lock: Lock, patience: Duration) -> Result<File, LogError> {
        let path = self.head();
        let mut options = OpenOptions::new();
        options.read(true).write(lock == Lock::Exclusive);
        let file = open(&mut options, &path)?;
        let tried = match lock {
            Lock::Shared => file.try_lock_shared(),
            Lock::Exclusive => file.try_lock(),
        };
        let file = match tried {
            Ok(()) => file,
            Err(TryLockError::Error(error)) => return Err(failed("lock", &path)(error)),
            Err(TryLockError::WouldBlock) => {
                drop(file);
                self.wait(options, lock, patience)?
            }
        };
        let links = file.metadata().map_err(failed("look at", &path))?.nlink();
        if links == 0 { Err(LogError::Vanished { path }) } else { Ok(file) }
    }

    /// The kernel wakes waiters in turn, but knows no deadline: a thread waits in our place, with
    /// an open file of its own, so that a lock it gets too late goes when the thread does.
    fn wait(&self, mut options: OpenOptions, lock: Lock, patience: Duration) -> Result<File, LogError> {
        let path = self.head();
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let locked = open(&mut options, &path).and_then(|file| {
                let got = match lock {
                    Lock::Shared => file.lock_shared(),
                    Lock::Exclusive => file.lock(),
                };
                got.map(|()| file).map_err(failed("lock", &path))
            });
            // Nobody listens any more if it took too long: the lock is dropped.
            let _ = sender.send(locked);
        });
        receiver
            .recv_timeout(patience)
            .map_err(|_| LogError::Busy { path: self.directory.clone(), waited: patience })?
    }

    pub fn read_head(&self, mut file: &File) -> Result<Vec<u8>, LogError> {
        let mut bytes = Vec::with_capacity(head::LENGTH);
        file.read_to_end(&mut bytes).map_err(failed("read", &self.head()))?;
        Ok(bytes)
    }

    pub fn write_head(&self, file: &File, bytes: &[u8]) -> Result<(), LogError> {
        file.write_all_at(bytes, 0).map_err(failed("write", &self.head()))
    }

    /// Makes the directory with a first segment and a head file, all at once.
    pub fn create(&self, segment: &[u8], head: &[u8], unique: &str) -> Result<(), LogError> {
        let there = || LogError::AlreadyThere { path: self.directory.clone() };
        if self.head().exists() || self.has_segment(FIRST_SEGMENT)? {
            return Err(there());
        }
        let mut name = self.directory.clone().into_os_string();
        name.push(format!(".{unique}"));
        let new = Self::at(Path::new(&name));
        DirBuilder::new().mode(0o700).create(&new.directory).map_err(failed("create", &new.directory))?;
        new.write_segment(FIRST_SEGMENT, 0, segment)?;
        let path = new.head();
        let mut file = open(OpenOptions::new().write(true).create_new(true).mode(0o600), &path)?;
        file.write_all(head).and_then(|()| file.sync_all()).map_err(failed("write", &path))?;
        sync_directory(&new.directory)?;
        match fs::rename(&new.directory, &self.directory) {
            Ok(()) => sync_directory(self.directory.parent().unwrap_or(&self.directory)),
            Err(error) => match error.kind() {
                ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists => Err(there()),
                _ => Err(failed("create", &self.directory)(error)),
            },
        }
    }
}

/// Opens a regular file. Links and pipes put in its place are not followed or waited for.
fn open(options: &mut OpenOptions, path: &Path) -> Result<File, LogError> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = match options.custom_flags(flags.bits().cast_signed()).open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(LogError::Vanished { path: path.to_owned() });
        }
        opened => opened.map_err(failed("open", path))?,
    };
    if file.metadata().map_err(failed("look at", path))?.is_file() {
        Ok(file)
    } else {
        Err(failed("open", path)(io::Error::other("it is not a file")))
    }
}

fn long_enough(file: &File, path: &Path, expected: u64) -> Result<(), LogError> {
    let found = file.metadata().map_err(failed("look at", path))?.len();
    if found < expected {
        Err(LogError::RolledBack { path: path.to_owned(), expected, found })
    } else {
        Ok(())
    }
}

fn sync_directory(path: &Path) -> Result<(), LogError> {
    File::open(path).and_then(|directory| directory.sync_all()).map_err(failed("sync", path))
}

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> LogError {
    let path = path.to_owned();
    move |source| LogError::Io { doing, path, source }
}

//! Is a path tracked? Reads the names in git's index.
//!
//! <https://git-scm.com/docs/index-format>

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::file;
use crate::repository::Repository;
use crate::unknown::{Known, Unknown};

/// Longer indexes are unknown, in bytes.
const LIMIT: u64 = 64 * 1024 * 1024;
/// The bits of an entry's flags that tell the length of its name, and the longest they can tell.
const LONGEST_TOLD: u16 = 0x0fff;
/// Directories with more files are unknown.
const FILES: usize = 4096;

/// Whether git has `path`: for a directory, whether it has every file in it.
///
/// A submodule, a file only marked for adding and an empty directory are not tracked: git could not
/// bring back what is in them.
pub(crate) fn is_tracked(repository: &Repository, path: &Path) -> Known<bool> {
    let name = path.file_name().ok_or_else(|| Unknown::because("not the path of a file"))?;
    let parent = path.parent().unwrap_or(Path::new("/"));
    let parent = parent.canonicalize().map_err(|error| Unknown::io(parent, &error))?;
    let path = parent.join(name);
    if !path.starts_with(&repository.top) || repository.top == repository.git_dir {
        return Err(Unknown::because("the path is not in this working tree"));
    }
    let mut wanted = Vec::new();
    files(&path, &mut wanted)?;
    let mut names = Vec::new();
    for path in &wanted {
        let name = path.strip_prefix(&repository.top).map_err(|_| Unknown::because("the path moved"))?;
        names.push(name.as_os_str().as_bytes());
    }
    names.sort_unstable();
    let Some(index) = file::read(&repository.git_dir.join("index"), LIMIT)? else { return Ok(false) };
    let mut found = 0;
    Entries::of(&index, repository.id_length)?.each(&mut |entry| {
        if entry.kept && names.binary_search(&entry.name).is_ok() {
            found += 1;
        }
    })?;
    Ok(!names.is_empty() && found == names.len())
}

/// The file at `path`, or all files below it. Links are files.
fn files(path: &Path, into: &mut Vec<std::path::PathBuf>) -> Known<()> {
    let is_directory = |path: &Path| fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir());
    if !is_directory(path) {
        into.push(path.to_owned());
        return Ok(());
    }
    let mut open = vec![path.to_owned()];
    while let Some(directory) = open.pop() {
        let entries = fs::read_dir(&directory).map_err(|error| Unknown::io(&directory, &error))?;
        for entry in entries {
            let path = entry.map_err(|error| Unknown::io(&directory, &error))?.path();
            if is_directory(&path) {
                open.push(path)
            } else {
                into.push(path)
            }
            if into.len() + open.len() > FILES {
                return Err(Unknown::because("the directory has too many files"));
            }
        }
    }
    Ok(())
}

/// Calls `seen` with each entry of a repository's index.
pub(crate) fn each(repository: &Repository, seen: &mut impl FnMut(&Entry<'_>)) -> Known<()> {
    match file::read(&repository.git_dir.join("index"), LIMIT)? {
        Some(index) => Entries::of(&index, repository.id_length)?.each(seen),
        None => Ok(()),
    }
}

/// An entry of an index.
pub(crate) struct Entry<'e> {
    /// The path from the top.
    pub(crate) name: &'e [u8],
    /// Whether git has its content.
    pub(crate) kept: bool,
    /// When the file was last changed as git saw it: seconds, and parts of the next.
    pub(crate) time: (u32, u32),
    /// How long the file was, cut to 32 bits.
    pub(crate) size: u32,
}

/// The entries of an index.
struct Entries<'a> {
    version: u32,
    count: u32,
    id_length: usize,
    rest: &'a [u8],
}

impl<'a> Entries<'a> {
    fn of(index: &'a [u8], id_length: usize) -> Known<Self> {
        let body = index.len().checked_sub(id_length).and_then(|end| index.get(..end));
        let mut entries = Self { version: 0, count: 0, id_length, rest: body.ok_or_else(broken)? };
        if entries.take(4)? != b"DIRC" {
            return Err(broken());
        }
        entries.version = entries.number()?;
        entries.count = entries.number()?;
        if (2..=4).contains(&entries.version) { Ok(entries) } else { Err(broken()) }
    }

    /// Calls `seen` with each.
    fn each(mut self, seen: &mut impl FnMut(&Entry<'_>)) -> Known<()> {
        let mut previous = Vec::new();
        for _ in 0..self.count {
            let start = self.rest.len();
            // Times, device and inode, mode, owner and size, id, flags.
            let mut fixed = Self { rest: self.take(42 + self.id_length)?, ..self };
            fixed.take(8)?;
            let time = (fixed.number()?, fixed.number()?);
            fixed.take(8)?;
            let mode = fixed.number()?;
            fixed.take(8)?;
            let size = fixed.number()?;
            fixed.take(self.id_length)?;
            let flags = fixed.short()?;
            let extended = if flags & 0x4000 == 0 { 0 } else { self.short()? };
            let name = if self.version == 4 {
                let cut = self.offset()?;
                let keep = previous.len().checked_sub(cut).ok_or_else(broken)?;
                previous.truncate(keep);
                previous.extend_from_slice(self.text()?);
                previous.as_slice()
            } else {
                let name = self.text_of(usize::from(flags & LONGEST_TOLD))?;
                // One to eight zeros, the first already taken, fill up to a multiple of eight.
                let length = start - self.rest.len() - 1;
                self.take(7 - length % 8)?;
                name
            };
            let submodule = mode & 0o170_000 == 0o160_000;
            let conflicted = flags & 0x3000 != 0;
            let only_announced = extended & 0x2000 != 0;
            seen(&Entry { name, kept: !submodule && !conflicted && !only_announced, time, size });
        }
        self.check_extensions()
    }

    /// Refuses an index whose entries are partly elsewhere.
    fn check_extensions(mut self) -> Known<()> {
        while !self.rest.is_empty() {
            let signature = self.take(4)?;
            if !signature.first().is_some_and(u8::is_ascii_uppercase) {
                return Err(Unknown::because("the index is split or sparse"));
            }
            let length = usize::try_from(self.number()?).map_err(|_| broken())?;
            self.take(length)?;
        }
        Ok(())
    }

    fn take(&mut self, count: usize) -> Known<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or_else(broken)?;
        self.rest = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Known<u32> {
        self.take(4)?.try_into().map(u32::from_be_bytes).map_err(|_| broken())
    }

    fn short(&mut self) -> Known<u16> {
        self.take(2)?.try_into().map(u16::from_be_bytes).map_err(|_| broken())
    }

    /// As many bytes as the flags tell, and a zero. Where they tell the most they can, it may be more.
    fn text_of(&mut self, length: usize) -> Known<&'a [u8]> {
        if length == usize::from(LONGEST_TOLD) {
            return self.text();
        }
        let text = self.take(length)?;
        if self.take(1)? == [0] { Ok(text) } else { Err(broken()) }
    }

    /// Bytes up to a zero, which is taken too.
    fn text(&mut self) -> Known<&'a [u8]> {
        let end = self.rest.iter().position(|&byte| byte == 0).ok_or_else(broken)?;
        let text = self.take(end)?;
        self.take(1)?;
        Ok(text)
    }

    /// A number in as many bytes as it needs.
    fn offset(&mut self) -> Known<usize> {
        let mut value = 0usize;
        for more in 0..5 {
            let &[byte] = self.take(1)? else { return Err(broken()) };
            value = if more == 0 { 0 } else { (value + 1) << 7 } | usize::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(broken())
    }
}

fn broken() -> Unknown {
    Unknown::because("the index is not in the form git writes")
}

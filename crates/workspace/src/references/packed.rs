//! Looks refs up in `packed-refs` without reading all of it: the file is sorted, so a search by
//! halves finds a name in a few reads however many there are.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

use countersign_model::Commit;

use crate::file::{self, Found};
use crate::repository::Repository;
use crate::unknown::{Known, Unknown, text};

/// The longest line taken, in bytes.
const LINE: usize = 4096;

/// An open `packed-refs`.
pub(super) struct Packed {
    file: File,
    /// Where the first ref starts, in bytes.
    start: u64,
    /// Bytes in all.
    end: u64,
    /// Hexadecimal digits of an id.
    digits: usize,
}

/// One line.
struct Line {
    /// Where it starts.
    start: u64,
    /// Where the next one starts.
    next: u64,
    content: Vec<u8>,
}

impl Packed {
    /// Opens the repository's, if it has one. One that does not say it is sorted is unknown.
    pub(super) fn open(repository: &Repository) -> Known<Option<Self>> {
        let path = repository.common_dir.join("packed-refs");
        let (file, end) = match file::find(&path)? {
            Found::Absent => return Ok(None),
            Found::Directory => return Err(broken()),
            Found::File(file, end) => (file, end),
        };
        let mut packed = Self { file, start: 0, end, digits: repository.id_length * 2 };
        let Some(header) = packed.line_from(0)? else { return Ok(None) };
        let traits = header.content.strip_prefix(b"# pack-refs with:").ok_or_else(broken)?;
        if !traits.split(|&byte| byte == b' ').any(|word| word == b"sorted") {
            return Err(broken());
        }
        packed.start = header.next;
        Ok(Some(packed))
    }

    /// What the ref `name` points at.
    pub(super) fn find(&self, name: &str) -> Known<Option<Commit>> {
        match self.first_from(name)? {
            Some(line) => {
                let (found, commit) = self.parse(&line)?;
                Ok((found == name.as_bytes()).then_some(commit))
            }
            None => Ok(None),
        }
    }

    /// Up to `limit` refs whose names start with `prefix`.
    pub(super) fn below(&self, prefix: &str, limit: usize) -> Known<Vec<(String, Commit)>> {
        let mut found = Vec::new();
        let mut line = self.first_from(prefix)?;
        while let Some(current) = line {
            let (name, commit) = self.parse(&current)?;
            if !name.starts_with(prefix.as_bytes()) {
                break;
            }
            found.push((text(name)?, commit));
            if found.len() > limit {
                return Err(Unknown::because("the repository has too many refs"));
            }
            line = self.reference_from(current.next)?;
        }
        Ok(found)
    }

    /// The first ref whose name is not before `name`.
    fn first_from(&self, name: &str) -> Known<Option<Line>> {
        let (mut low, mut high) = (self.start, self.end);
        while low < high {
            let middle = low.midpoint(high);
            let line = match self.line_start_from(middle)? {
                Some(start) => self.reference_from(start)?,
                None => None,
            };
            match line {
                Some(line) if line.start < high => {
                    if self.parse(&line)?.0 < name.as_bytes() {
                        low = line.next;
                    } else {
                        high = middle;
                    }
                }
                Some(_) | None => high = middle,
            }
        }
        self.reference_from(low)
    }

    /// The first ref whose line starts at `start` or later; `start` is the start of a line.
    fn reference_from(&self, mut start: u64) -> Known<Option<Line>> {
        while let Some(line) = self.line_from(start)? {
            // A line with `^` belongs to the ref before it.
            if !line.content.starts_with(b"^") {
                return Ok(Some(line));
            }
            start = line.next;
        }
        Ok(None)
    }

    /// Where the first line starts that does not start before `offset`.
    fn line_start_from(&self, offset: u64) -> Known<Option<u64>> {
        if offset <= self.start {
            return Ok(Some(self.start));
        }
        Ok(self.line_from(offset - 1)?.map(|rest| rest.next))
    }

    /// The bytes from `start` to the end of that line.
    fn line_from(&self, start: u64) -> Known<Option<Line>> {
        if start >= self.end {
            return Ok(None);
        }
        let mut content = vec![0; LINE];
        let mut length = 0;
        while let Some(rest) = content.get_mut(length..).filter(|rest| !rest.is_empty()) {
            let count = self.file.read_at(rest, start + length as u64).map_err(|_| broken())?;
            length += count;
            if count == 0 || rest.get(..count).is_some_and(|read| read.contains(&b'\n')) {
                break;
            }
        }
        content.truncate(length);
        let line_end = content.iter().position(|&byte| byte == b'\n').ok_or_else(broken)?;
        content.truncate(line_end);
        Ok(Some(Line { start, next: start + line_end as u64 + 1, content }))
    }

    fn parse<'a>(&self, line: &'a Line) -> Known<(&'a [u8], Commit)> {
        let (id, rest) = line.content.split_at_checked(self.digits).ok_or_else(broken)?;
        let commit = Commit::parse(&text(id)?).ok_or_else(broken)?;
        Ok((rest.strip_prefix(b" ").ok_or_else(broken)?, commit))
    }
}

fn broken() -> Unknown {
    Unknown::because("packed-refs is not in the form git writes")
}

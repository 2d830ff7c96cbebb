//! Which files that a pattern matches could git not bring back as they are?
//!
//! Git has what is tracked and unchanged. It is asked only which of the others it ignores, which runs nothing that the
//! repository names.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use countersign_model::Answer;
use countersign_understand::pattern_matches;

use crate::changed::{Budget, MORE};
use crate::git;
use crate::index;
use crate::repository::Repository;
use crate::uncommitted::differs;
use crate::unknown::{Known, Unknown};

/// Entries of directories that are looked at.
const MOST_ENTRIES: usize = 20_000;
/// What stands for git's own directory, or file, at the top, among the names of directories.
const OWN: &str = "./.git";
/// Files that are told.
const MOST_TOLD: usize = 64;

/// Files that match `pattern`, or lie below what does, each with why it would be lost; what lies below a directory of
/// a name in `passing` is left out.
pub(crate) fn files(
    repository: &Repository,
    pattern: &str,
    passing: &[String],
    budget: &Budget,
) -> Known<Answer> {
    let pattern = pattern.to_ascii_lowercase();
    let mut walk =
        Walk { pattern: &pattern, passing, entries: 0, values: Vec::new(), files: BTreeMap::new() };
    let top = repository.top.to_str().ok_or_else(|| Unknown::because("a path is not UTF-8"))?;
    if !pattern_matches(&format!("{}/*", top.to_ascii_lowercase()), &pattern) {
        return Err(Unknown::because("the pattern is not of this working tree"));
    }
    walk.directory(&repository.top, false, false)?;
    let Walk { mut values, mut files, .. } = walk;
    index::each(repository, &mut |entry| {
        if let Some(kept) = files.get_mut(entry.name)
            && entry.kept
        {
            *kept = Some(!differs(&repository.top, entry));
        }
    })?;
    let mut others = Vec::new();
    for (name, kept) in &files {
        let name = String::from_utf8_lossy(name).into_owned();
        match kept {
            Some(true) => {}
            Some(false) => values.push(format!("changed\t{name}")),
            None => others.push(name),
        }
    }
    let more = others.len() > MOST_TOLD;
    others.truncate(MOST_TOLD);
    if !others.is_empty() {
        let unignored = unignored(repository, &others, budget)?;
        values.extend(others.into_iter().map(|name| {
            let kind = if unignored.contains(&name) { "new" } else { "ignored" };
            format!("{kind}\t{name}")
        }));
    }
    if more || values.len() > MOST_TOLD {
        values.truncate(MOST_TOLD);
        values.push(MORE.to_owned());
    }
    Ok(Answer::Values { values })
}

/// Those of the files that git does not ignore.
fn unignored(repository: &Repository, files: &[String], budget: &Budget) -> Known<Vec<String>> {
    let index = repository.git_dir.join("index");
    let mut arguments = vec!["ls-files", "-z", "--others", "--exclude-standard", "--"];
    arguments.extend(files.iter().map(String::as_str));
    let ran = budget.spend(|deadline| {
        git::run_with_index(&repository.top, &index, deadline, &arguments)
            .filter(|ran| ran.is_fine() && !ran.cut)
            .ok_or_else(|| Unknown::because("git could not be asked"))
    });
    let ran = ran.ok_or_else(|| Unknown::because("git took too long"))??;
    Ok(ran.printed.split('\0').map(str::to_owned).collect())
}

struct Walk<'w> {
    pattern: &'w str,
    passing: &'w [String],
    entries: usize,
    values: Vec<String>,
    /// Matching files by their paths from the top, each with whether git has it as it is.
    files: BTreeMap<Vec<u8>, Option<bool>>,
}

impl Walk<'_> {
    /// Whether the pattern may match something below a path, or the path itself, by what it starts with.
    fn may_be_below(&self, path: &str) -> bool {
        let end = self.pattern.find(['*', '?', '[']).unwrap_or(self.pattern.len());
        let fixed = self.pattern.get(..end).unwrap_or_default();
        let above = path.trim_end_matches('/');
        path.starts_with(fixed) || fixed.strip_prefix(above).is_some_and(|rest| rest.starts_with('/'))
    }

    /// Looks below a directory; `matched`: all of it is meant; `foreign`: this repository does not have it.
    fn directory(&mut self, top: &Path, matched: bool, foreign: bool) -> Known<()> {
        let mut open = vec![(top.to_owned(), matched, foreign)];
        while let Some((directory, matched, foreign)) = open.pop() {
            let foreign = foreign || (directory != top && directory.join(".git").exists());
            let entries = fs::read_dir(&directory).map_err(|error| Unknown::io(&directory, &error))?;
            for entry in entries {
                let path = entry.map_err(|error| Unknown::io(&directory, &error))?.path();
                self.entries += 1;
                if self.entries > MOST_ENTRIES {
                    return Err(Unknown::because("there are too many files"));
                }
                if let Some((path, matched, foreign)) = self.entry(top, path, matched, foreign) {
                    open.push((path, matched, foreign));
                }
            }
        }
        Ok(())
    }

    /// Takes note of a file; a directory to look below is returned.
    fn entry(
        &mut self,
        top: &Path,
        path: PathBuf,
        matched: bool,
        foreign: bool,
    ) -> Option<(PathBuf, bool, bool)> {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let text = path.to_string_lossy().to_ascii_lowercase();
        let matched = matched || pattern_matches(self.pattern, &text);
        let kind = fs::symlink_metadata(&path);
        let is_directory = kind.as_ref().is_ok_and(fs::Metadata::is_dir);
        let from_top = path.strip_prefix(top).unwrap_or(&path);
        if !matched && !self.may_be_below(&text) {
            return None;
        }
        // A linked working tree has a file there.
        let is_own = |passing: &String| passing == OWN && from_top == Path::new(".git");
        if self.passing.iter().any(|passing| is_own(passing) || is_directory && passing == name) {
            return None;
        }
        if is_directory {
            let is_git = name == ".git";
            return Some((path, matched, foreign || is_git));
        }
        let leads_on = kind.is_ok_and(|kind| kind.is_symlink()) && path.is_dir();
        if leads_on && !matched {
            // The pattern may reach through it what is not looked at here.
            self.values.push(format!("linked\t{}", from_top.display()));
        } else if matched && foreign {
            self.values.push(format!("new\t{}", from_top.display()));
        } else if matched {
            self.files.insert(from_top.as_os_str().as_bytes().to_vec(), None);
        }
        None
    }
}

//! Which files would commits take that are not made yet?
//!
//! Git is asked for what is staged and what is new, which runs nothing that the repository names. What is changed is
//! told from the times and sizes in the index: to compare contents git would run filters that the configuration names.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use countersign_model::Answer;

use crate::changed::{Budget, MORE, MOST_FILES};
use crate::git;
use crate::index;
use crate::repository::Repository;
use crate::unknown::{Known, Unknown};

/// Files of the index that are looked at.
const MOST_LOOKED_AT: usize = 50_000;

/// Files that are staged, changed or new, each kind in order.
pub(crate) fn files(repository: &Repository, budget: &Budget) -> Known<Answer> {
    let mut values = Vec::new();
    let mut more = false;
    let index = repository.git_dir.join("index");
    let mut ask = |kind: &str, arguments: &[&str]| -> Known<()> {
        let ran = budget.spend(|deadline| {
            git::run_with_index(&repository.top, &index, deadline, arguments)
                .filter(git::Ran::is_fine)
                .ok_or_else(|| Unknown::because("git could not be asked"))
        });
        let Some(ran) = ran else {
            more = true;
            return Ok(());
        };
        let ran = ran?;
        more |= ran.cut;
        let mut paths: Vec<&str> = ran.printed.split('\0').collect();
        // What stands after the last end is nothing, or was cut.
        paths.pop();
        values.extend(paths.iter().map(|path| format!("{kind}\t{path}")));
        Ok(())
    };
    ask(
        "staged",
        &[
            "diff-index",
            "--cached",
            "--name-only",
            "-z",
            "--no-renames",
            "--no-ext-diff",
            "--ignore-submodules=none",
            "HEAD",
        ],
    )?;
    ask("new", &["ls-files", "-z", "--others", "--exclude-standard"])?;
    let mut looked = 0;
    index::each(repository, &mut |entry| {
        looked += 1;
        if looked <= MOST_LOOKED_AT && entry.kept && differs(&repository.top, entry) {
            values.push(format!("changed\t{}", String::from_utf8_lossy(entry.name)));
        }
    })?;
    more |= looked > MOST_LOOKED_AT;
    if more || values.len() > MOST_FILES {
        values.truncate(MOST_FILES);
        values.push(MORE.to_owned());
    }
    Ok(Answer::Values { values })
}

/// Whether a file is not as git last saw it, by its time and size.
pub(crate) fn differs(top: &Path, entry: &index::Entry<'_>) -> bool {
    let path = top.join(std::ffi::OsStr::from_bytes(entry.name));
    let Ok(found) = fs::symlink_metadata(path) else { return true };
    let time = (found.mtime() as u32, found.mtime_nsec() as u32);
    let close = time.0 == entry.time.0 && (entry.time.1 == 0 || time.1 == entry.time.1);
    !close || found.len() as u32 != entry.size
}

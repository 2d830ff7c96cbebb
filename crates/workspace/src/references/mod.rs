//! What refs point at: loose files first, then `packed-refs`.
//!
//! <https://git-scm.com/docs/gitrepository-layout>

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use countersign_model::Commit;

use crate::file::{self, is_missing};
use crate::repository::Repository;
use crate::unknown::{Known, Unknown, text};

mod name;
mod packed;

pub(crate) use name::is_name;
use packed::Packed;

/// More refs below one prefix are unknown.
const LIMIT: usize = 20_000;
/// Symbolic refs that name symbolic refs: git gives up there too.
const DEPTH: usize = 5;

/// What HEAD names.
#[derive(Clone)]
pub(crate) enum Head {
    /// A commit, and no branch.
    Detached(Commit),
    /// A branch or another ref, with what it points at if it exists.
    On(String, Option<Commit>),
}

/// What one ref holds.
enum Target {
    Commit(Commit),
    Symbolic(String),
}

/// What HEAD of this working tree names.
pub(crate) fn head(repository: &Repository) -> Known<Head> {
    match target(repository, "HEAD")? {
        None => Err(Unknown::because("HEAD cannot be read")),
        Some(Target::Commit(commit)) => Ok(Head::Detached(commit)),
        Some(Target::Symbolic(name)) => {
            let (name, commit) = follow(repository, name)?;
            Ok(Head::On(name, commit))
        }
    }
}

/// What the ref with this full name points at, symbolic refs followed: for an annotated tag, the tag.
pub(crate) fn find(repository: &Repository, name: &str) -> Known<Option<Commit>> {
    Ok(follow(repository, name.to_owned())?.1)
}

/// All refs whose full names start with `prefix`, by name.
pub(crate) fn below(repository: &Repository, prefix: &str) -> Known<BTreeMap<String, Commit>> {
    check_storage(repository)?;
    if !prefix.starts_with("refs/") || prefix.split('/').any(|part| part == "..") {
        return Err(Unknown::because("not a prefix of refs"));
    }
    let mut found = BTreeMap::new();
    if let Some(packed) = Packed::open(repository)? {
        for (name, commit) in packed.below(prefix, LIMIT)? {
            found.insert(name, commit);
        }
    }
    let mut names = Vec::new();
    list(&repository.common_dir, prefix, false, &mut names)?;
    if repository.git_dir != repository.common_dir {
        names.retain(|name| !is_private(name));
        list(&repository.git_dir, prefix, true, &mut names)?;
    }
    for name in names {
        let Some(commit) = find(repository, &name)? else {
            return Err(Unknown::because(format!("{name} points at nothing")));
        };
        found.insert(name, commit);
    }
    Ok(found)
}

/// Adds the names of the loose refs that start with `prefix`; the private ones only if `private`.
fn list(base: &Path, prefix: &str, private: bool, names: &mut Vec<String>) -> Known<()> {
    let directory = prefix.rsplit_once('/').map_or("refs", |(directory, _)| directory);
    let mut open = vec![directory.to_owned()];
    let mut seen = 0;
    while let Some(directory) = open.pop() {
        let path = base.join(&directory);
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if is_missing(&error) => continue,
            Err(error) => return Err(Unknown::io(&path, &error)),
        };
        for entry in entries {
            let entry = entry.map_err(|error| Unknown::io(&path, &error))?;
            let name = format!("{directory}/{}", text(entry.file_name().as_encoded_bytes())?);
            let is_directory = fs::metadata(entry.path()).is_ok_and(|metadata| metadata.is_dir());
            if is_directory {
                if name.starts_with(prefix) || prefix.starts_with(&format!("{name}/")) {
                    open.push(name);
                }
            } else if name.starts_with(prefix) && is_name(&name) && (!private || is_private(&name)) {
                names.push(name);
            }
            seen += 1;
            if seen > LIMIT {
                return Err(Unknown::because("the repository has too many refs"));
            }
        }
    }
    Ok(())
}

/// Follows `name` through symbolic refs to the last one and what it points at.
fn follow(repository: &Repository, mut name: String) -> Known<(String, Option<Commit>)> {
    for _ in 0..DEPTH {
        match target(repository, &name)? {
            None => return Ok((name, None)),
            Some(Target::Commit(commit)) => return Ok((name, Some(commit))),
            Some(Target::Symbolic(next)) => name = next,
        }
    }
    Err(Unknown::because("symbolic refs name each other too deeply"))
}

fn target(repository: &Repository, name: &str) -> Known<Option<Target>> {
    check_storage(repository)?;
    if !is_name(name) {
        return Err(Unknown::because("not the full name of a ref"));
    }
    let base = if is_private(name) { &repository.git_dir } else { &repository.common_dir };
    let path = base.join(name);
    match fs::symlink_metadata(&path) {
        Ok(metadata) if metadata.is_symlink() => Err(Unknown::because(format!("{name} is a symbolic link"))),
        Ok(metadata) if metadata.is_dir() => packed(repository, name),
        Ok(_) => match file::read(&path, 64 * 1024)? {
            Some(content) => parse(repository, &content)
                .map(Some)
                .ok_or_else(|| Unknown::because(format!("git would refuse what {name} holds"))),
            None => Err(Unknown::because(format!("{name} vanished"))),
        },
        Err(error) if is_missing(&error) => packed(repository, name),
        Err(error) => Err(Unknown::io(&path, &error)),
    }
}

fn packed(repository: &Repository, name: &str) -> Known<Option<Target>> {
    match Packed::open(repository)? {
        Some(packed) => Ok(packed.find(name)?.map(Target::Commit)),
        None => Ok(None),
    }
}

fn parse(repository: &Repository, content: &[u8]) -> Option<Target> {
    if let Some(name) = content.strip_prefix(b"ref:") {
        let name = std::str::from_utf8(name.trim_ascii()).ok()?;
        return is_name(name).then(|| Target::Symbolic(name.to_owned()));
    }
    let (id, after) = content.split_at_checked(repository.id_length * 2)?;
    let ends = after.first().is_none_or(u8::is_ascii_whitespace);
    let id = std::str::from_utf8(id).ok()?.to_ascii_lowercase();
    if ends { Commit::parse(&id).map(Target::Commit) } else { None }
}

/// Whether each working tree has its own.
fn is_private(name: &str) -> bool {
    !name.starts_with("refs/")
        || ["refs/bisect/", "refs/worktree/", "refs/rewritten/"].iter().any(|area| name.starts_with(area))
}

fn check_storage(repository: &Repository) -> Known<()> {
    if repository.plain_references {
        Ok(())
    } else {
        Err(Unknown::because("the repository keeps its refs in a format that is not known"))
    }
}

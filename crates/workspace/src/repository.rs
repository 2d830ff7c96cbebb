//! Which repository is a directory in? Follows git's own search upward.
//!
//! <https://git-scm.com/docs/gitrepository-layout>

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::configuration::{Entry, parse};
use crate::file::{self, is_missing};
use crate::unknown::{Known, Unknown};

/// A git repository as one working tree sees it. All paths are canonical.
#[derive(Clone, Debug)]
pub(crate) struct Repository {
    /// The working tree's top directory, or the git directory where there is none.
    pub(crate) top: PathBuf,
    /// What belongs to this working tree: HEAD, the index.
    pub(crate) git_dir: PathBuf,
    /// What all working trees share: refs, configuration.
    pub(crate) common_dir: PathBuf,
    /// Whether `config.worktree` is read too.
    pub(crate) worktree_configuration: bool,
    /// Whether refs are in plain files; if not, nothing of them is known.
    pub(crate) plain_references: bool,
    /// The number of bytes of an object id.
    pub(crate) id_length: usize,
}

impl Repository {
    /// The repository that git would find from `directory`, or none.
    pub(crate) fn find(directory: &Path) -> Known<Option<Self>> {
        let start = directory.canonicalize().map_err(|error| Unknown::io(directory, &error))?;
        let device = |path: &Path| fs::metadata(path).map(|metadata| metadata.dev());
        let first = device(&start).map_err(|error| Unknown::io(&start, &error))?;
        for directory in start.ancestors() {
            // git does not look beyond a mount point.
            if device(directory).map_err(|error| Unknown::io(directory, &error))? != first {
                return Ok(None);
            }
            if let Some(git_dir) = dot_git(&directory.join(".git"))? {
                return Self::open(&git_dir, directory).map(Some);
            }
            if is_git_directory(directory)? {
                return Self::open(directory, directory).map(Some);
            }
        }
        Ok(None)
    }

    fn open(git_dir: &Path, found_in: &Path) -> Known<Self> {
        let common = common_directory(git_dir)?;
        let canonical = |path: &Path| path.canonicalize().map_err(|error| Unknown::io(path, &error));
        let git_dir = canonical(git_dir)?;
        let common_dir = canonical(common.as_deref().unwrap_or(&git_dir))?;
        let mut format = Format::default();
        format.read(&common_dir.join("config"), common.is_none())?;
        if format.worktree_configuration {
            format.read(&git_dir.join("config.worktree"), true)?;
        }
        format.check()?;
        let has_tree = git_dir != found_in && !format.bare;
        if let Some(worktree) = &format.worktree {
            let elsewhere = git_dir.join(worktree);
            if !has_tree || elsewhere.canonicalize().ok().as_deref() != Some(found_in) {
                return Err(Unknown::because("the repository has its working tree elsewhere"));
            }
        }
        Ok(Self {
            top: if has_tree { found_in.to_owned() } else { git_dir.clone() },
            git_dir,
            common_dir,
            worktree_configuration: format.worktree_configuration,
            plain_references: !format.other_references,
            id_length: if format.sha256 { 32 } else { 20 },
        })
    }

    /// Whether there are remotes in files of their own, as git wrote them before 2006 and still reads.
    pub(crate) fn has_old_remotes(&self) -> Known<bool> {
        for name in ["remotes", "branches"] {
            let directory = self.common_dir.join(name);
            match fs::read_dir(&directory) {
                Ok(mut entries) => {
                    if entries.next().is_some() {
                        return Ok(true);
                    }
                }
                Err(error) if is_missing(&error) => {}
                Err(error) => return Err(Unknown::io(&directory, &error)),
            }
        }
        Ok(false)
    }
}

/// The git directory that `.git` at `path` is or names, if it does.
fn dot_git(path: &Path) -> Known<Option<PathBuf>> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if is_missing(&error) => return Ok(None),
        Err(error) => return Err(Unknown::io(path, &error)),
    };
    if metadata.is_dir() {
        return Ok(is_git_directory(path)?.then(|| path.to_owned()));
    }
    let refused = || Unknown::because(format!("git would refuse {}", path.display()));
    let text = file::read(path, 64 * 1024)?.ok_or_else(refused)?;
    let target = text.strip_prefix(b"gitdir: ").ok_or_else(refused)?;
    let target = without_line_ends(target);
    let directory = path.parent().unwrap_or(Path::new("/")).join(OsStr::from_bytes(target));
    if !target.is_empty() && is_git_directory(&directory)? { Ok(Some(directory)) } else { Err(refused()) }
}

fn without_line_ends(mut text: &[u8]) -> &[u8] {
    while let Some((b'\n' | b'\r', rest)) = text.split_last() {
        text = rest;
    }
    text
}

/// Whether git takes `directory` for a git directory.
fn is_git_directory(directory: &Path) -> Known<bool> {
    if !is_head(&directory.join("HEAD"))? {
        return Ok(false);
    }
    let common = common_directory(directory)?;
    let common = common.as_deref().unwrap_or(directory);
    Ok(is_searchable(&common.join("objects"))? && is_searchable(&common.join("refs"))?)
}

fn is_head(path: &Path) -> Known<bool> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => Err(Unknown::because("HEAD is a symbolic link")),
        Ok(_) => {
            let Some(text) = file::read(path, 64 * 1024)? else { return Ok(false) };
            Ok(match text.strip_prefix(b"ref:") {
                Some(target) => target.trim_ascii_start().starts_with(b"refs/"),
                None => text.iter().take_while(|byte| byte.is_ascii_hexdigit()).count() >= 40,
            })
        }
        Err(error) if is_missing(&error) => Ok(false),
        Err(error) => Err(Unknown::io(path, &error)),
    }
}

fn is_searchable(path: &Path) -> Known<bool> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => rustix::fs::access(path, rustix::fs::Access::EXEC_OK)
            .map(|()| true)
            .map_err(|error| Unknown::io(path, &error.into())),
        Ok(_) => Err(Unknown::because(format!("{} is not a directory", path.display()))),
        Err(error) if is_missing(&error) => Ok(false),
        Err(error) => Err(Unknown::io(path, &error)),
    }
}

/// The directory a linked working tree shares with the others, where `git_dir` is one's.
fn common_directory(git_dir: &Path) -> Known<Option<PathBuf>> {
    let path = git_dir.join("commondir");
    let Some(text) = file::read(&path, 64 * 1024)? else { return Ok(None) };
    let target = without_line_ends(&text);
    if target.is_empty() {
        return Err(Unknown::because(format!("git would refuse {}", path.display())));
    }
    Ok(Some(git_dir.join(OsStr::from_bytes(target))))
}

/// What a repository's own configuration says of its layout, includes left aside as git does here.
#[derive(Default)]
struct Format {
    version: Option<String>,
    bare: bool,
    worktree: Option<PathBuf>,
    worktree_configuration: bool,
    other_references: bool,
    sha256: bool,
    /// An extension that git allows only from version 1 on.
    newer_extension: bool,
    strange_extension: bool,
}

impl Format {
    /// Takes the settings of the file at `path`; those of the working tree only if `tree`.
    fn read(&mut self, path: &Path, tree: bool) -> Known<()> {
        let Some(text) = file::read(path, 1024 * 1024)? else { return Ok(()) };
        let refused = || Unknown::because(format!("git would refuse {}", path.display()));
        for Entry { key, value } in parse(&text).ok_or_else(refused)? {
            let value = value.as_deref();
            match key.as_slice() {
                b"core.bare" if tree => self.bare = boolean(value)?,
                b"core.worktree" if tree => {
                    self.worktree = Some(PathBuf::from(OsStr::from_bytes(value.ok_or_else(refused)?)));
                }
                b"core.repositoryformatversion" => {
                    self.version = Some(String::from_utf8_lossy(value.ok_or_else(refused)?).into_owned());
                }
                b"extensions.worktreeconfig" => self.worktree_configuration = boolean(value)?,
                b"extensions.objectformat" => {
                    self.newer_extension = true;
                    self.sha256 = value == Some(b"sha256");
                }
                b"extensions.refstorage" => {
                    self.newer_extension = true;
                    self.other_references = value != Some(b"files");
                }
                b"extensions.noop-v1" | b"extensions.relativeworktrees" => self.newer_extension = true,
                b"extensions.noop" | b"extensions.partialclone" | b"extensions.preciousobjects" => {}
                key if key.starts_with(b"extensions.") => self.strange_extension = true,
                _ => {}
            }
        }
        Ok(())
    }

    fn check(&self) -> Known<()> {
        match self.version.as_deref() {
            None | Some("0") if !self.newer_extension => Ok(()),
            Some("1") if !self.strange_extension => Ok(()),
            None | Some(_) => Err(Unknown::because("the repository has a format that is not known")),
        }
    }
}

/// git's booleans in their common spellings.
fn boolean(value: Option<&[u8]>) -> Known<bool> {
    match value.map(<[u8]>::to_ascii_lowercase).as_deref() {
        None | Some(b"true" | b"yes" | b"on" | b"1") => Ok(true),
        Some(b"false" | b"no" | b"off" | b"0" | b"") => Ok(false),
        Some(_) => Err(Unknown::because("a setting is neither true nor false")),
    }
}

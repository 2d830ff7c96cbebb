//! Reads configuration files and what they include, in the order git takes their settings.
//!
//! <https://git-scm.com/docs/git-config#_includes>

use std::cell::Cell;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::pattern;
use super::syntax::{Entry, parse};
use crate::file;
use crate::unknown::{Known, Unknown};

/// Longer configuration files are unknown, in bytes.
const LIMIT: u64 = 1024 * 1024;
/// Longer chains of includes are an error to git too.
const DEPTH: usize = 10;
/// More includes, met or not, are unknown.
const INCLUDES: usize = 256;

/// What the conditions of includes depend on.
pub(crate) struct Conditions<'a> {
    /// The home directory, for `~/`.
    pub(crate) home: &'a Path,
    /// The repository's git directory, links resolved.
    pub(crate) git_dir: &'a Path,
    /// The same under the other names it was asked for, which git would try too.
    pub(crate) also: &'a [PathBuf],
    /// The branch HEAD names, without `refs/heads/`; none if HEAD is detached.
    pub(crate) branch: &'a Known<Option<String>>,
}

/// Follows includes under some conditions.
pub(crate) struct Reader<'a> {
    conditions: &'a Conditions<'a>,
    /// The remote addresses that `hasconfig` is about; none while they are collected.
    addresses: Option<Vec<Vec<u8>>>,
    /// A condition was about remote addresses.
    asked_addresses: Cell<bool>,
    /// A conditionally included file set a remote address.
    conditional_address: Cell<bool>,
    /// How many includes were looked at.
    includes: Cell<usize>,
}

impl<'a> Reader<'a> {
    /// A reader that takes every condition about remote addresses as met.
    pub(crate) const fn new(conditions: &'a Conditions<'a>) -> Self {
        Self {
            conditions,
            addresses: None,
            asked_addresses: Cell::new(false),
            conditional_address: Cell::new(false),
            includes: Cell::new(0),
        }
    }

    /// Now that all has been read once: the reader to read it again with, if a condition was about
    /// remote addresses.
    pub(crate) fn with_addresses<'e>(self, entries: impl Iterator<Item = &'e Entry>) -> Known<Option<Self>> {
        if !self.asked_addresses.get() {
            return Ok(None);
        }
        if self.conditional_address.get() {
            return Err(Unknown::because("a conditionally included file sets a remote address"));
        }
        let addresses = entries.filter(|entry| is_address(&entry.key));
        Ok(Some(Self {
            addresses: Some(addresses.filter_map(|entry| entry.value.clone()).collect()),
            ..Self::new(self.conditions)
        }))
    }

    /// The settings of the file at `path` and of what it includes; none if it does not exist.
    pub(crate) fn read(&self, path: &Path) -> Known<Vec<Entry>> {
        let mut entries = Vec::new();
        self.follow(path, 0, false, &mut entries)?;
        Ok(entries)
    }

    fn follow(&self, path: &Path, depth: usize, conditional: bool, into: &mut Vec<Entry>) -> Known<()> {
        let Some(text) = file::read(path, LIMIT)? else { return Ok(()) };
        if depth > DEPTH {
            return Err(Unknown::because("configuration files include each other too deeply"));
        }
        let refused = || Unknown::because(format!("git would refuse {}", path.display()));
        for entry in parse(&text).ok_or_else(refused)? {
            if conditional && is_address(&entry.key) {
                self.conditional_address.set(true);
            }
            let condition = entry
                .key
                .strip_prefix(b"includeif.")
                .and_then(|rest| rest.strip_suffix(b".path"))
                .map(<[u8]>::to_vec);
            let plain = entry.key == b"include.path";
            let value = entry.value.clone();
            into.push(entry);
            if plain || condition.is_some() {
                self.includes.set(self.includes.get() + 1);
                if self.includes.get() > INCLUDES {
                    return Err(Unknown::because("the configuration has too many includes"));
                }
            }
            let met = match &condition {
                Some(condition) => self.met(condition, path)?,
                None => plain,
            };
            if met {
                let value = value.ok_or_else(refused)?;
                let target = beside(path, &self.expand(&value)?);
                self.follow(&target, depth + 1, conditional || !plain, into)?;
            }
        }
        Ok(())
    }

    /// Whether the condition of an include in `path` is met.
    fn met(&self, condition: &[u8], path: &Path) -> Known<bool> {
        if let Some(pattern) = condition.strip_prefix(b"gitdir:") {
            self.git_dir_matches(pattern, path, false)
        } else if let Some(pattern) = condition.strip_prefix(b"gitdir/i:") {
            self.git_dir_matches(pattern, path, true)
        } else if let Some(pattern) = condition.strip_prefix(b"onbranch:") {
            match self.conditions.branch.clone()? {
                Some(branch) if pattern.is_empty() => Ok(branch.is_empty()),
                Some(branch) => pattern::matches(&below(pattern.to_vec()), branch.as_bytes()),
                None => Ok(false),
            }
        } else if let Some(pattern) = condition.strip_prefix(b"hasconfig:remote.*.url:") {
            self.asked_addresses.set(true);
            let Some(addresses) = &self.addresses else { return Ok(true) };
            for address in addresses {
                if pattern::matches(pattern, address)? {
                    return Ok(true);
                }
            }
            Ok(false)
        } else {
            Ok(false)
        }
    }

    fn git_dir_matches(&self, pattern: &[u8], path: &Path, ignore_case: bool) -> Known<bool> {
        // What comes before the pattern is compared literally.
        let (literal, mut pattern) = if let Some(rest) = pattern.strip_prefix(b"./") {
            let directory = path.parent().unwrap_or(Path::new("/"));
            let directory = directory.canonicalize().map_err(|error| Unknown::io(directory, &error))?;
            ([directory.as_os_str().as_bytes(), b"/"].concat(), rest.to_vec())
        } else if pattern.starts_with(b"~") {
            let home = self.conditions.home;
            let real = home.canonicalize().map_err(|error| Unknown::io(home, &error))?;
            (Vec::new(), expand(pattern, &real)?)
        } else if pattern.starts_with(b"/") {
            (Vec::new(), pattern.to_vec())
        } else {
            (Vec::new(), [b"**/", pattern].concat())
        };
        if pattern.starts_with(b"%(prefix)") {
            return Err(Unknown::because("a conditional include depends on where git is installed"));
        }
        pattern = below(pattern);
        let one = |git_dir: &Path| -> Known<bool> {
            let fold = |bytes: &[u8]| if ignore_case { bytes.to_ascii_lowercase() } else { bytes.to_vec() };
            match fold(git_dir.as_os_str().as_bytes()).strip_prefix(fold(&literal).as_slice()) {
                Some(rest) => pattern::matches(&fold(&pattern), rest),
                None => Ok(false),
            }
        };
        if one(self.conditions.git_dir)? {
            return Ok(true);
        }
        for git_dir in self.conditions.also {
            if one(git_dir)? {
                return Err(Unknown::because(
                    "a conditional include depends on how the directory is spelled",
                ));
            }
        }
        Ok(false)
    }

    fn expand(&self, path: &[u8]) -> Known<PathBuf> {
        if path.starts_with(b"%(prefix)") {
            return Err(Unknown::because("an include depends on where git is installed"));
        }
        let expanded = expand(path, self.conditions.home)?;
        Ok(PathBuf::from(OsStr::from_bytes(&expanded)))
    }
}

/// Replaces a leading `~/`.
fn expand(path: &[u8], home: &Path) -> Known<Vec<u8>> {
    match path.strip_prefix(b"~") {
        None => Ok(path.to_vec()),
        Some(rest) if rest.is_empty() || rest.starts_with(b"/") => {
            Ok([home.as_os_str().as_bytes(), rest].concat())
        }
        Some(_) => Err(Unknown::because("an include is in another user's home")),
    }
}

fn beside(path: &Path, target: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("/")).join(target)
}

/// A pattern that ends in a slash, or in what comes before it, means everything below.
fn below(mut pattern: Vec<u8>) -> Vec<u8> {
    if pattern.is_empty() || pattern.ends_with(b"/") {
        pattern.extend_from_slice(b"**");
    }
    pattern
}

/// `remote.<name>.url`.
fn is_address(key: &[u8]) -> bool {
    key.starts_with(b"remote.") && key.ends_with(b".url")
}

//! Where does a path lead?

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};

use countersign_model::Answer;

use crate::file::is_missing;
use crate::unknown::{Known, Unknown, path_text};

/// More links on one way are unknown; systems give up at 40.
const MOST_LINKS: usize = 40;
/// Longer ways are unknown: no system opens them.
const MOST_PARTS: usize = 2048;

/// The path without links, and the identity of a file that has other names too.
pub(crate) fn answer(path: &Path, links: &mut Links) -> Known<Answer> {
    let target = follow(path, links)?;
    let several_names = match fs::symlink_metadata(&target) {
        Ok(metadata) if metadata.is_file() && metadata.nlink() > 1 => {
            Some(format!("{}:{}", metadata.dev(), metadata.ino()))
        }
        Ok(_) => None,
        Err(error) if is_missing(&error) || error.kind() == io::ErrorKind::InvalidFilename => None,
        Err(error) => return Err(Unknown::io(path, &error)),
    };
    Ok(Answer::Target { path: path_text(&target)?, several_names })
}

/// An absolute path with every link followed, as far as that can be found out; the path itself
/// otherwise.
pub fn real_path(path: &Path) -> PathBuf {
    real_with(path, &mut Links::new())
}

/// The same for several paths at one moment: each part that they share is looked at once.
pub fn real_paths<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Vec<PathBuf> {
    let mut links = Links::new();
    paths.into_iter().map(|path| real_with(path, &mut links)).collect()
}

fn real_with(path: &Path, links: &mut Links) -> PathBuf {
    follow(path, links).unwrap_or_else(|_| path.to_owned())
}

/// What has been looked at: where a link leads, none for what is no link or not there.
pub(crate) type Links = HashMap<OsString, Option<PathBuf>>;

/// Where the link at `path` leads; none if it is not a link, or nothing.
fn link(path: &Path, seen: &mut Links) -> io::Result<Option<PathBuf>> {
    if let Some(target) = seen.get(path.as_os_str()) {
        return Ok(target.clone());
    }
    let target = match fs::read_link(path) {
        Ok(target) => Some(target),
        Err(error) => match error.kind() {
            // Not a link; a name so long that no system opens it.
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidFilename => None,
            _ if is_missing(&error) => None,
            _ => return Err(error),
        },
    };
    seen.insert(path.as_os_str().to_owned(), target.clone());
    Ok(target)
}

/// Walks the path part by part, as the system would. What is not there leads where it says.
fn follow(path: &Path, seen: &mut Links) -> Known<PathBuf> {
    let parts = |path: &Path| -> Vec<PathBuf> {
        path.components().rev().map(|part| PathBuf::from(part.as_os_str())).collect()
    };
    let mut open = parts(path);
    let mut at = PathBuf::from("/");
    let mut links = 0;
    while let Some(part) = open.pop() {
        if open.len() > MOST_PARTS {
            return Err(Unknown::because("a path has too many parts"));
        }
        match part.components().next() {
            None | Some(Component::CurDir | Component::Prefix(_)) => {}
            Some(Component::RootDir) => at = PathBuf::from("/"),
            Some(Component::ParentDir) => {
                at.pop();
            }
            Some(Component::Normal(name)) => {
                let next = at.join(name);
                match link(&next, seen) {
                    // What these lead to is this process's own, not the agent's.
                    Ok(Some(_)) if next.starts_with("/proc") => {
                        return Err(Unknown::because(format!(
                            "{} differs between processes",
                            next.display()
                        )));
                    }
                    Ok(Some(target)) => {
                        links += 1;
                        if links > MOST_LINKS || target.as_os_str().as_bytes().is_empty() {
                            return Err(Unknown::because(format!("{} leads in a circle", path.display())));
                        }
                        open.extend(parts(&target));
                    }
                    Ok(None) => at = next,
                    Err(error) => return Err(Unknown::io(&next, &error)),
                }
            }
        }
    }
    Ok(at)
}

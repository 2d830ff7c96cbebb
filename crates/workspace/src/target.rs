//! Where does a path lead?

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
pub(crate) fn answer(path: &Path) -> Known<Answer> {
    let target = follow(path)?;
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
    follow(path).unwrap_or_else(|_| path.to_owned())
}

/// Walks the path part by part, as the system would. What is not there leads where it says.
fn follow(path: &Path) -> Known<PathBuf> {
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
                match fs::read_link(&next) {
                    // What these lead to is this process's own, not the agent's.
                    Ok(_) if next.starts_with("/proc") => {
                        return Err(Unknown::because(format!(
                            "{} differs between processes",
                            next.display()
                        )));
                    }
                    Ok(target) => {
                        links += 1;
                        if links > MOST_LINKS || target.as_os_str().as_bytes().is_empty() {
                            return Err(Unknown::because(format!("{} leads in a circle", path.display())));
                        }
                        open.extend(parts(&target));
                    }
                    // Not a link, or nothing.
                    Err(error) if error.kind() == io::ErrorKind::InvalidInput || is_missing(&error) => {
                        at = next
                    }
                    // No system opens a name that long.
                    Err(error) if error.kind() == io::ErrorKind::InvalidFilename => at = next,
                    Err(error) => return Err(Unknown::io(&next, &error)),
                }
            }
        }
    }
    Ok(at)
}

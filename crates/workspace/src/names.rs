//! Which names are in a directory?

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use countersign_model::Answer;

use crate::unknown::{Known, Unknown};

/// Names that are told of one directory.
const MOST: usize = 256;

/// Entries of one directory that are looked at.
const MOST_ENTRIES: usize = 16 * 1024;

/// The names in a directory that end in one of `endings`, sorted; with `*` where there are more.
pub(crate) fn ending(directory: &Path, endings: &[String]) -> Known<Answer> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Answer::Absent);
        }
        Err(error) => return Err(Unknown::io(directory, &error)),
    };
    let mut values = Vec::new();
    let mut is_cut = false;
    for (count, entry) in entries.enumerate() {
        if count == MOST_ENTRIES {
            is_cut = true;
            break;
        }
        let name = entry.map_err(|error| Unknown::io(directory, &error))?.file_name();
        // A name that is no text may end so.
        match name.to_str() {
            Some(name) if endings.iter().any(|end| name.ends_with(end.as_str())) => {
                values.push(name.to_owned())
            }
            Some(_) => {}
            None => is_cut = true,
        }
    }
    values.sort();
    is_cut |= values.len() > MOST;
    values.truncate(MOST);
    if is_cut {
        values.push("*".to_owned());
    }
    Ok(Answer::Values { values })
}

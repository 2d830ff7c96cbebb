//! What is at a path?

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use countersign_model::{Answer, Digest};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::file::{self, Found};
use crate::unknown::{Known, Unknown, path_text};

/// Longer texts are not handed out, in bytes.
const TEXT_LIMIT: usize = 256 * 1024;
/// Longer files are not digested, in bytes.
const DIGEST_LIMIT: u64 = 16 * 1024 * 1024;

/// A file's text with its digest under `key`, a directory's canonical path, or nothing.
pub(crate) fn look(path: &Path, key: &[u8; 32]) -> Known<Answer> {
    match file::find(path)? {
        Found::Absent => Ok(Answer::Absent),
        Found::Directory => {
            let canonical = path.canonicalize().map_err(|error| Unknown::io(path, &error))?;
            Ok(Answer::Directory { path: path_text(&canonical)? })
        }
        Found::File(file, _) => read(path, file, key),
    }
}

fn read(path: &Path, file: File, key: &[u8; 32]) -> Known<Answer> {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key).map_err(|_| Unknown::because("the key does not fit"))?;
    mac.update(b"file\0");
    let mut kept = Vec::new();
    let mut length = 0u64;
    let mut source = file.take(DIGEST_LIMIT + 1);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = source.read(&mut buffer).map_err(|error| Unknown::io(path, &error))?;
        let Some(chunk) = buffer.get(..count).filter(|chunk| !chunk.is_empty()) else { break };
        mac.update(chunk);
        length = length.saturating_add(chunk.len() as u64);
        if kept.len() <= TEXT_LIMIT {
            kept.extend_from_slice(chunk);
        }
    }
    if length > DIGEST_LIMIT {
        return Err(Unknown::because(format!("{} is longer than {DIGEST_LIMIT} bytes", path.display())));
    }
    let digest = Digest::from_bytes(mac.finalize().into_bytes().into());
    let text = (kept.len() <= TEXT_LIMIT).then(|| String::from_utf8(kept).ok()).flatten();
    Ok(Answer::Text { whole: text.is_some(), text: text.unwrap_or_default(), digest })
}

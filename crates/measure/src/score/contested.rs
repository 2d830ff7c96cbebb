//! Labels of other projects that are wrong for us. The rows are named by a digest, since the test sets are not ours
//! to carry.

use std::collections::BTreeMap;

use countersign_model::Digest;
use serde_json::Value;

use crate::Problem;

/// Reasons, each with the rows it speaks of: the first twelve digits of [`Contested::digest`].
const TEXT: &str = include_str!("contested.json");

/// The contested rows.
pub struct Contested(BTreeMap<String, String>);

impl Contested {
    /// Reads the list.
    pub fn read() -> Result<Self, Problem> {
        let reasons: BTreeMap<String, Vec<String>> =
            serde_json::from_value(serde_json::from_str::<Value>(TEXT)?)?;
        let mut rows = BTreeMap::new();
        for (reason, digests) in reasons {
            for digest in digests {
                if rows.insert(digest.clone(), reason.clone()).is_some() {
                    return Err(format!("{digest} is contested twice").into());
                }
            }
        }
        Ok(Self(rows))
    }

    /// What names a row.
    pub fn digest(source: &str, command: &str) -> String {
        let digest = Digest::of([source.as_bytes(), b"\n", command.as_bytes()]).to_string();
        let digest = digest.trim_start_matches("sha256:");
        digest.chars().take(12).collect()
    }

    /// Why a row's label is contested.
    pub fn reason(&self, source: &str, command: &str) -> Option<&str> {
        self.0.get(&Self::digest(source, command)).map(String::as_str)
    }
}

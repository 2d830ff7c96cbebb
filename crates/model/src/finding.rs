//! A secret or personal datum found in a payload.

use serde::{Deserialize, Serialize};

use crate::Digest;

/// A secret or personal datum, by class and keyed fingerprint, never by value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What it is, such as `github-token`.
    pub class: String,
    /// Where in the payload, as a JSON pointer, such as `/tool_input/command`.
    pub pointer: String,
    /// The same value has the same fingerprint within one installation.
    pub fingerprint: Digest,
}

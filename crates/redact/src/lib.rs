//! Where are the secrets in this text?
//!
//! Start at [`Redactor`]. `value` walks JSON, `text` walks one string, and each kind of secret has its
//! file in `detectors`. It knows the obvious ones: tokens with a known beginning, private keys,
//! credentials in addresses, headers, assignments and flags.
//!
//! Architecture invariant: this crate does not know policies, agents or where a text comes from, and
//! does no I/O. It takes time in proportion to the text, and never panics on any.

mod detectors;
mod fingerprint;
mod marker;
mod text;
mod value;

#[cfg(test)]
mod tests;

use countersign_model::{Digest, Finding};
use serde_json::Value;

use fingerprint::fingerprint;

/// Finds secrets and takes them out. One for each installation: the same secret has the same
/// fingerprint under the same key.
#[derive(Clone)]
pub struct Redactor {
    key: [u8; 32],
}

impl Redactor {
    /// A redactor that makes fingerprints under `key`.
    pub const fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// The secrets in all texts of `value`, names of members included, in order.
    ///
    /// Where a member's name is a secret, the pointers name it by its redacted form.
    pub fn scan(&self, value: &Value) -> Vec<Finding> {
        self.take_out(value).1
    }

    /// The same value with each secret replaced by `[redacted:<class>:<fingerprint>]`.
    pub fn redact(&self, value: &Value) -> Value {
        self.take_out(value).0
    }

    /// Both at once: the redacted value, and what was in it.
    pub fn take_out(&self, value: &Value) -> (Value, Vec<Finding>) {
        let mut findings = Vec::new();
        let redacted = value::redact(self, value, &mut findings);
        (redacted, findings)
    }

    /// The same text with each secret replaced, and what was in it. The findings' pointer is empty.
    pub fn redact_text(&self, text: &str) -> (String, Vec<Finding>) {
        let mut findings = Vec::new();
        let redacted = text::redact(self, text, "", &mut findings);
        (redacted, findings)
    }

    /// Takes out a whole text that is known to be a secret.
    fn replace(&self, secret: &str, class: &str, pointer: &str, findings: &mut Vec<Finding>) -> String {
        let fingerprint: Digest = fingerprint(&self.key, secret);
        findings.push(Finding { class: class.to_owned(), pointer: pointer.to_owned(), fingerprint });
        marker::write(class, &fingerprint)
    }
}

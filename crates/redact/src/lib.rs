//! Where are the secrets in this text?
//!
//! Start at [`Redactor`]. `value` walks JSON, `text` walks one string, and each kind of secret has its
//! file in `detectors`. It knows the obvious ones: tokens with a known beginning, private keys,
//! credentials in addresses, headers, assignments and flags. `places` knows which argument of a command is one; such
//! are taken out as well, and are no findings.
//!
//! Architecture invariant: this crate does not know policies, agents or where a text comes from, and
//! does no I/O. It takes time in proportion to the text, and never panics on any.

mod beside;
mod detectors;
mod elsewhere;
mod fingerprint;
mod found;
mod marker;
mod places;
mod text;
mod value;

#[cfg(test)]
mod tests;

use countersign_model::Finding;
use serde_json::Value;

pub use beside::Beside;
use elsewhere::Elsewhere;
use found::Found;

/// The class of the first token in a text that its issuer made to be found; none of what is a secret only by the
/// name it is given, or by where it stands. Takes time in proportion to the text, and needs no key.
pub fn token_class(text: &str) -> Option<&'static str> {
    let classes = text::find(text).into_iter().map(|secret| secret.class);
    classes.into_iter().find(|class| detectors::tokens::TOKENS.iter().any(|token| token.class == *class))
}

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

    /// The secrets in all texts of `value`, names of members included, in order; none that are secret by their place in
    /// a command only.
    ///
    /// Where a member's name is a secret, the pointers name it by its redacted form.
    pub fn scan(&self, value: &Value) -> Vec<Finding> {
        self.take_out(value).1
    }

    /// The same value with each secret replaced by `[redacted:<class>:<fingerprint>]`.
    pub fn redact(&self, value: &Value) -> Value {
        self.take_out(value).0
    }

    /// Both at once: the redacted value, and what was in it. A value found in one place is taken out
    /// wherever else it stands. Past some number of findings one of the class `more-findings` says that
    /// there were more.
    pub fn take_out(&self, value: &Value) -> (Value, Vec<Finding>) {
        let mut found = Found::new(&self.key);
        let mut redacted = value::redact(value, &mut found);
        if let Some(elsewhere) = Elsewhere::of(&found) {
            elsewhere.redact(&mut redacted, &mut found);
            let mut pointers: Vec<String> =
                found.findings_mut().iter_mut().map(|finding| std::mem::take(&mut finding.pointer)).collect();
            pointers.iter_mut().for_each(|pointer| elsewhere.pointer(pointer, &mut found));
            for (finding, pointer) in found.findings_mut().iter_mut().zip(pointers) {
                finding.pointer = pointer;
            }
        }
        (redacted, found.into_findings())
    }

    /// For what is told about a call with this input.
    pub fn beside(&self, input: &Value) -> Beside {
        Beside::of(self, input)
    }

    /// The same text with each secret replaced, and what was in it. The findings' pointer is empty.
    pub fn redact_text(&self, text: &str) -> (String, Vec<Finding>) {
        let mut found = Found::new(&self.key);
        let mut redacted = text::redact(text, "", &mut found);
        if let Some(elsewhere) = Elsewhere::of(&found) {
            elsewhere.text(&mut redacted, &mut found);
        }
        (redacted, found.into_findings())
    }
}

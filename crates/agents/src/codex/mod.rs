//! Codex CLI: the session logs it keeps.
//!
//! Architecture invariant: everything that only Codex calls so stays inside this module.

mod transcript;

pub use transcript::transcript;

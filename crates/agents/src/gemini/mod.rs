//! Gemini CLI: the session logs it keeps.
//!
//! Architecture invariant: everything that only Gemini CLI calls so stays inside this module.

mod transcript;

pub use transcript::{transcript, whole};

//! Each agent runtime's dialect: what it says of a tool call, what it must be answered, how the
//! hook is written into its settings.
//!
//! One runtime is one module; start at [`claude_code`]. [`read`] reads the session logs that any of them keeps.
//!
//! Architecture invariant: this crate knows no policies and does no I/O. It says how an answer is
//! spelled, never which answer it is.

pub mod claude_code;
mod codex;
mod dialect;
mod gemini;
mod json;
mod past;
mod script;

pub use json::JsonError;
pub use past::{Broken, Past, PastCall, PastResult, read};
pub use script::UNNAMED;

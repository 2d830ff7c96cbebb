//! The log on a real file system: what it keeps, what it refuses, and what the verifier sees.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

mod fixture;
mod format;
mod grants;
mod log;
mod processes;
mod rules;
mod story;
mod tampered;

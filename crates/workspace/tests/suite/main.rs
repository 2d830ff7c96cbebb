//! Holds the crate's answers against the real git.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod as_git_does;
mod changed;
mod dry_run;
mod hostile;
mod lost;
mod names;
mod playground;
mod revision;
mod target;
mod tracked;
mod uncommitted;

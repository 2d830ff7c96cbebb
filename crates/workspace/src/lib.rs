//! Answers the questions of `understand` from this machine, as git itself would answer them.
//!
//! Start at [`Machine`]. Each question has its file: `look` (what is at a path), `target`
//! (where it leads), `repository` (where
//! git finds one), `configuration` (its syntax, includes and layers), `references` (loose and packed),
//! `index` (tracked files) and `changed` (what a push carries). [`dry_run`] shows a reviewer what a
//! push would change.
//!
//! Git's files are read here rather than by a git library, because what must be known is what *git*
//! will do with files an agent may have written. Each reader follows git's own rules, reads a bounded
//! number of bytes of regular files only, never waits on a fifo, and answers `Answer::Unknown` for
//! whatever git refuses or its versions disagree on. The tests hold them against the real git.
//!
//! Architecture invariant: this crate does not know effects, policies or agents. It writes nothing,
//! and spawns nothing but git, in `git` alone: for what a push or a pull request carries, and for a
//! held action. It does not read the environment: the names of
//! the variables and the places of git's own configuration are handed in.

mod changed;
mod configuration;
pub mod dry_run;
mod file;
mod git;
mod index;
mod look;
mod lost;
mod machine;
mod names;
mod references;
mod repository;
mod revision;
mod sources;
mod target;
mod uncommitted;
mod unknown;

pub use countersign_understand::SETTINGS;
pub use machine::Machine;
pub use sources::Sources;
pub use target::{real_path, real_paths};

//! The append-only record that an outsider can verify. The format is in
//! `docs/evidence-format.md`; `sha256sum` and `jq` are enough to check and read it.
//!
//! Start at [`Log`]: [`Log::append`] returns when its records are durable, [`Log::lock`] makes
//! reading and then appending one step. [`Event`] is what a record can say. [`verify`] checks a
//! whole log and says what it cannot prove.
//!
//! Architecture invariant: this crate does not know SQL, HTTP, policies or runtimes, reads no clock
//! and no randomness. Only `files` touches the world.

mod call;
mod entries;
mod error;
mod event;
mod files;
mod head;
mod line;
mod lock;
mod log;
mod position;
mod verify;

pub use call::{Authority, Decided, Ran, Review, TestRun, Transition};
pub use entries::{Entries, Entry};
pub use error::LogError;
pub use event::{Event, Record};
pub use line::{LONGEST_LINE, genesis};
pub use lock::Locked;
pub use log::{Log, Still};
pub use position::{Head, Position};
pub use verify::{
    Expected, Managed, NOT_REPLAYED, Problem, Report, Severity, TASK_BESIDE_A_CALL, Tally, verify,
};

//! Drives the real Claude Code, offline: what a test of the whole line stands on.
//!
//! A [`Lab`] is a machine of its own for one test: namespaces with loopback only, an empty home, a
//! scripted [`model`] and an unprivileged user for the agent. [`Lab::claude`] runs the pinned client
//! in it. Whether a tool ran is judged by what it left behind in the project, never by what anybody
//! says of it.
//!
//! Needs Linux and root: what cannot be set up is an error that names the reason, so that a test
//! fails and is never skipped.
//!
//! Architecture invariant: this crate knows no policies and no evidence; the product's programs are
//! run as a person would run them.

mod claude;
mod http;
mod inside;
mod lab;
pub mod model;
mod programs;
mod scenario;

pub use claude::{Claude, Session, ToolResult};
pub use inside::{Place, run as run_inside};
pub use lab::{HOME, Lab, PRODUCT, PROJECT, User};
pub use programs::{CLAUDE_CODE, product};
pub use scenario::{Call, Scenario, bash, call};

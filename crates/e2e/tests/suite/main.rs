//! The real Claude Code, driven offline.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what goes wrong in a test fails it")]

mod client;

use std::path::Path;

use countersign_e2e::Lab;

/// A machine of its own.
fn lab() -> Lab {
    Lab::start(Path::new(env!("CARGO_BIN_EXE_countersign-e2e-run")))
        .unwrap_or_else(|error| panic!("{error:#}"))
}

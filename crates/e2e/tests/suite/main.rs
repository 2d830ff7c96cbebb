//! The real Claude Code, driven offline, and governed as a person would have it governed.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what goes wrong in a test fails it"
)]

mod client;
mod governed;
mod line;
mod managed;
mod tampering;

use std::path::Path;

use countersign_e2e::Lab;

/// A machine of its own, with nothing of the product wired.
fn lab() -> Lab {
    start(None)
}

fn start(product: Option<&Path>) -> Lab {
    let runner = Path::new(env!("CARGO_BIN_EXE_countersign-e2e-run"));
    Lab::start(runner, product).unwrap_or_else(|error| panic!("{error:#}"))
}

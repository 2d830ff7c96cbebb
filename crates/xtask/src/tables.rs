//! Makes the tables of cloud operations, forge operations and options again, from packages of public registries.

use std::process::Command;

use anyhow::Result;

use crate::run;

/// Needs the network, Python and Node; the same pinned packages give the same bytes.
pub fn run() -> Result<()> {
    let script = run::root().join("crates/xtask/tables/tables.py");
    run::step("tables", Command::new("python3").env("PYTHONDONTWRITEBYTECODE", "1").arg(script))
}

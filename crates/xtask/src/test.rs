//! Everything a change must pass.

use anyhow::Result;

use crate::run::{cargo, step};
use crate::{bench, check, tools};

/// Installs what is missing, then runs all tests, lints and measurements.
pub fn run(yes: bool) -> Result<()> {
    tools::install(yes)?;
    check::run()?;
    bench::build()?;
    step("tests", cargo().args(["test", "--workspace", "--locked"]))?;
    bench::run(&bench::Options { check: true, accept: false, json: false, runs: 300 })
}

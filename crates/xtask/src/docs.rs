//! Writes the pages of `docs/commands/`, or sees whether they are what would be written.

use anyhow::Result;

use crate::run::{cargo, step};

/// A test of `countersign-understand` has the pages, so that nothing is built that tests do not need anyway.
pub fn run(check: bool) -> Result<()> {
    let mut command = cargo();
    command.args(["test", "--quiet", "--locked", "-p", "countersign-understand", "--test", "pages"]);
    if !check {
        command.env("COUNTERSIGN_WRITE_PAGES", "1");
    }
    step("pages of docs/commands", &mut command)
}

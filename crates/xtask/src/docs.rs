//! Writes the pages of `docs/commands/` and `docs/risk.md`, or sees whether they are what would be written.

use anyhow::Result;

use crate::run::{cargo, step};

/// Tests have the pages, so that nothing is built that tests do not need anyway.
pub fn run(check: bool) -> Result<()> {
    for (package, test, pages) in [
        ("countersign-understand", "pages", "pages of docs/commands"),
        ("countersign-simulate", "risk_page", "docs/risk.md"),
    ] {
        let mut command = cargo();
        command.args(["test", "--quiet", "--locked", "-p", package, "--test", test]);
        if !check {
            command.env("COUNTERSIGN_WRITE_PAGES", "1");
        }
        step(pages, &mut command)?;
    }
    Ok(())
}

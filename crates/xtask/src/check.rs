//! Formatting, lints, documentation and its generated pages, licences, file lengths.

use anyhow::Result;

use crate::run::{cargo, step};
use crate::{docs, tidy, tools};

/// Runs all of them; stops at the first that fails.
pub fn run() -> Result<()> {
    step("formatting", cargo().args(["fmt", "--all", "--check"]))?;
    tidy::run()?;
    step(
        "lints",
        cargo().args(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]),
    )?;
    step(
        "documentation",
        cargo().args(["doc", "--workspace", "--no-deps", "--locked"]).env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    docs::run(true)?;
    step("licences, sources and duplicate crates", &mut tools::cargo_deny()?)
}

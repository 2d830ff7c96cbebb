//! The first process inside a lab's namespaces.

use std::process::ExitCode;

use anyhow::Context as _;

fn main() -> ExitCode {
    let lab = std::env::args_os().nth(1).context("usage: countersign-e2e-run LAB");
    match lab.and_then(|lab| countersign_e2e::run_inside(lab.as_ref())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

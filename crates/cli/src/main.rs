//! `countersign`: what people type.
//!
//! Start at `commands::Command`, the list of commands; each is one file. Nothing is decided
//! here: the commands call the crates that do, and print.

mod commands;
mod desk;
mod edge;
mod elf;
mod output;
mod replay;
mod repository;
mod terminal;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let arguments = commands::Arguments::parse();
    match commands::run(arguments) {
        Ok(code) => code,
        Err(error) => output::report(&error),
    }
}

//! `countersign-hook`: what a runtime starts before and after each tool call.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
    ExitCode::from(countersign_hook::run(arguments.collect()))
}

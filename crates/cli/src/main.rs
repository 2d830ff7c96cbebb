//! `countersign`: what people type.
//!
//! Start at `commands::Command`, the list of commands; each is one file. Nothing is decided
//! here: the commands call the crates that do, and print.

mod commands;
mod desk;
mod edge;
mod elf;
mod nearby;
mod output;
mod outputs;
mod reading;
mod replay;
mod repository;
mod scripts;
mod terminal;
mod workflow_steps;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process::ExitCode;

use clap::Parser as _;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs the command. Where whoever reads the output has gone, as `head` does, it ends there without a word.
///
/// The signal stays ignored: programs that are written to here, such as a hook under test, may end early as well.
fn main() -> ExitCode {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !panic.payload_as_str().is_some_and(is_of_a_gone_reader) {
            usual(panic);
        }
    }));
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().is_some_and(|said| is_of_a_gone_reader(said));
        if said { ExitCode::from(output::NOBODY_READS) } else { resume_unwind(panic) }
    })
}

/// Whether it is how `println!` and its like panic where the pipe is closed.
fn is_of_a_gone_reader(panic: &str) -> bool {
    let pipe = rustix::io::Errno::PIPE.raw_os_error();
    panic.starts_with("failed printing to std") && panic.ends_with(&format!("(os error {pipe})"))
}

fn run() -> ExitCode {
    let arguments = match commands::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() && std::env::args().any(|word| word == "--json") => {
            let said = error.render().to_string();
            let said = said.strip_prefix("error: ").unwrap_or(&said).trim_end();
            let hint = commands::hint(&error);
            anstream::eprintln!("{}", serde_json::json!({ "error": said, "causes": [], "hint": hint }));
            return ExitCode::from(2);
        }
        Err(error) => {
            if let Some(hint) = commands::hint(&error) {
                let _ = error.print();
                anstream::eprintln!("{}: {hint}", output::styled(output::WARN, "hint"));
                return ExitCode::from(2);
            }
            error.exit()
        }
    };
    let json = arguments.json;
    match commands::run(arguments) {
        Ok(code) => code,
        Err(error) if json => output::report_json(&error),
        Err(error) => output::report(&error),
    }
}

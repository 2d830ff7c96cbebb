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
mod reading;
mod replay;
mod repository;
mod terminal;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
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

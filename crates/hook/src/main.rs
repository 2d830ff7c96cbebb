//! `countersign-hook`: what a runtime starts before and after each tool call.

use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
    let output = countersign_hook::run(arguments.collect());
    let mut stdout = std::io::stdout().lock();
    let written = stdout.write_all(output.stdout.as_bytes()).and_then(|()| stdout.flush());
    let told = std::io::stderr().lock().write_all(output.stderr.as_bytes());
    match (written, told, output.exit) {
        (Ok(()), _, exit) => ExitCode::from(exit),
        // An answer nobody could read is not an answer: 2 denies in every runtime.
        (Err(_), _, _) => ExitCode::from(2),
    }
}

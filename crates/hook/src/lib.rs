//! One call in, one answer out: the line from a runtime's tool call to its answer and its evidence.
//!
//! Start at [`run`], then `line::answer`. Everything is inside `guard`: whatever happens, the
//! answer is one JSON object and, for a denial, a reason and exit code 2.
//!
//! Architecture invariant: this crate loads no async runtime, SQL or HTTP code, and takes nothing
//! that loosens control from the environment.

mod environment;
mod guard;
mod line;
mod options;
mod person;

use std::io::Write as _;
use std::time::Duration;

use countersign_agents::claude_code::{Output, deny_anything};

pub use environment::{now, pause};
pub use line::{Judge, Known, Others, Policy, Seen, fingerprint, is_cut, never_pinned, nobody, pinned_form};
pub use options::{ATTENDED_WAIT, Options};
pub use person::VERSION;

use environment::Environment;

/// How long is waited for a call where a person may have asked for help.
const ALONE: Duration = Duration::from_secs(5);
/// Why a call is denied that was sent to a hook which is asked for help.
const SENT: &str = "Countersign's hook is wired wrongly: it is asked for its help or version, so nothing is allowed; a \
                    person can run `countersign doctor`";

/// Answers the one call on standard input, on standard output; the code to exit with. `arguments` are those after the
/// program's name.
pub fn run(arguments: Vec<String>) -> u8 {
    tell(&output(arguments, |denial| std::process::exit(tell(&denial).into())))
}

/// Writes an answer; the code to exit with.
fn tell(output: &Output) -> u8 {
    let mut stdout = std::io::stdout().lock();
    let written = stdout.write_all(output.stdout.as_bytes()).and_then(|()| stdout.flush());
    let _ = std::io::stderr().lock().write_all(output.stderr.as_bytes());
    // An answer nobody could read is not an answer: 2 denies in every runtime.
    if written.is_ok() { output.exit } else { 2 }
}

/// The answer; one that is too late goes to `late`.
fn output(arguments: Vec<String>, late: impl FnOnce(Output) + Send + 'static) -> Output {
    if let Err(error) = environment::survive_limits() {
        return deny_anything(&format!("Countersign cannot take a signal, so nothing is allowed: {error}"));
    }
    if let Some(text) = person::asked(&arguments) {
        return guard::guarded(ALONE, late, move || {
            if person::is_alone() { person::told(text) } else { deny_anything(SENT) }
        });
    }
    let options = match Options::parse(arguments) {
        Ok(options) => options,
        Err(problem) => {
            return deny_anything(&format!(
                "Countersign's hook is wired wrongly ({problem}), so nothing is allowed; a person can run `countersign doctor`"
            ));
        }
    };
    let environment = Environment::read();
    guard::guarded(options.deadline(), late, move || line::answer(options, environment))
}

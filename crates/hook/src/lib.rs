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

/// Answers the one call on standard input. `arguments` are those after the program's name.
pub fn run(arguments: Vec<String>) -> Output {
    if let Err(error) = environment::survive_limits() {
        return deny_anything(&format!("Countersign cannot take a signal, so nothing is allowed: {error}"));
    }
    if let Some(text) = person::asked(&arguments) {
        return guard::guarded(ALONE, move || {
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
    guard::guarded(options.deadline(), move || line::answer(options, environment))
}

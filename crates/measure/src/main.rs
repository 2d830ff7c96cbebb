//! Measures from inside what `cargo xtask bench` cannot from outside, and makes the long log it needs:
//!
//! - `countersign-measure costs <repository>` prints, as JSON, what understanding and deciding each
//!   usual call costs, and what the yardstick takes between them;
//! - `countersign-measure history` prints what deciding a call of a session's log again costs;
//! - `countersign-measure yardstick` prints what the yardstick takes alone, in nanoseconds;
//! - `countersign-measure grow <home> <user home> <records>` makes a home's log longer by that many
//!   records: copies of its last decision and outcome, in sessions of their own;
//! - `countersign-measure shapes` names the shapes of calls that can be as long as one likes, and
//!   `countersign-measure shape <name> <bytes>` understands one;
//! - `countersign-measure score <file or folder>…` decides over labelled commands and session logs, and says how
//!   well; see `score`.
//!
//! A program of its own and no example or bench target: those would be built with the features of
//! development dependencies, and the whole product a second time.

mod calls;
mod costs;
mod grow;
mod history;
mod score;
mod shapes;
mod yardstick;

use std::process::ExitCode;

const USAGE: &str = "usage: countersign-measure costs <repository> | history | yardstick | grow <home> <user home> <records> \
                     | shapes | shape <name> <bytes> | score <path>…";

/// What went wrong, in words.
type Problem = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match *words {
        ["costs", repository] => costs::print(repository),
        ["history"] => history::print(),
        ["yardstick"] => yardstick::print(),
        ["shapes"] => {
            shapes::names();
            Ok(())
        }
        ["shape", name, length] => shapes::once(name, length),
        ["grow", home, user_home, records] => records
            .parse()
            .map_err(Problem::from)
            .and_then(|records| grow::log(home.as_ref(), user_home.as_ref(), records)),
        ["score", ref paths @ ..] => score::run(paths),
        _ => Err(USAGE.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

//! A person who starts the hook by hand to see what it is. Who sends a call is never answered from here.

use std::io::{IsTerminal as _, Read as _};

use countersign_agents::claude_code::Output;

/// What is printed for `--version`, as `countersign doctor` reads it.
pub const VERSION: &str = concat!("countersign-hook ", env!("CARGO_PKG_VERSION"), "\n");

const HELP: &str = "\
countersign-hook: decides the tool call on its standard input, and answers the agent runtime that sent it.

A runtime starts it, with arguments that `countersign install claude-code` writes into its settings. Nobody types it:
`countersign explain 'COMMAND'` says what would be decided, `countersign doctor` whether the hook is wired and blocks.
";

/// What is asked for by these arguments, where they ask for nothing else.
pub fn asked(arguments: &[String]) -> Option<&'static str> {
    match arguments {
        [only] if only == "--help" || only == "-h" => Some(HELP),
        [only] if only == "--version" || only == "-V" => Some(VERSION),
        _ => None,
    }
}

/// Whether nobody sends a call: standard input is a terminal, or ends at once.
///
/// INVARIANT: a call is never read here and then let go; where there is a single byte, the caller denies.
pub fn is_alone() -> bool {
    let stdin = std::io::stdin();
    stdin.is_terminal() || stdin.lock().read(&mut [0; 1]).is_ok_and(|read| read == 0)
}

/// The text, for a person or for `countersign doctor`.
pub fn told(text: &str) -> Output {
    Output { stdout: text.to_owned(), stderr: String::new(), exit: 0 }
}

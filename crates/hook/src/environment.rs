//! The one place where the hook reads the world around its process.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use countersign_model::Timestamp;
use countersign_workspace::SETTINGS;

/// Inputs longer than this are denied unread.
const LONGEST_INPUT: u64 = 16 << 20;

/// What the process was given. A repository's settings can forge all of it: nothing here loosens control.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// `COUNTERSIGN_WAIT`: seconds, may shorten the wait.
    pub wait: Option<String>,
    /// Whether the runtime says that a person is in front of the session.
    pub attended: bool,
    /// The directory the runtime took its project settings from, if it says.
    pub project: Option<String>,
    /// `HOME` and `XDG_CONFIG_HOME`, where a git started here would look for its configuration.
    pub git: (Option<PathBuf>, Option<PathBuf>),
    /// The names of all variables, for weighing what a process could reach.
    pub variables: BTreeSet<String>,
    /// The values of those that choose where tools act.
    pub settings: BTreeMap<String, String>,
    /// The user's numeric id.
    pub user: u32,
}

impl Environment {
    /// Reads this process's environment.
    pub fn read() -> Self {
        let all: Vec<(String, String)> = std::env::vars_os()
            .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
            .collect();
        let find = |wanted: &str| all.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
        Self {
            wait: find("COUNTERSIGN_WAIT"),
            attended: find("CLAUDE_CODE_SESSION_ATTENDED").is_none_or(|value| value != "0"),
            project: find("CLAUDE_PROJECT_DIR"),
            git: (find("HOME").map(PathBuf::from), find("XDG_CONFIG_HOME").map(PathBuf::from)),
            settings: SETTINGS.iter().filter_map(|name| Some(((*name).to_owned(), find(name)?))).collect(),
            variables: all.into_iter().map(|(name, _)| name).collect(),
            user: rustix::process::getuid().as_raw(),
        }
    }
}

/// Turns a limit on the size of files from a death by signal into an error of the write, which is a
/// denial. First thing in every program that answers: a process that dies says nothing.
///
/// # Errors
/// Where the signal cannot be taken.
pub fn survive_limits() -> std::io::Result<()> {
    // The handler does nothing: that it is there keeps the signal from ending the process.
    let seen = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(rustix::process::Signal::XFSZ.as_raw(), seen).map(drop)
}

/// Reads standard input to its end.
///
/// # Errors
/// A sentence, where it is too long or cannot be read.
pub fn read_input() -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .take(LONGEST_INPUT + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("the call could not be read: {error}"))?;
    if bytes.len() as u64 > LONGEST_INPUT {
        return Err(format!("the call is longer than {} MiB", LONGEST_INPUT >> 20));
    }
    Ok(bytes)
}

/// The time by this machine's clock, to the millisecond.
#[expect(clippy::disallowed_methods, reason = "this is the edge that reads the clock")]
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

/// Waits a little before looking again.
#[expect(clippy::disallowed_methods, reason = "this is the edge that waits")]
pub fn pause(time: std::time::Duration) {
    std::thread::sleep(time);
}

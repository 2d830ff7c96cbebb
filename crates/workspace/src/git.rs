//! Starts git: the one place that does, for what only history tells.
//!
//! The repository's own configuration was possibly written by the agent, so nothing it can name is
//! run: no pager, external diff, text conversion, signature program, hook, transport for a missing
//! object, or diff inside a submodule with a configuration of its own. Only git's plumbing is used,
//! which leaves most settings unread. Git is found in fixed places, never on `PATH`, and starts with an
//! emptied environment, a deadline and a cap on what it may print. What could make history look
//! other than it is (replacements, grafts, commit graphs) is not believed.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// Where git may be.
const PROGRAMS: [&str; 4] = ["/usr/bin/git", "/usr/local/bin/git", "/bin/git", "/opt/homebrew/bin/git"];
/// No more of git's output is read.
pub(crate) const LONGEST: u64 = 64 << 10;
/// How often a git that has printed all is looked at, until it has ended.
const LOOK: Duration = Duration::from_micros(200);

/// How differences are shown, whatever the configuration says.
pub(crate) const PLAIN: [&str; 7] = [
    "diff-tree",
    "-r",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--submodule=short",
    "--ignore-submodules=none",
];

/// What a finished git printed.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) printed: String,
    /// Whether there was more.
    pub(crate) cut: bool,
}

impl Ran {
    /// Whether what was printed can be believed: git ended well, or only because nobody read on.
    pub(crate) fn is_fine(&self) -> bool {
        self.code == Some(0) || self.cut
    }
}

/// Runs git to its end, or ends it at the deadline: none then, and where it cannot be started.
pub(crate) fn run(root: &Path, deadline: Instant, arguments: &[&str]) -> Option<Ran> {
    // With an index git would take a file of the working tree for what was committed.
    run_with_index(root, Path::new("/nonexistent"), deadline, arguments)
}

/// The same with an index, for what is about it.
pub(crate) fn run_with_index(
    root: &Path,
    index: &Path,
    deadline: Instant,
    arguments: &[&str],
) -> Option<Ran> {
    let program = PROGRAMS.iter().find(|program| Path::new(program).exists())?;
    let mut child = Command::new(program)
        .args(["--no-pager", "--no-optional-locks", "--literal-pathspecs"])
        .args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.pager=cat"])
        .args(["-c", "core.commitGraph=false", "-c", "core.attributesFile=/dev/null"])
        // Another user's repository is safe to look at, since nothing of it runs.
        .args(["-c", "safe.directory=*"])
        .args(arguments)
        .current_dir(root)
        .env_clear()
        .envs([
            ("HOME", "/nonexistent"),
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
            ("LC_ALL", "C"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_ATTR_NOSYSTEM", "1"),
            ("GIT_TERMINAL_PROMPT", "0"),
            // A missing object is not fetched; where git is too old for the first, no transport is left.
            ("GIT_NO_LAZY_FETCH", "1"),
            ("GIT_ALLOW_PROTOCOL", "none"),
            ("GIT_NO_REPLACE_OBJECTS", "1"),
            ("GIT_GRAFT_FILE", "/dev/null"),
        ])
        .env("GIT_INDEX_FILE", index)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let stdout = child.stdout.take()?;
    let (sender, receiver) = mpsc::sync_channel(1);
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = stdout.take(LONGEST + 1).read_to_end(&mut bytes);
        // Nobody listens after the deadline.
        let _ = sender.send(read.map(|_| bytes));
    });
    let printed = receiver.recv_timeout(deadline.saturating_duration_since(Instant::now()));
    let code = loop {
        if let Ok(Some(status)) = child.try_wait() {
            break status.code();
        }
        if Instant::now() >= deadline {
            // It may have ended meanwhile; either way it is gone after this.
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        pause();
    };
    let mut bytes = printed.ok()?.ok()?;
    let cut = bytes.len() as u64 > LONGEST;
    bytes.truncate(usize::try_from(LONGEST).unwrap_or(usize::MAX));
    Some(Ran { code, printed: String::from_utf8_lossy(&bytes).into_owned(), cut })
}

#[expect(clippy::disallowed_methods, reason = "git is looked at until it has ended, with a deadline")]
fn pause() {
    thread::sleep(LOOK);
}

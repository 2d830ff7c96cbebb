//! Shows what a push would change: the one place that starts git, and only for a held action.
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
use std::thread;
use std::time::{Duration, Instant};

use countersign_model::Commit;

/// Where git may be.
const PROGRAMS: [&str; 4] = ["/usr/bin/git", "/usr/local/bin/git", "/bin/git", "/opt/homebrew/bin/git"];
/// No more of git's output is read.
const LONGEST: u64 = 64 << 10;
/// No more commits or files are listed.
const MOST_LINES: usize = 40;
/// A patch takes no longer than this.
const PATCH: Duration = Duration::from_secs(10);
/// How often a running git is looked at.
const LOOK: Duration = Duration::from_millis(2);

/// What moving a ref from one commit to another would change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transition {
    /// The commits the ref would gain, newest first, one line each.
    pub commits: Vec<String>,
    /// The files they change, as git's statistics print them, one line each.
    pub files: Vec<String>,
    /// Whether nothing is lost by it; none where git cannot tell.
    pub fast_forward: Option<bool>,
}

/// How differences are shown, whatever the configuration says.
const PLAIN: [&str; 8] = [
    "diff-tree",
    "-r",
    "-M",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--submodule=short",
    "--ignore-submodules=none",
];

/// Looks at a move from `old` (none: the ref is new) to `new`. What git cannot say by the deadline is
/// left out.
pub fn transition(root: &Path, old: Option<&Commit>, new: &Commit, deadline: Instant) -> Transition {
    let range = old.map_or_else(|| new.to_string(), |old| format!("{old}..{new}"));
    let commits = run(root, deadline, &["rev-list", "--max-count=200", "--format=%h %s (%an)", &range]);
    let mut commits = lines(commits);
    // Plumbing announces each commit before it.
    commits.retain(|line| line.strip_prefix("commit ").and_then(Commit::parse).is_none());
    let commits = first(commits);
    let Some(old) = old else { return Transition { commits, files: Vec::new(), fast_forward: None } };
    let names = [old.as_str(), new.as_str()];
    let files = run(root, deadline, &[&PLAIN[..], &["--stat=100"], &names].concat());
    let ancestor = run(root, deadline, &[&["merge-base", "--is-ancestor"], &names[..]].concat());
    Transition {
        commits,
        files: first(lines(files)),
        fast_forward: match ancestor.map(|ran| ran.code) {
            Some(Some(0)) => Some(true),
            Some(Some(1)) => Some(false),
            Some(_) | None => None,
        },
    }
}

/// The patch from `old` (none: all of `new`'s last commit) to `new`, cut where it is too long.
pub fn diff(root: &Path, old: Option<&Commit>, new: &Commit) -> String {
    let deadline = Instant::now() + PATCH;
    let ran = match old {
        Some(old) => run(root, deadline, &[&PLAIN[..], &["-p", old.as_str(), new.as_str()]].concat()),
        None => {
            let last = ["-p", "--root", "--cc", "--pretty=medium", "--no-notes", new.as_str()];
            run(root, deadline, &[&PLAIN[..], &last].concat())
        }
    };
    match ran {
        Some(ran) if ran.cut => format!("{}\n[cut after {} KiB]", ran.printed, LONGEST >> 10),
        Some(ran) if ran.code == Some(0) => ran.printed,
        Some(_) | None => "[git could not show the patch]".to_owned(),
    }
}

/// What a finished git printed.
struct Ran {
    code: Option<i32>,
    printed: String,
    cut: bool,
}

/// Runs git to its end, or ends it at the deadline: none then, and where it cannot be started.
fn run(root: &Path, deadline: Instant, arguments: &[&str]) -> Option<Ran> {
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
            // With an index git would take a file of the working tree for what was committed.
            ("GIT_INDEX_FILE", "/nonexistent"),
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let stdout = child.stdout.take()?;
    let reader = thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = stdout.take(LONGEST + 1).read_to_end(&mut bytes);
        read.map(|_| bytes)
    });
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
    let mut bytes = reader.join().ok()?.ok()?;
    let cut = bytes.len() as u64 > LONGEST;
    bytes.truncate(usize::try_from(LONGEST).unwrap_or(usize::MAX));
    Some(Ran { code, printed: String::from_utf8_lossy(&bytes).into_owned(), cut })
}

#[expect(clippy::disallowed_methods, reason = "git is looked at until it has ended, with a deadline")]
fn pause() {
    thread::sleep(LOOK);
}

fn lines(ran: Option<Ran>) -> Vec<String> {
    let Some(ran) = ran.filter(|ran| ran.code == Some(0) || ran.cut) else { return Vec::new() };
    ran.printed.lines().map(|line| line.trim_end().to_owned()).collect()
}

/// The first few, and how many more there are.
fn first(mut lines: Vec<String>) -> Vec<String> {
    if let Some(more) = lines.len().checked_sub(MOST_LINES).filter(|more| *more > 0) {
        lines.truncate(MOST_LINES);
        lines.push(format!("… and {more} more"));
    }
    lines
}

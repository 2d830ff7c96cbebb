//! Shows what a push would change: the one place that starts git, and only for a held action.
//!
//! The repository's own configuration was possibly written by the agent, so nothing it can name is
//! run: no pager, external diff, text conversion, signature program, hook or lazy fetch. Git is found
//! in fixed places, never on `PATH`, and starts with an emptied environment, a deadline and a cap on
//! what it may print.

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

/// Looks at a move from `old` (none: the ref is new) to `new`. What git cannot say by the deadline is
/// left out.
pub fn transition(root: &Path, old: Option<&Commit>, new: &Commit, deadline: Instant) -> Transition {
    let range = range(old, new);
    let commits = run(
        root,
        deadline,
        &["log", "--max-count=200", "--no-show-signature", "--no-decorate", "--format=%h %s (%an)", &range],
    );
    let Some(old) = old else {
        return Transition { commits: lines(commits), files: Vec::new(), fast_forward: None };
    };
    let names = [old.as_str(), new.as_str()];
    let files = run(
        root,
        deadline,
        &[&["diff", "--no-ext-diff", "--no-textconv", "--stat=100"], &names[..]].concat(),
    );
    let ancestor = run(root, deadline, &[&["merge-base", "--is-ancestor"], &names[..]].concat());
    Transition {
        commits: lines(commits),
        files: lines(files),
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
        Some(old) => run(
            root,
            deadline,
            &["diff", "--no-ext-diff", "--no-textconv", "--no-color", old.as_str(), new.as_str()],
        ),
        None => run(
            root,
            deadline,
            &["show", "--no-show-signature", "--no-ext-diff", "--no-textconv", "--no-color", new.as_str()],
        ),
    };
    match ran {
        Some(ran) if ran.code == Some(0) && !ran.cut => ran.printed,
        Some(ran) if ran.cut => format!("{}\n[cut after {} KiB]", ran.printed, LONGEST >> 10),
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
        .args(["-c", "diff.external=", "-c", "log.showSignature=false", "-c", "protocol.allow=never"])
        .args(arguments)
        .current_dir(root)
        .env_clear()
        .envs([
            ("HOME", "/nonexistent"),
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
            ("LC_ALL", "C"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_NO_LAZY_FETCH", "1"),
            ("GIT_NO_REPLACE_OBJECTS", "1"),
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

fn range(old: Option<&Commit>, new: &Commit) -> String {
    old.map_or_else(|| new.to_string(), |old| format!("{old}..{new}"))
}

fn lines(ran: Option<Ran>) -> Vec<String> {
    let Some(ran) = ran.filter(|ran| ran.code == Some(0) || ran.cut) else { return Vec::new() };
    let all: Vec<&str> = ran.printed.lines().map(str::trim_end).collect();
    let mut kept: Vec<String> = all.iter().take(MOST_LINES).map(|line| (*line).to_owned()).collect();
    if all.len() > kept.len() {
        kept.push(format!("… and {} more", all.len() - kept.len()));
    }
    kept
}

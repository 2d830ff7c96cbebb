//! Shows what a push would change, for a held action.

use std::path::Path;
use std::time::{Duration, Instant};

use countersign_model::Commit;

use crate::git::{LONGEST, PLAIN, Ran, run};

/// No more commits or files are listed.
const MOST_LINES: usize = 40;
/// A patch takes no longer than this.
const PATCH: Duration = Duration::from_secs(10);

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
    let range = old.map_or_else(|| new.to_string(), |old| format!("{old}..{new}"));
    let commits = run(root, deadline, &["rev-list", "--max-count=200", "--format=%h %s (%an)", &range]);
    let mut commits = lines(commits);
    // Plumbing announces each commit before it.
    commits.retain(|line| line.strip_prefix("commit ").and_then(Commit::parse).is_none());
    let commits = first(commits);
    let Some(old) = old else {
        // Of a new ref the last commit alone, as its patch is.
        let last = ["-M", "--stat=100", "--root", "--cc", "--pretty=format:", new.as_str()];
        let mut files = lines(run(root, deadline, &[&PLAIN[..], &last].concat()));
        files.retain(|line| !line.is_empty());
        return Transition { commits, files: first(files), fast_forward: None };
    };
    let names = [old.as_str(), new.as_str()];
    let files = run(root, deadline, &[&PLAIN[..], &["-M", "--stat=100"], &names].concat());
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
        Some(old) => run(root, deadline, &[&PLAIN[..], &["-M", "-p", old.as_str(), new.as_str()]].concat()),
        None => {
            let last = ["-M", "-p", "--root", "--cc", "--pretty=medium", "--no-notes", new.as_str()];
            run(root, deadline, &[&PLAIN[..], &last].concat())
        }
    };
    match ran {
        Some(ran) if ran.cut => format!("{}\n[cut after {} KiB]", ran.printed, LONGEST >> 10),
        Some(ran) if ran.code == Some(0) => ran.printed,
        Some(_) | None => "[git could not show the patch]".to_owned(),
    }
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

//! What a verification found.

use std::collections::BTreeSet;
use std::fmt;

use countersign_approval::{Anchor, Fingerprint, Reviewer};
use countersign_model::{Digest, LogId, Timestamp};

use crate::Head;

/// Longest text out of a log that is shown, in characters.
const LONGEST_QUOTE: usize = 200;

/// What the verifier knows from elsewhere than the log. Without it the log vouches for itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// The root of the reviewers.
    pub root: Option<Fingerprint>,
    /// A record that the log must hold, noted at an earlier time.
    pub head: Option<Anchor>,
    /// In a managed install, what root's files say: the log's own statements change nothing then.
    pub managed: Option<Managed>,
}

/// Who may countersign, and by which policy is decided, as files say that only root can write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Managed {
    /// Everyone who is or was a reviewer.
    pub reviewers: Vec<Reviewer>,
    /// Every bundle that was put in force.
    pub bundles: BTreeSet<Digest>,
}

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The log's id, if its first record could be read.
    pub log: Option<LogId>,
    /// The last record whose hash is right.
    pub head: Option<Head>,
    /// The time of the first record and the latest time of any.
    pub times: Option<(Timestamp, Timestamp)>,
    /// What was counted.
    pub tally: Tally,
    /// What is wrong or odd, in log order.
    pub problems: Vec<Problem>,
    /// What this verification cannot prove, a sentence each.
    pub unproven: Vec<String>,
}

impl Report {
    /// Whether nothing is wrong. There may be warnings.
    pub fn holds(&self) -> bool {
        self.problems.iter().all(|problem| problem.severity == Severity::Warning)
    }
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Records whose hashes are right.
    pub records: u64,
    /// Decisions.
    pub decisions: u64,
    /// Holds.
    pub holds: u64,
    /// Verdicts signed by a reviewer in force.
    pub verdicts: u64,
    /// Releases of held calls.
    pub releases: u64,
    /// Outcomes.
    pub outcomes: u64,
}

/// Something wrong or odd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad.
    pub severity: Severity,
    /// The record it was found at, if it is one record's.
    pub sequence: Option<u64>,
    /// What it is, a sentence. Text out of the log is escaped.
    pub what: String,
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth a look: it can have an innocent reason.
    Warning,
    /// The log is not what Countersign writes, or says that a rule was broken.
    Violation,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.severity {
            Severity::Warning => "warning: ",
            Severity::Violation => "violation: ",
        })?;
        match self.sequence {
            Some(sequence) => write!(f, "record {sequence}: {}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

/// Collects problems while the log is read.
#[derive(Debug, Default)]
pub struct Problems {
    /// The record being read.
    pub at: Option<u64>,
    /// What was found so far.
    pub list: Vec<Problem>,
}

impl Problems {
    pub fn violation(&mut self, what: impl Into<String>) {
        self.push(Severity::Violation, what.into());
    }

    pub fn warning(&mut self, what: impl Into<String>) {
        self.push(Severity::Warning, what.into());
    }

    fn push(&mut self, severity: Severity, what: String) {
        self.list.push(Problem { severity, sequence: self.at, what });
    }
}

/// Text out of a log between backticks: nothing in it reaches a terminal raw, nor all of it if it
/// is long.
pub fn quoted(text: impl fmt::Display) -> String {
    let text = text.to_string();
    let mut shown: String = text.chars().take(LONGEST_QUOTE).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("`{}`", shown.escape_debug())
}

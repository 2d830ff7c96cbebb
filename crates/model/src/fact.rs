//! What understanding asked of the workspace, and what it was told.
//!
//! Every fact a decision depended on is part of what a reviewer signs: when one changes between
//! the hold and the release, the approval is void.

use serde::{Deserialize, Serialize};

use crate::{Commit, Digest};

/// A question about the workspace. Paths are absolute; `repository` is a working tree's top
/// directory as [`Answer::Directory`] gave it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Question {
    /// What is at `path`, links followed? → `Text` (a file), `Directory`, or `Absent`.
    Path {
        /// Where to look.
        path: String,
    },
    /// Which names in `directory` end in one of `endings`? → `Values`: sorted, and `*` at the end where there are more
    /// than are listed; `Absent` where there is no such directory.
    Names {
        /// Where to look.
        directory: String,
        /// Such as `.tf`.
        endings: Vec<String>,
    },
    /// Where does `path` lead: every link on the way followed, the last one included, whether or
    /// not something is there? `..` is taken where the links lead, as the system does. → `Target`.
    Target {
        /// Where to start. May hold `..`; pattern characters stand for themselves.
        path: String,
    },
    /// Which repository is `directory` in? → `Directory` (its top), or `Absent`.
    Repository {
        /// Where to start looking upward.
        directory: String,
    },
    /// What does HEAD name? → `Reference` (with the branch's full name), or `Commit` if detached.
    Head {
        /// The repository.
        repository: String,
    },
    /// What does the full ref name `reference` point at? → `Commit`, or `Absent`.
    Reference {
        /// The repository.
        repository: String,
        /// Such as `refs/remotes/origin/main`.
        reference: String,
    },
    /// Which commit does `revision` mean, found by walking history or the reflog: `HEAD~1`, `HEAD@{1}`, the start of
    /// an id? → `Commit`, or `Absent`.
    Revision {
        /// The repository.
        repository: String,
        /// As git would be given it.
        revision: String,
    },
    /// All refs below `prefix`. → `References`.
    References {
        /// The repository.
        repository: String,
        /// Such as `refs/heads/`.
        prefix: String,
    },
    /// All values of a configuration key, in order, as git would see them. → `Values` (empty: unset).
    Configuration {
        /// The repository.
        repository: String,
        /// Such as `remote.origin.pushurl` or `push.default`.
        key: String,
    },
    /// The names below a configuration section. → `Values`, e.g. the remotes for `remote`.
    Subsections {
        /// The repository.
        repository: String,
        /// Such as `remote`.
        section: String,
    },
    /// Is `path` tracked by git in this repository? → `Yes` or `No`.
    Tracked {
        /// The repository.
        repository: String,
        /// Absolute.
        path: String,
    },
    /// What a variable says that chooses where a tool acts (`AWS_PROFILE`, `KUBECONFIG`, `TF_WORKSPACE`):
    /// one of a list that holds no secret. → `Values` (empty: unset), or `Unknown`.
    Setting {
        /// Its name.
        name: String,
    },
    /// Which files do two commits differ in, from the point where they parted? → `Values`: one
    /// `status<TAB>path` each, in order, such as `M\tsrc/main.rs`, and `*\t*` at the end where there are
    /// more than are listed; `Unknown` where that is not known here.
    Changed {
        /// The repository.
        repository: String,
        /// The commit on the branch that is brought to; none: everything that `new` has.
        old: Option<Commit>,
        /// The commit that is brought.
        new: Commit,
    },
    /// What do two commits say differently in these files, from the point where they parted? → `Text`: a
    /// patch with one line around each change.
    Patch {
        /// The repository.
        repository: String,
        /// The commit on the branch that is brought to.
        old: Option<Commit>,
        /// The commit that is brought.
        new: Commit,
        /// From the repository's top.
        paths: Vec<String>,
    },
    /// Which files of the working tree would commits take that are not made yet? → `Values`: `staged`, `changed` or
    /// `new`, a tab and the path from the top each, and `*\t*` at the end where there are more than are listed.
    Uncommitted {
        /// The repository.
        repository: String,
    },
    /// Which files that a pattern matches, or that lie below what it matches, could git not bring back as they are?
    /// → `Values`: `changed`, `new`, `ignored`, or `linked` for a link to a directory that the pattern may reach through,
    /// a tab and the path from the top each, and `*\t*` at the end where there are more than are listed.
    Lost {
        /// The repository.
        repository: String,
        /// Absolute; `*` is any text, and capitals do not count.
        pattern: String,
        /// Names of directories below which nothing needs to be told; `./.git`: that of the top.
        passing: Vec<String>,
    },
    /// Is this environment variable set for the hook? → `Yes` or `No`; never its value.
    Variable {
        /// Its name.
        name: String,
    },
}

/// What the workspace said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Answer {
    /// It could not be found out; callers take the worst it can be.
    Unknown {
        /// Why not, a sentence fragment.
        why: String,
    },
    /// There is no such thing.
    Absent,
    /// A file's text. Only its keyed digest is ever stored.
    Text {
        /// The text; empty in what was stored, and for files too long or not UTF-8.
        #[serde(skip)]
        text: String,
        /// Whether `text` is the whole file.
        whole: bool,
        /// Of the bytes, under a key of this installation.
        digest: Digest,
    },
    /// A directory's canonical path.
    Directory {
        /// Absolute, links resolved.
        path: String,
    },
    /// Where a path leads.
    Target {
        /// Absolute, without links.
        path: String,
        /// What tells a file with several names from all others on this machine; none for a file
        /// with one name, a directory, and where nothing is.
        several_names: Option<String>,
    },
    /// A commit.
    Commit {
        /// Its id.
        commit: Commit,
    },
    /// A symbolic ref.
    Reference {
        /// The full name it points at.
        reference: String,
        /// What that points at; none before the first commit.
        commit: Option<Commit>,
    },
    /// Refs and what they point at, sorted by name.
    References {
        /// Full names and commits.
        references: Vec<(String, Commit)>,
    },
    /// Values in order.
    Values {
        /// Possibly none.
        values: Vec<String>,
    },
    /// Yes.
    Yes,
    /// No.
    No,
}

/// A question with its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What was asked.
    pub question: Question,
    /// What the workspace said.
    pub answer: Answer,
}

//! What commits bring that a command makes itself before it pushes: the files that are staged, changed or new now, as
//! far as the command adds them.

use countersign_model::{Answer, Commit, Question};

use super::{Files, MORE, changed, kind};
use crate::Workspace as _;
use crate::context::Context;
use crate::paths;

/// What a command's commits take, as far as it has come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Commits {
    /// The top of the repository they are made in, once something of them is.
    pub root: Option<String>,
    /// Absolute paths that are taken out or get another name.
    pub named: Vec<String>,
    /// Absolute paths that were added; `*`: any.
    pub added: Vec<String>,
    /// Whether a commit takes all changed files.
    pub all: bool,
    /// Why the branch's history is not what was there with these commits on top.
    pub unclear: Option<String>,
}

impl Commits {
    /// Takes note of something that changes which commits there are, in the repository at `root`.
    pub fn begins(&mut self, root: Option<&String>) {
        match (&self.root, root) {
            (None, Some(root)) => self.root = Some(root.clone()),
            (Some(known), Some(root)) if known == root => {}
            _ => self.unclear = Some("the command makes commits in several repositories".to_owned()),
        }
    }
}

/// The files that the command's own commits and those before bring to a commit of the base; none where the command
/// makes no commits, an error where what they take is not known.
pub(super) fn brought(
    root: &str,
    old: Option<&Commit>,
    context: &Context<'_>,
) -> Option<Result<Files, String>> {
    let commits = &context.state.world.commits;
    if commits.root.as_deref() != Some(root) {
        return None;
    }
    if context.state.world.opaque {
        return Some(Err("a part of the command that nobody can see into may change files first".to_owned()));
    }
    if let Some(why) = &commits.unclear {
        return Some(Err(why.clone()));
    }
    Some(taken(root, old, commits, context))
}

fn taken(
    root: &str,
    old: Option<&Commit>,
    commits: &Commits,
    context: &Context<'_>,
) -> Result<Files, String> {
    let mut files = Files::default();
    // What was committed before the command began.
    let head = super::head(root, context)?;
    if let Some(head) = head.filter(|_| old.is_some()) {
        files.add(changed(root, old, &head, context).ok_or("git cannot compare its commits here")?);
    }
    let adds = |path: &str| {
        let whole = format!("{}/{path}", root.trim_end_matches('/'));
        commits.added.iter().any(|added| added == "*" || paths::is_within(&whole, added))
    };
    let question = Question::Uncommitted { repository: root.to_owned() };
    let values = match context.workspace.ask(&question) {
        Answer::Values { values } => values,
        Answer::Unknown { why } => return Err(why),
        _ => return Err("which files it commits is not known".to_owned()),
    };
    for line in &values {
        let Some((state, path)) = line.split_once('\t') else { continue };
        if path == MORE {
            files.more = true;
            continue;
        }
        let takes = match state {
            "staged" => true,
            "changed" => commits.all || adds(path),
            _ => adds(path),
        };
        if let Some(kind) = kind(path).filter(|_| takes) {
            files.kinds.insert(path.to_owned(), kind);
        }
    }
    let written = context.state.world.written.iter().flat_map(|written| written.paths());
    let below = |path: &str| path.strip_prefix(root).map(|path| path.trim_start_matches('/').to_owned());
    let written = written.filter_map(|path| below(path)).filter(|path| commits.all || adds(path));
    let named = commits.named.iter().filter_map(|path| below(path));
    for path in written.chain(named) {
        if let Some(kind) = kind(&path).filter(|_| !path.is_empty()) {
            files.kinds.insert(path, kind);
        }
    }
    Ok(files)
}

//! Commits of a detached working tree, which nothing but its own history names: removing the tree takes that away.

use std::collections::BTreeSet;

use countersign_model::{Answer, Question};

use crate::Workspace as _;
use crate::context::Context;

/// Lines of the tree's history that are read.
const MOST_LINES: usize = 500;

/// Whether commits may have been made in a tree that no branch or tag names; what is not known may be so.
pub(super) fn may_hold_commits(path: &str, context: &Context<'_>) -> bool {
    may_hold(path, context).unwrap_or(true)
}

fn may_hold(path: &str, context: &Context<'_>) -> Option<bool> {
    let head = match context.workspace.ask(&Question::Head { repository: path.to_owned() }) {
        Answer::Reference { .. } => None,
        Answer::Commit { commit } => Some(commit.as_str().to_owned()),
        _ => return None,
    };
    let link = context.file(&format!("{path}/.git")).ok()??;
    let store = link.trim().strip_prefix("gitdir:")?.trim();
    let store = crate::paths::normal(path, store);
    let history = context.file(&format!("{store}/logs/HEAD")).ok()?;
    let Some(history) = history else {
        // Without a history nobody knows where its commit comes from.
        return head.map_or(Some(false), |head| Some(!named(path, context)?.contains(&head)));
    };
    let left = left(&history, head.as_deref())?;
    if left.is_empty() {
        return Some(false);
    }
    let named = named(path, context)?;
    Some(left.iter().any(|commit| !named.contains(*commit)))
}

/// The commits that branches, tags and remote branches are at.
fn named(path: &str, context: &Context<'_>) -> Option<BTreeSet<String>> {
    let question = Question::References { repository: path.to_owned(), prefix: "refs/".to_owned() };
    let Answer::References { references } = context.workspace.ask(&question) else { return None };
    Some(references.into_iter().map(|(_, commit)| commit.as_str().to_owned()).collect())
}

/// Commits that were made in a tree and that it then left, or is at now, while they were on no branch as far as the
/// history says; each line is the commit before, the one after, who it was, a tab and what was done.
fn left<'h>(history: &'h str, head: Option<&'h str>) -> Option<Vec<&'h str>> {
    let lines: Vec<&str> = history.lines().collect();
    if lines.len() > MOST_LINES {
        return None;
    }
    let mut made: BTreeSet<&str> = BTreeSet::new();
    let mut left = Vec::new();
    for line in lines {
        let (commits, action) = line.split_once('\t').unwrap_or((line, ""));
        let mut commits = commits.split(' ');
        let (before, after) = (commits.next()?, commits.next()?);
        if ![before, after].iter().all(|commit| commit.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            return None;
        }
        let moves = action.is_empty() || action.starts_with("checkout:") || action.starts_with("reset:");
        if moves {
            // Where a branch was left, it keeps its commits itself.
            let from = action.strip_prefix("checkout: moving from ").and_then(|rest| rest.split(" to ").next());
            let was_detached = from.is_none_or(is_commit);
            if was_detached && made.contains(before) {
                left.push(before);
            }
        } else {
            made.insert(after);
        }
    }
    left.extend(head.filter(|head| made.contains(head)));
    Some(left)
}

/// Whether a name in the history is that of a commit: no branch was checked out then.
fn is_commit(name: &str) -> bool {
    name.len() >= 7 && name.bytes().all(|byte| byte.is_ascii_hexdigit()) || name.contains(['~', '^', '@', '{'])
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaa";
    const B: &str = "bbbbbbbb";

    fn left_by(lines: &[(&str, &str, &str)], head: Option<&str>) -> String {
        let text: String =
            lines.iter().map(|(before, after, action)| format!("{before} {after} A <a@b.example> 1 +0\t{action}\n")).collect();
        left(&text, head).map_or_else(|| "not known".to_owned(), |left| left.join(" "))
    }

    #[test]
    fn commits_of_a_detached_tree() {
        assert_eq!(left_by(&[("0", A, "")], Some(A)), "");
        assert_eq!(left_by(&[("0", A, ""), (A, B, "commit: x")], Some(B)), B);
        assert_eq!(left_by(&[("0", A, ""), (A, B, "commit: x"), (B, A, "checkout: moving from bbbbbbbb to main")], None), B);
        assert_eq!(left_by(&[("0", A, ""), (A, B, "commit: x"), (B, A, "reset: moving to HEAD~1")], Some(A)), B);
        assert_eq!(left_by(&[("0", A, ""), (A, B, "cherry-pick: x")], Some(B)), B);
    }

    #[test]
    fn commits_of_a_branch() {
        assert_eq!(left_by(&[("0", A, ""), (A, B, "commit: x")], None), "");
        assert_eq!(left_by(&[("0", A, ""), (A, B, "commit: x"), (B, A, "checkout: moving from work to main")], None), "");
        assert_eq!(left_by(&[("0", A, ""), (A, B, "checkout: moving from aaaaaaaa to bbbbbbbb")], Some(B)), "");
        assert_eq!(left_by(&[("odd", "", "")], None), "not known");
    }
}

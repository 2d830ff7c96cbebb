//! Files that are put back as a commit or the index has them: whether that throws away what no commit has.

use countersign_model::{Answer, Effect, Question, Reversible, Zone, verbs};

use super::super::Git;
use super::branches::RESTORE;
use crate::Workspace as _;
use crate::arguments::parse;
use crate::context::Context;
use crate::environment;
use crate::paths;
use crate::word::{Value, Word};

/// Paths of one command that are looked at.
const MOST: usize = 16;

/// Options of `git restore` with which it does no more than put back the files that are named.
const PLAIN: &[&str] = &["quiet", "q", "progress", "no-progress", "worktree", "W", "staged", "S", "source", "s"];

/// What becomes of the working tree where files are put back.
pub(super) fn files(git: &Git<'_>, context: &Context<'_>) -> Effect {
    named(git).map_or_else(|| git.here(verbs::GIT_DISCARD), |(is_own, paths)| of(is_own, &paths, git, context))
}

/// The same for these paths; `is_own`: as the commit that is checked out has them, or the index.
pub(super) fn of(is_own: bool, paths: &[&Word], git: &Git<'_>, context: &Context<'_>) -> Effect {
    let discards = git.here(verbs::GIT_DISCARD);
    if is_in_clone(git, context) {
        return git.here(verbs::GIT_INDEX).because(CLONED);
    }
    if !are_committed(paths, git, context) {
        discards
    } else if is_own {
        git.here(verbs::GIT_INDEX).because("the files there are as the last commit has them")
    } else {
        discards.reversible(Reversible::Yes).because("the last commit has the files that it replaces")
    }
}

/// Why nobody's work is lost in a clone.
pub(super) const CLONED: &str = "the command itself makes the clone";

/// Whether git acts on a clone that the command makes, in which nobody's work can be.
pub(super) fn is_in_clone(git: &Git<'_>, context: &Context<'_>) -> bool {
    let is_plain = git.doubt.is_none() && git.store.is_none() && environment::value(git.invocation, "GIT_WORK_TREE").is_none();
    is_plain && git.repo.fresh().is_some_and(|top| context.is_in_untouched_clone(top))
}

/// The paths that are put back, and whether as they are in the commit that is checked out or in the index; none where
/// the command says more than that.
fn named<'w>(git: &Git<'w>) -> Option<(bool, Vec<&'w Word>)> {
    let is_own = |source: &Value| matches!(source.known(), Some("HEAD" | "@"));
    if git.subcommand == "restore" {
        let given = parse(git.words, &RESTORE);
        let is_plain = given.unknown.is_empty()
            && given.uncertain.is_none()
            && given.options.iter().all(|option| PLAIN.contains(&option.name.as_str()));
        let is_own = given.values(&["source", "s"]).all(is_own);
        return is_plain.then_some((is_own, given.operands));
    }
    let end = git.words.iter().position(|word| word.known() == Some("--"))?;
    let (before, paths) = (git.words.get(..end)?, git.words.get(end + 1..)?);
    let mut before = before.iter().filter(|word| !matches!(word.known(), Some("-q" | "--quiet")));
    let is_own = match before.next() {
        None => true,
        Some(source) if source.known().is_none_or(|source| source.starts_with('-')) => return None,
        Some(source) => is_own(&source.value),
    };
    (before.next().is_none() && git.subcommand == "checkout").then(|| (is_own, paths.iter().collect()))
}

/// The same for all of the working tree.
pub(super) fn whole(git: &Git<'_>, context: &Context<'_>) -> Effect {
    let root = Word::known_as(git.repo.root.as_deref().unwrap_or("."));
    of(true, &[&root], git, context)
}

/// The working tree that git acts on, where it is the one of the call and nothing may have led git to another.
pub(super) fn own_tree<'g>(git: &'g Git<'_>, context: &Context<'_>) -> Option<&'g str> {
    let is_plain = git.index == 0
        && git.doubt.is_none()
        && git.store.is_none()
        && environment::value(git.invocation, "GIT_WORK_TREE").is_none();
    let world = &context.state.world;
    // What the submodules hold besides is not looked at.
    let recurses = git.repo.is_on("submodule.recurse", context).unwrap_or(true);
    let is_seen = !world.opaque && world.links.is_empty() && !recurses;
    git.repo.root.as_deref().filter(|root| is_plain && is_seen && context.top() == Some(root))
}

/// The files there that no commit has, by what they are and their paths from the top.
pub(super) fn uncommitted(root: &str, context: &Context<'_>) -> Option<Vec<(String, String)>> {
    let question = Question::Uncommitted { repository: root.to_owned() };
    let Answer::Values { values } = context.workspace.ask(&question) else { return None };
    let parted = |line: &String| line.split_once('\t').map(|(state, path)| (state.to_owned(), path.to_owned()));
    let parted: Vec<_> = values.iter().map(parted).collect::<Option<_>>()?;
    (!parted.iter().any(|(state, _)| state == "*")).then_some(parted)
}

/// Whether git may have put work where none is now: what commits bring they can bring again, unless changes that were
/// there came along under another name.
fn may_hold_work(root: &str, context: &Context<'_>) -> bool {
    let world = &context.state.world;
    let is_clean = || uncommitted(root, context).is_some_and(|files| files.iter().all(|(state, _)| state == "new"));
    world.tree_changed.is_some() && (world.brings_work || !is_clean())
}

/// Whether the last commit has all that these paths name as it is in the working tree, or nothing is there.
fn are_committed(paths: &[&Word], git: &Git<'_>, context: &Context<'_>) -> bool {
    let Some(root) = own_tree(git, context) else { return false };
    if may_hold_work(root, context) || paths.is_empty() || paths.len() > MOST {
        return false;
    }
    let here = |word: &Word| plainly_here(word, root, context);
    let Some(paths) = paths.iter().map(|word| here(word).or_else(|| tracked(word, context))).collect::<Option<Vec<String>>>() else {
        return false;
    };
    let Some(files) = uncommitted(root, context) else { return false };
    files.iter().all(|(state, path)| {
        let path = format!("{}/{path}", root.trim_end_matches('/'));
        // What git does not have it leaves as it is.
        state == "new" || !paths.iter().any(|named| paths::is_within(&path, named)) || (state == "changed" && is_gone(&path, context))
    })
}

/// The directory at hand, or all of the working tree: of what is in it git touches only what it has.
fn plainly_here(word: &Word, root: &str, context: &Context<'_>) -> Option<String> {
    let text = word.known().filter(|text| matches!(*text, "." | "./") || *text == root)?;
    let directory = context.state.shell.directory.as_ref().ok().filter(|_| !context.state.shell.directory_unsure)?;
    let located = paths::locate_entry(&word.value, context);
    let is_plain = located.leads.is_empty() && located.why.is_none() && context.state.world.written.is_empty();
    (is_plain && (text == root || paths::is_within(directory, root))).then_some(located.path)
}

/// The place of a file that git has, or of a directory of which it has every file.
fn tracked(word: &Word, context: &Context<'_>) -> Option<String> {
    // To git these stand for other names.
    word.known().filter(|text| !text.is_empty() && !text.contains(['*', '?', '[', '\\', ':']))?;
    let located = paths::locate_entry(&word.value, context);
    let is_plain = located.zone == Zone::Workspace && located.leads.is_empty() && context.is_tracked(&located);
    let is_brought = context.state.world.written.iter().any(|written| written.may_bring(&located.path));
    (is_plain && !is_brought).then_some(located.path)
}

/// Whether git takes this word of `git checkout` for a commit, whatever files there are.
pub(super) fn is_revision(word: &Word, git: &Git<'_>, context: &Context<'_>) -> bool {
    let is_known = |name: &str| git.repo.commit(name, context).is_some();
    git.store.is_none() && git.doubt.is_none() && word.known().is_some_and(is_known)
}

/// Whether nothing of this name is there, so that a checkout of it discards nothing.
pub(super) fn is_nothing(word: &Word, git: &Git<'_>, context: &Context<'_>) -> bool {
    if is_in_clone(git, context) {
        return true;
    }
    let is_plain = |text: &str| !text.starts_with('~') && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./~^@{}".contains(&byte));
    let located = paths::locate_entry(&word.value, context);
    let world = &context.state.world;
    let Some(root) = own_tree(git, context).filter(|_| word.known().is_some_and(|text| !text.is_empty() && is_plain(text))) else { return false };
    let is_written = world.written.iter().any(|written| written.touches(&located) || written.may_bring(&located.path));
    let is_here = located.zone == Zone::Workspace && located.why.is_none() && located.leads.is_empty();
    is_here && !may_hold_work(root, context) && !is_written && is_missing(&located.path, root, context)
}

/// Whether there is no such file, nor some of the directories above it.
fn is_missing(path: &str, root: &str, context: &Context<'_>) -> bool {
    let parent = paths::split(path).0.trim_end_matches('/');
    is_gone(path, context) || parent != root && paths::is_within(parent, root) && is_absent(path, context) && is_missing(parent, root, context)
}

fn is_absent(path: &str, context: &Context<'_>) -> bool {
    let leads = context.workspace.ask(&Question::Target { path: path.to_owned() });
    context.workspace.ask(&Question::Path { path: path.to_owned() }) == Answer::Absent && matches!(leads, Answer::Target { path: found, .. } if found == path)
}

/// Whether a file is missing from a directory that is there, so that putting it back replaces nothing.
fn is_gone(path: &str, context: &Context<'_>) -> bool {
    let directory = paths::split(path).0.trim_end_matches('/').to_owned();
    is_absent(path, context) && matches!(context.workspace.ask(&Question::Path { path: directory }), Answer::Directory { .. })
}

#[cfg(test)]
mod tests;

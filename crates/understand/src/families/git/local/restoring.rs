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
    if !are_committed(paths, git, context) {
        discards
    } else if is_own {
        git.here(verbs::GIT_INDEX).because("the files there are as the last commit has them")
    } else {
        discards.reversible(Reversible::Yes).because("the last commit has the files that it replaces")
    }
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

/// Whether the last commit has all that these paths name as it is in the working tree, or nothing is there.
fn are_committed(paths: &[&Word], git: &Git<'_>, context: &Context<'_>) -> bool {
    let Some(root) = own_tree(git, context) else { return false };
    if context.state.world.tree_changed.is_some() || paths.is_empty() || paths.len() > MOST {
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

/// Whether nothing of this name is there, so that a checkout of it discards nothing.
pub(super) fn is_nothing(word: &Word, git: &Git<'_>, context: &Context<'_>) -> bool {
    let is_plain = word.known().is_some_and(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte)));
    let located = paths::locate_entry(&word.value, context);
    let world = &context.state.world;
    let is_brought = world.tree_changed.is_some() || world.written.iter().any(|written| written.touches(&located) || written.may_bring(&located.path));
    let is_here = own_tree(git, context).is_some() && located.zone == Zone::Workspace && located.why.is_none() && located.leads.is_empty();
    is_plain && is_here && !is_brought && is_gone(&located.path, context)
}

/// Whether a file is missing from a directory that is there, so that putting it back replaces nothing.
fn is_gone(path: &str, context: &Context<'_>) -> bool {
    let ask = |path: &str| context.workspace.ask(&Question::Path { path: path.to_owned() });
    let directory = paths::split(path).0.trim_end_matches('/');
    let leads = context.workspace.ask(&Question::Target { path: path.to_owned() });
    ask(path) == Answer::Absent
        && matches!(ask(directory), Answer::Directory { .. })
        && matches!(leads, Answer::Target { path: found, .. } if found == path)
}

#[cfg(test)]
mod tests;

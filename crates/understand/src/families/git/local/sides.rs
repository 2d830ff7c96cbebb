//! `git checkout --theirs FILE` in a conflict: one side of the merge takes the place of the text with the marks.

use countersign_model::{Answer, Effect, Question, Reversible, Zone, verbs};

use super::super::Git;
use super::restoring::own_tree;
use crate::Workspace as _;
use crate::context::Context;
use crate::paths;
use crate::word::Word;

/// Files of one command that are looked at.
const MOST: usize = 16;

/// What git keeps while a merge, or what goes as one, is not done.
const STATES: &[&str] = &["MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge/head-name"];

/// What it does where all files that it names are as the merge left them, so that no more than marks is lost: both sides
/// are in git. None where that is not sure.
pub(super) fn taken(git: &Git<'_>, context: &Context<'_>) -> Option<Effect> {
    let mut files: Vec<&Word> = Vec::new();
    let (mut is_side, mut ended) = (false, false);
    for word in git.words {
        match word.known()? {
            "--ours" | "--theirs" if !ended => is_side = true,
            "-q" | "--quiet" if !ended => {}
            "--" if !ended => ended = true,
            text if text.starts_with('-') => return None,
            _ => files.push(word),
        }
    }
    let root = own_tree(git, context)?;
    let is_known = is_side && matches!(git.subcommand.as_str(), "checkout" | "restore") && context.state.world.tree_changed.is_none();
    let is_few = !files.is_empty() && files.len() <= MOST;
    let is_state = |state: &&str| matches!(context.file(&format!("{root}/.git/{state}")), Ok(Some(_)));
    let is_sure = is_known && is_few && STATES.iter().any(is_state) && files.iter().all(|file| is_marked(file, context));
    let discards = git.here(verbs::GIT_DISCARD).reversible(Reversible::Yes);
    is_sure.then(|| discards.because("git has both sides, and the files still hold the marks of the conflict"))
}

/// Whether a file is in conflict and nobody has resolved that: git has no one text of it, and the marks are in it.
fn is_marked(word: &Word, context: &Context<'_>) -> bool {
    // To git these stand for other names.
    if word.text().is_empty() || word.text().contains(['*', '?', '[', '\\', ':']) {
        return false;
    }
    let located = paths::locate_entry(&word.value, context);
    let is_plain = located.zone == Zone::Workspace && located.leads.is_empty() && located.why.is_none();
    let is_written = context.state.world.written.iter().any(|written| written.touches(&located) || written.may_bring(&located.path));
    let Some(top) = context.top().filter(|_| is_plain && !is_written) else { return false };
    let question = Question::Tracked { repository: top.to_owned(), path: located.path.clone() };
    if context.workspace.ask(&question) != Answer::No {
        return false;
    }
    let Ok(Some(text)) = context.file(&located.path) else { return false };
    let mut marks = ["<<<<<<< ", "=======", ">>>>>>> "].into_iter();
    let mut wanted = marks.next();
    for line in text.lines() {
        if wanted.is_some_and(|mark| line.starts_with(mark)) {
            wanted = marks.next();
        }
    }
    wanted.is_none()
}

#[cfg(test)]
mod tests {
    use crate::fixture::understood;

    const MARKED: &str = "a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> topic\n";
    const MERGES: (&str, &str) = ("/repo/.git/MERGE_HEAD", "aaaa\n");

    fn flows(command: &str, facts: &[(&str, &str)]) -> bool {
        let effects = understood(command, facts).effects;
        let mut discards = effects.iter().filter(|effect| effect.verb.as_str() == "git.discard").peekable();
        discards.peek().is_some() && discards.all(|effect| effect.reversible == super::Reversible::Yes)
    }

    #[test]
    fn a_side_of_a_file_in_conflict() {
        let facts = [MERGES, ("/repo/new.txt", MARKED), ("/repo/docs/new.txt", MARKED)];
        for command in [
            "git checkout --theirs new.txt",
            "git checkout --ours -- new.txt docs/new.txt",
            "git checkout -q --theirs new.txt && git add new.txt",
            "git restore --theirs new.txt",
            "cd docs && git checkout --ours new.txt",
        ] {
            assert!(flows(command, &facts), "{command}");
        }
        let picks = [("/repo/.git/rebase-merge/head-name", "refs/heads/x\n"), ("/repo/new.txt", MARKED)];
        assert!(flows("git checkout --theirs new.txt", &picks));
    }

    #[test]
    fn what_may_hold_a_persons_work() {
        let facts = [MERGES, ("/repo/new.txt", MARKED), ("/repo/done.txt", "a\nb\n"), ("/repo/half.txt", "<<<<<<< HEAD\nb\n")];
        for command in [
            "git checkout --theirs done.txt",
            "git checkout --theirs half.txt",
            "git checkout --theirs new.txt done.txt",
            "git checkout --theirs .",
            "git checkout --theirs '*.txt'",
            "git checkout --theirs $X",
            "git checkout --theirs -f new.txt",
            "git checkout --theirs --pathspec-from-file=x",
            "git checkout main --theirs new.txt",
            "echo work > new.txt; git checkout --theirs new.txt",
            "git -C /other checkout --theirs new.txt",
            "git merge topic; git checkout --theirs new.txt",
        ] {
            assert!(!flows(command, &facts), "{command}");
        }
        assert!(!flows("git checkout --theirs new.txt", &facts[1..]), "nothing is merged");
        let tracked = [MERGES, ("/repo/src/a.rs", MARKED)];
        assert!(!flows("git checkout --theirs src/a.rs", &tracked), "it is in no conflict");
    }
}

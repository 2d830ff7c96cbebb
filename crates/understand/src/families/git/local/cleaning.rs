//! `git clean`: whether it removes files that neither git nor a program brings back.

use countersign_model::{Effect, Reversible, verbs};

use super::super::Git;
use super::restoring::{own_tree, uncommitted};
use crate::arguments::{Spec, Takes, parse};
use crate::context::Context;
use crate::paths;
use crate::word::Word;

const CLEAN: Spec = Spec {
    long: &[
        ("dry-run", Takes::Nothing), ("no-dry-run", Takes::Nothing), ("force", Takes::Nothing), ("no-force", Takes::Nothing), ("interactive", Takes::Nothing), ("quiet", Takes::Nothing), ("no-quiet", Takes::Nothing),
        ("exclude", Takes::Value),
    ],
    short: &[('n', Takes::Nothing), ('f', Takes::Nothing), ('d', Takes::Nothing), ('q', Takes::Nothing), ('i', Takes::Nothing), ('e', Takes::Value), ('x', Takes::Nothing), ('X', Takes::Nothing)],
    abbreviations: true,
    operands_end_options: false,
};

/// Whether it only says what it would remove.
pub(super) fn only_says(git: &Git<'_>) -> bool {
    parse(git.words, &CLEAN).ends_with(&["dry-run", "n"], "no-dry-run")
}

/// What becomes of the files that git does not have.
pub(super) fn files(git: &Git<'_>, context: &Context<'_>) -> Effect {
    let discards = git.here(verbs::GIT_DISCARD);
    match lost(git, context) {
        None => discards,
        Some(None) => discards.reversible(Reversible::Yes).because("nothing is there that git does not have or a program does not write anew"),
        Some(Some(path)) => discards.because(&format!("git does not have `{path}`")),
    }
}

/// A file that is lost, if any; none where that is not known.
fn lost(git: &Git<'_>, context: &Context<'_>) -> Option<Option<String>> {
    let root = own_tree(git, context)?;
    let given = parse(git.words, &CLEAN);
    let world = &context.state.world;
    let is_plain = given.unknown.is_empty() && given.uncertain.is_none() && git.words.iter().all(|word| word.known().is_some());
    if !is_plain || world.brings_work || !world.written.is_empty() || !world.made_here.is_empty() {
        return None;
    }
    // What another commit does not say to ignore is not ignored any more.
    let takes_ignored = given.has(&["x", "X"]) || world.tree_changed.is_some();
    let places = places(&given.operands, root, context);
    // By a plain name it is left alone wherever it lies.
    let spared = |path: &str| {
        let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        !given.has(&["X"]) && name != "*" && given.values(&["e", "exclude"]).any(|value| value.known() == Some(name))
    };
    let is_meant = |path: &str| {
        if spared(path) {
            return false;
        }
        let path = format!("{}/{}", root.trim_end_matches('/'), path.trim_end_matches('/'));
        let meets = |place: &String| paths::is_within(&path, place) || paths::is_within(place, &path);
        places.as_ref().is_none_or(|places| places.iter().any(meets))
    };
    if !given.has(&["X"]) || world.tree_changed.is_some() {
        let files = uncommitted(root, context)?;
        if let Some((_, path)) = files.into_iter().find(|(state, path)| state == "new" && is_meant(path)) {
            return Some(Some(path));
        }
    }
    let found = if takes_ignored { context.ignored_and_lost(root)? } else { Vec::new() };
    Some(found.into_iter().find(|path| is_meant(path)))
}

/// The places that it is about, where they are named by plain paths; none: any.
fn places(operands: &[&Word], root: &str, context: &Context<'_>) -> Option<Vec<String>> {
    let place = |word: &&Word| {
        word.known().filter(|text| !text.is_empty() && !text.contains(['*', '?', '[', '\\', ':']))?;
        let located = paths::locate_entry(&word.value, context);
        let is_plain = located.leads.is_empty() && located.why.is_none() && paths::is_within(&located.path, root);
        is_plain.then_some(located.path)
    };
    let places: Option<Vec<String>> = operands.iter().map(place).collect();
    places.filter(|places| !places.is_empty())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::understood;

    /// What becomes of the files, where git says this of those that no commit has and of those that it ignores.
    fn cleaned(command: &str, uncommitted: &str, lost: &str) -> String {
        let effects = understood(command, &[("uncommitted", uncommitted), ("lost", lost)]).effects;
        let line = |effect: &countersign_model::Effect| format!("{} {:?}: {}", effect.verb, effect.reversible, effect.because.as_deref().unwrap_or_default());
        effects.iter().filter(|effect| effect.verb.as_str() != "exec.read").map(line).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn where_nothing_is_to_be_removed() {
        assert_snapshot!(cleaned("git clean -fd", "changed\tsrc/a.rs", ""), @"git.discard Yes: nothing is there that git does not have or a program does not write anew");
        for (command, uncommitted, lost) in [
            ("git clean -fdx", "", "ignored\tdebug.log\nignored\tbuild.o"),
            ("git clean -fdX", "new\tnotes.md", ""),
            ("git clean -f -d src", "new\tnotes.md", ""),
            ("git clean -fdq -e .env .", "", ""),
            ("cd src && git clean -fd", "", ""),
            ("git clean -fdx -e .env", "", "ignored\t.env\nignored\ta.log"),
            ("git checkout . && git clean -fd", "", "ignored\tdev.db"),
            ("git reset --hard && git clean -fd", "", "ignored\tdev.db"),
            ("git fetch && git reset --hard origin/main && git clean -fd", "", "ignored\ta.log"),
            ("git checkout main; git clean -ffd", "", ""),
        ] {
            let found = cleaned(command, uncommitted, lost);
            assert!(!found.contains("git.discard No") && found.contains("git.discard Yes"), "{command}: {found}");
        }
    }

    #[test]
    fn what_git_does_not_have_is_lost() {
        assert_snapshot!(cleaned("git clean -fd", "new\tnotes.md", ""), @"git.discard No: git does not have `notes.md`");
        for (command, uncommitted, lost) in [
            ("git clean -fdx", "", "ignored\tdev.db"),
            ("git clean -fdX", "", "ignored\t.env"),
            ("git clean -fdX -e .env", "", "ignored\t.env"),
            ("git clean -fdx -e .env", "", "ignored\t.env\nignored\tdev.db"),
            ("git clean -fdx -e '*'", "", "*\t*"),
            ("git clean -fdx", "", "ignored\ta.log\n*\t*"),
            ("git clean -fd", "*\t*", ""),
            ("git clean -fd src", "new\tsrc/deep/x.rs", ""),
            ("git clean -fd src/deep", "new\tsrc/", ""),
            ("git clean -fd ':/'", "new\tnotes.md", ""),
            ("git clean -fd $X", "", ""),
            ("git clean -fd --frob", "", ""),
            ("git reset --hard HEAD~1 && git clean -fd", "", "ignored\tdev.db"),
            ("git stash pop; git clean -fd", "", ""),
            ("touch notes.md; git clean -fd", "", ""),
            ("mkdir x; ./fill; git clean -fd", "", ""),
            ("git -C /other clean -fd", "", ""),
            ("cd /other && git clean -fd", "", ""),
        ] {
            let found = cleaned(command, uncommitted, lost);
            assert!(found.contains("git.discard No"), "{command}: {found}");
        }
        assert_snapshot!(cleaned("git clean -n; git clean -xnd", "new\tnotes.md", ""), @"git.read Yes:");
    }
}

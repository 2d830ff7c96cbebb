//! `git reset --hard` and its like: whether they throw away what no commit has. The commits themselves the reflog keeps.

use countersign_model::{Answer, Commit, Effect, PathClass, Question, Reversible, verbs};

use super::super::Git;
use super::restoring::{self, own_tree, uncommitted};
use crate::Workspace as _;
use crate::context::Context;
use crate::paths;
use crate::word::{Value, Word};

/// What becomes of the working tree.
pub(super) fn tree(git: &Git<'_>, context: &Context<'_>) -> Effect {
    if resets_to_head(git) {
        return restoring::whole(git, context);
    }
    let discards = git.here(verbs::GIT_DISCARD);
    if restoring::is_in_clone(git, context) {
        return discards.reversible(Reversible::Yes).because(restoring::CLONED);
    }
    let Some((root, revision)) = own_tree(git, context).zip(revision(git)) else { return discards };
    // A directory with changes of the command itself is as good as one with a person's.
    if context.state.world.brings_work || !context.state.world.written.is_empty() || !keeps_reflog(git, context) {
        return discards;
    }
    let Some(files) = uncommitted(root, context).filter(|files| files.iter().all(|(state, _)| state == "new")) else { return discards };
    let touched = git.repo.commit(revision, context).and_then(|commit| touched(root, commit, git, context));
    if let Some(settings) = touched.iter().flatten().find(|path| is_guarded(root, path, context)) {
        return discards.because(&format!("another `{settings}` takes the place of the one that is there"));
    }
    if let Some(path) = ignored_in_the_way(root, touched.as_deref(), context) {
        return discards.because(&format!("git does not have `{path}`, which it may replace"));
    }
    let mut new = files.iter().map(|(_, path)| path.trim_end_matches('/'));
    let in_the_way = match &touched {
        Some(touched) => new.find(|new| touched.iter().any(|path| paths::is_within(path, new) || paths::is_within(new, path))),
        None => new.next(),
    };
    match in_the_way {
        Some(path) => discards.because(&format!("git does not have `{path}`, which it may replace")),
        None => discards.reversible(Reversible::Yes).because("everything is committed, and the reflog keeps the commits"),
    }
}

/// A file that git leaves out and that the other commit may have: of what it is known to change, or of the usual ones.
fn ignored_in_the_way(root: &str, touched: Option<&[String]>, context: &Context<'_>) -> Option<String> {
    const USUAL: &[&str] = &[".env", ".env.local", ".env.production"];
    const MOST: usize = 256;
    let is_left_out = |path: &str| {
        let value = Value::Known(format!("{root}/{path}"));
        let located = paths::locate(&value, context);
        let there = context.workspace.ask(&Question::Path { path: located.path.clone() });
        !matches!(there, Answer::Absent) && !context.is_tracked(&located)
    };
    match touched {
        Some(touched) if touched.len() > MOST => Some("one of many".to_owned()),
        Some(touched) => touched.iter().find(|path| is_left_out(path)).cloned(),
        None => USUAL.iter().find(|path| is_left_out(path)).map(|path| (*path).to_owned()),
    }
}

/// Whether it leaves every file as it is: it only puts back what the last commit has, which nothing differs from.
pub(in super::super) fn leaves_files(git: &Git<'_>, context: &Context<'_>) -> bool {
    let is_own = match git.subcommand.as_str() {
        "reset" => resets_to_head(git),
        "checkout" | "restore" => git.words.iter().all(|word| matches!(word.known(), Some("." | "-q" | "--quiet" | "--"))),
        _ => false,
    };
    let world = &context.state.world;
    is_own
        && world.tree_changed.is_none()
        && world.written.is_empty()
        && own_tree(git, context).and_then(|root| uncommitted(root, context)).is_some_and(|files| files.iter().all(|(state, _)| state == "new"))
}

/// Whether all that it puts into the working tree is in some commit.
pub(in super::super) fn only_commits(git: &Git<'_>) -> bool {
    match git.subcommand.as_str() {
        "checkout" | "switch" | "reset" | "restore" | "pull" | "merge" | "rebase" | "cherry-pick" | "revert" | "clean" => true,
        // What it takes away it keeps.
        "stash" => git.operands().first().is_none_or(|word| matches!(word.known(), Some("push" | "save"))),
        _ => false,
    }
}

/// Whether a hard reset is to the commit that is checked out, whose branch then stays where it is.
fn resets_to_head(git: &Git<'_>) -> bool {
    let is_plain = |word: &Word| word.known().is_some_and(|text| matches!(text, "--hard" | "-q" | "--quiet" | "HEAD" | "@"));
    git.words.iter().all(is_plain)
}

/// The one commit that is named; none where the command says more than that.
fn revision<'g>(git: &'g Git<'_>) -> Option<&'g str> {
    let is_option = |word: &&Word| matches!(word.known(), Some("--hard" | "--merge" | "--keep" | "-q" | "--quiet" | "-f" | "--force" | "--discard-changes"));
    let mut named = git.words.iter().filter(|word| !is_option(word));
    let name = named.next()?.known().filter(|name| !name.is_empty() && !name.starts_with('-'))?;
    named.next().is_none().then_some(name)
}

/// Whether what the branch named before can be found again.
fn keeps_reflog(git: &Git<'_>, context: &Context<'_>) -> bool {
    match git.repo.last("core.logallrefupdates", context) {
        Ok(Some(value)) => !matches!(value.to_ascii_lowercase().as_str(), "false" | "no" | "off" | "0"),
        Ok(None) => true,
        Err(_) => false,
    }
}

/// The files that may be others in this commit than in the one that is checked out; none where that is not known.
fn touched(root: &str, to: Commit, git: &Git<'_>, context: &Context<'_>) -> Option<Vec<String>> {
    let from = git.repo.commit("HEAD", context)?;
    let mut paths = Vec::new();
    // What each of them has done since they parted.
    for (old, new) in [(&from, &to), (&to, &from)] {
        let question = Question::Changed { repository: root.to_owned(), old: Some(old.clone()), new: new.clone() };
        let Answer::Values { values } = context.workspace.ask(&question) else { return None };
        for line in values {
            let (state, path) = line.split_once('\t')?;
            if state == "*" {
                return None;
            }
            paths.push(path.to_owned());
        }
    }
    Some(paths)
}

/// Whether it is one of the files that say whether Countersign is asked.
fn is_guarded(root: &str, path: &str, context: &Context<'_>) -> bool {
    paths::locate_entry(&Value::Known(format!("{root}/{path}")), context).class == PathClass::Countersign
}

#[cfg(test)]
mod tests {
    use countersign_model::Reversible;

    use crate::fixture::understood;

    const SHA: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    /// Whether something is thrown away for good.
    fn loses(command: &str, facts: &[(&str, &str)]) -> bool {
        let effects = understood(command, facts).effects;
        assert!(effects.iter().any(|effect| effect.verb.as_str().starts_with("git.")), "{command}");
        effects.iter().any(|effect| effect.verb.as_str() == "git.discard" && effect.reversible != Reversible::Yes)
    }

    #[test]
    fn in_a_clean_tree_nothing_is_lost() {
        for command in [
            "git reset --hard HEAD~1", "git reset --hard origin/main", "git reset -q --hard main", "git fetch && git reset --hard origin/main", "git reset --hard v1", "git reset --merge HEAD^",
            "git fetch origin main 2>&1 | tail -1; git reset --hard FETCH_HEAD", "git checkout main && git reset --hard origin/main", "git checkout main && git pull && git reset --keep HEAD~2",
            "git stash && git reset --hard HEAD~1", "git rebase main && git reset --hard ORIG_HEAD", "git reset --hard && git reset --hard HEAD~3", "git commit -m x && git reset --hard HEAD~1",
            &format!("git reset --hard {SHA}"),
        ] {
            assert!(!loses(command, &[("uncommitted", "")]), "{command}");
        }
    }

    #[test]
    fn files_that_git_leaves_out_and_submodules_may_be_lost() {
        let clean = ("uncommitted", "");
        assert!(!loses("git reset --hard HEAD~1", &[clean]));
        assert!(loses("git reset --hard HEAD~1", &[clean, ("/repo/.env", "A=1\n")]));
        assert!(loses("git reset --hard main", &[clean, ("changed", "D\t.env"), ("/repo/.env", "A=1\n")]));
        for to in ["HEAD~1", "HEAD^", "bbbbbbb", "HEAD@{1}", "main~2^"] {
            let command = format!("git reset --hard {to}");
            let there = [clean, ("/repo/.env", "A=1\n"), ("revision", SHA)];
            assert!(!loses(&command, &[&there[..], &[("changed", "M\tsrc/a.rs")]].concat()), "{command}");
            assert!(loses(&command, &[&there[..], &[("changed", "D\t.env")]].concat()), "{command}");
            let later = format!("git commit --allow-empty -m x; {command}");
            assert!(loses(&later, &[&there[..], &[("changed", "M\tsrc/a.rs")]].concat()), "{later}");
        }
        for to in ["HEAD@{yesterday}", "@{u}", "HEAD^{/fix}", ":/fix"] {
            let there = [clean, ("/repo/.env", "A=1\n"), ("revision", SHA), ("changed", "")];
            assert!(loses(&format!("git reset --hard {to}"), &there), "{to}");
        }
        assert!(loses("git reset --hard HEAD~1", &[clean, ("submodule.recurse", "true")]));
        assert!(loses("git reset --hard", &[clean, ("submodule.recurse", "true")]));
    }

    #[test]
    fn files_that_git_does_not_have_may_be_in_the_way() {
        for (command, new, changed, is_lost) in [
            ("git reset --hard main", "new\tnotes.md", Some("A\tsrc/a.rs\nM\tREADME.md"), false),
            ("git reset --hard main", "new\tnotes.md", Some("D\tnotes.md"), true),
            ("git reset --hard main", "new\tnotes", Some("A\tnotes/a.md"), true),
            ("git reset --hard main", "new\tnotes/", Some("A\tnotes"), true),
            ("git reset --hard main", "new\tnotes.md", Some("A\tx\n*\t*"), true),
            ("git reset --hard main", "new\tnotes.md", None, true),
            ("git reset --hard HEAD~1", "new\tnotes.md", Some(""), true),
            ("git fetch; git reset --hard main", "new\tnotes.md", Some(""), true),
            ("git reset --hard main", "", Some("M\t.claude/settings.json"), true),
            ("git reset --hard main", "", Some("A\t.claude/commands/x.md"), false),
        ] {
            let mut facts = vec![("uncommitted", new)];
            facts.extend(changed.map(|changed| ("changed", changed)));
            assert_eq!(loses(command, &facts), is_lost, "{command} {new} {changed:?}");
        }
    }

    #[test]
    fn what_is_not_committed_is_lost() {
        for (command, uncommitted) in [
            ("git reset --hard HEAD~1", "changed\tsrc/a.rs"), ("git fetch && git reset --hard origin/main", "staged\tsrc/a.rs"), ("git reset --hard HEAD~1", "*\t*"), ("git reset --hard $X", ""),
            ("echo x > src/a.rs; git reset --hard HEAD~1", ""), ("git stash pop; git reset --hard HEAD~1", ""), ("cat x | git apply; git reset --hard HEAD~1", ""), ("git reset --hard --recurse-submodules HEAD~1", ""),
            ("git -C /other reset --hard HEAD~1", ""), ("cd /other; git reset --hard HEAD~1", ""), ("GIT_WORK_TREE=/other git reset --hard HEAD~1", ""), ("./fill; git reset --hard HEAD~1", ""),
            ("git -c core.logAllRefUpdates=false reset --hard HEAD~1", ""), ("git config core.logAllRefUpdates false; git reset --hard HEAD~1", ""),
        ] {
            assert!(loses(command, &[("uncommitted", uncommitted)]), "{command}");
        }
        assert!(loses("git checkout -f feature", &[("uncommitted", "changed\tsrc/a.rs")]));
        assert!(!loses("git checkout -f feature", &[("uncommitted", "")]));
        assert!(loses("git reset --hard HEAD~1", &[]));
        assert!(loses("git reset --hard HEAD~1", &[("uncommitted", ""), ("core.logallrefupdates", "false")]));
    }
}

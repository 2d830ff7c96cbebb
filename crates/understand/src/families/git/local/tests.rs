//! What stays here: hits and near misses.

use countersign_model::{Answer, Question};
use insta::assert_snapshot;
use serde_json::json;

use crate::fixture::{Fixture, call, check, commit, surroundings};
use crate::{Workspace, understand};

/// A remote has a branch that is not here yet.
struct WithTopic;

impl Workspace for WithTopic {
    fn ask(&self, question: &Question) -> Answer {
        match question {
            Question::Reference { reference, .. } if reference == "refs/remotes/fork/topic/x" => Answer::Commit { commit: commit('f') },
            _ => Fixture(&[]).ask(question),
        }
    }
}

/// The effects, and whether each can be undone.
fn undone(command: &str) -> String {
    undone_where(command, &[])
}

fn undone_where(command: &str, settings: &[(&str, &str)]) -> String {
    let effects = crate::fixture::understood(command, settings).effects;
    effects.iter().map(|effect| format!("{} {:?}", effect.verb, effect.reversible)).collect::<Vec<_>>().join("; ")
}

#[test]
fn what_can_be_brought_back() {
    assert_snapshot!(undone("git branch -D feature"), @"git.delete-ref Unknown");
    assert_snapshot!(undone("git branch -D main"), @"git.delete-ref Unknown");
    for command in ["git branch x && git branch -D x", "git fetch origin pull/198/head:pr-198 && git diff main...pr-198 --stat && git branch -D pr-198"] {
        assert!(!undone(command).contains("Unknown"), "{command}: {}", undone(command));
    }
    for command in [
        "git branch x; git branch -D feature", "git branch main; git branch -D main", "git branch x && git checkout x && git commit -am w && git checkout main && git branch -D x", "git checkout -b x && git commit -am w && git checkout main && git branch -D x",
        "git branch x && ./fill && git branch -D x", "git -C /other branch x && git -C /other branch -D x", "git branch -f x && git branch -D main", "git branch x && git -c alias.y=commit y -am w && git branch -D x",
        "git fetch origin 'refs/heads/*:refs/heads/*' && git branch -D y", "git branch x && git checkout x && git cherry-pick main && git checkout - && git branch -D x",
    ] {
        assert!(undone(command).contains("git.delete-ref Unknown"), "{command}: {}", undone(command));
    }
    assert_snapshot!(undone_where("git branch -D feature", &[("changed", "")]), @"git.delete-ref Yes");
    assert_snapshot!(undone_where("git branch -D feature", &[("changed", "M\tsrc/a.rs")]), @"git.delete-ref Unknown");
    assert_snapshot!(undone_where("git commit -m x; git branch -D feature", &[("changed", "")]), @"git.commit Yes; git.delete-ref Unknown");
    assert_snapshot!(undone("git stash drop"), @"git.discard No");
    assert_snapshot!(undone("git stash clear"), @"git.discard No");
    assert_snapshot!(undone("while true; do git stash drop; done"), @"exec.read Yes; git.discard No");
    assert_snapshot!(undone("git branch -d main"), @"git.delete-ref Yes");
    assert_snapshot!(undone("git tag -d v1"), @"git.delete-ref Yes");
    assert_snapshot!(undone("git rm -f src/a.rs"), @"git.index Yes; git.discard No; fs.delete Yes");
    assert_snapshot!(undone("git rm --cached --force src/a.rs"), @"git.index Yes");
    assert_snapshot!(undone("git rm -n -f src/a.rs; git rm --no-dry-run --dry-run --force src/a.rs"), @"git.read Yes");
    assert_snapshot!(undone("git rm -n --no-dry-run -f src/a.rs"), @"git.index Yes; git.discard No; fs.delete Yes");
    assert_snapshot!(undone("git rm src/a.rs"), @"git.index Yes; fs.delete Yes");
    assert_snapshot!(undone("git worktree remove --force /tmp/wt"), @"git.discard No");
    assert_snapshot!(undone("git restore --staged a; git restore --source --staged a"), @"git.index Yes; fs.write Unknown; git.discard No");
    assert_snapshot!(undone("rm -rf .git/logs; rm src/a.rs; rm -rf /tmp/x; rm -rf /tmp/*"), @"fs.delete No; fs.delete Yes; fs.delete No; fs.delete No");
    assert_snapshot!(undone("shred -u src/a.rs; echo b > /proc/sysrq-trigger"), @"fs.delete No; exec.system No; exec.read Yes");
    assert_snapshot!(undone("git push --force-with-lease; git push -f; git push origin +feature"), @"git.force-push Yes; git.force-push Unknown");
}

#[test]
fn staying_here() {
    assert_snapshot!(check("git status && git diff | head; git log -p"), @r#"
    git.read /repo, read
    exec.read head, read
    "#);
    assert_snapshot!(check("git add -A && git commit -m 'push origin main'"), @r#"
    git.index /repo, write
    git.commit /repo, write
    "#);
    assert_snapshot!(check("git checkout main && git merge --no-ff fix"), @r#"
    git.branch /repo, write
    git.merge /repo, write
    "#);
    assert_snapshot!(check("git commit --amend --no-edit"), @"git.commit /repo, write");
    assert_snapshot!(check("git branch -D old; git branch; git branch new; git tag -d v1"), @r#"
    git.delete-ref /repo, destroy
    git.read /repo, read
    git.branch /repo, write
    "#);
    assert_snapshot!(check("git stash; git stash drop"), @r#"
    git.index /repo, write
    git.discard /repo, destroy
    "#);
}

#[test]
fn discarding() {
    assert_snapshot!(check("git reset --hard HEAD~1"), @r#"
    git.discard /repo, destroy
    git.branch /repo, write
    "#);
    assert_snapshot!(check("git checkout -- src/a.rs"), @"git.discard /repo, destroy");
    assert_snapshot!(check("git checkout ."), @"git.discard /repo, destroy");
    assert_snapshot!(check("git restore --staged a; git restore a"), @r#"
    git.index /repo, write
    git.discard /repo, destroy
    "#);
    assert_snapshot!(check("git clean -fdx; git clean -n"), @r#"
    git.discard /repo, destroy
    git.read /repo, read
    "#);
    assert_snapshot!(check("git read-tree --reset -u HEAD; git update-index --assume-unchanged src/a.rs; rm src/a.rs"), @"
    git.discard /repo, destroy
    git.index /repo, write
    git.config /repo, write
    fs.delete /repo/src/a.rs, destroy
    ");
    assert_snapshot!(undone_where("git update-index --skip-worktree src/a.rs; rm src/a.rs; git update-index --refresh; git read-tree HEAD", &[("/repo/src/a.rs", "x")]), @"git.config Yes; git.index Yes; fs.delete No");
    assert_snapshot!(check("git reflog expire --expire=now --all; git gc --prune=now"), @"git.rewrite /repo, destroy");
}

#[test]
fn clones_and_worktrees_go_where_they_are_told() {
    assert_snapshot!(check("git clone -b x --depth 1 https://h.example/a.git /home/dev/.claude"), @"
    git.fetch repository@https://h.example/a.git, read
    fs.write /home/dev/.claude, write
    ");
    assert_snapshot!(check("git clone --separate-git-dir=.claude https://h.example/a.git x"), @"
    fs.write /repo/.claude, write
    git.fetch repository@https://h.example/a.git, read
    fs.write /repo/x, write
    ");
    assert_snapshot!(check("git worktree add -b x .claude"), @"
    git.branch /repo, write
    fs.write /repo/.claude, write
    ");
}

#[test]
fn a_branch_is_not_taken_for_a_file() {
    assert_snapshot!(check("git checkout main"), @"git.branch /repo, write");
    let call = call("Bash", json!({"command": "git checkout topic/x"}));
    let understanding = understand(&call, &surroundings(), &WithTopic);
    assert_eq!(understanding.effects.iter().map(|effect| effect.verb.as_str()).collect::<Vec<_>>(), ["git.branch"]);
    assert_snapshot!(check("git checkout Makefile"), @"
    git.branch /repo, write
    git.discard /repo, destroy
    ");
    // Nothing is there that could be lost.
    assert_snapshot!(check("git checkout README.md"), @"
    git.branch /repo, write
    git.index /repo, write
    ");
    assert!(check("echo x > README.md; git checkout README.md").contains("git.discard"));
}

#[test]
fn running_others() {
    assert_snapshot!(check("git rebase -x 'git push origin main' HEAD~2"), @r#"
    git.push main@origin, write
    git.merge /repo, write
    "#);
    assert_snapshot!(check("git bisect run ./x.sh"), @"
    exec.opaque /repo/x.sh, execute, opaque
    git.branch /repo, write
    ");
    assert_snapshot!(check("git submodule foreach 'git push origin main'"), @"git.push main@origin, write");
    assert_snapshot!(check("git fetch --upload-pack='./x' origin"), @"
    exec.opaque /repo/x, execute, opaque
    git.fetch repository@origin, read
    ");
    assert!(check("cd ~ && git grep --no-index -Orm hook .claude").contains("tamper"));
    assert!(check("git grep -nOrm hook").contains("fs.delete /repo/*"));
    assert!(check("git grep --open-files=rm hook").contains("fs.delete /repo/*"));
    assert!(!check("git grep -eOrm hook").contains("fs.delete"));
    assert_snapshot!(check("git grep -O./x foo"), @"
    exec.opaque /repo/x, execute, partial
    secret.read /repo/.*, read, partial
    git.read /repo, read
    ");
}

#[test]
fn a_tag_that_is_made_is_pushed_as_a_tag() {
    for made in ["git tag v9", "git tag -a v9 -m x", "git tag -a -m x v9", "git tag -am x v9", "git tag -fam x v9", "git tag -s -u k --mes=x v9 HEAD", "git tag -f v9", "git update-ref refs/tags/v9 HEAD", "git fetch . HEAD:refs/tags/v9"] {
        assert!(check(&format!("{made} && git push origin v9")).ends_with("git.push refs/tags/v9@origin, write"), "{made}");
    }
    assert_snapshot!(check("git tag -a \"$NAME\" -m x && git push origin v9"), @"
    git.branch /repo, write
    git.push refs/tags/v9@origin, write
    ");
    assert_snapshot!(check("git tag -l v9 && git push origin v9"), @"
    git.read /repo, read
    git.push v9@origin, write
    git.push refs/tags/v9@origin, write
    ");
    assert_snapshot!(check("git branch v9 && git push origin v9"), @"
    git.branch /repo, write
    git.push v9@origin, write
    change.unknown files into v9, write, partial
    ");
    assert_snapshot!(check("git tag; git tag -l 'v*' -n3; git tag --contains HEAD; git tag -v v1; git tag --points-at HEAD; git tag --sort=-v:refname"), @"git.read /repo, read");
    assert_snapshot!(check("git branch -a; git branch -vv; git branch --contains v1; git branch --list 'f*'; git branch --show-current; git branch --sort=-committerdate -r"), @"git.read /repo, read");
    assert_snapshot!(check("git branch -v new"), @"git.branch /repo, write");
    assert_snapshot!(check("git tag -dm x"), @"git.delete-ref /repo, destroy");
}

#[test]
fn tidying_up_keeps_what_is_young() {
    assert_snapshot!(check("git gc; git gc --auto -q; git maintenance run"), @"git.index /repo, write");
    for command in ["git gc --prune=now", "git gc --prune", "git -c gc.pruneExpire=now gc", "git maintenance start", "git prune", "git gc $X"] {
        assert!(!check(command).contains("git.index"), "{command}: {}", check(command));
    }
}

#[test]
fn to_leave_a_file_in_place_changes_none() {
    assert_snapshot!(check("git rm --cached .env"), @"git.index /repo, write");
    assert_snapshot!(check("git rm -r --cached src .github"), @"git.index /repo, write");
    assert_snapshot!(check("git rm .env"), @"
    git.index /repo, write
    fs.delete /repo/.env, destroy
    ");
}

#[test]
fn trees_that_are_read_over_changes() {
    for command in ["git read-tree --reset -u HEAD", "git read-tree -u --reset origin/main", "git read-tree --reset -vu HEAD"] {
        assert!(check(command).contains("git.discard"), "{command}: {}", check(command));
    }
    for command in ["git read-tree HEAD", "git read-tree --reset HEAD", "git read-tree -m -u HEAD", "git read-tree -n --reset -u HEAD"] {
        assert!(!check(command).contains("git.discard"), "{command}: {}", check(command));
    }
}

#[test]
fn a_file_that_is_put_back_is_no_branch() {
    for command in [
        "git checkout Makefile && git push",
        "git checkout src/a.rs && git commit -am x && git push origin HEAD",
        "git checkout --theirs src/a.rs && git add src/a.rs && git push",
        "git checkout --ours main && git push",
        "git checkout HEAD Makefile; git push -u origin HEAD",
        "git checkout main Makefile && git push",
        "git checkout -p main && git push",
        "git checkout README.md package.json && git push",
        "git branch Makefile; git checkout Makefile && git push",
        "git checkout nosuch; git push",
    ] {
        let found = check(command);
        assert!(found.contains("git.push feature@origin, write"), "{command}: {found}");
    }
    for command in [
        "git checkout main && git push",
        "git checkout -b x && git push -u origin HEAD",
        "git branch x && git checkout x && git push -u origin HEAD",
        "git switch -c x main && git push -u origin HEAD",
    ] {
        let found = check(command);
        assert!(!found.contains("feature@origin"), "{command}: {found}");
    }
}

#[test]
fn a_first_push_goes_to_the_remote_that_was_added() {
    let added = "git remote add new https://h.example/a/b && git add . && git commit -m x && git branch -M trunk && git push -u new trunk";
    assert_snapshot!(check(added), @"
    git.config /repo, write
    git.index /repo, write
    git.commit /repo, write
    git.branch /repo, write
    git.push trunk@new, write, partial
    ");
    assert_snapshot!(check("git remote add new https://h.example/a/b && git push -u new main"), @"
    git.config /repo, write
    git.push main@new, write
    ");
    // It is there already, has more to it, or is another repository's.
    assert!(check("git remote add origin https://h.example/a/b && git push origin main").contains("partial"));
    assert!(check("git remote add --mirror=push new https://h.example/a/b && git push new").contains("partial"));
    assert!(check("git remote add new https://h.example/a/b && git config remote.new.push '+refs/heads/*' && git push new").contains("force-push"));
    assert!(!check("git remote add new https://h.example/a/b; cd /srv/other && git push new main").contains("h.example"));
}

#[test]
fn a_switch_by_another_spelling() {
    for command in ["git checkout main -- && git push origin HEAD", "git switch main -- && git push origin HEAD"] {
        assert!(check(command).contains("git.push main@origin"), "{command}: {}", check(command));
    }
    for command in ["git switch @{-2} && git push origin HEAD", "git checkout @{-3} && git push origin HEAD", "git checkout '@{1.day.ago}' && git push origin HEAD"] {
        assert!(!check(command).contains("git.push feature@origin, write\n"), "{command}: {}", check(command));
        assert!(check(command).contains("*@origin"), "{command}: {}", check(command));
    }
    for command in ["git checkout -qbfeature2", "git switch -cfeature2"] {
        assert!(!check(command).contains("git.discard"), "{command}: {}", check(command));
    }
    for command in ["git checkout -f main", "git checkout -qf main", "git checkout -tf main", "git switch -f main", "git checkout main -- src/a.rs"] {
        assert!(check(command).contains("git.discard"), "{command}: {}", check(command));
    }
}

/// `precious` has a commit of its own, `main` is as the remote has it.
struct Branches;

impl Workspace for Branches {
    fn ask(&self, question: &Question) -> Answer {
        match question {
            Question::Reference { reference, .. } => match reference.as_str() {
                "refs/heads/precious" => Answer::Commit { commit: commit('a') },
                "refs/heads/main" | "refs/remotes/origin/main" => Answer::Commit { commit: commit('b') },
                _ => Answer::Absent,
            },
            Question::Changed { .. } => Answer::Values { values: vec!["A\tx".to_owned()] },
            question => Fixture(&[]).ask(question),
        }
    }
}

#[test]
fn branches_that_are_put_somewhere_else() {
    let effects = |command: &str| {
        let found = understand(&call("Bash", json!({"command": command})), &surroundings(), &Branches).effects;
        found.iter().any(|effect| effect.verb == countersign_model::verbs::GIT_DELETE_REF)
    };
    for command in [
        "git checkout -B precious main", "git switch -C precious", "git branch -M feature precious", "git branch -C feature precious", "git worktree add -B precious ../wt9", "git branch -f -m a precious", "git fetch . +feature:precious",
        "git fetch origin && git checkout -B precious origin/main",
    ] {
        assert!(effects(command), "{command}");
        assert!(!effects(&command.replace("precious", "fresh")), "{command}");
    }
    assert!(!effects("git fetch origin && git checkout -B main origin/main"));
    assert!(!effects("git fetch origin main:main"));
}

#[test]
fn addresses_that_run_a_command() {
    for command in ["git -c protocol.ext.allow=always fetch 'ext::git push origin HEAD:main'", "git clone 'ext::git push origin HEAD:main' x", "git fetch 'ext::git push origin HEAD:main'"] {
        let found = check(command);
        assert!(found.contains("git.push main@origin"), "{command}: {found}");
    }
    let forced = check("git fetch origin '+refs/heads/*:refs/heads/*'");
    assert!(forced.contains("git.delete-ref"), "{forced}");
    let plain = check("git fetch origin '+refs/heads/*:refs/remotes/origin/*'");
    assert!(!plain.contains("git.delete-ref"), "{plain}");
}

#[test]
fn files_as_they_are_staged() {
    assert_snapshot!(check("git checkout-index -fa; git checkout-index -a; git checkout-index -a --prefix=out/"), @"
    git.discard /repo, destroy
    git.index /repo, write
    fs.write /repo/out, write
    ");
}

#[test]
fn a_trial_that_is_taken_back() {
    assert_snapshot!(check("git clean -n --no-dry-run -fd"), @"git.discard /repo, destroy");
    assert_snapshot!(check("git clean -fd -e --dry-run"), @"git.discard /repo, destroy");
    assert_snapshot!(check("git clean --no-dry-run -fdn"), @"git.read /repo, read");
    assert_snapshot!(check("git commit -m --dry-run; git commit --dry-run --no-dry -m x; git commit -m x --dry-run"), @"
    git.commit /repo, write
    git.read /repo, read
    ");
    assert_snapshot!(check("git push -n --no-dry-run origin main"), @"git.push main@origin, write");
}

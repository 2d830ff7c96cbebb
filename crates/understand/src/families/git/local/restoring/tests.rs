//! Tests of `restoring`.

use insta::assert_snapshot;

use crate::fixture::understood;

/// What becomes of the working tree where these are the changes that are not committed.
fn restored(command: &str, uncommitted: &str) -> String {
    let effects = understood(command, &[("uncommitted", uncommitted), ("/repo/src/there.rs", "x")]).effects;
    let line = |effect: &countersign_model::Effect| format!("{} {:?}", effect.verb, effect.reversible);
    effects.iter().map(line).collect::<Vec<_>>().join("; ")
}

#[test]
fn what_is_committed_is_not_lost() {
    for command in [
        "git restore src/a.rs",
        "git restore -q src/a.rs src/b.rs",
        "git restore --worktree --staged -- src/a.rs",
        "git restore --source=HEAD src/a.rs",
        "git restore -sHEAD src/a.rs",
        "git restore -s @ src/a.rs",
        "git checkout -- src/a.rs",
        "git checkout -q HEAD -- src/a.rs",
        "cd src && git checkout -- a.rs",
        "git checkout -- src/deep",
    ] {
        for uncommitted in ["", "changed\tsrc/other.rs\nstaged\tREADME.md\nnew\tsrc/new.rs", "changed\tsrc/a.rs.orig"] {
            let found = restored(command, uncommitted).replace("exec.read Yes; ", "");
            assert_eq!(found, "git.index Yes", "{command}: {uncommitted}");
        }
    }
    for command in ["git checkout .", "git checkout -- .", "git restore .", "git checkout -q ."] {
        assert_eq!(restored(command, "new\tsrc/new.rs"), "git.index Yes", "{command}");
    }
    for command in ["git reset --hard", "git reset --hard HEAD", "git reset -q --hard"] {
        assert_eq!(restored(command, "new\tsrc/new.rs"), "git.index Yes; git.branch Yes", "{command}");
    }
    assert_snapshot!(restored("git checkout . && git push", ""), @"git.index Yes; git.push Unknown");
    assert_snapshot!(restored("cd src && git checkout .", "changed\tdocs/a.md"), @"exec.read Yes; git.index Yes");
    assert_snapshot!(restored("git restore src/gone.rs", "changed\tsrc/gone.rs"), @"git.index Yes");
    for command in ["git restore --staged src/a.rs && git restore src/a.rs", "git checkout main -- src/a.rs && git checkout HEAD -- src/a.rs", "git pull && git checkout -- src/a.rs", "git merge main; git checkout ."] {
        for uncommitted in ["", "new\tsrc/new.rs"] {
            assert!(!restored(command, uncommitted).contains("git.discard No"), "{command}: {uncommitted}");
        }
        assert!(restored(command, "changed\tsrc/there.rs").contains("git.discard No"), "{command}");
    }
    assert_snapshot!(restored("git checkout src/a.rs", ""), @"git.branch Yes; git.index Yes");
    assert_snapshot!(restored("git checkout main -- src/a.rs", ""), @"fs.write Unknown; git.discard Yes");
    assert_snapshot!(restored("git restore --source HEAD~3 src/a.rs", ""), @"fs.write Unknown; git.discard Yes");
}

#[test]
fn what_is_not_committed_is() {
    for (command, uncommitted) in [
        ("git restore src/a.rs", "changed\tsrc/there.rs\nchanged\tsrc/a.rs\n*\t*"),
        ("git restore src/there.rs", "changed\tsrc/there.rs"),
        ("git restore src/a.rs", "staged\tsrc/a.rs"),
        ("git restore src/a.rs src/there.rs", "changed\tsrc/there.rs"),
        ("git checkout -- src/x", "changed\tsrc/x/y.rs"),
        ("git checkout HEAD -- src/there.rs", "changed\tsrc/there.rs"),
        ("git checkout src/there.rs", "changed\tsrc/there.rs"),
        ("git checkout -- README.md", ""),
        ("git checkout -- 'src/*.rs'", ""),
        ("git checkout -- :/src/a.rs", ""),
        ("git checkout -- :!src/a.rs", ""),
        ("git checkout -- \"$X\"", ""),
        ("git checkout -- .", "changed\tsrc/there.rs"),
        ("git checkout .", "staged\tREADME.md"),
        ("git checkout .", "*\t*"),
        ("git reset --hard", "changed\tsrc/there.rs"),
        ("git reset --hard HEAD", "staged\tsrc/a.rs"),
        ("git reset --hard $X", ""),
        ("git reset --merge", ""),
        ("echo x > src/a.rs; git checkout .", ""),
        ("echo x > src/a.rs; git reset --hard", ""),
        ("git stash pop; git reset --hard", ""),
        ("git checkout -f .", ""),
        ("git checkout main .", ""),
        ("cd /other; git checkout .", ""),
        ("git checkout -f -- src/a.rs", ""),
        ("git checkout --ours -- src/a.rs", ""),
        ("git checkout -p -- src/a.rs", ""),
        ("git restore --no-overlay src/a.rs", ""),
        ("git restore --pathspec-from-file=x", ""),
        ("git restore src/a.rs $X", ""),
        ("git restore --recurse-submodules src/a.rs", ""),
        ("git restore", ""),
        ("git -C /other restore src/a.rs", ""),
        ("git --icase-pathspecs restore src/a.rs", ""),
        ("cd /other && git restore src/a.rs", ""),
        ("git stash pop; git restore src/a.rs", ""),
        ("git pull; git stash pop; git restore src/a.rs", ""),
        ("git pull; ./fill; git restore src/a.rs", ""),
        ("git pull; mv ~/notes src/a.rs; git restore src/a.rs", ""),
        ("git pull; mv ~/notes src/a.rs; git checkout .", ""),
        ("mv ~/notes src/a.rs; git restore src/a.rs", ""),
        ("./fill; git restore src/a.rs", ""),
        ("ln -s /home/dev src; git restore src/a.rs", ""),
        ("GIT_INDEX_FILE=x git restore src/a.rs", ""),
        ("GIT_WORK_TREE=/other git restore src/a.rs", ""),
        ("GIT_ICASE_PATHSPECS=1 git restore src/a.rs", ""),
    ] {
        let found = restored(command, uncommitted);
        assert!(found.contains("git.discard No"), "{command}: {found}");
    }
}

#[test]
fn files_of_another_commit_are_written() {
    for (command, path) in [
        ("git checkout HEAD~1 -- deploy/live/a.yaml", "/repo/deploy/live/a.yaml"), ("git checkout develop deploy/live", "/repo/deploy/live"), ("git restore -s HEAD~1 deploy/live", "/repo/deploy/live"), ("git restore --source=main -SW deploy", "/repo/deploy"),
        ("git checkout main -- :/deploy", "/repo/deploy"), ("git checkout main -- ':(glob)deploy/**'", "*"), ("git checkout main -- 'deploy/*.yaml'", "/repo/deploy/*.yaml"), ("git checkout main --pathspec-from-file=x", "*"), ("git -C src checkout main -- a.rs", "/repo/src/a.rs"),
    ] {
        let found = crate::fixture::check(command);
        assert!(found.contains(&format!("fs.write {path}, write")), "{command}: {found}");
    }
    for command in ["git checkout -- deploy/live", "git checkout HEAD -- deploy/live", "git restore deploy/live", "git restore -s main --staged deploy/live", "git checkout src/a.rs src/b.rs", "git checkout -b x main", "git checkout -b x"] {
        let found = crate::fixture::check(command);
        assert!(!found.contains("fs.write"), "{command}: {found}");
    }
}

#[test]
fn a_name_of_a_commit_or_of_nothing_discards_nothing() {
    let dirty = "changed\tsrc/there.rs";
    for (command, uncommitted) in [
        ("git checkout origin/main", dirty), ("git checkout -q v1", dirty), ("git checkout HEAD~1", dirty), ("git checkout HEAD^", dirty), ("git checkout HEAD@{1}", dirty), ("git checkout deep/er/name", dirty),
        ("git fetch && git checkout feat/x", dirty), ("git fetch && git checkout origin/feat/x", dirty), ("git pull && git checkout feat/x", "new\tnotes.md"), ("git pull && git checkout v9", ""),
        ("git -C /other checkout aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", dirty), ("git stash && git checkout HEAD~2", ""), ("git commit -m x; git checkout HEAD~1", dirty),
        ("git clone -q https://h.example/a.git /tmp/c && cd /tmp/c && git checkout v1.8.1", dirty), ("git clone -q https://h.example/a.git /tmp/c && cd /tmp/c && git reset --hard v1", dirty),
        ("git clone https://h.example/a.git /tmp/c && cd /tmp/c && git checkout feat/x && git checkout .", dirty), ("git clone https://h.example/a.git /tmp/c && cd /tmp/c && git restore README.md", dirty),
    ] {
        let found = restored(command, uncommitted);
        assert!(!found.contains("git.discard No") && !found.contains("git.discard Unknown"), "{command}: {found}");
    }
    for (command, uncommitted) in [
        ("git checkout src/there.rs", dirty), ("git checkout src", dirty), ("git checkout link", ""), ("git checkout link/x", ""), ("git pull && git checkout feat/x", dirty), ("git stash pop && git checkout feat/x", ""),
        ("mv ~/notes feat && git checkout feat/x", ""), ("git checkout 'src/*'", dirty), ("git checkout :/src", dirty), ("git -C /other checkout feat/x", ""), ("./fill; git checkout feat/x", ""),
        ("git clone https://h.example/a.git /tmp/c; cd /tmp/c; git checkout feat/x", dirty), ("git clone https://h.example/a.git /tmp/c && mv ~/notes /tmp/c/ && cd /tmp/c && git reset --hard", dirty),
        ("git clone https://h.example/a.git /tmp/c && mv ~/notes /tmp/c/README.md && cd /tmp/c && git checkout README.md", dirty), ("git clone https://h.example/a.git /tmp/c && cd /tmp/c && ./fill; git reset --hard", dirty),
        ("git init /tmp/c && cd /tmp/c && git add -A && git reset --hard", dirty), ("git clone https://h.example/a.git /tmp/c && cd /tmp/c && git --work-tree=/other reset --hard", dirty),
        ("git clone https://h.example/a.git /tmp/c && cd /tmp/c && GIT_DIR=/other/.git git reset --hard", dirty), ("git clone https://h.example/a.git /repo/src; cd /repo/src; git reset --hard", dirty),
    ] {
        let found = restored(command, uncommitted);
        assert!(found.contains("git.discard No"), "{command}: {found}");
    }
}

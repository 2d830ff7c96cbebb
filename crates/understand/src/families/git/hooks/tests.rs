    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn hooks_run_along() {
        let push = [("/repo/.git/hooks/post-commit", "#!/bin/sh\ngit push origin main\n")];
        assert_snapshot!(check_with("git commit -m x", &push), @"
        git.commit /repo, write
        git.push main@origin, write
        ");
        assert_snapshot!(check_with("git commit --no-verify -m x", &push), @"
        git.commit /repo, write
        git.push main@origin, write
        ");
        let check_ = [("/repo/.git/hooks/pre-commit", "#!/bin/sh\ncargo fmt --check\n./unheard-of\n")];
        assert_snapshot!(check_with("git commit -m x", &check_), @"
        git.commit /repo, write
        exec.build cargo fmt, execute
        exec.test the hook pre-commit, execute, partial
        ");
        assert_snapshot!(check_with("git commit -nm x", &check_), @"git.commit /repo, write");
        assert_snapshot!(check_with("git push origin main", &[("core.hookspath", ".husky"), ("/repo/.husky/pre-push", "npm test\n")]), @"
        exec.opaque git push, execute, opaque
        git.push main@origin, write
        exec.test npm test, execute
        ");
    }

    #[test]
    fn hooks_of_refs_and_of_the_index() {
        for (command, name) in [
            ("git branch x", "reference-transaction"), ("git tag x", "reference-transaction"), ("git fetch", "reference-transaction"), ("git commit -nm x", "reference-transaction"), ("git add x", "post-index-change"), ("git status", "post-index-change"),
            ("git commit -n --amend --no-edit", "post-rewrite"), ("git worktree add ../x", "post-checkout"), ("git describe --dirty", "post-index-change"), ("git diff", "post-index-change"), ("git revert --no-edit HEAD", "prepare-commit-msg"),
            ("git gc", "reference-transaction"), ("git pack-refs", "reference-transaction"),
        ] {
            let found = check_with(command, &[(&format!("/repo/.git/hooks/{name}"), "#!/bin/sh\ngit push origin main\n")]);
            assert!(found.contains("git.push main@origin"), "{command}: {found}");
            let found = check_with("git log; git rev-parse HEAD", &[(&format!("/repo/.git/hooks/{name}"), "#!/bin/sh\ngit push origin main\n")]);
            assert!(!found.contains("git.push"), "{found}");
        }
    }

    #[test]
    fn a_commit_that_amends_none_rewrites_nothing() {
        let hook = [("/repo/.git/hooks/post-rewrite", "#!/bin/sh\ngit push origin main\n")];
        assert_snapshot!(check_with("git commit -m x", &hook), @"git.commit /repo, write");
    }

    #[test]
    fn without_hooks_nothing_changes() {
        assert_snapshot!(check("git commit -m x"), @"git.commit /repo, write");
        let lfs = [("/repo/.git/hooks/pre-push", "#!/bin/sh\ncommand -v git-lfs >/dev/null 2>&1 || { echo >&2 \"no\"; exit 2; }\ngit lfs pre-push \"$@\"\n")];
        assert_snapshot!(check_with("git push origin main", &lfs), @"git.push main@origin, write");
    }

    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn a_push_from_a_new_worktree() {
        assert_snapshot!(check("git worktree add ../hot -b hotfix/x origin/main && cd ../hot && git push -u origin hotfix/x"), @"
        git.branch /repo, write
        fs.write /hot, write
        exec.read cd, read
        git.push hotfix/x@origin, write
        ");
        assert_snapshot!(check("git worktree add -b hotfix/x /tmp/hot && cd /tmp/hot && git commit -am x && git push -u origin HEAD"), @"
        git.branch /repo, write
        fs.write /tmp/hot, write
        exec.read cd, read
        git.commit /tmp/hot, write
        git.push hotfix/x@origin, write
        ");
        assert_snapshot!(check("git worktree add ../topic && git -C ../topic push"), @"
        git.branch /repo, write
        fs.write /topic, write
        git.push topic@origin, write
        ");
        assert_snapshot!(check("git worktree add ../hot main && git -C ../hot push"), @"
        git.branch /repo, write
        fs.write /hot, write
        git.push main@origin, write
        ");
        assert_snapshot!(check("git worktree add ../hot -b x && cd ../hot && git checkout main && git push"), @"
        git.branch /repo, write
        fs.write /hot, write
        exec.read cd, read
        git.branch /hot, write
        git.push main@origin, write
        change.unknown files into main, write, partial
        ");
        assert_snapshot!(check("git worktree add ../hot -b x && cd ../hot && git checkout main && cd /repo && git push"), @"
        git.branch /repo, write
        fs.write /hot, write
        exec.read cd, read
        git.branch /hot, write
        git.push feature@origin, write
        change.unknown files into feature, write, partial
        ");
        assert_snapshot!(check_with("git worktree add ../hot -b x && git -C ../hot push", &[("/repo/.git/hooks/pre-push", "git push origin main\n")]), @"
        git.branch /repo, write
        fs.write /hot, write
        git.push x@origin, write
        git.push main@origin, write
        ");
    }

    #[test]
    fn what_may_be_another_repository() {
        for command in [
            "git worktree add ../hot -b x; cd ../hot; git push origin x",
            "git worktree add ../hot $X && cd ../hot && git push",
            "git worktree add ../hot --detach && cd ../hot && git push",
            "git worktree add ../hot v1 && cd ../hot && git push",
            "git worktree add ../hot -b x && cp -r /tmp/other/.git ../hot && cd ../hot && git push origin x",
            "git worktree add ../hot -b x && rm -rf ../hot/.git && cd ../hot && git push origin x",
            "git worktree add ../hot -b x && rm -rf ../h* && cd ../hot && git push origin x",
            "git init ../hot; git worktree add ../hot -b x && cd ../hot && git push origin x",
            "git worktree add ../hot -b x && cd ../hot/vendor/lib && git push origin x",
            "git worktree add -b x $D && cd $D && git push origin x",
            "git worktree add src -b x && cd src && git push",
        ] {
            let found = check(command);
            let last = found.lines().last().unwrap_or_default();
            assert!(last.starts_with("git.force-push *@") || command.contains(" src ") && last.starts_with("git.push feature@"), "{command}: {found}");
        }
    }

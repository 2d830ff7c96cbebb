    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn a_rebase_stays_on_its_branch() {
        for command in [
            "git fetch origin && git rebase origin/main && git push --force-with-lease",
            "git rebase -i HEAD~3 --autosquash && git push --force-with-lease",
            "git stash && git rebase origin/main && git push --force-with-lease origin HEAD",
            "git checkout feature && git rebase origin/main && git push --force-with-lease",
            "git rebase --onto main HEAD~3 && git push --force-with-lease",
            "git rebase --root && git push --force-with-lease",
            "git rebase -x 'cargo test' main && git push --force-with-lease",
            "git rebase \"origin/$BASE\" && git push --force-with-lease",
            "git rebase -Xours -sort main feature && git push --force-with-lease",
        ] {
            let found = check(command);
            assert!(found.lines().any(|line| line.starts_with("git.force-push feature@origin")), "{command}: {found}");
        }
        assert_snapshot!(check("git rebase main && git push"), @"
        git.merge /repo, write
        git.push feature@origin, write
        change.unknown files into feature, write, partial
        ");
        assert_snapshot!(check("git rebase origin/main && git push -f"), @"
        git.merge /repo, write
        git.force-push feature@origin, destroy
        change.unknown files into feature, write, partial
        ");
        assert_snapshot!(check("git pull --rebase origin main && git push --force-with-lease"), @"
        git.fetch repository@origin, read
        git.merge /repo, write
        git.force-push feature@origin, destroy
        change.unknown files into feature, write, partial
        ");
        assert_snapshot!(check("git checkout -b new && git rebase main new && git push"), @"
        git.branch /repo, write
        git.merge /repo, write
        git.push new@origin, write
        change.unknown files into new, write, partial
        ");
    }

    #[test]
    fn a_rebase_of_another_branch_switches_to_it() {
        assert_snapshot!(check("git rebase feature main && git push"), @"
        git.merge /repo, write
        git.push main@origin, write
        change.unknown files into main, write, partial
        ");
        assert_snapshot!(check("git rebase --onto v1 feature main && git push -f"), @"
        git.merge /repo, write
        git.force-push main@origin, destroy
        change.unknown files into main, write, partial
        ");
        assert_snapshot!(check("git rebase --root main && git push"), @"
        git.merge /repo, write
        git.push main@origin, write
        change.unknown files into main, write, partial
        ");
        for command in [
            "git rebase main HEAD && git push",
            "git rebase main v1 && git push",
            "git rebase main $B && git push",
            "git rebase $B && git push",
            "git rebase \"$B\" && git push",
            "git rebase --quit && git push",
            "git rebase --unheard main && git push",
            "git rebase -x 'git checkout main' main && git push",
        ] {
            let found = check(command);
            assert!(found.contains("git.force-push *@origin, destroy, partial") || found.contains("git.force-push *@*, destroy, partial"), "{command}: {found}");
        }
    }

    #[test]
    fn a_rebase_that_goes_on() {
        let merging = [("/repo/.git/rebase-merge/head-name", "refs/heads/topic\n")];
        assert_snapshot!(check_with("git add . && GIT_EDITOR=true git rebase --continue && git push --force-with-lease", &merging), @"
        git.index /repo, write
        git.merge /repo, write
        git.force-push topic@origin, destroy
        change.unknown files into topic, write, partial
        ");
        assert_snapshot!(check_with("git rebase --abort && git push", &merging), @"
        git.merge /repo, write
        git.push topic@origin, write
        change.unknown files into topic, write, partial
        ");
        assert_snapshot!(check("git rebase --continue && git push"), @"
        git.merge /repo, write
        git.force-push *@*, destroy, partial
        ");
        assert_snapshot!(check_with("git checkout main && git rebase --continue && git push", &merging), @"
        git.branch /repo, write
        git.merge /repo, write
        git.force-push *@*, destroy, partial
        ");
    }

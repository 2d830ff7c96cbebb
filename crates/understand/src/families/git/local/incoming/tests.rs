    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    const CHANGED: (&str, &str) = ("changed", "M\tsrc/a.rs\nA\t.husky/pre-push\nM\t.envrc\nM\tpackage.json\nM\t.github/workflows/ci.yml");

    #[test]
    fn hooks_and_settings_that_come() {
        assert_snapshot!(check_with("git merge main", &[CHANGED]), @"
        fs.write /repo/.husky/pre-push, write
        fs.write /repo/.envrc, write
        git.merge /repo, write
        ");
        assert_snapshot!(check_with("git cherry-pick -x origin/main; git rebase --onto x main", &[("changed", "M\t.claude/settings.json")]), @"
        countersign.tamper /repo/.claude/settings.json, destroy
        git.merge /repo, write
        ");
        assert_snapshot!(check_with("git merge --no-ff origin/main -m 'x main'", &[("changed", "A\t.vscode/tasks.json")]), @"
        fs.write /repo/.vscode/tasks.json, write
        git.merge /repo, write
        ");
        assert_snapshot!(check_with("git cherry-pick main..origin/main", &[CHANGED]), @"
        fs.write /repo/.husky/pre-push, write
        fs.write /repo/.envrc, write
        git.merge /repo, write
        ");
    }

    #[test]
    fn options_are_no_revisions() {
        let settings = ("changed", "M\t.claude/settings.json");
        for command in ["git rebase -m main", "git cherry-pick -s main", "git merge -s ours main", "git rebase -i --exec 'make test' main", "git cherry-pick -m 1 main", "git -C /repo merge main", "git pull", "git pull --rebase origin main"] {
            let found = check_with(command, &[settings]);
            assert!(found.contains("countersign.tamper /repo/.claude/settings.json"), "{command}: {found}");
        }
        let found = check_with("git merge -m main feature", &[settings]);
        assert!(!found.contains("tamper"), "{found}");
    }

    #[test]
    fn what_brings_nothing_of_note() {
        let plain = ("changed", "M\tsrc/a.rs\nM\tpackage.json\nM\tREADME.md");
        assert_snapshot!(check_with("git merge main; git rebase main; git cherry-pick main; git stash pop", &[plain]), @"
        git.merge /repo, write
        git.index /repo, write
        ");
        assert_snapshot!(check("git merge main; git merge --abort; git rebase --continue"), @"git.merge /repo, write");
        assert_snapshot!(check_with("git merge feature; git merge --abort; git stash list; git stash show", &[CHANGED]), @"
        git.merge /repo, write
        git.read /repo, read
        ");
    }

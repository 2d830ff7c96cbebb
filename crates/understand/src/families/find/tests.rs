    use insta::assert_snapshot;

    use crate::fixture::check_with;

    /// In a repository, and a home, with settings of a runtime.
    fn check(command: &str) -> String {
        let files = ["/repo/.claude/settings.json", "/repo/.claude/settings.local.json", "/home/dev/.claude/settings.json", "/home/dev/.claude/settings.local.json"];
        check_with(command, &files.map(|file| (file, "{}")))
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        let found = check_with("find . -type f | xargs sed -i s/a/b/", &[]);
        assert!(!found.contains("tamper"), "{found}");
        let found = check_with("mv x .claude; find . -type f | xargs sed -i s/a/b/", &[]);
        assert!(found.contains("countersign.tamper /repo/.claude/settings.json"), "{found}");
    }

    #[test]
    fn names_by_other_means() {
        for (command, name) in [
            ("find . -iname '*.BAK' -exec rm {} \\;", "*.bak"),
            ("find . -regex '.*\\.orig$' -delete", "*.orig"),
            ("find . -regextype posix-extended -regex '.*\\.(orig|rej)$' -delete", "*.rej"),
            ("fd '\\.pyc$' -X rm", "*.pyc"),
            ("fd -H '^\\.DS_Store$' -X rm", ".ds_store"),
            ("fd -HI -t d '^__pycache__$' -X rm -rf", "__pycache__"),
            ("fd -H -g '*.orig' -X rm", "*.orig"),
        ] {
            let found = check(command);
            assert!(found.contains(&format!("fs.delete /repo/{name},")), "{command}: {found}");
            assert!(!found.contains("tamper") && !found.contains("/repo/*,"), "{command}: {found}");
        }
        for command in ["fd -u -e json -e md . .claude -X rm", "fd -u --base-directory .claude settings -X rm", "fd -H 'sett.*' -X rm", "fd -H -g '*.json' -X rm", "find . -iregex '.*\\.JSON' -delete", "fd -H '[s]ettings' -X rm"] {
            assert!(check(command).contains("tamper"), "{command}: {}", check(command));
        }
        for command in ["find . -type d -empty -delete", "find . -xtype l -delete"] {
            let found = crate::fixture::check_because(command);
            assert!(found.contains("only ") && !found.contains("tamper"), "{command}: {found}");
        }
        for command in ["find . -empty -delete", "find . -type f -empty -delete", "find . ! -empty -delete", "find . -empty -o -name x -delete", "find . -name -empty -delete"] {
            assert!(!crate::fixture::check_because(command).contains("only "), "{command}");
        }
    }

    #[test]
    fn ordinary_searches_are_no_tampering() {
        for command in [
            "find . -name '__pycache__' -exec rm -rf {} +",
            "find . -name node_modules -type d -prune -exec rm -rf {} +",
            "find . -name '*.tmp' -exec rm {} \\;",
            "find . -type d -empty -delete",
            "find . -path ./.claude -prune -o -name '*.json' -exec sed -i s/a/b/ {} +",
            "find . -name '*.json' -not -path './.claude/*' -exec sed -i s/a/b/ {} +",
            "find src -type f -exec sed -i s/a/b/ {} +",
            "find . -name '*.pyc' | xargs rm -f",
            "find . -name '*.pyc' -print0 | grep -zv x | xargs -0 rm -f",
            "find . \\( -name '*.o' -o -name '*.a' \\) -delete",
            "find . -maxdepth 1 -type f -name '*.log' -delete",
            "fd -t f tmp -x rm",
            "fd -e json -x rm",
            "fd tmp | xargs rm",
        ] {
            let found = check(command);
            assert!(!found.contains("tamper") && !found.contains("/* ") && !found.contains(" *,"), "{command}: {found}");
        }
    }

    #[test]
    fn searches_that_come_upon_protected_files_are_tampering() {
        for command in [
            "find . -name settings.json -exec cp /dev/null {} \\;",
            "find ~ -name settings.json -exec sed -i s/a/b/ {} \\;",
            "find .claude -name '*.json' -print0 | xargs -0 truncate -s 0",
            "find /home -name log -path '*countersign*' -o -name .countersign -delete",
            "find ~ -name .countersign -exec rm -rf {} +",
            "find ~/.countersign -name key -delete",
            "find . -name '*.json' | xargs rm",
            "find . -name '*.json' | grep x | xargs -I{} cp /dev/null {}",
            "find . -iname 'SETTINGS.JSON' -delete",
            "find . -regex '.*settings.*' -delete",
            "find . -name \"$X\" -exec rm {} +",
            "find . ! -name x -delete",
            "find . -name a -o -name settings.json -exec truncate -s 0 {} +",
            "find . -name x -o -exec bash -c 'rm {}' \\;",
            "fd -H settings -x rm",
            "fd . .claude -x truncate -s 0",
        ] {
            let found = check(command);
            assert!(found.contains("tamper"), "{command}: {found}");
        }
    }

    #[test]
    fn what_a_program_is_given_is_no_action() {
        assert_snapshot!(check("find . -exec echo -delete \\;"), @"
        fs.read /repo, read
        exec.read echo, read
        ");
        assert_snapshot!(check("find src -name -delete -print; find src -newer -exec"), @"fs.read /repo/src, read");
        assert!(check("find src -name -name -delete").contains("fs.delete"));
        assert_snapshot!(check("find . -exec echo {} \\; -delete"), @"
        fs.read /repo, read
        exec.read echo, read
        countersign.tamper /repo, destroy
        fs.delete /repo, destroy
        countersign.tamper /repo/.claude, destroy
        fs.delete /repo/.claude, destroy
        countersign.tamper /repo/.claude/settings.json, destroy
        countersign.tamper /repo/.claude/settings.local.json, destroy
        fs.delete /repo/*, destroy, partial
        ");
        let nested = |depth: usize, end: &str| check(&format!("{}{end}", "find . -exec ".repeat(depth)));
        assert!(nested(3, "git push origin main \\;").contains("git.push main@origin"));
        let deep = nested(1000, "git push origin main \\;");
        assert!(deep.contains("opaque") && deep.len() < 2000, "{deep}");
    }

    #[test]
    fn lists_deletes_and_runs() {
        assert_snapshot!(check("find . -name '*.rs' -type f | head"), @r#"
        fs.read /repo, read
        exec.read head, read
        "#);
        assert_snapshot!(check("find src -name '*.tmp' -delete"), @r#"
        fs.read /repo/src, read
        fs.delete /repo/src/*.tmp, destroy, partial
        "#);
        assert_snapshot!(check("find . -type f -exec rm {} +"), @"
        fs.read /repo, read
        countersign.tamper /repo/.claude/settings.json, destroy
        countersign.tamper /repo/.claude/settings.local.json, destroy
        fs.delete /repo/*, destroy, partial
        ");
        assert_snapshot!(check("find . -exec git push origin main \\;"), @r#"
        fs.read /repo, read
        git.push main@origin, write
        "#);
        assert_snapshot!(check("find / -delete"), @"
        fs.read /, read
        countersign.tamper /, destroy
        fs.delete /, destroy
        countersign.tamper /home, destroy
        fs.delete /home, destroy
        countersign.tamper /home/dev, destroy
        fs.delete /home/dev, destroy
        countersign.tamper /home/dev/.countersign, destroy
        countersign.tamper /home/dev/.local, destroy
        fs.delete /home/dev/.local, destroy
        countersign.tamper /home/dev/.local/state, destroy
        fs.delete /home/dev/.local/state, destroy
        countersign.tamper /home/dev/.local/state/countersign, destroy
        countersign.tamper /home/dev/.claude, destroy
        fs.delete /home/dev/.claude, destroy
        countersign.tamper /home/dev/.claude/settings.json, destroy
        countersign.tamper /home/dev/.claude/settings.local.json, destroy
        countersign.tamper /repo, destroy
        fs.delete /repo, destroy
        countersign.tamper /repo/.claude, destroy
        fs.delete /repo/.claude, destroy
        countersign.tamper /repo/.claude/settings.json, destroy
        countersign.tamper /repo/.claude/settings.local.json, destroy
        fs.delete /*, destroy, partial
        ");
        assert_snapshot!(check("fd -e rs -x wc -l"), @"
        fs.read /repo, read
        fs.read /repo/*.rs, read
        ");
    }

#[test]
fn a_name_is_found_further_below_and_at_the_start() {
    for command in ["find . -name live -exec rm -rf {} +", "find . -name live | xargs rm -rf", "find . -name live -delete"] {
        let found = check(command);
        assert!(found.contains("fs.delete /repo/live") && found.contains("fs.delete /repo/*/live"), "{command}: {found}");
    }
    let found = check("find deploy -name deploy -exec rm -rf {} +");
    assert!(found.contains("fs.delete /repo/deploy,"), "{found}");
    let found = check("find . -maxdepth 1 -name live -delete");
    assert!(!found.contains("/*/"), "{found}");
    let found = check("find . -name '*.pyc' -delete");
    assert!(!found.contains("/*/"), "{found}");
}

    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn extensions_of_an_editor() {
        assert_snapshot!(check("code --install-extension evil.vsix; code --install-extension=./evil.vsix --force; code --install-extension rust-lang.rust-analyzer"), @"
        exec.schedule code --install-extension evil.vsix, execute
        exec.schedule code --install-extension=./evil.vsix --force, execute
        exec.install code --install-extension rust-lang.rust-analyzer, execute
        ");
        assert_snapshot!(check("code --list-extensions; code ."), @"
        exec.read code, read
        exec.opaque code, execute, opaque
        ");
    }

    #[test]
    fn commands_in_expressions() {
        assert_snapshot!(check("emacs --batch --eval '(shell-command \"git push origin main\")'"), @"
        git.push main@origin, write
        exec.read emacs, read
        ");
        assert_snapshot!(check("emacs -Q --batch --eval='(progn (message \"%s\" (shell-command-to-string \"rm -rf src\")) (kill-emacs 0))'"), @"
        fs.delete /repo/src, destroy
        exec.read emacs, read
        ");
        assert_snapshot!(check("emacs -batch -eval '(call-process \"git\" nil nil nil \"push\" \"origin\" \"main\")'"), @"
        git.push main@origin, write
        exec.read emacs, read
        ");
        assert_snapshot!(check("emacs --batch --eval '(let ((x \"push\")) (shell-command (concat \"git \" x)))'; emacs --batch --eval '(progn (shell-command \"ls\") (frob))'"), @"
        exec.opaque emacs, execute, opaque
        exec.read emacs, read
        fs.read /repo, read
        ");
        for expression in ["(shell-command \"l\\x73\")", "(call-process \"sh\" \"in\" nil nil)", "(shell-command X)", "(shell-command \"ls\"", "#'x", "(funcall 'shell-command \"ls\")"] {
            let found = check(&format!("emacs --batch --eval '{}'", expression.replace('\'', r"'\''")));
            assert!(found.contains("opaque"), "{expression}: {found}");
        }
        assert!(!check("emacs --batch --eval '(message \"shell-command\")'").contains("opaque"));
    }

    #[test]
    fn what_hides_in_a_command_of_theirs() {
        for command in ["vim -c 'g/./call system(\"x\")' a", "vim -c 'w|call system(\"x\")' a", "vim -c 's/x/\\=system(\"x\")/' a", "vim -c'lua x' a", "emacs -batch -f ship", "cmd | ed a"] {
            let found = check(command);
            assert!(found.contains("opaque"), "{command}: {found}");
        }
        assert!(check("ed a <<'E'\n!git push origin main\nE").contains("git.push main@origin"));
    }

    #[test]
    fn what_editors_write_and_run() {
        assert_snapshot!(check("vim -es -c wq ~/.tool/x"), @"
        fs.write /home/dev/.tool/x, write
        exec.read vim, read
        ");
        assert_snapshot!(check("vim -c ':!git push origin main' x"), @"
        git.push main@origin, write
        fs.write /repo/x, write
        exec.read vim, read
        ");
        assert_snapshot!(check("nvim +42 src/a.rs; nano notes.md; view .env"), @"
        fs.write /repo/src/a.rs, write
        exec.read nvim, read
        fs.write /repo/notes.md, write
        exec.read nano, read
        secret.read /repo/.env, read
        exec.read view, read
        ");
        assert_snapshot!(check("emacs --batch --eval '(delete-file \"/srv/x\")'"), @"
        exec.opaque emacs, execute, opaque
        exec.read emacs, read
        ");
    }

    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn directories_that_are_emptied() {
        assert_snapshot!(check("cargo clean --target-dir ~/docs"), @"
        fs.delete /home/dev/docs, destroy
        exec.build cargo clean, execute
        ");
        for command in [
            "cargo clean --target-dir=/home/dev/docs", "CARGO_TARGET_DIR=~/docs cargo clean", "export CARGO_TARGET_DIR=~/docs; cargo clean -p x",
            "cargo clean --config 'build.target-dir=\"/home/dev/docs\"'", "vite build --outDir ~/docs --emptyOutDir", "npx vite build --outDir=/home/dev/docs",
            "python3 -m venv --clear ~/docs", "python3 -m venv --prompt x --clea ~/docs", "uv venv --clear ~/docs", "UV_VENV_CLEAR=1 uv venv ~/docs",
            "webpack --output-clean --output-path ~/docs", "fd -HIX rm -rf . ~/docs", "fd -uX rm . ~/docs", "fd -ux rm . ~/docs", "fd . ~/docs -Xrm", "fd . ~/docs --exec=rm",
            "fd . ~/docs -x echo {} \\; -x rm",
        ] {
            assert!(check(command).contains("fs.delete /home/dev/docs"), "{command}: {}", check(command));
        }
        assert!(check("mv ~/docs dist; vite build --outDir dist").contains("fs.delete /repo/dist"));
        for command in ["python3 -m venv --clear .claude", "uv venv --clear .claude", "cargo clean --target-dir .claude"] {
            assert!(check(command).contains("countersign.tamper"), "{command}: {}", check(command));
        }
        for command in [
            "cargo clean", "cargo clean -n --target-dir ~/docs", "CARGO_TARGET_DIR=/tmp/t cargo build", "cargo build --target-dir ~/x", "vite build", "vite build --outDir ~/docs --emptyOutDir=false",
            "python3 -m venv .venv", "uv venv .venv", "python3 -m venv --clear .venv", "vite build --outDir dist", "CARGO_TARGET_DIR=target cargo clean", "webpack --output-path ~/docs", "fd -e x . ~/docs", "fd -HI x",
        ] {
            assert!(!check(command).contains("fs.delete"), "{command}: {}", check(command));
        }
    }

//! Tools that build, and what settings and options make of them.

use insta::assert_snapshot;

use crate::fixture::{check, check_with};

#[test]
fn settings_of_go() {
    assert_snapshot!(check("go env -w GOFLAGS=-toolexec=./evil CC=./x; go env -u GOPROXY"), @"fs.write /home/dev/.config/go/env, write");
    assert_snapshot!(check("go env -w GOPATH=/tmp/x; go env GOFLAGS; go env"), @"
    fs.write /home/dev/.config/go/env, write
    exec.read go env, read
    ");
}

#[test]
fn building_and_testing() {
    assert_snapshot!(check("cargo test -p shop && npm run build && make test"), @"
    exec.test cargo test, execute
    exec.build npm run, execute
    exec.read make, read
    ");
    assert_snapshot!(check("cargo +nightly fmt"), @"exec.build cargo fmt, execute");
    assert_snapshot!(check("uv run pytest -q"), @"exec.test pytest, execute");
    assert_snapshot!(check("npm ci"), @"
    exec.install npm ci, execute
    package.read * on npm, read
    ");
}

#[test]
fn publishing_and_scripts() {
    assert_snapshot!(check("npm publish"), @"package.publish * on npm, write");
    for command in ["cargo publish --dry-run", "npm publish --dry-run", "cargo publish -p a --dry-run --allow-dirty"] {
        assert!(check(command).contains("exec.build"), "{command}");
    }
    for command in ["npm publish --dry-run=false", "npm publish --dry-run false", "npm publish --tag --dry-run", "cargo publish -- --dry-run", "yarn publish --dry-run", "npm publish $X --dry-run"] {
        assert!(check(command).contains("package.publish"), "{command}");
    }
    assert_snapshot!(check("make deploy"), @"exec.opaque make, execute, opaque");
    assert_snapshot!(check("poetry run git push origin main"), @"git.push main@origin, write");
    assert_snapshot!(check("cargo $X"), @"exec.opaque cargo, execute, opaque");
}

#[test]
fn bundlers_build_the_project() {
    for command in ["vite build", "vite", "next dev", "nuxt generate", "rollup -c", "rollup -c --watch", "vite build --mode production"] {
        assert!(check(command).starts_with("exec.build"), "{command}: {}", check(command));
    }
    for command in ["vite build --config /tmp/x.js", "next telemetry", "vite $X", "rollup -c /tmp/x.js", "nuxt module add x"] {
        assert!(check(command).contains("exec.opaque"), "{command}: {}", check(command));
    }
    assert_snapshot!(check("just --list; just -l --unsorted; just --show deploy"), @"exec.read just, read");
    assert!(check("just --list --justfile $X").contains("opaque"));
    assert_snapshot!(crate::fixture::check_because("cargo run; npx --yes create-evil-app"), @"
    exec.opaque cargo, execute, opaque: it runs a program of the project
    package.read * on npm, read: -
    exec.opaque npx, execute, opaque: it runs a program of a package, fetched where it is not here
    ");
}

#[test]
fn what_chooses_among_tests_is_no_file() {
    for command in ["go test -run 'A/.*' ./...", "go test -bench='x/.*'", "pytest -k 'a/.* or b'", "vitest -t 'cart/.*'", "npx playwright test --grep 'x/.*'", "npx sv check"] {
        let found = check(command);
        assert!(!found.contains("secret") && !found.contains("machine"), "{command}: {found}");
    }
    for command in ["pytest -p .env", "pytest --config=.env", "jest --setupFiles .env", "go test -run .env"] {
        assert!(check(command).contains("secret.read"), "{command}: {}", check(command));
    }
}

#[test]
fn a_target_or_script_that_is_not_known_could_be_any() {
    let files = [
        ("/repo/Makefile", "test:\n\tcargo test\nship:\n\tgit push origin HEAD:main\n"),
        ("/repo/package.json", r#"{"scripts": {"test": "jest", "ship": "git push origin HEAD:main"}}"#),
    ];
    for command in ["make \"$(cat x)\"", "make \"$TARGET\" X=1", "npm run \"$SCRIPT\"", "npm run \"$(cat x)\" -- y", "yarn run $S"] {
        let found = check_with(command, &files);
        assert!(found.contains("git.push main@origin") && found.contains("opaque"), "{command}: {found}");
    }
    for command in ["make test", "npm run test", "make -n \"$X\""] {
        assert!(!check_with(command, &files).contains("git.push"), "{command}: {}", check_with(command, &files));
    }
}

use insta::assert_snapshot;

use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::select;

use crate::fixture::{check, check_because, check_with};

#[test]
fn scripts_are_read() {
    let files =
        [("/repo/deploy.sh", "#!/bin/bash\nset -euo pipefail\ngit push origin main\n"), ("/repo/x", "ls\n")];
    assert_snapshot!(check_with("./deploy.sh", &files), @"
    exec.read set, read
    git.push main@origin, write
    fs.read /repo/deploy.sh, read
    ");
    assert_snapshot!(check_with("bash deploy.sh", &files), @"
    exec.read set, read
    git.push main@origin, write
    fs.read /repo/deploy.sh, read
    ");
    assert_snapshot!(check_with("sh < deploy.sh", &files), @"
    fs.read /repo/deploy.sh, read
    exec.read set, read
    git.push main@origin, write
    ");
    assert_snapshot!(check_with("source deploy.sh", &files), @"
    fs.read /repo/deploy.sh, read
    exec.read set, read
    git.push main@origin, write
    ");
    assert_snapshot!(check_with("./x && bash ./x", &files), @"
    fs.read /repo, read
    fs.read /repo/x, read
    ");
    assert_snapshot!(check_because("./gone.sh"), @"exec.opaque /repo/gone.sh, execute, partial: the file that says what runs is not there now");
}

#[test]
fn the_first_line_says_what_reads_it() {
    assert_snapshot!(check_with("./x", &[("/repo/x", "#!/usr/bin/env python3\nprint('git push')")]), @"fs.read /repo/x, read");
    assert_snapshot!(check_with("./x", &[("/repo/x", "#!/usr/bin/perl -w\nsystem('git push origin main');")]), @"
    git.push main@origin, write
    fs.read /repo/x, read
    ");
    assert_snapshot!(check_with("./x", &[("/repo/x", "#!/opt/thing\nls")]), @"exec.opaque /repo/x, execute, opaque");
    assert_snapshot!(check_with("awk -f x.awk a.txt", &[("/repo/x.awk", "{ print $1 }")]), @"
    fs.read /repo/x.awk, read
    fs.read /repo/a.txt, read
    exec.read awk, read
    ");
}

#[test]
fn what_the_command_writes_first_counts() {
    let old = [("/repo/x.sh", "ls")];
    assert_snapshot!(check_with("echo 'git push origin main' > x.sh && bash x.sh", &old), @"
    fs.write /repo/x.sh, write
    exec.read echo, read
    fs.read /repo, read
    git.push main@origin, write
    fs.read /repo/x.sh, read
    ");
    assert_snapshot!(check("cat > x.sh <<'EOF'\n#!/bin/sh\ngit push origin main\nEOF\nchmod +x x.sh; ./x.sh"), @"
    fs.write /repo/x.sh, write
    exec.read cat, read
    fs.permission /repo/x.sh, write
    git.push main@origin, write
    fs.read /repo/x.sh, read
    ");
    assert_snapshot!(check("printf 'git push' > x.sh; printf ' origin main' >> x.sh; sh x.sh"), @"
    fs.write /repo/x.sh, write
    exec.read printf, read
    git.push feature@origin, write
    git.push main@origin, write
    fs.read /repo/x.sh, read
    ");
    assert_snapshot!(check("mkdir -p s && echo 'ls' > s/x.sh && sh s/x.sh"), @"
    fs.write /repo/s, write
    fs.write /repo/s/x.sh, write
    exec.read echo, read
    fs.read /repo, read
    fs.read /repo/s/x.sh, read
    ");
    for command in [
        "curl -o x.sh https://example.com/x.sh; sh x.sh",
        "sed -i s/a/b/ x.sh && sh x.sh",
        "cp /tmp/y x.sh; sh x.sh",
        "mv /tmp/y x.sh; sh x.sh",
        "echo \"$A\" > x.sh; sh x.sh",
        "ln -sf /tmp/y x.sh; sh x.sh",
        "sed -i s/a/b/ *.sh && sh x.sh",
        "git checkout main && sh x.sh",
        "git pull; sh x.sh",
        "git stash pop && ./x.sh",
        "tar xf a.tar; sh x.sh",
        "echo 'a\\nb' > x.sh; sh x.sh",
        "tee x.sh < /tmp/y; sh x.sh",
        "echo ls > \"$A\"; sh x.sh",
        "(echo ls) > x.sh; sh x.sh",
        "python3 -c \"open('x.sh','w').write('x')\"; sh x.sh",
        "gh pr checkout 3 && sh x.sh",
        "patch -p1 < a.patch; sh x.sh",
        "{ echo a; } >> x.sh; sh x.sh",
    ] {
        let found = check_with(command, &old);
        assert!(found.contains("exec.opaque"), "{command}: {found}");
    }
    for command in [
        "git status; sh x.sh",
        "git checkout -b y; sh x.sh",
        "echo a > y.sh; sh x.sh",
        "npm ci; sh x.sh",
        "cargo build && sh x.sh",
        "git commit -m x && sh x.sh",
        "mkdir -p . && sh x.sh",
    ] {
        let found = check_with(command, &old);
        assert!(!found.contains("exec.opaque"), "{command}: {found}");
    }
}

#[test]
fn chains_end() {
    let cycle = [("/repo/a.sh", "./b.sh"), ("/repo/b.sh", "./a.sh\ngit push origin main")];
    assert_snapshot!(check_with("./a.sh", &cycle), @"
    fs.read /repo/a.sh, read
    git.push main@origin, write
    fs.read /repo/b.sh, read
    ");
    let long: Vec<(String, String)> =
        (0..20).map(|at| (format!("/repo/s{at}"), format!("./s{}", at + 1))).collect();
    let long: Vec<(&str, &str)> = long.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    assert!(check_with("./s0", &long).contains("exec.opaque /repo/s8"));
}

#[test]
fn a_script_has_its_own_variables() {
    let files = [("/repo/x.sh", "git push origin $B")];
    assert_snapshot!(check_with("B=feature; ./x.sh", &files), @"
    git.force-push *@origin, destroy, partial
    fs.read /repo/x.sh, read
    ");
    assert_snapshot!(check_with("cd src && ../x.sh", &[("/repo/x.sh", "rm a.rs")]), @"
    exec.read cd, read
    fs.delete /repo/src/a.rs, destroy
    fs.read /repo/x.sh, read
    ");
    assert_snapshot!(check_with("./x.sh main", &[("/repo/x.sh", "git push origin \"$1\"")]), @"
    git.push main@origin, write
    fs.read /repo/x.sh, read
    ");
    assert_snapshot!(check_with("./x.sh git push", &[("/repo/x.sh", "\"$@\"")]), @"
    git.push feature@origin, write
    fs.read /repo/x.sh, read
    ");
}

#[test]
fn scripts_find_themselves() {
    let files = [
        (
            "/repo/tools/x.sh",
            "#!/bin/bash\nDIR=\"$(cd \"$(dirname \"${BASH_SOURCE[0]}\")\" && pwd)\"\ncd \"$DIR\"\nrm a\n\"$DIR/y.sh\"\n",
        ),
        ("/repo/tools/y.sh", "ls"),
    ];
    assert_snapshot!(check_with("tools/x.sh", &files), @"
    exec.read dirname, read
    exec.read cd, read
    exec.read pwd, read
    fs.delete *, destroy, partial
    fs.read *, read, partial
    fs.read /repo/tools/y.sh, read
    fs.read /repo/tools/x.sh, read
    ");
}

#[test]
fn writes_say_what_runs_them() {
    assert_snapshot!(check_because("echo x > .git/hooks/pre-push; echo x > ~/.bashrc; echo x >> Makefile; echo x > README.md; echo x > .github/workflows/a.yml; echo x > .envrc"), @"
    fs.write /repo/.git/hooks/pre-push, write: git runs it as a hook
    exec.read echo, read: -
    fs.write /home/dev/.bashrc, write: a shell runs it when it starts
    fs.write /repo/Makefile, write: a build or a test runs it
    fs.write /repo/README.md, write: -
    fs.write /repo/.github/workflows/a.yml, write: CI and delivery run what it says
    fs.write /repo/.envrc, write: direnv runs it when the directory is entered
    ");
}

/// Pieces of code, to be put together at random.
const PIECES: &[&str] = &[
    "import os\n",
    "from x import y\n",
    "os.system",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "'",
    "\"",
    "`",
    "f\"{",
    "}\"",
    "${",
    "/",
    "//",
    "/*",
    "*/",
    "#",
    "\n",
    "\t",
    " ",
    "=",
    ":",
    "a",
    "require",
    "'fs'",
    ".",
    ",",
    "=>",
    "lambda ",
    "\\",
    "é",
    "\u{1}",
    "$",
    "$(",
    "shell ",
    "all:",
    "define x\n",
    "endef\n",
    "include x\n",
    "exec ",
    "eval ",
    "const ",
    "x",
    "1",
    "<<EOF\n",
    "EOF\n",
    "!",
    "%",
    "@",
    "&",
    "{{",
    "}}",
    "RUN ",
    "set ",
    "s/a/b/e",
    "\"\"\"",
    "?.",
    "...",
    "async ",
    "class A:\n",
    "--",
    "-->",
    "<!--",
];

const RUNS: &[(&str, &str)] = &[
    ("python3 x", "/repo/x"),
    ("node x", "/repo/x"),
    ("ruby x", "/repo/x"),
    ("perl x", "/repo/x"),
    ("php x", "/repo/x"),
    ("bash x", "/repo/x"),
    ("./x", "/repo/x"),
    ("make", "/repo/Makefile"),
    ("just", "/repo/justfile"),
    ("npm run x", "/repo/package.json"),
    ("git commit -m x", "/repo/.git/hooks/pre-commit"),
    ("cargo x", "/repo/.cargo/config.toml"),
    ("awk -f x", "/repo/x"),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_taken(text in any::<String>(), run in select(RUNS)) {
        prop_assert!(!check_with(run.0, &[(run.1, &text)]).is_empty());
    }

    #[test]
    fn any_code_is_taken(pieces in proptest::collection::vec(select(PIECES), 0..60), run in select(RUNS)) {
        prop_assert!(!check_with(run.0, &[(run.1, &pieces.concat())]).is_empty());
    }
}

#[test]
fn time_grows_with_length() {
    for unit in [
        "a.b(c)\n",
        "a.b(c);",
        "x = 'y'\n",
        "f(",
        "[",
        "[\n",
        "{",
        "'",
        "`a`",
        "f\"{",
        "a,",
        "import a\n",
        "from a import (b,",
        "lambda x:",
        "const a = require('b');",
        "$(A)",
        "a: a\n\tb\n",
        "A = $(A)$(A)\n",
        "a().",
        "a.b",
        "system 'a';",
        "system x ",
        "/a/",
        "{{",
        "a b ",
        "=>",
    ] {
        for (command, path) in RUNS
            .iter()
            .filter(|(command, _)| ["python3 x", "node x", "ruby x", "make", "just"].contains(command))
        {
            let once = |size: usize| {
                let text = unit.repeat(size / unit.len());
                let started = Instant::now();
                check_with(command, &[(path, &text)]);
                started.elapsed()
            };
            let (half, whole) = (once(6_000), once(12_000));
            assert!(
                whole < half * 6 + Duration::from_millis(300),
                "{command} {unit:?}: {half:?} then {whole:?}"
            );
        }
    }
}

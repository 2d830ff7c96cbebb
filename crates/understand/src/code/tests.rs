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
fn a_script_that_writes_itself_anew_runs_what_it_wrote() {
    let found =
        check("cat>made.sh<<'E'\necho 'git push origin main'>made.sh;bash made.sh\nE\nbash ./made.sh");
    assert!(found.contains("git.push main@origin"), "{found}");
    let found = check("cat>made.sh<<'E'\necho 'echo alpha'>made.sh;bash made.sh\nE\nbash ./made.sh");
    assert!(!found.contains("opaque") && !found.contains("git.push"), "{found}");
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
            // A busy machine may hold one of them up, and hardly three in a row.
            let is_slow = |_| once(12_000) >= once(6_000) * 6 + Duration::from_millis(300);
            assert!(!(0..3).all(is_slow), "{command} {unit:?}");
        }
    }
}

#[test]
fn what_the_command_touched_first_counts_as_it_is_now_and_as_unknown() {
    let files = [
        ("/repo/d.sh", "kubectl delete ns web --context live\n"),
        ("/repo/package.json", r#"{"scripts":{"deploy":"git push origin main"}}"#),
        ("/repo/Makefile", "ship:\n\tgit push origin main\n"),
        ("/repo/justfile", "ship:\n  git push origin main\n"),
        ("/repo/Taskfile.yml", "version: '3'\ntasks:\n  ship: git push origin main\n"),
        ("/repo/a.js", "require('./b')\n"),
        ("/repo/b.js", "require('child_process').execSync('git push origin main')\n"),
        ("/repo/a.py", "import b\n"),
        ("/repo/b.py", "import os\nos.system('git push origin main')\n"),
    ];
    for command in [
        "sed -i s/a/b/ d.sh; sh d.sh",
        "git checkout x && ./d.sh",
        "git pull && bash < d.sh",
        "git stash pop; source d.sh",
        "perl -pi -e s/a/b/ d.sh; ./d.sh",
        "sed s/a/b/ d.sh > /tmp/q.sh; sh /tmp/q.sh",
        "envsubst < d.sh > /tmp/q.sh; sh /tmp/q.sh",
        "dd if=d.sh of=/tmp/q.sh; sh /tmp/q.sh",
        "cat d.sh >> q.sh; sh q.sh",
        "ln -s /repo/d.sh /tmp/q; sh /tmp/q",
        "git pull && npm run deploy",
        "git pull && cd src && npm run deploy",
        "sed -i s/a/b/ package.json && npm run deploy",
        "git pull && make ship",
        "sed -i s/a/b/ Makefile && make ship",
        "git pull && just ship",
        "git pull && task ship",
        "git pull && node a.js",
        "git pull && node -e 'require(\"./b\")'",
        "sed -i s/a/b/ b.js; node a.js",
        "git pull && python3 a.py",
        "sed -i s/a/b/ b.py; python3 a.py",
    ] {
        let found = check_with(command, &files);
        assert!(
            found.contains("web in live, destroy") || found.contains("git.push main@origin"),
            "{command}: {found}"
        );
        assert!(found.contains(", opaque"), "{command}: {found}");
    }
}

#[test]
fn a_copy_is_what_it_was_copied_from() {
    let files = [("/repo/d.sh", "kubectl delete ns web --context live\n")];
    for command in [
        "cp d.sh /tmp/q.sh && sh /tmp/q.sh",
        "cp d.sh /tmp && sh /tmp/d.sh",
        "cp d.sh a; cp a b; cp b c; sh c",
        "mv d.sh q.sh && sh q.sh",
        "install -m755 d.sh /tmp/q && /tmp/q",
        "cat d.sh > q.sh; sh q.sh",
        "printf 'kubectl delete ns web --context live\\n' | tee q.sh; bash q.sh",
    ] {
        let found = check_with(command, &files);
        assert!(found.contains("web in live, destroy"), "{command}: {found}");
        assert!(!found.contains(", opaque"), "{command}: {found}");
    }
    // What was there may still be there.
    let found = check_with("cp d.sh e.sh; sh e.sh", &[files[0], ("/repo/e.sh", "git push origin main")]);
    assert!(found.contains("web in live, destroy") && found.contains("git.push main@origin"), "{found}");
    for command in [
        "cp gone.sh q.sh; sh q.sh",
        "cp a b; cp b a; cp a b; cp b a; sh a",
        "sed -i s/a/b/ d.sh; cp d.sh q.sh; sh q.sh",
    ] {
        assert!(check_with(command, &files).contains(", opaque"), "{command}");
    }
}

#[test]
fn near_misses_of_touched_files() {
    let files = [("/repo/d.sh", "git status\n"), ("/repo/package.json", r#"{"scripts":{"test":"jest"}}"#)];
    assert_snapshot!(check_with("sed -i s/a/b/ e.sh; sh d.sh", &files), @"
    fs.write /repo/e.sh, write
    exec.read sed, read
    git.read /repo, read
    fs.read /repo/d.sh, read
    ");
    assert_snapshot!(check_with("git pull && npm test", &files), @"
    git.fetch repository@origin, read
    git.merge /repo, write
    exec.test jest, execute
    exec.test npm, execute, partial
    ");
    assert_snapshot!(check_with("git checkout -b new && ./d.sh", &files), @"
    git.branch /repo, write
    git.read /repo, read
    fs.read /repo/d.sh, read
    ");
    assert_snapshot!(check_with("git pull && cat d.sh", &files), @"
    git.fetch repository@origin, read
    git.merge /repo, write
    fs.read /repo/d.sh, read
    ");
    let make = [("/repo/Makefile", "migrate:\n\tpsql $(DATABASE_URL) -c 'drop table a'\n")];
    assert_snapshot!(check_with("make migrate DATABASE_URL=$PROD", &make), @"
    exec.opaque make DATABASE_URL=.., execute, opaque
    db.destroy a in postgresql://*, destroy, partial
    ");
    assert_snapshot!(check_with("make migrate DATABASE_URL=postgres://db.shop.test/x", &make), @"db.destroy a in postgresql://db.shop.test/x, destroy");
}

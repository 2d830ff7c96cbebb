use insta::assert_snapshot;

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
    assert_snapshot!(check_because("./gone.sh"), @"exec.opaque /repo/gone.sh, execute, opaque: it runs a file that is not there yet");
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

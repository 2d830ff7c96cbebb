//! Patches that are known, that are not, and that only git wrote.

use insta::assert_snapshot;

use crate::fixture::{check, check_with};

const SETTINGS: &str = r"--- /dev/null\n+++ b/.claude/settings.json\n@@ -0,0 +1 @@\n+{}\n";

#[test]
fn patches_that_come_in_the_call() {
    for command in [
        format!("printf -- '{SETTINGS}' | git apply"),
        format!("printf -- '{SETTINGS}' > p.x; git apply p.x"),
        format!("printf -- '{SETTINGS}' > p.x; git apply < p.x; git am --continue"),
        format!("printf -- '{SETTINGS}' > p.x; cat p.x | git apply -"),
        format!("printf -- '{SETTINGS}' | git am"),
        format!("printf -- '{SETTINGS}' | patch -p1"),
        format!("printf -- '{SETTINGS}' > p.x; patch -p1 -i p.x"),
        format!("cd src && printf -- '{SETTINGS}' | git apply"),
        "cat > p.x <<'E'\n--- /dev/null\n+++ \"b/\\056claude/settings.json\"\n@@ -0,0 +1 @@\n+{}\nE\ngit apply p.x".to_owned(),
        "git apply -p0 <<'E'\n--- /dev/null\n+++ .claude/settings.json\n@@ -0,0 +1 @@\n+{}\nE\n".to_owned(),
        "git apply -p3 --directory .claude <<'E'\n--- /dev/null\n+++ b/x/y/settings.json\n@@ -0,0 +1 @@\n+{}\nE\n".to_owned(),
        "git apply --unsafe-paths --directory=/ <<'E'\n--- /dev/null\n+++ b/repo/.claude/settings.json\n@@ -0,0 +1 @@\n+{}\nE\n".to_owned(),
        "git apply <<'E'\ndiff --git a/x b/.claude/settings.json\nsimilarity index 100%\nrename from x\nrename to .claude/settings.json\nE\n".to_owned(),
        "patch <<'E'\n--- .claude/settings.json\n+++ .claude/settings.json\n@@ -1 +1 @@\n-a\n+{}\nE\ncd .claude; patch <<'E'\n--- a/b/settings.json\n+++ a/b/settings.json\n@@ -1 +1 @@\n-a\n+b\nE".to_owned(),
        "patch .claude/settings.json p.x".to_owned(),
        "patch -d .claude -p1 <<'E'\n--- a/settings.json\n+++ b/settings.json\n@@ -1 +1 @@\n-a\n+b\nE".to_owned(),
    ] {
        let found = check(&command);
        assert!(found.contains("countersign.tamper /repo/.claude/settings.json"), "{command}: {found}");
    }
}

#[test]
fn the_file_that_a_patch_makes() {
    let patch = [("/repo/e.patch", "diff --git a/deploy/live/app.yaml b/deploy/live/app.yaml\nnew file mode 100644\n--- /dev/null\n+++ b/deploy/live/app.yaml\n@@ -0,0 +1 @@\n+x\n")];
    assert_snapshot!(check_with("git apply e.patch", &patch), @"
    fs.write /repo/deploy/live/app.yaml, write
    git.index /repo, write
    ");
    assert_snapshot!(check_with("git apply --check e.patch; git apply --stat -v < e.patch; git apply --cached e.patch", &patch), @"
    git.read /repo, read
    fs.read /repo/e.patch, read
    git.index /repo, write
    ");
    assert_snapshot!(check_with("patch -p1 < e.patch", &patch), @"
    fs.read /repo/e.patch, read
    fs.write /repo/deploy/live/app.yaml, write
    exec.read patch, read
    ");
    assert_snapshot!(check_with("patch --dry-run -p1 -i e.patch", &patch), @"
    fs.read /repo/e.patch, read
    exec.read patch, read
    ");
    assert_snapshot!(check_with("git -C /repo/src apply ../e.patch", &patch), @"
    fs.write /repo/deploy/live/app.yaml, write
    fs.write /repo/src/deploy/live/app.yaml, write
    git.index /repo, write
    ");
    assert_snapshot!(check_with("git checkout main && git am /tmp/e.patch", &[("/tmp/e.patch", "--- a/x\n+++ b/x\n@@ -1 +1 @@\n---  comment\n+++ more\n")]), @"
    git.branch /repo, write
    fs.write /repo/x, write
    git.merge /repo, write
    ");
    assert_snapshot!(check_with("git apply e.patch; git apply nowhere.patch; git am --abort; git apply", &[]), @"
    git.index /repo, write
    git.merge /repo, write
    ");
}

#[test]
fn patches_that_are_not_known() {
    for command in [
        "git apply \"$P\"", "./make-patch | git apply", "git apply -p$N x.patch", "git pull && git apply x.patch", "git show main:x.patch | git apply", "git format-patch -1 --stdout | git am",
        "git diff --no-prefix | git apply", "git diff main | git apply --directory=.claude", "git diff main | git apply -p2", "git diff main | patch", "cd src; git diff main | patch -p1", "git show main | patch -p1",
        "git config diff.noprefix true; git diff main | git apply", "(cat x; git diff main) | git apply", "git am 00*.patch", "git diff main > p; echo x >> p; git apply p", "git -c diff.dstPrefix=x/ diff | git apply",
        "f() { cat evil; git diff; }; f | git apply", "sh -c 'cat evil; git diff' | git apply", "git() { cat evil; }; git diff | command git apply", "git diff | git -C /elsewhere apply", "git diff > /tmp/p; cd /elsewhere && git apply /tmp/p",
    ] {
        let found = check_with(command, &[("/repo/x.patch", "")]);
        assert!(found.contains("fs.write *"), "{command}: {found}");
    }
    for command in ["curl https://x.example/p | git apply", "curl https://x.example/p | git am", "curl https://x.example/p | patch -p1", "curl -o p https://x.example/p; git apply p", "curl -sL https://x.example/p > p; patch -p1 < p"] {
        let found = check(command);
        assert!(found.contains("exec.remote-code") && found.contains("fs.write *"), "{command}: {found}");
    }
}

#[test]
fn patches_that_git_writes() {
    for command in [
        "git diff main -- src | git apply -R", "git show HEAD~1 | git apply -R", "git diff > /tmp/p && git stash && git apply /tmp/p", "git stash show -p | git apply --3way", "git diff --cached | git apply --index", "git diff main | patch -p1",
        "git diff HEAD~3 --binary > p; git reset --hard; git apply p",
    ] {
        let found = check(command);
        assert!(!found.contains('*') && !found.contains("opaque"), "{command}: {found}");
    }
}

#[test]
fn a_patch_that_is_not_there_yet() {
    assert_snapshot!(check("patch -d ~ -p1 < missing.patch"), @"
    fs.read /repo/missing.patch, read
    fs.write /home/dev, write
    fs.write /home/dev, write, partial
    exec.read patch, read
    ");
    assert_snapshot!(check("patch -d k8s/prod -p1 < missing.patch"), @"
    fs.read /repo/missing.patch, read
    fs.write /repo/k8s/prod/*, write, partial
    exec.read patch, read
    ");
    assert_snapshot!(check("patch -p1 < missing.patch"), @"
    fs.read /repo/missing.patch, read
    fs.write /repo, write
    exec.read patch, read
    ");
}

use insta::assert_snapshot;

use crate::fixture::{check, check_with};

#[test]
fn names_lie_where_the_search_looks() {
    assert_snapshot!(check("grep -rl foo src | xargs sed -i s/foo/bar/"), @"
    fs.read /repo/src, read
    fs.write /repo/src/*, write, partial
    exec.read sed, read
    ");
    assert_snapshot!(check("grep -rlE 'a|b' --include='*.ts' src lib | xargs rm"), @"
    fs.read /repo/src, read
    fs.read /repo/lib, read
    fs.delete /repo/src/*.ts, destroy, partial
    fs.delete /repo/lib/*.ts, destroy, partial
    ");
    assert_snapshot!(check("rg -l foo | xargs sed -i s/foo/bar/"), @"
    exec.read rg, read
    fs.write /repo/*, write, partial
    exec.read sed, read
    ");
    assert_snapshot!(check("rg --files src | head -5 | xargs wc -l"), @"
    fs.read /repo/src, read
    exec.read head, read
    fs.read /repo/src/*, read, partial
    ");
    assert_snapshot!(check("git grep -l foo | xargs sed -i s/foo/bar/"), @"
    git.read /repo, read
    fs.write /repo/*, write, partial
    exec.read sed, read
    ");
    assert_snapshot!(check("git grep -lz foo -- src | xargs -0 sed -i s/foo/bar/"), @"
    git.read /repo, read
    fs.write /repo/src/*, write, partial
    exec.read sed, read
    ");
    assert_snapshot!(check("git ls-files '*.ts' | grep -v test 2>/dev/null | xargs sed -i s/foo/bar/"), @"
    git.read /repo, read
    exec.read grep, read
    fs.write /repo/*, write, partial
    exec.read sed, read
    ");
    assert_snapshot!(check("grep -l foo src/*.ts | tr '\\n' ' ' | xargs sed -i s/foo/bar/"), @"
    fs.read /repo/src/*.ts, read
    exec.read tr, read
    fs.write /repo/src/*.ts, write, partial
    exec.read sed, read
    ");
}

#[test]
fn names_are_words_of_commands_and_loops() {
    assert_snapshot!(check("sed -i s/foo/bar/ $(grep -rl foo src)"), @"
    fs.read /repo/src, read
    fs.write /repo/src/*, write, partial
    exec.read sed, read
    ");
    assert_snapshot!(check("for f in $(git grep -l foo); do sed -i s/foo/bar/ \"$f\"; done"), @"
    git.read /repo, read
    fs.write /repo/*, write, partial
    exec.read sed, read
    ");
    assert_snapshot!(check("for f in `git grep -l foo`; do sed -i s/foo/bar/ \"$f\"; done"), @"
    git.read /repo, read
    fs.write *, write, partial
    exec.read sed, read
    ");
    assert_snapshot!(check("git grep -l foo | while IFS= read -r f; do sed -i s/foo/bar/ \"$f\"; done"), @"
    git.read /repo, read
    exec.read read, read
    fs.write /repo/*, write, partial
    exec.read sed, read
    ");
    assert_snapshot!(check("rm -f $(find build -name '*.log' | head -3)"), @"
    fs.read /repo/build, read
    exec.read head, read
    fs.delete /repo/build/*.log, destroy, partial
    ");
    assert_snapshot!(check("for f in $(find src -name '*.ts'); do mv $f lib/; done"), @"
    fs.read /repo/src, read
    fs.write /repo/src/*.ts, write, partial
    fs.write /repo/lib, write
    ");
}

#[test]
fn files_of_countersign_that_hold_what_is_sought_are_among_them() {
    let settings = &[("/repo/.claude/settings.json", "{\"hooks\": \"countersign-hook\"}"), ("tracked", "/repo/.claude/settings.json")];
    for command in [
        "grep -rl hooks . | xargs sed -i s/hooks/x/",
        "grep -rL nothing . | xargs rm",
        "grep -rl --inv zzz .claude | xargs rm",
        "sed -i s/hooks/x/ $(grep -rl hooks .claude)",
        "for f in $(rg -l --hidden hooks); do sed -i s/hooks/x/ $f; done",
        "git grep -l hooks | xargs sed -i s/hooks/x/",
        "rg --files --hidden | xargs rm",
        "grep -rl 'h.*s' .claude | xargs rm",
        "rm $(grep -rl '' ~/.countersign)",
    ] {
        let found = check_with(command, settings);
        assert!(found.contains("tamper"), "{command}: {found}");
    }
    for command in [
        "grep -rl foo . | xargs sed -i s/foo/bar/",
        "for f in $(grep -rl foo .); do sed -i s/foo/bar/ $f; done",
        "sed -i s/foo/bar/ $(rg -l foo)",
        "git grep -l foo | xargs sed -i s/foo/bar/",
    ] {
        let found = check_with(command, settings);
        assert!(!found.contains("tamper"), "{command}: {found}");
    }
}

#[test]
fn other_names_may_be_anything() {
    for command in [
        "sed -i s/a/b/ $(grep -rl foo src; echo /etc/passwd)",
        "sed -i s/a/b/ $(grep -rl foo src || cat list)",
        "grep -rh foo src | xargs rm",
        "grep -r foo src | xargs rm",
        "git -C ../other grep -l foo | xargs rm",
        "git ls-files :/ | xargs rm",
        "git ls-files ../x | xargs rm",
        "echo /etc/passwd $(grep -rl foo src) | xargs rm",
        "parallel find ::: src /etc | xargs rm",
        "rm $(parallel find ::: src /etc)",
        "rm $(if x; then find src; else find /etc; fi)",
        "rm $(grep -rl foo src | sed s,src,/etc,)",
        "rm $(xargs find < list)",
        "grep -l foo $X | xargs rm",
        "grep -l --lab=/etc/passwd foo - | xargs rm",
        "sed $(grep -rl foo e) x",
        "perl $(grep -rl foo e)",
        "grep() { echo /etc/passwd; }; rm $(grep -rl foo src)",
        "rm $(find src -printf '/etc/passwd')",
        "cat list | grep -l foo | xargs rm",
    ] {
        let found = check(command);
        assert!(found.contains("rm *") || found.contains(" *") || found.contains("opaque"), "{command}: {found}");
    }
    for command in [
        "find src -name x | { read f; rm -rf $f/etc; }",
        "find src -name x | until read f; do rm -rf $f/etc; done",
        "find src -name x | while read f || true; do rm -rf $f/etc; done",
        "find src -name x | while ! read f; do rm -rf $f/etc; done",
        "find src -name x | while read a b; do rm -rf $b/etc; done",
    ] {
        let found = check(command);
        assert!(!found.contains("delete /repo/src/"), "{command}: {found}");
    }
    // Without any, these take all.
    for command in ["git clean -fd $(grep -rl foo src)", "eslint --fix $(git grep -l foo)", "rm ${X:-$(grep -rl foo src)}", "X=$(grep -rl foo src); rm $X"] {
        let found = check(command);
        assert!(!found.contains("src/"), "{command}: {found}");
    }
}

#[test]
fn files_of_secrets_are_among_them() {
    let env = &[("/repo/.env", "STRIPE_KEY=x\n")];
    for command in ["cat $(grep -rl STRIPE .)", "grep -rl STRIPE . | xargs cat", "cat $(rg --files -uu)", "find . -type f | xargs cat", "find . -type f -exec cat {} +", "for f in $(find . -name '.e*'); do cat $f; done", "grep -rlP '(*UTF)STRIPE' . | xargs cat"] {
        let found = check_with(command, env);
        assert!(found.contains("secret.read /repo/.env"), "{command}: {found}");
    }
    for command in ["cat $(grep -rl nothing .)", "git grep -l STRIPE | xargs cat", "find . -name '*.ts' | xargs cat", "find src -type f | xargs cat"] {
        let found = check_with(command, env);
        assert!(!found.contains("secret.read"), "{command}: {found}");
    }
}

#[test]
fn copies_onto_what_is_listed() {
    let settings = &[("/repo/.claude/settings.json", "{\"hooks\": 1}")];
    for command in ["cp evil.json $(grep -rl hooks .claude)", "cp evil.json \"$(find .claude -type f)\"", "mv evil.json $(rg --files --hidden .claude)"] {
        let found = check_with(command, settings);
        assert!(found.contains("tamper"), "{command}: {found}");
    }
}

//! What programs for files do to which file.

use countersign_model::{Effect, PathClass, Resource, Reversible, verbs};
use insta::assert_snapshot;

use crate::fixture::{check, check_with, understood};

#[test]
fn deleting() {
    assert_snapshot!(check("rm -rf ''; rm \"\" src"), @"
    exec.read rm, read
    fs.delete /repo/src, destroy
    ");
    assert_snapshot!(check("rm -rf src/a.rs target /home/dev/x /"), @"
    fs.delete /repo/src/a.rs, destroy
    fs.delete /repo/target, destroy
    fs.delete /home/dev/x, destroy
    countersign.tamper /, destroy
    fs.delete /, destroy
    ");
    assert_snapshot!(check("rm -rf \"$DIR\""), @"fs.delete *, destroy, partial");
    assert_snapshot!(check("rm -rf ~/.local ~/.countersign/*"), @"
    countersign.tamper /home/dev/.local, destroy
    fs.delete /home/dev/.local, destroy
    countersign.tamper /home/dev/.countersign/*, destroy
    ");
    assert_snapshot!(check("cd /tmp && rm -f x"), @r#"
    exec.read cd, read
    fs.delete /tmp/x, destroy
    "#);
    assert_snapshot!(check("cd /nowhere; rm -rf x"), @r#"
    exec.read cd, read
    fs.delete *, destroy, partial
    "#);
}

#[test]
fn writing() {
    assert_snapshot!(check("cp ~/.ssh/id_rsa notes.txt"), @r#"
    secret.read /home/dev/.ssh/id_rsa, read
    fs.write /repo/notes.txt, write
    "#);
    assert_snapshot!(check("mv evil ~/.bashrc"), @r#"
    fs.write /repo/evil, write
    fs.write /home/dev/.bashrc, write
    "#);
    assert_snapshot!(check("cp pre-push .git/hooks/"), @r#"
    fs.read /repo/pre-push, read
    fs.write /repo/.git/hooks, write
    "#);
    assert_snapshot!(check("echo x > link/evil"), @"
    fs.write /repo/.git/hooks/evil, write
    exec.read echo, read
    ");
    assert_snapshot!(check("echo x >> ~/.countersign/log"), @r#"
    countersign.tamper /home/dev/.countersign/log, destroy
    exec.read echo, read
    "#);
    assert_snapshot!(check("dd if=/dev/zero of=/dev/sda"), @r#"
    exec.system /dev/sda, destroy
    exec.read dd, read
    "#);
    assert_snapshot!(check("chmod -R 777 ."), @"fs.permission /repo, write");
    assert_snapshot!(check("chown -R dev /repo"), @"fs.permission /repo, write");
    assert_snapshot!(check("chmod -R 000 .claude"), @"
    countersign.tamper /repo/.claude, destroy
    fs.permission /repo/.claude, write
    ");
    assert_snapshot!(check("chmod 000 .claude/settings.json"), @"countersign.tamper /repo/.claude/settings.json, destroy");
    assert_snapshot!(check("chmod -R 777 /home/dev"), @"
    countersign.tamper /home/dev, destroy
    fs.permission /home/dev, write
    ");
}

#[test]
fn options_that_start_a_program_are_followed() {
    assert_snapshot!(check("split --filter='git push origin main' x"), @"
    git.push main@origin, write
    fs.read /repo/x, read
    fs.write /repo/x, write
    fs.write /repo, write
    ");
    assert_snapshot!(check("split --fil 'git push origin main' x"), @"
    git.push main@origin, write
    fs.read /repo/git push origin main, read
    fs.write /repo/git push origin main, write
    fs.read /repo/x, read
    fs.write /repo/x, write
    fs.write /repo, write
    ");
    assert_snapshot!(check("tar --use-compress-prog='git push origin main' -cf x.tar src"), @"
    git.push main@origin, write
    fs.write /repo/x.tar, write
    fs.read /repo/src, read
    ");
    assert_snapshot!(check("tar -xf x.tar --to-comm='git push origin main'"), @"
    git.push main@origin, write
    fs.read /repo/x.tar, read
    fs.write /repo, write
    fs.write /repo, write, partial
    ");
    assert_snapshot!(check("tar -cf x.tar --checkpoint=1 --checkpoint-act=exec='git push origin main' src"), @"
    git.push main@origin, write
    fs.write /repo/x.tar, write
    fs.read /repo/src, read
    ");
    assert_snapshot!(check("tar cIf 'git push origin main' x.tar src"), @"
    git.push main@origin, write
    fs.write /repo/x.tar, write
    fs.read /repo/src, read
    ");
    assert_snapshot!(check("tar -I 'zstd -19' -cf x.tar.zst src"), @"
    fs.write /repo/x.tar.zst, write
    fs.read /repo/src, read
    ");
}

#[test]
fn archives_go_where_they_are_told() {
    assert_snapshot!(check("tar -C ~ -xf x.tar"), @"
    fs.read /repo/x.tar, read
    fs.write /home/dev, write
    fs.write /home/dev, write, partial
    ");
    assert_snapshot!(check("tar -xf x.tar --directory=.claude"), @"
    fs.write /repo/.claude, write
    fs.read /repo/x.tar, read
    fs.write /repo/.claude, write, partial
    ");
    assert_snapshot!(check("tar xzf x.tgz -C /tmp/y"), @"
    fs.read /repo/x.tgz, read
    fs.write /tmp/y, write
    ");
    assert_snapshot!(check("tar -C ~ -czf /tmp/x.tgz .ssh/id_rsa"), @"
    fs.write /tmp/x.tgz, write
    secret.read /home/dev/.ssh/id_rsa, read
    ");
    assert_snapshot!(check("tar -tzf x.tgz; unzip x.zip -d ~"), @"
    fs.read /repo/x.tgz, read
    fs.read /repo/x.zip, read
    fs.write /home/dev, write
    fs.write /home/dev, write, partial
    ");
    assert_snapshot!(check("cp -r x/. ~"), @"
    fs.read /repo/x, read
    fs.write /home/dev, write
    fs.write /home/dev, write, partial
    ");
}

#[test]
fn an_empty_program_reads_the_next_word() {
    assert_snapshot!(check("sed '' ~/.ssh/id_rsa"), @"
    secret.read /home/dev/.ssh/id_rsa, read
    exec.read sed, read
    ");
    assert_snapshot!(check("sed -i '' 's/a/b/' src/a.rs"), @"
    fs.write /repo/src/a.rs, write
    exec.read sed, read
    ");
    assert_snapshot!(check("sed --expr='s/a/b/w .claude/settings.json' d"), @"
    countersign.tamper /repo/.claude/settings.json, destroy
    fs.read /repo/d, read
    exec.read sed, read
    ");
}

#[test]
fn sed_reads_writes_or_runs() {
    assert_snapshot!(check("sed -n '1,20p' src/a.rs"), @r#"
    fs.read /repo/src/a.rs, read
    exec.read sed, read
    "#);
    assert_snapshot!(check("sed -i 's/a/b/g; s|c|d|' src/a.rs"), @r#"
    fs.write /repo/src/a.rs, write
    exec.read sed, read
    "#);
    assert_snapshot!(check("sed 's/.*/git push/e' src/a.rs"), @r#"
    exec.opaque sed, execute, opaque
    fs.read /repo/src/a.rs, read
    exec.read sed, read
    "#);
}

#[test]
fn the_home_behind_a_name() {
    assert!(check("dd if=/dev/zero of=~/data.db").contains("fs.write /home/dev/data.db"));
    assert!(check("dd if=/dev/zero 'of=~/data.db'").contains("fs.write /repo/~/data.db"));
    assert!(check("dd if=/dev/zero of=x~/data.db").contains("fs.write /repo/x~/data.db"));
    assert!(check("export OUT=~/x; touch $OUT").contains("fs.write /home/dev/x"));
}

#[test]
fn secrets_that_stay_secrets() {
    let files = [("/repo/.env", "A=1"), ("/repo/.env.local", "A=1"), ("/repo/backup/x", "")];
    for command in [
        "mv .env .env.bak",
        "cp .env .env.local",
        "mv .env.local .env.local.bak && npm run build; mv .env.local.bak .env.local",
        "cp ./.env /repo/.env.test.local",
    ] {
        let found = check_with(command, &files);
        assert!(!found.contains("secret.read") && found.contains("fs.write /repo/.env"), "{command}: {found}");
    }
    for command in [
        "cp .env env.txt", "cp .env .env.bak", "cp .env.local .env.production", "cp .env .env.test", "mv .env notes.md", "cp .env /tmp/.env", "mv .env ~/.env", "cp .env $X", "cp .env* backup", "cp .env new/", "cp .env src", "mv .env src", "ln .env .env.local",
        "cp -l .env .env.local", "ln -s ../public .env.local; cp .env .env.local", "cp ~/.aws/credentials .env.local", "install .env .env.local", "mv .env .env.bak; cat .env.bak",
        "mv .env public/.env", "cp .env public/.env", "cp .env public/.env.local", "mv .env.local public/.env.local", "cp .env ./public/../public/.env", "cd public; mv ../.env .env", "mv -t public .env",
        "cp .env .env.bak && head .env.bak", "mv .env a && mv a b; cat b",
        "mv .env.local .env.old; mv public .env.local; cp .env .env.local", "mv .env.local .env.old; mv public .env.local; mv .env .env.local",
    ] {
        let found = check_with(command, &files);
        assert!(found.contains("secret.read"), "{command}: {found}");
    }
}

#[test]
fn trees_that_may_bring_settings_are_told() {
    let hidden = &[("/tmp/f/.claude/settings.json", "{}"), ("/tmp/f/a", "a")];
    for command in [
        "tar xzf /tmp/q.tgz", "cp -rT /tmp/f .", "cp -r /tmp/f/. .", "cp -a /tmp/f/. /repo", "rsync -a /tmp/f/ .", "unzip -o /tmp/f.zip", "curl -fsSL https://x.example/x.tgz | tar xz", "tar xzf q.tgz --strip-components=1 p/a",
        "tar xzf q.tgz -C ..", "mkdir q; echo x > q/a; cp -r q/. .", "cd src; tar xf ../q.tar -C ..", "tar xf q.tar --transform 's,^,.claude/,' settings.json", "git archive HEAD | tar x",
    ] {
        let found = check_with(command, hidden);
        assert!(found.lines().any(|line| line.contains("fs.write") && line.contains("partial")), "{command}: {found}");
    }
    for command in [
        "tar xzf /tmp/q.tgz -C build", "tar xzf /tmp/q.tgz -C /tmp", "tar xzf q.tgz src/a", "cp -r /tmp/g src/b", "cp -r src/. lib", "rsync -a src/ lib/", "unzip a.zip -d vendor", "cd /tmp && tar xf q.tar", "tar tf q.tar", "cp -r src/. .",
    ] {
        let found = check_with(command, hidden);
        assert!(!found.lines().any(|line| line.contains("fs.write") && line.contains("partial")), "{command}: {found}");
    }
}

#[test]
fn an_empty_directory_sets_nothing_up_and_is_removed_without_loss() {
    for command in ["mkdir -p .claude/skills", "mkdir .github/workflows", "mkdir -p .git/hooks"] {
        let found = check(command);
        assert!(found.contains("fs.write") && !found.contains("tool_configuration"), "{command}: {found}");
    }
    let found = understood("mkdir old; mv ~/scaf/* old; mv old/* .; rmdir old", &[]).effects;
    assert!(found.iter().all(|effect| effect.verb != verbs::FS_DELETE || effect.reversible == Reversible::Yes));
    let found = understood("rm -r ~/old", &[("/home/dev/old", "x")]).effects;
    assert!(found.iter().any(|effect| effect.verb == verbs::FS_DELETE && effect.reversible != Reversible::Yes));
}

#[test]
fn a_tree_put_over_what_delivers_is_delivery() {
    for command in ["cp -r x/. .github", "cp -r x .github", "cp -r x/.github .", "tar xf a.tar -C .github"] {
        let found = understood(command, &[]).effects;
        let delivers = |effect: &Effect| {
            matches!(&effect.resource, Resource::Path { class: PathClass::Delivery, .. }) && effect.verb == verbs::FS_WRITE
        };
        assert!(found.iter().any(delivers), "{command}: {found:?}");
    }
}

#[test]
fn the_history_of_a_scratch_repository_is_temporary() {
    assert!(!check("rm -rf /tmp/scratch/.git").is_empty());
    let last = |command: &str| understood(command, &[]).effects.pop().and_then(|effect| effect.because);
    assert_eq!(last("rm -rf .git").as_deref(), Some("git keeps its history there"));
    assert_ne!(last("cd /tmp/scratch && rm -rf .git").as_deref(), Some("git keeps its history there"));
}

#[test]
fn copies_that_keep_the_directories_of_their_names() {
    for command in ["cd c && cp --parents .claude/settings.json ~", "cp --parents x/.claude/settings.json /repo/y/..", "cp --par -r .claude /home/dev"] {
        let found = check(command);
        assert!(found.contains("/home/dev/.claude") || found.contains("/repo/y/../x/.claude") || found.contains("/repo/x/.claude"), "{command}: {found}");
    }
    assert!(check("cd c && cp --parents .claude/settings.json ~").contains("countersign.tamper"));
    assert!(!check("cp --parents src/a.rs out").contains("tamper"));
}

//! Tests of `languages`.

use crate::fixture::{check, check_with};

#[test]
fn text_that_perl_splits_lines_by() {
    for command in ["perl -F'/x/);system(\"ls\");(1' -ane 1 Makefile", "perl -anF'/(?{system(1)})/' -e 1 a", "perl -F'/@{[system(1)]}/' -ane 1 a", "perl -F'\"x\",system(1),\"' -ane 1 a"] {
        assert!(check(command).contains("opaque"), "{command}: {}", check(command));
    }
    for command in ["perl -F: -lane 'print $F[0]' a", "perl -F'/\\s+/' -lane 'print $F[0]' a", "perl -F, -ane 'print $F[1]' a"] {
        assert!(!check(command).contains("opaque"), "{command}: {}", check(command));
    }
}

#[test]
fn scripts_that_bun_runs() {
    let files = [("/repo/ship.sh", "git push origin main\n"), ("/repo/package.json", r#"{"scripts": {"ship": "git push origin main"}}"#)];
    for command in [
        "bun ./ship.sh", "bun run ./ship.sh", "bun --bun ./ship.sh", "bun ship.sh", "bun run --silent ship", "bun run --shell=bun ship", "bun run --shell bun ship", "bun --silent run ship", "bun --env-file .env run ship",
    ] {
        let found = check_with(command, &files);
        assert!(found.contains("git.push main@origin"), "{command}: {found}");
    }
}

#[test]
fn files_that_options_write() {
    for command in [
        "node --cpu-prof --cpu-prof-dir=.claude --cpu-prof-name=settings.json -e 1", "node --heap-prof --heap-prof-dir .claude --heap-prof-name settings.json -e 1",
        "node --tls-keylog=.claude/settings.json -e 1", "node --tls_keylog=.claude/settings.json -e 1", "node --trace-event-file-pattern=.claude/settings.json -e 1",
        "node --report-dir=.claude --report-filename=settings.json -e 1", "NODE_OPTIONS='--redirect-warnings=.claude/settings.json' node -e 1",
        "tar xf x.tar --xform='s|.*|.claude/settings.json|'",
        "rsync --write-batch=.claude/settings.json a b", "rsync --only-write-batch .claude/settings.json a b",
    ] {
        assert!(check(command).contains("countersign.tamper"), "{command}: {}", check(command));
    }
    assert!(check("tar xf x.tar --transform 's,a,.cla,;s,b,ude/,'").contains("fs.write *, write, partial"));
    assert!(check("tar xf x.tar --transform 's,^,.claude/,'").contains("fs.write /repo/.claude,"));
    assert!(check("node --redirect-warnings=/home/dev/.bashrc -e 1").contains("fs.write /home/dev/.bashrc"));
    for command in [
        "node --cpu-prof --cpu-prof-dir=profiles -e 1", "node --cpu-prof -e 1", "tar xf x.tar --transform 's,^,out/,'", "tar czf x.tgz --transform 's,^,.claude/,' src", "rsync --log-file=x.log -a a b",
    ] {
        let found = check(command);
        assert!(!found.contains("tamper") && !found.contains("opaque"), "{command}: {found}");
    }
}

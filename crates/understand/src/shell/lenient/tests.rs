use insta::assert_snapshot;

use crate::fixture::check;

#[test]
fn the_words_of_a_text_that_cannot_be_read_are_seen() {
    assert_snapshot!(check("rm -rf / 'oops"), @"
    exec.hidden a shell command, execute, opaque
    countersign.tamper /, destroy, partial
    fs.delete /, destroy, partial
    fs.delete /repo/oops, destroy, partial
    ");
    assert_snapshot!(check("&& git reset --hard"), @"
    exec.hidden a shell command, execute, opaque
    git.discard /repo, destroy, partial
    git.branch /repo, write, partial
    ");
    assert_snapshot!(check("| kubectl delete namespace prod"), @"
    exec.hidden a shell command, execute, opaque
    kube.delete namespace/prod in *, destroy, partial
    ");
    assert_snapshot!(check("ls ) ; rm -rf /etc"), @"
    exec.hidden a shell command, execute, opaque
    fs.read /repo, read, partial
    fs.delete /etc, destroy, partial
    ");
    assert_snapshot!(check("echo \"a; terraform destroy"), @"
    exec.hidden a shell command, execute, opaque
    exec.read echo, read, partial
    stack.destroy * of terraform /repo, destroy, partial
    ");
    assert_snapshot!(check("if x; then rm -rf src"), @"
    exec.hidden a shell command, execute, opaque
    fs.delete /repo/src, destroy, partial
    ");
    assert_snapshot!(check("A=1 B='x rm src/a.rs"), @"
    exec.hidden a shell command, execute, opaque
    fs.delete /repo/src/a.rs, destroy, partial
    ");
    assert_snapshot!(check("'git' \"push\" origin main 'x"), @"
    exec.hidden a shell command, execute, opaque
    git.force-push *@*, destroy, partial
    git.push main@origin, write, partial
    git.push x@origin, write, partial
    ");
    assert_snapshot!(check("rm -rf \"$X/\" && echo 'x"), @"
    exec.hidden a shell command, execute, opaque
    fs.delete *, destroy, partial
    exec.read echo, read, partial
    ");
}

#[test]
fn prose_is_no_command() {
    assert_snapshot!(check("echo don't worry about rm -rf /"), @"
    exec.hidden a shell command, execute, opaque
    exec.read echo, read, partial
    ");
    assert_snapshot!(check("git commit -m 'don't remove it'"), @"
    exec.hidden a shell command, execute, opaque
    git.commit /repo, write, partial
    ");
    assert_snapshot!(check("it's fine, we rm -rf nothing"), @"exec.hidden a shell command, execute, opaque");
}

#[test]
fn long_texts_are_read_quickly() {
    for text in
        ["rm x;".repeat(20_000) + "'", "rm ".repeat(30_000) + "'", ";'".repeat(30_001), "((((".repeat(10_000)]
    {
        let started = std::time::Instant::now();
        check(&text);
        assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
    }
}

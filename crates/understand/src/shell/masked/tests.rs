use insta::assert_snapshot;

use crate::fixture::check;

#[test]
fn documents_that_are_not_expanded_have_none() {
    assert_snapshot!(check("cat <<'E'\n$(case\nE\nrm a"), @"
        exec.read cat, read
        fs.delete /repo/a, destroy
        ");
}

#[test]
fn substitutions_are_read_whatever_is_in_them() {
    assert_snapshot!(check("echo \"$(case x in x) git push origin main;; esac)\""), @"
        git.push main@origin, write
        exec.read echo, read
        ");
    assert_snapshot!(check("echo \"$(ls # it's \"\n)\"; git push origin main"), @"
        fs.read /repo, read
        exec.read echo, read
        git.push main@origin, write
        ");
    assert_snapshot!(check("x=$(case $y in (a|b) ls;; c) git push origin main;& *) pwd;; esac); rm a"), @"
        fs.read /repo, read
        git.push main@origin, write
        exec.read pwd, read
        fs.delete /repo/a, destroy
        ");
    assert_snapshot!(check("echo \"é $(case é in é) ls;; esac)\" && rm b"), @"
        fs.read /repo, read
        exec.read echo, read
        fs.delete /repo/b, destroy
        ");
    assert_snapshot!(check("echo $(case x in x) ls;; esac; rm a"), @"
        exec.hidden a shell command, execute, opaque
        exec.read echo, read, partial
        fs.read /repo, read, partial
        fs.delete /repo/a, destroy, partial
        ");
}

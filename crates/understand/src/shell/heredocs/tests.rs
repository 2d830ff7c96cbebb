use insta::assert_snapshot;

use crate::fixture::check;

#[test]
fn documents_after_arithmetic_in_a_substitution_are_documents() {
    assert_snapshot!(check("echo \"$( (( $(pwd) )) )\"\nbash <<D\ngit push origin main\nD\nrm a"), @"
        exec.read pwd, read
        exec.read echo, read
        git.push main@origin, write
        fs.delete /repo/a, destroy
        ");
    assert_snapshot!(check("((n = 1<<3)); cat <<-'E F'\n\tx\n\tE F\nfor ((i=1<<1; i; i--)); do rm $n; done"), @"
    exec.read cat, read
    fs.delete /repo/8, destroy
    fs.delete /repo/8, destroy
    ");
}

#[test]
fn substitutions_after_a_document_stay_where_they_are() {
    assert_snapshot!(check(": <<E; $(printf git) push origin main\nx\nE"), @"
        exec.read :, read
        exec.read printf, read
        git.push main@origin, write
        ");
    assert_snapshot!(check("cat <<é | tee \"$(pwd)/a b\" $((1+1)).txt\nx\né"), @"
        exec.read cat, read
        exec.read pwd, read
        fs.write /repo/a b, write
        fs.write /repo/2.txt, write
        ");
    assert_snapshot!(check("cat <<E; echo \"$(cat .env; ls)\" && rm ${X:-$(pwd)}/src\nx\nE\nrm b"), @"
        exec.read cat, read
        secret.read /repo/.env, read
        fs.read /repo, read
        exec.read echo, read
        exec.read pwd, read
        fs.delete *, destroy, partial
        fs.delete /repo/b, destroy
        ");
    for text in [
        "cat <<D; head $(cat <<E\nx\nD\ny\nE\nrm a)\nz\nD\nrm b",
        "cat <<D && head <<E \"$(rm a; ls\nx\nD\ny\nE\n)\"\nx\nD\ny\nE",
        "cat <(cat <<D; head ${x:-$(rm a\nx\nD\n)}\nx\nD\n)",
        "cat <<D <(rm a\nx\nD\n)\nx\nD",
        "cat <<D >(rm a\nx\nD\n)\nx\nD",
    ] {
        let found = check(text);
        assert!(found.contains("exec.hidden a shell command"), "{text}: {found}");
        assert!(found.contains("fs.delete /repo/a"), "{text}: {found}");
    }
    for text in [
        "((n = 1<<3)); rm $(pwd\n)/a",
        "rm $[1<<3] $(pwd\n)/a",
        "(( n = 1<<2 )); rm \"$(\npwd)\"/a <<D\nD",
        "cat <<'D'\n$(\nD\nrm \"$(pwd\n)\"/a",
        "# <<D\nrm $(pwd\n)/a",
        "cat <<<D; rm $(pwd\n)/a",
        "cat <<D; echo \"a\nb\"; rm /repo/a\nD",
        "cat << \\\nD; rm a\nx\nD",
        "cat <<D\\\nE; rm a\nx\nDE",
    ] {
        let found = check(text);
        assert!(!found.contains("opaque") && found.contains("fs.delete /repo/a"), "{text}: {found}");
    }
    assert_snapshot!(check("cat <<E; echo $(\nrm src\n)\nx\nE"), @"
        exec.hidden a shell command, execute, opaque
        fs.read /repo/<<E, read, partial
        exec.read echo, read, partial
        fs.delete /repo/src, destroy, partial
        ");
}

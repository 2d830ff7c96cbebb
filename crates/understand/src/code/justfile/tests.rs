use insta::assert_snapshot;

use crate::fixture::check_with;

#[test]
fn recipes() {
    let files = [(
        "/repo/justfile",
        "v := \"1\"\n\n# tests\ntest *args: build\n    @cargo test {{args}}\n\nbuild:\n    cargo build\n\nship branch=\"main\":\n    git push origin {{branch}}\n\npy:\n    #!/usr/bin/env python3\n    print('git push')\n",
    )];
    assert_snapshot!(check_with("just test", &files), @"
        exec.test cargo test, execute
        exec.build cargo build, execute
        ");
    assert_snapshot!(check_with("just ship", &files), @"git.push main@origin, write");
    assert_snapshot!(check_with("just py", &files), @"exec.read just, read");
    let places: Vec<String> = crate::fixture::understood("just ship", &files)
        .effects
        .iter()
        .filter_map(|effect| effect.origin.as_ref().map(ToString::to_string))
        .collect();
    assert_eq!(places, ["justfile:11"]);
    assert_snapshot!(check_with("just gone", &files), @"exec.opaque just, execute, opaque");
    assert_snapshot!(check_with("just deploy", &[]), @"exec.opaque just, execute, opaque");
}

#[test]
fn words_after_a_recipe_are_its_own() {
    let files = [(
        "/repo/justfile",
        "test *args:\n    pytest {{args}}\n\nbuild:\n    cargo build\n\nship branch=\"main\" remote='origin': (tell \"x\" branch) && build\n    git push {{ remote }} {{branch}}\n\ntell what to:\n    echo {{what}} {{quote(to)}}\n\njoined *args:\n    sh -c {{ args + '' }}\n",
    )];
    assert_snapshot!(check_with("just test -k x", &files), @"exec.test pytest, execute");
    assert_snapshot!(check_with("just -q build test --lf -x", &files), @"
    exec.build cargo build, execute
    exec.test pytest, execute
    ");
    assert_snapshot!(check_with("just build ship feature", &files), @"
    exec.build cargo build, execute
    git.push feature@origin, write
    exec.read echo, read
    ");
    assert_snapshot!(check_with("just ship", &files), @"
    git.push main@origin, write
    exec.build cargo build, execute
    exec.read echo, read
    ");
    assert_snapshot!(check_with("just test 'x; git push -f origin main'", &files), @"
    exec.test pytest, execute
    git.force-push main@origin, destroy
    ");
    assert_snapshot!(check_with("just test \"$X\"", &files), @"exec.opaque just, execute, opaque");
    assert_snapshot!(check_with("just joined 'a;b'", &files), @"exec.opaque just, execute, opaque");
    assert_snapshot!(check_with("just build gone", &files), @"exec.opaque just, execute, opaque");
    assert_snapshot!(check_with("just -f other test", &files), @"exec.opaque just, execute, opaque");
}

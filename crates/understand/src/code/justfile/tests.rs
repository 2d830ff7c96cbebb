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
    assert_snapshot!(check_with("just ship", &files), @"git.force-push *@origin, destroy, partial");
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

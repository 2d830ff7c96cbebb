use insta::assert_snapshot;

use crate::fixture::check;

#[test]
fn names_with_a_part_that_is_made_up() {
    assert_snapshot!(check("rm -f /tmp/x.$$"), @"fs.delete /tmp/x.*, destroy, partial");
    assert_snapshot!(check("trap 'rm -f /tmp/x.$$' EXIT"), @"
        exec.read trap, read
        fs.delete /tmp/x.*, destroy, partial
        ");
    assert_snapshot!(check("rm -rf /tmp/build-$(date +%s)"), @"
        exec.read date, read
        fs.delete /tmp/build-*, destroy, partial
        ");
    assert_snapshot!(check("rm -rf \"/tmp/build-$(date -u +%Y-%m-%dT%H:%M:%SZ)-$$.d/out\""), @"
        exec.read date, read
        fs.delete /tmp/build-*.d/out, destroy, partial
        ");
    assert_snapshot!(check("D=/tmp/a-$RANDOM; mkdir $D && cp src/a.rs $D/ && rm -rf \"$D\""), @"
        fs.write /tmp/a-*, write, partial
        fs.read /repo/src/a.rs, read
        fs.delete /tmp/a-*, destroy, partial
        ");
    assert_snapshot!(check("rm -rf /tmp/b-$(git rev-parse --short HEAD) /tmp/c-$(id -u) /tmp/d-`whoami`"), @"
        git.read /repo, read
        exec.read id, read
        exec.read whoami, read
        fs.delete /tmp/b-*, destroy, partial
        fs.delete /tmp/c-*, destroy, partial
        fs.delete /tmp/d-*, destroy, partial
        ");
    assert_snapshot!(check("rm -rf build-$(uname -m)"), @"
        exec.read uname, read
        fs.delete /repo/build-*, destroy, partial
        ");
}

#[test]
fn what_may_be_more_than_a_part_of_a_name() {
    for command in [
        "rm -rf /tmp/x-$(date +%D)",
        "rm -rf /tmp/x-$(date +%x)",
        "rm -rf /tmp/x-$(date +%Y/%m)",
        "rm -rf /tmp/x-$(date)",
        "rm -rf /tmp/x-$(date -d \"$X\" +%s)$Y",
        "date() { echo ../../home; }; rm -rf /tmp/x-$(date +%s)",
        "alias date=x; rm -rf /tmp/x-$(date +%s)",
        "PATH=/tmp/bin:$PATH; rm -rf /tmp/x-$(date +%s)",
        "unset RANDOM; RANDOM=$X; rm -rf /tmp/x-$RANDOM",
        "read RANDOM; rm -rf /tmp/x-$RANDOM",
        ". ./x; rm -rf /tmp/x-$RANDOM",
        "RANDOM=$Y sh -c 'rm -rf /tmp/x-$RANDOM'",
        "rm -rf /tmp/x-$X.$$",
        "rm -rf /tmp/x-$$.$X",
        "rm -rf /tmp/x-$$/../../home/$RANDOM",
        "rm -rf /tmp/x-$$/$RANDOM",
        "rm -rf /tmp/$$/..",
        "rm -rf /tmp/$$",
        "rm -rf $$",
        "rm -rf /tmp/x{a,b}-$$",
        "IFS=1; rm -rf /tmp/x-$$",
        "rm -rf /tmp/x-$(git rev-parse --short ../../home)",
        "rm -rf /tmp/x-$(uname -a)",
        "Y=x-$$; rm -rf /tmp/${Y//[0-9]//}",
    ] {
        let found = check(command);
        assert!(
            found.lines().any(|line| line.starts_with("fs.delete *, destroy, partial"))
                || found.contains("hidden"),
            "{command}: {found}"
        );
    }
}

use insta::assert_snapshot;

use crate::fixture::check;

#[test]
fn shells_of_other_users() {
    assert_snapshot!(check("su dev -c 'git push origin main'"), @"
    exec.privilege su, execute
    git.push main@origin, write
    ");
    assert_snapshot!(check("su --command='git push origin main'"), @"
    exec.privilege su, execute
    git.push main@origin, write
    ");
    assert_snapshot!(check("su - dev <<< 'git push origin main'"), @"
    exec.privilege su, execute
    git.push main@origin, write
    ");
    assert_snapshot!(check("su -lc 'git push origin main' dev"), @"
    exec.privilege su, execute
    git.push main@origin, write
    ");
    assert_snapshot!(check("runuser -u dev -- git push origin main"), @"
    exec.privilege runuser, execute
    git.push main@origin, write
    ");
    assert_snapshot!(check("sudo -i <<< 'git push origin main'"), @"
    exec.privilege sudo, execute
    git.push main@origin, write
    ");
    assert_snapshot!(check("sudo -s"), @"
    exec.privilege sudo, execute
    exec.hidden sh, execute, opaque
    ");
    assert_snapshot!(check("sudo -l"), @"
    exec.privilege sudo, execute
    exec.read sudo, read
    ");
    assert_snapshot!(check("su"), @"
    exec.privilege su, execute
    exec.hidden sh, execute, opaque
    ");
}

#[test]
fn other_places_to_run_in() {
    assert_snapshot!(check("nsenter -t 1 -m git push origin main"), @"
    exec.privilege nsenter, execute
    git.push main@origin, write
    ");
    assert_snapshot!(check("chroot /mnt sh -c 'git push origin main'"), @"
    exec.privilege chroot, execute
    git.force-push *@origin, destroy, partial
    ");
    assert_snapshot!(check("unshare --mount --map-root-user rm -rf src"), @"fs.delete /repo/src, destroy");
    assert_snapshot!(check("script -qec 'git push origin main' /dev/null"), @"git.push main@origin, write");
    assert_snapshot!(check("script -q log.txt git push origin main"), @"
    fs.write /repo/log.txt, write
    git.push main@origin, write
    ");
    assert_snapshot!(check("flock /tmp/l -c 'git push origin main'"), @"git.push main@origin, write");
    assert_snapshot!(check("ls | entr -c git push origin main"), @"
    fs.read /repo, read
    git.push main@origin, write
    ");
    assert_snapshot!(check("env -S 'git push origin main'"), @"
    git.push main@origin, write
    exec.read env, read
    ");
}

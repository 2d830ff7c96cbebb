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
    assert_snapshot!(check("sudo -l"), @"exec.read sudo, read, partial");
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
    assert_snapshot!(check("env -S 'git push origin main'"), @"git.push main@origin, write");
}

/// A look with another user's rights is shown to people; whatever more it does uses these rights.
#[test]
fn looks_with_anothers_rights() {
    assert_snapshot!(check("sudo cat /etc/hosts; doas ls /root; sudo -n iptables -L -n"), @"
    exec.read sudo, read, partial
    fs.read /etc/hosts, read
    exec.read doas, read, partial
    fs.read /root, read
    exec.read iptables -L -n, read
    ");
    assert_snapshot!(check("sudo cat /etc/shadow"), @"
    exec.privilege sudo, execute
    secret.read /etc/shadow, read
    ");
    assert_snapshot!(check("sudo cat a | sudo tee /etc/z"), @"
    exec.read sudo, read, partial
    fs.read /repo/a, read
    exec.privilege sudo, execute
    fs.write /etc/z, write
    ");
    assert_snapshot!(check("sudo ./look"), @"
    exec.privilege sudo, execute
    exec.opaque /repo/look, execute, opaque
    ");
    assert_snapshot!(check("sudo sh -c 'cat /etc/hosts > /etc/y'; sudo $X; sudo -s"), @"
    exec.privilege sudo, execute
    fs.write /etc/y, write
    fs.read /etc/hosts, read
    exec.hidden $X, execute, opaque
    exec.hidden sh, execute, opaque
    ");
    assert_snapshot!(check("su -c 'ls /root'"), @"
    exec.privilege su, execute
    fs.read /root, read
    ");
}

#[test]
fn wrappers_write_what_they_saw() {
    for command in [
        "strace -o src/a ls", "strace -fo src/a ls", "strace -osrc/a ls", "ltrace -o src/a ls", "valgrind --log-file=src/a ls",
        "env time -f x -o src/a true", "/usr/bin/time -o src/a ls", "\\time -v -osrc/a ls", "command time -o src/a ls",
    ] {
        assert!(check(command).contains("fs.write /repo/src/a"), "{command}: {}", check(command));
    }
    assert!(check("strace -o '|git push origin main' ls").contains("git.push main@origin"));
    assert!(check("strace -o '!rm -rf src' ls").contains("fs.delete /repo/src"));
    assert!(check("sudo strace -o /etc/cron.d/x ls").contains("exec.privilege"));
    assert!(check("time -o .claude/settings.json ls").contains("countersign.tamper"));
    assert!(!check("strace -e trace=open -f ls; time -f -o ls").contains("fs.write"));
}

/// What is read may change something all the same.
#[test]
fn reads_that_are_more_than_a_look() {
    for command in [
        "sudo rpm --eval '%(touch /etc/x)'", "sudo -R /tmp/x ls", "sudo ifconfig eth0 down", "sudo nft list ruleset \\; flush ruleset",
        "sudo iptables -L -Z", "sudo ss -K dst 1.2.3.4", "sudo sysctl --system", "sudo date 112703002026", "sudo dmesg -n 1", "sudo dmesg -D",
        "sudo cat /dev/watchdog", "sudo file -C -m x", "sudo journalctl --vacuum-size=1", "sudo -u root ls", "sudo $X",
        "sudo wg set wg0 peer x", "sudo wg showconf wg0", "sudo wg show wg0 dump", "sudo ip a add 10.0.0.1/8 dev x", "sudo ip l s eth0 up",
        "sudo ip -b x", "sudo ip netns exec x ls", "sudo nft list -f x", "sudo lvs --config x", "sudo fdisk -l -x /dev/sda",
    ] {
        assert!(check(command).contains("exec.privilege"), "{command}: {}", check(command));
    }
    for command in ["sudo systemctl status nginx", "sudo ss -tlnp", "sudo journalctl -u x -n 50", "sudo docker ps -a", "sudo -n true", "sudo tail -f /var/log/syslog", "sudo wg show", "sudo wg show wg0", "sudo ip -br a", "sudo ip route show", "sudo nft list ruleset", "sudo fdisk -l /dev/sda", "sudo lvs"] {
        assert!(!check(command).contains("exec.privilege"), "{command}: {}", check(command));
    }
}

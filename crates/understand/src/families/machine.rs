//! The machine itself: its power, disks, accounts, network filter and kernel.

use countersign_model::{Effect, Resource, verbs};

use super::Family;
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::Word;

pub(super) const FAMILY: Family = Family {
    programs: &[
        "shutdown", "reboot", "halt", "poweroff", "init", "telinit", "mount", "umount", "mkfs", "mkfs.ext2", "mkfs.ext3", "mkfs.ext4", "mkfs.xfs",
        "mkfs.btrfs", "mkfs.vfat", "mkfs.fat", "mkfs.ntfs", "mkswap", "mke2fs", "fdisk", "sfdisk", "cfdisk", "gdisk", "sgdisk", "parted", "wipefs",
        "blkdiscard", "badblocks", "hdparm", "swapoff", "swapon", "losetup", "dmsetup", "mdadm", "fsck", "e2fsck", "resize2fs", "tune2fs",
        "lvm", "lvremove", "vgremove", "pvremove", "lvcreate", "vgcreate", "pvcreate", "lvextend", "lvreduce", "lvresize", "lvs", "vgs", "pvs",
        "lvdisplay", "vgdisplay", "pvdisplay", "zpool", "zfs", "btrfs", "cryptsetup", "diskutil", "useradd", "adduser", "userdel", "deluser", "usermod",
        "passwd", "chpasswd", "groupadd", "groupdel", "groupmod", "gpasswd", "visudo", "vipw", "chsh", "chage", "dscl", "iptables", "ip6tables",
        "iptables-restore", "iptables-save", "ufw", "nft", "firewall-cmd", "pfctl", "modprobe", "insmod", "rmmod", "kexec", "depmod", "setenforce",
        "auditctl", "setcap", "chattr", "sysctl.conf", "update-grub", "grub-install", "efibootmgr", "bootctl", "nvram", "csrutil", "spctl", "chroot",
        "pivot_root", "nsenter", "swaplabel", "mknod", "aa-disable", "aa-teardown", "update-alternatives", "ldconfig", "dpkg-reconfigure", "tccutil",
        "softwareupdate", "scutil", "pmset", "bcdedit", "diskpart", "vssadmin", "wg", "wg-quick",
    ],
    about: "Power, disks, file systems, accounts, network filters and kernel modules of this machine. \
        Showing them is a read, anything else changes the system.",
    examples: &[
        "mount",
        "umount /mnt/data",
        "mkfs.ext4 /dev/sdb1",
        "shutdown -h now",
        "useradd bob",
        "iptables -L",
        "iptables -F",
        "ufw status",
        "zfs list",
        "zfs destroy pool/data",
        "modprobe -r nvme",
    ],
    effects,
};

/// First words that only show something, by the program.
const READS: &[(&str, &[&str])] = &[
    ("btrfs", &["show", "list", "usage", "df", "version"]),
    ("cryptsetup", &["status", "luksDump", "isLuks", "luksUUID", "--version", "benchmark"]),
    ("dmsetup", &["ls", "info", "status", "table", "deps"]),
    ("diskutil", &["list", "info", "activity"]),
    ("efibootmgr", &[]),
    ("firewall-cmd", &["--state", "--list-all", "--list-ports", "--list-services", "--get-zones", "--get-active-zones"]),
    ("gdisk", &["-l"]),
    ("lvm", &["lvs", "vgs", "pvs", "lvdisplay", "vgdisplay", "pvdisplay", "version", "lvscan", "vgscan", "pvscan"]),
    ("nft", &["list", "--version", "-v"]),
    ("pfctl", &["-s", "-sr", "-sa", "-si"]),
    ("pmset", &["-g"]),
    ("scutil", &["--dns", "--get", "--nwi", "--proxy"]),
    ("sgdisk", &["-p", "--print", "-i"]),
    ("spctl", &["--status", "--assess", "-a"]),
    ("csrutil", &["status"]),
    ("softwareupdate", &["-l", "--list"]),
    ("ufw", &["status", "version", "show"]),
    ("update-alternatives", &["--list", "--display", "--query", "--get-selections"]),
    ("zfs", &["list", "get", "diff", "version", "userspace"]),
    ("zpool", &["list", "status", "iostat", "get", "history", "version", "events"]),
    ("bootctl", &["status", "list", "is-installed"]),
    ("auditctl", &["-l", "-s", "-v"]),
    ("dscl", &["-list", "-read", "list", "read"]),
];

/// Programs that change nothing with one of these options anywhere.
const SHOWING: &[&str] = &["--help", "-h", "--longhelp", "--version", "-V", "--test", "--dry-run", "--no-act", "--list"];

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    if matches!(program, "chroot" | "nsenter") {
        enters(invocation, context);
    } else if only_shows(invocation) {
        context.program(verbs::EXEC_READ, &invocation.title());
    } else {
        let effect = Effect::new(verbs::EXEC_SYSTEM, Resource::Program { name: invocation.title() });
        context.push(match program {
            "shutdown" | "reboot" | "halt" | "poweroff" | "init" | "telinit" => effect.because("it stops the machine"),
            _ => effect,
        });
    }
}

/// Whether it changes nothing.
fn only_shows(invocation: &Invocation) -> bool {
    let has = |names: &[&str]| invocation.words.iter().any(|word| names.contains(&word.text()));
    let first = invocation.words.iter().find(|word| word.known().is_some()).map(Word::text);
    let none = invocation.words.is_empty();
    match invocation.program.as_str() {
        "shutdown" => has(&["-c", "--help"]) || has(&["--show"]),
        "passwd" => has(&["-S", "--status", "--help", "-h"]),
        "chage" => has(&["-l", "--list"]),
        // `halt -h` and the like do what they say.
        "reboot" | "halt" | "poweroff" | "init" | "telinit" => has(&["--help"]),
        "lvs" | "vgs" | "pvs" | "lvdisplay" | "vgdisplay" | "pvdisplay" | "iptables-save" => true,
        "mount" => none || has(&["-l", "--show-labels"]) && invocation.words.len() == 1 || has(&["--help", "--version", "-V"]) || first == Some("-t") && invocation.words.len() == 2,
        "swapon" => none || has(&["--show", "-s", "--summary"]),
        "losetup" => none || has(&["-a", "-l", "--list", "--all"]) && !has(&["-d", "-D", "--detach", "--detach-all"]),
        "efibootmgr" => none || invocation.words.iter().all(|word| word.text() == "-v"),
        "ldconfig" => has(&["-p", "--print-cache"]),
        "fdisk" | "sfdisk" | "cfdisk" => has(&["-l", "--list", "-d", "--dump", "-J", "--json", "--help", "--version"]),
        "parted" => has(&["-l", "--list", "print", "--help", "--version"]) && !has(&["rm", "mklabel", "mkpart", "resizepart"]),
        "wipefs" => has(&["-n", "--no-act", "--help"]) || !has(&["-a", "--all", "-o", "--offset", "-af", "-fa"]) && !none && invocation.words.iter().all(|word| !word.text().starts_with('-')),
        "wg" => shows_tunnels(invocation) || matches!(first, Some("genkey" | "genpsk" | "pubkey" | "help" | "--help" | "--version")),
        "badblocks" => !has(&["-w", "-n"]) && !invocation.words.iter().any(|word| is_cluster(word, &['w', 'n'])),
        "fsck" | "e2fsck" => has(&["-n", "-N"]),
        "iptables" | "ip6tables" => has(&["-L", "-S", "--list", "--list-rules", "-C", "--check"]) || invocation.words.iter().any(|word| is_cluster(word, &['L', 'S'])) && !has(&["-A", "-I", "-D", "-F", "-P", "-X", "-Z"]),
        "zpool" | "zfs" if has(&["-n"]) => true,
        "chattr" | "setcap" | "useradd" | "userdel" | "usermod" | "adduser" | "deluser" | "groupadd" | "groupdel" | "modprobe" | "visudo" => {
            has(&["--help", "--version"]) || invocation.program == "modprobe" && has(&["-n", "--dry-run", "-D", "--show-depends"]) || invocation.program == "visudo" && has(&["-c", "--check"])
        }
        "mkfs" | "mke2fs" | "mkfs.ext4" | "mkfs.ext3" | "mkfs.ext2" | "mkfs.xfs" => has(&["-n", "-N"]) && !has(&["-t"]) || has(&["--help", "-V", "--version"]),
        "lvremove" | "vgremove" | "pvremove" | "lvreduce" | "lvresize" | "lvextend" | "lvcreate" | "vgcreate" | "pvcreate" => {
            has(&["-t", "--test", "-h", "--help", "--longhelp", "--version"])
        }
        program => {
            let reads = READS.iter().find(|(name, _)| *name == program).map_or(&[][..], |(_, reads)| reads);
            has(SHOWING) || first.is_some_and(|first| reads.contains(&first)) || program == "btrfs" && has(reads) || none && !matches!(program, "update-grub" | "depmod" | "chpasswd" | "iptables-restore" | "vipw" | "visudo" | "ldconfig")
        }
    }
}

/// Whether `wg` shows its tunnels without their keys, which `dump` and `showconf` print.
pub(super) fn shows_tunnels(invocation: &Invocation) -> bool {
    let words: Option<Vec<&str>> = invocation.words.iter().map(Word::known).collect();
    match words.as_deref() {
        Some([] | ["show"]) => true,
        Some(["show", _, what @ ..]) => what.iter().all(|what| !matches!(*what, "private-key" | "preshared-keys" | "dump")),
        _ => false,
    }
}

/// Letters in one word with a dash: `-nvL`.
fn is_cluster(word: &Word, letters: &[char]) -> bool {
    let text = word.text();
    text.starts_with('-') && !text.starts_with("--") && text.contains(letters)
}

/// Another root or other namespaces: what runs there has the machine's rights.
fn enters(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    context.program(verbs::EXEC_PRIVILEGE, program);
    let mut index = 0;
    while let Some(text) = invocation.words.get(index).map(Word::text).filter(|text| text.starts_with('-')) {
        index += 1;
        if text == "--" {
            break;
        }
        let takes = matches!(text, "-t" | "--target" | "-S" | "--setuid" | "-G" | "--setgid" | "--userspec" | "--groups");
        index += usize::from(takes);
    }
    // The new root comes before the command.
    index += usize::from(program == "chroot");
    match invocation.nested(index) {
        Some(nested) => super::dispatch(nested, context),
        None => super::opaque(invocation, "it starts a shell in another root", context),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn showing_changes_nothing() {
        for command in [
            "mount", "fdisk -l", "zpool status tank", "lvs", "lvremove --test vg/data", "lvm lvdisplay vg", "iptables -L -n", "ufw status", "swapon --show",
            "mkfs.ext4 -n /dev/sda1", "wipefs /dev/sda", "passwd -S dev", "modprobe -n x", "visudo -c", "cryptsetup status x", "shutdown --help",
            "wg", "wg show", "wg show wg0 peers", "wg genkey",
        ] {
            assert!(check(command).starts_with("exec.read"), "{command}: {}", check(command));
        }
    }

    #[test]
    fn everything_else_does() {
        for command in [
            "shutdown -h now", "reboot", "halt -h", "mkfs.ext4 /dev/sda1", "wipefs -a /dev/sda", "lvremove vg/data", "lvm lvremove vg/data", "zpool destroy tank",
            "cryptsetup erase /dev/sda", "userdel dev", "iptables -F", "ufw disable", "modprobe evil", "setcap cap_setuid+ep x", "chattr -i x", "swapoff -a",
            "sfdisk /dev/sda", "visudo", "umount /data", "zfs destroy -r tank/x",
            "wg set wg0 peer x remove", "wg-quick up wg0", "wg showconf wg0", "wg show wg0 private-key", "wg show all dump",
        ] {
            assert!(check(command).contains("exec.system"), "{command}: {}", check(command));
        }
        assert_snapshot!(check("chroot /mnt rm -rf /srv; nsenter -t 1 -m sh -c 'rm -rf /srv'"), @"
        exec.privilege chroot, execute
        fs.delete /srv, destroy
        exec.privilege nsenter, execute
        ");
    }
}

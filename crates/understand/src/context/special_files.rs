//! Files by whose names alone more is known: streams, devices, and those that are git's own.

/// Paths that are no files: reading or writing them touches nothing.
pub(super) fn is_stream(path: &str) -> bool {
    let open = path.strip_prefix("/dev/fd/").or_else(|| path.strip_prefix("/proc/self/fd/"));
    matches!(
        path,
        "-" | "/dev/null" | "/dev/zero" | "/dev/stdin" | "/dev/stdout" | "/dev/stderr" | "/dev/tty"
    ) || open.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Devices and switches of the system by which a write reaches all of it.
pub(super) fn is_disk(path: &str) -> bool {
    const STARTS: &[&str] = &[
        "/dev/sd",
        "/dev/nvme",
        "/dev/disk",
        "/dev/hd",
        "/dev/vd",
        "/dev/xvd",
        "/dev/mmcblk",
        "/dev/dm-",
        "/dev/mapper/",
        "/dev/md",
        "/dev/loop",
        "/dev/rdisk",
        "/dev/mem",
        "/dev/kmem",
        "/dev/port",
        "/dev/nbd",
        "/dev/zvol/",
        "/proc/sysrq-trigger",
        "/proc/sys/",
        "/sys/",
    ];
    STARTS.iter().any(|prefix| path.starts_with(prefix))
}

/// Whether git keeps history, refs or unfinished work there.
pub(super) fn is_git_store(path: &str) -> bool {
    const PARTS: &[&str] =
        &["objects", "refs", "logs", "worktrees", "HEAD", "packed-refs", "index", "modules", "lfs"];
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        if part.ends_with(".git") {
            return part == ".git"
                || parts.peek().is_some_and(|next| PARTS.contains(next) || next.contains(['*', '{']));
        }
    }
    false
}

/// Whether git reads this file for its configuration or its refs.
pub(super) fn is_git_internal(path: &str) -> bool {
    path == "*"
        || path.contains("/.git/")
        || path.ends_with("/.git")
        || path.ends_with("/.gitconfig")
        || path.contains("/.config/git/")
        || path == "/etc/gitconfig"
}

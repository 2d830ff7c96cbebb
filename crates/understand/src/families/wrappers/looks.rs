//! Commands that only look, whoever runs them: with another user's rights they are shown to people and do not wait.

use crate::invocation::Invocation;
use crate::word::Word;

/// Programs that print what they are asked for, whatever their options.
const PRINT: &[&str] = &[
    "cat", "head", "tail", "grep", "egrep", "fgrep", "ls", "stat", "wc", "du", "df", "find", "lsof", "id", "whoami", "true",
    "uname", "uptime", "free", "ps", "lsblk", "lscpu", "lspci", "lsusb", "netstat", "test", "[",
];

/// Whether `sudo` and what follows it is such a command; what its effects are is judged elsewhere.
pub(super) fn only_looks(invocation: &Invocation) -> bool {
    let words: Option<Vec<&str>> = invocation.words.iter().map(Word::known).collect();
    let Some(words) = words else { return false };
    let own = words.iter().take_while(|word| matches!(**word, "-n" | "--non-interactive" | "--")).count();
    let Some((program, arguments)) = words.get(own..).and_then(<[&str]>::split_first) else { return false };
    let first = arguments.first().copied().unwrap_or_default();
    let has = |denied: &[&str]| arguments.iter().any(|word| denied.iter().any(|denied| word.starts_with(denied)));
    let is_device = |word: &&str| word.starts_with("/dev/") && *word != "/dev/null";
    match *program {
        program if PRINT.contains(&program) => !arguments.iter().any(is_device),
        "-l" | "--list" => true,
        "systemctl" => matches!(
            first,
            "status" | "list-units" | "list-unit-files" | "list-timers" | "is-active" | "is-enabled" | "is-failed" | "show" | "cat"
        ),
        "journalctl" => !has(&["--vacuum", "--rotate", "--flush", "--sync", "--relinquish", "--smart", "--setup", "--update", "--file", "--root", "--image", "-D", "-M"]),
        "docker" => matches!(first, "ps" | "logs" | "images" | "inspect" | "version" | "info" | "stats" | "top" | "port"),
        "ss" => arguments.iter().all(|word| {
            word.strip_prefix('-').is_some_and(|letters| letters.chars().all(|letter| "tulpnaxesHr46o".contains(letter)))
        }),
        "iptables" | "ip6tables" => {
            let lists = |word: &&str| matches!(*word, "-L" | "-S" | "--list" | "--list-rules");
            let shows = |word: &&str| {
                lists(word) || matches!(*word, "-n" | "-v" | "-nv" | "-vn" | "--line-numbers" | "-t" | "nat" | "filter" | "mangle" | "raw") || word.chars().all(|letter| letter.is_ascii_uppercase())
            };
            arguments.iter().any(lists) && arguments.iter().all(shows)
        }
        "ufw" => first == "status",
        "wg" => {
            let words = invocation.words.get(own + 1..).unwrap_or_default().to_vec();
            super::super::machine::shows_tunnels(&Invocation { words, ..invocation.clone() })
        }
        "ip" => {
            let flags = arguments.iter().take_while(|word| word.starts_with('-'));
            let (flags, asked) = arguments.split_at(flags.count());
            let is_plain = |word: &&str| matches!(*word, "-br" | "-brief" | "-4" | "-6" | "-c" | "-color" | "-s" | "-d" | "-o" | "-j" | "-json" | "-p");
            let is_object = |word: &str| ["address", "link", "route", "rule", "neighbour", "neighbor"].iter().any(|object| object.starts_with(word));
            flags.iter().all(is_plain)
                && match asked {
                    [object] => is_object(object),
                    [object, what, ..] => is_object(object) && matches!(*what, "show" | "list" | "ls"),
                    [] => false,
                }
        }
        "nft" => first == "list" && arguments.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')),
        "fdisk" => first == "-l" && !arguments.iter().skip(1).any(|word| word.starts_with('-')),
        "lvs" | "vgs" | "pvs" => arguments.is_empty(),
        "crontab" => arguments == ["-l"],
        "dmesg" => arguments.iter().all(|word| matches!(*word, "-T" | "-H" | "-w" | "-W" | "--human" | "--follow" | "--ctime")),
        "nginx" => arguments.len() == 1 && matches!(first, "-t" | "-v" | "-V" | "-T"),
        "apt" | "apt-get" => matches!(first, "list" | "show" | "policy"),
        _ => false,
    }
}

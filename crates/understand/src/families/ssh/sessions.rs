//! What clients of file servers are told to do in a session: `ftp`, `lftp`, `smbclient` by their standard input and
//! options, `curl -Q` by its own.

use countersign_model::{Effect, Resource, Verb, verbs};

use crate::context::Context;
use crate::environment;
use crate::families::opaque;
use crate::invocation::{Invocation, Stdin};
use crate::word::{Value, Word};

/// Commands after which something is gone there.
const DELETES: &[&str] = &["rm", "mrm", "rmdir", "delete", "mdelete", "del", "dele", "rmd", "deltree", "expunge", "glob-rm"];
/// Commands that change something there.
const CHANGES: &[&str] = &[
    "rename", "ren", "mv", "mmv", "rnfr", "rnto", "mkdir", "mkd", "md", "chmod", "chown", "chgrp", "site", "ln", "symlink", "setmode", "allinfo", "touch",
    "utimes", "posix_unlink", "truncate", "copy", "cp",
];
/// Commands that bring files there.
const UPLOADS: &[&str] = &["put", "mput", "append", "appe", "stor", "stou", "send", "reput", "upload"];
/// Commands that only look, or set the session up.
const LOOKS: &[&str] = &[
    "ls", "dir", "cd", "cwd", "pwd", "xpwd", "nlist", "nlst", "list", "mlsd", "mls", "mdir", "noop", "user", "pass", "acct", "open", "close", "bye", "quit", "exit", "binary", "ascii", "bin",
    "passive", "prompt", "hash", "verbose", "stat", "status", "size", "mdtm", "modtime", "syst", "system", "feat", "help", "lcd", "lpwd", "set", "debug", "glob", "type", "mode", "pasv",
    "rstatus", "df", "statvfs", "version", "du", "find", "cls", "cat", "wait", "epsv4", "tick", "stats", "allinfo", "recurse",
];

/// What a command of a session does there; none where nobody knows.
fn does(command: &str) -> Option<Verb> {
    let mut words = command.split_ascii_whitespace();
    let first = words.next().unwrap_or_default().trim_start_matches(['-', '+', '*', '@']).to_ascii_lowercase();
    let is = |list: &[&str]| list.contains(&first.as_str());
    if first == "mirror" {
        let has = |names: &[&str]| words.clone().any(|word| names.contains(&word));
        return match (has(&["--delete", "-e"]), has(&["-R", "--reverse"])) {
            (true, true) => Some(verbs::NET_DELETE),
            (false, true) => Some(verbs::NET_UPLOAD),
            _ => None,
        };
    }
    match () {
        () if is(DELETES) => Some(verbs::NET_DELETE),
        () if is(UPLOADS) => Some(verbs::NET_UPLOAD),
        () if is(CHANGES) => Some(verbs::NET_WRITE),
        () if is(LOOKS) => Some(verbs::NET_READ),
        () => None,
    }
}

/// Adds what the commands of a session do at a host; false where one of them is not known.
pub(in crate::families) fn told<'c>(commands: impl Iterator<Item = &'c str>, host: &str, context: &mut Context<'_>) -> bool {
    let mut all = true;
    for command in commands.map(str::trim).filter(|command| !command.is_empty() && !command.starts_with('#')) {
        if let Some(shell) = command.strip_prefix('!') {
            environment::command("a command of the session", &Value::Known(shell.to_owned()), context);
            continue;
        }
        match does(command) {
            Some(verb) => context.push(Effect::new(verb, Resource::Host { host: host.to_owned(), url: None })),
            None => all = false,
        }
    }
    all
}

/// Options that take the next word, of any of these clients.
const VALUES: &[&str] = &["-e", "-c", "-u", "-p", "-f", "-P", "-o", "-q", "-r", "-T", "-N", "-s", "-U", "-A", "-W", "-D", "-I", "-m"];

/// Adds what a client of a file server is told to do.
pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let (mut host, mut texts): (Option<String>, Vec<Value>) = (None, Vec::new());
    let mut words = invocation.words.iter();
    while let Some(word) = words.next() {
        let text = word.text();
        let takes_commands = invocation.program != "ftp" && matches!(text, "-e" | "-c");
        if takes_commands {
            texts.extend(words.next().map(|word| word.value.clone()));
        } else if invocation.program != "ftp" && VALUES.contains(&text) {
            words.next();
        } else if !text.starts_with('-') {
            host.get_or_insert_with(|| named(word));
        }
    }
    match &invocation.stdin {
        Stdin::Text(value) => texts.push(value.clone()),
        Stdin::Pipe(source) => texts.push(source.text.clone().map_or_else(|| Value::unknown("what another command prints"), Value::Known)),
        Stdin::File(_) => texts.push(Value::unknown("what is in a file")),
        Stdin::Inherited => {}
    }
    // `open host` in the text itself.
    let opened = texts.iter().filter_map(Value::known).flat_map(commands).find_map(|command| command.trim().strip_prefix("open "));
    let host = host.or_else(|| opened.map(|rest| rest.split_ascii_whitespace().last().unwrap_or("*").to_owned())).unwrap_or_else(|| "*".to_owned());
    context.flow.fetched = true;
    let mut is_known = !texts.is_empty();
    for text in &texts {
        is_known &= text.known().is_some_and(|text| told(commands(text), &host, context));
    }
    if !is_known {
        context.push(Effect::new(verbs::NET_SEND, Resource::Host { host, url: None }));
        opaque(invocation, "what it sends or fetches cannot be seen", context);
    }
}

/// The commands of a text.
fn commands(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', ';'])
}

/// The host that a word names: `ftp://user@host/x`, `//host/share`, `host`.
fn named(word: &Word) -> String {
    let Some(text) = word.known() else { return "*".to_owned() };
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest).trim_start_matches('/');
    let rest = rest.split('/').next().unwrap_or(rest);
    rest.rsplit_once('@').map_or(rest, |(_, host)| host).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn what_is_deleted_or_changed_in_a_session() {
        for command in [
            "ftp -n h.example <<E\nuser a b\ndelete x\nE", "printf 'user a b\\nmdelete *\\nquit\\n' | ftp -n h.example", "lftp -e 'rm a; bye' h.example", "lftp -c 'open h.example; mirror -R --delete . /'",
            "smbclient //h.example/s -c 'del a'", "curl -Q 'DELE a' ftp://h.example/", "curl --quote '-rm a' sftp://h.example/x", "curl -Q 'CWD x' -Q '-RMD y' ftp://h.example/",
        ] {
            assert!(check(command).contains("net.delete h.example") || check(command).contains("net.delete ftp") || check(command).contains("net.delete sftp"), "{command}: {}", check(command));
        }
        for command in ["curl -Q 'RNFR a' -Q 'RNTO b' ftp://h.example/", "curl -Q 'SITE CHMOD 777 a' ftp://h.example/", "ftp -n h.example <<E\nrename a b\nE"] {
            assert!(check(command).contains("net.write"), "{command}: {}", check(command));
        }
        assert!(check("lftp -c 'open h.example; put a'").contains("net.upload h.example"));
        assert!(check("lftp -e '!git push origin main' h.example").contains("git.push main@origin"));
    }

    #[test]
    fn what_only_looks_there() {
        assert_snapshot!(check("lftp -c 'open h.example; ls'; printf 'user a b\\nls\\nbye\\n' | ftp -n h.example"), @"
        net.read h.example, read
        exec.read printf, read
        ");
        for command in ["curl -Q 'PWD' ftp://h.example/", "curl -Q NOOP ftp://h.example/x"] {
            let found = check(command);
            assert!(!found.contains("write") && !found.contains("delete"), "{command}: {found}");
        }
        for command in ["ftp h.example", "lftp -e 'frobnicate' h.example", "ftp -n h.example < commands"] {
            assert!(check(command).contains("opaque"), "{command}: {}", check(command));
        }
    }
}

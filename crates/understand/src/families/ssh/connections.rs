//! Plain connections: `nc`, `socat`, `telnet`, `ftp`.

use countersign_model::{Certainty, Effect, Resource, verbs};

use crate::context::Context;
use crate::families::{opaque, sought_in};
use crate::invocation::{Invocation, Stdin};
use crate::shell::{self, Place};
use crate::word::{Value, Word};

pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    if invocation.words.iter().any(|word| matches!(word.text(), "--help" | "--version" | "-V")) && invocation.words.len() == 1 {
        context.program(verbs::EXEC_READ, &invocation.program);
        return;
    }
    match invocation.program.as_str() {
        "socat" => socat(invocation, context),
        "nc" | "ncat" | "netcat" => netcat(invocation, context),
        "ftp" | "lftp" | "tnftp" | "smbclient" => super::sessions::effects(invocation, context),
        _ => {
            let host = invocation.words.iter().find(|word| !word.text().starts_with('-'));
            let host = host.map_or("*", |word| word.known().unwrap_or("*"));
            context.push(at(host));
            context.flow.fetched = true;
            if invocation.program != "telnet" || invocation.stdin != Stdin::Inherited {
                opaque(invocation, "what it sends or fetches cannot be seen", context);
            }
        }
    }
}

fn at(host: &str) -> Effect {
    let effect = Effect::new(verbs::NET_SEND, Resource::Host { host: host.to_owned(), url: None });
    if host == "*" { effect.certain(Certainty::Partial, "which host is meant is not known") } else { effect }
}

/// A program that is given a connection: whoever is at the other end has it.
fn given(text: &Value, is_shell: bool, context: &mut Context<'_>) {
    let Some(text) = text.known() else {
        context.opaque("a connection", "it gives a connection a program that is not known");
        return;
    };
    let mut names = text.split_ascii_whitespace().map(|word| word.rsplit('/').next().unwrap_or(word));
    let interpreters =
        ["sh", "bash", "zsh", "dash", "ksh", "ash", "fish", "python", "python3", "perl", "ruby", "node", "pwsh", "powershell", "cmd.exe"];
    if names.any(|name| interpreters.contains(&name)) || is_shell && text.contains(['|', ';', '&']) {
        let resource = Resource::Program { name: text.to_owned() };
        let why = "whoever is at the other end of the connection says what it runs";
        context.push(Effect::new(verbs::EXEC_REMOTE_CODE, resource).because(why));
    }
    shell::run_apart(text, Place::Within(context.here), context);
}

/// Letters of `nc` that take a value.
const VALUES: &str = "cegGiIkmMoOpPqsTVwWxX";

fn netcat(invocation: &Invocation, context: &mut Context<'_>) {
    let (mut listens, mut scans) = (false, false);
    let mut operands: Vec<&Word> = Vec::new();
    let mut words = invocation.words.iter();
    let mut programs: Vec<(Value, bool)> = Vec::new();
    while let Some(word) = words.next() {
        let text = word.text();
        if let Some(long) = text.strip_prefix("--") {
            let (name, attached) = match long.split_once('=') {
                Some((name, _)) => (name, word.value.strip_prefix(&format!("--{name}="))),
                None => (long, None),
            };
            listens |= name == "listen" || name.len() > 1 && "listen".starts_with(name);
            let takes = ["exec", "sh-exec", "lua-exec", "proxy", "proxy-type", "proxy-auth", "source", "source-port", "wait", "idle-timeout", "output", "hex-dump", "delay", "max-conns", "allow", "allowfile", "deny", "denyfile", "ssl-cert", "ssl-key", "ssl-trustfile"];
            let value = if attached.is_none() && takes.contains(&name) { words.next().map(|word| word.value.clone()) } else { attached };
            match (name, value) {
                ("exec" | "sh-exec" | "lua-exec", Some(value)) => programs.push((value, name == "sh-exec")),
                ("output" | "hex-dump", Some(value)) => context.write_value(&value),
                _ => {}
            }
        } else if text.starts_with('-') && text.len() > 1 {
            for (at, letter) in text.char_indices().skip(1) {
                listens |= letter == 'l';
                scans |= letter == 'z';
                // `-k` takes none where it keeps listening, `-p` and `-i` do.
                if !VALUES.contains(letter) || letter == 'k' {
                    continue;
                }
                let rest = text.get(..at + letter.len_utf8()).and_then(|before| word.value.strip_prefix(before));
                let rest = rest.filter(|rest| !rest.text().is_empty() || rest.is_unknown());
                let value = rest.or_else(|| words.next().map(|word| word.value.clone()));
                match (letter, value) {
                    ('e' | 'c', Some(value)) => programs.push((value, letter == 'c')),
                    ('o', Some(value)) => context.write_value(&value),
                    _ => {}
                }
                break;
            }
        } else {
            operands.push(word);
        }
    }
    for (program, is_shell) in &programs {
        given(program, *is_shell, context);
    }
    let host = operands.first().map_or("*", |word| word.known().unwrap_or("*"));
    if listens {
        // What stands alone is the port.
        let is_port = host.bytes().all(|byte| byte.is_ascii_digit());
        let host = if is_port { "*" } else { host };
        context.push(Effect::new(verbs::NET_LISTEN, Resource::Host { host: host.to_owned(), url: None }));
        if matches!(invocation.stdin, Stdin::Pipe(_) | Stdin::File(_)) {
            context.push(at("*"));
        }
    } else if scans || operands.is_empty() {
        context.push(Effect::new(verbs::NET_READ, Resource::Host { host: host.to_owned(), url: None }));
        return;
    } else {
        if let Stdin::File(file) = &invocation.stdin {
            context.read_value(file);
        }
        context.push(at(host));
    }
    context.flow.fetched = true;
}

/// Each end is an address: `TCP:host:port`, `EXEC:program`, `OPEN:file`.
fn socat(invocation: &Invocation, context: &mut Context<'_>) {
    let mut words = invocation.words.iter();
    while let Some(word) = words.next() {
        let text = word.text();
        if text.starts_with('-') && text.len() > 1 && !text.contains(':') {
            if matches!(text, "-b" | "-t" | "-T" | "-L" | "-W" | "-r" | "-R" | "-lf" | "-lp" | "-lm") {
                words.next();
            }
            continue;
        }
        if word.value.is_unknown() && !text.contains(':') {
            context.opaque("socat", "an address of it is not known");
            continue;
        }
        text.split("!!").for_each(|address| end(address, word, context));
    }
    forwards(invocation, context);
    sought_in(&invocation.written(), context);
}

/// One end that listens and one on another machine: a port here leads there.
fn forwards(invocation: &Invocation, context: &mut Context<'_>) {
    let mut local = None;
    let mut to = None;
    for (kind, rest) in invocation.words.iter().filter_map(|word| word.known()?.split_once(':')) {
        let address = rest.split(',').next().unwrap_or(rest);
        if listens(&kind.to_ascii_uppercase()) {
            local = Some(address.rsplit(':').next().unwrap_or(address));
        } else if let Some((host, port)) = address.rsplit_once(':').filter(|_| !kind.starts_with('-')) {
            to = Some((host, port));
        }
    }
    if let (Some(local), Some((host, port))) = (local, to) {
        super::super::tunnels::opens(Some(local), host, Some(port), context);
    }
}

/// Whether an address of socat, in capitals, waits for others: `TCP-LISTEN`, `TCP4-L`.
fn listens(kind: &str) -> bool {
    kind.contains("LISTEN") || kind.ends_with("-L")
}

fn end(address: &str, word: &Word, context: &mut Context<'_>) {
    let (kind, rest) = address.split_once(':').unwrap_or((address, ""));
    // Options follow after a comma; what is quoted is one piece.
    let first = if rest.contains(['"', '\'']) { rest } else { rest.split(',').next().unwrap_or(rest) };
    let clean = first.trim_matches(['"', '\'', '\\']).replace('\\', "");
    // A path alone is a file, a number alone an open one.
    let upper = match rest {
        "" if kind.contains('/') => "GOPEN".to_owned(),
        "" if kind.bytes().all(|byte| byte.is_ascii_digit()) => "FD".to_owned(),
        _ => kind.to_ascii_uppercase(),
    };
    let clean = if upper == "GOPEN" && rest.is_empty() { kind.to_owned() } else { clean };
    let as_value = |text: &str| if word.value.is_unknown() { Value::unknown("an address of it is not known") } else { Value::Known(text.to_owned()) };
    match upper.as_str() {
        "EXEC" | "SYSTEM" | "SHELL" => {
            let text = if clean.is_empty() { "sh".to_owned() } else { clean };
            given(&as_value(&text), upper != "EXEC", context);
        }
        "OPEN" | "FILE" | "GOPEN" | "CREATE" | "CREAT" | "PIPE" | "FIFO" | "ECHO" | "PTY" => {
            let directory = rest.split(',').find_map(|option| option.strip_prefix("chdir=")).map(|directory| format!("{directory}/")).unwrap_or_default();
            let value = as_value(&format!("{directory}{clean}"));
            if clean.is_empty() {
                return;
            }
            context.read_value(&value);
            if !matches!(upper.as_str(), "OPEN" | "FILE") || rest.contains(",wr") || rest.contains(",creat") || rest.contains(",trunc") || rest.contains(",append") {
                context.write_value(&value);
            }
        }
        "STDIN" | "STDOUT" | "STDIO" | "STDERR" | "-" | "FD" => {}
        _ if listens(&upper) || upper.contains("RECV") => {
            let bound = rest.split(',').find_map(|option| option.strip_prefix("bind="));
            let host = if bound.is_some_and(countersign_model::is_this_machine) { "localhost" } else { "*" };
            context.push(Effect::new(verbs::NET_LISTEN, Resource::Host { host: host.to_owned(), url: None }));
            context.flow.fetched = true;
        }
        _ if upper.starts_with("UNIX") || upper.starts_with("ABSTRACT") || clean.ends_with(".sock") => {
            let resource = Resource::Program { name: format!("the socket {clean}") };
            let why = "who reaches the socket controls what listens there";
            context.push(Effect::new(verbs::EXEC_PRIVILEGE, resource).because(why));
        }
        _ => {
            let host = clean.split(':').next().unwrap_or("*");
            context.push(at(if host.is_empty() || word.value.is_unknown() { "*" } else { host }));
            context.flow.fetched = true;
        }
    }
}

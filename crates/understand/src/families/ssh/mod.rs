//! `ssh` and its relatives: what runs on another machine, and what its options run on this one.

mod config;
mod connections;
mod copies;
mod keys;
mod many;
pub(super) mod sessions;

use countersign_model::{Certainty, Effect, Resource, verbs};

use super::{Family, addresses, dispatch, opaque};
use crate::code::source;
use crate::context::Context;
use crate::environment;
use crate::invocation::{self, Invocation, Stdin};
use crate::paths;
use crate::shell::{self, Place};
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &[
        "ssh", "autossh", "mosh", "sshpass", "pssh", "parallel-ssh", "pdsh", "clush", "scp", "sftp", "rsync", "ssh-keygen", "ssh-add", "ssh-copy-id",
        "ssh-keyscan", "nc", "ncat", "netcat", "socat", "telnet", "ftp", "lftp", "tftp", "tnftp", "smbclient",
    ],
    about: "What runs on another machine is understood and named by that machine; copies say what is read \
        here and sent there. Options that run something on this machine, and forwarded ports, are known.",
    examples: &[
        "ssh web uptime",
        "ssh deploy@prod-1 'cd /srv && rm -rf data'",
        "ssh web",
        "ssh -N -L 5432:db:5432 bastion",
        "ssh -o ProxyCommand='rm -rf src' web true",
        "scp -r src web:/srv",
        "scp ~/.ssh/id_rsa web:",
        "rsync -az --delete src/ web:/srv/",
        "rsync -an --delete src/ web:/srv/",
        "nc -z web 22",
        "nc -lvp 4444 -e /bin/sh",
        "ssh-keygen -t ed25519 -f key",
        "ssh -D 1080 bastion",
        r#"ssh -F "$CONFIG" web"#,
    ],
    effects,
};

/// Letters of `ssh` that take a value.
const VALUES: &str = "bcBDEeFIiJLlmMOopQRSWwP";

/// Forwarded ports of one command that are looked at.
const MOST_FORWARDS: usize = 20;

/// Keys of configuration whose value this machine's shell runs.
const RUN_HERE: &[&str] = &["proxycommand", "localcommand", "knownhostscommand"];
/// Keys of configuration that name code or more configuration.
const LOAD: &[&str] = &["pkcs11provider", "securitykeyprovider", "xauthlocation", "include", "match"];

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    match invocation.program.as_str() {
        "ssh" | "autossh" => ssh(invocation, context),
        "mosh" => mosh(invocation, context),
        "sshpass" => sshpass(invocation, context),
        "pssh" | "parallel-ssh" | "pdsh" | "clush" => {
            many::effects(invocation, context);
        }
        "scp" => copies::scp(invocation, context),
        "sftp" => copies::sftp(invocation, context),
        "rsync" => copies::rsync(invocation, context),
        "ssh-keygen" | "ssh-add" | "ssh-copy-id" | "ssh-keyscan" => keys::effects(invocation, context),
        _ => connections::effects(invocation, context),
    }
}

/// The hosts that the user's own configuration jumps over on the way to a host, one list with commas for each hop.
pub(super) fn jumps_of(name: &str, context: &Context<'_>) -> Vec<String> {
    config::of(name, None, context).jumps(context)
}

/// What `ssh` is told before the command.
#[derive(Default)]
struct Call<'w> {
    options: Vec<(char, Option<Value>)>,
    host: Option<&'w Word>,
    command: Option<usize>,
}

impl Call<'_> {
    fn has(&self, letter: char) -> bool {
        self.options.iter().any(|(given, _)| *given == letter)
    }

    fn values(&self, letter: char) -> impl Iterator<Item = &Value> {
        self.options.iter().filter(move |(given, _)| *given == letter).filter_map(|(_, value)| value.as_ref())
    }
}

/// Options by their letters, in clusters or alone, before and after the host.
fn taken<'w>(invocation: &'w Invocation, values: &str) -> Call<'w> {
    letters(invocation, values, false)
}

/// The same; `is_command`: there is no host, the first word that is no option starts the command.
fn letters<'w>(invocation: &'w Invocation, values: &str, is_command: bool) -> Call<'w> {
    let mut call = Call::default();
    let mut index = 0;
    while let Some(word) = invocation.words.get(index) {
        let text = word.text();
        index += 1;
        if text == "--" && call.host.is_none() {
            continue;
        }
        if text.starts_with('-') && text.len() > 1 {
            for (at, letter) in text.char_indices().skip(1) {
                if !values.contains(letter) {
                    call.options.push((letter, None));
                    continue;
                }
                let rest = text.get(..at + letter.len_utf8()).and_then(|before| word.value.strip_prefix(before));
                let value = match rest.filter(|rest| !rest.text().is_empty() || rest.is_unknown()) {
                    Some(rest) => Some(rest),
                    None => {
                        index += 1;
                        invocation.words.get(index - 1).map(|word| word.value.clone())
                    }
                };
                call.options.push((letter, value));
                break;
            }
        } else if call.host.is_none() && !is_command {
            call.host = Some(word);
        } else {
            call.command = Some(index - 1);
            break;
        }
    }
    call
}

fn ssh(invocation: &Invocation, context: &mut Context<'_>) {
    let values = if invocation.program == "autossh" { format!("{VALUES}M") } else { VALUES.replace('M', "") };
    let call = taken(invocation, &values);
    if call.has('V') || call.has('Q') || invocation.words.is_empty() || matches!(invocation.known(0), Some("--help" | "--version")) {
        context.program(verbs::EXEC_READ, "ssh");
        return;
    }
    let mut host = call.host.map_or_else(|| "*".to_owned(), host_of);
    let mut remote: Option<Value> = None;
    let mut is_set = false;
    let mut forwards: Vec<Value> = call.values('L').cloned().collect();
    for value in call.values('o') {
        match configured(value, context) {
            Some(("hostname", value)) => {
                host = value.known().unwrap_or("*").to_owned();
                is_set = true;
            }
            Some(("remotecommand", value)) => remote = Some(value),
            Some(("localforward", value)) => forwards.push(value),
            _ => {}
        }
    }
    let name = host.clone();
    if !is_set {
        let settings = settings(&call, &host, context);
        if let Some(found) = settings.host {
            host = found;
        }
        // What a command opens in passing is the user's own setting.
        if call.has('N') || call.has('f') || context.beside || call.command.is_none() {
            forwards.extend(settings.forwards.into_iter().map(Value::Known));
        }
        remote = remote.or_else(|| settings.remote.filter(|_| call.command.is_none()).map(Value::Known));
    }
    here(&call, !is_set && call.host.is_some_and(|host| host.known().is_some()), context);
    let place = Resource::Host { host: host.clone(), url: None };
    let reached = Effect::new(verbs::NET_READ, place.clone());
    let reached = if name == host { reached } else { reached.because(&format!("{name} is that host by ssh's configuration")) };
    context.push(if host == "*" { reached.certain(Certainty::Partial, "which machine is meant is not known") } else { reached });
    if matches!(invocation.stdin, Stdin::Pipe(_) | Stdin::File(_)) {
        context.push(Effect::new(verbs::NET_SEND, place.clone()));
    }
    tunnels(&call, &forwards, &place, context);
    let is_forge = call.host.and_then(Word::known).is_some_and(|text| text.starts_with("git@"));
    let text = match (&remote, call.command) {
        (Some(value), _) => Some(value.clone()),
        (None, Some(start)) => Some(joined(invocation, start)),
        (None, None) => None,
    };
    let only_tunnels = call.has('N') || call.has('W') || call.has('O') || call.has('G') || call.host.is_none();
    match text {
        None if only_tunnels || is_forge => {}
        None => {
            let given = script(&invocation.stdin, context);
            context.elsewhere(place, |context| match given {
                Some(Value::Known(text)) => shell::run_apart(&text, Place::Within(context.here), context),
                Some(_) => opaque(invocation, "the other machine's shell runs what it is given", context),
                None => opaque(invocation, "an interactive shell on another machine", context),
            });
        }
        Some(Value::Known(text)) => {
            let given = passed(&invocation.stdin, context);
            let piped = std::mem::replace(&mut context.piped, given);
            context.elsewhere(place, |context| shell::run_apart(&text, Place::Within(context.here), context));
            context.piped = piped;
        }
        Some(_) => {
            let nested = call.command.and_then(|start| invocation.nested(start)).filter(|nested| nested.first.known().is_some());
            context.elsewhere(place, |context| {
                context.opaque("ssh", "a part of what runs on the other machine is not known");
                if let Some(nested) = nested {
                    dispatch(nested, context);
                }
            });
        }
    }
    context.flow.fetched = true;
}

/// What a file says of a host, and what it runs here.
fn settings(call: &Call<'_>, host: &str, context: &mut Context<'_>) -> config::Settings {
    let given = call.values('F').last().cloned();
    let file = match &given {
        None => None,
        Some(Value::Known(path)) if path == "none" || path == "/dev/null" => return config::Settings::default(),
        Some(value) => {
            let located = paths::locate(value, context);
            if located.why.is_some() {
                return config::Settings::default();
            }
            Some(located.path)
        }
    };
    let settings = config::of(host, file.as_deref(), context);
    settings.runs(host, file.is_some(), context);
    settings
}

/// The words from `start` on, as the other machine's shell gets them.
fn joined(invocation: &Invocation, start: usize) -> Value {
    let words = invocation.words.get(start..).unwrap_or_default();
    let known: Option<Vec<&str>> = words
        .iter()
        .map(|word| match &word.value {
            // A pattern that matches nothing here is sent as it is.
            Value::Known(text) | Value::Pattern(text) => Some(text.as_str()),
            Value::Unknown { .. } => None,
        })
        .collect();
    known.map_or_else(|| Value::unknown("a part of it is not known"), |words| Value::Known(words.join(" ")))
}

/// What is given to the other machine's shell to run, if something is.
fn script(stdin: &Stdin, context: &Context<'_>) -> Option<Value> {
    let unknown = || Value::unknown("what it reads is not known");
    match stdin {
        Stdin::Inherited => None,
        Stdin::Text(value) => Some(value.clone()),
        Stdin::Pipe(source) => Some(source.text.clone().map_or_else(unknown, Value::Known)),
        Stdin::File(value) => {
            let located = paths::locate(value, context);
            // As it is at this point of the command, which may have written it.
            Some(source::one(&located, context).map_or_else(unknown, Value::Known))
        }
    }
}

/// The same standing input, as it is in a container or a pod: a file is one of this machine.
pub(super) fn handed_on(stdin: &Stdin, context: &Context<'_>) -> Stdin {
    match (passed(stdin, context), stdin) {
        // What is not there, or may change, stays a file of which nothing is known.
        (Stdin::Text(Value::Unknown { .. }), Stdin::File(_)) => stdin.clone(),
        (passed, _) => passed,
    }
}

/// The same standing input, as it is on the other machine.
fn passed(stdin: &Stdin, context: &Context<'_>) -> Stdin {
    match stdin {
        Stdin::Inherited => Stdin::Inherited,
        Stdin::Pipe(source) => match stdin.file().map(|file| script(&Stdin::File(file.clone()), context)) {
            Some(Some(known @ Value::Known(_))) => Stdin::Text(known),
            // A file of this machine is none there.
            _ => Stdin::Pipe(invocation::Source { printed: None, ..source.clone() }),
        },
        Stdin::Text(_) | Stdin::File(_) => script(stdin, context).map_or(Stdin::Inherited, Stdin::Text),
    }
}

/// The host of `user@host`, `ssh://user@host:22`, `host:path`.
fn host_of(word: &Word) -> String {
    if word.value.is_unknown() {
        let start = word.text().rsplit('@').next().unwrap_or_default();
        return if start.is_empty() { "*".to_owned() } else { format!("{start}*") };
    }
    let text = word.text();
    if text.contains("://") {
        return addresses::host_and_path(text).map_or_else(|| "*".to_owned(), |(host, _)| host);
    }
    text.rsplit('@').next().unwrap_or(text).to_owned()
}

/// A `-o` option as its key in small letters and its value; what it runs or loads is added.
fn configured(given: &Value, context: &mut Context<'_>) -> Option<(&'static str, Value)> {
    let text = given.text();
    let Some((name, _)) = text.split_once(|c: char| c == '=' || c.is_ascii_whitespace()) else {
        if given.is_unknown() {
            context.opaque("ssh -o", "which option it sets is not known");
        }
        return None;
    };
    let rest = given.strip_prefix(name)?;
    let blank = rest.text().len() - rest.text().trim_start_matches(|c: char| c == '=' || c.is_ascii_whitespace()).len();
    let value = rest.text().get(..blank).and_then(|blank| rest.strip_prefix(blank)).unwrap_or(rest);
    let key = name.trim_matches(['"', ' ']).to_ascii_lowercase();
    if RUN_HERE.contains(&key.as_str()) && value.known().is_none_or(|text| text.trim() != "none") {
        environment::command(name, &value, context);
    } else if LOAD.contains(&key.as_str()) {
        context.opaque("ssh -o", "it loads code or more options");
    }
    match key.as_str() {
        "hostname" => Some(("hostname", value)),
        "remotecommand" => Some(("remotecommand", value)),
        "localforward" => Some(("localforward", value)),
        _ => None,
    }
}

/// Files and code of this machine that options name; `is_read`: what a file of options runs was looked at.
fn here(call: &Call<'_>, is_read: bool, context: &mut Context<'_>) {
    call.values('E').for_each(|value| context.write_value(value));
    if call.has('I') {
        context.opaque("ssh -I", "it loads a library");
    }
    for value in call.values('F') {
        if matches!(value.known(), Some("/dev/null" | "none")) {
            continue;
        }
        let located = paths::locate(value, context);
        let text = if located.why.is_none() { context.file(&located.path) } else { Err("unknown".to_owned()) };
        let plain = text.ok().flatten().is_some_and(|text| {
            let text = text.to_ascii_lowercase();
            let runs = !is_read && RUN_HERE.iter().chain(&["remotecommand"]).any(|key| text.contains(key));
            !runs && !LOAD.iter().any(|key| text.contains(key))
        });
        if !plain {
            context.opaque("ssh -F", "its options are in a file that may name programs");
        }
    }
}

/// Ways that a connection opens between machines.
fn tunnels(call: &Call<'_>, forwards: &[Value], place: &Resource, context: &mut Context<'_>) {
    if !forwards.is_empty() || call.has('D') {
        let local = Resource::Host { host: "localhost".to_owned(), url: None };
        let why = "programs on this machine reach the other one's network through it";
        context.push(Effect::new(verbs::NET_LISTEN, local).because(why));
    }
    let own = if let Resource::Host { host, .. } = place { host.as_str() } else { "*" };
    if forwards.len() > MOST_FORWARDS {
        super::tunnels::opens(None, "*", None, context);
    }
    for forward in forwards.iter().take(MOST_FORWARDS) {
        match forward {
            // Brackets around an address are no pattern here.
            Value::Known(text) | Value::Pattern(text) => super::tunnels::forwarded(text, own, context),
            Value::Unknown { .. } => super::tunnels::opens(None, "*", None, context),
        }
    }
    for target in call.values('W').filter_map(Value::known).filter(|target| !target.contains('%')) {
        super::tunnels::forwarded(&format!("-:{target}"), own, context);
    }
    let by_option = call.values('o').any(|value| {
        let text = value.text().trim_start().to_ascii_lowercase();
        text.starts_with("remoteforward") || text.starts_with("dynamicforward")
    });
    if call.has('R') || by_option {
        // Who reaches the port there, only that machine's own settings say.
        let anybody = Resource::Host { host: "*".to_owned(), url: None };
        let why = format!("{} and whoever reaches its port reach this machine through it", if own == "*" { "the other machine" } else { own });
        context.push(Effect::new(verbs::NET_LISTEN, anybody).because(&why));
    }
}

fn mosh(invocation: &Invocation, context: &mut Context<'_>) {
    let mut words = invocation.words.iter();
    let mut host = None;
    while let Some(word) = words.next() {
        let text = word.text();
        if let Some(value) = word.value.strip_prefix("--ssh=") {
            environment::command("--ssh", &value, context);
        } else if matches!(text, "-p" | "--port" | "--server" | "--client" | "--predict" | "--family") {
            words.next();
        } else if !text.starts_with('-') {
            host = Some(host_of(word));
            break;
        }
    }
    let place = Resource::Host { host: host.unwrap_or_else(|| "*".to_owned()), url: None };
    context.elsewhere(place, |context| opaque(invocation, "an interactive shell on another machine", context));
}

fn sshpass(invocation: &Invocation, context: &mut Context<'_>) {
    let mut index = 0;
    while let Some(text) = invocation.words.get(index).map(Word::text).filter(|text| text.starts_with('-')) {
        index += if matches!(text, "-p" | "-f" | "-d" | "-P") { 2 } else { 1 };
    }
    match invocation.nested(index) {
        Some(nested) => dispatch(nested, context),
        None => context.program(verbs::EXEC_READ, "sshpass"),
    }
}

#[cfg(test)]
mod tests;

//! `pssh`, `pdsh`, `clush`: one command on many machines.

use countersign_model::{Certainty, Effect, Resource, verbs};

use super::{configured, joined, letters};
use crate::context::Context;
use crate::families::opaque;
use crate::invocation::Invocation;
use crate::paths;
use crate::shell::{self, Place};
use crate::word::Value;

/// Machines that are looked at one by one; more are any.
const MOST: usize = 8;

/// How a program's options are written.
struct Form {
    /// Letters that take a value.
    values: &'static str,
    /// Of these, the one that names machines.
    hosts: char,
    /// Those that name a file of them.
    file: &'static str,
    /// Those that say which machines in other ways.
    others: &'static str,
    /// Those with settings for `ssh`.
    settings: &'static str,
    /// Those that start something here, copy files or change how machines are spoken to.
    unclear: &'static str,
}

fn form(program: &str) -> Form {
    match program {
        "pdsh" => Form { values: "wxlRtufgnM", hosts: 'w', file: "", others: "agnAi", settings: "", unclear: "RM" },
        "clush" => Form { values: "wxglftuomEORPdS", hosts: 'w', file: "", others: "ag", settings: "", unclear: "ocOREdm" },
        _ => Form { values: "HhlpoetOxg", hosts: 'H', file: "h", others: "g", settings: "O", unclear: "xI" },
    }
}

/// Adds what the command does on each of the machines.
pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let form = form(&invocation.program);
    let call = letters(invocation, form.values, true);
    let has = |letters: &str| letters.chars().any(|letter| call.has(letter));
    let any = || machine("*".to_owned());
    // What a long option means is not read, and so not where the command begins.
    if has("-") {
        context.elsewhere(any(), |context| opaque(invocation, "it runs something on many machines", context));
        return;
    }
    for letter in form.settings.chars() {
        call.values(letter).for_each(|value| {
            configured(value, context);
        });
    }
    if has(form.unclear) {
        context.elsewhere(any(), |context| opaque(invocation, "one of its options may change what runs, or where", context));
    }
    let mut hosts: Vec<String> = call.values(form.hosts).flat_map(named).collect();
    for value in form.file.chars().flat_map(|letter| call.values(letter)) {
        hosts.extend(listed(value, context));
    }
    if hosts.is_empty() || hosts.len() > MOST || has(form.others) {
        hosts.push("*".to_owned());
        hosts = hosts.split_off(hosts.len().saturating_sub(MOST));
    }
    let text = call.command.map(|start| joined(invocation, start));
    for host in hosts {
        let reached = Effect::new(verbs::NET_READ, machine(host.clone()));
        context.push(if host.contains('*') { reached.certain(Certainty::Partial, "which machines are meant is not known") } else { reached });
        context.elsewhere(machine(host), |context| match &text {
            Some(Value::Known(text)) => shell::run_apart(text, Place::Within(context.here), context),
            Some(_) => opaque(invocation, "a part of what runs on the machines is not known", context),
            None => opaque(invocation, "what it runs on the machines is not known", context),
        });
    }
}

fn machine(host: String) -> Resource {
    Resource::Host { host, url: None }
}

/// The machines of a list; what stands in brackets, or in a group of another file, may be anything.
fn named(list: &Value) -> Vec<String> {
    let Some(text) = list.known().or(if let Value::Pattern(text) = list { Some(text) } else { None }) else {
        return vec!["*".to_owned()];
    };
    let mut open = String::new();
    let mut depth = 0_usize;
    for letter in text.chars() {
        depth += usize::from(letter == '[');
        open.push(if depth > 0 { '*' } else { letter });
        depth = depth.saturating_sub(usize::from(letter == ']'));
    }
    open.split([',', ' ', '\n']).filter(|host| !host.is_empty()).map(of_one).collect()
}

/// `user@host:22` is the host, with stars as one.
fn of_one(text: &str) -> String {
    let host = text.rsplit('@').next().unwrap_or(text);
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    if text.starts_with(['@', '^', '-', '/']) || host.is_empty() {
        return "*".to_owned();
    }
    let mut name = String::new();
    for letter in host.chars() {
        if letter != '*' || !name.ends_with('*') {
            name.push(letter);
        }
    }
    name
}

/// The machines that a file lists, a line each.
fn listed(file: &Value, context: &mut Context<'_>) -> Vec<String> {
    context.read_value(file);
    let located = paths::locate(file, context);
    let is_written = context.state.world.written.iter().any(|written| written.touches(&located));
    let text = context.file(&located.path).ok().flatten().filter(|_| located.why.is_none() && !is_written);
    let Some(text) = text else { return vec!["*".to_owned()] };
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or(line));
    lines.filter_map(|line| line.split_ascii_whitespace().next()).map(of_one).collect()
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_with};

    #[test]
    fn commands_on_many_machines() {
        assert_snapshot!(check("pssh -H 'a.example deploy@b.example:22' -i 'rm -rf /srv/x'"), @"
        net.read a.example, read
        fs.delete a.example, destroy, partial
        net.read b.example, read
        fs.delete b.example, destroy, partial
        ");
        assert_snapshot!(check_with("pssh -h hosts.txt -P uptime", &[("/repo/hosts.txt", "a.example deploy\n# b.example\n")]), @"
        fs.read /repo/hosts.txt, read
        net.read a.example, read
        exec.read a.example, read
        ");
        assert_snapshot!(check("pdsh -w 'web[1-3].example,db.example' systemctl restart nginx; clush -w @web -b uptime"), @"
        net.read web*.example, read, partial
        exec.system web*.example, destroy
        net.read db.example, read
        exec.system db.example, destroy
        net.read *, read, partial
        exec.read *, read
        ");
        assert_snapshot!(check("pssh -h hosts.txt -i uptime; pssh -H a.example -i \"$C\"; pssh -H a.example -O 'ProxyCommand=git push origin main' uptime"), @"
        fs.read /repo/hosts.txt, read
        net.read *, read, partial
        exec.read *, read
        net.read a.example, read
        exec.opaque a.example, execute, opaque
        git.push main@origin, write
        exec.read a.example, read
        ");
        assert_snapshot!(check("pdsh -R exec -w a.example ls; clush -w a.example -c x; parallel-ssh --hosts=h uptime; pdsh -a ls"), @"
        exec.opaque *, execute, opaque
        net.read a.example, read
        fs.read a.example, read, partial
        exec.opaque a.example, execute, opaque
        net.read *, read, partial
        fs.read *, read, partial
        ");
    }
}

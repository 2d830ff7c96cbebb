//! Ways through which programs of this machine reach a service elsewhere: forwarded ports and the proxies of clouds.
//!
//! What a tunnel leads to is what opening it is about: whoever uses the port acts there. Later commands of the same
//! call that use it are taken there; those of other calls see no more than a port of this machine.

use countersign_model::{Access, Certainty, Effect, Resource, is_this_machine, verbs};

use super::{Family, opaque};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::Value;

pub(super) const FAMILY: Family = Family {
    programs: &["cloud_sql_proxy", "cloud-sql-proxy", "alloydb-auth-proxy", "chisel", "tsh"],
    about: "Proxies that open a port of this machine to a database or another service elsewhere: what they lead to \
        is named. Commands of the same call that use the port are taken there; other calls see a port of this machine.",
    examples: &[
        "cloud-sql-proxy shop-prod:europe-west1:db --port 5433",
        "cloud_sql_proxy -instances=shop-prod:europe-west1:db=tcp:5432",
        "cloud-sql-proxy --version",
        "chisel client https://hop.example 5432:db.example:5432",
        "tsh proxy db --tunnel --port 5433 shop",
        "tsh status",
    ],
    effects,
};

/// A port of this machine and what it leads to.
#[derive(Clone, Debug)]
pub(crate) struct Tunnel {
    /// None where it could be any.
    local: Option<String>,
    leads: Resource,
}

/// Tunnels of one call that are kept in mind.
const MOST: usize = 20;

/// The database that usually answers at a port.
fn system_at(port: &str) -> Option<&'static str> {
    Some(match port {
        "5432" | "5433" | "5439" | "6432" | "26257" => "postgresql",
        "3306" | "33060" | "4000" => "mysql",
        "1433" => "sqlserver",
        "1521" => "oracle",
        "27017" => "mongodb",
        "6379" | "6380" => "redis",
        "8123" | "9440" => "clickhouse",
        "9042" => "cassandra",
        _ => return None,
    })
}

/// The port at which a database answers unless another is said.
fn usual_port(system: &str) -> &'static str {
    match system {
        "postgresql" => "5432",
        "mysql" => "3306",
        "sqlserver" => "1433",
        "oracle" => "1521",
        "mongodb" => "27017",
        "redis" => "6379",
        "clickhouse" => "9000",
        "cassandra" => "9042",
        _ => "",
    }
}

/// Takes note that a port of this machine leads elsewhere.
pub(crate) fn leads(local: Option<&str>, to: &Resource, context: &mut Context<'_>) {
    let tunnels = &mut context.state.world.tunnels;
    match tunnels.len() {
        0..MOST => tunnels.push(Tunnel { local: local.map(str::to_owned), leads: to.clone() }),
        // Of more than are kept in mind any port may lead anywhere.
        MOST => {
            let anywhere = Resource::Host { host: "*".to_owned(), url: None };
            tunnels.push(Tunnel { local: None, leads: anywhere });
        }
        _ => {}
    }
}

/// Adds that a tunnel to a port of a host opens, and takes note of where its end here leads.
pub(crate) fn opens(local: Option<&str>, host: &str, port: Option<&str>, context: &mut Context<'_>) {
    let why = "programs on this machine reach it through the tunnel, and can do anything there";
    let resource = match port.and_then(system_at) {
        Some(system) => Resource::Database {
            system: system.to_owned(),
            host: host.to_owned(),
            database: None,
            object: "*".to_owned(),
        },
        None => Resource::Host { host: host.to_owned(), url: None },
    };
    let verb = match (&resource, port) {
        (Resource::Database { .. }, _) => verbs::DB_WRITE,
        // It may be a database.
        _ if host == "*" => verbs::NET_WRITE,
        // Whoever logs in there is seen to do so.
        (_, Some("22")) => verbs::NET_READ,
        _ => verbs::NET_SEND,
    };
    let effect = Effect::new(verb, resource);
    context.push(if host == "*" {
        effect.certain(Certainty::Partial, "where the tunnel leads is not known")
    } else {
        effect.because(why)
    });
    leads(local, &Resource::Host { host: host.to_owned(), url: None }, context);
}

/// Adds that a port of this machine is listened at.
pub(crate) fn listens(context: &mut Context<'_>) {
    let host = "localhost".to_owned();
    context.push(Effect::new(verbs::NET_LISTEN, Resource::Host { host, url: None }));
}

/// An effect where it happens: at the other end of a tunnel that an earlier command of the call opened.
pub(crate) fn through(mut effect: Effect, context: &Context<'_>) -> Effect {
    let text = context.here.and_then(|span| context.whole.get(span.start..span.end)).unwrap_or_default();
    let led = |host: &str, usual: &str| -> Option<(Resource, bool)> {
        let any = matches!(host, "0.0.0.0" | "::" | "[::]" | "0") || host.starts_with("127.");
        if !any && !is_this_machine(host) {
            return None;
        }
        context.state.world.tunnels.iter().rev().find_map(|tunnel| {
            let Some(local) = &tunnel.local else { return Some((tunnel.leads.clone(), false)) };
            let said = mentions(text, local);
            // A setting may name the port where the command does not.
            let set = || mentions_twice(&context.whole, local) || context.whole.contains("PORT");
            if said || local == usual {
                Some((tunnel.leads.clone(), true))
            } else {
                set().then(|| (tunnel.leads.clone(), false))
            }
        })
    };
    let found = match &effect.resource {
        Resource::Database { system, host, .. } => led(host, usual_port(system)),
        Resource::Host { host, url } if effect.verb != verbs::NET_LISTEN => {
            let port = url.as_deref().and_then(port_of).map(str::to_owned);
            let tunnel = context.state.world.tunnels.iter().rev().find(|tunnel| tunnel.local == port);
            tunnel
                .filter(|_| is_this_machine(host) && port.is_some())
                .map(|tunnel| (tunnel.leads.clone(), true))
        }
        _ => None,
    };
    let found = found.map(|(to, sure)| {
        match (&mut effect.resource, to) {
            (Resource::Database { host, .. }, Resource::Host { host: to, .. }) => *host = to,
            // What has a place of its own in a cluster or a cloud is known by that.
            (resource, to) => *resource = to,
        }
        // What is sent to this machine is no more than that, whatever the method.
        if effect.verb == verbs::NET_SEND {
            effect.verb = verbs::NET_WRITE;
            effect.access = Access::Write;
        }
        sure
    });
    match found {
        None => effect,
        Some(true) => effect.because("the tunnel that the call opens leads there"),
        Some(false) => effect.certain(Certainty::Partial, "a tunnel that the call opens may lead there"),
    }
}

fn port_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    authority.rsplit_once(':').map(|(_, port)| port)
}

/// Whether a number stands in a text by itself.
fn mentions(text: &str, number: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit()).any(|found| found == number)
}

fn mentions_twice(text: &str, number: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit()).filter(|found| *found == number).take(3).count() > 2
}

/// `[address:]port:host:port` of ssh: the port here, the host and the port there; `own` is the machine in between.
pub(super) fn forwarded(text: &str, own: &str, context: &mut Context<'_>) {
    let mut parts = Vec::new();
    let mut rest = text.trim().trim_matches(['"', '\'']);
    while !rest.is_empty() {
        let end = match rest.strip_prefix('[') {
            Some(inner) => inner.find(']').map_or(rest.len(), |at| at + 2),
            None => rest.find([':', ' ', '\t', '=']).unwrap_or(rest.len()),
        };
        let (part, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        parts.push(part.trim_matches(['[', ']']));
        rest = after.trim_start_matches([':', ' ', '\t', '=']);
    }
    let host = |host: &str| {
        let name = host.to_owned();
        if is_this_machine(host) || host.is_empty() || host == "0.0.0.0" { own.to_owned() } else { name }
    };
    match parts.as_slice() {
        // A socket of the other machine.
        [.., local, socket] if socket.starts_with('/') => {
            let port = if socket.contains("PGSQL") {
                Some("5432")
            } else if socket.contains("mysql") {
                Some("3306")
            } else {
                None
            };
            opens(Some(local).copied().filter(|local| !local.starts_with('/')), own, port, context);
        }
        [.., local, to, port] => {
            let local = Some(*local).filter(|local| !local.starts_with('/'));
            let to = host(to);
            opens(local, &to, Some(port), context);
        }
        _ => opens(None, "*", None, context),
    }
}

/// Where ports that another program forwards lead: `local:remote`, `:remote` or one for both.
pub(super) fn ports<'p>(ports: impl Iterator<Item = &'p str>, to: &Resource, context: &mut Context<'_>) {
    for port in ports {
        let local = port.split(':').next().unwrap_or(port);
        let is_number = !local.is_empty() && local.bytes().all(|byte| byte.is_ascii_digit());
        if is_number || port.contains(':') {
            leads(Some(local).filter(|_| is_number), to, context);
        }
    }
}

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let known: Vec<&str> = invocation.words.iter().map(|word| word.known().unwrap_or("*")).collect();
    let tells = ["--help", "-h", "--version", "-v", "-version", "-help", "help", "version"];
    if known.iter().any(|word| tells.contains(word)) {
        context.program(verbs::EXEC_READ, &invocation.program);
        return;
    }
    match (invocation.program.as_str(), known.as_slice()) {
        ("tsh", words) => teleport(words, invocation, context),
        ("chisel", ["client", rest @ ..]) => {
            let mut remotes = rest.iter().filter(|word| !word.starts_with('-') && word.contains(':')).peekable();
            let server = remotes.next().map_or("*", |server| server.rsplit('/').next().unwrap_or(server));
            let server = server.split(':').next().unwrap_or(server).to_owned();
            listens(context);
            if remotes.peek().is_none() {
                opens(None, "*", None, context);
            }
            for (at, remote) in remotes.enumerate() {
                if at == MOST {
                    opens(None, "*", None, context);
                    break;
                }
                forwarded(remote.trim_end_matches("/udp").trim_end_matches("/tcp"), &server, context);
            }
        }
        ("chisel", _) => opaque(invocation, "whoever connects reaches what this machine reaches", context),
        (_, words) => cloud_sql(words, invocation, context),
    }
}

/// `project:region:instance`, with `=tcp:5432` or `?port=5433` after it.
fn cloud_sql(words: &[&str], invocation: &Invocation, context: &mut Context<'_>) {
    let option = |names: &[&str]| {
        words.iter().enumerate().find_map(|(index, word)| {
            let (name, value) =
                word.split_once('=').map_or((*word, None), |(name, value)| (name, Some(value)));
            names.contains(&name).then(|| value.or_else(|| words.get(index + 1).copied())).flatten()
        })
    };
    let listed = option(&["-instances", "--instances"]).into_iter().flat_map(|list| list.split(','));
    let is_instance = |word: &&&str| {
        let name = word.split(['?', '=']).next().unwrap_or(word);
        !word.starts_with('-') && (name.matches(':').count() >= 2 || word.starts_with("projects/"))
    };
    let named = words.iter().filter(is_instance).copied();
    let mut found = 0;
    let port = option(&["--port", "-p"]);
    for instance in listed.chain(named) {
        if found == MOST {
            opaque(invocation, "it leads to more databases than can be looked at", context);
            break;
        }
        let name = instance.split(['?', '=']).next().unwrap_or(instance);
        let (account, region, database) = if let Some(rest) = name.strip_prefix("projects/") {
            let parts: Vec<&str> = rest.split('/').collect();
            let part = |index: usize| parts.get(index).copied().unwrap_or("*").to_owned();
            (part(0), Some(part(2)), parts.last().copied().unwrap_or("*").to_owned())
        } else {
            let mut parts = name.rsplitn(3, ':');
            let (database, region) = (parts.next().unwrap_or("*"), parts.next());
            (parts.next().unwrap_or("*").to_owned(), region.map(str::to_owned), database.to_owned())
        };
        let own = instance.rsplit(["port=", "tcp:"].iter().find(|mark| instance.contains(**mark)).copied().unwrap_or("\0"));
        let own = own.take(1).next().filter(|own| *own != instance).map(|own| own.rsplit(':').next().unwrap_or(own));
        let resource = Resource::Cloud {
            provider: "gcp".to_owned(),
            account,
            region,
            service: "sql".to_owned(),
            name: database,
        };
        let why = "programs on this machine reach the database through it, and can do anything there";
        leads(own.or(port).filter(|port| *port != "*"), &resource, context);
        context.push(Effect::new(verbs::CLOUD_EXECUTE, resource).because(why));
        found += 1;
    }
    if found == 0 {
        opaque(invocation, "which databases it leads to is not known", context);
    } else {
        listens(context);
    }
}

/// Teleport's client: what reaches a database through it.
fn teleport(words: &[&str], invocation: &Invocation, context: &mut Context<'_>) {
    let operand = |from: usize| words.iter().skip(from).rfind(|word| !word.starts_with('-')).copied();
    match words {
        ["status" | "ls" | "clusters" | "version" | "apps", ..] | ["db" | "kube" | "app", "ls", ..] => {
            context.program(verbs::EXEC_READ, "tsh");
        }
        ["kube", "login", ..] => {
            context.write_value(&Value::Known(format!("{}/.kube/config", context.state.shell.home)));
            let name = operand(2).map(|name| format!("*{name}"));
            super::kubectl::place::switches(name, context);
        }
        ["proxy", "db", rest @ ..] => {
            let name = operand(2).filter(|_| !rest.is_empty()).unwrap_or("*");
            let at = rest.iter().position(|word| matches!(*word, "--port" | "-p"));
            let port = at.and_then(|at| rest.get(at + 1)).copied();
            let port = port.or_else(|| rest.iter().find_map(|word| word.strip_prefix("--port=")));
            listens(context);
            opens(port, name, Some("5432"), context);
        }
        ["db", "connect" | "exec", ..] => {
            let name = operand(2).unwrap_or("*");
            let place = crate::sql::DatabasePlace { host: name.to_owned(), ..crate::sql::DatabasePlace::any("sql") };
            crate::sql::unknown("an interactive session", &place, context);
        }
        _ => opaque(invocation, "what Teleport's client does is not known", context),
    }
}

#[cfg(test)]
mod tests;

//! HashiCorp's Nomad and Consul: jobs of a cluster, and its keys and values.

use countersign_model::{Resource, Verb, verbs};

use super::subcommands::{Subcommand, Table, read, rule};
use super::{Family, addresses, dispatch, opaque};
use crate::context::Context;
use crate::invocation::Invocation;

pub(super) const FAMILY: Family = Family {
    programs: &["nomad", "consul", "waypoint", "boundary"],
    about: "Jobs of Nomad and keys, services and access of Consul, Waypoint and Boundary.",
    examples: &[
        "nomad status",
        "nomad job plan x.nomad",
        "nomad job run x.nomad",
        "nomad job stop -purge web",
        "nomad alloc exec 1a rm -rf /srv",
        "nomad var get x",
        "consul kv get a/b",
        "consul kv put a/b 1",
        "consul kv delete -recurse a",
        "consul acl token create",
        "nomad node drain -enable 1a",
    ],
    effects,
};

const VALUES: &[&str] = &[
    "-address", "-region", "-namespace", "-http-addr", "-token", "-token-file", "-datacenter", "-ca-cert", "-ca-path", "-client-cert", "-client-key",
    "-tls-server-name", "-var", "-var-file", "-check-index", "-job", "-task", "-group", "-n", "-t", "-filter", "-format", "-meta", "-json-path",
    "-partition", "-flags", "-session", "-modify-index", "-deadline", "-m", "-message", "-name", "-policy", "-type", "-out", "-stale-after",
];

const NOMAD: Table = Table {
    values: VALUES,
    rules: &[
        rule("status|version|ui|monitor|fmt|help|logs|inspect|plan|validate|eval|agent-info", verbs::APP_READ),
        rule("job status|history|plan|validate|inspect|deployments|allocs|eval|init|tag", verbs::APP_READ),
        rule("alloc|node|deployment|volume|plugin|namespace|quota|operator|server|service|recommendation status|logs|fs|list|members|info|checks|inspect|top", verbs::APP_READ),
        rule("acl|var|sentinel list|info", verbs::APP_READ),
        rule("var get", verbs::SECRET_READ),
        rule("var put|init", verbs::SECRET_WRITE),
        rule("var purge", verbs::APP_DELETE),
        rule("acl", verbs::APP_SETTINGS),
        rule("run", verbs::APP_DEPLOY),
        rule("job run|dispatch|revert|scale|promote|restart|periodic|action", verbs::APP_DEPLOY),
        rule("deployment promote|fail|pause|resume|unblock", verbs::APP_DEPLOY),
        rule("alloc restart|signal|stop", verbs::APP_DEPLOY),
        rule("alloc exec", verbs::APP_EXECUTE),
        rule("exec", verbs::APP_EXECUTE),
        rule("stop", verbs::APP_DELETE),
        rule("job stop", verbs::APP_DELETE),
        rule("system gc|reconcile", verbs::APP_DELETE),
        rule("namespace|volume|quota|service|node-pool delete|deregister", verbs::APP_DELETE),
        rule("node drain|eligibility|meta", verbs::APP_SETTINGS),
    ],
};

const CONSUL: Table = Table {
    values: VALUES,
    rules: &[
        rule("members|info|version|monitor|catalog|validate|rtt|debug|keygen|help", verbs::DB_READ),
        rule("kv get", verbs::DB_READ),
        rule("kv export", verbs::DB_READ),
        rule("config|intention|namespace|partition|peering|acl|services list|read|get|match|check|export", verbs::DB_READ),
        rule("operator raft list-peers", verbs::DB_READ),
        rule("snapshot inspect", verbs::DB_READ),
        rule("snapshot save", verbs::DB_READ),
        rule("acl token read", verbs::SECRET_READ),
        rule("kv put|import", verbs::DB_WRITE),
        rule("kv delete", verbs::DB_DESTROY),
        rule("snapshot restore", verbs::DB_DESTROY),
        rule("leave|force-leave", verbs::DB_DESTROY),
        rule("config|intention|namespace|partition|peering delete", verbs::DB_DESTROY),
        rule("services deregister", verbs::DB_DESTROY),
        rule("acl", verbs::DB_PRIVILEGE),
        rule("acl policy|role|token|auth-method|binding-rule list", verbs::DB_READ),
        rule("exec", verbs::DB_EXECUTE),
    ],
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let is_consul = invocation.program == "consul";
    let found = read(invocation, if is_consul { &CONSUL } else { &NOMAD });
    if found.is_help || invocation.words.is_empty() {
        context.program(verbs::EXEC_READ, &invocation.title());
        return;
    }
    let name = found.operand(0).unwrap_or_else(|| "*".to_owned());
    let (option, variable) = if is_consul { ("-http-addr", "CONSUL_HTTP_ADDR") } else { ("-address", "NOMAD_ADDR") };
    let address = found.text(&[option]).or_else(|| context.setting(invocation, variable).unwrap_or_else(|_| Some("*".to_owned())));
    let host = address.map(|address| {
        let full = if address.contains("://") { address } else { format!("http://{address}") };
        addresses::host_and_path(&full).map_or_else(|| "*".to_owned(), |(host, _)| host)
    });
    let namespace = found.text(&["-namespace"]);
    found.values(&["-var-file", "-token-file"]).for_each(|value| context.read_value(value));
    if matches!(found.verb.as_ref().map(Verb::as_str), Some("app.deploy")) {
        found.operands.iter().filter(|word| word.text().contains('.')).for_each(|word| context.read(word));
    }
    let resource = match found.verb.as_ref().map(Verb::as_str) {
        Some("secret.read" | "secret.write") => Resource::Secret { store: invocation.program.clone(), name },
        _ if is_consul => {
            let host = host.unwrap_or_else(|| "* of the local agent".to_owned());
            Resource::Database { system: "consul".to_owned(), host, database: found.text(&["-datacenter"]), object: name }
        }
        _ => {
            let target = match (host, namespace) {
                (Some(host), Some(namespace)) => Some(format!("{host}/{namespace}")),
                (host, namespace) => host.or(namespace),
            };
            Resource::App { platform: invocation.program.clone(), name, target }
        }
    };
    let (otherwise, worst) = if is_consul { (verbs::DB_WRITE, verbs::DB_DESTROY) } else { (verbs::APP_SETTINGS, verbs::APP_DELETE) };
    context.push(found.effect(&otherwise, &worst, resource.clone()));
    runs(&found, resource, invocation, context);
}

/// Commands that it runs, there or here.
fn runs(found: &Subcommand<'_>, place: Resource, invocation: &Invocation, context: &mut Context<'_>) {
    match (invocation.program.as_str(), found.name.as_str()) {
        ("nomad", "alloc exec" | "exec") => {
            let at = found.rest_at.or_else(|| found.position(1, invocation));
            if let Some(nested) = at.and_then(|at| invocation.nested(at)) {
                context.elsewhere(place, |context| dispatch(nested, context));
            }
        }
        ("consul", "exec") => context.elsewhere(place, |context| opaque(invocation, "it runs something on many machines", context)),
        ("consul", name) if name.starts_with("lock") || name.starts_with("watch") => opaque(invocation, "it runs a program given to it", context),
        _ => {}
    }
}

#[cfg(test)]
mod tests;

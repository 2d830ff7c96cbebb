//! `never-matches`: names as no call ever has them: a host with a port, a repository without its host, a plural.

use serde_json::Value;

use super::{Found, Read, attribute, pattern, texts, walk};
use crate::remote;
use crate::sentence::plain;

/// Kinds of objects as people write them, and as they are named here.
const KINDS: &[(&str, &str)] = &[
    ("cm", "configmap"),
    ("configmaps", "configmap"),
    ("cronjobs", "cronjob"),
    ("daemonsets", "daemonset"),
    ("deploy", "deployment"),
    ("deployments", "deployment"),
    ("ingresses", "ingress"),
    ("jobs", "job"),
    ("namespaces", "namespace"),
    ("nodes", "node"),
    ("ns", "namespace"),
    ("persistentvolumeclaims", "persistentvolumeclaim"),
    ("pods", "pod"),
    ("replicasets", "replicaset"),
    ("secrets", "secret"),
    ("serviceaccounts", "serviceaccount"),
    ("services", "service"),
    ("statefulsets", "statefulset"),
    ("svc", "service"),
];

/// Systems of databases, in the same way.
const SYSTEMS: &[(&str, &str)] = &[
    ("mariadb", "mysql"),
    ("mongo", "mongodb"),
    ("mssql", "sqlserver"),
    ("pg", "postgresql"),
    ("postgres", "postgresql"),
    ("psql", "postgresql"),
];

/// Providers of clouds, in the same way.
const PROVIDERS: &[(&str, &str)] = &[("amazon", "aws"), ("gcloud", "gcp"), ("google", "gcp")];

/// Why nothing is called so, and how it is called.
type Never = (&'static str, String);

pub(super) fn find(one: &Read<'_>, _: &[Read<'_>]) -> Vec<Found> {
    let mut found = Vec::new();
    walk(&one.conditions, &mut |operator, operands| {
        let side = |name: &str| operands.get(name);
        let (name, texts) = match operator {
            "like" => (side("left"), side("pattern").and_then(pattern).into_iter().collect()),
            "==" | "!=" => (side("left"), side("right").map(texts).unwrap_or_default()),
            "contains" => (side("right"), side("left").map(texts).unwrap_or_default()),
            _ => return,
        };
        let Some(name) = name.and_then(attribute) else { return };
        for text in texts {
            found.extend(never(&name, &text, one).map(|(why, name_here)| Found {
                message: format!("nothing matches \"{}\": {why}", plain(&text)),
                hint: format!("write \"{}\"", plain(&name_here)),
                words: name.clone(),
            }));
        }
    });
    found
}

fn never(attribute: &str, text: &str, one: &Read<'_>) -> Option<Never> {
    match attribute {
        "resource.host" => host(text),
        "resource.repository" => repository(text),
        "resource.base" if speaks_of(one, "PullRequest") => {
            let short = text.strip_prefix("refs/heads/")?;
            Some(("the base of a pull request goes by its short name", short.to_owned()))
        }
        "resource.server" => {
            let server = text.strip_prefix("mcp__")?;
            let server = server.split("__").next().unwrap_or(server);
            Some(("a server goes by its own name", server.to_owned()))
        }
        "resource.object" if speaks_of(one, "Cluster") => {
            named(text, KINDS, "kinds are named in the singular")
        }
        "resource.system" => named(text, SYSTEMS, "this system has another name here"),
        "resource.provider" => named(text, PROVIDERS, "this provider has another name here"),
        "resource.path" if text.len() > 1 && text.starts_with('/') && text.ends_with('/') => {
            Some(("a path does not end with `/`", text.trim_end_matches('/').to_owned()))
        }
        _ => None,
    }
}

/// Whether a policy speaks of a type of resource.
fn speaks_of(one: &Read<'_>, kind: &str) -> bool {
    let mut speaks = one.resource.entity_type.as_deref() == Some(kind);
    walk(&one.conditions, &mut |operator, operands| {
        speaks |= operator == "is" && operands.get("entity_type").and_then(Value::as_str) == Some(kind);
    });
    speaks
}

/// A name in small letters, and as it is written here.
fn named(text: &str, names: &[(&str, &str)], why: &'static str) -> Option<Never> {
    let small = text.to_ascii_lowercase();
    match names.iter().find(|(other, _)| *other == small) {
        Some((_, name)) => Some((why, (*name).to_owned())),
        None => (small != text).then_some(("it is known in small letters", small)),
    }
}

fn host(text: &str) -> Option<Never> {
    // A file, or a variable that holds the address.
    if text.starts_with(['/', '$', '~', '.']) {
        return None;
    }
    if let Some((_, rest)) = text.split_once("://") {
        let host = rest.split(['/', ':']).next().unwrap_or(rest);
        return Some(("it is a whole address, and a host has its name alone", host.to_ascii_lowercase()));
    }
    let port = text.split_once(':').filter(|(name, port)| {
        !name.is_empty() && !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())
    });
    if let Some((name, _)) = port {
        return Some(("ports do not count", name.to_ascii_lowercase()));
    }
    let small = text.to_ascii_lowercase();
    (small != text).then_some(("hosts are known in small letters", small))
}

fn repository(text: &str) -> Option<Never> {
    // One on this machine goes by its path.
    if text.starts_with(['/', '*']) || text.is_empty() {
        return None;
    }
    let first = text.split('/').next().unwrap_or(text);
    if text.contains("://") || first.contains('@') || text.ends_with(".git") {
        return Some(("a repository goes by `host/path`", remote::normalise(text)));
    }
    let has_host = first.contains(['.', '*', ':', '[']) || first.eq_ignore_ascii_case("localhost");
    if !has_host && text.split('/').count() == 2 {
        return Some(("a repository has its host in front", format!("github.com/{text}")));
    }
    let small = text.replacen(first, &first.to_ascii_lowercase(), 1);
    (small != text).then_some(("hosts are known in small letters", small))
}

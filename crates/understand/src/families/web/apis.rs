//! Requests to APIs that act on more than a host: clouds, clusters, search engines, stores of secrets, and the
//! service that hands a machine its credentials.

use countersign_model::{Certainty, Effect, Resource, Verb, verbs};

use super::{clouds, hooks, queries};
use crate::context::Context;
use crate::forge::normal_path;
use crate::word::Value;

/// A request as far as it is known.
pub(super) struct Request<'r> {
    pub host: &'r str,
    /// The whole address.
    pub url: &'r str,
    /// In capitals; none: it could be any.
    pub method: Option<&'r str>,
    /// Whether a part of the address after the host is not known.
    pub open: bool,
    pub data: &'r [Value],
    /// Whether anything is sent along.
    pub sends: bool,
}

/// Adds what a request to a known API does; false where the API is none of those.
pub(super) fn effects(request: &Request<'_>, context: &mut Context<'_>) -> bool {
    let after = request.url.split_once("://").map_or(request.url, |(_, rest)| rest);
    let (authority, path) = after.split_once(['/', '?']).unwrap_or((after, ""));
    let port = authority.rsplit_once(':').map_or("", |(_, port)| port);
    let path = normal_path(path);
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let named = metadata(request, &path)
        .or_else(|| clouds::aws(request))
        .or_else(|| clouds::google(request, &path, &segments))
        .or_else(|| clouds::azure(request, &segments))
        .or_else(|| hooks::effect(request, &segments))
        .or_else(|| clouds::others(request, &segments));
    let by_host = named.is_some();
    let by_path = || {
        vault(request, port, &segments)
            .or_else(|| kubernetes(request, port, &segments))
            .or_else(|| search(request, port, &segments))
    };
    let Some(effect) = named.or_else(by_path) else { return false };
    if request.sends && !by_host {
        // A path alone does not make a host one's own: what is sent is sent.
        let asks = effect.verb == verbs::DB_READ && queries::only_asks(request, &segments);
        let verb = if asks { verbs::NET_READ } else { verbs::NET_SEND };
        context.push(Effect::new(verb, Resource::Host { host: request.host.to_owned(), url: None }));
    }
    let doubt = match request.method {
        None => Some("the method is not known"),
        Some(_) if request.open => Some("the address is not wholly known"),
        Some(_) => None,
    };
    context.push(match doubt.filter(|_| effect.certainty == Certainty::Exact) {
        Some(doubt) => effect.certain(Certainty::Partial, doubt),
        None => effect,
    });
    true
}

/// Adds that an address gives out this machine's credentials, if it does.
pub(crate) fn metadata_request(address: &str, context: &mut Context<'_>) {
    let Some((host, _)) = super::addresses::host_and_path(address) else { return };
    let host = host.trim_end_matches('.');
    let request = Request { host, url: address, method: Some("GET"), open: false, data: &[], sends: false };
    let after = address.split_once("://").map_or(address, |(_, rest)| rest);
    let path = normal_path(after.split_once(['/', '?']).map_or("", |(_, path)| path));
    metadata(&request, &path).into_iter().for_each(|effect| context.push(effect));
}

/// What an address of which only the end is known asks for: `$VAULT_ADDR/v1/secret/data/x`; and whether that is all
/// that is told to its host.
pub(super) fn by_path(suffix: &str, method: Option<&str>, data: &[Value], sends: bool) -> Option<(Effect, bool)> {
    let path = normal_path(suffix);
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let request = Request { host: "*", url: suffix, method, open: true, data, sends };
    let found = vault(&request, "", &segments)
        .or_else(|| kubernetes(&request, "6443", &segments).filter(|_| segments.len() > 2))
        .or_else(|| search(&request, "", &segments));
    found.map(|effect| {
        let only_asks = !sends || effect.verb == verbs::DB_READ && queries::only_asks(&request, &segments);
        (effect.certain(Certainty::Partial, "the host is not known"), only_asks)
    })
}

/// The method, where an unknown one is taken for the worst.
pub(super) const fn worst<'r>(request: &Request<'r>) -> &'r str {
    match request.method {
        Some(method) => method,
        None => "DELETE",
    }
}

pub(super) fn reads(request: &Request<'_>) -> bool {
    matches!(request.method, Some("GET" | "HEAD" | "OPTIONS" | "LIST"))
}

pub(super) fn secret(store: &str, name: &str) -> Resource {
    Resource::Secret { store: store.to_owned(), name: name.to_owned() }
}

/// The service of a cloud that tells a machine who it is, and hands out its credentials.
fn metadata(request: &Request<'_>, path: &str) -> Option<Effect> {
    const ADDRESSES: &[u32] = &[0xA9FE_A9FE, 0xA9FE_AA02, 0xA9FE_AA17, 0x6464_64C8];
    let named = matches!(request.host, "metadata.google.internal" | "metadata" | "metadata.azure.internal" | "instance-data");
    let numbered = ipv4(request.host).is_some_and(|address| ADDRESSES.contains(&address));
    let six = request.url.contains("[fd00:ec2::254]") || request.url.contains("[::ffff:169.254.169.254]") || request.url.contains("[::ffff:a9fe:a9fe]");
    if !named && !numbered && !six {
        return None;
    }
    const HARMLESS: &[&str] = &["instance-id", "ami-id", "instance-type", "hostname", "local-ipv4", "public-ipv4", "placement", "mac", "zone", "region", "machine-type", "name", "id"];
    let last = path.rsplit('/').next().unwrap_or_default();
    let harmless = !request.open && (HARMLESS.contains(&last) || path.contains("/placement/"));
    let held = ["credentials", "token", "identity", "user-data", "oauth", "attributes", "ssh", "service-accounts"];
    if harmless && !held.iter().any(|word| path.contains(word)) {
        return None;
    }
    let name = if path.is_empty() { "*" } else { path };
    Some(Effect::new(verbs::SECRET_READ, secret("metadata", name)).because("the service hands out this machine's credentials"))
}

/// An IPv4 address in any spelling that resolvers take: `0xA9FEA9FE`, `2852039166`, `169.254.43518`.
fn ipv4(host: &str) -> Option<u32> {
    let number = |text: &str| -> Option<u32> {
        if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
            u32::from_str_radix(digits, 16).ok()
        } else if text.len() > 1 && text.starts_with('0') {
            u32::from_str_radix(text, 8).ok()
        } else {
            text.parse().ok()
        }
    };
    let parts: Option<Vec<u32>> = host.split('.').map(number).collect();
    let parts = parts.filter(|parts| parts.len() <= 4)?;
    let (last, first) = parts.split_last()?;
    let mut address = 0_u32;
    for (index, part) in first.iter().enumerate() {
        let shift = u32::try_from(24 - 8 * index.min(3)).ok()?;
        address |= (*part < 256).then(|| part << shift)?;
    }
    let room = 32 - 8 * u32::try_from(first.len()).ok()?;
    (u64::from(*last) < 1_u64 << room).then_some(address | last)
}

fn vault(request: &Request<'_>, port: &str, segments: &[&str]) -> Option<Effect> {
    let ["v1", mount, rest @ ..] = segments else { return None };
    let is_store = matches!(*mount, "secret" | "kv" | "database" | "aws" | "gcp" | "azure" | "pki" | "transit" | "cubbyhole") && (*mount == "secret" || *mount == "kv" || port == "8200" || request.host.contains("vault"));
    if !(is_store || port == "8200" || request.host.starts_with("vault.")) {
        return None;
    }
    let name = if rest.is_empty() { "*".to_owned() } else { format!("{mount}/{}", rest.join("/")) };
    let system = matches!(*mount, "sys" | "auth" | "identity");
    let list = request.method == Some("LIST") || request.url.contains("list=true") || rest.first() == Some(&"metadata");
    if system || (list && reads(request)) {
        if reads(request) || (*mount == "auth" && rest.contains(&"login")) {
            return None;
        }
        let host = Resource::Host { host: request.host.to_owned(), url: None };
        let verb = if worst(request) == "DELETE" { verbs::NET_DELETE } else { verbs::NET_WRITE };
        return Some(Effect::new(verb, host).because("it changes how secrets are kept and who may read them"));
    }
    let verb = if reads(request) { verbs::SECRET_READ } else { verbs::SECRET_WRITE };
    Some(Effect::new(verb, secret("vault", &name)))
}

fn kubernetes(request: &Request<'_>, port: &str, segments: &[&str]) -> Option<Effect> {
    let rest = match segments {
        ["api", "v1", rest @ ..] => rest,
        ["apis", _, version, rest @ ..] if version.starts_with('v') => rest,
        _ => return None,
    };
    let hosts = [".eks.amazonaws.com", ".azmk8s.io", ".k8s.ondigitalocean.com", ".gke.goog"];
    let is_server = matches!(port, "6443" | "8443" | "16443" | "8001" | "10250")
        || request.host.starts_with("kubernetes.default")
        || request.host == "kubernetes"
        || hosts.iter().any(|host| request.host.ends_with(host));
    if !is_server {
        return None;
    }
    let (namespace, rest) = match rest {
        ["namespaces", namespace, rest @ ..] if !rest.is_empty() => (Some((*namespace).to_owned()), rest),
        rest => (None, rest),
    };
    let object = rest.first().copied().unwrap_or("*");
    let name = rest.get(1).copied().unwrap_or("*");
    let sub = rest.get(2).copied().unwrap_or_default();
    let secrets = object == "secrets";
    let rights = object.contains("role") || object == "serviceaccounts" || object.contains("webhookconfigurations") || object.contains("certificatesigningrequests");
    let verb: Verb = if matches!(sub, "exec" | "attach" | "portforward" | "proxy") {
        verbs::KUBE_EXECUTE
    } else if reads(request) && secrets {
        let place = namespace.as_deref().map_or_else(|| name.to_owned(), |namespace| format!("{namespace}/{name}"));
        return Some(Effect::new(verbs::SECRET_READ, secret("kubernetes", &place)));
    } else if reads(request) {
        verbs::KUBE_READ
    } else if worst(request) == "DELETE" || sub == "eviction" {
        verbs::KUBE_DELETE
    } else if rights {
        verbs::KUBE_PERMISSION
    } else {
        verbs::KUBE_WRITE
    };
    let context = if request.host == "*" { "*" } else { request.host };
    let resource = Resource::Cluster { context: context.to_owned(), namespace, object: object.to_owned(), name: name.to_owned() };
    Some(Effect::new(verb, resource))
}

/// Elasticsearch and OpenSearch.
fn search(request: &Request<'_>, port: &str, segments: &[&str]) -> Option<Effect> {
    const READS: &[&str] = &["_search", "_count", "_msearch", "_mget", "_field_caps", "_explain", "_analyze", "_validate", "_sql", "_cat", "_search_template", "_rank_eval", "_termvectors", "_async_search", "_pit", "_eql", "_esql", "_render", "_source", "_stats", "_resolve", "_knn_search"];
    const WRITES: &[&str] = &["_doc", "_create", "_bulk", "_update", "_update_by_query", "_reindex", "_refresh", "_flush", "_forcemerge", "_cache"];
    const SHAPES: &[&str] = &["_settings", "_mapping", "_mappings", "_alias", "_aliases", "_template", "_index_template", "_component_template", "_ilm", "_ism", "_data_stream", "_open", "_close", "_rollover", "_shrink", "_split", "_clone", "_ingest", "_transform"];
    const OTHERS: &[&str] = &["_delete_by_query", "_security", "_cluster", "_nodes", "_snapshot", "_scripts", "_tasks", "_shutdown", "_restore", "_plugins", "_opendistro", "_watcher"];
    let known = |segment: &&&str| [READS, WRITES, SHAPES, OTHERS].iter().any(|list| list.contains(*segment));
    let api = segments.iter().find(known).copied();
    let is_server = port == "9200" || request.host.contains("elastic") || request.host.contains("opensearch") || request.host.ends_with(".es.amazonaws.com");
    const DISTINCT: &[&str] = &["_delete_by_query", "_update_by_query", "_search", "_msearch", "_bulk", "_reindex", "_cat", "_cluster", "_snapshot", "_security"];
    if !is_server && !api.is_some_and(|api| DISTINCT.contains(&api)) {
        return None;
    }
    let index = segments.first().filter(|segment| !segment.starts_with('_')).copied().unwrap_or("*");
    let is = |list: &[&str]| api.is_some_and(|api| list.contains(&api));
    let deletes_in_bulk = api == Some("_bulk") && request.data.iter().any(|value| value.known().is_none_or(|text| text.contains("\"delete\"") || text.starts_with('@')));
    let method = worst(request);
    let verb: Verb = if is(&["_delete_by_query", "_restore"]) || (method == "DELETE" && !is(&["_pit", "_async_search", "_security"])) || segments.last() == Some(&"_restore") {
        verbs::DB_DESTROY
    } else if reads(request) {
        verbs::DB_READ
    } else if is(&["_security", "_opendistro", "_plugins"]) {
        verbs::DB_PRIVILEGE
    } else if is(READS) {
        verbs::DB_READ
    } else if deletes_in_bulk {
        verbs::DB_DESTROY
    } else if is(WRITES) {
        verbs::DB_WRITE
    } else if is(SHAPES) || (api.is_none() && method == "PUT") {
        verbs::DB_SCHEMA
    } else if is(OTHERS) {
        verbs::DB_EXECUTE
    } else {
        verbs::DB_WRITE
    };
    let resource = Resource::Database { system: "elasticsearch".to_owned(), host: request.host.to_owned(), database: None, object: index.to_owned() };
    Some(Effect::new(verb, resource))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::ipv4;
    use crate::fixture::check;

    #[test]
    fn addresses_in_every_spelling() {
        for host in ["169.254.169.254", "0xA9FEA9FE", "2852039166", "0xa9.254.43518", "0251.0376.0251.0376"] {
            assert_eq!(ipv4(host), Some(0xA9FE_A9FE), "{host}");
        }
        assert_eq!(ipv4("example.com"), None);
        assert_eq!(ipv4("300.1.1.1"), None);
    }

    #[test]
    fn credentials_of_the_machine() {
        assert_snapshot!(check("curl -s http://169.254.169.254/latest/meta-data/iam/security-credentials/role"), @"secret.read metadata:latest/meta-data/iam/security-credentials/role, read");
        assert_snapshot!(check("curl http://2852039166/latest/user-data; curl -s http://169.254.169.254/latest/meta-data/instance-id"), @"
        secret.read metadata:latest/user-data, read
        net.read http://169.254.169.254/latest/meta-data/instance-id, read
        ");
        assert_snapshot!(check("curl -H 'Metadata-Flavor: Google' http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token"), @"secret.read metadata:computeMetadata/v1/instance/service-accounts/default/token, read");
    }

    #[test]
    fn secrets_and_clusters() {
        assert_snapshot!(check("curl -H \"X-Vault-Token: $VAULT_TOKEN\" https://vault.example:8200/v1/secret/data/shop"), @"secret.read vault:secret/data/shop, read");
        assert_snapshot!(check("curl -s $VAULT_ADDR/v1/secret/data/shop; curl -s https://vault.example:8200/v1/sys/health"), @"
        secret.read vault:secret/data/shop, read, partial
        net.read https://vault.example:8200/v1/sys/health, read
        ");
        assert_snapshot!(check("curl -XDELETE https://10.0.0.1:6443/api/v1/namespaces/web/pods/a; curl -k https://kubernetes.default.svc/api/v1/namespaces/web/secrets/db; curl https://10.0.0.1:6443/apis/apps/v1/namespaces/web/deployments"), @"
        kube.delete pods/a in 10.0.0.1/web, destroy
        secret.read kubernetes:web/db, read
        kube.read deployments/* in 10.0.0.1/web, read
        ");
        assert_snapshot!(check("curl https://example.com/api/v1/users; curl -X DELETE https://example.com/api/v1/users/1"), @"
        net.read https://example.com/api/v1/users, read
        net.delete https://example.com/api/v1/users/1, destroy
        ");
    }

    #[test]
    fn search_engines() {
        assert_snapshot!(check("curl -XPOST http://es.example:9200/logs/_delete_by_query -d '{}'; curl -XDELETE http://es.example:9200/logs; curl -XPOST http://es.example:9200/logs/_search -d '{}'; curl es.example:9200/_cat/indices"), @"
        net.send es.example, send
        db.destroy logs in elasticsearch://es.example, destroy
        net.read es.example, read
        db.read logs in elasticsearch://es.example, read
        db.read * in elasticsearch://es.example, read
        ");
        assert_snapshot!(check("curl -XPUT http://es.example:9200/logs -d '{}'; curl -XPOST http://es.example:9200/_bulk -d @x.ndjson; curl -XPUT es.example:9200/_cluster/settings -d '{}'"), @"
        net.upload es.example, send
        db.schema logs in elasticsearch://es.example, write
        fs.read /repo/x.ndjson, read
        db.destroy * in elasticsearch://es.example, destroy
        db.execute * in elasticsearch://es.example, execute
        ");
    }

    #[test]
    fn methods_that_override_others() {
        assert_snapshot!(check("curl -X POST -H 'X-HTTP-Method-Override: DELETE' https://example.com/x; curl -d _method=delete https://example.com/y"), @"
        net.delete https://example.com/x, destroy
        net.delete https://example.com/y, destroy
        ");
    }
}

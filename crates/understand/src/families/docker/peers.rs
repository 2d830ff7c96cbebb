//! Other services of a Compose project that one of them reaches by their names: containers of the same machine. See
//! <https://docs.docker.com/compose/how-tos/networking/>.

use countersign_model::{Effect, Resource};
use countersign_yaml::Node;

use crate::context::Context;

/// Parts of what is started in a service that leads on to another machine.
const LEADING_ON: &[&str] = &[
    "proxy", "tunnel", "socat", "ssh", "bastion", "ambassador", "bouncer", "gateway", "forward", "vpn", "wireguard",
    "tailscale", "cloudsql", "stunnel", "envoy", "traefik", "nginx", "caddy", "autossh", "netcat", "gost", "rinetd", "pgpool",
    "pgcat", "twemproxy", "mongos",
];

/// The services that `service` reaches by their names, where the files of the project leave no doubt of it.
pub(super) fn of(texts: &[String], service: &str) -> Vec<String> {
    let files: Result<Vec<Node>, String> = texts.iter().map(|text| countersign_yaml::read(text)).collect();
    let Ok(files) = files else { return Vec::new() };
    let named = |name: &str| files.iter().filter_map(|file| file.get("services")?.get(name)).collect::<Vec<_>>();
    let own = named(service);
    let elsewhere = ["extra_hosts", "external_links"].iter().flat_map(|key| own.iter().filter_map(|node| node.get(key)));
    let elsewhere: Vec<String> = elsewhere.flat_map(said).collect();
    let links: Vec<String> = own.iter().filter_map(|node| node.get("links")).flat_map(said).collect();
    let is_plain = |node: &Node| ["extends", "network_mode", "net"].iter().all(|key| node.get(key).is_none());
    if own.is_empty() || !own.iter().all(|node| is_plain(node)) || elsewhere.iter().any(|text| text.contains('$')) {
        return Vec::new();
    }
    let mut names: Vec<&String> =
        files.iter().filter_map(|file| file.get("services")).flat_map(Node::entries).map(|(name, _)| name).collect();
    names.sort_unstable();
    names.dedup();
    let networks = networks(&own);
    let reaches = |name: &&String| {
        let peer = named(name);
        let is_simple = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        let is_led = elsewhere.iter().any(|text| text.split([':', '=']).any(|part| part == *name))
            || links.iter().any(|text| text.split_once(':').is_some_and(|(other, alias)| alias == *name && other != *name));
        let shared = networks.iter().any(|network| self::networks(&peer).contains(network) && !is_outside(network, &files));
        is_simple && !is_led && shared && peer.iter().all(|node| is_plain(node) && !leads_on(node))
    };
    names.into_iter().filter(reaches).cloned().collect()
}

/// The entries of a list, or of a mapping with its names.
fn said(node: &Node) -> Vec<String> {
    let entries = node.entries().iter().map(|(name, _)| name.clone());
    node.items().iter().filter_map(Node::text).map(str::to_owned).chain(entries).collect()
}

/// The networks that a service is in.
fn networks(service: &[&Node]) -> Vec<String> {
    let named: Vec<String> = service.iter().filter_map(|node| node.get("networks")).flat_map(said).collect();
    if named.is_empty() { vec!["default".to_owned()] } else { named }
}

/// Whether a network may have other containers in it than those of the project.
fn is_outside(network: &str, files: &[Node]) -> bool {
    let mut described = files.iter().filter_map(|file| file.get("networks")?.get(network));
    described.any(|node| ["external", "driver", "name"].iter().any(|key| node.get(key).is_some()))
}

/// Whether what is started there may be no more than a way to somewhere else.
fn leads_on(service: &Node) -> bool {
    let started = ["image", "command", "entrypoint", "build"].iter().filter_map(|key| service.get(key));
    let words = started.flat_map(|node| {
        let entries = node.entries().iter().flat_map(|(_, inner)| inner.texts());
        node.texts().into_iter().chain(entries).map(str::to_ascii_lowercase).collect::<Vec<_>>()
    });
    let mut words = words;
    service.get("provider").is_some() || words.any(|word| LEADING_ON.iter().any(|part| word.contains(part)))
}

/// An effect on what a container reaches by the name of another service of its project: the place is that service, and
/// the host its own.
pub(crate) fn reached(mut effect: Effect, context: &Context<'_>) -> (Effect, Option<Resource>) {
    let Some(Resource::Container { host: None, object, .. }) = &context.elsewhere else { return (effect, None) };
    let renames = |written: &crate::code::source::Written| written.paths().iter().any(|path| path == "/etc/hosts");
    let (Resource::Database { host, .. } | Resource::Host { host, .. }) = &mut effect.resource else {
        return (effect, None);
    };
    let (name, port) = host.split_once(':').map_or((host.as_str(), None), |(name, port)| (name, Some(port)));
    let is_number = port.is_none_or(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
    let Some(peer) = context.peers.iter().find(|peer| *peer == name).filter(|_| is_number) else { return (effect, None) };
    if context.state.world.written.iter().any(renames) {
        return (effect, None);
    }
    let place = Resource::Container { host: None, object: object.clone(), name: peer.clone() };
    *host = port.map_or_else(|| "localhost".to_owned(), |port| format!("localhost:{port}"));
    (effect, Some(place))
}

#[cfg(test)]
mod tests;

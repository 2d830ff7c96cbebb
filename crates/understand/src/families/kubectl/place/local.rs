//! Whether a context that is called like a cluster of this machine is one: by where its server is.

use countersign_model::{is_cluster_of_this_machine, is_this_machine};

use super::Spot;
use crate::context::Context;
use crate::families::kubectl::kubeconfig::Kubeconfig;
use crate::paths;
use crate::word::Value;

/// Says in the context's name where its server is, where that is not this machine: it is then none of those names.
/// A context that no file has is none that the tool could use, unless it is being made.
pub(super) fn say_where(spot: &mut Spot, files: &Result<Vec<String>, String>, context: &Context<'_>) {
    if !is_cluster_of_this_machine(&spot.context) {
        return;
    }
    let chosen = &context.state.world.chosen;
    // A cluster that the call makes has its context from the tool that makes it.
    if chosen.cluster_made.as_ref() == Some(&spot.context) && !chosen.contexts_changed {
        return;
    }
    let is_written = |path: &String| {
        let located = paths::locate(&Value::Known(path.clone()), context);
        context.state.world.written.iter().any(|written| written.touches(&located))
    };
    let elsewhere = match files {
        Err(_) => Some("*".to_owned()),
        Ok(_) if chosen.contexts_changed => Some("*".to_owned()),
        Ok(files) if files.iter().any(|path| context.file(path).is_err()) => Some("*".to_owned()),
        Ok(files) if files.iter().any(is_written) => Some("*".to_owned()),
        Ok(files) => {
            let configs: Vec<Kubeconfig> = files.iter().filter_map(|path| Kubeconfig::read(path, context)).collect();
            // The name may be a cluster's own, too, and each file may have a part.
            let of_context = configs.iter().filter_map(|config| config.cluster(&spot.context));
            let clusters: Vec<&str> = of_context.chain([spot.context.as_str()]).collect();
            let has = |config: &Kubeconfig| config.has(&spot.context) || !config.servers(&spot.context).is_empty();
            // A file that is named for the command may be made by the time it runs.
            if *files != [super::standard(context)] && !configs.iter().any(has) {
                say(spot, "*");
                return;
            }
            let mut servers = configs.iter().flat_map(|config| clusters.iter().flat_map(|name| config.servers(name)));
            servers.find(|server| !is_local(server, &spot.context)).map(|server| host(server).to_owned())
        }
    };
    if let Some(server) = elsewhere {
        say(spot, &server);
    }
}

fn say(spot: &mut Spot, server: &str) {
    spot.context = format!("{} at {server}", spot.context);
    spot.because = Some(match server {
        "*" => "its name is that of a cluster on this machine, and where its server is, is not known".to_owned(),
        _ => "its name is that of a cluster on this machine, and its server is elsewhere".to_owned(),
    });
}

/// The host of a server's address.
pub(super) fn host(server: &str) -> &str {
    let rest = server.split_once("://").map_or(server, |(_, rest)| rest);
    let rest = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    match rest.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => rest,
    }
}

/// Whether a server is this machine's own, by its address or by the name or network that the tool gives its own.
fn is_local(server: &str, context: &str) -> bool {
    let host = host(server);
    let is_networks = |networks: &[&str]| {
        host.parse::<std::net::Ipv4Addr>().is_ok() && networks.iter().any(|network| host.starts_with(network))
    };
    is_this_machine(host)
        || host == "0.0.0.0"
        || match context {
            "minikube" => is_networks(&["192.168.39.", "192.168.49.", "192.168.58.", "192.168.59.", "192.168.64."]),
            "docker-desktop" | "docker-for-desktop" => host == "kubernetes.docker.internal",
            "orbstack" => host == "k8s.orb.local",
            "colima" => is_networks(&["192.168.5.", "192.168.106."]),
            _ => false,
        }
}

#[cfg(test)]
mod tests;

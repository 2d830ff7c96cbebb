//! Whether a context that is called like a cluster of this machine is one: by where its server is.

use countersign_model::{is_cluster_of_this_machine, is_this_machine};

use super::Spot;
use crate::context::Context;
use crate::families::kubectl::kubeconfig::Kubeconfig;
use crate::paths;
use crate::word::Value;

/// What stands among what the call chose where it changes the kubeconfig's contexts.
pub(super) const CHANGED: &str = "kubeconfig";
/// The same for the context of a cluster that it makes on this machine.
pub(super) const MADE: &str = "cluster of this machine";

/// Says in the context's name where its server is, where that is not this machine: it is then none of those names.
/// A context that no file has is none that the tool could use, unless it is being made.
pub(super) fn say_where(spot: &mut Spot, files: &Result<Vec<String>, String>, context: &Context<'_>) {
    if !is_cluster_of_this_machine(&spot.context) {
        return;
    }
    let chosen = &context.state.world.chosen;
    // A cluster that the call makes has its context from the tool that makes it.
    if chosen.get(MADE) == Some(&spot.context) && !chosen.contains_key(CHANGED) {
        return;
    }
    let is_written = |path: &String| {
        let located = paths::locate(&Value::Known(path.clone()), context);
        context.state.world.written.iter().any(|written| written.touches(&located))
    };
    let elsewhere = match files {
        Err(_) => Some("*".to_owned()),
        Ok(_) if chosen.contains_key(CHANGED) => Some("*".to_owned()),
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
fn host(server: &str) -> &str {
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
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check_with;

    fn of(command: &str, server: &str) -> String {
        let name = command.split_whitespace().nth(2).unwrap();
        let config = format!(
            "contexts:\n- name: {name}\n  context: {{cluster: c}}\nclusters:\n- name: c\n  cluster: {{server: {server}}}\n"
        );
        check_with(command, &[("/home/dev/.kube/config", &config)])
    }

    #[test]
    fn a_name_is_believed_where_its_server_is_here() {
        assert_snapshot!(of("kubectl --context kind-dev delete pod x", "https://127.0.0.1:33001"), @"kube.delete pod/x in kind-dev/default, destroy");
        assert_snapshot!(of("kubectl --context k3d-dev delete pod x", "https://0.0.0.0:6443"), @"kube.delete pod/x in k3d-dev/default, destroy");
        assert_snapshot!(of("kubectl --context minikube delete pod x", "https://192.168.49.2:8443"), @"kube.delete pod/x in minikube/default, destroy");
        assert_snapshot!(of("kubectl --context docker-desktop delete pod x", "https://kubernetes.docker.internal:6443"), @"kube.delete pod/x in docker-desktop/default, destroy");
    }

    #[test]
    fn and_not_where_it_is_elsewhere() {
        assert_snapshot!(of("kubectl --context kind-dev delete pod x", "https://eu.clusters.example:6443"), @"kube.delete pod/x in kind-dev at eu.clusters.example/default, destroy");
        assert_snapshot!(of("kubectl --context kind-dev delete pod x", "https://127.0.0.1@eu.clusters.example"), @"kube.delete pod/x in kind-dev at eu.clusters.example/default, destroy");
        assert_snapshot!(of("kubectl --context kind-dev delete pod x", "https://127.0.0.1.clusters.example"), @"kube.delete pod/x in kind-dev at 127.0.0.1.clusters.example/default, destroy");
        assert_snapshot!(of("kubectl --context minikube delete pod x", "https://192.168.49.2.clusters.example"), @"kube.delete pod/x in minikube at 192.168.49.2.clusters.example/default, destroy");
        assert_snapshot!(of("kubectl --context kind-dev delete pod x", "'https://127.0.0.1:6443', proxy-url: 'http://proxy.example'"), @"kube.delete pod/x in kind-dev at proxy.example/default, destroy");
        assert_snapshot!(of("kubectl --context kind-dev delete pod x --kubeconfig \"$K\"", "https://127.0.0.1:33001"), @"kube.delete pod/x in kind-dev at */*, destroy, partial");
        assert_snapshot!(of("kubectl --context kind-dev delete pod x --kubeconfig missing", "https://127.0.0.1:33001"), @"kube.delete pod/x in kind-dev at */*, destroy");
        assert_snapshot!(of("kubectl --cluster c delete pod x", "https://eu.clusters.example"), @"kube.delete pod/x in c/default, destroy");
        assert_snapshot!(of("kubectl --context kind-dev delete pod x; echo a > ~/.kube/config; kubectl --context kind-dev delete pod x", "https://127.0.0.1:33001"), @"
        kube.delete pod/x in kind-dev/default, destroy
        fs.write /home/dev/.kube/config, write
        exec.read echo, read
        kube.delete pod/x in kind-dev at */default, destroy
        ");
    }

    #[test]
    fn and_not_where_the_call_changes_it() {
        let changed = |before: &str| {
            let server = "https://127.0.0.1:33001";
            let found = of(&format!("kubectl --context kind-dev get pods; {before}; kubectl --context kind-dev delete pod x"), server);
            found.lines().filter(|line| line.contains("kube.delete")).collect::<Vec<_>>().join("\n")
        };
        assert_snapshot!(changed("kubectl config rename-context prod kind-dev"), @"kube.delete pod/x in kind-dev at */default, destroy");
        assert_snapshot!(changed("kubectl config set-context kind-dev --cluster=prod --user=u"), @"kube.delete pod/x in kind-dev at */default, destroy");
        assert_snapshot!(changed("kubectl config set-cluster c --server=https://k.example"), @"kube.delete pod/x in kind-dev at */default, destroy");
        assert_snapshot!(changed("kubectl config set contexts.kind-dev.cluster prod"), @"kube.delete pod/x in kind-dev at */default, destroy");
        assert_snapshot!(changed("aws eks update-kubeconfig --name prod --alias kind-dev --kubeconfig other"), @"kube.delete pod/x in kind-dev at */default, destroy");
        assert_snapshot!(changed("kubectl config use-context kind-dev"), @"kube.delete pod/x in kind-dev/default, destroy");
        assert_snapshot!(changed("kubectl config set-context --current --namespace=shop"), @"kube.delete pod/x in kind-dev/default, destroy");
        assert_snapshot!(changed("kind create cluster --name dev"), @"kube.delete pod/x in kind-dev/default, destroy");
    }

    #[test]
    fn the_current_context_after_a_command_that_changes_it() {
        let after = |before: &str| {
            let config = "current-context: dev\ncontexts:\n- name: dev\n  context: {cluster: c}\n";
            let found = check_with(&format!("{before} && kubectl delete pod x"), &[("/home/dev/.kube/config", config)]);
            found.lines().filter(|line| line.contains("kube.delete")).collect::<Vec<_>>().join("\n")
        };
        assert_snapshot!(after("aws eks update-kubeconfig --name prod"), @"
        kube.delete pod/x in arn:aws:eks:*:*:cluster/prod/*, destroy
        kube.delete pod/x in dev/default, destroy
        ");
        assert_snapshot!(after("aws eks update-kubeconfig --name prod --alias live"), @"
        kube.delete pod/x in live/*, destroy
        kube.delete pod/x in dev/default, destroy
        ");
        assert_snapshot!(after("aws eks update-kubeconfig --name prod --dry-run"), @"kube.delete pod/x in dev/default, destroy");
        assert_snapshot!(after("gcloud container clusters get-credentials prod --zone z --project p"), @"
        kube.delete pod/x in gke_p_z_prod/*, destroy
        kube.delete pod/x in dev/default, destroy
        ");
        assert_snapshot!(after("az aks get-credentials -g g -n prod"), @"
        kube.delete pod/x in prod/*, destroy
        kube.delete pod/x in dev/default, destroy
        ");
        assert_snapshot!(after("az aks get-credentials -g g -n prod --context live --subscription s"), @"
        kube.delete pod/x in live/*, destroy
        kube.delete pod/x in dev/default, destroy
        ");
        assert_snapshot!(after("az aks get-credentials -g g -n prod -f -"), @"kube.delete pod/x in dev/default, destroy");
        assert_snapshot!(after("oc login https://k8s.prod.example:6443"), @"
        kube.delete pod/x in */*, destroy, partial
        kube.delete pod/x in dev/default, destroy
        ");
        assert_snapshot!(after("kubectl config set current-context prod"), @"
        kube.delete pod/x in prod/*, destroy
        kube.delete pod/x in dev/default, destroy
        ");
        assert_snapshot!(after("kubectl config unset current-context"), @"
        kube.delete pod/x in */*, destroy, partial
        kube.delete pod/x in dev/default, destroy
        ");
        assert_snapshot!(after("doctl kubernetes cluster kubeconfig save prod"), @"
        kube.delete pod/x in *prod/*, destroy
        kube.delete pod/x in dev/default, destroy
        ");
        assert_snapshot!(after("eksctl utils write-kubeconfig --cluster prod"), @"
        kube.delete pod/x in *prod/*, destroy
        kube.delete pod/x in dev/default, destroy
        ");
        assert_snapshot!(after("tsh kube login prod"), @"
        kube.delete pod/x in *prod/*, destroy
        kube.delete pod/x in dev/default, destroy
        ");
        assert_snapshot!(after("kind create cluster --name t"), @"
        kube.delete pod/x in kind-t/*, destroy
        kube.delete pod/x in dev/default, destroy
        ");
        assert_snapshot!(after("kubectl config set-credentials u --token=x"), @"kube.delete pod/x in dev/default, destroy");
    }
}

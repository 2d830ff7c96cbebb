//! Where the servers of a context are, by which the map may know its cluster, whatever the context is called.

use countersign_model::is_this_machine;

use super::local::host;
use crate::context::Context;
use crate::families::kubectl::kubeconfig::Kubeconfig;

/// The hosts of the servers that a context leads to, and `*` for what else its client speaks to; none where the
/// kubeconfigs do not say any.
pub(super) fn of(
    name: &str,
    config: Option<&Kubeconfig>,
    files: &Result<Vec<String>, String>,
    context: &Context<'_>,
) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    if name.contains("://") {
        found.push(host(name).to_owned());
    } else if let Ok([_, _, ..]) = files.as_deref() {
        let configs: Vec<Kubeconfig> = read(files, context).map(|(_, config)| config).collect();
        let clusters = configs.iter().filter_map(|config| config.cluster(name)).chain([name]);
        let clusters: Vec<&str> = clusters.collect();
        found.extend(configs.iter().flat_map(|config| hosts(config, &clusters)));
    } else if let Some(config) = config {
        let clusters: Vec<&str> = config.cluster(name).into_iter().chain([name]).collect();
        found.extend(hosts(config, &clusters));
    }
    found.retain(|host| !is_this_machine(host) && host != "0.0.0.0" && !host.contains('*') && !host.is_empty());
    // A server that is given by its address is all that is spoken to.
    if !found.is_empty() && !name.contains("://") {
        found.push("*".to_owned());
    }
    found
}

fn hosts(config: &Kubeconfig, clusters: &[&str]) -> Vec<String> {
    let servers = clusters.iter().flat_map(|cluster| config.servers(cluster));
    servers.map(|server| host(server).to_owned()).collect()
}

/// The kubeconfig that a context is of: of a list the one that has it, if there is one.
pub(super) fn file(
    name: &str,
    kubeconfig: &str,
    files: &Result<Vec<String>, String>,
    context: &Context<'_>,
) -> Option<String> {
    match files.as_deref() {
        Err(_) => None,
        Ok([_, _, ..]) => read(files, context).find(|(_, config)| config.has(name)).map(|(path, _)| path.to_owned()),
        Ok(_) => Some(kubeconfig.to_owned()),
    }
}

fn read<'a>(
    files: &'a Result<Vec<String>, String>,
    context: &'a Context<'_>,
) -> impl Iterator<Item = (&'a str, Kubeconfig)> {
    let paths = files.iter().flatten();
    paths.filter_map(|path| Some((path.as_str(), Kubeconfig::read(path, context)?)))
}

#[cfg(test)]
mod tests {
    use crate::fixture::understood;

    const CONFIG: &str = "current-context: dev\ncontexts:\n- name: dev\n  context: {cluster: c}\n- name: here\n  context: {cluster: h}\nclusters:\n- name: c\n  cluster: {server: 'https://k8s.acme.example:6443'}\n- name: h\n  cluster: {server: 'https://127.0.0.1:6443'}\n";

    fn spoken_to(command: &str) -> Vec<String> {
        let effects = understood(command, &[("/home/dev/.kube/config", CONFIG)]).effects;
        effects.into_iter().flat_map(|effect| effect.speaks_to).collect()
    }

    #[test]
    fn servers_of_a_context() {
        for command in [
            "kubectl --context dev delete ns x",
            "kubectl delete ns x",
            "kubectl --cluster c delete ns x",
            "helm uninstall web --kube-context dev",
            "kubectl exec web -- rm -rf /data",
            "kubectl get secret db -o yaml",
            "KUBECONFIG=/k/other:/home/dev/.kube/config kubectl --context dev delete ns x",
        ] {
            let found = spoken_to(command);
            assert!(found.contains(&"k8s.acme.example".to_owned()), "{command}: {found:?}");
            assert!(found.contains(&"*".to_owned()), "{command}: {found:?}");
        }
        // One that is given by its address is all there is.
        let found = spoken_to("kubectl -s https://k8s.acme.example:6443 delete ns x");
        assert_eq!(found, ["k8s.acme.example"]);
    }

    #[test]
    fn near_misses() {
        for command in ["kubectl --context here delete ns x", "kubectl --context other delete ns x", "kubectl version --client"] {
            assert_eq!(spoken_to(command), Vec::<String>::new(), "{command}");
        }
    }
}

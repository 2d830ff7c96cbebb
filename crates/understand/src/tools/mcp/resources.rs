//! Objects of clusters and clouds, and secrets, among a tool's arguments.

use countersign_model::{Certainty, Effect, Resource, Verb, verbs};

use super::Tool;
use super::names::Says;
use crate::context::Context;

const KUBERNETES: &[&str] =
    &["kubectl", "k8s", "kubernetes", "pod", "pods", "helm", "namespaces", "kubeconfig"];
const KINDS: &[&str] = &["kind", "resource_type", "resource", "type_name", "resource_kind"];

/// Adds what a tool does to what its arguments name.
pub(super) fn effects(tool: &Tool<'_>, context: &mut Context<'_>) {
    if tool.says == Says::ReadsSecret {
        let names = ["secret_id", "secret_name", "secret", "name", "id", "path", "key", "project_id"];
        let resource = Resource::Secret {
            store: tool.server.to_owned(),
            name: tool.text(&names).unwrap_or("*").to_owned(),
        };
        context.push(Effect::new(verbs::SECRET_READ, resource));
    }
    let kind = tool.text(KINDS).unwrap_or("*");
    if kind.starts_with("AWS::") {
        cloud(tool, kind, context);
    } else if tool.has(KUBERNETES)
        || (tool.takes(&["namespace", "api_version"])
            && tool.takes(&["kind", "resource_type", "api_version"]))
    {
        cluster(tool, kind, context);
    }
}

fn cluster(tool: &Tool<'_>, kind: &str, context: &mut Context<'_>) {
    let kind = kind.to_ascii_lowercase();
    // A manifest is no kind.
    let kind = if kind.contains(['\n', ' ', '{']) { "*" } else { kind.as_str() };
    let name = tool.text(&["name", "resource_name", "pod_name", "release_name", "release"]).unwrap_or("*");
    let everywhere = ["all_namespaces", "allNamespaces"]
        .iter()
        .any(|all| tool.input.get(*all).is_some_and(|all| *all == true));
    let namespace = tool.text(&["namespace"]).filter(|_| !everywhere).unwrap_or("*");
    let reads = matches!(tool.says, Says::Reads | Says::ReadsSecret);
    if reads && matches!(kind, "secret" | "secrets") {
        let store = "kubernetes".to_owned();
        context.push(Effect::new(
            verbs::SECRET_READ,
            Resource::Secret { store, name: format!("{namespace}/{name}") },
        ));
        return;
    }
    let permissions = ["role", "rolebinding", "clusterrole", "clusterrolebinding", "serviceaccount"];
    let verb = match tool.says {
        Says::Reads | Says::ReadsSecret => verbs::KUBE_READ,
        Says::Deletes => verbs::KUBE_DELETE,
        Says::Runs | Says::Nothing => verbs::KUBE_EXECUTE,
        Says::Writes | Says::Pays | Says::Sends if permissions.contains(&kind.trim_end_matches('s')) => {
            verbs::KUBE_PERMISSION
        }
        Says::Writes | Says::Pays | Says::Sends => verbs::KUBE_WRITE,
    };
    if verb == verbs::KUBE_EXECUTE && tool.takes(&["command", "cmd", "args"]) {
        return;
    }
    let context_name = tool.text(&["context", "cluster", "cluster_name"]);
    let resource = Resource::Cluster {
        context: context_name.unwrap_or("*").to_owned(),
        namespace: Some(namespace.to_owned()),
        object: kind.to_owned(),
        name: name.to_owned(),
    };
    push(
        verb,
        resource,
        context_name.is_some(),
        "the cluster is the one that the server was configured for",
        context,
    );
}

fn cloud(tool: &Tool<'_>, kind: &str, context: &mut Context<'_>) {
    let verb = match tool.says {
        Says::Reads | Says::ReadsSecret => verbs::CLOUD_READ,
        Says::Deletes => verbs::CLOUD_DELETE,
        Says::Runs | Says::Nothing => verbs::CLOUD_EXECUTE,
        Says::Writes | Says::Pays | Says::Sends if kind.starts_with("AWS::IAM::") => verbs::CLOUD_PERMISSION,
        Says::Writes | Says::Pays | Says::Sends => verbs::CLOUD_WRITE,
    };
    let account = tool.text(&["profile", "account", "account_id", "profile_name"]);
    let resource = Resource::Cloud {
        provider: "aws".to_owned(),
        account: account.unwrap_or("*").to_owned(),
        region: tool.text(&["region", "region_name"]).map(str::to_owned),
        service: kind.split("::").nth(1).unwrap_or("*").to_ascii_lowercase(),
        name: tool.text(&["identifier", "name"]).unwrap_or("*").to_owned(),
    };
    push(
        verb,
        resource,
        account.is_some(),
        "the account is the one that the server was configured for",
        context,
    );
}

fn push(verb: Verb, resource: Resource, named: bool, why: &str, context: &mut Context<'_>) {
    let reads = matches!(verb.as_str(), "kube.read" | "cloud.read");
    let effect = Effect::new(verb, resource);
    context.push(if named || reads { effect } else { effect.certain(Certainty::Partial, why) });
}

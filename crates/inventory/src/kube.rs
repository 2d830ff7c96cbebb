//! Contexts of a kubeconfig: <https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/>.

use countersign_yaml::{self as yaml, Node};

use crate::item::quoted;
use crate::{Found, Item, Kind, Use};

/// The names of the contexts; none where the file cannot be read.
pub fn contexts(text: &str) -> Vec<String> {
    let Ok(node) = yaml::read(text) else { return Vec::new() };
    named(&node, "contexts").filter_map(|context| Some(context.get("name")?.text()?.to_owned())).collect()
}

/// Every context, with the namespace it starts in and how its user proves who they are.
pub fn items(text: &str, from: &str) -> Found {
    let node = match yaml::read(text) {
        Ok(node) => node,
        Err(why) => return vec![Item::broken(Kind::KubeContext, from, &why)],
    };
    let current = node.get("current-context").and_then(Node::text).unwrap_or_default();
    let item = |context: &Node| {
        let name = context.get("name")?.text().filter(|name| !name.is_empty())?;
        let said = |key: &str| context.get("context")?.get(key)?.text().filter(|text| !text.is_empty());
        let delete = format!("kubectl --context {} delete deployment/example", quoted(name));
        let mut item = Item::new(Kind::KubeContext, name, from).used(Use::command(delete));
        if name == current {
            item = item.about("current");
        }
        if let Some(namespace) = said("namespace") {
            item = item.about(format!("namespace {namespace}"));
        }
        if let Some(cluster) = said("cluster").filter(|cluster| *cluster != name) {
            item = item.about(format!("cluster {cluster}")).also_named(cluster);
        }
        Some(match said("user").and_then(|user| proof(&node, user)) {
            Some(proof) => item.about(format!("by {proof}")),
            None => item,
        })
    };
    named(&node, "contexts").filter_map(item).collect()
}

fn named<'n>(node: &'n Node, list: &str) -> impl Iterator<Item = &'n Node> {
    node.get(list).map(Node::items).unwrap_or_default().iter()
}

/// How a user of the file proves who they are: by the names of the keys there.
fn proof(node: &Node, user: &str) -> Option<&'static str> {
    const PROOFS: &[(&str, &str)] = &[
        ("token", "a token in the file"),
        ("tokenFile", "a token in another file"),
        ("password", "a password in the file"),
        ("client-key-data", "a client key in the file"),
        ("client-key", "a client key in another file"),
        ("exec", "a program that fetches a token"),
        ("auth-provider", "an authentication provider"),
    ];
    let one = |candidate: &&Node| candidate.get("name").and_then(Node::text) == Some(user);
    let keys = named(node, "users").find(one)?.get("user")?;
    PROOFS.iter().find(|(key, _)| keys.get(key).is_some()).map(|(_, proof)| *proof)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::item::shown;

    const CONFIG: &str = "\
current-context: shop-prod
contexts:
- context: {cluster: eu-1, user: admin, namespace: shop}
  name: shop-prod
- context: {cluster: kind-dev, user: kind}
  name: kind-dev
- context: {cluster: x}
  name: \"a b\"
users:
- name: admin
  user: {token: s3cr3t-value}
- name: kind
  user: {client-key-data: c2VjcmV0}
";

    #[test]
    fn contexts_by_name_and_nothing_beside_them() {
        let items = items(CONFIG, "~/.kube/config");
        assert!(!format!("{items:?}").contains("s3cr3t") && !format!("{items:?}").contains("c2Vj"));
        assert_snapshot!(shown(&items), @"
        KubeContext shop-prod [current; namespace shop; cluster eu-1; by a token in the file] kubectl --context shop-prod delete deployment/example
        KubeContext kind-dev [by a client key in the file] kubectl --context kind-dev delete deployment/example
        KubeContext a b [cluster x] kubectl --context 'a b' delete deployment/example
        ");
    }

    #[test]
    fn a_broken_file_is_an_item() {
        assert_snapshot!(shown(&items("contexts: {", "~/.kube/config")), @"KubeContext * []  !it cannot be read: while parsing a node, did not find expected node content at line 2, column 1");
        assert_snapshot!(shown(&items("contexts: 7", "~/.kube/config")), @"");
        assert_eq!(contexts("contexts: {"), [""; 0]);
    }

    #[test]
    fn names_only() {
        assert_eq!(contexts(CONFIG), ["shop-prod", "kind-dev", "a b"]);
    }
}

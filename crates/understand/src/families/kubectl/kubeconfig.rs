//! What a kubeconfig says: its contexts and which of them is the current one.

use std::rc::Rc;

use countersign_yaml::Node;

use crate::context::Context;

/// A kubeconfig that was read.
pub(super) struct Kubeconfig {
    root: Rc<Node>,
}

impl Kubeconfig {
    /// Reads the one at a path; none where it is not there, cannot be read, or is no YAML.
    pub fn read(path: &str, context: &Context<'_>) -> Option<Self> {
        let text = context.file(path).ok().flatten()?;
        context.yaml(text).map(|root| Self { root })
    }

    /// What `current-context` says.
    pub fn current(&self) -> Option<&str> {
        self.root.get("current-context")?.text().filter(|name| !name.is_empty())
    }

    /// Whether there is a context of this name.
    pub fn has(&self, name: &str) -> bool {
        self.context(name).is_some()
    }

    /// The namespace that a context chooses.
    pub fn namespace(&self, name: &str) -> Option<&str> {
        self.context(name)?.get("namespace")?.text().filter(|namespace| !namespace.is_empty())
    }

    /// The name of the cluster that a context leads to.
    pub fn cluster(&self, name: &str) -> Option<&str> {
        self.context(name)?.get("cluster")?.text()
    }

    /// What else the place is called that a context leads to: its cluster, where that has the name of another context
    /// or of production, else another context with the same cluster. The map may have that one.
    pub fn leads_to(&self, name: &str) -> Option<&str> {
        let cluster = self.cluster(name).filter(|cluster| *cluster != name)?;
        if self.has(cluster) || says_production(cluster) {
            return Some(cluster);
        }
        let contexts = self.root.get("contexts")?.items().iter();
        let mut others = contexts.filter_map(|entry| {
            let other = entry.get("name")?.text().filter(|other| *other != name)?;
            (entry.get("context")?.get("cluster")?.text()? == cluster).then_some(other)
        });
        let first = others.next()?;
        Some(others.find(|other| says_production(other)).unwrap_or(first))
    }

    /// The server of a cluster and what stands before it, if it is there; `*` where that is not said.
    pub fn servers(&self, cluster: &str) -> Vec<&str> {
        let Some(entry) = self.entry("clusters", cluster).and_then(|entry| entry.get("cluster")) else { return Vec::new() };
        let mut found = vec![entry.get("server").and_then(Node::text).unwrap_or("*")];
        found.extend(entry.get("proxy-url").map(|proxy| proxy.text().unwrap_or("*")));
        found
    }

    fn entry(&self, list: &str, name: &str) -> Option<&Node> {
        let entries = self.root.get(list)?.items();
        entries.iter().find(|entry| entry.get("name").and_then(Node::text) == Some(name))
    }

    fn context(&self, name: &str) -> Option<&Node> {
        self.entry("contexts", name)?.get("context")
    }
}

/// Whether one of a name's words means production.
pub(crate) fn says_production(name: &str) -> bool {
    let mut words = name.split(|letter: char| !letter.is_ascii_alphabetic());
    words.any(|word| ["prod", "production", "prd", "live"].iter().any(|production| word.eq_ignore_ascii_case(production)))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check_with;

    fn of(config: &str) -> String {
        check_with("kubectl get pods", &[("/home/dev/.kube/config", config)])
    }

    #[test]
    fn in_any_style() {
        assert_snapshot!(of("current-context: stage\ncontexts:\n- context: {cluster: stage, namespace: payments}\n  name: stage\n"), @"kube.read pod/* in stage/payments, read");
        assert_snapshot!(of("{contexts: [{name: stage, context: {namespace: payments}}], current-context: stage}"), @"kube.read pod/* in stage/payments, read");
        assert_snapshot!(of(r#"{"contexts": [{"name": "stage", "context": {}}], "current-context": "stage"}"#), @"kube.read pod/* in stage/default, read");
        assert_snapshot!(of("contexts:\n- name: &c stage\n  context:\n    namespace: a # b\n    cluster: x\ncurrent-context: *c\n"), @"kube.read pod/* in stage/a, read");
        assert_snapshot!(of("current-context: &c stage\n"), @"kube.read pod/* in stage/*, read");
    }

    #[test]
    fn what_cannot_be_read_is_anything() {
        assert_snapshot!(of("current-context: [stage\n"), @"kube.read pod/* in */*, read, partial");
        assert_snapshot!(of("current-context: stage\ncurrent-context: live\n"), @"kube.read pod/* in live/*, read");
        assert_snapshot!(of("current-context: ''\n"), @"kube.read pod/* in */*, read, partial");
    }
}

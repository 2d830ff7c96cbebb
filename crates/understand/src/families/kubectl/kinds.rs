//! Kinds of a cluster's objects by all their spellings.

use crate::word::Word;

/// Singular, then the short names; plurals are those with an `s` or `es`.
const SHORT: &[(&str, &str)] = &[
    ("cj", "cronjob"),
    ("cm", "configmap"),
    ("crd", "customresourcedefinition"),
    ("csr", "certificatesigningrequest"),
    ("deploy", "deployment"),
    ("ds", "daemonset"),
    ("ep", "endpoint"),
    ("ev", "event"),
    ("hpa", "horizontalpodautoscaler"),
    ("ing", "ingress"),
    ("limits", "limitrange"),
    ("netpol", "networkpolicy"),
    ("networkpolicies", "networkpolicy"),
    ("no", "node"),
    ("ns", "namespace"),
    ("pc", "priorityclass"),
    ("pdb", "poddisruptionbudget"),
    ("po", "pod"),
    ("project", "namespace"),
    ("projects", "namespace"),
    ("pv", "persistentvolume"),
    ("pvc", "persistentvolumeclaim"),
    ("quota", "resourcequota"),
    ("rc", "replicationcontroller"),
    ("rs", "replicaset"),
    ("sa", "serviceaccount"),
    ("sc", "storageclass"),
    ("sts", "statefulset"),
    ("svc", "service"),
];

/// Kinds that belong to no namespace.
const CLUSTER_WIDE: &[&str] = &[
    "namespace",
    "node",
    "persistentvolume",
    "clusterrole",
    "clusterrolebinding",
    "customresourcedefinition",
    "storageclass",
    "priorityclass",
    "certificatesigningrequest",
    "mutatingwebhookconfiguration",
    "validatingwebhookconfiguration",
    "validatingadmissionpolicy",
    "apiservice",
    "ingressclass",
    "runtimeclass",
    "volumeattachment",
    "csidriver",
    "csinode",
    "clusterissuer",
];

/// Whether a kind belongs to no namespace.
pub(super) fn is_cluster_wide(kind: &str) -> bool {
    CLUSTER_WIDE.contains(&kind)
}

/// Whether a kind says who may do what.
pub(super) fn is_permission(kind: &str) -> bool {
    matches!(kind, "role" | "rolebinding" | "clusterrole" | "clusterrolebinding" | "serviceaccount")
        || kind.ends_with("webhookconfiguration")
}

/// A kind's singular in small letters, without its group.
pub(super) fn singular(kind: &str) -> String {
    let lower = kind.to_ascii_lowercase();
    let name = lower.split('.').next().unwrap_or(&lower);
    if let Ok(at) = SHORT.binary_search_by(|(short, _)| (*short).cmp(name)) {
        return SHORT.get(at).map_or(name, |(_, long)| long).to_owned();
    }
    let bare = match name {
        "ingress" | "all" => name,
        _ if name.ends_with("sses") => name.strip_suffix("es").unwrap_or(name),
        _ if name.ends_with("class") => name,
        _ => name.strip_suffix('s').unwrap_or(name),
    };
    bare.strip_suffix("policie").map_or_else(|| bare.to_owned(), |start| format!("{start}policy"))
}

/// Objects of one command that are told one by one; more are any.
const MOST: usize = 32;

/// Kind, name and no namespace of each object that words name: `pod a b`, `pod/a svc/b`, `pod,svc a`.
/// `fixed` is the kind where the subcommand itself says it; `wide`: no name means all.
pub(super) fn named(operands: &[&Word], fixed: Option<&str>, wide: bool, is_read: bool) -> Vec<(String, String, Option<String>)> {
    let known = |word: &Word| word.known().unwrap_or("*").to_owned();
    let mut all = Vec::new();
    let Some((first, rest)) = operands.split_first() else { return all };
    // `web=ghcr.io/acme/shop` says what is set, and not on what.
    let slashed = operands.iter().any(|word| word.text().contains('/') && !is_setting(word.text()));
    if slashed || fixed.is_some() {
        let words = operands.iter().filter(|word| fixed.is_some() || !is_setting(word.text()));
        if words.clone().count() > MOST {
            return vec![(fixed.unwrap_or("*").to_owned(), "*".to_owned(), None)];
        }
        for word in words {
            let text = known(word);
            match text.split_once('/') {
                Some((kind, name)) => all.push((singular(kind), name.to_owned(), None)),
                None => match fixed {
                    Some(kind) => all.push((kind.to_owned(), text, None)),
                    // `label pod/x a=b`: what changes is named.
                    None if text == "*" => all.push(("*".to_owned(), "*".to_owned(), None)),
                    None => {}
                },
            }
        }
        return all;
    }
    let kinds = known(first);
    if kinds.split(',').count() > MOST {
        return vec![("*".to_owned(), "*".to_owned(), None)];
    }
    for kind in kinds.split(',') {
        // Words with an equals sign are what is set.
        let mut names: Vec<String> = rest.iter().map(|word| known(word)).filter(|name| !is_assignment(name)).collect();
        if names.len() > MOST {
            names = vec!["*".to_owned()];
        }
        if names.is_empty() || wide && is_read && names.is_empty() {
            all.push((singular(kind), "*".to_owned(), None));
        }
        all.extend(names.into_iter().map(|name| (singular(kind), name, None)));
    }
    all
}

/// `name=value`, `name-` (removed), `name:NoSchedule` (a taint).
fn is_assignment(word: &str) -> bool {
    word.contains('=') || word.ends_with('-') || word.contains(':')
}

/// The same where it may be a name with a slash: of `clusterrole/system:node` the colon belongs to the name.
fn is_setting(word: &str) -> bool {
    let taints = [":NoSchedule", ":NoExecute", ":PreferNoSchedule"];
    word.contains('=') || word.ends_with('-') || taints.iter().any(|taint| word.ends_with(taint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_many_spellings() {
        assert!(SHORT.is_sorted_by(|first, second| first.0 < second.0));
        for (written, kind) in [
            ("Secrets", "secret"),
            ("deployments.apps", "deployment"),
            ("ns", "namespace"),
            ("ingresses", "ingress"),
            ("storageclasses", "storageclass"),
            ("networkpolicies", "networkpolicy"),
            ("svc", "service"),
        ] {
            assert_eq!(singular(written), kind, "{written}");
        }
    }
}

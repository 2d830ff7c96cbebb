//! Registries of images, without an engine: `crane`, `skopeo`, `oras`, `cosign`.

use countersign_model::{Certainty, Effect, Resource, Verb, registry_of_image, verbs};

use super::Family;
use super::subcommands::{Table, read, rule};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &["crane", "gcrane", "skopeo", "oras", "cosign", "regctl"],
    about: "Images and signatures on a registry, without an engine.",
    examples: &[
        "crane digest ghcr.io/acme/app:1",
        "skopeo inspect docker://acme/app",
        "skopeo copy docker://acme/app:1 docker://registry.acme.example/app:live",
        "crane delete ghcr.io/acme/app:1",
        "oras push ghcr.io/acme/x:1 ./file",
        "cosign verify acme/app:1",
        "cosign sign --key cosign.key acme/app:1",
        "crane tag acme/app:1 latest",
    ],
    effects,
};

const TABLE: Table = Table {
    values: &[
        "--platform", "-u", "--username", "-p", "--password", "--src-creds", "--dest-creds", "--creds", "--authfile", "--format", "-f", "--file",
        "-t", "--tag", "--new_tag", "-o", "--output", "--key", "--certificate-identity", "--certificate-oidc-issuer", "--predicate", "--type",
        "--registry-config", "--artifact-type", "-a", "--annotation", "--config", "--src-tls-verify", "--dest-tls-verify", "--policy", "--media-type",
    ],
    rules: &[
        rule("ls|digest|manifest|config|catalog|validate|version|inspect|list-tags|discover|verify|verify-attestation|verify-blob|tree|triangulate|help|blob", verbs::PACKAGE_READ),
        rule("pull|export|download", verbs::PACKAGE_READ),
        rule("manifest fetch|get|inspect|fetch-config", verbs::PACKAGE_READ),
        rule("repo ls|tags|show-tags", verbs::PACKAGE_READ),
        rule("image digest|inspect|manifest", verbs::PACKAGE_READ),
        rule("tag ls", verbs::PACKAGE_READ),
        rule("copy|cp|push|append|mutate|rebase|flatten|attach|sign|attest|upload|sync", verbs::PACKAGE_PUBLISH),
        rule("image copy", verbs::PACKAGE_PUBLISH),
        rule("manifest push|put", verbs::PACKAGE_PUBLISH),
        rule("blob push|put", verbs::PACKAGE_PUBLISH),
        rule("tag", verbs::PACKAGE_SETTINGS),
        rule("delete|clean", verbs::PACKAGE_WITHDRAW),
        rule("manifest|blob|tag|repo delete|rm", verbs::PACKAGE_WITHDRAW),
        rule("login", verbs::SECRET_WRITE),
        rule("auth|registry login", verbs::SECRET_WRITE),
        rule("auth get|token", verbs::SECRET_READ),
        rule("generate-key-pair|import-key-pair", verbs::SECRET_WRITE),
    ],
};

/// An image as far as it is named: of one whose tag alone is open, all but the tag.
pub(super) fn known(word: &Word) -> Option<&str> {
    let Value::Unknown { prefix, .. } = &word.value else { return word.known() };
    let bare = prefix.split_once("://").map_or(prefix.as_str(), |(_, rest)| rest);
    // Before the first slash a colon may stand before a port.
    let (directory, last) = bare.rsplit_once('/')?;
    let name = last.split([':', '@']).next().filter(|name| !name.is_empty() && name.len() < last.len())?;
    let is_plain = !directory.is_empty() && !directory.starts_with('-') && !bare.contains(['*', ' ']);
    is_plain.then(|| prefix.get(..prefix.len() - last.len() + name.len())).flatten()
}

/// An image's registry and its name there: `ghcr.io/acme/app:1` is `acme/app` on `ghcr.io`.
pub(crate) fn image(name: &str) -> Resource {
    let bare = name.split_once("://").map_or(name, |(_, rest)| rest);
    let bare = bare.split('@').next().unwrap_or(bare);
    let (registry, path) = registry_of_image(bare);
    let (directory, last) = path.rsplit_once('/').map_or((None, path), |(directory, last)| (Some(directory), last));
    let last = last.split(':').next().unwrap_or(last);
    let name = directory.map_or_else(|| last.to_owned(), |directory| format!("{directory}/{last}"));
    Resource::Package { registry: registry.to_owned(), name }
}

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let found = read(invocation, &TABLE);
    if found.is_help || invocation.words.is_empty() {
        context.program(verbs::EXEC_READ, &invocation.title());
        return;
    }
    let verb = found.verb.clone();
    found.values(&["--key", "--predicate"]).for_each(|value| context.read_value(value));
    // What is changed is named last, what is read first.
    let target = match verb.as_ref().map(Verb::as_str) {
        Some("package.publish") if invocation.program != "oras" => found.operands.last(),
        _ => found.operands.first(),
    };
    let word = target.copied();
    let target = word.map_or("*", |word| word.known().unwrap_or("*"));
    if let Some(secret @ ("secret.read" | "secret.write")) = verb.as_ref().map(Verb::as_str) {
        let resource = Resource::Secret { store: invocation.program.clone(), name: target.to_owned() };
        context.push(Effect::new(if secret == "secret.read" { verbs::SECRET_READ } else { verbs::SECRET_WRITE }, resource));
        return;
    }
    let is_local = ["dir:", "oci:", "docker-archive:", "oci-archive:", "docker-daemon:", "containers-storage:"];
    if is_local.iter().any(|scheme| target.starts_with(scheme)) {
        let path = target.split_once(':').map_or(target, |(_, path)| path);
        context.program(verbs::PACKAGE_READ, &found.name);
        context.write_value(&Value::Known(path.to_owned()));
        return;
    }
    let target = word.map_or("*", |word| known(word).unwrap_or("*"));
    let effect = found.effect(&verbs::PACKAGE_PUBLISH, &verbs::PACKAGE_WITHDRAW, image(target));
    context.push(if target == "*" { effect.certain(Certainty::Partial, "the image's name is not known") } else { effect });
    context.flow.fetched |= verb == Some(verbs::PACKAGE_READ);
}

#[cfg(test)]
mod tests;

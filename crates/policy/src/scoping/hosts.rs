//! The other machine that an effect speaks to, in one spelling.

use countersign_model::{Effect, Place, Resource, host_alone, is_this_machine, registry_of_image, verbs};

use crate::request;

/// The hosts of registries that are called by a name of their own.
const REGISTRIES: &[(&str, &str)] = &[
    ("go", "proxy.golang.org"),
    ("hex", "hex.pm"),
    ("maven", "repo.maven.apache.org"),
    ("npm", "registry.npmjs.org"),
    ("nuget", "api.nuget.org"),
    ("powershell gallery", "www.powershellgallery.com"),
    ("pub", "pub.dev"),
    ("pypi", "pypi.org"),
    ("rubygems", "rubygems.org"),
    ("testpypi", "test.pypi.org"),
];

/// The interfaces of clouds.
const CLOUDS: &[(&str, &str)] =
    &[("aws", "amazonaws.com"), ("azure", "management.azure.com"), ("gcp", "googleapis.com")];

/// The hosts; none where the effect stays on this machine, and `*` where it is not known which other one it speaks to.
pub(super) fn of(effect: &Effect) -> Vec<String> {
    let mut hosts: Vec<String> = named(effect).into_iter().chain(effect.speaks_to.iter().cloned()).collect();
    for host in &mut hosts {
        *host = plain(host);
    }
    hosts.retain(|host| !is_this_machine(host));
    hosts.sort();
    hosts.dedup();
    hosts
}

/// The host that the resource names.
fn named(effect: &Effect) -> Option<String> {
    let resource = &effect.resource;
    Some(match resource {
        Resource::Host { host, .. } => host_alone(host).to_owned(),
        Resource::Ref { repository, .. } | Resource::Repository { repository } => {
            repository.remote.as_ref()?;
            let address = request::address(repository);
            // A repository on this machine is named by its path.
            let host = address.split('/').next();
            host.filter(|host| !host.is_empty() && !host.starts_with(['.', '~']))?.to_owned()
        }
        Resource::PullRequest { repository, .. } | Resource::Forge { repository, .. } => {
            repository.host.clone()
        }
        Resource::Database { host, .. } if resource.place() == Place::Remote => host.clone(),
        Resource::Package { registry, .. } => {
            let known = REGISTRIES.iter().find(|(name, _)| name == registry);
            match known {
                // A registry by its name is where its client usually asks: what the client is told counts more.
                Some(_) if !effect.speaks_to.is_empty() => return None,
                Some((_, host)) => (*host).to_owned(),
                None => registry.clone(),
            }
        }
        // An engine on another machine.
        Resource::Container { host: Some(host), .. } => host.clone(),
        // An image that is not there is pulled.
        Resource::Container { object, name, .. }
            if object == "image" && effect.verb == verbs::CONTAINER_RUN =>
        {
            registry_of_image(name).0.to_owned()
        }
        // A context and a platform say no more than a name.
        Resource::Cluster { context, .. } if resource.place() == Place::Remote => match of_address(context) {
            Some(host) => host,
            None if effect.speaks_to.is_empty() => "*".to_owned(),
            None => return None,
        },
        Resource::App { .. } if effect.speaks_to.is_empty() => "*".to_owned(),
        Resource::Cloud { provider, account, service, .. } if resource.place() == Place::Remote => {
            let own = CLOUDS.iter().find(|(name, _)| name == provider);
            match own {
                // An endpoint that is given in place of the provider's own.
                _ if account.contains(['.', ':']) && !account.contains(' ') => account.clone(),
                Some((_, host))
                    if provider != "azure" && service.bytes().all(|byte| byte.is_ascii_alphanumeric()) =>
                {
                    format!("{service}.{host}")
                }
                Some((_, host)) => (*host).to_owned(),
                None => "*".to_owned(),
            }
        }
        Resource::Secret { store, .. } => of_address(store.split(' ').next_back()?)?,
        _ => return None,
    })
}

/// The host of an address with a scheme.
fn of_address(address: &str) -> Option<String> {
    let (_, rest) = address.split_once("://")?;
    let authority = rest.split('/').next().unwrap_or(rest);
    Some(authority.rsplit('@').next().unwrap_or(authority).to_owned())
}

/// A pattern of a task in the same spelling.
pub(super) fn pattern(written: &str) -> String {
    match written.strip_prefix('!') {
        Some(exception) => format!("!{}", plain(exception)),
        None => plain(written),
    }
}

/// Lower case, without port, brackets and the dot of a full name.
fn plain(host: &str) -> String {
    let host = match host.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or(bracketed),
        // More colons than one are those of an address.
        None => match host.split_once(':') {
            Some((name, port)) if !port.contains(':') => name,
            Some(_) | None => host,
        },
    };
    host.trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use countersign_model::ForgeRepository;

    use super::*;

    fn spoken_to(effect: &Effect) -> String {
        let hosts = of(effect);
        if hosts.is_empty() { "nobody".to_owned() } else { hosts.join(" ") }
    }

    #[test]
    fn one_spelling_of_each() {
        for (written, meant) in [
            ("API.Example.", "api.example"),
            ("api.example:8443", "api.example"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
            ("[::1]:80", "nobody"),
            ("::1", "nobody"),
            ("localhost.", "nobody"),
            ("*", "*"),
        ] {
            let resource = Resource::Host { host: written.to_owned(), url: None };
            assert_eq!(spoken_to(&Effect::new(verbs::NET_READ, resource)), meant, "{written}");
        }
        assert_eq!(pattern("!*.Example.:443"), "!*.example");
    }

    #[test]
    fn images_packages_and_forges_have_hosts() {
        let image = |verb, name: &str| {
            let (host, object) = (None, "image".to_owned());
            spoken_to(&Effect::new(verb, Resource::Container { host, object, name: name.to_owned() }))
        };
        assert_eq!(image(verbs::CONTAINER_RUN, "ghcr.io/acme/app:1"), "ghcr.io");
        assert_eq!(image(verbs::CONTAINER_RUN, "registry.acme.example:5000/app"), "registry.acme.example");
        assert_eq!(image(verbs::CONTAINER_RUN, "acme/app"), "docker.io");
        assert_eq!(image(verbs::CONTAINER_RUN, "localhost:5000/app"), "nobody");
        assert_eq!(image(verbs::CONTAINER_RUN, "*"), "*");
        // To tag or to build asks no registry by this name.
        assert_eq!(image(verbs::CONTAINER_WRITE, "ghcr.io/acme/app:1"), "nobody");
        let package = |registry: &str| {
            let resource = Resource::Package { registry: registry.to_owned(), name: "*".to_owned() };
            spoken_to(&Effect::new(verbs::PACKAGE_READ, resource))
        };
        assert_eq!(
            ["npm", "crates.io", "Npm.Acme.example:443"].map(package),
            ["registry.npmjs.org", "crates.io", "npm.acme.example"]
        );
        // What its client is told counts before where it usually asks.
        let resource = Resource::Package { registry: "npm".to_owned(), name: "*".to_owned() };
        let mut told = Effect::new(verbs::PACKAGE_READ, resource);
        told.speaks(&["NPM.Acme.example".to_owned()]);
        assert_eq!(spoken_to(&told), "npm.acme.example");
        let repository = ForgeRepository { host: "GitHub.com".to_owned(), name: "acme/shop".to_owned() };
        let resource =
            Resource::PullRequest { repository, number: None, base: None, head: None, commit: None };
        assert_eq!(spoken_to(&Effect::new(verbs::FORGE_PULL_REQUEST, resource)), "github.com");
    }

    #[test]
    fn engines_clusters_and_clouds_have_hosts() {
        let engine = |host: Option<&str>| {
            let host = host.map(str::to_owned);
            let resource = Resource::Container { host, object: "container".to_owned(), name: "*".to_owned() };
            spoken_to(&Effect::new(verbs::CONTAINER_READ, resource))
        };
        assert_eq!([Some("docker.acme.example"), None].map(engine), ["docker.acme.example", "nobody"]);
        let cluster = |context: &str| {
            let (object, name) = ("pod".to_owned(), "*".to_owned());
            Effect::new(
                verbs::KUBE_READ,
                Resource::Cluster { context: context.to_owned(), namespace: None, object, name },
            )
        };
        assert_eq!(
            ["https://kube.acme.example:6443", "prod", "*", "minikube"].map(|name| spoken_to(&cluster(name))),
            ["kube.acme.example", "*", "*", "nobody"]
        );
        let mut stays = cluster("*");
        stays.speaks(&["localhost".to_owned()]);
        assert_eq!(spoken_to(&stays), "nobody");
        let cloud = |provider: &str, account: &str, service: &str| {
            let (provider, account, service) = (provider.to_owned(), account.to_owned(), service.to_owned());
            let resource = Resource::Cloud { provider, account, region: None, service, name: "*".to_owned() };
            spoken_to(&Effect::new(verbs::CLOUD_READ, resource))
        };
        assert_eq!(cloud("aws", "prod", "s3"), "s3.amazonaws.com");
        assert_eq!(cloud("gcp", "*", "compute"), "compute.googleapis.com");
        assert_eq!(cloud("azure", "*", "vm"), "management.azure.com");
        assert_eq!(cloud("aws", "s3.acme.example", "s3"), "s3.acme.example");
        assert_eq!(cloud("aws", "localhost:4566", "s3"), "nobody");
        assert_eq!(cloud("hcloud", "*", "server"), "*");
    }
}

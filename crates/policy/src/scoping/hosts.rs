//! The other machine that an effect speaks to, in one spelling.

use countersign_model::{Effect, Place, Resource, host_alone, is_this_machine, registry_of_image, verbs};

use crate::request;

/// The hosts of registries that are called by a name of their own.
const REGISTRIES: &[(&str, &str)] = &[
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

/// The host; none where the effect stays on this machine, or nothing tells where it goes.
pub(super) fn of(effect: &Effect) -> Option<String> {
    let resource = &effect.resource;
    let written = match resource {
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
            known.map_or_else(|| registry.clone(), |(_, host)| (*host).to_owned())
        }
        // An image that is not there is pulled.
        Resource::Container { object, name, .. }
            if object == "image" && effect.verb == verbs::CONTAINER_RUN =>
        {
            registry_of_image(name).0.to_owned()
        }
        _ => return None,
    };
    let host = plain(&written);
    (!is_this_machine(&host)).then_some(host)
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
        of(effect).unwrap_or_else(|| "nobody".to_owned())
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
        let repository = ForgeRepository { host: "GitHub.com".to_owned(), name: "acme/shop".to_owned() };
        let resource =
            Resource::PullRequest { repository, number: None, base: None, head: None, commit: None };
        assert_eq!(spoken_to(&Effect::new(verbs::FORGE_PULL_REQUEST, resource)), "github.com");
    }
}

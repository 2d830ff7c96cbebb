//! Addresses of remotes: without credentials, and which repository of which forge they mean.

use std::net::{Ipv4Addr, Ipv6Addr};

use countersign_model::ForgeRepository;
use countersign_model::remote_address::{carrier, unclear};

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

/// The address of a git remote without what may be a login, wherever it stands.
pub(crate) fn of_remote(address: &str) -> String {
    if let Some((carrier, rest)) = carrier(address) {
        let is_address = rest.contains("://") && !rest.contains(char::is_whitespace);
        return format!("{carrier}::{}", if is_address { of_remote(rest) } else { "…".to_owned() });
    }
    let plain = unclear(address).unwrap_or_else(|| without_credentials(address));
    let Some((scheme, rest)) = plain.split_once("://") else { return plain };
    let (authority, path) = rest.split_once('/').map_or((rest, None), |(authority, path)| (authority, Some(path)));
    // What is no port may be a password whose host is gone.
    match authority.rsplit_once(':').filter(|(_, port)| !port.ends_with(']') && !port.bytes().all(|byte| byte.is_ascii_digit())) {
        Some((host, _)) => path.map_or_else(|| format!("{scheme}://{host}"), |path| format!("{scheme}://{host}/{path}")),
        None => plain,
    }
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
mod tests;

//! Names and addresses of hosts.

use std::net::{IpAddr, Ipv4Addr};

/// Whether a host's name or address is this machine's own.
pub fn is_this_machine(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let name = host.to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The spelling that everybody uses for a host's name or address, where it is another one: in lower case, without the dot
/// of a full name, an address in its four parts (`0xa000005` and `10.5` are `10.0.0.5`, as resolvers have it).
pub fn one_spelling(host: &str) -> Option<String> {
    // A file's path, a variable, or what could be any.
    if host.starts_with(['/', '$', '*']) {
        return None;
    }
    let alone = host_alone(host);
    let bare = alone.strip_prefix('[').and_then(|inside| inside.strip_suffix(']')).unwrap_or(alone);
    let name = bare.trim_end_matches('.').to_ascii_lowercase();
    let address = name.parse::<IpAddr>().ok().map(|address| address.to_canonical()).or_else(|| parts(&name));
    let usual = address.map_or(name, |address| address.to_string());
    (usual != alone).then(|| format!("{usual}{}", &host[alone.len()..]))
}

/// An IPv4 address in the parts and bases that `inet_aton` takes.
fn parts(name: &str) -> Option<IpAddr> {
    let parts: Vec<u32> = name.split('.').map(number).collect::<Option<_>>()?;
    let (last, first) = parts.split_last()?;
    let bits = 8 * (4 - u32::try_from(first.len()).ok().filter(|count| *count < 4)?);
    // A small number alone is a port: `0.0.x.x` is no machine.
    let is_port = first.is_empty() && *last <= u32::from(u16::MAX);
    if is_port || u64::from(*last) >= 1 << bits || first.iter().any(|part| *part > 255) {
        return None;
    }
    let high = first.iter().enumerate().map(|(index, part)| part << (24 - 8 * index));
    Some(Ipv4Addr::from_bits(high.sum::<u32>() | last).into())
}

/// A number in C's notation: `0x` is of base 16, a leading zero of base 8.
fn number(text: &str) -> Option<u32> {
    let (digits, radix) = match (text.strip_prefix("0x"), text.strip_prefix('0')) {
        (Some(digits), _) => (digits, 16),
        (None, Some(digits)) if !digits.is_empty() => (digits, 8),
        (None, _) => (text, 10),
    };
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    u32::from_str_radix(digits, radix).ok().filter(|_| is_plain)
}

/// A host's own name or address, without what an inventory says of it: `10.0.0.7 (db1, production of hosts.ini)`.
pub fn host_alone(host: &str) -> &str {
    host.split_once(" (").map_or(host, |(own, _)| own)
}

/// The names that an inventory has for a host, and the groups it is in.
pub fn host_groups(host: &str) -> impl Iterator<Item = &str> {
    let said = host.split_once(" (").map_or("", |(_, said)| said.trim_end_matches(')'));
    let groups = said.rsplit_once("of ").map_or(said, |(groups, _)| groups);
    groups.split(", ").map(str::trim).filter(|group| !group.is_empty())
}

/// Whether an address with a port is this machine's own, such as `localhost:4566`, where an emulator of a cloud is.
pub fn is_endpoint_of_this_machine(address: &str) -> bool {
    address.rsplit_once(':').is_some_and(|(host, port)| {
        !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) && is_this_machine(host)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_of_each() {
        for (written, usual) in [
            ("Evil.Example.", "evil.example"),
            ("10.5", "10.0.0.5"),
            ("0xa000005", "10.0.0.5"),
            ("167772165", "10.0.0.5"),
            ("012.0.0.5", "10.0.0.5"),
            ("10.0.0.5.", "10.0.0.5"),
            ("[2001:DB8:0::1]", "2001:db8::1"),
            ("::ffff:10.0.0.5", "10.0.0.5"),
            ("DB1 (Web, production of hosts.ini)", "db1 (Web, production of hosts.ini)"),
        ] {
            assert_eq!(one_spelling(written).as_deref(), Some(usual), "{written}");
        }
        let usual = [
            "api.example",
            "10.0.0.5",
            "::1",
            "*",
            "*.Example",
            "/tmp/App.db",
            "$DB",
            "1.2.3.4.5",
            "300.1",
            "4444",
            "db (Of x)",
            "",
        ];
        for written in usual {
            assert_eq!(one_spelling(written), None, "{written}");
        }
    }
}

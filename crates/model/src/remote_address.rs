//! Addresses of git remotes in which a login cannot be told from the rest.
//!
//! What stands before the last `@` of an address may be a login, and is never shown or kept.

/// Stands for what may be a login, where nobody can tell which host is meant.
pub const UNCLEAR: &str = "…@";

/// What follows the last `@` of an address that holds one where git looks for no user, behind [`UNCLEAR`]: a password
/// with a `/`, `https:/user:password@host`, `user:password@host:path`.
///
/// None where git reads the same login as people do, and for paths. The outcome has no colon: it is no address.
pub fn unclear(address: &str) -> Option<String> {
    let address = address.trim();
    let (before, after) = address.rsplit_once('@')?;
    let (authority, path) = match address.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("file") => {
            if rest.starts_with('/') {
                return None;
            }
            ("", rest)
        }
        Some((scheme, _)) if !is_name(scheme) => ("", address),
        Some((_, rest)) => rest.split_once('/').unwrap_or((rest, "")),
        None if address.starts_with("//") && before.contains(':') => ("", address),
        None if address.starts_with(['/', '.', '~']) => return None,
        None => {
            let bracket = address.find("]:").map_or(0, |at| at + 1);
            let end = address.get(bracket..)?.find([':', '/']).map_or(address.len(), |at| bracket + at);
            (address.get(..end)?, address.get(end..)?)
        }
    };
    let is_plain =
        !path.contains('@') && !authority.contains(['?', '#', '\\']) && !authority.starts_with(UNCLEAR);
    (!is_plain).then(|| format!("{UNCLEAR}{}", after.replace([':', '\\'], "/")))
}

/// The program that carries an address, and what it is told: `ext::ssh …`.
///
/// <https://git-scm.com/docs/gitremote-helpers>
pub fn carrier(address: &str) -> Option<(&str, &str)> {
    let (carrier, rest) = address.split_once("::")?;
    let host = address.split('/').next().unwrap_or_default();
    let is_host = host.parse::<std::net::Ipv6Addr>().is_ok();
    (is_name(carrier) && !is_host).then_some((carrier, rest))
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_that_git_would_not_read_as_one() {
        for address in [
            "https://u:p/s3cr3t@h.example/x/y",
            "https:///u:s3cr3t@h.example/x/y",
            "https:/u:s3cr3t@h.example/x/y",
            "https:\\\\u:s3cr3t@h.example\\x\\y",
            "https://u:s3cr3t\\@h.example/x/y",
            "https://a@b:s3cr3t/c@h.example/x/y",
            "https://evil.example?s3cr3t@h.example/x/y",
            "file://u:s3cr3t@h.example/x/y",
            "//u:s3cr3t@h.example/x/y",
            "u:s3cr3t@h.example:x/y",
            "u:s3cr3t@h.example/x/y",
            "git@u:s3cr3t@h.example:x/y",
            "u:s3cr3t://@h.example:x/y",
            "…@h.example/x/y",
        ] {
            assert_eq!(unclear(address).as_deref(), Some("…@h.example/x/y"), "{address}");
        }
        for address in [
            "https://u:p@h.example/x",
            "https://h.example:8443/x",
            "git@h.example:x",
            "git@[::1]:x",
            "ssh://a@b@h.example/x",
            "/srv/a:b@c",
            "~/a@b",
            "file:///srv/a@b",
            "h.example/x",
        ] {
            assert_eq!(unclear(address), None, "{address}");
        }
    }

    #[test]
    fn what_carries_an_address() {
        assert_eq!(carrier("ext::ssh x"), Some(("ext", "ssh x")));
        assert_eq!(carrier("hg::https://h/x"), Some(("hg", "https://h/x")));
        assert_eq!(carrier("fd00::1/x"), None);
        assert_eq!(carrier("https://[::1]/x"), None);
    }
}

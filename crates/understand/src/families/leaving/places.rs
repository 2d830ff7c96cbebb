//! Where in a word a secret is: which host the word names, and whether that host takes it for a login.

use crate::word::Value;

/// Stands for what is not known of a word.
const GAP: char = '\u{1}';

/// Options whose value says who is asking.
const LOGINS: &[&str] =
    &["-H", "--header", "-u", "--user", "--oauth2-bearer", "--token", "--password", "-p", "-a", "--auth"];

/// Fields and settings whose value does.
const FIELDS: &[&str] = &["token=", "password=", "api_key=", "access_token=", "auth_token="];

/// The schemes of addresses that databases have.
const DATABASES: &[&str] = &[
    "postgres",
    "postgresql",
    "mysql",
    "mariadb",
    "mongodb",
    "mongodb+srv",
    "redis",
    "rediss",
    "amqp",
    "amqps",
    "clickhouse",
];

/// A word with a mark in the place of what is not known.
fn marked(value: &Value) -> String {
    match value {
        Value::Known(text) | Value::Pattern(text) => text.clone(),
        Value::Unknown { prefix, suffix, .. } => format!("{prefix}{GAP}{suffix}"),
    }
}

/// The user's part and the host's of the address in a text.
fn authority(text: &str) -> Option<(Option<&str>, &str)> {
    let (_, rest) = text.split_once("//")?;
    let end = rest.find(['/', '?', '#', ' ', '\'', '"', ')']).unwrap_or(rest.len());
    let authority = rest.get(..end)?;
    Some(match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    })
}

/// The host that a word names: by an address, before a path, or after a user; `*` where a part of it is not known.
pub(super) fn host(value: &Value) -> Option<String> {
    let text = marked(value);
    if let Some((_, host)) = authority(&text) {
        return name(host);
    }
    let text = text
        .strip_prefix('-')
        .map_or(text.as_str(), |option| option.split_once('=').map_or("", |(_, value)| value));
    if let Some((_, rest)) = text.split_once('@').filter(|(user, _)| user.contains(GAP)) {
        return name(rest.split(['/', ' ']).next()?).filter(|host| host.contains('.'));
    }
    let first = text.split(['/', ' ']).next()?;
    // A kind before the name of an image: `registry:example.com/x`.
    let first = match first.split_once(':') {
        Some((kind, host))
            if text.contains('/') && !is_domain(kind) && host.split(':').next().is_some_and(is_domain) =>
        {
            host
        }
        _ => first,
    };
    let is_first = first.len() < text.len() && !text.contains(' ');
    if first.contains(GAP) {
        // A name below a domain.
        let (_, domain) = first.rsplit_once(GAP)?;
        return is_domain(domain.strip_prefix('.')?).then(|| "*".to_owned());
    }
    if is_first && is_domain(first.split(':').next()?) { name(first) } else { None }
}

/// A host without its port.
fn name(host: &str) -> Option<String> {
    let host = host.split(':').next()?.trim_end_matches('.');
    match host {
        "" => None,
        _ if host.contains(['*', '{', '[', '$', GAP]) => Some("*".to_owned()),
        _ => Some(host.to_ascii_lowercase()),
    }
}

fn is_domain(text: &str) -> bool {
    let mut labels = 0;
    let is_named = text.split('.').all(|label| {
        labels += 1;
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    });
    is_named && labels > 1
}

/// Whether a host takes what is in a word for who is asking, rather than for data: an address, or a header.
pub(in crate::families) fn is_login(before: &str, value: &Value) -> bool {
    let text = value.text();
    let header = text.split_once(':').map_or("", |(name, _)| name).trim_start_matches("-H");
    let is_header = !header.is_empty()
        && header.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    let field =
        if text.starts_with('-') { text.split_once('=').map_or("", |(_, field)| field) } else { text };
    LOGINS.contains(&before)
        || FIELDS.contains(&field)
        || is_header
        || authority(&marked(value)).is_some()
        || LOGINS.iter().any(|option| {
            option.len() > 2 && text.strip_prefix(option).is_some_and(|rest| rest.starts_with('='))
        })
}

/// Whether what is not known is in the user's part of a database's address.
pub(super) fn is_password(value: &Value) -> bool {
    let text = marked(value);
    let scheme = text.split_once("://").map_or("", |(scheme, _)| scheme);
    let scheme = scheme.rsplit(['=', ' ', ':']).next().unwrap_or(scheme);
    let user = authority(&text).and_then(|(user, _)| user);
    DATABASES.contains(&scheme) && user.is_some_and(|user| user.contains(GAP) || !value.is_unknown())
}

//! Which names say that what they name is secret, and which values are not worth hiding.

/// Names whose values are secrets in whatever form. Compared without `_`, `-` and `.`, in lower case.
const PASSWORDS: [&str; 7] =
    ["password", "passwd", "passphrase", "pwd", "clientsecret", "secretaccesskey", "accountkey"];
/// Names whose values are secrets if they look like one.
const SECRETS: [&str; 18] = [
    "secret",
    "token",
    "apikey",
    "accesskey",
    "secretkey",
    "privatekey",
    "authkey",
    "signingkey",
    "encryptionkey",
    "masterkey",
    "sharedaccesskey",
    "credential",
    "credentials",
    "xapikey",
    "cookie",
    "sessionid",
    "authorization",
    "auth",
];
/// Names that only sound like one.
const OTHERS: [&str; 8] = [
    "nexttoken",
    "pagetoken",
    "continuationtoken",
    "nextpagetoken",
    "synctoken",
    "resumetoken",
    "oldpwd",
    "oauth",
];
/// What stands where a value would, in source text and schemas.
const WORDS: [&str; 22] = [
    "true",
    "false",
    "null",
    "none",
    "nil",
    "undefined",
    "string",
    "str",
    "bytes",
    "number",
    "boolean",
    "password",
    "secret",
    "token",
    "changeme",
    "required",
    "optional",
    "default",
    "hidden",
    "prompt",
    "redacted",
    "stdin",
];

/// How a name of a secret can end, in any case: a name without one of these is not looked at further.
const LAST: &[u8] = b"dehlnstyDEHLNSTY";

/// The longest end of a name looked at, in bytes.
pub(super) const LONGEST: usize = 64;
/// A value this long, in bytes, that nothing ends is no word of a source text.
pub(super) const LONG: usize = 128;

/// What a name says of its value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    /// It is a secret in whatever form.
    Password,
    /// It is a secret if it looks like one.
    Secret,
}

/// What this name says of its value, if it says anything.
pub(crate) fn named(name: &[u8]) -> Option<Named> {
    name.last().filter(|last| LAST.contains(last))?;
    let end = name.get(name.len().saturating_sub(LONGEST)..).unwrap_or(name);
    let lower = end.to_ascii_lowercase();
    let plain: Vec<u8> = lower.iter().copied().filter(|byte| !b"_-.".contains(byte)).collect();
    let ends = |words: &[&str]| words.iter().any(|word| plain.ends_with(word.as_bytes()));
    let pass = plain == b"pass" || [b"_pass", b"-pass", b".pass"].iter().any(|pass| lower.ends_with(*pass));
    if ends(&OTHERS) {
        None
    } else if pass || ends(&PASSWORDS) {
        Some(Named::Password)
    } else if ends(&SECRETS) {
        Some(Named::Secret)
    } else {
        None
    }
}

/// Whether a value with such a name is a secret. `literal`: it was quoted or directly assigned, so
/// it is not a name or type of source text.
pub(crate) fn is_secret(named: Named, value: &[u8], literal: bool) -> bool {
    let has = |wanted: fn(&u8) -> bool| value.iter().any(wanted);
    let looks = match named {
        Named::Password => {
            value.len() >= 4 && (literal || has(|byte| byte.is_ascii_digit() || b"!@#%^*+~?".contains(byte)))
        }
        Named::Secret => {
            let digits = value.len() >= 8 && has(u8::is_ascii_digit);
            let mixed = value.len() >= 16 && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
            (digits || (mixed && literal) || value.len() >= LONG) && !has(|byte| matches!(byte, b'(' | b' '))
        }
    };
    looks && !is_placeholder(value) && !is_path(value)
}

/// Whether this only stands for a value: a variable, a template, stars.
pub(crate) fn is_placeholder(value: &[u8]) -> bool {
    let Some(first) = value.first() else { return true };
    let formatted = value.starts_with(b"%(") || value == b"%s";
    let same = value.len() > 1 && value.iter().all(|byte| byte == first);
    starts_placeholder(*first)
        || formatted
        || same
        || WORDS.iter().any(|word| value.eq_ignore_ascii_case(word.as_bytes()))
}

/// Whether a value that begins so only stands for one.
pub(crate) const fn starts_placeholder(first: u8) -> bool {
    matches!(first, b'$' | b'{' | b'<' | b'*' | b'(')
}

/// Whether this is the path of a file, such as one that holds the secret.
pub(crate) fn is_path(value: &[u8]) -> bool {
    let rooted = [b"/".as_slice(), b"./", b"../", b"~/"].iter().any(|start| value.starts_with(start));
    rooted
        && value.split(|&byte| byte == b'/').all(|part| {
            part.len() <= 24
                && part
                    .iter()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-~".contains(byte))
        })
}

#[cfg(test)]
mod tests;

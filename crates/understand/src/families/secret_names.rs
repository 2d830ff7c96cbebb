//! Which variables are named like a secret.

mod written;

pub(crate) use written::written_secret;

/// Pieces of names that say so wherever they stand.
const PIECES: &[&str] = &[
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "API_KEY",
    "APIKEY",
    "PRIVATE_KEY",
    "ACCESS_KEY",
    "CREDENTIAL",
    "CONNECTION_STRING",
    "CONNECTIONSTRING",
];

/// Keys that are no secrets, by the word before.
const OTHER_KEYS: &[&str] = &[
    "ARROW",
    "CACHE",
    "CONFIG",
    "CURRENT",
    "FIRST",
    "FOREIGN",
    "GROUP",
    "HOT",
    "ISSUE",
    "JSON",
    "LAST",
    "MAP",
    "NEXT",
    "OBJECT",
    "PARTITION",
    "PRIMARY",
    "PROJECT",
    "PUB",
    "PUBLIC",
    "REGISTRY",
    "ROW",
    "SORT",
    "TICKET",
    "UNIQUE",
    "VERIFY",
    "YAML",
];

/// Words after which a name speaks of where a secret is, or what it is called.
const ABOUT: &[&str] = &[
    "ALGORITHM",
    "CONSENT",
    "COUNT",
    "DIR",
    "DOMAIN",
    "ENABLED",
    "EVENT",
    "EXPIRES",
    "FILE",
    "FINGERPRINT",
    "HOST",
    "ID",
    "JAR",
    "LENGTH",
    "NAME",
    "PATH",
    "PORT",
    "PREFIX",
    "SERVER",
    "SIZE",
    "SOCK",
    "TYPE",
];

/// Words before `PASS`, `PAT` and `AUTH` that make them something else: a count, a pattern, a switch.
const OTHERS: &[&str] = &[
    "ALL", "BY", "CHECK", "DISABLE", "ENABLE", "EXCLUDE", "FILE", "FIRST", "GLOB", "GREP", "HAS", "INCLUDE",
    "IS", "LAST", "MATCH", "NAME", "NEEDS", "NO", "NUM", "REQUIRE", "SEARCH", "SECOND", "SKIP", "TEST",
    "TESTS", "TOTAL", "USE", "WITH",
];

/// What stores take passwords in their addresses.
const STORES: &[&str] = &[
    "AMQP",
    "BROKER",
    "CLICKHOUSE",
    "CLOUDAMQP",
    "DATABASE",
    "DB",
    "ELASTICSEARCH",
    "MONGO",
    "MONGODB",
    "MYSQL",
    "PG",
    "POSTGRES",
    "POSTGRESQL",
    "RABBITMQ",
    "REDIS",
    "VALKEY",
];

/// Variables that hold secrets by custom, whatever they are called.
const BY_CUSTOM: &[&str] = &[
    "BEARER",
    "DB_PW",
    "DOCKER_AUTH_CONFIG",
    "DSN",
    "JWT",
    "PAT",
    "PIP_EXTRA_INDEX_URL",
    "PIP_INDEX_URL",
    "SPRING_APPLICATION_JSON",
    "VCAP_SERVICES",
];

/// Whether a variable is named like a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    PIECES.iter().any(|piece| upper.contains(piece))
        || BY_CUSTOM.contains(&name)
        || name.starts_with("GIT_CONFIG_VALUE_")
        || is_address_name(name)
        || is_named_so(name)
}

/// Whether a variable is named like an address that carries its own password: it is no secret to the program
/// that is told to go there.
pub(crate) fn is_address_name(name: &str) -> bool {
    let mut words = name.rsplit('_');
    let last = words.next().unwrap_or_default();
    let before = words.next().unwrap_or_default();
    match last {
        "URL" | "URI" => STORES.contains(&before) || before == "WEBHOOK",
        "DSN" | "WEBHOOK" => !before.is_empty(),
        _ => false,
    }
}

/// Names of the environment are in capitals; `key` and `cache_key` in a loop are names of their own.
fn is_named_so(name: &str) -> bool {
    if name.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return false;
    }
    let words: Vec<&str> = name.split('_').filter(|word| !word.is_empty()).collect();
    words.iter().enumerate().any(|(at, word)| {
        let before = at.checked_sub(1).and_then(|at| words.get(at)).copied();
        let after = words.get(at + 1).copied();
        let is_last = after.is_none();
        let told = after.is_some_and(|after| ABOUT.contains(&after));
        match *word {
            "KEY" => !told && before.is_some_and(|before| !OTHER_KEYS.contains(&before)),
            "PASS" | "PAT" | "AUTH" => is_last && before.is_some_and(|before| !OTHERS.contains(&before)),
            "PWD" => matches!(before, Some("DB" | "MYSQL" | "ROOT" | "ADMIN" | "USER")),
            "COOKIE" | "COOKIES" | "WEBHOOK" => !told,
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests;

//! A secret that is written out in a text with its name: `DB_PASSWORD=…`.

use super::is_secret_name;

/// How short and how long a value may be that is taken for one.
const SHORTEST: usize = 8;
const LONGEST: usize = 512;

/// Assignments of one text that are looked at.
const MOST: usize = 200;

/// Parts of values that stand for a value.
const PLACEHOLDERS: &[&str] = &[
    "your",
    "xxx",
    "example",
    "changeme",
    "change-me",
    "placeholder",
    "dummy",
    "fake",
    "insert",
    "redacted",
    "process.env",
    "os.environ",
    "getenv",
    "secrets.",
    "...",
    "***",
    "my-",
    "test",
    "todo",
];

/// The name of the first secret that a text gives a value, if that looks like one and not like what stands for it.
pub(crate) fn written_secret(text: &str) -> Option<&str> {
    text.match_indices('=').take(MOST).find_map(|(at, _)| {
        let before = text.get(..at)?.trim_end_matches(['"', '\'']);
        let start = before
            .rfind(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'))
            .map_or(0, |place| place + 1);
        let name = before.get(start..).filter(|name| !name.is_empty() && is_secret_name(name))?;
        let rest = text.get(at + 1..)?.trim_start_matches(['"', '\'']);
        let end = rest
            .find(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | '`' | ',' | ';'))
            .unwrap_or(rest.len());
        let value = rest.get(..end)?;
        is_value(value).then_some(name)
    })
}

fn is_value(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let has = |is: fn(&u8) -> bool| value.bytes().any(|byte| is(&byte));
    (SHORTEST..=LONGEST).contains(&value.len())
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && !value.contains(['$', '<', '>', '{', '}', '(', ')', '*', '[', ']'])
        && !PLACEHOLDERS.iter().any(|part| lower.contains(part))
}

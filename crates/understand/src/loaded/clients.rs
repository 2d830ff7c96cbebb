//! Clients of databases that are handed an address which was loaded: `psql "$DATABASE_URL" -c 'select 1'`.

use countersign_model::{Certainty, Effect, PathClass, Resource, Zone, is_this_machine, verbs};

/// The commands of a text, each with what ends it. What stands in quotes ends none.
pub(super) fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut from, mut quote, mut before) = (0, None, ' ');
    for (at, letter) in text.char_indices() {
        let ends = match quote {
            Some(open) => {
                quote = quote.filter(|_| letter != open);
                false
            }
            None if matches!(letter, '"' | '\'') => {
                quote = Some(letter);
                false
            }
            None => matches!(letter, ';' | '\n') || letter == '&' && before == '&',
        };
        before = letter;
        if ends {
            let end = at + letter.len_utf8();
            parts.extend(text.get(from..end));
            from = end;
        }
    }
    parts.extend(text.get(from..).filter(|rest| !rest.is_empty()));
    parts
}

/// Whether a command is a client that is given nothing of what was loaded but an address, and written so plainly that
/// the shell puts nothing else into it.
pub(super) fn is_client(command: &str) -> bool {
    let Some(words) = words(command) else { return false };
    let mut words = words.into_iter();
    words.next().is_some_and(|program| program == "psql")
        && words.all(|word| {
            let bare = word.trim_matches('"');
            match bare.strip_prefix('$') {
                Some(name) => {
                    let inner = name.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
                    is_address(inner.unwrap_or(name))
                }
                None => word.starts_with('\'') || !word.contains('$'),
            }
        })
}

/// Whether a variable's name says that it holds an address: what a client cannot connect to, it names.
fn is_address(name: &str) -> bool {
    let is_name = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    is_name
        && ["DATABASE_URL", "DB_URL", "POSTGRES_URL", "PG_URL", "DATABASE_URI", "_DSN"]
            .iter()
            .any(|end| name.ends_with(end))
}

/// The words of a command with their quotes; none where it has more in it than words, quotes and a file to read.
fn words(command: &str) -> Option<Vec<&str>> {
    let is_bare = |letter: char| letter.is_ascii_alphanumeric() || "./_-:@=,+${}<".contains(letter);
    if command.contains(['\\', '`', '\n']) || command.contains("$(") || command.contains("<<") {
        return None;
    }
    let mut words = Vec::new();
    let mut rest = command.trim();
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '"' | '\'' => rest.get(1..)?.find(first)? + 2,
            _ => rest.find(|letter| !is_bare(letter)).unwrap_or(rest.len()),
        };
        let (word, behind) = rest.split_at_checked(end)?;
        if end == 0 || !behind.is_empty() && !behind.starts_with(' ') {
            return None;
        }
        words.push(word);
        rest = behind.trim_start();
    }
    Some(words)
}

/// Whether it is work on a database of this machine, or the reading of the project's own file for it.
pub(super) fn asks_this_machine(effect: &Effect) -> bool {
    // What is not seen may show all that was loaded.
    if effect.certainty == Certainty::Opaque {
        return false;
    }
    match &effect.resource {
        Resource::Database { host, .. } => {
            effect.verb.as_str().starts_with("db.") && (host.starts_with('/') || is_this_machine(host))
        }
        Resource::Path { zone: Zone::Workspace, class: PathClass::Ordinary, .. } => {
            effect.verb == verbs::FS_READ
        }
        _ => false,
    }
}

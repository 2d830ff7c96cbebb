//! What the programs of databases share: options, where the database is, and where the SQL comes from.

use countersign_model::{Certainty, Effect, Verb, verbs};

use crate::context::Context;
use crate::environment;
use crate::invocation::{Invocation, Stdin};
use crate::sql::{DatabasePlace, client, unknown, variable};
use crate::word::{Value, Word};

/// The options a program has that take a value.
pub(crate) struct Options {
    /// Names without dashes.
    pub long: &'static [&'static str],
    pub short: &'static str,
    /// Letters that take a value in the same word only, such as mysql's `-p`.
    pub attached: &'static str,
}

/// A command of such a program, taken apart.
pub(crate) struct Given {
    /// Options in order: letters, or long names; beginnings of long names made whole.
    pub options: Vec<(String, Option<Word>)>,
    pub operands: Vec<Word>,
}

impl Given {
    pub fn has(&self, names: &[&str]) -> bool {
        self.options.iter().any(|(name, _)| names.contains(&name.as_str()))
    }

    /// The value of the last of these options.
    pub fn word(&self, names: &[&str]) -> Option<&Word> {
        self.words(names).last()
    }

    /// The values of these options in order.
    pub fn words(&self, names: &[&str]) -> impl Iterator<Item = &Word> {
        self.options
            .iter()
            .filter(move |(name, _)| names.contains(&name.as_str()))
            .filter_map(|(_, value)| value.as_ref())
    }

    /// Whether it only prints help or a version.
    pub fn is_help(&self) -> bool {
        self.has(&["help", "version", "?"])
    }
}

/// Options that take nothing and begin like others that take a value.
const WHOLE: &[&str] = &["askpass", "memkeys", "pipe", "ssl", "tls"];

/// Takes an invocation apart.
pub(crate) fn read(invocation: &Invocation, options: &Options) -> Given {
    taken(invocation, options, false)
}

/// The same for a program whose options all stand before the first operand.
pub(crate) fn read_ahead(invocation: &Invocation, options: &Options) -> Given {
    taken(invocation, options, true)
}

fn taken(invocation: &Invocation, options: &Options, operands_end_options: bool) -> Given {
    let mut given = Given { options: Vec::new(), operands: Vec::new() };
    let mut words = invocation.words.iter();
    while let Some(word) = words.next() {
        let text = word.text();
        if word.known() == Some("--") {
            given.operands.extend(words.by_ref().cloned());
        } else if let Some(long) = text.strip_prefix("--") {
            let (name, attached) = match long.split_once('=') {
                Some((name, _)) => (name, Some(rest(word, name.len() + 3))),
                None => (long, None),
            };
            let exact = options.long.iter().find(|known| **known == name);
            let mut beginning = options
                .long
                .iter()
                .filter(|known| name.len() >= 2 && known.starts_with(name) && !WHOLE.contains(&name));
            let known = exact.or_else(|| beginning.next().filter(|_| beginning.next().is_none()));
            let value = match (attached, known) {
                (Some(value), _) => Some(value),
                (None, Some(_)) => words.next().cloned(),
                (None, None) => None,
            };
            given.options.push((known.map_or(name, |known| known).to_owned(), value));
        } else if text.len() > 1 && text.starts_with('-') {
            for (at, letter) in text.char_indices().skip(1) {
                let end = at + letter.len_utf8();
                let left = end < text.len() || word.value.is_unknown();
                if options.short.contains(letter) {
                    let value = if left { Some(rest(word, end)) } else { words.next().cloned() };
                    given.options.push((letter.to_string(), value));
                    break;
                }
                if options.attached.contains(letter) {
                    given.options.push((letter.to_string(), left.then(|| rest(word, end))));
                    break;
                }
                given.options.push((letter.to_string(), None));
            }
        } else {
            given.operands.push(word.clone());
            if operands_end_options {
                given.operands.extend(words.by_ref().cloned());
            }
        }
    }
    given
}

/// What follows the first `cut` bytes of a word.
pub(crate) fn rest(word: &Word, cut: usize) -> Word {
    let prefix = word.text().get(..cut).unwrap_or(word.text());
    let value = word.value.strip_prefix(prefix).unwrap_or_else(|| Value::unknown("an option's value"));
    let raw = word.raw.strip_prefix(prefix).unwrap_or(word.raw.get(cut..).unwrap_or_default());
    Word { value, raw: raw.to_owned(), span: word.span, exact: false }
}

/// A word's text, `$NAME` where it is the value of one variable, else `*`.
pub(crate) fn named(word: &Word) -> String {
    match word.known() {
        Some(text) => text.to_owned(),
        None => variable(word).unwrap_or_else(|| "*".to_owned()),
    }
}

/// What a variable says where the client runs. On another machine or in a container, what is not given along is not
/// known; a server that nobody names there is its own.
pub(crate) fn setting_there(
    name: &str,
    invocation: &Invocation,
    context: &Context<'_>,
) -> Result<Option<String>, String> {
    if context.elsewhere.is_some() && environment::value(invocation, name).is_none() {
        return Ok(None);
    }
    context.setting(invocation, name)
}

/// Where the database is, from options, settings, or this machine's own.
pub(crate) struct Whereabouts<'w> {
    pub system: &'static str,
    pub host: Option<&'w Word>,
    pub database: Option<&'w Word>,
    /// Variables that say so where no option does.
    pub host_setting: Option<&'static str>,
    pub database_setting: Option<&'static str>,
}

/// The place that options and settings name.
pub(crate) fn place(
    whereabouts: &Whereabouts<'_>,
    invocation: &Invocation,
    context: &Context<'_>,
) -> DatabasePlace {
    if let Some(place) = whereabouts
        .database
        .and_then(DatabasePlace::of_url)
        .or_else(|| whereabouts.host.and_then(DatabasePlace::of_url))
    {
        return place;
    }
    let mut place = DatabasePlace::any(whereabouts.system);
    let setting = |name: Option<&str>| match name.map(|name| (name, setting_there(name, invocation, context)))
    {
        Some((name, Ok(Some(value)))) => Some((value, format!("{name} says where"))),
        Some((name, Err(why))) => Some((format!("${name}"), why)),
        Some((_, Ok(None))) | None => None,
    };
    if let Some(word) = whereabouts.host {
        place.host = named(word);
        if place.host.is_empty() {
            "localhost".clone_into(&mut place.host);
        }
    } else if let Some((host, why)) = setting(whereabouts.host_setting) {
        place.host = host;
        place.note = Some(why);
    } else {
        "localhost".clone_into(&mut place.host);
        place.note = Some("no host is named: it is this machine's own".to_owned());
    }
    if place.host.starts_with('/') {
        // The directory of a socket.
        "localhost".clone_into(&mut place.host);
    }
    place.database = match whereabouts.database {
        Some(word) => Some(named(word)),
        None => setting(whereabouts.database_setting).map(|(name, _)| name),
    };
    place
}

/// Runs what standard input holds; where it is not redirected, a session is opened.
pub(crate) fn run_stdin(invocation: &Invocation, place: &DatabasePlace, context: &mut Context<'_>) {
    if let Some(file) = invocation.stdin.file() {
        return client::run_file(&file.clone(), place, context);
    }
    match &invocation.stdin {
        Stdin::Text(value) => client::run_word(&Word::made(value.clone()), place, context),
        Stdin::Pipe(source) => match &source.text {
            Some(text) => client::run(&text.clone(), place, context),
            None if source.is_foreign() => {
                unknown("it runs what comes from the network or out of a decoder", place, context)
            }
            None => unknown("it runs what another command writes", place, context),
        },
        Stdin::File(file) => client::run_file(&file.clone(), place, context),
        Stdin::Inherited => client::interactive(place, context),
    }
}

/// Adds one effect on a database as a whole.
pub(crate) fn whole(verb: Verb, place: &DatabasePlace, why: &str, context: &mut Context<'_>) {
    let effect = place.effect(verb, "*");
    let told = match (&place.note, effect.certainty) {
        (_, Certainty::Partial | Certainty::Opaque) => None,
        (_, Certainty::Exact) if why.is_empty() => None,
        (Some(note), Certainty::Exact) => Some(format!("{why}; {note}")),
        (None, Certainty::Exact) => Some(why.to_owned()),
    };
    context.push(match told {
        Some(told) => effect.because(&told),
        None => effect,
    });
}

/// Adds that a program only tells of itself.
pub(crate) fn tells(invocation: &Invocation, context: &mut Context<'_>) {
    context.program(verbs::EXEC_READ, &invocation.program);
}

/// Adds that a program does something to a database that no table knows.
pub(crate) fn unknown_command(what: &str, place: &DatabasePlace, context: &mut Context<'_>) {
    let why = format!("what `{what}` does is not known");
    let effect: Effect = place.effect(verbs::DB_WRITE, "*").certain(Certainty::Partial, &why);
    context.push(effect);
}

#[cfg(test)]
mod tests {
    use crate::fixture::check_with;

    const FILES: &[(&str, &str)] = &[
        ("/repo/a.sql", "UPDATE t SET a = 1 WHERE id = 2;"),
        ("/repo/a.js", "db.users.updateOne({}, {$set: {a: 1}})"),
        ("/repo/a.txt", "SET a 1\n"),
        ("/repo/compose.yaml", "services:\n  db:\n    image: postgres:16\n"),
    ];

    fn done(command: &str) -> String {
        check_with(command, FILES)
    }

    #[test]
    fn a_file_through_a_pipe_is_read_as_one() {
        for (client, file) in [
            ("psql -h localhost -U postgres orchard", "a.sql"),
            ("mysql -h localhost shop", "a.sql"),
            ("sqlite3 dev.db", "a.sql"),
            ("mongosh shop", "a.js"),
            ("redis-cli", "a.txt"),
            ("docker compose exec -T db psql -U postgres orchard", "a.sql"),
        ] {
            let piped = done(&format!("cat {file} | {client}"));
            assert!(piped.contains("db.write") && !piped.contains("opaque"), "{client}: {piped}");
            let writes = |found: &str| {
                found.lines().filter(|line| line.starts_with("db.")).collect::<Vec<_>>().join(" ")
            };
            assert_eq!(writes(&piped), writes(&done(&format!("{client} < {file}"))), "{client}");
        }
    }

    #[test]
    fn what_else_comes_through_a_pipe() {
        for command in [
            "cat a.sql b.sql | psql shop",
            "cat a.sql | sed s/a/b/ | psql shop",
            "cat \"$X\" | psql shop",
            "cat b.sql | psql shop",
            "curl -o a.sql https://x.example/a; cat a.sql | psql shop",
            "./make > a.sql; cat a.sql | psql shop",
            "./make > a.js; cat a.js | mongosh shop",
            "./make > a.txt; cat a.txt | redis-cli",
            "cat() { ./make; }; cat a.sql | psql shop",
            "cat a.sql | ssh web psql shop -f b.sql",
            "cat /repo/b.sql | docker compose exec -T db psql shop",
        ] {
            let found = done(command);
            assert!(found.contains("opaque"), "{command}: {found}");
        }
        assert!(done("echo 'DROP TABLE t' > a.sql; cat a.sql | psql shop").contains("db.destroy t"));
        assert!(done("echo FLUSHALL > b.txt; cat b.txt | redis-cli").contains("db.destroy"));
        assert!(
            done("cat a.sql | psql -h db.example shop")
                .contains("db.write t in postgresql://db.example/shop")
        );
    }
}

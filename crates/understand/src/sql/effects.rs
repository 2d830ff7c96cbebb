//! The door for SQL that is found somewhere: which database it goes to, and the effects it has there.

use countersign_model::{Certainty, Effect, Resource, Verb, verbs};

use super::foreign::{self, Foreign};
use super::{Dialect, Statement, host, is_read, placeholders, statements};
use crate::context::Context;
use crate::shell::variables;
use crate::word::{Value, Word};

/// Tables of one statement that get an effect of their own.
const MOST_TABLES: usize = 20;

/// The database that something is done to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DatabasePlace {
    /// Such as `postgresql`.
    pub system: String,
    /// A host, a file, or `$VARIABLE` where only the variable is known that says so; `*` where it could be any.
    pub host: String,
    /// The database's name, if known.
    pub database: Option<String>,
    /// How the place was found where nobody said it: a sentence fragment.
    pub note: Option<String>,
    /// Other databases that the session has under a name.
    pub named: Vec<(String, DatabasePlace)>,
}

impl DatabasePlace {
    /// A database of which only the system is known.
    pub fn any(system: &str) -> Self {
        Self {
            system: system.to_owned(),
            host: "*".to_owned(),
            database: None,
            note: None,
            named: Vec::new(),
        }
    }

    /// The place that an address names, never with its credentials: a URL, or what the shell's text has in its
    /// place. None where it is no URL.
    pub fn of_url(address: &Word) -> Option<Self> {
        let text = match address.known() {
            Some(text) => text,
            None => address.raw.trim_matches(['"', '\'']),
        };
        Self::of_text(text)
    }

    /// The same for a text in which variables may stand as `$NAME`.
    pub fn of_text(text: &str) -> Option<Self> {
        let text = text.strip_prefix("jdbc:").unwrap_or(text);
        let (scheme, rest) = text.split_once(':')?;
        let system = system_of(scheme)?;
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let rest = rest.split(['#', ';']).next().unwrap_or(rest);
        if system == "sqlite" || system == "duckdb" {
            let host = if rest.is_empty() { "*" } else { rest };
            return Some(Self { host: host.to_owned(), ..Self::any(system) });
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let address = authority.rsplit_once('@').map_or(authority, |(_, address)| address);
        let mut hosts = address.split(',').map(without_port);
        let first = hosts.next().unwrap_or_default();
        let host = if first.is_empty() { "localhost" } else { first };
        let several = hosts.next().is_some() || host.contains('%');
        let mut host = if several { "*".to_owned() } else { named(host) };
        // libpq takes the host of the query before the one of the address.
        for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            match key.to_ascii_lowercase().as_str() {
                "host" | "hostaddr" if value.starts_with('/') || value.starts_with("%2") => {}
                "host" | "hostaddr" if value.contains([',', '%']) => "*".clone_into(&mut host),
                "host" | "hostaddr" => host = named(value),
                "service" => host = format!("service:{}", named(value)),
                _ if key.contains('%') => "*".clone_into(&mut host),
                _ => {}
            }
        }
        let database = path.split('/').next().filter(|name| !name.is_empty()).map(named);
        Some(Self { host, database, ..Self::any(system) })
    }

    /// The place that a word names: by its address, or as `$NAME` where it is the value of one variable.
    pub fn of_word(system: &str, word: &Word) -> Self {
        if let Some(place) = Self::of_url(word) {
            return place;
        }
        Self { host: variable(word).unwrap_or_else(|| "*".to_owned()), ..Self::any(system) }
    }

    /// Whether it is a server or a file of this machine.
    pub fn is_of_this_machine(&self) -> bool {
        self.host.starts_with('/') || countersign_model::is_this_machine(&self.host)
    }

    /// The dialect that is spoken there.
    pub fn dialect(&self) -> Dialect {
        match self.system.as_str() {
            "postgresql" => Dialect::Postgres,
            "mysql" => Dialect::MySql,
            "sqlite" => Dialect::Sqlite,
            "sqlserver" => Dialect::MsSql,
            "duckdb" => Dialect::DuckDb,
            "clickhouse" => Dialect::ClickHouse,
            "snowflake" => Dialect::Snowflake,
            _ => Dialect::Generic,
        }
    }

    /// A table or the like of this database.
    pub fn object(&self, object: &str) -> Resource {
        Resource::Database {
            system: self.system.clone(),
            host: self.host.clone(),
            database: self.database.clone(),
            object: object.to_owned(),
        }
    }

    /// An effect on it: partial where the place could be any.
    pub fn effect(&self, verb: Verb, object: &str) -> Effect {
        let effect = Effect::new(verb, self.object(object));
        match &self.note {
            _ if self.host == "*" => effect.certain(Certainty::Partial, "which database it is, is not known"),
            Some(note) => effect.because(note),
            None => effect,
        }
    }
}

/// A name, or `$NAME` where it is a variable's value, or `*`.
fn named(text: &str) -> String {
    if !text.contains(['$', '`']) {
        return text.to_owned();
    }
    variable_named(text).unwrap_or_else(|| "*".to_owned())
}

/// `$NAME` where a word is the value of one variable and nothing else.
pub(crate) fn variable(word: &Word) -> Option<String> {
    let named = || variable_named(word.raw.trim_matches(['"', '\'']));
    match &word.value {
        Value::Known(_) | Value::Pattern(_) => named(),
        // What a command puts into a variable is not what the variable held before.
        Value::Unknown { why, .. } => match variables::secret_name(why) {
            Some(name) => variable_named(&format!("${name}")),
            None => named().filter(|_| variables::is_plain(why)),
        },
    }
}

fn variable_named(text: &str) -> Option<String> {
    let rest = text.strip_prefix('$')?;
    let name = rest.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(rest);
    let name = name.split(":-").next().unwrap_or(name).trim_end_matches(":?");
    let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    // The name that stands for what a build file does not say is no name.
    (plain && name != "UNKNOWN_HERE").then(|| format!("${name}"))
}

fn without_port(address: &str) -> &str {
    match address.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) || port.starts_with('$') => host,
        _ => address,
    }
}

/// The system that a URL's scheme names: `postgresql+psycopg` is PostgreSQL.
pub(crate) fn system_of(scheme: &str) -> Option<&'static str> {
    let plain = scheme.split(['+', ':']).next().unwrap_or(scheme).to_ascii_lowercase();
    Some(match plain.as_str() {
        "postgres" | "postgresql" | "cockroachdb" | "cockroach" | "redshift" | "pgx" | "pgx5" | "ecto"
        | "yugabyte" | "prisma+postgres" => "postgresql",
        "mysql" | "mariadb" | "mysql2" | "tidb" | "aurora" => "mysql",
        "sqlite" | "sqlite3" | "file" | "libsql" => "sqlite",
        "sqlserver" | "mssql" => "sqlserver",
        "mongodb" => "mongodb",
        "redis" | "rediss" | "valkey" => "redis",
        "clickhouse" => "clickhouse",
        "snowflake" => "snowflake",
        "duckdb" => "duckdb",
        "oracle" => "oracle",
        "cassandra" => "cassandra",
        _ => return None,
    })
}

/// Adds what SQL does to a database. This is the door for SQL found in code and in the arguments of tools.
pub(crate) fn effects(text: &str, place: &DatabasePlace, context: &mut Context<'_>) {
    session(text, place, context);
}

/// The same for text that code hands to a driver, which puts values in where marks for them stand.
pub(crate) fn handed(text: &str, place: &DatabasePlace, context: &mut Context<'_>) {
    session(&placeholders::as_values(text, place.dialect()), place, context);
}

/// The same in a session that goes on: what it attaches or connects to has its name afterwards, too.
pub(super) fn effects_in(text: &str, place: &mut DatabasePlace, context: &mut Context<'_>) {
    place.named = session(text, place, context);
}

/// Adds what SQL does; the databases that the session then has under a name.
fn session(text: &str, place: &DatabasePlace, context: &mut Context<'_>) -> Vec<(String, DatabasePlace)> {
    if !context.counts_text(text.len()) {
        unknown("there is too much text in nested commands", place, context);
        return place.named.clone();
    }
    let mut found = statements(text, place.dialect());
    // What else the text does may have made the function that it calls.
    let only_calls = found.iter().all(|statement| statement.is_call || is_read(&statement.verb));
    found.iter_mut().for_each(|statement| statement.is_call &= only_calls);
    let foreign = foreign::reached(text, place, context);
    // `BEGIN` and `SET` read nothing of note beside what else is done.
    let is_idle = |statement: &Statement| {
        is_read(&statement.verb) && statement.tables.is_empty() && statement.certainty == Certainty::Exact
    };
    let only_idle = found.iter().all(is_idle);
    for (index, statement) in found.iter().enumerate() {
        if !is_idle(statement) || (only_idle && index == 0) {
            push(statement, place, &foreign, context);
        }
    }
    let named = foreign::push(foreign, context);
    files(text, context);
    named
}

/// The same for a text of which a part is not known: what is known of it does at least this.
pub(crate) fn partly(
    prefix: &str,
    suffix: &str,
    why: &str,
    place: &DatabasePlace,
    context: &mut Context<'_>,
) {
    for statement in statements(&format!("{prefix} {suffix}"), place.dialect()) {
        if !is_read(&statement.verb) {
            let statement = Statement { certainty: Certainty::Partial, ..statement };
            push(&statement, place, &Foreign::default(), context);
        }
    }
    let whole = format!("{prefix}{}{suffix}", foreign::GAP);
    let foreign = foreign::reached(&whole, place, context);
    foreign::push(foreign, context);
    unknown(&format!("a part of the text is not known: {why}"), place, context);
}

/// Adds what one statement does.
fn push(statement: &Statement, place: &DatabasePlace, foreign: &Foreign, context: &mut Context<'_>) {
    if host::push(statement, place, context) {
        return;
    }
    let is_here = statement.is_call && stays_here(context);
    let effect = |object: &str, place: &DatabasePlace| {
        let effect = place.effect(statement.verb.clone(), object);
        match (&statement.because, statement.certainty) {
            (Some(because), Certainty::Partial) if is_here && place.is_of_this_machine() => {
                effect.because(because)
            }
            (Some(because), Certainty::Exact) if effect.certainty == Certainty::Exact => {
                effect.because(because)
            }
            (Some(because), Certainty::Partial | Certainty::Opaque) => {
                effect.certain(statement.certainty, because)
            }
            (None, Certainty::Partial | Certainty::Opaque) => {
                effect.certain(statement.certainty, "the statement is not wholly known")
            }
            (_, Certainty::Exact) => effect,
        }
    };
    if statement.tables.is_empty() || statement.tables.len() > MOST_TABLES {
        context.push(effect("*", place));
        return;
    }
    for table in &statement.tables {
        match foreign.owner(table, &statement.verb, place) {
            Some((owner, name, true)) => context.push(effect(name, &owner)),
            Some((owner, name, false)) => {
                context.push(effect(table, place));
                let why = "a name without a database is looked for in those that are attached, too";
                context.push(effect(name, &owner).certain(Certainty::Partial, why));
            }
            None => context.push(effect(table, place)),
        }
    }
}

/// Whether a database that is named as one of this machine surely is. What a function of it does is then no less known
/// than what a procedure or a block of code does there.
fn stays_here(context: &Context<'_>) -> bool {
    let world = &context.state.world;
    let is_here = matches!(&context.elsewhere, None | Some(Resource::Container { host: None, .. }));
    is_here && !world.forwards && world.tunnels.is_empty() && !world.opaque
}

/// Adds that text nobody knows is run as SQL.
pub(crate) fn unknown(why: &str, place: &DatabasePlace, context: &mut Context<'_>) {
    context.push(place.effect(verbs::DB_EXECUTE, "*").certain(Certainty::Opaque, why));
}

/// Files that SQL names may be files of this machine: what gives away a secret is said.
fn files(text: &str, context: &mut Context<'_>) {
    if text.contains("'/") || text.contains("'~") || text.contains("countersign") {
        crate::families::mentions(text, context);
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn a_function_of_a_database_of_this_machine_is_called() {
        for command in [
            "psql -h localhost -c 'SELECT my_function()'",
            "psql postgres://localhost/dev -c 'SELECT my_function(1), count(*) FROM t'",
            "psql -h 127.0.0.1 -d dev -c 'SELECT * FROM my_function()'",
            "mysql -h 127.0.0.1 -e 'SELECT my_function()'",
        ] {
            let found = check(command);
            assert!(found.contains("db.execute") && !found.contains("partial"), "{command}: {found}");
        }
    }

    #[test]
    fn what_a_function_does_elsewhere_or_is_known_for_stays_partial() {
        for command in [
            "psql -h db.example -c 'SELECT my_function()'",
            "psql -h $HOST -c 'SELECT my_function()'",
            "psql \"$DATABASE_URL\" -c 'SELECT my_function()'",
            "ssh db.example psql -h localhost -c \"'SELECT my_function()'\"",
            "ssh -fN -L 5432:db.example:5432 bastion; psql -h localhost -c 'SELECT my_function()'",
            "./tunnel & psql -h localhost -c 'SELECT my_function()'",
            "psql -h localhost -c \"SELECT pg_read_file('/etc/passwd')\"",
            "psql -h localhost -c 'create function f() returns int language sql as $x$ select g() $x$; select f()'",
            "psql -h localhost,db.example -c 'SELECT my_function()'",
        ] {
            let found = check(command);
            assert!(found.contains("partial") || found.contains("opaque"), "{command}: {found}");
        }
    }
}

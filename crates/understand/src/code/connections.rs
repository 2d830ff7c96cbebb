//! Databases that code connects to, where its text says so: a literal, a name given one once, or a variable of the
//! environment. SQL that the code runs is run there; of several connections it may be any, so each gets it.

mod engines;
mod imported;
mod project;

use super::tokens::{Kind, Rules};
use super::uses::{Argument, Code, Use};
use crate::context::Context;
use crate::families;
use crate::invocation::Invocation;
use crate::sql::DatabasePlace;
use crate::word::{Value, Word};

pub(super) use engines::LIBRARY;
pub(crate) use imported::migrations;
pub(super) use project::{is_driver, is_quiet};

/// Of more connections nobody says which is which.
const MOST: usize = 4;
/// How many names may stand for each other on the way to a value.
const DEEPEST: usize = 6;

/// Modules that connect to databases.
const DRIVERS: &[&str] = &[
    "MySQLdb",
    "asyncpg",
    "better-sqlite3",
    "mysql",
    "mysql2",
    "pg",
    "psycopg",
    "psycopg2",
    "pymysql",
    "sqlalchemy",
    "sqlite3",
];

/// What a function that opens a connection is given.
#[derive(Clone, Copy)]
enum Opens {
    /// The path of a file.
    File,
    /// An address, or its parts by their names.
    Server(&'static str),
    /// An address that names the system as well.
    Engine,
}

/// What a function opens, by its full name.
fn opens(path: &str) -> Option<Opens> {
    let path = path.replace(".promise", "").replace(".default", "");
    Some(match path.as_str() {
        "sqlite3.connect" | "better-sqlite3" | "sqlite3.Database" => Opens::File,
        "psycopg.connect"
        | "psycopg.Connection.connect"
        | "psycopg.AsyncConnection.connect"
        | "psycopg2.connect"
        | "asyncpg.connect"
        | "asyncpg.create_pool"
        | "pg.Client"
        | "pg.Pool" => Opens::Server("postgresql"),
        "pymysql.connect"
        | "MySQLdb.connect"
        | "mysql.connector.connect"
        | "mysql.createConnection"
        | "mysql.createPool"
        | "mysql2.createConnection"
        | "mysql2.createPool" => Opens::Server("mysql"),
        path if engines::OPEN.contains(&path) => Opens::Engine,
        _ => return None,
    })
}

/// Takes note of the databases that a text of code connects to; `all_known`: whether all that it loads is looked at,
/// so that it has no other connection; `binds`: whether a use only gives what is loaded its name.
pub(super) fn gather(
    code: &Code<'_>,
    uses: &[(Use, String)],
    all_known: bool,
    binds: impl Fn(&Use) -> bool,
    context: &mut Context<'_>,
) {
    let mut all_known = all_known;
    for (found, full) in uses {
        // Whoever is handed a driver can connect.
        let is_handed_on = DRIVERS.contains(&full.as_str()) || opens(full).is_some();
        all_known &= !is_handed_on || binds(found);
        let whole = found.by(full);
        for (path, open) in whole.called() {
            let Some(opens) = opens(path) else { continue };
            let place = match opens {
                Opens::File => file(code, open, context),
                Opens::Engine => engines::place(code, open, context),
                Opens::Server(system) => server(code, open, system, context),
            };
            notes(place, context);
        }
    }
    if !all_known && !context.connections.is_empty() {
        notes(anywhere(), context);
    }
}

fn notes(place: DatabasePlace, context: &mut Context<'_>) {
    if context.connections.contains(&place) {
        return;
    }
    if context.connections.len() >= MOST {
        context.connections = vec![anywhere()];
    } else {
        context.connections.push(place);
    }
}

/// A database of which nothing is known.
pub(super) fn anywhere() -> DatabasePlace {
    DatabasePlace {
        note: Some("which database the code is connected to is not known".to_owned()),
        ..DatabasePlace::any("sql")
    }
}

/// Looks at code that starts anew: it has no connection of what was looked at before.
pub(super) fn afresh<T>(context: &mut Context<'_>, run: impl FnOnce(&mut Context<'_>) -> T) -> T {
    let kept = std::mem::take(&mut context.connections);
    let result = run(context);
    context.connections = kept;
    result
}

/// Whether the first argument is a text that starts like SQL, or none of which anything is known.
pub(super) fn may_be_sql(arguments: &[Argument]) -> bool {
    const FIRST: &[&str] = &[
        "alter", "attach", "begin", "call", "copy", "create", "delete", "drop", "insert", "merge", "pragma",
        "replace", "select", "truncate", "update", "vacuum", "values", "with",
    ];
    let Some(value) = arguments.first().map(|argument| argument.given.value()) else { return false };
    match value.text().split(|letter: char| !letter.is_ascii_alphabetic()).find(|word| !word.is_empty()) {
        Some(first) => FIRST.iter().any(|word| first.eq_ignore_ascii_case(word)),
        None => value.is_unknown(),
    }
}

/// What stands where an address may stand.
enum Said {
    Text(String),
    /// The value of a variable that is not known.
    Variable(String),
    Unknown,
}

/// `sqlite3.connect('x.db')`
fn file(code: &Code<'_>, open: usize, context: &Context<'_>) -> DatabasePlace {
    let said = match code.ranges(open).first() {
        Some((start, end)) => {
            let named = code.is(start + 1, "=");
            address(code, if named { start + 2 } else { *start }, *end, context)
        }
        None => Said::Unknown,
    };
    match said {
        Said::Text(text) => families::database_file("sqlite", &Word::known_as(&text), context),
        Said::Variable(name) => behind("sqlite", &name),
        Said::Unknown => DatabasePlace::any("sqlite"),
    }
}

fn server(code: &Code<'_>, open: usize, system: &'static str, context: &Context<'_>) -> DatabasePlace {
    const ADDRESSES: &[&str] = &["dsn", "conninfo", "connectionString", "connection_string", "uri", "url"];
    let mut parts = code.ranges(open);
    if let Some((start, _)) = parts.first().copied().map(|(start, end)| code.followed(start, end, DEEPEST))
        && code.is(start, "{")
    {
        parts = code.ranges(start);
    }
    let (mut host, mut database) = (None, None);
    for (index, (start, end)) in parts.into_iter().enumerate() {
        let field = match code.tokens.get(start).map(|token| &token.kind) {
            Some(Kind::Name) => code.name(start),
            Some(Kind::Text(Value::Known(text))) => Some(text.as_str()),
            _ => None,
        };
        let is_field = code.is(start + 1, "=") || code.is(start + 1, ":");
        match field.filter(|_| is_field) {
            Some(name) if ADDRESSES.contains(&name) => {
                return at(address(code, start + 2, end, context), system, context);
            }
            Some("host" | "hostname" | "hostaddr" | "unix_socket" | "socketPath") => {
                host = Some(address(code, start + 2, end, context));
            }
            Some("dbname" | "database" | "db") => database = Some(address(code, start + 2, end, context)),
            Some("service" | "read_default_file" | "option_files") => return DatabasePlace::any(system),
            Some(_) => {}
            None if index == 0 => return at(address(code, start, end, context), system, context),
            // `**settings`, `...settings`
            None => return DatabasePlace::any(system),
        }
    }
    let named = |said: Said| match said {
        Said::Text(text) => text,
        Said::Variable(name) => format!("${name}"),
        Said::Unknown => "*".to_owned(),
    };
    let mut place = match host {
        Some(host) => DatabasePlace { host: named(host), ..DatabasePlace::any(system) },
        None => own(system, context),
    };
    if place.host.starts_with('/') {
        // The directory of a socket.
        "localhost".clone_into(&mut place.host);
    }
    place.database = database.map(named).or(place.database);
    place
}

/// Where an address leads.
fn at(said: Said, system: &'static str, context: &Context<'_>) -> DatabasePlace {
    match said {
        Said::Text(text) => {
            let place = crate::sql::of_connection(&text, system);
            if place.host.is_empty() {
                return DatabasePlace { database: place.database, ..own(system, context) };
            }
            place
        }
        Said::Variable(name) => behind(system, &name),
        Said::Unknown => DatabasePlace::any(system),
    }
}

/// Where a connection leads that names no host.
fn own(system: &'static str, context: &Context<'_>) -> DatabasePlace {
    let variable = if system == "postgresql" { "PGHOST" } else { "MYSQL_HOST" };
    let (host, note) = match context.setting(&process(context), variable) {
        Ok(Some(host)) if !host.starts_with('/') => (host, format!("{variable} says where")),
        Ok(_) => ("localhost".to_owned(), "no host is named: it is this machine's own".to_owned()),
        Err(why) => (format!("${variable}"), why),
    };
    let others = ["PGSERVICE", "PGHOSTADDR", "PGSERVICEFILE"];
    if system == "postgresql"
        && others.iter().any(|name| context.setting(&process(context), name) != Ok(None))
    {
        return DatabasePlace::any(system);
    }
    DatabasePlace { host, note: Some(note), ..DatabasePlace::any(system) }
}

fn behind(system: &str, name: &str) -> DatabasePlace {
    DatabasePlace {
        host: format!("${name}"),
        note: Some(format!("{name}, or a file that sets it, says where")),
        ..DatabasePlace::any(system)
    }
}

/// The process that runs the code, for what it is told by its environment.
fn process(context: &Context<'_>) -> Invocation {
    super::acts::invocation(Word::known_as("code"), Vec::new(), crate::invocation::Stdin::Inherited, context)
}

/// What stands between two indices.
fn address(code: &Code<'_>, start: usize, end: usize, context: &Context<'_>) -> Said {
    within(code, start, end, DEEPEST, context)
}

/// The same through at most so many names of other modules, and values for when a variable is not set.
fn within(code: &Code<'_>, start: usize, end: usize, most: usize, context: &Context<'_>) -> Said {
    let (start, end) = code.followed(start, end, DEEPEST);
    let Some((name, otherwise)) = variable(code, start, end) else {
        return match code.given(start, end, 0).value() {
            Value::Known(text) => Said::Text(text),
            Value::Pattern(_) | Value::Unknown { .. } => imported::said(code, start, end, most, context),
        };
    };
    if sets(code, name) {
        return Said::Unknown;
    }
    let otherwise = || match otherwise {
        Some((start, end)) if most > 0 => Some(within(code, start, end, most - 1, context)),
        Some(_) => Some(Said::Unknown),
        None => None,
    };
    of_variable(name, code.is_alone && !loads_variables(code), otherwise, context)
}

/// What a variable says. `is_plain`: nothing but what is looked at here sets it; `otherwise`: what counts where nothing
/// does.
fn of_variable(
    name: &str,
    is_plain: bool,
    otherwise: impl FnOnce() -> Option<Said>,
    context: &Context<'_>,
) -> Said {
    let variable = || Said::Variable(name.to_owned());
    match crate::environment::value(&process(context), name) {
        Some(Value::Known(text)) => Said::Text(text),
        Some(Value::Pattern(_) | Value::Unknown { .. }) => variable(),
        None if !is_plain => variable(),
        None => match (families::project_variable(name, &process(context), context), otherwise()) {
            (Ok(Some(value)), None) => Said::Text(value),
            // The file of variables may be read, or not.
            (Ok(Some(value)), Some(Said::Text(other))) if host_of(&value) == host_of(&other) => {
                Said::Text(value)
            }
            (Ok(None), Some(otherwise)) => otherwise,
            // What nothing sets leaves the driver its own place.
            (Ok(None), None) => Said::Text(String::new()),
            (Ok(Some(_)), Some(_)) | (Err(()), _) => variable(),
        },
    }
}

fn host_of(address: &str) -> Option<String> {
    DatabasePlace::of_text(address).map(|place| place.host)
}

/// Whether code may load a file of variables that is not the project's own for development.
fn loads_variables(code: &Code<'_>) -> bool {
    const OWN: &[&str] = &[".env", ".env.local", ".env.development"];
    code.tokens.iter().any(|token| match &token.kind {
        Kind::Name => token.text == "loadEnvFile",
        Kind::Text(value) => {
            value.text().contains(".env") && !OWN.contains(&value.text().trim_start_matches("./"))
        }
        Kind::Literal | Kind::Sign | Kind::Line => false,
    })
}

/// Where a value stands.
type Range = (usize, usize);

/// The variable of the environment whose value it is: `os.environ["X"]`, `process.env.X`, both with another value for
/// when it is not set.
fn variable<'c>(code: &'c Code<'_>, start: usize, end: usize) -> Option<(&'c str, Option<Range>)> {
    let mut given = None;
    let dotted = |from: usize, names: &[&str]| {
        names.iter().enumerate().all(|(index, name)| {
            code.is(from + 2 * index, name)
                && (index + 1 == names.len() || code.is(from + 2 * index + 1, "."))
        })
    };
    let (name, after) = if code.rules == Rules::Python {
        let from = if dotted(start, &["os", "environ", "get"]) {
            start + 5
        } else if dotted(start, &["os", "environ"])
            || dotted(start, &["os", "getenv"])
            || dotted(start, &["environ", "get"])
        {
            start + 3
        } else if code.is(start, "environ") || code.is(start, "getenv") {
            start + 1
        } else {
            return None;
        };
        given = code.ranges(from).get(1).copied();
        (code.text(from + 1)?, code.closer(from) + 1)
    } else if dotted(start, &["process", "env"]) && code.is(start + 3, ".") {
        (code.name(start + 4)?, start + 5)
    } else if dotted(start, &["process", "env"]) && code.is(start + 3, "[") {
        (code.text(start + 4)?, code.closer(start + 3) + 1)
    } else {
        return None;
    };
    let after = if code.is(after, "!") { after + 1 } else { after };
    let otherwise = code.is(after, "||") || code.is(after, "??") || code.is(after, "or");
    let otherwise = (otherwise && after + 1 < end).then_some((after + 1, end));
    let is_whole = after == end || otherwise.is_some();
    // Of two such values either may count.
    is_whole.then_some((name, given.filter(|_| otherwise.is_none()).or(otherwise)))
}

/// Whether code loads a file of variables that count before those that are set.
fn overrides(code: &Code<'_>) -> bool {
    (0..code.tokens.len()).any(|at| code.is(at, "override") && (code.is(at + 1, "=") || code.is(at + 1, ":")))
}

/// Whether the code itself may set a variable.
fn sets(code: &Code<'_>, name: &str) -> bool {
    overrides(code)
        || code.tokens.iter().enumerate().any(|(at, token)| {
            let is_name = match &token.kind {
                Kind::Name => token.text == name,
                Kind::Text(Value::Known(text)) => text == name,
                _ => false,
            };
            let by_call = ["setdefault", "putenv"].iter().any(|setter| code.is(at.wrapping_sub(2), setter));
            let assigns = |at: usize| ["=", "||=", "??="].iter().any(|sign| code.is(at, sign));
            // A name of the code's own that is called alike is none of the environment.
            let before = at.checked_sub(1).and_then(|before| code.tokens.get(before));
            let starts = before.is_none_or(|before| {
                before.kind == Kind::Line || ["const", "let", "var"].iter().any(|word| before.is(word))
            });
            let is_own = token.kind == Kind::Name && starts;
            is_name
                && (by_call
                    || (assigns(at + 1) && !is_own)
                    || code.is(at + 1, ":")
                    || (code.is(at + 1, "]") && assigns(at + 2)))
        })
}

#[cfg(test)]
mod tests;

//! Other servers that SQL makes its database reach: `dblink('host=..', '..')`, `CREATE SERVER`, `remote('host', ..)`,
//! `ATTACH`, `OPENQUERY`. What is done there is done there, whichever database was told to do it.
//!
//! [`reached`] finds them by the words of the text, and [`Foreign::owner`] says whose a table is. A server that the text
//! does not name in full is any server.

mod given;
mod servers;

use countersign_model::{Certainty, Effect, Resource, Verb, is_this_machine, verbs};

use super::connection;
use super::lexer::{self, Kind, Token};
use super::{DEEPEST, DatabasePlace, Dialect, LONGEST, MOST_STATEMENTS, split};
use crate::context::Context;
use crate::word::Value;

pub(super) use given::attaches_file;
use given::{arguments, attached_system, literal, plain_host};

/// Stands in a text for a part that is not known.
pub(super) const GAP: char = '\u{fffc}';

/// Databases that a session has under a name.
const MOST_NAMED: usize = 50;

const CONNECTS: &str = "another database is made to reach it";
const NOT_KNOWN: &str = "which server the SQL reaches is not said in it";
const NOT_LITERAL: &str = "the SQL that another server is given is put together as it runs";

/// What a text reaches, and whose the tables are that it names.
#[derive(Debug, Default)]
pub(super) struct Foreign {
    acts: Vec<Act>,
    /// Databases that are attached or connected under a name.
    named: Vec<(String, DatabasePlace)>,
    /// The unnamed connection of `dblink`.
    unnamed: Option<DatabasePlace>,
    /// An attached database in which a name without its own is looked for, too.
    searched: Option<DatabasePlace>,
}

/// What is done on another server.
#[derive(Debug)]
enum Act {
    Runs { sql: Option<String>, place: DatabasePlace },
    Touches { verb: Verb, object: String, place: DatabasePlace, why: &'static str },
    Host { verb: Verb, url: Option<String> },
}

impl Foreign {
    /// Whose a table is, where it is not the database's own, and what it is called there.
    pub fn owner<'n>(
        &self,
        table: &'n str,
        verb: &Verb,
        place: &DatabasePlace,
    ) -> Option<(DatabasePlace, &'n str, bool)> {
        let (first, rest) = table.split_once('.').unwrap_or(("", table));
        if let Some((_, other)) = self.named.iter().find(|(name, _)| name.eq_ignore_ascii_case(first)) {
            return Some(within(other.clone(), rest));
        }
        if place.dialect() == Dialect::MsSql && table.split('.').count() == 4 && !first.is_empty() {
            return Some(within(linked(first, place), rest));
        }
        let changes = matches!(verb.as_str(), "db.destroy" | "db.write");
        let other = self.searched.as_ref().filter(|_| first.is_empty() && changes)?;
        Some((other.clone(), table, false))
    }

    fn place(&self, name: &str) -> Option<&DatabasePlace> {
        self.named.iter().rev().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, place)| place)
    }
}

/// What a text reaches besides the database it is given to.
pub(super) fn reached(text: &str, place: &DatabasePlace, context: &Context<'_>) -> Foreign {
    let searched = place.named.last().filter(|_| place.dialect() == Dialect::Sqlite);
    let searched = searched.map(|(_, place)| place.clone());
    let mut found = Foreign { named: place.named.clone(), searched, ..Foreign::default() };
    if text.len() > LONGEST {
        return found;
    }
    let dialect = place.dialect();
    reached_by(text, place, dialect, 0, &mut found, context);
    found
}

fn reached_by(
    text: &str,
    place: &DatabasePlace,
    dialect: Dialect,
    depth: usize,
    found: &mut Foreign,
    context: &Context<'_>,
) {
    let tokens = lexer::tokens(text, dialect).tokens;
    for statement in split(&tokens, dialect).take(MOST_STATEMENTS) {
        let is = |word: &str| statement.iter().take(6).any(|token| token.is(word));
        let explained = statement.first().is_some_and(|token| token.is("EXPLAIN"));
        if explained && !is("ANALYZE") && !is("ANALYSE") {
            continue;
        }
        let mut reading = Reading { found, place, dialect, context };
        reading.words(statement);
        for (index, token) in statement.iter().enumerate() {
            if statement.get(index + 1).is_some_and(|next| next.is_symbol("(")) && token.kind != Kind::Text {
                reading.call(statement, index);
            }
        }
        // What is stored is listed as if it ran.
        let runs = |word: &str| statement.first().is_some_and(|token| token.is(word));
        let block = runs("DO") || (runs("CREATE") && (is("FUNCTION") || is("PROCEDURE")));
        for (index, token) in statement.iter().enumerate().filter(|(_, token)| token.kind == Kind::Text) {
            let before = index.checked_sub(1).and_then(|before| statement.get(before));
            let executed = depth > 0 && before.is_some_and(|before| before.is("EXECUTE"));
            if (block || executed) && depth < DEEPEST {
                reached_by(&super::blocks::body(token), place, dialect, depth + 1, found, context);
            } else if depth > 0 && token.text.contains("dblink") {
                found.acts.push(Act::Runs { sql: None, place: DatabasePlace::any(&place.system) });
            }
        }
        if found.acts.len() > MOST_STATEMENTS {
            break;
        }
    }
}

/// Adds what is done on other servers.
pub(super) fn push(found: Foreign, context: &mut Context<'_>) -> Vec<(String, DatabasePlace)> {
    for act in found.acts {
        match act {
            Act::Runs { sql: Some(sql), place } => {
                if context.enters() {
                    super::effects(&sql, &place, context);
                    context.leaves();
                }
            }
            Act::Runs { sql: None, place } => super::unknown(NOT_LITERAL, &place, context),
            Act::Touches { verb, object, place, why } => {
                let effect = place.effect(verb, &object);
                let why = if place.host == "*" { NOT_KNOWN } else { why };
                context.push(match effect.certainty {
                    Certainty::Exact => effect.because(why),
                    certainty => effect.certain(certainty, why),
                });
            }
            Act::Host { verb, url } => {
                let host = url.as_deref().and_then(|url| url.split_once("://")).map_or("*", |(_, rest)| {
                    let authority = rest.split(['/', '?', '#']).next().unwrap_or("*");
                    let address = authority.rsplit_once('@').map_or(authority, |(_, address)| address);
                    address.split(':').next().unwrap_or(address)
                });
                let host = host.to_owned();
                let effect = Effect::new(verb, Resource::Host { host, url: url.clone() });
                context.push(match url {
                    Some(_) => effect,
                    None => effect.certain(Certainty::Partial, NOT_KNOWN),
                });
            }
        }
    }
    found.named
}

/// A table of another server: SQL Server's names say the database first.
fn within(place: DatabasePlace, table: &str) -> (DatabasePlace, &str, bool) {
    match table.split_once('.') {
        Some((database, rest)) if place.dialect() == Dialect::MsSql && rest.contains('.') => {
            (DatabasePlace { database: Some(database.to_owned()), ..place }, rest, true)
        }
        _ => (place, table, true),
    }
}

/// A server that the database has under a name of its own.
fn linked(name: &str, place: &DatabasePlace) -> DatabasePlace {
    DatabasePlace { host: format!("server:{name}"), ..DatabasePlace::any(&place.system) }
}

struct Reading<'r, 'c> {
    found: &'r mut Foreign,
    place: &'r DatabasePlace,
    dialect: Dialect,
    context: &'r Context<'c>,
}

impl Reading<'_, '_> {
    fn any(&self) -> DatabasePlace {
        DatabasePlace::any(&self.place.system)
    }

    /// The place as the database's machine sees it: its own is not this one's.
    fn seen(&self, place: DatabasePlace) -> DatabasePlace {
        let own = place.host.is_empty() || place.host.starts_with('/') || is_this_machine(&place.host);
        let host = if own { self.place.host.clone() } else { place.host };
        DatabasePlace { host, note: None, ..place }
    }

    /// The place of what `dblink` is given: the name of a connection, or how to connect.
    fn connected(&self, given: Option<&str>) -> DatabasePlace {
        match given {
            Some(text) if text.contains('=') || text.contains("://") => {
                self.seen(connection::of_text(text, "postgresql"))
            }
            Some(name) => self.found.place(name).cloned().unwrap_or_else(|| self.any()),
            None => self.any(),
        }
    }

    fn names(&mut self, name: String, place: DatabasePlace) {
        if self.found.named.len() < MOST_NAMED {
            self.found.named.push((name, place));
        } else {
            // One more could be what any name stands for.
            self.touches(verbs::DB_EXECUTE, "*", self.any());
        }
    }

    fn runs(&mut self, sql: Option<String>, place: DatabasePlace) {
        self.found.acts.push(Act::Runs { sql, place });
    }

    fn touches(&mut self, verb: Verb, object: &str, place: DatabasePlace) {
        self.found.acts.push(Act::Touches { verb, object: object.to_owned(), place, why: CONNECTS });
    }

    /// A call whose name stands at `index`.
    fn call(&mut self, tokens: &[Token<'_>], index: usize) {
        let name = tokens.get(index).map_or("", |token| token.unquoted()).to_ascii_lowercase();
        let before = index.checked_sub(1).and_then(|before| tokens.get(before));
        let changes = before.is_some_and(|before| {
            before.is("FUNCTION") || (before.is_symbol("=") && tokens.iter().any(|token| token.is("ENGINE")))
        });
        let reads = if changes { verbs::DB_WRITE } else { verbs::DB_READ };
        let is_house = matches!(self.dialect, Dialect::ClickHouse | Dialect::Generic);
        let list = || arguments(tokens, index);
        match name.as_str() {
            "dblink" | "dblink_exec" | "dblink_send_query" => {
                let (_, texts, bare) = list();
                self.dblink(&texts, &bare, 0);
            }
            "dblink_open" => {
                let (_, texts, bare) = list();
                self.dblink(&texts, &bare, 1);
            }
            "dblink_connect" | "dblink_connect_u" => {
                let (count, texts, _) = list();
                let text = |index: usize| texts.get(index).and_then(Option::as_deref);
                let place = self.connected(text(count.saturating_sub(1)));
                self.touches(verbs::DB_EXECUTE, "*", place.clone());
                match text(0).filter(|_| count > 1) {
                    Some(name) => self.names(name.to_owned(), place),
                    None => self.found.unnamed = Some(place),
                }
            }
            "postgres_query" | "postgres_execute" | "mysql_query" | "mysql_execute" | "sqlite_query" => {
                let (_, texts, _) = list();
                let place = self.connected(texts.first().and_then(Option::as_deref));
                self.runs(texts.get(1).cloned().flatten(), place);
            }
            "postgres_scan" | "postgres_scan_pushdown" | "postgres_attach" | "mysql_scan" => {
                let (_, texts, _) = list();
                let system = if name == "mysql_scan" { "mysql" } else { "postgresql" };
                let given = texts.first().cloned().flatten();
                let place = given.map_or_else(
                    || DatabasePlace::any(system),
                    |text| self.seen(connection::of_text(&text, system)),
                );
                self.touches(verbs::DB_READ, texts.get(2).and_then(Option::as_deref).unwrap_or("*"), place);
            }
            "remote" | "remotesecure" | "postgresql" | "mysql" | "mongodb" | "redis" if is_house => {
                let (_, texts, _) = list();
                let system = if name.starts_with("remote") { "clickhouse" } else { name.as_str() };
                let text = |index: usize| texts.get(index).and_then(Option::as_deref);
                let host = text(0).and_then(plain_host);
                let place =
                    DatabasePlace { host: host.unwrap_or("*").to_owned(), ..DatabasePlace::any(system) };
                let (database, table) = match (text(1), text(2)) {
                    (Some(whole), table) => match whole.split_once('.') {
                        Some((database, table)) => (Some(database), table),
                        None => (Some(whole), table.unwrap_or("*")),
                    },
                    (None, _) => (None, "*"),
                };
                let place = DatabasePlace { database: database.map(str::to_owned), ..self.seen(place) };
                self.touches(reads, table, place);
            }
            "url" | "s3" | "gcs" | "hdfs" | "azureblobstorage" | "deltalake" | "iceberg" | "hudi"
            | "urlcluster" | "s3cluster"
                if self.dialect == Dialect::ClickHouse =>
            {
                let (_, texts, _) = list();
                let url = texts.into_iter().flatten().find(|text| text.contains("://"));
                let verb = if changes { verbs::NET_UPLOAD } else { verbs::NET_READ };
                self.found.acts.push(Act::Host { verb, url });
            }
            "openquery" => {
                let (_, texts, bare) = list();
                let name = bare.first().copied().unwrap_or("*");
                let place = self.found.place(name).cloned().unwrap_or_else(|| linked(name, self.place));
                self.runs(texts.get(1).cloned().flatten(), place);
            }
            "opendatasource" => {
                let (_, texts, _) = list();
                let place = self.seen(connection::of_source(texts.get(1).and_then(Option::as_deref)));
                self.touches(verbs::DB_EXECUTE, "*", place);
            }
            "openrowset" if !tokens.get(index + 2).is_some_and(|token| token.is("BULK")) => {
                let (count, texts, _) = list();
                let place = self.seen(connection::of_source(texts.get(1).and_then(Option::as_deref)));
                self.runs(texts.get(count.saturating_sub(1)).cloned().flatten().filter(|_| count > 2), place);
            }
            "external_query" => {
                let (_, texts, _) = list();
                let name = texts.first().cloned().flatten();
                let host = name.map_or_else(|| "*".to_owned(), |name| format!("connection:{name}"));
                self.runs(
                    texts.get(1).cloned().flatten(),
                    DatabasePlace { host, ..DatabasePlace::any("sql") },
                );
            }
            "exec" | "execute" if self.dialect == Dialect::MsSql => {
                let (_, texts, _) = list();
                let at = tokens.iter().skip(index).position(|token| token.is("AT"));
                let place = match at.and_then(|at| tokens.get(index + at + 1)) {
                    Some(name) => {
                        let name = name.unquoted();
                        self.found.place(name).cloned().unwrap_or_else(|| linked(name, self.place))
                    }
                    None => self.place.clone(),
                };
                self.runs(texts.first().cloned().flatten(), place);
            }
            _ => {}
        }
    }

    /// `[connection,] [cursor,] statement [, fail]`.
    fn dblink(&mut self, texts: &[Option<String>], bare: &[&str], cursors: usize) {
        let flag =
            bare.last().is_some_and(|last| ["true", "false"].iter().any(|f| last.eq_ignore_ascii_case(f)));
        let count = texts.len().saturating_sub(usize::from(flag));
        let sql = texts.get(count.saturating_sub(1)).cloned().flatten();
        let place = if count > cursors + 1 {
            self.connected(texts.first().and_then(Option::as_deref))
        } else {
            self.found.unnamed.clone().unwrap_or_else(|| self.any())
        };
        self.runs(sql, place);
    }

    /// Statements that name another server by their keywords.
    fn words(&mut self, tokens: &[Token<'_>]) {
        let is = |index: usize, word: &str| tokens.get(index).is_some_and(|token| token.is(word));
        let defines = is(0, "CREATE") || is(0, "ALTER");
        let position = |word: &str| tokens.iter().position(|token| token.is(word));
        let connection = tokens.iter().enumerate().position(|(at, token)| {
            let says = |next: &Token<'_>| {
                next.kind == Kind::Text || (next.is_symbol("=") && self.dialect == Dialect::MySql)
            };
            token.is("CONNECTION") && tokens.get(at + 1).is_some_and(says)
        });
        if is(0, "ATTACH") {
            self.attached(tokens);
        } else if is(0, "USE") {
            let name = tokens.get(1).map_or("", |token| token.unquoted());
            let place = self.found.place(name).cloned();
            self.found.searched = place.or_else(|| self.found.searched.take());
        } else if defines && is(1, "SERVER") {
            self.server(tokens);
        } else if (defines || is(0, "IMPORT")) && position("FOREIGN").is_some_and(|at| at < 3) {
            if let Some(name) = position("SERVER").and_then(|at| tokens.get(at + 1)) {
                let name = name.unquoted();
                let place = self.found.place(name).cloned().unwrap_or_else(|| linked(name, self.place));
                self.touches(verbs::DB_EXECUTE, "*", place);
            }
        } else if let Some(at) = connection.filter(|_| defines) {
            let mut after = tokens.iter().skip(at + 1).skip_while(|token| token.is_symbol("="));
            let text = after.next().map(std::slice::from_ref).and_then(literal);
            let place = match text {
                Some(text) if text.contains('=') || text.contains("://") => {
                    self.seen(connection::of_text(&text, &self.place.system))
                }
                Some(name) => {
                    let name = name.split('/').next().unwrap_or_default();
                    self.found.place(name).cloned().unwrap_or_else(|| linked(name, self.place))
                }
                None => self.any(),
            };
            self.touches(verbs::DB_EXECUTE, "*", place);
        } else if is(0, "CREATE") && position("DICTIONARY").is_some() && self.dialect == Dialect::ClickHouse {
            let at = position("HOST").and_then(|at| tokens.get(at + 1));
            if let Some(text) = at.filter(|token| token.kind == Kind::Text) {
                let host = literal(std::slice::from_ref(text)).unwrap_or_else(|| "*".to_owned());
                let place = self.seen(DatabasePlace { host, ..DatabasePlace::any("sql") });
                self.touches(verbs::DB_READ, "*", place);
            }
        } else if is(0, "CHANGE") {
            let at = position("MASTER_HOST").or_else(|| position("SOURCE_HOST"));
            if let Some(at) = at {
                let text = tokens.get(at + 2).map(std::slice::from_ref).and_then(literal);
                let host = text.unwrap_or_else(|| "*".to_owned());
                let place = self.seen(DatabasePlace { host, ..self.any() });
                self.touches(verbs::DB_READ, "*", place);
            }
        } else if (is(0, "EXEC") || is(0, "EXECUTE"))
            && tokens.iter().take(6).any(|token| token.unquoted().eq_ignore_ascii_case("sp_addlinkedserver"))
        {
            self.linked_server(tokens);
        }
    }

    /// `ATTACH 'file or address' AS name (TYPE ..)`.
    fn attached(&mut self, tokens: &[Token<'_>]) {
        let file = tokens.iter().find(|token| token.kind == Kind::Text);
        let text = file.map(std::slice::from_ref).and_then(literal);
        let name = tokens
            .iter()
            .position(|token| token.is("AS"))
            .and_then(|at| tokens.get(at + 1))
            .map(|token| token.unquoted().to_owned());
        let Some(text) = text else {
            if let Some(name) = name {
                let any = self.any();
                self.names(name, any);
            }
            return;
        };
        let remote = attached_system(tokens, &text);
        let place = match remote {
            Some(system) => {
                let plain = text
                    .strip_prefix("postgres:")
                    .or_else(|| text.strip_prefix("mysql:"))
                    .filter(|rest| !rest.starts_with("//"))
                    .unwrap_or(&text);
                let place = if system == "motherduck" {
                    let name = plain.trim_start_matches("md:").trim_start_matches("motherduck:");
                    let database = name.split('?').next().filter(|name| !name.is_empty()).map(str::to_owned);
                    DatabasePlace { database, host: "motherduck".to_owned(), ..DatabasePlace::any("duckdb") }
                } else {
                    self.seen(connection::of_text(plain, system))
                };
                self.touches(verbs::DB_READ, "*", place.clone());
                place
            }
            None if text.is_empty() || text.contains(":memory:") => return,
            None if text.contains("://") && !text.starts_with("file:") => {
                DatabasePlace { host: text.clone(), ..self.any() }
            }
            None => {
                let path = text.trim_start_matches("file:").split('?').next().unwrap_or(&text).to_owned();
                let located = crate::paths::locate(&Value::Known(path), self.context);
                let host = if located.why.is_some() { "*".to_owned() } else { located.path };
                DatabasePlace { host, ..self.any() }
            }
        };
        // SQLite looks for a name without a database in all of them.
        if self.dialect == Dialect::Sqlite {
            self.found.searched = Some(place.clone());
        }
        let named = place.database.clone().filter(|_| remote.is_some());
        let stem =
            text.rsplit('/').next().and_then(|file| file.split('.').next()).unwrap_or(&text).to_owned();
        self.names(name.or(named).unwrap_or(stem), place);
    }
}

#[cfg(test)]
mod tests;

//! What a statement reaches outside of its database: files and programs of the machine that the database runs on.
//!
//! A database that is a file of this machine runs in the client itself: what it reaches is known by its path. The
//! server of another acts as its own user, in a directory of its own, or in a container, also where it answers at
//! `localhost`: which file or program that is, is not known, and it is never taken for work on data.

use countersign_model::{Effect, Resource, verbs};

use super::keywords::{execute, names};
use super::lexer::{Kind, Token};
use super::{DatabasePlace, Dialect, Reading, Statement, functions};
use crate::context::Context;
use crate::word::Value;

/// What of the machine is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// A file of the machine that the client runs on, whichever database it is.
    ReadsHere,
    Reads,
    Writes,
    Runs,
}

impl Reach {
    /// That, for people.
    pub const fn why(self) -> &'static str {
        match self {
            Self::ReadsHere => "it reads a file of this machine",
            Self::Reads => "it reads files of the database's machine",
            Self::Writes => "it writes files of the database's machine",
            Self::Runs => "it runs programs or code of the database's machine",
        }
    }
}

/// What is reached, and the file where that is said; none where no token was looked at for it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reached {
    pub reach: Reach,
    pub file: Option<Value>,
}

impl Statement {
    /// The same statement, which reaches the machine.
    pub(super) fn reaching(mut self, reach: Reach, file: Option<Value>) -> Self {
        self.reached = Some(Reached { reach, file });
        let why = self.because.take();
        self.partial(why.as_deref().unwrap_or(reach.why()))
    }
}

/// A statement that does no more than reach a file.
pub(super) fn file(reach: Reach, token: Option<&Token<'_>>) -> Statement {
    Statement::new(verbs::DB_EXECUTE, Vec::new()).reaching(reach, Some(literal(token)))
}

/// The text of a string, as far as all systems read it alike.
pub(super) fn literal(token: Option<&Token<'_>>) -> Value {
    match token {
        Some(token)
            if token.kind == Kind::Text && token.text.starts_with('\'') && !token.text.contains('\\') =>
        {
            Value::Known(token.unquoted().replace("''", "'"))
        }
        _ => Value::unknown("the SQL puts the file's name together"),
    }
}

/// The first argument of a call whose name stands at `index`.
pub(super) fn argument(tokens: &[Token<'_>], index: usize) -> Value {
    let ends = tokens.get(index + 3).is_some_and(|token| token.is_symbol(",") || token.is_symbol(")"));
    literal(tokens.get(index + 2).filter(|_| ends))
}

/// Adds what a statement reaches, where that is known better than by its verb; false where it is not.
pub(super) fn push(statement: &Statement, place: &DatabasePlace, context: &mut Context<'_>) -> bool {
    let is_here = matches!(place.system.as_str(), "sqlite" | "duckdb");
    let here = |reached: &&Reached| is_here || reached.reach == Reach::ReadsHere;
    let Some(Reached { reach, file }) = statement.reached.as_ref().filter(here) else { return false };
    let file = file.clone().unwrap_or_else(|| literal(None));
    let address = file.known().and_then(|text| text.split_once("://"));
    match (reach, address) {
        (Reach::Runs, _) => return false,
        (_, Some((scheme, rest))) if scheme != "file" => {
            let host =
                rest.split(['/', ':', '?']).next().filter(|host| !host.is_empty()).unwrap_or("*").to_owned();
            let verb = if *reach == Reach::Writes { verbs::NET_UPLOAD } else { verbs::NET_READ };
            let url = file.known().map(str::to_owned);
            context.push(Effect::new(verb, Resource::Host { host, url }));
        }
        (Reach::Reads | Reach::ReadsHere, _) => match file {
            Value::Known(text) if place.system == "duckdb" && text.contains(['*', '?', '[']) => {
                context.read_value(&Value::Pattern(text));
            }
            file => context.read_value(&file),
        },
        (Reach::Writes, _) => context.write_value(&file),
    }
    true
}

/// Adds the files that DuckDB reads in the place of a table: `FROM 'x.csv'`, `read_csv('x.csv')`.
pub(super) fn tables(tokens: &[Token<'_>], found: &mut Vec<Statement>) {
    const READERS: &[&str] =
        &["read_", "parquet_", "sniff_csv", "csv_scan", "glob", "st_read", "sqlite_scan", "sqlite_attach"];
    let mut inside = false;
    for (index, token) in tokens.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| tokens.get(before));
        let opens = tokens.get(index + 1).is_some_and(|next| next.is_symbol("("));
        if token.kind == Kind::Word && opens {
            let name = token.text.to_ascii_lowercase();
            inside = READERS.iter().any(|reader| name.starts_with(reader));
        } else if token.is_symbol(")") || token.is_symbol("=") {
            inside = false;
        } else if token.kind == Kind::Text {
            let named =
                before.is_some_and(|before| before.is("FROM") || before.is("JOIN") || before.is("ATTACH"));
            let listed = inside
                && before.is_some_and(|before| {
                    before.is_symbol("(") || before.is_symbol("[") || before.is_symbol(",")
                });
            if named || listed {
                found.push(file(Reach::Reads, Some(token)));
            }
        }
        if found.len() > super::MOST_STATEMENTS {
            return;
        }
    }
}

/// `COPY .. FROM` and `TO`: a file, a program, or the client.
pub(super) fn copy<'t>(
    reading: &mut Reading<'t>,
    tokens: &[Token<'t>],
    depth: usize,
    found: &mut Vec<Statement>,
) {
    let mut level = 0_usize;
    let mut direction = None;
    for (index, token) in tokens.iter().enumerate() {
        if token.is_symbol("(") {
            level += 1;
        } else if token.is_symbol(")") {
            level = level.saturating_sub(1);
        } else if level == 0 && (token.is("FROM") || token.is("TO") || token.is("INTO")) {
            direction = Some(index);
            if !token.is("INTO") {
                break;
            }
        }
    }
    if tokens.get(1).is_some_and(|token| token.is_symbol("(")) {
        let close = direction.unwrap_or(tokens.len()).saturating_sub(1).max(2);
        reading.statement(tokens.get(2..close).unwrap_or_default(), depth + 1, found);
    }
    let Some(direction) = direction else {
        found.push(Statement::opaque("`COPY` from or to where is not known"));
        return;
    };
    let is_from = tokens.get(direction).is_some_and(|token| token.is("FROM"));
    let holds_query = tokens.get(1).is_some_and(|token| token.is_symbol("("));
    let tables = if holds_query { Vec::new() } else { names(tokens.get(1..).unwrap_or_default()) };
    let target = tokens.get(direction + 1);
    let is = |word: &str| target.is_some_and(|token| token.is(word));
    let remote = target.is_some_and(|token| token.kind == Kind::Text && token.text.contains("://"));
    let verb = if is("STDOUT") {
        verbs::DB_EXPORT
    } else if is("STDIN") || (is_from && remote) {
        verbs::DB_WRITE
    } else {
        verbs::DB_EXECUTE
    };
    if holds_query && verb == verbs::DB_EXPORT {
        return;
    }
    let statement = Statement::new(verb.clone(), tables.clone());
    if is("PROGRAM") {
        let why = "it runs a program on the database's machine";
        found.push(statement.because(why).reaching(Reach::Runs, None));
    } else if verb == verbs::DB_EXECUTE {
        let reach = if is_from { Reach::Reads } else { Reach::Writes };
        found.push(statement.reaching(reach, Some(literal(target))));
        if reading.dialect == Dialect::DuckDb && !tables.is_empty() {
            found.push(Statement::new(if is_from { verbs::DB_WRITE } else { verbs::DB_EXPORT }, tables));
        }
    } else {
        found.push(statement);
    }
}

/// A procedure that is run; some run programs.
pub(super) fn procedure(tokens: &[Token<'_>]) -> Statement {
    let tables = names(tokens.get(1..).unwrap_or_default());
    let name = tables.first().map_or_else(String::new, |name| name.to_ascii_lowercase());
    let statement = Statement { tables, ..execute("it runs a procedure") };
    let switches = |token: &Token<'_>| {
        let text = token.unquoted().to_ascii_lowercase();
        token.kind == Kind::Text
            && ["xp_cmdshell", "ole automation", "external scripts", "clr "]
                .iter()
                .any(|part| text.contains(part))
    };
    match functions::dangerous(&name).and_then(|danger| danger.reach) {
        Some(reach) => statement.because(&format!("`{name}`: {}", reach.why())).reaching(reach, None),
        None if name.ends_with("sp_configure") && tokens.iter().any(switches) => {
            statement.because("it lets the database run programs of its machine").reaching(Reach::Runs, None)
        }
        None => statement,
    }
}

/// Whether a role is one whose members run programs of PostgreSQL's machine, or reach its files.
pub(super) fn lets_reach(token: &Token<'_>) -> bool {
    ["pg_execute_server_program", "pg_read_server_files", "pg_write_server_files"]
        .iter()
        .any(|name| token.kind != Kind::Text && token.unquoted().eq_ignore_ascii_case(name))
}

/// Extensions of DuckDB that its makers build, sign and load without being asked.
const SHIPPED: &[&str] = &[
    "autocomplete",
    "avro",
    "aws",
    "azure",
    "core_functions",
    "delta",
    "ducklake",
    "encodings",
    "excel",
    "fts",
    "httpfs",
    "iceberg",
    "icu",
    "inet",
    "jemalloc",
    "json",
    "motherduck",
    "mysql",
    "mysql_scanner",
    "parquet",
    "postgres",
    "postgres_scanner",
    "spatial",
    "sqlite",
    "sqlite_scanner",
    "tpcds",
    "tpch",
    "ui",
    "vss",
];

/// Whether `INSTALL x` and `LOAD x` name one of these, from nowhere else.
pub(super) fn is_shipped(tokens: &[Token<'_>]) -> bool {
    match tokens {
        [_, name] => SHIPPED.contains(&name.unquoted().to_ascii_lowercase().as_str()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_because};

    #[test]
    fn servers_that_run_and_read_what_is_on_their_machine() {
        assert_snapshot!(check_because("psql -h localhost -c \"COPY t FROM PROGRAM 'ls'\""), @"db.execute t in postgresql://localhost, execute, partial: it runs a program on the database's machine");
        assert_snapshot!(check_because("psql -c \"select pg_read_file('/etc/passwd')\""), @"db.execute pg_read_file in postgresql://localhost, execute, partial: `pg_read_file`: it reads files of the database's machine");
        assert_snapshot!(check("psql -c \"select lo_export(1, '/tmp/x')\""), @"db.execute lo_export in postgresql://localhost, execute, partial");
        assert_snapshot!(check("psql -c \"COPY t TO '/tmp/x'\""), @"db.execute t in postgresql://localhost, execute, partial");
        assert_snapshot!(check("psql -c 'grant pg_execute_server_program to a'"), @"db.privilege * in postgresql://localhost, write, partial");
        assert_snapshot!(check("psql -c \"alter system set archive_command = 'x'\""), @"
        db.privilege * in postgresql://localhost, write
        db.execute * in postgresql://localhost, execute, partial
        ");
        assert_snapshot!(check("psql -c 'create extension plpython3u'"), @"db.execute plpython3u in postgresql://localhost, execute, partial");
        assert_snapshot!(check("psql -c \"create function f() returns int language plpython3u as 'x'\""), @"db.execute f in postgresql://localhost, execute, partial");
        assert_snapshot!(check("psql -c \"load '/tmp/x.so'\""), @"db.execute * in postgresql://localhost, execute, partial");
        assert_snapshot!(check("mysql -e \"select 1 into outfile '/tmp/x'\""), @"
        db.write * in mysql://localhost, write, opaque
        db.execute * in mysql://localhost, execute, partial
        ");
        assert_snapshot!(check("mysql -e \"select LOAD_FILE('/etc/passwd')\""), @"db.execute LOAD_FILE in mysql://localhost, execute, partial");
        assert_snapshot!(check("mysql -e \"load data infile '/etc/passwd' into table t\""), @"db.execute t in mysql://localhost, execute, partial");
        assert_snapshot!(check("sqlcmd -S localhost -Q \"exec xp_cmdshell 'dir'\""), @"db.execute xp_cmdshell in sqlserver://localhost, execute, partial");
        assert_snapshot!(check("sqlcmd -S localhost -Q \"exec sp_configure 'xp_cmdshell', 1\""), @"db.execute sp_configure in sqlserver://localhost, execute, partial");
    }

    #[test]
    fn work_on_data_is_no_more_than_that() {
        assert_snapshot!(check("psql -c 'COPY t TO STDOUT'"), @"db.export t in postgresql://localhost, read");
        assert_snapshot!(check("psql -c \"\\copy t from 'x.csv'\""), @"
        db.write t in postgresql://localhost, write
        fs.read /repo/x.csv, read
        ");
        assert_snapshot!(check("psql -c 'call refresh()'"), @"db.execute refresh in postgresql://localhost, execute");
        assert_snapshot!(check("psql -c 'do $$ begin perform 1; end $$'"), @"db.execute * in postgresql://localhost, execute");
        assert_snapshot!(check("psql -c 'create extension pgcrypto'"), @"db.schema pgcrypto in postgresql://localhost, write");
        assert_snapshot!(check("psql -c 'grant select on t to a'"), @"db.privilege t in postgresql://localhost, write");
        assert_snapshot!(check("psql -c \"select 'pg_read_file', 'xp_cmdshell'\""), @"db.read * in postgresql://localhost, read");
        assert_snapshot!(check("mysql -e \"load data local infile 'x.csv' into table t\""), @"
        fs.read /repo/x.csv, read
        db.write t in mysql://localhost, write
        ");
        assert_snapshot!(check("sqlcmd -S localhost -Q 'exec sp_who'"), @"db.execute sp_who in sqlserver://localhost, execute");
    }

    #[test]
    fn databases_that_are_files_reach_files_of_this_machine() {
        assert_snapshot!(check("sqlite3 x.db \"select writefile('/tmp/x', 'y')\""), @"fs.write /tmp/x, write");
        assert_snapshot!(check("sqlite3 x.db \"select readfile('.env'), readfile('a' || 'b')\""), @"
        secret.read /repo/.env, read
        fs.read *, read, partial
        ");
        assert_snapshot!(check_because("sqlite3 x.db \"select load_extension('./x')\""), @"db.execute load_extension in sqlite:///repo/x.db, execute, partial: `load_extension`: it runs programs or code of the database's machine");
        assert_snapshot!(check("sqlite3 x.db '.load ./x'"), @"db.execute * in sqlite:///repo/x.db, execute, partial");
        assert_snapshot!(check("sqlite3 x.db \"vacuum into 'copy.db'\""), @"fs.write /repo/copy.db, write");
        assert_snapshot!(check("duckdb x.db \"COPY t TO 'out.csv'\""), @"
        fs.write /repo/out.csv, write
        db.export t in duckdb:///repo/x.db, read
        ");
        assert_snapshot!(check("duckdb x.db \"COPY (select 1) TO '/home/dev/.bashrc'; COPY t FROM 'x.csv'\""), @"
        fs.write /home/dev/.bashrc, write
        fs.read /repo/x.csv, read
        db.write t in duckdb:///repo/x.db, write
        ");
        assert_snapshot!(check("duckdb -c \"select * from '.env'\""), @"
        db.read .env in duckdb://localhost/:memory:, read
        secret.read /repo/.env, read
        ");
        assert_snapshot!(check("duckdb -c \"select * from read_csv(['a.csv', '.env'], sep='x')\""), @"
        fs.read /repo/a.csv, read
        secret.read /repo/.env, read
        ");
        assert_snapshot!(check("duckdb -c \"select * from read_parquet('https://data.example/x.parquet')\""), @"net.read https://data.example/x.parquet, read");
        assert_snapshot!(check("duckdb -c \"INSTALL httpfs; LOAD httpfs\""), @"db.execute * in duckdb://localhost/:memory:, execute");
        assert_snapshot!(check("duckdb -c \"INSTALL shellfs FROM community; LOAD shellfs\""), @"db.execute * in duckdb://localhost/:memory:, execute, partial");
        assert_snapshot!(check("duckdb -c \"LOAD './x.duckdb_extension'\""), @"db.execute * in duckdb://localhost/:memory:, execute, partial");
        assert_snapshot!(check("duckdb x.db \"EXPORT DATABASE 'dump'\""), @"fs.write /repo/dump, write");
    }
}

//! `sqlite3` and `duckdb`: databases that are files of this machine.

use countersign_model::verbs;

use super::Family;
use super::databases::{run_stdin, tells};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::paths;
use crate::sql::{DatabasePlace, client, variable};
use crate::word::Word;

pub(super) const FAMILY: Family = Family {
    programs: &["sqlite3", "sqlite", "sqlcipher", "litecli", "duckdb", "sqldiff", "sqlite3_analyzer"],
    about: "SQL and dot commands of databases that are files here; `.shell` and `.load` run what they name.",
    examples: &[
        "sqlite3 app.db 'SELECT name FROM sqlite_master'",
        "sqlite3 app.db .dump",
        "sqlite3 app.db 'DELETE FROM users'",
        "sqlite3 app.db '.shell rm -rf src'",
        "sqlite3 app.db < schema.sql",
        "sqlite3 :memory: 'SELECT 1'",
        "sqlite3 app.db",
        r#"duckdb -c "SELECT count(*) FROM read_csv('x.csv')""#,
        "sqlite3 app.db 'INSERT INTO a VALUES (1)'",
    ],
    effects,
};

/// Options that take one word.
const ONE: &[&str] = &[
    "cmd", "init", "separator", "newline", "nullvalue", "mmap", "maxsize", "vfs", "escape", "heap", "hexkey", "key", "textkey", "c", "s", "f",
];
/// Options that take two.
const TWO: &[&str] = &["lookaside", "pagecache"];

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    // `.cd` is the client's own.
    let outside = context.state.shell.directory.clone();
    runs(invocation, context);
    context.state.shell.directory = outside;
}

fn runs(invocation: &Invocation, context: &mut Context<'_>) {
    let mut operands: Vec<&Word> = Vec::new();
    let mut commands: Vec<&Word> = Vec::new();
    let mut files: Vec<&Word> = Vec::new();
    let mut reads_only = false;
    let mut words = invocation.words.iter();
    while let Some(word) = words.next() {
        let text = word.text();
        let option = text.strip_prefix("--").or_else(|| text.strip_prefix('-')).filter(|name| !name.is_empty());
        match option {
            // What is to run first does so all the same.
            Some("help" | "version") if !runs_first(invocation) => {
                tells(invocation, context);
                return;
            }
            Some("cmd" | "c" | "s") => commands.extend(words.next()),
            Some("init" | "f") => files.extend(words.next()),
            Some("readonly") => reads_only = true,
            Some("A") => {
                // `-A` treats the file as an archive, with options of its own.
                break;
            }
            Some(name) if ONE.contains(&name) => {
                words.next();
            }
            Some(name) if TWO.contains(&name) => {
                words.next();
                words.next();
            }
            Some(_) => {}
            None => operands.push(word),
        }
    }
    let system = if invocation.program == "duckdb" { "duckdb" } else { "sqlite" };
    let file = operands.first().copied();
    let mut place = of_file(system, file, context);
    if matches!(invocation.program.as_str(), "sqldiff" | "sqlite3_analyzer") {
        for operand in operands {
            let place = located(system, operand, context);
            context.push(place.effect(verbs::DB_READ, "*"));
        }
        return;
    }
    if let Some(word) = file {
        protect(word, reads_only, context);
    }
    for word in files {
        client::run_file_in(&word.value, &mut place, context);
    }
    let is_set = commands.len();
    for word in commands.iter().chain(operands.get(1..).unwrap_or_default()) {
        client::run_word_in(word, &mut place, context);
    }
    let runs = operands.len() > 1 || (is_set > 0 && system == "duckdb");
    if !runs {
        run_stdin(invocation, &place, context);
    }
}

/// Whether an option has commands of its own, which run as the options are read.
fn runs_first(invocation: &Invocation) -> bool {
    invocation.words.iter().any(|word| matches!(word.text().trim_start_matches('-'), "cmd" | "init" | "c" | "s" | "f"))
}

/// The database that a word names as its file.
pub(crate) fn located(system: &str, word: &Word, context: &Context<'_>) -> DatabasePlace {
    of_file(system, Some(word), context)
}

/// The file of the database. Opened in memory it is nothing of note.
fn of_file(system: &str, file: Option<&Word>, context: &Context<'_>) -> DatabasePlace {
    let database = Some(":memory:".to_owned());
    let memory = DatabasePlace { host: "localhost".to_owned(), database, ..DatabasePlace::any(system) };
    let Some(word) = file.filter(|word| !word.text().is_empty() || word.value.is_unknown()) else {
        return memory;
    };
    let text = word.text();
    if text == ":memory:" {
        return memory;
    }
    if let Some(rest) = text.strip_prefix("md:") {
        let database = Some(rest.to_owned());
        return DatabasePlace { host: "motherduck".to_owned(), database, ..DatabasePlace::any(system) };
    }
    if word.value.is_unknown() {
        return DatabasePlace { host: variable(word).unwrap_or_else(|| "*".to_owned()), ..DatabasePlace::any(system) };
    }
    DatabasePlace { host: paths::locate(&path(word), context).path, ..DatabasePlace::any(system) }
}

/// The path in `file:path?mode=ro`.
fn path(word: &Word) -> crate::word::Value {
    match word.known().and_then(|text| text.strip_prefix("file:")) {
        Some(rest) => {
            let rest = rest.split('?').next().unwrap_or(rest);
            crate::word::Value::Known(rest.strip_prefix("///").map_or_else(|| rest.to_owned(), |rest| format!("/{rest}")))
        }
        None => word.value.clone(),
    }
}

/// A database that is one of Countersign's own files, or holds credentials, such as a browser's.
fn protect(word: &Word, reads_only: bool, context: &mut Context<'_>) {
    let value = path(word);
    let located = paths::locate(&value, context);
    match located.class {
        countersign_model::PathClass::Countersign if !reads_only => context.write_value(&value),
        countersign_model::PathClass::Secret | countersign_model::PathClass::Countersign => context.read_value(&value),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_because, check_with};

    #[test]
    fn sql_and_dot_commands() {
        assert_snapshot!(check("sqlite3 data/app.db 'SELECT name FROM sqlite_master'"), @"db.read sqlite_master in sqlite:///repo/data/app.db, read");
        assert_snapshot!(check("sqlite3 -header -csv /srv/prod.db \"DELETE FROM users\" .tables"), @"
        db.destroy users in sqlite:///srv/prod.db, destroy
        db.read * in sqlite:///srv/prod.db, read
        ");
        assert_snapshot!(check("sqlite3 app.db .dump > dump.sql"), @"
        fs.write /repo/dump.sql, write
        db.read * in sqlite:///repo/app.db, read
        ");
        assert_snapshot!(check("sqlite3 app.db '.shell git push origin main' '.sy rm -rf src' '.import users.csv users' '.load ./evil' '.restore old.db'"), @"
        git.push main@origin, write
        fs.delete /repo/src, destroy
        fs.read /repo/users.csv, read
        db.write users in sqlite:///repo/app.db, write
        db.execute * in sqlite:///repo/app.db, execute, partial
        fs.read /repo/old.db, read
        db.destroy * in sqlite:///repo/app.db, destroy
        ");
        assert_snapshot!(check_with("sqlite3 app.db < schema.sql", &[("/repo/schema.sql", "CREATE TABLE a (b);\n.read more.sql\n.backup /tmp/x.db\n"), ("/repo/more.sql", "DROP TABLE c;")]), @"
        fs.read /repo/schema.sql, read
        db.schema a in sqlite:///repo/app.db, write
        fs.read /repo/more.sql, read
        db.destroy c in sqlite:///repo/app.db, destroy
        fs.write /tmp/x.db, write
        db.read * in sqlite:///repo/app.db, read
        ");
        assert_snapshot!(check_because("sqlite3 app.db"), @"db.execute * in sqlite:///repo/app.db, execute: an interactive session on this machine: nothing is given to it yet");
        assert_snapshot!(check("sqlite3 $DB 'DROP TABLE a'"), @"db.destroy a in sqlite://$DB, destroy");
        assert_snapshot!(check("sqlite3 :memory: 'SELECT sqlite_version()'; sqlite3 --version"), @"
        db.read * in sqlite://localhost/:memory:, read
        exec.read sqlite3, read
        ");
        for command in ["sqlite3 a.db -cmd 'DROP TABLE t' -version", "sqlite3 -help a.db -cmd 'DROP TABLE t'", "duckdb -c 'DROP TABLE t' a.db -version"] {
            assert!(check(command).contains("db.destroy t"), "{command}: {}", check(command));
        }
        assert_snapshot!(check("sqlite3 ~/.countersign/evidence.db 'DELETE FROM log'"), @"
        countersign.tamper /home/dev/.countersign/evidence.db, destroy
        db.destroy log in sqlite:///home/dev/.countersign/evidence.db, destroy
        ");
    }

    #[test]
    fn where_the_client_goes_and_writes() {
        assert!(check("sqlite3 dev.db '.cd .claude' '.output settings.json' \"select '{}'\"").contains("countersign.tamper"));
        assert!(check("sqlite3 dev.db '.cd sub' '.output out.json' 'select 1'; cat x").contains("fs.write /repo/sub/out.json"));
        assert!(check("sqlite3 dev.db '.cd sub' 'select 1'; cat x").contains("fs.read /repo/x"));
    }

    #[test]
    fn duckdb() {
        assert_snapshot!(check("duckdb -c \"SELECT count(*) FROM read_csv('x.csv')\""), @"fs.read /repo/x.csv, read");
        assert_snapshot!(check("duckdb shop.duckdb \"COPY t TO 'out.parquet'; INSTALL httpfs\""), @"
        fs.write /repo/out.parquet, write
        db.export t in duckdb:///repo/shop.duckdb, read
        db.execute * in duckdb:///repo/shop.duckdb, execute
        ");
    }
}

//! Statements known by their first words: transactions, sessions, maintenance, `COPY`, `EXPLAIN` and the like.

use countersign_model::verbs;

use super::host::{self, Reach};
use super::lexer::{self, Kind, Token};
use super::{Dialect, MOST_STATEMENTS, Reading, Statement, blocks, foreign, schema, server, split, words};

/// Adds what a statement does that is no query and no change of data; false where it is one of those.
pub(super) fn utility<'t>(
    reading: &mut Reading<'t>,
    tokens: &[Token<'t>],
    depth: usize,
    found: &mut Vec<Statement>,
) -> bool {
    let Some(first) = tokens.first().filter(|first| first.kind == Kind::Word) else {
        // A query may begin with a parenthesis.
        return false;
    };
    let word = first.text.to_ascii_uppercase();
    let has = |index: usize, words: &[&str]| {
        tokens.get(index).is_some_and(|token| words.iter().any(|word| token.is(word)))
    };
    let any = |words: &[&str]| tokens.iter().any(|token| words.iter().any(|word| token.is(word)));
    let named = |index: usize| names(tokens.get(index..).unwrap_or_default());
    let mut push = |statement: Statement| found.push(statement);
    match word.as_str() {
        "SELECT" | "WITH" | "VALUES" | "TABLE" | "FROM" | "INSERT" | "UPDATE" | "DELETE" | "MERGE"
        | "REPLACE" | "UPSERT" => return false,
        "BEGIN" if blocks::is_code(tokens) => {
            let skipped = 1 + usize::from(has(1, &["TRY", "CATCH", "ATOMIC"]));
            reading.statement(tokens.get(skipped..).unwrap_or_default(), depth + 1, found);
        }
        "END" if has(1, &["CONVERSATION"]) => push(Statement::new(verbs::DB_WRITE, Vec::new())),
        "BEGIN" | "END" | "ABORT" | "SAVEPOINT" | "RELEASE" | "COMMIT" | "ROLLBACK" => {
            push(transaction(tokens))
        }
        "START" | "STOP" if !has(1, &["TRANSACTION"]) => push(execute("it starts or stops replication")),
        "START" | "DISCARD" | "DEALLOCATE" | "USE" | "FETCH" | "CLOSE" | "MOVE" | "HELP" | "PRINT" | "XA"
        | "ASSERT"
            if !server::acts(tokens) =>
        {
            push(read(Vec::new()))
        }
        "START" | "USE" | "MOVE" | "XA" => push(server::acting(tokens)),
        "DBCC" | "RESTORE" if server::only_looks(tokens) => push(read(Vec::new())),
        "DESCRIBE" | "DESC" if tokens.iter().skip(1).take(3).any(starts_statement) => {
            explain(reading, tokens, depth, found);
        }
        "SHOW" | "DESCRIBE" | "DESC" | "CHECKSUM" | "SUMMARIZE" | "EXISTS" => push(read(described(tokens))),
        "SET" => set(tokens, found),
        "RESET" if has(1, &["MASTER", "SLAVE", "REPLICA", "BINARY"]) => {
            push(Statement::new(verbs::DB_DESTROY, Vec::new()).because("it deletes logs of replication"))
        }
        "RESET" => push(read(Vec::new())),
        "DECLARE" => after(reading, tokens, &["FOR"], depth, found),
        "EXPLAIN" => explain(reading, tokens, depth, found),
        "ANALYZE" | "ANALYSE"
            if !has(1, &["TABLE"]) && tokens.iter().skip(1).take(3).any(starts_statement) =>
        {
            explain(reading, tokens, depth, found)
        }
        "VACUUM" if any(&["INTO"]) => push(host::file(Reach::Writes, tokens.last())),
        "ANALYZE" | "ANALYSE" | "VACUUM" | "REINDEX" | "CLUSTER" | "REFRESH" | "CHECKPOINT" | "OPTIMIZE"
        | "REPAIR" | "CACHE" | "UNCACHE" => {
            push(
                Statement::new(verbs::DB_WRITE, named(1))
                    .because("it is upkeep that locks or rewrites tables"),
            );
        }
        "CHECK" => push(read(named(2))),
        "LOCK" => push(Statement::new(verbs::DB_WRITE, named(1)).because("it locks tables")),
        "UNLOCK" => push(read(Vec::new())),
        // Who listens takes messages that others may wait for.
        "LISTEN" | "UNLISTEN" | "NOTIFY" => push(Statement::new(verbs::DB_WRITE, Vec::new())),
        "FLUSH" if has(1, &["PRIVILEGES"]) => push(Statement::new(verbs::DB_PRIVILEGE, Vec::new())),
        "FLUSH" => push(Statement::new(verbs::DB_WRITE, Vec::new()).because("it is upkeep of the server")),
        "GRANT" | "REVOKE" | "DENY" | "REASSIGN" => {
            let statement = Statement::new(verbs::DB_PRIVILEGE, granted(tokens));
            let lets =
                word == "GRANT" && tokens.iter().take_while(|token| !token.is("TO")).any(host::lets_reach);
            let why = "it lets a role run programs or reach files of the server";
            push(if lets { statement.because(why).reaching(Reach::Runs, None) } else { statement });
        }
        "SECURITY" => push(Statement::new(verbs::DB_PRIVILEGE, Vec::new())),
        "COMMENT" => push(Statement::new(verbs::DB_SCHEMA, named(3))),
        "CREATE" | "ALTER" | "DROP" | "RENAME" | "TRUNCATE" | "UNDROP" | "PURGE" => {
            schema::classify(reading, tokens, depth, found)
        }
        "COPY" => host::copy(reading, tokens, depth, found),
        "EXPORT" => push(host::file(Reach::Writes, tokens.iter().find(|token| token.kind == Kind::Text))),
        "UNLOAD" | "IMPORT" | "BACKUP" | "PUT" | "GET" | "BULK" => {
            push(execute("it moves data between the database and files").reaching(Reach::Runs, None))
        }
        "RESTORE" => push(
            Statement::new(verbs::DB_DESTROY, named(2))
                .because("it puts a backup in the place of what is there"),
        ),
        "LOAD" if has(1, &["DATA", "XML"]) => {
            let tables = following(tokens, "TABLE");
            let file = tokens.iter().find(|token| token.kind == Kind::Text);
            if any(&["LOCAL"]) {
                // The client reads it.
                push(host::file(Reach::ReadsHere, file));
                push(Statement::new(verbs::DB_WRITE, tables));
            } else {
                let statement = Statement { tables, ..execute("it reads a file of the server into a table") };
                push(statement.reaching(Reach::Reads, None));
            }
        }
        "LOAD" | "INSTALL" if reading.dialect == Dialect::DuckDb && host::is_shipped(tokens) => {
            push(execute("it loads an extension that DuckDB's makers sign"))
        }
        "LOAD" | "INSTALL" => push(execute("it loads code into the database").reaching(Reach::Runs, None)),
        "UNINSTALL" => push(execute("it takes code out of the database")),
        "ATTACH" | "DETACH" => {
            push(execute("it opens another database or file"));
            let file = tokens.iter().find(|token| token.kind == Kind::Text).filter(|_| word == "ATTACH");
            let is_file = || {
                matches!(reading.dialect, Dialect::Sqlite | Dialect::DuckDb) && foreign::attaches_file(tokens)
            };
            if let Some(file) = file.filter(|_| is_file()) {
                push(host::file(Reach::Reads, Some(file)));
            }
        }
        "DO" => {
            found.push(execute("it runs a block of code"));
            for token in tokens.iter().filter(|token| token.kind == Kind::Text) {
                block(&blocks::body(token), reading.dialect, depth, found);
            }
        }
        "CALL" | "EXEC" => push(host::procedure(tokens)),
        "EXECUTE" => executed(reading, tokens, found),
        "PREPARE" => prepared(reading, tokens, depth, found),
        "KILL" | "SHUTDOWN" | "RESTART" | "SYSTEM" | "DBCC" | "CHANGE" | "RECONFIGURE" => {
            push(execute("it acts on the server itself"))
        }
        "REMOVE" | "RM" if reading.dialect == Dialect::Snowflake => {
            push(Statement::new(verbs::DB_DESTROY, Vec::new()).because("it deletes staged files"))
        }
        "LIST" | "LS" if reading.dialect == Dialect::Snowflake => push(read(Vec::new())),
        "PRAGMA" => pragma(tokens, found),
        "IF" | "WHILE" | "GOTO" | "RAISERROR" | "THROW" | "WAITFOR" | "RETURN" | "ELSE"
            if reading.dialect == Dialect::MsSql =>
        {
            push(read(Vec::new()))
        }
        _ => {
            push(Statement::opaque(&format!("`{}` begins no statement that is known", shorten(first.text))));
            given_away(tokens, found);
        }
    }
    true
}

fn shorten(text: &str) -> String {
    text.chars().take(40).collect()
}

fn read(tables: Vec<String>) -> Statement {
    Statement::new(verbs::DB_READ, tables)
}

pub(super) fn execute(why: &str) -> Statement {
    Statement::new(verbs::DB_EXECUTE, Vec::new()).because(why)
}

fn transaction(tokens: &[Token<'_>]) -> Statement {
    if tokens.iter().any(|token| token.is("PREPARED")) {
        Statement::new(verbs::DB_WRITE, Vec::new()).because("it ends a prepared transaction")
    } else {
        read(Vec::new())
    }
}

/// Whether a token may begin a statement that `EXPLAIN` takes.
fn starts_statement(token: &Token<'_>) -> bool {
    [
        "SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE", "VALUES", "TABLE", "EXECUTE",
        "CREATE", "DECLARE", "REFRESH", "CALL", "FROM",
    ]
    .iter()
    .any(|word| token.is(word))
}

fn explain<'t>(reading: &mut Reading<'t>, tokens: &[Token<'t>], depth: usize, found: &mut Vec<Statement>) {
    let start = tokens
        .iter()
        .enumerate()
        .skip(1)
        .take(40)
        .find(|(_, token)| starts_statement(token))
        .map(|(index, _)| index);
    let Some(start) = start else {
        found.push(read(described(tokens)));
        return;
    };
    let (options, inner) = tokens.split_at(start);
    let runs = options.iter().any(|token| token.is("ANALYZE") || token.is("ANALYSE"));
    let mut inside = Vec::new();
    reading.statement(inner, depth + 1, &mut inside);
    if runs {
        found.extend(inside);
    } else {
        let tables = inside.into_iter().flat_map(|statement| statement.tables).collect();
        found.push(read(tables));
    }
}

/// What follows the first of these words at no depth of parentheses is a statement of its own.
fn after<'t>(
    reading: &mut Reading<'t>,
    tokens: &[Token<'t>],
    words: &[&str],
    depth: usize,
    found: &mut Vec<Statement>,
) {
    match tokens.iter().position(|token| words.iter().any(|word| token.is(word))) {
        Some(at) => reading.statement(tokens.get(at + 1..).unwrap_or_default(), depth + 1, found),
        None => found.push(read(Vec::new())),
    }
}

fn prepared<'t>(reading: &mut Reading<'t>, tokens: &[Token<'t>], depth: usize, found: &mut Vec<Statement>) {
    let name = tokens.get(1).map_or("", |token| token.unquoted());
    if tokens.get(1).is_some_and(|token| token.is("TRANSACTION")) {
        found.push(Statement::new(verbs::DB_WRITE, Vec::new()));
        return;
    }
    reading.prepared.push(name);
    match (tokens.get(2), tokens.get(3)) {
        // MySQL prepares what a string or a variable holds.
        (Some(from), Some(text)) if from.is("FROM") => match text.kind {
            Kind::Text => found.extend(inner_text(text, reading.dialect, depth)),
            _ => found.push(Statement {
                verb: verbs::DB_EXECUTE,
                ..Statement::opaque("it prepares text that is not known")
            }),
        },
        _ => after(reading, tokens, &["AS"], depth, found),
    }
}

/// What the SQL in a string does.
fn inner_text(text: &Token<'_>, dialect: Dialect, depth: usize) -> Vec<Statement> {
    let inner = text.unquoted();
    // One level: in a string nobody writes a string of strings.
    if depth > 0 || inner.contains('\\') || inner.contains("''") {
        return vec![Statement::opaque("it runs text inside text")];
    }
    super::statements(inner, dialect)
}

fn executed<'t>(reading: &Reading<'t>, tokens: &[Token<'t>], found: &mut Vec<Statement>) {
    let name = tokens.get(1).map_or("", |token| token.unquoted());
    if reading.dialect == Dialect::MsSql {
        found.push(host::procedure(tokens));
    } else if reading.prepared.contains(&name) {
        found.push(read(Vec::new()).because("what it runs is listed where it is prepared"));
    } else {
        found.push(Statement {
            verb: verbs::DB_EXECUTE,
            ..Statement::opaque("it runs what was prepared elsewhere")
        });
    }
}

/// Settings whose change takes a safeguard away.
const SAFEGUARDS: &[&str] = &[
    "session_replication_role",
    "row_security",
    "sql_log_bin",
    "log_bin",
    "zero_damaged_pages",
    "allow_system_table_mods",
    "read_only",
    "super_read_only",
    "role",
    "session_authorization",
    "local_preload_libraries",
    "session_preload_libraries",
    "dynamic_library_path",
];

fn set(tokens: &[Token<'_>], found: &mut Vec<Statement>) {
    let first = tokens.iter().skip(1).find(|token| {
        !["SESSION", "LOCAL", "@", "."].iter().any(|skip| token.is(skip) || token.is_symbol(skip))
    });
    let is = |words: &[&str]| {
        first.is_some_and(|token| {
            words.iter().any(|word| {
                token.text.eq_ignore_ascii_case(word) || token.unquoted().eq_ignore_ascii_case(word)
            })
        })
    };
    let any = |words: &[&str]| {
        tokens.iter().skip(1).any(|token| {
            token.kind != Kind::Text && words.iter().any(|word| token.unquoted().eq_ignore_ascii_case(word))
        })
    };
    found.push(if is(&["ROLE", "AUTHORIZATION", "PASSWORD", "DEFAULT", "RESOURCE"]) {
        Statement::new(verbs::DB_PRIVILEGE, Vec::new()).because("it changes on whose rights the session acts")
    } else if is(&["GLOBAL", "PERSIST", "PERSIST_ONLY"]) || any(&["GLOBAL", "PERSIST"]) {
        Statement::new(verbs::DB_PRIVILEGE, Vec::new()).because("it changes the server's settings")
    } else if any(SAFEGUARDS) {
        Statement::new(verbs::DB_PRIVILEGE, Vec::new()).because("it switches a safeguard off")
    } else if any(&["foreign_key_checks", "unique_checks", "sql_safe_updates"]) {
        Statement::new(verbs::DB_WRITE, Vec::new()).because("it switches checks on or off")
    } else {
        read(Vec::new())
    });
    // `SET x = (SELECT f())` calls.
    words::calls(tokens, Dialect::Generic, false, found);
}

/// Pragmas of SQLite that only tell, with a value as well.
const TELLING: &[&str] = &[
    "collation_list",
    "compile_options",
    "data_version",
    "database_list",
    "foreign_key_check",
    "foreign_key_list",
    "freelist_count",
    "function_list",
    "index_info",
    "index_list",
    "index_xinfo",
    "integrity_check",
    "module_list",
    "page_count",
    "pragma_list",
    "quick_check",
    "show_tables",
    "storage_info",
    "table_info",
    "table_list",
    "table_xinfo",
    "version",
];
/// Pragmas whose value is forgotten with the session.
const PASSING: &[&str] = &[
    "busy_timeout",
    "cache_size",
    "case_sensitive_like",
    "mmap_size",
    "query_only",
    "recursive_triggers",
    "temp_store",
    "threads",
    "memory_limit",
];

fn pragma(tokens: &[Token<'_>], found: &mut Vec<Statement>) {
    let dotted = tokens.get(2).is_some_and(|token| token.is_symbol("."));
    let at = if dotted { 3 } else { 1 };
    let name = tokens.get(at).map_or_else(String::new, |token| token.unquoted().to_ascii_lowercase());
    let argument = tokens.get(at + 1).is_some();
    let tells = TELLING.binary_search(&name.as_str()).is_ok() || PASSING.contains(&name.as_str());
    let on =
        name == "foreign_keys" && tokens.get(at + 2).is_some_and(|token| token.is("ON") || token.text == "1");
    found.push(
        if tells
            || on
            || !argument
                && !matches!(
                    name.as_str(),
                    "optimize" | "incremental_vacuum" | "wal_checkpoint" | "shrink_memory"
                )
        {
            read(
                tokens
                    .get(at + 2)
                    .map(|token| token.unquoted().to_owned())
                    .into_iter()
                    .filter(|_| tells)
                    .collect(),
            )
        } else if name == "writable_schema" {
            Statement::new(verbs::DB_PRIVILEGE, Vec::new())
                .because("it lets the schema be overwritten as data")
        } else {
            Statement::new(verbs::DB_WRITE, Vec::new()).because("it changes a setting of the database")
        },
    );
}

/// What `SHOW` and `DESCRIBE` name, where that is a table.
fn described(tokens: &[Token<'_>]) -> Vec<String> {
    let verb = tokens.first();
    if verb.is_some_and(|token| token.is("DESCRIBE") || token.is("DESC") || token.is("EXPLAIN"))
        && tokens.len() >= 2
    {
        return names(tokens.get(tokens.len() - 1..).unwrap_or_default());
    }
    following(tokens, "FROM")
}

/// The names after this word.
fn following(tokens: &[Token<'_>], word: &str) -> Vec<String> {
    tokens
        .iter()
        .position(|token| token.is(word))
        .map_or_else(Vec::new, |at| names(tokens.get(at + 1..).unwrap_or_default()))
}

/// What rights are given on.
fn granted(tokens: &[Token<'_>]) -> Vec<String> {
    let Some(at) = tokens.iter().position(|token| token.is("ON")) else { return Vec::new() };
    let rest = tokens.get(at + 1..).unwrap_or_default();
    names(rest)
}

/// Words between a statement's own and the first name.
const BEFORE_NAMES: &[&str] = &[
    "TABLE",
    "TABLES",
    "ONLY",
    "IF",
    "NOT",
    "EXISTS",
    "CONCURRENTLY",
    "MATERIALIZED",
    "VIEW",
    "INDEX",
    "DATABASE",
    "SCHEMA",
    "ALL",
    "IN",
    "FULL",
    "VERBOSE",
    "FREEZE",
    "ANALYZE",
    "ANALYSE",
    "SEQUENCE",
    "FUNCTION",
    "INTO",
    "SYSTEM",
    "LOCAL",
    "NO_WRITE_TO_BINLOG",
    "KEYSPACE",
    "FROM",
];

/// The names at the start of these tokens: `a, b.c`.
pub(super) fn names(tokens: &[Token<'_>]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let skipped = tokens.iter().take_while(|token| BEFORE_NAMES.iter().any(|word| token.is(word))).count();
    let mut joins = true;
    for token in tokens.get(skipped..).unwrap_or_default().iter().take(200) {
        if token.is_symbol(".") {
            if let Some(last) = found.last_mut() {
                last.push('.');
            }
            joins = true;
        } else if token.is_symbol(",") {
            joins = true;
        } else if joins && (matches!(token.kind, Kind::Word | Kind::Name) || token.is_symbol("*")) {
            match found.last_mut().filter(|last| last.ends_with('.')) {
                Some(last) => last.push_str(token.unquoted()),
                None => found.push(token.unquoted().to_owned()),
            }
            joins = false;
        } else {
            break;
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

/// Adds what the statements of a block of code do that say so by their first words.
fn block(text: &str, dialect: Dialect, depth: usize, found: &mut Vec<Statement>) {
    let tokens = lexer::tokens(text, dialect).tokens;
    let mut reading = Reading { text, dialect, prepared: Vec::new() };
    for statement in split(&tokens, dialect).take(MOST_STATEMENTS) {
        if let Some(start) = blocks::start(statement) {
            reading.statement(statement.get(start..).unwrap_or_default(), depth + 1, found);
        }
    }
}

/// Adds the worst that the words of something nobody can read give away.
pub(super) fn given_away(tokens: &[Token<'_>], found: &mut Vec<Statement>) {
    let why = "the statement cannot be read, and these words are in it";
    for verb in [&verbs::DB_DESTROY, &verbs::DB_PRIVILEGE, &verbs::DB_EXECUTE] {
        let words: &[&str] = match verb.as_str() {
            "db.destroy" => &["DROP", "TRUNCATE", "DELETE", "PURGE"],
            "db.privilege" => &["GRANT", "REVOKE", "ROLE", "OWNER", "PASSWORD"],
            _ => &["COPY", "PROGRAM", "EXEC", "EXECUTE", "CALL", "OUTFILE", "INFILE", "DUMPFILE", "ATTACH"],
        };
        if tokens.iter().any(|token| words.iter().any(|word| token.is(word))) {
            found.push(Statement::new(verb.clone(), Vec::new()).partial(why));
        }
    }
}

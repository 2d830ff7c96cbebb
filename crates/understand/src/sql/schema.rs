//! `CREATE`, `ALTER`, `DROP`, `RENAME` and `TRUNCATE`: what kind of thing is made, changed or gone.

use countersign_model::{Verb, verbs};

use super::host::Reach;
use super::keywords::names;
use super::lexer::{Kind, Token};
use super::{Dialect, Reading, Statement};

/// Words between `CREATE` and the kind of thing.
const MODIFIERS: &[&str] = &[
    "OR",
    "REPLACE",
    "ALTER",
    "TEMP",
    "TEMPORARY",
    "GLOBAL",
    "LOCAL",
    "UNLOGGED",
    "UNIQUE",
    "FULLTEXT",
    "SPATIAL",
    "CLUSTERED",
    "NONCLUSTERED",
    "MATERIALIZED",
    "RECURSIVE",
    "EXTERNAL",
    "VIRTUAL",
    "TRANSIENT",
    "VOLATILE",
    "AGGREGATE",
    "TRUSTED",
    "PROCEDURAL",
    "CONSTRAINT",
    "PUBLIC",
    "FORCE",
    "EDITIONABLE",
    "HYBRID",
    "DYNAMIC",
    "PERSISTENT",
    "IF",
    "NOT",
    "EXISTS",
    "UNDO",
    "COLUMNSTORE",
    "SECURE",
    "ONLINE",
    "OFFLINE",
    "IGNORE",
    "BINARY",
];
/// Things that say who may do what.
const RIGHTS: &[&str] = &[
    "ROLE",
    "USER",
    "GROUP",
    "LOGIN",
    "POLICY",
    "PRIVILEGES",
    "SYSTEM",
    "MASKING",
    "SECURITY",
    "SECRET",
    "CREDENTIAL",
    "CERTIFICATE",
    "PROFILE",
    "QUOTA",
    "ROW",
    "INTEGRATION",
    "SHARE",
    "AUDIT",
    "NETWORK",
    "ACCOUNT",
    "DEFAULT",
    "ENDPOINT",
];
/// Things through which a database runs code or reaches other machines and files.
const REACH: &[&str] = &[
    "SERVER",
    "SUBSCRIPTION",
    "TABLESPACE",
    "LANGUAGE",
    "LIBRARY",
    "ASSEMBLY",
    "FOREIGN",
    "CONNECTION",
    "STAGE",
    "PIPE",
    "DIRECTORY",
    "TRANSFORM",
    "LOGFILE",
];
/// Languages of functions that can do whatever the server's user can.
const UNTRUSTED: &[&str] = &[
    "C",
    "INTERNAL",
    "PLPYTHONU",
    "PLPYTHON2U",
    "PLPYTHON3U",
    "PLPERLU",
    "PLTCLU",
    "PLSH",
    "PLJAVAU",
    "PLRUBY",
    "PLR",
    "PLRUSTU",
    "PYTHON",
    "JAVA",
    "EXTERNAL",
    "SHELL",
];
/// Extensions that do no more than what they bring functions for: to run code, read files or reach other servers.
const REACHING: &[&str] = &[
    "plpython3u",
    "plpython2u",
    "plpythonu",
    "plperlu",
    "pltclu",
    "plsh",
    "adminpack",
    "dblink",
    "file_fdw",
    "postgres_fdw",
    "http",
    "pg_cron",
    "pg_net",
    "aws_s3",
    "aws_lambda",
    "lo",
    "pg_execute",
];
/// Those of them by which the server's own programs and files are reached.
const REACHING_MACHINE: &[&str] = &[
    "plpython3u",
    "plpython2u",
    "plpythonu",
    "plperlu",
    "pltclu",
    "plsh",
    "adminpack",
    "file_fdw",
    "pg_execute",
];

/// Adds what a statement does to the shape of a database.
pub(super) fn classify<'t>(
    reading: &mut Reading<'t>,
    tokens: &[Token<'t>],
    depth: usize,
    found: &mut Vec<Statement>,
) {
    let is_first = |word: &str| tokens.first().is_some_and(|token| token.is(word));
    let has = |words: &[&str]| tokens.iter().any(|token| words.iter().any(|word| token.is(word)));
    let definer = skip_definer(tokens);
    let at = 1
        + definer
        + tokens
            .iter()
            .skip(1 + definer)
            .take_while(|token| MODIFIERS.iter().any(|word| token.is(word)))
            .count();
    let kind = tokens.get(at).map_or_else(String::new, |token| token.text.to_ascii_uppercase());
    let next = |word: &str| tokens.get(at + 1).is_some_and(|token| token.is(word));
    let rest = tokens.get(at + 1..).unwrap_or_default();
    if is_first("TRUNCATE") {
        found.push(Statement::new(verbs::DB_DESTROY, names(tokens.get(1..).unwrap_or_default())));
        return;
    }
    if is_first("RENAME") || is_first("UNDROP") {
        found.push(Statement::new(verbs::DB_SCHEMA, names(rest)));
        return;
    }
    if is_first("PURGE") {
        found.push(Statement::new(verbs::DB_DESTROY, Vec::new()));
        return;
    }
    if is_first("DROP") && kind == "PREPARE" {
        found.push(Statement::new(verbs::DB_READ, Vec::new()));
        return;
    }
    let mapping = kind == "USER" && next("MAPPING");
    let reach = (REACH.contains(&kind.as_str()) && !(kind == "FOREIGN" && next("TABLE")))
        || mapping
        || (kind == "EVENT" && next("TRIGGER"));
    if reach && !(kind == "TABLESPACE" && is_first("ALTER")) {
        found.push(
            Statement::new(verbs::DB_EXECUTE, names(rest))
                .because("it changes which machines, files or code the database reaches"),
        );
    } else if RIGHTS.contains(&kind.as_str()) {
        let whole = matches!(kind.as_str(), "SYSTEM" | "DEFAULT" | "PRIVILEGES");
        found.push(Statement::new(verbs::DB_PRIVILEGE, if whole { Vec::new() } else { names(rest) }));
        let starts = |token: &Token<'_>| {
            let name = token.unquoted().to_ascii_lowercase();
            token.kind != Kind::Text && (name.ends_with("_command") || name.ends_with("preload_libraries"))
        };
        if kind == "SYSTEM" && is_first("ALTER") && rest.iter().any(starts) {
            let why = "the setting names a program or a library that the server runs";
            found
                .push(Statement::new(verbs::DB_EXECUTE, Vec::new()).because(why).reaching(Reach::Runs, None));
        }
    } else if is_first("DROP") {
        let on = rest
            .iter()
            .position(|token| token.is("ON"))
            .filter(|_| matches!(kind.as_str(), "TRIGGER" | "INDEX" | "RULE"));
        let named = on.map_or(rest, |at| rest.get(at + 1..).unwrap_or_default());
        let why = (kind == "OWNED").then_some("it drops all that a role owns");
        let statement = Statement::new(verbs::DB_DESTROY, names(named));
        found.push(match why {
            Some(why) => statement.because(why),
            None => statement,
        });
    } else if is_first("ALTER") {
        altered(rest, found);
    } else {
        created(reading, &kind, at, tokens, depth, found);
    }
    if kind == "SCHEMA" && has(&["GRANT"]) {
        found.push(Statement::new(verbs::DB_PRIVILEGE, Vec::new()));
    }
    // Defaults and indexes call functions for the rows that are there.
    super::words::calls(tokens, reading.dialect, false, found);
    if kind.is_empty() && !has(&["TABLE"]) {
        found.push(Statement::opaque("what it creates or changes is not said"));
    }
}

/// How many tokens `DEFINER = 'a'@'b' SQL SECURITY x` and `ALGORITHM = x` take.
fn skip_definer(tokens: &[Token<'_>]) -> usize {
    let starts = |token: &Token<'_>| token.is("DEFINER") || token.is("ALGORITHM");
    if !tokens.iter().skip(1).take(4).any(starts) {
        return 0;
    }
    let kinds = ["VIEW", "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"];
    let kind = tokens.iter().skip(1).take(20).position(|token| kinds.iter().any(|word| token.is(word)));
    kind.unwrap_or(0)
}

fn altered(rest: &[Token<'_>], found: &mut Vec<Statement>) {
    let tables = names(rest);
    let pair = |first: &str, second: &[&str]| {
        rest.iter()
            .zip(rest.iter().skip(1))
            .any(|(token, next)| token.is(first) && second.iter().any(|word| next.is(word)))
    };
    if pair("OWNER", &["TO"])
        || pair("ROW", &["LEVEL"])
        || pair("SET", &["ROLE"])
        || pair("AUTHORIZATION", &["ON"])
    {
        found.push(
            Statement::new(verbs::DB_PRIVILEGE, tables).because("it changes the owner or the row security"),
        );
        return;
    }
    const KEPT: &[&str] = &[
        "CONSTRAINT",
        "DEFAULT",
        "NOT",
        "INDEX",
        "KEY",
        "PRIMARY",
        "FOREIGN",
        "IDENTITY",
        "EXPRESSION",
        "CHECK",
        "TABLE",
        "ATTRIBUTE",
    ];
    let mut drops = rest.iter().zip(rest.iter().skip(1)).filter(|(token, _)| token.is("DROP"));
    let loses = drops.any(|(_, next)| !KEPT.iter().any(|word| next.is(word)))
        || pair("TRUNCATE", &["PARTITION"])
        || pair("DELETE", &["WHERE"])
        || pair("CLEAR", &["COLUMN"]);
    found.push(if loses {
        Statement::new(verbs::DB_DESTROY, tables).because("what the column or partition holds is gone")
    } else {
        Statement::new(verbs::DB_SCHEMA, tables)
    });
}

fn created<'t>(
    reading: &mut Reading<'t>,
    kind: &str,
    at: usize,
    tokens: &[Token<'t>],
    depth: usize,
    found: &mut Vec<Statement>,
) {
    let rest = tokens.get(at + 1..).unwrap_or_default();
    let on = rest.iter().position(|token| token.is("ON"));
    let named = match kind {
        "INDEX" | "TRIGGER" | "RULE" | "STATISTICS" => {
            on.map_or(rest, |on| rest.get(on + 1..).unwrap_or_default())
        }
        _ => rest,
    };
    let verb: Verb = match kind {
        "FUNCTION" | "PROCEDURE" if runs_code(rest) => verbs::DB_EXECUTE,
        "EXTENSION" if names_any(rest, REACHING) => verbs::DB_EXECUTE,
        _ => verbs::DB_SCHEMA,
    };
    let because = match kind {
        "FUNCTION" | "PROCEDURE" if verb == verbs::DB_EXECUTE => {
            Some("its code runs with the rights of the server")
        }
        "EXTENSION" if verb == verbs::DB_EXECUTE => {
            Some("the extension runs code or reaches files and other servers")
        }
        "TRIGGER" | "RULE" | "EVENT" => Some("it runs later, when something else changes data"),
        _ => None,
    };
    let reaches = verb == verbs::DB_EXECUTE && (kind != "EXTENSION" || names_any(rest, REACHING_MACHINE));
    let statement = Statement::new(verb, names(named));
    let statement = match because {
        Some(because) => statement.because(because),
        None => statement,
    };
    found.push(if reaches { statement.reaching(Reach::Runs, None) } else { statement });
    let holds_query =
        matches!(kind, "TABLE" | "FOREIGN") || tokens.iter().take(at).any(|token| token.is("MATERIALIZED"));
    let query = rest.iter().zip(rest.iter().skip(1)).position(|(token, next)| {
        (token.is("AS") || token.is_symbol(")") || token.is_symbol("("))
            && ["SELECT", "WITH", "VALUES", "TABLE", "EXECUTE"].iter().any(|word| next.is(word))
    });
    if let Some(query) = query.filter(|_| holds_query && reading.dialect != Dialect::ClickHouse) {
        let inner = rest.get(query + 1..).unwrap_or_default();
        // `WITH DATA` ends it.
        let end =
            inner.iter().rposition(|token| token.is("WITH")).filter(|end| *end > 0 && inner.len() - end <= 3);
        reading.statement(inner.get(..end.unwrap_or(inner.len())).unwrap_or_default(), depth + 1, found);
    }
}

/// Whether one of these names is among the tokens.
fn names_any(tokens: &[Token<'_>], names: &[&str]) -> bool {
    tokens.iter().any(|token| names.iter().any(|name| token.unquoted().eq_ignore_ascii_case(name)))
}

/// Whether a function's language can do more than SQL.
fn runs_code(tokens: &[Token<'_>]) -> bool {
    let language = tokens
        .iter()
        .zip(tokens.iter().skip(1))
        .find(|(token, _)| token.is("LANGUAGE"))
        .map(|(_, next)| next);
    let untrusted =
        language.is_some_and(|name| UNTRUSTED.iter().any(|word| name.unquoted().eq_ignore_ascii_case(word)));
    let unknown = language.is_some_and(|name| !matches!(name.kind, Kind::Word | Kind::Name | Kind::Text));
    untrusted || unknown || tokens.iter().any(|token| token.is("SONAME"))
}

//! SQL among a tool's arguments, and pipelines of MongoDB.

use countersign_model::{Access, verbs};
use serde_json::{Map, Value as Json};

use super::Tool;
use super::names::Says;
use crate::context::Context;
use crate::sql::{self, DatabasePlace};

/// Arguments that hold SQL whatever they look like.
const SQL: &[&str] =
    &["sql", "sql_query", "sqlquery", "sql_statement", "sql_text", "statement", "statements"];
/// Arguments that may hold it.
const QUERY: &[&str] = &["query", "queries", "q", "query_string", "query_text", "command"];

/// Words of tools and servers behind which a database is, and which.
const DATABASES: &[(&str, &str)] = &[
    ("bigquery", "bigquery"),
    ("clickhouse", "clickhouse"),
    ("cockroach", "postgresql"),
    ("database", "*"),
    ("db", "*"),
    ("duckdb", "duckdb"),
    ("mariadb", "mysql"),
    ("mssql", "sqlserver"),
    ("mysql", "mysql"),
    ("neon", "postgresql"),
    ("pg", "postgresql"),
    ("postgres", "postgresql"),
    ("postgresql", "postgresql"),
    ("redshift", "postgresql"),
    ("snowflake", "snowflake"),
    ("sql", "*"),
    ("sqlite", "sqlite"),
    ("supabase", "postgresql"),
    ("turso", "sqlite"),
];

/// Adds what SQL among the arguments does; none where there is no SQL. A server's name is what its owner wrote;
/// it says which system's SQL this most likely is, and only makes texts be taken for SQL that are not certain to be.
pub(super) fn effects(tool: &Tool<'_>, context: &mut Context<'_>) -> Option<Access> {
    let text = texts(tool, is_database(tool))?;
    run(tool, &text, context)
}

/// The systems that the names of server and tool speak of.
fn systems(tool: &Tool<'_>) -> Vec<&'static str> {
    let server = super::names::in_snake_case(tool.server);
    let known = |word: &str| DATABASES.iter().find(|(name, _)| *name == word).map(|(_, system)| *system);
    server.split('_').chain(tool.words.iter().copied()).filter_map(known).collect()
}

/// Whether a database is behind a tool by its name.
pub(super) fn is_database(tool: &Tool<'_>) -> bool {
    !systems(tool).is_empty()
}

/// Adds what the statements of a text do.
pub(super) fn run(tool: &Tool<'_>, text: &str, context: &mut Context<'_>) -> Option<Access> {
    let system = systems(tool).into_iter().find(|system| *system != "*").unwrap_or("sql");
    let place = place(tool, system);
    let found = sql::statements(text, place.dialect());
    sql::effects(text, &place, context);
    let access = |verb: &str| verbs::find(verb).map_or(Access::Execute, |entry| entry.access);
    found.iter().map(|statement| access(statement.verb.as_str())).max()
}

/// Whether a text is a statement that an argument called so holds. Without a database, and in an argument that
/// says nothing of queries, a question is no statement: only what changes something is.
pub(super) fn is_given(is_database: bool, name: &str, text: &str) -> bool {
    let queries = ["sql", "query", "queries", "stmt", "statement", "statements"];
    let queried = name.split('_').any(|word| queries.contains(&word));
    let first = text.trim_start().split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    let asks = ["select", "values", "explain", "pragma", "with", ""];
    let changes = !asks.contains(&first.to_ascii_lowercase().as_str());
    is_statement(text, is_database) && (is_database || queried || changes)
}

/// The worst that a query of a graph does which an argument holds, by its first word one in Cypher or SPARQL.
pub(super) fn graph(tool: &Tool<'_>) -> Option<Access> {
    const FIRST: &[&str] =
        &["match", "merge", "unwind", "detach", "prefix", "base", "insert", "delete", "clear"];
    let text = tool.text(&["query", "cypher", "sparql", "q", "statement", "query_string"])?;
    let first = text.split_whitespace().next()?.to_ascii_lowercase();
    let second = text.split_whitespace().nth(1).unwrap_or_default();
    let is_shaped = match first.as_str() {
        "match" | "merge" => second.starts_with('(') || second.contains('=') || text.contains("=("),
        _ => text.contains('{') || first == "unwind" || first == "detach",
    };
    let is_graph =
        FIRST.contains(&first.as_str()) && is_shaped && !text.to_ascii_lowercase().contains(" into ");
    is_graph.then(|| graph_access(text)).flatten()
}

/// The worst that a query in Cypher does; quoted text and names say nothing.
pub(super) fn graph_access(text: &str) -> Option<Access> {
    let mut quote = None;
    let bare: String = text
        .chars()
        .map(|letter| match quote {
            Some(open) if letter == open => {
                quote = None;
                ' '
            }
            Some(_) => ' ',
            None if matches!(letter, '"' | '\'' | '`') => {
                quote = Some(letter);
                ' '
            }
            None => letter.to_ascii_lowercase(),
        })
        .collect();
    let words = bare.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.' | ':' | '$'));
    words
        .filter_map(|word| match word {
            "delete" | "detach" | "drop" | "remove" | "clear" => Some(Access::Destroy),
            "call" | "load" => Some(Access::Execute),
            "create" | "merge" | "set" | "foreach" | "alter" | "grant" | "revoke" | "insert" => {
                Some(Access::Write)
            }
            _ => None,
        })
        .max()
}

/// The SQL among the arguments, one statement after the other.
fn texts(tool: &Tool<'_>, is_database: bool) -> Option<String> {
    let given = |names: &[&str]| {
        let found =
            tool.input.iter().find(|(name, _)| names.contains(&super::names::in_snake_case(name).as_str()));
        found.and_then(|(_, value)| match value {
            Json::String(text) => Some(text.clone()),
            Json::Array(list) => {
                let texts: Vec<&str> = list.iter().filter_map(Json::as_str).collect();
                (!texts.is_empty()).then(|| texts.join(";\n"))
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => None,
        })
    };
    // What is searched for is text.
    if tool.says == Says::Reads && tool.has(&["search", "find", "docs", "documentation", "grep", "lookup"]) {
        let about = tool.has(&["docs", "documentation"]);
        return given(SQL)
            .or_else(|| given(QUERY).filter(|text| is_database && !about && is_statement(text, false)));
    }
    given(SQL)
        .or_else(|| given(QUERY).filter(|text| is_statement(text, is_database || tool.says == Says::Runs)))
}

/// Whether a text is a statement: behind a database by its first word, else by what follows as well, since
/// people ask for how to `update the state`.
fn is_statement(text: &str, is_database: bool) -> bool {
    let start: String = text.chars().take(400).collect::<String>().to_ascii_lowercase();
    let trimmed = start.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '(' | ';'));
    if trimmed.starts_with("/*") || trimmed.starts_with("--") {
        return true;
    }
    let words: Vec<&str> = trimmed
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .take(60)
        .collect();
    let later = |names: &[&str]| words.iter().skip(1).any(|word| names.contains(word));
    let second = |names: &[&str]| words.get(1).is_some_and(|word| names.contains(word));
    let kinds = [
        "table",
        "database",
        "schema",
        "view",
        "index",
        "user",
        "role",
        "function",
        "trigger",
        "sequence",
        "type",
        "temp",
        "temporary",
        "unique",
        "or",
        "if",
        "extension",
        "policy",
        "column",
        "procedure",
        "materialized",
    ];
    match words.first().copied().unwrap_or_default() {
        "select" | "values" | "explain" | "pragma" => true,
        "with" => later(&["as", "select"]),
        "insert" | "replace" | "merge" => second(&["into"]) || is_database,
        "delete" => second(&["from"]) || is_database,
        "update" => later(&["set"]) || is_database,
        "create" | "drop" | "alter" => second(&kinds) || is_database,
        "truncate" | "grant" | "revoke" | "vacuum" | "reindex" | "do" | "call" | "exec" | "execute"
        | "copy" | "set" | "reset" | "begin" | "commit" | "rollback" | "lock" | "show" | "describe"
        | "use" | "declare" | "attach" | "detach" | "load" | "import" | "kill" | "prepare" | "listen"
        | "notify" | "refresh" | "rename" | "comment" | "table" | "start" | "analyze" | "optimize" => {
            is_database
        }
        _ => trimmed.contains(';') && is_database,
    }
}

/// The database that is meant: named by the arguments, or the one behind the server.
fn place(tool: &Tool<'_>, system: &str) -> DatabasePlace {
    let database =
        tool.text(&["database", "db", "database_name", "project_id", "dataset", "schema"]).map(str::to_owned);
    let address = tool.text(&["connection_string", "database_url", "dsn", "uri", "url", "connection"]);
    if let Some(place) = address.and_then(DatabasePlace::of_text) {
        return place;
    }
    let host = tool.text(&["host", "hostname", "cluster", "instance", "database_path", "db_path"]);
    DatabasePlace {
        system: system.to_owned(),
        host: host.unwrap_or(tool.server).to_owned(),
        database,
        note: host.is_none().then(|| "it is the database behind the MCP server of this name".to_owned()),
        named: Vec::new(),
    }
}

/// Whether a pipeline of MongoDB writes what it finds somewhere, or runs code.
pub(super) fn pipeline_acts(input: &Map<String, Json>) -> bool {
    let Some(pipeline) = input.get("pipeline") else { return false };
    let text = pipeline.to_string();
    ["$out", "$merge", "$function", "$accumulator", "$where", "\\u0024"]
        .iter()
        .any(|stage| text.contains(stage))
}

//! What a query among a tool's arguments asks for.

use serde_json::{Map, Value as Json};

/// Words of a query that do more than read, or call what nobody here knows.
const ACTING: &[&str] = &[
    "insert", "update", "delete", "drop", "alter", "create", "truncate", "grant", "revoke", "merge",
    "replace", "copy", "call", "exec", "execute", "do", "vacuum", "reindex", "set", "reset", "begin",
    "commit", "lock", "into", "mutation", "attach", "load", "import", "dblink", "setval", "nextval",
    "rename", "remove", "upsert", "refresh", "kill", "shutdown", "prepare", "listen", "notify",
];

/// How the statements of databases begin; other text is a question in a person's words.
const STATEMENTS: &[&str] = &[
    "select",
    "with",
    "explain",
    "values",
    "table",
    "declare",
    "show",
    "describe",
    "db",
    "match",
    "query",
    "mutation",
    "subscription",
];

/// What a query's text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Query {
    /// One statement that only selects.
    Selects,
    /// No statement of a database.
    Other,
    /// It may do anything.
    Acts,
}

/// What the texts among the arguments ask for.
pub(super) fn query(input: &Map<String, Json>) -> Query {
    let named =
        ["sql", "query", "statement", "q"].iter().find_map(|name| input.get(*name)).and_then(Json::as_str);
    let text = Json::Object(input.clone()).to_string().to_ascii_lowercase();
    let words =
        || text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let acts =
        words().any(|word| ACTING.contains(&word) || word.starts_with("pg_") || word.starts_with("lo_"));
    let several = named.is_some_and(|text| {
        let one = text.trim().trim_end_matches(';');
        one.contains(';') || one.contains("--") || one.contains("/*")
    });
    let first =
        named.and_then(|text| text.split_whitespace().next()).unwrap_or_default().to_ascii_lowercase();
    let is_statement = named.is_none_or(|text| {
        let lower = text.to_ascii_lowercase();
        let start =
            lower.split(|c: char| !c.is_ascii_alphabetic()).find(|word| !word.is_empty()).unwrap_or_default();
        STATEMENTS.contains(&start)
            || ACTING.contains(&start)
            || text.contains([';', '{', '('])
            || text.contains("/*")
    }) || ["sql", "statement"].iter().any(|name| input.contains_key(*name));
    if !is_statement {
        return Query::Other;
    }
    match (acts || several, first.as_str()) {
        (true, _) => Query::Acts,
        (false, "select" | "show" | "describe") => Query::Selects,
        (false, _) => Query::Other,
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

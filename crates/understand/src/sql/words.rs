//! What the words of a statement say, where no parser says more: calls, hidden changes, and statements that
//! cannot be parsed.

use countersign_model::verbs;

use super::host::{self, Reach};
use super::keywords::{given_away, names};
use super::lexer::{Kind, Token};
use super::query::called;
use super::{Dialect, Statement, functions, is_read};

/// Calls of one statement that are told apart.
const MOST_PARTS: usize = 200;

/// Adds what words say that the parser took for something else.
pub(super) fn hidden(tokens: &[Token<'_>], found: &mut Vec<Statement>, before: usize) {
    if found.iter().skip(before).any(|statement| !is_read(&statement.verb)) {
        return;
    }
    let why = "words that change data stand in it";
    for (index, token) in tokens.iter().enumerate() {
        let next = |symbols: &[&str]| {
            tokens.get(index + 1).is_some_and(|next| symbols.iter().any(|symbol| next.is_symbol(symbol)))
        };
        let last = index.checked_sub(1).and_then(|last| tokens.get(last));
        let names_a_column = next(&["(", ",", ".", "=", ")"])
            || last.is_some_and(|last| last.is_symbol(".") || last.is("AS") || last.is_symbol(","));
        if names_a_column {
            continue;
        }
        if ["DELETE", "TRUNCATE", "DROP"].iter().any(|word| token.is(word)) {
            found.push(Statement::new(verbs::DB_DESTROY, Vec::new()).partial(why));
            return;
        }
        if ["INSERT", "UPDATE", "MERGE"].iter().any(|word| token.is(word)) {
            found.push(Statement::new(verbs::DB_WRITE, Vec::new()).partial(why));
            return;
        }
    }
}

/// Words before a parenthesis that are no calls.
const NO_CALLS: &[&str] = &[
    "ALL",
    "AND",
    "ANY",
    "ARRAY",
    "AS",
    "BETWEEN",
    "BY",
    "CASE",
    "CUBE",
    "DISTINCT",
    "ELSE",
    "EXCEPT",
    "EXISTS",
    "FILTER",
    "FROM",
    "GROUPING",
    "HAVING",
    "IN",
    "INTERSECT",
    "INTO",
    "IS",
    "JOIN",
    "KEY",
    "LATERAL",
    "LIKE",
    "LIMIT",
    "MATERIALIZED",
    "NOT",
    "OF",
    "OFFSET",
    "ON",
    "OR",
    "OVER",
    "PARTITION",
    "RETURNING",
    "ROLLUP",
    "ROW",
    "SELECT",
    "SET",
    "SETS",
    "SOME",
    "THEN",
    "TOP",
    "UNION",
    "USING",
    "VALUES",
    "WHEN",
    "WHERE",
    "WITH",
    "WITHIN",
    "CONFLICT",
    "GROUP",
    "TABLE",
    "VARCHAR",
    "CHAR",
    "DECIMAL",
    "NUMERIC",
    "TIMESTAMP",
    "INDEX",
    "DO",
    "UPDATE",
    "REFERENCES",
];

/// Adds what calls do by the tokens alone: those known to do more than give a value, and, where nothing could be
/// parsed, those nobody knows.
pub(super) fn calls(tokens: &[Token<'_>], dialect: Dialect, unknown_too: bool, found: &mut Vec<Statement>) {
    let mut count = 0;
    for (index, token) in tokens.iter().enumerate() {
        let opens = tokens.get(index + 1).is_some_and(|next| next.is_symbol("("));
        let is_name =
            matches!(token.kind, Kind::Word | Kind::Name) && !NO_CALLS.iter().any(|word| token.is(word));
        if !opens || !is_name {
            continue;
        }
        let name = token.unquoted();
        let dotted = index > 1 && tokens.get(index - 1).is_some_and(|before| before.is_symbol("."));
        let schema = if dotted { tokens.get(index - 2).map_or("", |schema| schema.unquoted()) } else { "" };
        let whole = if schema.is_empty() || schema.eq_ignore_ascii_case("pg_catalog") {
            name.to_owned()
        } else {
            format!("{schema}.{name}")
        };
        // What introduces a list of columns or of aliases is no call.
        let last = index.checked_sub(1).and_then(|last| tokens.get(last));
        let columns = ["INTO", "WITH", "RECURSIVE", "AS", "TABLE", "UPDATE", "COPY"]
            .iter()
            .any(|word| last.is_some_and(|last| last.is(word)));
        let lower = whole.to_ascii_lowercase();
        let statement = if let Some(danger) = functions::dangerous(&lower).filter(|_| !columns) {
            let statement = Statement::new(danger.verb, vec![whole.clone()])
                .because(&format!("`{whole}`: {}", danger.why));
            match danger.reach {
                Some(reach) => statement.reaching(reach, Some(host::argument(tokens, index))),
                None => statement,
            }
        } else if unknown_too && !columns {
            match called(&whole, dialect) {
                Some(statement) => statement,
                None => continue,
            }
        } else {
            continue;
        };
        count += 1;
        if count > MOST_PARTS {
            found.push(Statement::opaque("the statement has too many parts to look at each"));
            return;
        }
        found.push(statement);
    }
}

/// `SELECT .. INTO OUTFILE` of MySQL.
pub(super) fn outfile(tokens: &[Token<'_>], found: &mut Vec<Statement>) {
    let mut pairs = tokens.iter().zip(tokens.iter().skip(1));
    if pairs.any(|(token, next)| token.is("INTO") && (next.is("OUTFILE") || next.is("DUMPFILE"))) {
        found.push(host::file(Reach::Writes, None));
    }
}

/// What a statement that cannot be parsed does by its words.
pub(super) fn by_words(tokens: &[Token<'_>], dialect: Dialect, why: &str, found: &mut Vec<Statement>) {
    let word = tokens
        .iter()
        .find(|token| !token.is_symbol("("))
        .map_or_else(String::new, |token| token.text.to_ascii_uppercase());
    let before = found.len();
    let any = |words: &[&str]| tokens.iter().skip(1).any(|token| words.iter().any(|word| token.is(word)));
    let after = |words: &[&str]| {
        let at = tokens.iter().position(|token| words.iter().any(|word| token.is(word)));
        at.map_or_else(Vec::new, |at| names(tokens.get(at + 1..).unwrap_or_default()))
    };
    match word.as_str() {
        "DELETE" => found.push(Statement::new(verbs::DB_DESTROY, after(&["FROM"])).partial(why)),
        "UPDATE" => found.push(Statement::new(verbs::DB_WRITE, after(&["UPDATE"])).partial(why)),
        "INSERT" | "REPLACE" | "UPSERT" | "MERGE" => {
            let verb = if any(&["OVERWRITE"]) { verbs::DB_DESTROY } else { verbs::DB_WRITE };
            found.push(Statement::new(verb, after(&["INTO", "TABLE"])).partial(why));
        }
        "SELECT" | "WITH" | "VALUES" | "TABLE" | "FROM" => {
            const CHANGES: &[&str] = &[
                "INSERT", "UPDATE", "DELETE", "MERGE", "INTO", "DROP", "TRUNCATE", "ALTER", "CREATE",
                "GRANT", "REVOKE", "COPY", "EXEC", "EXECUTE", "CALL", "DO",
            ];
            let doubtful = tokens
                .iter()
                .any(|token| token.kind == Kind::Symbol && matches!(token.text, "\\" | "{" | "}"))
                || any(CHANGES);
            let mut unknown = Vec::new();
            calls(tokens, dialect, true, &mut unknown);
            if doubtful || !unknown.is_empty() {
                found.push(Statement::opaque(why));
            } else {
                found.push(Statement::new(verbs::DB_READ, after(&["FROM"])).partial(why));
            }
        }
        _ => found.push(Statement::opaque(why)),
    }
    if found.iter().skip(before).any(|statement| !is_read(&statement.verb)) {
        given_away(tokens.get(1..).unwrap_or_default(), found);
    }
}

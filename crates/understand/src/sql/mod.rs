//! SQL: every statement of a text and what it does to which tables.
//!
//! [`lexer`] takes the text apart as the system reads it, [`keywords`] knows statements by their first words,
//! [`query`] reads queries and changes of data with a parser, and [`functions`] knows what a call does besides
//! giving a value, [`blocks`] is about code that a statement
//! holds, [`host`] what that reaches outside of the database, and [`foreign`] which other servers. [`client`] reads the commands of the programs around a database. [`effects`] is the door
//! for everything that finds SQL somewhere.

mod blocks;
pub(crate) mod client;
mod connection;
mod effects;
mod foreign;
mod functions;
mod host;
mod keywords;
mod lexer;
mod placeholders;
mod query;
mod schema;
mod server;
mod words;

use countersign_model::{Access, Certainty, Verb, verbs};

pub(crate) use connection::{Pairs, of_text as of_connection};
pub(crate) use effects::{DatabasePlace, effects, handed, system_of, unknown, variable};
use lexer::{Token, Tokens};

/// The longest text that is read, in bytes.
const LONGEST: usize = 256 * 1024;
/// Statements of one text that are told apart.
const MOST_STATEMENTS: usize = 500;
/// How deep statements may hold each other: `EXPLAIN PREPARE .. AS`.
const DEEPEST: usize = 8;

/// Whose SQL it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Postgres,
    MySql,
    Sqlite,
    MsSql,
    DuckDb,
    ClickHouse,
    Snowflake,
    /// Nobody knows whose.
    Generic,
}

impl Dialect {
    const fn has_dollar_quotes(self) -> bool {
        matches!(self, Self::Postgres | Self::DuckDb | Self::Snowflake | Self::Generic)
    }
}

/// What a statement, or a part of one, does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Statement {
    pub verb: Verb,
    /// Tables or whatever else it names; none where it names nothing.
    pub tables: Vec<String>,
    pub certainty: Certainty,
    /// What a person should know: a sentence fragment.
    pub because: Option<String>,
    /// What it reaches outside of the database.
    pub reached: Option<host::Reached>,
    /// Whether all that is not known of it is what a function of the database does, as of a procedure that is called.
    pub is_call: bool,
}

impl Statement {
    fn new(verb: Verb, tables: Vec<String>) -> Self {
        Self { verb, tables, certainty: Certainty::Exact, because: None, reached: None, is_call: false }
    }

    fn because(mut self, why: &str) -> Self {
        self.because = Some(why.to_owned());
        self
    }

    fn partial(mut self, why: &str) -> Self {
        self.certainty = Certainty::Partial;
        self.because(why)
    }

    /// Something nobody can read: at least a change.
    fn opaque(why: &str) -> Self {
        let statement = Self::new(verbs::DB_WRITE, Vec::new()).because(why);
        Self { certainty: Certainty::Opaque, ..statement }
    }
}

/// What every statement of `text` does, in order; one statement may do several things.
pub(crate) fn statements(text: &str, dialect: Dialect) -> Vec<Statement> {
    let mut found = Vec::new();
    if text.len() > LONGEST {
        return vec![Statement::opaque("the SQL is too long to be read")];
    }
    let Tokens { tokens, doubt } = lexer::tokens(text, dialect);
    let mut reading = Reading { text, dialect, prepared: Vec::new() };
    for (count, statement) in split(&tokens, dialect).enumerate() {
        if count >= MOST_STATEMENTS {
            found.push(Statement::opaque("there are too many statements to look at each"));
            keywords::given_away(statement, &mut found);
            break;
        }
        reading.statement(statement, 0, &mut found);
    }
    if let Some(doubt) = doubt {
        found.push(Statement::opaque(doubt));
        keywords::given_away(&tokens, &mut found);
    }
    found
}

/// The text being read, and what it prepared so far.
struct Reading<'t> {
    text: &'t str,
    dialect: Dialect,
    /// Names of prepared statements: what they do is listed where they are prepared.
    prepared: Vec<&'t str>,
}

impl<'t> Reading<'t> {
    /// Adds what one statement does.
    fn statement(&mut self, tokens: &[Token<'t>], depth: usize, found: &mut Vec<Statement>) {
        if tokens.is_empty() {
            return;
        }
        if depth > DEEPEST {
            found.push(Statement::opaque("its statements nest too deep"));
            keywords::given_away(tokens, found);
            return;
        }
        let before = found.len();
        if !keywords::utility(self, tokens, depth, found) {
            query::classify(self.source(tokens), tokens, self.dialect, found);
        }
        if self.dialect == Dialect::MsSql && depth == 0 {
            // Statements need nothing between them.
            self.unseparated(tokens, found);
        }
        if found.len() == before {
            found.push(Statement::new(verbs::DB_READ, Vec::new()));
        }
    }

    /// The text of these tokens.
    fn source(&self, tokens: &[Token<'t>]) -> &'t str {
        let (start, end) =
            (tokens.first().map_or(0, |token| token.start), tokens.last().map_or(0, Token::end));
        self.text.get(start..end).unwrap_or_default()
    }

    fn unseparated(&mut self, tokens: &[Token<'t>], found: &mut Vec<Statement>) {
        const STARTS: &[&str] = &[
            "DELETE", "DROP", "TRUNCATE", "EXEC", "EXECUTE", "INSERT", "UPDATE", "MERGE", "GRANT", "REVOKE",
            "CREATE", "ALTER", "BACKUP", "RESTORE", "BULK", "KILL", "SHUTDOWN",
        ];
        const BEFORE: &[&str] = &[
            "ON", "FOR", "AFTER", "OF", "THEN", "AND", "OR", "AS", "WITH", "GRANT", "REVOKE", "DENY",
            "EXPLAIN",
        ];
        let is_definition =
            tokens.first().is_some_and(|token| ["GRANT", "REVOKE", "DENY"].iter().any(|word| token.is(word)));
        if is_definition {
            return;
        }
        let pairs = tokens.iter().zip(tokens.iter().skip(1)).enumerate();
        let begins = pairs.filter(|(index, (before, token))| {
            let starts = STARTS.iter().any(|word| token.is(word));
            let part =
                before.is_symbol(",") || before.is_symbol("(") || BEFORE.iter().any(|word| before.is(word));
            let called = tokens.get(index + 2).is_some_and(|next| next.is_symbol("(") || next.is_symbol(","));
            starts && !part && !called
        });
        let mut starts: Vec<usize> = begins.map(|(index, _)| index + 1).collect();
        starts.push(tokens.len());
        // Each ends where the next begins: read to the end of all, the cost would grow with the square.
        for (start, end) in starts.iter().zip(starts.iter().skip(1)) {
            self.statement(tokens.get(*start..*end).unwrap_or_default(), 1, found);
            if found.len() > MOST_STATEMENTS {
                found.push(Statement::opaque("there are too many statements to look at each"));
                keywords::given_away(tokens.get(*end..).unwrap_or_default(), found);
                return;
            }
        }
    }
}

/// Parts the tokens of a text at the semicolons between statements.
fn split<'a, 't>(tokens: &'a [Token<'t>], dialect: Dialect) -> impl Iterator<Item = &'a [Token<'t>]> {
    let mut rest = tokens;
    std::iter::from_fn(move || {
        while let Some((first, after)) = rest.split_first() {
            if !first.is_symbol(";") {
                break;
            }
            rest = after;
        }
        if rest.is_empty() {
            return None;
        }
        let trigger = dialect == Dialect::Sqlite && is_trigger(rest);
        let ends = |index: usize, token: &Token<'_>| {
            let inside =
                trigger && !(index > 0 && rest.get(index - 1).is_some_and(|before| before.is("END")));
            (token.is_symbol(";") && !inside)
                || (dialect == Dialect::MsSql && token.is("GO") && is_alone(rest, index))
        };
        let end = rest.iter().enumerate().find(|(index, token)| ends(*index, token)).map(|(index, _)| index);
        let (statement, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after.get(1..).unwrap_or_default();
        Some(statement)
    })
    .filter(|statement| !statement.is_empty())
}

/// SQLite's own shell takes a trigger up to `END;` for one statement.
fn is_trigger(tokens: &[Token<'_>]) -> bool {
    let word = |index: usize, name: &str| tokens.get(index).is_some_and(|token| token.is(name));
    word(0, "CREATE")
        && (word(1, "TRIGGER") || ((word(1, "TEMP") || word(1, "TEMPORARY")) && word(2, "TRIGGER")))
}

/// Whether `GO` ends a batch: nothing that could make it a name stands before it.
fn is_alone(tokens: &[Token<'_>], index: usize) -> bool {
    let before = index.checked_sub(1).and_then(|before| tokens.get(before));
    before.is_none_or(|before| !before.is_symbol(".") && !before.is("AS"))
}

/// The class of a text of SQL that does the most: `read`, `write`, `schema`, `privilege`, `execute`, `destroy`, or `opaque`
/// where a part of it cannot be read. For measuring; it reads PostgreSQL's dialect.
pub fn sql_class(text: &str) -> &'static str {
    let found = statements(text, Dialect::Postgres);
    let rank = |statement: &Statement| match statement.verb.as_str() {
        _ if statement.certainty == Certainty::Opaque => (3, "opaque"),
        "db.destroy" => (6, "destroy"),
        "db.execute" => (5, "execute"),
        "db.privilege" => (4, "privilege"),
        "db.schema" => (2, "schema"),
        "db.write" => (1, "write"),
        _ => (0, "read"),
    };
    found.iter().map(rank).max().map_or("read", |(_, class)| class)
}

/// Whether a verb only reads.
fn is_read(verb: &Verb) -> bool {
    countersign_model::verbs::find(verb.as_str()).is_some_and(|entry| entry.access == Access::Read)
}

#[cfg(test)]
mod tests;

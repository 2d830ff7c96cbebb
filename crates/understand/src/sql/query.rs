//! Queries and changes of data, read with a parser.
//!
//! The parser recurses and, in nested parentheses, tries several readings: both are bounded on the tokens
//! before it sees anything, and it runs where there is stack enough. What it cannot read, or might have read
//! with other quotes than the system does, is judged by its words as well.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use countersign_model::verbs;
use sqlparser::ast::{
    Delete, Expr, FromTable, Insert, LockClause, MergeAction, ObjectName, Query, Select, SetExpr,
    Statement as Parsed, TableFactor, TableObject, Update, Visit, Visitor,
};
use sqlparser::dialect as parsers;
use sqlparser::parser::Parser;

use super::functions::{self, Danger};
use super::host;
use super::lexer::{Kind, Token};
use super::words::{by_words, calls, hidden, outfile};
use super::{Dialect, Statement};

/// Tokens of one statement that are parsed; longer ones are judged by their words.
const MOST_TOKENS: usize = 3000;
/// Open parentheses at which parsing is still quick.
const DEEPEST: usize = 12;
/// Tables and calls of one statement that are told apart.
const MOST_PARTS: usize = 200;
/// Stack that parsing may need, and what each token may add once its tree is walked.
const STACK: usize = if cfg!(debug_assertions) { 4 << 20 } else { 1 << 20 };
const STACK_OF_TOKEN: usize = if cfg!(debug_assertions) { 8 << 10 } else { 2 << 10 };

/// Adds what a query or a change of data does.
pub(super) fn classify(text: &str, tokens: &[Token<'_>], dialect: Dialect, found: &mut Vec<Statement>) {
    let before = found.len();
    let why = if tokens.len() > MOST_TOKENS {
        Some("the statement is too long to be read to its end")
    } else if nesting(tokens) > DEEPEST {
        Some("the statement nests too deep")
    } else {
        let needed = STACK + tokens.len() * STACK_OF_TOKEN;
        let read = || catch_unwind(AssertUnwindSafe(|| parsed(text, dialect))).ok().flatten();
        match stacker::maybe_grow(needed, needed, read) {
            Some(parts) => {
                found.extend(parts);
                None
            }
            None => Some("the statement cannot be parsed"),
        }
    };
    match why {
        Some(why) => by_words(tokens, dialect, why, found),
        None => hidden(tokens, found, before),
    }
    calls(tokens, dialect, why.is_some(), found);
    outfile(tokens, found);
    if dialect == Dialect::DuckDb {
        host::tables(tokens, found);
    }
    merged(found, before);
}

/// How many parentheses and the like are open at once.
fn nesting(tokens: &[Token<'_>]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for token in tokens {
        let opens = token.kind == Kind::Symbol && matches!(token.text, "(" | "[" | "{") || token.is("CASE");
        let closes = token.kind == Kind::Symbol && matches!(token.text, ")" | "]" | "}") || token.is("END");
        if opens {
            depth += 1;
            deepest = deepest.max(depth);
        } else if closes {
            depth = depth.saturating_sub(1);
        }
    }
    deepest
}

fn parsed(text: &str, dialect: Dialect) -> Option<Vec<Statement>> {
    let parse = |dialect: &dyn parsers::Dialect| {
        Parser::new(dialect)
            .with_recursion_limit(40)
            .try_with_sql(text)
            .and_then(|mut parser| parser.parse_statements())
    };
    let own = match dialect {
        Dialect::Postgres => parse(&parsers::PostgreSqlDialect {}),
        Dialect::MySql => parse(&parsers::MySqlDialect {}),
        Dialect::Sqlite => parse(&parsers::SQLiteDialect {}),
        Dialect::MsSql => parse(&parsers::MsSqlDialect {}),
        Dialect::DuckDb => parse(&parsers::DuckDbDialect {}),
        Dialect::ClickHouse => parse(&parsers::ClickHouseDialect {}),
        Dialect::Snowflake => parse(&parsers::SnowflakeDialect {}),
        Dialect::Generic => parse(&parsers::GenericDialect {}),
    };
    let read = match own {
        Ok(read) => read,
        Err(_) if dialect == Dialect::Generic => parse(&parsers::PostgreSqlDialect {}).ok()?,
        Err(_) => parse(&parsers::GenericDialect {}).ok()?,
    };
    let mut parts = Parts { dialect, statements: Vec::new(), reads: Vec::new(), own: Vec::new(), count: 0 };
    for statement in &read {
        let _ = statement.visit(&mut parts);
    }
    Some(parts.finish())
}

/// What a walk along the tree finds.
struct Parts {
    dialect: Dialect,
    statements: Vec<Statement>,
    /// Tables that are named.
    reads: Vec<String>,
    /// Names that the query gives to parts of itself.
    own: Vec<String>,
    count: usize,
}

impl Parts {
    fn finish(mut self) -> Vec<Statement> {
        let changed: Vec<&String> = self.statements.iter().flat_map(|statement| &statement.tables).collect();
        self.reads.retain(|name| {
            !self.own.iter().any(|own| own.eq_ignore_ascii_case(name)) && !changed.contains(&name)
        });
        let mut statements = self.statements;
        if !self.reads.is_empty() || statements.is_empty() {
            statements.push(Statement::new(verbs::DB_READ, self.reads));
        }
        statements
    }

    fn counts(&mut self) -> bool {
        self.count += 1;
        if self.count == MOST_PARTS {
            self.statements.push(Statement::opaque("the statement has too many parts to look at each"));
        }
        self.count < MOST_PARTS
    }

    fn call(&mut self, name: &ObjectName) {
        if !self.counts() {
            return;
        }
        let name = plain(name);
        if let Some(statement) = called(&name, self.dialect) {
            self.statements.push(statement);
        }
    }

    fn insert(&mut self, insert: &Insert) {
        let mut tables = match &insert.table {
            TableObject::TableName(name) => vec![plain(name)],
            TableObject::TableFunction(function) => {
                self.call(&function.name);
                Vec::new()
            }
            TableObject::TableQuery(_) => Vec::new(),
        };
        tables.extend(insert.multi_table_into_clauses.iter().map(|clause| plain(&clause.table_name)));
        self.statements.push(if insert.overwrite {
            Statement::new(verbs::DB_DESTROY, tables).because("it overwrites what the table holds")
        } else {
            Statement::new(verbs::DB_WRITE, tables)
        });
    }

    fn update(&mut self, update: &Update) {
        let table = factor_name(&update.table.relation);
        let statement = Statement::new(verbs::DB_WRITE, table.into_iter().collect());
        self.statements.push(
            if is_everything(update.selection.as_ref())
                && update.limit.is_none()
                && update.from.is_none()
                && update.table.joins.is_empty()
            {
                statement.because("it changes every row: nothing in WHERE keeps any out")
            } else {
                statement
            },
        );
    }

    fn delete(&mut self, delete: &Delete) {
        let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
        let mut tables: Vec<String> = delete.tables.iter().map(plain).collect();
        if tables.is_empty() {
            tables.extend(from.iter().filter_map(|table| factor_name(&table.relation)));
        }
        let statement = Statement::new(verbs::DB_DESTROY, tables);
        let joined = delete.using.is_some() || from.iter().any(|table| !table.joins.is_empty());
        self.statements.push(
            if is_everything(delete.selection.as_ref()) && delete.limit.is_none() && !joined {
                statement.because("it deletes every row: nothing in WHERE keeps any")
            } else {
                statement
            },
        );
    }
}

impl Visitor for Parts {
    type Break = ();

    fn pre_visit_statement(&mut self, statement: &Parsed) -> ControlFlow<()> {
        match statement {
            Parsed::Query(_) => {}
            Parsed::Insert(insert) => self.insert(insert),
            Parsed::Update(update) => self.update(update),
            Parsed::Delete(delete) => self.delete(delete),
            Parsed::Merge(merge) => {
                let table: Vec<String> = factor_name(&merge.table).into_iter().collect();
                let deletes =
                    merge.clauses.iter().any(|clause| matches!(clause.action, MergeAction::Delete { .. }));
                let verb = if deletes { verbs::DB_DESTROY } else { verbs::DB_WRITE };
                self.statements.push(Statement::new(verb, table));
            }
            // Nothing else is given to this reading; what is found in spite of that is not known.
            _ => self.statements.push(Statement::opaque("a statement inside another that is not known")),
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            self.own.push(cte.alias.name.value.clone());
        }
        if let Some(lock) = query.locks.first() {
            let tables = locked(query, lock);
            self.statements
                .push(Statement::new(verbs::DB_WRITE, tables).because("it locks the rows it reads"));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        if let Some(into) = &select.into {
            let name = into.targets.first().map(ToString::to_string).unwrap_or_default();
            if !name.starts_with('@') {
                let name = name.replace(['"', '`', '[', ']'], "");
                self.statements.push(
                    Statement::new(verbs::DB_SCHEMA, vec![name]).because("it makes a table of what it reads"),
                );
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        if self.counts() {
            self.reads.push(plain(relation));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        match factor {
            TableFactor::Table { name, args: Some(_), .. } => {
                self.own.push(plain(name));
                self.call(name);
            }
            TableFactor::Function { name, .. } => self.call(name),
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
        if let Expr::Function(function) = expression {
            self.call(&function.name);
        }
        ControlFlow::Continue(())
    }
}

/// A call that does more than give a value, or may.
pub(super) fn called(name: &str, dialect: Dialect) -> Option<Statement> {
    let danger = functions::called(name, dialect)?;
    let short: String = name.chars().take(60).collect();
    let verb = danger.as_ref().map_or(verbs::DB_EXECUTE, |danger| danger.verb.clone());
    let statement = Statement::new(verb, vec![short.clone()]);
    Some(match danger {
        Some(Danger { why, reach, .. }) => {
            let statement = statement.because(&format!("`{short}`: {why}"));
            match reach {
                Some(reach) => statement.reaching(reach, None),
                None => statement,
            }
        }
        None => {
            let why = format!("what the function `{short}` does is not known");
            Statement { is_call: true, ..statement.partial(&why) }
        }
    })
}

fn locked(query: &Query, lock: &LockClause) -> Vec<String> {
    if let Some(of) = &lock.of {
        return vec![plain(of)];
    }
    match query.body.as_ref() {
        SetExpr::Select(select) => {
            select.from.iter().filter_map(|table| factor_name(&table.relation)).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a condition keeps nothing out.
fn is_everything(selection: Option<&Expr>) -> bool {
    selection.is_none_or(|condition| {
        let text = condition.to_string();
        matches!(text.as_str(), "true" | "TRUE" | "1" | "1 = 1" | "'1' = '1'" | "(1 = 1)" | "NOT false")
    })
}

fn factor_name(factor: &TableFactor) -> Option<String> {
    match factor {
        TableFactor::Table { name, .. } => Some(plain(name)),
        _ => None,
    }
}

/// A name without quotes.
fn plain(name: &ObjectName) -> String {
    let parts: Vec<&str> =
        name.0.iter().map(|part| part.as_ident().map_or("*", |ident| ident.value.as_str())).collect();
    parts.join(".")
}

/// Leaves each thing that was found more than once only once.
fn merged(found: &mut Vec<Statement>, from: usize) {
    let mut kept: Vec<Statement> = found.split_off(from);
    kept.iter_mut().for_each(|statement| {
        let mut seen: Vec<String> = Vec::new();
        statement.tables.retain(|table| {
            let is_new = !seen.contains(table);
            if is_new {
                seen.push(table.clone());
            }
            is_new
        });
    });
    // What the parser saw reached, the words say with the file.
    let said = |name: &[String], kept: &[Statement]| {
        kept.iter().any(|other| {
            other.tables == name && other.reached.as_ref().is_some_and(|reached| reached.file.is_some())
        })
    };
    let unsaid: Vec<bool> = kept
        .iter()
        .map(|statement| {
            let by_parser = statement.reached.as_ref().is_some_and(|reached| reached.file.is_none());
            by_parser && said(&statement.tables, &kept)
        })
        .collect();
    for statement in kept.into_iter().zip(unsaid).filter_map(|(kept, unsaid)| (!unsaid).then_some(kept)) {
        let twice = found.iter().skip(from).any(|other| {
            other.verb == statement.verb
                && other.tables == statement.tables
                && other.certainty == statement.certainty
                && other.reached == statement.reached
        });
        if !twice {
            found.push(statement);
        }
    }
}

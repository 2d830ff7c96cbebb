//! Statements about the server, whose first word alone does not say whether they change anything: distributed
//! transactions, roles that are taken on, checks and backups that are looked at.

use countersign_model::verbs;

use super::Statement;
use super::lexer::{Kind, Token};

/// Whether a statement that often only looks does more: `XA COMMIT`, `USE ROLE`, `MOVE USER`.
pub(super) fn acts(tokens: &[Token<'_>]) -> bool {
    let first = |word: &str| tokens.first().is_some_and(|token| token.is(word));
    let second = |words: &[&str]| tokens.get(1).is_some_and(|token| words.iter().any(|word| token.is(word)));
    first("XA") && second(&["COMMIT", "ROLLBACK", "PREPARE"])
        || first("USE") && second(&["ROLE", "SECONDARY"])
        || first("MOVE") && second(&["USER", "ROLE", "QUOTA", "ROW", "SETTINGS"])
}

/// What such a statement does.
pub(super) fn acting(tokens: &[Token<'_>]) -> Statement {
    match tokens.first() {
        Some(first) if first.is("XA") => {
            Statement::new(verbs::DB_WRITE, Vec::new()).because("it ends a prepared transaction")
        }
        _ => Statement::new(verbs::DB_PRIVILEGE, Vec::new())
            .because("it changes on whose rights something is done"),
    }
}

/// Whether a check or a backup is only looked at: `DBCC CHECKDB`, `RESTORE FILELISTONLY`.
pub(super) fn only_looks(tokens: &[Token<'_>]) -> bool {
    const CHECKS: &[&str] = &[
        "CHECKDB",
        "CHECKTABLE",
        "CHECKALLOC",
        "CHECKCATALOG",
        "CHECKCONSTRAINTS",
        "CHECKFILEGROUP",
        "CHECKIDENT",
        "SHOW_STATISTICS",
        "SHOWCONTIG",
        "OPENTRAN",
        "INPUTBUFFER",
        "OUTPUTBUFFER",
        "USEROPTIONS",
        "TRACESTATUS",
        "HELP",
    ];
    const BACKUPS: &[&str] = &["FILELISTONLY", "HEADERONLY", "LABELONLY", "VERIFYONLY"];
    // `DBCC CHECKIDENT (t, RESEED, 0)` sets a number, `REPAIR_ALLOW_DATA_LOSS` says it itself.
    let changes = tokens.iter().any(|token| {
        let text = token.unquoted().to_ascii_uppercase();
        token.kind != Kind::Text && (text.starts_with("REPAIR") || text == "RESEED")
    });
    let second = |words: &[&str]| tokens.get(1).is_some_and(|token| words.iter().any(|word| token.is(word)));
    second(CHECKS) && !changes || second(BACKUPS)
}

#[cfg(test)]
mod tests {
    use crate::sql::{Dialect, is_read, statements};

    #[test]
    fn what_looks_and_what_does_not() {
        for (text, dialect, looks) in [
            ("XA RECOVER", Dialect::MySql, true),
            ("XA START 'x'", Dialect::MySql, true),
            ("XA COMMIT 'x'", Dialect::MySql, false),
            ("XA ROLLBACK 'x'", Dialect::MySql, false),
            ("ANALYZE TABLE t", Dialect::MySql, false),
            ("UNLOCK TABLES", Dialect::MySql, true),
            ("USE ROLE accountadmin", Dialect::Snowflake, false),
            ("USE WAREHOUSE w", Dialect::Snowflake, true),
            ("USE DATABASE d", Dialect::Snowflake, true),
            ("MOVE USER a TO x", Dialect::ClickHouse, false),
            ("MOVE FORWARD 5 FROM c", Dialect::Postgres, true),
            ("LISTEN c", Dialect::Postgres, false),
            ("NOTIFY c", Dialect::Postgres, false),
            ("DBCC CHECKDB", Dialect::MsSql, true),
            ("DBCC CHECKDB ('d', REPAIR_ALLOW_DATA_LOSS)", Dialect::MsSql, false),
            ("DBCC CHECKIDENT ('t', RESEED, 0)", Dialect::MsSql, false),
            ("DBCC FREEPROCCACHE", Dialect::MsSql, false),
            ("RESTORE FILELISTONLY FROM DISK = 'x'", Dialect::MsSql, true),
            ("RESTORE DATABASE d FROM DISK = 'x'", Dialect::MsSql, false),
            ("END CONVERSATION @h", Dialect::MsSql, false),
            ("BEGIN TRY SELECT 1 END TRY", Dialect::MsSql, true),
            ("BEGIN TRANSACTION", Dialect::Generic, true),
            ("BEGIN dbms_scheduler.run_job('x'); END;", Dialect::Generic, false),
            ("BEGIN DELETE FROM t; END;", Dialect::Generic, false),
            ("BEGIN IMMEDIATE", Dialect::Sqlite, true),
            ("ASSERT TRUE", Dialect::Generic, true),
        ] {
            let found = statements(text, dialect);
            assert_eq!(found.iter().all(|statement| is_read(&statement.verb)), looks, "{text}: {found:?}");
        }
    }
}

//! Blocks of code that PostgreSQL runs: `DO $$ begin .. end $$`, and the bodies of functions.

use super::lexer::{Kind, Token};

/// The text of a block that stands in quotes.
pub(super) fn body(token: &Token<'_>) -> String {
    let inner = token.unquoted();
    if token.text.starts_with('$') { inner.to_owned() } else { inner.replace("''", "'") }
}

/// Words that begin a statement that changes something, behind `BEGIN` or `THEN` too.
const STARTS: &[&str] = &[
    "DELETE", "DROP", "TRUNCATE", "INSERT", "UPDATE", "MERGE", "GRANT", "REVOKE", "CREATE", "ALTER", "COPY",
    "CALL",
];
/// Words before which these are a part of another statement.
const BEFORE: &[&str] = &["ON", "FOR", "AFTER", "OF", "AND", "OR", "AS", "WITH", "NO", "BEFORE"];

/// Where the statement begins in a piece of a block.
pub(super) fn start(tokens: &[Token<'_>]) -> Option<usize> {
    tokens.iter().enumerate().position(|(index, token)| {
        let before = index.checked_sub(1).and_then(|before| tokens.get(before));
        let part = before.is_some_and(|before| {
            before.kind == Kind::Symbol && !before.is_symbol(">") || BEFORE.iter().any(|word| before.is(word))
        });
        !part && STARTS.iter().any(|word| token.is(word))
    })
}

/// Whether `BEGIN` opens a block of code, and no transaction.
pub(super) fn is_code(tokens: &[Token<'_>]) -> bool {
    const OF_TRANSACTIONS: &[&str] = &[
        "TRANSACTION",
        "TRAN",
        "WORK",
        "ISOLATION",
        "READ",
        "NOT",
        "DEFERRABLE",
        "DEFERRED",
        "IMMEDIATE",
        "EXCLUSIVE",
        "CONCURRENT",
        "DISTRIBUTED",
        "DIALOG",
        "CONVERSATION",
    ];
    tokens.get(1).is_some_and(|next| {
        matches!(next.kind, Kind::Word | Kind::Name) && !OF_TRANSACTIONS.iter().any(|word| next.is(word))
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn what_a_block_does() {
        assert_snapshot!(check(r#"psql -h localhost shop -c "do \$\$ begin perform dblink_exec('host=db.prod.example','drop table orders'); end \$\$""#), @"
        db.execute * in postgresql://localhost/shop, execute
        db.destroy orders in postgresql://db.prod.example, destroy
        ");
        assert_snapshot!(check(r#"psql -h db.example shop -c "do 'begin if 1 = 1 then delete from a where b = ''c''; end if; drop table d; end'""#), @"
        db.execute * in postgresql://db.example/shop, execute
        db.destroy a in postgresql://db.example/shop, destroy
        db.destroy d in postgresql://db.example/shop, destroy
        ");
        assert_snapshot!(check(r#"psql -h localhost shop -c 'do $x$ begin execute $y$select dblink_exec($z$host=db.prod.example$z$, $z$drop table orders$z$)$y$; end $x$'"#), @"
        db.execute * in postgresql://localhost/shop, execute
        db.destroy orders in postgresql://db.prod.example, destroy
        ");
        assert_snapshot!(check(r#"psql shop -c 'create function f() returns void language plpgsql as $x$ begin perform dblink_exec($z$host=db.prod.example$z$, $z$drop table orders$z$); end $x$; select f()'"#), @"
        db.schema f in postgresql://localhost/shop, write
        db.execute f in postgresql://localhost/shop, execute, partial
        db.destroy orders in postgresql://db.prod.example, destroy
        ");
    }

    #[test]
    fn a_block_that_changes_nothing() {
        assert_snapshot!(check(r#"psql shop -c 'do $$ begin raise notice $x$drop table a$x$; perform 1 from a for update; end $$'"#), @"db.execute * in postgresql://localhost/shop, execute");
    }
}

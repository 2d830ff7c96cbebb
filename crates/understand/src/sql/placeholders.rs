//! Statements as code hands them to a driver, with marks where the driver puts values in: `%s`, `%(id)s` and `?`.

use std::borrow::Cow;

use super::Dialect;
use super::lexer::{self, Kind, Token};

/// The text with such marks as values that the parser of the dialect reads. What stands between quotes stays as it is.
pub(super) fn as_values(text: &str, dialect: Dialect) -> Cow<'_, str> {
    let takes_marks = dialect != Dialect::Postgres;
    if !text.contains('%') && (takes_marks || !text.contains('?')) {
        return Cow::Borrowed(text);
    }
    let tokens = lexer::tokens(text, dialect).tokens;
    let value = if takes_marks { "?" } else { "$1" };
    let mut written = String::with_capacity(text.len());
    let (mut copied, mut at) = (0, 0);
    while let Some(token) = tokens.get(at) {
        let rest = tokens.get(at..).unwrap_or_default();
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        let length = match formatted(rest) {
            0 if !takes_marks && is_mark(before, rest) => 1,
            length => length,
        };
        let Some(last) = length.checked_sub(1).and_then(|last| rest.get(last)) else {
            at += 1;
            continue;
        };
        written.push_str(text.get(copied..token.start).unwrap_or_default());
        // A driver puts a whole list there: `IN %s`, `VALUES %s`.
        let is_list = before.is_some_and(|before| before.is("IN") || before.is("VALUES"));
        match is_list {
            true => written.extend(["(", value, ")"]),
            false => written.push_str(value),
        }
        copied = last.end();
        at += length;
    }
    written.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(written)
}

/// How many tokens `%s` or `%(id)s` has at the start of these; none where they are something else.
fn formatted(tokens: &[Token<'_>]) -> usize {
    let joined = |count: usize| {
        let pairs = tokens.iter().zip(tokens.iter().skip(1)).take(count.saturating_sub(1));
        tokens.len() >= count && pairs.into_iter().all(|(one, next)| one.end() == next.start)
    };
    let is_kind = |token: &Token<'_>| token.kind == Kind::Word && matches!(token.text, "s" | "b" | "t");
    match tokens {
        [percent, kind, ..] if percent.is_symbol("%") && is_kind(kind) && joined(2) => 2,
        [percent, open, _, close, kind, ..]
            if percent.is_symbol("%")
                && open.is_symbol("(")
                && close.is_symbol(")")
                && is_kind(kind)
                && joined(5) =>
        {
            5
        }
        _ => 0,
    }
}

/// Whether a question mark is no operator, which stands behind a value.
fn is_mark(before: Option<&Token<'_>>, rest: &[Token<'_>]) -> bool {
    const BEFORE: &[&str] = &["AND", "BETWEEN", "IN", "LIKE", "LIMIT", "OFFSET", "OR", "SELECT", "VALUES"];
    let follows = before.is_some_and(|before| {
        ["=", "<", ">", "(", ","].iter().any(|sign| before.is_symbol(sign))
            || BEFORE.iter().any(|word| before.is(word))
    });
    let is_one = !rest.get(1).is_some_and(|next| ["?", "|", "&"].iter().any(|sign| next.is_symbol(sign)));
    follows && is_one && rest.first().is_some_and(|first| first.is_symbol("?"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::check;

    #[test]
    fn marks_are_values() {
        for (text, dialect, expected) in [
            ("a = %s AND b = %(id)s", Dialect::Postgres, "a = $1 AND b = $1"),
            ("a = %s", Dialect::MySql, "a = ?"),
            ("a IN %s", Dialect::Postgres, "a IN ($1)"),
            ("INSERT INTO t VALUES %s", Dialect::Postgres, "INSERT INTO t VALUES ($1)"),
            ("a = ? LIMIT ?", Dialect::Postgres, "a = $1 LIMIT $1"),
            ("a = '%s' AND b LIKE 'x%'", Dialect::Postgres, "a = '%s' AND b LIKE 'x%'"),
            ("a % b, c ? 'd', e ?| f", Dialect::Postgres, "a % b, c ? 'd', e ?| f"),
            ("FROM ?? WHERE a = ?", Dialect::Postgres, "FROM ?? WHERE a = $1"),
            ("a -- %s\n= %(a b)s", Dialect::Postgres, "a -- %s\n= %(a b)s"),
        ] {
            assert_eq!(as_values(text, dialect), expected, "{text}");
        }
    }

    fn python(text: &str) -> String {
        let start = "import psycopg\nc = psycopg.connect('postgresql://localhost/x').cursor()\n";
        check(&format!("python3 - <<'EOF'\n{start}{text}\nEOF"))
    }

    #[test]
    fn statements_with_marks_are_understood() {
        for statement in [
            "c.execute('DELETE FROM t WHERE id = %s', (1,))",
            "c.execute('DELETE FROM t WHERE id = %(id)s', {'id': 1})",
            "c.execute('DELETE FROM t WHERE id IN %s AND a LIKE %s', x)",
            "c.execute('DELETE FROM t WHERE id = $1', [1])",
            "c.execute('DELETE FROM t WHERE id = ?', [1])",
            "c.execute('DELETE FROM t WHERE id = :id', [1])",
            "c.execute('DELETE FROM t WHERE id = @id', [1])",
        ] {
            let found = python(statement);
            assert!(found.contains("t in postgresql://localhost/x"), "{statement}: {found}");
            assert!(!found.contains("partial") && !found.contains("opaque"), "{statement}: {found}");
        }
        for statement in [
            "c.execute('DELETE FROM %s WHERE id = 1', x)",
            "c.execute('DELETE FROM t WHERE id = %s' % x)",
            "c.execute('DELETE FROM t WHERE id %s', x)",
            "c.execute('%s', x)",
        ] {
            assert!(
                python(statement).contains("partial") || python(statement).contains("opaque"),
                "{statement}: {}",
                python(statement)
            );
        }
        let found = python("c.execute('DELETE FROM t WHERE id = %s; DROP TABLE u', x)");
        assert!(found.contains("db.destroy u"), "{found}");
    }
}

//! Engines of SQLAlchemy: one address says the system, the driver, and where the database is.

use super::{Said, address, anywhere, at};
use crate::code::uses::Code;
use crate::context::Context;
use crate::families;
use crate::sql::DatabasePlace;
use crate::word::Word;

/// The library: what its own code connects to, an engine says.
pub(in super::super) const LIBRARY: &str = "sqlalchemy";

/// Functions that open an engine.
pub(super) const OPEN: &[&str] = &[
    "sqlalchemy.create_engine",
    "sqlalchemy.engine.create_engine",
    "sqlalchemy.engine_from_config",
    "sqlalchemy.ext.asyncio.async_engine_from_config",
    "sqlalchemy.ext.asyncio.create_async_engine",
    "sqlalchemy.future.create_engine",
];

/// Arguments that lead an engine elsewhere than its address does.
const ELSEWHERE: &[&str] =
    &["creator", "async_creator", "connect_args", "module", "pool", "plugins", "strategy"];

/// `create_engine('sqlite:///x.db')`
pub(super) fn place(code: &Code<'_>, open: usize, context: &Context<'_>) -> DatabasePlace {
    let ranges = code.ranges(open);
    let is_named = |start: usize, names: &[&str]| {
        code.is(start + 1, "=") && code.name(start).is_some_and(|name| names.contains(&name))
    };
    let spreads = |start: usize| code.is(start, "*") || code.is(start, "**");
    if ranges.iter().any(|(start, _)| is_named(*start, ELSEWHERE) || spreads(*start)) {
        return anywhere();
    }
    match ranges.first() {
        Some((start, end)) if is_named(*start, &["url"]) => {
            of(address(code, start + 2, *end, context), context)
        }
        Some((start, end)) if !code.is(start + 1, "=") => of(address(code, *start, *end, context), context),
        _ => anywhere(),
    }
}

pub(super) fn of(said: Said, context: &Context<'_>) -> DatabasePlace {
    let Said::Text(text) = said else { return at(said, "sql", context) };
    let Some((dialect, rest)) = text.split_once("://") else { return anywhere() };
    let system = dialect.split('+').next().unwrap_or(dialect);
    let (rest, options) = rest.split_once('?').unwrap_or((rest, ""));
    let leads = ["host", "service", "file:", "uri=", "unix_socket", "read_default"]
        .iter()
        .any(|word| options.contains(word));
    match system {
        _ if leads || rest.contains("file:") => anywhere(),
        "sqlite" => match rest.strip_prefix('/') {
            None if rest.is_empty() => {
                families::database_file("sqlite", &Word::known_as(":memory:"), context)
            }
            Some("") => families::database_file("sqlite", &Word::known_as(":memory:"), context),
            Some(path) => families::database_file("sqlite", &Word::known_as(path), context),
            None => anywhere(),
        },
        "postgresql" | "postgres" => at(Said::Text(format!("postgresql://{rest}")), "postgresql", context),
        "mysql" | "mariadb" => at(Said::Text(format!("mysql://{rest}")), "mysql", context),
        _ => anywhere(),
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    fn show(texts: &[&str]) -> String {
        let run = |text: &&str| {
            check(&format!("python3 - <<'EOF'\nfrom sqlalchemy import create_engine, text\n{text}\nEOF"))
        };
        texts.iter().map(|text| format!("{text}\n{}\n", run(text))).collect()
    }

    #[test]
    fn engines_of_this_machine() {
        insta::assert_snapshot!(show(&[
            "e = create_engine('sqlite://')\nwith e.connect() as c:\n    c.execute(text('drop table t'))",
            "e = create_engine('sqlite:///:memory:', echo=True)\ne.connect().execute(text('insert into t values (1)'))",
            "e = create_engine(url='sqlite+pysqlite:///dev.db')\ne.connect().execute(text('delete from t'))",
            "URL = 'sqlite:////tmp/x.db'\ne = create_engine(URL)\ne.connect().execute(text('delete from t'))",
            "e = create_engine('postgresql+psycopg2://u:p@localhost:5432/dev')\nwith e.begin() as c:\n    c.execute(text('update t set a=1'))",
            "e = create_engine('mysql+pymysql://u@127.0.0.1/dev')\ne.connect().execute(text('delete from t'))",
        ]), @"
        e = create_engine('sqlite://')
        with e.connect() as c:
            c.execute(text('drop table t'))
        db.destroy t in sqlite://localhost/:memory:, destroy
        exec.opaque python3, execute, opaque
        exec.opaque python3 told of *, execute, opaque
        e = create_engine('sqlite:///:memory:', echo=True)
        e.connect().execute(text('insert into t values (1)'))
        db.write t in sqlite://localhost/:memory:, write
        exec.opaque python3, execute, opaque
        exec.opaque python3 told of /:memory:, execute, opaque
        e = create_engine(url='sqlite+pysqlite:///dev.db')
        e.connect().execute(text('delete from t'))
        db.destroy t in sqlite:///repo/dev.db, destroy
        exec.opaque python3, execute, opaque
        exec.opaque python3 told of dev.db, execute, opaque
        URL = 'sqlite:////tmp/x.db'
        e = create_engine(URL)
        e.connect().execute(text('delete from t'))
        db.destroy t in sqlite:///tmp/x.db, destroy
        exec.opaque python3, execute, opaque
        exec.opaque python3 told of //tmp/x.db, execute, opaque
        e = create_engine('postgresql+psycopg2://u:p@localhost:5432/dev')
        with e.begin() as c:
            c.execute(text('update t set a=1'))
        db.write t in postgresql://localhost/dev, write
        exec.opaque python3, execute, opaque
        e = create_engine('mysql+pymysql://u@127.0.0.1/dev')
        e.connect().execute(text('delete from t'))
        db.destroy t in mysql://127.0.0.1/dev, destroy
        exec.opaque python3, execute, opaque
        ");
    }

    #[test]
    fn engines_of_others() {
        insta::assert_snapshot!(show(&[
            "e = create_engine('postgresql://u@db.prod.example.com/app')\ne.connect().execute(text('delete from t'))",
            "e = create_engine(url())\ne.connect().execute(text('delete from t'))",
            "import os\ne = create_engine(os.environ['DATABASE_URL'])\ne.connect().execute(text('delete from t'))",
            "e = create_engine('sqlite://', creator=connect)\ne.connect().execute(text('delete from t'))",
            "e = create_engine('sqlite://', **more)\ne.connect().execute(text('delete from t'))",
            "e = create_engine('postgresql:///app?host=db.prod.example.com')\ne.connect().execute(text('delete from t'))",
            "import other\ne = create_engine('sqlite://')\nother.c.execute('delete from t')",
            "f = create_engine\ne = create_engine('sqlite://')\nf(x).execute('delete from t')",
            "import sqlalchemy as sa\ne = create_engine('sqlite://')\ngetattr(sa, 'create_' + x)(y).execute('delete from t')",
        ]), @"
        e = create_engine('postgresql://u@db.prod.example.com/app')
        e.connect().execute(text('delete from t'))
        db.destroy t in postgresql://db.prod.example.com/app, destroy
        exec.opaque python3, execute, opaque
        exec.opaque python3 told of db.prod.example.com/app, execute, opaque
        e = create_engine(url())
        e.connect().execute(text('delete from t'))
        db.destroy t in sql://*, destroy, partial
        exec.opaque python3, execute, opaque
        import os
        e = create_engine(os.environ['DATABASE_URL'])
        e.connect().execute(text('delete from t'))
        db.destroy t in sql://$DATABASE_URL, destroy
        exec.opaque python3, execute, opaque
        e = create_engine('sqlite://', creator=connect)
        e.connect().execute(text('delete from t'))
        db.destroy t in sql://*, destroy, partial
        exec.opaque python3, execute, opaque
        exec.opaque python3 told of *, execute, opaque
        e = create_engine('sqlite://', **more)
        e.connect().execute(text('delete from t'))
        db.destroy t in sql://*, destroy, partial
        exec.opaque python3, execute, opaque
        exec.opaque python3 told of *, execute, opaque
        e = create_engine('postgresql:///app?host=db.prod.example.com')
        e.connect().execute(text('delete from t'))
        db.destroy t in sql://*, destroy, partial
        exec.opaque python3, execute, opaque
        exec.opaque python3 told of db.prod.example.com/app, execute, opaque
        import other
        e = create_engine('sqlite://')
        other.c.execute('delete from t')
        db.destroy t in sqlite://localhost/:memory:, destroy
        db.destroy t in sql://*, destroy, partial
        exec.opaque python3, execute, opaque
        exec.opaque python3 told of *, execute, opaque
        f = create_engine
        e = create_engine('sqlite://')
        f(x).execute('delete from t')
        db.destroy t in sqlite://localhost/:memory:, destroy
        db.destroy t in sql://*, destroy, partial
        exec.opaque python3, execute, opaque
        exec.opaque python3 told of *, execute, opaque
        import sqlalchemy as sa
        e = create_engine('sqlite://')
        getattr(sa, 'create_' + x)(y).execute('delete from t')
        db.destroy t in sqlite://localhost/:memory:, destroy
        db.destroy t in sql://*, destroy, partial
        exec.opaque python3, execute, opaque
        exec.opaque python3 told of *, execute, opaque
        ");
    }
}

use insta::assert_snapshot;

use crate::fixture::{check, check_because, check_with};

fn python(text: &str) -> String {
    check(&format!("python3 - <<'EOF'\n{text}\nEOF"))
}

fn node(text: &str) -> String {
    check(&format!("node - <<'EOF'\n{text}\nEOF"))
}

#[test]
fn literals_and_names_for_them() {
    assert_snapshot!(python("import sqlite3\nc = sqlite3.connect('test.db')\nc.execute('insert into t values (1)')"), @"
db.write t in sqlite:///repo/test.db, write
exec.read python3, read
");
    assert_snapshot!(python("import sqlite3\nwith sqlite3.connect(':memory:') as c:\n    c.execute('drop table t')"), @"
    db.destroy t in sqlite://localhost/:memory:, destroy
    exec.read python3, read
    ");
    assert_snapshot!(python("import psycopg\nURL = 'postgresql://l@localhost/ledger'\nwith psycopg.connect(URL) as c:\n    c.execute('insert into t values (1)')"), @"
    db.write t in postgresql://localhost/ledger, write
    exec.read python3, read
    ");
    assert_snapshot!(python("import psycopg2\nc = psycopg2.connect(host='db.prod.example', dbname='shop', user='x')\nc.cursor().execute('delete from t')"), @"
    db.destroy t in postgresql://db.prod.example/shop, destroy
    exec.read python3, read
    ");
    assert_snapshot!(python("import psycopg2\nc = psycopg2.connect('host=db.example dbname=shop').cursor()\nc.execute(f'update t set a = {x}')"), @"
    db.write t in postgresql://db.example/shop, write, partial
    db.write * in postgresql://db.example/shop, write, partial
    exec.read python3, read
    ");
    assert_snapshot!(python("import pymysql\nc = pymysql.connect(host='localhost', database='shop')\nc.cursor().execute('drop table t')"), @"
    db.destroy t in mysql://localhost/shop, destroy
    exec.read python3, read
    ");
    assert_snapshot!(python("import asyncpg\nasync def main():\n    c = await asyncpg.connect('postgres://db.example/shop')\n    await c.fetch('delete from t returning a')"), @"
    db.destroy t in postgresql://db.example/shop, destroy
    exec.read python3, read
    ");
    assert_snapshot!(node("const { Client } = require('pg');\nconst c = new Client('postgresql://localhost/shop');\nawait c.connect();\nawait c.query('delete from t');"), @"
    db.destroy t in postgresql://localhost/shop, destroy
    exec.read node, read
    ");
    assert_snapshot!(node("import pg from 'pg';\nconst pool = new pg.Pool({ host: 'db.prod.example', database: 'shop' });\nawait pool.query('update t set a = 1 where b = 2');"), @"
    db.write t in postgresql://db.prod.example/shop, write
    exec.read node, read
    ");
    assert_snapshot!(node("const mysql = require('mysql2/promise');\nconst c = await mysql.createConnection({ host: 'localhost', database: 'shop' });\nawait c.execute('delete from t');"), @"
    db.destroy t in mysql://localhost/shop, destroy
    exec.read node, read
    ");
    assert_snapshot!(node("import Database from 'better-sqlite3';\nconst db = new Database('app.db');\ndb.prepare('delete from t where a = ?').run(1);\ndb.exec('drop table u');"), @"
    db.destroy t in sqlite:///repo/app.db, destroy
    db.destroy u in sqlite:///repo/app.db, destroy
    exec.read node, read
    ");
    assert_snapshot!(node("const sqlite3 = require('sqlite3');\nconst db = new sqlite3.Database('app.db');\ndb.run('insert into t values (1)');\ndb.all('select a from t', console.log);"), @"
    db.write t in sqlite:///repo/app.db, write
    db.read t in sqlite:///repo/app.db, read
    exec.read node, read
    ");
}

#[test]
fn variables_of_the_environment() {
    const PYTHON: &str = "import os, psycopg\nwith psycopg.connect(os.environ['DATABASE_URL']) as c:\n    c.execute('insert into t values (1)')\n";
    const NODE: &str = "const { Pool } = require('pg');\nconst url = process.env.DATABASE_URL ?? 'postgres://localhost/x';\nnew Pool({ connectionString: url }).query('insert into t values (1)');\n";
    let run = |command: &str| check_with(command, &[("/repo/tools/x.py", PYTHON), ("/repo/x.js", NODE)]);
    assert_snapshot!(run("DATABASE_URL=postgresql://localhost/ledger python tools/x.py"), @"
    db.write t in postgresql://localhost/ledger, write
    fs.read /repo/tools/x.py, read
    ");
    assert_snapshot!(run("export DATABASE_URL=postgresql://u:p@db.prod.example/ledger; python tools/x.py"), @"
    exec.read export, read
    db.write t in postgresql://db.prod.example/ledger, write
    fs.read /repo/tools/x.py, read
    ");
    assert_snapshot!(run("python tools/x.py"), @"
    db.write t in postgresql://$DATABASE_URL, write
    fs.read /repo/tools/x.py, read
    ");
    assert_snapshot!(run("DATABASE_URL=$(cat url) python tools/x.py"), @"
    fs.read /repo/url, read
    db.write t in postgresql://$DATABASE_URL, write
    fs.read /repo/tools/x.py, read
    ");
    assert_snapshot!(run("DATABASE_URL=postgresql://db.prod.example/shop node x.js"), @"
    db.write t in postgresql://db.prod.example/shop, write
    fs.read /repo/x.js, read
    ");
    assert_snapshot!(run("node x.js"), @"
    db.write t in postgresql://$DATABASE_URL, write
    fs.read /repo/x.js, read
    ");
    assert_snapshot!(check_because("python3 -c \"import psycopg; psycopg.connect().execute('delete from t')\""), @"
    db.destroy t in postgresql://localhost, destroy: it deletes every row: nothing in WHERE keeps any
    exec.read python3, read: -
    ");
    assert_snapshot!(check("PGHOST=db.prod.example python3 -c \"import psycopg; psycopg.connect('dbname=shop').execute('delete from t')\""), @"
    db.destroy t in postgresql://db.prod.example/shop, destroy
    exec.read python3, read
    ");
}

/// What else the code may be connected to counts, too.
#[test]
fn connections_that_are_not_the_only_one() {
    let any = "db.destroy t in sql://*";
    for code in [
        "import sqlite3, sqlalchemy\nsqlite3.connect('x.db')\nsqlalchemy.create_engine(u).connect().execute('delete from t')",
        "import sqlite3\nfrom helpers import c\nsqlite3.connect('x.db')\nc.execute('delete from t')",
    ] {
        let found = python(code);
        assert!(found.contains(any) && found.contains("x.db"), "{code}: {found}");
    }
    for (code, any) in [
        ("import psycopg\npsycopg.connect(url).execute('delete from t')", "postgresql://*"),
        ("import psycopg\npsycopg.connect(**settings).execute('delete from t')", "postgresql://*"),
        ("import psycopg\npsycopg.connect(host=h).execute('delete from t')", "postgresql://*"),
        (
            "import psycopg\nu = 'postgres://localhost/x'\nu = f()\npsycopg.connect(u).execute('delete from t')",
            "postgresql://*",
        ),
        (
            "import os, psycopg\nos.environ['X_URL'] = f()\npsycopg.connect(os.environ['X_URL']).execute('delete from t')",
            "postgresql://*",
        ),
        ("import sqlite3\nsqlite3.connect(name).execute('delete from t')", "sqlite://*"),
        ("import psycopg\npsycopg.connect(service='prod').execute('delete from t')", "postgresql://*"),
    ] {
        assert!(python(code).contains(&format!("db.destroy t in {any}")), "{code}: {}", python(code));
    }
    let found = python(
        "import sqlite3, psycopg\na = sqlite3.connect('x.db')\nb = psycopg.connect('postgres://db.prod.example/x')\nb.execute('delete from t')",
    );
    assert!(
        found.contains("t in sqlite:///repo/x.db") && found.contains("t in postgresql://db.prod.example/x"),
        "{found}"
    );
    let module = [("/repo/db.py", "import psycopg\nc = psycopg.connect('postgres://db.prod.example/x')\n")];
    let found = check_with(
        "python3 -c \"import sqlite3; from db import c; sqlite3.connect('x.db'); c.execute('delete from t')\"",
        &module,
    );
    assert!(found.contains("t in postgresql://db.prod.example/x"), "{found}");
    for handed in ["f = psycopg.connect", "p = psycopg", "f(psycopg)"] {
        let found = python(&format!(
            "import psycopg, sqlite3\nsqlite3.connect('x.db')\n{handed}\nf(u).execute('delete from t')"
        ));
        assert!(found.contains(any), "{handed}: {found}");
    }
    let found = node(
        "const { Pool } = require('pg'); const x = require('other'); new Pool('postgres://localhost/x'); x.query('delete from t')",
    );
    assert!(found.contains(any), "{found}");
    // One that was looked at before is none of what follows.
    let found =
        check("python3 -c \"import sqlite3; sqlite3.connect('x.db')\"; node -e \"c.query('delete from t')\"");
    assert!(found.contains(any) && !found.contains("x.db"), "{found}");
}

#[test]
fn what_drivers_do_besides() {
    for code in
        ["c.cursor().copy_from(f, 't')", "c.cursor().callproc('purge')", "f(psycopg)", "psycopg.sql.SQL('x')"]
    {
        let found = python(&format!("import psycopg\nc = psycopg.connect('postgres://localhost/x')\n{code}"));
        assert!(found.contains("opaque"), "{code}: {found}");
    }
    for code in [
        "d = {}; d.copy()",
        "import copy; copy.copy(x)",
        "c.commit(); c.close()",
        "print(c.execute('select 1').fetchall())",
    ] {
        let found = python(&format!("import psycopg\nc = psycopg.connect('postgres://localhost/x')\n{code}"));
        assert!(!found.contains("opaque") && !found.contains("write"), "{code}: {found}");
    }
}

#[test]
fn variables_that_nothing_but_the_project_sets() {
    let js = "const {Client}=require('pg'); const c=new Client({connectionString: process.env.DATABASE_URL}); c.query('insert into t values (1)')";
    let py = "import os, psycopg2\npsycopg2.connect(os.environ['DATABASE_URL']).cursor().execute('insert into t values (1)')";
    let unset = ("unset", "DATABASE_URL");
    let local = ("/repo/.env", "DATABASE_URL=postgres://u@localhost/d\n");
    let live = ("/repo/.env", "DATABASE_URL=postgres://u@db.prod.example/d\n");
    for (command, path, code) in [
        ("node seed.js", "/repo/seed.js", js),
        ("python3 seed.py", "/repo/seed.py", py),
        ("npm run seed", "/repo/seed.js", js),
        ("bash seed.sh", "/repo/seed.py", py),
        ("make seed", "/repo/seed.js", js),
    ] {
        let starters = [
            ("/repo/package.json", r#"{"scripts": {"seed": "node seed.js"}}"#),
            ("/repo/seed.sh", "set -e\npython3 seed.py\n"),
            ("/repo/Makefile", "seed:\n\tnode seed.js\n"),
        ];
        let at =
            |files: &[(&str, &str)]| check_with(command, &[&[(path, code)], &starters[..], files].concat());
        assert!(at(&[unset, local]).contains("postgresql://localhost/d"), "{}", at(&[unset, local]));
        assert!(at(&[unset]).contains("postgresql://localhost"), "{}", at(&[unset]));
        assert!(at(&[unset, live]).contains("db.prod.example"), "{}", at(&[unset, live]));
        // It may be set in the environment.
        assert!(at(&[local]).contains("$DATABASE_URL"), "{}", at(&[local]));
    }
    for (command, starter, text) in [
        (
            "npm run seed",
            "/repo/package.json",
            r#"{"scripts": {"seed": "dotenv -e live.env -- node seed.js"}}"#,
        ),
        ("npm run seed", "/repo/package.json", r#"{"scripts": {"seed": ". ./live.env; node seed.js"}}"#),
        ("npm run seed", "/repo/package.json", r#"{"scripts": {"seed": "with-live node seed.js"}}"#),
        ("npm run seed", "/repo/package.json", r#"{"scripts": {"seed": "DATABASE_URL=$LIVE node seed.js"}}"#),
        ("bash seed.sh", "/repo/seed.sh", "set -a; . ./live.env\nnode seed.js\n"),
        ("bash seed.sh", "/repo/seed.sh", "eval \"$(with-live)\"\nnode seed.js\n"),
        ("make seed", "/repo/Makefile", "include live.env\nexport\nseed:\n\tnode seed.js\n"),
        (
            "make seed",
            "/repo/Makefile",
            "export DATABASE_URL=postgres://u@db.prod.example/d\nseed:\n\tnode seed.js\n",
        ),
        ("make seed", "/repo/Makefile", "export DATABASE_URL=$(shell cat x)\nseed:\n\tnode seed.js\n"),
    ] {
        let set = ("/repo/live.env", "DATABASE_URL=postgres://u@db.prod.example/d\n");
        let found = check_with(command, &[("/repo/seed.js", js), (starter, text), set, unset, local]);
        assert!(!found.contains("postgresql://localhost"), "{command} {text}: {found}");
    }
    for (start, more) in [
        ("require('dotenv').config({path: '.env.live'});", None),
        ("process.loadEnvFile(process.argv[2]);", None),
        ("require('./load');", Some(("/repo/load.js", "console.log(1)"))),
    ] {
        let code = format!("{start}{js}");
        let files: Vec<(&str, &str)> =
            [("/repo/seed.js", code.as_str()), unset, local].into_iter().chain(more).collect();
        let found = check_with("node seed.js", &files);
        assert!(found.contains("$DATABASE_URL"), "{start}: {found}");
    }
    let found =
        check_with("DOTENV_CONFIG_PATH=.env.live node seed.js", &[("/repo/seed.js", js), unset, local]);
    assert!(found.contains("$DATABASE_URL"), "{found}");
}

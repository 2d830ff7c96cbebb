//! Statements, hits and near misses.

use std::fmt::Write as _;
use std::time::Instant;

use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;

fn check_as(text: &str, dialect: Dialect) -> String {
    let mut lines = String::new();
    for statement in statements(text, dialect) {
        let certainty = match statement.certainty {
            Certainty::Exact => "",
            Certainty::Partial => " partial",
            Certainty::Opaque => " opaque",
        };
        let because = statement.because.map_or_else(String::new, |because| format!(": {because}"));
        let _ = writeln!(lines, "{} [{}]{certainty}{because}", statement.verb, statement.tables.join(", "));
    }
    lines
}

fn check(text: &str) -> String {
    check_as(text, Dialect::Postgres)
}

#[test]
fn reads_stay_reads() {
    assert_snapshot!(check("SELECT u.name, count(*), max(o.total) FROM app.users u JOIN orders o ON o.user_id = u.id WHERE u.note = 'DROP TABLE users;' GROUP BY 1"), @"db.read [app.users, orders]");
    assert_snapshot!(check("WITH recent AS (SELECT * FROM orders WHERE at > now() - interval '1 day') SELECT * FROM recent -- DELETE FROM orders"), @"db.read [orders]");
    assert_snapshot!(check("EXPLAIN DELETE FROM users; SHOW server_version; BEGIN; SET search_path = app; COMMIT"), @"
    db.read [users]
    db.read []
    db.read []
    db.read []
    db.read []
    ");
    assert_snapshot!(check("SELECT \"delete\", last_update, replace(a, 'x', 'y') FROM t FOR XML"), @"db.read [t] partial: the statement cannot be parsed");
    assert_snapshot!(check_as("PRAGMA table_info(users); PRAGMA user_version", Dialect::Sqlite), @"
    db.read [users]
    db.read []
    ");
    assert_snapshot!(check_as("SHOW TABLES; DESCRIBE users; SHOW CREATE TABLE `a`.`b`; SELECT `x` FROM `a`.`b` LIMIT 5", Dialect::MySql), @"
    db.read []
    db.read [users]
    db.read []
    db.read [a.b]
    ");
    assert_snapshot!(check("SELECT c.relname, pg_size_pretty(pg_total_relation_size(c.oid)) FROM pg_class c WHERE c.relkind = 'r' ORDER BY pg_total_relation_size(c.oid) DESC LIMIT 10"), @"db.read [pg_class]");
}

#[test]
fn changes_of_data() {
    assert_snapshot!(check("INSERT INTO a.b SELECT * FROM c; UPDATE users SET admin = true; UPDATE users SET x = 1 WHERE id = 2"), @"
    db.write [a.b]
    db.read [c]
    db.write [users]: it changes every row: nothing in WHERE keeps any out
    db.write [users]
    ");
    assert_snapshot!(check("DELETE FROM users; DELETE FROM users WHERE id = 1; DELETE FROM \"Users\" WHERE 1=1"), @"
    db.destroy [users]: it deletes every row: nothing in WHERE keeps any
    db.destroy [users]
    db.destroy [Users]: it deletes every row: nothing in WHERE keeps any
    ");
    assert_snapshot!(check("WITH gone AS (DELETE FROM users RETURNING *) INSERT INTO archive SELECT * FROM gone"), @"
    db.destroy [users]: it deletes every row: nothing in WHERE keeps any
    db.write [archive]
    ");
    assert_snapshot!(check("EXPLAIN (ANALYZE, BUFFERS) DELETE FROM users WHERE id = 1"), @"db.destroy [users]");
    assert_snapshot!(check("SELECT * INTO copy FROM users"), @"
    db.schema [copy]: it makes a table of what it reads
    db.read [users]
    ");
    assert_snapshot!(check("SELECT * FROM users WHERE id = 1 FOR UPDATE"), @"db.write [users]: it locks the rows it reads");
    assert_snapshot!(check("MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN DELETE"), @"
    db.destroy [t]
    db.read [s]
    ");
    assert_snapshot!(check_as("REPLACE INTO a VALUES (1); INSERT INTO b VALUES (1) ON DUPLICATE KEY UPDATE x = 1; DELETE a FROM a JOIN b ON a.id = b.id", Dialect::MySql), @"
    db.write [a]
    db.write [b]
    db.destroy [a]
    db.read [b]
    ");
}

#[test]
fn calls_that_do_more_than_give_a_value() {
    assert_snapshot!(check("SELECT pg_terminate_backend(pid) FROM pg_stat_activity; SELECT nextval('ids'); SELECT archive_orders(30); SELECT setval('s', 1)"), @"
    db.execute [pg_terminate_backend]: `pg_terminate_backend`: it acts on the server itself
    db.read [pg_stat_activity]
    db.write [nextval]: `nextval`: a function in it changes something
    db.execute [archive_orders] partial: what the function `archive_orders` does is not known
    db.write [setval]: `setval`: a function in it changes something
    ");
    assert_snapshot!(check("SELECT pg_read_file('/etc/passwd'); SELECT lo_export(1, '/tmp/x'); SELECT \"pg_terminate_backend\"(1)"), @"
    db.execute [pg_read_file] partial: `pg_read_file`: it reads files of the database's machine
    db.execute [lo_export] partial: `lo_export`: it writes files of the database's machine
    db.execute [pg_terminate_backend]: `pg_terminate_backend`: it acts on the server itself
    ");
    assert_snapshot!(check("SELECT * FROM dblink('host=other', 'DROP TABLE x') AS t(a int)"), @"db.execute [dblink]: `dblink`: it reaches another server");
    assert_snapshot!(check_as("SELECT load_extension('./x.so'); SELECT writefile('/tmp/x', 'y')", Dialect::Sqlite), @"
    db.execute [load_extension] partial: `load_extension`: it runs programs or code of the database's machine
    db.execute [writefile] partial: `writefile`: it writes files of the database's machine
    ");
    assert_snapshot!(check_as("SELECT '<?php' INTO OUTFILE '/var/www/x.php'; LOAD DATA INFILE '/etc/passwd' INTO TABLE t; SELECT load_file('/etc/passwd')", Dialect::MySql), @"
    db.write [] opaque: the statement cannot be parsed
    db.execute [] partial: the statement cannot be read, and these words are in it
    db.execute [] partial: it writes files of the database's machine
    db.execute [t] partial: it reads a file of the server into a table
    db.execute [load_file] partial: `load_file`: it reads files of the database's machine
    ");
    assert_snapshot!(check_as("EXEC xp_cmdshell 'whoami'; SELECT 1 DELETE FROM users", Dialect::MsSql), @"
    db.execute [xp_cmdshell] partial: `xp_cmdshell`: it runs programs or code of the database's machine
    db.read [users]
    db.destroy [] partial: words that change data stand in it
    db.destroy [users]: it deletes every row: nothing in WHERE keeps any
    ");
}

#[test]
fn the_shape_of_a_database() {
    assert_snapshot!(check("CREATE TABLE IF NOT EXISTS a (id int REFERENCES b ON DELETE CASCADE); CREATE UNIQUE INDEX CONCURRENTLY i ON a (lower(x)); ALTER TABLE a ADD COLUMN y int"), @"
    db.schema [a]
    db.schema [a]
    db.schema [a]
    ");
    assert_snapshot!(check("DROP TABLE IF EXISTS a, b CASCADE; TRUNCATE ONLY c; DROP DATABASE shop; ALTER TABLE a DROP COLUMN y; ALTER TABLE a DROP CONSTRAINT k"), @"
    db.destroy [a, b]
    db.destroy [c]
    db.destroy [shop]
    db.destroy [a]: what the column or partition holds is gone
    db.schema [a]
    ");
    assert_snapshot!(check("CREATE TABLE x AS SELECT * FROM y; CREATE MATERIALIZED VIEW v AS SELECT archive(1)"), @"
    db.schema [x]
    db.read [y]
    db.schema [v]
    db.execute [archive] partial: what the function `archive` does is not known
    ");
    assert_snapshot!(check("CREATE FUNCTION f() RETURNS void LANGUAGE plpython3u AS $$ import os $$; CREATE FUNCTION g() RETURNS int LANGUAGE plpgsql AS $$ BEGIN DELETE FROM x; END $$; CREATE EXTENSION dblink; CREATE EXTENSION pgcrypto"), @"
    db.execute [f] partial: its code runs with the rights of the server
    db.schema [g]
    db.execute [dblink]: the extension runs code or reaches files and other servers
    db.schema [pgcrypto]
    ");
    assert_snapshot!(check_as("CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; UPDATE c SET d = 1; END; DROP TABLE e", Dialect::Sqlite), @"
    db.schema [a]: it runs later, when something else changes data
    db.destroy [e]
    ");
    assert_snapshot!(check_as("CREATE DEFINER=`root`@`%` PROCEDURE p() SELECT 1; RENAME TABLE a TO b", Dialect::MySql), @"
    db.schema [p]
    db.schema [a]
    ");
}

#[test]
fn who_may_do_what() {
    assert_snapshot!(check("GRANT ALL ON users TO bob; REVOKE x FROM y; CREATE ROLE a; ALTER USER b WITH SUPERUSER; DROP ROLE c; ALTER TABLE t OWNER TO d; ALTER TABLE t DISABLE ROW LEVEL SECURITY"), @"
    db.privilege [users]
    db.privilege []
    db.privilege [a]
    db.privilege [b]
    db.privilege [c]
    db.privilege [t]: it changes the owner or the row security
    db.privilege [t]: it changes the owner or the row security
    ");
    assert_snapshot!(check("SET ROLE admin; SET session_replication_role = 'replica'; ALTER SYSTEM SET x = 1; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO a; REASSIGN OWNED BY a TO b"), @"
    db.privilege []: it changes on whose rights the session acts
    db.privilege []: it switches a safeguard off
    db.privilege []
    db.privilege []
    db.privilege []
    ");
    assert_snapshot!(check_as("SET GLOBAL general_log = 1; SET PASSWORD FOR a = 'x'; FLUSH PRIVILEGES; SET @@global.read_only = 0; SET NAMES utf8", Dialect::MySql), @"
    db.privilege []: it changes the server's settings
    db.privilege []: it changes on whose rights the session acts
    db.privilege []
    db.privilege []: it changes the server's settings
    db.read []
    ");
}

#[test]
fn code_files_and_programs() {
    assert_snapshot!(check("COPY t FROM PROGRAM 'curl x'; COPY t TO '/tmp/x'; COPY t TO STDOUT; COPY (SELECT * FROM u) TO STDOUT; DO $$ BEGIN END $$; CALL p(1); LOAD 'x'"), @"
    db.execute [t] partial: it runs a program on the database's machine
    db.execute [t] partial: it writes files of the database's machine
    db.export [t]
    db.read [u]
    db.execute []: it runs a block of code
    db.execute [p]: it runs a procedure
    db.execute [] partial: it loads code into the database
    ");
    assert_snapshot!(check("PREPARE q AS DELETE FROM t; EXECUTE q; EXECUTE r; VACUUM FULL t; LOCK TABLE t; NOTIFY c"), @"
    db.destroy [t]: it deletes every row: nothing in WHERE keeps any
    db.read []: what it runs is listed where it is prepared
    db.execute [] opaque: it runs what was prepared elsewhere
    db.write [t]: it is upkeep that locks or rewrites tables
    db.write [t]: it locks tables
    db.write []
    ");
    assert_snapshot!(check("ALTER TABLE t ADD COLUMN x int DEFAULT pg_cancel_backend(1); CREATE SCHEMA s GRANT ALL ON t TO bob; SELECT * FROM crosstab('DELETE FROM x')"), @"
    db.schema [t]
    db.execute [pg_cancel_backend]: `pg_cancel_backend`: it acts on the server itself
    db.schema [s]
    db.privilege []
    db.execute [crosstab]: `crosstab`: it runs code that is given as text
    ");
    assert_snapshot!(check_as("DESCRIBE ANALYZE DELETE FROM a; DESC a; DESCRIBE SELECT 1", Dialect::MySql), @"
    db.destroy [a]: it deletes every row: nothing in WHERE keeps any
    db.read [a]
    db.read []
    ");
    assert_snapshot!(check_as("PREPARE s FROM 'DROP TABLE x'; EXECUTE s; PREPARE t FROM @x; ATTACH 'y' AS z", Dialect::MySql), @"
    db.destroy [x]
    db.read []: what it runs is listed where it is prepared
    db.execute [] opaque: it prepares text that is not known
    db.execute []: it opens another database or file
    ");
}

#[test]
fn what_cannot_be_read_is_the_worst_it_can_be() {
    assert_snapshot!(check("WUT IS THIS; SELECT 'never"), @"
    db.write [] opaque: `WUT` begins no statement that is known
    db.read [] partial: the statement cannot be parsed
    db.write [] opaque: a quote that does not end
    ");
    assert_snapshot!(check("SELECT FROM WHERE ((; DELETE FRM users; DELETE FROM users WHERE !!! %% ^"), @"
    db.read [WHERE] partial: the statement cannot be parsed
    db.destroy [FRM]: it deletes every row: nothing in WHERE keeps any
    db.destroy [users] partial: the statement cannot be parsed
    ");
    assert_snapshot!(check_as(r"SELECT 'a\'; DROP TABLE b; --'", Dialect::Generic), @"
    db.read []
    db.destroy [b]
    db.write [] opaque: a backslash before a quote
    db.destroy [] partial: the statement cannot be read, and these words are in it
    ");
    assert_snapshot!(check_as("SELECT 1 /*! ; DROP TABLE b */", Dialect::MySql), @"
    db.read []
    db.destroy [b]
    ");
    assert_snapshot!(check_as("SELECT * FROM t SAMPLE BY 1h LATEST ON ts PARTITION BY sym", Dialect::Generic), @"db.read [t] partial: the statement cannot be parsed");
    assert_snapshot!(check("SELECT * FROM :tbl WHERE id = %s AND x = $1 AND y = ?"), @"db.read [] partial: the statement cannot be parsed");
}

#[test]
fn cost_is_linear_and_the_stack_suffices() {
    let nested = |open: &str, close: &str, times: usize| {
        format!("SELECT {}1{} FROM t", open.repeat(times), close.repeat(times))
    };
    let mut texts = Vec::new();
    for times in [5, 10, 11, 12, 13, 40, 3000] {
        for (open, close) in [
            ("(", ")"),
            ("(SELECT ", ")"),
            ("((a + ", "))"),
            ("CASE WHEN ", " THEN 1 END"),
            ("NOT ", ""),
            ("- ", ""),
            ("f(", ")"),
            ("ARRAY[", "]"),
            ("a IN (", ")"),
            ("EXISTS (SELECT ", ")"),
            ("x -> ", ""),
            ("CAST(", " AS int)"),
            ("((", ")) IN (1)"),
            ("{a: ", "}"),
            ("INTERVAL ", ""),
        ] {
            texts.push(nested(open, close, times));
            texts.push(nested(open, "", times));
        }
        texts.push(format!("SELECT * FROM {}a{}", "(".repeat(times), ")".repeat(times)));
        texts.push(format!(
            "SELECT * FROM {}a JOIN b ON 1=1{}",
            "(".repeat(times),
            ") JOIN c ON 1=1".repeat(times)
        ));
        texts.push(format!("SELECT * FROM {}SELECT 1{}", "(".repeat(times), ")".repeat(times)));
        texts.push(format!("{}SELECT 1{}", "(".repeat(times), ")".repeat(times)));
        texts.push(format!("SELECT 1{}", " UNION SELECT 2".repeat(times)));
        texts.push(format!("SELECT 1{}", " + 1".repeat(times)));
        texts.push(format!("SELECT a{}", ".b".repeat(times)));
        texts.push(format!("SELECT 1{}", " AND 1".repeat(times)));
        texts.push(format!("SELECT * FROM t{}", " JOIN u".repeat(times)));
        texts.push(format!("{} SELECT 1", "EXPLAIN".repeat(times)));
        texts.push("PREPARE a AS ".repeat(times));
        texts.push("WITH a AS (".repeat(times));
        texts.push("SELECT 1;".repeat(times));
        texts.push("$a$".repeat(times));
        texts.push("/*".repeat(times));
        texts.push(format!("INSERT INTO t VALUES {}(1)", "(1, 'a'), ".repeat(times)));
        texts.push(format!("SELECT * FROM t WHERE id IN ({}1)", "1,".repeat(times)));
    }
    let run = move || {
        for text in texts {
            for dialect in [
                Dialect::Postgres,
                Dialect::MySql,
                Dialect::MsSql,
                Dialect::Generic,
                Dialect::ClickHouse,
                Dialect::Snowflake,
            ] {
                let started = Instant::now();
                let _ = statements(&text, dialect);
                let took = started.elapsed();
                assert!(
                    took.as_millis() < 1500,
                    "{took:?} {dialect:?} {}",
                    text.chars().take(80).collect::<String>()
                );
            }
        }
    };
    let thread = std::thread::Builder::new().stack_size(512 << 10).spawn(run).unwrap();
    thread.join().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_string_hides_what_follows_it(inner in "[a-z'\"$#;/*()\n -]{0,40}") {
        let text = format!("SELECT '{}'; DROP TABLE gone", inner.replace('\'', "''"));
        for dialect in [Dialect::Postgres, Dialect::MySql, Dialect::Sqlite, Dialect::MsSql, Dialect::Generic, Dialect::ClickHouse] {
            let found = statements(&text, dialect);
            let seen = found.iter().any(|one| one.verb == verbs::DB_DESTROY && one.tables == ["gone"]);
            prop_assert!(seen, "{dialect:?} {text}");
        }
    }

    #[test]
    fn no_comment_hides_what_follows_it(inner in "[a-z'\"$;()-]{0,40}") {
        for text in [format!("SELECT 1 /* {inner} */; DROP TABLE gone"), format!("SELECT 1; -- {inner}\nDROP TABLE gone")] {
            for dialect in [Dialect::Postgres, Dialect::MySql, Dialect::Sqlite, Dialect::MsSql, Dialect::Generic] {
                let found = statements(&text, dialect);
                prop_assert!(found.iter().any(|one| one.verb == verbs::DB_DESTROY && one.tables == ["gone"]), "{dialect:?} {text}");
            }
        }
    }

    #[test]
    fn anything_is_something(text in "([A-Za-z]{1,9}|[;'\"$(),.*/\\\\#:@{}é-]| ){0,60}") {
        for dialect in [Dialect::Postgres, Dialect::MySql, Dialect::Sqlite, Dialect::MsSql, Dialect::Generic, Dialect::Snowflake] {
            let _ = statements(&text, dialect);
        }
    }

    #[test]
    fn a_cut_statement_is_never_a_smaller_one(at in 8_usize..60) {
        let whole = "DELETE FROM users WHERE name = 'it''s' AND note = \"x\" /* y */ OR 1 = 1";
        let cut: String = whole.chars().take(at).collect();
        let found = statements(&cut, Dialect::Postgres);
        prop_assert!(found.iter().any(|one| one.verb == verbs::DB_DESTROY), "{cut}");
    }
}

#[test]
fn a_statement_after_very_many_that_nothing_parts() {
    let text = format!("{} DROP TABLE b", "EXEC p ".repeat(3000));
    let found = statements(&text, Dialect::MsSql);
    assert!(found.iter().any(|statement| statement.verb == countersign_model::verbs::DB_DESTROY));
}

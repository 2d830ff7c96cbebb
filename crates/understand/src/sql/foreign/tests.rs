//! What SQL reaches besides the database it is given to, and what only looks so.

use insta::assert_snapshot;

use crate::fixture::{check, check_because, check_with};

#[test]
fn statements_that_another_server_is_given() {
    assert_snapshot!(check("psql -h localhost -c \"select dblink_exec('host=db.shop.example dbname=x','drop table users')\""), @"
    db.execute dblink_exec in postgresql://localhost, execute
    db.destroy users in postgresql://db.shop.example/x, destroy
    ");
    assert_snapshot!(check("psql -c \"select * from dblink('postgresql://u:p@db.shop.example/x','select 1 from a') as t(a int)\""), @"
    db.execute dblink in postgresql://localhost, execute
    db.read a in postgresql://db.shop.example/x, read
    ");
    assert_snapshot!(check("psql -c \"select dblink_connect('c', 'host=db.shop.example'); select dblink_exec('c','drop table users')\""), @"
    db.execute dblink_connect in postgresql://localhost, execute
    db.execute dblink_exec in postgresql://localhost, execute
    db.execute * in postgresql://db.shop.example, execute
    db.destroy users in postgresql://db.shop.example, destroy
    ");
    assert_snapshot!(check("psql -c \"select dblink_connect('host=db.shop.example'); select dblink_exec('drop table users', false)\""), @"
    db.execute dblink_connect in postgresql://localhost, execute
    db.execute dblink_exec in postgresql://localhost, execute
    db.execute * in postgresql://db.shop.example, execute
    db.destroy users in postgresql://db.shop.example, destroy
    ");
    assert_snapshot!(check("psql -c \"select dblink_send_query('c','delete from a'), dblink_open('c','cur','select 1 from b')\""), @"
    db.execute dblink_send_query in postgresql://localhost, execute
    db.execute dblink_open in postgresql://localhost, execute
    db.destroy a in postgresql://*, destroy, partial
    db.read b in postgresql://*, read, partial
    ");
    // What is another database of the same server.
    assert_snapshot!(check("psql -h db.shop.example -c 'select dblink_exec($q$dbname=other$q$, $q$drop table users$q$)'"), @"
    db.execute dblink_exec in postgresql://db.shop.example, execute
    db.destroy users in postgresql://db.shop.example/other, destroy
    ");
    assert_snapshot!(check("psql -c \"select dblink_exec('host=' || 'db.shop.example', 'drop ' || 'table users')\""), @"
    db.execute dblink_exec in postgresql://localhost, execute
    db.destroy users in postgresql://db.shop.example, destroy
    ");
}

#[test]
fn what_is_put_together_is_any_server() {
    assert_snapshot!(check_because("psql -c \"select dblink_exec('host=' || h, q) from t\""), @"
    db.execute dblink_exec in postgresql://localhost, execute: `dblink_exec`: it reaches another server
    db.read t in postgresql://localhost, read: no host is named: it is this machine's own
    db.execute * in postgresql://*, execute, opaque: the SQL that another server is given is put together as it runs
    ");
    assert_snapshot!(check_because("psql -c \"select dblink_exec('host=db.shop.example', '$X')\""), @"
    db.execute dblink_exec in postgresql://localhost, execute, partial: `dblink_exec`: it reaches another server
    db.execute * in postgresql://db.shop.example, execute, opaque: the SQL that another server is given is put together as it runs
    db.execute * in postgresql://localhost, execute, opaque: a part of the text is not known: a variable of the environment
    ");
    assert_snapshot!(check_because("clickhouse-client -q \"SELECT * FROM remote('db-{1..3}.example', x.t)\""), @"
    db.execute remote in clickhouse://localhost, execute: `remote`: it reaches another server
    db.read * in clickhouse://*, read, partial: which server the SQL reaches is not said in it
    ");
}

#[test]
fn servers_that_statements_name() {
    assert_snapshot!(check("psql -c \"CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'db.shop.example', dbname 'x'); IMPORT FOREIGN SCHEMA public FROM SERVER s INTO x\""), @"
    db.execute s in postgresql://localhost, execute
    db.execute * in postgresql://localhost, execute, partial
    db.execute * in postgresql://db.shop.example/x, execute
    ");
    assert_snapshot!(check("psql -c 'CREATE FOREIGN TABLE t (a int) SERVER s'"), @"
    db.schema t in postgresql://localhost, write
    db.execute * in postgresql://server:s, execute
    ");
    assert_snapshot!(check("psql -c \"CREATE SUBSCRIPTION s CONNECTION 'host=db.shop.example dbname=x' PUBLICATION p\""), @"
    db.execute s in postgresql://localhost, execute
    db.execute * in postgresql://db.shop.example/x, execute
    ");
    assert_snapshot!(check("mysql -e \"CREATE TABLE t (id int) ENGINE=FEDERATED CONNECTION='mysql://u@db.shop.example/x/t'\""), @"
    db.schema t in mysql://localhost, write
    db.execute * in mysql://db.shop.example/x, execute
    ");
    assert_snapshot!(check("mysql -e \"CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (HOST 'db.shop.example', DATABASE 'x')\""), @"
    db.execute s in mysql://localhost, execute
    db.execute * in mysql://db.shop.example/x, execute
    ");
    assert_snapshot!(check("mysql -e \"CHANGE MASTER TO MASTER_HOST='db.shop.example'\""), @"
    db.execute * in mysql://localhost, execute
    db.read * in mysql://db.shop.example, read
    ");
    assert_snapshot!(check("sqlcmd -S localhost -Q \"SELECT * FROM OPENROWSET('SQLNCLI','Server=db.shop.example;Trusted_Connection=yes','delete from a')\""), @"
    db.execute OPENROWSET in sqlserver://localhost, execute, partial
    db.destroy a in sqlserver://db.shop.example, destroy
    ");
    assert_snapshot!(check("sqlcmd -S localhost -Q \"SELECT * FROM OPENQUERY(prod, 'select 1 from a'); EXEC ('drop table users') AT prod\""), @"
    db.execute OPENQUERY in sqlserver://localhost, execute
    db.execute * in sqlserver://localhost, execute
    db.read a in sqlserver://server:prod, read
    db.destroy users in sqlserver://server:prod, destroy
    ");
    assert_snapshot!(check("sqlcmd -S localhost -Q 'DELETE FROM prod.shop.dbo.users'"), @"db.destroy dbo.users in sqlserver://server:prod/shop, destroy");
    assert_snapshot!(check("sqlcmd -S localhost -Q \"exec sp_addlinkedserver @server='p', @datasrc='db.shop.example'; delete from p.shop.dbo.t\""), @"
    db.execute sp_addlinkedserver in sqlserver://localhost, execute
    db.destroy dbo.t in sqlserver://db.shop.example/shop, destroy
    db.execute * in sqlserver://db.shop.example, execute
    ");
    assert_snapshot!(check("bq query --use_legacy_sql=false \"SELECT * FROM EXTERNAL_QUERY('proj.us.conn', 'select 1 from a')\""), @"
    db.execute EXTERNAL_QUERY in bigquery://*, execute, partial
    db.read a in sql://connection:proj.us.conn, read
    ");
}

#[test]
fn functions_of_clickhouse() {
    assert_snapshot!(check("clickhouse-client -q \"INSERT INTO FUNCTION remote('db.shop.example:9000', 'x', 't') VALUES (1)\""), @"
    db.execute remote in clickhouse://localhost, execute
    db.write * in clickhouse://localhost, write
    db.write t in clickhouse://db.shop.example/x, write
    ");
    assert_snapshot!(check("clickhouse-client -q \"SELECT * FROM postgresql('db.shop.example:5432', 'x', 't', 'u', 'p')\""), @"
    db.execute postgresql in clickhouse://localhost, execute
    db.read t in postgresql://db.shop.example/x, read
    ");
    assert_snapshot!(check("clickhouse-client -q \"INSERT INTO FUNCTION url('https://a.example/x') SELECT * FROM s3('https://b.example/y')\""), @"
    db.execute url in clickhouse://localhost, execute
    db.write * in clickhouse://localhost, write
    db.execute s3 in clickhouse://localhost, execute
    net.upload https://a.example/x, send
    net.read https://b.example/y, read
    ");
}

#[test]
fn databases_that_are_attached() {
    assert_snapshot!(check("duckdb x.db \"ATTACH 'postgres:host=db.shop.example dbname=x' AS p (TYPE postgres); drop table p.users\""), @"
    db.execute * in duckdb:///repo/x.db, execute
    db.destroy users in postgresql://db.shop.example/x, destroy
    db.read * in postgresql://db.shop.example/x, read
    ");
    assert_snapshot!(check("duckdb x.db \"ATTACH 'host=db.shop.example' AS p (TYPE postgres); USE p; delete from users where a = 1; select * from postgres_query('p', 'drop table a')\""), @"
    db.execute * in duckdb:///repo/x.db, execute
    db.destroy users in duckdb:///repo/x.db, destroy
    db.destroy users in postgresql://db.shop.example, destroy, partial
    db.execute postgres_query in duckdb:///repo/x.db, execute
    db.read * in postgresql://db.shop.example, read
    db.destroy a in postgresql://db.shop.example, destroy
    ");
    assert_snapshot!(check("duckdb x.db \"ATTACH 'md:prod'; drop table prod.users\""), @"
    db.execute * in duckdb:///repo/x.db, execute
    db.destroy users in duckdb://motherduck/prod, destroy
    db.read * in duckdb://motherduck/prod, read
    ");
    assert_snapshot!(check("sqlite3 x.db \"ATTACH 'prod.db' AS o; delete from o.users where a = 1; select * from t; select * from o.t\""), @"
    db.execute * in sqlite:///repo/x.db, execute
    fs.read /repo/prod.db, read
    db.destroy users in sqlite:///repo/prod.db, destroy
    db.read t in sqlite:///repo/x.db, read
    db.read t in sqlite:///repo/prod.db, read
    ");
    // A name without a database is looked for in all of them.
    assert_snapshot!(check("sqlite3 x.db \"ATTACH 'prod.db' AS o; drop table users\""), @"
    db.execute * in sqlite:///repo/x.db, execute
    fs.read /repo/prod.db, read
    db.destroy users in sqlite:///repo/x.db, destroy
    db.destroy users in sqlite:///repo/prod.db, destroy, partial
    ");
}

#[test]
fn a_session_goes_on() {
    assert_snapshot!(check("psql -h localhost -c '\\c postgresql://db.shop.example/x' -c 'drop table users'"), @"db.destroy users in postgresql://db.shop.example/x, destroy");
    assert_snapshot!(check("psql -h localhost -c \"select dblink_connect('c', 'host=db.shop.example')\" -c \"select dblink_exec('c', 'drop table users')\""), @"
    db.execute dblink_connect in postgresql://localhost, execute
    db.execute * in postgresql://db.shop.example, execute
    db.execute dblink_exec in postgresql://localhost, execute
    db.destroy users in postgresql://db.shop.example, destroy
    ");
    assert_snapshot!(check("sqlite3 x.db '.open prod.db' 'drop table users'"), @"db.destroy users in sqlite:///repo/prod.db, destroy");
    assert_snapshot!(check("sqlite3 x.db \"ATTACH 'prod.db' AS o\" 'delete from o.users where a = 1'"), @"
    db.execute * in sqlite:///repo/x.db, execute
    fs.read /repo/prod.db, read
    db.destroy users in sqlite:///repo/prod.db, destroy
    ");
    assert_snapshot!(check("sqlite3 x.db <<< \"ATTACH 'prod.db' AS o;\n.tables\ndelete from o.users where a = 1;\""), @"
    db.execute * in sqlite:///repo/x.db, execute
    fs.read /repo/prod.db, read
    db.read * in sqlite:///repo/x.db, read
    db.destroy users in sqlite:///repo/prod.db, destroy
    ");
    assert_snapshot!(check_with("psql -h localhost <<'X'\n\\i to.sql\ndrop table users;\nX", &[("/repo/to.sql", "\\c postgresql://db.shop.example/x\n")]), @"
    fs.read /repo/to.sql, read
    db.destroy users in postgresql://db.shop.example/x, destroy
    ");
    assert_snapshot!(check("psql -h localhost -c 'select 1 from a' -c 'drop table users'"), @"
    db.read a in postgresql://localhost, read
    db.destroy users in postgresql://localhost, destroy
    ");
}

#[test]
fn addresses_that_say_the_host_elsewhere() {
    assert_snapshot!(check("psql 'postgresql:///shop?host=db.shop.example' -c 'drop table a'"), @"db.destroy a in postgresql://db.shop.example/shop, destroy");
    assert_snapshot!(check("psql 'postgresql://localhost/shop?sslmode=disable&hostaddr=10.0.0.1' -c 'drop table a'"), @"db.destroy a in postgresql://10.0.0.1/shop, destroy");
    assert_snapshot!(check("psql 'host = db.shop.example dbname=shop' -c 'drop table a'"), @"db.destroy a in postgresql://db.shop.example/shop, destroy");
    assert_snapshot!(check("psql 'postgresql:///shop?host=/var/run/postgresql' -c 'drop table a'"), @"db.destroy a in postgresql://localhost/shop, destroy");
}

#[test]
fn text_that_only_mentions_it() {
    assert_snapshot!(check("psql -c \"select 'dblink_exec(''host=a'', ''drop table b'')'\""), @"db.read * in postgresql://localhost, read");
    assert_snapshot!(check("psql -c \"insert into log values ('CONNECTION host=db.prod')\""), @"db.write log in postgresql://localhost, write");
    assert_snapshot!(check("psql -c \"explain select dblink_exec('host=db.shop.example', 'drop table users')\""), @"db.read dblink_exec in postgresql://localhost, read");
    assert_snapshot!(check("sqlite3 x.db 'select * from main.t; create table connection (server text)'"), @"
    db.read main.t in sqlite:///repo/x.db, read
    db.schema connection in sqlite:///repo/x.db, write
    ");
}

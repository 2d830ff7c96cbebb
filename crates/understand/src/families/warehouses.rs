//! Clients of other systems that take SQL: ClickHouse, Cassandra, SQL Server, Snowflake, InfluxDB.

use countersign_model::{Certainty, verbs};

use super::Family;
use super::databases::{Given, Options, Whereabouts, named, place, read, run_stdin, tells, unknown_command};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::sql::{DatabasePlace, client};
use crate::word::Word;

pub(super) const FAMILY: Family = Family {
    programs: &[
        "clickhouse-client", "clickhouse", "clickhouse-local", "cqlsh", "sqlcmd", "mssql-cli", "bcp", "snowsql", "snow", "influx", "usql", "sqlplus",
        "trino", "presto", "beeline",
    ],
    about: "Clients of other systems that take SQL, which is read as PostgreSQL's is; hosts and databases \
        come from each client's own options. An interactive session is opaque.",
    examples: &[
        "clickhouse-client -h ch.example -q 'SELECT count() FROM events'",
        "clickhouse-client -h ch.example -d logs -q 'DROP TABLE events'",
        "cqlsh db.example -k shop -e 'TRUNCATE users'",
        r#"sqlcmd -S db.example -d shop -Q "EXEC xp_cmdshell 'dir'""#,
        "snowsql -a acme -d prod -q 'DELETE FROM users'",
        "influx delete --bucket metrics",
        "bcp shop.dbo.users out users.csv -S db.example",
        "clickhouse-client",
    ],
    effects,
};

/// How a client is told where and what.
struct Client {
    system: &'static str,
    options: Options,
    host: &'static [&'static str],
    database: &'static [&'static str],
    texts: &'static [&'static str],
    files: &'static [&'static str],
    outputs: &'static [&'static str],
}

const CLICKHOUSE: Client = Client {
    system: "clickhouse",
    options: Options {
        long: &["host", "port", "user", "password", "database", "query", "queries-file", "format", "config-file", "connection", "file", "structure", "table", "input-format", "output-format"],
        short: "hudqcfC",
        attached: "",
    },
    host: &["h", "host"],
    database: &["d", "database"],
    texts: &["q", "query"],
    files: &["queries-file"],
    outputs: &[],
};
const CASSANDRA: Client = Client {
    system: "cassandra",
    options: Options { long: &["execute", "file", "keyspace", "username", "password", "cqlshrc", "request-timeout", "connect-timeout", "encoding", "consistency-level", "secure-connect-bundle"], short: "efkupb", attached: "" },
    host: &[],
    database: &["k", "keyspace"],
    texts: &["e", "execute"],
    files: &["f", "file"],
    outputs: &[],
};
const SQLSERVER: Client = Client {
    system: "sqlserver",
    options: Options { long: &["server", "database-name", "user-name", "password", "query", "initial-query", "input-file", "output-file"], short: "SdUPQqioHAlthswmvyYzZaFKcrMq", attached: "" },
    host: &["S", "server"],
    database: &["d", "database-name"],
    texts: &["Q", "q", "query", "initial-query"],
    files: &["i", "input-file"],
    outputs: &["o", "output-file"],
};
const SNOWFLAKE: Client = Client {
    system: "snowflake",
    options: Options {
        long: &["accountname", "username", "dbname", "schemaname", "warehouse", "rolename", "connection", "query", "filename", "config", "variable", "account", "user", "database", "schema", "role", "private-key-path", "authenticator", "host", "format", "option"],
        short: "audswrcqfoD",
        attached: "",
    },
    host: &["a", "accountname", "account", "host", "c", "connection"],
    database: &["d", "dbname", "database"],
    texts: &["q", "query"],
    files: &["f", "filename"],
    outputs: &[],
};
const OTHER: Client = Client {
    system: "sql",
    options: Options { long: &["command", "file", "server", "catalog", "schema", "user", "execute", "host", "database", "org", "token", "set", "out"], short: "cfuedntoe", attached: "" },
    host: &["server", "host", "u"],
    database: &["catalog", "database"],
    texts: &["c", "command", "execute", "e"],
    files: &["f", "file"],
    outputs: &["o", "out"],
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let program = invocation.program.as_str();
    let client = match program {
        "clickhouse-client" | "clickhouse" | "clickhouse-local" => &CLICKHOUSE,
        "cqlsh" => &CASSANDRA,
        "sqlcmd" | "mssql-cli" | "bcp" => &SQLSERVER,
        "snowsql" | "snow" => &SNOWFLAKE,
        _ => &OTHER,
    };
    let mut given = read(invocation, &client.options);
    if given.is_help() || (program == "sqlcmd" && given.has(&["?"])) {
        tells(invocation, context);
        return;
    }
    let first = given.operands.first().and_then(Word::known).unwrap_or_default().to_owned();
    match program {
        "snow" if first != "sql" => {
            let at = located(client, &given, invocation, context);
            snow(&given, &at, context);
            return;
        }
        "clickhouse" if !matches!(first.as_str(), "client" | "local") => {
            let at = located(client, &given, invocation, context);
            unknown_command("clickhouse", &at, context);
            return;
        }
        "influx" => {
            influx(&given, &located(client, &given, invocation, context), invocation, context);
            return;
        }
        "snow" | "clickhouse" => {
            given.operands.remove(0);
        }
        "bcp" => {
            bulk(&given, &located(client, &given, invocation, context), context);
            return;
        }
        _ => {}
    }
    let mut at = located(client, &given, invocation, context);
    if program == "cqlsh" && let Some(host) = given.operands.first() {
        at.host = named(host);
        at.note = None;
    }
    if program == "usql" && let Some(found) = given.operands.first().and_then(DatabasePlace::of_url) {
        at = found;
    }
    if matches!(program, "clickhouse-local") || (program == "clickhouse" && first == "local") {
        "localhost".clone_into(&mut at.host);
    }
    given.words(client.outputs).for_each(|word| context.write(word));
    let mut runs = false;
    for word in given.words(client.texts) {
        runs = true;
        if program == "usql" && let Some(address) = connects(word.text()) {
            at = DatabasePlace::of_text(address).unwrap_or_else(|| DatabasePlace::any("sql"));
            continue;
        }
        client::run_word_in(word, &mut at, context);
    }
    for word in given.words(client.files) {
        runs = true;
        client::run_file(&word.value, &at, context);
    }
    if !runs {
        run_stdin(invocation, &at, context);
    }
}

/// What usql is told to connect to from here on: `\c postgres://db.example`.
fn connects(text: &str) -> Option<&str> {
    let rest = text.trim().strip_prefix("\\connect").or_else(|| text.trim().strip_prefix("\\c"))?;
    rest.starts_with(char::is_whitespace).then_some(rest.trim())
}

fn located(client: &Client, given: &Given, invocation: &Invocation, context: &Context<'_>) -> DatabasePlace {
    let host = given.word(client.host);
    let whereabouts = Whereabouts { system: client.system, host, database: given.word(client.database), host_setting: None, database_setting: None };
    let mut at = place(&whereabouts, invocation, context);
    if matches!(client.system, "snowflake" | "sql") && host.is_none() {
        // A connection of the client's own configuration.
        "*".clone_into(&mut at.host);
    }
    if client.system == "clickhouse" {
        if let Some(address) = given.operands.iter().find(|word| word.text().contains("://")) {
            at = DatabasePlace::of_url(address).unwrap_or_else(|| DatabasePlace::any(client.system));
        } else if host.is_none() && given.has(&["connection", "C", "config-file"]) || given.words(client.host).count() > 1 {
            "*".clone_into(&mut at.host);
        }
    }
    if client.system == "cassandra" && given.has(&["cqlshrc", "b", "secure-connect-bundle"]) {
        "*".clone_into(&mut at.host);
    }
    if client.system == "sqlserver" {
        let plain = at.host.strip_prefix("tcp:").unwrap_or(&at.host);
        let plain = plain.split([',', '\\']).next().unwrap_or(plain);
        at.host = if matches!(plain, "." | "(local)" | "") { "localhost".to_owned() } else { plain.to_owned() };
    }
    at
}

/// `snow` beside `snow sql`.
fn snow(given: &Given, at: &DatabasePlace, context: &mut Context<'_>) {
    let words: Vec<&str> = given.operands.iter().filter_map(Word::known).take(3).collect();
    let verb = match words.iter().find_map(|word| match *word {
        "list" | "describe" | "show" | "status" | "logs" | "list-files" | "get-url" | "validate" | "test" | "--info" => Some(verbs::DB_READ),
        "drop" | "remove" | "teardown" => Some(verbs::DB_DESTROY),
        "create" | "deploy" | "upgrade" | "publish" => Some(verbs::DB_SCHEMA),
        "execute" | "execute-job" | "run" | "copy" => Some(verbs::DB_EXECUTE),
        _ => None,
    }) {
        Some(verb) => verb,
        None => {
            unknown_command(&format!("snow {}", words.first().copied().unwrap_or_default()), at, context);
            return;
        }
    };
    context.push(at.effect(verb, "*"));
}

fn influx(given: &Given, at: &DatabasePlace, invocation: &Invocation, context: &mut Context<'_>) {
    let words: Vec<&str> = given.operands.iter().filter_map(Word::known).take(2).collect();
    let verb = match words.as_slice() {
        ["query" | "ping" | "version" | "export" | "backup", ..] | [_, "list" | "ls" | "find" | "dryrun"] => verbs::DB_READ,
        ["write", ..] => verbs::DB_WRITE,
        ["delete" | "restore", ..] | [_, "delete"] => verbs::DB_DESTROY,
        ["user" | "auth" | "org" | "secret", ..] => verbs::DB_PRIVILEGE,
        ["bucket", ..] => verbs::DB_SCHEMA,
        ["help"] => {
            tells(invocation, context);
            return;
        }
        _ => {
            unknown_command("influx", at, context);
            return;
        }
    };
    context.push(DatabasePlace { system: "influxdb".to_owned(), ..at.clone() }.effect(verb, "*"));
}

/// `bcp table in|out file`.
fn bulk(given: &Given, at: &DatabasePlace, context: &mut Context<'_>) {
    let (Some(table), Some(direction), file) = (given.operands.first(), given.operands.get(1), given.operands.get(2)) else {
        context.push(at.effect(verbs::DB_WRITE, "*").certain(Certainty::Partial, "its direction is not known"));
        return;
    };
    match direction.known() {
        Some("out") => {
            file.iter().for_each(|file| context.write(file));
            context.push(at.effect(verbs::DB_READ, &named(table)));
        }
        Some("queryout") => {
            file.iter().for_each(|file| context.write(file));
            client::run_word(table, at, context);
        }
        _ => {
            file.iter().for_each(|file| context.read(file));
            context.push(at.effect(verbs::DB_WRITE, &named(table)));
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_because};

    #[test]
    fn a_session_that_goes_elsewhere() {
        assert_snapshot!(check("usql sqlite:a.db -c '\\c postgres://db.prod.example/shop' -c 'drop table x'; usql mysql://localhost -c 'use shop' -c 'drop table y'"), @"
        db.destroy x in postgresql://db.prod.example/shop, destroy
        db.destroy y in mysql://localhost/shop, destroy
        ");
    }

    #[test]
    fn where_else_a_client_is_told_to_go() {
        for (command, place) in [
            ("clickhouse-client clickhouse://db.shop.example/billing -q 'drop table t'", "clickhouse://db.shop.example/billing"),
            ("clickhouse client clickhouse://me:x@db.shop.example -q 'drop table t'", "clickhouse://db.shop.example"),
            ("clickhouse-client \"clickhouse://$CH_HOST/billing\" -q 'drop table t'", "clickhouse://"),
            ("clickhouse-client --connection live -q 'drop table t'", "clickhouse://*"),
            ("clickhouse-client -C live.xml -q 'drop table t'", "clickhouse://*"),
            ("clickhouse-client -h db.shop.example -h localhost -q 'drop table t'", "clickhouse://*"),
            ("clickhouse-client --connection dev -h localhost -q 'drop table t'", "clickhouse://localhost"),
            ("cqlsh --cqlshrc live.rc -e 'drop table t'", "cassandra://*"),
            ("cqlsh -b live.zip -e 'drop table t'", "cassandra://*"),
        ] {
            let found = check(command);
            assert!(found.contains(&format!("db.destroy t in {place}")), "{command}: {found}");
            assert!(place.contains("localhost") || !found.contains("localhost"), "{command}: {found}");
        }
    }

    #[test]
    fn each_client() {
        assert_snapshot!(check("clickhouse-client -h ch.example -d logs -q 'DROP TABLE events'; clickhouse client --query 'SELECT uniqExact(id) FROM events FORMAT JSON'"), @"
        db.destroy events in clickhouse://ch.example/logs, destroy
        db.read events in clickhouse://localhost, read
        ");
        assert_snapshot!(check("cqlsh db.example -k shop -e 'TRUNCATE users'; cqlsh -e 'DESCRIBE TABLES'"), @"
        db.destroy users in cassandra://db.example/shop, destroy
        db.read * in cassandra://localhost, read
        ");
        assert_snapshot!(check("sqlcmd -S tcp:db.example,1433 -d shop -Q \"EXEC xp_cmdshell 'dir'\"; sqlcmd -S . -Q 'SELECT TOP 5 * FROM users'"), @"
        db.execute xp_cmdshell in sqlserver://db.example/shop, execute, partial
        db.read users in sqlserver://localhost, read
        ");
        assert_snapshot!(check("snowsql -a acme -d prod -q 'DROP TABLE users'; snow sql -q 'SELECT 1' -c prod; snow stage list"), @"
        db.destroy users in snowflake://acme/prod, destroy
        db.read * in snowflake://prod, read
        db.read * in snowflake://*, read, partial
        ");
        assert_snapshot!(check("influx delete --bucket metrics; influx query 'from(bucket: 1)'; bcp shop.dbo.users out users.csv -S db.example"), @"
        db.destroy * in influxdb://*, destroy, partial
        db.read * in influxdb://*, read, partial
        fs.write /repo/users.csv, write
        db.read shop.dbo.users in sqlserver://db.example, read
        ");
        assert_snapshot!(check_because("clickhouse-client"), @"db.execute * in clickhouse://localhost, execute: an interactive session on this machine: nothing is given to it yet");
    }
}

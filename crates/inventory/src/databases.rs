//! Databases: by the name of the variable that holds an address, and by the files of clients.

use std::collections::BTreeSet;

use countersign_model::is_this_machine;

use crate::item::quoted;
use crate::ssh::without_password;
use crate::{Found, Item, Kind, Use};

/// Variables that by their names hold the address of a database, as the map would have them. Lines of a file of
/// variables, or names.
pub fn addresses<'t>(lines: impl Iterator<Item = &'t str>) -> Vec<String> {
    const OF: &[&str] = &[
        "DATABASE",
        "DB",
        "POSTGRES",
        "POSTGRESQL",
        "MYSQL",
        "MARIADB",
        "MONGO",
        "MONGODB",
        "REDIS",
        "PG",
        "SQLSERVER",
        "MSSQL",
        "ORACLE",
        "CLICKHOUSE",
        "JDBC",
        "DATASOURCE",
        "SQL",
    ];
    const WHAT: &[&str] = &["URL", "URI", "DSN", "CONNSTR"];
    let mut names = BTreeSet::new();
    for line in lines {
        let line = line.trim();
        let name = line.strip_prefix("export ").unwrap_or(line).split('=').next().unwrap_or_default().trim();
        let words: Vec<&str> = name.split('_').collect();
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if is_name
            && words.iter().any(|word| OF.contains(word))
            && (words.iter().any(|word| WHAT.contains(word)) || words.ends_with(&["CONNECTION", "STRING"]))
        {
            names.insert(format!("${name}"));
        }
    }
    names.into_iter().collect()
}

/// The same for those of a file of variables that do not lead to this machine, as far as the values tell.
pub fn addresses_elsewhere(text: &str) -> Vec<String> {
    let is_local = |line: &str| {
        let address = line.split_once("://").map_or_else(|| server(line), |(_, rest)| rest);
        let authority = address.split(['/', '?', '"', '\'', ' ', ';']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        let name = if host.starts_with('[') { host.split(']').next() } else { host.split(':').next() };
        let name = name.unwrap_or_default().trim_start_matches('[');
        // Several hosts are several machines.
        !host.contains(',') && !name.is_empty() && is_this_machine(name)
    };
    addresses(text.lines().filter(|line| !is_local(line)))
}

/// The server of `Server=host,port;…`.
fn server(line: &str) -> &str {
    let value = line.split_once('=').map_or("", |(_, value)| value);
    let mut parts = value.trim_matches(['"', '\'']).split(';').filter_map(|part| part.split_once('='));
    let names = ["server", "data source", "host"];
    let server = parts.find(|(name, _)| names.iter().any(|known| name.trim().eq_ignore_ascii_case(known)));
    let (server, port) =
        server.map_or(("", ""), |(_, server)| server.split_once(',').unwrap_or((server, "")));
    let server = server.trim().strip_prefix("tcp:").unwrap_or(server.trim());
    if port.bytes().all(|byte| byte.is_ascii_digit()) { server } else { "" }
}

/// The databases whose addresses stand in these variables. What the file is called may say where they lead.
pub fn variables<'t>(lines: impl Iterator<Item = &'t str>, from: &str) -> Found {
    let item = |variable: String| {
        let usual = Use::command(deleting(&variable));
        Item::new(Kind::Database, variable, from).used(usual).also_named(from)
    };
    addresses(lines).into_iter().map(item).collect()
}

/// The same for those of a file of variables: where the value says to which database, that is what counts, as it does
/// for the programs that read the file.
pub fn of_file(text: &str, from: &str) -> Found {
    let mut found = Found::new();
    for line in text.lines() {
        let usual = address(line);
        found.extend(addresses(std::iter::once(line)).into_iter().map(|variable| {
            let told = usual.as_deref().unwrap_or(&variable);
            let usual =
                Use::command(deleting(&variable).replace(&format!("\"{variable}\""), &format!("\"{told}\"")));
            Item::new(Kind::Database, variable, from).used(usual).also_named(from)
        }));
    }
    // Of one that is set twice the last counts.
    let mut last: Found = Vec::new();
    for item in found {
        last.retain(|other| other.name != item.name);
        last.push(item);
    }
    last
}

/// The address in a line of a file of variables, without a login and whatever else may be secret; none where it is not plain.
fn address(line: &str) -> Option<String> {
    let (_, value) = line.split_once('=')?;
    let value = value.split(" #").next().unwrap_or(value).trim().trim_matches(['"', '\'']);
    let (scheme, rest) = value.split_once("://")?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = authority.rsplit('@').next().unwrap_or_default();
    let database = path.split(['?', '#']).next().unwrap_or_default();
    let is_plain = |text: &str, more: &str| {
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.as_bytes().contains(&byte))
    };
    let port = if host.ends_with(']') { "" } else { host.rsplit_once(':').map_or("", |(_, port)| port) };
    let plain = !host.is_empty()
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && is_plain(scheme, "+")
        && is_plain(host, ".-:[]")
        && is_plain(database, "_-")
        && !path.contains('@');
    plain.then(|| format!("{scheme}://{host}/{database}"))
}

/// A command that deletes rows at the address in a variable.
fn deleting(variable: &str) -> String {
    let has = |word: &str| variable.contains(word);
    if has("REDIS") {
        format!("redis-cli -u \"{variable}\" DEL example")
    } else if has("MONGO") {
        format!("mongosh \"{variable}\" --eval 'db.example.deleteOne({{}})'")
    } else if has("MYSQL") {
        format!("mysqlsh --uri \"{variable}\" --sql -e 'DELETE FROM example WHERE id = 1'")
    } else if has("SQLSERVER") || has("MSSQL") {
        format!("sqlcmd -S \"{variable}\" -Q 'DELETE FROM example WHERE id = 1'")
    } else {
        format!("psql \"{variable}\" -c 'DELETE FROM example WHERE id = 1'")
    }
}

/// The lines of `~/.pgpass`: `host:port:database:user:password`, of which the first and third are told.
pub fn pgpass(text: &str, from: &str) -> Found {
    let item = |line: &str| {
        let mut parts = line.split(':');
        let (host, database) = (parts.next()?.trim(), parts.nth(1)?);
        // A line that is short of a part may hold the password where another part belongs.
        (parts.count() >= 2 && !host.is_empty()).then_some(())?;
        let delete =
            format!("psql -h {} {} -c 'DELETE FROM example WHERE id = 1'", quoted(host), quoted(database));
        let name = format!("postgresql://{host}/{database}");
        Some(Item::new(Kind::Database, name, from).used(Use::command(delete)).about("a password in the file"))
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.filter_map(item).collect()
}

/// The services of `~/.pg_service.conf`.
pub fn pg_services(text: &str, from: &str) -> Found {
    let names = text.lines().filter_map(|line| line.trim().strip_prefix('[')?.split_once(']'));
    let item = |(name, _): (&str, &str)| {
        let name = &without_password(name);
        let delete = format!("psql service={} -c 'DELETE FROM example WHERE id = 1'", quoted(name));
        Item::new(Kind::Database, format!("service:{name}"), from).used(Use::command(delete))
    };
    names.map(item).collect()
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::item::shown;

    #[test]
    fn variables_by_name_and_never_by_value() {
        let text =
            "# DATABASE_URL\nexport DATABASE_URL=postgres://u:p@h/d\nREDIS_URL=x\nAPI_URL=y\nDB_PASSWORD=z\n";
        assert_eq!(addresses(text.lines()), ["$DATABASE_URL", "$REDIS_URL"]);
        let local = "DATABASE_URL=postgres://shop:shop@localhost:5432/shop\nREDIS_URL=\"redis://[::1]:6379\"\nPG_URL=postgres://127.0.0.1/x\nMYSQL_URL=mysql://u:localhost@db.example/x\nDB_DSN=x\n";
        assert_eq!(addresses_elsewhere(local), ["$DB_DSN", "$MYSQL_URL"]);
        let strings = "SQLSERVER_CONNECTION_STRING=Server=tcp:db.acme.io,1433;Password=s3cr3t\nJDBC_URL=jdbc:postgresql://h/x\nSTORAGE_CONNECTION_STRING=x\nDB_CONNECTION=x\nMSSQL_CONNECTION_STRING='Server=localhost,1433;User=sa'\nSQL_URL=jdbc:sqlserver://localhost;user=sa\n";
        assert_eq!(addresses_elsewhere(strings), ["$JDBC_URL", "$SQLSERVER_CONNECTION_STRING"]);
        assert!(!format!("{:?}", variables(strings.lines(), ".env")).contains("s3cr3t"));
        let items = variables(text.lines(), ".env");
        assert!(!format!("{items:?}").contains("u:p"));
        assert_snapshot!(shown(&items), @r#"
        Database $DATABASE_URL [] psql "$DATABASE_URL" -c 'DELETE FROM example WHERE id = 1'
        Database $REDIS_URL [] redis-cli -u "$REDIS_URL" DEL example
        "#);
    }

    #[test]
    fn what_a_file_says_counts_without_its_login() {
        let text = "DATABASE_URL=postgres://u:p@db.example/x\nDATABASE_URL=\"postgres://u:p@localhost:5432/shop?sslmode=off\" # mine\n\
            REDIS_URL=redis://:s3cr3t@[::1]:6379\nPG_URL=postgres://u:s3/cr3t@db.example/x\nMYSQL_URL=mysql://app:s3cr3t\nDB_URL=${X}\n";
        assert_snapshot!(shown(&of_file(text, ".env")), @r#"
        Database $DATABASE_URL [] psql "postgres://localhost:5432/shop" -c 'DELETE FROM example WHERE id = 1'
        Database $REDIS_URL [] redis-cli -u "redis://[::1]:6379/" DEL example
        Database $PG_URL [] psql "$PG_URL" -c 'DELETE FROM example WHERE id = 1'
        Database $MYSQL_URL [] mysqlsh --uri "$MYSQL_URL" --sql -e 'DELETE FROM example WHERE id = 1'
        Database $DB_URL [] psql "$DB_URL" -c 'DELETE FROM example WHERE id = 1'
        "#);
    }

    #[test]
    fn files_of_clients() {
        let items =
            pgpass("# c\ndb.prod.acme.io:5432:shop:app:s3cr3t\nshort:s3cr3t\na:1:s3cr3t\n", "~/.pgpass");
        assert!(!format!("{items:?}").contains("s3cr3t"));
        assert_snapshot!(shown(&items), @"Database postgresql://db.prod.acme.io/shop [a password in the file] psql -h db.prod.acme.io shop -c 'DELETE FROM example WHERE id = 1'");
        assert_snapshot!(shown(&pg_services("[shop]\npassword=x\n", "f")), @"Database service:shop [] psql service=shop -c 'DELETE FROM example WHERE id = 1'");
    }
}

//! `goose DRIVER ADDRESS up`: how an address is written, the driver says.

use super::address;
use crate::context::Context;
use crate::families::subcommands::Subcommand;
use crate::invocation::Invocation;
use crate::sql::{self, DatabasePlace};
use crate::word::Value;

/// The database that is named behind its driver; none where the environment names it.
pub(super) fn place(found: &Subcommand<'_>, invocation: &Invocation, context: &Context<'_>) -> Option<DatabasePlace> {
    let (driver, rest) = found.name.split_once(' ')?;
    if !rest.contains(' ') {
        return Some(address(&Value::Known(rest.to_owned()), invocation));
    }
    let at = invocation.words.iter().position(|word| word.known() == Some(driver))?;
    let word = invocation.words.get(at + 1)?;
    let Some(text) = word.known().filter(|text| !text.contains("://")) else { return Some(address(&word.value, invocation)) };
    let named = match driver {
        "sqlite3" | "sqlite" => Some(crate::families::database_file("sqlite", word, context)),
        "postgres" | "pgx" => Some(sql::of_connection(text, "postgresql")).filter(|place| !place.host.is_empty()),
        "mysql" => mysql(text),
        _ => None,
    };
    Some(named.unwrap_or_else(|| address(&word.value, invocation)))
}

/// `user:password@tcp(localhost:3306)/shop`
fn mysql(text: &str) -> Option<DatabasePlace> {
    let (_, rest) = text.split_once("@tcp(")?;
    let (host, rest) = rest.split_once(')')?;
    let database = rest.strip_prefix('/').map(|rest| rest.split('?').next().unwrap_or(rest).to_owned());
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host).to_owned();
    Some(DatabasePlace { host, database, ..DatabasePlace::any("mysql") })
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn addresses_as_drivers_read_them() {
        for (command, place) in [
            ("goose -dir m postgres 'host=localhost dbname=dev' up", "postgresql://localhost/dev"),
            ("goose postgres postgres://localhost/dev up", "postgresql://localhost/dev"),
            ("goose sqlite3 ./dev.db up", "sqlite:///repo/dev.db"),
            ("goose mysql 'root:x@tcp(127.0.0.1:3306)/dev?parseTime=true' status", "mysql://127.0.0.1/dev"),
            ("goose postgres 'host=db.example dbname=shop' up", "postgresql://db.example/shop"),
        ] {
            assert!(check(command).contains(place), "{command}: {}", check(command));
        }
        for command in ["goose postgres \"$X\" up", "goose postgres 'dbname=dev' up", "goose up", "goose mysql dev up"] {
            let found = check(command);
            assert!(!found.contains("localhost") && !found.contains("127.0.0.1"), "{command}: {found}");
        }
    }
}

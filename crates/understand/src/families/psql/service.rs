//! Services of PostgreSQL: sections of a file that say where a database is.
//! <https://www.postgresql.org/docs/current/libpq-pgservice.html>

use super::super::databases::setting_there;
use super::located::Said;
use crate::code::source::{self, Source};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::paths;
use crate::word::Value;

/// Where the system keeps services, as the usual packages are built.
const OF_SYSTEM: &[&str] = &[
    "/etc/postgresql-common/pg_service.conf",
    "/etc/pg_service.conf",
    "/usr/local/pgsql/etc/pg_service.conf",
];

/// The service that a command goes by.
pub(super) enum Service {
    None,
    /// Its name, and what it says.
    Told(String, Said),
    /// It is not known what it says: what stands in the host's place.
    Unknown(String),
}

/// The service that the command names, or the environment.
pub(super) fn of(named: Option<&str>, invocation: &Invocation, context: &Context<'_>) -> Service {
    let name = match named {
        Some(name) => name.to_owned(),
        None => match setting_there("PGSERVICE", invocation, context) {
            Ok(Some(name)) if !name.is_empty() => name,
            Ok(_) => return Service::None,
            Err(_) => return Service::Unknown("*".to_owned()),
        },
    };
    match told(&name, invocation, context) {
        Some(said) => Service::Told(name, said),
        None => Service::Unknown(format!("service:{name}")),
    }
}

/// What the first file says that has it; none where that is not known.
fn told(name: &str, invocation: &Invocation, context: &Context<'_>) -> Option<Said> {
    let own = match setting_there("PGSERVICEFILE", invocation, context).ok()? {
        Some(file) => file,
        None => format!("{}/.pg_service.conf", context.state.shell.home),
    };
    for file in std::iter::once(own.as_str()).chain(OF_SYSTEM.iter().copied()) {
        let text = match source::of(&paths::locate(&Value::Known(file.to_owned()), context), context) {
            Source::Texts(texts) => match texts.as_slice() {
                [text] => text.clone(),
                _ => return None,
            },
            Source::Absent => continue,
            Source::Perhaps(..) | Source::Foreign | Source::Unknown(_) => return None,
        };
        if let Some(said) = section(&text, name) {
            return said;
        }
    }
    None
}

/// What the section of this name says: of a setting that is there twice, the first counts. `None`: it has no such
/// section; `Some(None)`: it looks elsewhere.
fn section(text: &str, name: &str) -> Option<Option<Said>> {
    let mut lines = text.lines().map(str::trim).skip_while(|line| *line != format!("[{name}]"));
    lines.next()?;
    let mut said = Said::default();
    for line in lines.take_while(|line| !line.starts_with('[')).filter(|line| !line.starts_with('#')) {
        let Some((key, value)) = line.split_once('=') else { continue };
        if line.starts_with("ldap") {
            return Some(None);
        }
        let mut here = Said::default();
        here.takes(key.trim(), value.trim());
        said.host = said.host.or(here.host);
        said.address = said.address.or(here.address);
        said.database = said.database.or(here.database);
    }
    Some(Some(said))
}

#[cfg(test)]
mod tests {
    use crate::fixture::check_with;

    const FILE: &str = "# services\n[blue]\nhost=db.live.example\nhost=db.play.example\ndbname=shop\n[near]\nhost=/run/postgresql\n\n[ten]\nhost=x\nhostaddr=10.0.0.5\n[prod]\nhost=10.0.0.6\n[far]\nldap://ldap.example/x=y\n[none]\nport=1\n";

    fn place(command: &str) -> String {
        let files = [("/home/dev/.pg_service.conf", FILE), ("/repo/services", "[blue]\nhost=other.example\n")];
        let found = check_with(command, &files);
        found.split("postgresql://").nth(1).and_then(|rest| rest.split(',').next()).unwrap_or(&found).to_owned()
    }

    #[test]
    fn a_service_says_where() {
        for (command, expected) in [
            ("PGSERVICE=blue psql -c 'drop table a'", "db.live.example/shop"),
            ("PGSERVICE=blue PGHOST=localhost PGDATABASE=x psql -c 'drop table a'", "db.live.example/shop"),
            ("psql service=blue -c 'drop table a'", "db.live.example/shop"),
            ("psql 'service=blue dbname=y' -c 'drop table a'", "db.live.example/y"),
            ("psql 'postgresql:///?service=blue' -c 'drop table a'", "db.live.example/shop"),
            ("PGSERVICE=blue psql mine -c 'drop table a'", "db.live.example/mine"),
            ("PGSERVICE=blue PGSERVICEFILE=/repo/services psql -c 'drop table a'", "other.example"),
            ("PGSERVICE=blue dropdb", "db.live.example/shop"),
            ("PGSERVICE=ten psql -c 'drop table a'", "10.0.0.5"),
            ("PGSERVICE=ten PGHOSTADDR=10.0.0.9 psql -h db.example -c 'drop table a'", "10.0.0.5"),
            ("PGSERVICE=none PGHOST=db.example psql -c 'drop table a'", "db.example"),
            ("psql -h a.example,db.live.example -c 'drop table a'", "db.live.example"),
            ("psql -h a.example,b.example -c 'drop table a'", "*"),
            // What it is called after counts where the host's name says nothing.
            ("PGSERVICE=prod psql -c 'drop table a'", "service:prod"),
            // What is not found or read is not known.
            ("PGSERVICE=far psql -c 'drop table a'", "service:far"),
            ("PGSERVICE=other psql -c 'drop table a'", "service:other"),
            ("PGSERVICE=$S psql -c 'drop table a'", "*"),
            ("PGSERVICE=blue PGSERVICEFILE=$F psql -c 'drop table a'", "service:blue"),
            ("echo > ~/.pg_service.conf; PGSERVICE=blue psql -c 'drop table a'", "service:blue"),
        ] {
            assert_eq!(place(command), expected, "{command}");
        }
    }

    #[test]
    fn near_misses() {
        for (command, expected) in [
            ("PGSERVICE=blue psql -h localhost -c 'drop table a'", "localhost/shop"),
            ("PGSERVICE=blue psql 'host=localhost' -c 'drop table a'", "localhost/shop"),
            ("PGSERVICE=blue psql postgresql://localhost/x -c 'drop table a'", "localhost/x"),
            ("PGSERVICE=near psql -c 'drop table a'", "localhost"),
            ("PGSERVICEFILE=/repo/services psql -c 'drop table a'", "localhost"),
            ("PGSERVICE= psql -c 'drop table a'", "localhost"),
            // Of what names no host the environment says it.
            ("PGHOST=db.example psql 'dbname=y' -c 'drop table a'", "db.example/y"),
            ("PGHOST=db.example psql postgresql:///y -c 'drop table a'", "db.example/y"),
            ("PGHOST=db.example PGHOSTADDR=10.0.0.9 psql -c 'drop table a'", "10.0.0.9"),
        ] {
            assert_eq!(place(command), expected, "{command}");
        }
    }
}

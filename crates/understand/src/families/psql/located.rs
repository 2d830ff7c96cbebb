//! Where a PostgreSQL is that a command connects to, in libpq's order: what the command says itself, then the service
//! it names, then the environment. <https://www.postgresql.org/docs/current/libpq-connect.html>

use super::super::databases::{Given, Whereabouts, named, place, setting_there};
use super::super::kubectl::says_production;
use super::service::{self, Service};
use crate::context::Context;
use crate::invocation::Invocation;
use crate::sql::{DatabasePlace, Pairs, variable};
use crate::word::{Value, Word};

/// What a command, or a service, says of where the database is.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub host: Option<String>,
    /// The address, which is connected to whatever the host is called.
    pub address: Option<String>,
    pub database: Option<String>,
    pub service: Option<String>,
}

impl Said {
    /// Takes in a pair of a connection string or of a service file.
    pub fn takes(&mut self, name: &str, value: &str) {
        let said = match name {
            "host" => &mut self.host,
            "hostaddr" => &mut self.address,
            "dbname" => &mut self.database,
            "service" => &mut self.service,
            _ => return,
        };
        // The directory of a socket is this machine's own; of several hosts it may be any.
        let value = match value {
            "" => return,
            path if name == "host" && path.starts_with(['/', '@']) => "localhost",
            hosts if name.starts_with("host") && hosts.contains([',', '%']) => {
                hosts.split(',').find(|host| says_production(host)).unwrap_or("*")
            }
            value => value,
        };
        *said = Some(value.to_owned());
    }

    /// `host=db.example dbname=shop`.
    fn of_pairs(info: &Word) -> Self {
        let text = info.known().unwrap_or_else(|| info.raw.trim_matches(['"', '\'']));
        let mut said = Self::default();
        for (name, value) in Pairs::of(text) {
            let value = value.trim_matches('\'');
            let is_put_in = value.contains(['$', '`']);
            let word = if is_put_in { Value::unknown("a part of the address") } else { Value::Known(value.to_owned()) };
            said.takes(name, &named(&Word { raw: value.to_owned(), ..Word::made(word) }));
        }
        said
    }

    /// `postgresql://db.example/shop?service=x`, where `place` is what it names without its service.
    fn of_url(text: &str) -> Option<(Self, DatabasePlace)> {
        let (address, query) = text.split_once('?').unwrap_or((text, ""));
        let (services, others): (Vec<&str>, Vec<&str>) = query.split('&').partition(|pair| pair.starts_with("service="));
        let place = DatabasePlace::of_text(&format!("{address}?{}", others.join("&")))?;
        let authority = address.split_once("://").and_then(|(_, rest)| rest.split('/').next()).unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or(authority);
        let names_host = !host.is_empty() && !host.starts_with(':') || others.iter().any(|pair| pair.contains("host"));
        let service = services.last().and_then(|pair| pair.split_once('=')).map(|(_, name)| name.to_owned());
        let host = names_host.then(|| place.host.clone());
        Some((Self { host, database: place.database.clone(), service, address: None }, place))
    }
}

/// The place that a connection string, options, a service and settings name.
pub(super) fn located(
    given: &Given,
    database: Option<&Word>,
    invocation: &Invocation,
    context: &Context<'_>,
) -> DatabasePlace {
    let host = given.word(&["h", "host"]);
    let database = given.word(&["d", "dbname", "url"]).or(database);
    let text = |word: &Word| word.known().map_or_else(|| word.raw.trim_matches(['"', '\'']).to_owned(), str::to_owned);
    let mut said = match database.or(host).map(text).as_deref().and_then(Said::of_url) {
        Some((_, place)) if place.system != "postgresql" => return place,
        Some((said, _)) => said,
        None => match database {
            Some(info) if info.text().contains('=') => Said::of_pairs(info),
            Some(word) if word.value.is_unknown() && host.is_none() => {
                // A variable in the database's place may hold a whole address.
                let host = variable(word).unwrap_or_else(|| "*".to_owned());
                return DatabasePlace { host, ..DatabasePlace::any("postgresql") };
            }
            database => Said {
                database: database.map(named).filter(|name| !name.is_empty()),
                ..Said::default()
            },
        },
    };
    if said.host.is_none() {
        host.into_iter().for_each(|host| said.takes("host", &named(host)));
    }
    let mut found = DatabasePlace::any("postgresql");
    let service = service::of(said.service.as_deref(), invocation, context);
    match service {
        Service::None => {}
        Service::Told(name, told) => {
            let is_own = said.host.is_some() || said.address.is_some();
            let host = told.address.clone().or_else(|| told.host.clone());
            said.host = said.host.or(told.host);
            said.address = said.address.or(told.address);
            said.database = said.database.or(told.database);
            if let Some(host) = host.filter(|_| !is_own) {
                found.note = Some(format!("the service `{name}` says where"));
                // A host of any name is what its service is called after.
                if says_production(&name) && !countersign_model::is_this_machine(&host) && !says_production(&host) {
                    said.address = Some(format!("service:{name}"));
                }
            }
        }
        Service::Unknown(name) if said.host.is_none() && said.address.is_none() => {
            said.address = Some(name);
            found.note = Some("it is in a service of the connection service file".to_owned());
        }
        Service::Unknown(_) => {}
    }
    let environment = of_environment(invocation, context);
    let is_own = said.host.is_some() || said.address.is_some();
    if !is_own {
        found.note = environment.note;
    }
    found.host = match (said.address, address(invocation, context), said.host) {
        (Some(address), _, _) | (None, Some(address), _) | (None, None, Some(address)) => address,
        (None, None, None) => environment.host,
    };
    found.database = said.database.or(environment.database);
    found
}

/// What the environment says, or this machine's own.
fn of_environment(invocation: &Invocation, context: &Context<'_>) -> DatabasePlace {
    let whereabouts = Whereabouts {
        system: "postgresql",
        host: None,
        database: None,
        host_setting: Some("PGHOST"),
        database_setting: Some("PGDATABASE"),
    };
    place(&whereabouts, invocation, context)
}

/// The address that the environment says; `*` where that is not known.
fn address(invocation: &Invocation, context: &Context<'_>) -> Option<String> {
    match setting_there("PGHOSTADDR", invocation, context) {
        Ok(address) => address.filter(|address| !address.is_empty()),
        Err(_) => Some("*".to_owned()),
    }
}

//! How programs and databases are told what to connect to: `host=db.example dbname=shop`, `Server=db.example;..`.

use super::DatabasePlace;

/// The pairs of libpq's `key = value key='value'`, as written.
pub(crate) struct Pairs<'t>(&'t str);

impl<'t> Pairs<'t> {
    pub const fn of(text: &'t str) -> Self {
        Self(text)
    }
}

impl<'t> Iterator for Pairs<'t> {
    type Item = (&'t str, &'t str);

    fn next(&mut self) -> Option<Self::Item> {
        let (key, rest) = self.0.trim_start().split_once('=')?;
        let rest = rest.trim_start();
        let (value, rest) = match rest.strip_prefix('\'') {
            Some(inner) => {
                let mut escaped = false;
                let end = inner.find(|c| {
                    let ends = c == '\'' && !escaped;
                    escaped = c == '\\' && !escaped;
                    ends
                });
                let end = end.unwrap_or(inner.len());
                (inner.get(..end).unwrap_or_default(), inner.get(end + 1..).unwrap_or_default())
            }
            None => {
                let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
                rest.split_at(end)
            }
        };
        self.0 = rest;
        Some((key.trim(), value))
    }
}

/// The place that libpq's words or an address name; its host is empty where they name none.
pub(crate) fn of_text(text: &str, system: &str) -> DatabasePlace {
    if text.contains("://") {
        return DatabasePlace::of_text(text).unwrap_or_else(|| DatabasePlace::any(system));
    }
    let mut place = DatabasePlace { host: String::new(), ..DatabasePlace::any(system) };
    for (key, value) in Pairs::of(text) {
        match key.to_ascii_lowercase().as_str() {
            "host" | "hostaddr" => place.host = one(value),
            "service" => place.host = format!("service:{value}"),
            "dbname" | "database" | "db" => place.database = Some(value.to_owned()),
            _ => {}
        }
    }
    place
}

/// The place that a provider's string names: `Server=db.example;Database=shop`, or a host alone.
pub(super) fn of_source(text: Option<&str>) -> DatabasePlace {
    let any = DatabasePlace::any("sqlserver");
    let Some(text) = text else { return any };
    if !text.contains('=') {
        return DatabasePlace { host: of_server(text), ..any };
    }
    let mut place = DatabasePlace { host: String::new(), ..any };
    for (key, value) in text.split(';').filter_map(|part| part.split_once('=')) {
        match key.trim().to_ascii_lowercase().as_str() {
            "server" | "data source" | "address" | "addr" | "network address" | "host" => {
                place.host = of_server(value.trim());
            }
            "database" | "initial catalog" => place.database = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    place
}

/// The host of `tcp:db.example\instance,1433`.
fn of_server(text: &str) -> String {
    let text = text.strip_prefix("tcp:").unwrap_or(text);
    let host = text.split([',', '\\']).next().unwrap_or(text);
    if matches!(host, "." | "(local)") { String::new() } else { one(host) }
}

/// One host; several could be any of them.
fn one(host: &str) -> String {
    if host.contains([',', '\\', '%']) { "*".to_owned() } else { host.to_owned() }
}

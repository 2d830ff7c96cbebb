//! Servers that statements give a name: `CREATE SERVER`, `sp_addlinkedserver`.

use countersign_model::verbs;

use super::Reading;
use super::given::literal;
use crate::sql::lexer::{Kind, Token};
use crate::sql::{DatabasePlace, connection};

impl Reading<'_, '_> {
    /// `EXEC sp_addlinkedserver @server = 'name', @datasrc = 'host'`.
    pub(super) fn linked_server(&mut self, tokens: &[Token<'_>]) {
        let texts: Vec<&Token<'_>> = tokens.iter().filter(|token| token.kind == Kind::Text).collect();
        let named = |name: &str| {
            let at = tokens
                .iter()
                .position(|token| token.text.trim_start_matches('@').eq_ignore_ascii_case(name))?;
            tokens.iter().skip(at + 1).take(3).find(|token| token.kind == Kind::Text)
        };
        let text = |name: &str, index: usize| {
            named(name).or_else(|| texts.get(index).copied()).map(std::slice::from_ref).and_then(literal)
        };
        let name = text("server", 0).unwrap_or_default();
        // Where no source is said, the name of the server is its host.
        let source = text("datasrc", 3).or_else(|| text("provstr", 5)).unwrap_or_else(|| name.clone());
        let place = self.seen(connection::of_source(Some(&source)));
        self.touches(verbs::DB_EXECUTE, "*", place.clone());
        self.names(name, place);
    }

    /// `CREATE SERVER name FOREIGN DATA WRAPPER wrapper OPTIONS (host '..', dbname '..')`.
    pub(super) fn server(&mut self, tokens: &[Token<'_>]) {
        let after = |word: &str| {
            let at = tokens.iter().position(|token| token.is(word))?;
            tokens.get(at + 1)
        };
        let exists = after("EXISTS");
        let name = exists.or_else(|| tokens.get(2)).map_or("", |token| token.unquoted());
        let wrapper = after("WRAPPER").map_or("", |token| token.unquoted()).to_ascii_lowercase();
        let system = match wrapper.split('_').next().unwrap_or_default() {
            "mysql" => "mysql",
            "tds" => "sqlserver",
            "oracle" => "oracle",
            "mongo" => "mongodb",
            "redis" => "redis",
            "clickhouse" => "clickhouse",
            "file" | "sqlite" | "multicorn" => return,
            _ => self.place.system.as_str(),
        };
        let mut place = DatabasePlace { host: String::new(), ..DatabasePlace::any(system) };
        let options = tokens.iter().position(|token| token.is("OPTIONS")).unwrap_or(tokens.len());
        let mut key = "";
        for token in tokens.iter().skip(options) {
            if token.kind == Kind::Text {
                let value = literal(std::slice::from_ref(token));
                match key.to_ascii_lowercase().as_str() {
                    "host" | "hostaddr" | "server" | "servername" | "address" | "service" | "dbserver" => {
                        place.host = value.unwrap_or_else(|| "*".to_owned());
                    }
                    "dbname" | "database" => place.database = value,
                    _ => {}
                }
            } else if token.kind != Kind::Symbol {
                key = token.unquoted();
            }
        }
        let place = self.seen(place);
        self.touches(verbs::DB_EXECUTE, "*", place.clone());
        self.names(name.to_owned(), place);
    }
}

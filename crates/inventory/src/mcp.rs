//! MCP servers in the settings of runtimes: <https://modelcontextprotocol.io>.

use std::collections::BTreeSet;

use countersign_model::{Access, ToolAnnotations};
use serde_json::{Map, Value};

use crate::clouds::place;
use crate::item::plain;
use crate::protocol::Tool;
use crate::{Found, Item, Kind, Through, Use};

/// A server that a runtime was told of.
#[derive(Clone, PartialEq, Eq)]
pub struct Server {
    /// The name it was configured under.
    pub name: String,
    /// The settings, for people.
    pub from: String,
    /// The runtime's id.
    pub runtime: &'static str,
    /// How it is reached.
    pub connect: Connect,
    /// Whether the settings switch it off.
    pub off: bool,
}

/// How a server is reached. Values of it may hold secrets: none of them is shown, and nothing here can be printed.
#[derive(Clone, PartialEq, Eq)]
pub enum Connect {
    /// A program that speaks on its standard input and output.
    Program {
        /// The program.
        command: String,
        /// Its arguments.
        arguments: Vec<String>,
        /// Variables it is given.
        environment: Vec<(String, String)>,
    },
    /// An address that speaks HTTP.
    Address {
        /// The address.
        url: String,
        /// Headers it is sent.
        headers: Vec<(String, String)>,
    },
    /// Nothing that can be understood.
    Unknown,
}

/// The forms in which runtimes write their servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// JSON with the servers at one of these pointers.
    Json(&'static [&'static str]),
    /// TOML with the servers in a table of this name.
    Toml(&'static str),
    /// `~/.claude.json`: for everywhere and for each project.
    ClaudeState,
}

/// The servers in the text of a settings file. `top` is the repository's top.
///
/// # Errors
/// Where the file cannot be read: what is wrong, without a word of it.
pub fn servers(
    text: &str,
    form: Form,
    top: &str,
    runtime: &'static str,
    from: &str,
) -> Result<Vec<Server>, String> {
    let root = match form {
        Form::Toml(_) => toml_as_json(text)?,
        Form::Json(_) | Form::ClaudeState => json(text)?,
    };
    let tables: Vec<&Value> = match form {
        Form::Json(pointers) => pointers.iter().filter_map(|pointer| root.pointer(pointer)).collect(),
        Form::Toml(name) => root.get(name).into_iter().collect(),
        Form::ClaudeState => {
            let project = root.get("projects").and_then(|projects| projects.get(top)?.get("mcpServers"));
            root.get("mcpServers").into_iter().chain(project).collect()
        }
    };
    let named = tables.into_iter().filter_map(Value::as_object).flatten();
    let server = |(name, said): (&String, &Value)| Server {
        name: plain(name),
        from: from.to_owned(),
        runtime,
        connect: connect(said),
        off: said.get("enabled") == Some(&Value::Bool(false))
            || said.get("disabled") == Some(&Value::Bool(true)),
    };
    Ok(named.map(server).collect())
}

/// JSON, with comments at the starts of lines left out, which some runtimes allow.
pub(crate) fn json(text: &str) -> Result<Value, String> {
    if text.trim().is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    serde_json::from_str(text).or_else(|error| {
        let is_comment = |line: &&str| line.trim_start().starts_with("//");
        let plain: Vec<&str> = text.lines().filter(|line| !is_comment(line)).collect();
        serde_json::from_str(&plain.join("\n")).map_err(|_| place(&error))
    })
}

/// TOML as JSON.
pub(crate) fn toml_as_json(text: &str) -> Result<Value, String> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        format!("it is not well-formed TOML at line {}", before.matches('\n').count() + 1)
    })?;
    serde_json::to_value(table).map_err(|_| "it is not well-formed TOML".to_owned())
}

fn connect(said: &Value) -> Connect {
    let texts = |value: Option<&Value>| -> Vec<String> {
        let list = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        list.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect()
    };
    let pairs = |keys: &[&str]| -> Vec<(String, String)> {
        let table = keys.iter().find_map(|key| said.get(*key)?.as_object()).into_iter().flatten();
        table.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
    };
    let environment = pairs(&["env", "environment"]);
    let address = ["httpUrl", "url", "serverUrl"].iter().find_map(|key| said.get(*key)?.as_str());
    match (said.get("command"), address) {
        (Some(Value::String(command)), _) => {
            Connect::Program { command: command.clone(), arguments: texts(said.get("args")), environment }
        }
        // OpenCode has program and arguments in one list.
        (Some(list @ Value::Array(_)), _) => {
            let mut words = texts(Some(list)).into_iter();
            match words.next() {
                Some(command) => Connect::Program { command, arguments: words.collect(), environment },
                None => Connect::Unknown,
            }
        }
        (_, Some(url)) => {
            Connect::Address { url: url.to_owned(), headers: pairs(&["headers", "http_headers"]) }
        }
        (_, None) => Connect::Unknown,
    }
}

impl Server {
    /// How it is reached, for people: the program's name or the host, never an argument.
    pub fn reached(&self) -> String {
        match &self.connect {
            Connect::Program { command, .. } => {
                let word = command.split_whitespace().next().unwrap_or_default();
                format!("runs `{}`", plain(word.rsplit('/').next().unwrap_or_default()))
            }
            Connect::Address { url, .. } => format!("at {}", host(url)),
            Connect::Unknown => "in a form that is not understood".to_owned(),
        }
    }

    /// The server as one item, its tools not being known.
    pub fn item(&self) -> Item {
        self.as_item(Kind::McpServer, &self.name).used(Use::mcp(&self.name, "*", ToolAnnotations::default()))
    }

    /// Each tool as an item.
    pub fn tools(&self, tools: &[Tool]) -> Found {
        let item = |tool: &Tool| {
            let name = format!("{}/{}", self.name, plain(&tool.name));
            self.as_item(Kind::McpTool, &name).used(Use::mcp(&self.name, &tool.name, tool.annotations))
        };
        tools.iter().map(item).collect()
    }

    fn as_item(&self, kind: Kind, name: &str) -> Item {
        let mut item = Item::new(kind, name, &self.from).about(self.reached());
        item.through = Through::Runtimes(BTreeSet::from([self.runtime]));
        if self.off { item.note("the settings switch it off; an edit of them switches it on") } else { item }
    }
}

/// The host of an address, without who is named before it and what stands behind. What is no address is not told: it may be
/// something else that was put into the wrong place.
pub fn host(address: &str) -> String {
    let (has_scheme, rest) = address.split_once("://").map_or((false, address), |(_, rest)| (true, rest));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    if !has_scheme && port.is_none() && !host.contains('.') && host != "localhost" {
        return "an address that cannot be read".to_owned();
    }
    let port = port.filter(|port| port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit()));
    plain(&port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// How people call what a tool does.
pub fn word(access: Access) -> &'static str {
    match access {
        Access::Read => "read",
        Access::Write => "write",
        Access::Send => "send",
        Access::Execute => "not known",
        Access::Destroy => "destroy",
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::item::shown;

    fn check(text: &str, form: Form) -> String {
        match servers(text, form, "/repo", "claude-code", "f") {
            Ok(servers) => {
                let items: Vec<Item> = servers.iter().map(Server::item).collect();
                assert!(!format!("{items:?}").contains("s3cr3t"), "{items:?}");
                shown(&items)
            }
            Err(why) => why,
        }
    }

    #[test]
    fn hosts_of_addresses() {
        for (address, found) in [
            ("https://u:s3cr3t@mcp.acme.io:8443/s3cr3t", "mcp.acme.io:8443"),
            ("https://mcp.acme.io:s3cr3t/", "mcp.acme.io"),
            ("http://[::1]:80/x", "[::1]:80"),
            ("http://[::1]/x", "[::1]"),
            ("mcp.acme.io/x", "mcp.acme.io"),
            ("localhost:3000", "localhost:3000"),
            ("http://tickets/", "tickets"),
            ("s3cr3t", "an address that cannot be read"),
        ] {
            assert_eq!(host(address), found, "{address}");
        }
    }

    #[test]
    fn servers_of_every_form() {
        let json = r#"{"mcpServers":{"tickets":{"command":"/opt/bin/tickets --key s3cr3t","args":["--token","s3cr3t"],"env":{"T":"s3cr3t"}},
            "web":{"type":"http","url":"https://u:s3cr3t@mcp.acme.io/s3cr3t?k=s3cr3t","headers":{"Authorization":"s3cr3t"}},"odd":7}}"#;
        assert_snapshot!(check(json, Form::Json(&["/mcpServers"])), @"
        McpServer tickets [runs `tickets`] mcp__tickets__*
        McpServer web [at mcp.acme.io] mcp__web__*
        McpServer odd [in a form that is not understood] mcp__odd__*
        ");
        let toml = "[mcp_servers.db]\ncommand = \"npx\"\nargs = [\"s3cr3t\"]\nenabled = false\n";
        assert_snapshot!(check(toml, Form::Toml("mcp_servers")), @"McpServer db [runs `npx`] mcp__db__* !the settings switch it off; an edit of them switches it on");
        let opencode = "{\n// mine\n\"mcp\":{\"x\":{\"type\":\"local\",\"command\":[\"bun\",\"s3cr3t\"]}}}";
        assert_snapshot!(check(opencode, Form::Json(&["/mcp"])), @"McpServer x [runs `bun`] mcp__x__*");
        let state = r#"{"mcpServers":{"a":{"command":"a"}},"projects":{"/repo":{"mcpServers":{"b":{"command":"b"}}},"/other":{"mcpServers":{"c":{"command":"c"}}}}}"#;
        assert_snapshot!(check(state, Form::ClaudeState), @"
        McpServer a [runs `a`] mcp__a__*
        McpServer b [runs `b`] mcp__b__*
        ");
    }

    #[test]
    fn what_cannot_be_read_is_said_without_a_word_of_it() {
        assert_snapshot!(check("{\"mcpServers\": s3cr3t", Form::Json(&["/mcpServers"])), @"it is not well-formed JSON at line 1, column 16");
        assert_snapshot!(check("a = 1\nb = s3cr3t\n", Form::Toml("mcp_servers")), @"it is not well-formed TOML at line 2");
        assert_snapshot!(check("", Form::Json(&["/mcpServers"])), @"");
    }
}

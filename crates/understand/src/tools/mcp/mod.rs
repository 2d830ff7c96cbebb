//! Tools of MCP servers: any server, known or not.
//!
//! A tool that stands for a request of a forge's API is that request ([`forges`]). Every other tool has an
//! effect on [`Resource::Tool`], so that a policy's map of `mcp_servers` speaks of it whatever else is known, and
//! further effects for what its arguments name: commands, statements, addresses, files, objects of clusters and
//! clouds ([`arguments`], [`resources`]). The tool's own effect is as bad as its name says ([`names`]), or as
//! [`catalogue`] says where the name says nothing; what the arguments do and what the server itself says of its
//! tool can only raise that. Two things lower: a tool that runs what it is given does what it is given, where
//! all of that can be read; and a server by its usual name does with such a tool what it usually does ([`usual`]). What
//! the policy says of a tool stands for what nobody knows of it, and raises what is known.

mod acting;
mod arguments;
mod carried;
mod catalogue;
mod commands;
mod files;
mod forges;
mod git;
mod given;
mod names;
mod nested;
mod operations;
mod page_code;
mod places;
mod queries;
mod resources;
mod usual;
mod vocabulary;
mod web;

use countersign_model::{
    Access, Certainty, Declared, Effect, McpServer, Resource, Reversible, ToolAnnotations, ToolCall, verbs,
};
use serde_json::{Map, Value as Json};

use crate::context::Context;
use crate::families::declared;
pub(super) use commands::COMMANDS;
pub(crate) use commands::quoted;

use arguments::{Found, Ran};
use names::Says;
pub(super) use names::in_snake_case;

/// A tool that is called.
struct Tool<'c> {
    /// The server's name, as it was configured.
    server: &'c str,
    /// Its name in snake case.
    snake: &'c str,
    /// The words of its name.
    words: Vec<&'c str>,
    /// What its name says, or the catalogue, or the argument that names the operation.
    says: Says,
    /// Its arguments.
    input: &'c Map<String, Json>,
}

impl Tool<'_> {
    fn has(&self, words: &[&str]) -> bool {
        self.words.iter().any(|word| words.contains(word))
    }

    /// The first of these arguments that is text; names in snake case.
    fn text(&self, names: &[&str]) -> Option<&str> {
        let found = |name: &&str| {
            self.input
                .iter()
                .find(|(given, _)| names::in_snake_case(given) == **name)
                .and_then(|(_, value)| value.as_str())
        };
        names.iter().find_map(found)
    }

    /// The method of a request, named itself or among its options.
    fn method(&self) -> Option<String> {
        const NAMES: &[&str] = &["method", "request_method", "http_method", "http_verb", "verb"];
        const OPTIONS: &[&str] =
            &["options", "init", "request", "config", "request_options", "fetch_options"];
        let named = |input: &Map<String, Json>| {
            let is_one = |given: &str| NAMES.contains(&names::in_snake_case(given).as_str());
            input.iter().find_map(|(given, value)| {
                value.as_str().filter(|_| is_one(given)).map(str::to_ascii_uppercase)
            })
        };
        let inner =
            self.input.iter().filter(|(given, _)| OPTIONS.contains(&names::in_snake_case(given).as_str()));
        named(self.input).or_else(|| inner.filter_map(|(_, options)| named(options.as_object()?)).next())
    }

    fn takes(&self, names: &[&str]) -> bool {
        self.input.keys().any(|given| names.contains(&names::in_snake_case(given).as_str()))
    }
}

/// Adds what a tool of an MCP server does, which the policy may describe.
pub(super) fn effects(call: &ToolCall, described: Option<&Declared>, context: &mut Context<'_>) {
    let (server, name) = named(call);
    let snake = names::in_snake_case(name);
    let annotations = call.mcp_server.as_ref().map(|server| server.annotations).unwrap_or_default();
    if forges::effects(&snake, call, context) {
        if let Some(least) = least(annotations)
            && context.collected.worst().is_none_or(|worst| worst < least)
        {
            let resource = Resource::Tool { server: Some(server.to_owned()), name: name.to_owned() };
            context.push(of_access(least, resource).because(SERVER_SAYS));
        }
        let said = described
            .and_then(|described| declared::says(described, Some(server), name, &call.input, context));
        if let Some(effect) = said {
            context.push(effect);
        }
        arguments::mentions(&call.input, false, context);
        return;
    }
    if described.is_none()
        && least(annotations).is_none()
        && git::effects(server, &snake, &call.input, context)
    {
        return;
    }
    // Some servers take all their arguments in one.
    let input = match (call.input.get("params"), call.input.len()) {
        (Some(Json::Object(inner)), 1) => inner,
        _ => &call.input,
    };
    let words = names::words(&snake);
    let said = names::says(&words);
    let says = match (said, catalogue::says(&snake, input)) {
        (Says::Nothing, Some(known)) => known,
        (said, known) => known.map_or(said, |known| known.max(said)),
    };
    let says = match usual::says(server, &snake, input) {
        Some(usual) => usual,
        None if page_code::only_looks(server, &snake, input) => Says::Reads,
        None => operations::with(says, &words, input),
    };
    let gives = ["get", "read", "fetch", "retrieve", "reveal", "resolve", "show"];
    let says = match says {
        Says::Reads if holds_secrets(server) && words.iter().any(|word| gives.contains(word)) => {
            Says::ReadsSecret
        }
        other => other,
    };
    let tool = Tool { server, snake: &snake, words, says, input };
    let found = arguments::effects(&tool, context);
    let resource = Resource::Tool { server: Some(server.to_owned()), name: name.to_owned() };
    let said = described.and_then(|described| declared::says(described, Some(server), name, input, context));
    let own = own_effect(&tool, &found, annotations, said.map(|said| said.access), resource);
    context.push(Effect { acts_in: places::named(&tool), ..own });
    carried::effects(&tool, name, context);
    arguments::mentions(&call.input, says == Says::Reads, context);
}

/// Whether a server is that of a store of secrets, whose items are secrets whatever a tool calls them.
fn holds_secrets(server: &str) -> bool {
    let lower = server.to_ascii_lowercase();
    ["1password", "onepassword", "bitwarden", "lastpass", "dashlane", "keepass", "keychain"]
        .iter()
        .any(|store| lower.contains(store))
}

/// The server and the tool: `mcp__server__tool`, where the tool's name may hold `__` as well.
fn named(call: &ToolCall) -> (&str, &str) {
    let rest = call.tool.strip_prefix("mcp__").unwrap_or(&call.tool);
    match &call.mcp_server {
        Some(McpServer { name, .. }) => {
            let own = rest.strip_prefix(name.as_str()).and_then(|rest| rest.strip_prefix("__"));
            (name, own.or_else(|| Some(rest.split_once("__")?.1)).unwrap_or(rest))
        }
        None => rest.split_once("__").unwrap_or(("*", rest)),
    }
}

const SERVER_SAYS: &str = "the server itself says so of this tool";

/// The least that a tool does by what its server says of it. Servers are not trusted, so that this only raises;
/// `openWorldHint` and `idempotentHint` say nothing about harm.
fn least(annotations: ToolAnnotations) -> Option<Access> {
    match (annotations.destructive_hint, annotations.read_only_hint) {
        (Some(true), None | Some(false)) => Some(Access::Destroy),
        (_, Some(false)) => Some(Access::Write),
        _ => None,
    }
}

fn of_access(access: Access, resource: Resource) -> Effect {
    let verb = match access {
        Access::Read => verbs::MCP_READ,
        Access::Write => verbs::MCP_WRITE,
        Access::Send => verbs::MCP_SEND,
        Access::Execute => verbs::MCP_CALL,
        Access::Destroy => verbs::MCP_DELETE,
    };
    Effect::new(verb, resource)
}

/// Whether tools that go by this name, or by a pattern of names, are known to do more than this. A pattern that takes in
/// every tool of a server takes in such.
pub(crate) fn does_more(full: &str, said: Access) -> bool {
    let Some(rest) = full.strip_prefix("mcp__") else {
        return full.starts_with('*') && said < Access::Destroy;
    };
    let snake = in_snake_case(rest.split_once("__").map_or("", |(_, tool)| tool));
    let words = names::words(&snake);
    let known = match names::says(&words) {
        Says::Nothing if words.is_empty() => Access::Destroy,
        Says::Nothing | Says::Reads | Says::ReadsSecret => Access::Read,
        Says::Writes | Says::Pays => Access::Write,
        Says::Sends => Access::Send,
        Says::Runs => Access::Execute,
        Says::Deletes => Access::Destroy,
    };
    known > said
}

/// The effect on the tool itself; `said` is what the policy says of it.
fn own_effect(
    tool: &Tool<'_>,
    found: &Found,
    annotations: ToolAnnotations,
    said: Option<Access>,
    resource: Resource,
) -> Effect {
    let (by_name, unsure) = match (tool.says, &found.ran) {
        (Says::Reads | Says::ReadsSecret, _) => (Access::Read, None),
        (Says::Writes, _) if web::only_opens(tool) || files::is_all(tool) => (Access::Read, None),
        (Says::Writes | Says::Pays, _) => (Access::Write, None),
        (Says::Sends, _) => (Access::Send, None),
        (Says::Deletes, _) => (Access::Destroy, None),
        (Says::Nothing | Says::Runs, Ran::All(access)) => (*access, None),
        (Says::Nothing | Says::Runs, Ran::Unread(why)) => (Access::Execute, Some((Certainty::Opaque, *why))),
        (Says::Nothing, Ran::Nothing) if said.is_some() => (Access::Read, None),
        (Says::Runs, Ran::Nothing) if said >= Some(Access::Execute) => (Access::Read, None),
        (Says::Nothing | Says::Runs, Ran::Nothing) => {
            (Access::Execute, Some((Certainty::Partial, "the tool's name does not say what it does")))
        }
    };
    let by_arguments = match found.ran {
        Ran::All(access) => access.max(found.raised),
        Ran::Nothing | Ran::Unread(_) => found.raised,
    };
    let access = by_name.max(by_arguments).max(said.unwrap_or(Access::Read));
    let least = least(annotations).filter(|least| *least > access);
    let mut effect = of_access(access.max(least.unwrap_or(Access::Read)), resource);
    if tool.says == Says::Pays {
        effect = effect.reversible(Reversible::No).because("it moves money");
    }
    match (unsure, least) {
        (Some((certainty, why)), _) => effect.certain(certainty, why),
        (None, Some(_)) => effect.because(SERVER_SAYS),
        (None, None) => effect,
    }
}

#[cfg(test)]
mod tests;

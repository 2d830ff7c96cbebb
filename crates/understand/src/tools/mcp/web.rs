//! Addresses among a tool's arguments.

use countersign_model::{Verb, is_this_machine, verbs};
use serde_json::Value as Json;

use super::Tool;
use super::names::{Says, in_snake_case};
use super::usual;
use crate::context::Context;
use crate::families::addresses;
use crate::word::Value;

/// Arguments that hold an address.
const ADDRESSES: &[&str] =
    &["url", "urls", "uri", "address", "endpoint", "link", "webhook_url", "website", "start_url", "base_url"];

/// Words of tools that go where an address says; to others an address is data.
const GOES: &[&str] = &[
    "api",
    "browse",
    "browser",
    "crawl",
    "curl",
    "download",
    "fetch",
    "goto",
    "http",
    "https",
    "map",
    "navigate",
    "open",
    "page",
    "puppeteer",
    "request",
    "scrape",
    "screenshot",
    "visit",
    "web",
    "webhook",
    "website",
    "url",
    "convert",
    "markdown",
    "extract",
];

/// Arguments that are sent along.
const BODIES: &[&str] = &["body", "data", "payload", "form", "json", "content"];

/// Addresses of one call that are looked at one by one.
const MOST_ADDRESSES: usize = 50;

/// Adds what is fetched from addresses, or sent there.
pub(super) fn effects(tool: &Tool<'_>, context: &mut Context<'_>) {
    if !tool.has(GOES) {
        return;
    }
    let given = tool.input.iter().filter(|(name, _)| ADDRESSES.contains(&in_snake_case(name).as_str()));
    let texts = given.flat_map(|(_, value)| match value {
        Json::Array(list) => list.iter().filter_map(Json::as_str).collect(),
        value => value.as_str().into_iter().collect::<Vec<_>>(),
    });
    for text in texts.take(MOST_ADDRESSES) {
        one(tool, text, context);
    }
}

fn one(tool: &Tool<'_>, address: &str, context: &mut Context<'_>) {
    let address = address.trim();
    let lower = address.get(..12).unwrap_or(address).to_ascii_lowercase();
    if lower.starts_with("file://") {
        let path = address.get(7..).unwrap_or_default();
        context.read_value(&Value::Known(path.to_owned()));
        return;
    }
    if lower.starts_with("javascript:") {
        context.opaque("javascript:", "the code in the address is not read");
        return;
    }
    if lower.starts_with("data:") || lower.starts_with("about:") {
        return;
    }
    let full = addresses::web(address, "https");
    if addresses::host_and_path(&full).is_none() {
        return;
    }
    let bodies = tool.input.iter().filter(|(name, _)| BODIES.contains(&in_snake_case(name).as_str()));
    let data: Vec<Value> = bodies
        .map(|(_, body)| Value::Known(body.as_str().map_or_else(|| body.to_string(), str::to_owned)))
        .collect();
    let verb = verb(tool);
    let named = tool.method();
    let method = match named.as_deref() {
        Some(method @ ("GET" | "HEAD" | "OPTIONS" | "POST" | "PUT" | "PATCH" | "DELETE")) => Some(method),
        Some(_) => None,
        None if verb == verbs::NET_READ => Some("GET"),
        None => Some("POST"),
    };
    let sends = verb != verbs::NET_READ && verb != verbs::NET_DELETE;
    crate::families::request(&Value::Known(full), method, sends, &data, context);
}

/// Whether a browser is told to open a page and nothing else: one of this machine, or any in a server by a browser's
/// usual name, where it is the request that counts.
pub(super) fn only_opens(tool: &Tool<'_>) -> bool {
    let is_browser = usual::is_called(tool.server, usual::BROWSERS);
    const OPENS: &[&str] = &[
        "browser_navigate",
        "browser_tab_new",
        "navigate",
        "navigate_page",
        "new_page",
        "playwright_navigate",
        "puppeteer_navigate",
    ];
    let own = |name: &&String| {
        matches!(
            name.as_str(),
            "timeout" | "type" | "tabId" | "tab_id" | "waitUntil" | "wait_until" | "width" | "height"
        )
    };
    let is_known = |address: &str| {
        let lower = address.trim().to_ascii_lowercase();
        // Browsers and others part an address with these differently.
        let is_page = !lower.contains(['@', '\\']) && !lower.contains(char::is_whitespace);
        let is_page = is_page && (lower.starts_with("http://") || lower.starts_with("https://"));
        let host = addresses::host_and_path(&lower).map(|(host, _)| host);
        let is_file = is_browser && address.trim().starts_with("file:///") && !lower.contains('%');
        lower == "about:blank"
            || is_file
            || (is_page && host.is_some_and(|host| is_browser || is_this_machine(&host)))
    };
    OPENS.contains(&tool.snake)
        && tool.text(&["url"]).is_some_and(is_known)
        && tool.input.keys().filter(|name| *name != "url").all(|name| own(&name))
}

/// Adds that an address anywhere among the arguments gives out this machine's credentials.
pub(super) fn credentials(text: &str, context: &mut Context<'_>) {
    let text = text.trim();
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    if lower.starts_with("http://") || lower.starts_with("https://") {
        crate::families::metadata_request(text, context);
    }
}

fn verb(tool: &Tool<'_>) -> Verb {
    let sends = tool.takes(BODIES);
    match tool.method().as_deref() {
        Some("DELETE") => verbs::NET_DELETE,
        Some("PUT" | "PATCH") => verbs::NET_WRITE,
        Some("POST") => verbs::NET_SEND,
        Some("GET" | "HEAD" | "OPTIONS") if !sends => verbs::NET_READ,
        Some(_) => verbs::NET_SEND,
        None if tool.says == Says::Sends => verbs::NET_SEND,
        None if sends && tool.has(&["http", "request", "webhook", "api"]) => verbs::NET_SEND,
        None => verbs::NET_READ,
    }
}

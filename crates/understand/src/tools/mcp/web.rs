//! Addresses among a tool's arguments.

use countersign_model::{Effect, Resource, Verb, verbs};
use serde_json::Value as Json;

use super::Tool;
use super::names::{Says, in_snake_case};
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
    let full = if address.contains("://") { address.to_owned() } else { format!("https://{address}") };
    let Some((host, _)) = addresses::host_and_path(&full) else { return };
    let resource = Resource::Host { host, url: Some(addresses::without_credentials(&full)) };
    context.push(Effect::new(verb(tool), resource));
}

fn verb(tool: &Tool<'_>) -> Verb {
    let sends = tool.takes(&["body", "data", "payload", "form", "json", "content"]);
    match tool.text(&["method", "request_method", "http_method"]).map(str::to_ascii_uppercase).as_deref() {
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

//! Programs under development that are told to listen for other machines: `vite --host`, `hugo server --bind 0.0.0.0`,
//! `rails server -b 0.0.0.0`. A family that says by itself who is listened to goes first.

use countersign_model::{Effect, Resource, verbs};

use super::told;
use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::Word;

/// Options that name where is listened.
const OPTIONS: &[&str] = &[
    "--host",
    "-H",
    "-h",
    "--hostname",
    "--bind",
    "-b",
    "-a",
    "--addr",
    "--address",
    "--dev-addr",
    "--listen",
    "-l",
    "--ip",
    "-i",
    "--interface",
    "--server.address",
    "--host-ip",
    "--baseURL",
];
/// Options that say it by themselves.
const FLAGS: &[&str] = &["--bind_all", "--bind-all", "--bind_ip_all", "--listen-all", "--public", "--expose"];
/// Programs to which `--host` alone says that.
const BARE: &[&str] = &["vite", "nuxt", "astro", "ng", "webpack", "vitepress", "svelte-kit", "remix"];
/// Programs that listen for everybody where nothing else is said, and the words that make them.
const BY_THEMSELVES: &[(&str, &[&str])] = &[("next", &["dev", "start"])];

/// Adds that an invocation listens for other machines, where its options say so.
pub(super) fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let is_program = |effect: &Effect| {
        told::is_unseen(&effect.verb) && matches!(effect.resource, Resource::Program { .. })
    };
    if !context.unseen.as_ref().is_some_and(is_program) {
        return;
    }
    let words = &invocation.words;
    let program = invocation.program.as_str();
    let value = |index: usize, word: &Word| match word.text().split_once('=') {
        Some((name, value)) => (name.to_owned(), value.to_owned()),
        None => (word.text().to_owned(), words.get(index + 1).map_or("", Word::text).to_owned()),
    };
    let given: Vec<(String, String)> = words
        .iter()
        .enumerate()
        .map(|(index, word)| value(index, word))
        .filter(|(name, _)| OPTIONS.contains(&name.as_str()))
        .collect();
    let is_bare = |value: &str| {
        BARE.contains(&program) && (value.is_empty() || value.starts_with('-') || value == "true")
    };
    let says = given.iter().any(|(name, value)| is_everybody(value) || name == "--host" && is_bare(value))
        || words.iter().any(|word| FLAGS.contains(&word.text()));
    let by_itself = given.is_empty()
        && BY_THEMSELVES.iter().any(|(name, starts)| {
            *name == program && words.first().is_some_and(|word| starts.contains(&word.text()))
        })
        && !words.iter().any(|word| word.text() == "--help");
    if says || by_itself {
        let resource = Resource::Host { host: "0.0.0.0".to_owned(), url: None };
        context.push(Effect::new(verbs::NET_LISTEN, resource).because("other machines reach what it serves"));
    }
}

/// Whether an address is that of all interfaces: `0.0.0.0:80`, `[::]`, `tcp://0.0.0.0`.
fn is_everybody(address: &str) -> bool {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = rest.split('/').next().unwrap_or(rest);
    let host = match host.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        Some((inner, _)) => inner,
        None if host == "::" => host,
        None => host.split(':').next().unwrap_or(host),
    };
    matches!(host, "0.0.0.0" | "::" | "*" | "0")
}

#[cfg(test)]
mod tests;

//! Programs that are given hosts and addresses in ways of their own: key servers, proxies, names to look up, files to
//! open, code, and models.

use super::{after, host_of, hosts_of_value, proxies, text_of};
use crate::invocation::Invocation;

/// The hosts that an invocation of one of them speaks to besides those that its resources name; none where it is none
/// of them.
pub(super) fn hosts(invocation: &Invocation) -> Option<Vec<String>> {
    Some(match invocation.program.as_str() {
        "gpg" | "gpg2" => keys(invocation),
        "getent" => looked_up(invocation),
        "nc" | "netcat" => after(invocation, &["-x", "--proxy"]),
        // Its `-x` names a file.
        "ncat" => after(invocation, &["--proxy"]),
        "openssl" => after(invocation, &["-proxy", "-url", "-server", "-host"]),
        "ollama" => model(invocation),
        // What they open, fetch or run may be named by an address, and what is code has it somewhere.
        "vim" | "vi" | "nvim" | "ex" | "view" | "vimdiff" | "emacs" | "nano" | "php" | "jupyter"
        | "playwright" | "cypress" | "mount" => addresses(invocation),
        _ => return None,
    })
}

/// The hosts of all addresses with a scheme in the words.
fn addresses(invocation: &Invocation) -> Vec<String> {
    let mut found: Vec<String> =
        invocation.words.iter().flat_map(|word| super::addresses_within(word.text())).collect();
    // A network's file system: `host:/path`.
    if invocation.program == "mount" {
        let shares = invocation.words.iter().filter_map(|word| text_of(word).strip_prefix("//"));
        found.extend(shares.filter_map(host_of));
        let sources = invocation.words.iter().filter_map(|word| text_of(word).split_once(":/"));
        found.extend(
            sources.filter(|(host, _)| !host.starts_with(['/', '-'])).filter_map(|(host, _)| host_of(host)),
        );
    }
    if !found.is_empty() {
        found.extend(proxies(invocation));
    }
    found
}

/// The server of keys that is named, else any: which one is usual, a file of the user's says.
fn keys(invocation: &Invocation) -> Vec<String> {
    const ASKS: &[&str] = &[
        "--recv-keys",
        "--receive-keys",
        "--send-keys",
        "--search-keys",
        "--refresh-keys",
        "--locate-external-keys",
        "--fetch-keys",
    ];
    let asks = invocation.words.iter().any(|word| ASKS.contains(&word.text()));
    let mut found = after(invocation, &["--keyserver"]);
    let fetched = invocation.words.iter().flat_map(|word| super::addresses_within(word.text()));
    found.extend(fetched);
    if asks && found.is_empty() {
        found.push("*".to_owned());
    }
    found
}

/// Names of hosts that the machine is asked for go to whoever answers for them.
fn looked_up(invocation: &Invocation) -> Vec<String> {
    let mut operands = invocation.words.iter().filter(|word| !word.text().starts_with('-'));
    let of_hosts = operands
        .next()
        .is_some_and(|word| matches!(word.text(), "hosts" | "ahosts" | "ahostsv4" | "ahostsv6"));
    operands.filter(|_| of_hosts).flat_map(|word| hosts_of_value(&word.value)).collect()
}

/// The registry that a model is fetched from or brought to: that of its name, `host/owner/name`, or the usual one.
fn model(invocation: &Invocation) -> Vec<String> {
    let mut operands = invocation.words.iter().map(text_of).filter(|text| !text.starts_with('-'));
    // A model that is run and not here is fetched.
    let Some("pull" | "push" | "run" | "create") = operands.next() else { return Vec::new() };
    let Some(name) = operands.next() else { return Vec::new() };
    let name = name.split_once("://").map_or(name, |(_, rest)| rest);
    let first = name.split('/').next().filter(|first| name.contains('/') && first.contains(['.', ':', '*']));
    first.and_then(host_of).or_else(|| Some("registry.ollama.ai".to_owned())).into_iter().collect()
}

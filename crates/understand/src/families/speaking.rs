//! Which other machines a program speaks to: as options and variables say, else the one it usually does.
//!
//! What a resource names itself is not repeated here: this is for a registry's client that only asks, for a host
//! that one is reached through, and for a server that an option names. [`table`] has programs that are told by
//! options of their own; [`own`] those whose words have a grammar.

mod files;
mod named;
mod own;
mod table;
#[cfg(test)]
mod tests;

use countersign_model::{Effect, Resource, verbs};

use super::addresses;
use super::subcommands::{self, Subcommand};
use crate::context::Context;
use crate::environment;
use crate::invocation::Invocation;
use crate::settings::SETTINGS;
use crate::word::{Value, Word};

/// Hosts of one command that are told one by one.
const MOST: usize = 16;

/// A program's way of being told which machine it speaks to.
struct Speaker {
    /// Its names.
    programs: &'static [&'static str],
    /// Its subcommands that speak to another machine, and all its options that take a value.
    table: subcommands::Table<'static>,
    /// Options that name the host in place of the usual one.
    instead: &'static [&'static str],
    /// Options that name one more.
    also: &'static [&'static str],
    /// Variables that name it in place of the usual one.
    variables: &'static [&'static str],
    /// How the names of its other variables begin, in small letters; one that holds an address names one more.
    prefixes: &'static [&'static str],
    /// Where it speaks to if nothing else is said; none where that is this machine, or the resource's to say.
    usual: &'static [&'static str],
    /// Options without which what would speak to another machine does not.
    only_with: &'static [(&'static str, &'static [&'static str])],
    /// Subcommands of which it is not known what they speak to besides.
    anywhere: &'static [&'static str],
}

/// Adds the hosts that an invocation speaks to, to its effects.
pub(super) fn while_it_runs<'a>(
    invocation: &Invocation,
    context: &mut Context<'a>,
    run: impl FnOnce(&mut Context<'a>),
) {
    let speaking = Speaking { hosts: hosts(invocation, context), said: false };
    let outside = std::mem::replace(&mut context.speaking, speaking);
    run(context);
    let Speaking { hosts, said } = std::mem::replace(&mut context.speaking, outside);
    for host in hosts.into_iter().filter(|_| !said) {
        context.push(Effect::new(verbs::NET_READ, Resource::Host { host, url: None }));
    }
}

/// What the program that is being looked at speaks to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Speaking {
    hosts: Vec<String>,
    /// Whether an effect says so.
    said: bool,
}

impl Speaking {
    /// Says so of an effect, unless that is on a file.
    pub fn say(&mut self, effect: &mut Effect) {
        if !self.hosts.is_empty() && !matches!(effect.resource, Resource::Path { .. }) {
            effect.speaks(&self.hosts);
            self.said = true;
        }
    }
}

/// The hosts that an invocation speaks to.
fn hosts(invocation: &Invocation, context: &Context<'_>) -> Vec<String> {
    let of_module = module(invocation);
    let invocation = of_module.as_ref().unwrap_or(invocation);
    let program = invocation.program.as_str();
    let mut found = match table::of(program) {
        Some(speaker) => speaker.hosts(invocation, context),
        None => own::hosts(invocation, context),
    };
    found.sort();
    found.dedup();
    if found.len() > MOST {
        return vec!["*".to_owned()];
    }
    found
}

/// What a module of Python that is run by its name is started as: `python3 -m pip`.
fn module(invocation: &Invocation) -> Option<Invocation> {
    let is_python = invocation.program.starts_with("python") && invocation.known(0) == Some("-m");
    let program = invocation.known(1).filter(|_| is_python)?.to_owned();
    let words = invocation.words.get(2..).unwrap_or_default().to_vec();
    Some(Invocation { program, words, ..invocation.clone() })
}

impl Speaker {
    fn hosts(&self, invocation: &Invocation, context: &Context<'_>) -> Vec<String> {
        // cargo's toolchain is no subcommand.
        let toolchain = invocation.words.first().is_some_and(|word| word.text().starts_with('+'));
        let plain = toolchain.then(|| {
            let words = invocation.words.get(1..).unwrap_or_default().to_vec();
            Invocation { words, ..invocation.clone() }
        });
        let invocation = plain.as_ref().unwrap_or(invocation);
        let read = subcommands::read(invocation, &self.table);
        if read.is_help {
            return Vec::new();
        }
        let speaks = read.verb.is_some() && self.is_with(&read) && !read.has(&["--offline"]);
        let mut instead: Vec<String> = read.values(self.instead).flat_map(hosts_of_value).collect();
        let mut also: Vec<String> = read.values(self.also).flat_map(hosts_of_value).collect();
        // An option for one scope of names: `--@acme:registry`.
        let scoped = read.options.iter().filter(|(name, _)| name.ends_with(":registry"));
        also.extend(scoped.filter_map(|(_, value)| value.as_ref()).flat_map(hosts_of_value));
        if speaks {
            if instead.is_empty() {
                instead = self.variables(invocation, context);
            }
            let configured = files::of(invocation, context);
            if instead.is_empty() {
                instead = configured.instead;
            }
            also.extend(configured.also);
            also.extend(self.addresses(&read, invocation));
            also.extend(proxies(invocation));
            also.extend(self.anywhere.contains(&read.name.as_str()).then(|| "*".to_owned()));
        }
        if instead.is_empty() && (speaks || !also.is_empty()) {
            instead = self.usual.iter().map(|host| (*host).to_owned()).collect();
        }
        instead.extend(also);
        instead
    }

    /// Whether the options are there without which the subcommand stays here.
    fn is_with(&self, read: &Subcommand<'_>) -> bool {
        let needed = self.only_with.iter().find(|(name, _)| *name == read.name);
        needed.is_none_or(|(_, options)| read.has(options))
    }

    /// What variables say in place of the usual host.
    fn variables(&self, invocation: &Invocation, context: &Context<'_>) -> Vec<String> {
        for &name in self.variables {
            let value = match environment::value(invocation, name) {
                Some(value) => Some(value),
                None if SETTINGS.contains(&name) => match context.setting(invocation, name) {
                    Ok(text) => text.map(Value::Known),
                    Err(why) => Some(Value::unknown(&why)),
                },
                None => None,
            };
            if let Some(value) = value.filter(|value| value.is_unknown() || !value.text().is_empty()) {
                return hosts_of_value(&value);
            }
        }
        Vec::new()
    }

    /// Addresses among the operands, the options' values and the program's own variables.
    fn addresses(&self, read: &Subcommand<'_>, invocation: &Invocation) -> Vec<String> {
        let operands = read.operands.iter().map(|word| &word.value);
        let values = read.options.iter().filter_map(|(_, value)| value.as_ref());
        let is_own = |name: &str| {
            let name = name.to_ascii_lowercase();
            self.prefixes.iter().any(|prefix| name.starts_with(prefix))
        };
        let variables =
            invocation.environment.iter().filter(|(name, _)| is_own(name)).map(|(_, value)| value);
        let all = operands.chain(values).chain(variables).map(Value::text);
        let mut found: Vec<String> = all.filter_map(address_within).collect();
        let opens = |name: &str| {
            is_own(name)
                && ["registry", "index", "url", "proxy"]
                    .iter()
                    .any(|part| name.to_ascii_lowercase().contains(part))
        };
        if invocation.environment.iter().any(|(name, value)| value.is_unknown() && opens(name)) {
            found.push("*".to_owned());
        }
        found
    }
}

/// The hosts of addresses in one value, one after the other with commas, blanks or bars between.
fn hosts_of_value(value: &Value) -> Vec<String> {
    match value.known() {
        None => vec!["*".to_owned()],
        Some(text) => text.split([',', ' ', '|', '\n']).filter_map(host_of).collect(),
    }
}

/// The host that an address means, in any spelling: a URL, `user@host:path`, `host:port` or a name alone; none for what
/// is on this machine.
pub(super) fn host_of(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(['"', '\'']);
    if text.is_empty() || text.starts_with(['/', '.', '~', '-']) || matches!(text, "direct" | "off" | "none")
    {
        return None;
    }
    match text.split_once("://") {
        Some((scheme, _)) if is_local_scheme(scheme) => None,
        Some((_, rest)) => host_of_authority(rest.split(['/', '?', '#']).next().unwrap_or(rest)),
        None if text.starts_with("unix:") || text.starts_with("fd:") || text.starts_with("npipe:") => None,
        None => host_of_authority(text.split('/').next().unwrap_or(text)),
    }
}

fn is_local_scheme(scheme: &str) -> bool {
    matches!(scheme, "unix" | "fd" | "file" | "npipe" | "git+file" | "workspace" | "link" | "portal" | "npm")
}

fn host_of_authority(authority: &str) -> Option<String> {
    if authority.contains('\\') {
        return Some("*".to_owned());
    }
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let host = addresses::host(host);
    (!host.is_empty()).then_some(host)
}

/// The host of the first address with a scheme that stands in a text.
fn address_within(text: &str) -> Option<String> {
    addresses_within(text).next()
}

/// The hosts of the addresses with a scheme that stand in a text, those on this machine left out.
fn addresses_within(text: &str) -> impl Iterator<Item = String> + '_ {
    text.match_indices("://").take(MOST + 1).filter_map(move |(at, _)| address_at(text, at))
}

/// The host of the address whose `://` is there.
fn address_at(text: &str, at: usize) -> Option<String> {
    let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let start = text.bytes().take(at).rposition(|byte| !is_scheme(byte)).map_or(0, |before| before + 1);
    let rest = text.get(start..)?;
    host_of(rest.split([' ', '"', '\'', '`', ',', ']', '}', ')', '>', '\n']).next().unwrap_or(rest))
}

/// The hosts that options name: `-h host`, `-hhost`, `--host host`, `--host=host`.
fn after(invocation: &Invocation, options: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let words = &invocation.words;
    for (index, word) in words.iter().enumerate() {
        for option in options {
            let Some(rest) = word.value.strip_prefix(option) else { continue };
            let value = match rest.text() {
                "" if !rest.is_unknown() => words.get(index + 1).map(|word| word.value.clone()),
                text if text.starts_with('=') => rest.strip_prefix("="),
                _ if !option.starts_with("--") => Some(rest),
                _ => None,
            };
            found.extend(value.iter().flat_map(hosts_of_value));
        }
    }
    found
}

/// Hosts that the environment sends a command's requests through.
fn proxies(invocation: &Invocation) -> Vec<String> {
    let is_proxy = |name: &str| environment::is_proxy(name);
    let set = invocation.environment.iter().filter(|(name, _)| is_proxy(name));
    set.flat_map(|(_, value)| hosts_of_value(value)).collect()
}

/// The text of words, with `*` for what is not known.
fn text_of(word: &Word) -> &str {
    word.known().unwrap_or("*")
}

//! Names that code given to `node -e` has without loading anything, and variables of the environment that it sets.

use crate::code::tokens::Kind;
use crate::code::uses::{Code, Use};
use crate::word::Value;

/// Modules of the runtime's own with the functions of theirs that have power; the others compute, or are known.
const MODULES: &[(&str, &[&str])] = &[
    ("cluster", &["fork", "setupMaster", "setupPrimary"]),
    ("dgram", &["Socket", "createSocket"]),
    ("dns", &["Resolver", "lookup", "lookupService", "promises", "reverse", "setServers"]),
    ("http2", &["connect", "createSecureServer", "createServer", "performServerHandshake"]),
    ("inspector", &["Session", "open"]),
    ("repl", &["REPLServer", "start"]),
    ("tls", &["Server", "TLSSocket", "connect", "createSecurePair", "createServer"]),
    ("trace_events", &["createTracing"]),
    ("v8", &["setFlagsFromString", "setHeapSnapshotNearHeapLimit", "startupSnapshot", "writeHeapSnapshot"]),
    (
        "vm",
        &[
            "Script",
            "SourceTextModule",
            "compileFunction",
            "runInContext",
            "runInNewContext",
            "runInThisContext",
        ],
    ),
    ("wasi", &["WASI"]),
    ("worker_threads", &["BroadcastChannel", "Worker", "moveMessagePortToContext"]),
];

/// Why a use of a module that is there without being loaded is not followed.
pub(super) fn uses(found: &Use, code: &Code<'_>) -> Option<String> {
    let end = found.key.find(['.', '(', '[']).unwrap_or(found.key.len());
    let (name, rest) = found.key.split_at(end);
    let (_, functions) = MODULES.iter().find(|(module, _)| *module == name)?;
    let is_member = code.is(found.first.wrapping_sub(1), ".");
    let is_key = code.is(found.end, ":") && found.end == found.first + 1;
    if is_member || is_key {
        return None;
    }
    let why = || Some(format!("it uses {name}, a module that nobody here looks into"));
    if let Some(member) = rest.strip_prefix('.') {
        let member = member.split(['.', '(', '[']).next().unwrap_or(member);
        let has_power = functions.contains(&member) || (name == "dns" && member.starts_with("resolve"));
        return if has_power { why() } else { None };
    }
    let before = found.first.wrapping_sub(1);
    let taken_apart = rest.starts_with('[') || (code.is(before, "=") && rest.is_empty());
    if taken_apart || !is_bound(name, code) { why() } else { None }
}

/// Whether the code gives the name a meaning of its own somewhere.
fn is_bound(name: &str, code: &Code<'_>) -> bool {
    (0..code.tokens.len()).filter(|at| code.is(*at, name)).any(|at| {
        let before = at.wrapping_sub(1);
        let is_declared =
            ["const", "let", "var", "function", "class"].iter().any(|word| code.is(before, word));
        let open = (at.saturating_sub(20)..at).rev().find(|open| code.is(*open, "("));
        let is_parameter = open.is_some_and(|open| {
            let after = code.closer(open) + 1;
            after > at && (code.is(after, "=>") || code.is(after, "{"))
        });
        let brace = (at.saturating_sub(20)..at).rev().find(|open| code.is(*open, "{") || code.is(*open, "["));
        let is_taken = brace.is_some_and(|brace| {
            let word = brace.wrapping_sub(1);
            ["const", "let", "var"].iter().any(|name| code.is(word, name)) && code.closer(brace) > at
        });
        is_declared || is_taken || is_parameter || code.is(at + 1, "=>")
    })
}

/// Variables that the code sets in its environment, or in one that it makes for what it starts.
pub(super) fn sets(code: &Code<'_>) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (at, token) in code.tokens.iter().enumerate() {
        let assigns = |at: usize| ["=", "||=", "??=", "+="].iter().any(|sign| code.is(at, sign));
        let (name, value_at) = match &token.kind {
            Kind::Text(Value::Known(name)) if code.is(at + 1, "]") && assigns(at + 2) => {
                (name.as_str(), at + 3)
            }
            Kind::Text(Value::Known(name)) if code.is(at + 1, ":") => (name.as_str(), at + 2),
            Kind::Name if code.is(at.wrapping_sub(1), ".") && assigns(at + 1) => (token.text, at + 2),
            Kind::Name if code.is(at + 1, ":") => (token.text, at + 2),
            _ => continue,
        };
        if !crate::environment::matters(name) {
            continue;
        }
        let ends = [")", "}", ",", ";"].iter().any(|end| code.is(value_at + 1, end))
            || code.tokens.get(value_at + 1).is_none_or(|token| token.kind == Kind::Line);
        let value = match code.tokens.get(value_at).map(|token| &token.kind) {
            Some(Kind::Text(value)) if ends && !code.is(value_at - 1, "+=") => value.clone(),
            _ => Value::unknown("a value that the code works out"),
        };
        found.push((name.to_owned(), value));
    }
    found
}

#[cfg(test)]
mod tests;

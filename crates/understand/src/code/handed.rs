//! Methods of a database's or a host's client that code takes without calling them: `run = cursor.execute`. Whoever has
//! one does with it what a call does, and what it is then given is not seen.

use std::collections::HashSet;

use super::acts;
use super::uses::{Code, Use};
use crate::context::Context;
use crate::word::Value;

/// Methods that give SQL to a database: sorted.
const SQL: &[&str] =
    &["callproc", "copy_expert", "exec", "execute", "executemany", "executescript", "prepare", "query"];
/// Methods that ask a host: sorted.
const HTTP: &[&str] = &["delete", "patch", "post", "put", "request", "send", "stream"];

/// What clients there are in code.
#[derive(Clone, Copy)]
pub(super) struct Clients {
    /// Of databases.
    pub sql: bool,
    /// Of hosts.
    pub http: bool,
}

/// Adds what the methods may do that are handed on, and says why the code cannot be followed.
pub(super) fn effects(
    code: &Code<'_>,
    uses: &[(Use, String)],
    clients: Clients,
    context: &mut Context<'_>,
) -> Option<String> {
    if !clients.sql && !clients.http {
        return None;
    }
    let mut names: HashSet<&str> = uses.iter().flat_map(|(found, _)| taken(found, code)).collect();
    names.extend(named_in_text(code));
    names.extend(taken_apart(code));
    let is_sql = clients.sql && names.iter().any(|name| SQL.binary_search(name).is_ok());
    let http = names.iter().find(|name| clients.http && HTTP.binary_search(name).is_ok());
    if is_sql {
        acts::sql(&Value::unknown("the code hands on what runs its SQL"), context);
        return Some("it hands on what runs its SQL".to_owned());
    }
    http.map(|name| format!("it hands `{name}` of a client on"))
}

/// What has fields of these names that are no methods: what a server is asked, and itself.
const ASKED: &[&str] = &[
    "context", "ctx", "event", "location", "params", "req", "request", "res", "response", "route", "router",
    "self", "this", "uri", "url",
];

/// Fields of these that are no methods.
const NO_METHODS: &[&str] = &["query", "request"];

/// Whether a name is that of what a server is asked, and not given to anything else.
fn is_asked(name: &str, code: &Code<'_>) -> bool {
    ASKED.contains(&name) && !(0..code.tokens.len()).any(|at| code.is(at, name) && code.is(at + 1, "="))
}

/// Whether a method of this name gives SQL to a database or asks a host.
pub(super) fn is_method(name: &str) -> bool {
    SQL.binary_search(&name).is_ok() || HTTP.binary_search(&name).is_ok()
}

/// The methods in a use that are not called there: in `a.execute.bind(a)`, `execute`.
fn taken<'u>(found: &'u Use, code: &Code<'_>) -> Vec<&'u str> {
    let first = found.key.split(['.', '(', '[']).next().unwrap_or_default();
    let mut of = first;
    let mut rest = found.key.get(first.len()..).unwrap_or_default();
    let mut names = Vec::new();
    while let Some(dot) = rest.find('.') {
        let after = rest.get(dot + 1..).unwrap_or_default();
        let (name, next) = after.split_at(after.find(['.', '(', '[']).unwrap_or(after.len()));
        let signs = ["==", "===", "!=", "!=="];
        let is_used =
            code.tokens.get(found.end).is_some_and(|token| token.assigns() || signs.contains(&token.text));
        let is_given = [".bind", ".call", ".apply"].iter().any(|way| next.starts_with(way));
        if is_given || (next.is_empty() && !is_used && !(is_asked(of, code) && NO_METHODS.contains(&name))) {
            names.push(name);
        }
        (of, rest) = (name, next);
    }
    names
}

/// Methods that are looked up by a text: `getattr(cursor, "execute")`, `client["put"]`.
fn named_in_text<'c>(code: &'c Code<'_>) -> Vec<&'c str> {
    let mut names = Vec::new();
    for at in 0..code.tokens.len() {
        let is_lookup = code.is(at, "getattr") || code.is(at, "methodcaller") || code.is(at, "attrgetter");
        if is_lookup && code.is(at + 1, "(") {
            names.extend(code.ranges(at + 1).into_iter().filter_map(|(start, _)| code.text(start)));
        }
        let is_element = code.name(at).is_some() || code.is(at, ")") || code.is(at, "?.");
        if is_element && code.is(at + 1, "[") && code.is(at + 3, "]") {
            names.extend(code.text(at + 2));
        }
    }
    names
}

/// Fields that an object is taken apart into: `const { query } = client`.
fn taken_apart<'t>(code: &Code<'t>) -> Vec<&'t str> {
    let opens = (0..code.tokens.len()).filter(|at| code.is(*at, "{") && code.is(code.closer(*at) + 1, "="));
    // What is loaded is known by its new name.
    let is_other = |name: &str| name == "require" || is_asked(name, code);
    let opens = opens.filter(|open| !code.name(code.closer(*open) + 2).is_some_and(is_other));
    opens.flat_map(|open| (open + 1..code.closer(open)).take(40).filter_map(|at| code.name(at))).collect()
}

#[cfg(test)]
mod tests {
    use crate::fixture::check_with;

    #[test]
    fn sql_that_is_run_through_another_name() {
        let connect = "import psycopg2,os\ncur=psycopg2.connect(os.environ['DATABASE_URL']).cursor()\n";
        for code in [
            "run=cur.execute\nrun('delete from orders')",
            "getattr(cur,'execute')('delete from orders')",
            "import operator\noperator.attrgetter('execute')(cur)('delete from orders')",
            "getattr(psycopg2.connect('').cursor(),'execute')('delete from orders')",
            "list(map(cur.execute,['delete from a']))",
            "for f in (cur.execute,):\n    f('delete from a')",
        ] {
            let found = check_with("python3 x.py", &[("/repo/x.py", &format!("{connect}{code}"))]);
            assert!(found.contains("db.write") && found.contains("exec.opaque"), "{code}: {found}");
        }
        let connect = "const pg=require('pg'); const c=new pg.Client(process.env.DATABASE_URL);";
        for code in [
            "const {query}=c; query.call(c,'delete from a')",
            "const e=c.query.bind(c); e('delete from a')",
            "c['query']('delete from a')",
        ] {
            let found = check_with("node x.js", &[("/repo/x.js", &format!("{connect}{code}"))]);
            assert!(found.contains("db.write") && found.contains("exec.opaque"), "{code}: {found}");
        }
    }

    #[test]
    fn requests_that_are_made_through_another_name() {
        for code in ["f=s.put\nf(HERE)", "getattr(s,'put')(HERE)", "list(map(s.delete,[HERE]))"] {
            let found = check_with(
                "python3 x.py",
                &[("/repo/x.py", &format!("import requests\ns=requests.Session()\n{code}"))],
            );
            assert!(found.contains("exec.opaque"), "{code}: {found}");
        }
        let made = "const a=require('axios').create({baseURL:'https://api.github.com'});";
        for code in ["a['put']('/x')", "const {post}=a; post('/deploy')", "const p=a.put; p('/x')"] {
            let found = check_with("node x.js", &[("/repo/x.js", &format!("{made}{code}"))]);
            assert!(found.contains("exec.opaque"), "{code}: {found}");
        }
        for code in ["const {query}=req; f(query)", "f(req.query, req.query.id, this.request)"] {
            let found = check_with(
                "node x.js",
                &[(
                    "/repo/x.js",
                    &format!("const {{Client}}=require('pg'); const c=new Client('postgres://h/d'); {code}"),
                )],
            );
            assert!(!found.contains("opaque"), "{code}: {found}");
        }
        // Where there is no client, such names are those of anything.
        let found = check_with("python3 x.py", &[("/repo/x.py", "d={}\nf=d.put\nf(1)")]);
        assert_eq!(found, "fs.read /repo/x.py, read");
    }
}

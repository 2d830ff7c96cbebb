//! Requests over HTTP in code: which method they have, and where they go. What options that are not known may say is
//! not taken for a read.

use super::acts::{invocation, option, positional, value};
use super::uses::{Argument, Code, Given, Use};
use crate::context::Context;
use crate::families;
use crate::invocation::Stdin;
use crate::word::{Value, Word};

/// Requests of one text that are looked at.
const MOST: usize = 40;

/// Makers of clients that keep an address for what they ask later.
const MAKERS: &[&str] = &[
    "axios.create",
    "got.extend",
    "httpx.AsyncClient",
    "httpx.Client",
    "aiohttp.ClientSession",
    "requests.Session",
    "requests.session",
];

/// Makers of clients that ask the application itself, within the same process.
const INSIDE: &[&str] = &[
    "django.test.Client",
    "fastapi.testclient.TestClient",
    "rest_framework.test.APIClient",
    "starlette.testclient.TestClient",
];

/// What was found out of the requests of a code.
#[derive(Default)]
pub(super) struct Asked {
    /// Why it is not all.
    pub doubt: Option<String>,
    /// The parentheses of the calls that were looked at, by the address that their client keeps.
    pub calls: Vec<usize>,
}

/// Why a call's options are not known.
const OPEN: &str = "it asks a host as options say that are not known";

/// A request whose method is known by its name.
pub(super) fn ask(method: Value, at: usize, arguments: &[Argument], context: &mut Context<'_>) {
    let method = option(arguments, &["method"]).map_or(method, |said| said.value());
    send(&method, &address(at, arguments), at, arguments, context);
}

/// A request whose options say the method: `fetch(url, {method})`, `axios({method, url})`, `urlopen(url, data)`.
pub(super) fn ask_as_told(arguments: &[Argument], context: &mut Context<'_>) -> Result<(), String> {
    let address = address(0, arguments);
    let method = match option(arguments, &["method"]) {
        Some(said) => said.value(),
        None if is_open(arguments) => Value::unknown(OPEN),
        None => Value::Known(String::new()),
    };
    let is_nowhere = !address.text().contains("://");
    send(&method, &address, 0, arguments, context);
    if is_nowhere && method.is_unknown() { Err(OPEN.to_owned()) } else { Ok(()) }
}

/// Whether arguments may say more than is seen: an object that takes in another, a name that is not followed, data.
fn is_open(arguments: &[Argument]) -> bool {
    let is_unseen = |argument: &Argument| argument.name.is_none() && argument.given.value().is_unknown();
    let fields = arguments.iter().filter_map(|argument| match &argument.given {
        Given::Fields(fields) if argument.name.is_none() => Some(fields),
        Given::Fields(_) | Given::One(_) | Given::Many(_) => None,
    });
    let mut after = arguments.iter().filter(|argument| argument.name.is_none()).skip(1);
    // What is called back is no option.
    let is_value = |argument: &Argument| matches!(&argument.given, Given::One(value) if value.is_unknown());
    fields.flatten().any(is_unseen) || after.next().is_some_and(is_value)
}

/// Where a request goes, as far as the call says it.
fn address(at: usize, arguments: &[Argument]) -> Value {
    let Some(Given::Fields(_)) = positional(arguments, at, &["url"]) else {
        return value(arguments, at, &["url"]);
    };
    let field = |names: &[&str]| option(arguments, names).map(|given| given.value());
    match (field(&["url", "uri"]), field(&["hostname", "host"])) {
        (Some(url), _) => joined(base(arguments).as_ref(), &url),
        (None, Some(Value::Known(host))) => {
            let path = field(&["path"]).unwrap_or(Value::Known("/".to_owned()));
            joined(Some(&Value::Known(format!("https://{host}"))), &path)
        }
        (None, _) => Value::unknown("the code works the address out"),
    }
}

/// The address that a client keeps.
fn base(arguments: &[Argument]) -> Option<Value> {
    option(arguments, &["baseURL", "base_url", "prefixUrl"]).map(|given| given.value())
}

fn joined(base: Option<&Value>, path: &Value) -> Value {
    if path.text().contains("://") {
        return path.clone();
    }
    let Some(base) = base.and_then(Value::known).filter(|base| base.contains("://")) else {
        return Value::unknown("the code works the address out");
    };
    let whole = format!("{}/{}", base.trim_end_matches('/'), path.text().trim_start_matches('/'));
    if path.known().is_some() {
        Value::Known(whole)
    } else {
        Value::starting(&whole, "the code works the path out")
    }
}

/// Gives a request to curl, which is looked at as it is everywhere.
fn send(method: &Value, address: &Value, at: usize, arguments: &[Argument], context: &mut Context<'_>) {
    let body = option(arguments, &["data", "json", "body", "files", "content"]).or_else(|| {
        let sends = matches!(method.known(), Some("POST" | "PUT" | "PATCH"));
        positional(arguments, at + 1, &[]).filter(|_| sends)
    });
    let mut words = Vec::new();
    match method.known().map(str::to_ascii_uppercase).as_deref() {
        Some("" | "GET") => {}
        Some(name) => words.extend([Word::known_as("-X"), Word::known_as(name)]),
        None => words.extend([Word::known_as("-X"), Word::made(method.clone())]),
    }
    if let Some(Given::Fields(headers)) = option(arguments, &["headers"]) {
        for (name, value) in
            headers.iter().filter_map(|header| Some((header.name.as_ref()?, header.given.value())))
        {
            if name.to_ascii_lowercase().starts_with("x-") && name.to_ascii_lowercase().contains("method") {
                words.extend([Word::known_as("-H"), Word::known_as(&format!("{name}: {}", value.text()))]);
            }
        }
    }
    if let Some(body) = body {
        let body = match body.value() {
            Value::Known(text) => text,
            Value::Pattern(_) | Value::Unknown { .. } => "*".to_owned(),
        };
        words.extend([Word::known_as("--data-raw"), Word::known_as(&body)]);
    }
    words.extend([Word::known_as("--url"), Word::made(address.clone())]);
    let invocation = invocation(Word::known_as("curl"), words, Stdin::Inherited, context);
    families::dispatch(invocation, context);
}

/// Whether the code sets this of something: `request.method = ..`.
pub(super) fn sets(code: &Code<'_>, name: &str) -> bool {
    (1..code.tokens.len()).any(|at| code.is(at - 1, ".") && code.is(at, name) && code.is(at + 1, "="))
}

/// Adds what code asks through clients that it makes. Requests to whole addresses are looked at where they stand; here
/// are those to the rest of one: `client.put('/pulls/1/merge')`. Or says why that is not known.
pub(super) fn effects(code: &Code<'_>, uses: &[(Use, String)], context: &mut Context<'_>) -> Asked {
    let wholes: Vec<Use> = uses.iter().map(|(found, full)| found.by(full)).collect();
    let mut asked = Asked::default();
    let inside: Vec<&str> = wholes
        .iter()
        .flat_map(|whole| whole.called().map(move |(path, open)| (whole, path, open)))
        .filter(|(_, path, _)| INSIDE.contains(path))
        .flat_map(|(whole, _, open)| bound(whole, open, code))
        .filter(|name| stays(name, code))
        .collect();
    let mut names: Vec<&str> = Vec::new();
    let mut bases: Vec<Value> = Vec::new();
    for whole in &wholes {
        for (_, open) in whole.called().filter(|(path, _)| MAKERS.contains(path)) {
            names.extend(bound(whole, open, code));
            let arguments = code.arguments(open);
            let first = arguments.first().filter(|argument| argument.name.is_none());
            let first =
                first.map(|argument| argument.given.value()).filter(|value| value.text().contains("://"));
            bases.extend(base(&arguments).or(first));
        }
    }
    let is_made = wholes.iter().any(|whole| whole.called().any(|(path, _)| MAKERS.contains(&path)));
    if !inside.is_empty() {
        let calls = wholes.iter().flat_map(Use::called).filter(|(path, _)| {
            path.rsplit_once('.').is_some_and(|(receiver, _)| {
                inside.contains(&receiver) || INSIDE.iter().any(|maker| receiver == format!("{maker}()"))
            })
        });
        asked.calls.extend(calls.map(|(_, open)| open));
    }
    if !is_made {
        return asked;
    }
    bases.dedup();
    let base = bases.first().filter(|_| bases.len() == 1);
    let mut count = 0;
    for (path, open) in wholes.iter().flat_map(Use::called) {
        // A client that is called itself: `api({ url, method })`.
        let (receiver, name) = path.rsplit_once('.').unwrap_or((path, "request"));
        let last = receiver.rsplit('.').next().unwrap_or(receiver);
        let is_client = names.contains(&last) || MAKERS.iter().any(|maker| receiver == format!("{maker}()"));
        let method = match name {
            "get" | "head" | "options" if is_client => "",
            "post" | "put" | "patch" | "delete" if is_client || is_named_so(last) => name,
            "request" | "stream" | "build_request" if is_client => "request",
            _ => continue,
        };
        let arguments = code.arguments(open);
        let (method, at) = match (method, arguments.first().map(|argument| &argument.given)) {
            ("request", Some(Given::Fields(_))) => {
                (option(&arguments, &["method"]).map_or(Value::Known(String::new()), |said| said.value()), 0)
            }
            ("request", _) => (value(&arguments, 0, &["method"]), 1),
            (method, _) => (Value::Known(method.to_ascii_uppercase()), 0),
        };
        let path = address_part(at, &arguments);
        // A whole address is looked at where the call stands.
        if path.known().is_some_and(|path| path.contains("://"))
            && !method.text().is_empty()
            && !matches!(name, "request" | "stream" | "build_request")
        {
            continue;
        }
        count += 1;
        if count > MOST {
            asked.doubt = Some("it makes more requests than are looked at".to_owned());
            return asked;
        }
        let address = joined(base, &path);
        let is_sure = names.contains(&last) && stays(last, code);
        if address.text().contains("://") && (is_sure || receiver.ends_with("()")) {
            asked.calls.push(open);
        }
        send(&method, &address, at, &arguments, context);
        if address.text().is_empty() && method.known() != Some("") {
            asked.doubt = Some("to which host it sends is not known".to_owned());
        }
    }
    asked
}

/// The part of an address that a call names.
fn address_part(at: usize, arguments: &[Argument]) -> Value {
    match positional(arguments, at, &["url", "path"]) {
        Some(Given::Fields(_)) => option(arguments, &["url", "uri"])
            .map_or_else(|| Value::unknown("the code works the address out"), |given| given.value()),
        Some(given) => given.value(),
        None => Value::Known(String::new()),
    }
}

/// Whether a name is one that clients are given where nothing says what it stands for.
fn is_named_so(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["session", "client", "http", "api"].iter().any(|end| name.ends_with(end))
}

/// The names that a client is given: `c = maker(..)`, `self.session = maker(..)`, `with maker(..) as c`.
fn bound<'c>(whole: &Use, open: usize, code: &Code<'c>) -> Vec<&'c str> {
    let mut names = Vec::new();
    let mut at = whole.first;
    while at > 0 && (code.is(at - 1, "await") || code.is(at - 1, "new")) {
        at -= 1;
    }
    if at > 1 && code.is(at - 1, "=") {
        names.extend(code.name(at - 2));
    }
    let after = code.closer(open) + 1;
    if code.is(after, "as") {
        names.extend(code.name(after + 1));
    }
    names
}

/// Whether a name surely is what it was given: but for once it only stands before a dot.
fn stays(name: &str, code: &Code<'_>) -> bool {
    let stands = (0..code.tokens.len()).filter(|at| code.is(*at, name));
    stands.filter(|at| !code.is(at + 1, ".")).count() == 1
}

#[cfg(test)]
mod tests {
    use crate::fixture::check_with;

    fn javascript(text: &str) -> String {
        check_with("node x.mjs", &[("/repo/x.mjs", text)])
    }

    fn python(text: &str) -> String {
        check_with("python3 x.py", &[("/repo/x.py", text)])
    }

    const MERGE: &str = "https://api.github.com/repos/acme/shop/pulls/12/merge";

    #[test]
    fn options_that_are_not_known_are_no_read() {
        for code in [
            "const init={method:'PUT'}; init.headers={}; fetch(HERE,init)",
            "const method='PUT'; fetch(HERE,{method})",
            "let method=process.argv[2]; fetch(HERE,{method})",
            "const o={method:'PUT'}; fetch(HERE,{...o})",
            "fetch(HERE,Object.assign({},{method:'PUT'}))",
            "fetch(HERE,{['method']:'PUT'})",
            "import axios from 'axios'; axios({method:'put',url:HERE})",
            "import axios from 'axios'; const c=axios.create({baseURL:'https://api.github.com'}); c.put('/repos/acme/shop/pulls/12/merge')",
            "import axios from 'axios'; axios.create({baseURL:'https://api.github.com/'}).request({method:'put',url:'repos/acme/shop/pulls/12/merge'})",
            "const a=require('axios').create({baseURL:'https://api.github.com'}); a.request({url:'/repos/acme/shop/pulls/12/merge',method:'put'})",
            "import axios from 'axios'; const a=axios.create({baseURL:'https://api.github.com'}); a({url:'/repos/acme/shop/pulls/12/merge',method:'put'})",
            "import axios from 'axios'; const a=axios.create({baseURL:'https://api.github.com',method:'put'}); a('/repos/acme/shop/pulls/12/merge')",
            "import https from 'https'; https.request({hostname:'api.github.com',path:'/repos/acme/shop/pulls/12/merge',method:'PUT'})",
        ] {
            let found = javascript(&code.replace("HERE", &format!("'{MERGE}'")));
            assert!(
                ["forge.merge", "forge.write", "forge.settings"].iter().any(|verb| found.contains(verb)),
                "{code}: {found}"
            );
        }
        let found = javascript("const call=(p,o)=>fetch(BASE+p,o); call('/x',{method:'DELETE'})");
        assert!(found.contains("exec.opaque"), "{found}");
        for code in [
            "fetch(HERE)",
            "fetch(HERE,{headers:{a:'b'}})",
            "const headers={}; fetch(HERE,{headers})",
            "const o={headers:{}}; fetch(HERE,o)",
        ] {
            let found = javascript(&code.replace("HERE", "'https://api.github.com/repos/acme/shop/pulls'"));
            assert!(
                !found.contains("forge.write") && !found.contains("opaque") && found.contains("forge.read"),
                "{code}: {found}"
            );
        }
    }

    #[test]
    fn clients_keep_an_address() {
        for code in [
            "import httpx\nc=httpx.Client(base_url='https://api.github.com')\nc.put('/repos/acme/shop/pulls/12/merge')",
            "import httpx\nwith httpx.Client(base_url='https://api.github.com') as c:\n    c.request('PUT','/repos/acme/shop/pulls/12/merge')",
            "import aiohttp\nasync def main():\n    async with aiohttp.ClientSession('https://api.github.com') as s:\n        await s.put('/repos/acme/shop/pulls/12/merge')",
            "import requests\nclass Api:\n    def __init__(self):\n        self.session=requests.Session()\n    def merge(self):\n        self.session.put('https://api.github.com'+'/repos/acme/shop/pulls/12/merge')",
            "import httpx\nc=httpx.Client()\nc.stream('PUT','https://api.github.com/repos/acme/shop/pulls/12/merge').__enter__()",
            "import httpx\nc=httpx.Client()\nc.send(c.build_request('PUT','https://api.github.com/repos/acme/shop/pulls/12/merge'))",
            "import urllib.request as u\nr=u.Request('https://api.github.com/repos/acme/shop/pulls/12/merge')\nr.method='PUT'\nu.urlopen(r)",
        ] {
            let found = python(code);
            assert!(found.contains("forge.merge") || found.contains("forge.write"), "{code}: {found}");
        }
        let found = python(
            "import requests\nclass Api:\n    def __init__(self,base):\n        self.session=requests.Session()\n        self.base=base\n    def drop(self,path):\n        self.session.delete(self.base+path)",
        );
        assert!(found.contains("opaque"), "{found}");
        let found = python(
            "import requests\nrequests.get('https://api.example/x',headers={'X-HTTP-Method-Override':'DELETE'})",
        );
        assert!(found.contains("net.delete") || found.contains("net.write"), "{found}");
        for code in [
            "import httpx\nd={}\nc=httpx.Client(base_url='https://api.example')\nc.get('/x')\nd.get('y')",
            "import urllib.request\nurllib.request.urlopen('https://api.example/x', timeout=5)",
        ] {
            let found = python(code);
            assert!(
                found.contains("net.read https://api.example/x")
                    && !found.contains("opaque")
                    && !found.contains("net.write"),
                "{code}: {found}"
            );
        }
    }

    #[test]
    fn text_is_read_as_the_interpreter_reads_it() {
        for code in [
            "# coding: utf-7\n#+AAo-import os+AAo-os.system(+ACI-ls+ACI-)",
            "#!/usr/bin/python\n# -*- coding: unicode_escape -*-\nprint(1)",
            "# hello\rimport os\ros.system('git push origin main')",
        ] {
            let found = python(code);
            assert!(found.contains("opaque") || found.contains("git.push"), "{code}: {found}");
        }
        for code in [
            "// x\rrequire('child_process').execSync('git push origin main')",
            "// x\u{2028}require('child_process').execSync('git push origin main')",
        ] {
            assert!(check_with("node x.cjs", &[("/repo/x.cjs", code)]).contains("git.push"), "{code}");
        }
        let shelled = check_with(
            "node x.cjs",
            &[
                ("/repo/x.cjs", "require('child_process').execSync('ls',{shell:'./d.sh'})"),
                ("/repo/d.sh", "git push origin main"),
            ],
        );
        assert!(shelled.contains("git.push"), "{shelled}");
        for code in [
            "# -*- coding: utf-8 -*-\r\nimport os\r\nprint(os.getcwd())\r\n",
            "# vim: set fileencoding=latin-1\nprint(1)",
        ] {
            assert!(!python(code).contains("opaque"), "{code}: {}", python(code));
        }
    }

    #[test]
    fn clients_of_this_machine_and_of_the_application_itself() {
        for text in [
            "import httpx\nc=httpx.Client(base_url='http://localhost:8000')\nprint(c.post('/e', json={'a': 1}).status_code)",
            "from fastapi.testclient import TestClient\nc=TestClient(app)\nprint(c.post('/entries', json={'a': 1}).json())",
            "from starlette.testclient import TestClient\nwith TestClient(app) as c:\n    c.delete('/entries/1')",
        ] {
            let found = check_with("python3 x.py", &[("/repo/x.py", text)]);
            assert!(!found.contains(" *,") && !found.contains("net.send"), "{text}: {found}");
        }
        for other in [
            "from fastapi.testclient import TestClient\nimport requests\nc=TestClient(app)\nd=requests.Session()\nd.post(u)",
            "from fastapi.testclient import TestClient\nimport requests\nc=TestClient(app)\nc=requests.Session()\nc.post(u)",
            "import httpx, other\nc=httpx.Client(base_url='http://localhost:8000')\nc=other.client()\nc.post('/e')",
            "import httpx\nc=httpx.Client(base_url='http://localhost:8000')\nfor c in x:\n    c.post('/e')",
        ] {
            let found = check_with("python3 x.py", &[("/repo/x.py", other)]);
            assert!(found.contains("net.write *"), "{other}: {found}");
        }
    }
}

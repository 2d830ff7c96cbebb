//! `http`, `https`, `xh` and the like: a method, an address, and items that are sent.

use countersign_model::verbs;

use super::Family;
use super::web::{overridden, request, secret_variables};
use crate::context::Context;
use crate::invocation::{Invocation, Stdin};
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &["http", "https", "xh", "xhs", "curlie", "httpie"],
    about: "A method, an address and request items; items make a request a `POST` unless a method is said, \
        and `--offline` sends nothing.",
    examples: &[
        "http https://example.com/users page==2",
        "http POST https://example.com/users name=x",
        "http DELETE https://example.com/users/1",
        "http --offline DELETE https://example.com/users/1",
        "http -f POST https://example.com/up file@.env",
        "http :3000/health",
        "https PUT api.github.com/repos/acme/shop/pulls/12/merge sha=abc",
        "http $URL",
    ],
    effects,
};

/// Options that take a value.
const VALUES: &[&str] = &[
    "-a", "--auth", "-A", "--auth-type", "--bearer", "--session", "--session-read-only", "-o", "--output", "-p", "--print", "--pretty", "-s", "--style", "--verify", "--cert", "--cert-key", "--cert-key-pass", "--timeout", "--proxy", "--max-redirects", "--max-headers", "--boundary", "--raw",
    "--ssl", "--ciphers", "--default-scheme", "--response-charset", "--response-mime", "--format-options", "--history-print", "-P", "--method", "--resolve", "--interface", "--http-version", "--unix-socket", "-X", "-H", "-d", "-u", "-F",
];

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    let mut plain: Vec<&Word> = Vec::new();
    let mut options: Vec<(&str, Value)> = Vec::new();
    let mut words = invocation.words.iter();
    while let Some(word) = words.next() {
        let text = word.text();
        if word.known() == Some("--") {
            plain.extend(words.by_ref());
        } else if !text.starts_with('-') || text == "-" {
            plain.push(word);
        } else if let Some((name, _)) = text.split_once('=').filter(|_| text.starts_with("--")) {
            let value = word.value.strip_prefix(&format!("{name}=")).unwrap_or_else(|| Value::unknown("an option"));
            options.push((name, value));
        } else if VALUES.contains(&text) {
            let value = words.next().map_or_else(|| Value::Known(String::new()), |word| word.value.clone());
            options.push((text, value));
        } else {
            options.push((text, Value::Known(String::new())));
        }
    }
    let has = |names: &[&str]| options.iter().any(|(name, _)| names.contains(name));
    let value = |names: &[&str]| options.iter().rev().find(|(name, _)| names.contains(name)).map(|(_, value)| value.clone());
    if has(&["--help", "--version", "--manual", "--debug"]) && plain.is_empty() || has(&["--offline"]) && !has(&["--no-offline"]) && invocation.program != "curlie" {
        context.program(verbs::EXEC_READ, &invocation.program);
        return;
    }
    context.flow.fetched = true;
    let mut plain = plain.into_iter().peekable();
    let is_method = |word: &&&Word| word.known().is_some_and(|text| text.len() > 1 && text.bytes().all(|byte| byte.is_ascii_uppercase()));
    let lower = |word: &&&Word| word.known().is_some_and(|text| ["get", "post", "put", "patch", "delete", "head", "options"].contains(&text));
    let mut method = plain.next_if(|word| is_method(&word)).or_else(|| plain.next_if(|word| lower(&word))).map(|word| word.text().to_ascii_uppercase());
    if let Some(given) = value(&["-X", "--method"]) {
        method = Some(given.known().map_or_else(|| "DELETE".to_owned(), str::to_ascii_uppercase));
    }
    let Some(address) = plain.next() else {
        context.push(countersign_model::Effect::new(verbs::NET_READ, super::web::host_named("*")));
        return;
    };
    let mut data: Vec<Value> = Vec::new();
    let mut headers: Vec<Value> = Vec::new();
    let mut unknown = false;
    for word in plain {
        item(word, &mut data, &mut headers, &mut unknown, context);
    }
    headers.extend(value(&["-H"]));
    data.extend(value(&["--raw", "-d", "-F"]));
    for file in [value(&["--cert"]), value(&["--cert-key"])].iter().flatten() {
        context.read_value(file);
    }
    let piped = !matches!(invocation.stdin, Stdin::Inherited) && !has(&["--ignore-stdin", "-I"]);
    let sends = !data.is_empty() || piped || unknown;
    if let Some(file) = value(&["-o", "--output"]) {
        context.write_value(&file);
    } else if has(&["-d", "--download"]) {
        context.write_value(&Value::Known("./download".to_owned()));
    }
    let method = method.or_else(|| Some(if sends { "POST" } else { "GET" }.to_owned()));
    let method = overridden(method, headers.iter(), &data);
    let is_secure = matches!(invocation.program.as_str(), "https" | "xhs");
    let address = whole(&address.value, is_secure);
    secret_variables(&invocation.words, std::slice::from_ref(&address), context);
    let astray = has(&["--proxy", "--resolve", "--unix-socket"]) || headers.iter().any(|header| header.text().to_ascii_lowercase().starts_with("host:"));
    request(&address, method.as_deref(), sends, &data, context);
    if astray {
        request(&Value::unknown("an option leads the request elsewhere"), method.as_deref(), sends, &data, context);
    }
}

/// One item: `Name:header`, `name==query`, `name=data`, `name:=json`, `name@file`.
fn item(word: &Word, data: &mut Vec<Value>, headers: &mut Vec<Value>, unknown: &mut bool, context: &mut Context<'_>) {
    let text = word.text();
    let mut marks = text.char_indices().filter(|(_, c)| matches!(c, ':' | '=' | '@')).map(|(at, _)| at);
    let Some(at) = marks.next() else {
        *unknown |= word.value.is_unknown();
        return;
    };
    let rest = text.get(at..).unwrap_or_default();
    let file = |mark: &str| word.value.strip_prefix(&format!("{}{mark}", text.get(..at).unwrap_or_default()));
    if rest.starts_with("==") {
        // Part of the address.
    } else if let Some(mark) = ["=@", ":=@", "@"].iter().find(|mark| rest.starts_with(**mark)) {
        let path = file(mark).unwrap_or_else(|| Value::unknown("a file to send"));
        let path = match path {
            Value::Known(path) => Value::Known(path.split(';').next().unwrap_or_default().to_owned()),
            other => other,
        };
        context.read_value(&path);
        data.push(Value::unknown("what a file holds"));
    } else if rest.starts_with(":=") {
        data.push(field(text, at, 2, false));
    } else if rest.starts_with('=') {
        data.push(field(text, at, 1, true));
    } else {
        headers.push(word.value.clone());
    }
    *unknown |= word.value.is_unknown();
}

/// A field as the JSON it is sent as.
fn field(text: &str, at: usize, mark: usize, quoted: bool) -> Value {
    let name = text.get(..at).unwrap_or_default();
    let value = text.get(at + mark..).unwrap_or_default();
    let value = if quoted { serde_json::Value::from(value).to_string() } else { value.to_owned() };
    Value::Known(format!("{{{}:{value}}}", serde_json::Value::from(name)))
}

/// The whole address: `:3000/x` is this machine's.
fn whole(address: &Value, is_secure: bool) -> Value {
    let scheme = if is_secure { "https" } else { "http" };
    match address {
        Value::Known(text) => Value::Known(match text.strip_prefix(':') {
            Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => format!("{scheme}://localhost:{rest}"),
            Some(rest) => format!("{scheme}://localhost{rest}"),
            None if text.contains("://") => text.clone(),
            None => format!("{scheme}://{text}"),
        }),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::fixture::check;

    #[test]
    fn only_what_surely_stays_here_is_offline() {
        for command in ["http --offline --no-offline DELETE https://example.com/x", "xh --no-offline --offline DELETE https://example.com/x", "curlie -e --offline DELETE https://example.com/x", "http DELETE https://example.com/x -- --offline"] {
            assert!(check(command).contains("net.delete https://example.com/x"), "{command}: {}", check(command));
        }
        assert_snapshot!(check("http --offline DELETE https://example.com/x; xh DELETE https://example.com/x --offline"), @"
        exec.read http, read
        exec.read xh, read
        ");
    }

    #[test]
    fn methods_and_items() {
        assert_snapshot!(check("http https://example.com/users X-Trace:1 page==2"), @"net.read https://example.com/users, read");
        assert_snapshot!(check("http DELETE https://example.com/users/1; xh put example.com/a b=c; http example.com/a b:=1"), @"
        net.delete https://example.com/users/1, destroy
        net.write http://example.com/a, write
        net.send http://example.com/a, send
        ");
        assert_snapshot!(check("http -f POST example.com/up file@.env; https example.com name=@notes.txt"), @"
        secret.read /repo/.env, read
        net.upload http://example.com/up, send
        fs.read /repo/notes.txt, read
        net.upload https://example.com, send
        ");
        assert_snapshot!(check("http :3000/health; http POST :3000/a b=c; echo x | http example.com"), @"
        net.read http://localhost:3000/health, read
        net.write http://localhost:3000/a, write
        exec.read echo, read
        net.send http://example.com, send
        ");
        assert_snapshot!(check("http POST example.com/x X-HTTP-Method-Override:DELETE; http --offline DELETE example.com; http --version"), @"
        net.delete http://example.com/x, destroy
        exec.read http, read
        ");
        assert_snapshot!(check("https PUT api.github.com/repos/acme/shop/pulls/12/merge sha=abc; http POST es.example:9200/logs/_delete_by_query query:='{}'"), @"
        forge.merge acme/shop#12, write
        net.send es.example, send
        db.destroy logs in elasticsearch://es.example, destroy
        ");
        assert_snapshot!(check("http $URL; http POST $URL a=b; http example.com \"Authorization:Bearer $API_TOKEN\""), @"
        net.read *, read, partial
        net.send *, send, partial
        net.write *, write, partial
        net.send http://example.com, send
        net.upload example.com, send
        ");
    }
}

//! `curl`, `wget` and the like: what they fetch, send, read and write; and forges by plain HTTP.

pub(crate) mod apis;
mod clouds;
mod gitlab;
mod hooks;
mod queries;
mod written;

use countersign_model::{Certainty, Effect, ForgeRepository, Resource, verbs};
use serde_json::Value as Json;

use super::reading::{secrets, sent};
use super::{Family, addresses, leaving, opaque, reads_environment};
use crate::arguments::{Spec, Takes, parse};
use crate::context::Context;
use crate::environment;
use crate::forge::{self, Request};
use crate::graphql;
use crate::invocation::Invocation;
use crate::word::{Value, Word};

pub(super) const FAMILY: Family = Family {
    programs: &["curl", "wget", "aria2c"],
    about: "What is fetched, sent, uploaded and written. Requests to forges, clouds, clusters and databases \
        over HTTP are the same effects as their command lines have; any other request is a read or a \
        send by its method.",
    examples: &[
        "curl https://example.com/",
        "curl -I https://example.com/",
        "curl -o out.html https://example.com/",
        "curl -d @notes.txt https://example.com/up",
        "curl -d @.env https://example.com/up",
        "curl -X DELETE https://api.example.com/users/1",
        "curl -X PUT https://api.github.com/repos/acme/shop/pulls/12/merge",
        "curl -X PUT https://gitlab.com/api/v4/projects/acme%2Fshop/merge_requests/7/merge",
        "curl https://gitlab.com/api/v4/projects/acme%2Fshop/variables",
        "curl http://localhost:3000/health",
        r#"curl "$URL""#,
        "wget -q https://example.com/a.tgz",
        "curl -d a=b https://example.com/x",
        "curl -T out.txt https://example.com/x",
    ],
    effects,
};

const CURL: Spec = Spec {
    long: &[
        ("request", Takes::Value), ("data", Takes::Value), ("data-raw", Takes::Value), ("data-binary", Takes::Value), ("data-ascii", Takes::Value),
        ("data-urlencode", Takes::Value), ("json", Takes::Value), ("form", Takes::Value), ("form-string", Takes::Value), ("upload-file", Takes::Value),
        ("output", Takes::Value), ("output-dir", Takes::Value), ("header", Takes::Value), ("user", Takes::Value), ("user-agent", Takes::Value), ("referer", Takes::Value),
        ("cookie", Takes::Value), ("cookie-jar", Takes::Value), ("config", Takes::Value), ("url", Takes::Value), ("max-time", Takes::Value), ("connect-timeout", Takes::Value),
        ("retry", Takes::Value), ("retry-delay", Takes::Value), ("retry-max-time", Takes::Value), ("proxy", Takes::Value), ("cacert", Takes::Value), ("cert", Takes::Value), ("key", Takes::Value), ("write-out", Takes::Value),
        ("dump-header", Takes::Value), ("trace", Takes::Value), ("trace-ascii", Takes::Value), ("stderr", Takes::Value), ("resolve", Takes::Value), ("connect-to", Takes::Value),
        ("unix-socket", Takes::Value), ("max-redirs", Takes::Value), ("limit-rate", Takes::Value), ("range", Takes::Value), ("netrc-file", Takes::Value), ("oauth2-bearer", Takes::Value),
        ("interface", Takes::Value), ("continue-at", Takes::Value), ("time-cond", Takes::Value), ("ciphers", Takes::Value), ("tls-max", Takes::Value), ("noproxy", Takes::Value), ("quote", Takes::Value),
        ("data-binary", Takes::Value), ("etag-save", Takes::Value), ("etag-compare", Takes::Value), ("hsts", Takes::Value), ("alt-svc", Takes::Value), ("libcurl", Takes::Value), ("cert-type", Takes::Value), ("key-type", Takes::Value), ("pass", Takes::Value),
        ("capath", Takes::Value), ("proxy-cert", Takes::Value), ("proxy-key", Takes::Value), ("proxy-header", Takes::Value), ("proxy-user", Takes::Value), ("preproxy", Takes::Value), ("socks5", Takes::Value), ("socks5-hostname", Takes::Value), ("socks4", Takes::Value), ("socks4a", Takes::Value), ("abstract-unix-socket", Takes::Value), ("url-query", Takes::Value),
        ("max-filesize", Takes::Value), ("speed-limit", Takes::Value), ("speed-time", Takes::Value), ("keepalive-time", Takes::Value), ("rate", Takes::Value), ("parallel-max", Takes::Value), ("expect100-timeout", Takes::Value), ("dns-servers", Takes::Value), ("doh-url", Takes::Value), ("local-port", Takes::Value), ("proto-redir", Takes::Value), ("proto-default", Takes::Value),
        ("tls13-ciphers", Takes::Value), ("aws-sigv4", Takes::Value), ("login-options", Takes::Value), ("pinnedpubkey", Takes::Value), ("crlfile", Takes::Value), ("create-file-mode", Takes::Value), ("trace-time", Takes::Nothing), ("http1.0", Takes::Nothing), ("http2-prior-knowledge", Takes::Nothing), ("http3", Takes::Nothing), ("http3-only", Takes::Nothing), ("tlsv1.0", Takes::Nothing), ("tlsv1.1", Takes::Nothing), ("tlsv1.3", Takes::Nothing), ("tlsv1", Takes::Nothing),
        ("no-keepalive", Takes::Nothing), ("no-sessionid", Takes::Nothing), ("tcp-nodelay", Takes::Nothing), ("tcp-fastopen", Takes::Nothing), ("tr-encoding", Takes::Nothing), ("raw", Takes::Nothing), ("styled-output", Takes::Nothing), ("no-styled-output", Takes::Nothing), ("fail-early", Takes::Nothing), ("parallel-immediate", Takes::Nothing), ("remove-on-error", Takes::Nothing), ("no-clobber", Takes::Nothing), ("skip-existing", Takes::Nothing),
        ("post301", Takes::Nothing), ("post302", Takes::Nothing), ("post303", Takes::Nothing), ("digest", Takes::Nothing), ("ntlm", Takes::Nothing), ("negotiate", Takes::Nothing), ("netrc-optional", Takes::Nothing), ("junk-session-cookies", Takes::Nothing), ("no-alpn", Takes::Nothing), ("ssl", Takes::Nothing), ("ca-native", Takes::Nothing), ("ssl-no-revoke", Takes::Nothing), ("disable", Takes::Nothing), ("use-ascii", Takes::Nothing), ("append", Takes::Nothing), ("list-only", Takes::Nothing), ("crlf", Takes::Nothing), ("xattr", Takes::Nothing), ("show-headers", Takes::Nothing), ("manual", Takes::Nothing),
        ("get", Takes::Nothing), ("head", Takes::Nothing), ("silent", Takes::Nothing), ("show-error", Takes::Nothing), ("location", Takes::Nothing), ("location-trusted", Takes::Nothing), ("fail", Takes::Nothing), ("fail-with-body", Takes::Nothing),
        ("insecure", Takes::Nothing), ("include", Takes::Nothing), ("verbose", Takes::Nothing), ("compressed", Takes::Nothing), ("remote-name", Takes::Nothing), ("remote-name-all", Takes::Nothing), ("remote-header-name", Takes::Nothing),
        ("globoff", Takes::Nothing), ("no-buffer", Takes::Nothing), ("http1.1", Takes::Nothing), ("http2", Takes::Nothing), ("ipv4", Takes::Nothing), ("ipv6", Takes::Nothing), ("tlsv1.2", Takes::Nothing), ("create-dirs", Takes::Nothing),
        ("netrc", Takes::Nothing), ("progress-bar", Takes::Nothing), ("no-progress-meter", Takes::Nothing), ("proto", Takes::Value), ("retry-connrefused", Takes::Nothing), ("retry-all-errors", Takes::Nothing), ("parallel", Takes::Nothing), ("help", Takes::Nothing), ("version", Takes::Nothing), ("path-as-is", Takes::Nothing), ("ssl-reqd", Takes::Nothing), ("anyauth", Takes::Nothing), ("basic", Takes::Nothing), ("next", Takes::Nothing),
    ],
    short: &[
        ('X', Takes::Value), ('d', Takes::Value), ('F', Takes::Value), ('T', Takes::Value), ('o', Takes::Value), ('H', Takes::Value), ('u', Takes::Value), ('A', Takes::Value), ('e', Takes::Value),
        ('b', Takes::Value), ('c', Takes::Value), ('K', Takes::Value), ('m', Takes::Value), ('x', Takes::Value), ('E', Takes::Value), ('w', Takes::Value), ('D', Takes::Value), ('r', Takes::Value), ('C', Takes::Value), ('z', Takes::Value), ('Q', Takes::Value), ('y', Takes::Value), ('Y', Takes::Value), ('P', Takes::Value),
        ('G', Takes::Nothing), ('I', Takes::Nothing), ('s', Takes::Nothing), ('S', Takes::Nothing), ('L', Takes::Nothing), ('f', Takes::Nothing), ('k', Takes::Nothing), ('i', Takes::Nothing), ('v', Takes::Nothing), ('O', Takes::Nothing), ('J', Takes::Nothing),
        ('g', Takes::Nothing), ('N', Takes::Nothing), ('0', Takes::Nothing), ('4', Takes::Nothing), ('6', Takes::Nothing), ('n', Takes::Nothing), ('#', Takes::Nothing), ('Z', Takes::Nothing), ('h', Takes::Nothing), ('V', Takes::Nothing), ('a', Takes::Nothing), ('q', Takes::Nothing), ('U', Takes::Value), ('t', Takes::Value), ('1', Takes::Nothing), ('2', Takes::Nothing), ('3', Takes::Nothing), ('j', Takes::Nothing), ('l', Takes::Nothing), ('B', Takes::Nothing), ('R', Takes::Nothing), ('M', Takes::Nothing),
    ],
    abbreviations: true,
    operands_end_options: false,
};

const WGET: Spec = Spec {
    long: &[
        ("method", Takes::Value), ("post-data", Takes::Value), ("post-file", Takes::Value), ("body-data", Takes::Value), ("body-file", Takes::Value), ("output-document", Takes::Value),
        ("directory-prefix", Takes::Value), ("header", Takes::Value), ("user", Takes::Value), ("password", Takes::Value), ("timeout", Takes::Value), ("tries", Takes::Value), ("user-agent", Takes::Value),
        ("input-file", Takes::Value), ("output-file", Takes::Value), ("append-output", Takes::Value), ("wait", Takes::Value), ("level", Takes::Value), ("accept", Takes::Value), ("reject", Takes::Value), ("load-cookies", Takes::Value), ("save-cookies", Takes::Value),
        ("quiet", Takes::Nothing), ("no-verbose", Takes::Nothing), ("verbose", Takes::Nothing), ("continue", Takes::Nothing), ("recursive", Takes::Nothing), ("mirror", Takes::Nothing), ("no-parent", Takes::Nothing), ("no-check-certificate", Takes::Nothing), ("show-progress", Takes::Nothing), ("spider", Takes::Nothing),
        ("server-response", Takes::Nothing), ("content-disposition", Takes::Nothing), ("progress", Takes::Value), ("timestamping", Takes::Nothing), ("no-clobber", Takes::Nothing), ("version", Takes::Nothing), ("help", Takes::Nothing), ("https-only", Takes::Nothing), ("convert-links", Takes::Nothing), ("page-requisites", Takes::Nothing),
    ],
    short: &[
        ('O', Takes::Value), ('P', Takes::Value), ('U', Takes::Value), ('T', Takes::Value), ('t', Takes::Value), ('i', Takes::Value), ('o', Takes::Value), ('a', Takes::Value), ('w', Takes::Value), ('l', Takes::Value), ('A', Takes::Value), ('R', Takes::Value), ('e', Takes::Value),
        ('q', Takes::Nothing), ('v', Takes::Nothing), ('c', Takes::Nothing), ('r', Takes::Nothing), ('m', Takes::Nothing), ('S', Takes::Nothing), ('N', Takes::Nothing), ('n', Takes::Value), ('k', Takes::Nothing), ('p', Takes::Nothing), ('4', Takes::Nothing), ('6', Takes::Nothing), ('V', Takes::Nothing), ('h', Takes::Nothing), ('b', Takes::Nothing),
    ],
    abbreviations: true,
    operands_end_options: false,
};

fn effects(invocation: &Invocation, context: &mut Context<'_>) {
    match invocation.program.as_str() {
        "curl" | "wget" => transfer(invocation, context),
        _ => {
            context.push(Effect::new(verbs::NET_WRITE, host_named("*")).certain(Certainty::Partial, "its arguments are not looked at"));
            context.flow.fetched = true;
        }
    }
}

pub(super) fn host_named(host: &str) -> Resource {
    Resource::Host { host: host.to_owned(), url: None }
}

/// The words of each transfer: `--next` starts another one with options of its own.
fn transfers(words: &[Word]) -> Vec<&[Word]> {
    let mut parts = Vec::new();
    let (mut start, mut index) = (0, 0);
    while let Some(word) = words.get(index) {
        let text = word.text();
        let mut ends = false;
        if let Some(long) = text.strip_prefix("--") {
            ends = long.len() > 2 && "next".starts_with(long);
            let takes = CURL.long.iter().any(|(name, takes)| *name == long && *takes == Takes::Value);
            index += usize::from(takes);
        } else if let Some(letters) = text.strip_prefix('-') {
            for (place, letter) in letters.char_indices() {
                match CURL.short.iter().find(|(short, _)| *short == letter) {
                    None => {
                        ends = letter == ':';
                        break;
                    }
                    Some((_, Takes::Value)) => {
                        index += usize::from(place + letter.len_utf8() == letters.len());
                        break;
                    }
                    Some((_, Takes::Nothing | Takes::Attached)) => {}
                }
            }
        }
        index += 1;
        if ends {
            parts.push(words.get(start..index - 1).unwrap_or_default());
            start = index;
        }
    }
    parts.push(words.get(start..).unwrap_or_default());
    parts
}

fn transfer(invocation: &Invocation, context: &mut Context<'_>) {
    context.flow.fetched = true;
    if invocation.program == "curl" {
        transfers(&invocation.words).into_iter().for_each(|words| one_transfer(words, invocation, context));
    } else {
        one_transfer(&invocation.words, invocation, context);
    }
}

fn one_transfer(words: &[Word], invocation: &Invocation, context: &mut Context<'_>) {
    let is_curl = invocation.program == "curl";
    let arguments = parse(words, if is_curl { &CURL } else { &WGET });
    let data: Vec<Value> = arguments
        .values(&["d", "data", "data-raw", "data-binary", "data-ascii", "data-urlencode", "json", "F", "form", "form-string", "post-data", "body-data"])
        .cloned()
        .collect();
    let files: &[&str] = if is_curl { &["T", "upload-file"] } else { &["post-file", "body-file"] };
    let uploads: Vec<Value> = arguments.values(files).cloned().collect();
    for value in &data {
        // `@file` and `name=@file` are read and sent.
        if let Some(file) = value.strip_prefix("@").or_else(|| after_at(value)) {
            context.read_value(&file);
        }
    }
    uploads.iter().for_each(|value| context.read_value(value));
    reads(&arguments, is_curl, context);
    if arguments.has(&["K", "config"]) && is_curl || arguments.has(&["i", "input-file", "e"]) && !is_curl {
        opaque(invocation, "more of its options are in a file", context);
    }
    written::writes(&arguments, is_curl, context);
    let data = queries::with_input(data, &invocation.stdin);
    let unknown = !arguments.unknown.is_empty();
    let quoted: Vec<&str> = arguments.values(&["Q", "quote"]).map(|value| value.known().unwrap_or("*")).collect();
    let sends = !data.is_empty() || !uploads.is_empty() || unknown;
    let method = method(&arguments, is_curl, sends, &uploads).filter(|_| !unknown);
    let method = overridden(method, arguments.values(&["H", "header"]), &data);
    let mut addresses: Vec<Value> = arguments.operands.iter().map(|word| word.value.clone()).collect();
    addresses.extend(arguments.values(&["url"]).cloned());
    if (addresses.is_empty() && !is_only_shown(&arguments)) || unknown || (is_curl && is_led_astray(&arguments)) || environment::leads_astray(invocation) {
        addresses.push(Value::unknown("an option that is not known"));
    }
    secret_variables(words, &addresses, context);
    sent(invocation, context);
    for address in &addresses {
        if let Some(file) = local_file(address) {
            context.read_value(&file);
            continue;
        }
        // Commands that a file server is told besides.
        if is_curl && !quoted.is_empty() {
            let host = address.known().and_then(|text| addresses::host_and_path(&addresses::web(text, "ftp"))).map_or_else(|| "*".to_owned(), |(host, _)| host);
            if !super::ssh::sessions::told(quoted.iter().copied(), &host, context) {
                context.push(Effect::new(verbs::NET_WRITE, host_named(&host)).because("what it has the server do is not known"));
            }
        }
        let before = context.collected.len();
        request(address, method.as_deref(), sends, &data, context);
        if !uploads.is_empty() && context.collected.len() > before { context.collected.amend_last(crate::flows::put); }
    }
}

/// The file that an address names, its encoded letters read as the client does.
fn local_file(address: &Value) -> Option<Value> {
    let start = address.text().get(..7).filter(|start| start.eq_ignore_ascii_case("file://"))?;
    let file = address.strip_prefix(start)?;
    let path = file.strip_prefix("localhost/").or_else(|| file.strip_prefix("127.0.0.1/")).map_or(file.clone(), |rest| match rest {
        Value::Known(text) => Value::Known(format!("/{text}")),
        other => other,
    });
    Some(match path {
        Value::Known(text) if text.contains('%') => Value::Known(format!("/{}", forge::normal_path(&text))),
        other => other,
    })
}

/// Whether options only show something.
fn is_only_shown(arguments: &crate::arguments::Arguments<'_>) -> bool {
    arguments.has(&["V", "version", "help", "h", "manual", "M"])
}

/// Whether options make a request go to another place than its address says.
fn is_led_astray(arguments: &crate::arguments::Arguments<'_>) -> bool {
    let names = ["connect-to", "resolve", "x", "proxy", "preproxy", "socks5", "socks5-hostname", "socks4", "socks4a", "unix-socket", "abstract-unix-socket", "dns-servers", "doh-url"];
    arguments.has(&names)
        || arguments.values(&["H", "header"]).any(|value| value.text().to_ascii_lowercase().trim_start().starts_with("host:"))
}

/// Files whose content options send along.
fn reads(arguments: &crate::arguments::Arguments<'_>, is_curl: bool, context: &mut Context<'_>) {
    if !is_curl {
        let names = ["load-cookies", "certificate", "private-key"];
        arguments.values(&names).for_each(|value| context.read_value(value));
        return;
    }
    for value in arguments.values(&["b", "cookie"]).filter(|value| !value.text().contains('=')) {
        context.read_value(value);
    }
    for value in arguments.values(&["H", "header", "proxy-header", "url", "w", "write-out"]) {
        value.strip_prefix("@").iter().for_each(|file| context.read_value(file));
    }
    for value in arguments.values(&["data-urlencode", "url-query"]) {
        let plain = value.text().split_once('@').filter(|(name, _)| !name.contains('='));
        let file = plain.and_then(|(name, _)| value.strip_prefix(&format!("{name}@")));
        file.iter().for_each(|file| context.read_value(file));
    }
    for value in arguments.values(&["etag-compare", "E", "cert", "proxy-cert", "key", "proxy-key", "netrc-file", "K", "config"]) {
        context.read_value(value);
        // A password may follow the certificate.
        let file = value.text().split_once(':').map(|(file, _)| Value::Known(file.to_owned()));
        file.iter().for_each(|file| context.read_value(file));
    }
    if arguments.has(&["n", "netrc", "netrc-optional"]) {
        context.read_value(&Value::Known(format!("{}/.netrc", context.surroundings.home)));
    }
}

/// Variables that are named like a secret, in what is sent. A service may be told its own.
pub(super) fn secret_variables(words: &[Word], addresses: &[Value], context: &mut Context<'_>) {
    let hosts: Vec<Option<String>> = addresses.iter().map(known_host).collect();
    let is_named = |address: &Value| {
        let text = address.text();
        let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
        let is_whole = !address.is_unknown() || rest.contains('/');
        let host = addresses::host_and_path(&format!("http://{rest}")).map(|(host, _)| host);
        // What of this machine hands out more than a program under development is told no secret unseen.
        let is_door = |host: &str| countersign_model::is_this_machine(host) && !is_this_machine(host, rest);
        is_whole && host.is_some_and(|host| !host.contains(['*', '{', '[', '$']) && !is_door(&host))
    };
    let mut before = "";
    for word in words {
        for name in secrets(word, context.surroundings) {
            // Where a request goes must be told to it.
            let raw = word.raw.trim_start_matches('"');
            let raw = raw.strip_prefix("${").or_else(|| raw.strip_prefix('$')).unwrap_or_default();
            let own = super::is_address_name(name) && raw.starts_with(name) && addresses.contains(&word.value);
            let told = || hosts.iter().all(|host| host.as_deref().is_some_and(|host| leaving::is_told(name, host)));
            let logs_in = !hosts.is_empty() && leaving::is_login(before, &word.value) && told();
            // To any other host that is named, who is asking is sent, which is said there.
            let says_who = !hosts.is_empty() && leaving::says_who(name, before, &word.value) && addresses.iter().all(is_named);
            if !own && !logs_in && !says_who && !leaving::is_made_here(word, name, context) {
                reads_environment(name, context);
            }
        }
        before = word.text();
    }
}

/// The host of an encrypted address, where what is not known of the address comes after it.
fn known_host(address: &Value) -> Option<String> {
    let text = address.text();
    let is_known = text.starts_with("https://") && (!address.is_unknown() || text.matches('/').count() > 2);
    addresses::host_and_path(text).map(|(host, _)| host).filter(|_| is_known)
}

fn after_at(value: &Value) -> Option<Value> {
    let (name, _) = value.text().split_once("=@").or_else(|| value.text().split_once("=<"))?;
    let cut = name.len() + 2;
    match value {
        Value::Known(text) => text.get(cut..).map(|file| Value::Known(file.split(';').next().unwrap_or(file).to_owned())),
        Value::Pattern(_) | Value::Unknown { .. } => Some(Value::unknown("a file to send")),
    }
}

/// The method a server may be told to take in the place of the one that is sent.
pub(super) fn overridden<'v>(
    method: Option<String>,
    headers: impl Iterator<Item = &'v Value>,
    data: &[Value],
) -> Option<String> {
    const NAMES: &[&str] = &["x-http-method-override:", "x-http-method:", "x-method-override:"];
    let header = headers.map(|header| header.text().to_ascii_lowercase()).find_map(|header| {
        let name = NAMES.iter().find(|name| header.starts_with(**name))?;
        header.get(name.len()..).map(|value| value.trim().to_ascii_uppercase())
    });
    let field = data.iter().find_map(|value| value.text().split('&').find_map(|part| part.strip_prefix("_method=")));
    match header.or_else(|| field.map(str::to_ascii_uppercase)) {
        Some(other) if method.is_some() && matches!(other.as_str(), "DELETE" | "PUT" | "PATCH" | "POST") => Some(other),
        _ => method,
    }
}

fn method(arguments: &crate::arguments::Arguments<'_>, is_curl: bool, sends: bool, uploads: &[Value]) -> Option<String> {
    let names: &[&str] = if is_curl { &["X", "request"] } else { &["method"] };
    match arguments.value(names) {
        Some(value) => value.known().map(str::to_ascii_uppercase),
        None if is_curl && arguments.has(&["G", "get"]) => Some("GET".to_owned()),
        None if is_curl && !uploads.is_empty() => Some("PUT".to_owned()),
        None if sends => Some("POST".to_owned()),
        None if is_curl && arguments.has(&["I", "head"]) => Some("HEAD".to_owned()),
        None => Some("GET".to_owned()),
    }
}

pub(crate) fn request(address: &Value, method: Option<&str>, sends: bool, data: &[Value], context: &mut Context<'_>) {
    let text = address.text();
    let full = addresses::web(text, "http");
    let host = addresses::host_and_path(&full).map(|(host, _)| host);
    // Only the host needs to be known, and that is so once a slash follows it.
    let after_scheme = full.split_once("://").map_or("", |(_, rest)| rest);
    let host_known = !address.is_unknown() || after_scheme.contains('/');
    let Some(host) = host.filter(|host| host_known && !host.contains(['{', '[', '*'])) else {
        let why = "the address is not known";
        if let Value::Unknown { suffix, .. } = address
            && let Some((effect, only_asks)) = apis::by_path(suffix, method, data, sends)
        {
            context.push(effect);
            if only_asks {
                return;
            }
        }
        let verb = if sends || method != Some("GET") { verbs::NET_SEND } else { verbs::NET_READ };
        context.push(Effect::new(verb, host_named("*")).certain(Certainty::Partial, why));
        if method != Some("GET") && method != Some("HEAD") {
            context.push(Effect::new(verbs::NET_WRITE, host_named("*")).certain(Certainty::Partial, why));
        }
        return;
    };
    if let Some(path) = rest::forge_path(&host, &full) {
        // curl makes several addresses of braces and brackets.
        let path = if address.is_unknown() || full.contains(['{', '[']) { Value::starting(&path, "the address is not known") } else { Value::Known(path) };
        let (fields, open) = body(&graphql::with_files(data, context));
        let repository = ForgeRepository { host: rest::forge_host(&host), name: "*".to_owned() };
        let forge_host = repository.host.clone();
        let method = method.map(str::to_owned);
        forge::effects(&Request { method, path, host: forge_host, repository, fields, open }, context);
        return;
    }
    let request = apis::Request { host: &host, url: &full, method, open: address.is_unknown(), data, sends };
    if gitlab::effects(&request, context) || apis::effects(&request, context) {
        return;
    }
    let url = (!address.is_unknown()).then(|| addresses::without_credentials(&full));
    let here = url.is_some() && is_this_machine(&host, after_scheme);
    let resource = Resource::Host { host, url };
    if sends && !here && method == Some("POST") && is_graphql(&full) {
        if !full.contains("query=") && graphql::on_host(&resource, data, context) {
            return;
        }
        let effect = Effect::new(verbs::NET_WRITE, resource.clone());
        context.push(effect.certain(Certainty::Partial, "the GraphQL request is not known"));
    }
    if speaks_anything(&full) {
        let effect = Effect::new(verbs::NET_WRITE, resource);
        context.push(effect.certain(Certainty::Partial, "its address can carry commands of any protocol"));
        return;
    }
    let verb = match method {
        Some("GET" | "HEAD" | "OPTIONS") if !sends => verbs::NET_READ,
        // A server of this machine is not out.
        Some(_) if here => verbs::NET_WRITE,
        Some("GET" | "HEAD" | "OPTIONS" | "POST") => verbs::NET_SEND,
        Some("DELETE") => verbs::NET_DELETE,
        Some(_) | None => verbs::NET_WRITE,
    };
    let effect = Effect::new(verb, resource);
    context.push(if method.is_none() { effect.certain(Certainty::Partial, "the method is not known") } else { effect });
}

/// Whether what an address says, or what is typed, goes to the host as it is: a database takes it for commands.
fn speaks_anything(address: &str) -> bool {
    let scheme = address.split_once("://").map_or("", |(scheme, _)| scheme).to_ascii_lowercase();
    matches!(scheme.as_str(), "gopher" | "gophers" | "telnet" | "dict")
}

/// Whether an address is by its path a GraphQL endpoint.
fn is_graphql(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or(address);
    path.trim_end_matches('/').rsplit('/').next().is_some_and(|last| matches!(last, "graphql" | "gql"))
}

/// Ports at which this machine hands out more than a program under development: container engines,
/// clusters, browsers.
const DOORS: &[&str] = &["2375", "2376", "6443", "8001", "8443", "9222", "10250", "16443"];

/// Whether a request stays on this machine, at a program that runs on it.
fn is_this_machine(host: &str, after_scheme: &str) -> bool {
    let authority = after_scheme.split(['/', '?', '#']).next().unwrap_or_default();
    let port = authority.rsplit_once(':').map_or("", |(_, port)| port);
    let numbers: Vec<&str> = host.split('.').collect();
    let loopback = matches!(numbers.as_slice(), ["127", rest @ ..] if rest.len() == 3 && rest.iter().all(|part| part.parse::<u8>().is_ok()));
    (loopback || host == "localhost") && !DOORS.contains(&port)
}

/// The fields of a JSON body, and whether there may be others.
fn body(data: &[Value]) -> (Vec<(String, Value)>, bool) {
    let mut fields = Vec::new();
    // Several parts become one body.
    let mut open = data.len() > 1;
    for value in data {
        match value.known().map(serde_json::from_str::<Json>) {
            Some(Ok(Json::Object(object))) => {
                for (name, value) in object {
                    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    fields.push((name, Value::Known(text)));
                }
            }
            _ => open = true,
        }
    }
    (fields, open)
}

pub(crate) mod rest {
    //! Which addresses are a forge's API.

    /// The path below the API's root, if the host is a forge's API.
    pub(crate) fn forge_path(host: &str, url: &str) -> Option<String> {
        let path = url.split_once("://").map_or(url, |(_, rest)| rest).split_once('/').map_or("", |(_, path)| path);
        let path = &super::forge::normal_path(path);
        let below = path.strip_prefix("api/v3/").or_else(|| path.strip_prefix("api/graphql").map(|_| "graphql"));
        match below {
            Some(below) => Some(below.to_owned()),
            None => (host == "api.github.com").then(|| path.clone()),
        }
    }

    /// The forge behind an API's host.
    pub(crate) fn forge_host(host: &str) -> String {
        host.strip_prefix("api.").unwrap_or(host).to_owned()
    }
}

#[cfg(test)]
mod tests;

//! The words of an `aws` command: the service, the operation, and its parameters.

use crate::context::Context;
use crate::invocation::Invocation;
use crate::word::{Value, Word};

/// Options of the client itself that take a value.
const VALUES: &[&str] = &[
    "--endpoint-url",
    "--output",
    "--query",
    "--profile",
    "--region",
    "--color",
    "--ca-bundle",
    "--cli-read-timeout",
    "--cli-connect-timeout",
    "--cli-binary-format",
    "--cli-error-format",
];

/// Options of the client itself that do not.
const SWITCHES: &[&str] = &[
    "--debug",
    "--no-verify-ssl",
    "--no-paginate",
    "--no-sign-request",
    "--no-cli-pager",
    "--cli-auto-prompt",
    "--no-cli-auto-prompt",
    "--version",
];

/// Options of `aws s3` that take a value.
const STORAGE_VALUES: &[&str] = &[
    "--acl",
    "--storage-class",
    "--sse",
    "--sse-c",
    "--sse-c-key",
    "--sse-c-copy-source",
    "--sse-c-copy-source-key",
    "--sse-kms-key-id",
    "--content-type",
    "--cache-control",
    "--content-disposition",
    "--content-encoding",
    "--content-language",
    "--expires",
    "--metadata",
    "--metadata-directive",
    "--include",
    "--exclude",
    "--source-region",
    "--website-redirect",
    "--page-size",
    "--expected-size",
    "--checksum-mode",
    "--checksum-algorithm",
    "--copy-props",
    "--index-document",
    "--error-document",
    "--expires-in",
    "--bucket-name-prefix",
    "--bucket-region",
    "--tags",
];

/// An `aws` command taken apart.
#[derive(Debug, Default)]
pub(super) struct Read<'w> {
    /// The service, the operation, and what follows that is no option.
    pub operands: Vec<&'w Word>,
    /// Options with their values, which may be several.
    options: Vec<(String, Vec<Value>)>,
    /// Whether it only prints help or a version.
    pub is_help: bool,
    /// Why a word of it is not known.
    pub doubt: Option<String>,
}

impl Read<'_> {
    /// Whether an option was given.
    pub fn has(&self, name: &str) -> bool {
        self.options.iter().any(|(given, _)| given == name)
    }

    /// Whether it only says what it would do: the opposite may be cut short, and the last word counts.
    pub fn is_dry(&self) -> bool {
        let undone = |name: &str| name.len() > 4 && "--no-dry-run".starts_with(name);
        self.has("--dry-run") && !self.options.iter().any(|(name, _)| undone(name))
    }

    /// The first value of the last option of this name.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.options.iter().rfind(|(given, _)| given == name).and_then(|(_, values)| values.first())
    }

    /// The same as text: `*` where it is given and not known.
    pub fn text(&self, name: &str) -> Option<String> {
        self.value(name).map(|value| value.known().unwrap_or("*").to_owned())
    }

    /// Says which files its parameters are read from.
    pub fn reads_files(&self, context: &mut Context<'_>) {
        for value in self.options.iter().flat_map(|(_, values)| values) {
            for prefix in ["file://", "fileb://"] {
                if let Some(file) = value.strip_prefix(prefix) {
                    context.read_value(&file);
                }
            }
        }
    }

    /// What an operation acts on, by the parameter that says so; else the operation.
    pub fn names(&self, operation: &str) -> Vec<String> {
        let noun = operation.split_once('-').map_or(operation, |(_, noun)| noun);
        let noun = noun.strip_suffix('s').unwrap_or(noun);
        let parameters = || {
            let own = |name: &str| !VALUES.contains(&name) && !SWITCHES.contains(&name);
            self.options.iter().filter(move |(name, values)| own(name) && !values.is_empty())
        };
        let bare = |name: &str| name.trim_start_matches('-').to_owned();
        let identifies = |name: &str| {
            IDENTIFYING.iter().any(|end| bare(name) == *end || bare(name).ends_with(&format!("-{end}")))
        };
        let found = parameters()
            .find(|(name, _)| name == "--bucket")
            .or_else(|| parameters().find(|(name, _)| bare(name).starts_with(noun) && identifies(name)))
            .or_else(|| parameters().find(|(name, _)| identifies(name)));
        let Some((name, values)) = found else {
            let unread = self.has("--cli-input-json") || self.has("--cli-input-yaml");
            return vec![if unread { "*".to_owned() } else { operation.to_owned() }];
        };
        let key = self.text("--key").filter(|_| name == "--bucket");
        // Services of the same name run in several clusters.
        let cluster = self.text("--cluster").filter(|_| ["--service", "--services", "--task", "--tasks"].contains(&name.as_str()));
        let text = |value: &Value| match (value.known(), &key, &cluster) {
            (None, _, Some(cluster)) => format!("{cluster}/*"),
            (None, ..) => "*".to_owned(),
            (Some(text), ..) if text.starts_with("file://") => "*".to_owned(),
            (Some(bucket), Some(key), _) => format!("{bucket}/{key}"),
            (Some(text), None, Some(cluster)) => format!("{cluster}/{text}"),
            (Some(text), None, None) => text.to_owned(),
        };
        // Only parameters of several things take several values.
        let several = name.ends_with('s') || name == "--targets";
        values.iter().take(if several { values.len() } else { 1 }).map(text).collect()
    }

    /// Words that follow a parameter's value, and operands after the operation.
    pub fn extra(&self) -> impl Iterator<Item = &Value> {
        let after = self.options.iter().flat_map(|(_, values)| values.iter().skip(1));
        self.operands.iter().skip(2).map(|word| &word.value).chain(after)
    }
}

/// Ends of the names of parameters that say what an operation acts on.
const IDENTIFYING: &[&str] = &[
    "identifier", "identifiers", "id", "ids", "name", "names", "arn", "arns", "url", "function", "cluster", "stack",
    "bucket", "key-name", "instance", "instances", "repository", "topic", "queue", "alias", "path", "service",
    "resource", "domain", "table", "image-uri", "targets", "statement", "user", "role", "group",
];

/// Takes an invocation apart.
pub(super) fn read(invocation: &Invocation) -> Read<'_> {
    let mut found = Read::default();
    let mut words = invocation.words.iter().peekable();
    while let Some(word) = words.next() {
        let text = word.text();
        if let Value::Unknown { why, .. } = &word.value {
            found.doubt.get_or_insert_with(|| why.clone());
        }
        if !text.starts_with("--") || text == "--" {
            found.is_help |= text == "help" && found.operands.len() <= 2 && words.peek().is_none();
            found.operands.push(word);
            continue;
        }
        let (name, attached) = match text.split_once('=') {
            Some((name, _)) => (name, word.value.strip_prefix(&format!("{name}="))),
            None => (text, None),
        };
        let name = whole_name(name);
        found.is_help |= name == "--version";
        let most = match (attached.is_some(), name) {
            (true, _) => 0,
            (false, name) if VALUES.contains(&name) => 1,
            (false, name) if SWITCHES.contains(&name) => 0,
            (false, name) => match found.operands.as_slice() {
                [service, _, ..] if service.known() == Some("s3") => usize::from(STORAGE_VALUES.contains(&name)),
                [_, _, ..] => usize::MAX,
                _ => 0,
            },
        };
        let mut values: Vec<Value> = attached.into_iter().collect();
        while values.len() < most
            && let Some(next) = words.next_if(|next| most == 1 || !next.text().starts_with("--"))
        {
            if let Value::Unknown { why, .. } = &next.value {
                found.doubt.get_or_insert_with(|| why.clone());
            }
            values.push(next.value.clone());
        }
        found.options.push((name.to_owned(), values));
    }
    found
}

/// An option of the client by the beginning of its name, as the client takes it.
fn whole_name(name: &str) -> &str {
    let mut starting = VALUES.iter().chain(SWITCHES).filter(|known| name.len() > 4 && known.starts_with(name));
    match (starting.next(), starting.next()) {
        (Some(known), None) => known,
        _ => name,
    }
}

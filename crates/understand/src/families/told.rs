//! What a program that nobody can see into is told of: hosts, databases, cloud profiles and contexts of clusters that
//! its words, its code or its variables name. The map knows whether one of them is production.

mod production;

use countersign_model::{Effect, Resource, Verb, is_this_machine, verbs};

use super::interpreters;
use super::kubectl::place;
use crate::code::quoted;
use crate::context::Context;
use crate::invocation::{Invocation, Stdin};
use crate::sql::DatabasePlace;
use crate::word::{Value, Word};

pub(super) use production::delivering_word;
use production::{delivers_to_production, is_given_production, tests_production};

/// Things of one program that are named; more could be any.
const MOST: usize = 64;
/// How long an address of a database may be, in letters.
const LONGEST: usize = 500;

/// Whether a verb stands for a program whose own effects are not known.
pub(crate) fn is_unseen(verb: &Verb) -> bool {
    [verbs::EXEC_OPAQUE, verbs::EXEC_HIDDEN, verbs::EXEC_TEST, verbs::EXEC_BUILD].contains(verb)
}

/// Adds what the program behind an effect is told of, if it is told of anything: the same effect on a name that ends
/// in ` told of db.example, aws:live`.
pub(super) fn tell(invocation: &Invocation, effect: Effect, context: &mut Context<'_>) {
    let title;
    let (name, is_in_container) = match &effect.resource {
        Resource::Program { name } => (name, false),
        Resource::Container { .. } => {
            title = invocation.title();
            (&title, true)
        }
        _ => return,
    };
    let mut told = Told {
        found: Vec::new(),
        spoken_to: Vec::new(),
        sees: if effect.verb == verbs::EXEC_BUILD {
            Sees::Databases
        } else if effect.verb == verbs::EXEC_TEST {
            Sees::Plain
        } else if interpreters::FAMILY.programs.contains(&invocation.program.as_str()) {
            Sees::Code
        } else {
            Sees::Everything
        },
    };
    told.of_words(&invocation.words);
    for (name, value) in &invocation.environment {
        told.of_variable(name, value.text());
    }
    match &invocation.stdin {
        Stdin::Text(value) => told.of_text(value.text()),
        Stdin::Pipe(source) => told.of_text(source.text.as_deref().unwrap_or_default()),
        Stdin::Inherited | Stdin::File(_) => {}
    }
    let is_opaque = effect.verb != verbs::EXEC_TEST && effect.verb != verbs::EXEC_BUILD;
    if is_opaque {
        told.of_code(&std::mem::take(&mut context.unseen_texts));
    }
    if told.sees == Sees::Everything && delivers_to_production(invocation)
        || is_opaque && is_given_production(invocation)
        || effect.verb == verbs::EXEC_TEST && tests_production(invocation)
    {
        told.add("stage:production");
    }
    if is_in_container {
        // A name without a dot is a neighbour's on the container's own network.
        told.found.retain(|found| {
            found.contains(':') || found.split('/').next().is_some_and(|host| host.contains('.'))
        });
    }
    if told.found.is_empty() {
        return;
    }
    let found = if told.found.len() > MOST { "*".to_owned() } else { told.found.join(", ") };
    let resource = Resource::Program { name: format!("{name} told of {found}") };
    let mut told_of = Effect { resource, ..effect }.because("what it does there is not known");
    told_of.speaks(&told.spoken_to);
    // What it is told of is where it is, wherever the program runs.
    let elsewhere = context.elsewhere.take();
    context.push(told_of);
    context.elsewhere = elsewhere;
}

/// Adds what the program of a container is told of by its variables: a database outside of the container's own network.
pub(super) fn container(name: &str, environment: &[(String, Value)], context: &mut Context<'_>) {
    let mut told = Told { found: Vec::new(), spoken_to: Vec::new(), sees: Sees::Databases };
    for (name, value) in environment {
        told.of_variable(name, value.text());
    }
    told.found.retain(|found| found.split('/').next().is_some_and(|host| host.contains('.')));
    if told.found.is_empty() {
        return;
    }
    told.spoken_to.retain(|host| host.contains('.'));
    let program = format!("{name} told of {}", told.found.join(", "));
    let (elsewhere, unseen) = (context.elsewhere.take(), context.unseen.take());
    let mut told_of = Effect::opaque(&program, "what it does there is not known");
    told_of.speaks(&told.spoken_to);
    context.push(told_of);
    (context.elsewhere, context.unseen) = (elsewhere, unseen);
}

/// What is looked for in a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sees {
    /// Databases alone: a build is told of addresses that it only puts into what it makes.
    Databases,
    /// Names in small letters, which files' names and modules' seldom are.
    Plain,
    /// Names in quotes and addresses.
    Code,
    Everything,
}

/// A name with `*` for what a script puts into it: `shop-${env}`, `shop-#{env}`, `shop-{env}`, `$ARGV[0]`.
fn with_stars(name: &str) -> String {
    let mut made = String::new();
    let mut rest = name;
    while let Some(at) = rest.find(['$', '#', '{', '%']) {
        made.push_str(rest.get(..at).unwrap_or_default());
        made.push('*');
        let after = rest.get(at + 1..).unwrap_or_default();
        let is_open = rest.get(at..).is_some_and(|text| text.starts_with('{')) || after.starts_with('{');
        rest = match (is_open, after.find('}')) {
            (true, Some(end)) => after.get(end + 1..).unwrap_or_default(),
            (true, None) => "",
            (false, _) => {
                after.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '[' | ']'))
            }
        };
    }
    made.push_str(rest);
    made
}

struct Told {
    found: Vec<String>,
    /// The hosts among it that the program surely means to speak to: those of addresses, and all of a program nobody
    /// knows.
    spoken_to: Vec<String>,
    sees: Sees,
}

impl Told {
    fn add(&mut self, name: &str) {
        let host = name.split('/').next().unwrap_or(name);
        let plain = !name.is_empty() && name.len() <= 300 && !name.contains([',', '\n']);
        let known = || self.found.iter().any(|known| known == name);
        if plain && host != "0.0.0.0" && !is_this_machine(host) && self.found.len() <= MOST && !known() {
            self.found.push(name.to_owned());
            if self.sees == Sees::Everything && !name.contains(':') {
                self.speaks_to(host);
            }
        }
    }

    fn speaks_to(&mut self, host: &str) {
        if !is_this_machine(host) && !self.spoken_to.iter().any(|known| known == host) {
            self.spoken_to.push(host.to_owned());
        }
    }

    fn of_words(&mut self, words: &[Word]) {
        for (index, word) in words.iter().enumerate() {
            let value = word.text();
            let next = words.get(index + 1).map_or("", |word| word.text());
            match value.split_once('=').unwrap_or((value, next)) {
                ("--context" | "--kube-context" | "--kubecontext", name) => {
                    self.add(&format!("context:{name}"))
                }
                ("--aws-profile", name) => self.add(&format!("aws:{name}")),
                ("-h", host) if self.sees == Sees::Everything && host.contains('.') => self.of_host(host),
                ("--host" | "--hostname" | "--server" | "-H", host) if self.sees != Sees::Databases => {
                    self.of_host(host)
                }
                (name, value) if is_variable(name) => self.of_variable(name, value),
                _ => {}
            }
            match &word.value {
                Value::Known(text) | Value::Pattern(text) => self.of_text(text),
                Value::Unknown { prefix, suffix, .. } => {
                    self.of_text(prefix);
                    self.of_text(suffix);
                }
            }
        }
    }

    /// The places that the texts of code are, or are the addresses of. Those that tell people something are left out.
    fn of_code(&mut self, texts: &[String]) {
        let sees = std::mem::replace(&mut self.sees, Sees::Code);
        let is_address = |word: &str| {
            let is_page = word.starts_with("http://") || word.starts_with("https://");
            word.contains('@') || word.contains('=') || word.contains("://") && !is_page
        };
        let named = |word: &&str| quoted::CONTEXTS.contains(word);
        for (index, text) in texts.iter().enumerate() {
            let next = texts.get(index + 1).filter(|next| named(&text.as_str()) && !next.contains(' '));
            let words: Vec<&str> = text.split_whitespace().chain(next.map(String::as_str)).collect();
            for (_, name) in words.iter().zip(words.iter().skip(1)).filter(|(option, _)| named(option)) {
                if !name.is_empty() {
                    self.add(&format!("context:{}", with_stars(name)));
                }
            }
            for host in words
                .iter()
                .flat_map(|word| word.split([';', '&']))
                .filter_map(|part| part.split_once("host="))
            {
                if host.0.is_empty() || host.0.ends_with(':') {
                    self.of_host(host.1);
                }
            }
            // Of many names the last are left out, and never all of them.
            for word in words.iter().filter(|word| words.len() == 1 || is_address(word)) {
                if self.found.len() < MOST {
                    self.of_text(&format!("\"{word}\""));
                }
            }
        }
        self.sees = sees;
    }

    fn of_host(&mut self, text: &str) {
        let host = text.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
        let host = host.map_or(text, |(host, _)| host);
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if host.chars().all(is_name) && host.contains(|c: char| c.is_ascii_alphanumeric()) {
            self.add(host);
            // A name without a dot is mostly that of a service of the project's own.
            if host.contains('.') || place::named::says_production(host) {
                self.speaks_to(host);
            }
        }
    }

    fn of_variable(&mut self, name: &str, value: &str) {
        match name {
            "AWS_PROFILE" | "AWS_DEFAULT_PROFILE" => self.add(&format!("aws:{value}")),
            "GOOGLE_CLOUD_PROJECT"
            | "GCLOUD_PROJECT"
            | "CLOUDSDK_CORE_PROJECT"
            | "CLOUDSDK_ACTIVE_CONFIG_NAME" => {
                self.add(&format!("gcp:{value}"));
            }
            "AZURE_SUBSCRIPTION_ID" | "ARM_SUBSCRIPTION_ID" => self.add(&format!("azure:{value}")),
            "KUBECONFIG" | "KUBE_CONFIG_PATH" | "KUBE_CONFIG_PATHS" => {
                for called in value.split([':', ',']).filter_map(place::named::of_path) {
                    self.add(&format!("context:{called}"));
                }
            }
            "KUBECONTEXT" | "KUBE_CONTEXT" | "HELM_KUBECONTEXT" => self.add(&format!("context:{value}")),
            _ if self.sees == Sees::Databases && !is_of_database(name) => {}
            _ if ["HOST", "HOSTNAME", "SERVER"].iter().any(|end| name.ends_with(end)) => self.of_host(value),
            _ => {
                let sees = std::mem::replace(&mut self.sees, Sees::Everything);
                self.of_text(value);
                self.sees = sees;
            }
        }
    }

    /// The hosts and databases that a text names.
    fn of_text(&mut self, text: &str) {
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let mut rest = 0;
        while let Some(at) = text.get(rest..).and_then(|rest| rest.find(is_name)).map(|at| at + rest) {
            let after = text.get(at..).unwrap_or_default();
            let length = after.find(|c: char| !is_name(c)).unwrap_or(after.len()).max(1);
            rest = at + length;
            let (before, token) =
                (text.get(..at).unwrap_or_default(), after.get(..length).unwrap_or_default());
            let behind = text.get(rest..).unwrap_or_default();
            if behind.starts_with("://") && token != "http" && token != "https" {
                let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ')' | ',');
                let end = after
                    .char_indices()
                    .take(LONGEST)
                    .find(|(_, c)| ends(*c))
                    .map_or(LONGEST, |(end, _)| end);
                let end = end.min(after.len());
                if let Some(place) = DatabasePlace::of_text(after.get(..end).unwrap_or_default()) {
                    self.speaks_to(&place.host);
                    let database = place.database.filter(|database| database != "*");
                    self.add(
                        &database.map_or(place.host.clone(), |database| format!("{}/{database}", place.host)),
                    );
                    rest = at + end;
                }
            } else if self.sees != Sees::Databases && self.is_host(token, before, behind) {
                let host = token.trim_matches(['.', '-']);
                if before.ends_with("//") {
                    self.speaks_to(host);
                }
                self.add(host);
            }
            if self.found.len() > MOST {
                return;
            }
        }
    }

    /// Whether a piece of a text with these around it names a host.
    fn is_host(&self, token: &str, before: &str, behind: &str) -> bool {
        let name = token.trim_matches(['.', '-']);
        let Some((start, end)) = name.rsplit_once('.') else { return false };
        if start.is_empty() || name.contains("..") || name.contains('_') {
            return false;
        }
        if name.parse::<std::net::Ipv4Addr>().is_ok() {
            return true;
        }
        if end.len() < 2
            || !end.bytes().all(|byte| byte.is_ascii_alphabetic())
            || behind.starts_with(['(', '['])
        {
            return false;
        }
        // What stands behind `//` or `@` is one whatever it ends in, and what stands behind another slash is a file.
        if before.ends_with("//") || before.ends_with('@') {
            return true;
        }
        let is_file =
            before.ends_with('/') || FILES.binary_search(&end.to_ascii_lowercase().as_str()).is_ok();
        let several = start.contains('.');
        match self.sees {
            _ if is_file => false,
            Sees::Databases => false,
            Sees::Plain => several && !name.bytes().any(|byte| byte.is_ascii_uppercase()),
            Sees::Code => {
                several || before.ends_with(['"', '\'', '`']) && behind.starts_with(['"', '\'', '`', ':'])
            }
            Sees::Everything => several || before.ends_with('=') || is_port(behind),
        }
    }
}

/// Whether a port follows.
fn is_port(behind: &str) -> bool {
    behind.strip_prefix(':').is_some_and(|port| port.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether a word before `=` is the name of a variable, such as `make` takes.
fn is_variable(name: &str) -> bool {
    name.len() > 1
        && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Whether a variable's name says that it leads to a database.
fn is_of_database(name: &str) -> bool {
    ["PG", "MYSQL", "DATABASE", "REDIS", "MONGO", "DB_"].iter().any(|start| name.starts_with(start))
        || ["_DSN", "_DATABASE_URL", "_DB_URL", "_DB_HOST"].iter().any(|end| name.ends_with(end))
        || name == "DSN"
}

/// What files' names end in.
const FILES: &[&str] = &[
    "bak",
    "bash",
    "bat",
    "bin",
    "cc",
    "cer",
    "cfg",
    "class",
    "cmd",
    "cnf",
    "conf",
    "config",
    "cpp",
    "crt",
    "cs",
    "css",
    "csv",
    "d",
    "db",
    "diff",
    "dll",
    "ejs",
    "env",
    "erb",
    "ex",
    "exe",
    "exs",
    "fs",
    "gif",
    "go",
    "gradle",
    "gz",
    "hbs",
    "hcl",
    "hpp",
    "hs",
    "htm",
    "html",
    "ico",
    "ini",
    "ipynb",
    "jar",
    "java",
    "jpeg",
    "jpg",
    "js",
    "json",
    "jsonl",
    "jsx",
    "key",
    "kt",
    "kts",
    "less",
    "lock",
    "log",
    "lst",
    "lua",
    "map",
    "md",
    "mdx",
    "mjs",
    "ml",
    "mm",
    "mts",
    "old",
    "orig",
    "out",
    "patch",
    "pdf",
    "pem",
    "php",
    "pid",
    "pl",
    "plist",
    "png",
    "prisma",
    "properties",
    "proto",
    "ps",
    "py",
    "pyc",
    "pyi",
    "rb",
    "rc",
    "rs",
    "rst",
    "sass",
    "scala",
    "scss",
    "sh",
    "snap",
    "so",
    "spec",
    "sql",
    "sqlite",
    "svelte",
    "svg",
    "swift",
    "tar",
    "test",
    "tf",
    "tfvars",
    "tgz",
    "tmp",
    "toml",
    "ts",
    "tsx",
    "txt",
    "vue",
    "wasm",
    "webp",
    "xlsx",
    "xml",
    "yaml",
    "yml",
    "zip",
    "zsh",
];

#[cfg(test)]
mod tests;

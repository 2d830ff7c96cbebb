//! Secrets that leave: a command that carries a secret's value, and whose effects reach another machine, sends it
//! there, whichever program it is.
//!
//! [`carried`] is asked before a family says what the command does, [`leaves`] afterwards, with what was
//! [`reach`]ed. [`owners`] knows which secrets a host may be told.

mod owners;
mod places;

use countersign_model::{Certainty, Effect, Resource, verbs};

use super::reading::secrets;
use super::reads_environment;
use super::web::host_named;
use crate::context::Context;
use crate::invocation::{Invocation, Stdin};
use crate::shell::taken::file_of;
use crate::shell::variables::{PRINTED, secret_in};
use crate::word::{Value, Word};

pub(super) use owners::is_told;
pub(super) use places::is_login;

/// Whether a value says who is asking, in a header or an option for that, with a secret that is no known service's own.
pub(super) fn says_who(name: &str, before: &str, value: &Value) -> bool {
    !value.text().contains("//") && !owners::is_somebodys(name) && is_login(before, value)
}

/// Secrets of one command that are followed.
const MOST: usize = 16;

/// Programs that ask a registry whatever they are told to, where that is no other effect.
const REGISTRIES: &[&str] = &[
    "npm", "npx", "pnpm", "yarn", "bun", "bunx", "deno", "pip", "pip3", "pipx", "uv", "uvx", "poetry", "pdm",
    "rye", "conda", "twine", "gem", "bundle", "composer", "cargo", "go", "mvn", "gradle", "helm", "brew",
    "nuget", "dotnet", "mix", "luarocks",
];

/// Programs that stay on this machine, or whose effects say where they go.
const STAYING: &[&[&str]] = &[
    super::aws::FAMILY.programs,
    super::awk::FAMILY.programs,
    super::az::FAMILY.programs,
    super::builtins::FAMILY.programs,
    super::clouds::FAMILY.programs,
    super::countersign::FAMILY.programs,
    super::docker::FAMILY.programs,
    super::feeding::FAMILY.programs,
    super::files::FAMILY.programs,
    super::find::FAMILY.programs,
    super::gcloud::FAMILY.programs,
    super::gh::FAMILY.programs,
    super::git::FAMILY.programs,
    super::glab::FAMILY.programs,
    super::helm::FAMILY.programs,
    super::interpreters::FAMILY.programs,
    super::kubectl::FAMILY.programs,
    super::platforms::FAMILY.programs,
    super::reading::FAMILY.programs,
    super::runners::FAMILY.programs,
    super::searching::FAMILY.programs,
    super::secrets::FAMILY.programs,
    super::sed::FAMILY.programs,
    super::starters::FAMILY.programs,
    super::terraform::FAMILY.programs,
    super::unpackers::FAMILY.programs,
    super::wrappers::FAMILY.programs,
];

/// Bytes of the shortest token that is looked for, and of the longest text it is looked for in.
const SHORTEST: usize = 20;
const LONGEST: usize = 16 * 1024;

/// A secret's value in a command.
#[derive(Debug)]
pub(super) struct Carried {
    /// The secret.
    name: String,
    /// What kind of token it is, where its value is written in the command.
    class: Option<&'static str>,
    /// The host that the part of the command names which it is in.
    host: Option<String>,
    /// Whether it is an address that carries its own password: where it says, it must be told.
    is_address: bool,
    /// Whether a host would take it for who is asking.
    is_login: bool,
    /// Whether it is nothing but that, and no known service's own.
    says_who: bool,
    /// Whether a database would.
    is_password: bool,
    /// Whether it is in a word, and not only in the environment.
    is_in_word: bool,
}

/// Whether the text of the call itself gave a variable its value, which is no secret's: what it was made of was looked
/// at there.
pub(super) fn is_made_here(word: &Word, name: &str, context: &Context<'_>) -> bool {
    let shell = &context.state.shell;
    let value = shell.variables.get(name).filter(|_| !shell.distrusted);
    let is_made = |value: &Value| match value {
        Value::Known(_) => true,
        Value::Unknown { why, .. } => why == PRINTED,
        Value::Pattern(_) => false,
    };
    value.is_some_and(is_made) && secret_in(&word.value).is_none()
}

/// What of the network an effect reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// This host, which is given all that the command carries.
    Host(String),
    /// A service, which is given what is in its address.
    Service,
    /// Whatever a program reaches that nobody can see into.
    Unseen,
}

/// What of the network an effect reaches.
pub(crate) fn reach(effect: &Effect) -> Option<Reach> {
    let verb = &effect.verb;
    match &effect.resource {
        Resource::Host { .. } if *verb == verbs::NET_LISTEN => None,
        Resource::Host { host, .. } => Some(Reach::Host(host.clone())),
        Resource::Forge { repository, .. } | Resource::PullRequest { repository, .. }
            if [
                verbs::FORGE_COMMENT,
                verbs::FORGE_PULL_REQUEST,
                verbs::FORGE_RELEASE,
                verbs::FORGE_WRITE,
            ]
            .contains(verb) =>
        {
            Some(Reach::Host(repository.host.clone()))
        }
        Resource::Database { host, .. } if host.starts_with('/') => None,
        _ if [verbs::GIT_FETCH, verbs::GIT_PUSH, verbs::GIT_FORCE_PUSH, verbs::GIT_DELETE_REMOTE_REF]
            .contains(verb) =>
        {
            Some(Reach::Service)
        }
        Resource::Repository { repository } if *verb == verbs::GIT_READ && repository.remote.is_some() => {
            Some(Reach::Service)
        }
        Resource::Program { name }
            if [verbs::EXEC_READ, verbs::EXEC_BUILD, verbs::EXEC_TEST].contains(verb) =>
        {
            REGISTRIES.contains(&name.split(' ').next()?).then_some(Reach::Unseen)
        }
        _ if *verb == verbs::EXEC_INSTALL
            || [verbs::CONTAINER_READ, verbs::CONTAINER_WRITE].contains(verb) =>
        {
            Some(Reach::Service)
        }
        _ if [verbs::EXEC_OPAQUE, verbs::EXEC_HIDDEN, verbs::EXEC_REMOTE_CODE].contains(verb) => {
            Some(Reach::Unseen)
        }
        _ if matches!(verb.area(), "forge" | "package" | "db" | "cloud" | "app" | "kube" | "net") => {
            Some(Reach::Service)
        }
        _ => None,
    }
}

/// The secrets whose values a command is given in its words, its environment or on its standard input.
pub(super) fn carried(invocation: &Invocation, context: &Context<'_>) -> Vec<Carried> {
    let surroundings = context.surroundings;
    let mut found = Vec::new();
    let mut before = "";
    for word in &invocation.words {
        let may = word.raw.contains(['$', '`']) || word.value.is_unknown();
        let names = may.then(|| secrets(word, surroundings).take(MOST));
        for name in names.into_iter().flatten() {
            // What a registry is to be told when it asks is written down for later.
            let is_kept = word.text().contains(":_auth") && invocation.known(0) == Some("config");
            let is_made = is_made_here(word, name, context);
            if is_kept || (is_made && word.known().is_some()) {
                continue;
            }
            found.push(Carried {
                host: places::host(&word.value),
                is_address: is_address(name, word),
                is_login: places::is_login(before, &word.value),
                says_who: is_made || says_who(name, before, &word.value),
                is_password: places::is_password(&word.value),
                is_in_word: true,
                ..Carried::of(name)
            });
        }
        found.extend(literal(word.text()).map(|class| Carried {
            host: places::host(&word.value),
            is_login: places::is_login(before, &word.value),
            class: Some(class),
            is_in_word: true,
            ..Carried::of(&owners::variable_of(class))
        }));
        before = word.text();
        if found.len() >= MOST {
            break;
        }
    }
    for (variable, value) in &invocation.environment {
        let Some(name) = secret_in(value) else { continue };
        let host = places::host(value).filter(|_| value.text().contains("//"));
        if host.is_some() || variable.ends_with("_AGENT") || variable.contains("HEADER") {
            let is_password = places::is_password(value);
            found.push(Carried { host, is_password, ..Carried::of(name) });
        }
    }
    if let Stdin::Text(value) = &invocation.stdin
        && let Some(name) = secret_in(value)
    {
        found.push(Carried::of(name));
    }
    if let Stdin::Text(Value::Known(text)) = &invocation.stdin
        && let Some(class) = literal(text)
    {
        found.push(Carried { class: Some(class), ..Carried::of(&owners::variable_of(class)) });
    }
    found
}

/// The class of a token that is written in a text.
pub(crate) fn literal(text: &str) -> Option<&'static str> {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    let mut runs = text.as_bytes().split(|byte| !is_letter(*byte));
    if !(SHORTEST..=LONGEST).contains(&text.len()) || !runs.any(|run| run.len() >= SHORTEST) {
        return None;
    }
    // What names a key is no secret, and is a part of every signed address.
    countersign_redact::token_class(text).filter(|class| *class != "aws-access-key")
}

/// Whether a word begins with an address that carries its own password.
fn is_address(name: &str, word: &Word) -> bool {
    let raw = word.raw.trim_start_matches('"');
    let raw = raw.strip_prefix("${").or_else(|| raw.strip_prefix('$'));
    super::is_address_name(name) && raw.is_some_and(|raw| raw.starts_with(name))
}

/// Adds that what is carried leaves for the hosts that were reached.
pub(super) fn leaves(
    carried: &[Carried],
    reached: &[Reach],
    invocation: &Invocation,
    context: &mut Context<'_>,
) {
    for secret in carried {
        for host in destinations(secret, reached, invocation) {
            let is_own = secret.is_address && host == "*";
            if is_own || countersign_model::is_this_machine(&host) || secret.is_told_to(&host) {
                continue;
            }
            let what = match (secret.class, file_of(&secret.name)) {
                (Some(class), _) => format!("a secret's value is in the command: {class}"),
                (None, Some(file)) => format!("what is in {file} is a part of the command"),
                (None, None) if secret.name == "*" => {
                    "the value of a variable is a part of the command".to_owned()
                }
                (None, None) if secret.says_who => format!("the value of {} says who is asking", secret.name),
                (None, None) => format!("the value of {} is a part of the command", secret.name),
            };
            let is_known = host != "*";
            // Who is asking is told to a host that is named, and shown to nobody.
            if secret.class.is_none() && !(secret.says_who && is_known) {
                reads_environment(&secret.name, context);
            }
            let effect = Effect::new(verbs::NET_UPLOAD, host_named(&host));
            context.push(if is_known {
                effect.because(&what)
            } else {
                effect.certain(Certainty::Partial, &what)
            });
        }
    }
}

/// The hosts that a secret goes to.
fn destinations(secret: &Carried, reached: &[Reach], invocation: &Invocation) -> Vec<String> {
    let program = invocation.program.as_str();
    if reached.is_empty() {
        // What is told an address may ask for it.
        let may_ask = secret.is_in_word && !STAYING.iter().any(|programs| programs.contains(&program));
        return secret.host.iter().filter(|_| may_ask).cloned().collect();
    }
    if let Some(host) = &secret.host {
        return vec![host.clone()];
    }
    let mut hosts: Vec<String> = Vec::new();
    for reach in reached {
        match reach {
            Reach::Host(host) if !hosts.contains(host) => hosts.push(host.clone()),
            Reach::Host(_) | Reach::Service | Reach::Unseen => {}
        }
    }
    let is_service = reached.contains(&Reach::Service)
        || reached.contains(&Reach::Unseen) && REGISTRIES.contains(&program);
    let logs_in = invocation.words.iter().any(|word| matches!(word.text(), "login" | "auth"));
    if hosts.is_empty() && is_service && !logs_in {
        hosts.extend(
            invocation
                .words
                .iter()
                .filter(|word| word.text().contains("://"))
                .filter_map(|word| places::host(&word.value)),
        );
    }
    hosts
}

impl Carried {
    fn of(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            class: None,
            host: None,
            is_address: false,
            is_login: false,
            says_who: false,
            is_password: false,
            is_in_word: false,
        }
    }

    /// Whether a host is the one that must be told this secret.
    fn is_told_to(&self, host: &str) -> bool {
        self.is_password && owners::is_of_database(&self.name) || self.is_login && is_told(&self.name, host)
    }
}

#[cfg(test)]
mod tests;

//! Files that hold secrets: known ones of tools, and those that their names or first lines tell.

use serde_json::Value;

use crate::{Item, Kind, Use};

/// Files below the home directory that hold secrets where they are there, and what they hold.
pub const KNOWN: &[(&str, &str)] = &[
    (".netrc", "logins of hosts"),
    (".git-credentials", "logins of forges"),
    (".config/git/credentials", "logins of forges"),
    (".config/gh/hosts.yml", "tokens of GitHub"),
    (".config/glab-cli/config.yml", "tokens of GitLab"),
    (".pgpass", "passwords of PostgreSQL"),
    (".my.cnf", "a password of MySQL"),
    (".aws/credentials", "keys of AWS"),
    (".config/gcloud/application_default_credentials.json", "credentials of Google Cloud"),
    (".config/gcloud/credentials.db", "credentials of Google Cloud"),
    (".azure/msal_token_cache.json", "tokens of Azure"),
    (".azure/msal_token_cache.bin", "tokens of Azure"),
    (".kube/config", "credentials of clusters"),
    (".vault-token", "a token of Vault"),
    (".terraform.d/credentials.tfrc.json", "tokens of Terraform"),
    (".docker/config.json", "logins of registries"),
    (".npmrc", "tokens of npm"),
    (".pypirc", "tokens of PyPI"),
    (".cargo/credentials.toml", "tokens of Cargo"),
    (".gem/credentials", "tokens of RubyGems"),
    (".claude/.credentials.json", "the login of Claude Code"),
    (".codex/auth.json", "the login of Codex"),
    (".gemini/oauth_creds.json", "the login of Gemini CLI"),
];

/// Whether a known file holds secrets at all: some hold settings too, and often nothing else.
pub fn is_kept_in(below: &str, text: &str) -> bool {
    match below {
        ".npmrc" => ["_authToken", "_auth", "_password"].iter().any(|key| text.contains(key)),
        ".docker/config.json" => ["\"auth\"", "\"identitytoken\""].iter().any(|key| text.contains(key)),
        ".kube/config" => ["token:", "password:", "client-key"].iter().any(|key| text.contains(key)),
        _ => !text.trim().is_empty(),
    }
}

/// So many names of variables are told.
const NAMED: usize = 6;

/// Whether a file in a repository may hold secrets, by its name.
pub fn may_hold(name: &str) -> bool {
    let is_sample =
        [".example", ".sample", ".template", ".dist", ".pub"].iter().any(|end| name.ends_with(end));
    let is_environment =
        name == ".env" || name.starts_with(".env.") || name.ends_with(".env") || name == ".envrc";
    let ends = [".pem", ".key", ".p12", ".pfx", ".jks", ".tfvars", ".tfstate", ".kubeconfig", ".json"];
    !is_sample
        && (is_environment || ends.iter().any(|end| name.ends_with(end)) || name == ".npmrc" || is_key(name))
}

fn is_key(name: &str) -> bool {
    name.starts_with("id_") && !name.contains('.')
}

/// What a file holds, by its name and text; none where that is no secret.
pub fn holds(name: &str, text: &str) -> Option<Vec<String>> {
    let first = text.trim_start_matches('\u{feff}').trim_start();
    if first.starts_with("-----BEGIN")
        && first.lines().next().is_some_and(|line| line.contains("PRIVATE KEY"))
    {
        return Some(vec!["a private key".to_owned()]);
    }
    if name.ends_with(".json") {
        let account = serde_json::from_str::<Value>(text).ok()?;
        let is_account = account.get("private_key").is_some()
            && account.get("type").and_then(Value::as_str) == Some("service_account");
        let project = account.get("project_id").and_then(Value::as_str);
        return is_account.then(|| {
            std::iter::once("a key of a service account".to_owned())
                .chain(project.map(|project| format!("of project {project}")))
                .collect()
        });
    }
    if [".p12", ".pfx", ".jks"].iter().any(|end| name.ends_with(end)) {
        return Some(vec!["a key store".to_owned()]);
    }
    if name.ends_with(".tfstate") {
        return Some(vec!["the state of infrastructure, with what is secret in it".to_owned()]);
    }
    if name.ends_with(".pem") || name.ends_with(".key") || is_key(name) {
        return None;
    }
    if name.ends_with(".tfvars") {
        let names = secret_variables(text);
        return (!names.is_empty()).then(|| vec![values_of(&names)]);
    }
    if name == ".npmrc" {
        return text.contains("_authToken=").then(|| vec!["tokens of npm".to_owned()]);
    }
    let names = variables(text);
    Some(vec![if names.is_empty() { "no variable with a value".to_owned() } else { values_of(&names) }])
}

fn values_of(names: &[String]) -> String {
    let shown = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    let more = names.len().saturating_sub(NAMED);
    if more == 0 { format!("values of {shown}") } else { format!("values of {shown} and {more} more") }
}

/// The variables of Terraform that by their names are secrets, and that the file gives values to: most of such files
/// hold sizes and names.
fn secret_variables(text: &str) -> Vec<String> {
    const WORDS: &[&str] =
        &["password", "passwd", "passphrase", "secret", "token", "key", "credential", "private"];
    let name = |line: &str| {
        let (name, value) = line.split_once('=')?;
        let name = name.trim().trim_matches('"');
        let is_name = name.len() <= 48
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        let lower = name.to_ascii_lowercase();
        let has_value = !matches!(value.trim(), "" | "\"\"" | "null");
        (is_name && has_value && WORDS.iter().any(|word| lower.contains(word))).then(|| name.to_owned())
    };
    let mut names: Vec<String> = text.lines().filter_map(name).collect();
    names.sort();
    names.dedup();
    names
}

/// The names of variables that a file gives values to. What only looks like one, such as the end of a key that goes
/// over several lines, is left out.
fn variables(text: &str) -> Vec<String> {
    let name = |line: &str| {
        let line = line.trim();
        let (name, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
        let name = name.trim();
        let letters = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        let is_name =
            name.len() <= 48 && name.bytes().all(letters) && name.contains('_') && !name.ends_with('_');
        let has_value = value.trim().chars().any(|letter| letter != '=');
        (is_name && has_value && !name.starts_with(|letter: char| letter.is_ascii_digit()))
            .then(|| name.to_owned())
    };
    let mut names: Vec<String> = text.lines().filter_map(name).collect();
    names.sort();
    names.dedup();
    names
}

/// The file as an item. `path` is absolute, `shown` is how people see it.
pub fn item(path: &str, shown: &str, holds: &[impl AsRef<str>]) -> Item {
    let mut item = Item::new(Kind::Secrets, shown, shown).used(Use::reading(path, shown)).also_named(shown);
    item.opens_elsewhere = true;
    for about in holds {
        item = item.about(about).also_named(about.as_ref());
    }
    item
}

#[cfg(test)]
mod tests;

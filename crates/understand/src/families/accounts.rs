//! Accounts of clouds that tools of infrastructure act in, whatever the stack is called: options, variables, earlier
//! parts of the call and the configuration's own text name them. The map knows whether one of them is production.

mod projects;
mod settings;
mod variables;

use std::borrow::Cow;

use countersign_model::{Effect, Resource, verbs};

use settings::Setting;

use super::kubectl::place;
use super::subcommands::Subcommand;
use super::{az, gcloud};
use crate::context::Context;
use crate::environment;
use crate::invocation::Invocation;

/// Names that are told of one command: more than the policy looks at, to which that many are as bad as one nobody listed.
const MOST: usize = 40;

/// What names a file that says which cluster is meant.
const KUBECONFIG: &str = "kubeconfig";

/// Variables that choose an account, and whose it is.
const VARIABLES: &[(&str, &str)] = &[
    ("AWS_PROFILE", "aws"),
    ("AWS_DEFAULT_PROFILE", "aws"),
    ("GOOGLE_PROJECT", "gcp"),
    ("GOOGLE_CLOUD_PROJECT", "gcp"),
    ("GCLOUD_PROJECT", "gcp"),
    ("CLOUDSDK_CORE_PROJECT", "gcp"),
    ("CLOUDSDK_ACTIVE_CONFIG_NAME", "gcp"),
    ("ARM_SUBSCRIPTION_ID", "azure"),
    ("AZURE_SUBSCRIPTION_ID", "azure"),
    ("KUBE_CTX", "context"),
    ("KUBECONFIG", KUBECONFIG),
    ("KUBE_CONFIG_PATH", KUBECONFIG),
    ("KUBE_CONFIG_PATHS", KUBECONFIG),
];

/// Options that choose one.
const OPTIONS: &[(&str, &str)] = &[
    ("--profile", "aws"),
    ("--aws-profile", "aws"),
    ("--role-arn", "aws"),
    ("--terragrunt-iam-role", "aws"),
    ("--iam-assume-role", "aws"),
    ("--iam-role", "aws"),
];

/// Those that are looked for where a configuration takes them from elsewhere.
const PROFILES: &[&str] = &["profile", "aws_profile"];

/// Words of a configuration's settings that choose one.
const SETTINGS: &[(&str, &str)] = &[
    ("profile", "aws"),
    ("aws_profile", "aws"),
    ("role_arn", "aws"),
    ("project", "gcp"),
    ("project_id", "gcp"),
    ("subscription_id", "azure"),
    ("subscription", "azure"),
    ("config_context", "context"),
    ("kube_context", "context"),
    ("config_path", KUBECONFIG),
    ("kubeconfig", KUBECONFIG),
    ("kubeconfig_path", KUBECONFIG),
    ("kube_config_path", KUBECONFIG),
];

/// Accounts that a command acts in, such as `aws:live`.
#[derive(Default)]
pub(super) struct Accounts {
    found: Vec<String>,
}

impl Accounts {
    /// What options, variables and earlier parts of the call say.
    pub fn of_call(found: &Subcommand<'_>, invocation: &Invocation, context: &Context<'_>) -> Self {
        let mut accounts = Self::default();
        for (option, kind) in OPTIONS {
            found.values(&[option]).for_each(|value| accounts.add(kind, value.known().unwrap_or("*")));
        }
        for (name, kind) in VARIABLES {
            match context.setting(invocation, name) {
                Ok(Some(value)) => accounts.names(kind, &value, context),
                Ok(None) => {}
                Err(_) => accounts.names(kind, "*", context),
            }
        }
        // Keys say nothing of whose they are; those of a cloud that is only made believe do.
        let keys = environment::value(invocation, "AWS_ACCESS_KEY_ID");
        if keys.is_some_and(|keys| {
            !matches!(keys.known(), Some("" | "test" | "mock" | "dummy" | "fake" | "localstack"))
        }) {
            accounts.add("aws", "*");
        }
        // Of a variable of the configuration only its name tells what it is for.
        for value in found.values(&["-var", "--var"]) {
            let (name, account) = value.text().split_once('=').unwrap_or_default();
            accounts.of_variable(name, value.known().map_or("*", |_| account), context);
        }
        for (name, value) in &invocation.environment {
            if let Some(name) = name.strip_prefix("TF_VAR_") {
                accounts.of_variable(name, value.known().unwrap_or("*"), context);
            }
        }
        gcloud::chosen_project(invocation, context).iter().for_each(|name| accounts.add("gcp", name));
        az::chosen_subscription(invocation, context).iter().for_each(|name| accounts.add("azure", name));
        accounts
    }

    fn of_variable(&mut self, name: &str, account: &str, context: &Context<'_>) {
        if let Some((_, kind)) = SETTINGS.iter().find(|(setting, _)| *setting == name) {
            self.names(kind, account, context);
        }
    }

    /// Adds what a variable or a setting of this kind names.
    fn names(&mut self, kind: &str, name: &str, context: &Context<'_>) {
        if kind != KUBECONFIG {
            self.add(kind, name);
        } else if name.contains('*') {
            self.add("context", "*");
        } else {
            place::named::of_list(name, context).iter().for_each(|name| self.add("context", name));
        }
    }

    /// What the blocks of a configuration say that tell where it acts and where its state is.
    pub fn of_configuration(
        &mut self,
        text: &str,
        directory: &str,
        found: &Subcommand<'_>,
        invocation: &Invocation,
        context: &Context<'_>,
    ) {
        // It may be written without quotes, and with more blanks.
        let text = &written_plainly(text);
        for start in ["provider \"", "backend \"", "remote_state"] {
            if text.match_indices(start).count() > MOST {
                self.found.push("aws:*".to_owned());
            }
            for (at, _) in text.match_indices(start).take(MOST) {
                let Some(block) = text.get(at..).and_then(block) else { continue };
                for (name, setting) in settings::of(block) {
                    match setting {
                        Setting::Text(value) => self.of_variable(name, plain(name, value), context),
                        Setting::Other(value) if PROFILES.contains(&name) => {
                            let value = value.split([' ', '#']).next().unwrap_or(value);
                            let names = match value.strip_prefix("var.") {
                                Some(name) => variables::values(name, directory, found, invocation, context),
                                None if matches!(value, "null" | "") => Vec::new(),
                                None => vec!["*".to_owned()],
                            };
                            names.iter().for_each(|name| self.add("aws", name));
                        }
                        Setting::Other(_) => {}
                    }
                }
                // Where it names no subscription, the provider goes by what the client has chosen.
                if block.starts_with("provider \"azurerm\"") && !block.contains("subscription_id") {
                    az::default_subscription(invocation, context)
                        .iter()
                        .for_each(|name| self.add("azure", name));
                }
            }
        }
    }

    fn add(&mut self, kind: &str, name: &str) {
        // An account's number is what a role's long name tells of whose it is.
        let name = name.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(3)).unwrap_or(name);
        let name = if name.contains([' ', ',', '\n']) || name.len() > 200 { "*" } else { name };
        let account = format!("{kind}:{name}");
        if !name.is_empty() && self.found.len() < MOST && !self.found.contains(&account) {
            self.found.push(account);
        }
    }

    /// The same change again, of the stack in these accounts: the worst of stack and account decides.
    pub fn also(&self, effect: &Effect, context: &mut Context<'_>) {
        let changes = [verbs::STACK_APPLY, verbs::STACK_DESTROY, verbs::STACK_STATE].contains(&effect.verb);
        let Resource::Stack { workspace, .. } = &effect.resource else { return };
        if self.found.is_empty() || !changes {
            return;
        }
        let accounts = self.found.join(" ");
        let named = workspace
            .as_ref()
            .map_or_else(|| accounts.clone(), |workspace| format!("{workspace} {accounts}"));
        let mut effect = effect.clone();
        if let Resource::Stack { workspace, .. } = &mut effect.resource {
            *workspace = Some(named);
        }
        effect.because.get_or_insert_with(|| "it acts in the account that is named for it".to_owned());
        context.push(effect);
    }
}

/// A setting's value; what is put together is any, and of a path the part behind it still says something.
fn plain<'v>(name: &str, value: &'v str) -> &'v str {
    let is_path = SETTINGS.contains(&(name, KUBECONFIG));
    match value.rsplit_once('}') {
        Some((before, path)) if is_path && before.contains("${") && path.starts_with('/') => {
            path.split('"').next().unwrap_or(path)
        }
        _ if value.contains("${") => "*",
        // What stands behind a text, such as a remark, is no part of it.
        _ => value.split('"').next().unwrap_or(value),
    }
}

/// The text of a block up to where its braces close.
fn block(text: &str) -> Option<&str> {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth <= 1 => return text.get(..at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    Some(text)
}

/// Configuration with the names of its providers and backends in quotes after one blank.
fn written_plainly(text: &str) -> Cow<'_, str> {
    let is_named = |line: &str| {
        let words: Vec<&str> = line.split(['{', ' ', '\t']).filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            [kind @ ("provider" | "backend"), name, ..] => {
                Some(format!("{kind} \"{}\"", name.trim_matches('"')))
            }
            _ => None,
        }
    };
    if !text.lines().any(|line| is_named(line).is_some_and(|plain| !line.contains(&plain))) {
        return Cow::Borrowed(text);
    }
    let line = |line: &str| match is_named(line) {
        Some(plain) => {
            format!("{plain} {}", line.find('{').and_then(|at| line.get(at..)).unwrap_or_default())
        }
        None => line.to_owned(),
    };
    Cow::Owned(text.lines().map(line).collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests;

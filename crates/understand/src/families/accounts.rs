//! Accounts of clouds that tools of infrastructure act in, whatever the stack is called: options, variables, earlier
//! parts of the call and the configuration's own text name them. The map knows whether one of them is production.

mod blocks;
mod projects;
pub(super) mod serverless;
mod settings;
mod variables;

use countersign_model::{Effect, Resource, verbs};

pub(super) use projects::of_sam;
use settings::Setting;
pub(super) use variables::Configuration;

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
    /// Whether there are more than can be looked at.
    is_cut: bool,
}

/// Whose accounts a provider or a backend can name; others may name any.
const OF_BLOCKS: &[(&str, &str)] = &[
    ("aws", "aws"),
    ("s3", "aws"),
    ("google", "gcp"),
    ("google-beta", "gcp"),
    ("gcs", "gcp"),
    ("azurerm", "azure"),
];

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
        configuration: &Configuration<'_>,
        found: &Subcommand<'_>,
        invocation: &Invocation,
        context: &Context<'_>,
    ) {
        for text in &configuration.texts {
            for start in ["provider \"", "backend \"", "remote_state"] {
                if text.match_indices(start).count() > MOST {
                    self.anywhere();
                }
                // What only takes something out of another state says nothing of where that is.
                let is_block = |block: &&str| {
                    let head = block.split('{').next().unwrap_or_default();
                    !start.starts_with("remote") || !head.contains(['.', '\n'])
                };
                for block in blocks::of(text, start).filter(is_block).take(MOST) {
                    self.of_block(block, configuration, found, invocation, context);
                }
            }
        }
    }

    fn of_block(
        &mut self,
        block: &str,
        configuration: &Configuration<'_>,
        found: &Subcommand<'_>,
        invocation: &Invocation,
        context: &Context<'_>,
    ) {
        let label = block.split('"').nth(1).unwrap_or_default();
        let whose = OF_BLOCKS.iter().find(|(name, _)| *name == label && !block.starts_with("remote_state"));
        for (name, setting) in settings::of(block) {
            let Some((_, kind)) = SETTINGS.iter().find(|(known, _)| *known == name) else { continue };
            // What a tag is called says nothing of another cloud's accounts.
            if whose.is_some_and(|(_, whose)| whose != kind) {
                continue;
            }
            match (setting.expression(), setting) {
                (Some(expression), _) => {
                    for name in configuration.values(expression, kind, found, invocation, context) {
                        self.names(kind, &name, context);
                    }
                }
                (None, Setting::Text(value)) => self.names(kind, plain(name, value), context),
                (None, Setting::Other(_)) => {}
            }
        }
        // Where it names no subscription, the provider goes by what the client has chosen.
        if block.starts_with("provider \"azurerm\"") && !block.contains("subscription_id") {
            az::default_subscription(invocation, context).iter().for_each(|name| self.add("azure", name));
        }
    }

    /// Takes note that it acts in more accounts than can be looked at.
    pub fn anywhere(&mut self) {
        if !self.is_cut {
            self.is_cut = true;
            self.found.retain(|known| known != "aws:*");
            self.found.insert(0, "aws:*".to_owned());
        }
    }

    /// The accounts, with a blank between.
    pub fn names_in_one(&self) -> String {
        self.found.join(" ")
    }

    /// Takes in what [`Self::names_in_one`] told.
    pub fn told(&mut self, names: &str) {
        for (kind, name) in names.split(' ').filter_map(|account| account.split_once(':')) {
            self.add(kind, name);
        }
    }

    fn add(&mut self, kind: &str, name: &str) {
        // An account's number is what a role's long name tells of whose it is.
        let name = name.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(3)).unwrap_or(name);
        let name = if name.contains([' ', ',', '\n']) || name.len() > 200 { "*" } else { name };
        let account = format!("{kind}:{name}");
        if name.is_empty() || self.found.contains(&account) {
            return;
        }
        if self.found.len() < MOST {
            self.found.push(account);
        } else {
            self.anywhere();
        }
    }

    /// The same change again, of the stack in these accounts: the worst of stack and account decides.
    pub fn also(&self, effect: &Effect, context: &mut Context<'_>) {
        let changes = [verbs::STACK_APPLY, verbs::STACK_DESTROY, verbs::STACK_STATE].contains(&effect.verb);
        let Resource::Stack { workspace, .. } = &effect.resource else { return };
        if self.found.is_empty() || !changes {
            return;
        }
        let accounts = self.names_in_one();
        let named = workspace
            .as_ref()
            .map_or_else(|| accounts.clone(), |workspace| format!("{workspace} {accounts}"));
        let mut effect = effect.clone();
        if let Resource::Stack { workspace, .. } = &mut effect.resource {
            *workspace = Some(named);
        }
        let because = if self.is_cut {
            "it acts in more accounts than can be looked at"
        } else {
            "it acts in the account that is named for it"
        };
        effect.because.get_or_insert_with(|| because.to_owned());
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

#[cfg(test)]
mod tests;

//! What the command lines of all clouds share: whose account is meant, and what an operation does there.

pub(crate) mod storage;

use countersign_model::{Certainty, Effect, Resource, verbs};

use crate::context::Context;
use crate::tables::cloud::Does;

/// Effects one command may have on things it names one by one; more are any.
const MOST_NAMES: usize = 16;

/// Where in a cloud a command acts.
#[derive(Clone, Debug)]
pub(crate) struct Tenant {
    /// Such as `aws`.
    pub provider: &'static str,
    /// The profile, project, subscription or account; `*` where it could be any.
    pub account: String,
    /// The region, if one is named.
    pub region: Option<String>,
    /// Why the account could be any.
    pub doubt: Option<String>,
    /// Where the account comes from, for people.
    pub because: Option<String>,
}

impl Tenant {
    /// A named account.
    pub fn named(provider: &'static str, account: &str) -> Self {
        Self { provider, account: account.to_owned(), region: None, doubt: None, because: None }
    }

    /// An account that is not known.
    pub fn unknown(provider: &'static str, why: &str) -> Self {
        Self { doubt: Some(why.to_owned()), ..Self::named(provider, "*") }
    }

    /// The same, and where that comes from.
    #[must_use]
    pub fn because(mut self, because: &str) -> Self {
        self.because = Some(because.to_owned());
        self
    }

    /// Something of a service there.
    pub fn resource(&self, service: &str, name: &str) -> Resource {
        Resource::Cloud {
            provider: self.provider.to_owned(),
            account: self.account.clone(),
            region: self.region.clone(),
            service: service.to_owned(),
            name: name.to_owned(),
        }
    }

    /// A secret there.
    pub fn secret(&self, name: &str) -> Resource {
        Resource::Secret { store: format!("{} {}", self.provider, self.account), name: name.to_owned() }
    }

    /// The effect with what is known of the account.
    fn told(&self, effect: Effect, doubt: Option<&str>) -> Effect {
        match (doubt.or(self.doubt.as_deref()), &self.because) {
            (Some(why), _) => effect.certain(Certainty::Partial, why),
            (None, Some(because)) => effect.because(because),
            (None, None) => effect,
        }
    }

    /// Adds what an operation does to things by their names; `doubt`: why it is not exact.
    pub fn acts(
        &self,
        does: Does,
        service: &str,
        names: &[String],
        doubt: Option<&str>,
        context: &mut Context<'_>,
    ) {
        let any = ["*".to_owned()];
        let (names, doubt) = if names.len() > MOST_NAMES {
            (any.as_slice(), Some("it names too many things to look at each"))
        } else {
            (names, doubt)
        };
        for name in names {
            let unnamed = (name == "*").then_some("what it acts on is not known");
            let doubt = doubt.or(unnamed);
            if does.tells_a_secret() {
                let effect = Effect::new(verbs::SECRET_READ, self.secret(name));
                context.push(self.told(effect, doubt));
            }
            if does != Does::Secret {
                let effect = Effect::new(does.verb(), self.resource(service, name));
                context.push(self.told(effect, doubt));
            }
        }
    }
}

/// Why a subcommand was taken for a change.
pub(crate) const NOT_KNOWN: &str = "no table has this operation";

/// Whether an operation nobody knows is named like one that tells a secret.
pub(crate) fn sounds_secret(operation: &str) -> bool {
    // `GetSecretValue` as well.
    let mut lower = String::new();
    for letter in operation.chars() {
        if letter.is_ascii_uppercase() && !lower.ends_with([' ', '-']) {
            lower.push(' ');
        }
        lower.push(letter.to_ascii_lowercase());
    }
    let words: Vec<&str> = lower.split(['-', '_', ' ']).filter(|word| !word.is_empty()).collect();
    let any = |names: &[&str]| words.iter().any(|word| names.contains(word));
    any(&["get", "access", "show", "read", "reveal", "export", "print", "retrieve", "fetch", "generate"])
        && any(&[
            "secret",
            "secrets",
            "credential",
            "credentials",
            "token",
            "password",
            "passwords",
            "kubeconfig",
        ])
}
